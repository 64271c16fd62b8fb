-- SPDX-License-Identifier: MIT
-- Reads docstrings: lines of text, then tags.
--
--   ---What it does. A blank `---` line parts paragraphs.
--   ---@param NAME TYPE # what it is         by place; `NAME?` may be left out
--   ---@option NAME TYPE =DEFAULT # what     of the method's own
--   ---@takes OPERATION                      whose options it takes, too
--   ---@fills OPTION OPTION                  of those, what it sets itself
--   ---@uses OPERATION OPERATION             that it may call
--   ---@raises KIND when …, KIND when …
--   ---@return TYPE # what it is
--   ---@since 1.30                           if newer than its operations
--   ---@classes CLASS CLASS                  that have it, where the source
--                                            does not tell; `*`: all
--
-- and of classes:
--
--   ---@class NAME: PARENT
--   ---@field NAME TYPE # what it is
--   ---@overload fun(…): TYPE
--
-- A line behind a tag that begins with a blank continues it. `self` as a type
-- is the class itself, `moonsail.answer.ContainerInspect` what that operation
-- answers. In a function that adds methods to the classes that it
-- is called for, `$parameter` stands for what it is called with, `$Parameter`
-- for the same with a capital letter.

local annotation = require "generate.annotation"

local M = {}

-- All kinds that an error may have, as csrc/value/error.h and the guide say.
M.kinds = {}
for kind in ([[api argument auth build cancelled closed conflict connection
    container forbidden limit not_found not_supported protocol stream timeout
    tls unauthorized]]):gmatch "%S+" do
  M.kinds[kind] = true
end

-- ── lines ──────────────────────────────────────────────────────────────────

-- Parts a block into lines of text and tags: {tag, text, place}.
local function split(block, file, problems)
  local texts, tags = {}, {}
  for _, line in ipairs(block) do
    local place = ("%s:%d"):format(file, line.line)
    local tag, rest = line.text:match "^@(%w+)%s*(.-)%s*$"
    local last = tags[#tags]
    if tag then
      tags[#tags + 1] = {tag = tag, text = rest, place = place}
    elseif last == nil then
      texts[#texts + 1] = line.text:gsub("^%s(%S)", "%1")
    elseif line.text:find "^%s+%S" then
      last.text = last.text .. " " .. line.text:match "^%s*(.-)%s*$"
    elseif line.text:find "%S" then
      problems:add(place, "text behind a tag: indent it to continue the tag")
    end
  end
  return texts, tags
end

-- Joins lines that are one piece of code: "`run(image,", "cmd)`".
local function join_code(lines)
  local out, open = {}, false
  for _, line in ipairs(lines) do
    local _, ticks = line:gsub("`", "")
    local opens = line:find "^`" and ticks == 1
    if open then
      out[#out] = out[#out] .. " " .. line:match "^%s*(.*)$"
      open = ticks == 0
    else
      out[#out + 1] = line
      open = opens
    end
  end
  return out
end

-- A line that is nothing but code is indented; others are as they are.
local function indent_code(line)
  local code = line:match "^`([^`]+)`$"
  return code and "  " .. code or line
end

-- Paragraphs, each on one line; lines that are indented stay as they are, and
-- those that are nothing but code are.
function M.join(lines)
  local out = {}
  for _, line in ipairs(join_code(lines)) do
    line = indent_code(line)
    local last = out[#out]
    local goes_on = last and last ~= "" and not last:find "^%s" and
      line ~= "" and not line:find "^%s"
    if goes_on then
      out[#out] = last .. " " .. line
    else
      out[#out + 1] = line
    end
  end
  return (table.concat(out, "\n"):gsub("^\n+", ""):gsub("%s+$", ""))
end

-- ── tags ───────────────────────────────────────────────────────────────────

-- "HEAD # TEXT"
local function split_comment(text)
  local head, comment = (" " .. text):match "^(.-)%s+#%s*(.*)$"
  head = (head or text):match "^%s*(.-)%s*$"
  return head, comment ~= "" and comment or nil
end

-- A type without the nil in it, and whether there was one.
local function without_nil(made)
  local plain = made:gsub("|nil$", ""):gsub("^nil|", "")
  local is_simple = not plain:find "[|(<]"
  if is_simple and plain:sub(-1) == "?" then
    plain = plain:sub(1, -2)
  end
  return plain, plain ~= made
end

-- Notes the names of a type; complains when it is none.
local function check_type(record, text, tag, problems)
  local names, problem = annotation.names(text)
  if names == nil then
    problems:add(tag.place, "@%s: %s", tag.tag, problem)
    return
  end
  for _, name in ipairs(names) do
    record.types[#record.types + 1] = {name = name, place = tag.place}
  end
end

-- "NAME TYPE =DEFAULT # TEXT"
local function read_named(record, tag, problems)
  local head, doc = split_comment(tag.text)
  local name, made = head:match "^(%S+)%s+(.+)$"
  if name == nil then
    problems:add(tag.place, "@%s: expected NAME TYPE # what it is", tag.tag)
    return nil
  end
  local plain, default = made:match "^(.-)%s+=%s*(.+)$"
  plain = plain or made
  check_type(record, plain, tag, problems)
  local kind, has_nil = without_nil(plain)
  local bare = name:gsub("%?$", "")
  return {name = bare, type = kind, default = default, doc = doc,
          optional = has_nil or bare ~= name or default ~= nil,
          place = tag.place}
end

local readers = {}

function readers.param(record, tag, problems)
  local made = read_named(record, tag, problems)
  record.arguments[#record.arguments + 1] = made
end

function readers.option(record, tag, problems)
  local made = read_named(record, tag, problems)
  record.options[#record.options + 1] = made
end

function readers.field(record, tag, problems)
  local made = read_named(record, tag, problems)
  record.fields[#record.fields + 1] = made
end

local function add_words(list, tag, problems)
  local count = #list
  for word in tag.text:gmatch "[^%s,]+" do
    list[#list + 1] = word
  end
  if #list == count then
    problems:add(tag.place, "@%s: expected names", tag.tag)
  end
end

for _, name in ipairs {"takes", "uses", "fills", "classes"} do
  readers[name] = function(record, tag, problems)
    add_words(record[name], tag, problems)
  end
end

-- "KIND when …, KIND when …": a comma that no kind follows is one of the text.
function readers.raises(record, tag, problems)
  local text = tag.text:gsub(",%s*([%a_]+)%s+when%s", function(kind)
    return M.kinds[kind] and ("\n%s when "):format(kind) or nil
  end)
  for part in text:gmatch "[^\n]+" do
    local kind, when = part:match "^%s*([%a_]+)%s+when%s+(.-)[%s.]*$"
    if kind == nil or not M.kinds[kind] then
      problems:add(tag.place, "@raises: expected KIND when …, with a kind " ..
                   "that there is, got '%s'", part)
    else
      record.raises[#record.raises + 1] = {kind = kind, when = when}
    end
  end
end

readers["return"] = function(record, tag, problems)
  local head, doc = split_comment(tag.text)
  local made, names, rest = annotation.read(head)
  if made == nil then
    problems:add(tag.place, "@return: %s", names)
    return
  elseif rest ~= "" and not rest:find "^[%a_][%w_]*$" then
    problems:add(tag.place, "@return: '%s' behind the type: begin the text " ..
                 "with #", rest)
  end
  check_type(record, made, tag, problems)
  record.returns[#record.returns + 1] = {type = made, doc = doc}
end

function readers.since(record, tag, problems)
  record.since = tag.text:match "^1%.%d+$"
  if record.since == nil then
    problems:add(tag.place, "@since: expected a version as 1.30")
  end
end

function readers.class(record, tag, problems)
  local head = split_comment(tag.text)
  local name, parents = head:match "^([%w_.]+)%s*:?%s*(.*)$"
  record.name, record.parents = name, parents ~= "" and parents or nil
  if parents ~= "" then
    check_type(record, parents, tag, problems)
  end
end

function readers.overload(record, tag, problems)
  check_type(record, tag.text, tag, problems)
  record.overloads[#record.overloads + 1] = tag.text
end

-- ── records ────────────────────────────────────────────────────────────────

-- A docstring's record. `block` are its lines ({text, line}), `file` is named
-- in what is added to `problems`.
function M.read(block, file, problems)
  local texts, tags = split(block, file, problems)
  local record = {doc = M.join(texts), arguments = {}, options = {},
                  fields = {}, takes = {}, uses = {}, fills = {},
                  classes = {}, raises = {}, returns = {}, overloads = {},
                  types = {}}
  for _, tag in ipairs(tags) do
    if readers[tag.tag] then
      readers[tag.tag](record, tag, problems)
    else
      problems:add(tag.place, "unknown tag @%s", tag.tag)
    end
  end
  return record
end

return M
