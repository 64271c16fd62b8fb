-- SPDX-License-Identifier: MIT
-- Many calls and many objects leave nothing behind: no file, no memory.
--
-- MOONSAIL_SOAK=1 for the long run: 10,000 pings, 2,000 containers. For longer
-- still there is tools/soak.sh.

local core = require "moonsail.core"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"

local docker = fixture.client()
local LONG = os.getenv "MOONSAIL_SOAK" == "1"

-- What a process may grow by without losing anything: a heap has holes.
local ALLOWED = 128 * 1024
local ROUNDS = 4

-- Collecting now and then keeps the peak, and with it the holes, small.
local function repeat_it(count, fn)
  for i = 1, count do
    fn()
    if i % 100 == 0 then collectgarbage() end
  end
end

-- Calls fn `warm_up` times, then `count` times in a round, after which the
-- process must not have grown. A heap grows now and then without a loss: what
-- is lost is lost in every round, so one of them in which nothing is will do.
local function soak(warm_up, count, fn)
  repeat_it(warm_up, fn)
  local files = engine.open_files()
  local grown
  for _ = 1, ROUNDS do
    local memory, began = engine.resident(), core.now()
    repeat_it(count, fn)
    grown = fixture.growth(memory)
    if LONG then
      io.write(("\n%d times in %.1f s: %+d KiB\n"):format(count,
        core.now() - began, grown // 1024))
    end
    if grown <= ALLOWED then break end
  end
  assert.is_true(grown <= ALLOWED,
                 ("memory has grown by %d KiB"):format(grown // 1024))
  assert.is_true(engine.open_files() <= files)
end

describe("many #private", function()
  after_each(fixture.clean)
  teardown(function() assert.equal("", fixture.left()) end)

  it("pings", function()
    soak(1000, 10000, function() assert(docker:ping()) end)
  end)

  it("containers, from creation to removal", function()
    soak(LONG and 100 or 5, LONG and 2000 or 15, function()
      local container = docker.containers:create("busybox", { "true" })
      container:start()
      assert(container:wait().exit_code == 0)
      container:remove()
    end)
  end)

  it("objects, logs and streams that are left", function()
    local container = fixture.started{ "sh", "-c", "yes | head -n 20000" }
    container:wait()
    soak(50, LONG and 2000 or 200, function()
      local same = docker.containers:get(container:id())
      assert(same:reload() == container)
      assert(#docker.containers:list{ all = true } > 0)
      assert(#same:logs{ tail = 10 } == 10)
      for line in same:logs{ follow = true } do
        if line == "y" then break end
      end
    end)
  end)

  it("errors", function()
    local name = fixture.name()
    soak(500, LONG and 10000 or 1000, function()
      local ok, problem = pcall(docker.containers.get, docker.containers,
                                name)
      assert(not ok and problem.kind == "not_found")
      assert(not pcall(docker.containers.create, docker.containers,
                       "busybox", { ports = { "x" } }))
    end)
  end)

  it("streams, sessions and tasks, at random and at once", function()
    local output, status = engine.try(("lua5.4 tools/soak.lua %s %d"):format(
      engine.host(), LONG and 300 or 10))
    assert(status == 0, output)
  end)
end)
