-- SPDX-License-Identifier: MIT
-- Takes the time of a piece of work, the same way in every program here.

local core = require "moonsail.core"

local measure = {}

---A number out of /proc/self/status, in kB: "VmHWM" is the peak of memory,
---"VmRSS" what there is now.
---@param name string
---@return integer
function measure.memory(name)
  local file = assert(io.open "/proc/self/status")
  local text = file:read "a"
  file:close()
  return math.tointeger(text:match(name .. ":%s*(%d+)"))
end

---Runs work() and returns seconds, of the clock and of the processor (user
---and system), and what it returned.
---@param work fun(): any
---@return number seconds, number cpu, any result
function measure.time(work)
  local start, cpu = core.now(), os.clock()
  local result = work()
  return core.now() - start, os.clock() - cpu, result
end

---Runs work(), which returns how many bytes it saw, and prints one line, like
---the other programs.
---@param work fun(): integer
function measure.report(work)
  local seconds, cpu, bytes = measure.time(work)
  print(("seconds=%.6f cpu=%.6f bytes=%d peak=%d"):format(
    seconds, cpu, bytes, measure.memory "VmHWM"))
end

return measure
