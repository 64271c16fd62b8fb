-- SPDX-License-Identifier: MIT
-- What tools/option_docs.lua says of options, and what definitions say is
-- meant where one is not given.

local model_rules = require "generate.model"

local M = {}
M.__index = M

local function note(self, key)
  self.known[key] = true
end

-- Every key that a row may have: "Operation.option", "*.option" and, for what
-- is nested, "Type.field".
local function note_all(self)
  for _, operation in ipairs(self.model.operations) do
    for name in pairs(model_rules.options(operation)) do
      note(self, operation.id .. "." .. name)
      note(self, "*." .. name)
    end
  end
  for row = 0, #self.model.types do
    local made = self.model.types[row]
    for _, field in ipairs(made.fields or {}) do
      note(self, made.label .. "." .. field.name)
    end
  end
end

function M.new(docs, model)
  local self = setmetatable({docs = docs, model = model, known = {},
                             used = {}}, M)
  note_all(self)
  return self
end

function M:take(key)
  self.used[key] = self.docs[key] and true
  return self.docs[key]
end

-- Of an option of an operation: its own row, that of the field of its body,
-- that of the name.
function M:of_option(operation, name)
  local own = self:take(operation.id .. "." .. name)
  if own then
    return own
  end
  local body = model_rules.body(operation)
  local field = body and body.type.fields and self:of_field(body.type, name)
  return field or self:take("*." .. name)
end

-- Of a field of a type.
function M:of_field(made, name)
  return self:take(made.label .. "." .. name)
end

-- Rows that are of no option.
function M:stale()
  local stale = {}
  for key in pairs(self.docs) do
    if not self.known[key] then
      stale[#stale + 1] = key
    end
  end
  table.sort(stale)
  return stale
end

-- Parameters in path, query and header of which nothing is said.
function M:missing()
  local missing = {}
  for _, operation in ipairs(self.model.operations) do
    for _, parameter in ipairs(operation.parameters) do
      if parameter.place ~= "body" and
          self:of_option(operation, parameter.name) == nil then
        missing[#missing + 1] = operation.id .. "." .. parameter.name
      end
    end
  end
  table.sort(missing)
  return missing
end

local writers = {}

function writers.boolean(value)
  return tostring(value)
end

-- A number may have been read as a float that is none.
function writers.number(value)
  return ("%s"):format(math.tointeger(value) or value)
end

function writers.string(value)
  return value ~= "" and ("%q"):format(value) or nil
end

-- What is meant where an option or a field is not given, as Lua writes it, or
-- nil. Neither the empty text nor the beginning of time says anything.
function M.default(option)
  local value = option.default
  if option.type.format == "time" or value == nil then
    return nil
  end
  local write = writers[type(value)]
  return write and write(value)
end

return M
