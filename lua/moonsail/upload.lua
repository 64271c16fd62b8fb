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

-- Arguments ------------------------------------------------------------------

-- Options that any method may have besides those of its operation.
local OWN = { "timeout", "connect_timeout", "idle_timeout", "raw", "extra",
              "body", "body_file", "progress", "stream" }

local function option_names(operation, positional)
  local names = { table.unpack(OWN) }
  for name, option in pairs(core.operation(operation).options) do
    names[#names + 1] = name
    names[#names + 1] = option.wire
  end
  for name in positional:gmatch("%S+") do names[#names + 1] = name end
  return names
end

-- Whether a table has files under names, and is not one of options: those have
-- other names, which nothing here is near to.
local function is_files(value, operation, positional)
  if type(value) ~= "table" or getmetatable(value) or next(value) == nil then
    return false
  end
  local names = option_names(operation, positional)
  for key in pairs(value) do
    if type(key) ~= "string" or core.nearest(key, names) then return false end
  end
  return true
end

---As core.gather_options, where the last argument by place is a source, which
---may be a table as well.
---@param positional string # "path data"
---@param operation string # "PutContainerArchive"
---@param label string
---@return table # the options
function upload.gather(positional, operation, label, ...)
  local arguments = table.pack(...)
  local _, count = positional:gsub("%S+", "")
  if arguments.n == count
     and is_files(arguments[count], operation, positional) then
    arguments[count + 1] = {}
  end
  return core.gather_options(positional, label,
                             table.unpack(arguments, 1, count + 1))
end

return upload
