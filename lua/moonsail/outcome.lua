-- SPDX-License-Identifier: MIT
-- How a command has ended: its exit code, and what it wrote.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

local outcome = {}

-- How many lines of stderr an error quotes.
local QUOTED_LINES = 3

-- By name: what is there twice, in other words.
local OF_LOGS = { stdout = true, stderr = true }

local metatable = { __name = "moonsail.outcome" }

function metatable.__index(self, key)
  if OF_LOGS[key] then return rawget(self, "logs")[key] end
end

function metatable.__tostring(self)
  local title = core.title(self.exec or self.container)
  local head = self.exit_code
    and ("%s ended with exit code %d"):format(title, self.exit_code)
    or title .. " goes on"
  local logs = tostring(self.logs)
  return logs == "" and head or head .. "\n" .. logs
end

---Makes the result of a command: printed, it says how that ended, and shows
---the output.
---@param fields table # exit_code, logs, and exec or container
---@return any
function outcome.new(fields)
  return setmetatable(fields, metatable)
end

local function words_of(command)
  return type(command) == "table" and table.concat(command, " ") or command
end

---Raises the error of kind container for a command that has failed.
---@param result any # of outcome.new
---@param method string # "containers:run"
---@param command string|string[]
---@param where string # "in image busybox"
---@param more table # what else the error tells
function outcome.raise(result, method, command, where, more)
  local message = ("the command '%s' %s ended with exit code %d"):format(
    words_of(command), where, result.exit_code)
  local quoted = result.logs:tail(QUOTED_LINES, "stderr")
  if #quoted > 0 then
    message = message .. ": " .. table.concat(quoted, " / ")
  end
  local fields = {
    kind = "container", method = method, message = message,
    exit_code = result.exit_code, command = command, logs = result.logs,
  }
  for name, value in pairs(more) do fields[name] = value end
  fail.raise(fields)
end

---Raises the error of kind timeout for a command that took too long.
---@param seconds number # that it was given
---@param method string # "container:exec"
---@param command string|string[]
---@param where string # "in container 0123456789ab"
---@param reason string|nil # why it could not be ended, if it was not
---@param fields table # what the error tells: killed, exit_code, logs, …
function outcome.raise_timeout(seconds, method, command, where, reason, fields)
  local what_then = "it was ended"
  if not fields.killed then
    what_then = "it could not be ended, and may go on: " .. tostring(reason)
  end
  fields.kind, fields.method, fields.command = "timeout", method, command
  fields.message = ("the command '%s' %s did not end within %g s; %s"):format(
    words_of(command), where, seconds, what_then)
  fail.raise(fields)
end

return outcome
