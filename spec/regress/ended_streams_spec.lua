-- SPDX-License-Identifier: MIT
-- A stream whose exchange was ended by somebody else (its pending call closed,
-- another stream of the same call) ended as if all had come, and two streams
-- of one call read from one queue.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"

local OUTPUT = play.head "application/vnd.docker.raw-stream" .. "\n"
  .. play.send "one\ntwo\n" .. "\ngate"

local function begin(client)
  return core.begin(client, "ContainerLogs", { id = "x" }, "logs",
                    { tty = true })
end

describe("a stream of a pending call", function()
  it("is closed with it", function()
    local server <close>, client = play.start{ OUTPUT }
    local pending = begin(client)
    local stream = pending:result()
    assert.equal("one", stream())
    pending:close()
    caught("closed", stream)
    assert.is_true(stream:is_closed())
    server:stop()
  end)

  it("is the only one", function()
    local server <close>, client = play.start{ OUTPUT }
    local pending = begin(client)
    local stream = pending:result()
    caught("closed", pending.result, pending)
    assert.equal("one", stream())
    server:stop()
  end)

  it("goes on when its client is closed, and names the engine", function()
    local server <close>, client = play.start{ play.send(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      .. "4\r\none\n\r\n") .. "\ngate\nclose" }
    local stream = begin(client):result()
    assert.equal("one", stream())
    client:close()
    server:open()
    local problem = caught("connection", stream)
    assert.truthy(problem.message:find(server.address, 1, true))
    server:stop()
  end)
end)
