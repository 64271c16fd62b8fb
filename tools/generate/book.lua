-- SPDX-License-Identifier: MIT
-- All documentation in one: the classes with their methods, from the rows of
-- tools/methods.lua and the docstrings of lua/moonsail, and the options of
-- operations. manual.lua, luals.lua and reference.lua write it down.
--
-- A class is {name, kind, object, inspect, type, doc, overloads, fields,
-- parents, methods}, type its name in LuaLS. A method is
--
--   {class, name, place, doc, since, arguments, options, takes, fills, uses,
--    returns, raises, has_options, types}
--
-- arguments and options list {name, type, optional, default, doc}, returns
-- {type, doc}, raises {kind, when}; takes, fills and uses list names.

local answers = require "generate.answers"
local docstrings = require "generate.docstrings"
local luatypes = require "generate.luatypes"
local model_rules = require "generate.model"
local option_docs = require "generate.option_docs"
local public = require "generate.public"
local raises = require "generate.raises"
local read = require "generate.read"

local M = {}

local Book = {}
Book.__index = Book

local ROWS = "tools/methods.lua"

local function place_of(row)
  return ("%s: %s:%s"):format(ROWS, row.class, row.name)
end

local function words(text)
  local list = {}
  for word in text:gmatch "%S+" do
    list[#list + 1] = word
  end
  return list
end

local function contains(list, wanted)
  for _, element in ipairs(list) do
    if element == wanted or element.name == wanted then
      return element
    end
  end
end

-- ── operations ─────────────────────────────────────────────────────────────

-- The operations of these ids, those that there are.
function Book:operations_of(ids)
  local list = {}
  for _, id in ipairs(ids) do
    list[#list + 1] = self.operations[id]
  end
  return list
end

-- The options of an operation by name, made once.
function Book:options_of(operation)
  local options = self.options[operation]
  if options == nil then
    options = model_rules.options(operation)
    self.options[operation] = options
  end
  return options
end

-- What is said of an option, and what is meant without it.
function Book:about(operation, name)
  local option = self:options_of(operation)[name]
  return self.docs:of_option(operation, name), option_docs.default(option)
end

-- The type whose fields may stand among the options of a method besides those
-- of its operations, or nil: what a new container gets of the engine.
function Book:spread(method)
  for _, operation in ipairs(self:operations_of(method.takes)) do
    for name, option in pairs(self:options_of(operation)) do
      if option.type.name == "HostConfig" and
          not contains(method.fills, name) then
        return option.type
      end
    end
  end
end

-- ── methods from rows ──────────────────────────────────────────────────────

function Book:argument(operation, name)
  local option = self:options_of(operation)[name]
  local doc, default = self:about(operation, name)
  return {name = name, doc = doc, default = default,
          type = self.types:of_option(operation, option),
          optional = not option.required}
end

-- A method that is one operation.
function Book:from_row(row)
  local method = {class = row.class, name = row.name, place = place_of(row),
                  doc = row.doc, arguments = {}, options = {},
                  takes = {row.operation.id}, uses = {row.operation.id},
                  fills = words(row.target), has_options = true,
                  returns = {answers.of_row(row, self.types)},
                  raises = raises.of {row.operation}}
  for i, name in ipairs(words(row.positional)) do
    method.arguments[i] = self:argument(row.operation, name)
  end
  return method
end

-- The types that the attributes of a class of objects can have: those that
-- are fetched, and those of the elements of lists.
function Book:attribute_types(class)
  local types = {}
  local inspect = self.operations[class.inspect]
  if inspect then
    types[1] = answers.response(inspect).type
  end
  for _, row in ipairs(self.model.methods) do
    if row.result == "list" and row.result_class == class.name then
      types[#types + 1] = answers.element(row)
    end
  end
  return types
end

-- The type at a path ("state.status") in a type, or nil.
local function type_at(made, path)
  for name in path:gmatch "[^.]+" do
    local field = made and made.fields and contains(made.fields, name)
    made = field and field.type
  end
  return made
end

function Book:attribute_type(row)
  local class = self.classes[row.class]
  for _, made in ipairs(class and self:attribute_types(class) or {}) do
    for path in row.paths:gmatch "%S+" do
      local found = type_at(made, path)
      if found then
        return self.types:of(found, "api")
      end
    end
  end
  self.problems:add(place_of(row), "no type has a field at %s", row.paths)
  return "any"
end

local function is_list_type(text)
  return text:find "%[%]$" or text:find "^table<"
end

-- A reader of an attribute. Lists and maps are there, if only empty; but what
-- a list of objects did not tell is not.
function Book:from_attribute(row)
  local docs = self.rows.attribute_docs
  local key = row.class .. "." .. row.name
  local doc = docs[key] or docs[row.name]
  self.used_docs[docs[key] and key or row.name] = true
  if doc == nil then
    self.problems:add(place_of(row), "no doc among attribute_docs")
  end
  local made = self:attribute_type(row)
  local always = row.name == "id" or is_list_type(made)
  return {class = row.class, name = row.name, place = place_of(row),
          doc = doc or "", arguments = {}, options = {}, takes = {},
          fills = {}, uses = {}, raises = {},
          returns = {{type = made .. (always and "" or "|nil")}}}
end

-- ── methods from docstrings ────────────────────────────────────────────────

function Book:check_ids(ids, record)
  for _, id in ipairs(ids) do
    if self.operations[id] == nil then
      self.problems:add(record.place, "no operation %s", id)
    end
  end
end

-- "classes:method" among what is taken stands for all that this one takes.
function Book:take_methods(record)
  local takes = {}
  for _, name in ipairs(record.takes) do
    local other = self.records[name]
    if other and other ~= record then
      self:take_methods(other)
      table.move(other.takes, 1, #other.takes, #takes + 1, takes)
      for _, option in ipairs(other.options) do
        if not contains(record.options, option.name) then
          table.insert(record.options, option)
        end
      end
    else
      takes[#takes + 1] = name
    end
  end
  record.takes = takes
end

-- What the object fills by itself: its own place in the paths of operations.
function Book:add_own_place(record)
  local class = self.classes[record.class]
  if class == nil or class.kind ~= "object" then
    return
  end
  for _, operation in ipairs(self:operations_of(record.takes)) do
    for _, parameter in ipairs(operation.parameters) do
      local name = parameter.name
      if parameter.place == "path" and not contains(record.fills, name) and
          not contains(record.arguments, name) then
        table.insert(record.fills, name)
      end
    end
  end
end

function Book:find_option(record, name)
  for _, operation in ipairs(self:operations_of(record.takes)) do
    if self:options_of(operation)[name] then
      return operation
    end
  end
end

-- A body that is no table of options is made by the method, by what it takes
-- otherwise.
function Book:add_body(record)
  for _, operation in ipairs(self:operations_of(record.takes)) do
    local body = model_rules.whole_body(operation)
    if body and not contains(record.fills, body.name) then
      table.insert(record.fills, body.name)
    end
  end
end

function Book:check_fills(record)
  for _, name in ipairs(record.fills) do
    if self:find_option(record, name) == nil then
      self.problems:add(record.place, "@fills: no option %s", name)
    end
  end
end

-- What is said of options of operations need not be said again.
function Book:complete_argument(record, argument)
  local operation = self:find_option(record, argument.name)
  if operation then
    local doc, default = self:about(operation, argument.name)
    argument.doc = argument.doc or doc
    argument.default = argument.default or default
  end
end

-- A type without the words that stand for others: "self", and what is named
-- by the operation that answers it.
function Book:resolved(made, class)
  made = made:gsub("%f[%w_]self%f[^%w_]", luatypes.of_class(class))
  return (made:gsub("moonsail%.answer%.(%w+)", function(id)
    local operation = self.operations[id]
    return operation and answers.type(operation, self.types)
  end))
end

local function united(first, second)
  local list, seen = {}, {}
  for _, ids in ipairs {first, second} do
    for _, id in ipairs(ids) do
      if not seen[id] then
        seen[id] = true
        list[#list + 1] = id
      end
    end
  end
  return list
end

function Book:from_record(record)
  self:take_methods(record)
  self:check_ids(record.takes, record)
  self:check_ids(record.uses, record)
  self:add_own_place(record)
  self:check_fills(record)
  self:add_body(record)
  for _, argument in ipairs(record.arguments) do
    self:complete_argument(record, argument)
  end
  for _, returned in ipairs(record.returns) do
    returned.type = self:resolved(returned.type, record.class)
  end
  record.uses = united(record.takes, record.uses)
  if #record.raises == 0 then
    record.raises = raises.of(self:operations_of(record.uses))
  end
  record.has_options = #record.takes + #record.options > 0
  return record
end

-- ── classes ────────────────────────────────────────────────────────────────

function Book:add_class(class)
  self.classes[class.name] = class
  table.insert(self.class_list, class)
  class.methods = {}
  class.type = luatypes.of_class(class.name)
  self.by_type[class.type] = class
end

local function lines_of(text)
  local block = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do
    block[#block + 1] = {text = line, line = #block + 1}
  end
  return block
end

function Book:read_text(text, place)
  return docstrings.read(lines_of(text), place, self.problems)
end

function Book:add_row_classes()
  for _, row in ipairs(self.rows.classes) do
    local record = self:read_text(row.doc, ROWS .. ": " .. row.name)
    self:add_class {name = row.name, kind = row.kind, object = row.object,
                    inspect = row.inspect, doc = record.doc,
                    overloads = record.overloads, fields = record.fields}
  end
end

-- Classes of Lua's own: those that are no class of the core.
function Book:add_lua_classes(lua_classes)
  local taken = {}
  for _, class in ipairs(self.class_list) do
    taken[class.type] = true
  end
  for _, name in ipairs(read.sorted_keys(lua_classes)) do
    local record = lua_classes[name]
    if not taken[name] then
      self:add_class {name = name, kind = "lua", doc = record.doc,
                      overloads = record.overloads, fields = record.fields,
                      parents = record.parents, types = record.types}
    end
  end
end

function Book:add_method(method)
  local class = method.class and self.classes[method.class]
  if class == nil then
    self.problems:add(method.place, "%s is of no class", method.name)
    return
  end
  local other = class.methods[method.name]
  if other then
    self.problems:add(method.place, "%s is there already, by %s", method.name,
                      other.place)
  end
  class.methods[method.name] = method
end

-- The type of all attributes of a class: fetched, or from a list.
function Book:attrs_type(class)
  local names = {}
  for i, made in ipairs(self:attribute_types(class)) do
    names[i] = self.types:of(made, "api")
  end
  return table.concat(united(names, {}), "|")
end

-- Own rows, those for every object once for each.
function Book:add_own_rows()
  for _, row in ipairs(self.rows.own) do
    for _, class in ipairs(self.class_list) do
      local all = row.class == "*" and class.kind == "object"
      if all or row.class == class.name then
        local text = row.doc:gsub("%$attrs", function()
          return self:attrs_type(class)
        end)
        local record = self:read_text(text, place_of(row))
        record.class, record.name = class.name, row.name
        record.place = place_of(row)
        self:add_method(self:from_record(record))
      end
    end
  end
end

function Book:add_methods(records)
  for _, row in ipairs(self.model.methods) do
    self:add_method(self:from_row(row))
  end
  for _, row in ipairs(self.model.attributes) do
    self:add_method(self:from_attribute(row))
  end
  self:add_own_rows()
  for _, record in ipairs(records) do
    self.records[tostring(record.class) .. ":" .. record.name] = record
  end
  for _, record in ipairs(records) do
    self:add_method(record.undocumented and record or self:from_record(record))
  end
end

local function sort_methods(class)
  local list = {}
  for _, name in ipairs(read.sorted_keys(class.methods)) do
    list[#list + 1] = class.methods[name]
  end
  class.methods = list
end

-- ── checks ─────────────────────────────────────────────────────────────────

function Book:check_stale()
  for name in pairs(self.rows.attribute_docs) do
    if not self.used_docs[name] then
      self.problems:add(ROWS, "attribute_docs: no attribute %s", name)
    end
  end
  for _, name in ipairs(self.docs:stale()) do
    self.problems:add("tools/option_docs.lua", "no option %s", name)
  end
  for _, name in ipairs(self.docs:missing()) do
    self.problems:add("tools/option_docs.lua", "nothing about %s", name)
  end
end

-- ── the whole ──────────────────────────────────────────────────────────────

-- `rows` are those of tools/methods.lua, `docs` those of option_docs.lua,
-- `records` and `lua_classes` what survey.lua found.
function M.make(model, rows, docs, records, lua_classes, problems)
  local self = setmetatable({
    model = model, rows = rows, problems = problems, operations = {},
    types = luatypes.new(model), options = {}, classes = {}, class_list = {},
    records = {}, by_type = {}, used_docs = {},
  }, Book)
  for _, operation in ipairs(model.operations) do
    self.operations[operation.id] = operation
  end
  self.docs = option_docs.new(docs, model)
  self:add_row_classes()
  self:add_lua_classes(lua_classes)
  self:add_methods(records)
  for _, class in ipairs(self.class_list) do
    sort_methods(class)
  end
  self.class_list = public.classes(self)
  self:check_stale()
  return self
end

return M
