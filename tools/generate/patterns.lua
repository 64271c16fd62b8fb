-- SPDX-License-Identifier: MIT
-- The places that an override names: one or more, separated by blanks; "*"
-- stands for any text. Every one of them must be found.

local M = {}

local function to_pattern(glob)
  local escaped = glob:gsub("[^%w*]", "%%%0"):gsub("%*", ".*")
  return "^" .. escaped .. "$"
end

-- Calls fn(item) for each item of `items` (a list of {place, …}) that an
-- override's first element names.
function M.each(row, items, fn)
  for glob in row[1]:gmatch "%S+" do
    local pattern, found = to_pattern(glob), false
    for _, item in ipairs(items) do
      if item.place:find(pattern) then
        found = true
        fn(item)
      end
    end
    if not found then
      error(("override '%s': nothing is called %s"):format(row[1], glob), 0)
    end
  end
end

return M
