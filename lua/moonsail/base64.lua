-- SPDX-License-Identifier: MIT
-- Base64 with the usual alphabet and padding, in which the API writes bytes.

local base64 = {}

local ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local digits, values = {}, {} -- by value, by the byte of the digit
for i = 1, #ALPHABET do
  digits[i - 1] = ALPHABET:sub(i, i)
  values[ALPHABET:byte(i)] = i - 1
end

-- Four digits for up to three bytes.
local function encode_group(first, second, third)
  local bits = first << 16 | (second or 0) << 8 | (third or 0)
  return digits[bits >> 18] .. digits[bits >> 12 & 63]
    .. (second and digits[bits >> 6 & 63] or "=")
    .. (third and digits[bits & 63] or "=")
end

---@param bytes string
---@return string
function base64.encode(bytes)
  local groups = {}
  for i = 1, #bytes, 3 do
    groups[#groups + 1] = encode_group(bytes:byte(i, i + 2))
  end
  return table.concat(groups)
end

-- Up to three bytes of two to four digits; nil if one of them is none.
local function decode_group(text, at)
  local bits, count = 0, 0
  for i = at, at + 3 do
    local value = values[text:byte(i)]
    if i <= #text and not value then return nil end
    bits = bits << 6 | (value or 0)
    if value then count = count + 1 end
  end
  if count == 1 then return nil end
  return string.pack(">I3", bits):sub(1, count - 1)
end

---The bytes that a text means; nil when it is not base64.
---@param text string # padding and line ends may be there or not
---@return string|nil
function base64.decode(text)
  text = text:gsub("%s+", ""):gsub("==?$", "")
  local groups = {}
  for i = 1, #text, 4 do
    local group = decode_group(text, i)
    if not group then return nil end
    groups[#groups + 1] = group
  end
  return table.concat(groups)
end

return base64
