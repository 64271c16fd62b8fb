-- SPDX-License-Identifier: MIT
-- The config.json of the docker command: which credentials, contexts, proxies
-- and headers its user has set up.

local cjson = require "cjson"
local fail = require "moonsail.fail"

local cli_config = {}

---What a config.json says; what it does not say is empty, or nil.
---@class moonsail.CliConfig
---@field folder? string # in which it lies, and contexts and certificates;
---       nil where there is neither DOCKER_CONFIG nor HOME
---@field path? string # of config.json, whether it is there or not
---@field auths table<string, table> # by registry, with the file's own keys:
---       auth, identitytoken, …
---@field creds_store? string # "pass"
---@field cred_helpers table<string, string> # by registry
---@field proxies table<string, table<string, string>> # by "default" or host,
---       with the file's own keys: httpProxy, noProxy, …
---@field http_headers table<string, string>
---@field current_context? string
---@field detach_keys? string

-- The folder ----------------------------------------------------------------

---A variable of the environment; one that is empty is as good as none.
---@param getenv fun(name: string): string|nil
---@param name string
---@return string|nil
function cli_config.variable(getenv, name)
  local value = getenv(name)
  return value ~= "" and value or nil
end

---Where the docker command's files are: DOCKER_CONFIG, else ~/.docker.
---@param getenv fun(name: string): string|nil
---@return string|nil
function cli_config.folder(getenv)
  local folder = cli_config.variable(getenv, "DOCKER_CONFIG")
  if folder then return folder end
  local home = cli_config.variable(getenv, "HOME")
  return home and home .. "/.docker"
end

-- Reading -------------------------------------------------------------------

local NO_FILE, NO_FOLDER = 2, 20 -- ENOENT, ENOTDIR

-- Never tells what is in the file: these may be secrets.
local function complain(label, path, format, ...)
  fail.argument(label, "%s: %s", path, format:format(...))
end

-- The bytes of a file; nil when there is none.
local function read(path, label)
  local file, reason, code = io.open(path, "rb")
  if not file then
    if code == NO_FILE or code == NO_FOLDER then return nil end
    complain(label, path, "it cannot be read: %s",
             reason:sub(1, #path) == path and reason:sub(#path + 3) or reason)
  end
  local text, problem = file:read("a")
  file:close()
  if not text then complain(label, path, "it cannot be read: %s", problem) end
  return text
end

-- "line 3, column 7"
local function place(text, offset)
  local before = text:sub(1, offset - 1)
  local _, lines = before:gsub("\n", "")
  return ("line %d, column %d"):format(lines + 1,
                                       #before:match("[^\n]*$") + 1)
end

---Whether a value of JSON is an object, and no list.
---@param value any
---@return boolean
function cli_config.is_object(value)
  return type(value) == "table" and value[1] == nil
end

---Reads a file of JSON that holds an object.
---@param path string
---@param label string # of the call that needs it
---@return table|nil # nil when there is no such file
function cli_config.read_json(path, label)
  local text = read(path, label)
  if not text or not text:find "%S" then return text and {} end
  local ok, document = pcall(cjson.decode, text)
  if not ok then
    local offset = tostring(document):match "at character (%d+)$"
    complain(label, path, "it is no JSON%s", offset
             and " from " .. place(text, math.tointeger(offset)) .. " on"
             or "")
  end
  if not cli_config.is_object(document) then
    complain(label, path, "expected an object of JSON")
  end
  return document
end

-- The fields ----------------------------------------------------------------

-- By the key in the file, in small letters, for the docker command takes it in
-- any: our name, and of what type it is.
local FIELDS = {
  auths = { "auths", "object", of = "object" },
  credsstore = { "creds_store", "string" },
  credhelpers = { "cred_helpers", "object", of = "string" },
  proxies = { "proxies", "object", of = "object" },
  httpheaders = { "http_headers", "object", of = "string" },
  currentcontext = { "current_context", "string" },
  detachkeys = { "detach_keys", "string" },
}

local NAMES = { object = "an object", string = "a string" }

local function is_a(kind, value)
  if kind == "object" then return cli_config.is_object(value) end
  return type(value) == kind
end

-- Complains unless it is what belongs there, or null.
local function check(value, kind, path, label, where)
  if value == cjson.null then return nil end
  if not is_a(kind, value) then
    complain(label, path, "%s: expected %s", where, NAMES[kind])
  end
  return value
end

-- A map without its nulls.
local function take_map(map, field, path, label, key)
  local taken = {}
  for name, value in pairs(map) do
    taken[name] = check(value, field.of, path, label,
                        ("%s[%q]"):format(key, name))
  end
  return taken
end

-- What belongs in one field of ours.
local function take(value, field, path, label, key)
  value = check(value, field[2], path, label, key)
  if value == "" then return nil end
  return value and field.of and take_map(value, field, path, label, key)
         or value
end

---Reads the docker command's config.json. One that is not there is empty; one
---that cannot be read, or is no JSON of the right form, is an error that names
---it, and never tells what is in it.
---@param getenv? fun(name: string): string|nil # os.getenv
---@param folder? string # in place of what the environment says
---@param label? string # of the call that needs it
---@return moonsail.CliConfig
function cli_config.load(getenv, folder, label)
  folder = folder or cli_config.folder(getenv or os.getenv)
  local path = folder and folder .. "/config.json"
  local config = { folder = folder, path = path, auths = {},
                   cred_helpers = {}, proxies = {}, http_headers = {} }
  label = label or "moonsail.client"
  local document = path and cli_config.read_json(path, label) or {}
  for key, value in pairs(document) do
    local field = FIELDS[tostring(key):lower()]
    if field then
      local taken = take(value, field, path, label, key)
      config[field[1]] = taken or config[field[1]]
    end
  end
  return config
end

-- Of clients ----------------------------------------------------------------

local folders = setmetatable({}, { __mode = "k" })
local configs = setmetatable({}, { __mode = "k" })

---Remembers which folder a client was made with, and what its config.json
---says where that is known by then.
---@param client moonsail.Client
---@param folder? string
---@param config? moonsail.CliConfig
function cli_config.remember(client, folder, config)
  folders[client], configs[client] = folder, config
end

---What the config.json says that a client was made with; read once, when it is
---first asked for.
---@param client moonsail.Client
---@param label? string # of the call that needs it
---@return moonsail.CliConfig
function cli_config.of(client, label)
  local config = configs[client]
  if not config then
    config = cli_config.load(nil, folders[client], label)
    configs[client] = config
  end
  return config
end

return cli_config
