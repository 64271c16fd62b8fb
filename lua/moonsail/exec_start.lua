-- SPDX-License-Identifier: MIT
-- Starting an exec, once, and what comes of it: its result, its stream, or
-- nothing.

local conversation = require "moonsail.conversation"
local core = require "moonsail.core"
local exec_limit = require "moonsail.exec_limit"
local fail = require "moonsail.fail"
local interact = require "moonsail.interact"
local Logs = require "moonsail.logs"
local object = require "moonsail.object"
local outcome = require "moonsail.outcome"
local own = require "moonsail.own"
local sessions = require "moonsail.sessions"

local exec_start = {}

-- Exit codes -----------------------------------------------------------------

---Fetches the attributes of an exec, which it keeps.
---@param exec moonsail.Exec
---@param label string
---@return moonsail.api.ExecInspectResponse
function exec_start.fetch(exec, label)
  local attrs = core.call(core.client_of(exec), "ExecInspect", {
    id = core.key(exec), raw = false,
  }, label)
  core.set_attrs(exec, attrs)
  return attrs
end

---The exit code of an exec: nil when it runs for longer than the patience.
---@param exec moonsail.Exec
---@param label string
---@param patience number # seconds
---@return integer|nil
function exec_start.exit_code(exec, label, patience)
  return sessions.settle(function()
    local attrs = exec_start.fetch(exec, label)
    return not attrs.running and attrs.exit_code
  end, patience) or nil
end

-- Options --------------------------------------------------------------------

local OPTIONS = {
  check = "boolean", chunks = "boolean", detach = "boolean",
  interactive = "boolean", max_line = "number", stream = "boolean",
  stdin = "any", timeout = "any",
}

---Takes the options of a start out of those of a method.
---@param options table
---@param operation string # that the others are of
---@param label string
---@param aliases table<string, string>|nil # further names of the others
---@return table
function exec_start.take(options, operation, label, aliases)
  local complain = fail.complainer(label)
  local given = own.take(options, OPTIONS, operation, complain, aliases)
  conversation.check(given, complain)
  return given
end

-- Starting -------------------------------------------------------------------

-- Those that were started: what Docker says of a second time, it writes into
-- the output.
local started = setmetatable({}, { __mode = "k" })

local Start = {}
Start.__index = Start

---A start: what it is of, how it was asked for.
---@param exec moonsail.Exec
---@param given table # of exec_start.take
---@param options table # of ExecStart
---@param label string
---@return any # with go
function exec_start.new(exec, given, options, label)
  if started[exec] then
    fail.raise{
      kind = "conflict", method = label,
      message = core.title(exec) .. " was started already: create another one",
    }
  end
  return setmetatable({
    exec = exec,
    client = core.client_of(exec),
    given = given,     -- of exec_start.take
    options = options, -- of ExecStart
    label = label,
    tty = false,
    reads = false, -- it has an input
    command = nil, -- for errors
    mark = nil,    -- of exec_limit, if it has one
    console = nil, -- of the user, with interactive
  }, Start)
end

local function send(start, detach, settings)
  local options = start.options
  options.id, options.tty = core.key(start.exec), start.tty
  options.detach, options.timeout = detach, start.given.seconds
  local stream = core.call(start.client, "ExecStart", options, start.label,
                           settings)
  started[start.exec] = true
  return stream
end

local function open(start, chunks)
  local exec = start.exec
  local stream = send(start, false, {
    tty = start.tty, max_line = start.given.max_line, chunks = chunks,
    unlimited = true, read_only = not start.reads,
  })
  return sessions.begin(stream, {
    exit_code = function(label, patience)
      return exec_start.exit_code(exec, label, patience)
    end,
    resize = function(rows, columns, label)
      core.call(core.client_of(exec), "ExecResize", {
        id = core.key(exec), rows = rows, columns = columns,
      }, label)
    end,
  })
end

-- What the command reads: nothing, when nobody says what, and it does.
local function input_of(start)
  local given = start.given.stdin
  if start.reads and not given and not start.given.stream then return "" end
  return given
end

-- The answer is empty, and is taken for the output of nothing.
local function start_detached(start)
  local answer <close> = send(start, true)
  answer:read_all()
end

local function start_streaming(start)
  local stream = open(start, start.given.chunks)
  sessions.feed(stream, input_of(start), start.tty, start.label)
  return stream
end

-- To its end -----------------------------------------------------------------

local function where(start)
  local id = core.attrs(start.exec).container_id
  return "in container " .. object.shorten(id)
end

local function logs_of(start, talk)
  return talk:logs{ tty = start.tty, chunks = start.given.chunks }
end

-- Waits for the end of a command that was sent a signal.
local function wait_for_end(start, talk)
  return function(seconds)
    local deadline = core.now() + seconds
    talk:go_on(deadline)
    return exec_start.exit_code(start.exec, start.label,
                                math.max(deadline - core.now(), 0)) ~= nil
  end
end

-- The time is over: ends the command, if that can be done, and says so.
local function expire(start, talk)
  local gone = wait_for_end(start, talk)
  local killed, reason = exec_limit.enforce({
    client = start.client, mark = start.mark, label = start.label,
    container_id = core.attrs(start.exec).container_id,
  }, gone)
  outcome.raise_timeout(start.given.seconds, start.label, start.command,
                        where(start), reason, {
    exec = start.exec, killed = killed, logs = logs_of(start, talk),
    exit_code = exec_start.exit_code(start.exec, start.label, 0),
  })
end

local function run_to_end(start)
  local seconds = start.given.seconds
  local deadline = seconds and core.now() + seconds
  local talk <close> = conversation.begin(open(start, true), input_of(start),
                                          start.tty, start.label)
  local ended = talk:go_on(deadline)
  local patience = deadline and math.max(deadline - core.now(), 0) or math.huge
  local code = ended
    and exec_start.exit_code(start.exec, start.label, patience)
  if not code then expire(start, talk) end
  return outcome.new{
    exec = start.exec, exit_code = code, logs = logs_of(start, talk),
  }
end

local function raise_failure(start, result)
  outcome.raise(result, start.label, start.command, where(start),
                { exec = start.exec })
end

local function run(start)
  local result = run_to_end(start)
  if start.given.check and result.exit_code ~= 0 then
    raise_failure(start, result)
  end
  return result
end

---Takes hold of the user's terminal, if the command is to have it.
---@param given table # of exec_start.take
---@param tty boolean # the command has a terminal
---@param keys any # that detach
---@param label string
---@return any|nil # of interact.open
function exec_start.console(given, tty, keys, label)
  if not given.interactive then return nil end
  return interact.open{ tty = tty, reads = true, keys = keys, label = label }
end

-- With a person, who has seen the output, and may leave it to itself.
local function run_interactive(start)
  local console <close> = start.console
  local session <close> = open(start, true)
  local left = console:hold(session, false)
  local result = outcome.new{
    exec = start.exec, logs = Logs.new({}, {}, { tty = start.tty }),
    exit_code = not left
      and exec_start.exit_code(start.exec, start.label, math.huge) or nil,
  }
  if start.given.check and not left and result.exit_code ~= 0 then
    raise_failure(start, result)
  end
  return result
end

---Starts it, as it was asked for.
---@param detached any # what a start that nobody waits for gives
---@return any # what the method returns
function Start:go(detached)
  if self.console then
    return run_interactive(self)
  elseif self.given.detach then
    start_detached(self)
    return detached
  elseif self.given.stream then
    return start_streaming(self):iterate()
  end
  return run(self)
end

return exec_start
