-- SPDX-License-Identifier: MIT
-- Where an archive comes from that is sent to the engine: a file, or bytes.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

local tarball = {}

-- How archives begin that are compressed; a plain tar has zeros in it.
local MAGICS = { "\31\139", "BZh", "\xFD7zXZ\0", "\x28\xB5\x2F\xFD" }

---Whether a text is an archive, and not the path of one: no path has a zero
---in it, and none begins like a compressed archive.
---@param text string
---@return boolean
function tarball.is_archive(text)
  if text:find("\0", 1, true) then return true end
  for _, magic in ipairs(MAGICS) do
    if text:sub(1, #magic) == magic then return true end
  end
  return false
end

---Whether there is a folder at a path; nil and the reason when there is
---nothing that can be read.
---@param path string
---@return boolean|nil
---@return string|nil # the reason
function tarball.is_folder(path)
  local file, reason = io.open(path, "rb")
  if not file then return nil, reason end
  local _, _, code = file:read(0)
  file:close()
  return code == 21 -- EISDIR
end

local function read(file, complain)
  local bytes, reason = file:read("a")
  if not bytes then complain("source", "%s", reason) end
  return bytes
end

---The options of an operation that send an archive.
---@param source any # a path, the bytes, or an open file
---@param expected string # what else it may be, for complaints
---@param complain fun(path: string, format: string, ...)
---@return table # of `body` or `body_file`
function tarball.body(source, expected, complain)
  if io.type(source) == "file" then
    return { body = read(source, complain) }
  elseif type(source) ~= "string" then
    fail.wrong_type(complain, "source", expected, source)
  elseif tarball.is_archive(source) then
    return { body = source }
  end
  local is_folder, reason = tarball.is_folder(source)
  if reason then complain("source", "%s", reason) end
  if is_folder then complain("source", "%s is a folder", source) end
  return { body_file = source }
end

-- Writing one ----------------------------------------------------------------

---Packs files of this machine into a temporary file, which goes when the
---second value is closed.
---@param entries table[] # of core.pack
---@param label string # "images:build"
---@return string path
---@return any guard # to be closed
function tarball.packed(entries, label)
  local list = { to = os.tmpname(), table.unpack(entries) }
  local guard = setmetatable({}, {
    __close = function() os.remove(list.to) end,
  })
  local ok, problem = pcall(core.pack, list, label)
  if ok then return list.to, guard end
  os.remove(list.to)
  error(problem, 0)
end

local BLOCK = 512

local function padded(text, length)
  return text .. ("\0"):rep(length - #text)
end

-- A number as the header of a tar has it: octal digits and a NUL.
local function octal(number, length)
  return ("%0" .. length - 1 .. "o\0"):format(number)
end

-- The header of a plain file, whose sum is over the header with blanks in
-- place of the sum.
local function header_of(name, size)
  local head = padded(name, 100) .. octal(420, 8) .. octal(0, 8) .. octal(0, 8)
    .. octal(size, 12) .. octal(0, 12)
  local tail = "0" .. padded("", 100) .. "ustar\00000"
  local sum = 8 * 32
  for i = 1, #head do sum = sum + head:byte(i) end
  for i = 1, #tail do sum = sum + tail:byte(i) end
  return padded(head .. ("%06o\0 "):format(sum) .. tail, BLOCK)
end

---An archive with one file in it.
---@param name string # at most 99 bytes
---@param text string
---@return string # its bytes
function tarball.of_text(name, text)
  local size = #text
  local filled = (size + BLOCK - 1) // BLOCK * BLOCK
  return header_of(name, size) .. padded(text, filled)
    .. padded("", 2 * BLOCK)
end

return tarball
