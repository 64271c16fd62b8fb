-- SPDX-License-Identifier: MIT
-- The proxies that the docker command's config.json tells of: what is built
-- and what is created gets them as variables, unless these are given.

local cjson = require "cjson"
local cli_config = require "moonsail.cli_config"
local config = require "moonsail.config"
local core = require "moonsail.core"
local fail = require "moonsail.fail"

local proxies = {}

-- Variables by their keys in the file, in small letters: the docker command
-- takes these in any.
local VARIABLES = {
  httpproxy = "HTTP_PROXY",
  httpsproxy = "HTTPS_PROXY",
  ftpproxy = "FTP_PROXY",
  noproxy = "NO_PROXY",
  allproxy = "ALL_PROXY",
}

-- The text, "" for null. Never tells the value: there may be a password in it.
local function check(value, key, loaded, label)
  if value == cjson.null then return "" end
  if type(value) ~= "string" then
    fail.argument(label, "%s: proxies: %s: expected a string",
                  loaded.path or "config.json", key)
  end
  return value
end

---The variables for what an engine builds and runs, each in capitals and in
---small letters.
---@param loaded moonsail.CliConfig
---@param host string|nil # of the engine, which may have proxies of its own
---@param label string # of the call that needs them
---@return table<string, string>
function proxies.environment(loaded, host, label)
  local variables = {}
  local chosen = host and loaded.proxies[host] or loaded.proxies.default
  for key, value in pairs(chosen or {}) do
    local name = VARIABLES[key:lower()]
    if name and check(value, key, loaded, label) ~= "" then
      variables[name], variables[name:lower()] = value, value
    end
  end
  return variables
end

-- A config.json that cannot be read is as good as none: who the client's
-- connection_info asks is told of it.
local function variables_for(client, label)
  local ok, loaded = pcall(cli_config.of, client, label)
  if ok then
    return proxies.environment(loaded, config.origin(client).host, label)
  end
  if not core.is_error(loaded) then error(loaded, 0) end
  return {}
end

-- The variables that a list or a map of them sets, or says not to set.
local function names_in(given)
  local names = {}
  for name in pairs(given) do names[name] = true end
  for _, entry in ipairs(given) do
    if type(entry) == "string" then names[entry:match("^[^=]*")] = true end
  end
  return names
end

---What is given, and the proxies besides. What is neither a list of
---"NAME=VALUE" nor a map stays as it is.
---@param given any
---@param client moonsail.Client
---@param label string
---@return any
function proxies.add(given, client, label)
  if given ~= nil and type(given) ~= "table" then return given end
  local variables = variables_for(client, label)
  if next(variables) == nil then return given end
  local names, all = names_in(given or {}), {}
  for key, value in pairs(given or {}) do all[key] = value end
  for name, value in pairs(variables) do
    if names[name] == nil and all[1] ~= nil then
      all[#all + 1] = name .. "=" .. value
    elseif names[name] == nil then
      all[name] = value
    end
  end
  return all
end

return proxies
