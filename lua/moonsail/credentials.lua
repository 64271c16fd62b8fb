-- SPDX-License-Identifier: MIT
-- Which credentials a registry gets: those of the call, of a login, of the
-- environment, of the docker command's or Podman's files.

local cjson = require "cjson"
local cli_config = require "moonsail.cli_config"
local core = require "moonsail.core"
local credential_files = require "moonsail.credential_files"
local fail = require "moonsail.fail"
local object = require "moonsail.object"
local reference = require "moonsail.reference"

local credentials = {}

-- Logins --------------------------------------------------------------------

-- What docker:login() was told: by client, then by registry.
local logins = setmetatable({}, { __mode = "k" })

---Keeps credentials for as long as the client lives.
---@param client moonsail.Client
---@param registry string # as reference.registry names it
---@param auth moonsail.api.AuthConfig|nil # nil: forgets them
---@return boolean # whether there were some before
function credentials.remember(client, registry, auth)
  local known = logins[client] or {}
  logins[client] = known
  local had = known[registry] ~= nil
  known[registry] = auth
  return had
end

-- Where they are looked for --------------------------------------------------

-- What DOCKER_AUTH_CONFIG holds, in the form of a config.json.
local function environment()
  local text = cli_config.variable(os.getenv, "DOCKER_AUTH_CONFIG")
  if not text then return nil end
  local ok, document = pcall(cjson.decode, text)
  local auths = ok and type(document) == "table" and document.auths
  if cli_config.is_object(auths) then
    return { auths = auths, cred_helpers = {}, name = "DOCKER_AUTH_CONFIG" }
  end
  return nil, "DOCKER_AUTH_CONFIG cannot be read"
end

-- Reads files; of one that cannot be read nothing is had, and it is told why.
local function attempt(read, ...)
  local ok, result = pcall(read, ...)
  if ok then return result end
  if not core.is_error(result, "argument") then error(result, 0) end
  return nil, result.message
end

-- Everything that may have some, the first one first, and what is wrong with
-- one of them.
local function sources(client, label)
  local given, trouble = environment()
  local list = { given }
  local files, problem = attempt(credential_files.podman, label)
  if files and #files > 0 and object.is_podman(client, label) then
    table.move(files, 1, #files, #list + 1, list)
  end
  local config, reason = attempt(cli_config.of, client, label)
  if config then
    list[#list + 1] = {
      auths = config.auths, cred_helpers = config.cred_helpers,
      creds_store = config.creds_store, name = config.path,
    }
  end
  return list, trouble or problem or reason
end

-- Asking --------------------------------------------------------------------

-- The credentials for a repository of a registry.
local function find(client, registry, path, label)
  local known = logins[client] and logins[client][registry]
  if known then return known end
  local list, trouble = sources(client, label)
  for _, source in ipairs(list) do
    local auth, problem = credential_files.find(source, registry, path, label)
    if auth then return auth end
    trouble = trouble or problem
  end
  return nil, trouble
end

-- Those of the call, with the registry that they are for.
local function completed(given, registry)
  if type(given) ~= "table" or given.serveraddress ~= nil
     or next(given) == nil then
    return given
  end
  local auth = { serveraddress = credential_files.server(registry) }
  for name, value in pairs(given) do auth[name] = value end
  return auth
end

---The credentials for a registry, as the option `auth` takes them. What is
---given comes first; then what docker:login() was told; then what the docker
---command would send.
---@param client moonsail.Client
---@param registry string # as reference.registry names it: "docker.io"
---@param given moonsail.api.AuthConfig|nil # the option `auth` of the call;
---       `{}`: none
---@param label string # of the call: "images:pull"
---@param path? string # of a repository there, for which Podman may have some
---       of its own: "team/app"
---@return moonsail.api.AuthConfig|nil auth # nil: go without
---@return string|nil trouble # why there may be none, for the hint of an error
function credentials.for_registry(client, registry, given, label, path)
  if given ~= nil then return completed(given, registry) end
  return find(client, registry, path or "", label)
end

-- The registry of an image, and what it is called there.
local function registry_of(name, label)
  local ref, reason = reference.parse(name)
  if not ref then fail.argument(label, "%q: %s", name, reason) end
  return reference.registry(ref.domain), ref.path
end

---The same for the registry of an image.
---@param client moonsail.Client
---@param name string # with or without a registry and a tag
---@param given moonsail.api.AuthConfig|nil
---@param label string
---@return moonsail.api.AuthConfig|nil auth
---@return string|nil trouble
function credentials.for_image(client, name, given, label)
  local registry, path = registry_of(name, label)
  return credentials.for_registry(client, registry, given, label, path)
end

---All credentials that there are, for a build, which may pull from several
---registries. They are named as engines want it.
---@param client moonsail.Client
---@param label string
---@return table<string, moonsail.api.AuthConfig>
---@return string|nil trouble
function credentials.all(client, label)
  local all = {}
  local list, trouble = sources(client, label)
  for i = #list, 1, -1 do
    local found, problem = credential_files.all(list[i], label)
    for server, auth in pairs(found) do all[server] = auth end
    trouble = trouble or problem
  end
  for registry, auth in pairs(logins[client] or {}) do
    all[credential_files.server(registry)] = auth
  end
  return all, trouble
end

-- Refusals ------------------------------------------------------------------

---Says in an error why there were no credentials, if a registry has refused
---to do without.
---@param problem any
---@param trouble string|nil
function credentials.explain(problem, trouble)
  if not trouble or not core.is_error(problem) then return end
  local is_refused = core.is_error(problem, "unauthorized")
                     or core.is_error(problem, "forbidden")
                     or problem.message:find("docker login", 1, true)
  if not is_refused then return end
  problem.hint = trouble .. (problem.hint and "; " .. problem.hint or "")
end

-- The results of what pcall called; a stream among them may still fail.
local function explained(trouble, label, ok, result, ...)
  if not ok then
    credentials.explain(result, trouble)
    error(result, 0)
  elseif fail.type_name(result) ~= "moonsail.stream" then
    return result, ...
  end
  return core.stream_of{
    read = function(seconds)
      return explained(trouble, label, pcall(result.read, result, seconds))
    end,
    close = function() result:close() end,
    label = label, kind = "documents",
  }:iterate()
end

-- As the header is called in the API.
local HEADER = "X-Registry-Auth"

---Sets the option `auth`, unless it is given, and returns what fn() does. When
---the registry refuses that, the error tells why there were no credentials.
---@param client moonsail.Client
---@param registry string # as reference.registry names it
---@param options table # of the call
---@param label string
---@param fn fun(): any
---@param path? string # of a repository there
---@return any
function credentials.use_for(client, registry, options, label, fn, path)
  local given = options.auth
  if given == nil then given = options[HEADER] end
  options[HEADER] = nil
  local auth, trouble = credentials.for_registry(client, registry, given,
                                                 label, path)
  options.auth = auth
  if not trouble then return fn() end
  return explained(trouble, label, pcall(fn))
end

---The same for the registry of an image.
---@param client moonsail.Client
---@param name string
---@param options table
---@param label string
---@param fn fun(): any
---@return any
function credentials.use(client, name, options, label, fn)
  local registry, path = registry_of(name, label)
  return credentials.use_for(client, registry, options, label, fn, path)
end

return credentials
