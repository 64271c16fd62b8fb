-- SPDX-License-Identifier: MIT
-- Documents made up by chance: JSON of any shape, and of the shape that the
-- model gives to a type.

local core = require "moonsail.core"

local sample = {}

local KEYS = { "a", "Bc", "dE-f", "x.y/z", "ü", "0" }
local SCALARS = {
  "null", "true", "false", "0", "-7", "1.25", "12345678901234", '""',
  '"text"', [["\u00fc\n\"x\""]], '"a longer text, of more than forty bytes"',
}

local function choice(list)
  return list[math.random(#list)]
end

local function list_json(depth)
  local parts = {}
  for i = 1, math.random(0, 4) do parts[i] = sample.any_json(depth - 1) end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function object_json(depth)
  local parts = {}
  for _ = 1, math.random(0, 4) do
    local key = KEYS[#parts + 1]
    parts[#parts + 1] = ('"%s": %s'):format(key, sample.any_json(depth - 1))
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

---JSON of any shape.
---@param depth integer # how deep it may be nested
---@return string
function sample.any_json(depth)
  local kind = depth > 0 and math.random(4) or 4
  if kind == 1 then return list_json(depth) end
  if kind <= 3 then return object_json(depth) end
  return choice(SCALARS)
end

---A copy without nulls: left out of maps, closed up in lists.
function sample.without_null(value, null)
  if value == null then return nil end
  if type(value) ~= "table" then return value end
  local copy, n = {}, 0
  for i = 1, #value do
    if value[i] ~= null then
      n = n + 1
      copy[n] = sample.without_null(value[i], null)
    end
  end
  if #value > 0 then return copy end
  for key, element in pairs(value) do
    copy[key] = sample.without_null(element, null)
  end
  return copy
end

-- By the names that scalar types have in the model.
local MAKERS = {
  any = function() return choice{ "1", '"x"', "[]", '{"aB":[1]}', "true" } end,
  boolean = function() return choice{ "true", "false" } end,
  integer = function() return ("%d"):format(math.random(0) >> 1) end,
  ["integer (duration)"] = function()
    return ("%d"):format(math.random(0) >> math.random(1, 63))
  end,
  ["integer (size)"] = function() return choice{ "-1", "0", "5368709120" } end,
  number = function() return choice{ "1.5", "3", "0.1", "1e-09" } end,
  string = function() return choice{ '""', '"x"', '"ü b"' } end,
  ["string (time)"] = function() return '"2024-01-01T00:00:00.123456789Z"' end,
}
MAKERS["array of string (command)"] = function() return '["sh","-c","a b"]' end
MAKERS["array of string (environment)"] = function() return '["A=b","C"]' end
MAKERS["map of string (labels)"] = function() return '{"A.b":"c"}' end
MAKERS["map of map of any (set)"] = function() return '{"80/tcp":{}}' end

-- Fields that hold JSON in a text are not made.
local function is_made(type_name)
  return not type_name:find "json" and not type_name:find "filters"
end

local function typed_object(fields, depth)
  local parts = {}
  local names = {}
  for name in pairs(fields) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local field = fields[name]
    if depth > 0 and math.random(4) > 1 and is_made(field.type) then
      parts[#parts + 1] = ('"%s":%s'):format(field.wire,
        sample.typed_json(field.type, depth - 1))
    end
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

---JSON of a type of the model; no nulls, of every field or none.
---@param type_name string
---@param depth integer
---@return string
function sample.typed_json(type_name, depth)
  local maker = MAKERS[type_name]
  if maker then return maker() end
  local element = type_name:match "^array of (.+)$"
  if element then
    return depth > 0 and math.random(3) > 1 and
      ("[%s]"):format(sample.typed_json(element, depth - 1)) or "[]"
  end
  element = type_name:match "^map of (.+)$"
  if element then
    return depth > 0 and math.random(3) > 1 and
      ('{"Some Key":%s}'):format(sample.typed_json(element, depth - 1)) or "{}"
  end
  local fields = core.fields(type_name)
  return fields and typed_object(fields, depth) or MAKERS.string()
end

---Every object type that is reached from these, with their fields.
---@param names string[]
---@return string[] sorted
function sample.object_types(names)
  local seen, list = {}, {}
  local function visit(name)
    local element = name:match "^array of (.+)" or name:match "^map of (.+)"
    if element then return visit(element) end
    if seen[name] then return end
    seen[name] = true
    local fields = core.fields(name)
    if not fields then return end
    list[#list + 1] = name
    for _, field in pairs(fields) do visit(field.type) end
  end
  for _, name in ipairs(names) do visit(name) end
  table.sort(list)
  return list
end

return sample
