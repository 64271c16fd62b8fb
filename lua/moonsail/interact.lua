-- SPDX-License-Identifier: MIT
-- The user's own terminal, connected to a command in a container: what is
-- typed goes there, what it writes comes here, until it ends or is left.
--
-- Three go on at a time: a task writes what is typed, another tells the size
-- of the window, and we show what comes. None of them waits for another.

local attach = require "moonsail.attach"
local core = require "moonsail.core"
local detach_keys = require "moonsail.detach_keys"
local fail = require "moonsail.fail"
local own = require "moonsail.own"
local stdin = require "moonsail.stdin"

local interact = {}

-- A command that has only just been started may not have its terminal yet.
local TRIES, PAUSE = 10, 0.02

-- The console ----------------------------------------------------------------

local Console = {}
Console.__index = Console

function Console:__close()
  if self.input then self.input:close() end
end

---Takes hold of standard input, before anything is created for it. To be
---closed.
---@param settings table # tty, reads: whether the command has a terminal, and
---       an input; keys, that detach; label
---@return any # with size and hold
function interact.open(settings)
  local label = settings.label
  local keys = detach_keys.bytes(settings.keys, fail.complainer(label))
  local self = setmetatable({
    tty = settings.tty and settings.reads,
    label = label,
    keys = keys,
    input = settings.reads and core.input(io.stdin) or nil,
    detached = false,
  }, Console)
  if self.tty and not self.input:is_terminal() then
    self.input:close()
    fail.argument(label, "the command has a terminal, but standard input is "
                  .. "none: leave out tty, or run this at a terminal")
  end
  return self
end

---The size that the command's terminal is to have; nil for none.
---@return integer|nil rows
---@return integer|nil columns
function Console:size()
  if self.tty then return self.input:size() end
end

-- What is typed, piece by piece, up to the keys that detach.
local function typing(self, session)
  local input = self.input
  if not self.tty then return function() return input:read() end end
  local find = detach_keys.finder(self.keys)
  return function()
    if self.detached then
      session:close()
      return nil
    end
    local typed = input:read()
    if typed then typed, self.detached = find(typed) end
    return typed
  end
end

-- Whether the terminal at the other end took the size; if not, it goes on
-- with the one it has.
local function tell_size(session, rows, columns)
  if not rows then return true end
  local ok, problem = pcall(session.resize, session, rows, columns)
  if not ok and not (core.is_error(problem)
                     and problem.kind ~= "cancelled") then
    error(problem, 0)
  end
  return ok
end

local function tell_first_size(session, input)
  for try = 1, TRIES do
    if tell_size(session, input:size()) then return end
    core.sleep(PAUSE * try)
  end
end

-- A program that is told a new size draws itself anew.
local function redraw(session, input)
  local rows, columns = input:size()
  if rows then tell_size(session, rows + 1, columns) end
end

local Task = {}

function Task:__close()
  if self.task then self.task:cancel() end
end

-- Tells the terminal at the other end the size of the window, now and whenever
-- that changes, until it is closed.
local function follow_window(self, session, is_running)
  local input = self.input
  if not self.tty then return nil end
  return setmetatable({
    task = core.spawn(function()
      if is_running then redraw(session, input) end
      tell_first_size(session, input)
      while input:resized() do tell_size(session, input:size()) end
    end),
  }, Task)
end

local function show(bytes, source)
  local file = source == "stderr" and io.stderr or io.stdout
  local ok, problem = file:write(bytes)
  if ok then ok, problem = file:flush() end
  if not ok then
    fail.raise{ kind = "closed", message = "what is to be shown cannot be "
                .. "written: " .. tostring(problem) }
  end
end

local function show_all(session)
  for bytes, source in session do show(bytes, source) end
end

---Connects it with a session, until that ends or is left, which closes it. The
---terminal is then as it was.
---@param session moonsail.Stream # of chunks
---@param is_running boolean # it may have drawn something before
---@return boolean # whether it was left
function Console:hold(session, is_running)
  local input <close> = self.input
  if self.tty then input:raw() end
  local feeder <close> = stdin.feed(session, input and typing(self, session),
                                    self.tty, self.label)
  local _ <close> = follow_window(self, session, is_running)
  local ok, problem = pcall(show_all, session)
  feeder:check()
  if not ok and not self.detached then error(problem, 0) end
  return self.detached
end

-- Containers -----------------------------------------------------------------

local function check_running(state, label)
  if state.running and not state.paused then return end
  fail.raise{
    kind = "conflict", method = label,
    message = state.paused and "the container is paused: unpause it first"
      or "the container does not run: start it first",
  }
end

-- What there is to attach to.
local function look_at(container, label)
  local attrs = core.call(core.client_of(container), "ContainerInspect", {
    id = core.key(container), raw = false,
  }, label)
  check_running(attrs.state or {}, label)
  return attrs.config or {}
end

---@class moonsail.Container
local methods = core.methods("container")

---Connects this terminal with the container, which must run, until it ends:
---what is typed goes to it, what it writes is shown.
---`print(web:interact())`
---
---If the container has a terminal, every key goes there, Ctrl-C as well, and
---it has the size of this window, also when that changes. Typing the keys of
---`detach_keys` leaves it running. Whatever happens, the terminal here is as
---before in the end. If the container has no terminal, it gets lines, the end
---of standard input is the end of its own, and Ctrl-C is for this program.
---
---Standard input need not be a terminal then: a pipe or a file will do.
---@option detach_keys string # the keys that leave it; else those of the
---        docker command's config.json, else "ctrl-p,ctrl-q"
---@uses ContainerAttach ContainerInspect ContainerResize ContainerWait
---@raises conflict when the container does not run, not_found when it has
---        gone, argument when the container has a terminal and standard input
---        is none, or when the keys are none
---@return integer|nil # its exit code; nil: it runs still,
---@return string|nil # and this is "detached"
function methods:interact(...)
  local label = "container:interact"
  local options = core.gather_options("", label, ...)
  local keys = own.take(options, { detach_keys = "any" }, nil,
                        fail.complainer(label)).detach_keys
  keys = detach_keys.chosen(core.client_of(self), keys, label)
  detach_keys.bytes(keys, fail.complainer(label))
  local config = look_at(self, label)
  local console <close> = interact.open{
    tty = config.tty == true, reads = config.open_stdin == true, keys = keys,
    label = label,
  }
  local session <close> = attach.open(self, "ContainerAttach", {
    stream = true, stdin = config.open_stdin == true, stdout = true,
    stderr = true, detach_keys = keys,
  }, { tty = config.tty == true, chunks = true }, label)
  local code
  if not console:hold(session, true) then code = session:exit_code() end
  if code == nil then return nil, "detached" end
  return code
end

return interact
