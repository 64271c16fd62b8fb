-- SPDX-License-Identifier: MIT
-- A container: what it tells, and what can be done with it.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
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
      assert.matches("^busybox", fixture.plain(container:image()))
      assert.same({ MyLabel = "x", ["com.example.a"] = "y" },
                  container:labels())
      assert.equal(made:id(), container:attrs().id)
      assert.equal(("container %s (%s)"):format(container:short_id(), name),
                   tostring(container):match("^[^\n]+"))
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
      local ports = container:ports()
      -- lists of Podman name those that are published only
      if engines.is_podman() then ports["443/tcp"] = {} end
      assert.same({
        ["80/tcp"] = { { host_ip = "127.0.0.1", host_port = port } },
        ["53/udp"] = { { host_ip = "127.0.0.1", host_port = other } },
        ["443/tcp"] = {},
      }, ports)
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
    if not engines.is_podman() then -- which has 0 there
      assert.is_nil(container:inspect().size_root_fs)
    end
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
    container:unpause() -- the engine may tell so a moment later
    engine.eventually(function()
      return container:reload():status() == "running"
    end)
  end)

  it("refuse what is none", function()
    local container = fixture.sleeper()
    assert.is_false((pcall(container.unpause, container)))
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
    local titles = table.concat(top.titles, " ")
    assert.is_not_nil(titles:match "PID.*CMD$" or titles:match "PID.*COMMAND$")
    assert.is_true(#top.processes >= 1)
    assert.equal(#top.titles, #top.processes[1])
    assert.same({ "PID" }, container:top("-o pid").titles)
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    caught("argument", container.top, container, { args = "-e" })
  end)

  it("refuses one that does not run", engines.needs({
    podman = "5.0", reason = "Podman 4 lists no processes then",
  }, function()
    local container = fixture.created()
    assert.is_false((pcall(container.top, container)))
  end))
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
    assert.equal(container:name(), (sample.name:gsub("^/", "")))
    assert.equal("integer", math.type(sample.memory_stats.usage))
    assert.equal("integer",
                 math.type(sample.cpu_stats.cpu_usage.total_usage))
  end)

  it("waits for an earlier one to compare with, if asked",
     engines.only_docker("Podman does not wait", function()
    local container = fixture.sleeper()
    local sample = container:stats{ one_shot = false }
    assert.equal(container:id(), sample.id)
    assert.is_true(sample.precpu_stats.cpu_usage.total_usage > 0)
  end))

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
    assert.equal("stream: it is set by follow", caught("argument",
      container.stats, container, { stream = true }).message)
    container:remove()
    caught("not_found", container.stats, container)
  end)
end)

describe("update", function()
  it("changes limits", engines.needs({
    podman = "5.0", reason = "Podman 4 has no such call",
  }, function()
    local container = fixture.sleeper{ memory = "64m", memory_swap = "64m" }
    container:update{
      memory = "32m", memory_swap = "32m", cpu_shares = 512,
      restart_policy = { name = "on-failure", maximum_retry_count = 4 },
    }
    assert.equal("33554432 512 on-failure 4", inspect(container,
      "{{.HostConfig.Memory}} {{.HostConfig.CpuShares}} "
      .. "{{.HostConfig.RestartPolicy.Name}} "
      .. "{{.HostConfig.RestartPolicy.MaximumRetryCount}}"))
  end))

  it("refuses what is none", function()
    local container = fixture.created()
    local problem = caught("argument", container.update, container,
                           { memroy = "32m" })
    assert.matches("did you mean memory", problem.message)
    caught("argument", container.update, container, { memory = "much" })
  end)
end)

describe("resize", function()
  it("tells the terminal its size", function()
    local container = fixture.started({ "sh", "-c",
      "until [ \"$(stty size 2>&1)\" = '20 30' ]; do sleep 0.05; done" },
      { tty = true })
    container:resize(20, 30)
    assert.equal(0, container:wait{ timeout = 20 }.exit_code)
  end)

  it("refuses what is none", function()
    local container = fixture.created(nil, { tty = true })
    caught("argument", container.resize, container, 20)
    caught("argument", container.resize, container, "wide", 30)
    assert.is_false((pcall(container.resize, container, 20, 30)))
  end)
end)

describe("health", function()
  it("is what the check has found", function()
    local container = fixture.sleeper{
      healthcheck = { test = "test -e /tmp/good", interval = 1, retries = 1 },
    }
    assert.equal("starting", container:health())
    container:exec "touch /tmp/good"
    if engines.is_podman() then return end -- who checks by a timer of systemd
    engine.eventually(function()
      return container:reload():health() == "healthy"
    end)
    container:exec "rm /tmp/good"
    engine.eventually(function()
      return container:reload():health() == "unhealthy"
    end)
  end)

  it("is none without one", function()
    local health = fixture.sleeper():health()
    assert.is_true(health == nil or health == "" or health == "none")
  end)
end)

describe("commit", function()
  -- A name for an image that is removed at the end.
  local function image_name()
    return fixture.remove_image_later("localhost/" .. fixture.name())
  end

  it("makes an image of the container", function()
    local container = fixture.ended{ "sh", "-c", "echo kept >/tmp/x" }
    local name = image_name()
    local image = container:commit(name, "one", {
      author = "somebody", comment = "a try", pause = false,
      changes = { "CMD cat /tmp/x", "LABEL a=b" },
    })
    fixture.remove_image_later(name .. ":one")
    assert.matches("^sha256:%x+$", image:id())
    assert.equal(image, docker.images:get(name .. ":one"))
    assert.equal("somebody", image:attrs().author)
    assert.equal("b", image:labels().a)
    local result = docker.containers:run(image, nil, {
      name = fixture.remove_later(fixture.name()), remove = true,
    })
    assert.equal("kept\n", result.stdout)
  end)

  it("takes a name with a tag in it, one change, or no name", function()
    local container = fixture.created()
    local name = image_name()
    fixture.remove_image_later(name .. ":two")
    local image = container:commit(name .. ":two", { changes = "LABEL c=d" })
    assert.equal("d", image:labels().c)
    assert.equal(image, docker.images:get(name .. ":two"))
    local latest = container:commit(name)
    assert.equal(latest, docker.images:get(name .. ":latest"))
    local nameless = container:commit()
    fixture.remove_image_later(nameless:id())
    assert.same({}, nameless:tags())
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    local cases = {
      { "a b", nil, {}, "^repo: " },
      { "a:b", "c", {}, "^tag: given twice" },
      { nil, "c", {}, "^tag: given without repo" },
      { 7, nil, {}, "^repo: expected a string" },
      { "x", nil, { changes = 7 }, "^changes: " },
      { "x", nil, { chagnes = "CMD x" }, "did you mean changes" },
      { "x", nil, { container = "y" }, "the object's own" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", container.commit, container,
                             case[1], case[2], case[3])
      assert.matches(case[4], problem.message)
    end
    assert.is_false((pcall(container.commit, container,
                           { changes = "NONSENSE x" })))
    container:remove()
    caught("not_found", container.commit, container)
  end)
end)
