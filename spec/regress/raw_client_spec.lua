-- SPDX-License-Identifier: MIT
-- A raw client left out what methods make of their answers, all of it: a ping
-- gave "OK", the version was that text, and inspect put attributes under the
-- API's names into an object that reads them under ours.

local core = require "moonsail.core"
local play = require "spec.support.play"
require "moonsail"

describe("a raw client", function()
  it("knows its version, and pings", function()
    local server <close> = play.serve{ play.pong "1.40", play.pong() }
    local client = core.client{ host = server.address, raw = true }
    assert.equal("1.40", client:api_version())
    assert.is_true(client:ping())
    server:stop()
  end)

  it("leaves the attributes of objects as they were", function()
    local server <close>, client = play.start({
      play.json '{"Id":"x","Name":"/web"}' }, { raw = true })
    local container = core.new_object("container", client, { id = "x" })
    assert.equal("/web", container:inspect().Name)
    assert.equal("x", container:id())
    server:stop()
  end)
end)
