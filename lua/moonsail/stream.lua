-- SPDX-License-Identifier: MIT
-- Methods of a stream that stand on reading it.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local saving = require "moonsail.saving"

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
  local label = "stream:save"
  local newline = separator(self, label)
  local stream <close> = self
  local complain = fail.complainer(label)
  if target == nil then complain("target", "missing (a path, or a file)") end
  saving.check(target, "target", complain)
  if newline == "" then return saving.write(stream, target, label) end
  return saving.write(function()
    local line = stream()
    return line and line .. newline
  end, target, label)
end
