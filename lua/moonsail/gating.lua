-- SPDX-License-Identifier: MIT
-- What the spoken version of the API lacks, told before anything is sent: for
-- methods that have something else to send first.

local core = require "moonsail.core"

local gating = {}

---Raises what a call with these options would raise before it is sent: what is
---wrong with them, and what the spoken version does not have. Asks the engine
---for its version where that is not known yet, and for nothing else.
---@param client any
---@param operation string # "ContainerCreate"
---@param options table # of the operation; not changed
---@param label string # "containers:run", for complaints
function gating.check(client, operation, options, label)
  if core.check(client, operation, options, label) then return end
  core.call(client, "SystemPing", nil, label)
  core.check(client, operation, options, label)
end

return gating
