-- SPDX-License-Identifier: MIT
-- Text for terminals: how many columns it takes, cut, filled up, broken into
-- lines. What an engine says may hold anything; what is shown is clean.

local text = {}

-- Cleaning -----------------------------------------------------------------

-- Text with a "?" for each byte that is not of UTF-8.
local function make_valid(given)
  local parts, from = {}, 1
  while true do
    local length, bad = utf8.len(given, from)
    if length then break end
    parts[#parts + 1] = given:sub(from, bad - 1) .. "?"
    from = bad + 1
  end
  parts[#parts + 1] = given:sub(from)
  return table.concat(parts)
end

-- What moves the cursor, colours, or turns the direction of writing.
local CONTROLS = {
  "[%z\1-\31\127]",
  "\xC2[\x80-\x9F]",             -- U+0080 to U+009F
  "\xD8\x9C",                    -- U+061C
  "\xE2\x80[\x8B-\x8F\xA8-\xAE]", -- U+200B to U+200F, U+2028 to U+202E
  "\xE2\x81[\xA0-\xAF]",         -- U+2060 to U+206F
  "\xEF\xBB\xBF",                -- U+FEFF
}

---Text without anything that a terminal would obey: a blank for each blank
---or new line, a "?" for all else.
---@param given string
---@return string
function text.clean(given)
  if not given:find("[%c\128-\255]") then return given end
  local cleaned = make_valid(given):gsub("[\t\r\n]", " ")
  for _, pattern in ipairs(CONTROLS) do
    cleaned = cleaned:gsub(pattern, "?")
  end
  return cleaned
end

-- Columns ------------------------------------------------------------------

-- First and last of the characters that add no column, and of those that take
-- two of them.
local NARROW = {
  { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD },
  { 0x0610, 0x061A }, { 0x064B, 0x065F }, { 0x06D6, 0x06DC },
  { 0x0900, 0x0902 }, { 0x0941, 0x0948 }, { 0x0E31, 0x0E31 },
  { 0x0E34, 0x0E3A }, { 0x0E47, 0x0E4E }, { 0x1AB0, 0x1AFF },
  { 0x1DC0, 0x1DFF }, { 0x20D0, 0x20FF }, { 0x3099, 0x309A },
  { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F }, { 0xE0100, 0xE01EF },
}
local WIDE = {
  { 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x2E80, 0x303E },
  { 0x3041, 0x4DBF }, { 0x4E00, 0xA4CF }, { 0xA960, 0xA97C },
  { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F },
  { 0xFF01, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1F64F },
  { 0x1F680, 0x1F6FF }, { 0x1F900, 0x1F9FF }, { 0x1FA70, 0x1FAFF },
  { 0x20000, 0x3FFFD },
}

local function is_among(code, ranges)
  for _, range in ipairs(ranges) do
    if code <= range[2] then return code >= range[1] end
  end
  return false
end

local function columns_of(code)
  if code < 0x300 then return 1 end
  if is_among(code, NARROW) then return 0 end
  return is_among(code, WIDE) and 2 or 1
end

---The columns that clean text takes on a terminal.
---@param clean string
---@return integer
function text.width(clean)
  if not clean:find("[\128-\255]") then return #clean end
  local width = 0
  for _, code in utf8.codes(clean) do width = width + columns_of(code) end
  return width
end

-- The longest beginning that takes no more than so many columns.
local function beginning(clean, columns)
  local width = 0
  for at, code in utf8.codes(clean) do
    width = width + columns_of(code)
    if width > columns then return clean:sub(1, at - 1) end
  end
  return clean
end

---Clean text in no more than so many columns, its end replaced by "…" where
---it does not fit.
---@param clean string
---@param columns integer
---@return string
function text.cut(clean, columns)
  if text.width(clean) <= columns then return clean end
  if columns < 1 then return "" end
  return beginning(clean, columns - 1) .. "…"
end

---Clean text with blanks behind it up to so many columns.
---@param clean string
---@param columns integer
---@return string
function text.pad(clean, columns)
  return clean .. (" "):rep(columns - text.width(clean))
end

-- Lines --------------------------------------------------------------------

---Puts words into lines, with a separator between those on one line. A word
---that is longer than a line has one for itself.
---@param words string[]
---@param width integer # columns of a line
---@param indent string # begins each line
---@param separator string|nil # " " unless given
---@return string[] lines
function text.fill(words, width, indent, separator)
  separator = separator or " "
  local lines, line = {}, nil
  for _, word in ipairs(words) do
    local longer = line and line .. separator .. word
    if longer and text.width(longer) <= width then
      line = longer
    else
      lines[#lines + 1] = line and line:gsub("%s+$", "")
      line = indent .. word
    end
  end
  lines[#lines + 1] = line
  return lines
end

local function words_of(line)
  local words = {}
  for word in line:gmatch("%S+") do words[#words + 1] = word end
  return words
end

---Breaks a text into lines that fit. Lines that are indented stay as they
---are; blank lines stay, too.
---@param given string
---@param width integer
---@param indent string|nil # begins each line
---@return string[] lines
function text.wrap(given, width, indent)
  indent = indent or ""
  local lines = {}
  for line in (given .. "\n"):gmatch("(.-)\n") do
    if line == "" then
      lines[#lines + 1] = ""
    elseif line:find("^%s") then
      lines[#lines + 1] = indent .. line
    else
      local filled = text.fill(words_of(line), width, indent)
      table.move(filled, 1, #filled, #lines + 1, lines)
    end
  end
  return lines
end

return text
