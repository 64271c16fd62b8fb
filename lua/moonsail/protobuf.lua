-- SPDX-License-Identifier: MIT
-- Reads messages of Protocol Buffers into tables, by a description of them:
--
--     local POINT = {
--       [1] = { name = "x", type = "integer" },
--       [2] = { name = "labels", type = "string", list = true },
--       [3] = { name = "next", type = POINT },
--     }
--     local point = protobuf.decode(bytes, POINT)
--
-- Fields that the description does not have are passed over, and so are those
-- of another type on the wire than it says. A list is always there; any other
-- field is nil when it did not come, which stands for 0, "" or false.

local protobuf = {}

---@alias moonsail.ProtobufMessage table<integer, moonsail.ProtobufField>

---@class moonsail.ProtobufField
---@field name string # in the table
---@field type string|moonsail.ProtobufMessage # "integer", "boolean", "string"
---@field list? boolean # it may come more than once

local MAX_DEPTH = 32

-- How a field begins: its number, and of what form its value is.
local VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

-- Up to ten bytes of seven bits each, the lowest first: the number and where
-- the next thing is; nil when they do not end.
local function read_varint(bytes, at)
  local value = 0
  for shift = 0, 63, 7 do
    local byte = bytes:byte(at)
    if not byte then return nil end
    value = value | (byte & 0x7F) << shift
    at = at + 1
    if byte < 0x80 then return value, at end
  end
end

-- The value at a place, and where the next field is; nil when there is none.
local function read_value(bytes, at, form)
  if form == VARINT then return read_varint(bytes, at) end
  local length
  if form == BYTES then
    length, at = read_varint(bytes, at)
  elseif form == FIXED64 then
    length = 8
  elseif form == FIXED32 then
    length = 4
  end
  -- a length of 2^63 and more is negative here
  if not length or length < 0 or length > #bytes - at + 1 then return nil end
  return bytes:sub(at, at + length - 1), at + length
end

local decode_message

local FORMS = { integer = VARINT, boolean = VARINT, string = BYTES }

-- Sets the field of the message: nothing, or false when it is malformed.
local function set_field(message, field, value, form, depth)
  local kind = field.type
  if form ~= (FORMS[kind] or BYTES) then return end
  if type(kind) == "table" then
    value = decode_message(value, kind, depth + 1)
    if not value then return false end
  elseif kind == "boolean" then
    value = value ~= 0
  end
  if field.list then
    local list = message[field.name]
    list[#list + 1] = value
  else
    message[field.name] = value
  end
end

-- The table; nil when the bytes are no message, or one that is too deep.
function decode_message(bytes, description, depth)
  if depth > MAX_DEPTH then return nil end
  local message, at = {}, 1
  for _, field in pairs(description) do
    if field.list then message[field.name] = {} end
  end
  while at <= #bytes do
    local key, value
    key, at = read_varint(bytes, at)
    if not key then return nil end
    value, at = read_value(bytes, at, key & 7)
    if not value then return nil end
    local field = description[key >> 3]
    if field and set_field(message, field, value, key & 7, depth) == false then
      return nil
    end
  end
  return message
end

---The message that the bytes are; nil when they are none.
---@param bytes string
---@param description moonsail.ProtobufMessage
---@return table|nil
function protobuf.decode(bytes, description)
  return decode_message(bytes, description, 1)
end

return protobuf
