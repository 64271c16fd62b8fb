-- SPDX-License-Identifier: MIT
-- What help knows, written as a table.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local luals = require "generate.luals"
local manual = require "generate.manual"
local shelf = require "shelf"

local SOURCE = [[
local all = core.methods("things")
---Makes "one".
---
---And more.
---@param name string
---@param more? table<string, string>
---@option soft boolean =false # gently
---@takes ThingCreate
---@fills kind shape
---@uses ThingInspect
---@raises conflict when there is one
---@return moonsail.Thing # which is new
---@since 1.30
function all:create() end
]]

local function written()
  local book = shelf.book {sources = {["x.lua"] = SOURCE}}
  luals.text(book)
  return assert(load(manual.text(book)))()
end

describe("the manual", function()
  it("has classes", function()
    local things = written().things
    assert.same({"All things. And more.", "collection", "thing"},
                {things.doc, things.kind, things.object})
  end)

  it("has all of a method, and nothing that is empty", function()
    assert.same({
      doc = "Makes \"one\".\n\nAnd more.",
      arguments = {
        {name = "name", type = "string", doc = "its name"},
        {name = "more", type = "table<string, string>", optional = true},
      },
      options = {{name = "soft", type = "boolean", default = "false",
                  doc = "gently", optional = true}},
      takes = {"ThingCreate"}, fills = "kind shape",
      uses = {"ThingCreate", "ThingInspect"},
      returns = {{type = "moonsail.Thing", doc = "which is new"}},
      raises = {{kind = "conflict", when = "there is one"}},
      since = "1.30",
    }, written().things.methods.create)
  end)

  it("has what is said of options, and of what is in them", function()
    local made = written()
    assert.same({size = {doc = "with its size", default = "false"},
                 id = {doc = "its id"}}, made.options.ThingInspect)
    assert.same({name = {doc = "its name"}, kind = {default = '"round"'}},
                made.options.ThingCreate)
    assert.same({["ThingCreateRequest.Shape"] = {sides = {doc = "how many"}}},
                made.fields)
  end)

  it("writes names that are words of Lua in brackets", function()
    assert.same({'["end"]', "name", '["a-b"]'},
                {manual.key_text "end", manual.key_text "name",
                 manual.key_text "a-b"})
  end)
end)
