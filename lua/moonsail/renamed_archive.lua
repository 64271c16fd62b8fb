-- SPDX-License-Identifier: MIT
-- A tar archive whose names are changed while it passes: what one container
-- gives as "etc" another one is to unpack as "config".
--
-- Every name of an archive is in a header of 512 bytes, or, where it is too
-- long for that or not ASCII, in an extended header of "LENGTH KEY=VALUE\n"
-- records in front of it; GNU's tar has entries of its own for such names.

local fail = require "moonsail.fail"

local BLOCK = 512

-- Where the fields of a header begin and end.
local NAME, LINK, PREFIX = { 1, 100 }, { 158, 257 }, { 346, 500 }
local SIZE, SUM, TYPE = { 125, 136 }, { 149, 156 }, { 157, 157 }

-- Fields ---------------------------------------------------------------------

local function get(header, field)
  return (header:sub(field[1], field[2]):gsub("%z.*", ""))
end

local function set(header, field, text)
  local room = field[2] - field[1] + 1
  return header:sub(1, field[1] - 1) .. text:sub(1, room)
    .. ("\0"):rep(room - #text) .. header:sub(field[2] + 1)
end

-- With the sum that its bytes have, blanks being in the place of that.
local function summed(header)
  header = set(header, SUM, (" "):rep(8))
  local sum = 0
  for i = 1, BLOCK, 128 do
    for _, byte in ipairs{ header:byte(i, i + 127) } do sum = sum + byte end
  end
  return set(header, SUM, ("%06o\0 "):format(sum))
end

-- Octal digits, or, of what has too many, a number of the bytes behind the
-- first.
local function size_of(header)
  local text = header:sub(SIZE[1], SIZE[2])
  if text:byte() < 128 then
    return tonumber(text:match("[0-7]+") or "0", 8)
  end
  return (string.unpack(">i8", text, 5))
end

local function name_of(header)
  local name, prefix = get(header, NAME), get(header, PREFIX)
  if header:sub(258, 262) == "ustar" and header:byte(263) == 0
     and prefix ~= "" then
    return prefix .. "/" .. name
  end
  return name
end

-- Extended headers -----------------------------------------------------------

local function read_records(text)
  local records, at = {}, 1
  while true do
    local length, start = text:match("^(%d+) ()", at)
    if not length then return records end
    local key, value = text:sub(start, at + length - 2):match("^([^=]*)=(.*)$")
    if not key then return records end
    records[#records + 1] = { key, value }
    at = at + length
  end
end

local function find_record(records, key)
  for _, record in ipairs(records) do
    if record[1] == key then return record[2] end
  end
  return nil
end

-- In place of the one that there is.
local function set_record(records, key, value)
  for i = #records, 1, -1 do
    if records[i][1] == key then table.remove(records, i) end
  end
  records[#records + 1] = { key, value }
end

-- The length of a record counts its own digits.
local function write_record(record)
  local text = (" %s=%s\n"):format(record[1], record[2])
  local length = #text + 1
  while #tostring(length) + #text ~= length do length = length + 1 end
  return length .. text
end

local function padding(size)
  return ("\0"):rep(-size % BLOCK)
end

-- An extended header for what the given one is of.
local function write_extended(records, header)
  local lines = {}
  for i, record in ipairs(records) do lines[i] = write_record(record) end
  local text = table.concat(lines)
  header = set(set(header, NAME, "PaxHeaders.0/x"), TYPE, "x")
  header = set(set(header, LINK, ""), PREFIX, "")
  header = set(header, SIZE, ("%011o\0"):format(#text))
  return summed(header) .. text .. padding(#text)
end

-- The archive ----------------------------------------------------------------

---@class moonsail.RenamedArchive
---@field next fun(): string|nil # gives the next piece of what comes
---@field rename fun(name: string): string
---@field label string # the method that errors name
---@field bytes string # the last piece
---@field at integer # where it goes on
---@field left integer # how many bytes pass without being looked at
---@field ended boolean # whether all do
local Archive = {}
Archive.__index = Archive

function Archive:fail_cut_off()
  fail.raise{ kind = "protocol", method = self.label,
              message = "the archive is cut off" }
end

-- So many bytes, however they came.
function Archive:take(count)
  while #self.bytes - self.at + 1 < count do
    local piece = self.next() or self:fail_cut_off()
    self.bytes = self.bytes:sub(self.at) .. piece
    self.at = 1
  end
  self.at = self.at + count
  return self.bytes:sub(self.at - count, self.at - 1)
end

-- The text behind a header that is no more than a part of the next one.
function Archive:take_text(header)
  local size = size_of(header)
  return self:take(size + -size % BLOCK):sub(1, size)
end

-- A field with a name: the record of one that has no room there.
local function put_name(header, field, records, key, name)
  if #name > field[2] - field[1] + 1 or find_record(records, key)
     or name:find("[\128-\255]") then
    set_record(records, key, name)
  end
  return set(header, field, name)
end

-- The header of a thing with its new names, behind what was said of it before:
-- {records, name, link}.
function Archive:renamed(header, said)
  local kind = get(header, TYPE)
  local records = said.records or {}
  local name = find_record(records, "path") or said.name or name_of(header)
  local size = tonumber(find_record(records, "size")) or size_of(header)
  local result = put_name(set(header, PREFIX, ""), NAME, records, "path",
                          self.rename(name))
  local link = find_record(records, "linkpath") or said.link
               or get(header, LINK)
  if kind == "1" then link = self.rename(link) end
  if link ~= "" then
    result = put_name(result, LINK, records, "linkpath", link)
  end
  self.left = size + -size % BLOCK
  return (#records > 0 and write_extended(records, header) or "")
    .. summed(result)
end

-- The next thing's header; nil at the end of the archive.
function Archive:header()
  local said = {}
  while true do
    local header = self:take(BLOCK)
    local kind = get(header, TYPE)
    if not header:find("[^\0]") then
      self.ended = true
      return header
    elseif kind == "x" then
      said.records = read_records(self:take_text(header))
    elseif kind == "L" then
      said.name = self:take_text(header):gsub("%z.*", "")
    elseif kind == "K" then
      said.link = self:take_text(header):gsub("%z.*", "")
    elseif kind == "g" then
      self.left = size_of(header) + -size_of(header) % BLOCK
      return header
    else
      return self:renamed(header, said)
    end
  end
end

-- Reads the next piece; whether there was one.
function Archive:fill()
  self.bytes, self.at = self.next() or "", 1
  return self.bytes ~= ""
end

-- Some of what passes; nil at the end.
function Archive:pass()
  if self.at > #self.bytes and not self:fill() then
    return not self.ended and self:fail_cut_off() or nil
  end
  local last = self.ended and #self.bytes or self.at + self.left - 1
  local passed = self.bytes:sub(self.at, last)
  self.at = self.at + #passed
  self.left = self.left - #passed
  return passed
end

-- The next piece of it, or nil at its end.
function Archive:__call()
  if self.left > 0 or self.ended then return self:pass() end
  return self:header()
end

local renamed_archive = {}

---A tar archive with other names.
---@param next fun(): string|nil # gives the next piece of it, and nil at the
---       end
---@param rename fun(name: string): string # also of what hard links lead to
---@param label string # the method
---@return fun(): string|nil
function renamed_archive.new(next, rename, label)
  return setmetatable({
    next = next,
    rename = rename,
    label = label,
    bytes = "",
    at = 1,
    left = 0,
    ended = false,
  }, Archive)
end

return renamed_archive
