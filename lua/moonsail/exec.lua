-- SPDX-License-Identifier: MIT
-- Commands in a container that runs: container:exec, and the object that an
-- exec is.
--
-- An exec is created, started once, and asked for its exit code. What it
-- writes comes as the answer to its start.

local core = require "moonsail.core"
local detach_keys = require "moonsail.detach_keys"
local exec_limit = require "moonsail.exec_limit"
local exec_start = require "moonsail.exec_start"
local fail = require "moonsail.fail"
local gating = require "moonsail.gating"
local object = require "moonsail.object"
local own = require "moonsail.own"
local spelling = require "moonsail.spelling"

object.add_methods("exec", "ExecInspect", "id")

-- Creating -------------------------------------------------------------------

-- Other names of the same options: those of containers:create.
local ALIASES = {
  command = "cmd", environment = "env", workdir = "working_dir",
}

-- Our names for what may be spelt as the API does, or by another name.
local function rename(options, complain)
  local names = spelling.of(core.operation("ContainerExec").options)
  local given = {}
  for key in pairs(options) do
    local name = ALIASES[key] or names[key]
    if name and name ~= key then given[key] = name end
  end
  for key, name in pairs(given) do
    if options[name] ~= nil then
      complain(key, "given twice: here and as %s", name)
    end
    options[name], options[key] = options[key], nil
  end
end

-- The options of ContainerExec, of those of the method.
local function creation(self, options, label)
  local complain = fail.complainer(label)
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

-- Whether the command has an input: that is said by stdin.
local function set_input(options, given, label)
  if options.attach_stdin ~= nil then
    fail.argument(label, "attach_stdin: it is set by stdin")
  end
  if given.stdin or given.interactive then options.attach_stdin = true end
end

-- The user's terminal, and its size for engines that take it now.
local function open_console(self, options, given, label)
  if given.interactive then
    options.detach_keys = detach_keys.chosen(core.client_of(self),
                                             options.detach_keys, label)
  end
  local console = exec_start.console(given, options.tty == true,
                                     options.detach_keys, label)
  local rows, columns = nil, nil
  if console then rows, columns = console:size() end
  if rows and options.console_size == nil
     and object.minor_version(core.client_of(self), label) >= 42 then
    options.console_size = { rows, columns }
  end
  return console
end

-- Creates an exec, and says how it is to be started.
local function prepare(self, options, given, label)
  local limits, client = limits_of(options), core.client_of(self)
  rename(options, fail.complainer(label))
  set_input(options, given, label)
  local console = open_console(self, options, given, label)
  local made = creation(self, options, label)
  local mark = given.seconds and exec_limit.mark(made)
  made.idle_timeout = nil
  local id = core.call(client, "ContainerExec", made, label).id
  local exec = core.new_object("exec", client,
                               { id = id, container_id = core.key(self) })
  local start = exec_start.new(exec, given, limits, label)
  start.tty, start.command = made.tty == true, made.cmd
  start.reads, start.mark = made.attach_stdin == true, mark
  start.console = console
  return start
end

---@class moonsail.Container
local container_methods = core.methods("container")

---Runs a command in the container, which must run, to its end, and gives its
---exit code and what it wrote.
---`web:exec({"ls", "/srv"}, {user = "www"}).stdout`
---`web:exec("tar xC /srv", {stdin = io.open("site.tar", "rb")})`
---
---A command that cannot be started ends with 126 or 127, and the engine's
---words for it are in the output.
---
---`stdin` is what the command reads, and then the end of its input: a string,
---a function that gives piece after piece and nil at the end, an open file, or
---a stream of bytes or lines, of another container say. It is written while
---the output is read, so that neither waits for the other; a command that ends
---without reading all of it is no error. At a terminal the end is the key
---Ctrl-D.
---
---With `stream = true` what it writes comes in a for loop, and
---`stream:exit_code()` tells how it ended:
---`for line, source in web:exec("make", {stream = true}) do`. With
---`stdin = true` as well it is you who writes: `stream:write(bytes)`,
---`stream:close_write()`.
---
---With `interactive = true` this terminal is connected with the command, as by
---container:interact; with `tty = true` as well every key goes there:
---`web:exec("sh", {interactive = true, tty = true})`. What was shown is not in
---the result; who leaves the command to itself, by the keys of `detach_keys`,
---gets one without an exit code.
---
---A command that is still there after `timeout` is sent TERM, a second later
---KILL, and so are the processes that it has started: by a shell in the
---container, which finds them by the variable MOONSAIL_EXEC in their
---environment. The error of kind timeout has `killed`, which is false where
---that could not be done, `logs`, and `exit_code` if there is one.
---@param cmd string|string[] # a string is cut into words as a shell does
---@option stdin string|file*|function|moonsail.Stream|boolean # what it reads;
---        true with `stream`: you write
---@option timeout number|string # seconds, or as "1m30s", until it is ended
---@option check boolean =false # an exit code other than 0 is an error
---@option stream boolean =false # gives the output while it comes
---@option interactive boolean =false # connects this terminal with it
---@option detach boolean =false # starts it, and gives the exec at once
---@option chunks boolean =false # of output: bytes as they come, not lines
---@option max_line integer # the longest line of a stream in bytes (1 MiB)
---@option environment table<string, string>|string[] # the same as env
---@option workdir string # the same as working_dir
---@takes ContainerExec
---@fills id attach_stdin
---@uses ContainerExec ExecStart ExecInspect ExecResize
---@raises not_found when the container has gone, conflict when it does not
---        run or is paused, container when `check` is true and the exit code
---        is not 0, timeout when it takes longer than `timeout`, argument when
---        `tty` and `interactive` are given and standard input is no terminal
---@return moonsail.ExecResult|moonsail.Stream|moonsail.Exec # with `stream`
---        the stream, with `detach` the exec
function container_methods:exec(...)
  local label = "container:exec"
  local options = core.gather_options("cmd", label, ...)
  local given = exec_start.take(options, "ContainerExec", label, ALIASES)
  local start = prepare(self, options, given, label)
  return start:go(start.exec)
end

---Creates an exec: a command that is ready to be started in the container,
---which must run.
---@param cmd string|string[] # a string is cut into words as a shell does
---@option stdin boolean =false # the command will be given something to read
---@option environment table<string, string>|string[] # the same as env
---@option workdir string # the same as working_dir
---@takes ContainerExec
---@fills id
---@uses ContainerExec ExecInspect
---@raises not_found when the container has gone, conflict when it does not
---        run or is paused
---@return moonsail.Exec
function container_methods:exec_create(...)
  local label = "container:exec_create"
  local options = core.gather_options("cmd", label, ...)
  local complain = fail.complainer(label)
  local given = own.take(options, { stdin = "boolean" }, "ContainerExec",
                         complain, ALIASES)
  rename(options, complain)
  if given.stdin ~= nil then
    if options.attach_stdin ~= nil then
      complain("stdin", "given twice: here and as attach_stdin")
    end
    options.attach_stdin = given.stdin
  end
  return object.create("exec", core.client_of(self), "ContainerExec",
                       "ExecInspect", "id", creation(self, options, label),
                       label)
end

-- The object -----------------------------------------------------------------

---@class moonsail.Exec
local methods = core.methods("exec")

local function command_of(process)
  local words = { process.entrypoint }
  for _, word in ipairs(process.arguments or {}) do
    words[#words + 1] = word
  end
  return words
end

-- What only an inspection tells; an exec that container:exec has made was not
-- inspected yet.
local function learn(self, start, label)
  local attrs = core.attrs(self)
  if not attrs.process_config then attrs = exec_start.fetch(self, label) end
  local process = attrs.process_config or {}
  start.tty, start.command = process.tty == true, command_of(process)
  start.reads = attrs.open_stdin == true
end

---Starts it, once: to its end, as container:exec does, or as its options say.
---
---It can be given something to read only if it was created for that. There is
---no way to end its command at the `timeout`: unlike one of container:exec it
---goes on then, and the error says so.
---@option stdin string|file*|function|moonsail.Stream|boolean # what it reads;
---        true with `stream`: you write
---@option timeout number|string # seconds, or as "1m30s", to wait for the end
---@option check boolean =false # an exit code other than 0 is an error
---@option stream boolean =false # gives the output while it comes
---@option interactive boolean =false # connects this terminal with it
---@option detach boolean =false # starts it, and does not wait
---@option chunks boolean =false # of output: bytes as they come, not lines
---@option max_line integer # the longest line of a stream in bytes (1 MiB)
---@takes ExecStart
---@fills id tty
---@uses ExecInspect ExecStart ExecResize
---@raises not_found when the exec has gone, conflict when it was started
---        already or the container does not run, container when `check` is
---        true and the exit code is not 0, timeout when it takes longer than
---        `timeout`
---@return moonsail.ExecResult|moonsail.Stream|boolean # with `stream` the
---        stream, with `detach` true
function methods:start(...)
  local label = "exec:start"
  local options = core.gather_options("", label, ...)
  local given = exec_start.take(options, "ExecStart", label)
  local start = exec_start.new(self, given, options, label)
  options.id = core.key(self)
  gating.check(core.client_of(self), "ExecStart", options, label)
  learn(self, start, label)
  if (given.stdin or given.interactive) and not start.reads then
    fail.argument(label, "%s: the command has no input: create it with "
                  .. "stdin = true", given.stdin and "stdin" or "interactive")
  end
  start.console = exec_start.console(given, start.tty, nil, label)
  return start:go(true)
end

---Whether the command runs now. Asks the engine.
---@uses ExecInspect
---@raises not_found when the exec has gone
---@return boolean
function methods:running()
  return exec_start.fetch(self, "exec:running").running == true
end

---The exit code of the command, nil while it runs. Asks the engine.
---@uses ExecInspect
---@raises not_found when the exec has gone
---@return integer|nil
function methods:exit_code()
  return exec_start.exit_code(self, "exec:exit_code", 0)
end

---What a command in a container has come to: printed, it says how it ended,
---and shows the output.
---@class moonsail.ExecResult
---@field exit_code integer|nil # nil of one that was left while it ran
---@field stdout string # every byte of it
---@field stderr string # the same; with a terminal all is in stdout
---@field logs moonsail.Logs # both, in their order
---@field exec moonsail.Exec
