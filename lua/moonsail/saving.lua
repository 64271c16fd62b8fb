-- SPDX-License-Identifier: MIT
-- Writes what comes piece by piece into a file, for all methods that save.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

local saving = {}

---Complains of what saving.write cannot write to; nil is for nowhere.
---@param target any
---@param name string # of the option
---@param complain fun(path: string, format: string, ...)
function saving.check(target, name, complain)
  if target ~= nil and type(target) ~= "string" and io.type(target) ~= "file"
  then
    fail.wrong_type(complain, name, "a path or an open file", target)
  end
end

local function check_written(label, path, ok, reason)
  if not ok then fail.argument(label, "%s: %s", path, reason) end
end

local function write_to(next_piece, file, path, label)
  local size = 0
  for piece in next_piece do
    check_written(label, path, file:write(piece))
    size = size + #piece
  end
  check_written(label, path, file:flush())
  return size
end

-- What was begun of a file is taken away; a device, say, is left alone.
local function discard(path)
  if core.file_kind(path) == "file" then os.remove(path) end
end

---Writes pieces into a file, which is removed if they do not come to their
---end; an open one stays open.
---@param next_piece fun(): string|nil
---@param target string|file* # a path, or an open file
---@param label string # the method
---@return integer # how many bytes there were
function saving.write(next_piece, target, label)
  if type(target) ~= "string" then
    return write_to(next_piece, target, "the file", label)
  end
  local file <close>, reason = io.open(target, "wb")
  if not file then fail.argument(label, "%s", reason) end
  local ok, result = pcall(write_to, next_piece, file, target, label)
  if ok then return result end
  discard(target)
  error(result, 0)
end

---Gives a stream of bytes as a method returns it: itself, or, once it is
---written somewhere, how many bytes there were.
---@param stream moonsail.Stream # it is closed, unless it is what is returned
---@param target string|file*|nil # nil: the stream itself
---@param label string # the method
---@return moonsail.Stream|integer
function saving.deliver(stream, target, label)
  if target == nil then return stream:iterate() end
  local pieces <close> = stream
  return saving.write(pieces, target, label)
end

return saving
