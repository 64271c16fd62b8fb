-- SPDX-License-Identifier: MIT
-- The gate: what other specs rely on.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local gates = require "spec.support.gate"
local play = require "spec.support.play"
local scripted = require "spec.support.scripted"
local socket = require "socket"
socket.unix = require "socket.unix"

-- A connection to the gate, which never waits for longer than 5 seconds.
local function connect(gate)
  local port = gate.address:match ":(%d+)$"
  local client = port and assert(socket.connect("127.0.0.1", port))
    or assert(socket.unix())
  if not port then assert(client:connect(gate.address:sub(8))) end
  client:settimeout(5)
  return client
end

local function received(client, count)
  local bytes, problem, partial = client:receive(count)
  return bytes or partial, problem
end

describe("a gate", function()
  it("lets everything pass, and counts it", function()
    for _, tcp in ipairs{ false, true } do
      local server <close> = scripted.start
        'accept\ntake 3\nsend "abcde"\nclose'
      local gate <close> = gates.start(server.address, { tcp = tcp })
      local client = connect(gate)
      client:send "xyz"
      assert.same({ "abcde", "closed" }, { received(client, 10) })
      assert.same({ 3, 5 }, { gate:passed() })
      client:close()
    end
  end)

  it("passes the very bytes that it was told to", function()
    local server <close> = scripted.start 'accept\nsend "abcde"\ndrain'
    local gate <close> = gates.start(server.address)
    gate:hold "down"
    local client = connect(gate)
    gate:wait_for(function(c) return c and c.down.waiting == 5 end)
    gate:release("down", 2)
    assert.equal("ab", received(client, 2))
    client:settimeout(0)
    assert.same({ "", "timeout" }, { received(client, 1) })
    local state = gate:state()[1]
    assert.same({ passed = 2, waiting = 3, ended = false }, state.down)
    client:settimeout(5)
    gate:release("down")
    assert.equal("cde", received(client, 3))
    client:close()
    gate:wait_for(function(c) return not c.open end)
    assert.equal(0, gate:open())
  end)

  it("tells that the other side has ended, and holds that, too", function()
    local server <close> = scripted.start 'accept\nsend "abc"\nclose'
    local gate <close> = gates.start(server.address)
    gate:hold "down"
    local client = connect(gate)
    gate:wait_for(function(c) return c and c.down.ended end)
    gate:release("down", 3)
    client:settimeout(5)
    assert.equal("abc", received(client, 3))
    client:settimeout(0)
    assert.same({ "", "timeout" }, { received(client, 1) })
    gate:release "down"
    client:settimeout(5)
    assert.same({ "", "closed" }, { received(client, 1) })
    client:close()
  end)

  it("cuts, at once or after a byte that is told", function()
    local server <close> = scripted.start(
      'accept\nsend "abcde"\ndrain\naccept\nsend "abcde"\ndrain')
    local gate <close> = gates.start(server.address)
    gate:release("down", 3, "cut")
    for n, expected in ipairs{ "abc", "" } do
      local client = connect(gate)
      if n == 2 then gate:cut() end
      assert.same({ expected, "closed" }, { received(client, 10) })
      client:close()
      gate:hold "down"
    end
    assert.equal(0, gate:open())
  end)

  it("adds what an engine would not send", function()
    local server <close> = scripted.start 'accept\nsend "abcde"\ndrain'
    local gate <close> = gates.start(server.address)
    gate:release("down", 2, "\0\255")
    local client = connect(gate)
    assert.equal("ab\0\255", received(client, 4))
    gate:send("down", "!")
    gate:release "down"
    assert.equal("!cde", received(client, 4))
    client:close()
  end)

  it("resets, and the client is told so", function()
    local server <close> = scripted.start "accept\ndrain"
    local gate <close> = gates.start(server.address, { tcp = true })
    local client = connect(gate)
    gate:wait_for(function(c) return c and c.open end)
    gate:reset()
    local _, problem = received(client, 1)
    assert.equal("closed", problem) -- LuaSocket knows no other word
    client:close()
    local engine <close> = scripted.start 'accept\nhead\nsend "H"\nhead'
    local second <close> = gates.start(engine.address, { tcp = true })
    second:release("down", 0, "reset")
    local failure = caught("connection", core.call, core.client{
      host = second.address, api_version = "1.41" }, "SystemInfo")
    assert.matches("closed the connection", failure.message)
  end)

  it("turns clients away when the engine is not there", function()
    local gate <close> = gates.start "/tmp/no-such-engine"
    caught("connection", core.call, core.client{
      host = gate.address, api_version = "1.41" }, "SystemInfo")
    assert.equal(0, gate:open())
  end)

  it("is between a client and its calls, unnoticed", function()
    local server <close> = play.serve{ play.pong(), play.json '{"ID":"x"}' }
    local gate <close> = gates.start(server.address)
    local client = core.client{ host = gate.address }
    assert.equal("x", core.call(client, "SystemInfo").id)
    client:close()
  end)

  it("leaves nothing", function()
    local gate = gates.start "/tmp/no-such-engine"
    local directory = gate.directory
    gate:stop()
    gate:stop()
    assert.is_nil(io.open(directory .. "/orders"))
    assert.is_nil(io.open(directory))
  end)
end)
