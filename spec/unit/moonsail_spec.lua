-- SPDX-License-Identifier: MIT
-- The module itself, without an engine.

local caught = require "spec.support.caught"
local moonsail = require "moonsail"

describe("the module", function()
  it("has a version", function()
    assert.matches("^%d+%.%d+%.%d+", moonsail.version)
  end)

  it("makes clients without a word to the engine", function()
    local client <close> = moonsail.client "/nowhere.sock"
    assert.matches("^client of unix:///nowhere.sock\n", tostring(client))
  end)

  it("says what is wrong when the engine is not there", function()
    local client <close> = moonsail.client "/nowhere.sock"
    local problem = caught("connection", client.ping, client)
    assert.matches("/nowhere.sock", tostring(problem), 1, true)
  end)

  it("refuses an address that is none", function()
    caught("argument", moonsail.client, "gopher://engine")
    caught("argument", moonsail.client, { host = "" })
  end)

  it("says the whole of what an address may be", function()
    local problem = caught("argument", moonsail.client, "npipe:////x")
    assert.matches("or ssh://host%[:port%]$", problem.message)
  end)

  it("knows its errors", function()
    local problem = caught("argument", moonsail.client, 7)
    assert.is_true(moonsail.is_error(problem))
    assert.is_true(moonsail.is_error(problem, "argument"))
    assert.is_false(moonsail.is_error(problem, "timeout"))
    assert.is_false(moonsail.is_error "argument")
    assert.is_false(moonsail.is_error({ kind = "argument" }, "argument"))
    assert.is_false(moonsail.is_error(nil))
  end)

  it("points errors at the script, not into itself", function()
    local problem = caught("argument", function() moonsail.client(7) end)
    assert.matches("moonsail_spec.lua:%d+$", problem.where)
  end)
end)
