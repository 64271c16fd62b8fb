-- SPDX-License-Identifier: MIT
-- Archives as strings, for specs.

local core = require "moonsail.core"

local tar = {}

---The bytes of an archive, all at once.
---@param entries table[] # of core.packer
---@param options? table # of core.packer
---@return string
function tar.pack(entries, options)
  local pieces = {}
  for piece in core.packer(entries, options) do
    pieces[#pieces + 1] = piece
  end
  return table.concat(pieces)
end

---Feeds an unpacker with an archive, in pieces, until it has enough.
---@param unpacker any
---@param bytes string
---@param size? integer # of a piece: all of it unless told
function tar.feed(unpacker, bytes, size)
  size = size or math.max(#bytes, 1)
  for at = 1, #bytes, size do
    if not unpacker:feed(bytes:sub(at, at + size - 1)) then return end
  end
end

---Unpacks the bytes of an archive into a folder.
---@param bytes string
---@param options table # of core.unpacker, with `to`
---@param size? integer # of the pieces that it comes in
---@return table counts
function tar.unpack(bytes, options, size)
  local unpacker <close> = core.unpacker(options, "stream:extract")
  tar.feed(unpacker, bytes, size)
  return unpacker:finish()
end

---A function that gives some bytes in pieces, as a source does.
---@param bytes string
---@param size? integer # of the pieces: all of it unless told
---@return fun(): string|nil
function tar.pieces(bytes, size)
  local at = 1
  size = size or math.max(#bytes, 1)
  return function()
    if at > #bytes then return nil end
    at = at + size
    return bytes:sub(at - size, at - 1)
  end
end

---A stream of some bytes, as an engine would send them.
---@param bytes string
---@param size? integer # of the pieces that they come in
---@return any stream
function tar.stream(bytes, size)
  return core.stream_of{
    kind = "bytes", label = "container:export",
    read = tar.pieces(bytes, size),
  }
end

return tar
