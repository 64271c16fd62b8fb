-- SPDX-License-Identifier: MIT
-- Points in time, as the engine reads them in the options `since` and `until`:
-- Unix seconds, with nanoseconds after a point.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

local moment = {}

-- Days from 1970-01-01 to a day of the Gregorian calendar.
local function days(year, month, day)
  if month <= 2 then year, month = year - 1, month + 12 end
  local leaps = year // 4 - year // 100 + year // 400
  return 365 * year + leaps + (153 * (month - 3) + 2) // 5 + day - 719469
end

-- "+02:00", "-0730", "Z" → seconds; nil for anything else.
local function offset(zone)
  if zone == "Z" or zone == "z" then return 0 end
  local sign, hours, minutes = zone:match("^([+-])(%d%d):?(%d%d)$")
  if not sign then return nil end
  local seconds = (hours * 60 + minutes) * 60
  return sign == "-" and -seconds or seconds
end

-- The parts of "2026-11-21T10:30:00.5+01:00", whose time may be left out.
local function split(text)
  local date, rest = text:match("^(%d%d%d%d%-%d%d%-%d%d)(.*)$")
  if not date then return nil end
  if rest == "" then return date, "00:00:00", "", "Z" end
  local time, fraction, zone = rest:match(
    "^[Tt ](%d%d:%d%d:%d%d)(%.?%d*)([Zz+-][%d:]*)$")
  return time and date, time, fraction, zone
end

local function from_rfc3339(text)
  local date, time, fraction, zone = split(text)
  local shift = zone and offset(zone)
  if not shift then return nil end
  local year, month, day = date:match("(%d+)-(%d+)-(%d+)")
  local hour, minute, second = time:match("(%d+):(%d+):(%d+)")
  local whole = days(tonumber(year), tonumber(month), tonumber(day)) * 86400
    + hour * 3600 + minute * 60 + second - shift
  return ("%d%s"):format(whole, fraction == "." and "" or fraction)
end

---The Unix seconds of a point in time as engines write it: RFC 3339.
---@param given string
---@return number|nil # nil when it is none
function moment.seconds(given)
  return tonumber(from_rfc3339(given))
end

local function from_duration(text, now)
  local nanoseconds = core.parse_duration(text)
  return nanoseconds and ("%.3f"):format(now - nanoseconds / 1e9)
end

---The text that the engine takes for a point in time.
---@param given number|string # Unix seconds, RFC 3339, or how long ago: "10m"
---@param path string
---@param complain fun(path: string, format: string, ...) # raises
---@return string
function moment.text(given, path, complain)
  if math.type(given) == "integer" then
    return ("%d"):format(given)
  elseif type(given) == "number" then
    return ("%.9f"):format(given)
  elseif type(given) ~= "string" then
    fail.wrong_type(complain, path, "seconds or a time", given)
  end
  local text = given:match("^%-?%d+%.?%d*$") or from_rfc3339(given)
               or from_duration(given, os.time())
  if not text then
    complain(path, "'%s' is no time: expected Unix seconds, "
             .. "\"2026-01-31T12:00:00Z\", or how long ago, as \"10m\"", given)
  end
  return text
end

---The nanoseconds of a point in time as moment.text gives it.
---@param seconds string # "1795268603.594559356"
---@return integer
function moment.nanoseconds(seconds)
  local sign, whole, fraction = seconds:match("^(%-?)(%d+)%.?(%d*)$")
  local digits = (fraction .. ("0"):rep(9)):sub(1, 9)
  local value = math.tointeger(tonumber(whole)) * 1000000000
                + math.tointeger(tonumber(digits))
  return sign == "-" and -value or value
end

-- Options that are points in time.
local TIMES = { "since", "until" }

---Makes the options `since` and `until`, which may be called `until_`, what
---the engine takes.
---@param options table # changed
---@param complain fun(path: string, format: string, ...) # raises
function moment.set_times(options, complain)
  if options.until_ ~= nil then
    if options["until"] ~= nil then
      complain("until_", "given twice: here and as until")
    end
    options["until"], options.until_ = options.until_, nil
  end
  for _, name in ipairs(TIMES) do
    if options[name] ~= nil then
      options[name] = moment.text(options[name], name, complain)
    end
  end
end

return moment
