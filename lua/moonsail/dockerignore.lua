-- SPDX-License-Identifier: MIT
-- What a .dockerignore leaves out of a build: lines of patterns, of which the
-- last that fits decides, and which bring back what they fit behind a "!".
--
--     local ignored = dockerignore.read(text, ".dockerignore", complain)
--     local filter = ignored:filter()
--     local is_kept, is_walked = filter("src/x.o", "file")

local ignore_pattern = require "moonsail.ignore_pattern"
local paths = require "moonsail.paths"

local dockerignore = {}

---@class moonsail.Dockerignore
---@field patterns moonsail.IgnorePattern[]
local Ignored = { __name = "moonsail.dockerignore" }
Ignored.__index = Ignored

-- Reading --------------------------------------------------------------------

local BOM = "\u{FEFF}"

-- Blanks beyond ASCII that are trimmed as well.
local BLANKS = {}
for _, code in ipairs{ 0x85, 0xA0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003,
                       0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A,
                       0x2028, 0x2029, 0x202F, 0x205F, 0x3000 } do
  BLANKS[utf8.char(code)] = true
end

local function trim(text)
  local before
  repeat
    before = text
    text = text:match("^%s*(.-)%s*$")
    local first = text:match("^[\xC2-\xF4][\x80-\xBF]+")
    if BLANKS[first] then text = text:sub(#first + 1) end
    local last = text:match("[\xC2-\xF4][\x80-\xBF]+$")
    if BLANKS[last] then text = text:sub(1, -#last - 1) end
  until text == before
  return text
end

-- A path from the root is one from the root of the context.
local function clean(text)
  if text == "" then return "" end
  text = paths.clean(text)
  return #text > 1 and text:match("^/?(.*)$") or text
end

-- What a line says, an exception with its "!"; "" for one that says nothing.
-- The docker command trims and cleans twice, with and without the "!".
local function read_line(line)
  if line:sub(1, 1) == "#" then return "" end
  local mark, text = trim(line):match("^(!?)(.*)$")
  text = trim(mark .. clean(trim(text)))
  return text ~= "" and paths.clean(text) or ""
end

-- The pattern of a line, nil when there is none. Complains of one that nothing
-- can be matched with.
local function read_pattern(line, number, name, complain)
  local text = read_line(line)
  if text == "" then return nil end
  local mark, rest = text:match("^(!?)(.*)$")
  if rest == "" then
    complain(name, "line %d: there is nothing behind the \"!\"", number)
  end
  return ignore_pattern.new(rest, mark ~= "")
    or complain(name, "line %d: malformed pattern: %s", number, line)
end

---Reads the lines of an ignore file.
---@param text string
---@param name string # of the file, for complaints
---@param complain fun(path: string, format: string, ...) # raises
---@return moonsail.Dockerignore
function dockerignore.read(text, name, complain)
  local patterns, number = {}, 0
  if text:sub(1, #BOM) == BOM then text = text:sub(#BOM + 1) end
  for line in text:gmatch("[^\n]*") do
    number = number + 1
    patterns[#patterns + 1] = read_pattern(line, number, name, complain)
  end
  return setmetatable({ patterns = patterns }, Ignored)
end

---Whether it leaves out nothing at all.
---@return boolean
function Ignored:is_empty()
  return #self.patterns == 0
end

-- Matching -------------------------------------------------------------------

-- What a path is for each pattern, told the same of the folder it is in; and
-- what comes of it. A pattern is only tried where it would change something:
-- so what holds for a folder holds below, whatever stands in between.
local function judge(self, path, above)
  local fits, is_excluded = {}, false
  for i, pattern in ipairs(self.patterns) do
    fits[i] = above[i] or pattern.is_exception == is_excluded
                          and pattern:matches(path)
    if fits[i] then is_excluded = not pattern.is_exception end
  end
  return is_excluded, fits
end

local NONE = {}

---Whether a path is left out, told from the path alone.
---@param path string # as "a/b"
---@return boolean
function Ignored:excludes(path)
  local fits = NONE
  for at in path:gmatch("()/") do
    local _
    _, fits = judge(self, path:sub(1, at - 1), fits)
  end
  return (judge(self, path, fits))
end

---Brings one path back, if it is left out.
---@param path string
function Ignored:keep(path)
  if self:excludes(path) then
    self.patterns[#self.patterns + 1] = ignore_pattern.exception(path)
  end
end

-- Whether anything in a folder may be brought back.
local function may_return(self, folder)
  for _, pattern in ipairs(self.patterns) do
    if pattern.is_exception and pattern:reaches(folder) then return true end
  end
  return false
end

---A function that is called for everything in a tree, a folder before what is
---in it: whether it is kept, and whether a folder is looked into. A folder
---that is left out is looked into only where something in it may come back.
---@return fun(path: string, kind: string): boolean, boolean
function Ignored:filter()
  local folders, depth = {}, 0 -- those above: their paths, and what fits
  return function(path, kind)
    while depth > 0 and path:sub(1, #folders[depth].inside)
                        ~= folders[depth].inside do
      depth = depth - 1
    end
    local above = depth > 0 and folders[depth].fits or NONE
    local is_excluded, fits = judge(self, path, above)
    if kind ~= "folder" then return not is_excluded, false end
    depth = depth + 1
    folders[depth] = { inside = path .. "/", fits = fits }
    return not is_excluded, not is_excluded or may_return(self, path)
  end
end

return dockerignore
