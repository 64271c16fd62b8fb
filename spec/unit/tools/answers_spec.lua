-- SPDX-License-Identifier: MIT
-- What operations answer, and what methods make of it.

package.path = "tools/?.lua;" .. package.path

local answers = require "generate.answers"
local luatypes = require "generate.luatypes"

local TEXT = {kind = "string", format = "plain"}
local LIST = {kind = "array", format = "plain", element = TEXT}
local HELD = {kind = "object", format = "plain", name = "Held",
              fields = {{name = "things", type = LIST}}}

local types = luatypes.new {types = {[0] = {kind = "any", format = "plain"}}}

local function operation(...)
  return {responses = {...}}
end

local function answer(kind, made, status)
  return {status = status or 200, answer = kind, type = made}
end

describe("an operation answers", function()
  it("a value, by its type", function()
    assert.equal("string[]", answers.type(operation(answer("document", LIST)),
                                          types))
  end)

  it("true where there is nothing to tell", function()
    assert.same({"boolean", "true"}, {answers.type(operation(
      answer("nothing", nil, 204), answer("nothing", nil, 304)), types)})
  end)

  it("what its good answer with a type says", function()
    assert.equal("string", answers.type(operation(
      answer("nothing", nil, 204), answer("document", TEXT, 200)), types))
  end)

  it("text, or a stream", function()
    assert.equal("string", answers.type(operation(answer "plain_text"),
                                        types))
    for _, kind in ipairs {"documents", "archive", "output", "upgrade"} do
      assert.equal("moonsail.Stream",
                   answers.type(operation(answer(kind)), types))
    end
  end)
end)

describe("a method makes of it", function()
  local function of(result, class)
    return answers.of_row({result = result, result_class = class,
                           operation = operation(answer("document", LIST))},
                          types).type
  end

  it("what its row says", function()
    assert.same({"string[]", "boolean", "moonsail.Thing", "moonsail.Thing[]"},
                {of "value", of "changed", of("object", "thing"),
                 of("list", "thing")})
  end)

  it("a list that may be within the answer", function()
    local function element(made, field)
      return answers.element {operation = operation(answer("document", made)),
                              result_field = field}
    end
    assert.equal(TEXT, element(LIST, ""))
    assert.equal(TEXT, element(HELD, "things"))
  end)
end)
