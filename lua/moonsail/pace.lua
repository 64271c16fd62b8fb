-- SPDX-License-Identifier: MIT
-- How fast something goes, of late.

local pace = {}

---@class moonsail.Pace
---@field samples {at: number, bytes: number}[] # of the last seconds
local Pace = {}
Pace.__index = Pace

-- Seconds: what is older does not count; how far two samples are apart at
-- least; below which a speed would be guesswork.
local MEMORY, APART, LEAST = 6, 0.2, 0.5

---@return moonsail.Pace
function pace.new()
  return setmetatable({ samples = {} }, Pace)
end

-- The second to last stands for the moment before the last.
local function append(samples, at, bytes)
  local before = samples[#samples - 1]
  if before and at - before.at < APART then samples[#samples] = nil end
  samples[#samples + 1] = { at = at, bytes = bytes }
end

---Takes note of how many bytes there are by now. Fewer than before are another
---try.
---@param at number # seconds of some clock
---@param bytes number
function Pace:add(at, bytes)
  local samples = self.samples
  local last = samples[#samples]
  if last and bytes < last.bytes then
    samples = {}
    self.samples = samples
  end
  append(samples, at, bytes)
  while #samples > 2 and at - samples[1].at > MEMORY do
    table.remove(samples, 1)
  end
end

---@return number|nil # bytes in a second; nil: it is too early to say
function Pace:speed()
  local first, last = self.samples[1], self.samples[#self.samples]
  if not first or last.at - first.at < LEAST then return nil end
  return (last.bytes - first.bytes) / (last.at - first.at)
end

return pace
