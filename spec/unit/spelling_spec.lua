-- SPDX-License-Identifier: MIT
-- The spellings of the API's names.

local core = require "moonsail.core"
local spelling = require "moonsail.spelling"

describe("spellings", function()
  it("are ours, the API's, and the API's with a small letter", function()
    local names = spelling.type("ServiceSpec").names
    for _, spelt in ipairs{ "task_template", "TaskTemplate",
                            "taskTemplate" } do
      assert.equal("task_template", names[spelt])
    end
    assert.is_nil(names.tasktemplate)
  end)

  it("are those of options, too", function()
    local options = core.operation("ServiceUpdate").options
    assert.equal("registry_auth_from",
                 spelling.of(options).registryAuthFrom)
  end)

  it("prefer a name to a spelling of another", function()
    local names = spelling.of{ a = { wire = "b" }, b = { wire = "B" } }
    assert.equal("b", names.b)
  end)

  it("count other spellings on the wire", function()
    local names = spelling.of{ a = { wire = "A", aliases = { "AA" } } }
    assert.equal("a", names.AA)
  end)

  it("are there for objects only", function()
    assert.is_nil(spelling.type "string")
    assert.is_nil(spelling.type "no such type")
  end)

  it("may end in an underscore", function()
    assert.equal("until", spelling.plain "until_")
    assert.equal("a_b", spelling.plain "a_b")
  end)
end)
