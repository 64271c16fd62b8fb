-- SPDX-License-Identifier: MIT
-- Reads a Dockerfile into its instructions, as BuildKit does: directives,
-- comments, lines that go on, flags, heredocs.
--
-- What is no Dockerfile is not complained of here: the engine does that, in
-- its own words. It is read as far as it can be.

local core = require "moonsail.core"
local words = require "moonsail.dockerfile_words"

local dockerfile = {}

---@class moonsail.Dockerfile
---@field escape string # "\\", or "`"
---@field syntax string|nil # the image of its frontend
---@field instructions moonsail.DockerfileInstruction[]

---@class moonsail.DockerfileInstruction
---@field name string # "RUN"
---@field line integer # on which it begins
---@field text string # all of it, on one line
---@field flags table[] # of {name, value}, as they stand there
---@field rest string # what stands behind the flags
---@field heredocs table[] # of {name, content}
---@field inner moonsail.DockerfileInstruction|nil # of ONBUILD

-- Directives ----------------------------------------------------------------

local DIRECTIVES = { syntax = true, escape = true, check = true }

local function directive_in(line, mark)
  local name, value = line:match("^" .. mark .. "%s*(%a%w*)%s*=%s*(.-)%s*$")
  if name and value ~= "" then return name:lower(), value end
end

-- The directives at the head of a file, behind one of these marks.
local function directives_of(lines, mark)
  local found = {}
  for i, line in ipairs(lines) do
    local is_shebang = i == 1 and line:find("^#!")
    local name, value = directive_in(line, mark)
    if not name and not is_shebang then break end
    if DIRECTIVES[name] and not found[name] then found[name] = value end
  end
  return found
end

-- A frontend may be one for files of another form.
local function syntax_of(lines, text, directives)
  if directives.syntax then return directives.syntax end
  local syntax = directives_of(lines, "//").syntax
  if syntax then return syntax end
  if not text:find("^%s*{") then return nil end
  local ok, document = pcall(core.decode_raw, text)
  if ok and type(document) == "table" and type(document.syntax) == "string"
  then
    return document.syntax
  end
end

-- Lines ---------------------------------------------------------------------

local function lines_of(text)
  local lines = {}
  text = text:gsub("^\xEF\xBB\xBF", "")
  for line in (text .. "\n"):gmatch("(.-)\r*\n") do
    lines[#lines + 1] = line
  end
  if lines[#lines] == "" then lines[#lines] = nil end
  return lines
end

local function is_comment(line)
  return line:find("^%s*#") ~= nil
end

-- Without the escape at its end, and whether there was one. Two of them are
-- none.
local function continued(line, escape)
  local before = line:match("^(.-)%" .. escape .. "[ \t]*$")
  if before and before:sub(-1) ~= escape then return before, true end
  return line, false
end

-- One that may go over several lines, and the number of the next one.
local function logical_line(lines, at, escape)
  local text, goes_on = continued(lines[at]:match("^%s*(.*)$"), escape)
  local pieces = { text }
  at = at + 1
  while goes_on and lines[at] do
    local line = lines[at]
    if not is_comment(line) and line:find("%S") then
      line, goes_on = continued(line, escape)
      pieces[#pieces + 1] = line
    end
    at = at + 1
  end
  return table.concat(pieces), at
end

-- Heredocs ------------------------------------------------------------------

local HAS_HEREDOCS = { RUN = true, COPY = true, ADD = true }

local function nothing() end

-- {name, chomp} of each that begins on a line.
local function heredocs_in(text, escape)
  local found = {}
  for _, word in ipairs(words.split(text, escape)) do
    local chomp, quoted = word:match("^%d*<<(%-?)([^<]+)$")
    local name = quoted and words.expand(quoted, nothing, escape)
    if name and name ~= "" then
      found[#found + 1] = { name = name, chomp = chomp == "-" }
    end
  end
  return found
end

-- Reads the lines of one: its content, and the number of the line behind it.
local function read_heredoc(heredoc, lines, at)
  local content = {}
  while lines[at] do
    local line = lines[at]
    at = at + 1
    if heredoc.chomp then line = line:gsub("^\t+", "") end
    if line == heredoc.name then break end
    content[#content + 1] = line .. "\n"
  end
  return { name = heredoc.name, content = table.concat(content) }, at
end

-- A list of JSON is taken as it is.
local function is_list(rest)
  return rest:find("^%[") and pcall(core.decode_raw, rest)
end

local function read_heredocs(instruction, lines, at, escape)
  local proper = instruction.inner or instruction
  if not HAS_HEREDOCS[proper.name] or is_list(proper.rest) then return at end
  for _, heredoc in ipairs(heredocs_in(instruction.text, escape)) do
    local list = proper.heredocs
    list[#list + 1], at = read_heredoc(heredoc, lines, at)
  end
  return at
end

-- Instructions --------------------------------------------------------------

-- The flags at the beginning of what stands behind the name, and the rest.
local function flags_of(rest, escape)
  local flags = {}
  local list, starts = words.split(rest, escape)
  for i, word in ipairs(list) do
    if not word:find("^%-%-") then return flags, rest:sub(starts[i]) end
    if word == "--" then return flags, rest:sub(starts[i] + 2) end
    local name, value = word:match("^%-%-([^=]*)=?(.*)$")
    flags[#flags + 1] = { name = name:lower(), value = value }
  end
  return flags, ""
end

---One instruction, on one line.
---@param text string
---@param line integer # for complaints
---@param escape string
---@return moonsail.DockerfileInstruction
function dockerfile.instruction(text, line, escape)
  local name, rest = text:match("^%s*(%S*)%s*(.-)%s*$")
  local self = { name = name:upper(), line = line, heredocs = {},
                 text = text:match("^%s*(.-)%s*$") }
  self.flags, self.rest = flags_of(rest, escape)
  if self.name == "ONBUILD" then
    self.inner = dockerfile.instruction(rest, line, escape)
  end
  return self
end

---Reads a Dockerfile.
---@param text string
---@return moonsail.Dockerfile
function dockerfile.parse(text)
  local lines = lines_of(text)
  local directives = directives_of(lines, "#")
  local escape = directives.escape == "`" and "`" or "\\"
  local self = { escape = escape, instructions = {},
                 syntax = syntax_of(lines, text, directives) }
  local at = 1
  while lines[at] do
    if is_comment(lines[at]) or not lines[at]:find("%S") then
      at = at + 1
    else
      local line, behind = logical_line(lines, at, escape)
      local instruction = dockerfile.instruction(line, at, escape)
      at = read_heredocs(instruction, lines, behind, escape)
      table.insert(self.instructions, instruction)
    end
  end
  return self
end

return dockerfile
