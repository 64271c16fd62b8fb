-- SPDX-License-Identifier: MIT
-- The spellings of the API's names: its own ("HostConfig", "hostConfig"), and
-- ours ("host_config").

local core = require "moonsail.core"

local spelling = {}

local function add(map, spelt, name)
  map[spelt] = map[spelt] or name
end

---A map from every spelling of fields, or options, to their names.
---@param fields table<string, table> # as core.fields gives them
---@return table<string, string>
function spelling.of(fields)
  local map = {}
  for name in pairs(fields) do map[name] = name end
  for name, field in pairs(fields) do
    local wire = field.wire
    if wire and wire ~= "" then
      add(map, wire, name)
      add(map, wire:sub(1, 1):lower() .. wire:sub(2), name)
    end
    for _, alias in ipairs(field.aliases or {}) do add(map, alias, name) end
  end
  return map
end

-- Made at the first use of a type: most programs need few of them.
local known = {}

---What is known of the fields of a type of objects; nil for other types.
---@param type_name string # "ServiceSpec"
---@return {fields: table<string, table>, names: table<string, string>}|nil
function spelling.type(type_name)
  if known[type_name] == nil then
    local fields = core.fields(type_name)
    known[type_name] = fields and {
      fields = fields, names = spelling.of(fields),
    } or false
  end
  return known[type_name] or nil
end

---A copy of an object of a type, its fields spelt our way; what is there in
---two spellings stays so, for the core to complain of.
---@param given table
---@param type_name string
---@return table
function spelling.respell(given, type_name)
  local names = spelling.type(type_name).names
  local copy = {}
  for key, value in pairs(given) do
    local name = names[key]
    if not name or given[name] ~= nil then name = key end
    copy[name] = value
  end
  return copy
end

---The name of an option without the underscore that keeps it from being a
---word of Lua: "until_" → "until".
---@param name string
---@return string
function spelling.plain(name)
  return (name:gsub("_$", ""))
end

return spelling
