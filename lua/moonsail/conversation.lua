-- SPDX-License-Identifier: MIT
-- A session that is held to its end: what the command reads is written, and
-- what it writes is kept, for as long as it takes or as it may.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local Logs = require "moonsail.logs"
local stdin = require "moonsail.stdin"

local conversation = {}

-- What has come in time is taken, though it takes a moment to take it.
local SLACK = 0.2

-- Options --------------------------------------------------------------------

-- The seconds of a limit, which may be a text: 10, "10s", "1m30s".
local function seconds_of(value, complain)
  if value == nil or value == false then return nil end
  local seconds = value
  if type(value) == "string" then
    local nanoseconds, problem = core.parse_duration(value)
    if not nanoseconds then
      complain("timeout", "%s, got %q", problem, value)
    end
    seconds = nanoseconds / 1e9
  elseif type(value) ~= "number" then
    fail.wrong_type(complain, "timeout", "seconds or a duration such as "
                    .. "\"1m30s\"", value)
  end
  if not (seconds > 0 and seconds < math.huge) then
    complain("timeout", "expected more than 0 seconds")
  end
  return seconds
end

-- What needs the end of the command, and what goes on while it runs.
local function check_end(given, complain)
  local without = given.stream and "stream" or given.detach and "detach"
  if not without then return end
  if given.check then
    complain("check", "it needs the end of the command: leave out %s", without)
  elseif given.timeout then
    complain("timeout", "it needs the end of the command: leave out %s%s",
             without, given.stream
             and ", or limit each read: stream:read(seconds)" or "")
  end
end

-- What needs somebody who stays.
local function check_detached(given, complain)
  for _, name in ipairs{ "stream", "chunks" } do
    if given[name] then
      complain(name, "there is nothing to read with detach = true")
    end
  end
  if given.stdin then
    complain("stdin", "nobody writes it with detach = true")
  end
end

-- What a person at a terminal does.
local function check_interactive(given, complain)
  for _, name in ipairs{ "stdin", "stream", "detach", "timeout", "chunks",
                         "max_line" } do
    if given[name] then
      complain(name, "there is a person who types and reads with "
               .. "interactive = true")
    end
  end
end

---Complains of options that do not go with each other, and notes the `seconds`
---of the timeout.
---@param given table # stdin, timeout, check, stream, detach, chunks,
---       interactive
---@param complain fun(path: string, format: string, ...)
function conversation.check(given, complain)
  if given.interactive then check_interactive(given, complain) end
  if given.detach then check_detached(given, complain) end
  check_end(given, complain)
  stdin.check(given.stdin, complain, given.stream)
  given.seconds = seconds_of(given.timeout, complain)
end

-- The conversation -----------------------------------------------------------

local Conversation = {}
Conversation.__index = Conversation

function Conversation:__close()
  self.feeder:stop()
  self.stream:close()
end

-- Reads what comes until the deadline, or the end: which of them it was.
local function read_until(self, deadline)
  local stream, pieces, sources = self.stream, self.pieces, self.sources
  while true do
    local left = deadline and math.max(deadline - core.now(), 0)
    local bytes, source = stream:read(left)
    if bytes == nil then return source ~= "timeout" end
    pieces[#pieces + 1], sources[#sources + 1] = bytes, source
    if deadline and core.now() > deadline + SLACK then return false end
  end
end

---Goes on to the end, or to the deadline.
---@param deadline number|nil # in the time of core.now
---@return boolean # whether it has ended
function Conversation:go_on(deadline)
  local ok, ended = pcall(read_until, self, deadline)
  self.feeder:check()
  if not ok then error(ended, 0) end
  return ended
end

---What was read up to now.
---@param options table # of Logs.new
---@return moonsail.Logs
function Conversation:logs(options)
  return Logs.new(self.pieces, self.sources, options)
end

---Begins one, on a stream of chunks; to be closed.
---@param stream moonsail.Stream
---@param input any # for the command to read: see moonsail.stdin
---@param tty boolean
---@param label string
---@return any # with go_on and logs
function conversation.begin(stream, input, tty, label)
  return setmetatable({
    feeder = stdin.feed(stream, input, tty, label),
    stream = stream, pieces = {}, sources = {},
  }, Conversation)
end

return conversation
