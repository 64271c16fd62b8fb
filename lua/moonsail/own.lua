-- SPDX-License-Identifier: MIT
-- Options of a method that are not those of its operation.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

local own = {}

local known = {} -- by operation: {spellings, names}

-- The options of an operation: the set of all their spellings, and the names.
local function options_of(operation)
  if known[operation] then return known[operation] end
  local found = { spellings = {}, names = {} }
  for name, option in pairs(core.operation(operation).options) do
    found.names[#found.names + 1] = name
    found.spellings[name] = true
    found.spellings[option.wire] = true
  end
  known[operation] = found
  return found
end

-- A name that nobody has may be nearest to one of ours. Of one that is nearest
-- to another, the core complains.
local function check_name(key, types, operation, complain, aliases)
  if not operation then fail.unknown_option(complain, key, types) end
  local options = options_of(operation)
  if type(key) ~= "string" or options.spellings[key] or aliases[key] then
    return
  end
  local names = { table.unpack(options.names) }
  for _, set in ipairs{ types, aliases } do
    for name in pairs(set) do names[#names + 1] = name end
  end
  local near = core.nearest(key, names)
  if types[near] or aliases[near] then
    fail.unknown_option(complain, key, types, aliases)
  end
end

---Takes our own options out of a table, and returns them in another.
---@param options table # those of the operation stay
---@param types table<string, string> # of each of ours: what type() gives, or
---       "any" for one that is checked elsewhere
---@param operation string|nil # for the nearest name to a mistyped one; nil:
---       there are no other options than ours
---@param complain fun(path: string, format: string, ...)
---@param aliases table<string, any>|nil # further names of those that are not
---       ours, which stay as well
---@return table<string, any>
function own.take(options, types, operation, complain, aliases)
  local taken = {}
  for key, value in pairs(options) do
    local expected = types[key]
    if not expected then
      check_name(key, types, operation, complain, aliases or {})
    elseif expected ~= "any" then
      fail.check_type(complain, key, expected, value)
    end
    if expected then taken[key] = value end
  end
  for key in pairs(taken) do options[key] = nil end
  return taken
end

---Fills in the option that the object itself stands for.
---@param options table
---@param target string # the name of the option
---@param self any # the object
---@param complain fun(path: string, format: string, ...)
function own.fill(options, target, self, complain)
  if options[target] ~= nil then
    complain(target, "it is the object's own")
  end
  options[target] = core.key(self)
end

---A list of texts, of which one alone may be given as a text.
---@param value any
---@param path string
---@param complain fun(path: string, format: string, ...)
---@return string[]
function own.texts(value, path, complain)
  if type(value) == "string" then return { value } end
  if type(value) ~= "table" then
    fail.wrong_type(complain, path, "a string or a list of them", value)
  end
  for i, text in ipairs(fail.check_list(complain, path, value)) do
    fail.check_type(complain, ("%s[%d]"):format(path, i), "string", text)
  end
  return value
end

---A map of texts, which may be given as a list, or as one, of "NAME=VALUE".
---@param value any
---@param path string
---@param complain fun(path: string, format: string, ...)
---@return table<string, string>
function own.pairs_of(value, path, complain)
  local map = {}
  if type(value) == "table" and value[1] == nil then
    for name, text in pairs(value) do
      fail.check_type(complain, ("%s[%q]"):format(path, tostring(name)),
                      "string", text)
      map[name] = text
    end
    return map
  end
  for _, entry in ipairs(own.texts(value, path, complain)) do
    local name, text = entry:match("^([^=]+)=(.*)$")
    if not name then complain(path, "expected NAME=VALUE, got %q", entry) end
    map[name] = text
  end
  return map
end

return own
