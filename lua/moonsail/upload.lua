-- SPDX-License-Identifier: MIT
-- Calls whose body is taken from a source, while it is sent.

local core = require "moonsail.core"

local upload = {}

---Calls an operation with a source as its body, which is closed in any case.
---@param client moonsail.Client
---@param operation string # "PutContainerArchive"
---@param options table # of the operation; changed
---@param source moonsail.Source # of source.of
---@param label string # "container:put_archive"
---@param settings? table # of core.call
---@return any ... # what core.call gives: a typed value, or a stream
function upload.call(client, operation, options, source, label, settings)
  local _ <close> = source
  source:fill(options)
  return core.call(client, operation, options, label, settings)
end

return upload
