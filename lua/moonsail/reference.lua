-- SPDX-License-Identifier: MIT
-- Names of images: "registry:5000/team/app:1.2@sha256:…" taken apart.

local fail = require "moonsail.fail"

local reference = {}

---@class moonsail.Reference
---@field name string # with the registry, when there is one
---@field tag string|nil # "latest" when neither tag nor digest was given
---@field digest string|nil # "sha256:…"
---@field given_tag boolean # whether the tag was written out

-- The last colon begins a tag, unless a slash follows: then it is a port.
local function split_tag(text)
  local name, tag = text:match("^(.*):([^/:]*)$")
  if name then return name, tag end
  return text, nil
end

local function check(name, tag, digest)
  if name == "" then return "the name is empty" end
  if name:find("[%s@]") or name:find("//", 1, true) then
    return "it is no name of an image"
  end
  if tag and not tag:find("^[%w_][%w_.-]*$") then
    return ("'%s' is no tag"):format(tag)
  end
  if digest and not digest:find("^[%w+._-]+:%x+$") then
    return ("'%s' is no digest"):format(digest)
  end
end

---Takes the name of an image apart.
---@param text string
---@return moonsail.Reference|nil reference
---@return string|nil reason # why it is none
function reference.parse(text)
  local rest, digest = text:match("^([^@]*)@(.*)$")
  local name, tag = split_tag(rest or text)
  local reason = check(name, tag, digest)
  if reason then return nil, reason end
  local given_tag = tag ~= nil
  if not tag and not digest then tag = "latest" end
  return { name = name, tag = tag, digest = digest, given_tag = given_tag }
end

---The name that stands for the same image: a digest outdoes a tag.
---@param ref moonsail.Reference
---@return string
function reference.format(ref)
  if ref.digest then return ref.name .. "@" .. ref.digest end
  return ref.name .. ":" .. ref.tag
end

---Parts the options that give an image a name: `repo`, which may have the tag
---in it, and `tag`.
---@param options table # both are set
---@param complain fun(path: string, format: string, ...)
function reference.split(options, complain)
  fail.check_type(complain, "repo", "string", options.repo)
  local ref, reason = reference.parse(options.repo)
  if not ref then complain("repo", "%q: %s", options.repo, reason) end
  if ref.digest then complain("repo", "a digest cannot be given") end
  if ref.given_tag and options.tag then
    complain("tag", "given twice: here and in the name %q", options.repo)
  end
  options.repo, options.tag = ref.name, options.tag or ref.tag
end

-- What an engine may put before a name that has no registry.
local PREFIXES = { "", "docker.io/", "docker.io/library/", "localhost/" }

---Whether two names, without their tags, stand for the same repository:
---engines write out what a short name leaves out.
---@param one string
---@param other string
---@return boolean
function reference.same_name(one, other)
  for _, prefix in ipairs(PREFIXES) do
    if one == prefix .. other or other == prefix .. one then return true end
  end
  return false
end

return reference
