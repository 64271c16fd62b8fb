-- SPDX-License-Identifier: MIT
-- Words of a Dockerfile: where they end, what quotes in them mean, and which
-- variables stand in them, as BuildKit reads them.

local words = {}

-- Patterns ------------------------------------------------------------------

-- The pattern of Lua for one of a shell: `*`, `?`, and an escaped letter.
local function lua_pattern(glob, escape)
  local pieces, i = {}, 1
  while i <= #glob do
    local letter = glob:sub(i, i)
    if letter == escape and i < #glob then
      i = i + 1
      pieces[#pieces + 1] = glob:sub(i, i):gsub("%W", "%%%0")
    elseif letter == "*" then
      pieces[#pieces + 1] = ".*"
    elseif letter == "?" then
      pieces[#pieces + 1] = "."
    else
      pieces[#pieces + 1] = letter:gsub("%W", "%%%0")
    end
    i = i + 1
  end
  return "^" .. table.concat(pieces) .. "$"
end

-- Where the piece that begins at a place ends: the longest one that matches,
-- or the shortest; nil when none does.
local function match_end(text, from, pattern, shortest)
  local first, last, step = #text, from - 1, -1
  if shortest then first, last, step = last, first, 1 end
  for i = first, last, step do
    if text:sub(from, i):find(pattern) then return i end
  end
end

local function without_prefix(text, pattern, shortest)
  local last = match_end(text, 1, pattern, shortest)
  return last and text:sub(last + 1) or text
end

local function without_suffix(text, pattern, shortest)
  local first, last, step = 1, #text + 1, 1
  if shortest then first, last, step = last, first, -1 end
  for i = first, last, step do
    if text:sub(i):find(pattern) then return text:sub(1, i - 1) end
  end
  return text
end

local function replaced(text, pattern, by, all)
  local pieces, i = {}, 1
  while i <= #text do
    local last = match_end(text, i, pattern)
    if last and last >= i then
      pieces[#pieces + 1], i = by, last + 1
      if not all then break end
    else
      pieces[#pieces + 1], i = text:sub(i, i), i + 1
    end
  end
  return table.concat(pieces) .. text:sub(i)
end

-- Variables -----------------------------------------------------------------

-- What is read is `self`: {text, at, escape, value_of}. Mistakes are raised as
-- texts and caught in words.expand.

local read_until

local function read_name(self)
  local name = self.text:match("^[%a_][%w_]*", self.at)
               or self.text:match("^%d+", self.at)
               or self.text:match("^[@*#?%-$!]", self.at) or ""
  self.at = self.at + #name
  return name
end

-- ${x#pattern} and its like, once the modifier has been read.
local function cut(self, value, modifier)
  local doubled = self.text:sub(self.at, self.at) == modifier
  if doubled then self.at = self.at + 1 end
  local pattern = lua_pattern(read_until(self, "}", true), self.escape)
  local fn = modifier == "#" and without_prefix or without_suffix
  return fn(value or "", pattern, not doubled)
end

-- ${x/pattern/text}, ${x//pattern/text}
local function replace(self, value)
  local all = self.text:sub(self.at, self.at) == "/"
  if all then self.at = self.at + 1 end
  local pattern = lua_pattern(read_until(self, "/", true), self.escape)
  return replaced(value or "", pattern, read_until(self, "}"), all)
end

-- ${x:-y} and ${x-y}, with + and ? as well
local function choose(self, name, value, modifier, is_set)
  local word = read_until(self, "}")
  if modifier == "-" then return is_set and value or word end
  if modifier == "+" then return is_set and word or "" end
  if not is_set then
    error(("%s: %s"):format(name, word ~= "" and word or "not set"), 0)
  end
  return value
end

-- What stands between braces.
local function read_braced(self)
  local name = read_name(self)
  if name == "" then error("a variable without a name", 0) end
  local value, modifier = self.value_of(name), self.text:sub(self.at, self.at)
  self.at = self.at + 1
  if modifier == "}" then return value or "" end
  if modifier:find("^[#%%]") then return cut(self, value, modifier) end
  if modifier == "/" then return replace(self, value) end
  local is_set = value ~= nil
  if modifier == ":" then
    is_set = is_set and value ~= ""
    modifier = self.text:sub(self.at, self.at)
    self.at = self.at + 1
  end
  if not modifier:find("^[-+?]$") then
    error(("${%s%s: not a known modifier"):format(name, modifier), 0)
  end
  return choose(self, name, value, modifier, is_set)
end

local function read_dollar(self)
  if self.text:sub(self.at, self.at) == "{" then
    self.at = self.at + 1
    return read_braced(self)
  end
  local name = read_name(self)
  if name == "" then return "$" end
  return self.value_of(name) or ""
end

-- Quotes --------------------------------------------------------------------

local function read_single_quoted(self)
  local last = self.text:find("'", self.at, true)
  if not last then error("a quote that does not end", 0) end
  local text = self.text:sub(self.at, last - 1)
  self.at = last + 1
  return text
end

local function read_double_quoted(self)
  local pieces = {}
  while self.at <= #self.text do
    local letter = self.text:sub(self.at, self.at)
    self.at = self.at + 1
    if letter == '"' then return table.concat(pieces) end
    if letter == "$" then
      letter = read_dollar(self)
    elseif letter == self.escape then
      local next_one = self.text:sub(self.at, self.at)
      if next_one == '"' or next_one == "$" or next_one == self.escape then
        letter, self.at = next_one, self.at + 1
      end
    end
    pieces[#pieces + 1] = letter
  end
  error("a quote that does not end", 0)
end

-- Reads up to a letter and over it; nil: to the end. In a pattern, escapes
-- stay for the pattern.
function read_until(self, stop, is_pattern)
  local pieces = {}
  while self.at <= #self.text do
    local letter = self.text:sub(self.at, self.at)
    self.at = self.at + 1
    if letter == stop then return table.concat(pieces) end
    if letter == "'" then
      letter = read_single_quoted(self)
    elseif letter == '"' then
      letter = read_double_quoted(self)
    elseif letter == "$" then
      letter = read_dollar(self)
    elseif letter == self.escape and self.at <= #self.text then
      letter = self.text:sub(self.at, self.at)
      if is_pattern then letter = self.escape .. letter end
      self.at = self.at + 1
    end
    pieces[#pieces + 1] = letter
  end
  if stop then error(("a %s is missing"):format(stop), 0) end
  return table.concat(pieces)
end

---A word with its variables replaced and its quotes taken away.
---@param text string
---@param value_of fun(name: string): string|nil # of a variable
---@param escape string # "\\" or "`"
---@return string|nil
---@return string|nil # the mistake in it
function words.expand(text, value_of, escape)
  local self = { text = text, at = 1, escape = escape, value_of = value_of }
  local ok, result = pcall(read_until, self, nil)
  if ok then return result end
  return nil, tostring(result)
end

-- Parting -------------------------------------------------------------------

-- Where the quoted text ends that begins behind a place.
local function quote_end(text, at, quote, escape)
  while at <= #text do
    local letter = text:sub(at, at)
    if letter == quote then return at end
    if letter == escape and quote == '"' then at = at + 1 end
    at = at + 1
  end
  return #text
end

---The words of a line, as they stand there, with their quotes.
---@param text string
---@param escape string
---@return string[]
---@return integer[] # where each begins
function words.split(text, escape)
  local list, starts, at = {}, {}, text:find("%S")
  local first = at
  while at and at <= #text do
    local letter = text:sub(at, at)
    if letter == '"' or letter == "'" then
      at = quote_end(text, at + 1, letter, escape)
    elseif letter == escape then
      at = at + 1
    end
    at = at + 1
    if at > #text or text:find("^%s", at) then
      list[#list + 1], starts[#starts + 1] = text:sub(first, at - 1), first
      at = text:find("%S", at)
      first = at
    end
  end
  return list, starts
end

return words
