-- SPDX-License-Identifier: MIT
-- The regular expressions that patterns of a .dockerignore are made into:
-- literals, sets, any number of a set, and folders that may be missing. They
-- are those of Go, which is what the docker command matches with, and like
-- there the time is linear: all ways to match are followed at once.

local regexp = {}

---@class moonsail.Regexp
---@field items table[] # see below
---@field needle string # bytes that are in every text that fits; may be ""
local Regexp = {}
Regexp.__index = Regexp

-- An item consumes a character, `code` or one of `set`; with `star` any number
-- of them. An item with `split` consumes nothing, and goes on with the next or
-- with that one; one with `begin` is passed at the beginning only.

local SLASH, NEWLINE = ("/"):byte(), ("\n"):byte()
local UNKNOWN = 0xFFFD -- stands for a byte that belongs to no character

-- Sets -----------------------------------------------------------------------

-- Ranges, as pairs of codes; \D and the like are given by the letter.
local PERL = {
  d = { 48, 57 },
  s = { 9, 10, 12, 13, 32, 32 },
  w = { 48, 57, 65, 90, 95, 95, 97, 122 },
}

local POSIX = {
  alnum = { 48, 57, 65, 90, 97, 122 },
  alpha = { 65, 90, 97, 122 },
  ascii = { 0, 127 },
  blank = { 9, 9, 32, 32 },
  cntrl = { 0, 31, 127, 127 },
  digit = PERL.d,
  graph = { 33, 126 },
  lower = { 97, 122 },
  print = { 32, 126 },
  punct = { 33, 47, 58, 64, 91, 96, 123, 126 },
  space = { 9, 13, 32, 32 },
  upper = { 65, 90 },
  word = PERL.w,
  xdigit = { 48, 57, 65, 70, 97, 102 },
}

local function in_ranges(ranges, code)
  for i = 1, #ranges, 2 do
    if code >= ranges[i] and code <= ranges[i + 1] then return true end
  end
  return false
end

local function in_set(set, code)
  local found = in_ranges(set, code)
  for i = 1, #set.others do
    found = found or not in_ranges(set.others[i], code)
  end
  return found ~= set.negated
end

local function new_set(negated)
  return { negated = negated, others = {} }
end

local function add_ranges(set, ranges, negated)
  if negated then
    set.others[#set.others + 1] = ranges
  else
    table.move(ranges, 1, #ranges, #set + 1, set)
  end
end

-- Reading an expression ------------------------------------------------------

local ESCAPES = { a = 7, f = 12, n = 10, r = 13, t = 9, v = 11 }

-- The character at a place, and where the next one is.
local function take_char(text, at)
  local char = text:match(utf8.charpattern, at)
  return utf8.codepoint(char), at + #char
end

-- What an escape stands for: a code, or ranges and whether they are negated;
-- nil for one that Go does not know, or that nobody writes.
local function escaped(text, at)
  local letter = text:sub(at, at)
  local ranges = PERL[letter:lower()]
  if ranges then return nil, ranges, letter:find("%u") ~= nil end
  if letter:find("[^%w\x80-\xFF]") then return letter:byte() end
  return ESCAPES[letter]
end

-- One end of a range; nil when it is none.
local function take_end(text, at)
  if at > #text then return nil end
  if text:sub(at, at) ~= "\\" then return take_char(text, at) end
  return escaped(text, at + 1), at + 2
end

-- A range, or one character; where it ends, or nil.
local function take_range(set, text, at)
  local low, high
  low, at = take_end(text, at)
  if not low then return nil end
  high = low
  if text:find("^%-[^%]]", at) then
    high, at = take_end(text, at + 1)
    if not high or high < low then return nil end
  end
  add_ranges(set, { low, high })
  return at
end

-- [:name:], or \d and the like; where it ends, false where there is none, nil
-- for one that there is not.
local function take_named(set, text, at)
  local caret, name, after = text:match("^%[:(%^?)(.-):%]()", at)
  if name then
    if not POSIX[name] then return nil end
    add_ranges(set, POSIX[name], caret ~= "")
    return after
  end
  if text:sub(at, at) ~= "\\" then return false end
  local _, ranges, negated = escaped(text, at + 1)
  if not ranges then return false end
  add_ranges(set, ranges, negated)
  return at + 2
end

-- The set whose bracket opens before `at`, and what is behind it.
local function take_set(text, at)
  local negated = text:sub(at, at) == "^"
  if negated then at = at + 1 end
  local set, first = new_set(negated), at
  while at == first or text:sub(at, at) ~= "]" do
    if at > #text then return nil end
    local after = take_named(set, text, at)
    if after == false then after = take_range(set, text, at) end
    if not after then return nil end
    at = after
  end
  return set, at + 1
end

local FOLDERS = "(.*/)?"

local function all_but(code)
  return { negated = true, others = {}, code, code }
end

-- Adds what begins at a place to the items; where the next begins, or nil.
local function take_item(items, text, at)
  local char = text:sub(at, at)
  local item = {}
  if text:sub(at, at + #FOLDERS - 1) == FOLDERS then
    items[#items + 1] = { split = #items + 4 }
    items[#items + 1] = { set = all_but(NEWLINE), star = true }
    item.code, at = SLASH, at + #FOLDERS
  elseif char == "[" then
    item.set, at = take_set(text, at + 1)
    if not item.set then return nil end
  elseif char == "." then
    item.set, at = all_but(NEWLINE), at + 1
  elseif char == "^" then
    item.begin, at = true, at + 1
  elseif char == "\\" then
    local code, ranges, negated = escaped(text, at + 1)
    if not code and not ranges then return nil end
    item.code, at = code, at + 2
    if ranges then
      item.set = new_set(false)
      add_ranges(item.set, ranges, negated)
    end
  else
    item.code, at = take_char(text, at)
  end
  if item.set and text:sub(at, at) == "*" then
    item.star, at = true, at + 1
  end
  items[#items + 1] = item
  return at
end

-- The longest run of literals: to look for it first is quick, and most texts
-- do not have it. What may be missing is no part of it.
local function needle_of(items)
  local longest, run, optional = "", "", 0
  for i, item in ipairs(items) do
    if item.split then optional = item.split end
    local char = item.code and item.code ~= UNKNOWN and i >= optional
                 and utf8.char(item.code)
    run = char and run .. char or ""
    if #run > #longest then longest = run end
  end
  return longest
end

---Reads an expression, which stands for a whole text.
---@param text string # in UTF-8
---@return moonsail.Regexp|nil # nil when it is malformed
function regexp.compile(text)
  local items, at = {}, 1
  while at and at <= #text do at = take_item(items, text, at) end
  if not at then return nil end
  return setmetatable({ items = items, needle = needle_of(items) }, Regexp)
end

-- Matching -------------------------------------------------------------------

---The codes of the characters of a text; a byte that belongs to none counts as
---one that is unknown.
---@param text string
---@return integer[]
function regexp.codes(text)
  local codes, at = {}, 1
  while at <= #text do
    local length, invalid = utf8.len(text, at)
    local last = length and #text or invalid - 1
    for _, code in utf8.codes(text:sub(at, last)) do
      codes[#codes + 1] = code
    end
    if invalid then codes[#codes + 1] = UNKNOWN end
    at = last + 2
  end
  return codes
end

-- Matching the same path against many expressions is what happens most.
local last_text, last_codes

local function codes_of(text)
  if text ~= last_text then
    last_text, last_codes = text, regexp.codes(text)
  end
  return last_codes
end

-- Adds an item to those that may come at a place, and all that may come there
-- without it. `seen` has, for each item, the last place that it was added at.
local function enter(items, list, seen, i, at)
  if seen[i] == at then return end
  seen[i] = at
  local item = items[i]
  if not item then
    list.n = list.n + 1
    list[list.n] = i -- the end
  elseif item.begin then
    if at == 0 then enter(items, list, seen, i + 1, at) end
  elseif item.split then
    enter(items, list, seen, i + 1, at)
    enter(items, list, seen, item.split, at)
  else
    list.n = list.n + 1
    list[list.n] = i
    if item.star then enter(items, list, seen, i + 1, at) end
  end
end

-- The items that may come after a text: list.n of them.
local function follow(items, text)
  local list, spare, seen = { n = 0 }, { n = 0 }, {}
  enter(items, list, seen, 1, 0)
  for at, code in ipairs(codes_of(text)) do
    spare.n = 0
    for k = 1, list.n do
      local i = list[k]
      local item = items[i]
      if item and (item.code == code or item.set and in_set(item.set, code))
      then
        enter(items, spare, seen, item.star and i or i + 1, at)
      end
    end
    list, spare = spare, list
    if list.n == 0 then break end
  end
  return list
end

---Whether a whole text fits.
---@param text string
---@return boolean
function Regexp:matches(text)
  if not text:find(self.needle, 1, true) then return false end
  local list = follow(self.items, text)
  for k = 1, list.n do
    if list[k] > #self.items then return true end
  end
  return false
end

---Whether a text that begins like this, and is longer, may fit.
---@param text string
---@return boolean
function Regexp:may_begin(text)
  local list = follow(self.items, text)
  for k = 1, list.n do
    if list[k] <= #self.items then return true end
  end
  return false
end

return regexp
