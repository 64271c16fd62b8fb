-- SPDX-License-Identifier: MIT
-- What is under way, on a terminal: a line for each thing, drawn over in
-- place, and one for all. What is said meanwhile goes above it.
--
-- After each drawing the cursor is at the beginning of the line below, and it
-- is never hidden: whoever is interrupted leaves nothing to be put in order.

local bars = require "moonsail.bars"
local core = require "moonsail.core"
local pace = require "moonsail.pace"
local text = require "moonsail.text"

local board = {}

-- Seconds between two drawings of what is but a little further.
local SOON = 0.05

local USUAL_COLUMNS, USUAL_ROWS = 80, 24

---@class moonsail.Board
---@field file file*
---@field now fun(): number
---@field rows table[] # of what is under way, in the order of appearance
---@field by_id table<string, table>
---@field drawn integer[] # how wide the lines are that stand there now
---@field widths table|nil # of the columns of the lines; they never shrink
---@field is_midline boolean # whether a text stands there without its end
---@field pace moonsail.Pace
---@field began number|nil # when the first byte had come
---@field ended number|nil # when the last one had
---@field drew number # when it was drawn last
local Board = {}
Board.__index = Board

---@param file file*
---@param now? fun(): number # seconds; core.now
---@return moonsail.Board
function board.new(file, now)
  local self = setmetatable({ file = file, now = now or core.now }, Board)
  self.is_midline, self.drew = false, -1
  self:forget()
  return self
end

-- Begins anew, below what stands there.
function Board:forget()
  self.rows, self.by_id, self.drawn, self.widths = {}, {}, {}, nil
  self.pace, self.began, self.ended = pace.new(), nil, nil
end

-- States --------------------------------------------------------------------

-- After these, nothing is left to be done; after SETTLED ones not much.
local DONE = {
  ["Pull complete"] = true, ["Already exists"] = true, ["Pushed"] = true,
  ["Layer already exists"] = true,
}
local SETTLED = { ["Download complete"] = true }
local LOADING = "Loading layer"

-- What counts as bytes that have come or gone, and as an end when it is full.
local function is_transfer(status)
  return not status:find "^[Ee]xtract"
end

-- A state that is over when it is full: that is all there is to see of it.
local function is_full(row)
  return row.total and row.current and row.current >= row.total
         and is_transfer(row.status) and row.status ~= "Downloading"
         and row.status ~= "Pushing"
end

local function has_come(status)
  return SETTLED[status] or DONE[status] or status:find "^[Ee]xtract"
         or status:find "^Verifying"
end

-- Takes note of how much of it has come, of how much.
local function count_bytes(row)
  if row.current and row.total and is_transfer(row.status) then
    row.size = math.max(row.total, row.size or 0)
    row.come = math.min(row.current, row.size)
  elseif has_come(row.status) or row.status:find "^Mounted" then
    row.size = row.size or 0
    row.come = row.size
  end
end

local function positive(value)
  return type(value) == "number" and value > 0 and value or nil
end

-- Takes over what a report says of a thing.
local function update(row, status, detail)
  detail = type(detail) == "table" and detail or {}
  row.status = status
  row.current, row.total = positive(detail.current), positive(detail.total)
  row.units = type(detail.units) == "string" and bars.clean(detail.units)
              or nil
  if row.total and not row.current then row.current = 0 end
  row.is_done = DONE[status] or status:find "^Mounted" ~= nil or is_full(row)
                or false
  row.is_settled = row.is_done or SETTLED[status] or false
  count_bytes(row)
end

-- The sum -------------------------------------------------------------------

-- Of a load, nobody knows which layers are still to come.
local function is_known(row)
  return row.is_done or row.size and row.status ~= LOADING
end

local function add_up(rows)
  local sum = { current = 0, total = 0, is_whole = true }
  for _, row in ipairs(rows) do
    sum.current = sum.current + (row.come or 0)
    sum.total = sum.total + (row.size or 0)
    sum.is_whole = sum.is_whole and is_known(row) or false
  end
  return sum
end

-- How fast it goes, and when it began and ended.
function Board:measure()
  local sum, now = add_up(self.rows), self.now()
  if sum.total == 0 then return nil end
  self.began = self.began or now
  if sum.is_whole and sum.current >= sum.total then
    self.ended = self.ended or now
    sum.seconds = self.ended - self.began
  else
    self.ended = nil
    self.pace:add(now, sum.current)
    sum.speed = self.pace:speed()
  end
  return sum
end

-- Lines ---------------------------------------------------------------------

-- What is shown first where there is no room for all.
local function urgency(row)
  if row.is_done then return 3 end
  return row.current and 1 or 2
end

-- So many of the rows as have room, in their order, and the others.
local function select(rows, room)
  local order, place = { table.unpack(rows) }, {}
  for i, row in ipairs(rows) do place[row] = i end
  table.sort(order, function(a, b)
    local x, y = urgency(a), urgency(b)
    if x ~= y then return x < y end
    return place[a] < place[b]
  end)
  local shown = table.move(order, 1, room, 1, {})
  table.sort(shown, function(a, b) return place[a] < place[b] end)
  return shown, table.move(order, room + 1, #order, 1, {})
end

---All lines, no more than a screen has room for above that of the cursor;
---where there is room for but one, that of all.
---@param columns integer # of each line at most
---@param height integer # of the screen
---@return string[]
function Board:lines(columns, height)
  local sum, hidden = height > 1 and self:measure() or nil, {}
  local rows, room = self.rows, math.max(height - 1 - (sum and 1 or 0), 0)
  if #rows > room then rows, hidden = select(rows, math.max(room - 1, 0)) end
  local widths, lines = bars.widths(rows, self.widths), {}
  self.widths = widths
  for i, row in ipairs(rows) do lines[i] = bars.line(row, widths, columns) end
  if #hidden > 0 and room > 0 then
    lines[#lines + 1] = bars.rest(hidden, columns)
  end
  if sum then lines[#lines + 1] = bars.total(sum, widths, columns) end
  return lines
end

-- Drawing -------------------------------------------------------------------

-- The size of the terminal, as it is now.
local function size_of(file)
  local columns, rows
  if io.type(file) == "file" then columns, rows = core.terminal_size(file) end
  return columns or USUAL_COLUMNS, rows or USUAL_ROWS
end

-- How many rows of the screen the lines take that stand there. A window that
-- has become narrower has broken those that do not fit any more.
local function height_of(drawn, columns)
  local height = 0
  for _, width in ipairs(drawn) do
    height = height + math.max((width + columns - 1) // columns, 1)
  end
  return height
end

-- To the beginning of the first line.
local function up(height)
  return height > 0 and ("\27[%dA\r"):format(height) or ""
end

-- What takes the lines away.
function Board:erasure(columns)
  if #self.drawn == 0 then return "" end
  local height = height_of(self.drawn, columns)
  self.drawn = {}
  return up(height) .. "\27[J"
end

---Draws the lines as things are now.
function Board:draw()
  if #self.rows == 0 then return end
  local columns, height = size_of(self.file)
  local parts = { self.is_midline and "\n"
                  or up(height_of(self.drawn, columns)) }
  local lines = self:lines(columns - 1, height)
  for i, line in ipairs(lines) do
    self.drawn[i] = text.width(line)
    parts[#parts + 1] = line .. "\27[K\n"
  end
  for i = #lines + 1, #self.drawn do self.drawn[i] = nil end
  parts[#parts + 1] = "\27[J"
  self.is_midline, self.drew = false, self.now()
  self.file:write(table.concat(parts))
  self.file:flush()
end

-- What has happened ---------------------------------------------------------

-- Of what is over, that which is told by texts as well need not stay.
local function remains(row)
  return not is_full(row) or row.status == LOADING
end

-- Leaves what is over where it stands.
function Board:settle()
  local rows = {}
  for _, row in ipairs(self.rows) do
    if not row.is_settled then return end
    if remains(row) then rows[#rows + 1] = row end
  end
  if #rows == 0 then return end
  self.rows = rows
  self:draw()
  self:forget()
end

---Says something: above what is under way, below what is over.
---@param said string # clean; with the ends of its lines
function Board:say(said)
  if said == "" then return end
  self:settle()
  local gap = self.is_midline and ""
  self.file:write((gap or self:erasure((size_of(self.file)))) .. said)
  self.is_midline = said:sub(-1) ~= "\n"
  if self:is_over() then self:forget() end
  self:draw()
  self.file:flush()
end

---Shows how things are in the end, and ends the last line.
function Board:finish()
  if #self.rows > 0 then return self:draw() end
  if self.is_midline then self.file:write "\n" end
  self.is_midline = false
  self.file:flush()
end

-- Whether there is nothing left that is under way.
function Board:is_over()
  for _, row in ipairs(self.rows) do
    if not row.is_settled then return false end
  end
  return true
end

---Shows how far a thing is.
---@param id string
---@param status string
---@param detail? table # current, total; units
function Board:show(id, status, detail)
  local row = self.by_id[id]
  local is_news = not row or row.status ~= status
  if not row then
    row = { id = id }
    self.by_id[id] = row
    table.insert(self.rows, row)
  end
  update(row, status, detail)
  if is_news or row.is_done or self.now() - self.drew >= SOON then
    self:draw()
  end
end

return board
