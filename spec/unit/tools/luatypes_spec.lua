-- SPDX-License-Identifier: MIT
-- Types of the model as LuaLS writes them.

package.path = "tools/?.lua;" .. package.path

local luatypes = require "generate.luatypes"

local TEXT = {kind = "string", format = "plain"}
local OBJECT = {kind = "object", format = "plain", name = "Thing(body)",
                fields = {{name = "a"}}}
local VALUES = {kind = "string", format = "plain", name = "Thing.Kind",
                values = {{text = "a"}}}

local function types()
  return luatypes.new {types = {[0] = {kind = "any", format = "plain"},
                                OBJECT, VALUES, TEXT}}
end

local function list(element)
  return {kind = "array", format = "plain", element = element}
end

local function formatted(format, kind, element)
  return {kind = kind or "string", format = format, element = element}
end

describe("a type of the model", function()
  it("is that of a scalar, a list, a map", function()
    local made = types()
    assert.equal("string", made:of(TEXT, "api"))
    assert.equal("integer[]", made:of(list {kind = "integer",
                                            format = "plain"}, "api"))
    assert.equal("table<string, string[]>", made:of(
      {kind = "map", format = "plain", element = list(TEXT)}, "api"))
    assert.equal("string|file*|function|moonsail.Stream",
                 made:of({kind = "bytes", format = "plain"}, "input"))
    assert.equal("table<string, any>", made:of(
      {kind = "object", format = "plain", fields = {}}, "api"))
  end)

  it("is a class where it has fields, by where it is wanted", function()
    local made = types()
    assert.equal("moonsail.api.Thing.body", made:of(OBJECT, "api"))
    assert.equal("moonsail.input.Thing.body[]",
                 made:of(list(OBJECT), "input"))
    assert.same({["moonsail.api.Thing.body"] = OBJECT,
                 ["moonsail.input.Thing.body"] = OBJECT}, made.needed)
  end)

  it("is the same alias everywhere where it has values", function()
    local made = types()
    assert.equal("moonsail.api.Thing.Kind", made:of(VALUES, "input"))
    assert.equal(VALUES, made.needed["moonsail.api.Thing.Kind"])
  end)

  it("is more where it is given than where it is answered", function()
    local made = types()
    local size = formatted("size", "integer")
    assert.same({"integer", "integer|string"},
                {made:of(size, "api"), made:of(size, "input")})
    local command = formatted("command", "array", TEXT)
    assert.same({"string[]", "string|string[]"},
                {made:of(command, "api"), made:of(command, "input")})
    assert.equal("(string|string[])[]", made:of(list(command), "input"))
    local json = formatted("json", "string", OBJECT)
    assert.same({"string", "moonsail.input.Thing.body"},
                {made:of(json, "api"), made:of(json, "input")})
  end)

  it("is found by the name that LuaLS has for it", function()
    local made = types()
    assert.is_true(made:need "moonsail.api.Thing.body")
    assert.is_false(made:need "moonsail.api.No")
    assert.is_false(made:need "moonsail.Thing")
  end)
end)

describe("an option", function()
  local function of(path, place, wire)
    return types():of_option({path = path},
                             {place = place, wire = wire or "id", type = TEXT})
  end

  it("takes the object that the path leads to", function()
    assert.equal("string|moonsail.Container",
                 of("/containers/{id}/json", "path"))
    assert.equal("string", of("/containers/{id}/json", "query"))
    assert.equal("string", of("/exec/{id}/json", "path"))
    assert.equal("string", of("/containers/{id}/checkpoints/{name}", "path",
                              "name"))
  end)

  it("takes the object that it is called after", function()
    local function named(name, made)
      return types():of_option({path = "/networks/{id}/connect"},
                               {wire = name, name = name, type = made})
    end
    assert.equal("string|moonsail.Container", named("container", TEXT))
    assert.equal("string", named("driver", TEXT))
    assert.equal("integer", named("node", {kind = "integer",
                                           format = "plain"}))
  end)
end)

describe("a class of the core", function()
  it("has a name of its own", function()
    assert.equal("moonsail.Containers", luatypes.of_class "containers")
    assert.equal("moonsail.Logs", luatypes.of_class "moonsail.Logs")
  end)
end)
