-- SPDX-License-Identifier: MIT
-- The keys that detach a terminal from what it is attached to: their notation,
-- and how they are found in what is typed.

local cli_config = require "moonsail.cli_config"

local detach_keys = {}

---What engines take when nobody says otherwise.
detach_keys.USUAL = "ctrl-p,ctrl-q"

-- By what is written behind "ctrl-", the byte that a terminal sends.
local function control(symbol)
  local byte = symbol:byte()
  if symbol:match "^[a-z]$" then return string.char(byte - 96) end
  if symbol:match "^[@%[%]\\^_]$" then return string.char(byte & 31) end
end

local function key(name)
  if #name == 1 then return name end
  if name == "DEL" then return "\127" end
  local symbol = name:match "^ctrl%-(.)$"
  return symbol and control(symbol)
end

---The keys for somebody at a terminal: those that are given, else those that
---the user has set up for the docker command; nil: the usual ones.
---@param client moonsail.Client
---@param given any
---@param label string # of the call
---@return any
function detach_keys.chosen(client, given, label)
  if given ~= nil then return given end
  return cli_config.of(client, label).detach_keys
end

---The bytes of keys in docker's notation.
---@param keys any # "ctrl-p,ctrl-q"; nil for the usual ones
---@param complain fun(path: string, format: string, ...)
---@return string
function detach_keys.bytes(keys, complain)
  if keys == nil then keys = detach_keys.USUAL end
  if type(keys) ~= "string" then
    complain("detach_keys", "expected a string such as %q, got a value of "
             .. "type %s", detach_keys.USUAL, type(keys))
  end
  local bytes = {}
  for name in (keys .. ","):gmatch "([^,]*)," do
    local byte = key(name)
    if not byte then
      complain("detach_keys", "%q is no key: expected letters, \"DEL\", and "
               .. "\"ctrl-\" with one of a-z @ [ \\ ] ^ _, as in %q", name,
               detach_keys.USUAL)
    end
    bytes[#bytes + 1] = byte
  end
  return table.concat(bytes)
end

-- How much of the keys the end of a text can be the beginning of.
local function begun(text, keys)
  for length = math.min(#keys - 1, #text), 1, -1 do
    if text:sub(-length) == keys:sub(1, length) then return length end
  end
  return 0
end

---A function that is given what is typed, piece by piece, and tells what of it
---is to go on, and whether the keys were in it, behind that. What may be their
---beginning is kept until more is typed: a command would take it for its own.
---@param keys string # of detach_keys.bytes
---@return fun(typed: string): string, boolean
function detach_keys.finder(keys)
  local kept = ""
  return function(typed)
    local text = kept .. typed
    local first = text:find(keys, 1, true)
    if first then return text:sub(1, first - 1), true end
    local length = #text - begun(text, keys)
    kept = text:sub(length + 1)
    return text:sub(1, length), false
  end
end

return detach_keys
