-- SPDX-License-Identifier: MIT
-- The one rule that turns the API's names into ours; dk_snake_case in
-- csrc/model/names.c is the same rule, and a spec compares the two.

local M = {}

-- Words in which a capital does not begin a new one. Longest first; names of
-- equal length in the order of their letters. A word counts where one begins
-- and where no lower-case letter follows it.
M.words = {
  "SELinux", -- SELinuxContext
  "IPv4",    -- EnableIPv4, IPv4Address
  "IPv6",    -- GlobalIPv6Address
  "IOps",    -- BlkioDeviceReadIOps, IOMaximumIOps
  "UID",     -- copyUIDGID
}

local function is_upper(byte)
  return byte ~= nil and byte >= 65 and byte <= 90
end

local function is_lower(byte)
  return byte ~= nil and byte >= 97 and byte <= 122
end

-- The length of the plural acronym ("IDs", "CPUs") at position i, or nil.
local function plural_at(wire, i)
  local first, last = wire:find("^%u%u+s", i)
  if first and not is_lower(wire:byte(last + 1)) then
    return last - first + 1
  end
end

-- The length of the word that stands at position i of `wire`, if it is one of
-- those that the capitals do not divide; else nil.
local function whole_word_at(wire, i)
  for _, word in ipairs(M.words) do
    if wire:sub(i, i + #word - 1) == word
        and not is_lower(wire:byte(i + #word)) then
      return #word
    end
  end
  return plural_at(wire, i)
end

-- Does a word begin with the capital at position i? After anything that is no
-- capital it does, and so it does after a whole word, which ended before
-- `ended`; within a run of capitals only the last one can, as the first
-- letter of a word in lower case (OOM|Killed).
local function begins_word(wire, i, ended)
  if i == 1 or i == ended or not is_upper(wire:byte(i - 1)) then
    return true
  end
  return is_lower(wire:byte(i + 1))
end

local function put_word(out, word)
  if #out > 0 and out[#out]:sub(-1) ~= "_" then
    out[#out + 1] = "_"
  end
  out[#out + 1] = word:lower()
end

-- Appends what stands at position i. Returns the next position and, when a
-- whole word was taken, that position again.
local function step(wire, i, ended, out)
  local char = wire:sub(i, i)
  if is_upper(wire:byte(i)) and begins_word(wire, i, ended) then
    local length = whole_word_at(wire, i)
    put_word(out, wire:sub(i, i + (length or 1) - 1))
    return i + (length or 1), length and i + length
  end
  out[#out + 1] = (char == "-" or char == ".") and "_" or char:lower()
  return i + 1
end

-- "OOMKilled" → "oom_killed".
function M.snake_case(wire)
  local out = {}
  local i, ended = 1, nil
  while i <= #wire do
    i, ended = step(wire, i, ended, out)
  end
  return table.concat(out)
end

return M
