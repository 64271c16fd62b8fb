-- SPDX-License-Identifier: MIT
-- All that the Lua sources say of themselves: the records of their docstrings
-- (see docstrings.lua), each with
--
--   name, place    of the method or function
--   class          "container", a class of the core, or "moonsail.Logs", one
--                  of Lua's own; the module itself is "moonsail"
--   everywhere     all classes of the core have it
--   undocumented   it has no docstring; nothing more is known
--
-- A function that adds methods to a class that is a parameter of it makes
-- them for each class that it is called for.

local docstrings = require "generate.docstrings"
local source = require "generate.source"

local M = {}

local Survey = {}
Survey.__index = Survey

-- ── reading ────────────────────────────────────────────────────────────────

local function read_file(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

-- The generated files say nothing of themselves.
local GENERATED = {["manual.lua"] = true, ["types.lua"] = true}

-- The sources in a folder: {file, text, subjects}, in the order of names.
function M.sources(folder, shown)
  local sources = {}
  local listing = io.popen(("ls '%s'"):format(folder))
  for name in listing:lines() do
    if name:find "%.lua$" and not GENERATED[name] then
      local text = read_file(folder .. "/" .. name)
      sources[#sources + 1] = {file = shown .. "/" .. name, text = text,
                               subjects = source.subjects(text)}
    end
  end
  listing:close()
  return sources
end

-- ── records ────────────────────────────────────────────────────────────────

local function place(from, line)
  return ("%s:%d"):format(from.file, line)
end

function Survey:add(from, subject, class, block)
  local record = docstrings.read(block or subject.block, from.file,
                                 self.problems)
  record.class, record.name = class, subject.name
  record.place = place(from, subject.line)
  table.insert(self.records, record)
  return record
end

-- The names behind the tag @classes in a block, or nil.
local function named_classes(block)
  for _, line in ipairs(block) do
    local names = line.text:match "^@classes%s+(.*)$"
    if names then
      return names
    end
  end
end

function Survey:add_named(from, subject, names)
  local everywhere = names:find "*" ~= nil
  if everywhere then
    names = table.concat(self.classes, " ")
  end
  for class in names:gmatch "[%w_]+" do
    self:add(from, subject, class).everywhere = everywhere
  end
end

-- ── functions that add methods ─────────────────────────────────────────────

local function position_of(list, name)
  for i, element in ipairs(list) do
    if element == name then
      return i
    end
  end
end

-- What "$operation" and "$Operation" in a text stand for.
local function substitute(text, values)
  return (text:gsub("%$([%a_][%w_]*)", function(name)
    local value = values[name]
    local small = values[name:sub(1, 1):lower() .. name:sub(2)]
    return value or small and small:sub(1, 1):upper() .. small:sub(2)
  end))
end

local function filled_block(subject, arguments)
  local values, block = {}, {}
  for i, name in ipairs(subject.outer.parameters) do
    values[name] = arguments[i] or nil
  end
  for i, line in ipairs(subject.block) do
    block[i] = {text = substitute(line.text, values), line = line.line}
  end
  return block
end

-- Where the function is called: in all sources, or its own if it is local.
function Survey:calls(from, outer)
  local found = {}
  for _, other in ipairs(self.sources) do
    if other == from or outer.name:find(".", 1, true) then
      for _, call in ipairs(source.calls(other.text, outer.name)) do
        call.place = place(other, call.line)
        found[#found + 1] = call
      end
    end
  end
  return found
end

function Survey:add_for_calls(from, subject)
  local outer = subject.outer
  local at = outer and position_of(outer.parameters, subject.holder.parameter)
  local calls = at and self:calls(from, outer) or {}
  if #calls == 0 then
    self.problems:add(place(from, subject.line), "which classes is %s " ..
      "for? Nobody calls %s; name them with @classes", subject.name,
      outer and outer.name or "it")
  end
  for _, call in ipairs(calls) do
    local class = call.arguments[at]
    if class then
      self:add(from, subject, class, filled_block(subject, call.arguments))
    else
      self.problems:add(call.place, "which class is %s called for? Write " ..
        "its name here, or name all with @classes", outer.name)
    end
  end
end

-- ── subjects ───────────────────────────────────────────────────────────────

local on = {}

function on.method(self, from, subject)
  local holder = subject.holder
  local class = holder.class or holder.lua_class
  if subject.block == nil then
    table.insert(self.records, {class = class, name = subject.name,
                                undocumented = true,
                                place = place(from, subject.line)})
    return
  end
  local names = named_classes(subject.block)
  if names then
    self:add_named(from, subject, names)
  elseif class then
    self:add(from, subject, class)
  else
    self:add_for_calls(from, subject)
  end
end

-- What is no method is nobody's but ours.
on["function"] = function() end

function on.class(self, from, subject)
  local record = docstrings.read(subject.block, from.file, self.problems)
  record.place = place(from, subject.line)
  self.lua_classes[record.name] = record
end

-- Reads sources (see M.sources). `classes` lists the names of all classes of
-- the core. Returns the records of methods and functions, and those of the
-- classes of Lua's own by name.
function M.read(sources, classes, problems)
  local survey = setmetatable({sources = sources, classes = classes,
                               problems = problems, records = {},
                               lua_classes = {}}, Survey)
  for _, from in ipairs(sources) do
    for _, subject in ipairs(from.subjects) do
      on[subject.kind](survey, from, subject)
    end
  end
  return survey.records, survey.lua_classes
end

return M
