-- SPDX-License-Identifier: MIT
-- What a stream goes to: the command at its other end, which has a terminal
-- of some size, and an exit code.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local stdin = require "moonsail.stdin"

local sessions = {}

-- An engine may say for a moment after the output has ended that the command
-- still runs. It is asked again, less and less often.
local FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.25

-- For how long a stream's exit_code does so: it is the command's own affair to
-- go on after it has closed its output.
sessions.PATIENCE = 2

-- By stream: what is at its other end.
local ends = setmetatable({}, { __mode = "k" })

---Says what a stream goes to.
---@param stream moonsail.Stream
---@param other table # exit_code, a function of a label and of the seconds
---       that it may take, which gives an integer or nil; resize, a function
---       of rows, columns and a label, unless it has no terminal; close, a
---       function that gives back what was begun for exit_code, if anything
---@return moonsail.Stream stream
function sessions.begin(stream, other)
  ends[stream] = other
  return stream
end

---Writes a source to a stream that was begun, while the stream is read.
---@param stream moonsail.Stream
---@param input any # of moonsail.stdin; what is no source: nothing is written
---@param tty boolean
---@param label string
function sessions.feed(stream, input, tty, label)
  ends[stream].feeder = stdin.feed(stream, input, tty, label)
end

---Begins what the session is for; when that fails nothing of it is left open.
---@param stream moonsail.Stream
---@param fn function # called with the rest of the arguments
function sessions.launch(stream, fn, ...)
  local ok, problem = pcall(fn, ...)
  if ok then return end
  stream:close()
  if ends[stream].close then ends[stream].close() end
  error(problem, 0)
end

---Asks until there is an answer, or the patience has run out.
---@param ask fun(): any # nil, or false, for "not yet"
---@param patience number # seconds
---@return any
function sessions.settle(ask, patience)
  local deadline, pause = core.now() + patience, FIRST_PAUSE
  local answer = ask()
  while not answer and core.now() < deadline do
    core.sleep(math.min(pause, math.max(deadline - core.now(), 0)))
    pause = math.min(2 * pause, LONGEST_PAUSE)
    answer = ask()
  end
  return answer
end

local function end_of(stream, label, what)
  local other = ends[stream]
  if not other or not other[what] then
    fail.argument(label, "this is not the output of a command")
  end
  return other
end

---@class moonsail.Stream
local methods = core.methods("stream")

---How the command at the other end has ended, at the end of the stream: of
---`exec`, `run` and `attach`. nil while it runs, and after the stream was
---closed before its end, as long as the command goes on. What kept us from
---writing all of its input (`stdin`) is raised.
---@uses ExecInspect ContainerInspect ContainerWait
---@raises argument when this is not the output of a command, not_found when
---        the container has gone, and its exit code with it
---@return integer|nil
function methods:exit_code()
  local label = "stream:exit_code"
  local other = end_of(self, label, "exit_code")
  if other.feeder then other.feeder:check() end
  return other.exit_code(label, self:is_closed() and sessions.PATIENCE or 0)
end

---Tells the terminal of the command at the other end its size: of `exec`,
---`run` and `attach`, when it has one.
---@param rows integer # its height in lines
---@param columns integer # its width in characters
---@uses ExecResize ContainerResize
---@raises argument when this is not the output of a command, conflict when the
---        command does not run
function methods:resize(rows, columns)
  local label = "stream:resize"
  local other = end_of(self, label, "resize")
  local complain = fail.complainer(label)
  for name, size in pairs{ rows = rows, columns = columns } do
    if math.type(size) ~= "integer" then
      fail.wrong_type(complain, name, "an integer", size)
    elseif size < 0 then
      complain(name, "expected 0 or more")
    end
  end
  if rows == nil or columns == nil then
    fail.argument(label, "expected rows and columns")
  end
  other.resize(rows, columns, label)
end

return sessions
