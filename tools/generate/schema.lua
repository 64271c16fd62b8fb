-- SPDX-License-Identifier: MIT
-- What a schema of one definition means, once references are followed and
-- allOf is taken together: a node.
--
--   kind      "any", "boolean", "integer", "number", "string", "array", "map",
--             "object", "bytes"
--   id        the definition's name, or the place of a nested schema
--   name      the definition's name, or nil for what is written in place
--   title     the name that the definition gives to what is written in place
--   element   array and map: the node of the elements
--   fields    object: {node, required, nullable} by wire name
--   values    string: the list of the values that are allowed, or nil
--   opaque    a map of anything because nothing more is said
--   nullable  null is allowed
--   default   what is meant where nothing is given, if the definition says

local read = require "generate.read"

local M = {}

local refuse = read.refuse

local KNOWN = {}
for word in ([[
  $ref additionalProperties allOf default description enum example format items
  maxItems maxLength maximum minItems minLength minimum pattern properties
  required title type x-go-name x-go-package x-go-type x-nullable x-omitempty
]]):gmatch("%S+") do
  KNOWN[word] = true
end

-- Beside $ref these change nothing that matters here.
local BESIDE_REF = {["$ref"] = true, description = true, example = true,
                    type = true, ["x-nullable"] = true,
                    ["x-omitempty"] = true}

local SCALARS = {boolean = true, integer = true, number = true}

local make_node

local function named(node, name)
  local copy = {}
  for key, value in pairs(node) do
    copy[key] = value
  end
  copy.id, copy.name = name, name
  return copy
end

-- The node of a definition, made once for each version.
function M.definition(document, name, place)
  local node = document.nodes[name]
  if node == "open" then
    refuse(place, "definition %s holds itself", name)
  elseif node == nil then
    local schema = document.definitions[name]
    if schema == nil then
      refuse(place, "no definition %s", name)
    end
    document.nodes[name] = "open"
    node = named(make_node(document, schema, name), name)
    document.nodes[name] = node
  end
  return node
end

local function follow(document, schema, place)
  read.check_keys(schema, BESIDE_REF, document.place .. " " .. place)
  local name = schema["$ref"]:match("^#/definitions/([%w_]+)$")
  if name == nil then
    refuse(place, "unknown reference %s", schema["$ref"])
  end
  name = document.renamed[name] or name
  local node = M.definition(document, name, document.place .. " " .. place)
  if schema["x-nullable"] and not node.nullable then
    node = named(node, name)
    node.nullable = true
  end
  return node
end

local function add_fields(node, document, schema, place)
  local required = {}
  for _, wire in ipairs(schema.required or {}) do
    required[wire] = true
  end
  for wire, field_schema in pairs(schema.properties or {}) do
    if type(field_schema) ~= "table" then
      refuse(document.place .. " " .. place, "property %s is no schema", wire)
    end
    local field_place = place .. "." .. wire
    node.fields[wire] = {
      node = make_node(document, field_schema, field_place),
      required = required[wire] or false,
    }
  end
end

local function object_node(document, schema, place)
  local node = {kind = "object", id = place, fields = {}}
  add_fields(node, document, schema, place)
  return node
end

local function any_map(place)
  return {kind = "map", id = place, opaque = true,
          element = {kind = "any", id = place .. "{}"}}
end

local function map_node(document, schema, place)
  local element = make_node(document, schema.additionalProperties,
                            place .. "{}")
  return {kind = "map", id = place, element = element}
end

local function array_node(document, schema, place)
  if schema.items == nil then
    refuse(document.place .. " " .. place, "an array without items")
  end
  return {kind = "array", id = place,
          element = make_node(document, schema.items, place .. "[]")}
end

local function string_node(document, schema, place)
  if schema.format == "binary" then
    return {kind = "bytes", id = place}
  end
  local values = schema.enum
  for _, value in ipairs(values or {}) do
    if type(value) ~= "string" then
      refuse(document.place .. " " .. place, "a value that is no string: %s",
             tostring(value))
    end
  end
  return {kind = "string", id = place, values = values}
end

local function has_content(part)
  return part["$ref"] or part.properties or part.additionalProperties
end

-- Takes the parts of allOf together. If only one of them says anything, it is
-- that part.
local function all_of_node(document, schema, place)
  local parts = {}
  for _, part in ipairs(schema.allOf) do
    if has_content(part) then
      parts[#parts + 1] = part
    end
  end
  if #parts == 1 and not schema.properties then
    return make_node(document, parts[1], place)
  end
  local node = object_node(document, schema, place)
  for _, part in ipairs(parts) do
    local part_node = make_node(document, part, place)
    if part_node.kind ~= "object" then
      refuse(document.place .. " " .. place, "allOf of something not objects")
    end
    for wire, field in pairs(part_node.fields) do
      node.fields[wire] = node.fields[wire] or field
    end
  end
  return node
end

local function typed_node(document, schema, place)
  local kind = schema.type
  if schema.properties then
    return object_node(document, schema, place)
  elseif schema.additionalProperties then
    return map_node(document, schema, place)
  elseif kind == "object" then
    return any_map(place)
  elseif kind == "array" then
    return array_node(document, schema, place)
  elseif kind == "string" or kind == nil and schema.enum then
    return string_node(document, schema, place)
  elseif SCALARS[kind] then
    return {kind = kind, id = place}
  elseif kind == nil and not schema["x-go-type"] then
    return {kind = "any", id = place}
  end
  refuse(document.place .. " " .. place, "unknown type '%s'", tostring(kind))
end

-- The node of a schema; `place` names it in complaints and, if it is written
-- in place, for good.
function make_node(document, schema, place)
  if schema["$ref"] then
    return follow(document, schema, place)
  end
  read.check_keys(schema, KNOWN, document.place .. " " .. place)
  if schema.additionalProperties and (schema.properties or schema.allOf) then
    refuse(document.place .. " " .. place, "fields and free keys in one")
  end
  local make = schema.allOf and all_of_node or typed_node
  local node = make(document, schema, place)
  if node.name == nil then
    node.nullable = schema["x-nullable"] or nil
    node.title = schema.title
    node.default = schema.default
  end
  return node
end

M.node = make_node

-- The node of a parameter: a schema of its own for the body, else the keywords
-- of a schema among those of the parameter.
function M.parameter(document, parameter, place)
  if parameter.schema then
    return make_node(document, parameter.schema, place)
  end
  local schema = {type = parameter.type, format = parameter.format,
                  items = parameter.items, enum = parameter.enum,
                  default = parameter.default}
  return make_node(document, schema, place)
end

return M
