-- SPDX-License-Identifier: MIT
-- What files keep of credentials for registries, or know who keeps them: the
-- docker command's config.json, Podman's auth.json.

local cli_config = require "moonsail.cli_config"
local core = require "moonsail.core"
local credential_helper = require "moonsail.credential_helper"
local reference = require "moonsail.reference"

local credential_files = {}

---@class moonsail.CredentialSource
---@field auths table<string, table> # by registry, with the keys of the files
---@field cred_helpers table<string, string> # by registry
---@field creds_store? string # of all that is in neither
---@field has_paths? boolean # whether "registry/team" is for that team only
---@field name? string # of the file

-- Names of registries --------------------------------------------------------

-- What Docker Hub is called in these files, and by helpers.
local HUB, HUB_SERVER = "docker.io", "https://index.docker.io/v1/"

---What a registry is called by helpers and engines.
---@param registry string # "docker.io", "quay.io"
---@return string
function credential_files.server(registry)
  return registry == HUB and HUB_SERVER or registry
end

-- "registry/team/app", "registry/team", "registry"
local function places(registry, path)
  local list = {}
  while path ~= "" do
    list[#list + 1] = registry .. "/" .. path
    path = path:match("^(.*)/[^/]*$") or ""
  end
  list[#list + 1] = registry
  return list
end

-- The registry that a key is for; with the path behind it, where that counts.
local function place_of(key, has_paths)
  local registry = reference.registry(key)
  local path = has_paths and not key:find("^https?://") and key:match("/.*$")
  return registry .. (path or "")
end

-- The key that is for a registry: the one that the docker command writes, else
-- the first of the others that mean the same.
local function key_for(map, registry, path, has_paths)
  local server = credential_files.server(registry)
  if not has_paths and map[server] ~= nil then return server end
  local keys = {}
  for key in pairs(map) do
    local place = place_of(key, has_paths)
    if not keys[place] or key < keys[place] then keys[place] = key end
  end
  for _, place in ipairs(places(registry, has_paths and path or "")) do
    if keys[place] then return keys[place] end
  end
end

-- Entries --------------------------------------------------------------------

local function text_of(value)
  return type(value) == "string" and value ~= "" and value or nil
end

-- The credentials in an entry of `auths`; nil when there are none, which is
-- what is left there where a helper keeps them.
local function read_entry(entry, server, name)
  if type(entry) ~= "table" then return nil end
  local auth = {
    username = text_of(entry.username), password = text_of(entry.password),
    identity_token = text_of(entry.identitytoken),
    registry_token = text_of(entry.registrytoken),
  }
  local encoded = text_of(entry.auth)
  if encoded then
    encoded = encoded:gsub("[\r\n]", "") -- as some tools break lines
    local username, password = (core.decode_base64(encoded) or "")
      :match("^([^:]+):(.*)$")
    if not username then
      return nil, ("the auth of %s in %s is no base64 of USER:PASSWORD")
        :format(server, name)
    end
    auth.username = username
    auth.password = text_of((password:gsub("^%z+", ""):gsub("%z+$", "")))
  end
  if next(auth) == nil then return nil end
  auth.serveraddress = server
  return auth
end

-- What the file itself has.
local function find_entry(source, registry, path)
  local key = key_for(source.auths, registry, path, source.has_paths)
  if not key then return nil end
  return read_entry(source.auths[key], credential_files.server(registry),
                    source.name)
end

---What a file has for a registry, or the helper that it names.
---@param source moonsail.CredentialSource
---@param registry string
---@param path string # of the repository
---@param label string
---@return moonsail.api.AuthConfig|nil auth
---@return string|nil trouble # why there may be none
function credential_files.find(source, registry, path, label)
  local key = key_for(source.cred_helpers, registry, "", false)
  local helper = key and source.cred_helpers[key] or source.creds_store
  if key and helper == "" then helper = nil end
  if not helper then return find_entry(source, registry, path) end
  local auth, trouble = credential_helper.get(
    helper, credential_files.server(registry), label)
  if auth or not trouble then return auth end
  return find_entry(source, registry, path), trouble
end

-- All ------------------------------------------------------------------------

-- All entries of the file itself; of those that mean the same, the one that
-- is found for a single registry, too.
local function all_entries(source)
  local found, trouble = {}, nil
  for key in pairs(source.auths) do
    local place = place_of(key, source.has_paths)
    local registry, path = place:match "^([^/]*)/?(.*)$"
    local chosen = key_for(source.auths, registry, path, source.has_paths)
    local server = credential_files.server(place)
    local auth, problem = read_entry(source.auths[chosen], server, source.name)
    found[server] = auth
    trouble = trouble or problem
  end
  return found, trouble
end

-- All that a helper has.
local function all_kept(helper, label)
  local found = {}
  local servers, trouble = credential_helper.list(helper, label)
  for _, server in ipairs(servers) do
    local auth, problem = credential_helper.get(helper, server, label)
    local name = credential_files.server(reference.registry(server))
    found[name] = auth or found[name]
    trouble = trouble or problem
  end
  return found, trouble
end

---All that a file has, or the helpers that it names.
---@param source moonsail.CredentialSource
---@param label string
---@return table<string, moonsail.api.AuthConfig> # as engines name registries
---@return string|nil trouble
function credential_files.all(source, label)
  local found, trouble = all_entries(source)
  if source.creds_store then
    local kept, problem = all_kept(source.creds_store, label)
    for server, auth in pairs(kept) do found[server] = auth end
    trouble = trouble or problem
  end
  for key in pairs(source.cred_helpers) do
    local registry = reference.registry(key)
    local auth, problem = credential_files.find(source, registry, "", label)
    found[credential_files.server(registry)] = auth
    trouble = trouble or problem
  end
  return found, trouble
end

-- Podman's files -------------------------------------------------------------

local function file_paths(getenv)
  local given = cli_config.variable(getenv, "REGISTRY_AUTH_FILE")
  if given then return { given } end
  local paths = {}
  local function add(name, folder)
    local start = cli_config.variable(getenv, name)
    if not start then return false end
    paths[#paths + 1] = ("%s/%s/auth.json"):format(start, folder)
    return true
  end
  add("XDG_RUNTIME_DIR", "containers")
  if not add("XDG_CONFIG_HOME", "containers") then
    add("HOME", ".config/containers")
  end
  return paths
end

-- What is of this type in a field of a document that is an object.
local function map_in(document, name, kind)
  local value, map = document[name], {}
  if not cli_config.is_object(value) then return map end
  for key, each in pairs(value) do
    if type(each) == kind then map[key] = each end
  end
  return map
end

---The files of Podman that there are, as sources.
---@param label string
---@param getenv? fun(name: string): string|nil # os.getenv
---@return moonsail.CredentialSource[]
function credential_files.podman(label, getenv)
  local list = {}
  for _, path in ipairs(file_paths(getenv or os.getenv)) do
    local document = cli_config.read_json(path, label)
    if document then
      list[#list + 1] = {
        auths = map_in(document, "auths", "table"),
        cred_helpers = map_in(document, "credHelpers", "string"),
        has_paths = true, name = path,
      }
    end
  end
  return list
end

return credential_files
