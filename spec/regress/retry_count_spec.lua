-- SPDX-License-Identifier: MIT
-- libcurl counts, in the easy handle, how often it has sent a request again
-- because a kept connection had died under it, gives up at the sixth, and
-- does not begin anew when a request succeeds. A handle that was kept for the
-- next calls therefore failed one of them although nothing was wrong but the
-- connection: every sixth time that an engine had gone away in between.

local core = require "moonsail.core"
local play = require "spec.support.play"
local scripted = require "spec.support.scripted"

describe("a kept connection that dies under a GET", function()
  it("costs nothing, however often it happens", function()
    local steps = {}
    local answer = play.json '{"ID":"x"}'
    for _ = 1, 20 do -- each answers one request, and dies of the second
      steps[#steps + 1] = "accept\nhead\n" .. answer .. "\nhead\nclose"
    end
    steps[#steps + 1] = "pause 20000"
    local server <close> = scripted.start(table.concat(steps, "\n"))
    local client = core.client{ host = server.address, api_version = "1.41" }
    for _ = 1, 19 do
      assert.equal("x", client:info().id)
    end
    assert.equal(18, server:log("eof") + server:log("head") - 19)
  end)
end)
