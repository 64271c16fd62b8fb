-- SPDX-License-Identifier: MIT
-- Docstrings, and what is said of those that are none.

package.path = "tools/?.lua;" .. package.path

local docstrings = require "generate.docstrings"
local problems = require "generate.problems"

local function read(text)
  local block, found = {}, problems.new()
  for line in (text .. "\n"):gmatch "(.-)\n" do
    block[#block + 1] = {text = line, line = 10 + #block}
  end
  return docstrings.read(block, "x.lua", found), found:text()
end

local function good(text)
  local record, wrong = read(text)
  assert.is_nil(wrong)
  return record
end

describe("a docstring", function()
  it("has text: paragraphs, and code on lines of its own", function()
    local record = good [[
Does this
and that.
`run(image,
     cmd)`

More.
  indented]]
    assert.equal("Does this and that.\n  run(image, cmd)\n\nMore.\n" ..
                 "  indented", record.doc)
  end)

  it("has arguments, which may be left out", function()
    local record = good [[
@param image string|moonsail.Image # what
  it is
@param cmd? string|string[]
@param n integer|nil
@param on boolean?]]
    local list = {}
    for i, argument in ipairs(record.arguments) do
      list[i] = {argument.name, argument.type, argument.optional,
                 argument.doc or false}
    end
    assert.same({
      {"image", "string|moonsail.Image", false, "what it is"},
      {"cmd", "string|string[]", true, false},
      {"n", "integer", true, false},
      {"on", "boolean", true, false},
    }, list)
  end)

  it("has options with defaults", function()
    local options = good([[
@option pull "missing"|"never" ="missing" # when
@option fn fun(a: table<string, string>): boolean? # called]]).options
    assert.same({"pull", '"missing"|"never"', '"missing"', "when"},
                {options[1].name, options[1].type, options[1].default,
                 options[1].doc})
    assert.same({"fn", "fun(a: table<string, string>): boolean?"},
                {options[2].name, options[2].type})
  end)

  it("has the operations that it takes, fills and uses", function()
    local record = good [[
@takes A, B
@takes C
@fills id
@uses D]]
    assert.same({{"A", "B", "C"}, {"id"}, {"D"}},
                {record.takes, record.fills, record.uses})
  end)

  it("has what is raised", function()
    assert.same({
      {kind = "not_found", when = "there is none, or no other"},
      {kind = "conflict", when = "it is taken"},
      {kind = "api", when = "it fails"},
    }, good([[
@raises not_found when there is none, or no other, conflict when it
  is taken
@raises api when it fails.]]).raises)
  end)

  it("has what is returned, and since when", function()
    local record = good [[
@return moonsail.Container[] # all
@return string id
@since 1.30]]
    assert.same({{type = "moonsail.Container[]", doc = "all"},
                 {type = "string"}}, record.returns)
    assert.equal("1.30", record.since)
  end)

  it("may be that of a class", function()
    local record = good [[
Lines.
@class moonsail.Lines: moonsail.Text # of output
@field [integer] string # each
@overload fun(): string?]]
    assert.same({"moonsail.Lines", "moonsail.Text"},
                {record.name, record.parents})
    assert.same({"[integer]", "string"},
                {record.fields[1].name, record.fields[1].type})
    assert.same({"fun(): string?"}, record.overloads)
  end)

  it("notes the types that it names, with their places", function()
    local record = good "Does it.\n@return table<string, moonsail.Thing>"
    assert.same({{name = "table", place = "x.lua:11"},
                 {name = "string", place = "x.lua:11"},
                 {name = "moonsail.Thing", place = "x.lua:11"}}, record.types)
  end)
end)

describe("a docstring that is none", function()
  for text, message in pairs {
    ["@parm a string"] = "x.lua:10: unknown tag @parm",
    ["@param a"] = "x.lua:10: @param: expected NAME TYPE # what it is",
    ["Text.\n@option a table<string"] = "x.lua:11: @option: expected '>'",
    ["@return string the name"] =
      "x.lua:10: @return: 'the name' behind the type: begin the text with #",
    ["@raises missing when it is not there"] =
      "x.lua:10: @raises: expected KIND when …, with a kind that there is, " ..
      "got 'missing when it is not there'",
    ["@raises api"] = "x.lua:10: @raises: expected KIND when",
    ["@since 30"] = "x.lua:10: @since: expected a version as 1.30",
    ["@takes"] = "x.lua:10: @takes: expected names",
    ["@takes A\nand more"] =
      "x.lua:11: text behind a tag: indent it to continue the tag",
  } do
    it("is told with its place: " .. text:gsub("\n", " / "), function()
      local _, wrong = read(text)
      assert.matches(message, wrong, 1, true)
    end)
  end
end)
