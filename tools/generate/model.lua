-- SPDX-License-Identifier: MIT
-- The finished model: identical types made one, everything named, numbered,
-- sorted and checked.
--
-- model.types[0] is "any"; a type has its number as `row` and its name as
-- `label`. Every field and parameter has its Lua name.

local names = require "generate.names"
local read = require "generate.read"

local M = {}

-- ── types ──────────────────────────────────────────────────────────────────

-- Calls fn(type) once for every type that `operations` and `kept` reach.
local function each_type(operations, kept, fn)
  local seen = {}
  local function visit(made)
    if made == nil or seen[made] then
      return
    end
    seen[made] = true
    fn(made)
    visit(made.element)
    for _, field in ipairs(made.fields or {}) do
      visit(field.type)
    end
  end
  for _, operation in ipairs(operations) do
    for _, parameter in ipairs(operation.parameters) do
      visit(parameter.type)
    end
    for _, response in ipairs(operation.responses) do
      visit(response.type)
    end
  end
  for _, made in ipairs(kept) do
    visit(made)
  end
end

-- All types that are reached, in an order that does not change.
function M.list_types(operations, kept)
  local types = {}
  each_type(operations, kept, function(made)
    types[#types + 1] = made
  end)
  return types
end

local function composed_name(made)
  local name = made.kind
  if made.kind == "array" or made.kind == "map" then
    name = name .. " of " .. M.type_name(made.element)
  end
  if made.format == "json" or made.format == "base64_json" then
    return ("%s (%s of %s)"):format(name, made.format:gsub("_", " "),
                                    M.type_name(made.element))
  elseif made.format ~= "plain" then
    return ("%s (%s)"):format(name, made.format)
  end
  return name
end

-- A type's name: its own, or what it is made of ("array of string").
function M.type_name(made)
  return made.name or composed_name(made)
end

local function check_same(a, b)
  if a.kind ~= b.kind or a.fields ~= b.fields or a.values ~= b.values then
    error("two types are called " .. M.type_name(a), 0)
  end
end

-- Numbers the types by their names, "any" first, and makes one of those that
-- have the same.
local function number_types(model, types)
  local by_name = {any = {kind = "any", format = "plain"}}
  for _, made in ipairs(types) do
    local name = M.type_name(made)
    if by_name[name] then
      check_same(by_name[name], made)
    end
    by_name[name] = by_name[name] or made
  end
  by_name.any.row, by_name.any.label = 0, "any"
  model.types = {[0] = by_name.any}
  for _, name in ipairs(read.sorted_keys(by_name)) do
    if name ~= "any" then
      table.insert(model.types, by_name[name])
      by_name[name].row, by_name[name].label = #model.types, name
    end
  end
  model.row_of = function(made)
    return made and by_name[M.type_name(made)].row
  end
end

-- ── names ──────────────────────────────────────────────────────────────────

local function name_fields(made)
  for _, field in ipairs(made.fields or {}) do
    field.name = field.name or names.snake_case(field.wire)
  end
  for _, field in ipairs(made.fields or {}) do
    if field.alias_of then
      field.name = field.alias_of.name
    end
  end
end

local function check_fields(made)
  local taken = {}
  for _, field in ipairs(made.fields or {}) do
    if not field.alias_of then
      if taken[field.name] then
        error(("%s: %s and %s are both called %s"):format(
          made.name, taken[field.name], field.wire, field.name), 0)
      end
      taken[field.name] = field.wire
    end
  end
end

-- ── operations ─────────────────────────────────────────────────────────────

local RANK = {path = 1, query = 2, header = 2, body = 3}

local function sort_parameters(operation)
  local at = {}
  for wire in operation.path:gmatch "{([^}]+)}" do
    at[#at + 1] = wire
    at[wire] = #at
  end
  table.sort(operation.parameters, function(a, b)
    if RANK[a.place] ~= RANK[b.place] then
      return RANK[a.place] < RANK[b.place]
    elseif a.place == "path" then
      return at[a.wire] < at[b.wire]
    end
    return a.name < b.name
  end)
end

-- The options of an operation by Lua name: parameters, and the fields of a
-- body that is an object. Two that are called the same are an error.
function M.options(operation)
  local options = {}
  local function add(name, option)
    if options[name] then
      error(("%s: two options %s"):format(operation.id, name), 0)
    end
    options[name] = option
  end
  for _, parameter in ipairs(operation.parameters) do
    if parameter.place ~= "body" then
      add(parameter.name, parameter)
    end
  end
  local body = M.body(operation)
  for _, field in ipairs(body and M.fields(body.type) or {}) do
    add(field.name, field)
  end
  return options
end

-- The parameter that is the body of an operation, or nil.
function M.body(operation)
  local last = operation.parameters[#operation.parameters]
  return last and last.place == "body" and last or nil
end

-- A body that is given as a whole: it has no fields that are options.
function M.whole_body(operation)
  local body = M.body(operation)
  return body and body.type.fields == nil and body or nil
end

-- The fields of a type by name, other spellings left out.
function M.fields(made)
  local list = {}
  for _, field in ipairs(made.fields or {}) do
    if not field.alias_of then
      list[#list + 1] = field
    end
  end
  table.sort(list, function(a, b)
    return a.name < b.name
  end)
  return list
end

local function check_lists(operation)
  for _, parameter in ipairs(operation.parameters) do
    local is_array = parameter.type.kind == "array"
    if parameter.place ~= "body" and is_array ~= parameter.repeated then
      error(("%s(%s): a list that is not repeated, or the reverse"):format(
        operation.id, parameter.wire), 0)
    end
  end
end

local function finish_operation(operation)
  operation.name = operation.name or names.snake_case(operation.id)
  for _, parameter in ipairs(operation.parameters) do
    parameter.name = parameter.name or names.snake_case(parameter.wire)
  end
  sort_parameters(operation)
  table.sort(operation.responses, function(a, b)
    return a.status < b.status
  end)
  M.options(operation)
  check_lists(operation)
end

-- Sorted by id, they must be sorted by name as well: both are looked up.
local function check_order(operations)
  for i = 2, #operations do
    if operations[i - 1].name >= operations[i].name then
      error("operations are not in the order of their names: " ..
            operations[i].name, 0)
    end
  end
end

-- `kept` are types that no operation mentions.
function M.finish(operations, kept)
  local model = {operations = operations}
  local types = M.list_types(operations, kept)
  for _, made in ipairs(types) do
    name_fields(made)
    check_fields(made)
  end
  number_types(model, types)
  for _, operation in ipairs(operations) do
    finish_operation(operation)
  end
  check_order(operations)
  return model
end

return M
