-- SPDX-License-Identifier: MIT
-- What is known of classes and their methods: the manual, which is made from
-- the docstrings, together with the definitions of the API. It is read when
-- somebody first asks.

local core = require "moonsail.core"
local explain = require "moonsail.explain"

local handbook = {}

-- Which of them a client has, in the order in which it shows them.
handbook.COLLECTIONS = {
  "containers", "images", "networks", "volumes", "plugins", "swarm", "nodes",
  "services", "tasks", "secrets", "configs",
}

-- The fields of such an option may stand among the options themselves.
local SPREAD = { HostConfig = true }

local function manual()
  return require "moonsail.manual"
end

-- Methods -------------------------------------------------------------------

---@class moonsail.Row
---@field name string
---@field doc string
---@field arguments moonsail.Explained[]
---@field own moonsail.Explained[] # options of the method's own
---@field taken moonsail.Explained[] # those of its operations
---@field spread moonsail.Explained|nil # one whose fields may stand there too
---@field uses string[] # ids of operations
---@field returns {type: string, doc: string|nil}[]
---@field raises {kind: string, when: string}[]
---@field since string|nil
---@field is_known boolean # the manual has it

-- "moonsail.api.HostConfig|nil" → "HostConfig|nil", in texts as well.
local function plain(given)
  return (given:gsub("moonsail%.api%.", ""):gsub("moonsail%.input%.", "")
               :gsub("moonsail%.(%u)", "%1"))
end

-- An argument or option as the manual has it.
local function documented(entry)
  return {
    name = explain.name(entry.name),
    type = plain(entry.type or "any"),
    doc = entry.doc and plain(entry.doc),
    default = entry.default,
    required = not entry.optional,
    since = entry.since,
    last = nil,
    model = nil,
    wire = nil,
  }
end

local function all_documented(entries)
  local list = {}
  for i, entry in ipairs(entries or {}) do list[i] = documented(entry) end
  return list
end

local function names_of(list)
  local names = {}
  for _, entry in ipairs(list) do names[entry.name] = true end
  return names
end

-- Adds what the manual says of options of an operation, or of fields.
local function add_notes(options, notes)
  for _, option in ipairs(options) do
    local found = notes and notes[option.name:gsub("_$", "")]
    if found then option.doc, option.default = found.doc, found.default end
  end
  return options
end

local function options_of(id)
  return add_notes(explain.options(id), (manual().options or {})[id])
end

-- The options of the operations that a method takes, but for those that it
-- has by another way.
local function taken_options(entry, known)
  local list = {}
  for name in (entry.fills or ""):gmatch("%S+") do
    known[explain.name(name)] = true
  end
  for _, id in ipairs(entry.takes or {}) do
    for _, option in ipairs(options_of(id)) do
      if not known[option.name] then
        known[option.name] = true
        list[#list + 1] = option
      end
    end
  end
  return list
end

-- Makes an argument of what is known of the option that it stands for. Where
-- the name of something is wanted, the manual knows that an object will do.
local function complete(argument, field)
  argument.model, argument.wire = field.type, field.wire
  argument.since, argument.last = field.since, field["until"]
  if not argument.type:find("|", 1, true) then
    argument.type = explain.type(field.type)
  end
end

local function complete_all(arguments, takes)
  for _, argument in ipairs(arguments) do
    for _, id in ipairs(takes or {}) do
      local field = core.operation(id).options[argument.name]
      if field then complete(argument, field) end
    end
  end
  return arguments
end

local function spread_of(options)
  for _, option in ipairs(options) do
    if option.model and SPREAD[option.model] then return option end
  end
end

local function all_plain(returns)
  local list = {}
  for i, returned in ipairs(returns or {}) do
    list[i] = { type = plain(returned.type),
                doc = returned.doc and plain(returned.doc) }
  end
  return list
end

local function row_of(name, entry)
  local arguments = complete_all(all_documented(entry.arguments),
                                 entry.takes)
  local own = all_documented(entry.options)
  for _, option in ipairs(own) do option.required = false end
  local known = names_of(arguments)
  for option in pairs(names_of(own)) do known[option] = true end
  local taken = taken_options(entry, known)
  return {
    name = name,
    doc = plain(entry.doc or ""),
    arguments = arguments,
    own = own,
    taken = taken,
    spread = spread_of(taken),
    uses = entry.uses or {},
    returns = all_plain(entry.returns),
    raises = entry.raises or {},
    since = entry.since,
    is_known = true,
  }
end

---What the manual says of a class.
---@param class string
---@return table # {doc, methods}; empty where it says nothing
function handbook.class(class)
  return manual()[class] or {}
end

---Everything about a method.
---@param class string # "containers"
---@param name string # "create"
---@return moonsail.Row
function handbook.method(class, name)
  local methods = handbook.class(class).methods or {}
  local row = row_of(name, methods[name] or {})
  row.is_known = methods[name] ~= nil
  return row
end

---The names of the methods that a class has now, in order.
---@param class string
---@return string[]
function handbook.names(class)
  local names = {}
  for name in pairs(core.methods(class)) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local WITH_ATTRIBUTES = { object = true, collection = true }

---Whether a method only tells what an object knows.
---@param class string
---@param row moonsail.Row
---@return boolean
function handbook.is_attribute(class, row)
  return WITH_ATTRIBUTES[handbook.class(class).kind] == true
    and row.returns[1] ~= nil
    and #row.arguments + #row.own + #row.taken + #row.uses == 0
end

---The fields of the object that a value is, or that its elements are.
---@param model string # a type of the API
---@return moonsail.Explained[]
---@return string # the name of the object's type
function handbook.fields(model)
  local fields, name = explain.fields(model)
  return add_notes(fields, (manual().fields or {})[name]), name
end

-- Operations ----------------------------------------------------------------

---The operation of that name, or nil.
---@param name string # "container_list"
---@return table|nil # as core.operation gives it
function handbook.operation(name)
  for _, id in ipairs(core.operations()) do
    local operation = core.operation(id)
    if operation.name == name then return operation end
  end
end

---The names of all operations, in order.
---@return string[]
function handbook.operations()
  local names = {}
  for i, id in ipairs(core.operations()) do
    names[i] = core.operation(id).name
  end
  table.sort(names)
  return names
end

-- What an operation answers when all is well.
local function answers_of(operation)
  local list = {}
  for _, response in ipairs(operation.responses) do
    if response.status < 300 and response.answer ~= "nothing" then
      list[1] = {
        type = response.type and explain.type(response.type)
               or response.answer,
      }
    end
  end
  return list
end

---Everything about an operation, as about a method.
---@param operation table
---@return moonsail.Row
function handbook.operation_row(operation)
  local row = row_of("api." .. operation.name, {
    doc = ("%s %s"):format(operation.method, operation.path),
    takes = { operation.id },
    uses = { operation.id },
    since = operation.since,
  })
  row.returns, row.spread = answers_of(operation), nil
  return row
end

return handbook
