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

-- Following ------------------------------------------------------------------

-- Seconds: an answer that has not begun by then is waited for when it is read;
-- nothing has come for so long: does what writes the log still run? It does
-- not: so long for what may be on its way.
local PATIENCE, SILENCE, GRACE = 0.5, 3, 1

-- A call whose answer begins with the first line (Podman 4.3's do), while it
-- has not begun.
local Late = {}
Late.__index = Late

-- Whether what writes has ended, as far as that can be told.
function Late:has_ended()
  if not self.begin or core.now() < self.silent_at then return false end
  self.watch = self.watch or self.begin()
  if not self.watch:wait(0) then return false end
  local ok, problem = pcall(self.watch.result, self.watch)
  if ok or core.is_error(problem, "not_found") then return true end
  if not core.is_error(problem) or problem.kind == "cancelled" then
    error(problem, 0)
  end
  self.begin = nil -- it cannot be told
  return false
end

-- The stream, once the answer has begun; nil, true when it never will.
function Late:connect(deadline)
  local left
  repeat
    left = deadline and math.max(deadline - core.now(), 0) or GRACE
    if self.pending:wait(math.min(left, GRACE)) then
      return log_reading.guarded(self.pending:result(), self.begin)
    end
    if self:has_ended() then
      if not self.pending:wait(GRACE) then return nil, true end
      return self.pending:result()
    end
  until left == 0
end

function Late:read(seconds)
  local deadline = seconds and core.now() + seconds
  if not self.stream then
    local stream, is_over = self:connect(deadline)
    if is_over then return nil end
    if not stream then return nil, "timeout" end
    self.stream = stream
  end
  return self.stream:read(deadline and math.max(deadline - core.now(), 0))
end

function Late:close()
  if self.stream then self.stream:close() end
  if self.watch then self.watch:close() end
  self.pending:close()
end

local function late_stream(pending, begin, settings, label)
  local late = setmetatable({
    pending = pending,
    begin = begin,
    silent_at = core.now() + SILENCE,
    watch = nil,  -- the call that is answered when what writes has ended
    stream = nil, -- once the answer has begun
  }, Late)
  return core.stream_of{
    read = function(seconds) return late:read(seconds) end,
    close = function() late:close() end,
    label = label,
    kind = settings.chunks and "chunks" or "lines",
  }
end

---Has a stream end with what writes to it, even if the engine forgets to close
---it.
---@param stream moonsail.Stream
---@param begin nil|fun(): any # begins a call that is answered when what
---       writes has ended; nil: nothing tells
---@return moonsail.Stream # the same
function log_reading.guarded(stream, begin)
  if begin then
    core.guard(stream, begin, { silence = SILENCE, grace = GRACE })
  end
  return stream
end

local function follow(client, operation, options, label, settings, begin)
  local pending = core.launch(client, operation, options, label, settings)
  if pending:wait(PATIENCE) then
    return log_reading.guarded(pending:result(), begin)
  end
  return late_stream(pending, begin, settings, label)
end

-- All -----------------------------------------------------------------------

---Reads logs by an operation. Besides the options of that it takes chunks and
---max_line.
---@param client any
---@param operation string # "ContainerLogs"
---@param options table # its target among them; changed
---@param tty boolean|fun(): boolean # whether what wrote them has a terminal;
---       a function is asked when nothing is wrong with the options
---@param label string # "container:logs", for complaints
---@param begin nil|fun(): any # as of log_reading.guarded
---@return moonsail.Logs|moonsail.Stream # the stream with `follow`
function log_reading.read(client, operation, options, tty, label, begin)
  moment.set_times(options, fail.complainer(label))
  local settings = settings_of(options)
  if type(tty) == "function" then
    gating.check(client, operation, options, label)
    tty = tty()
  end
  settings.tty = tty
  local wants_chunks = settings.chunks
  settings.chunks = wants_chunks or not options.follow
  if options.follow then
    return follow(client, operation, options, label, settings, begin)
           :iterate()
  end
  local stream <close> = core.call(client, operation, options, label, settings)
  return Logs.read(stream, { tty = tty, chunks = wants_chunks })
end

return log_reading
