-- SPDX-License-Identifier: MIT
-- Tasks: their turns, results, errors, ends.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local moonsail = require "moonsail"
local play = require "spec.support.play"

local run, spawn, sleep = moonsail.run, moonsail.spawn, moonsail.sleep

-- Something to be closed that writes into a list.
local function closing(fn)
  return setmetatable({}, { __close = fn })
end

-- A function that waits until it is told to go on, by its own method.
local function gate()
  local queue = moonsail.queue()
  return { wait = function() return queue:get() end,
           open = function() queue:put(true) end }
end

describe("a task", function()
  it("gives what its function returns, as often as one asks", function()
    run(function()
      local task = spawn(function(...) return select("#", ...), ... end, 1,
                         nil, "x", nil)
      for _ = 1, 2 do
        assert.same({ 4, 1, nil, "x", nil, n = 5 },
                    table.pack(task:join()))
      end
      local others = {}
      for i = 1, 3 do
        others[i] = spawn(function() return (task:join()) end)
      end
      for i = 1, 3 do assert.equal(4, (others[i]:join())) end
    end)
  end)

  it("can be joined from outside, and gives many results", function()
    local many = {}
    for i = 1, 5000 do many[i] = i end
    local task = spawn(function() return table.unpack(many) end)
    assert.same(many, { task:join() })
    assert.equal(5000, select("#", task:join()))
  end)

  it("begins with the next wait, in the order of spawning", function()
    run(function()
      local order = {}
      for i = 1, 4 do spawn(function() order[#order + 1] = i end) end
      assert.same({}, order)
      sleep(0)
      assert.same({ 1, 2, 3, 4 }, order)
    end)
  end)

  it("says what it does", function()
    run(function()
      local self
      local door = gate()
      local task = spawn(function()
        door.wait()
        return self:status()
      end)
      self = task
      assert.equal("ready", task:status())
      assert.matches("^task %(ready%)$", tostring(task))
      sleep(0)
      assert.equal("waiting", task:status())
      door.open()
      assert.equal("running", task:join())
      assert.equal("ended", task:status())
      assert.is_nil(task:traceback())
    end)
  end)

  it("may be waited for with a limit", function()
    run(function()
      local door = gate()
      local task = spawn(function() return door.wait() end)
      assert.same({ nil, "timeout", n = 2 }, table.pack(task:join(0)))
      assert.same({ nil, "timeout", n = 2 }, table.pack(task:join(0.01)))
      door.open()
      assert.is_true(task:join(10))
      for _, seconds in ipairs{ -1, "x" } do
        caught("argument", task.join, task, seconds)
      end
    end)
  end)

  it("goes on while others only ask whether it has ended", function()
    run(function()
      local task = spawn(function() return core.sleep(0) or "done" end)
      local tries, result = 0
      repeat
        result = task:join(0)
        tries = tries + 1
      until result or tries == 10
      assert.equal("done", result)
    end)
  end)

  it("is made of a function, or of what can be called", function()
    caught("argument", spawn)
    caught("argument", spawn, nil)
    caught("argument", spawn, 7)
    caught("argument", run, "x")
    local callable = setmetatable({}, { __call = function(_, x) return x end })
    assert.equal(3, run(callable, 3))
  end)

  it("may make others, without end", function()
    local function grow(n)
      return n == 0 and 0 or spawn(grow, n - 1):join() + 1
    end
    assert.equal(300, run(grow, 300))
  end)

  it("has help, as everything has", function()
    local task = spawn(function() end)
    assert.matches("fiber:join", task:help("join"))
    assert.matches("queue:put", moonsail.queue():help("put"))
    assert.matches("loop:step", moonsail.loop():help("step"))
    task:join()
  end)
end)

describe("the error of a task", function()
  it("goes to whoever joins it, every time", function()
    run(function()
      local problem = { "mine" }
      local task = spawn(function() error(problem) end)
      for _ = 1, 2 do
        local ok, got = pcall(task.join, task)
        assert.is_false(ok)
        assert.equal(problem, got)
      end
      assert.equal("failed", task:status())
      assert.matches("task_spec.lua", task:traceback())
    end)
  end)

  it("has a traceback, once", function()
    local ok, problem = pcall(run, function()
      run(function() spawn(function() error("boom", 0) end):join() end)
    end)
    assert.is_false(ok)
    assert.matches("^boom\nstack traceback:\n", problem)
    assert.equal(1, select(2, problem:gsub("stack traceback:", "")))
  end)

  it("has a traceback as a field, when it is one of ours", function()
    local problem = caught("argument", run, function() sleep(-1) end)
    assert.matches("task_spec.lua", problem.traceback)
    assert.matches("^moonsail: sleep: seconds", tostring(problem))
  end)

  it("may be anything", function()
    for _, value in ipairs{ 1, true, {}, print } do
      local ok, problem = pcall(run, function() error(value, 0) end)
      assert.is_false(ok)
      assert.equal(value, problem)
    end
    assert.same({ false, nil, n = 2 },
                table.pack(pcall(run, function() error(nil) end)))
  end)

  it("may be one that was made by what closes things", function()
    local ok, problem = pcall(run, function()
      local _ <close> = closing(function() sleep(0) error("second", 0) end)
      error("first", 0)
    end)
    assert.is_false(ok)
    assert.matches("^second", problem)
  end)

  it("may come when memory is short, or the stack overflows", function()
    local function deep() return 1 + deep() end
    local ok, problem = pcall(run, deep)
    assert.is_false(ok)
    assert.matches("stack overflow", problem)
    assert.equal(1, run(function() return 1 end))
  end)
end)

describe("cancelling", function()
  it("ends a task where it waits, and closes what is to be closed", function()
    run(function()
      local told = {}
      local task = spawn(function()
        local _ <close> = closing(function(_, problem)
          told[#told + 1] = problem.kind
          sleep(0.001) -- may wait
          told[#told + 1] = "closed"
        end)
        sleep(100)
        told[#told + 1] = "never"
      end)
      sleep(0)
      assert.is_true(task:cancel())
      assert.equal("waiting", task:status())
      caught("cancelled", task.join, task)
      assert.same({ "cancelled", "closed" }, told)
      assert.equal("cancelled", task:status())
      assert.is_false(task:cancel())
    end)
  end)

  it("is one error, which may be caught", function()
    run(function()
      local task = spawn(function()
        local ok, problem = pcall(sleep, 100)
        assert(not ok and problem.kind == "cancelled")
        sleep(0.001)
        return "went on"
      end)
      sleep(0)
      task:cancel()
      task:cancel()
      assert.equal("went on", task:join())
      assert.equal("ended", task:status())
    end)
  end)

  it("keeps a task that has not begun from beginning", function()
    run(function()
      local begun = false
      local task = spawn(function() begun = true end)
      assert.is_true(task:cancel())
      assert.equal("cancelled", task:status())
      caught("cancelled", task.join, task)
      sleep(0)
      assert.is_false(begun)
    end)
  end)

  it("waits for the next wait of one that runs", function()
    run(function()
      local task
      task = spawn(function()
        task:cancel()
        local n = 1
        pcall(function() n = n + 1 end)
        sleep(0)
        return n
      end)
      caught("cancelled", task.join, task)
      local last
      last = spawn(function() last:cancel() return "done" end)
      assert.equal("done", last:join())
    end)
  end)

  local WAITS = {
    ["in a coroutine of its own"] = function()
      coroutine.wrap(function() sleep(100) end)()
    end,
    ["within table.sort"] = function()
      table.sort({ 2, 1 }, function(a, b) sleep(100) return a < b end)
    end,
    ["for a queue"] = function() moonsail.queue():get() end,
    ["for a queue that is full"] = function()
      local queue = moonsail.queue(1)
      queue:put(1)
      queue:put(2)
    end,
    ["for another task"] = function()
      local task = spawn(sleep, 100)
      local _ <close> = closing(function() task:cancel() end)
      task:join()
    end,
    ["for several tasks"] = function()
      moonsail.gather(function() sleep(100) end, function() sleep(100) end)
    end,
    ["in a run of its own"] = function()
      run(function() spawn(sleep, 100) sleep(100) end)
    end,
    ["for what a run has spawned"] = function()
      run(function() spawn(sleep, 100) end)
    end,
  }
  for where, fn in pairs(WAITS) do
    it("reaches a task that waits " .. where, function()
      local started = core.now()
      run(function()
        local task = spawn(fn)
        -- it may wait in place, above us
        spawn(function() task:cancel() end)
        local problem = caught("cancelled", task.join, task)
        assert.equal("the task was cancelled", problem.message)
        for _, other in ipairs{ spawn(function() end) } do other:join() end
      end, fn)
      assert.truthy(core.now() - started < 5)
    end)
  end

  it("closes the call that it waits for", function()
    local said, reported
    local server <close>, client = play.start({ "pause 5000" }, {
      on_result = function(record) reported = record.error end,
    })
    run(function()
      local task = spawn(function()
        local ok, problem = pcall(client.info, client)
        said = problem.kind
        assert(not ok)
      end)
      while server:log("accept") == 0 do sleep(0.001) end
      task:cancel()
      task:join()
    end)
    assert.equal("cancelled", said)
    assert.equal("cancelled", reported.kind)
  end)
end)

describe("joining", function()
  it("refuses what would never end", function()
    run(function()
      local a, b
      a = spawn(function()
        caught("argument", a.join, a)
        sleep(0)
        return b:join()
      end)
      b = spawn(function()
        sleep(0)
        sleep(0)
        local problem = caught("argument", a.join, a)
        assert(problem.message:find("wait for ever"))
        caught("argument", moonsail.gather, a)
        return 7
      end)
      assert.equal(7, a:join())
    end)
  end)

  it("refuses, in place, a task that waits in place below", function()
    run(function()
      local below
      below = spawn(function()
        table.sort({ 2, 1 }, function(a, b) sleep(0.005) return a < b end)
        return "sorted"
      end)
      local above = spawn(function()
        coroutine.wrap(function()
          caught("argument", below.join, below)
        end)()
        return below:join() -- here it yields
      end)
      assert.equal("sorted", above:join())
    end)
  end)

  it("refuses a task around it", function()
    run(function()
      local outer
      outer = spawn(function()
        run(function()
          run(function() caught("argument", outer.join, outer) end)
        end)
      end)
      outer:join()
    end)
  end)
end)

describe("coroutines in tasks", function()
  it("yield what they like to whom they like", function()
    run(function()
      local function squares(n)
        return coroutine.wrap(function()
          for i = 1, n do
            sleep(0)
            coroutine.yield(i, i * i)
          end
        end)
      end
      local sum = 0
      for _, square in squares(4) do sum = sum + square end
      assert.equal(30, sum)
    end)
  end)

  it("let other tasks go on while they wait", function()
    run(function()
      local ticks = 0
      local ticker = spawn(function()
        while true do ticks = ticks + 1 sleep(0.001) end
      end)
      coroutine.wrap(function() sleep(0.05) end)()
      assert.truthy(ticks > 3, ticks)
      local list = { 3, 1, 2 }
      local before = ticks
      table.sort(list, function(a, b) sleep(0.01) return a < b end)
      assert.truthy(ticks > before + 3, ticks - before)
      before = ticks
      assert.equal("bb", (("aa"):gsub("a", function()
        sleep(0.01)
        return "b"
      end)))
      assert.truthy(ticks > before + 3, ticks - before)
      ticker:cancel()
    end)
  end)

  it("may wait in place, however many do", function()
    run(function()
      local left, tasks = 60, {}
      for i = 1, left do
        tasks[i] = spawn(function()
          local list = { 5, 2, 4, 1, 3 }
          table.sort(list, function(a, b)
            sleep(0.0001)
            return a < b
          end)
          left = left - 1
          return table.concat(list)
        end)
      end
      for _, task in ipairs(tasks) do assert.equal("12345", task:join()) end
      assert.equal(0, left)
    end)
  end)

  it("do not break what is deep in C already", function()
    local function nest(n)
      if n == 0 then return sleep(0.001) end
      local co = coroutine.wrap(function() nest(n - 1) end)
      co()
    end
    run(function()
      local tasks = {}
      for i = 1, 20 do
        tasks[i] = spawn(function() return pcall(nest, 40) end)
      end
      for _, task in ipairs(tasks) do
        assert.is_true((task:join()))
      end
    end)
  end)

  it("pass waits through pcall, metamethods and loops", function()
    run(function()
      local slow = setmetatable({}, {
        __index = function(_, key) sleep(0) return key end,
        __add = function() sleep(0) return 5 end,
        __close = function() sleep(0) end,
      })
      local value <const> = select(2, pcall(function()
        local _ <close> = slow
        return slow.x .. slow + 1
      end))
      assert.equal("x5", value)
      assert.same({ false, "no" }, { pcall(function()
        sleep(0)
        error("no", 0)
      end) })
    end)
  end)
end)

describe("a task that yields itself", function()
  it("only lets others have a turn, when nobody is to hear", function()
    run(function()
      local order = {}
      local one = spawn(function()
        order[#order + 1] = 1
        assert(select("#", coroutine.yield("what")) == 0)
        order[#order + 1] = 3
      end)
      spawn(function() order[#order + 1] = 2 end)
      one:join()
      assert.same({ 1, 2, 3 }, order)
    end)
  end)

  it("speaks to the coroutine that has called run", function()
    local talk = coroutine.wrap(function(...)
      return "end", run(function(...)
        local got = { ... }
        got[#got + 1] = coroutine.yield("one", nil)
        sleep(0.001)
        local task = spawn(function() return coroutine.yield("two") end)
        got[#got + 1] = task:join()
        got[#got + 1] = select("#", coroutine.yield())
        return table.concat(got, " ")
      end, ...)
    end)
    assert.same({ "one", nil, n = 2 }, table.pack(talk("a", "b")))
    assert.same({ "two", n = 1 }, table.pack(talk("c")))
    assert.same({ n = 0 }, table.pack(talk("d")))
    assert.same({ "end", "a b c d 3", n = 2 }, table.pack(talk(1, 2, 3)))
  end)

  it("speaks through a run within a run", function()
    local talk = coroutine.wrap(function()
      return run(function()
        return run(function() return coroutine.yield("in") end)
      end)
    end)
    assert.equal("in", talk())
    assert.equal("out", talk("out"))
  end)

  it("is only polite when run was called through C", function()
    local list = { 2, 1 }
    local talk = coroutine.wrap(function()
      table.sort(list, function(a, b)
        return run(function()
          coroutine.yield("unheard")
          return a < b
        end)
      end)
      return "sorted"
    end)
    assert.equal("sorted", talk())
  end)

  it("is heard one at a time, in turn", function()
    local talk = coroutine.wrap(function()
      run(function()
        for i = 1, 3 do
          spawn(function()
            assert(coroutine.yield(i) == i * 10)
            assert(coroutine.yield(i + 3) == (i + 3) * 10)
          end)
        end
      end)
      return "end"
    end)
    local heard, said = {}, talk()
    while said ~= "end" do
      heard[#heard + 1] = said
      said = talk(said * 10)
    end
    assert.same({ 1, 2, 3, 4, 5, 6 }, heard)
  end)

  it("may be left alone for good", function()
    local ended = false
    do
      local co = coroutine.create(function()
        run(function()
          local _ <close> = closing(function() ended = true end)
          coroutine.yield("forgotten")
          sleep(100)
        end)
      end)
      assert.same({ true, "forgotten" }, { coroutine.resume(co) })
      assert.is_true(coroutine.close(co))
    end
    assert.is_true(ended)
    assert.equal(0, moonsail.loop():step())
  end)

  it("goes on by itself when its listener is collected", function()
    local ended = false
    do
      local co = coroutine.create(function()
        run(function()
          coroutine.yield("forgotten")
          ended = true
        end)
      end)
      coroutine.resume(co)
    end
    collectgarbage()
    collectgarbage()
    sleep(0)
    sleep(0)
    assert.is_true(ended)
  end)
end)

describe("the coroutine of a task in the hands of others", function()
  it("is not woken by them", function()
    run(function()
      local co, woken
      local task = spawn(function()
        co = coroutine.running()
        sleep(0.02)
        woken = true
        return "slept"
      end)
      sleep(0)
      for _ = 1, 3 do assert.is_true(coroutine.resume(co, "boo")) end
      assert.is_nil(woken)
      assert.equal("slept", task:join())
    end)
  end)

  it("may be closed, and then the task has ended", function()
    run(function()
      local co
      local task = spawn(function()
        co = coroutine.running()
        moonsail.queue():get()
      end)
      sleep(0)
      coroutine.close(co)
      collectgarbage()
      caught("closed", task.join, task)
    end)
  end)

  it("may be closed while it waits for a task, which may go", function()
    run(function()
      local co, joiner
      local function is_closed() return coroutine.status(co) == "dead" end
      do
        local joined
        joiner = spawn(function()
          co = coroutine.running()
          local task = joined
          joined = nil
          return task:join()
        end)
        spawn(function()
          sleep(0)
          sleep(0)
          coroutine.close(co)
        end)
        joined = spawn(function() repeat sleep(0) until is_closed() end)
      end
      spawn(function()
        repeat sleep(0) until is_closed()
        collectgarbage()
        collectgarbage()
        caught("closed", joiner.join, joiner)
      end):join()
    end)
  end)

  it("may be closed when it has ended, with its results", function()
    run(function()
      for _, fails in ipairs{ false, true } do
        local co
        local task = spawn(function()
          co = coroutine.running()
          if fails then error "oops" end
          return table.unpack({}, 1, 100)
        end)
        pcall(task.join, task)
        coroutine.close(co)
        caught("closed", task.join, task)
      end
    end)
  end)

  it("may be resumed by others than those who hear what it yields",
     function()
    local co
    local talk = coroutine.wrap(function()
      return run(function()
        spawn(function()
          co = coroutine.running()
          coroutine.yield(table.unpack({}, 1, 200))
          coroutine.yield()
        end)
        sleep(0)
        coroutine.resume(co)
        sleep(0)
        return "done"
      end)
    end)
    local result
    repeat result = talk() until result
    assert.equal("done", result)
  end)

  it("may be resumed where it has yielded itself", function()
    local co
    local talk = coroutine.wrap(function()
      return run(function()
        local task = spawn(function()
          co = coroutine.running()
          local got = coroutine.yield("out")
          sleep(0.001)
          return got, "end"
        end)
        return task:join()
      end)
    end)
    assert.equal("out", talk())
    assert.is_true(coroutine.resume(co, "other"))
    assert.same({ "other", "end" }, { talk("lost") })
  end)
end)

describe("tasks and the collector", function()
  it("are kept while they live, and gone when nobody holds them", function()
    local held = setmetatable({}, { __mode = "k" })
    run(function()
      for i = 1, 10 do
        local kept = { i }
        local task = spawn(function() sleep(0.001) return kept end)
        held[task], held[kept] = true, true
      end
      collectgarbage()
      assert.truthy(next(held))
    end)
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(held))
  end)

  it("are gone when they have failed, or were cancelled", function()
    local held = setmetatable({}, { __mode = "k" })
    for _ = 1, 3 do
      pcall(run, function()
        held[spawn(sleep, 100)] = true
        held[spawn(error, "no")] = true
        held[spawn(error, "no")] = true
        sleep(0)
      end)
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(held))
    assert.equal(0, moonsail.loop():step())
  end)
end)
