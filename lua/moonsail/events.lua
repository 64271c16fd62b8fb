-- SPDX-License-Identifier: MIT
-- Events that go on when the connection to the engine is lost: the call is
-- made again, for what has happened since the last event that was told, and
-- what has been told already is passed over.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local moment = require "moonsail.moment"

local events = {}

local OPERATION = "SystemEvents"
local SECOND = 1000000000 -- in nanoseconds

-- Seconds before the first further try, and before any.
local FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5

-- A connection that has held for so many seconds was a good one.
local STEADY = 1

-- Events may come a little out of order, and Podman knows whole seconds only:
-- so much is asked for again, and events are remembered for longer.
local OVERLAP, REMEMBERED = 1, 3

-- What has been told ---------------------------------------------------------

local Memory = {}
Memory.__index = Memory

-- `from` in nanoseconds: what is older was not asked for.
local function new_memory(from)
  return setmetatable({
    from = from,
    latest = nil, -- the time of the youngest event
    turned = 0,   -- the time of that with which `recent` begins
    recent = {},  -- by an event's name: which connection has told it
    older = {},   -- the same of those before
  }, Memory)
end

-- Fields have the API's own names in what a raw client gives.
local function time_of(event)
  return event.time_nano or event.timeNano
    or (event.time or 0) * SECOND
end

local function name_of(event)
  local actor = event.actor or event.Actor or {}
  return ("%s %s %s %s"):format(time_of(event), event.type or event.Type,
                                event.action or event.Action,
                                actor.id or actor.ID)
end

-- Whether an event is to be told, which is noted then.
function Memory:admits(event, connection)
  local time, name = time_of(event), name_of(event)
  local told = self.recent[name] or self.older[name]
  if time < self.from or told and told ~= connection then return false end
  if time > self.turned + REMEMBERED * SECOND then
    self.older, self.recent, self.turned = self.recent, {}, time
  end
  self.recent[name] = connection
  self.latest = math.max(self.latest or time, time)
  return true
end

-- The whole second from which on to ask for events; nil when nobody knows.
function Memory:since()
  if not self.latest then
    return self.from > 0 and self.from // SECOND or nil
  end
  return math.max(self.latest - OVERLAP * SECOND, self.from) // SECOND
end

-- One connection after another -----------------------------------------------

local Source = {}
Source.__index = Source

local function new_source(client, options, label, patience)
  return setmetatable({
    client = client,
    options = options,
    label = label,
    patience = patience, -- seconds without the engine; nil: no end of it
    memory = new_memory(options.since and moment.nanoseconds(options.since)
                        or 0),
    begun = core.now(),  -- when the first call was made
    connection = 0,      -- how many there have been
    pending = nil,       -- a call whose head has not come
    stream = nil,        -- one that is read
    head_at = nil,       -- when its head came
    lost_at = nil,       -- since when there is no good connection
    next_try = nil,
    pause = FIRST_PAUSE,
    ends = 0,            -- how many in a row ended in good order
  }, Source)
end

local function left(deadline)
  return deadline and math.max(deadline - core.now(), 0)
end

-- The engine's clock, in seconds; ours where it does not tell.
local function engine_time(client, label)
  local ok, info = pcall(core.call, client, "SystemInfo", { raw = false },
                         label)
  if not ok and not core.is_error(info, "forbidden") then error(info, 0) end
  return ok and info.system_time and moment.seconds(info.system_time)
    or os.time()
end

-- The connection was lost before anything was told: it began as long ago on
-- the engine's clock as on ours.
function Source:set_beginning()
  local now = engine_time(self.client, self.label)
  self.memory.from = math.floor((now - (core.now() - self.begun)) * SECOND)
end

function Source:launch()
  local options = {}
  for name, value in pairs(self.options) do options[name] = value end
  if self.connection > 0 and not self.memory:since() then
    self:set_beginning()
  end
  options.since = self.memory:since()
  self.connection = self.connection + 1
  self.pending = core.launch(self.client, OPERATION, options, self.label,
                             { unlimited = true })
end

-- Waits until it is time for the next try: false when that is too late.
local function sleep_until(time, deadline)
  local seconds = left(time and math.min(time, deadline or time))
  if seconds and seconds > 0 then core.sleep(seconds) end
  return not time or core.now() >= time
end

-- The stream to read, or nil when it is not there in time.
function Source:connect(deadline)
  if not self.pending then
    if not sleep_until(self.next_try, deadline) then return nil end
    self:launch()
  end
  if not self.pending:wait(left(deadline)) then return nil end
  self.stream, self.pending = self.pending:result(), nil
  self.head_at = core.now()
  return self.stream
end

function Source:try(deadline)
  local stream = self.stream or self:connect(deadline)
  if not stream then return nil, "timeout" end
  return stream:read(left(deadline))
end

function Source:close()
  local stream, pending = self.stream, self.pending
  self.stream, self.pending = nil, nil
  if stream then stream:close() end
  if pending then pending:close() end
end

local RETRIED = { connection = true, timeout = true, protocol = true }
local UNAVAILABLE = { [502] = true, [503] = true, [504] = true }

-- Whether a problem may pass.
local function may_pass(problem)
  return core.is_error(problem) and (RETRIED[problem.kind]
    or problem.kind == "api" and UNAVAILABLE[problem.status] == true)
end

-- The connection was lost, by a problem or (nil) in good order. Raises when
-- it was lost for too long.
function Source:lose(problem)
  local now = core.now()
  local was_good = self.head_at and now - self.head_at >= STEADY
  self:close()
  if was_good then self.lost_at, self.pause = nil, FIRST_PAUSE end
  self.head_at, self.lost_at = nil, self.lost_at or now
  if self.patience and now - self.lost_at >= self.patience then
    if problem then error(problem, 0) end
    fail.raise{
      kind = "connection", method = self.label, operation = OPERATION,
      message = "the engine ends its events again and again",
    }
  end
  self.next_try = now + self.pause
  self.pause = math.min(2 * self.pause, LONGEST_PAUSE)
end

-- Whether a stream that has ended in good order has come to the end that was
-- asked for. An engine that is shut down may do that, too, but not twice.
function Source:is_over()
  local last = self.options["until"]
  self.ends = self.ends + 1
  return last and (tonumber(last) <= os.time() or self.ends > 1)
end

-- An event that is to be told; false: try again; nil: as stream:read has it.
function Source:step(deadline)
  local ok, event, reason = pcall(self.try, self, deadline)
  if ok and event ~= nil then
    self.lost_at, self.pause = nil, FIRST_PAUSE
    local is_new = self.memory:admits(event, self.connection)
    if is_new then self.ends = 0 end
    return is_new and event
  elseif ok and (reason or self:is_over()) then
    return nil, reason
  elseif not ok and not may_pass(event) then
    self:close()
    error(event, 0)
  end
  if not ok then self.ends = 0 end
  self:lose(not ok and event or nil)
  return false
end

function Source:read(seconds)
  local deadline = seconds and core.now() + seconds
  local event, reason
  repeat
    event, reason = self:step(deadline)
  until event ~= false
  return event, reason
end

---A stream of events that outlives the connection. The first call is made at
---once, and raises what is wrong with it.
---@param client moonsail.Client
---@param options table # of SystemEvents, its times as the engine takes them
---@param label string # for complaints: "client:events"
---@param patience number|nil # how many seconds to try for; nil: forever
---@return moonsail.Stream
function events.lasting(client, options, label, patience)
  local source = new_source(client, options, label, patience)
  source:connect()
  return core.stream_of{
    read = function(seconds) return source:read(seconds) end,
    close = function() source:close() end,
    label = label,
    kind = "documents",
  }
end

return events
