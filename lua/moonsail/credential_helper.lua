-- SPDX-License-Identifier: MIT
-- docker-credential-NAME: programs that keep passwords for the docker command.

local cjson = require "cjson"
local cli_config = require "moonsail.cli_config"
local core = require "moonsail.core"
local text = require "moonsail.text"

local credential_helper = {
  seconds = 60, -- it may have to ask a person, and then gives up
}

local PREFIX = "docker-credential-"

-- What a helper says that has nothing for a registry, and the name of the user
-- behind which there is a token.
local NOT_FOUND = "credentials not found in native keychain"
local TOKEN = "<token>"

local NO_FILE = 2 -- ENOENT
local LONGEST = 200 -- of its words, so many bytes are told

-- Starts a helper: its result; nil and why there is none.
local function execute(program, action, input, label)
  local ok, result, reason, code = pcall(core.execute, { program, action }, {
    stdin = input, timeout = credential_helper.seconds,
  }, label)
  if ok and result then return result end
  if ok then
    return nil, code == NO_FILE and "it is not installed" or reason
  end
  if core.is_error(result, "timeout") or core.is_error(result, "limit") then
    return nil, result.message
  end
  error(result, 0)
end

-- What a helper answers, or nil and why there is nothing. What it wrote is
-- only told if it failed: then it is its excuse, else the secret.
local function run(name, action, input, label)
  local program = PREFIX .. name
  if not name:find("^%w[%w._-]*$") then
    return nil, ("%q is no name of a credential helper"):format(name)
  end
  local result, reason = execute(program, action, input, label)
  if not result then
    return nil, ("the credential helper %s could not be run: %s")
      :format(program, reason)
  end
  if result.exit_code == 0 then return result.stdout end
  local words = result.stdout:match("[^\r\n]+") or "it said nothing"
  if words:find(NOT_FOUND, 1, true) then return "{}" end
  return nil, ("the credential helper %s failed: %s")
    :format(program, text.clean(words:sub(1, LONGEST)))
end

-- The same as a table.
local function ask(name, action, input, label)
  local answer, trouble = run(name, action, input, label)
  if not answer then return nil, trouble end
  local ok, document = pcall(cjson.decode, answer)
  if ok and cli_config.is_object(document) then return document end
  return nil, ("what the credential helper %s%s answers is no object of JSON")
    :format(PREFIX, name)
end

local function set(value)
  return type(value) == "string" and value ~= "" and value or nil
end

---What a helper keeps for a registry.
---@param name string # "pass", of docker-credential-pass
---@param server string # as the helper calls the registry
---@param label string # of the call that needs it
---@return table|nil auth # nil: nothing, or
---@return string|nil trouble # why it could not tell
function credential_helper.get(name, server, label)
  local found, trouble = ask(name, "get", server, label)
  if not found then return nil, trouble end
  local username, secret = set(found.Username), set(found.Secret)
  if not secret then return nil end
  if username == TOKEN then
    return { identity_token = secret, serveraddress = server }
  end
  return { username = username, password = secret, serveraddress = server }
end

---The registries that a helper keeps something for.
---@param name string
---@param label string
---@return string[] servers # as it calls them
---@return string|nil trouble
function credential_helper.list(name, label)
  local found, trouble = ask(name, "list", "", label)
  local servers = {}
  for server in pairs(found or {}) do servers[#servers + 1] = server end
  table.sort(servers)
  return servers, trouble
end

return credential_helper
