-- SPDX-License-Identifier: MIT
-- Overrides that mend a definition before it is understood.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local mend = require "generate.mend"
local schema = require "generate.schema"
local small = require "small"

local function documents(row)
  row.reason = "a test"
  return small.documents({[25] = {
    definitions = {
      Thing = {type = "object", properties = {A = {type = "string"}}},
      User = {type = "object",
              properties = {T = {["$ref"] = "#/definitions/Thing"}}},
    },
    operations = {
      ThingGet = {parameters = {{name = "x", ["in"] = "query"}},
                  responses = {[200] = {schema = {type = "string"}}}},
    },
  }}, {row})
end

local function refused(message, row)
  assert.has_error(function()
    documents(row)
  end, message)
end

describe("a mend", function()
  it("changes its versions alone", function()
    local made = documents {mend = "Thing/properties/A", versions = "30-32",
                            set = {type = "integer"}}
    for version, kind in pairs {[29] = "string", [30] = "integer",
                                [32] = "integer", [33] = "string"} do
      assert.equal(kind, made[version].definitions.Thing.properties.A.type)
    end
  end)

  it("takes a keyword away with false", function()
    local made = documents {mend = "Thing/properties/A", versions = "25",
                            set = {type = false}}
    assert.is_nil(made[25].definitions.Thing.properties.A.type)
  end)

  it("finds parameters by their name and answers by their status", function()
    local made = documents {mend = "operation ThingGet/parameters/x",
                            versions = "25", set = {name = "y"}}
    assert.equal("y", made[25].operations.ThingGet.parameters[1].name)
    made = documents {mend = "operation ThingGet/responses/200/schema",
                      versions = "25", set = {type = "integer"}}
    assert.equal("integer",
                 made[25].operations.ThingGet.responses[200].schema.type)
  end)

  it("that finds nothing is an error", function()
    refused("v1.30: override 'Thing/properties/B' finds nothing at B",
            {mend = "Thing/properties/B", versions = "30-31",
             set = {type = "string"}})
    refused("v1.55: override 'operation Other' finds nothing at Other",
            {mend = "operation Other", versions = "55", set = {a = 1}})
  end)

  it("that changes nothing is an error", function()
    refused("v1.30: override 'Thing/properties/A' changes nothing",
            {mend = "Thing/properties/A", versions = "30",
             set = {type = "string"}})
  end)

  it("compares what it sets as a whole", function()
    refused("v1.30: override 'User/properties' changes nothing",
            {mend = "User/properties", versions = "30",
             set = {T = {["$ref"] = "#/definitions/Thing"}}})
  end)
end)

describe("a rename", function()
  it("is followed by references", function()
    local made = documents {rename = "Thing", to = "Object", versions = "25"}
    local node = schema.node(made[25], {["$ref"] = "#/definitions/User"}, "P")
    assert.equal("Object", node.fields.T.node.name)
    assert.is_nil(made[25].definitions.Thing)
    assert.truthy(made[26].definitions.Thing)
  end)

  it("of nothing is an error", function()
    refused("v1.25: override 'Nothing' does not apply",
            {rename = "Nothing", to = "Object", versions = "25"})
  end)

  it("to what is there already is an error", function()
    refused("v1.25: override 'Thing' does not apply",
            {rename = "Thing", to = "User", versions = "25"})
  end)
end)

describe("a row", function()
  local function incomplete(row)
    assert.has_error(function()
      mend.apply({version = 25, definitions = {Thing = {}}}, {row})
    end)
  end

  it("needs a reason", function()
    incomplete {mend = "Thing", versions = "25", set = {type = "string"}}
  end)

  it("needs versions", function()
    incomplete {mend = "Thing", set = {type = "string"}, reason = "x"}
    incomplete {mend = "Thing", versions = "new", set = {type = "string"},
                reason = "x"}
  end)

  it("needs something to do", function()
    incomplete {mend = "Thing", versions = "25", reason = "x"}
  end)

  it("has no key that is not known", function()
    incomplete {mend = "Thing", versions = "25", set = {type = "string"},
                reason = "x", resaon = "y"}
  end)
end)
