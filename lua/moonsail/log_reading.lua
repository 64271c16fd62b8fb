-- SPDX-License-Identifier: MIT
-- The logs of what writes some: a value with all there is, or a stream of what
-- comes.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local gating = require "moonsail.gating"
local Logs = require "moonsail.logs"
local moment = require "moonsail.moment"

local log_reading = {}

-- Splits our own options off from those of the operation.
local function settings_of(options)
  local settings = {
    chunks = options.chunks,
    max_line = options.max_line,
    tty = nil,
    unlimited = options.follow,
  }
  options.chunks, options.max_line = nil, nil
  if options.stdout == nil then options.stdout = true end
  if options.stderr == nil then options.stderr = true end
  return settings
end

---Reads logs by an operation. Besides the options of that it takes chunks and
---max_line.
---@param client any
---@param operation string # "ContainerLogs"
---@param options table # its target among them; changed
---@param tty boolean|fun(): boolean # whether what wrote them has a terminal;
---       a function is asked when nothing is wrong with the options
---@param label string # "container:logs", for complaints
---@return moonsail.Logs|moonsail.Stream # the stream with `follow`
function log_reading.read(client, operation, options, tty, label)
  moment.set_times(options, fail.complainer(label))
  local settings = settings_of(options)
  if type(tty) == "function" then
    gating.check(client, operation, options, label)
    tty = tty()
  end
  settings.tty = tty
  local wants_chunks = settings.chunks
  settings.chunks = wants_chunks or not options.follow
  local stream = core.call(client, operation, options, label, settings)
  if options.follow then return stream:iterate() end
  local closing <close> = stream
  return Logs.read(closing, { tty = tty, chunks = wants_chunks })
end

return log_reading
