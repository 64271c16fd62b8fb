-- SPDX-License-Identifier: MIT
-- run and gather: what is spawned in them does not outlive them.

local caught = require "spec.support.caught"
local moonsail = require "moonsail"

local run, spawn, sleep = moonsail.run, moonsail.spawn, moonsail.sleep
local gather = moonsail.gather

local function closing(fn)
  return setmetatable({}, { __close = fn })
end

-- A task that waits until it is cancelled, and then ends in its own time.
local function lingering(told, name)
  return function()
    local _ <close> = closing(function()
      sleep(0.002)
      told[#told + 1] = name
    end)
    sleep(100)
  end
end

describe("run", function()
  it("waits for all that was spawned in it", function()
    local told = {}
    assert.equal("first", run(function()
      spawn(function()
        sleep(0.002)
        spawn(function() sleep(0.002) told[#told + 1] = "grandchild" end)
        told[#told + 1] = "child"
      end)
      return "first"
    end))
    assert.same({ "child", "grandchild" }, told)
    assert.equal(0, moonsail.loop():step())
  end)

  it("ends all when its function fails, and waits for them", function()
    local told = {}
    local ok, problem = pcall(run, function()
      spawn(lingering(told, "a"))
      spawn(function() spawn(lingering(told, "b")) sleep(100) end)
      spawn(function() error("not this one") end)
      sleep(0.001)
      error("mine", 0)
    end)
    assert.is_false(ok)
    assert.matches("^mine", problem)
    table.sort(told)
    assert.same({ "a", "b" }, told)
    assert.equal(0, moonsail.loop():step())
  end)

  it("raises the first error that nobody has joined", function()
    local told, ended = {}, false
    local ok, problem = pcall(run, function()
      spawn(lingering(told, "a"))
      spawn(function() sleep(0.001) error("first", 0) end)
      spawn(function() sleep(0.002) error("second", 0) end)
      sleep(0.01)
      ended = true
      return 1
    end)
    assert.is_false(ok)
    assert.is_true(ended)
    assert.matches("^first", problem)
    assert.same({ "a" }, told)
  end)

  it("leaves an error to who joins it", function()
    assert.equal("fine", run(function()
      local bad = spawn(function() sleep(0.001) error("bad", 0) end)
      local other = spawn(function() return pcall(bad.join, bad) end)
      local late = spawn(error, "late")
      sleep(0.002)
      assert.is_false(pcall(late.join, late))
      assert.is_false((other:join()))
      return "fine"
    end))
  end)

  it("says nothing of tasks that were cancelled", function()
    assert.equal(1, run(function()
      local task = spawn(sleep, 100)
      sleep(0)
      task:cancel()
      return 1
    end))
  end)

  it("may stand within another, and in none", function()
    local order, door = {}, moonsail.queue()
    run(function()
      spawn(function()
        local word = door:get()
        order[#order + 1] = word
      end)
      run(function()
        spawn(function() sleep(0.001) order[#order + 1] = "inner" end)
      end)
      order[#order + 1] = "between"
      door:put "outer"
    end)
    assert.same({ "inner", "between", "outer" }, order)
  end)

  it("may be left by a task that is detached", function()
    local told = false
    local task = run(function()
      return spawn(function() sleep(0.005) told = true end):detach()
    end)
    assert.is_false(told)
    sleep(0)
    assert.equal("waiting", task:status())
    sleep(0.02) -- it goes on while anything waits
    assert.is_true(told)
    run(function() spawn(error, "nobody knows"):detach() end)
    sleep(0)
  end)

  it("is cancelled with all that is in it, once more if need be", function()
    local told = {}
    run(function()
      local task = spawn(function()
        run(function()
          spawn(lingering(told, "child"))
          sleep(100)
        end)
      end)
      sleep(0.001)
      task:cancel()
      sleep(0)
      task:cancel() -- while it waits for its child, which is cancelled again
      caught("cancelled", task.join, task)
      assert.equal("cancelled", task:status())
    end)
    assert.equal(0, moonsail.loop():step())
    assert.truthy(#told <= 1)
  end)

  it("lets what is being ended spawn and wait", function()
    local told
    pcall(run, function()
      spawn(function()
        local _ <close> = closing(function()
          told = gather(function() sleep(0.001) return "cleaned" end)
        end)
        sleep(100)
      end)
      sleep(0)
      error("end")
    end)
    assert.equal("cleaned", told)
  end)

  it("ends what waits in place below it", function()
    local told = {}
    run(function()
      local outer = spawn(function()
        run(function()
          spawn(function()
            local _ <close> = closing(function() told[#told + 1] = "sort" end)
            table.sort({ 2, 1 }, function() sleep(100) end)
          end)
          sleep(0.002) -- it is resumed within the comparator
          error("mine", 0)
        end)
      end)
      assert.is_false(pcall(outer.join, outer))
    end)
    assert.same({ "sort" }, told)
  end)

  it("leaves what it cannot end, as it stands on it", function()
    local told = {}
    run(function()
      local outer = spawn(function()
        coroutine.wrap(function()
          run(function()
            spawn(function()
              local _ <close> = closing(function() told[#told + 1] = 1 end)
              table.sort({ 2, 1 }, function() sleep(0.01) end)
            end)
            sleep(0.002)
            error("mine", 0)
          end)
        end)()
      end)
      assert.is_false(pcall(outer.join, outer))
    end)
    sleep(0.02)
    assert.same({ 1 }, told)
    assert.equal(0, moonsail.loop():step())
  end)

  it("can be called through C", function()
    local list = { 3, 1, 2 }
    table.sort(list, function(a, b)
      return run(function()
        spawn(sleep, 0)
        return a < b
      end)
    end)
    assert.same({ 1, 2, 3 }, list)
  end)
end)

describe("gather", function()
  it("gives one value of each, in the order given", function()
    assert.same({ 1, nil, "three", nil, n = 4 }, table.pack(gather(
      function() sleep(0.002) return 1, "more" end,
      function() end,
      spawn(function() sleep(0.001) return "three" end),
      function() return nil end)))
    assert.equal(0, select("#", gather()))
  end)

  it("ends the others when one fails, and waits for them", function()
    local told = {}
    local ok, problem = pcall(gather, lingering(told, "a"), function()
      sleep(0.001)
      error("this", 0)
    end, function() sleep(0.1) error("too late") end)
    assert.is_false(ok)
    assert.matches("^this", problem)
    assert.same({ "a" }, told)
    assert.equal(0, moonsail.loop():step())
  end)

  it("raises what failed first, also when it had before", function()
    run(function()
      local bad = spawn(error, "old", 0)
      sleep(0)
      local ok, problem = pcall(gather, function() error("new", 0) end, bad)
      assert.is_false(ok)
      assert.matches("^old", problem)
    end)
  end)

  it("takes its tasks along when it is cancelled", function()
    local told = {}
    run(function()
      local task = spawn(gather, lingering(told, 1), lingering(told, 2))
      sleep(0.001)
      task:cancel()
      caught("cancelled", task.join, task)
      assert.same({ 1, 2 }, told)
    end)
  end)

  it("takes functions and tasks, and touches none when that is wrong",
     function()
    local task = spawn(function() return 1 end)
    caught("argument", gather, task, 7)
    caught("argument", gather, task, nil)
    assert.equal("ready", task:status())
    assert.equal(1, gather(task))
  end)

  it("may be given the same task twice", function()
    local task = spawn(function() return "x" end)
    assert.same({ "x", "x" }, { gather(task, task) })
  end)
end)
