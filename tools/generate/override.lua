-- SPDX-License-Identifier: MIT
-- Applies what people decided (tools/overrides.lua) to the merged operations.
-- A row that finds nothing, or that would change nothing, is an error.

local read = require "generate.read"
local schema = require "generate.schema"
local merge = require "generate.merge"
local mend = require "generate.mend"
local patterns = require "generate.patterns"

local M = {}

-- Which kinds a format can stand on; "time" makes a text of an integer.
local FORMATS = {
  duration = "integer", size = "integer", time = "string integer",
  command = "array", environment = "array", labels = "map", set = "map",
  filters = "string",
}

local function fail(row, message, ...)
  error(("override '%s': "):format(row[1]) .. message:format(...), 0)
end

local KNOWN = {[1] = true, reason = true, name = true, format = true,
               first = true, last = true, type = true, json = true,
               base64_json = true, repeated = true, required = true,
               alias_of = true, add = true, drop = true, answer = true,
               header = true}

local function check_row(row)
  if type(row.reason) ~= "string" then
    fail(row, "no reason")
  end
  read.check_keys(row, KNOWN, "override " .. row[1])
end

-- The type that a schema in the overrides means, in the given versions.
local function schema_type(merger, row, yaml, first, last)
  local nodes = {}
  for version = first or read.OLDEST, last or read.NEWEST do
    local document = merger.documents[version]
    local name = yaml["$ref"] and yaml["$ref"]:match "[%w_]+$"
    if name == nil or document.definitions[name] then
      nodes[version] = schema.node(document, yaml, row[1])
    end
  end
  return merger:type(merge.variants(nodes), row[1])
end

local function with_format(row, old)
  if not (FORMATS[row.format] or ""):find(old.kind, 1, true) then
    fail(row, "%s does not go with %s", row.format, old.kind)
  end
  return {kind = row.format == "time" and "string" or old.kind,
          format = row.format, element = old.element}
end

-- The type that a row gives to what has the type `old` (nil: nothing yet).
local function new_type(merger, row, old, first, last)
  local made = old
  if row.type then
    made = schema_type(merger, row, row.type, first, last)
  elseif row.json or row.base64_json then
    local element = schema_type(merger, row, row.json or row.base64_json,
                                first, last)
    local text = {kind = "string", element = element,
                  format = row.json and "json" or "base64_json"}
    made = text
    if old and old.kind == "array" then
      made = {kind = "array", format = "plain", element = text}
    end
  end
  if row.format then
    made = with_format(row, made)
  end
  return made
end

local PLAIN_KEYS = {"name", "first", "last", "repeated", "required", "answer",
                    "header"}

-- Changes `item` (a field, parameter or response) at `place` as the row says.
local function change(merger, row, item, place)
  local made = new_type(merger, row, item.type, item.first, item.last)
  local changed = not mend.same(made, item.type)
  item.type = made
  for _, key in ipairs(PLAIN_KEYS) do
    if row[key] ~= nil then
      changed = changed or item[key] ~= row[key]
      item[key] = row[key]
    end
  end
  if not changed then
    fail(row, "changes nothing at %s", place)
  end
end

-- ── fields ─────────────────────────────────────────────────────────────────

local function field_items(types)
  local items = {}
  for _, made in ipairs(types) do
    for _, field in ipairs(made.fields or {}) do
      items[#items + 1] = {place = made.name .. "." .. field.wire,
                           field = field, owner = made}
    end
  end
  return items
end

local function find_field(owner, wire)
  for _, field in ipairs(owner.fields) do
    if field.wire == wire then
      return field
    end
  end
end

local function make_alias(row, item)
  local meant = find_field(item.owner, row.alias_of)
  if meant == nil or item.field.alias_of then
    fail(row, "no other field %s", row.alias_of)
  end
  item.field.alias_of = meant
  meant.first = math.min(meant.first, item.field.first)
  meant.last = math.max(meant.last, item.field.last)
end

local function find_owner(row, types, name)
  for _, made in ipairs(types) do
    if made.name == name and made.fields then
      return made
    end
  end
  fail(row, "no type %s", name)
end

local function add_field(merger, row, types)
  local first, last = row.first or read.OLDEST, row.last or read.NEWEST
  for place in row[1]:gmatch "%S+" do
    local name, wire = place:match "^(.+)%.([^.]+)$"
    local owner = find_owner(row, types, name)
    if find_field(owner, wire) then
      fail(row, "%s is there already", place)
    end
    table.insert(owner.fields, {
      wire = wire, name = row.name, first = first, last = last,
      type = new_type(merger, row, nil, first, last), required = false,
      nullable = false})
  end
end

-- `types` lists all types there are.
function M.fields(merger, rows, types)
  for _, row in ipairs(rows) do
    check_row(row)
    if row.add then
      add_field(merger, row, types)
    else
      patterns.each(row, field_items(types), function(item)
        if row.alias_of then
          make_alias(row, item)
        else
          change(merger, row, item.field, item.place)
        end
      end)
    end
  end
end

-- ── parameters ─────────────────────────────────────────────────────────────

local function find_operation(row, operations, id)
  for _, operation in ipairs(operations) do
    if operation.id == id then
      return operation
    end
  end
  fail(row, "no operation %s", id)
end

local function parameter_items(operations)
  local items = {}
  for _, operation in ipairs(operations) do
    for _, parameter in ipairs(operation.parameters) do
      items[#items + 1] = {
        place = ("%s(%s)"):format(operation.id, parameter.wire),
        parameter = parameter,
      }
    end
  end
  return items
end

local function add_parameter(merger, row, operations)
  for place in row[1]:gmatch "%S+" do
    local id, wire = place:match "^(%w+)%((.-)%)$"
    local operation = find_operation(row, operations, id)
    local first = math.max(row.first or 0, operation.first)
    local last = row.last or read.NEWEST
    for _, parameter in ipairs(operation.parameters) do
      if parameter.wire == wire then
        fail(row, "%s is there already", place)
      end
    end
    table.insert(operation.parameters, {
      wire = wire, name = row.name, place = row.add, first = first,
      last = last, required = row.required or false,
      repeated = row.repeated or false,
      type = new_type(merger, row, nil, first, last)})
  end
end

function M.parameters(merger, rows, operations)
  for _, row in ipairs(rows) do
    check_row(row)
    if row.add then
      add_parameter(merger, row, operations)
    else
      patterns.each(row, parameter_items(operations), function(item)
        change(merger, row, item.parameter, item.place)
      end)
    end
  end
end

-- ── responses ──────────────────────────────────────────────────────────────

local function response_items(operations)
  local items = {}
  for _, operation in ipairs(operations) do
    for _, response in ipairs(operation.responses) do
      items[#items + 1] = {
        place = ("%s:%d"):format(operation.id, response.status),
        response = response, operation = operation,
      }
    end
  end
  return items
end

local function drop_response(item)
  local responses = item.operation.responses
  for i, response in ipairs(responses) do
    if response == item.response then
      table.remove(responses, i)
      return
    end
  end
end

local function add_response(merger, row, operations)
  for place in row[1]:gmatch "%S+" do
    local id, status = place:match "^(%w+):(%d+)$"
    local operation = find_operation(row, operations, id)
    local first = math.max(row.first or 0, operation.first)
    local last = row.last or read.NEWEST
    for _, response in ipairs(operation.responses) do
      if response.status == tonumber(status) then
        fail(row, "%s is there already", place)
      end
    end
    table.insert(operation.responses, {
      status = tonumber(status), answer = row.answer, first = first,
      last = last, type = new_type(merger, row, nil, first, last)})
  end
end

function M.responses(merger, rows, operations)
  for _, row in ipairs(rows) do
    check_row(row)
    if row.add then
      add_response(merger, row, operations)
    else
      patterns.each(row, response_items(operations), function(item)
        if row.drop then
          drop_response(item)
        else
          change(merger, row, item.response, item.place)
        end
      end)
    end
  end
end

return M
