-- SPDX-License-Identifier: MIT
-- What a command reads: taken from a string, a function, an open file or a
-- stream, and written to a session by a task of its own, so that what the
-- command writes is read meanwhile.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

local stdin = {}

-- How much of a file is read at once.
local PIECE = 128 * 1024

-- What ends the input at a terminal, when it stands at the beginning of a
-- line; elsewhere it only hands on what there is of the line.
local END_OF_TRANSMISSION = "\4"

local EXPECTED = "a string, a function, an open file or a stream"

-- Sources --------------------------------------------------------------------

local function once(bytes)
  local left = bytes ~= "" and bytes or nil
  return function()
    local piece = left
    left = nil
    return piece
  end
end

local function of_file(file, label)
  return function()
    local piece, problem = file:read(PIECE)
    if piece == nil and problem then
      fail.argument(label, "stdin: the file: %s", problem)
    end
    return piece
  end
end

local function of_function(fn, label)
  return function()
    local piece = fn()
    if piece ~= nil and type(piece) ~= "string" then
      fail.argument(label, "stdin: what the function gives must be strings, "
                    .. "and nil at the end; it gave a value of type %s",
                    fail.type_name(piece))
    end
    return piece
  end
end

local function is_stream(value)
  return fail.type_name(value) == "moonsail.stream"
end

-- Lines have their newlines again.
local function of_lines(stream)
  return function()
    local line = stream()
    return line and line .. "\n"
  end
end

-- A function that gives the next piece, nil at the end.
local function source(value, label)
  if type(value) == "string" then return once(value) end
  if io.type(value) then return of_file(value, label) end
  if is_stream(value) and core.stream_kind(value) == "lines" then
    return of_lines(value)
  end
  return of_function(value, label)
end

---Complains of what bytes cannot be taken from.
---@param value any # true: the user writes
---@param complain fun(path: string, format: string, ...)
---@param writable boolean # whether the user can
function stdin.check(value, complain, writable)
  if value == nil or value == false then return end
  if value == true then
    if not writable then
      complain("stdin", "true is for stream = true, with which you write "
               .. "yourself; else give %s", EXPECTED)
    end
  elseif io.type(value) == "closed file" then
    complain("stdin", "the file is closed")
  elseif is_stream(value) and core.stream_kind(value) == "documents" then
    complain("stdin", "what comes from this stream are documents, not bytes")
  elseif type(value) ~= "string" and type(value) ~= "function"
         and io.type(value) ~= "file" and not is_stream(value) then
    fail.wrong_type(complain, "stdin", EXPECTED, value)
  end
end

---Whether something has to be written for the user.
---@param value any
---@return boolean
function stdin.is_source(value)
  return value ~= nil and value ~= true and value ~= false
end

-- Writing --------------------------------------------------------------------

-- Writes; false when there is nobody any more to read it. A command that ends
-- without reading all of its input is in its right.
local function put(stream, bytes)
  local ok, problem = pcall(stream.write, stream, bytes)
  if not ok and not core.is_error(problem, "closed") then error(problem, 0) end
  return ok
end

-- The end of the input. A terminal is hung up, and its command with it, when
-- the connection is half closed.
local function put_end(stream, tty, last)
  if not tty then
    stream:close_write()
  elseif last == nil or last == "\n" then
    put(stream, END_OF_TRANSMISSION)
  else
    put(stream, END_OF_TRANSMISSION:rep(2))
  end
end

local function write_all(stream, take, tty)
  local last
  for piece in take do
    if piece ~= "" then
      if not put(stream, piece) then return end
      last = piece:sub(-1)
    end
  end
  if not stream:is_closed() then put_end(stream, tty, last) end
end

local Feeder = {}
Feeder.__index = Feeder

---Stops writing, if it goes on still.
function Feeder:stop()
  if self.task then self.task:cancel() end
end

Feeder.__close = Feeder.stop

---Raises what the source has raised.
function Feeder:check()
  if self.problem ~= nil then error(self.problem, 0) end
end

---Begins to write all of a source to a stream, in a task. What the source
---raises closes the stream, and is kept for `check`.
---@param stream moonsail.Stream
---@param value any # the source; anything else: nothing is written
---@param tty boolean
---@param label string # for complaints
---@return any # with stop and check
function stdin.feed(stream, value, tty, label)
  local feeder = setmetatable({
    problem = nil, -- what the source has raised
    task = nil,
  }, Feeder)
  if not stdin.is_source(value) then return feeder end
  local take = source(value, label)
  feeder.task = core.spawn(function()
    local ok, problem = pcall(write_all, stream, take, tty)
    if not ok then
      feeder.problem = problem
      stream:close()
    end
  end)
  return feeder
end

return stdin
