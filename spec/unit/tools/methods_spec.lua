-- SPDX-License-Identifier: MIT
-- The rows of tools/methods.lua against the model.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local methods = require "generate.methods"
local model = require "generate.model"
local small = require "small"

local finished

local function row(more)
  local made = {class = "thing", name = "get", operation = "Get",
                doc = "Gets it."}
  for key, value in pairs(more or {}) do
    made[key] = value or nil
  end
  return made
end

local function finish(...)
  methods.finish(finished, {methods = {...}, attributes = {}})
  return finished.methods
end

local function refused(message, ...)
  local rows = {...}
  assert.has_error(function()
    finish(table.unpack(rows))
  end, message)
end

describe("a method", function()
  before_each(function()
    local operations = small.operations {[25] = {operations = {
      Get = small.operation("Get", {type = "string"}, {
        {name = "id", ["in"] = "query", type = "string"},
        {name = "body", ["in"] = "body", schema = {
          type = "object", properties = {Deep = {type = "string"}},
        }},
      }),
    }}}
    finished = model.finish(operations, {})
  end)

  it("is completed", function()
    local made = finish(row())[1]
    assert.same({"", "", "value", "", false},
                {made.target, made.positional, made.result,
                 made.result_class, made.unlimited})
    assert.equal("Get", made.operation.id)
  end)

  it("takes options of the body as well", function()
    finish(row {target = "id", positional = "deep"})
  end)

  it("comes by class, then by name", function()
    local made = finish(row {name = "b"}, row {class = "a", name = "z"},
                        row {name = "a"})
    assert.same({"z", "a", "b"}, {made[1].name, made[2].name, made[3].name})
  end)

  it("must be an operation", function()
    refused("method thing:get: no operation Gte", row {operation = "Gte"})
  end)

  it("must name options", function()
    refused("method thing:get: Get has no option name",
            row {positional = "id name"})
    refused("method thing:get: Get has no option ID", row {target = "ID"})
  end)

  it("must have a doc", function()
    refused("method thing:get: no doc", row {doc = false})
  end)

  it("must make something that there is", function()
    refused("method thing:get: not a result: thing", row {result = "thing"})
    refused("method thing:get: not a result: list", row {result = "list"})
    refused("method thing:get: not a result: value",
            row {result_class = "thing"})
  end)

  it("must be there once", function()
    refused("method thing:get: is there twice", row(), row())
  end)

  it("has no key that is not known", function()
    refused("method thing:get: unknown keyword 'positonal'",
            row {positonal = "id"})
  end)
end)
