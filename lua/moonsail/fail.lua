-- SPDX-License-Identifier: MIT
-- Errors that are raised from Lua: made by the core, named and placed here.

local core = require "moonsail.core"

local fail = {}

---What people call the type of a value: "userdata" tells nobody anything.
---@param value any
---@return string
function fail.type_name(value)
  local metatable = getmetatable(value)
  if type(metatable) == "table" then metatable = metatable.__name end
  if type(metatable) == "string" and type(value) ~= "string" then
    return metatable
  end
  return math.type(value) or type(value)
end

---Raises an error of any kind.
---@param fields table # kind, message, and what else the error shall carry
function fail.raise(fields)
  error(core.new_error(fields), 0)
end

---Raises an argument error of a method.
---@param method string # "containers:create"
---@param format string # of string.format
function fail.argument(method, format, ...)
  fail.raise{
    kind = "argument",
    method = method,
    message = format:format(...),
  }
end

---A function that raises the argument error "PATH: MESSAGE" of a method.
---@param method string
---@return fun(path: string, format: string, ...)
function fail.complainer(method)
  return function(path, format, ...)
    fail.argument(method, "%s: %s", path, format:format(...))
  end
end

---Raises the complaint that a value has the wrong type.
---@param complain fun(path: string, format: string, ...)
---@param path string
---@param expected string # "a string or a list"
---@param value any
function fail.wrong_type(complain, path, expected, value)
  complain(path, "expected %s, got %s", expected, fail.type_name(value))
end

---Complains unless the value is of the given basic type.
---@param complain fun(path: string, format: string, ...)
---@param path string
---@param expected string # a name that type() gives
---@param value any
---@return any value
function fail.check_type(complain, path, expected, value)
  if type(value) ~= expected then
    local article = expected:find("^[aeiou]") and "an " or "a "
    fail.wrong_type(complain, path, article .. expected, value)
  end
  return value
end

---Complains of a list that has gaps, or keys besides its indices: what stands
---behind them would be passed over.
---@param complain fun(path: string, format: string, ...)
---@param path string
---@param list table
---@return table list
function fail.check_list(complain, path, list)
  local count = 0
  for _ in pairs(list) do count = count + 1 end
  for i = 1, count do
    if rawget(list, i) == nil then
      complain(path, "expected a list, got a table with a gap or with keys "
               .. "that are no indices")
    end
  end
  return list
end

---Complains of an object of another class: what it is called might be the
---name of one of this class as well.
---@param complain fun(path: string, format: string, ...)
---@param path string
---@param class string # "container"
---@param value any # what is no object at all is checked elsewhere
function fail.check_class(complain, path, class, value)
  local expected = "moonsail." .. class
  if type(value) == "userdata" and value ~= core.null
     and fail.type_name(value) ~= expected then
    fail.wrong_type(complain, path, expected, value)
  end
end

---Complains about an option that there is not, with the nearest that is.
---@param complain fun(path: string, format: string, ...)
---@param name any
---@param ... table # sets or maps that have the known names as keys
function fail.unknown_option(complain, name, ...)
  local names = {}
  for _, set in ipairs{ ... } do
    for known in pairs(set) do names[#names + 1] = known end
  end
  local near = core.nearest(tostring(name), names)
  complain(tostring(name), "unknown option%s",
           near and (" (did you mean %s?)"):format(near) or "")
end

return fail
