-- SPDX-License-Identifier: MIT
-- The error that a function raises, for specs that look into it:
--
--     local caught = require "spec.support.caught"
--     local problem = caught("conflict", function() … end)
--     assert.equal(409, problem.status)

local core = require "moonsail.core"

-- Calls fn(…), which must raise an error of moonsail of that kind.
return function(kind, fn, ...)
  local ok, problem = pcall(fn, ...)
  if ok then error("no error was raised, expected kind " .. kind, 2) end
  if not core.is_error(problem) then
    error("not an error of moonsail: " .. tostring(problem), 2)
  end
  if problem.kind ~= kind then
    error(("expected kind %s, got: %s"):format(kind, tostring(problem)), 2)
  end
  return problem
end
