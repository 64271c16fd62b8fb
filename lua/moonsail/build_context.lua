-- SPDX-License-Identifier: MIT
-- What an image is built from: a folder, an archive, a Dockerfile alone, or
-- an address from which the engine fetches one of these.
--
--     local context <close> = build_context.open({ path = "app" }, LABEL)
--     local stream = context:send(client, options, { unlimited = true })

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local tarball = require "moonsail.tarball"

local build_context = {}

---The options of a build that are ours to take: types of own.take.
build_context.TYPES = {
  path = "string",
  context = "any",
  dockerfile = "string",
  dockerfile_text = "string",
  remote = "string",
  gzip = "boolean",
}

---@class moonsail.BuildContext
---@field source any # for upload.call; nil when the engine fetches it
---@field options table # of ImageBuild: `dockerfile`, `remote`, …
local Context = { __name = "moonsail.build_context" }
Context.__index = Context

---Lets go of what it holds; may be called again.
function Context:close()
  local guard <close> = self.guard -- luacheck: ignore 211
  self.guard = nil
end

Context.__close = Context.close

---Begins the build with it.
---@param client moonsail.Client
---@param options table # of ImageBuild
---@param settings table # of core.call
---@return moonsail.Stream
function Context:send(client, options, settings)
  local all = {}
  for name, value in pairs(options) do all[name] = value end
  for name, value in pairs(self.options) do all[name] = value end
  return core.call(client, "ImageBuild", all, self.label, settings)
end

---The text of its Dockerfile; nil and why where it cannot be told.
---@return string|nil
---@return string|nil # the reason
function Context:dockerfile_text()
  if self.text then return self.text end
  return nil, "the Dockerfile is in an archive"
end

-- What there is to build from ------------------------------------------------

-- One of which must be there.
local SOURCES = { "path", "context", "dockerfile_text", "remote" }

local function check_sources(given, complain)
  local first
  for _, name in ipairs(SOURCES) do
    if given[name] ~= nil then
      if first then complain(name, "given besides %s", first) end
      first = name
    end
  end
  if not first then
    complain("path", "missing (a folder or a tar; else context, "
             .. "dockerfile_text or remote)")
  end
end

local function read_dockerfile(self, folder, name)
  local file = io.open(folder .. "/" .. (name or "Dockerfile"), "rb")
  if not file then return end
  self.text = file:read("a")
  file:close()
end

local function set_path(self, path, given, complain)
  local is_folder, reason = tarball.is_folder(path)
  if reason then complain("path", "%s", reason) end
  if not is_folder then
    self.options.body_file = path
    return
  end
  read_dockerfile(self, path, given.dockerfile)
  self.options.body_file, self.guard =
    tarball.packed({ { path = path, name = "." } }, self.label)
end

local function set_source(self, given, complain)
  local context = given.context
  if given.dockerfile_text then
    self.text = given.dockerfile_text
    self.options.body = tarball.of_text("Dockerfile", self.text)
  elseif io.type(context) == "file" then
    self.options.body = context:read("a")
      or complain("context", "cannot be read")
  elseif context ~= nil then
    self.options.body = fail.check_type(complain, "context", "string", context)
  elseif given.path then
    set_path(self, given.path, given, complain)
  end
end

---Opens the context of a build. Nothing is sent yet.
---@param given table # path, context, dockerfile, dockerfile_text, remote, gzip
---@param label string # "images:build"
---@return moonsail.BuildContext # to be closed
function build_context.open(given, label)
  local complain = fail.complainer(label)
  check_sources(given, complain)
  local self = setmetatable({
    source = nil,
    options = { dockerfile = given.dockerfile, remote = given.remote },
    label = label,
    guard = nil, -- what is to be closed after the build
    text = nil,  -- of the Dockerfile
  }, Context)
  set_source(self, given, complain)
  return self
end

return build_context
