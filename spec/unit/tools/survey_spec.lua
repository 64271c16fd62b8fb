-- SPDX-License-Identifier: MIT
-- All that sources say of themselves.

package.path = "tools/?.lua;" .. package.path

local problems = require "generate.problems"
local source = require "generate.source"
local survey = require "generate.survey"

-- The records in sources by "class:name", the classes, and what is wrong.
local function read(texts)
  local sources, found = {}, problems.new()
  for i, text in ipairs(texts) do
    sources[i] = {file = ("f%d.lua"):format(i), text = text,
                  subjects = source.subjects(text)}
  end
  local records, classes = survey.read(sources, {"thing", "things"}, found)
  local by_name = {}
  for _, record in ipairs(records) do
    by_name[tostring(record.class) .. ":" .. record.name] = record
  end
  return by_name, classes, found:text()
end

local FACTORY = [[
function object.add(class, operation)
  local methods = core.methods(class)
  ---Does it to a $class.
  ---@takes $operation
  ---@return moonsail.$Class
  function methods:go() end
end
]]

describe("a survey", function()
  it("has methods with their places", function()
    local records = read {"local m = core.methods('x')\n", [[
local m = core.methods("thing")
---Goes.
function m:go() end]]}
    assert.same({"Goes.", "f2.lua:3"}, {records["thing:go"].doc,
                                        records["thing:go"].place})
  end)

  it("has what functions add to each class that they are called for",
     function()
    local records, _, wrong = read {
      FACTORY, 'object.add("thing", "Get")', 'object.add("things", "List")'}
    assert.is_nil(wrong)
    assert.same({"Does it to a thing.", {"Get"}, "moonsail.Thing"},
                {records["thing:go"].doc, records["thing:go"].takes,
                 records["thing:go"].returns[1].type})
    assert.same({"List"}, records["things:go"].takes)
  end)

  it("looks for the calls of local functions in their own file", function()
    local text = FACTORY:gsub("function object.add", "local function add")
    local records, _, wrong = read {text .. 'add("thing", "Get")\n',
                                    'add("things", "List")\n'}
    assert.is_nil(wrong)
    assert.truthy(records["thing:go"])
    assert.is_nil(records["things:go"])
  end)

  it("wants to know for which classes they are called", function()
    local _, _, wrong = read {FACTORY, "object.add(class, operation)"}
    assert.matches("f2.lua:1: which class is object.add called for?", wrong,
                   1, true)
    _, _, wrong = read {FACTORY}
    assert.matches("f1.lua:6: which classes is go for? Nobody calls " ..
                   "object.add", wrong, 1, true)
  end)

  it("may be told so", function()
    local text = [[
for _, class in ipairs(all) do
  local methods = core.methods(class)
  ---Goes.
  ---@classes %s
  function methods:go() end
end]]
    local records, _, wrong = read {text:format "thing"}
    assert.is_nil(wrong)
    assert.truthy(records["thing:go"])
    assert.is_nil(records["things:go"])
    records = read {text:format "*"}
    assert.truthy(records["thing:go"] and records["things:go"])
  end)

  it("notes methods without a docstring", function()
    local records = read {
      "local m = core.methods('x')\n" ..
      'local n = core.methods("thing")\nfunction n:go() end\n'}
    assert.is_true(records["thing:go"].undocumented)
  end)

  it("has classes of Lua's own", function()
    local records, classes = read {[[
---Lines.
---@class moonsail.Lines
---@field count integer # of them
local methods = {}
---Goes.
function methods:go() end]]}
    assert.equal("Lines.", classes["moonsail.Lines"].doc)
    assert.equal("Goes.", records["moonsail.Lines:go"].doc)
  end)
end)
