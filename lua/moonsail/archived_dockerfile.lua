-- SPDX-License-Identifier: MIT
-- The Dockerfile within an archive that is going to be the context of a build,
-- read before it is sent: plain or compressed, from a file or from bytes.

local core = require "moonsail.core"
local extraction = require "moonsail.extraction"
local paths = require "moonsail.paths"

local archived_dockerfile = {}

local PIECE = 65536
local MAX_TEXT = 4 << 20 -- no Dockerfile is larger

-- The pieces of a text.
local function pieces_of(bytes)
  local at = 1
  return function()
    local piece = bytes:sub(at, at + PIECE - 1)
    at = at + PIECE
    return piece ~= "" and piece or nil
  end
end

-- "./a//b/", "/a/b" and "a/b" are one.
local function clean(name)
  return (paths.clean(name):gsub("^/", ""))
end

local function text_of_entry(pull)
  local pieces, size = {}, 0
  for piece in function() return pull "piece" end do
    pieces[#pieces + 1], size = piece, size + #piece
    if size > MAX_TEXT then return nil end
  end
  return table.concat(pieces)
end

-- The last one of the name counts, as it would when unpacked. What is no good
-- archive is read as far as it can be: the engine will complain of it.
local function find(next_piece, name, label)
  local unpacker <close> = core.unpacker({ compressed = true }, label)
  local function pull(method)
    return extraction.pull(unpacker, method, next_piece)
  end
  local text
  pcall(function()
    for entry in function() return pull "next" end do
      if clean(entry.name) == name and entry.type == "file" then
        text = text_of_entry(pull)
      end
    end
  end)
  return text
end

-- Reads a file from where it is, and goes back there.
local function find_in_file(file, name, label)
  local at = file:seek()
  if not at then return nil end
  local text = find(function() return file:read(PIECE) end, name, label)
  file:seek("set", at)
  return text
end

---@param archive any # the path of a file, the bytes, an open file
---@param is_path boolean # whether it is a path
---@param name string|nil # of the Dockerfile in it
---@param label string
---@return string|nil # nil where it is not to be found, or can be read once
function archived_dockerfile.text(archive, is_path, name, label)
  name = clean(name or "Dockerfile")
  if is_path then
    local file <close> = io.open(archive, "rb")
    return file and find_in_file(file, name, label)
  elseif io.type(archive) == "file" then
    return find_in_file(archive, name, label)
  elseif type(archive) == "string" then
    return find(pieces_of(archive), name, label)
  end
end

return archived_dockerfile
