-- SPDX-License-Identifier: MIT
-- Where the engine is, and what else a client is made with.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local version = require "moonsail.version"

local config = {}

local METHOD = "moonsail.client"
local complain = fail.complainer(METHOD)

-- Options of a client, with the type each must have.
local TYPES = {
  host = "string",
  api_version = "string",
  user_agent = "string",
  raw = "boolean",
  on_result = "function",
  max_body = "size",
  window = "size",
  timeout = "limit",
  connect_timeout = "limit",
  idle_timeout = "limit",
}

-- Sockets -----------------------------------------------------------------

local DEFAULT_SOCKET = "/var/run/docker.sock"

---The sockets that are looked for when nothing says where the engine is, in
---this order: the docker command's own, then what a rootless Docker and Docker
---Desktop make, then Podman's.
---@param getenv fun(name: string): string|nil
---@return string[] # their paths
function config.default_sockets(getenv)
  local paths = { DEFAULT_SOCKET }
  local function add(folder, rest)
    if folder and folder ~= "" then paths[#paths + 1] = folder .. rest end
  end
  add(getenv "XDG_RUNTIME_DIR", "/docker.sock")
  add(getenv "HOME", "/.docker/run/docker.sock")
  add(getenv "HOME", "/.docker/desktop/docker.sock")
  add(getenv "XDG_RUNTIME_DIR", "/podman/podman.sock")
  add("/run", "/podman/podman.sock")
  return paths
end

local NO_SUCH_DEVICE, NOT_SUPPORTED = 6, 102 -- Linux; BSD and macOS
local PERMISSION_DENIED = 13

-- A socket cannot be opened as a file, and the reason tells what it is:
-- "usable", "denied", or nil when there is none.
local function probe(path)
  local file, _, code = io.open(path, "r")
  if file then
    file:close()
  elseif code == NO_SUCH_DEVICE or code == NOT_SUPPORTED then
    return "usable"
  elseif code == PERMISSION_DENIED then
    return "denied"
  end
end

-- The first one that may be used; else the first that is there but denied, so
-- that the error is about the permission; else docker's own.
local function find_socket(getenv)
  local denied
  for _, path in ipairs(config.default_sockets(getenv)) do
    local state = probe(path)
    if state == "usable" then return path end
    if state == "denied" then denied = denied or path end
  end
  return denied or DEFAULT_SOCKET
end

-- Hosts -------------------------------------------------------------------

local function set(value)
  return value ~= nil and value ~= "" and value or nil
end

-- A path is that of a unix socket, a bare address that of a TCP port.
local function complete_host(host)
  if host:sub(1, 1) == "/" then return "unix://" .. host end
  if not host:find("://", 1, true) then return "tcp://" .. host end
  return host
end

local function refuse(message)
  fail.raise{ kind = "not_supported", method = METHOD, message = message }
end

-- What the environment asks for and we cannot do must not be passed over in
-- silence: the one would go out unencrypted, the other to another engine.
local function check_encryption(host, getenv)
  if set(getenv "DOCKER_TLS_VERIFY") and not host:find("^unix:") then
    refuse("DOCKER_TLS_VERIFY is set, and TLS is not supported yet")
  end
end

local function check_context(getenv)
  local context = set(getenv "DOCKER_CONTEXT")
  if context and context ~= "default" then
    refuse("DOCKER_CONTEXT is set, and contexts are not supported yet: set "
           .. "DOCKER_HOST, or give a host")
  end
end

-- Where the engine is: the option, the environment, the sockets; and which of
-- them said so.
local function find_host(given, getenv)
  if given then return complete_host(given), "option" end
  local host = set(getenv "DOCKER_HOST")
  if host then
    host = complete_host(host)
    check_encryption(host, getenv)
    return host, "DOCKER_HOST"
  end
  check_context(getenv)
  return "unix://" .. find_socket(getenv), "default socket"
end

-- Options -----------------------------------------------------------------

local checks = {}

function checks.limit(name, value)
  if value ~= false and (type(value) ~= "number" or value < 0) then
    complain(name, "expected seconds, or false for no limit")
  end
  return value
end

function checks.size(name, value)
  local bytes = type(value) == "string" and core.parse_size(value) or value
  if math.type(bytes) ~= "integer" or bytes <= 0 then
    complain(name, "expected bytes, as 1048576 or \"1m\"")
  end
  return bytes
end

local function check(name, value)
  local expected = TYPES[name]
  if checks[expected] then return checks[expected](name, value) end
  return fail.check_type(complain, name, expected, value)
end

---Completes the options of a client: where the engine is (`host`, else
---DOCKER_HOST, else the first default socket that may be used), which of these
---said so (`chosen_by`), and which API version is spoken (`api_version`, else
---DOCKER_API_VERSION, else what is agreed on with the engine).
---@param given? table|string # a string is the host
---@param getenv? fun(name: string): string|nil # os.getenv
---@return table options # of core.client
function config.resolve(given, getenv)
  getenv = getenv or os.getenv
  if type(given) == "string" then given = { host = given } end
  if given ~= nil and type(given) ~= "table" then
    fail.argument(METHOD, "expected a table of options or the address of "
                  .. "the engine, got %s", fail.type_name(given))
  end
  local options = {}
  for name, value in pairs(given or {}) do
    if not TYPES[name] then fail.unknown_option(complain, name, TYPES) end
    options[name] = check(name, value)
  end
  options.host, options.chosen_by = find_host(options.host, getenv)
  options.api_version = options.api_version or set(getenv "DOCKER_API_VERSION")
  options.user_agent = options.user_agent or "moonsail/" .. version
  return options
end

-- What clients were made with ------------------------------------------------

local origins = setmetatable({}, { __mode = "k" })

---Makes a client, and remembers where its engine is and why there.
---@param given? table|string # options, or the host
---@return moonsail.Client
function config.client(given)
  local options = config.resolve(given)
  local client = core.client(options)
  origins[client] = {
    host = options.host,
    chosen_by = options.chosen_by,
    user_agent = options.user_agent,
  }
  return client
end

---What is remembered of a client; empty for one that was made elsewhere.
---@param client moonsail.Client
---@return {host: string?, chosen_by: string?, user_agent: string?}
function config.origin(client)
  return origins[client] or {}
end

return config
