-- SPDX-License-Identifier: MIT
-- A stream that was torn off at once, before anybody looked at its head, lost
-- what had come of it: an answer that had failed was taken for none, although
-- its head had come in good order.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"
require "moonsail"

local HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
  .. "Content-Length: 1000\r\n\r\n"

describe("a stream that is torn off at once", function()
  it("gives what has come of it, and then raises", function()
    local server <close>, client = play.start{
      play.send(HEAD .. '{"Action":"die"}\n'),
    }
    local stream = client:events()
    assert.equal("die", stream().action)
    caught("connection", stream)
    server:stop()
  end)

  it("raises when it is read, not when it is asked for", function()
    local server <close>, client = play.start{ play.send(HEAD) }
    local stream = client:events()
    caught("connection", stream)
    server:stop()
  end)

  it("is what a pending call gives", function()
    local server <close>, client = play.start{
      play.send(HEAD .. '{"Action":"die"}\n'),
    }
    local pending = core.begin(client, "SystemEvents", {}, "begin")
    local stream = pending:result()
    assert.equal("die", stream().action)
    caught("connection", stream)
    server:stop()
  end)

  it("raises at once when not even its head has come", function()
    local server <close>, client = play.start{
      play.send(HEAD:sub(1, -3)),
    }
    caught("connection", client.events, client)
    server:stop()
  end)
end)
