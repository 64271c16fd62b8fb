-- SPDX-License-Identifier: MIT
-- Platforms, which some operations take as a text, others as its parts:
-- "linux/arm64/v8".

local fail = require "moonsail.fail"

local platform = {}

local EXPECTED = 'a platform such as "linux/arm64"'

---The parts of a platform.
---@param value string|table # as a text, or the parts already
---@param path string # of the option, for complaints
---@param complain fun(path: string, format: string, ...)
---@return table|string # a text of JSON stays what it is
function platform.of(value, path, complain)
  if type(value) == "table" or value == nil then return value end
  if type(value) ~= "string" then
    fail.wrong_type(complain, path, EXPECTED, value)
  end
  if value:find("^%s*{") then return value end
  local os, architecture, variant =
    value:match("^([%w_.-]+)/([%w_.-]+)/?([%w_.-]*)$")
  if not os then complain(path, "expected %s, got %q", EXPECTED, value) end
  return { os = os, architecture = architecture,
           variant = variant ~= "" and variant or nil }
end

---The parts of several platforms.
---@param value string|table|nil # one, or a list of them
---@param path string
---@param complain fun(path: string, format: string, ...)
---@return table|nil # a list
function platform.list_of(value, path, complain)
  if value == nil then return nil end
  if type(value) ~= "table" or value[1] == nil then value = { value } end
  local list = {}
  for i, each in ipairs(fail.check_list(complain, path, value)) do
    list[i] = platform.of(each, path, complain)
  end
  return list
end

return platform
