-- SPDX-License-Identifier: MIT
-- images:build: an image from a Dockerfile and the files beside it.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local images = require "moonsail.images"
local own = require "moonsail.own"
local progress = require "moonsail.progress"
local reference = require "moonsail.reference"
local tarball = require "moonsail.tarball"

local LABEL = "images:build"
local complain = fail.complainer(LABEL)

local TYPES = {
  auth = "table",
  build_args = "any",
  context = "any",
  dockerfile_text = "string",
  labels = "any",
  path = "string",
  progress = "any",
  stream = "any",
  pull = "any",
  tag = "any",
  tags = "any",
}

-- The log -------------------------------------------------------------------

---What a build has said, piece by piece; printed, all of it as one text.
---@class moonsail.BuildLog
local Log = { __name = "moonsail.build_log" }

function Log.__tostring(self)
  return (table.concat(self):gsub("\n$", ""))
end

local function new_log()
  return setmetatable({}, Log)
end

-- The context ---------------------------------------------------------------

-- What the engine builds from, one of which must be there.
local SOURCES = { "path", "context", "dockerfile_text", "remote", "body",
                  "body_file" }

local function check_sources(given, options)
  local first
  for _, name in ipairs(SOURCES) do
    if given[name] ~= nil or options[name] ~= nil then
      if first then complain(name, "given besides %s", first) end
      first = name
    end
  end
  if not first then
    complain("path", "missing (a folder or a tar; else context, "
             .. "dockerfile_text or remote)")
  end
end

-- What a .dockerignore leaves out must not be sent to the engine.
local function check_folder(path)
  if core.file_kind(path .. "/.dockerignore", true) then
    fail.raise{
      kind = "not_supported", method = LABEL,
      message = path .. " has a .dockerignore, which is not supported yet: "
        .. "pack the context by other means",
    }
  end
end

-- Sets the body to what is at a path. What is returned is to be closed after
-- the call.
local function set_path(path, options)
  local is_folder, reason = tarball.is_folder(path)
  if reason then complain("path", "%s", reason) end
  if not is_folder then
    options.body_file = path
    return nil
  end
  check_folder(path)
  local guard
  options.body_file, guard = tarball.packed({ { path = path, name = "." } },
                                            LABEL)
  return guard
end

local function set_context(given, options)
  local context = given.context
  if given.dockerfile_text then
    if options.dockerfile ~= nil then
      complain("dockerfile", "there are no files besides dockerfile_text")
    end
    options.body = tarball.of_text("Dockerfile", given.dockerfile_text)
  elseif io.type(context) == "file" then
    options.body = context:read("a") or complain("context", "cannot be read")
  elseif context ~= nil then
    options.body = fail.check_type(complain, "context", "string", context)
  elseif given.path then
    return set_path(given.path, options)
  end
end

-- Options -------------------------------------------------------------------

local function set_tags(given, options)
  local tags = {}
  for _, name in ipairs{ "tag", "tags" } do
    if given[name] ~= nil then
      for _, tag in ipairs(own.texts(given[name], name, complain)) do
        local ref, reason = reference.parse(tag)
        if not ref then complain(name, "%q: %s", tag, reason) end
        if ref.digest then complain(name, "%q has a digest", tag) end
        tags[#tags + 1] = tag
      end
    end
  end
  if #tags > 0 then options.tag = tags end
end

-- A map of texts may be given as a list of "NAME=VALUE".
local function set_map(given, options, name)
  local value = given[name]
  if type(value) == "string" or type(value) == "table" and value[1] then
    value = own.pairs_of(value, name, complain)
  end
  options[name] = value
end

-- One registry's credentials, under its address.
local function set_auth(given, options)
  local auth = given.auth
  if not auth then return end
  if options.registry_config ~= nil then
    complain("auth", "given besides registry_config")
  end
  if type(auth.serveraddress) ~= "string" then
    complain("auth.serveraddress", "missing (the registry)")
  end
  options.registry_config = { [auth.serveraddress] = auth }
end

local function set_options(given, options)
  set_tags(given, options)
  set_map(given, options, "build_args")
  set_map(given, options, "labels")
  set_auth(given, options)
  local pull = given.pull
  if type(pull) == "boolean" then pull = pull and "true" or nil end
  options.pull = pull
  if options.force_rm == nil then options.force_rm = true end
  options.raw = false
end

-- Building ------------------------------------------------------------------

-- The exit code that engines tell of in their words.
local EXIT_CODES = { "non%-zero code: (%d+)", "exit code: (%d+)",
                     "exit status (%d+)" }

local function exit_code_in(message)
  for _, pattern in ipairs(EXIT_CODES) do
    local code = message:match(pattern)
    if code then return tonumber(code) end
  end
end

-- Whether it was reported within the answer, a registry's refusal included.
local function is_reported(problem)
  return core.is_error(problem, "stream")
         or core.is_error(problem, "unauthorized") and not problem.status
end

local function raise_failure(problem, log)
  if not is_reported(problem) then error(problem, 0) end
  fail.raise{
    kind = "build", method = LABEL, operation = problem.operation,
    message = problem.message, exit_code = exit_code_in(problem.message),
    log = log,
  }
end

-- The id that a report tells: that of the image, once it is there.
local function id_in(document)
  local aux = document.aux
  if type(aux) == "table" and type(aux.ID) == "string" then return aux.ID end
  local text = progress.text(document, "stream")
  return text:match("^sha256:%x+%s*$")
         or text:match("^Successfully built (%x+)")
         or text:match("^%x+%s*$") and #text > 60 and text
end

-- Follows the build to its end: the id of the image.
local function follow(client, options, report, log)
  local stream <close> = core.call(client, "ImageBuild", options, LABEL,
                                   { unlimited = true })
  local id
  progress.follow(stream, report, function(document)
    local text = progress.text(document, "stream")
    if text ~= "" then log[#log + 1] = text end
    id = id_in(document) or id
  end)
  return id and id:match("^%S+")
end

local function build(client, options, report)
  local log = new_log()
  local ok, id = pcall(follow, client, options, report, log)
  if not ok then raise_failure(id, log) end
  if id then return images.inspect(client, id, LABEL), log end
  if options.outputs then return nil, log end -- it went elsewhere
  fail.raise{
    kind = "protocol", method = LABEL, log = log,
    message = "the engine did not tell the id of the image",
  }
end

-- The reports themselves, as they come; a failure among them is raised as one
-- of a build.
local function reports_of(client, options)
  local stream = core.call(client, "ImageBuild", options, LABEL,
                           { unlimited = true })
  local log = new_log()
  local function read(seconds)
    local ok, document, reason = pcall(stream.read, stream, seconds)
    if not ok then raise_failure(document, log) end
    local text = document and progress.text(document, "stream") or ""
    if text ~= "" then log[#log + 1] = text end
    return document, reason
  end
  return core.stream_of{
    read = read, close = function() stream:close() end,
    label = LABEL, kind = "documents",
  }:iterate()
end

---@class moonsail.Images
local methods = core.methods("images")

---Builds an image from a Dockerfile and the files beside it.
---`images:build("app", {tag = "team/app:1", build_args = {VERSION = "2"}})`
---
---The engine gets a folder (which must have no `.dockerignore` yet), an
---archive (a file, or bytes), a Dockerfile alone, or an address from which it
---fetches one of these. The log prints as what a terminal would have shown.
---@param path? string # a folder with a Dockerfile in it, or a tar of one,
---       plain or compressed
---@option context string|file* # the bytes of a tar, or an open one
---@option dockerfile_text string # a Dockerfile that needs no files
---@option dockerfile string # its name among the files: "Dockerfile" else
---@option tag string|string[] # names of the image: "team/app:1"
---@option tags string|string[] # the same
---@option build_args table<string,string>|string[] # values of its ARGs
---@option labels table<string,string>|string[] # of the image
---@option pull boolean # fetch newer ones of the images that it begins with
---@option force_rm boolean =true # leave no containers of it behind, ever
---@option auth moonsail.api.AuthConfig # for one registry: `username`,
---        `password`, `serveraddress`; `registry_config` is for several
---@option progress boolean|file*|fun(report: table) # true: shown on standard
---        error; a file: there; a function gets every report
---@option stream boolean =false # returns the reports as a stream, to be read
---        in a for loop; to close it early ends the build
---@takes ImageBuild
---@fills content_type
---@uses ImageInspect
---@raises argument when there is nothing to build from, build when a step
---        fails (its `log` is what was said up to then, its `exit_code` that
---        of the command), api when the engine refuses at once, not_supported
---        when the folder has a .dockerignore
---@return moonsail.Image|moonsail.Stream # nil when `outputs` sends it
---        elsewhere; with `stream` that
---@return moonsail.BuildLog
function methods:build(...)
  local options = core.gather_options("path", LABEL, ...)
  local given = own.take(options, TYPES, "ImageBuild", complain)
  local client = core.client_of(self)
  local wants_stream = progress.wants_stream(given, complain)
  local report = progress.reporter(given.progress, LABEL)
  check_sources(given, options)
  set_options(given, options)
  core.check(client, "ImageBuild", options, LABEL)
  local _ <close> = set_context(given, options)
  if wants_stream then return reports_of(client, options) end
  return build(client, options, report)
end
