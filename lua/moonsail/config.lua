-- SPDX-License-Identifier: MIT
-- What a client is made with: where its engine is, and its other options.

local cli_config = require "moonsail.cli_config"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local version = require "moonsail.version"
local whereabouts = require "moonsail.whereabouts"

local config = {}

local METHOD = "moonsail.client"
local complain = fail.complainer(METHOD)

-- Options of a client, with the type each must have.
local TYPES = {
  host = "string",
  context = "string",
  config = "string",
  tls = "terms",
  headers = "table",
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

---What the engine is told of us.
config.USER_AGENT = ("moonsail/%s (%s)"):format(version, _VERSION)

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

function checks.terms(name, value)
  if type(value) ~= "boolean" and type(value) ~= "table" then
    fail.wrong_type(complain, name, "true, false or a table", value)
  end
  return value
end

local function check(name, value)
  local expected = TYPES[name]
  if checks[expected] then return checks[expected](name, value) end
  return fail.check_type(complain, name, expected, value)
end

local function check_all(given)
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
  return options
end

-- Headers -----------------------------------------------------------------

-- What config.json does not decide, nor does it with the docker command: who
-- we are, whom we ask, and how long a request is.
local NOT_OF_FILE = {
  ["user-agent"] = true, host = true, ["content-length"] = true,
  ["transfer-encoding"] = true, trailer = true,
}

-- Those of config.json, and those of the caller, which stand above them.
local function merge_headers(from_file, given)
  local merged, names = {}, {}
  for name, value in pairs(given or {}) do
    merged[name] = value
    names[tostring(name):lower()] = true
  end
  for name, value in pairs(from_file) do
    local lower = name:lower()
    if not names[lower] and not NOT_OF_FILE[lower] then
      merged[name] = value
    end
  end
  return next(merged) and merged or nil
end

-- Resolving ---------------------------------------------------------------

-- The headers of config.json. A client whose host is known can do without it,
-- as the docker command does, with a warning.
local function headers_of(around, warnings)
  local ok, loaded = pcall(around.config)
  if ok then return loaded.http_headers, loaded end
  if not core.is_error(loaded) then error(loaded, 0) end
  warnings[#warnings + 1] = loaded.message
  return {}
end

-- Who has said what the caller has not: by options of core.client.
local function sources_of(where, given, config_path)
  local of = where.context and ("context %q, "):format(where.context) or ""
  return {
    host = not given.host and of .. where.chosen_by or nil,
    headers = not given.headers and config_path
              and "HttpHeaders of " .. config_path or nil,
  }
end

-- What is remembered of a client, and of the way to its engine.
local function origin_of(where, options, around, loaded)
  local config_path = around.folder and around.folder .. "/config.json"
  return {
    host = where.host,
    chosen_by = where.chosen_by,
    context = where.context,
    sources = sources_of(where, options, config_path),
    config_path = config_path,
    config_folder = around.folder,
    config = loaded,
    tls = where.tls,
    warnings = where.warnings,
  }
end

---Completes the options of a client: where the engine is, and on which terms
---it is spoken with (see moonsail.whereabouts); which API version is spoken
---(`api_version`, else DOCKER_API_VERSION, else what is agreed on with the
---engine); which headers are sent.
---@param given? table|string # a string is the host
---@param getenv? fun(name: string): string|nil # os.getenv
---@return table options # of core.client
---@return table origin # where from: see config.origin
function config.resolve(given, getenv)
  getenv = getenv or os.getenv
  local options = check_all(given)
  local around = whereabouts.surroundings(options.config, getenv)
  local where = whereabouts.find(options, around)
  local from_file, loaded = headers_of(around, where.warnings)
  local origin = origin_of(where, options, around, loaded)
  options.host, options.tls = where.host, where.tls
  options.context, options.config = nil, nil
  options.headers = merge_headers(from_file, options.headers)
  options.api_version = options.api_version
                        or cli_config.variable(getenv, "DOCKER_API_VERSION")
  options.user_agent = options.user_agent or config.USER_AGENT
  origin.user_agent = options.user_agent
  return options, origin
end

-- What clients were made with ------------------------------------------------

local origins = setmetatable({}, { __mode = "k" })

-- Says whose option it is that cannot be used, unless the caller gave it.
local function blame(problem, origin)
  local option = core.is_error(problem) and problem.message:match "^(%l+)[:.]"
  local source = option and origin.sources[option]
  if source then problem.message = problem.message .. " (" .. source .. ")" end
  error(problem, 0)
end

---Makes a client, and remembers where its engine is and why there.
---@param given? table|string # options, or the host
---@param getenv? fun(name: string): string|nil # os.getenv
---@return moonsail.Client
function config.client(given, getenv)
  local options, origin = config.resolve(given, getenv)
  local ok, client = pcall(core.client, options)
  if not ok then blame(client, origin) end
  origins[client] = origin
  cli_config.remember(client, origin.config_folder, origin.config)
  return client
end

---What is remembered of a client; empty for one that was made elsewhere:
---`host`, `chosen_by`, `context`, `tls`, `config_path`, `user_agent`,
---`warnings`.
---@param client moonsail.Client
---@return table
function config.origin(client)
  return origins[client] or {}
end

return config
