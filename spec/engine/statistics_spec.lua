-- SPDX-License-Identifier: MIT
-- Samples of what containers use, against the docker command's own figures.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"

after_each(fixture.clean)

-- One that keeps a processor busy, and has some memory and a cache.
local function busy()
  return fixture.started({ "sh", "-c",
    "dd if=/dev/zero of=/x bs=1M count=16 2>/dev/null; while :; do :; done" })
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
    engine.eventually(function()
      return container:stats():memory_used() > 0
    end)
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

describe("stats", function()
  it("are of containers that there are", function()
    local container = fixture.created()
    container:remove()
    caught("not_found", container.stats, container)
  end)
end)
