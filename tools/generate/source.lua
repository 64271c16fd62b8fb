-- SPDX-License-Identifier: MIT
-- Finds the docstrings of a Lua source and what each stands above.
--
-- A subject is {kind, name, line, block, …}, its block the lines of `---`
-- directly above it, {text, line} each:
--
--   "method"    of a table that core.methods gave, or that stands below a
--               ---@class: holder (what the table is), outer
--   "function"  of the module's table, or a local one: parameters
--   "class"     a ---@class: nothing else is known of it
--
-- Metamethods are no methods. A holder is {class = "container"}, or
-- {parameter = "class"} when the class is named by a parameter of the function
-- `outer` in which it stands, or {lua_class = "moonsail.Logs"}.

local M = {}

local Scanner = {}
Scanner.__index = Scanner

local function words(text)
  local list = {}
  for word in text:gmatch "[%w_.]+" do
    list[#list + 1] = word
  end
  return list
end

function Scanner:add(kind, name, fields)
  fields.kind, fields.name = kind, name
  fields.block, fields.line = self.block, self.line
  self.subjects[#self.subjects + 1] = fields
  return fields
end

-- The table of methods that a variable stands for here, or nil.
function Scanner:holder(variable)
  local inner = self.outer and self.outer.holders[variable]
  return inner or self.holders[variable]
end

function Scanner:set_holder(variable, holder)
  local scope = self.indented and self.outer or self
  scope.holders[variable] = holder
end

-- The name of the class that the block above is of, or nil.
function Scanner:class_in_block()
  for _, line in ipairs(self.block or {}) do
    local name = line.text:match "^@class%s+([%w_.]+)"
    if name then
      return name
    end
  end
end

local function methods_argument(line)
  local variable, argument =
    line:match "^%s*local ([%w_]+)%s*=%s*core%.methods%s*%(?%s*([^%s)]+)"
  return variable, argument
end

-- local methods = core.methods("container")
function Scanner:core_holder(line)
  local variable, argument = methods_argument(line)
  if variable == nil then
    return false
  end
  local literal = argument:match '^"(.*)"$'
  self:set_holder(variable, literal and {class = literal} or
                  {parameter = argument})
  return true
end

-- A ---@class, and the table of its methods that may stand below.
function Scanner:lua_class(line)
  local name = self:class_in_block()
  if name == nil then
    return
  end
  self:add("class", name, {})
  local variable = line:match "^%s*local ([%w_]+)%s*="
  if variable and methods_argument(line) == nil then
    self:set_holder(variable, {lua_class = name})
  end
end

function Scanner:open_outer(name, parameters)
  self.outer = self:add("function", name, {
    parameters = words(parameters), holders = {}})
end

local FUNCTIONS = {
  "^%s*function ([%w_]+)[.:]([%w_]+)%s*%(([^)]*)",
  "^%s*([%w_]+)%.([%w_]+)%s*=%s*function%s*%(([^)]*)",
}

-- The table, the name and the parameters of a function that a line begins.
local function function_at(line)
  for _, pattern in ipairs(FUNCTIONS) do
    local variable, name, parameters = line:match(pattern)
    if variable then
      return variable, name, parameters
    end
  end
end

function Scanner:function_line(line)
  local variable, name, parameters = function_at(line)
  local holder = variable and self:holder(variable)
  if holder and name:find "^__" == nil then
    self:add("method", name, {holder = holder, outer = self.outer,
                              parameters = words(parameters)})
  elseif variable and not holder and not self.indented then
    self:open_outer(variable .. "." .. name, parameters)
  end
  local local_name, local_parameters =
    line:match "^local function ([%w_]+)%s*%(([^)]*)"
  if local_name then
    self:open_outer(local_name, local_parameters)
  end
end

function Scanner:code_line(line)
  self.indented = line:find "^%s" ~= nil
  if line:find "^end" then
    self.outer = nil
  end
  self:lua_class(line)
  if not self:core_holder(line) then
    self:function_line(line)
  end
  self.block = nil
end

function Scanner:read_line(line)
  local comment = line:match "^%s*%-%-%-(.*)$"
  if comment and comment:sub(1, 1) ~= "-" then
    self.block = self.block or {}
    table.insert(self.block, {text = comment, line = self.line})
  else
    self:code_line(line)
  end
end

-- The subjects of a source's text, in order.
function M.subjects(text)
  local scanner = setmetatable({subjects = {}, holders = {}, line = 0},
                               Scanner)
  for line in (text .. "\n"):gmatch "(.-)\n" do
    scanner.line = scanner.line + 1
    scanner:read_line(line)
  end
  return scanner.subjects
end

-- The arguments of a call as a list of literals, false for what is none.
local function literals(arguments)
  local list = {}
  for argument in (arguments .. ","):gmatch "%s*(.-)%s*," do
    list[#list + 1] = argument:match '^"(.*)"$' or false
  end
  return list
end

local function line_at(text, position)
  local _, newlines = text:sub(1, position - 1):gsub("\n", "")
  return newlines + 1
end

-- Whether what begins at a position is code of its own: neither within a
-- comment, nor the function's definition, nor the end of a longer name.
local function is_call(text, position)
  local before = text:sub(1, position - 1):match "[^\n]*$"
  return not before:find "%-%-" and not before:find "function%s*$" and
    not before:find "[%w_.]$"
end

-- Calls of the function `name` in a text: {line, arguments = literals}.
function M.calls(text, name)
  local calls = {}
  local plain = name:gsub("%.", "%%.")
  for _, pattern in ipairs {"()" .. plain .. "%s*(%b())",
                            "()" .. plain .. '%s*(%b"")'} do
    for position, arguments in text:gmatch(pattern) do
      if is_call(text, position) then
        calls[#calls + 1] = {
          line = line_at(text, position),
          arguments = literals(arguments:gsub("^%((.*)%)$", "%1")),
        }
      end
    end
  end
  return calls
end

return M
