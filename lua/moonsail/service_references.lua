-- SPDX-License-Identifier: MIT
-- The secrets and configs that a service is given: read from the options, and
-- looked up where only a name was given, since the API wants the ids as well.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local spelling = require "moonsail.spelling"

local service_references = {}

---@class moonsail.ServiceReferenceKind
---@field class string # "secret"
---@field list string # the operation that lists them
---@field id string # the field of a reference that has the id
---@field name string # and the name
---@field type string # of a reference
---@field target fun(name: string): string # where its file is by default

---@type table<string, moonsail.ServiceReferenceKind>
service_references.kinds = {
  secrets = {
    class = "secret", list = "SecretList",
    id = "secret_id", name = "secret_name",
    type = "TaskSpec.ContainerSpec.Secrets",
    target = function(name) return name end,
  },
  configs = {
    class = "config", list = "ConfigList",
    id = "config_id", name = "config_name",
    type = "TaskSpec.ContainerSpec.Configs",
    target = function(name) return "/" .. name end,
  },
}

-- Who owns a file and may read it unless something else is said: root; all.
local OWNER, MODE = "0", tonumber("444", 8)

-- What a reference is made of: the table in the spec in the making, and what
-- it is to be found by if the table lacks the id or the name.
---@class moonsail.ServiceReference
---@field entry table
---@field wanted string|nil

-- Fields of the file that stand beside the source in the short form.
local FILE_FIELDS = { target = "name", uid = "uid", gid = "gid",
                      mode = "mode" }

-- 292 or "0444"
local function mode_of(value, path, complain)
  if type(value) ~= "string" then return value end
  local mode = value:find("^[0-7]+$") and tonumber(value, 8)
  if not mode then
    complain(path, "'%s' is no mode: expected octal digits, as \"0440\"",
             value)
  end
  return mode
end

local function file_of(given, path, complain)
  local file = {}
  for name, field in pairs(FILE_FIELDS) do
    local value = given[name]
    if name == "mode" then
      value = mode_of(value, path .. ".mode", complain)
    elseif math.type(value) == "integer" then
      value = ("%d"):format(value)
    end
    file[field] = value
  end
  return file
end

-- {source = …, target = …, uid, gid, mode}
local function short_form(kind, given, path, complain)
  for name in pairs(given) do
    if name ~= "source" and not FILE_FIELDS[name] then
      fail.unknown_option(function(inner, ...)
        complain(path .. "." .. inner, ...)
      end, name, FILE_FIELDS, { source = true })
    end
  end
  local reference = service_references.read_one(kind, given.source,
                                                path .. ".source", complain)
  reference.entry.file = file_of(given, path, complain)
  return reference
end

-- The API's own form.
local function long_form(kind, given, path, complain)
  local entry = spelling.respell(given, kind.type)
  if entry.file ~= nil then
    fail.check_type(complain, path .. ".file", "table", entry.file)
    entry.file = spelling.respell(entry.file, kind.type .. ".File")
  end
  local wanted
  if not (entry[kind.id] and entry[kind.name]) then
    wanted = entry[kind.id] or entry[kind.name]
  end
  return { entry = entry, wanted = wanted }
end

-- An object knows its id and its name.
local function of_object(kind, given)
  return { entry = {
    [kind.id] = given:id(), [kind.name] = given:name(),
  } }
end

---Reads one element of `secrets` or `configs`.
---@param kind moonsail.ServiceReferenceKind
---@param given any
---@param path string
---@param complain fun(path: string, format: string, ...)
---@return moonsail.ServiceReference
function service_references.read_one(kind, given, path, complain)
  if type(given) == "string" then
    return { entry = {}, wanted = given }
  elseif type(given) == "userdata" and given ~= core.null then
    fail.check_class(complain, path, kind.class, given)
    return of_object(kind, given)
  elseif type(given) ~= "table" then
    fail.wrong_type(complain, path, "a name, an object or a table", given)
  end
  if given.source ~= nil then
    return short_form(kind, given, path, complain)
  end
  return long_form(kind, given, path, complain)
end

-- Looking up -----------------------------------------------------------------

-- The one with that name, or that id, or, when there is but one, the beginning
-- of an id.
local function find(list, wanted)
  local beginning, count = nil, 0
  for _, attrs in ipairs(list) do
    if attrs.spec.name == wanted or attrs.id == wanted then return attrs end
    if attrs.id:sub(1, #wanted) == wanted then
      beginning, count = attrs, count + 1
    end
  end
  return count == 1 and beginning or nil
end

local function look_up(kind, list, reference, label)
  local found = find(list, reference.wanted)
  if not found then
    fail.raise{
      kind = "not_found", method = label, operation = kind.list,
      message = ("no %s %q in the swarm"):format(kind.class,
                                                 reference.wanted),
    }
  end
  reference.entry[kind.id] = found.id
  reference.entry[kind.name] = found.spec.name
end

-- A config that is no file, but the credentials of a runtime, has none.
local function set_file(kind, entry)
  if entry.runtime then return end
  local file = entry.file or {} -- a copy, made when it was read
  file.name = file.name or kind.target(entry[kind.name])
  file.uid = file.uid or OWNER
  file.gid = file.gid or OWNER
  file.mode = file.mode or MODE
  entry.file = file
end

---Fills in what the references lack; asks the engine once, if at all.
---@param client any
---@param kind moonsail.ServiceReferenceKind
---@param references moonsail.ServiceReference[]
---@param label string
function service_references.resolve(client, kind, references, label)
  local list
  for _, reference in ipairs(references) do
    if reference.wanted then
      list = list or core.call(client, kind.list, { raw = false }, label)
      look_up(kind, list, reference, label)
    end
    set_file(kind, reference.entry)
  end
end

return service_references
