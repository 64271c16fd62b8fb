-- SPDX-License-Identifier: MIT
-- Times and sizes in the words of the docker command: "2 hours", "4.26MB".

local human = {}

local MINUTE, HOUR, DAY = 60, 3600, 86400
local WEEK, MONTH, YEAR = 7 * DAY, 30 * DAY, 365 * DAY

-- Below how many seconds a unit is used, how long it is, its name.
local LONG_SPANS = {
  { 2 * DAY, HOUR, "hours" },
  { 2 * WEEK, DAY, "days" },
  { 2 * MONTH, WEEK, "weeks" },
  { 2 * YEAR, MONTH, "months" },
}

local function short_span(seconds)
  if seconds < 1 then return "Less than a second" end
  if seconds < 2 then return "1 second" end
  if seconds < MINUTE then return ("%d seconds"):format(seconds) end
  if seconds < 2 * MINUTE then return "About a minute" end
  return ("%d minutes"):format(seconds // MINUTE)
end

---How long something takes or took.
---@param seconds number # less than none is none
---@return string # "Less than a second", "3 minutes", "About an hour"
function human.span(seconds)
  seconds = math.floor(seconds)
  if seconds < HOUR then return short_span(seconds) end
  local hours = (seconds + HOUR // 2) // HOUR
  if hours == 1 then return "About an hour" end
  if hours < 48 then return ("%d hours"):format(hours) end
  for _, row in ipairs(LONG_SPANS) do
    if hours * HOUR < row[1] then
      return ("%d %s"):format(hours * HOUR // row[2], row[3])
    end
  end
  return ("%d years"):format(seconds // YEAR)
end

local UNITS = { "B", "kB", "MB", "GB", "TB", "PB", "EB" }

---A number of bytes, in three digits or more.
---@param bytes number
---@param digits integer|nil
---@return string # "4.26MB"
function human.size(bytes, digits)
  digits = digits or 3
  local limit = 1000 - 0.5 / 10 ^ (digits - 3) -- what is rounded to 1000
  local value, unit = bytes + 0.0, 1
  while value >= limit and unit < #UNITS do
    value, unit = value / 1000, unit + 1
  end
  return ("%." .. digits .. "g%s"):format(value, UNITS[unit])
end

local BINARY_UNITS = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" }

---A number of bytes of memory, in units of 1024, in four digits.
---@param bytes number
---@return string # "3.336MiB"
function human.memory(bytes)
  local value, unit = bytes + 0.0, 1
  while value >= 1024 and unit < #BINARY_UNITS do
    value, unit = value / 1024, unit + 1
  end
  return ("%.4g%s"):format(value, BINARY_UNITS[unit])
end

return human
