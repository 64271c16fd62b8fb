-- SPDX-License-Identifier: MIT
-- What needs a connection that goes both ways, which is not there yet.

local caught = require "spec.support.caught"
local fixture = require "spec.support.fixture"

local docker = fixture.client()

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

describe("attach and attach_websocket", function()
  it("say that they are not there yet, and what is", function()
    local container = fixture.created()
    for _, name in ipairs{ "attach", "attach_websocket" } do
      local problem = caught("not_supported", container[name], container,
                             { stdin = true })
      assert.equal("container:" .. name, problem.method)
      assert.matches("next release; logs{follow = true}", problem.message)
      caught("argument", container[name], "web")
    end
  end)
end)

describe("session", function()
  it("says that it is not there yet", function()
    local problem = caught("not_supported", docker.session, docker)
    assert.equal("client:session", problem.method)
    assert.matches("next release$", problem.message)
    caught("argument", docker.session, {})
  end)
end)
