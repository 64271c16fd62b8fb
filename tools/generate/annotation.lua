-- SPDX-License-Identifier: MIT
-- Types as LuaLS writes them, read strictly: `string|moonsail.Image`,
-- `table<string, integer[]>`, `fun(line: string): boolean?`, `{name: string}`.

local M = {}

local Reader = {}
Reader.__index = Reader

local function fail(reader, message)
  error({message = ("%s at '%s'"):format(message,
                                         reader.text:sub(reader.at))}, 0)
end

function Reader:skip_blanks()
  self.at = self.text:find("%S", self.at) or #self.text + 1
end

-- Takes what matches a pattern at the current place, or returns nil.
function Reader:take(pattern)
  self:skip_blanks()
  local first, last, capture = self.text:find("^" .. pattern, self.at)
  if first == nil then
    return nil
  end
  self.at = last + 1
  return capture or self.text:sub(first, last)
end

function Reader:need(pattern, what)
  return self:take(pattern) or fail(self, "expected " .. what)
end

function Reader:note(name)
  if not self.seen[name] then
    self.seen[name] = true
    self.names[#self.names + 1] = name
  end
end

-- One or more of what `read` reads, with commas in between, up to `closing`.
function Reader:list(read, closing)
  if self:take(closing) then
    return
  end
  repeat
    read(self)
  until not self:take ","
  self:need(closing, "'" .. closing:gsub("%%", "") .. "'")
end

function Reader:parameter()
  if self:take "%.%.%." then
    if self:take ":" then
      self:type()
    end
    return
  end
  self:need("[%a_][%w_]*", "the name of a parameter")
  self:take "%?"
  if self:take ":" then
    self:type()
  end
end

-- A result may have a name.
function Reader:returned()
  if not self:take "%.%.%." then
    self:take "[%a_][%w_]*%s*:"
    self:type()
  end
end

function Reader:function_type()
  self:list(self.parameter, "%)")
  if self:take ":" then
    repeat
      self:returned()
    until not self:take ","
  end
end

function Reader:member()
  if self:take "%[" then
    self:type()
    self:need("%]", "']'")
  else
    self:need("[%a_][%w_]*", "the name of a field")
  end
  self:take "%?"
  self:need(":", "':'")
  self:type()
end

local KEYWORDS = {["true"] = true, ["false"] = true, ["nil"] = true}

function Reader:named(name)
  if name == "fun" and self:take "%(" then
    return self:function_type()
  end
  if not KEYWORDS[name] then
    self:note(name)
  end
  if self:take "<" then
    self:list(self.type, ">")
  end
end

function Reader:single()
  if self:take "%(" then
    self:type()
    self:need("%)", "')'")
  elseif self:take "{" then
    self:list(self.member, "}")
  elseif not self:take '"[^"]*"' and not self:take "%-?%d+" then
    self:named(self:need("[%a_][%w_.%*]*", "a type"))
  end
  while self:take "%[%]" or self:take "%?" do end
end

function Reader:type()
  repeat
    self:single()
  until not self:take "|"
end

-- Reads the type at the beginning of a text. Returns it, the names in it (a
-- list), and the text behind it; or nil and what is wrong.
function M.read(text)
  local reader = setmetatable({text = text, at = 1, names = {}, seen = {}},
                              Reader)
  local ok, problem = pcall(reader.type, reader)
  if not ok then
    if type(problem) ~= "table" then
      error(problem, 0)
    end
    return nil, problem.message
  end
  local rest = text:sub(reader.at):match "^%s*(.*)$"
  return text:sub(1, reader.at - 1):match "^%s*(.-)%s*$", reader.names, rest
end

-- The names in a whole type, or nil and what is wrong.
function M.names(text)
  local made, names, rest = M.read(text)
  if made == nil then
    return nil, names
  elseif rest ~= "" then
    return nil, ("'%s' behind the type"):format(rest)
  end
  return names
end

-- What Lua and LuaLS know by themselves.
M.builtin = {}
for name in ([[any boolean file* function integer lightuserdata number self
    string table thread unknown userdata]]):gmatch "%S+" do
  M.builtin[name] = true
end

return M
