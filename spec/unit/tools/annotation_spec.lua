-- SPDX-License-Identifier: MIT
-- Types as LuaLS writes them.

package.path = "tools/?.lua;" .. package.path

local annotation = require "generate.annotation"

describe("a type", function()
  for text, names in pairs {
    ["string"] = "string",
    ["string|moonsail.Image"] = "string moonsail.Image",
    ["integer[]?"] = "integer",
    ["(string|integer)[]"] = "string integer",
    ["table<string, string[]>"] = "table string",
    ['"round"|"flat"|12'] = "",
    ["fun(line: string, ...): boolean?, string"] = "string boolean",
    ["fun()"] = "",
    ["fun(x?): (integer)"] = "integer",
    ["{name: string, [integer]: boolean, more?: any}"] =
      "string integer boolean any",
    ["nil|false"] = "",
    ["moonsail.api.HostConfig.LogConfig"] =
      "moonsail.api.HostConfig.LogConfig",
  } do
    it("is read: " .. text, function()
      assert.equal(names, table.concat(assert(annotation.names(text)), " "))
    end)
  end

  for _, text in ipairs {
    "", "string|", "table<string", "fun(", "fun(a: )", "{name}", "a b",
    "string[", "'x'", "table<>x", "|string", "(string",
  } do
    it("is refused: " .. text, function()
      local names, problem = annotation.names(text)
      assert.is_nil(names)
      assert.is_string(problem)
    end)
  end

  it("is read up to what stands behind it", function()
    local made, names, rest = annotation.read "string|integer count"
    assert.same({"string|integer", {"string", "integer"}, "count"},
                {made, names, rest})
  end)
end)
