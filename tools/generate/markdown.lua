-- SPDX-License-Identifier: MIT
-- Pages of Markdown that can be read as plain text, too.

local docstrings = require "generate.docstrings"

local M = {}

local COLUMNS = 79

local Page = {}
Page.__index = Page

M.Page = Page

-- A page with nothing on it.
function M.page()
  return setmetatable({lines = {}}, Page)
end

-- Its text.
function Page:whole()
  return (table.concat(self.lines, "\n"):gsub("\n+$", "")) .. "\n"
end

function Page:put(format, ...)
  self.lines[#self.lines + 1] = format:format(...)
end

-- A paragraph in lines of at most so many columns.
function Page:paragraph(text)
  local line = ""
  for word in text:gmatch "%S+" do
    if line ~= "" and utf8.len(line) + 1 + utf8.len(word) > COLUMNS then
      self:put("%s", line)
      line = word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  self:put("%s\n", line)
end

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do
    lines[#lines + 1] = line
  end
  return lines
end

-- Paragraphs; what is indented is code.
function Page:text(text)
  local in_code = false
  for _, line in ipairs(lines_of(docstrings.join(lines_of(text)))) do
    local code = line:match "^%s+(.*)$"
    if in_code and not code then
      self:put ""
    end
    in_code = code ~= nil
    if code then
      self:put("    %s", code)
    elseif line ~= "" then
      self:paragraph(line)
    end
  end
  if in_code then
    self:put ""
  end
end

local function cell(text)
  return ((text or ""):gsub("|", "\\|"):gsub("\n", " "))
end

-- A table: the names of the columns, and rows of texts. Columns that are
-- empty in all rows are left out.
function Page:table(columns, rows)
  local kept = {}
  for i in ipairs(columns) do
    for _, row in ipairs(rows) do
      if row[i] and row[i] ~= "" then
        kept[#kept + 1] = i
        break
      end
    end
  end
  local function put_row(cells)
    local out = {}
    for k, i in ipairs(kept) do
      out[k] = cell(cells[i])
    end
    self:put("| %s |", table.concat(out, " | "))
  end
  put_row(columns)
  self:put("|%s", ("---|"):rep(#kept))
  for _, row in ipairs(rows) do
    put_row(row)
  end
  self:put ""
end

return M
