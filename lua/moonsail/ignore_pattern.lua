-- SPDX-License-Identifier: MIT
-- One pattern of a .dockerignore, and what it fits: as the docker command
-- takes it, its oddities included.

local regexp = require "moonsail.regexp"

local ignore_pattern = {}

---@class moonsail.IgnorePattern
---@field text string # cleaned, without the "!"
---@field is_exception boolean
---@field kind string # "exact", "prefix", "suffix", or "regexp"
---@field expression moonsail.Regexp|nil
local Pattern = {}
Pattern.__index = Pattern

-- Syntax ---------------------------------------------------------------------

-- Where a character of a class ends; nil when there is none, or nothing behind
-- it.
local function after_char(text, at)
  if not text:find("^[^%-%]]", at) then return nil end
  if text:sub(at, at) == "\\" then at = at + 1 end
  if at >= #text or not utf8.len(text, at, at) then return nil end
  local after = utf8.offset(text, 2, at)
  return after <= #text and after or nil
end

-- Where the class ends whose bracket is before `at`.
local function after_class(text, at)
  if text:sub(at, at) == "^" then at = at + 1 end
  repeat
    at = after_char(text, at)
    if at and text:sub(at, at) == "-" then at = after_char(text, at + 1) end
    if not at then return nil end
  until text:sub(at, at) == "]"
  return at + 1
end

-- Where a part of a pattern ends that begins at a place, its leading stars
-- aside; nil when a class in it is not closed, or an escape has nothing behind
-- it.
local function after_part(text, at)
  at = text:match("^%**()", at)
  while at and at <= #text do
    local char = text:sub(at, at)
    if char == "*" then return at end
    if char == "[" then
      at = after_class(text, at + 1)
    elseif char == "\\" then
      at = at < #text and at + 2 or nil
    else
      at = at + 1
    end
  end
  return at
end

-- What it means --------------------------------------------------------------

local ANY = "[^/]" -- but a slash

-- In Go, these mean something in an expression, and nothing in a pattern.
local ESCAPED = "[.+()|{}$]"

-- What "**" before `rest` means, which is an expression or nothing; and of
-- what kind the pattern is then.
local function stars(rest, kind, is_first)
  local expression = ""
  if rest ~= "" then
    expression, kind = "(.*/)?", "regexp"
  elseif kind == "exact" then
    kind = "prefix"
  else
    expression, kind = ".*", "regexp"
  end
  return expression, is_first and "suffix" or kind
end

-- The next part of a pattern, which begins with no "**": what it is in an
-- expression, whether it is more than itself, and where the next one begins.
local function translate_char(text, at)
  local char = text:match(utf8.charpattern, at)
  local after = at + #char
  if char == "*" then return ANY .. "*", true, after end
  if char == "?" then return ANY, true, after end
  if char == "\\" then
    local next_char = text:match(utf8.charpattern, after) or ""
    return char .. next_char, true, after + #next_char
  end
  if char:find(ESCAPED) then char = "\\" .. char end
  return char, char == "[" or char == "]", after
end

-- The expression of a pattern, and of what kind it is.
local function translate(text)
  local parts, kind, at = {}, "exact", 1
  while at <= #text do
    local after = text:match("^%*%*/?()", at)
    if after then
      parts[#parts + 1], kind = stars(text:sub(after), kind, at == 1)
    else
      local is_special
      parts[#parts + 1], is_special, after = translate_char(text, at)
      if is_special then kind = "regexp" end
    end
    at = after
  end
  return table.concat(parts), kind
end

-- A text in which all bytes belong to characters.
local function repaired(text)
  if utf8.len(text) then return text end
  local chars = {}
  for i, code in ipairs(regexp.codes(text)) do chars[i] = utf8.char(code) end
  return table.concat(chars)
end

-- Go checks a pattern by matching it against ".", and looks no further than
-- that takes: at its first part, and behind one that fits at the next.
local function is_well_formed(text)
  local after = after_part(text, 1)
  if not after then return false end
  local part = repaired(text:sub(1, after - 1))
  local first = regexp.compile((translate(part)))
  return first == nil or not first:matches(".") or after > #text
    or after_part(text, after) ~= nil
end

---A pattern; nil when it is malformed.
---@param text string # cleaned, without the "!"
---@param is_exception boolean
---@return moonsail.IgnorePattern|nil
function ignore_pattern.new(text, is_exception)
  if not is_well_formed(text) then return nil end
  local expression, kind = translate(repaired(text))
  local compiled = kind == "regexp" and regexp.compile(expression) or nil
  if kind == "regexp" and not compiled then return nil end
  return setmetatable({
    text = text,
    is_exception = is_exception,
    kind = kind,
    expression = compiled,
  }, Pattern)
end

---An exception for one path, whatever characters are in it.
---@param path string
---@return moonsail.IgnorePattern
function ignore_pattern.exception(path)
  return setmetatable({ text = path, is_exception = true, kind = "exact" },
                      Pattern)
end

-- Matching -------------------------------------------------------------------

local function has_prefix(text, prefix)
  return text:sub(1, #prefix) == prefix
end

local matches = {}

function matches.exact(self, path)
  return path == self.text
end

function matches.prefix(self, path)
  return has_prefix(path, self.text:sub(1, -3))
end

-- "**/x" is "x" as well, "**x" is whatever ends so.
function matches.suffix(self, path)
  local suffix = self.text:sub(3)
  return path:sub(-#suffix) == suffix or suffix == "" or suffix == "/" .. path
end

function matches.regexp(self, path)
  return self.expression:matches(path)
end

---Whether it fits this very path, not one above.
---@param path string # as "a/b"
---@return boolean
function Pattern:matches(path)
  return matches[self.kind](self, path)
end

local reaches = {}

function reaches.exact(self, inside)
  return has_prefix(self.text, inside)
end

function reaches.prefix(self, inside)
  local prefix = self.text:sub(1, -3)
  return has_prefix(prefix, inside) or has_prefix(inside, prefix)
end

function reaches.suffix()
  return true
end

function reaches.regexp(self, inside)
  return self.expression:may_begin(inside)
end

---Whether it may fit anything in a folder.
---@param folder string # as "a/b"
---@return boolean
function Pattern:reaches(folder)
  return reaches[self.kind](self, folder .. "/")
end

return ignore_pattern
