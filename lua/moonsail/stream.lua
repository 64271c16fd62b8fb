-- SPDX-License-Identifier: MIT
-- Methods of a stream that stand on reading it.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

---@class moonsail.Stream
local methods = core.methods("stream")

---Calls a function with each thing that comes, to the end of the stream or
---until the function returns false. The stream is closed in any case.
---@param fn fun(item: any, source: string?): boolean? # a line or a piece and
---       its source; or a document
function methods:each(fn)
  local stream <close> = self
  fail.check_type(fail.complainer("stream:each"), "fn", "function", fn)
  repeat
    local item, source = stream()
  until item == nil or fn(item, source) == false
end

-- All of it ------------------------------------------------------------------

-- Raises unless what comes are bytes; what stands behind each piece.
local function separator(stream, label)
  local kind = core.stream_kind(stream)
  if kind == "documents" then
    fail.argument(label, "what comes are documents, not bytes: take them in a "
                  .. "for loop")
  end
  return kind == "lines" and "\n" or ""
end

---All that is still to come, in one string: the bytes of an archive, or
---output, where lines have newlines again. The stream is closed in any case.
---@raises argument when documents come, not bytes
---@return string
function methods:read_all()
  local newline = separator(self, "stream:read_all")
  local stream <close> = self
  local pieces = {}
  for piece in stream do pieces[#pieces + 1] = piece .. newline end
  return table.concat(pieces)
end

local function check(path, ok, reason)
  if not ok then fail.argument("stream:save", "%s: %s", path, reason) end
end

-- Writes all that comes into an open file: the bytes that were written.
local function copy(stream, file, path, newline)
  local size = 0
  for piece in stream do
    check(path, file:write(piece, newline))
    size = size + #piece + #newline
  end
  check(path, file:flush())
  return size
end

-- What was begun of a file is taken away; a device, say, is left alone.
local function discard(path)
  if core.file_kind(path) == "file" then os.remove(path) end
end

local function copy_to_path(stream, path, newline)
  local file <close>, reason = io.open(path, "wb")
  if not file then fail.argument("stream:save", "%s", reason) end
  local ok, result = pcall(copy, stream, file, path, newline)
  if ok then return result end
  discard(path)
  error(result, 0)
end

---Writes all that is still to come into a file, and tells how many bytes that
---were: an archive, or output, where lines have newlines again. The stream is
---closed in any case. A file that did not come to its end is removed.
---`web:export():save("web.tar")`
---@param target string|file* # the path of a file, or an open one, which stays
---       open
---@raises argument when the file cannot be written, or documents come, not
---        bytes
---@return integer # bytes
function methods:save(target)
  local newline = separator(self, "stream:save")
  local stream <close> = self
  if io.type(target) == "file" then
    return copy(stream, target, "the file", newline)
  elseif type(target) ~= "string" then
    fail.wrong_type(fail.complainer("stream:save"), "target",
                    "a path or an open file", target)
  end
  return copy_to_path(stream, target, newline)
end
