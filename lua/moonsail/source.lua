-- SPDX-License-Identifier: MIT
-- Where the bytes of a request come from: a file, a pipe, a string, a function
-- that gives them piece by piece, a stream of ours, or files of this machine
-- that are packed while they are sent.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

local source = {}

-- How archives begin that are compressed; a plain tar has zeros in it.
local MAGICS = { "^\31\139", "^BZh%d1AY&SY", "^\xFD7zXZ\0",
                 "^%\x28\xB5\x2F\xFD" }

---Whether a text is an archive, and not the path of one: no path has a zero
---in it, and none begins like a compressed archive.
---@param text string
---@return boolean
function source.is_archive(text)
  if text:find("\0", 1, true) then return true end
  for _, magic in ipairs(MAGICS) do
    if text:find(magic) then return true end
  end
  return false
end

-- The class ------------------------------------------------------------------

---What the body of a request is taken from, once.
---@class moonsail.Source
---@field body any # as the option `body` of an operation takes it, or nil
---@field body_file string|nil # the path of a file instead
---@field owned any # what is closed at the end, or nil
local Source = { __name = "moonsail.source" }
Source.__index = Source

---Closes what was opened for it, or is of no use any more: a stream, what
---packs files. An open file stays open. Idempotent.
function Source:close()
  local owned = self.owned
  self.owned = nil
  if owned ~= nil then local _ <close> = owned end
end

Source.__close = Source.close
Source.__gc = Source.close

---Sets the options of an operation that send it.
---@param options table # changed
function Source:fill(options)
  options.body, options.body_file = self.body, self.body_file
end

local function new(body, body_file, owned)
  return setmetatable({
    body = body,
    body_file = body_file,
    owned = owned,
  }, Source)
end

-- What it may be made of -----------------------------------------------------

local function is_class(value, name)
  return type(value) == "userdata" and fail.type_name(value) == name
end

-- What is called in a for loop.
local function is_callable(value)
  if type(value) == "function" then return true end
  local metatable = getmetatable(value)
  return type(metatable) == "table" and metatable.__call ~= nil
end

-- What is to be closed of an iterator that is no mere function.
local function closable(value)
  local metatable = getmetatable(value)
  local has = type(metatable) == "table" and metatable.__close ~= nil
  return has and value or nil
end

---Packs files while they are sent.
---@param entries table[] # of core.packer
---@param label string # "images:build"
---@param options? table # of core.packer
---@return moonsail.Source
function source.packed(entries, label, options)
  local packer = core.packer(entries, options, label)
  return new(packer, nil, packer)
end

local FIELDS = { content = true, mode = true }

-- What a table says of a file, which has more than contents.
local function fill_entry(entry, value, path, complain)
  for key in pairs(value) do
    if not FIELDS[key] then
      complain(path, "it has content and mode, and no %s", key)
    end
  end
  entry.content, entry.mode = value.content, value.mode
  if entry.mode ~= nil and math.type(entry.mode) ~= "integer" then
    fail.wrong_type(complain, path .. ".mode", "an integer", entry.mode)
  end
end

---One of the files that are given as a table.
---@param name string # in the archive
---@param value any # its contents, or {content =, mode =}
---@param option string # what the table is called
---@param complain fun(path: string, format: string, ...) # raises
---@return table # an entry of core.packer
function source.entry(name, value, option, complain)
  local entry, path = { name = name }, ("%s[%q]"):format(option, name)
  if type(value) == "table" then
    fill_entry(entry, value, path, complain)
    path, value = path .. ".content", entry.content
  end
  entry.content = fail.check_type(complain, path, "string", value)
  return entry
end

---Puts entries into the order in which they are packed, lest the same files
---make another archive.
---@param entries table[]
---@return table[]
function source.sort(entries)
  table.sort(entries, function(a, b) return a.name < b.name end)
  return entries
end

-- Entries of an archive out of a table that has files under names.
local function entries_of(files, option, complain)
  local entries = {}
  for name, value in pairs(files) do
    fail.check_type(complain, option, "string", name)
    entries[#entries + 1] = source.entry(name, value, option, complain)
  end
  return source.sort(entries)
end

local function of_path(path, settings, complain)
  local kind, reason = core.file_kind(path)
  if not kind then complain(settings.name, "%s: %s", path, reason) end
  if kind ~= "folder" then return new(nil, path) end
  if not settings.folder then
    complain(settings.name, "%s is a folder", path)
  end
  return source.packed({ { path = path, name = "." } }, settings.label)
end

local function of_stream(stream, settings, complain)
  local kind = core.stream_kind(stream)
  if kind == "documents" or kind == "lines" then
    complain(settings.name, "what comes from this stream are %s, not bytes",
             kind)
  end
  return new(stream, nil, stream)
end

---A source, whatever is given for one: the path of a file, the bytes of an
---archive, an open file, a function that gives the next piece and nil at the
---end (or what may be called like one), a stream of bytes, or a table that has
---files under names, of which a tar is made: contents, or {content =, mode =}.
---@param value any
---@param settings { name: string, expected: string, label: string,
---       folder: boolean? } # how the option is called, and what it may be;
---       the method; whether the path may be that of a folder, which is packed
---@param complain fun(path: string, format: string, ...) # raises
---@return moonsail.Source # to be closed
function source.of(value, settings, complain)
  local name = settings.name
  if getmetatable(value) == Source then return value end
  if value == nil then complain(name, "missing (%s)", settings.expected) end
  if value == "" then complain(name, "empty (%s)", settings.expected) end
  if io.type(value) == "closed file" then
    complain(name, "the file is closed")
  elseif type(value) == "string" then
    if source.is_archive(value) then return new(value) end
    return of_path(value, settings, complain)
  elseif io.type(value) == "file" then
    return new(value)
  elseif is_class(value, "moonsail.packer") then
    return new(value, nil, value)
  elseif is_class(value, "moonsail.stream") then
    return of_stream(value, settings, complain)
  elseif is_callable(value) then
    return new(value, nil, closable(value))
  elseif type(value) == "table" then
    return source.packed(entries_of(value, name, complain), settings.label)
  end
  return fail.wrong_type(complain, name, settings.expected, value)
end

return source
