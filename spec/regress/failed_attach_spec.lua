-- SPDX-License-Identifier: MIT
-- run{remove = true} left its container behind when attaching to it failed:
-- only a failed start removed it.

local caught = require "spec.support.caught"
local moonsail = require "moonsail"
local play = require "spec.support.play"

describe("run with remove", function()
  it("removes what it could not attach to", function()
    local server <close> = play.serve{
      play.json '{"Components":[]}',
      play.json('{"Id":"x1"}', "201 Created"),
      play.json '{"Id":"x1","Config":{"Tty":false}}',
      play.json('{"message":"no attaching today"}', "500 Oops"),
      play.send "HTTP/1.1 204 No Content\r\n\r\n",
    }
    local docker = moonsail.client{ host = server.address,
                                    api_version = "1.41" }
    local problem = caught("api", docker.containers.run, docker.containers,
                           "busybox", { "true" }, { remove = true })
    assert.equal("no attaching today", problem.message)
    assert.equal("x1", problem.container_id)
    assert.equal(1, server:log("DELETE /v1%.41/containers/x1%?"))
    server:stop()
  end)
end)
