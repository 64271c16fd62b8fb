-- SPDX-License-Identifier: MIT
-- What is wrong with the documentation: all of it is gathered, each with its
-- place, so that one run tells everything.

local M = {}
M.__index = M

function M.new()
  return setmetatable({list = {}}, M)
end

-- Notes a problem at a place ("lua/moonsail/run.lua:12").
function M:add(place, message, ...)
  self.list[#self.list + 1] = ("%s: %s"):format(place, message:format(...))
end

-- All of them as lines, sorted, or nil when there are none.
function M:text()
  table.sort(self.list)
  return self.list[1] and table.concat(self.list, "\n") or nil
end

return M
