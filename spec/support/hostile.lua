-- SPDX-License-Identifier: MIT
-- Archives that nobody who means well would make, written by hand.

local hostile = {}

local BLOCK = 512

local function padded(text, length)
  assert(#text <= length)
  return text .. ("\0"):rep(length - #text)
end

local function filled(content)
  return content .. ("\0"):rep(-#content % BLOCK)
end

-- A number as a header has it: octal digits, or text as it is.
local function number(value, length)
  if type(value) == "string" then return padded(value, length) end
  return ("%0" .. length - 1 .. "o\0"):format(value or 0)
end

---A number in the other notation, of 12 bytes: of two's complement.
---@param value integer
---@return string
function hostile.base256(value)
  local sign = value < 0 and "\255\255\255\255" or "\128\0\0\0"
  return sign .. string.pack(">i8", value)
end

local function with_sum(head, tail, sum)
  local total = 8 * 32
  for i = 1, #head do total = total + head:byte(i) end
  for i = 1, #tail do total = total + tail:byte(i) end
  return head .. (sum or ("%06o\0 "):format(total)) .. tail
end

---One block: fields {name, type, mode, uid, gid, size, mtime, link, major,
---minor, sum}.
---Types are those of tar: "0" is a file, "5" a folder, "2" a link, "1" a hard
---link.
---@param f table
---@return string
function hostile.header(f)
  local head = padded(f.name or "", 100) .. number(f.mode or 420, 8)
    .. number(f.uid, 8) .. number(f.gid, 8) .. number(f.size, 12)
    .. number(f.mtime or 1, 12)
  local tail = (f.type or "0") .. padded(f.link or "", 100) .. "ustar\00000"
    .. padded("", 64) .. number(f.major, 8) .. number(f.minor, 8)
  return with_sum(head, padded(tail, BLOCK - #head - 8), f.sum)
end

function hostile.file(name, content, fields)
  local f = { name = name, size = #content }
  for key, value in pairs(fields or {}) do f[key] = value end
  return hostile.header(f) .. filled(content)
end

function hostile.folder(name, mode)
  return hostile.header{ name = name, type = "5", mode = mode or 493 }
end

function hostile.link(name, target)
  return hostile.header{ name = name, type = "2", link = target, mode = 511 }
end

function hostile.hard_link(name, target)
  return hostile.header{ name = name, type = "1", link = target }
end

-- The length that stands before a record counts itself.
local function record(key, value)
  local rest = " " .. key .. "=" .. value .. "\n"
  local length = #rest
  while length ~= #rest + #tostring(length) do
    length = #rest + #tostring(length)
  end
  return length .. rest
end

---What comes before a thing to say more of it: records {{key, value}, …}.
---@param records table
---@param kind? string # "x", or "g" for all that follow
---@return string
function hostile.pax(records, kind)
  local texts = {}
  for i, pair in ipairs(records) do texts[i] = record(pair[1], pair[2]) end
  return hostile.file("PaxHeader", table.concat(texts), { type = kind or "x" })
end

---The older way to give a thing a long name ("L"), or a long target ("K").
---@param kind string
---@param text string
---@return string
function hostile.long(kind, text)
  return hostile.file("././@LongLink", text .. "\0", { type = kind })
end

---An archive of these parts, with its end.
---@return string
function hostile.archive(...)
  return table.concat{ ... } .. ("\0"):rep(2 * BLOCK)
end

return hostile
