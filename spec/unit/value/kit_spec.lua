-- SPDX-License-Identifier: MIT
-- csrc/value/kit: what all classes have.

local core = require "moonsail.core"
local caught = require "spec.support.caught"

local client = core.client{ host = "unix:///nowhere/docker.sock" }

describe("a class", function()
  it("hides its metatable", function()
    assert.equal("moonsail.client", getmetatable(client))
  end)

  it("has methods that can be added to", function()
    local methods = core.methods "container"
    methods.spec_only = function(self, x) return self:id() .. x end
    local object = core.new_object("container", client, { id = "5d0b" })
    assert.equal("5d0b!", object:spec_only "!")
    methods.spec_only = nil
    assert.has_error(function() object:spec_only "!" end)
  end)

  it("keeps its methods beside an __index of its own", function()
    assert.equal(core.methods "client".ping, client.ping)
  end)
end)

describe("a method", function()
  it("refuses what is of another class", function()
    local object = core.new_object("container", client, { id = "5d0b" })
    for _, wrong in ipairs{ 5, "x", {}, io.stdout, object } do
      local problem = caught("argument", client.close, wrong)
      assert.truthy(problem.message:find("expected moonsail.client", 1, true))
      assert.truthy(problem.message:find("colon", 1, true))
    end
    caught("argument", client.close)
  end)
end)
