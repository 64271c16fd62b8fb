-- SPDX-License-Identifier: MIT
-- Methods of streams that are written in Lua.

local core = require "moonsail.core"

---@class moonsail.Stream
local methods = core.methods("stream")

---Calls a function with each thing that comes, to the end of the stream or
---until the function returns false. The stream is closed in any case.
---@param fn fun(...): boolean|nil # a line and its source, or a document, …
function methods:each(fn)
  local stream <close> = self
  repeat
    local item, source = stream()
  until item == nil or fn(item, source) == false
end
