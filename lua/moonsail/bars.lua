-- SPDX-License-Identifier: MIT
-- What a line of progress looks like: a thing and its state, a bar where it is
-- known how far that is, and a line for all of them.

local human = require "moonsail.human"
local text = require "moonsail.text"

local bars = {}

-- Columns: of a bar; of what stands before it at most, and behind it as a
-- rule ("1.23MB / 45.6MB"), so that bars are of one length.
local WIDEST, NARROWEST = 30, 10
local WIDEST_ID, WIDEST_STATUS, WIDEST_COUNT = 24, 20, 15

local TOTAL = "Total"

-- Escape sequences say nothing about what is done.
local function without_escapes(given)
  if not given:find("\27", 1, true) then return given end
  return (given:gsub("\27%[[0-?]*[ -/]*[@-~]", "")
               :gsub("\27%].-[\7\27]\\?", ""):gsub("\27[ -/]*[0-~]", ""))
end

---A text on one line, without anything that a terminal would obey.
---@param given string
---@return string
function bars.clean(given)
  return text.clean(without_escapes(given))
end

---Lines of output, likewise; of what was written over, the last.
---@param given string
---@return string # with its new lines
function bars.clean_lines(given)
  return (given:gsub("\r+\n", "\n"):gsub("[^\n]+", function(line)
    return bars.clean(line:match "([^\r]*)\r*$")
  end))
end

-- "9s", "1m05s", "2h03m"
local function span(seconds)
  seconds = math.ceil(seconds - 0.01)
  if seconds < 60 then return ("%ds"):format(seconds) end
  if seconds < 3600 then
    return ("%dm%02ds"):format(seconds // 60, seconds % 60)
  end
  return ("%dh%02dm"):format(seconds // 3600, seconds % 3600 // 60)
end

-- How far it is, in numbers.
local function count(row)
  if not row.current then return "" end
  if row.units then return ("%g%s"):format(row.current, row.units) end
  if not row.total then return human.size(row.current) end
  return ("%s / %s"):format(human.size(row.current), human.size(row.total))
end

local function bar(row, width)
  local inner = width - 2
  local done = math.floor(inner * math.min(row.current / row.total, 1))
  local head = done < inner and ">" or ""
  return ("[%-" .. inner .. "s]"):format(("="):rep(done) .. head)
end

---How wide the first two columns of these lines are.
---@param rows table[] # id, status
---@param least? {id: integer, status: integer}
---@return {id: integer, status: integer}
function bars.widths(rows, least)
  local widths = { id = least and least.id or #TOTAL,
                   status = least and least.status or 0 }
  for _, row in ipairs(rows) do
    widths.id = math.max(widths.id, text.width(row.id))
    widths.status = math.max(widths.status, text.width(row.status))
  end
  widths.id = math.min(widths.id, WIDEST_ID)
  widths.status = math.min(widths.status, WIDEST_STATUS)
  return widths
end

local function padded(value, width)
  local gap = width - text.width(value)
  return gap > 0 and value .. (" "):rep(gap) or value
end

---The line of a thing.
---@param row table # id, status; current, total, units: how far it is
---@param widths {id: integer, status: integer}
---@param columns integer
---@return string
function bars.line(row, widths, columns)
  local state = count(row)
  local left = padded(row.id, widths.id)
  if state == "" then
    return text.cut(left .. "  " .. row.status, columns)
  end
  left = left .. "  " .. padded(row.status, widths.status)
  local room = columns - text.width(left) - 4 - math.max(#state, WIDEST_COUNT)
  if row.total and room >= NARROWEST then
    left = left .. "  " .. bar(row, math.min(room, WIDEST))
  end
  return text.cut(left .. "  " .. state, columns)
end

---The line of all of them: how much has come of how much, how fast, and how
---long it will take.
---@param sum table # current, total, is_whole: whether all sizes are known;
---       speed; seconds: that it took, once it is over
---@param widths {id: integer, status: integer}
---@param columns integer
---@return string
function bars.total(sum, widths, columns)
  local parts
  if sum.seconds then
    local time = sum.seconds < 9.95 and ("%.1fs"):format(sum.seconds)
                 or span(sum.seconds)
    parts = { ("%s in %s"):format(human.size(sum.total), time) }
    if sum.seconds > 0 then
      parts[2] = human.size(sum.total / sum.seconds) .. "/s"
    end
  else
    parts = { ("%s / %s%s"):format(human.size(sum.current),
      human.size(sum.total), sum.is_whole and "" or " or more") }
    parts[#parts + 1] = sum.speed and human.size(sum.speed) .. "/s"
    if sum.is_whole and sum.speed and sum.speed > 0 then
      local left = (sum.total - sum.current) / sum.speed
      parts[#parts + 1] = span(left) .. " left"
    end
  end
  return text.cut(padded(TOTAL, widths.id) .. "  "
                  .. table.concat(parts, "  "), columns)
end

---The line of those for which there is no room.
---@param hidden table[]
---@param columns integer
---@return string
function bars.rest(hidden, columns)
  local done = 0
  for _, row in ipairs(hidden) do done = done + (row.is_done and 1 or 0) end
  return text.cut(("and %d more, %d of them done"):format(#hidden, done),
                  columns)
end

return bars
