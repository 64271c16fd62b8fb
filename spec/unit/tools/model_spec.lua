-- SPDX-License-Identifier: MIT
-- The finished model: names, numbers, order, and what must not be.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local model = require "generate.model"
local small = require "small"

local TEXT, INTEGER = {type = "string"}, {type = "integer"}

local function object(properties)
  return {type = "object", properties = properties}
end

local function parameter(name, place, more)
  local made = {name = name, ["in"] = place, type = "string"}
  for key, value in pairs(more or {}) do
    made[key] = value
  end
  return made
end

-- The merged operation whose answer and parameters are given.
local function merged(response, parameters, definitions)
  local operation = small.operation("ThingGet", response, parameters)
  operation.path = "/{b}/things/{a}"
  return (small.operations {
    [25] = {definitions = definitions, operations = {ThingGet = operation}},
  })
end

local PATH = {parameter("a", "path"), parameter("b", "path")}

local function finish(response, definitions)
  return model.finish(merged(response, PATH, definitions), {})
end

local function names_of(finished)
  local names = {}
  for row = 0, #finished.types do
    names[row] = finished.types[row].label
    assert.equal(row, finished.types[row].row)
  end
  return names
end

describe("the types", function()
  it("are numbered by name, anything first", function()
    local finished = finish(object {
      B = {type = "array", items = TEXT}, A = object {X = INTEGER},
    })
    assert.same({
      [0] = "any", "ThingGetResponse", "ThingGetResponse.A",
      "array of string", "integer", "string",
    }, names_of(finished))
  end)

  it("that are made of the same are one", function()
    local list = {type = "array", items = {type = "array", items = TEXT}}
    local finished = finish(object {A = list, B = list, C = TEXT})
    assert.same({
      [0] = "any", "ThingGetResponse", "array of array of string",
      "array of string", "string",
    }, names_of(finished))
    local fields = finished.operations[1].responses[1].type.fields
    assert.equal(finished.row_of(fields[1].type),
                 finished.row_of(fields[2].type))
  end)

  it("that differ in format are not", function()
    assert.equal("array of string (command)", model.type_name {
      kind = "array", format = "command",
      element = {kind = "string", format = "plain"},
    })
    assert.equal("string (base64 json of map of integer)", model.type_name {
      kind = "string", format = "base64_json", element = {
        kind = "map", format = "plain",
        element = {kind = "integer", format = "plain"},
      },
    })
  end)

  it("of one name must be one", function()
    assert.has_error(function()
      finish(object {A = {["$ref"] = "#/definitions/ThingGetResponse"}},
             {ThingGetResponse = {type = "string", enum = {"x"}}})
    end, "two types are called ThingGetResponse")
  end)
end)

describe("the names of fields", function()
  it("are by the rule", function()
    local finished = finish(object {OOMKilled = TEXT})
    assert.equal("oom_killed",
                 finished.operations[1].responses[1].type.fields[1].name)
  end)

  it("must differ", function()
    assert.has_error(function()
      finish(object {NanoCPUs = INTEGER, NanoCpus = INTEGER})
    end, "ThingGetResponse: NanoCPUs and NanoCpus are both called nano_cpus")
  end)

  it("are the same for an alias", function()
    local operations = merged(object {NanoCPUs = INTEGER, NanoCpus = INTEGER},
                              PATH)
    local fields = operations[1].responses[1].type.fields
    fields[1].alias_of = fields[2]
    fields[2].name = "cpus"
    model.finish(operations, {})
    assert.equal("cpus", fields[1].name)
  end)
end)

describe("the options of an operation", function()
  local function wires(parameters)
    local operations = merged(TEXT, parameters)
    model.finish(operations, {})
    local list = {}
    for i, found in ipairs(operations[1].parameters) do
      list[i] = found.wire
    end
    return list
  end

  it("come in the order of the path, by name, the body last", function()
    assert.same({"b", "a", "aB", "x-b", "z", "body"}, wires {
      parameter("z", "query"), PATH[1],
      {name = "body", ["in"] = "body", schema = object {Q = TEXT}},
      parameter("x-b", "header"), PATH[2], parameter("aB", "query"),
    })
  end)

  local function refused(message, parameters)
    assert.has_error(function()
      wires(parameters)
    end, message)
  end

  it("must differ among parameters", function()
    refused("ThingGet: two options a_b", {
      PATH[1], PATH[2], parameter("aB", "query"), parameter("a-b", "header"),
    })
  end)

  it("must differ between parameters and the body", function()
    refused("ThingGet: two options a", {
      PATH[1], PATH[2],
      {name = "body", ["in"] = "body", schema = object {A = TEXT}},
    })
  end)

  it("that are lists must be repeated", function()
    refused("ThingGet(c): a list that is not repeated, or the reverse", {
      PATH[1], PATH[2],
      parameter("c", "query", {type = "array", items = TEXT}),
    })
  end)
end)

describe("operations", function()
  it("must come in the order of their names as well", function()
    local operations = small.operations {[25] = {operations = {
      AB = small.operation("AB", TEXT), Aa = small.operation("Aa", TEXT),
    }}}
    operations[1].name = "z"
    assert.has_error(function()
      model.finish(operations, {})
    end, "operations are not in the order of their names: aa")
  end)
end)

describe("kept types", function()
  it("are there although no operation needs them", function()
    local kept = {kind = "object", format = "plain", name = "Kept",
                  fields = {}}
    local finished = model.finish(merged(TEXT, PATH), {kept})
    assert.equal("Kept", finished.types[1].label)
  end)
end)
