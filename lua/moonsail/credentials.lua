-- SPDX-License-Identifier: MIT
-- Which credentials a registry gets: those of the call, of a login, of the
-- docker command's configuration.

local fail = require "moonsail.fail"
local reference = require "moonsail.reference"

local credentials = {}

-- What docker:login() has been told, by client, then by registry.
local logins = setmetatable({}, { __mode = "k" })

---The credentials for the registry of an image, as the option `auth` takes
---them. What is given comes first; then what docker:login() was told; then what
---the docker command would send.
---@param client moonsail.Client
---@param name string # of an image, with or without a registry and a tag
---@param given moonsail.api.AuthConfig|nil # the option `auth` of the call
---@param label string # for complaints: "images:pull"
---@return moonsail.api.AuthConfig|nil auth # nil: go without
---@return string|nil trouble # why there may be none, for the hint of an error
function credentials.for_image(client, name, given, label)
  if given ~= nil then return given end
  local ref, reason = reference.parse(name)
  if not ref then fail.argument(label, "%q: %s", name, reason) end
  return nil
end

---All credentials that there are, by the registry as engines want it named,
---for a build, which may pull from several.
---@param client moonsail.Client
---@param label string
---@return table<string, moonsail.api.AuthConfig>
---@return string|nil trouble
function credentials.all(client, label)
  local _ = label
  return logins[client] or {}
end

return credentials
