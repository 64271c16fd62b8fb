-- SPDX-License-Identifier: MIT
-- Checks the rows of tools/methods.lua against the model and completes them.

local read = require "generate.read"
local model_rules = require "generate.model"

local M = {}

local METHOD_KEYS = {class = true, name = true, operation = true,
                     target = true, positional = true, result = true,
                     result_class = true, result_field = true,
                     unlimited = true, doc = true}

local RESULTS = {value = true, changed = true, object = true, list = true,
                 stream = true}

local function label(row)
  return ("method %s:%s"):format(row.class, row.name)
end

local function by_class(a, b)
  if a.class ~= b.class then
    return a.class < b.class
  end
  return a.name < b.name
end

local function check_twice(rows)
  for i = 2, #rows do
    local a, b = rows[i - 1], rows[i]
    if a.class == b.class and a.name == b.name then
      read.refuse(label(b), "is there twice")
    end
  end
end

local function check_options(row, operation)
  local options = model_rules.options(operation)
  for option in (row.target .. " " .. row.positional):gmatch "%S+" do
    if options[option] == nil then
      read.refuse(label(row), "%s has no option %s", operation.id, option)
    end
  end
end

local function complete(row, operations)
  read.check_keys(row, METHOD_KEYS, label(row))
  local operation = operations[row.operation]
  if operation == nil then
    read.refuse(label(row), "no operation %s", row.operation)
  elseif type(row.doc) ~= "string" then
    read.refuse(label(row), "no doc")
  end
  local result = row.result or "value"
  if row.result_field and result ~= "list" then
    read.refuse(label(row), "result_field is for lists")
  end
  local needs_class = result == "object" or result == "list"
  if not RESULTS[result] or needs_class ~= (row.result_class ~= nil) then
    read.refuse(label(row), "not a result: %s", result)
  end
  local made = {class = row.class, name = row.name, operation = operation,
                target = row.target or "", positional = row.positional or "",
                result = result, result_class = row.result_class or "",
                result_field = row.result_field or "",
                unlimited = row.unlimited or false, doc = row.doc}
  check_options(made, operation)
  return made
end

-- Gives the model its methods and attributes, sorted by class and name.
function M.finish(model, rows)
  local operations = {}
  for _, operation in ipairs(model.operations) do
    operations[operation.id] = operation
  end
  model.methods, model.attributes = {}, {}
  for i, row in ipairs(rows.methods) do
    model.methods[i] = complete(row, operations)
  end
  for i, row in ipairs(rows.attributes) do
    model.attributes[i] = {class = row.class, name = row.name,
                           paths = row.paths}
  end
  table.sort(model.methods, by_class)
  table.sort(model.attributes, by_class)
  check_twice(model.methods)
  check_twice(model.attributes)
end

return M
