-- SPDX-License-Identifier: MIT
-- The collection of images: pulling and importing.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local progress = require "moonsail.progress"
local reference = require "moonsail.reference"

local images = {}

-- Pulling --------------------------------------------------------------------

-- The name with the option `tag` in it, which may be a digest too.
local function full_reference(name, tag, complain)
  fail.check_type(complain, "name", "string", name)
  local ref, reason = reference.parse(name)
  if not ref then complain("name", "%q: %s", name, reason) end
  if tag == nil then return ref end
  fail.check_type(complain, "tag", "string", tag)
  if (ref.given_tag or ref.digest) and tag ~= ref.tag then
    complain("tag", "given twice: here and in the name %q", name)
  end
  local separator = tag:find(":", 1, true) and "@" or ":"
  ref, reason = reference.parse(ref.name .. separator .. tag)
  if not ref then complain("tag", "%q: %s", tag, reason) end
  return ref
end

-- All images of a repository that the engine has now.
local function all_of(client, name, label)
  local list = core.call(client, "ImageList", {
    filters = { reference = name }, raw = false,
  }, label)
  for i, attrs in ipairs(list) do
    list[i] = core.new_object("image", client, attrs)
  end
  return list
end

local function image_of(client, name, label)
  local attrs = core.call(client, "ImageInspect",
                          { name = name, raw = false }, label)
  return core.new_object("image", client, attrs)
end

-- Starts ImageCreate, reports what it says, and gives the last of it.
local function create(client, options, report, label)
  options.raw = false
  local stream <close> = core.call(client, "ImageCreate", options, label,
                                   { unlimited = true })
  return progress.follow(stream, report)
end

---Pulls an image. The options are those of images:pull, and `name`.
---@param client any
---@param options table
---@param label string # for complaints: "images:pull"
---@return moonsail.Image|moonsail.Image[]
function images.pull(client, options, label)
  local complain = fail.complainer(label)
  local ref = full_reference(options.name, options.tag, complain)
  local all = options.all_tags
  if all and (ref.given_tag or ref.digest) then
    complain("all_tags", "the name has a tag already")
  end
  local report = progress.reporter(options.progress, label)
  options.name, options.all_tags, options.progress = nil, nil, nil
  options.from_image = ref.name
  options.tag = not all and (ref.digest or ref.tag) or nil
  create(client, options, report, label)
  if all then return all_of(client, ref.name, label) end
  return image_of(client, reference.format(ref), label)
end

---@class moonsail.Images
local methods = core.methods("images")

---Pulls an image from its registry.
---`images:pull("busybox", {tag = "1.36"})`
---
---Raises kind not_found, unauthorized or api when the engine refuses at once,
---and kind stream when the pull fails on the way. Stands on ImageCreate and
---ImageInspect; `platform` needs API 1.32.
---@param name string # may have a tag ("latest" else) or a digest
---@param options {tag: string|nil, platform: string|nil, auth: table|nil,
---       progress: boolean|file*|function|nil, all_tags: boolean|nil}|nil #
---       progress: true shows it on standard error; a file, there; a function
---       gets every document
---@return moonsail.Image|moonsail.Image[] # with all_tags: the list of those
---        that the engine has of that name
function methods:pull(...)
  local options = core.gather_options("name", "images:pull", ...)
  return images.pull(core.client_of(self), options, "images:pull")
end

-- Importing ------------------------------------------------------------------

-- How archives begin that are compressed; a plain tar has zeros in it.
local MAGICS = { "\31\139", "BZh", "\xFD7zXZ\0", "\x28\xB5\x2F\xFD" }

-- No path has a zero in it, and none begins like a compressed archive.
local function is_archive(text)
  if text:find("\0", 1, true) then return true end
  for _, magic in ipairs(MAGICS) do
    if text:sub(1, #magic) == magic then return true end
  end
  return false
end

-- The options of ImageCreate that stand for a source.
local function source_options(source, complain)
  if io.type(source) == "file" then
    return { from_src = "-", body = source:read("a") }
  elseif type(source) ~= "string" then
    fail.wrong_type(complain, "source",
                    "a path, a URL, an open file or the bytes of a tar",
                    source)
  elseif source:find("^https?://") then
    return { from_src = source }
  elseif is_archive(source) then
    return { from_src = "-", body = source }
  end
  local file, reason = io.open(source, "rb")
  if not file then complain("source", "%s", reason) end
  file:close()
  return { from_src = "-", body_file = source }
end

-- The stream ends with the id of the image as its status.
local function imported_id(last)
  local id = last and last.status and last.status:match("^sha256:%x+$")
  if not id then
    fail.raise{
      kind = "protocol", method = "images:import",
      message = "the engine did not tell the id of the image",
    }
  end
  return id
end

---Makes an image of one layer from the files in a tar archive.
---`images:import("root.tar", {repo = "mine", tag = "1"})`
---
---Stands on ImageCreate and ImageInspect; `changes` needs API 1.40, `platform`
---1.32.
---@param source string|file* # the path of a tar, plain or compressed; its
---       bytes; an open file; a URL that the engine fetches
---@param options {repo: string|nil, tag: string|nil,
---       changes: string|string[]|nil, message: string|nil,
---       platform: string|nil, progress: boolean|file*|function|nil}|nil #
---       changes: lines of a Dockerfile as "CMD sh"
---@return moonsail.Image
function methods:import(...)
  local label = "images:import"
  local options = core.gather_options("source", label, ...)
  local client = core.client_of(self)
  local complain = fail.complainer(label)
  local report = progress.reporter(options.progress, label)
  local source = source_options(options.source, complain)
  options.source, options.progress = nil, nil
  for name, value in pairs(source) do options[name] = value end
  if type(options.changes) == "string" then
    options.changes = { options.changes }
  end
  local last = create(client, options, report, label)
  return image_of(client, imported_id(last), label)
end

return images
