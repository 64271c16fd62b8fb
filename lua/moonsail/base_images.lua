-- SPDX-License-Identifier: MIT
-- The images that a build of BuildKit's stands on: those that the engine lacks
-- are pulled before it begins, because BuildKit asks its client for the
-- credentials, by a session that we do not have.

local core = require "moonsail.core"
local credentials = require "moonsail.credentials"
local dockerfile = require "moonsail.dockerfile"
local fail = require "moonsail.fail"
local images = require "moonsail.images"
local reference = require "moonsail.reference"
local stages = require "moonsail.dockerfile_stages"

local base_images = {}

-- What cannot be without a session -------------------------------------------

---Raises kind not_supported for what a Dockerfile wants of a session.
---@param needs moonsail.DockerfileNeeds
---@param label string
function base_images.check_session(needs, label)
  local first = needs.session[1]
  if not first then return end
  fail.raise{
    kind = "not_supported", method = label, step = first.text,
    line = first.line,
    message = ("line %d of the Dockerfile (%s): %s needs a session between "
      .. "BuildKit and its client, which moonsail does not have"):format(
      first.line, first.text, first.what),
  }
end

-- What is there --------------------------------------------------------------

local ARCHITECTURES = {
  aarch64 = "arm64", armhf = "arm", i386 = "386", x86_64 = "amd64",
  ["x86-64"] = "amd64",
}

-- Whether an image is for a platform such as "linux/arm64".
local function is_for(attrs, platform)
  if not platform then return true end
  local os, architecture, variant =
    platform:lower():match("^([^/]+)/?([^/]*)/?(.*)$")
  if architecture == "" then
    os, architecture = nil, os -- "arm64" alone; or "linux", which is no part
  end
  architecture = ARCHITECTURES[architecture] or architecture
  local has_variant = attrs.variant ~= nil and attrs.variant ~= ""
  return (not os or attrs.os == os)
    and (attrs.architecture == architecture or attrs.os == architecture)
    and (variant == "" or not has_variant or attrs.variant == variant)
end

-- The attributes of the image, if the engine has it for that platform.
local function find(client, image, label)
  local ok, found = pcall(images.inspect, client, image.name, label)
  if ok then
    local attrs = core.attrs(found)
    return is_for(attrs, image.platform) and attrs or nil
  end
  if not core.is_error(found, "not_found") then error(found, 0) end
end

-- Pulling --------------------------------------------------------------------

-- The credentials of the call, if they are for the registry of the image.
local function given_for(name, auth)
  local address = auth and auth.serveraddress
  local ref = address and reference.parse(name)
  if ref and reference.registry(address) == reference.registry(ref.domain)
  then
    return auth
  end
end

-- What a registry, or the engine, may say of an image is a failure of the
-- build; that there is no engine is none.
local KINDS = {
  api = true, conflict = true, forbidden = true, not_found = true,
  stream = true, unauthorized = true, auth = true,
}

---Raises what a pull has come to as the failure of a build.
---@param problem any # what was raised
---@param image moonsail.DockerfileImage
---@param trouble string|nil # with the credentials
---@param log moonsail.BuildLog
---@param label string
function base_images.raise(problem, image, trouble, log, label)
  if not core.is_error(problem) or not KINDS[problem.kind] then
    error(problem, 0)
  end
  credentials.explain(problem, trouble)
  fail.raise{
    kind = "build", method = label, operation = problem.operation,
    status = problem.status, cause = problem, step = image.text,
    line = image.line, hint = problem.hint, log = log,
    message = ("%s: %s"):format(image.name, problem.message),
  }
end

---@class moonsail.BaseImages
---@field queue moonsail.DockerfileImage[] # those that are still to be seen to
local Pulls = {}
Pulls.__index = Pulls

-- Adds what the ONBUILDs of an image ask for, which is known only now.
local function add_triggers(self, attrs)
  local list = {}
  local triggers = attrs.config and attrs.config.on_build or {}
  for i, text in ipairs(triggers) do
    list[i] = dockerfile.instruction(text, self.image.line, "\\")
  end
  local needs = stages.trigger_needs(list, self.image)
  base_images.check_session(needs, self.label)
  table.move(needs.images, 1, #needs.images, #self.queue + 1, self.queue)
end

local function pull(self, image)
  local auth, trouble = credentials.for_image(
    self.client, image.name, given_for(image.name, self.auth), self.label)
  self.trouble = trouble
  return (images.pull(self.client, {
    name = image.name, platform = image.platform, auth = auth, stream = true,
  }, self.label))
end

-- Whether BuildKit would look for it by this name at all.
local function is_name(text)
  return reference.parse(text) ~= nil
end

---Looks for the images that are still to be seen to, up to one that has to be
---pulled.
---@return moonsail.Stream|nil # of the reports of that; nil: all are there
function Pulls:next()
  while self.queue[1] do
    local image = table.remove(self.queue, 1)
    self.image = image
    local attrs = not self.pulls_all and is_name(image.name)
                  and find(self.client, image, self.label)
    if attrs then
      if image.is_base then add_triggers(self, attrs) end
    elseif is_name(image.name) then
      return pull(self, image)
    end
  end
end

---What is to be done when the one that was being pulled is there.
function Pulls:arrived()
  local attrs = self.image.is_base and find(self.client, self.image,
                                            self.label)
  if attrs then add_triggers(self, attrs) end
end

---The pulls that a build begins with.
---@param client moonsail.Client
---@param needs moonsail.DockerfileNeeds
---@param settings table # `auth` of the call, `pulls_all`
---@param label string # "images:build"
---@return moonsail.BaseImages
function base_images.open(client, needs, settings, label)
  return setmetatable({
    client = client, queue = needs.images, image = nil, trouble = nil,
    auth = settings.auth, pulls_all = settings.pulls_all or false,
    label = label,
  }, Pulls)
end

return base_images
