-- SPDX-License-Identifier: MIT
-- Waiting: sleeping, signals, and calls from within coroutines.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"

-- Runs a script in a lua5.4 of its own, which prints a line when it is about
-- to wait; sends it SIGINT a moment later, as Ctrl-C does. Returns what it
-- printed then, and after how many seconds it had ended.
local function interrupt(script, address)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(("local host = %q\n"):format(address), script)
  file:close()
  local pipe = assert(io.popen("echo $$; exec lua5.4 " .. path .. " 2>&1"))
  local pid = pipe:read("l")
  assert(pipe:read("l") == "waiting")
  core.sleep(0.3)
  local start = core.now()
  os.execute("kill -INT " .. pid)
  local output = pipe:read("a")
  pipe:close()
  os.remove(path)
  return output, core.now() - start
end

local CLIENT = [[
  local core = require "moonsail.core"
  io.stdout:setvbuf "no"
  local client = core.client{ host = host, api_version = "1.41" }
]]

local WAITS = {
  ["a call"] = 'print "waiting"; client:info()',
  ["a call in a coroutine"] = [[
    local call = coroutine.wrap(function() client:info() end)
    print "waiting"
    call()]],
  ["a stream"] = [[
    print "waiting"
    local stream = core.call(client, "ContainerLogs", { id = "x" })
    stream()]],
  ["sleep"] = 'print "waiting"; core.sleep(20)',
}

describe("Ctrl-C", function()
  for name, script in pairs(WAITS) do
    it("interrupts " .. name, function()
      local server <close> = play.serve{ "pause 20000" }
      local output, seconds = interrupt(CLIENT .. script, server.address)
      assert.matches("interrupted!", output)
      assert.truthy(seconds < 2, seconds)
    end)
  end

  it("may be caught, and the next call works", function()
    local server <close> = play.serve{ "pause 1000",
                                       play.json '{"ID":"x"}' }
    local output = interrupt(CLIENT .. [[
      print "waiting"
      print(select(2, pcall(client.info, client)))
      print(client:info().id)]], server.address)
    assert.matches("interrupted!\nx\n$", output)
  end)
end)

describe("Ctrl-C in a coroutine", function()
  it("between two waits interrupts the next", function()
    local output, seconds = interrupt([[
      local core = require "moonsail.core"
      io.stdout:setvbuf "no"
      coroutine.wrap(function()
        print "waiting"
        local start = os.clock()
        while os.clock() - start < 1 do end
        core.sleep(20)
      end)()]], "")
    assert.matches("interrupted!", output)
    assert.truthy(seconds < 10, seconds)
  end)
end)

describe("an interrupted call", function()
  it("is given to the hook", function()
    local server <close> = play.serve{ "pause 20000" }
    local output = interrupt([[
      local core = require "moonsail.core"
      io.stdout:setvbuf "no"
      local client = core.client{ host = host, api_version = "1.41",
        on_result = function(result)
          print(result.operation, result.error)
        end }
      print "waiting"
      pcall(client.info, client)]], server.address)
    assert.matches("SystemInfo\t.*interrupted!", output)
  end)
end)

describe("sleep", function()
  it("takes as long as it says, and refuses nonsense", function()
    local start = core.now()
    core.sleep(0.05)
    local seconds = core.now() - start
    assert.truthy(seconds >= 0.05 and seconds < 2, seconds)
    caught("argument", core.sleep, -1)
    caught("argument", core.sleep, 0 / 0)
  end)
end)

describe("a call in a coroutine", function()
  it("waits there, and leaves yields alone", function()
    local server <close>, client = play.start{
      play.head "application/vnd.docker.raw-stream" .. "\n"
      .. play.send "a\nb\n", play.json '{"ID":"x"}' }
    local lines = coroutine.wrap(function()
      local stream = core.call(client, "ContainerLogs", { id = "x" }, "logs",
                               { tty = true })
      for line in stream do coroutine.yield(line) end
      coroutine.yield(client:info().id)
    end)
    assert.equal("a", lines())
    assert.equal("b", lines())
    assert.equal("x", lines())
    assert.equal(2, server:log("accept"))
  end)
end)
