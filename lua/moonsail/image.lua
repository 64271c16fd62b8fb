-- SPDX-License-Identifier: MIT
-- Methods of an image that are more than one operation of the API.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local gating = require "moonsail.gating"
local image_archives = require "moonsail.image_archives"
local images = require "moonsail.images"
local object = require "moonsail.object"
local own = require "moonsail.own"
local platform = require "moonsail.platform"
local reference = require "moonsail.reference"
local saving = require "moonsail.saving"

object.add_methods("image", "ImageInspect", "name")

---@class moonsail.Image
local methods = core.methods("image")

-- Names ---------------------------------------------------------------------

-- What engines list of an image that has no name.
local NO_NAME = "<none>:<none>"

---Its names with their tags: `{"busybox:latest"}`. As last fetched: see
---`reload`.
---@return string[]
function methods:tags()
  local tags = {}
  for _, tag in ipairs(core.attrs(self).repo_tags or {}) do
    if tag ~= NO_NAME then tags[#tags + 1] = tag end
  end
  return core.readable(tags)
end

---The first of its names: "busybox:latest"; nil when it has none.
---@return string|nil
function methods:name()
  return self:tags()[1]
end

---Gives the image another name.
---`image:tag("team/app", "1.2")`
---@param repo string # may have the tag in it: "team/app:1.2"
---@param tag? string # "latest" unless given
---@takes ImageTag
---@raises argument when the name is none, not_found when the image has gone
---@return boolean # true
function methods:tag(...)
  local options = core.gather_options("repo tag", "image:tag", ...)
  local complain = fail.complainer("image:tag")
  reference.split(options, complain)
  own.fill(options, "name", self, complain)
  return core.call(core.client_of(self), "ImageTag", options, "image:tag")
end

-- The name among those of an image that a given one stands for.
local function find_name(tags, given)
  local ref = reference.parse(given)
  for _, name in ipairs(tags) do
    local other = reference.parse(name)
    if name == given or ref and other and other.tag == ref.tag
       and reference.same_name(other.name, ref.name) then
      return name
    end
  end
end

---Takes one of its names away from the image. With the last one the engine
---removes the image itself, unless a container uses it.
---@param tag string # the name: "team/app:1.2"; ":latest" may be left out
---@takes ImageDelete
---@uses ImageInspect
---@raises argument when the image does not have that name
---@return moonsail.api.ImageDeleteResponseItem[] # what went
function methods:untag(...)
  local label = "image:untag"
  local options = core.gather_options("tag", label, ...)
  local complain = fail.complainer(label)
  local given = own.take(options, { tag = "string" }, "ImageDelete", complain)
  if not given.tag then complain("tag", "missing (a name of the image)") end
  local client = core.client_of(self)
  own.fill(options, "name", self, complain)
  gating.check(client, "ImageDelete", options, label)
  local tags = images.inspect(client, self:id(), label):tags()
  options.name = find_name(tags, given.tag)
  if not options.name then
    complain("tag", "the image is not called %q, but %s", given.tag,
             #tags > 0 and table.concat(tags, ", ") or "nothing")
  end
  return core.call(client, "ImageDelete", options, label)
end

-- Moving --------------------------------------------------------------------

-- The name by which the image is pushed: the one given, or its first one that
-- has the tag.
local function pushed_name(self, options, complain)
  if options.name ~= nil then return options.name, options.tag end
  for _, name in ipairs(self:tags()) do
    local ref = reference.parse(name)
    if options.tag == nil or ref.tag == options.tag then
      if options.all_tags then return ref.name end
      return name
    end
  end
  if options.tag ~= nil then
    complain("tag", "the image has no name with the tag %s", options.tag)
  end
  complain("name", "the image has no name: give it one by image:tag")
end

---Pushes the image to the registry that its name begins with.
---`image:push{auth = {username = "me", password = "secret"}}`
---@param name? string # one of its names; else the first of them
---@option tag string # its first name with this tag; with a name, the tag of
---        that
---@option all_tags boolean =false # push all tags that the engine has of the
---        name
---@option auth moonsail.api.AuthConfig # for the registry: `username`,
---        `password`; else what is known
---@option platform string|moonsail.api.OCIPlatform # of an image for several:
---        "linux/arm64"
---@option progress boolean|file*|fun(report: table) # true: shown on standard
---        error; a file: there; a function gets every report
---@option stream boolean =false # returns the reports as a stream, to be read
---        in a for loop; to close it early ends the push
---@takes ImagePush
---@uses ImageList
---@raises argument when the image has no such name, unauthorized when the
---        registry wants another password, stream when the push fails on its
---        way, api when the engine refuses it
---@return moonsail.Pushed|moonsail.Pushed[]|moonsail.Stream # with all_tags: a
---        list of them; with `stream` that
function methods:push(...)
  local label = "image:push"
  local options = core.gather_options("name", label, ...)
  options.name, options.tag = pushed_name(self, options,
                                          fail.complainer(label))
  return images.push(core.client_of(self), options, label)
end

---Saves the image with all its layers and names as an archive that images:load
---takes. `image:save("app.tar")`
---@param dest? string|file* # a path or an open file; else a stream of bytes
---       is returned
---@option platform string|table # of an image for several, which of these:
---        "linux/arm64", or a list
---@takes ImageGetAll
---@fills names
---@uses ImageInspect ImageGet
---@raises argument when the file cannot be written, not_found when the image
---        has gone
---@return moonsail.Stream|integer # with `dest` how many bytes there were
function methods:save(...)
  local label = "image:save"
  local options = core.gather_options("dest", label, ...)
  local complain = fail.complainer(label)
  local dest = own.take(options, { dest = "any" }, "ImageGetAll",
                        complain).dest
  saving.check(dest, "dest", complain)
  options.platform = platform.list_of(options.platform, "platform", complain)
  own.fill(options, "name", self, complain)
  gating.check(core.client_of(self), "ImageGet", options, label)
  local names, operation = image_archives.names_now(self, label), "ImageGet"
  options.name = names[1]
  if #names > 1 then
    options.name, options.names = nil, names
    operation = "ImageGetAll"
  end
  local stream = core.call(core.client_of(self), operation, options, label)
  return saving.deliver(stream, dest, label)
end

return methods
