-- SPDX-License-Identifier: MIT
-- Waiting: sleeping, signals, and calls from within coroutines.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local moonsail = require "moonsail"
local play = require "spec.support.play"

local spawn, sleep = moonsail.spawn, moonsail.sleep

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
  ["a body that is not read"] = [[
    print "waiting"
    client:request{ method = "PUT", path = "/x",
                    body = function() return ("x"):rep(99999) end }]],
  ["a body that is waited for"] = [[
    client:request{ method = "PUT", path = "/x", body = function()
      print "waiting"
      core.sleep(20)
    end }]],
  ["a body out of a pipe"] = [[
    local pipe <close> = io.popen "exec sleep 1"
    print "waiting"
    client:request{ method = "PUT", path = "/x", body = pipe }]],
  ["a stream"] = [[
    print "waiting"
    local stream = core.call(client, "ContainerLogs", { id = "x" })
    stream()]],
  ["a program that is run"] = [[
    print "waiting"
    core.execute{ "sleep", "20" }]],
  ["sleep"] = 'print "waiting"; core.sleep(20)',
  ["tasks that wait"] = [[
    require("moonsail").run(function()
      core.spawn(core.sleep, 20)
      print "waiting"
      core.sleep(20)
    end)]],
  ["tasks that never wait for long"] = [[
    require("moonsail").run(function()
      print "waiting"
      while true do core.sleep(0) end
    end)]],
  ["a task that waits in place"] = [[
    require("moonsail").run(function()
      print "waiting"
      table.sort({ 2, 1 }, function(a, b) core.sleep(20) return a < b end)
    end)]],
  ["a run in a coroutine"] = [[
    coroutine.wrap(function()
      require("moonsail").run(function()
        print "waiting"
        core.sleep(20)
      end)
    end)()]],
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

describe("an interrupted run", function()
  local CLEANING = [[
    local moonsail = require "moonsail"
    io.stdout:setvbuf "no"
    local function work()
      moonsail.run(function()
        moonsail.spawn(function()
          local _ <close> = setmetatable({}, { __close = function()
            moonsail.sleep(0.01)
            print "cleaned"
          end })
          print "waiting"
          moonsail.sleep(20)
        end)
      end)
    end
  ]]

  it("ends its tasks, and waits for them", function()
    local output = interrupt(CLEANING .. "work()", "")
    assert.matches("^cleaned\n.*interrupted!", output)
  end)

  it("does so in a coroutine", function()
    local output = interrupt(CLEANING .. "coroutine.wrap(work)()", "")
    assert.matches("^cleaned\n.*interrupted!", output)
  end)
end)

describe("the end of the Lua state", function()
  -- Runs a script in a lua5.4 of its own: what it printed, and how it ended.
  local function execute(script)
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write('local moonsail = require "moonsail"\n', script)
    file:close()
    local pipe = assert(io.popen("timeout 20 lua5.4 " .. path .. " 2>&1"))
    local output = pipe:read("a")
    local _, _, status = pipe:close()
    os.remove(path)
    return output, status
  end

  local MANY = [[
    local queue = moonsail.queue()
    for i = 1, 50 do
      moonsail.spawn(function()
        local _ <close> = setmetatable({}, { __close = function() end })
        if i % 2 == 0 then queue:get() end
        moonsail.sleep(i)
      end)
    end
    moonsail.spawn(error, "nobody knows")
  ]]

  it("leaves tasks where they are", function()
    assert.same({ "", 0 },
                { execute(MANY .. "moonsail.sleep(0) moonsail.sleep(0)") })
  end)

  it("may come within a task, and one that waits in place", function()
    assert.same({ "", 3 }, { execute(MANY .. [[
      moonsail.run(function()
        moonsail.spawn(function() moonsail.sleep(20) end)
        moonsail.spawn(function()
          table.sort({ 2, 1 }, function()
            moonsail.sleep(0.01)
            os.exit(3, true)
          end)
        end)
      end)]]) })
  end)

  it("may come to finalizers that wait and spawn", function()
    local output, status = execute(MANY .. [[
      for _ = 1, 3 do
        setmetatable({}, { __gc = function()
          pcall(moonsail.sleep, 0.01)
          pcall(moonsail.run, function() moonsail.sleep(0.01) end)
          pcall(moonsail.spawn, type, 1)
        end })
      end]])
    assert.same({ "", 0 }, { output, status })
  end)
end)

describe("tasks", function()
  it("go on while the program waits for anything", function()
    local server <close>, client = play.start{
      "pause 50\n" .. play.json '{"ID":"x"}',
      play.head "application/vnd.docker.raw-stream" .. "\npause 50\n"
      .. play.send "a\n" }
    local ticks = 0
    local ticker = spawn(function()
      while true do
        ticks = ticks + 1
        sleep(0.001)
      end
    end)
    assert.equal("x", client:info().id)
    assert.truthy(ticks > 5, ticks)
    local before = ticks
    local stream = core.call(client, "ContainerLogs", { id = "x" }, "logs",
                             { tty = true })
    assert.equal("a", (stream()))
    assert.truthy(ticks > before + 5, ticks)
    ticker:cancel()
    sleep(0)
    assert.equal(2, server:log("accept"))
  end)

  it("have their turns in order, and none two", function()
    local order, tasks = {}, {}
    for i = 1, 3 do
      tasks[i] = spawn(function()
        for _ = 1, 3 do
          order[#order + 1] = i
          sleep(0)
        end
      end)
    end
    for _, task in ipairs(tasks) do task:join() end
    assert.same({ 1, 2, 3, 1, 2, 3, 1, 2, 3 }, order)
  end)

  it("wait for answers that come at once, many", function()
    local answers = {}
    for i = 1, 30 do answers[i] = play.json('{"ID":"x"}') end
    local server <close>, client = play.start(answers)
    local functions = {}
    for i = 1, 30 do
      functions[i] = function() return client:info().id end
    end
    local ids = { moonsail.gather(table.unpack(functions)) }
    assert.equal(30, #ids)
    assert.equal(30, server:log("accept"))
  end)
end)

describe("the loop, for another loop", function()
  local loop = moonsail.loop()

  it("has a descriptor, and says when it is due", function()
    assert.equal("integer", math.type(loop:fd()))
    assert.equal(loop:fd(), loop:pollfd())
    assert.equal("r", loop:events())
    local task = spawn(sleep, 0.05)
    assert.equal(0, loop:timeout())
    assert.equal(1, loop:step())
    local left = loop:timeout()
    assert.truthy(left > 0 and left <= 0.05, left)
    local steps = 0
    while loop:step(1) > 0 do steps = steps + 1 end
    assert.truthy(steps < 10, steps)
    assert.equal("ended", task:status())
    assert.is_nil(loop:timeout())
    assert.matches("^loop %(0 tasks%)$", tostring(loop))
  end)

  it("moves calls forward, a step at a time", function()
    local server <close>, client = play.start{ play.json '{"ID":"x"}' }
    local task = spawn(function() return client:info().id end)
    local steps = 0
    while loop:step(1) > 0 do steps = steps + 1 end
    assert.truthy(steps < 50, steps)
    assert.equal("x", task:join())
    assert.equal(1, server:log("accept"))
  end)

  it("does not wait when nothing is asked for", function()
    local task = spawn(sleep, 100)
    local start = core.now()
    for _ = 1, 5 do loop:step() end
    assert.truthy(core.now() - start < 1)
    task:cancel()
    loop:step()
    assert.equal("cancelled", task:status())
  end)
end)
