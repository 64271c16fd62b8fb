-- SPDX-License-Identifier: MIT
-- Calls in Lua's hands: waiting for the head of the answer, so long at most.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"
local scripted = require "spec.support.scripted"
require "moonsail"

local EVENT = '{"Action":"die"}\n'
local HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
  .. "Content-Length: " .. #EVENT .. "\r\n\r\n"

local function start(script)
  local server = scripted.start(script)
  local client = core.client{ host = server.address, api_version = "1.41" }
  return server, client
end

local function launch(client)
  return core.launch(client, "SystemEvents", {}, "events",
                     { unlimited = true })
end

describe("pending:wait", function()
  it("waits for the head, no longer than it is told", function()
    local server <close>, client = start("accept\nhead\ngate\n"
      .. play.send(HEAD .. EVENT) .. "\npause 20000")
    local pending <close> = launch(client)
    assert.is_false(pending:wait(0))
    local before = core.now()
    assert.is_false(pending:wait(0.1))
    assert.is_true(core.now() - before >= 0.1)
    server:open()
    assert.is_true(pending:wait())
    assert.is_true(pending:wait(0))
    local stream <close> = pending:result()
    assert.equal("die", stream().action)
  end)

  it("sees with 0 what has come", function()
    local server <close>, client = start("accept\nhead\n"
      .. play.send(HEAD .. EVENT) .. "\npause 20000")
    local pending <close> = launch(client)
    local deadline = core.now() + 10
    while not pending:wait(0) do assert.is_true(core.now() < deadline) end
    assert.equal("die", pending:result()().action)
    server:stop()
  end)

  it("waits for the ping before it, too", function()
    local server <close> = scripted.start("accept\nhead\ngate\n"
      .. play.pong "1.41" .. "\nhead\ngate\n" .. play.send(HEAD .. EVENT)
      .. "\npause 20000")
    local client = core.client{ host = server.address }
    local pending <close> = launch(client)
    assert.is_false(pending:wait(0.05))
    server:open()
    assert.is_false(pending:wait(0.2))
    server:open()
    assert.is_true(pending:wait(10))
    assert.equal("die", pending:result()().action)
  end)

  it("is over when there is no answer, which the result raises", function()
    local server <close>, client = start "accept\nhead\nclose"
    local pending <close> = launch(client)
    assert.is_true(pending:wait(10))
    caught("connection", pending.result, pending)
    server:stop()
  end)

  it("refuses what is no time, and a call that is closed", function()
    local server <close>, client = start "accept\npause 20000"
    local pending = launch(client)
    assert.has_error(function() pending:wait("long") end)
    pending:close()
    caught("closed", pending.wait, pending)
    server:stop()
  end)
end)
