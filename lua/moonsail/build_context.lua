-- SPDX-License-Identifier: MIT
-- What an image is built from: a folder, an archive, files that are given as
-- text, or an address from which the engine fetches one of these.
--
--     local context <close> = build_context.open({ path = "app" }, LABEL)
--     local stream = context:send(client, options, { unlimited = true })

local archived_dockerfile = require "moonsail.archived_dockerfile"
local context_files = require "moonsail.context_files"
local context_folder = require "moonsail.context_folder"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local source = require "moonsail.source"
local upload = require "moonsail.upload"

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
---@field source moonsail.Source|nil # nil when the engine fetches it
---@field options table # of ImageBuild: `dockerfile`, `remote`
---@field text string|nil # the Dockerfile, where it is known
---@field archive table|nil # {value, is_path}, in which it may be
---@field label string
local Context = { __name = "moonsail.build_context" }
Context.__index = Context

---Lets go of what it holds; may be called again.
function Context:close()
  if self.source then self.source:close() end
end

Context.__close = Context.close

---Begins the build with it.
---@param client moonsail.Client
---@param options table # of ImageBuild; changed
---@param settings table # of core.call
---@return moonsail.Stream
function Context:send(client, options, settings)
  for name, value in pairs(self.options) do options[name] = value end
  if not self.source then
    return core.call(client, "ImageBuild", options, self.label, settings)
  end
  return upload.call(client, "ImageBuild", options, self.source, self.label,
                     settings)
end

---The text of its Dockerfile.
---@return string|nil # nil where it cannot be told before the engine has it
function Context:dockerfile_text()
  if not self.text and self.archive then
    self.text = archived_dockerfile.text(self.archive.value,
      self.archive.is_path, self.options.dockerfile, self.label)
  end
  return self.text
end

-- What is given --------------------------------------------------------------

local EXPECTED = "a folder or a tar; else context, dockerfile_text or remote"

local SOURCES = { "path", "context", "remote" } -- one of which may be there

local function check_sources(given, complain)
  local first
  for _, name in ipairs(SOURCES) do
    if given[name] ~= nil then
      if first then complain(name, "given besides %s", first) end
      first = name
    end
  end
  if first or given.dockerfile_text then return end
  complain("path", "missing (%s)", EXPECTED)
end

-- Complains of what makes sense only for what is packed here.
local function check_unpacked(given, what, complain)
  if given.gzip then
    complain("gzip", "%s is sent as it is", what)
  elseif given.dockerfile_text then
    complain("dockerfile_text", "it cannot be added to %s", what)
  end
end

-- A tar, plain or compressed, is known by how it begins.
local function check_archive(bytes, what, complain)
  if source.is_archive(bytes) then return end
  complain(what, "expected a tar, plain or compressed; a Dockerfile is given "
           .. "as dockerfile_text")
end

local HEAD = 512

local function open_file(self, path, given, complain)
  local file, reason = io.open(path, "rb")
  local head
  if file then
    head, reason = file:read(HEAD)
    file:close()
  end
  if reason then complain("path", "%s", reason) end
  check_archive(head or "", "path", complain)
  check_unpacked(given, "an archive", complain)
  self.archive = { value = path, is_path = true }
  self.source = source.of(path, { name = "path", label = self.label,
                                  expected = EXPECTED }, complain)
end

local CONTEXTS = "the bytes of a tar, an open file, a function or stream that "
  .. "gives them, or a table of files"

local function open_archive(self, value, given, complain)
  check_unpacked(given, "an archive", complain)
  if type(value) == "string" then
    check_archive(value, "context", complain)
  end
  self.archive = { value = value, is_path = false }
  self.source = source.of(value, { name = "context", label = self.label,
                                   expected = CONTEXTS }, complain)
end

-- Packing --------------------------------------------------------------------

-- Everything belongs to root, as the docker command has it.
local function pack(self, packed, given)
  self.options.dockerfile, self.text = packed.dockerfile, packed.text
  self.source = source.packed(packed.entries, self.label, {
    uid = 0, gid = 0, filter = packed.filter, gzip = given.gzip,
  })
end

local function open_path(self, path, given, complain)
  local kind, reason = core.file_kind(path)
  if path == "" then complain("path", "empty (%s)", EXPECTED) end
  if not kind then complain("path", "%s: %s", path, reason) end
  if kind ~= "folder" then return open_file(self, path, given, complain) end
  pack(self, context_folder.open(path, given, complain), given)
end

local function is_files(value)
  return type(value) == "table" and getmetatable(value) == nil
end

local function open_text(self, given)
  local text = given.dockerfile_text
  local entry = { name = "Dockerfile", content = text }
  pack(self, { entries = { entry }, text = text }, given)
end

local function open_source(self, given, complain)
  if given.remote ~= nil then
    check_unpacked(given, "what the engine fetches", complain)
    self.options.remote = given.remote
  elseif given.path ~= nil then
    open_path(self, given.path, given, complain)
  elseif is_files(given.context) then
    pack(self, context_files.open(given, complain), given)
  elseif given.context ~= nil then
    open_archive(self, given.context, given, complain)
  else
    open_text(self, given)
  end
end

---Opens the context of a build: everything is checked, and nothing sent yet.
---@param given table # of build_context.TYPES; and `builder`: "buildkit" does
---       without a .dockerignore; `is_podman`, a function that tells whether
---       it is Podman that builds
---@param label string # "images:build"
---@return moonsail.BuildContext # to be closed
function build_context.open(given, label)
  local complain = fail.complainer(label)
  check_sources(given, complain)
  if given.dockerfile and given.dockerfile_text then
    complain("dockerfile", "given besides dockerfile_text")
  end
  local self = setmetatable({
    source = nil,
    options = { dockerfile = given.dockerfile },
    text = nil,
    archive = nil,
    label = label,
  }, Context)
  open_source(self, given, complain)
  return self
end

return build_context
