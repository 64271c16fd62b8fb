-- SPDX-License-Identifier: MIT
-- All documentation in one.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local shelf = require "shelf"

local GET = {class = "things", name = "get", operation = "ThingInspect",
             positional = "id", result = "object", result_class = "thing",
             doc = "The thing."}
local LOOK = {class = "thing", name = "look", operation = "ThingInspect",
              target = "id", doc = "Looks."}

local function source(text)
  return {["x.lua"] = 'local methods = core.methods("thing")\n' ..
    'local all = core.methods("things")\n' .. text}
end

describe("a method that is a row", function()
  it("has its arguments, types, and what is said of them", function()
    local book, wrong = shelf.book {methods = {GET}}
    assert.is_nil(wrong)
    local method = shelf.method(book, "things", "get")
    assert.same({{name = "id", type = "string", doc = "its id",
                  optional = false}}, method.arguments)
    assert.same({{type = "moonsail.Thing"}}, method.returns)
    assert.same({{"ThingInspect"}, {"ThingInspect"}, {}},
                {method.takes, method.uses, method.fills})
    assert.same({{kind = "not_found", when = "there is no such thing"}},
                method.raises)
  end)

  it("tells what its operation answers, and what the object fills", function()
    local method = shelf.method(shelf.book {methods = {LOOK}}, "thing",
                                "look")
    assert.same({"id"}, method.fills)
    assert.same({{type = "moonsail.api.ThingInspectResponse"}},
                method.returns)
  end)
end)

describe("an attribute", function()
  local rows = {
    {class = "thing", name = "id", paths = "id"},
    {class = "thing", name = "parts", paths = "no.such parts"},
    {class = "thing", name = "kind", paths = "kind"},
  }
  local docs = {id = "Its id.", parts = "Its parts.",
                ["thing.kind"] = "Its kind."}

  it("has its type by the class's operation, and a doc by name", function()
    local book, wrong = shelf.book {attributes = rows, attribute_docs = docs}
    assert.is_nil(wrong)
    local function result(name)
      local method = shelf.method(book, "thing", name)
      return {method.returns[1].type, method.doc}
    end
    assert.same({"string", "Its id."}, result "id")
    assert.same({"moonsail.api.ThingInspectResponse.Parts[]", "Its parts."},
                result "parts")
    assert.same({"moonsail.api.ThingInspectResponse.Kind|nil", "Its kind."},
                result "kind")
  end)

  it("must be somewhere, and have a doc that is used", function()
    local _, wrong = shelf.book {
      attributes = {{class = "thing", name = "x", paths = "x"}},
      attribute_docs = {y = "Its y."}}
    assert.matches("thing:x: no type has a field at x", wrong, 1, true)
    assert.matches("thing:x: no doc among attribute_docs", wrong, 1, true)
    assert.matches("attribute_docs: no attribute y", wrong, 1, true)
  end)
end)

describe("a method of Lua's", function()
  it("is not in the rows as well", function()
    local _, wrong = shelf.book {methods = {LOOK}, sources = source [[
---Looks twice.
---@takes ThingInspect
---@return self
function methods:look() end]]}
    assert.matches("look is there already, by tools/methods.lua: thing:look",
                   wrong, 1, true)
  end)

  it("is completed by its operations", function()
    local method = shelf.method(shelf.book {sources = source [[
---Makes one.
---@param name string
---@takes ThingCreate
---@uses ThingInspect
---@return moonsail.Thing
function all:create() end]]}, "things", "create")
    assert.equal("its name", method.arguments[1].doc)
    assert.same({"ThingCreate", "ThingInspect"}, method.uses)
    assert.same({"conflict", "not_found"},
                {method.raises[1].kind, method.raises[2].kind})
    assert.is_true(method.has_options)
  end)

  it("fills the object's place in paths by itself", function()
    local book = shelf.book {sources = source [[
---Looks.
---@takes ThingInspect
---@fills size
---@return moonsail.answer.ThingInspect
function methods:look() end]]}
    local method = shelf.method(book, "thing", "look")
    assert.same({"size", "id"}, method.fills)
    assert.equal("moonsail.api.ThingInspectResponse", method.returns[1].type)
  end)

  it("may take what another one takes", function()
    local book = shelf.book {sources = source [[
---Makes one.
---@option soft boolean
---@takes ThingCreate
function all:create() end
---Makes two.
---@option hard boolean
---@takes things:create
function all:twice() end]]}
    local method = shelf.method(book, "things", "twice")
    assert.same({"ThingCreate"}, method.takes)
    assert.same({"hard", "soft"},
                {method.options[1].name, method.options[2].name})
  end)

  for text, message in pairs {
    ["---@takes No"] = "x.lua:5: no operation No",
    ["---@takes ThingCreate\n---@fills no"] = "@fills: no option no",
    ["---@return moonsail.No"] = "x.lua:4: no type moonsail.No",
    ["---@return moonsail.api.No"] = "x.lua:4: no type moonsail.api.No",
    ["---@param a moonsail.answer.No"] = "no type moonsail.answer.No",
  } do
    it("is refused with " .. text:gsub("\n.*", ""), function()
      local _, wrong = shelf.book {
        sources = source("---Goes.\n" .. text ..
                         "\nfunction methods:go() end")}
      assert.matches(message, wrong, 1, true)
    end)
  end

  it("must have a docstring", function()
    local _, wrong = shelf.book {sources = source "function methods:go() end"}
    assert.equal("x.lua:3: method go has no docstring", wrong)
  end)

  it("is of a class that there is", function()
    local _, wrong = shelf.book {sources = {["y.lua"] = [[
local m = core.methods("other")
---Goes.
function m:go() end]]}}
    assert.equal("y.lua:3: go is of no class", wrong)
  end)
end)

describe("own rows", function()
  it("are docstrings, and may be those of every object", function()
    local book, wrong = shelf.book {methods = {GET}, own = {
      {class = "*", name = "attrs", doc = "All.\n@return $attrs"},
      {class = "things", name = "close", doc = "Closes."},
    }}
    assert.is_nil(wrong)
    assert.equal("moonsail.api.ThingInspectResponse",
                 shelf.method(book, "thing", "attrs").returns[1].type)
    assert.equal("Closes.", shelf.method(book, "things", "close").doc)
    assert.is_nil(shelf.method(book, "things", "attrs"))
  end)
end)

describe("classes of Lua's own", function()
  local LINES = [[
---Lines.
---@class moonsail.Lines
---@field parts moonsail.Part[]
local lines = {}
---Goes.
function lines:go() end

---@class moonsail.Part

---@class moonsail.Hidden
local hidden = {}
function hidden:go() end
]]

  local function names(book)
    local list = {}
    for i, class in ipairs(book.class_list) do
      list[i] = class.name
    end
    return table.concat(list, " ")
  end

  it("are public when something public leads to them", function()
    local book, wrong = shelf.book {sources = source(LINES .. [[
---Its lines.
---@return moonsail.Lines
function methods:lines() end]])}
    assert.is_nil(wrong)
    assert.equal("things thing moonsail.Lines moonsail.Part", names(book))
  end)

  it("are nobody's business otherwise", function()
    local book, wrong = shelf.book {sources = source(LINES)}
    assert.is_nil(wrong)
    assert.equal("things thing", names(book))
  end)
end)

describe("what is said of options", function()
  it("must be of one, and of every parameter", function()
    local _, wrong = shelf.book {docs = {["*.id"] = "x", ["No.x"] = "x",
                                         ["*.name"] = "x"}}
    assert.matches("option_docs.lua: no option No.x", wrong, 1, true)
    assert.matches("option_docs.lua: nothing about ThingInspect.size", wrong,
                   1, true)
  end)
end)
