-- SPDX-License-Identifier: MIT
-- A container that is removed when it ends may have gone before run, which had
-- just started it, fetched its attributes: that was an error, although nothing
-- had failed.

local play = require "spec.support.play"
require "moonsail"

describe("a detached run of a command that ends at once", function()
  it("gives the container, although it has gone", function()
    local inspected = play.json
      '{"Id":"x","Name":"/quick","Config":{},"State":{"Status":"created"}}'
    local server <close>, client = play.start{
      play.json '{"Id":"x"}', inspected,
      play.send "HTTP/1.1 204 No Content\r\n\r\n",
      play.json('{"message":"No such container: x"}', "404 Not Found"),
    }
    local container = client.containers:run("busybox", "true", {
      detach = true, remove = true,
    })
    assert.equal("x", container:id())
    server:stop()
  end)
end)
