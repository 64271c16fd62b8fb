-- SPDX-License-Identifier: MIT
-- Reading a definition's file: what is taken from it, what is refused.

package.path = "tools/?.lua;" .. package.path

local read = require "generate.read"

local HEAD = [[
swagger: "2.0"
basePath: "/v1.30"
info: {title: "x"}
produces: ["application/json"]
]]

local GOOD = HEAD .. [[
definitions:
  Thing: {type: "object"}
paths:
  /things/{id}:
    get:
      operationId: "ThingInspect"
      summary: "x"
      produces: ["text/plain"]
      parameters:
        - {name: "id", in: "path", type: "string", required: true}
      responses:
        200: {description: "x", schema: {$ref: "#/definitions/Thing"}}
    post:
      operationId: "ThingUpdate"
      responses:
        204: {description: "x"}
]]

local folder

local function read_text(text, mends)
  local file = assert(io.open(folder .. "/v1.30.yaml", "w"))
  file:write(text)
  file:close()
  return read.read(folder, 30, mends or {})
end

local function refused(message, from, to)
  local first, last = GOOD:find(from, 1, true)
  assert(first, "nothing to replace")
  local text = GOOD:sub(1, first - 1) .. to .. GOOD:sub(last + 1)
  assert.has_error(function()
    read_text(text)
  end, message)
end

describe("read", function()
  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
  end)

  teardown(function()
    os.execute("rm -r " .. folder)
  end)

  it("takes operations and definitions", function()
    local document = read_text(GOOD)
    local inspect = document.operations.ThingInspect
    assert.equal("GET", inspect.method)
    assert.equal("/things/{id}", inspect.path)
    assert.same({"text/plain"}, inspect.produces)
    assert.equal("id", inspect.parameters[1].name)
    assert.truthy(inspect.responses[200].schema)
    assert.truthy(document.definitions.Thing)
    assert.equal("v1.30", document.place)
  end)

  it("takes what an operation does not say from the whole", function()
    local update = read_text(GOOD).operations.ThingUpdate
    assert.same({"application/json"}, update.produces)
    assert.same({}, update.parameters)
  end)

  it("applies the overrides that mend", function()
    local document = read_text(GOOD, {
      {mend = "Thing", versions = "30", set = {type = "string"},
       reason = "a test"},
    })
    assert.equal("string", document.definitions.Thing.type)
  end)

  it("refuses an unknown keyword of the whole", function()
    refused("v1.30: unknown keyword 'security'", "info:",
            "security: []\ninfo:")
  end)

  it("refuses an unknown method", function()
    refused("v1.30 /things/{id}: unknown method 'patch'", "post:", "patch:")
  end)

  it("refuses an unknown keyword of an operation", function()
    refused("v1.30 ThingInspect: unknown keyword 'callbacks'", "summary:",
            "callbacks:")
  end)

  it("refuses an unknown keyword of a parameter", function()
    refused("v1.30 ThingInspect id: unknown keyword 'style'",
            "required: true", "style: simple")
  end)

  it("refuses an unknown place of a parameter", function()
    refused("v1.30 ThingInspect id: unknown place of a parameter 'cookie'",
            'in: "path"', 'in: "cookie"')
  end)

  it("refuses an unknown form of a list", function()
    refused("v1.30 ThingInspect id: unknown collectionFormat 'pipes'",
            "required: true", "collectionFormat: pipes")
  end)

  it("refuses an unknown status", function()
    refused("v1.30 ThingUpdate: unknown status 'default'", "204:", "default:")
  end)

  it("refuses an unknown keyword of an answer", function()
    refused("v1.30 ThingUpdate 204: unknown keyword 'links'",
            '204: {description: "x"}', '204: {links: "x"}')
  end)

  it("says which file is missing", function()
    assert.has_error(function()
      read.read(folder .. "/none", 30, {})
    end)
  end)
end)
