-- SPDX-License-Identifier: MIT
-- The output of a container that has been read to its end.

local Logs = {}

---What a container wrote: what came from which source, in its order.
---A for loop over it gives `line, source`; `#logs` is the number of lines,
---`logs[1]` the first; printed, each line is marked "O> " or "E> ".
---@class moonsail.Logs
---@field stdout string # every byte of it
---@field stderr string # the same of standard error
---@field text string # both, in the order in which they came
---@field [integer] string # the lines
---@overload fun(): string?, string?
local methods = {}

local MARKS = { stdout = "O> ", stderr = "E> ", system = "!> " }

-- What each value holds, out of reach of its readers.
local contents = setmetatable({}, { __mode = "k" })

-- Cutting lines ----------------------------------------------------------

-- Takes a piece apart at its newlines; what is left over waits in `partial`.
local function cut_piece(lines, piece, source, partial)
  local at = 1
  while true do
    local newline = piece:find("\n", at, true)
    if not newline then break end
    partial[#partial + 1] = piece:sub(at, newline - 1)
    lines:add(table.concat(partial), source)
    for i = #partial, 1, -1 do partial[i] = nil end
    at = newline + 1
  end
  if at <= #piece then partial[#partial + 1] = piece:sub(at) end
end

local Lines = {}
Lines.__index = Lines

function Lines:add(text, source)
  if self.tty then text = text:gsub("\r$", "") end
  self.texts[#self.texts + 1] = text
  self.sources[#self.sources + 1] = source
end

local function cut(content)
  local lines = setmetatable({
    texts = {}, sources = {}, tty = content.tty,
  }, Lines)
  local partials, order = {}, {}
  for i, piece in ipairs(content.pieces) do
    local source = content.sources[i]
    if not partials[source] then
      partials[source] = {}
      order[#order + 1] = source
    end
    cut_piece(lines, piece, source, partials[source])
  end
  for _, source in ipairs(order) do
    local rest = partials[source]
    if #rest > 0 then lines:add(table.concat(rest), source) end
  end
  return lines
end

local function lines_of(self)
  local content = contents[self]
  content.lines = content.lines or cut(content)
  return content.lines
end

-- What a for loop gives: lines, or pieces where those were asked for.
local function items_of(self)
  local content = contents[self]
  if content.chunks then return content.pieces, content.sources end
  local lines = lines_of(self)
  return lines.texts, lines.sources
end

-- Reading ----------------------------------------------------------------

local function join(self, source)
  local content = contents[self]
  local parts = {}
  for i, piece in ipairs(content.pieces) do
    if not source or content.sources[i] == source then
      parts[#parts + 1] = piece
    end
  end
  return table.concat(parts)
end

local getters = {
  stdout = function(self) return join(self, "stdout") end,
  stderr = function(self) return join(self, "stderr") end,
  text = function(self) return join(self) end,
}

---An iterator of its own, for loops within loops over the same output.
---@return fun(): string?, string? # a line and its source
function methods:iterate()
  local texts, sources = items_of(self)
  local i = 0
  return function()
    i = i + 1
    return texts[i], sources[i]
  end
end

---The last lines of one source, oldest first.
---@param count integer # so many at most
---@param source "stdout"|"stderr" # which
---@return string[]
function methods:tail(count, source)
  local lines = lines_of(self)
  local found = {}
  for i = #lines.texts, 1, -1 do
    if #found >= count then break end
    if lines.sources[i] == source then
      table.insert(found, 1, lines.texts[i])
    end
  end
  return found
end

local metatable = { __name = "moonsail.logs" }

function metatable.__index(self, key)
  local getter = getters[key]
  if getter then
    local value = getter(self)
    rawset(self, key, value)
    return value
  elseif math.type(key) == "integer" then
    return lines_of(self).texts[key]
  end
  return methods[key]
end

function metatable.__len(self)
  return #lines_of(self).texts
end

-- A for loop begins with a control variable of nil: it starts anew.
function metatable.__call(self, _, control)
  local content = contents[self]
  if control == nil then content.at = 0 end
  content.at = content.at + 1
  local texts, sources = items_of(self)
  return texts[content.at], sources[content.at]
end

function metatable.__tostring(self)
  local lines = lines_of(self)
  local marked = {}
  for i, text in ipairs(lines.texts) do
    marked[i] = (MARKS[lines.sources[i]] or "?> ") .. text
  end
  return table.concat(marked, "\n")
end

---Makes the value from pieces of output and their sources.
---@param pieces string[]
---@param sources string[] # as many
---@param options {tty: boolean|nil, chunks: boolean|nil}|nil # a terminal
---       ends its lines with "\r\n"; chunks: loops give pieces, not lines
---@return moonsail.Logs
function Logs.new(pieces, sources, options)
  options = options or {}
  local self = setmetatable({}, metatable)
  contents[self] = {
    pieces = pieces,
    sources = sources,
    tty = options.tty,
    chunks = options.chunks,
    lines = nil, -- cut when first asked for
    at = 0,      -- where the for loop is
  }
  return self
end

---Reads a stream of chunks to its end.
---@param stream any # of core.call with the setting chunks
---@param options {tty: boolean|nil, chunks: boolean|nil}|nil
---@return moonsail.Logs
function Logs.read(stream, options)
  local pieces, sources = {}, {}
  for bytes, source in stream do
    pieces[#pieces + 1], sources[#sources + 1] = bytes, source
  end
  return Logs.new(pieces, sources, options)
end

return Logs
