-- SPDX-License-Identifier: MIT
-- An engine that is killed in the middle of things, and comes back.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local socket = require "socket"

describe("when the engine is killed #private", function()
  local victim, docker

  setup(function()
    victim = engine.start()
    docker = moonsail.client(victim.host)
  end)

  teardown(function()
    docker:close()
    victim:down()
  end)

  -- What the process holds, before and after.
  local function files()
    collectgarbage()
    collectgarbage()
    return engine.open_files()
  end

  local function seconds_since(moment)
    return socket.gettime() - moment
  end

  -- Kills it in a moment, beside what we do: a function that tells when.
  local function kill_soon()
    local path = os.tmpname()
    os.execute(("{ sleep 0.5; date +%%s.%%N >%s; sh tools/engine.sh kill %s;"
      .. " } >/dev/null 2>&1 &"):format(path, victim.folder))
    return function()
      local file <close> = assert(io.open(path))
      os.remove(path)
      return file:read("n")
    end
  end

  -- The next call fails while it is away, and works when it is back.
  local function comes_back(before)
    caught("connection", docker.ping, docker)
    victim:restart()
    assert.is_true(docker:ping())
    assert.is_table(docker.containers:list{ all = true })
    assert.is_true(files() <= before + 1) -- a connection is kept
    for _, container in ipairs(docker.containers:list{ all = true }) do
      container:remove{ force = true }
    end
  end

  it("a call that waits fails within a second", function()
    local container = docker.containers:run("busybox", { "sleep", "300" },
                                            { detach = true })
    local before = files()
    local killed = kill_soon()
    local problem = caught("connection", container.wait, container)
    assert.is_true(seconds_since(killed()) < 1)
    assert.equal("container:wait", problem.method)
    assert.equal("ContainerWait", problem.operation)
    comes_back(before)
  end)

  it("a run fails within a second", function()
    local before = files()
    local killed = kill_soon()
    local problem = caught("connection", docker.containers.run,
                           docker.containers, "busybox", { "sleep", "300" })
    assert.is_true(seconds_since(killed()) < 1)
    assert.equal("containers:run", problem.method)
    comes_back(before)
  end)

  it("a followed log fails within a second, busy or idle", function()
    for _, command in ipairs{ { "yes" },
                              { "sh", "-c", "echo y; sleep 300" } } do
      local container = docker.containers:run("busybox", command,
                                              { detach = true })
      local before = files()
      local stream = container:logs{ follow = true }
      assert.equal("y", (stream()))
      victim:kill()
      local moment = socket.gettime()
      local problem = caught("connection", function()
        for _ in stream do end -- luacheck: ignore
      end)
      assert.is_true(seconds_since(moment) < 1)
      assert.equal("container:logs", problem.method)
      assert.is_true(stream:is_closed())
      comes_back(before)
    end
  end)

  it("a pull fails within a second", function()
    local before = files()
    local moment
    local problem = caught("connection", docker.images.pull, docker.images,
      engine.registry() .. "/fresh", { progress = function()
        if moment then return end
        victim:kill()
        moment = socket.gettime()
      end })
    assert.is_true(seconds_since(moment) < 1)
    assert.equal("images:pull", problem.method)
    comes_back(before)
    assert.is_table(docker.images:pull(engine.registry() .. "/fresh"):attrs())
  end)

  it("nothing is lost over many deaths", function()
    local before = engine.resident()
    for _ = 1, 3 do
      victim:kill()
      caught("connection", docker.version, docker)
      victim:restart()
      assert.is_table(docker:version())
    end
    assert.is_true(fixture.growth(before) < 1024 * 1024)
  end)
end)
