-- SPDX-License-Identifier: MIT
-- A container: what it tells, and what can be done with it.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"

local docker = fixture.client()

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

local function inspect(container, format)
  return engine.docker(("inspect --format %s %s"):format(
    engine.quote(format), container:id()))
end

-- The container as a list has it.
local function listed(container)
  local list = docker.containers:list{
    all = true, filters = { id = container:id() },
  }
  assert.equal(1, #list)
  return list[1]
end

describe("what a container tells", function()
  it("is the same from inspect and from a list", function()
    local name = fixture.name()
    local made = fixture.sleeper{
      name = name, labels = { MyLabel = "x", ["com.example.a"] = "y" },
    }
    for _, container in ipairs{ made, listed(made) } do
      assert.equal(64, #container:id())
      assert.equal(container:id():sub(1, 12), container:short_id())
      assert.equal(name, container:name())
      assert.equal("running", container:status())
      assert.equal("busybox", container:image())
      assert.same({ MyLabel = "x", ["com.example.a"] = "y" },
                  container:labels())
      assert.equal(made:id(), container:attrs().id)
      assert.equal("container " .. container:short_id(),
                   tostring(container))
    end
    assert.is_true(made == listed(made))
  end)

  it("has ports, published or not", function()
    local port, other = fixture.free_port(), fixture.free_port()
    local made = fixture.sleeper{
      ports = { ["80/tcp"] = ("127.0.0.1:%d"):format(port),
                ["53/udp"] = { host_ip = "127.0.0.1", host_port = other } },
      exposed_ports = { "443" },
    }
    for _, container in ipairs{ made, listed(made) } do
      assert.same({
        ["80/tcp"] = { { host_ip = "127.0.0.1", host_port = port } },
        ["53/udp"] = { { host_ip = "127.0.0.1", host_port = other } },
        ["443/tcp"] = {},
      }, container:ports())
    end
  end)
end)

describe("inspect and reload", function()
  it("fetch what has changed", function()
    local container = fixture.created()
    container:start()
    container:wait()
    assert.equal("created", container:status())
    assert.equal("exited", container:inspect().state.status)
    assert.equal("exited", container:status())
    assert.equal(container, container:reload())
  end)

  it("take options", function()
    local container = fixture.created()
    assert.is_nil(container:inspect().size_root_fs)
    assert.equal("integer",
                 math.type(container:inspect{ size = true }.size_root_fs))
    assert.is_string(container:inspect{ raw = true }.Id)
    assert.is_string(container:id())
    caught("argument", container.inspect, container, { sise = true })
  end)

  it("say that it has gone", function()
    local container = fixture.created()
    container:remove()
    caught("not_found", container.inspect, container)
    caught("not_found", container.reload, container)
  end)
end)

describe("start and stop", function()
  it("tell whether anything changed", function()
    local container = fixture.created{ "sh", "-c",
      "trap 'exit 0' TERM; sleep 300 & wait" }
    assert.is_true(container:start())
    assert.is_false(container:start())
    assert.is_true(container:stop())
    assert.is_false(container:stop(1))
    assert.equal("exited", container:reload():status())
  end)

  it("kill after so many seconds", function()
    local container = fixture.started{ "sleep", "300" } -- deaf to TERM
    local began = os.time()
    container:stop(1)
    assert.is_true(os.time() - began <= 5)
    assert.equal("137", inspect(container, "{{.State.ExitCode}}"))
  end)

  it("refuse what is none", function()
    local container = fixture.created{ "/no/such/program" }
    local problem = caught("api", container.start, container)
    assert.matches("no such file", problem.message)
    caught("argument", container.start, container, { now = true })
    caught("argument", container.stop, container, "soon")
    container:remove()
    caught("not_found", container.start, container)
    caught("not_found", container.stop, container)
  end)
end)

describe("restart", function()
  it("starts it anew", function()
    local container = fixture.sleeper()
    local before = inspect(container, "{{.State.StartedAt}}")
    container:restart(5)
    assert.equal("running", container:reload():status())
    assert.are_not.equal(before, inspect(container, "{{.State.StartedAt}}"))
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    caught("argument", container.restart, container, {}, {})
    container:remove()
    caught("not_found", container.restart, container)
  end)
end)

describe("kill", function()
  it("sends a signal", function()
    local container = fixture.started{ "sh", "-c",
      "trap 'exit 7' USR1; while :; do sleep 0.1; done" }
    container:kill "USR1"
    assert.equal(7, container:wait().exit_code)
    local second = fixture.sleeper()
    second:kill()
    assert.equal(137, second:wait().exit_code)
  end)

  it("refuses what is none", function()
    local container = fixture.sleeper()
    caught("api", container.kill, container, "NONSENSE")
    container:stop()
    caught("conflict", container.kill, container)
  end)
end)

describe("pause and unpause", function()
  it("freeze it, and let it go on", function()
    local container = fixture.sleeper()
    container:pause()
    assert.equal("paused", container:reload():status())
    container:unpause()
    assert.equal("running", container:reload():status())
  end)

  it("refuse what is none", function()
    local container = fixture.sleeper()
    caught("api", container.unpause, container)
    container:pause()
    local again = pcall(container.pause, container)
    assert.is_false(again)
    container:unpause()
    container:stop()
    caught("conflict", container.pause, container)
  end)
end)

describe("wait", function()
  it("tells how it ended", function()
    local container = fixture.started{ "sh", "-c", "exit 3" }
    assert.equal(3, container:wait().exit_code)
    assert.equal(3, container:wait("not-running").exit_code)
  end)

  it("waits as long as it takes", function()
    local container = fixture.started{ "sh", "-c", "sleep 1.5; exit 4" }
    assert.equal(4, container:wait{ timeout = 30 }.exit_code)
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    caught("argument", container.wait, container, 7.5)
    container:remove()
    caught("not_found", container.wait, container)
  end)
end)

describe("rename", function()
  it("gives another name", function()
    local container, name = fixture.created(), fixture.name()
    container:rename(name)
    assert.equal(name, container:reload():name())
  end)

  it("refuses what is none", function()
    local container, other = fixture.created(), fixture.created()
    caught("conflict", container.rename, container, other:name())
    caught("argument", container.rename, container)
  end)
end)

describe("remove", function()
  it("removes it, with its volumes", function()
    local container = fixture.created(nil, { volumes = { "/data" } })
    local volume = container:attrs().mounts[1].name
    container:remove{ volumes = true }
    assert.equal("", engine.docker("volume ls -q --filter name=" .. volume))
    caught("not_found", container.inspect, container)
  end)

  it("refuses what runs, unless it is forced", function()
    local container = fixture.sleeper()
    caught("conflict", container.remove, container)
    caught("argument", container.remove, container, { fource = true })
    container:remove{ force = true }
    caught("not_found", container.remove, container)
  end)
end)

describe("top", function()
  it("lists the processes", function()
    local container = fixture.sleeper()
    local top = container:top()
    assert.equal("CMD", top.titles[#top.titles])
    assert.is_true(#top.processes >= 1)
    assert.equal(#top.titles, #top.processes[1])
    assert.same({ "PID" }, container:top("-o pid").titles)
  end)

  it("refuses one that does not run", function()
    local container = fixture.created()
    assert.is_false((pcall(container.top, container)))
    caught("argument", container.top, container, { args = "-e" })
  end)
end)

describe("diff", function()
  it("lists what has changed", function()
    local container = fixture.ended{ "sh", "-c",
      "echo x >/new; rm /etc/group" }
    local kinds = {}
    for _, change in ipairs(container:diff()) do
      kinds[change.path] = change.kind
    end
    assert.equal(1, kinds["/new"])
    assert.equal(2, kinds["/etc/group"])
    assert.equal(0, kinds["/etc"])
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    caught("argument", container.diff, container, { path = "/" })
    container:remove()
    caught("not_found", container.diff, container)
  end)
end)

describe("stats", function()
  it("gives one sample", function()
    local container = fixture.sleeper()
    local sample = container:stats()
    assert.equal(container:id(), sample.id)
    assert.equal("integer", math.type(sample.memory_stats.usage))
    assert.equal("integer",
                 math.type(sample.cpu_stats.cpu_usage.total_usage))
  end)

  it("waits for an earlier one to compare with, if asked", function()
    local container = fixture.sleeper()
    local sample = container:stats{ one_shot = false }
    assert.is_true(sample.precpu_stats.cpu_usage.total_usage > 0)
  end)

  it("follows", function()
    local container = fixture.sleeper()
    local times = {}
    for sample in container:stats{ follow = true } do
      times[#times + 1] = sample.read
      if #times == 2 then break end
    end
    assert.are_not.equal(times[1], times[2])
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    caught("argument", container.stats, container, { folow = true })
    container:remove()
    caught("not_found", container.stats, container)
  end)
end)

describe("update", function()
  it("changes limits", function()
    local container = fixture.sleeper{ memory = "64m", memory_swap = "64m" }
    container:update{
      memory = "32m", memory_swap = "32m", cpu_shares = 512,
      restart_policy = { name = "on-failure", maximum_retry_count = 4 },
    }
    assert.equal("33554432 512 on-failure 4", inspect(container,
      "{{.HostConfig.Memory}} {{.HostConfig.CpuShares}} "
      .. "{{.HostConfig.RestartPolicy.Name}} "
      .. "{{.HostConfig.RestartPolicy.MaximumRetryCount}}"))
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    local problem = caught("argument", container.update, container,
                           { memroy = "32m" })
    assert.matches("did you mean memory", problem.message)
    caught("argument", container.update, container, { memory = "much" })
  end)
end)
