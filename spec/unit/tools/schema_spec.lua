-- SPDX-License-Identifier: MIT
-- What schemas mean, and which are refused.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local schema = require "generate.schema"
local small = require "small"

local TEXT = {type = "string"}

local function node(yaml, definitions)
  local documents = small.documents {[25] = {definitions = definitions}}
  return schema.node(documents[25], yaml, "Place")
end

local function refused(message, yaml, definitions)
  assert.has_error(function()
    node(yaml, definitions)
  end, message)
end

describe("a schema", function()
  it("of a scalar is that scalar, whatever its format", function()
    for _, kind in ipairs {"boolean", "integer", "number", "string"} do
      assert.equal(kind, node({type = kind, format = "int64"}).kind)
    end
  end)

  it("of binary text is bytes", function()
    assert.equal("bytes", node({type = "string", format = "binary"}).kind)
  end)

  it("of nothing is anything", function()
    assert.equal("any", node({}).kind)
  end)

  it("of an array of arrays keeps both", function()
    local made = node {type = "array",
                       items = {type = "array", items = TEXT}}
    assert.equal("array", made.kind)
    assert.equal("array", made.element.kind)
    assert.equal("string", made.element.element.kind)
  end)

  it("with free keys is a map, with or without its type", function()
    for _, kind in ipairs {"object", false} do
      local made = node {type = kind or nil, additionalProperties = TEXT}
      assert.equal("map", made.kind)
      assert.equal("string", made.element.kind)
    end
  end)

  it("with properties is an object, with or without its type", function()
    for _, kind in ipairs {"object", false} do
      local made = node {type = kind or nil, properties = {A = TEXT},
                         required = {"A"}}
      assert.equal("object", made.kind)
      assert.is_true(made.fields.A.required)
      assert.equal("string", made.fields.A.node.kind)
    end
  end)

  it("of an object of which nothing is said is a map of anything", function()
    local made = node {type = "object"}
    assert.equal("map", made.kind)
    assert.equal("any", made.element.kind)
    assert.is_true(made.opaque)
  end)

  it("with values keeps them, with or without its type", function()
    assert.same({"a", "b"}, node({type = "string", enum = {"a", "b"}}).values)
    assert.same({"a"}, node({enum = {"a"}}).values)
  end)
end)

describe("a reference", function()
  local definitions = {Thing = {type = "object", properties = {A = TEXT}}}

  it("is the definition, by its name", function()
    local made = node({["$ref"] = "#/definitions/Thing"}, definitions)
    assert.equal("Thing", made.name)
    assert.is_nil(made.nullable)
  end)

  it("may allow null at one place alone", function()
    local documents = small.documents {[25] = {definitions = definitions}}
    local ref = {["$ref"] = "#/definitions/Thing", ["x-nullable"] = true}
    assert.is_true(schema.node(documents[25], ref, "A").nullable)
    ref["x-nullable"] = nil
    assert.is_nil(schema.node(documents[25], ref, "B").nullable)
  end)

  it("to nothing is refused", function()
    refused("v1.25 Place: no definition Nothing",
            {["$ref"] = "#/definitions/Nothing"})
  end)

  it("to elsewhere is refused", function()
    refused("Place: unknown reference other.yaml#/Thing",
            {["$ref"] = "other.yaml#/Thing"})
  end)

  it("to what holds itself is refused", function()
    refused("v1.25 Thing.Self: definition Thing holds itself",
            {["$ref"] = "#/definitions/Thing"},
            {Thing = {properties = {
              Self = {["$ref"] = "#/definitions/Thing"},
            }}})
  end)
end)

describe("allOf", function()
  local definitions = {
    Base = {type = "object", properties = {A = TEXT}},
    More = {type = "object", allOf = {
      {["$ref"] = "#/definitions/Base"},
      {type = "object", properties = {B = {type = "integer"}}},
    }},
    Named = {type = "object", allOf = {{["$ref"] = "#/definitions/Base"}}},
  }

  it("has the fields of all its parts", function()
    local made = node({["$ref"] = "#/definitions/More"}, definitions)
    assert.equal("string", made.fields.A.node.kind)
    assert.equal("integer", made.fields.B.node.kind)
  end)

  it("of one part that says something is that part", function()
    local made = node({allOf = {{["$ref"] = "#/definitions/Base"},
                                {type = "object"}}}, definitions)
    assert.equal("Base", made.name)
  end)

  it("of one part keeps the name of a definition of its own", function()
    local made = node({["$ref"] = "#/definitions/Named"}, definitions)
    assert.equal("Named", made.name)
    assert.equal("string", made.fields.A.node.kind)
  end)

  it("beside properties has both", function()
    local made = node({allOf = {{["$ref"] = "#/definitions/Base"}},
                       properties = {C = TEXT}}, definitions)
    assert.truthy(made.fields.A and made.fields.C)
  end)

  it("of what are no objects is refused", function()
    refused("v1.25 Place: allOf of something not objects",
            {allOf = {{["$ref"] = "#/definitions/Base"},
                      {["$ref"] = "#/definitions/Text"}}},
            {Base = definitions.Base, Text = TEXT})
  end)
end)

describe("what is not understood is refused:", function()
  it("an unknown keyword", function()
    refused("v1.25 Place: unknown keyword 'oneOf'", {oneOf = {TEXT}})
  end)

  it("an unknown keyword deep inside", function()
    refused("v1.25 Place.A[].B{}: unknown keyword 'not'", {properties = {
      A = {type = "array", items = {properties = {
        B = {additionalProperties = {["not"] = TEXT}},
      }}},
    }})
  end)

  it("a keyword that changes what is referred to", function()
    refused("v1.25 Place: unknown keyword 'required'",
            {["$ref"] = "#/definitions/Thing", required = {"A"}},
            {Thing = {properties = {A = TEXT}}})
  end)

  it("an unknown type", function()
    refused("v1.25 Place: unknown type 'file'", {type = "file"})
  end)

  it("an array of nothing", function()
    refused("v1.25 Place: an array without items", {type = "array"})
  end)

  it("fields and free keys in one", function()
    refused("v1.25 Place: fields and free keys in one",
            {allOf = {{properties = {A = TEXT},
                       additionalProperties = TEXT}}})
  end)

  it("a type of the engine's own sources", function()
    refused("v1.25 Place: unknown type 'nil'",
            {["x-go-type"] = {type = "Summary"}})
  end)

  it("a property that is no schema", function()
    refused("v1.25 Place: property A is no schema", {properties = {A = "x"}})
  end)

  it("a value that is no text", function()
    refused("v1.25 Place: a value that is no string: 1",
            {type = "string", enum = {1}})
  end)
end)
