-- SPDX-License-Identifier: MIT
-- Methods of an image that are more than one operation of the API.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local object = require "moonsail.object"
local reference = require "moonsail.reference"

object.add_methods("image", "ImageInspect", "name")

---@class moonsail.Image
local methods = core.methods("image")

---Gives the image another name. Stands on ImageTag.
---@param repo string # may have the tag in it: "team/app:1.2"
---@param options {tag: string|nil}|nil # "latest" unless given
---@return boolean # true
function methods:tag(...)
  local options = core.gather_options("repo tag", "image:tag", ...)
  local complain = fail.complainer("image:tag")
  fail.check_type(complain, "repo", "string", options.repo)
  local ref, reason = reference.parse(options.repo)
  if not ref then complain("repo", "%q: %s", options.repo, reason) end
  if ref.digest then complain("repo", "a digest cannot be given") end
  if ref.given_tag and options.tag then
    complain("tag", "given twice: here and in the name %q", options.repo)
  end
  options.name = core.attrs(self).id
  options.repo, options.tag = ref.name, options.tag or ref.tag
  return core.call(core.client_of(self), "ImageTag", options, "image:tag")
end

return methods
