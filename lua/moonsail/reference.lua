-- SPDX-License-Identifier: MIT
-- Names of images: "registry:5000/team/app:1.2@sha256:…" taken apart, by the
-- grammar that registries and engines have.

local fail = require "moonsail.fail"

local reference = {}

---@class moonsail.Reference
---@field name string # with the registry, as it was given
---@field tag string|nil # "latest" when neither tag nor digest was given
---@field digest string|nil # "sha256:…"
---@field given_tag boolean # whether the tag was written out
---@field domain string # the registry, "docker.io" when none was given
---@field path string # what the registry calls it: "library/busybox"
---@field familiar string # the shortest name for it: "busybox"

-- The registry that is meant when none is named, by all its names, and where
-- it keeps what has no name of a team.
local HUB, OFFICIAL = "docker.io", "library/"
local HUB_NAMES = {
  ["docker.io"] = true, ["index.docker.io"] = true,
  ["registry-1.docker.io"] = true,
}

local MAX_NAME, MAX_TAG, MIN_DIGEST = 255, 128, 32

-- How many digits the digests have whose algorithms are known.
local DIGITS = { sha256 = 64, sha384 = 96, sha512 = 128 }

-- Parts ---------------------------------------------------------------------

-- The last colon begins a tag, unless a slash or the end of an IPv6 address
-- follows: then it is a port.
local function split_tag(text)
  local name, tag = text:match("^(.*):([^/:%]]*)$")
  if name then return name, tag end
  return text, nil
end

-- Whether what stands before the first slash is a registry.
local function is_domain(text)
  return text:find("[.:]") ~= nil or text == "localhost"
         or text:lower() ~= text
end

-- The registry, as given or nil, and the rest.
local function split_domain(name)
  local first, rest = name:match("^([^/]*)/(.*)$")
  if first and is_domain(first) then return first, rest end
  return nil, name
end

local function check_domain(domain)
  local host, port = domain:match("^(%b[])(.*)$")
  if host then
    if not host:find("^%[[%x:]+%]$") then
      return ("%s is no address of a registry"):format(host)
    end
  else
    host, port = domain:match("^([^:]*)(.*)$")
    for part in (host .. "."):gmatch("([^.]*)%.") do
      if not part:find("^%w[%w-]*$") or part:find("-$") then
        return ("'%s' is no name of a registry"):format(host)
      end
    end
  end
  if port ~= "" and not port:find("^:%d+$") then
    return ("'%s' is no port of a registry"):format(port:sub(2))
  end
end

-- Small letters and digits; between them one dot, one or two underscores, or
-- any number of dashes.
local function check_component(part)
  if part == "" then return "a part of the name is empty" end
  if part:find("[A-Z]") then
    return ("'%s' has capital letters, which are for registries and tags only")
      :format(part)
  end
  if part:find("[^a-z0-9._-]") then
    return ("'%s' has a character that names do not have"):format(part)
  end
  if not part:find("^[a-z0-9]") or not part:find("[a-z0-9]$") then
    return ("'%s' must begin and end with a letter or a digit"):format(part)
  end
  for separator in part:gmatch("[._-]+") do
    if separator ~= "." and separator ~= "_" and separator ~= "__"
       and separator:find("[^-]") then
      return ("'%s' stands in '%s', where only one of . _ __ - may be")
        :format(separator, part)
    end
  end
end

local function check_path(path)
  for part in (path .. "/"):gmatch("([^/]*)/") do
    local reason = check_component(part)
    if reason then return reason end
  end
end

local function check_tag(tag)
  if tag == "" then return "there is no tag behind the colon" end
  if not tag:find("^[%w_][%w_.-]*$") then
    return ("'%s' is no tag"):format(tag)
  elseif #tag > MAX_TAG then
    return ("the tag is longer than %d characters"):format(MAX_TAG)
  end
end

-- "sha256", "sha256+b64u": words with one of these between them.
local function is_algorithm(text)
  for word in (text .. "."):gmatch("([^%-+._]*)[%-+._]") do
    if not word:find("^%a%w*$") then return false end
  end
  return text ~= ""
end

local function check_digest(digest)
  local algorithm, digits = digest:match("^([^:]*):(%x+)$")
  if not algorithm or not is_algorithm(algorithm) then
    return ("'%s' is no digest"):format(digest)
  end
  local count = DIGITS[algorithm]
  if count and (#digits ~= count or digits:find("%u")) then
    return ("a digest of %s has %d digits in small letters, '%s' does not")
      :format(algorithm, count, digest)
  elseif #digits < MIN_DIGEST then
    return ("the digest '%s' is too short"):format(digest)
  end
end

-- References ----------------------------------------------------------------

local function is_hexadecimal(text)
  return #text == 64 and not text:find("[^0-9a-f]")
end

-- What is wrong with a name: that of a registry, or nil, and the rest.
local function check_name(domain, path)
  if path == "" then return "the name is empty" end
  if domain and domain:find("^https?:$") and path:sub(1, 1) == "/" then
    return ("the name of an image has no %s//"):format(domain)
  end
  return domain and check_domain(domain) or check_path(path)
end

-- The registry and the path written out, and the shortest name.
local function normalize(domain, path)
  if not domain or domain == "index.docker.io" then domain = HUB end
  if domain ~= HUB then return domain, path, domain .. "/" .. path end
  if not path:find("/", 1, true) then path = OFFICIAL .. path end
  local rest = path:match("^library/([^/]+)$")
  return domain, path, rest or path
end

---Takes the name of an image apart.
---@param text string
---@return moonsail.Reference|nil reference
---@return string|nil reason # why it is none
function reference.parse(text)
  if is_hexadecimal(text) then
    return nil, "64 hexadecimal digits are an id, and no name"
  end
  local rest, digest = text:match("^([^@]*)@(.*)$")
  local name, tag = split_tag(rest or text)
  local domain, path = split_domain(name)
  local reason = check_name(domain, path) or tag and check_tag(tag)
                 or digest and check_digest(digest)
  if reason then return nil, reason end
  local ref = { name = name, digest = digest, given_tag = tag ~= nil }
  ref.domain, ref.path, ref.familiar = normalize(domain, path)
  if #ref.path > MAX_NAME then
    return nil, ("the name is longer than %d characters"):format(MAX_NAME)
  end
  ref.tag = tag or not digest and "latest" or nil
  return ref
end

---Whether a text is an id of an image at full length: what no name is.
---@param text string
---@return boolean
function reference.is_id(text)
  return is_hexadecimal(text:match("^sha256:(.*)$") or text)
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

-- Registries ----------------------------------------------------------------

---The registry that an address stands for, however it is written: with a
---scheme, with a path, by another name of Docker Hub.
---@param address string # "https://index.docker.io/v1/"
---@return string # "docker.io"
function reference.registry(address)
  local host = address:gsub("^https?://", ""):match("^[^/]*")
  return HUB_NAMES[host] and HUB or host
end

---The registry of what may be less than the name of an image.
---@param text string # "quay.io/app", "app"
---@return string # "quay.io", "docker.io"
function reference.domain_of(text)
  return reference.registry(split_domain(text) or HUB)
end

return reference
