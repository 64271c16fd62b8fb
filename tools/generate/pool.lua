-- SPDX-License-Identifier: MIT
-- All texts in one C array: each preceded by its length in two bytes and
-- ended by a NUL. Equal texts are one.

local M = {}
M.__index = M

local LONGEST = 65535

function M.new()
  return setmetatable({texts = {}, offsets = nil}, M)
end

-- Notes a text; its offset is known after M:lay_out().
function M:add(text)
  assert(#text <= LONGEST and not text:find "\0", "no text for the pool")
  self.texts[text] = true
  return text
end

local function sorted(set)
  local texts = {}
  for text in pairs(set) do
    texts[#texts + 1] = text
  end
  table.sort(texts)
  return texts
end

function M:lay_out()
  self.offsets, self.order = {}, sorted(self.texts)
  local at = 0
  for _, text in ipairs(self.order) do
    self.offsets[text] = at + 2
    at = at + 2 + #text + 1
  end
  self.size = at
end

function M:offset(text)
  local offset = self.offsets[text]
  assert(offset, "a text that was not noted")
  return offset
end

local function c_literal(text)
  return (text:gsub('[%c"\\\128-\255]', function(char)
    return ("\\%03o"):format(char:byte())
  end))
end

-- The lines of the array's initializer.
function M:lines()
  local lines = {}
  for i, text in ipairs(self.order) do
    lines[i] = ('  "\\%03o\\%03o" "%s\\000" /* %d */'):format(
      #text & 0xff, #text >> 8, c_literal(text), self.offsets[text])
  end
  return lines
end

return M
