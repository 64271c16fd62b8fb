-- SPDX-License-Identifier: MIT
-- Tasks with a real engine: calls and streams at the same time, and loops that
-- are not ours.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local moonsail = require "moonsail"

local run, spawn, gather = moonsail.run, moonsail.spawn, moonsail.gather

local docker = moonsail.client{ host = engine.host() }

-- A container that runs a command of the shell, removed when it is closed.
local function shell(command)
  local container = docker.containers:run("busybox",
    { "sh", "-c", command }, { detach = true })
  return container, setmetatable({}, { __close = function()
    container:remove{ force = true }
  end })
end

describe("tasks with an engine", function()
  it("call it at the same time", function()
    local functions = {}
    for i = 1, 100 do functions[i] = function() return docker:ping() end end
    local answers = { gather(table.unpack(functions)) }
    assert.equal(100, #answers)
    for i = 1, 100 do assert.is_true(answers[i]) end
  end)

  it("read streams at the same time, each in its order", function()
    local container, guard = shell("for i in 1 2 3 4 5; do echo $i; done")
    local _ <close> = guard
    container:wait()
    run(function()
      for _ = 1, 20 do
        spawn(function()
          local lines = {}
          for line in container:logs{ follow = true } do
            lines[#lines + 1] = line
          end
          assert(table.concat(lines) == "12345")
        end)
      end
    end)
  end)

  it("wait with comparators, callbacks and generators that call it",
     function()
    run(function()
      local pings = 0
      local other = spawn(function()
        for _ = 1, 20 do
          docker:ping()
          pings = pings + 1
        end
      end)
      local list = { 4, 2, 3, 1 }
      table.sort(list, function(a, b)
        docker:ping()
        return a < b
      end)
      assert.same({ 1, 2, 3, 4 }, list)
      local versions = coroutine.wrap(function()
        for _ = 1, 3 do coroutine.yield(docker:version().api_version) end
      end)
      for _ = 1, 3 do assert.matches("^1%.", versions()) end
      other:join()
      assert.equal(20, pings)
    end)
  end)

  it("may be cancelled while they read, and the stream is closed", function()
    local container, guard = shell("echo up; sleep 100")
    local _ <close> = guard
    run(function()
      local seen = moonsail.queue()
      local stream = container:logs{ follow = true }
      local task = spawn(function()
        while true do seen:put((stream())) end
      end)
      assert.equal("up", seen:get(20))
      moonsail.sleep(0)
      assert.is_false(stream:is_closed())
      task:cancel()
      caught("cancelled", task.join, task)
      assert.is_true(stream:is_closed())
    end)
    assert.equal(0, moonsail.loop():step())
    assert.is_true(docker:ping())
  end)

  it("wait for a container, and do something else meanwhile", function()
    local container, guard = shell("sleep 100")
    local _ <close> = guard
    run(function()
      local waiting = spawn(function() return container:wait() end)
      while waiting:status() ~= "waiting" do moonsail.sleep(0) end
      docker:ping()
      container:kill()
      assert.truthy(waiting:join())
    end)
  end)
end)

describe("an example with the loop of", function()
  local COMMAND = "for i in 1 2 3; do echo line $i; sleep 0.2; done"

  for _, name in ipairs{ "luv", "cqueues" } do
    it(name .. " follows a container while its timer ticks", function()
      local container, guard = shell(COMMAND)
      local _ <close> = guard
      local output = engine.sh(
        ("DOCKER_HOST=%s timeout 60 lua5.4 examples/%s.lua %s 0.2"):format(
          engine.host(), name, container:id()))
      local ticks = output:match(
        "^line 1\nline 2\nline 3\n3 lines, (%d+) ticks$")
      assert.truthy(tonumber(ticks) >= 3, output)
    end)

    it(name .. " is short", function()
      local count = 0
      for _ in io.lines(("examples/%s.lua"):format(name)) do
        count = count + 1
      end
      assert.truthy(count < 60)
    end)
  end
end)

describe("many tasks", function()
  it("take little each", function()
    local functions, n = {}, 1000
    for i = 1, n do functions[i] = function() return docker:ping() end end
    local start = core.now()
    assert.equal(n, select("#", gather(table.unpack(functions))))
    assert.truthy(core.now() - start < 60)
  end)
end)
