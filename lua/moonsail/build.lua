-- SPDX-License-Identifier: MIT
-- images:build: an image from a Dockerfile and the files beside it.

local base_images = require "moonsail.base_images"
local build_context = require "moonsail.build_context"
local build_log = require "moonsail.build_log"
local build_options = require "moonsail.build_options"
local core = require "moonsail.core"
local credentials = require "moonsail.credentials"
local dockerfile = require "moonsail.dockerfile"
local fail = require "moonsail.fail"
local images = require "moonsail.images"
local object = require "moonsail.object"
local progress = require "moonsail.progress"
local proxies = require "moonsail.proxies"
local stages = require "moonsail.dockerfile_stages"

local LABEL = "images:build"
local complain = fail.complainer(LABEL)

-- One build ------------------------------------------------------------------

---A build under way: first what it has to pull, then itself.
---@class moonsail.Build
---@field client moonsail.Client
---@field options table # of ImageBuild
---@field context moonsail.BuildContext # to be closed at its end
---@field follower moonsail.BuildFollower
---@field pulls moonsail.BaseImages|nil # of a build by BuildKit
---@field trouble string|nil # with the credentials, of any other build
---@field stream moonsail.Stream|nil # what is being read
---@field is_pulling boolean # whether that is a pull
---@field is_sent boolean # whether the build has begun
---@field reports table[] # that are still to be given
local Build = {}
Build.__index = Build

function Build:close()
  local context <close>, stream = self.context, self.stream
  self.stream, self.context = nil, nil
  if stream then stream:close() end
  return context ~= nil -- whether it was still open
end

Build.__close = Build.close

local NO_SESSION = "an image that it needs is not on the engine, and the "
  .. "Dockerfile could not be read before: pull the image first"

-- What the classic builder of Docker says of what only BuildKit knows.
local HINTS = {
  { "requires BuildKit", 'builder = "buildkit" has it' },
  { "Unknown flag: ", 'builder = "buildkit" may know it' },
  { "unknown instruction: ",
    'a heredoc needs builder = "buildkit", if this is part of one' },
}

local function hint_for(self, message)
  if message:find("no active session", 1, true) then return NO_SESSION end
  if self.options.version == "2" then return nil end
  for _, row in ipairs(HINTS) do
    if message:find(row[1]) then return row[2] end
  end
end

-- Whether it was reported within the answer, a registry's refusal included.
local function is_reported(problem)
  return core.is_error(problem, "stream")
         or core.is_error(problem, "unauthorized") and not problem.status
end

-- Raises what reading has come to as the failure of a build, if it is one.
local function raise_failure(self, problem)
  if self.is_pulling then
    base_images.raise(problem, self.pulls.image, self.pulls.trouble,
                      self.follower.log, LABEL)
  end
  credentials.explain(problem, self.trouble)
  if not is_reported(problem) then
    if core.is_error(problem, "api") then
      problem.hint = problem.hint or hint_for(self, problem.message)
    end
    error(problem, 0)
  end
  local fields = self.follower:failure(problem)
  fields.hint = hint_for(self, problem.message) or problem.hint
  fail.raise(fields)
end

-- Begins with the next thing to read; false when there is nothing left.
local function begin_next(self)
  self.is_pulling = self.pulls ~= nil
  self.stream = self.pulls and self.pulls:next()
  if self.stream then
    local text = ("Pulling %s\n"):format(self.pulls.image.name)
    self.reports = self.follower:take{ stream = text }
    return true
  end
  self.is_pulling, self.pulls = false, nil
  if self.is_sent then return false end
  self.is_sent = true
  self.stream = self.context:send(self.client, self.options,
                                  { unlimited = true })
  return true
end

---Begins at once, so that what is refused at once is raised at once.
function Build:begin()
  local ok, problem = pcall(begin_next, self)
  if ok then return end
  self:close()
  raise_failure(self, problem)
end

-- What has been read to its end.
local function end_stream(self)
  self.stream:close()
  self.stream = nil
  if self.is_pulling then self.pulls:arrived() end
end

-- Reads on; false at the end of all, nil and why when nothing has come.
local function advance(self, seconds)
  if not self.stream then return begin_next(self) end
  local document, reason = self.stream:read(seconds)
  if document then
    self.reports = self.follower:take(document)
    return true
  elseif reason then
    return nil, reason
  end
  end_stream(self)
  return true
end

---The next report; nil at the end, nil and "timeout" when none has come.
---@param seconds number|nil
---@return table|nil
---@return string|nil
function Build:read(seconds)
  local deadline = seconds and core.now() + seconds
  while not self.reports[1] do
    local left = deadline and math.max(deadline - core.now(), 0)
    local ok, went_on, reason = pcall(advance, self, left)
    if not ok then raise_failure(self, went_on) end
    if not went_on then return nil, reason end
  end
  return table.remove(self.reports, 1)
end

-- Beginning ------------------------------------------------------------------

local function decoded(text)
  local ok, value = pcall(core.decode_raw, text)
  return ok and value or nil
end

-- What the Dockerfile asks for, as far as it can be known.
local function needs_of(client, context, options)
  local text = context:dockerfile_text()
  if not text then return { images = {}, session = {} } end
  local build_args = options.build_args
  if type(build_args) == "string" then build_args = decoded(build_args) end
  return stages.needs(dockerfile.parse(text), {
    build_args = type(build_args) == "table" and build_args or {},
    target = options.target, platform = options.platform,
    engine_platform = function()
      local version = core.call(client, "SystemVersion", { raw = false },
                                LABEL)
      return ("%s/%s"):format(version.os, version.arch)
    end,
  })
end

local NO = { [""] = true, ["0"] = true, ["false"] = true, ["no"] = true }

-- All images are pulled here when that is asked for: BuildKit would ask for
-- credentials.
local function prepare_buildkit(self, given)
  local client, options = self.client, self.options
  build_options.check_buildkit(options, LABEL)
  local needs = needs_of(client, self.context, options)
  if options.session == nil then base_images.check_session(needs, LABEL) end
  build_options.check_engine(client, LABEL)
  local pulls_all = not NO[options.pull or ""]
  options.version, options.pull = "2", nil
  self.pulls = base_images.open(client, needs, {
    auth = given.auth, pulls_all = pulls_all,
  }, LABEL)
end

local function prepare_classic(self, given)
  self.trouble = build_options.set_registry_config(self.client, given,
                                                   self.options, LABEL)
end

local function open(client, given, options)
  build_options.set(given, options, LABEL)
  given.builder = build_options.builder(given, options, LABEL)
  core.check(client, "ImageBuild", options, LABEL)
  options.build_args = proxies.add(options.build_args, client, LABEL)
  given.is_podman = function() return object.is_podman(client, LABEL) end
  local context = build_context.open(given, LABEL)
  local self = setmetatable({
    client = client, options = options, context = context,
    follower = build_log.follower(LABEL), pulls = nil, trouble = nil,
    stream = nil, is_pulling = false, is_sent = false, reports = {},
  }, Build)
  local prepare = given.builder == "buildkit" and prepare_buildkit
                  or prepare_classic
  local ok, problem = pcall(prepare, self, given)
  if ok then return self end
  self:close()
  error(problem, 0)
end

-- Building -------------------------------------------------------------------

local function read_all(build, report)
  local _ <close> = progress.ending(report)
  for document in function() return build:read() end do
    if report then report(document) end
  end
end

local function finish(self, report)
  local build <close> = self
  read_all(build, report)
  local follower = build.follower
  local log, id = follower.log, follower.id
  if id then
    return images.inspect(build.client, id:match("^%S+"), LABEL), log
  end
  if build.options.outputs then return nil, log end -- it went elsewhere
  fail.raise{
    kind = "protocol", method = LABEL, log = log,
    message = "the engine did not tell the id of the image",
  }
end

-- The reports themselves, as they come.
local function reports_of(self)
  self:begin()
  return core.stream_of{
    read = function(seconds) return self:read(seconds) end,
    close = function() self:close() end,
    label = LABEL, kind = "documents",
  }:iterate()
end

---@class moonsail.Images
local methods = core.methods("images")

---Builds an image from a Dockerfile and the files beside it.
---`images:build("app", {tag = "team/app:1", build_args = {VERSION = "2"}})`
---
---The engine gets a folder, without what its `.dockerignore` leaves out (or
---that of the Dockerfile, `Dockerfile.dockerignore`); an archive; files of a
---table; a Dockerfile alone; or an address from which it fetches one of these.
---The proxies of config.json become build arguments. The log prints as what a
---terminal would have shown; `log.steps` tells of each step, `log.warnings`
---what BuildKit said of the Dockerfile.
---
---With `builder = "buildkit"` the Dockerfile may have heredocs and mounts,
---where the engine's BuildKit knows them. Images that it stands on are pulled
---first. Mounted secrets and ssh agents cannot be had.
---@param path? string # a folder with a Dockerfile in it, or a tar of one,
---       plain or compressed
---@option context string|file*|(fun(): string?)|moonsail.Stream|table # the
---        bytes of a tar, or what gives them; or files, {name = "contents"} or
---        {name = {content = "contents", mode = 493}}
---@option dockerfile string # its name among the files, "Dockerfile" else; or
---        the path from the root of one elsewhere
---@option dockerfile_text string # its text: alone, or besides files
---@option gzip boolean =false # compresses what is packed here
---@option tag string|string[] # names of the image: "team/app:1"
---@option tags string|string[] # the same
---@option build_args table<string,string>|string[] # values of its ARGs
---@option labels table<string,string>|string[] # of the image
---@option builder string ="classic" # "classic": the one that every engine
---        has; "buildkit"
---@option pull boolean # fetch newer ones of the images that it begins with
---@option cache_from string|string[] # images whose layers may be taken over
---@option network string # of the steps: "host", "none"; one by its name is
---        for the classic builder
---@option force_rm boolean =true # leave no containers of it behind, ever
---@option auth moonsail.api.AuthConfig # for one registry: `username`,
---        `password`, `serveraddress`; `registry_config` is for several
---@option progress boolean|file*|fun(report: table) # true: shown on standard
---        error; a file: there; a function gets every report
---@option stream boolean =false # returns the reports as a stream, to be read
---        in a for loop; to close it early ends the build
---@takes ImageBuild
---@fills content_type version
---@uses ImageInspect ImageCreate SystemVersion
---@raises argument when there is nothing to build from, build when a step
---        fails (`step` is its instruction, `step_number` which one it is,
---        `exit_code` that of the command, `log` what was said up to then),
---        api when the engine refuses at once, not_supported when it has no
---        BuildKit, or the Dockerfile needs what we have not
---@return moonsail.Image|moonsail.Stream # nil when `outputs` sends it
---        elsewhere; with `stream` that
---@return moonsail.BuildLog
function methods:build(...)
  local options = core.gather_options("path", LABEL, ...)
  local given = build_options.take(options, complain)
  local wants_stream = progress.wants_stream(given, complain)
  local report = progress.reporter(given.progress, LABEL)
  local build = open(core.client_of(self), given, options)
  if wants_stream then return reports_of(build) end
  return finish(build, report)
end
