-- SPDX-License-Identifier: MIT
-- Samples of what containers use, against the docker command's own figures.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"

after_each(fixture.clean)

-- One that keeps a processor busy, and has some memory and a cache.
local function busy()
  local container = fixture.started({ "sh", "-c",
    "dd if=/dev/zero of=/x bs=1M count=16 2>/dev/null; echo ready; "
    .. "while :; do :; done" })
  engine.eventually(function()
    return container:logs().text:find("ready", 1, true)
  end)
  return container
end

-- "3.336MiB" → bytes
local UNITS = { B = 1, kB = 1e3, MB = 1e6, KiB = 2 ^ 10, MiB = 2 ^ 20,
                GiB = 2 ^ 30 }
local function bytes(text)
  local number, unit = text:match("^([%d.]+)(%a+)$")
  return tonumber(number) * UNITS[unit]
end

-- What the docker command says of a container.
local function shown(container)
  local text = engine.docker(("stats --no-stream --format '%s' %s"):format(
    "{{.CPUPerc}} {{.MemUsage}} {{.MemPerc}} {{.NetIO}} {{.PIDs}}",
    container:id()))
  local cpu, used, limit, percent, rx, tx, pids = text:match(
    "^(%S+)%% (%S+) / (%S+) (%S+)%% (%S+) / (%S+) (%d+)$")
  return { cpu = tonumber(cpu), used = bytes(used), limit = bytes(limit),
           percent = tonumber(percent), rx = bytes(rx), tx = bytes(tx),
           pids = tonumber(pids) }
end

local function near(expected, value, tolerance)
  assert.is_true(math.abs(expected - value) <= tolerance,
                 ("%s is not about %s"):format(value, expected))
end

describe("a sample", function()
  it("says what the docker command says", function()
    local container = busy()
    local theirs = shown(container)
    local ours = container:stats{ one_shot = false }
    near(theirs.used, ours:memory_used(), 2 ^ 20)
    near(theirs.limit, ours.memory_stats.limit, 2 ^ 23)
    near(theirs.percent, ours:memory_percent(), 0.05)
    local rx, tx = ours:network()
    near(theirs.rx, rx, 4096)
    near(theirs.tx, tx, 4096)
    assert.equal(theirs.pids, ours:pids())
    assert.equal(1, ours:pids())
    if engines.is_podman() then return end -- it sends none before
    assert.is_true(ours:cpu_percent() > 5)
    near(theirs.cpu, ours:cpu_percent(), 60) -- others are at work here, too
  end)

  it("that comes at once has none before it", engines.needs(
     { podman = false, api = 41 }, function()
    local sample = busy():stats()
    assert.is_nil(sample:cpu_percent())
    assert.matches("^%x+   %S+   %-%-   [%d.]+%a?i?B / ", tostring(sample))
  end))

  it("counts what a limit allows", engines.only_docker(
     "a limit is none to it here", function()
    local container = fixture.sleeper{ memory = "64m" }
    local sample = container:stats()
    assert.equal(64 * 2 ^ 20, sample.memory_stats.limit)
    near(100 * sample:memory_used() / 2 ^ 26, sample:memory_percent(), 1e-9)
  end))
end)

describe("stats that are followed", function()
  it("end with the container", function()
    local container = fixture.started{ "sleep", "3" }
    local n = 0
    for sample in container:stats{ follow = true } do
      n = n + 1
      assert.equal(container:id(), sample.id)
      assert.is_true(sample:memory_used() > 0)
      assert.is_true(n < 20)
    end
    assert.is_true(n >= 1)
    assert.is_false(container:reload():status() == "running")
  end)

  it("of one that has ended are none", function()
    local container = fixture.ended()
    for _, each in ipairs{ container, fixture.created() } do
      for _ in each:stats{ follow = true } do error "a sample" end
    end
  end)

  it("go on when it is started again", engines.only_docker(
     "Podman ends them", function()
    local container = fixture.sleeper()
    local stream <close> = container:stats{ follow = true }
    assert.is_true(stream():memory_used() > 0)
    local first = container:reload():attrs().state.pid
    container:restart()
    assert.are_not.equal(first, container:reload():attrs().state.pid)
    for _ = 1, 3 do assert.is_true(stream():memory_used() > 0) end
    container:kill()
    local n = 0
    for _ in stream do n = n + 1 end
    assert.is_true(n < 5)
  end))

  it("end when it is removed", function()
    local container = fixture.sleeper()
    local stream <close> = container:stats{ follow = true }
    stream()
    container:remove{ force = true }
    for _ in stream do assert.is_false(stream:is_closed()) end
  end)

  it("can be waited for so long, and closed", function()
    local files = engine.open_files()
    local container = fixture.sleeper()
    local stream = container:stats{ follow = true }
    assert.is_table(stream:read(30))
    local sample, reason = stream:read(0)
    assert.is_true(sample ~= nil or reason == "timeout")
    stream:close()
    assert.is_true(stream:is_closed())
    caught("closed", stream.read, stream)
    assert.is_true(engine.open_files() <= files + 1)
  end)
end)

describe("stats", function()
  it("of a container that does not run are zeros", function()
    for _, container in ipairs{ fixture.ended(), fixture.created() } do
      local sample = container:stats()
      assert.is_nil(sample:cpu_percent())
      assert.equal(0, sample:memory_used())
      assert.equal(0, sample:pids())
      assert.same({ 0, 0 }, { sample:network() })
      assert.equal(0, sample.cpu_stats.cpu_usage.total_usage)
      assert.matches("   %-%-   0B / 0B   0.00%%   ", tostring(sample))
    end
  end)

  it("are of containers that there are", function()
    local container = fixture.created()
    container:remove()
    caught("not_found", container.stats, container)
  end)
end)
