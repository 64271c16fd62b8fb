-- SPDX-License-Identifier: MIT
-- Operations that the overrides add, and when they are errors.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local add = require "generate.add"
local merge = require "generate.merge"
local operations = require "generate.operations"
local schema = require "generate.schema"
local small = require "small"

local INTEGER = {type = "integer"}

local documents

local function row(changes)
  local made = {
    add = "ThingCount", method = "GET", path = "/things/{id}/count",
    first = 39, reason = "a test",
    parameters = {
      {name = "id", ["in"] = "path", type = "string", required = true},
      {name = "deep", ["in"] = "query", type = "boolean"},
    },
    responses = {[200] = {schema = {
      type = "array", items = {title = "Count", properties = {N = INTEGER}},
    }}},
  }
  for key, value in pairs(changes or {}) do
    made[key] = value ~= "nothing" and value or nil
  end
  return made
end

local function refused(message, changes)
  assert.has_error(function()
    add.apply(documents, {row(changes)})
  end, message)
end

describe("an operation that is added", function()
  before_each(function()
    documents = small.documents {[25] = {operations = {
      ThingGet = small.operation("ThingGet", INTEGER),
    }}}
  end)

  it("is as if the definitions had it, but known to be added", function()
    add.apply(documents, {row()})
    local merger = merge.new(documents, schema.definition)
    local merged
    while merger:another_pass() do
      merged = operations.merge(merger)
    end
    local count, get = merged[1], merged[2]
    assert.same({"ThingCount", 39, 55, false},
                {count.id, count.first, count.last, count.declared})
    assert.is_true(get.declared)
    assert.equal(2, #count.parameters)
    assert.equal("document", count.responses[1].answer)
    assert.equal("Count", count.responses[1].type.element.name)
  end)

  it("is added from its first version on", function()
    add.apply(documents, {row()})
    assert.is_nil(documents[38].operations.ThingCount)
    assert.truthy(documents[39].operations.ThingCount)
  end)

  it("is an error when a definition has it by now", function()
    refused("override 'ThingGet': v1.25 has ThingGet", {add = "ThingGet"})
    refused("override 'ThingCount': v1.25 has ThingGet", {path = "/thingget"})
    documents[55].operations.ThingCount = small.operation("ThingCount",
                                                          INTEGER)
    refused "override 'ThingCount': v1.55 has ThingCount"
  end)

  it("is an error without a reason, or with an unknown key", function()
    refused("override 'ThingCount': no reason", {reason = "nothing"})
    refused("override 'ThingCount': no first", {first = "nothing"})
    refused("override ThingCount: unknown keyword 'last'", {last = 40})
  end)
end)
