-- SPDX-License-Identifier: MIT
-- Rows and columns of text, as the docker command lays them out: three blanks
-- between the columns, and no column below ten; less where it must fit.

local text = require "moonsail.text"

local grid = {}

local GAP, SMALL_GAP = 3, 2
local MIN_COLUMN = 10 -- with the gap
local LEAST = 4       -- what a column is cut to when nothing else helps

---@class moonsail.Column
---@field title string
---@field least integer|nil # it may be cut, at first to no less than that

-- The columns that the texts of each column take.
local function natural_widths(columns, rows)
  local widths = {}
  for i, column in ipairs(columns) do widths[i] = text.width(column.title) end
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      widths[i] = math.max(widths[i], text.width(cell))
    end
  end
  return widths
end

-- Every column but the last gets its gap.
local function add_gaps(widths, gap, least)
  local padded = {}
  for i, width in ipairs(widths) do
    padded[i] = i < #widths and math.max(width + gap, least) or width
  end
  return padded
end

local function sum(numbers)
  local total = 0
  for _, number in ipairs(numbers) do total = total + number end
  return total
end

-- Takes columns away from the widest that may lose some, one by one, until
-- `excess` are gone. Returns how many are left to go.
local function shrink(widths, leasts, excess)
  while excess > 0 do
    local widest
    for i, width in ipairs(widths) do
      if width > (leasts[i] or width)
         and (not widest or width > widths[widest]) then
        widest = i
      end
    end
    if not widest then break end
    widths[widest] = widths[widest] - 1
    excess = excess - 1
  end
  return excess
end

-- The least widths of those columns that may be cut: `cap` or what they ask
-- for.
local function leasts_of(columns, cap)
  local leasts = {}
  for i, column in ipairs(columns) do
    leasts[i] = column.least and math.min(column.least, cap or column.least)
  end
  return leasts
end

-- The widths of the columns, and the same with the gaps.
local function fit(columns, rows, room)
  local widths = natural_widths(columns, rows)
  local padded = add_gaps(widths, GAP, MIN_COLUMN)
  if not room or sum(padded) <= room then return widths, padded end
  local excess = sum(add_gaps(widths, SMALL_GAP, 0)) - room
  excess = shrink(widths, leasts_of(columns), excess)
  shrink(widths, leasts_of(columns, LEAST), excess)
  return widths, add_gaps(widths, SMALL_GAP, 0)
end

local function line_of(cells, widths, padded, room)
  local parts = {}
  for i, cell in ipairs(cells) do
    parts[i] = text.pad(text.cut(cell, widths[i]), padded[i])
  end
  local line = table.concat(parts):gsub("%s+$", "")
  return room and text.cut(line, room) or line
end

local function clean_rows(rows, n_columns)
  local cleaned = {}
  for i, row in ipairs(rows) do
    cleaned[i] = {}
    for j = 1, n_columns do
      cleaned[i][j] = text.clean(tostring(row[j] or ""))
    end
  end
  return cleaned
end

---A table as text, its header first.
---@param columns moonsail.Column[]
---@param rows any[][] # texts and numbers, a list a row
---@param room integer|nil # the columns that there are, nil: any number
---@return string
function grid.render(columns, rows, room)
  rows = clean_rows(rows, #columns)
  local widths, padded = fit(columns, rows, room)
  local titles = {}
  for i, column in ipairs(columns) do titles[i] = column.title end
  local lines = { line_of(titles, widths, padded, room) }
  for _, row in ipairs(rows) do
    lines[#lines + 1] = line_of(row, widths, padded, room)
  end
  return table.concat(lines, "\n")
end

return grid
