-- SPDX-License-Identifier: MIT
-- Queues between tasks.

local caught = require "spec.support.caught"
local moonsail = require "moonsail"

local run, spawn, sleep = moonsail.run, moonsail.spawn, moonsail.sleep

describe("a queue", function()
  it("gives what was put, in that order", function()
    local queue = moonsail.queue()
    for i = 1, 5 do queue:put(i) end
    queue:put(false)
    assert.equal(6, #queue)
    for i = 1, 5 do assert.equal(i, queue:get()) end
    assert.is_false(queue:get())
    assert.equal(0, #queue)
    assert.matches("^queue of 0$", tostring(queue))
  end)

  it("refuses what is no limit, and what is no time", function()
    for _, limit in ipairs{ 0, -1, 1.5, "x", {} } do
      caught("argument", moonsail.queue, limit)
    end
    local queue = moonsail.queue()
    for _, seconds in ipairs{ -1, "x", 0 / 0 } do
      local problem = caught("argument", queue.get, queue, seconds)
      assert.equal("queue:get", problem.method)
      assert.equal("seconds: expected 0 or more", problem.message)
    end
    caught("argument", moonsail.sleep, "x")
    caught("argument", moonsail.sleep)
  end)

  it("has who takes wait, and serve those first who wait longest", function()
    run(function()
      local queue, got = moonsail.queue(), {}
      for i = 1, 3 do
        spawn(function()
          for _ = 1, 2 do
            local word = queue:get()
            got[#got + 1] = i .. word
          end
        end)
      end
      sleep(0)
      for _, word in ipairs{ "a", "b", "c", "d", "e", "f" } do
        queue:put(word)
        sleep(0)
      end
      assert.same({ "1a", "2b", "3c", "1d", "2e", "3f" }, got)
    end)
  end)

  it("has who puts wait when it is full", function()
    run(function()
      local queue, put = moonsail.queue(2), 0
      spawn(function()
        for i = 1, 5 do
          queue:put(i)
          put = i
        end
        queue:close()
      end)
      sleep(0)
      assert.equal(2, put)
      local got = {}
      for i in queue do
        got[#got + 1] = i
        assert.truthy(#queue <= 2)
      end
      assert.same({ 1, 2, 3, 4, 5 }, got)
    end)
  end)

  it("may be waited for with a limit", function()
    local queue = moonsail.queue()
    assert.same({ nil, "timeout", n = 2 }, table.pack(queue:get(0)))
    assert.same({ nil, "timeout", n = 2 }, table.pack(queue:get(0.01)))
    queue:put(1)
    assert.equal(1, queue:get(0))
  end)

  it("lets others put with a limit of 0", function()
    local queue = moonsail.queue()
    spawn(function() queue:put("x") end)
    assert.equal("x", queue:get(0))
  end)

  it("ends when it is closed, after what is in it", function()
    run(function()
      local queue = moonsail.queue(1)
      local getter = spawn(function() return queue:get(), queue:get() end)
      local reader = spawn(function() return queue:get() end)
      sleep(0)
      queue:put("last")
      local putter = spawn(function() queue:put("late") queue:put("x") end)
      sleep(0)
      queue:close()
      queue:close()
      assert.equal("last", (getter:join()))
      assert.equal("late", (reader:join()))
      caught("closed", putter.join, putter)
      assert.same({ nil, "closed", n = 2 }, table.pack(queue:get()))
      caught("closed", queue.put, queue, 1)
      for _ in queue do error("nothing is in it") end
    end)
  end)

  it("is closed by <close>", function()
    local kept
    do
      local queue <close> = moonsail.queue()
      kept = queue
    end
    assert.matches("%(closed%)", tostring(kept))
  end)

  it("refuses what it cannot hold, and limits that are none", function()
    local queue = moonsail.queue()
    caught("argument", queue.put, queue)
    caught("argument", queue.put, queue, nil)
    caught("argument", moonsail.queue, 0)
    caught("argument", moonsail.queue, -1)
    caught("argument", queue.put, moonsail.loop(), 1)
  end)

  it("keeps nothing that was taken", function()
    local queue, held = moonsail.queue(), setmetatable({}, { __mode = "k" })
    for _ = 1, 3 do
      local value = {}
      held[value] = true
      queue:put(value)
    end
    for _ = 1, 3 do queue:get() end
    collectgarbage()
    assert.is_nil(next(held))
  end)

  it("loses nothing to who was cancelled", function()
    run(function()
      local queue = moonsail.queue()
      local task = spawn(function() return queue:get() end)
      sleep(0)
      task:cancel()
      caught("cancelled", task.join, task)
      queue:put(1)
      assert.equal(1, #queue)
    end)
  end)
end)
