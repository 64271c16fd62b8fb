-- SPDX-License-Identifier: MIT
-- Ranges of addresses, as "10.1.0.0/16" or "fd00::/64": which one an address
-- is of.

local subnet = {}

-- The four bytes of "10.1.2.3".
local function parse_ipv4(text)
  local bytes = { text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$") }
  for i, digits in ipairs(bytes) do
    bytes[i] = tonumber(digits)
    if bytes[i] > 255 then return nil end
  end
  return #bytes == 4 and bytes or nil
end

-- The bytes of "fd00:1:2", which is a part of an address; nil for no such.
local function parse_groups(text)
  local bytes = {}
  if text == "" then return bytes end
  for group in (text .. ":"):gmatch("([^:]*):") do
    if not group:find("^%x%x?%x?%x?$") then return nil end
    local value = tonumber(group, 16)
    bytes[#bytes + 1] = value >> 8
    bytes[#bytes + 1] = value & 0xff
  end
  return bytes
end

-- Its last four bytes may be written like an IPv4 address.
local function without_dots(text)
  return (text:gsub("%d+%.%d+%.%d+%.%d+$", function(last)
    local bytes = parse_ipv4(last)
    return bytes and ("%x:%x"):format(bytes[1] << 8 | bytes[2],
                                      bytes[3] << 8 | bytes[4])
  end))
end

-- The sixteen bytes of "fd00::1", whose "::" stands for as many zeros as it
-- takes.
local function parse_ipv6(text)
  text = without_dots(text)
  local head, tail = text:match("^(.-)::(.*)$")
  local bytes, rest = parse_groups(head or text), parse_groups(tail or "")
  if not bytes or not rest then return nil end
  if head then
    for _ = #bytes + #rest + 1, 16 do bytes[#bytes + 1] = 0 end
  end
  table.move(rest, 1, #rest, #bytes + 1, bytes)
  return #bytes == 16 and bytes or nil
end

---The bytes of an address, 4 or 16 of them; nil for what is none.
---@param text string
---@return integer[]|nil
function subnet.address(text)
  return parse_ipv4(text) or parse_ipv6(text)
end

---The range that a text stands for; nil for what is none.
---@param text string # "10.1.0.0/16"
---@return {bytes: integer[], length: integer}|nil # the length is in bits
function subnet.range(text)
  local first, length = text:match("^([^/]+)/(%d+)$")
  local bytes = first and subnet.address(first)
  length = math.tointeger(tonumber(length))
  if not bytes or length > #bytes * 8 then return nil end
  return { bytes = bytes, length = length }
end

---Whether an address is within a range.
---@param range {bytes: integer[], length: integer}
---@param bytes integer[]
---@return boolean
function subnet.has(range, bytes)
  if #bytes ~= #range.bytes then return false end
  for i = 1, #bytes do
    local bits = math.max(0, math.min(8, range.length - (i - 1) * 8))
    local mask = 0xff << 8 - bits & 0xff
    if bytes[i] & mask ~= range.bytes[i] & mask then return false end
  end
  return true
end

return subnet
