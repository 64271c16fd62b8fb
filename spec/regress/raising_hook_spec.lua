-- SPDX-License-Identifier: MIT
-- A hook that raised left the transfer open until the collector came, because
-- the exchange counted as over before it was.

local core = require "moonsail.core"
local play = require "spec.support.play"

describe("a hook that raises", function()
  it("leaves no connection open", function()
    local server <close> = play.serve{
      play.head "application/vnd.docker.raw-stream" .. "\n"
      .. play.send "one\n" .. "\ndrain" }
    local client = core.client{
      host = server.address, api_version = "1.41",
      on_result = function() error("mine", 0) end,
    }
    local stream = core.call(client, "ContainerLogs", { id = "x" }, "logs",
                             { tty = true })
    assert.equal("one", stream())
    assert.same({ false, "mine" }, { pcall(stream.close, stream) })
    core.sleep(0.1)
    assert.equal(1, server:log("drain 1"))
    stream:close()
    server:stop()
  end)
end)
