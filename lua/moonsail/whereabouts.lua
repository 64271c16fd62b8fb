-- SPDX-License-Identifier: MIT
-- Where the engine is: found as the docker command finds it, and why there.

local cli_config = require "moonsail.cli_config"
local context_store = require "moonsail.context_store"
local fail = require "moonsail.fail"

local whereabouts = {}

local variable = cli_config.variable

local METHOD = "moonsail.client"
local complain = fail.complainer(METHOD)

---What is known when an engine is looked for.
---@class moonsail.Surroundings
---@field getenv fun(name: string): string|nil
---@field folder? string # of the docker command's files
---@field config fun(): moonsail.CliConfig # raises where it is broken

---Config.json is read when it is asked for, and once; one that is broken stops
---those who need what is in it, each time that they do.
---@param folder? string # of the docker command's files, if it is given
---@param getenv fun(name: string): string|nil
---@return moonsail.Surroundings
function whereabouts.surroundings(folder, getenv)
  local around = { getenv = getenv }
  around.folder = folder or cli_config.folder(getenv)
  local config
  function around.config()
    config = config or cli_config.load(getenv, around.folder, METHOD)
    return config
  end
  return around
end

---Where an engine is.
---@class moonsail.Whereabouts
---@field host string
---@field chosen_by string # "DOCKER_HOST"
---@field context? string # the name of the context that is used
---@field tls? table # of core.client
---@field warnings string[]

-- Sockets -------------------------------------------------------------------

local DEFAULT_SOCKET = "/var/run/docker.sock"

---The sockets that are looked for when nothing says where the engine is, in
---this order: the docker command's own, then what a rootless Docker and Docker
---Desktop make, then Podman's.
---@param getenv fun(name: string): string|nil
---@return string[] # their paths
function whereabouts.default_sockets(getenv)
  local paths = { DEFAULT_SOCKET }
  local function add(name, rest)
    local folder = variable(getenv, name)
    if folder then paths[#paths + 1] = folder .. rest end
  end
  add("XDG_RUNTIME_DIR", "/docker.sock")
  add("HOME", "/.docker/run/docker.sock")
  add("HOME", "/.docker/desktop/docker.sock")
  add("XDG_RUNTIME_DIR", "/podman/podman.sock")
  paths[#paths + 1] = "/run/podman/podman.sock"
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
  for _, path in ipairs(whereabouts.default_sockets(getenv)) do
    local state = probe(path)
    if state == "usable" then return path end
    if state == "denied" then denied = denied or path end
  end
  return denied or DEFAULT_SOCKET
end

-- Hosts ---------------------------------------------------------------------

-- A path is that of a unix socket, a bare address that of a TCP port; what has
-- no host is here.
local function complete_host(host)
  host = host:match "^%s*(.-)%s*$"
  if host == "" then return host end
  if host:sub(1, 1) == "/" then return "unix://" .. host end
  if host == "unix://" then return host .. DEFAULT_SOCKET end
  if not host:find("://", 1, true) then host = "tcp://" .. host end
  return (host:gsub("^tcp://$", "%0localhost")
              :gsub("^(tcp://)(:%d+)$", "%1localhost%2"))
end

-- TLS -----------------------------------------------------------------------

-- What is no way over a network, or is secret anyway.
local function needs_tls(host)
  return not host:find "^unix:" and not host:find "^ssh:"
end

-- Which variable asks for TLS.
local function asked_by(getenv)
  return variable(getenv, "DOCKER_TLS_VERIFY") and "DOCKER_TLS_VERIFY"
         or variable(getenv, "DOCKER_TLS") and "DOCKER_TLS" or nil
end

local function certificates(around)
  local folder = variable(around.getenv, "DOCKER_CERT_PATH") or around.folder
  return folder and context_store.certificates(folder) or {}, folder
end

-- The docker command verifies by ca.pem alone: by what the system trusts,
-- anybody who has bought a certificate would pass.
local function check_authority(tls, folder, asker)
  if tls.verify and not tls.ca then
    complain(asker, "there is no %s", folder and folder .. "/ca.pem"
             or "ca.pem: neither DOCKER_CERT_PATH nor HOME says where")
  end
end

-- The terms that the environment asks for, and which variable does; nil: none.
local function terms_of_environment(around)
  local asker = asked_by(around.getenv)
  if not asker then return nil end
  local tls, folder = certificates(around)
  tls.verify = asker == "DOCKER_TLS_VERIFY"
  check_authority(tls, folder, asker)
  return tls, asker
end

-- Those for a host that no context names.
local function secure(where, around)
  if not needs_tls(where.host) then return where end
  where.tls, where.tls_by = terms_of_environment(around)
  if where.tls and where.host:find "^http:" then
    complain(where.tls_by, "it asks for TLS, which http:// is not: write "
             .. "tcp:// or https://")
  elseif not where.tls and where.host:find "^tcp:"
         and variable(around.getenv, "DOCKER_CERT_PATH") then
    where.warnings[#where.warnings + 1] = "DOCKER_CERT_PATH is set, but "
      .. "nothing asks for TLS: set DOCKER_TLS_VERIFY"
  end
  return where
end

-- Whom to verify by, and who one is, where the caller says no more than that
-- it is to be TLS.
local function usual_terms(around)
  local tls = certificates(around)
  tls.verify = true
  return tls
end

-- The option `tls` stands above all others.
local function override(where, tls, around)
  if tls == nil then return where end
  if tls == false and where.host:find "^https:" then
    complain("tls", "false, and the host says https://")
  end
  where.tls = tls == true and usual_terms(around) or tls or nil
  return where
end

-- Choosing ------------------------------------------------------------------

local function place(host, chosen_by)
  return { host = complete_host(host), chosen_by = chosen_by, warnings = {} }
end

local function place_of_context(around, name, why)
  local context = context_store.get(around.folder, name, why, METHOD)
  local where = place(context.host, why)
  where.context = context.name
  where.tls = needs_tls(where.host) and context.tls or nil
  return where
end

-- The name of the context that the user works with, and what says so; nil:
-- none.
local function named_context(around)
  local name = variable(around.getenv, "DOCKER_CONTEXT")
  local why = "DOCKER_CONTEXT"
  if not name then
    local config = around.config()
    name, why = config.current_context, "currentContext of "
      .. tostring(config.path)
  end
  if name ~= context_store.DEFAULT then return name, why end
end

---The name of the context that is used where no option says otherwise, and
---what says so; nil: none is.
---@param around moonsail.Surroundings
---@return string|nil, string|nil
function whereabouts.context_name(around)
  if not variable(around.getenv, "DOCKER_HOST") then
    return named_context(around)
  end
end

-- DOCKER_HOST stands above a context, which its user may not be aware of.
local function warn_of_context(where, around)
  local ok, name, why = pcall(named_context, around)
  if ok and name then
    where.warnings[1] = ("DOCKER_HOST overrides the context %q of %s"):format(
      name, why)
  end
  return where
end

-- Without any word on where: TLS is spoken with a port.
local function default_place(given, around)
  local asker = given.tls and "option tls"
                or given.tls == nil and asked_by(around.getenv)
  if asker then return place("tcp://localhost:2376", asker) end
  return place("unix://" .. find_socket(around.getenv), "default socket")
end

-- Whether it is of a context is a field of its own.
local function choose(given, around)
  if given.host then return place(given.host, "option host") end
  if given.context and given.context ~= context_store.DEFAULT then
    return place_of_context(around, given.context, "option context")
  end
  local host = variable(around.getenv, "DOCKER_HOST")
  if host then
    local where = place(host, "DOCKER_HOST")
    return given.context and where or warn_of_context(where, around)
  end
  local name, why
  if not given.context then name, why = named_context(around) end
  if name then return place_of_context(around, name, why) end
  return default_place(given, around)
end

---Finds the engine: the option `host` or `context`, DOCKER_HOST,
---DOCKER_CONTEXT, the current context of config.json, the first default socket
---that may be used; and on which terms it is spoken with.
---@param given {host?: string, context?: string, tls?: table|boolean}
---@param around moonsail.Surroundings
---@return moonsail.Whereabouts
function whereabouts.find(given, around)
  if given.host and given.context then
    complain("context", "given besides host")
  end
  local where = choose(given, around)
  if given.tls == nil and not where.context then secure(where, around) end
  return override(where, given.tls, around)
end

return whereabouts
