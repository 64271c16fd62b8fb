-- SPDX-License-Identifier: MIT
-- Small definitions for the generator's specs, without files.

local read = require "generate.read"
local schema = require "generate.schema"
local merge = require "generate.merge"
local mend = require "generate.mend"
local operations = require "generate.operations"

local M = {}

-- A deep copy: what is read is mended in place.
local function copy(value)
  if type(value) ~= "table" then
    return value
  end
  local made = {}
  for key, element in pairs(value) do
    made[key] = copy(element)
  end
  return made
end

local function document(version, changes, mends)
  local made = {version = version, place = "v1." .. version, nodes = {},
                definitions = copy(changes.definitions or {}),
                operations = copy(changes.operations or {})}
  mend.apply(made, mends)
  return made
end

-- Documents of all versions. `changes` has {definitions, operations} by the
-- version from which on they hold.
function M.documents(changes, mends)
  local documents, current = {}, {}
  for version = read.OLDEST, read.NEWEST do
    current = changes[version] or current
    documents[version] = document(version, current, mends or {})
  end
  return documents
end

-- An operation that answers with a schema.
function M.operation(id, response_schema, parameters)
  return {
    id = id, method = "GET", path = "/" .. id:lower(), produces = {},
    parameters = parameters or {},
    responses = {[200] = {schema = response_schema}},
  }
end

-- The type of the schemas that hold from a version on, and the notes taken.
-- `changes` has, by version, a schema or false, and may have definitions.
function M.type(changes, definitions)
  local documents = M.documents {[25] = {definitions = definitions}}
  local merger = merge.new(documents, schema.definition)
  local made
  while merger:another_pass() do
    local nodes, current = {}, nil
    for version = read.OLDEST, read.NEWEST do
      if changes[version] ~= nil then
        current = changes[version]
      end
      if current then
        nodes[version] = schema.node(documents[version], current, "Place")
      end
    end
    made = merger:type(merge.variants(nodes), "Place")
  end
  return made, merger.notes
end

-- The merged operations, as generate.operations makes them, and the merger.
function M.operations(changes)
  local merger = merge.new(M.documents(changes), schema.definition)
  local merged
  while merger:another_pass() do
    merged = operations.merge(merger)
  end
  return merged, merger
end

-- The field of an object type that has this wire name.
function M.field(made, wire)
  for _, field in ipairs(made.fields) do
    if field.wire == wire then
      return field
    end
  end
end

return M
