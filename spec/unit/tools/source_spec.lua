-- SPDX-License-Identifier: MIT
-- What stands in a source and has a docstring.

package.path = "tools/?.lua;" .. package.path

local source = require "generate.source"

local function subjects(text)
  local list = {}
  for _, subject in ipairs(source.subjects(text)) do
    list[#list + 1] = subject
  end
  return list
end

local function only(text, kind)
  local found = {}
  for _, subject in ipairs(subjects(text)) do
    if subject.kind == kind then
      found[#found + 1] = subject
    end
  end
  assert.equal(1, #found)
  return found[1]
end

describe("a source", function()
  it("has methods of classes of the core", function()
    local made = only([[
local methods = core.methods("thing")

---Does it.
---@return string
function methods:go(a, ...)
end
]], "method")
    assert.same({"go", "thing", 5}, {made.name, made.holder.class, made.line})
    assert.same({{text = "Does it.", line = 3},
                 {text = "@return string", line = 4}}, made.block)
  end)

  it("may call it as it likes", function()
    for _, call in ipairs {'core.methods "thing"', 'core.methods("thing")',
                           'core.methods( "thing" )'} do
      local made = only("local m = " .. call .. "\nfunction m:go() end\n",
                        "method")
      assert.equal("thing", made.holder.class)
      assert.is_nil(made.block)
    end
  end)

  it("has methods of classes of its own, and no metamethods", function()
    local made = only([[
---Lines.
---@class moonsail.Lines
local methods = {}
function methods.__index() end
---Goes on.
function methods:go() end
]], "method")
    assert.same({"go", "moonsail.Lines"}, {made.name, made.holder.lua_class})
  end)

  it("has functions that add methods to the class that they are told",
     function()
    local made = only([[
function object.add(class, operation)
  local methods = core.methods(class)
  ---Does it.
  function methods:go()
  end
end
function methods:no() end
]], "method")
    assert.same({"go", "class", "object.add"},
                {made.name, made.holder.parameter, made.outer.name})
    assert.same({"class", "operation"}, made.outer.parameters)
  end)

  it("loses a docstring that something stands below", function()
    local made = only([[
local methods = core.methods("thing")
---Of nothing.

---------------------------------------------------------------------
function methods:go() end
]], "method")
    assert.is_nil(made.block)
  end)

  it("has calls with literals, in one line or more", function()
    local calls = source.calls([[
object.add("a", "B")
-- object.add("no")
function object.add(class) end
my.object.add("no")
object.add(
  "c", what)
object.add "d"
]], "object.add")
    assert.same({
      {line = 1, arguments = {"a", "B"}}, {line = 5, arguments = {"c", false}},
      {line = 7, arguments = {"d"}},
    }, calls)
  end)
end)
