-- SPDX-License-Identifier: MIT
-- Commands in a container that runs: container:exec, and the object that an
-- exec is.
--
-- An exec is created, started once, and asked for its exit code. What it
-- writes comes as the answer to its start.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local gating = require "moonsail.gating"
local Logs = require "moonsail.logs"
local object = require "moonsail.object"
local outcome = require "moonsail.outcome"
local own = require "moonsail.own"

object.add_methods("exec", "ExecInspect", "id")

-- Exit codes -----------------------------------------------------------------

-- An engine may say for a moment after the output has ended that the command
-- still runs. It is asked again, less and less often.
local FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.25

-- For how long a stream's exit_code does so: it is the command's own affair to
-- go on after it has closed its output.
local PATIENCE = 2

local function fetch(exec, label)
  local attrs = core.call(core.client_of(exec), "ExecInspect", {
    id = core.key(exec), raw = false,
  }, label)
  core.set_attrs(exec, attrs)
  return attrs
end

local function exit_code_of(attrs)
  if attrs.running then return nil end
  return attrs.exit_code
end

-- The exit code of an exec whose output has ended; nil when it runs for longer
-- than `patience`.
local function settle(exec, label, patience)
  local deadline, pause = core.now() + patience, FIRST_PAUSE
  local attrs = fetch(exec, label)
  while attrs.running and core.now() < deadline do
    core.sleep(pause)
    pause = math.min(2 * pause, LONGEST_PAUSE)
    attrs = fetch(exec, label)
  end
  return exit_code_of(attrs)
end

-- The exec that each stream is the output of.
local execs = setmetatable({}, { __mode = "k" })

---@class moonsail.Stream
local stream_methods = core.methods("stream")

---The exit code of the command whose output this is, at the end of the stream;
---nil while the command runs, and after the stream was closed before its end,
---as long as the command goes on.
---@uses ExecInspect
---@raises argument when this is not the output of an exec
---@return integer|nil
function stream_methods:exit_code()
  local label = "stream:exit_code"
  local exec = execs[self]
  if not exec then
    fail.argument(label, "this is not the output of an exec")
  end
  if self:is_closed() then return settle(exec, label, PATIENCE) end
  return exit_code_of(fetch(exec, label))
end

-- Starting -------------------------------------------------------------------

local START = {
  check = "boolean", chunks = "boolean", detach = "boolean",
  max_line = "number", stream = "boolean", stdin = "any", timeout = "any",
}

-- What a later release has; a command without a limit is better than one that
-- goes on unseen.
local LATER = {
  stdin = "what the command reads comes with the next release, with attached "
    .. "sessions",
  timeout = "a limit for the command comes with the next release; "
    .. "idle_timeout limits the time without output",
}

LATER.attach_stdin = LATER.stdin

local function refuse_later(name, value, label)
  if value then
    fail.raise{
      kind = "not_supported", method = label,
      message = ("%s: %s"):format(name, LATER[name]),
    }
  end
end

-- What goes with what.
local function check_start(given, complain)
  if given.stream and given.detach then
    complain("stream", "there is nothing to read with detach = true")
  elseif given.check and (given.stream or given.detach) then
    complain("check", "it needs the end of the command: leave out %s",
             given.stream and "stream" or "detach")
  elseif given.chunks and given.detach then
    complain("chunks", "there is nothing to read with detach = true")
  end
end

-- Our own options of a start.
local function take_start(options, operation, label)
  local complain = fail.complainer(label)
  local given = own.take(options, START, operation, complain)
  refuse_later("stdin", given.stdin, label)
  refuse_later("timeout", given.timeout, label)
  check_start(given, complain)
  return given
end

-- Those that were started: what Docker says of a second time, it writes into
-- the output.
local started = setmetatable({}, { __mode = "k" })

-- A start: what it is of, how it was asked for.
local function new_start(exec, given, options, label)
  if started[exec] then
    fail.raise{
      kind = "conflict", method = label,
      message = core.title(exec) .. " was started already: create another one",
    }
  end
  return {
    exec = exec,
    client = core.client_of(exec),
    given = given,
    options = options, -- of ExecStart
    label = label,
    tty = false,
    command = nil, -- for errors
  }
end

local function send(start, detach, settings)
  local options = start.options
  options.id, options.tty = core.key(start.exec), start.tty
  options.detach = detach
  local stream = core.call(start.client, "ExecStart", options, start.label,
                           settings)
  started[start.exec] = true
  return stream
end

local function open(start)
  local given = start.given
  local stream = send(start, false, {
    tty = start.tty, max_line = given.max_line, unlimited = true,
    chunks = given.chunks or not given.stream,
  })
  execs[stream] = start.exec
  return stream
end

-- The answer is empty, and is taken for the output of nothing.
local function start_detached(start)
  local answer <close> = send(start, true)
  answer:read_all()
end

local function run_to_end(start)
  local stream <close> = open(start)
  local logs = Logs.read(stream, {
    tty = start.tty, chunks = start.given.chunks,
  })
  return outcome.new{
    exec = start.exec,
    exit_code = settle(start.exec, start.label, math.huge),
    logs = logs,
  }
end

local function raise_failure(start, result)
  local id = core.attrs(start.exec).container_id
  outcome.raise(result, start.label, start.command,
                "in container " .. object.shorten(id), { exec = start.exec })
end

local function run(start)
  local result = run_to_end(start)
  if start.given.check and result.exit_code ~= 0 then
    raise_failure(start, result)
  end
  return result
end

-- Creating -------------------------------------------------------------------

-- Other names of the same options: those of containers:create.
local ALIASES = {
  command = "cmd", environment = "env", workdir = "working_dir",
}

local function rename(options, complain)
  for alias, name in pairs(ALIASES) do
    if options[alias] ~= nil then
      if options[name] ~= nil then
        complain(alias, "given twice: here and as %s", name)
      end
      options[name], options[alias] = options[alias], nil
    end
  end
end

-- The options of ContainerExec, of those of the method.
local function creation(self, options, label)
  local complain = fail.complainer(label)
  refuse_later("attach_stdin", options.attach_stdin, label)
  rename(options, complain)
  if options.cmd == nil then
    complain("cmd", "missing (a string or a list of words)")
  end
  if math.type(options.user) == "integer" then
    options.user = ("%d"):format(options.user)
  end
  own.fill(options, "id", self, complain)
  options.raw = false
  for _, name in ipairs{ "attach_stdout", "attach_stderr" } do
    if options[name] == nil then options[name] = true end
  end
  return options
end

-- The limits of a call, for the second one.
local function limits_of(options)
  return {
    connect_timeout = options.connect_timeout,
    idle_timeout = options.idle_timeout,
  }
end

-- Creates an exec, and says how it is to be started.
local function prepare(self, options, given, label)
  local limits, client = limits_of(options), core.client_of(self)
  local made = creation(self, options, label)
  made.idle_timeout = nil
  local id = core.call(client, "ContainerExec", made, label).id
  local exec = core.new_object("exec", client,
                               { id = id, container_id = core.key(self) })
  local start = new_start(exec, given, limits, label)
  start.tty, start.command = made.tty == true, made.cmd
  return start
end

---@class moonsail.Container
local container_methods = core.methods("container")

---Runs a command in the container, which must run, to its end, and gives its
---exit code and what it wrote.
---`web:exec({"ls", "/srv"}, {user = "www"}).stdout`
---
---A command that cannot be started ends with 126 or 127, and the engine's
---words for it are in the output. With `stream = true` what it writes comes in
---a for loop, and `stream:exit_code()` tells how it ended:
---`for line, source in web:exec("make", {stream = true}) do`.
---@param cmd string|string[] # a string is cut into words as a shell does
---@option check boolean =false # an exit code other than 0 is an error
---@option stream boolean =false # gives the output while it comes
---@option detach boolean =false # starts it, and gives the exec at once
---@option chunks boolean =false # of output: bytes as they come, not lines
---@option max_line integer # the longest line of a stream in bytes (1 MiB)
---@option environment table<string, string>|string[] # the same as env
---@option workdir string # the same as working_dir
---@takes ContainerExec
---@fills id attach_stdin
---@uses ContainerExec ExecStart ExecInspect
---@raises not_found when the container has gone, conflict when it does not
---        run or is paused, container when `check` is true and the exit code
---        is not 0, not_supported when stdin or timeout is given
---@return moonsail.ExecResult|moonsail.Stream|moonsail.Exec # with `stream`
---        the stream, with `detach` the exec
function container_methods:exec(...)
  local label = "container:exec"
  local options = core.gather_options("cmd", label, ...)
  local given = take_start(options, "ContainerExec", label)
  local start = prepare(self, options, given, label)
  if given.detach then
    start_detached(start)
    return start.exec
  elseif given.stream then
    return open(start):iterate()
  end
  return run(start)
end

---Creates an exec: a command that is ready to be started in the container,
---which must run.
---@param cmd string|string[] # a string is cut into words as a shell does
---@option environment table<string, string>|string[] # the same as env
---@option workdir string # the same as working_dir
---@takes ContainerExec
---@fills id attach_stdin
---@uses ContainerExec ExecInspect
---@raises not_found when the container has gone, conflict when it does not
---        run or is paused
---@return moonsail.Exec
function container_methods:exec_create(...)
  local label = "container:exec_create"
  local options = core.gather_options("cmd", label, ...)
  local client = core.client_of(self)
  return object.create("exec", client, "ContainerExec", "ExecInspect", "id",
                       creation(self, options, label), label)
end

-- The object -----------------------------------------------------------------

---@class moonsail.Exec
local methods = core.methods("exec")

-- What only an inspection tells; an exec that container:exec has made was not
-- inspected yet.
local function process_of(self, label)
  local attrs = core.attrs(self)
  return attrs.process_config or fetch(self, label).process_config or {}
end

local function command_of(process)
  local words = { process.entrypoint }
  for _, word in ipairs(process.arguments or {}) do
    words[#words + 1] = word
  end
  return words
end

---Starts it, once: to its end, as container:exec does.
---@option check boolean =false # an exit code other than 0 is an error
---@option stream boolean =false # gives the output while it comes
---@option detach boolean =false # starts it, and does not wait
---@option chunks boolean =false # of output: bytes as they come, not lines
---@option max_line integer # the longest line of a stream in bytes (1 MiB)
---@takes ExecStart
---@fills id tty
---@uses ExecInspect ExecStart
---@raises not_found when the exec has gone, conflict when it was started
---        already or the container does not run, container when `check` is
---        true and the exit code is not 0, not_supported when stdin or timeout
---        is given
---@return moonsail.ExecResult|moonsail.Stream|boolean # with `stream` the
---        stream, with `detach` true
function methods:start(...)
  local label = "exec:start"
  local options = core.gather_options("", label, ...)
  local given = take_start(options, "ExecStart", label)
  local start = new_start(self, given, options, label)
  options.id = core.key(self)
  gating.check(start.client, "ExecStart", options, label)
  local process = process_of(self, label)
  start.tty, start.command = process.tty == true, command_of(process)
  if given.detach then
    start_detached(start)
    return true
  elseif given.stream then
    return open(start):iterate()
  end
  return run(start)
end

---Whether the command runs now. Asks the engine.
---@uses ExecInspect
---@raises not_found when the exec has gone
---@return boolean
function methods:running()
  return fetch(self, "exec:running").running == true
end

---The exit code of the command, nil while it runs. Asks the engine.
---@uses ExecInspect
---@raises not_found when the exec has gone
---@return integer|nil
function methods:exit_code()
  return exit_code_of(fetch(self, "exec:exit_code"))
end

---What a command in a container has come to: printed, it says how it ended,
---and shows the output.
---@class moonsail.ExecResult
---@field exit_code integer
---@field stdout string # every byte of it
---@field stderr string # the same; with a terminal all is in stdout
---@field logs moonsail.Logs # both, in their order
---@field exec moonsail.Exec
