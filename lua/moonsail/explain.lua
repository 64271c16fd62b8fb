-- SPDX-License-Identifier: MIT
-- Options in words: what may be given, from which version on, what of it is
-- within. All of it is read from the definitions of the API.

local core = require "moonsail.core"

local explain = {}

-- What may be given for a value that stands for something.
local FORMATS = {
  command = '"ls -l" or {"ls", "-l"}',
  duration = 'seconds or "1m30s"',
  environment = '{A = "1"} or {"A=1"}',
  filters = '{name = value or list}',
  labels = '{a = "1"} or {"a=1"}',
  set = '{"a", "b"}',
  size = 'bytes or "512m"',
  time = "Unix seconds, or a time in text",
}

-- As many characters of known values are told along with a type.
local MANY_VALUES = 48

-- Types --------------------------------------------------------------------

-- The type that is inside of lists, maps and JSON in text.
local function innermost(name)
  local made = core.type(name)
  while made and made.element do made = core.type(made.element) end
  return made
end

-- The texts that a type is known to take; nil for any text.
local function values_of(made)
  local texts = {}
  for _, value in ipairs(made.values or {}) do
    if value.text ~= "" then texts[#texts + 1] = ("%q"):format(value.text) end
  end
  return texts[1] and texts or nil
end

local function string_in_words(made)
  local values = values_of(made)
  local listed = values and table.concat(values, ", ")
  if not listed or #listed > MANY_VALUES then return "string" end
  return (listed:gsub(", ([^,]+)$", " or %1"))
end

local function object_in_words(made)
  if next(made.fields or {}) == nil then return "table" end
  return made.name
end

local KINDS = {
  bytes = function() return "string of bytes" end,
  object = object_in_words,
  string = string_in_words,
}

---A type of the API as people read it.
---@param name string # "array of Mount"
---@return string # "list of Mount"
function explain.type(name)
  local made = core.type(name)
  if not made then return name end
  if FORMATS[made.format] then return FORMATS[made.format] end
  if made.format == "json" or made.format == "base64_json" then
    return explain.type(made.element)
  elseif made.kind == "array" then
    return "list of " .. explain.type(made.element)
  elseif made.kind == "map" then
    return "map of " .. explain.type(made.element)
  end
  return KINDS[made.kind] and KINDS[made.kind](made) or made.kind
end

---The texts that are known for an option, where there are too many of them
---for its type to tell.
---@param name string # of a type
---@return string[]|nil
function explain.values(name)
  local made = innermost(name)
  local values = made and values_of(made)
  if not values or #table.concat(values, ", ") <= MANY_VALUES then
    return nil
  end
  return values
end

-- Versions -----------------------------------------------------------------

local range -- {oldest, newest} of the versions that there are

local function known_range()
  if not range then
    local ping = core.operation "SystemPing"
    range = { ping.since, ping["until"] }
  end
  return range[1], range[2]
end

---Which versions of the API have something.
---@param since string|nil # "1.41"
---@param last string|nil
---@return string|nil # "from API 1.41"; nil: all that we know
function explain.versions(since, last)
  local oldest, newest = known_range()
  local is_new = since ~= nil and since ~= oldest
  local is_gone = last ~= nil and last ~= newest
  if is_new and is_gone then
    return ("API %s to %s only"):format(since, last)
  elseif is_new then
    return "from API " .. since
  elseif is_gone then
    return "up to API " .. last
  end
end

-- Options ------------------------------------------------------------------

---@class moonsail.Explained
---@field name string
---@field type string # in words
---@field doc string|nil
---@field default string|nil # as Lua writes it
---@field required boolean
---@field since string|nil
---@field last string|nil # the last version that had it
---@field model string|nil # its type in the API
---@field wire string|nil # its name there

-- Words of Lua are taken with an underscore, too.
local WORDS = { ["end"] = true, ["for"] = true, ["until"] = true }

---An option's name as it can be written in a table.
---@param name string
---@return string # "until_" for "until"
function explain.name(name)
  return WORDS[name] and name .. "_" or name
end

---An option that is a parameter or a field of the API.
---@param name string
---@param field table # of core.operation or core.fields
---@return moonsail.Explained
function explain.field(name, field)
  return {
    name = explain.name(name),
    type = explain.type(field.type),
    doc = nil,
    default = nil,
    required = field.required,
    since = field.since,
    last = field["until"],
    model = field.type,
    wire = field.wire,
  }
end

-- Required ones first, then by name.
local function comes_first(a, b)
  if a.required ~= b.required then return a.required end
  return a.name < b.name
end

local function listed(fields)
  local list = {}
  for name, field in pairs(fields) do
    list[#list + 1] = explain.field(name, field)
  end
  table.sort(list, comes_first)
  return list
end

---The options of an operation.
---@param id string # "ContainerCreate"
---@return moonsail.Explained[]
function explain.options(id)
  return listed(core.operation(id).options)
end

---What may be in a value: the fields of the object that it is, or that its
---elements are; none otherwise.
---@param model string # a type of the API
---@return moonsail.Explained[]
---@return string # the name of the object's type
function explain.fields(model)
  local made = innermost(model)
  return listed(made and made.fields or {}), made and made.name or model
end

return explain
