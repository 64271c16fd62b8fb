-- SPDX-License-Identifier: MIT
-- What was fetched of a swarm was kept although the engine had left it: id()
-- told that of the swarm that had been, also in the next one.

local caught = require "spec.support.caught"
local play = require "spec.support.play"
require "moonsail"

describe("an engine that leaves its swarm", function()
  it("forgets it", function()
    local server <close>, client = play.start{
      play.json '{"ID":"first"}', play.json "",
      play.json('{"message":"no manager"}', "503 Service Unavailable"),
      play.json '"node"', play.json '{"ID":"second"}',
    }
    local swarm = client.swarm
    assert.equal("first", swarm:id())
    assert.equal("first", swarm:id())
    assert.is_true(swarm:leave{ force = true })
    assert.equal("swarm:id", caught("api", swarm.id, swarm).method)
    assert.equal("node", swarm:init())
    assert.equal("second", swarm:id())
    server:stop()
  end)
end)
