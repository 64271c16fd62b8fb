-- SPDX-License-Identifier: MIT
-- What is asked of registries without moving anything: logins, what they have,
-- what plugins of theirs want.

local core = require "moonsail.core"
local credential_files = require "moonsail.credential_files"
local credentials = require "moonsail.credentials"
local fail = require "moonsail.fail"
local reference = require "moonsail.reference"

local HUB = "docker.io"

-- Logging in -----------------------------------------------------------------

---@class moonsail.Client
local client = core.methods("client")

local LOGIN = "client:login"

-- The registry that the options mean: serveraddress, or what other clients
-- call it.
local function take_registry(options, complain)
  local given = options.serveraddress
  if options.registry ~= nil then
    if given ~= nil then
      complain("registry", "given besides serveraddress")
    end
    given = options.registry
  end
  options.serveraddress, options.registry = nil, nil
  if given == nil then return HUB end
  fail.check_type(complain, "serveraddress", "string", given)
  local registry = reference.registry(given)
  if registry == "" then
    complain("serveraddress", "%q is no address of a registry", given)
  end
  return registry
end

-- Without a password the one that is known is tried, of that user if there is
-- one.
local function complete(self, options, registry, complain)
  if options.password ~= nil or options.identity_token ~= nil
     or options.identitytoken ~= nil then
    return
  end
  local known, trouble = credentials.for_registry(self, registry, nil, LOGIN)
  if not known or options.username ~= nil
                  and options.username ~= known.username then
    complain("password", "missing (none is known for %s%s)", registry,
             trouble and ": " .. trouble or "")
  end
  for _, name in ipairs{ "username", "password", "identity_token" } do
    options[name] = known[name]
  end
end

-- Has the engine try them. Whoever is refused here needs no hint to log in.
local function try(self, options, registry)
  local ok, answer = pcall(core.call, self, "SystemAuth", options, LOGIN)
  if ok then return answer end
  if core.is_error(answer, "unauthorized") then
    answer.hint = "check the user name and the password for " .. registry
  end
  error(answer, 0)
end

-- What later calls are to send: a token, if there is one, replaces a password.
local function to_remember(options, answer, server)
  local token = answer.identity_token
  if token == "" then token = nil end
  token = token or options.identity_token or options.identitytoken
  return {
    username = options.username, serveraddress = server,
    password = not token and options.password or nil,
    identity_token = token,
  }
end

---Has the engine try a user name and a password with a registry, and sends
---them along from then on, when this client pulls, pushes, builds or searches
---there. `docker:login("me", "secret", "registry.example.com")`
---
---They are kept in memory as long as the client is, and written nowhere.
---Without a password those are tried that are known already: see the guide on
---where they are found.
---@param username? string
---@param password? string
---@param serveraddress? string # the registry; Docker Hub without one;
---       `registry` is the same
---@option registry string # the same as serveraddress
---@takes SystemAuth
---@uses SystemAuth
---@raises argument when there is no password, unauthorized when it is wrong,
---        api when the registry cannot be asked
---@return moonsail.api.AuthResponse
function client:login(...)
  local options = core.gather_options("username password serveraddress",
                                      LOGIN, ...)
  local complain = fail.complainer(LOGIN)
  local registry = take_registry(options, complain)
  core.check(self, "SystemAuth", options, LOGIN)
  complete(self, options, registry, complain)
  local server = credential_files.server(registry)
  options.serveraddress, options.raw = server, false
  local answer = try(self, options, registry)
  credentials.remember(self, registry,
                       to_remember(options, answer, server))
  return answer
end

---Forgets what `login` has kept for a registry. Nothing is sent, and nothing
---is changed of what the docker command keeps.
---@param serveraddress? string # the registry; Docker Hub without one
---@return boolean # whether there was something to forget
function client:logout(...)
  local label = "client:logout"
  local options = core.gather_options("serveraddress", label, ...)
  local complain = fail.complainer(label)
  local registry = take_registry(options, complain)
  for name in pairs(options) do
    fail.unknown_option(complain, name, { serveraddress = true })
  end
  return credentials.remember(self, registry, nil)
end

-- Looking --------------------------------------------------------------------

-- Asks the registry of an image or a plugin, whose name is this option.
local function ask(docker, operation, target, label, ...)
  local options = core.gather_options(target, label, ...)
  core.check(docker, operation, options, label)
  return credentials.use(docker, options[target], options, label, function()
    return core.call(docker, operation, options, label)
  end)
end

---What a registry has under the name of an image: its digest and platforms.
---@param name string
---@option auth moonsail.api.AuthConfig # for the registry: `username`,
---        `password`; else what is known
---@takes DistributionInspect
---@uses DistributionInspect
---@raises argument when the name is none, unauthorized when the registry wants
---        another password, not_found when it has no such image, api when the
---        engine refuses it
---@return moonsail.api.DistributionInspect
function client:distribution(...)
  return ask(self, "DistributionInspect", "name", "client:distribution", ...)
end

---@class moonsail.Images
local images = core.methods("images")

---What Docker Hub, or a registry, has under a term.
---`images:search("busybox", 5)`
---@param term string # with the registry before it unless it is Docker Hub
---@param limit? integer # so many at most, 1 to 100
---@option auth moonsail.api.AuthConfig # for the registry: `username`,
---        `password`; else what is known
---@takes ImageSearch
---@uses ImageSearch
---@raises unauthorized when the registry wants another password, api when the
---        engine or the registry refuses it
---@return moonsail.api.ImageSearchResponseItem[]
function images:search(...)
  local label = "images:search"
  local options = core.gather_options("term limit", label, ...)
  local docker = core.client_of(self)
  core.check(docker, "ImageSearch", options, label)
  local registry = reference.domain_of(options.term)
  return credentials.use_for(docker, registry, options, label, function()
    return core.call(docker, "ImageSearch", options, label)
  end)
end

---@class moonsail.Plugins
local plugins = core.methods("plugins")

---What the plugin of this name wants to be allowed.
---@param remote string # its name in its registry
---@option auth moonsail.api.AuthConfig # for the registry: `username`,
---        `password`; else what is known
---@takes GetPluginPrivileges
---@uses GetPluginPrivileges
---@raises unauthorized when the registry wants another password, not_found
---        when it has no such plugin, api when the engine refuses it
---@return moonsail.api.PluginPrivilege[]
function plugins:privileges(...)
  return ask(core.client_of(self), "GetPluginPrivileges", "remote",
             "plugins:privileges", ...)
end
