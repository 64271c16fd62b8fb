-- SPDX-License-Identifier: MIT
-- client:supports: whether the version of the API that is spoken with an
-- engine has a method, an operation, an option.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local object = require "moonsail.object"

local supports = {}

local LABEL = "client:supports"
local complain = fail.complainer(LABEL)

-- Options of any call, whatever the version.
local CALL_OPTIONS = {
  connect_timeout = true, extra = true, idle_timeout = true, raw = true,
  timeout = true,
}

-- The option of ContainerCreate whose fields may stand beside it in methods.
local SPREAD = "host_config"

-- Complaining ----------------------------------------------------------------

local function unknown(what, name, names)
  table.sort(names)
  local near = core.nearest(name, names)
  complain(what, "no version of the API has that%s",
           near and (" (did you mean %s?)"):format(near) or "")
end

local function keys(...)
  local names = {}
  for _, set in ipairs{ ... } do
    for name in pairs(set) do names[#names + 1] = name end
  end
  return names
end

-- Versions -------------------------------------------------------------------

local function minor(version)
  return tonumber(version:match("^1%.(%d+)$"))
end

-- Whether a thing of the model (a field, a parameter, an operation) is there.
local function holds(thing, version)
  return minor(thing.since) <= version and version <= minor(thing["until"])
end

-- Options of the model -------------------------------------------------------

-- What may be stepped into below a value of a type: the fields of the object,
-- or of the objects in the list, in the map, in the JSON.
local function fields_of(type_name)
  local type_row = core.type(type_name)
  while not type_row.fields and type_row.element do
    type_row = core.type(type_row.element)
  end
  return type_row.fields or {}
end

-- The field of a name, in any spelling that options may have.
local function find(fields, name)
  local exact = fields[name] or fields[name:gsub("_$", "")]
  if exact then return exact end
  for _, field in pairs(fields) do
    if field.wire == name or field.wire == name:gsub("^%l", string.upper) then
      return field
    end
  end
end

-- Whether the rest of a path is there below `field`, and the field itself.
local function path_holds(path, field, rest, version)
  local there = holds(field, version)
  for name in rest:gmatch("[^.]+") do
    local fields = fields_of(field.type)
    field = find(fields, name)
    if not field then unknown(path, name, keys(fields)) end
    there = there and holds(field, version)
  end
  return there
end

-- Methods --------------------------------------------------------------------

---@class moonsail.Subject # of a question
---@field own table<string, boolean> # options that are not the API's
---@field operations table[] # whose options it has
---@field uses table[] # which it may call
---@field spread boolean # it has the fields of the host's settings, too
---@field since string|nil

local function operations(ids)
  local list = {}
  for i, id in ipairs(ids or {}) do list[i] = core.operation(id) end
  return list
end

local function add_names(set, entries)
  for _, entry in ipairs(entries or {}) do set[entry.name] = true end
end

-- The subject that a method is, by what the manual says of it.
local function method_subject(entry)
  local own = {}
  for name in pairs(CALL_OPTIONS) do own[name] = true end
  add_names(own, entry.options)
  add_names(own, entry.arguments)
  return {
    own = own,
    operations = operations(entry.takes),
    uses = operations(entry.uses),
    spread = true,
    since = entry.since,
  }
end

local function operation_subject(operation)
  return {
    own = CALL_OPTIONS,
    operations = { operation },
    uses = { operation },
    spread = false,
    since = nil,
  }
end

local function manual()
  return require "moonsail.manual"
end

local function is_class(name)
  local entry = manual()[name]
  return entry ~= nil and entry.methods ~= nil
end

local function classes()
  local names = {}
  for name in pairs(manual()) do
    if is_class(name) then names[#names + 1] = name end
  end
  return names
end

local function find_method(what, class, name)
  if not is_class(class) then unknown(what, class, classes()) end
  local methods = manual()[class].methods
  if not methods[name] then unknown(what, name, keys(methods)) end
  return method_subject(methods[name])
end

-- What a question is about: "containers.create", "ContainerCreate",
-- "container_create", or, of the client itself, "df".
local function find_subject(what)
  local class, name = what:match("^([%w_]+)[.:]([%w_]+)$")
  if class then return find_method(what, class, name) end
  local operation = core.operation(what)
  if operation then return operation_subject(operation) end
  local entry = is_class "client" and manual().client.methods[what]
  if not entry then unknown(what, what, core.operations()) end
  return method_subject(entry)
end

-- Any operation of those that a method may call will do where none is said to
-- be the one that it stands on.
local function subject_holds(subject, version)
  if subject.since then return minor(subject.since) <= version end
  for _, operation in ipairs(subject.operations) do
    if not holds(operation, version) then return false end
  end
  if #subject.operations > 0 or #subject.uses == 0 then return true end
  for _, operation in ipairs(subject.uses) do
    if holds(operation, version) then return true end
  end
  return false
end

-- Options of methods ---------------------------------------------------------

-- The option of that name: of the API's, or nil.
local function find_option(subject, name)
  for _, operation in ipairs(subject.operations) do
    local options = operation.options
    local host = subject.spread and options[SPREAD]
    local found = find(options, name)
                  or host and find(fields_of(host.type), name)
    if found then return found end
  end
end

local function complain_option(path, name, subject)
  local sets = { subject.own }
  for _, operation in ipairs(subject.operations) do
    sets[#sets + 1] = operation.options
  end
  unknown(path, name, keys(table.unpack(sets)))
end

local function option_holds(path, subject, version)
  local plain = path:gsub("%b[]", "")
  local name, rest = plain:match("^([^.]+)%.?(.*)$")
  if not name then complain("what", "not the name of an option: %q", path) end
  local option = find_option(subject, name)
  if option then return path_holds(path, option, rest, version) end
  if not subject.own[name] then complain_option(path, name, subject) end
  return true
end

-- The method -----------------------------------------------------------------

---@class moonsail.Client
local methods = core.methods("client")

---Whether the version of the API that is spoken with the engine has a method
---(`docker:supports("volume.update")`), an operation
---(`docker:supports("VolumeUpdate")`), or an option of either
---(`docker:supports("platform", "containers.create")`), however deep it lies
---(`docker:supports("host_config.annotations", "ContainerCreate")`).
---
---It goes by the version alone: what an engine leaves out of its version, as
---Podman does with much of it, shows when it is called, as kind not_supported.
---@param what string # a method, an operation, or, before one, an option of it
---@param method? string # whose option is meant
---@uses SystemPing
---@raises argument when no version of the API knows of such a thing
---@return boolean
function methods:supports(what, method)
  fail.check_type(complain, "what", "string", what)
  fail.check_type(complain, "method", "string",
                  method == nil and what or method)
  local subject = find_subject(method or what)
  local version = object.minor_version(self, LABEL)
  if method == nil then return subject_holds(subject, version) end
  return option_holds(what, subject, version)
         and subject_holds(subject, version)
end

return supports
