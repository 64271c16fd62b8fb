-- SPDX-License-Identifier: MIT
-- What is said of options, and what is meant without them.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local option_docs = require "generate.option_docs"
local shelf = require "shelf"

local function docs_of(docs)
  local book = shelf.book {}
  return option_docs.new(docs, book.model), book.operations
end

describe("what is said of an option", function()
  it("is its own row, else the body's, else that of the name", function()
    local docs, operations = docs_of {
      ["ThingCreate.name"] = "own", ["*.name"] = "any",
      ["ThingCreateRequest.kind"] = "body", ["*.kind"] = "any",
      ["*.shape"] = "any",
    }
    local create = operations.ThingCreate
    assert.same({"own", "body", "any"},
                {docs:of_option(create, "name"),
                 docs:of_option(create, "kind"),
                 docs:of_option(create, "shape")})
  end)

  it("may be of a nested field", function()
    local docs, operations = docs_of {
      ["ThingCreateRequest.Shape.sides"] = "how many"}
    local body = operations.ThingCreate.parameters[2].type
    local shape = body.fields[2].type
    assert.equal("how many", docs:of_field(shape, "sides"))
  end)

  it("is stale when there is no such option", function()
    local docs = docs_of {["ThingCreate.x"] = "x", ["No.name"] = "x",
                          ["*.name"] = "x", ["ThingCreate.kind"] = "x"}
    assert.same({"No.name", "ThingCreate.x"}, docs:stale())
  end)

  it("is missing of parameters that have none, not of bodies", function()
    local docs = docs_of {["*.id"] = "x"}
    assert.same({"ThingCreate.name", "ThingInspect.size"}, docs:missing())
  end)
end)

describe("a default", function()
  local function default(value, format)
    return option_docs.default {default = value,
                                type = {format = format or "plain"}}
  end

  it("is written as Lua writes it", function()
    assert.same({"false", "10", '"all"', "0.5"},
                {default(false), default(10.0), default "all", default(0.5)})
  end)

  it("is none when it says nothing", function()
    assert.is_nil(default "")
    assert.is_nil(default {})
    assert.is_nil(default(nil))
    assert.is_nil(default(0, "time"))
  end)
end)
