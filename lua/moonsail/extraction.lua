-- SPDX-License-Identifier: MIT
-- Archives that come as a stream of bytes: their files made here, or looked at
-- one by one. Nothing is held but the piece that has just come.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local own = require "moonsail.own"
local saving = require "moonsail.saving"

local extraction = {}

-- What may follow the end of an archive: engines fill up to a block.
local MOST_BEHIND = 1 << 24

-- What entry:text() gives at most, unless it is told otherwise.
local MOST_TEXT = 1 << 26

---@class moonsail.Stream
local methods = core.methods("stream")

-- Raises unless what comes are bytes.
local function check_bytes(stream, label)
  if core.stream_kind(stream) ~= "bytes" then
    fail.argument(label, "what comes are %s, not the bytes of an archive",
                  core.stream_kind(stream))
  end
end

-- Takes what comes behind the end of an archive, so that it is known whether
-- the engine was content, and the connection is of use again.
local function drain(stream, label)
  local size = 0
  for piece in stream do
    size = size + #piece
    if size > MOST_BEHIND then
      fail.raise{ kind = "protocol", method = label,
                  message = "the archive goes on after its end" }
    end
  end
end

---What a method of an unpacker gives, which is fed as it asks for.
---@param unpacker any # of core.unpacker
---@param method "next"|"piece"
---@param next_piece fun(): string|nil # of the archive
---@return any
function extraction.pull(unpacker, method, next_piece)
  while true do
    local value = unpacker[method](unpacker)
    if value ~= false then return value end
    local piece = next_piece()
    if piece then unpacker:feed(piece) else unpacker:finish() end
  end
end

-- Into a folder --------------------------------------------------------------

---Makes what comes in a folder, to the end of the stream.
---@param stream moonsail.Stream # of bytes
---@param options table # of core.unpacker
---@param label string # "stream:extract"
---@return moonsail.Extracted
function extraction.into(stream, options, label)
  local unpacker <close> = core.unpacker(options, label)
  local is_wanted = true
  while is_wanted do
    local piece = stream()
    if piece == nil then break end
    is_wanted = unpacker:feed(piece)
  end
  local counts = unpacker:finish()
  drain(stream, label)
  return counts
end

local OPTIONS = {
  root = "string", below = "string", strip = "number", owner = "boolean",
  setuid = "boolean", devices = "boolean", limits = "table",
}

local LIMITS = { entries = true, bytes = true }

local function unpacker_options(dir, opts, label)
  local complain = fail.complainer(label)
  local given = {}
  for key, value in pairs(opts or {}) do given[key] = value end
  local options = own.take(given, OPTIONS, nil, complain)
  for key in pairs(options.limits or {}) do
    if not LIMITS[key] then fail.unknown_option(complain, key, LIMITS) end
  end
  options.to = fail.check_type(complain, "dir", "string", dir)
  return options
end

---Makes the files, folders and links of the archive that comes, in a folder of
---this machine and nowhere else: a name that is absolute, has a ".." in it, or
---leads through a link is refused, and what was there is replaced, not written
---through. The stream is closed in any case.
---`web:get_archive("/etc"):extract("backup")`
---@param dir string # a folder that is there
---@option root string # in place of the first part of all names
---@option below string # in front of all names
---@option strip integer =0 # how many parts of all names are taken away; what
---        has no more is left out
---@option owner boolean =false # keep the owners, by their numbers (for root)
---@option setuid boolean =false # keep setuid and setgid bits though the owner
---        is another
---@option devices boolean =false # make device nodes, which are left out else
---@option limits table # how much there may be: `entries` (10 million unless
---        told), and `bytes` of all files together (1 TiB unless told)
---@raises argument when it cannot be written there, or a folder would take
---        the place of something else, or the reverse, protocol when it is no
---        good archive, was cut off, or leads out of the folder, limit when
---        there is more than allowed
---@return moonsail.Extracted
function methods:extract(dir, opts)
  local label = "stream:extract"
  check_bytes(self, label)
  local stream <close> = self
  return extraction.into(stream, unpacker_options(dir, opts, label), label)
end

---How much an archive has held.
---@class moonsail.Extracted
---@field entries integer # that there were
---@field files integer
---@field folders integer
---@field links integer # symbolic links, and further names of files
---@field others integer # FIFOs and devices
---@field skipped integer # that were left out
---@field bytes integer # of all files

-- One by one -----------------------------------------------------------------

---A thing in an archive. Its bytes can be read until the loop goes on.
---@class moonsail.ArchiveEntry
---@field name string # as the archive has it, without a slash behind a folder
---@field type string # "file", "folder", "link", "hard_link", "fifo",
---       "char_device", "block_device" or "other"
---@field size integer # bytes, of a file
---@field mode integer # as chmod has it: 420 is 0644
---@field uid integer
---@field gid integer
---@field user? string # their names, where the archive has them
---@field group? string
---@field mtime number # Unix seconds
---@field link_target? string # where a link leads to; of a hard link, the
---       other name in the archive
---@field major? integer # of a device
---@field minor? integer
---@field xattrs? table<string, string> # extended attributes
local entry_methods = {}

-- What the entries of a loop have in common: {stream, unpacker, present}.
local readers = setmetatable({}, { __mode = "k" })

local Entry = { __name = "moonsail.archive_entry", __index = entry_methods }

function Entry:__tostring()
  return ("%s %q, %d bytes"):format(self.type, self.name, self.size)
end

local function pull(reader, method)
  return extraction.pull(reader.unpacker, method, reader.stream)
end

local function reader_of(entry, label)
  local reader = readers[entry]
  if not reader or reader.present ~= entry then
    fail.raise{ kind = "closed", method = label,
                message = "the loop has gone on from this entry" }
  end
  return reader
end

---The next piece of its bytes.
---@return string|nil # nil at its end
function entry_methods:read()
  return pull(reader_of(self, "entry:read"), "piece")
end

---Its bytes, piece by piece, for a loop.
---@return fun(): string?
function entry_methods:pieces()
  return function() return self:read() end
end

---All of its bytes.
---@param limit? integer # how many there may be: 64 MiB unless told
---@return string
function entry_methods:text(limit)
  limit = limit or MOST_TEXT
  if self.size > limit then
    fail.raise{
      kind = "limit", method = "entry:text",
      message = ("%s has %d bytes, more than %d"):format(self.name, self.size,
                                                         limit),
    }
  end
  local pieces = {}
  for piece in self:pieces() do pieces[#pieces + 1] = piece end
  return table.concat(pieces)
end

---Writes its bytes into a file. One that did not come to its end is removed.
---@param target string|file* # the path of a file, or an open one, which stays
---       open
---@return integer # how many bytes there were
function entry_methods:save(target)
  local label = "entry:save"
  local reader = reader_of(self, label)
  local complain = fail.complainer(label)
  if target == nil then complain("target", "missing (a path, or a file)") end
  saving.check(target, "target", complain)
  return saving.write(function() return pull(reader, "piece") end, target,
                      label)
end

-- Goes on to the next entry, or ends.
local function next_entry(reader)
  reader.present = nil
  local entry = pull(reader, "next")
  if not entry then
    drain(reader.stream, "stream:entries")
    return nil
  end
  readers[entry] = reader
  reader.present = setmetatable(entry, Entry)
  return entry
end

local Reader = { __name = "moonsail.archive_reader", __call = next_entry }

function Reader:__close()
  self.present = nil
  self.unpacker:close()
  self.stream:close()
end

---What is in the archive that comes, for a loop: each entry with its `name`,
---`type`, `size`, `mode`, `uid`, `gid`, `mtime`, `link_target`, and its bytes,
---by `entry:text()`, `entry:read()` or `entry:pieces()`, or into a file, by
---`entry:save(path)`. What is not read is passed over. The stream is closed
---when the loop is left. Names are those of the archive, and may lead
---anywhere: `extract` knows which of them are safe.
---`for entry in web:export():entries() do print(entry.name, entry.size) end`
---@raises argument when what comes are no bytes, protocol when it is no good
---        archive, or was cut off
---@return fun(): moonsail.ArchiveEntry?
function methods:entries()
  check_bytes(self, "stream:entries")
  local reader = setmetatable({
    stream = self, unpacker = core.unpacker({}, "stream:entries"),
    present = nil,
  }, Reader)
  return reader, nil, nil, reader
end

return extraction
