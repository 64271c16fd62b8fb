-- SPDX-License-Identifier: MIT
-- How wide what is printed may be.

local core = require "moonsail.core"

local screen = {}

-- Texts that are read: no narrower, and no wider, than these.
local NARROWEST, USUAL, WIDEST = 40, 80, 100

---The columns of the terminal that standard output is, or that the variable
---COLUMNS tells.
---@return integer|nil # nil: any number
function screen.columns()
  local columns = io.type(io.stdout) == "file"
                  and core.terminal_size(io.stdout)
                  or math.tointeger(tonumber(os.getenv "COLUMNS"))
  return columns and columns > 0 and columns or nil
end

---The columns of a text that people read.
---@return integer
function screen.page()
  local columns = screen.columns() or USUAL
  return math.max(NARROWEST, math.min(columns, WIDEST))
end

return screen
