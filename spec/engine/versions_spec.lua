-- SPDX-License-Identifier: MIT
-- Versions of the API with a real engine: each that it speaks can be spoken;
-- what one lacks is refused before anything is sent; what the engine does not
-- speak, it says.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"

local docker = fixture.client()

after_each(fixture.clean)

-- A client that speaks 1.MINOR, and a function that tells how many exchanges
-- it has had.
local function pinned(minor)
  local n = 0
  local client = moonsail.client{
    host = engine.host(),
    api_version = "1." .. minor,
    on_result = function() n = n + 1 end,
  }
  fixture.later(function() client:close() end)
  return client, function() return n end
end

local function oldest()
  local version = docker:version().min_api_version
  local minor = version and tonumber(version:match "^1%.(%d+)")
  return math.max(minor or 25, 25)
end

local function newest()
  return math.min(engines.api(), 55)
end

describe("every version that the engine speaks", function()
  it("can be spoken", function()
    local sleeper = fixture.sleeper()
    for minor = oldest(), newest() do
      local client = pinned(minor)
      local found = client.containers:get(sleeper:id())
      assert.equal("running", found:status(), minor)
      assert.is_true(#client.images:list() > 0)
      assert.is_string(client:info().id)
      assert.equal("1." .. minor, client:api_version())
    end
  end)

  it("creates containers with ports and networks", function()
    for _, minor in ipairs{ oldest(), newest() } do
      local client = pinned(minor)
      local port = fixture.free_port()
      local made = fixture.remove_later(client.containers:create(
        fixture.IMAGE, { "true" }, {
          name = fixture.name(),
          ports = { ("127.0.0.1:%d:80"):format(port) },
        }))
      local bindings = made:inspect().host_config.port_bindings
      assert.equal(tostring(port), bindings["80/tcp"][1].host_port)
    end
  end)
end)

-- What needs a version, as a call with a client of the one before.
local NEWER = {
  ["containers:create: platform needs API version 1.41"] =
    function(client)
      client.containers:create("busybox", "true", { platform = "linux/amd64" })
    end,
  ["containers:create: host_config.annotations needs API version 1.43"] =
    function(client)
      client.containers:create("busybox", "true",
                               { annotations = { a = "b" } })
    end,
  ["containers:create: healthcheck.start_interval needs API version 1.44"] =
    function(client)
      client.containers:create("busybox", "true",
                               { healthcheck = { start_interval = 5 } })
    end,
  ["containers:run: platform needs API version 1.41"] =
    function(client)
      client.containers:run("busybox", "true", {
        platform = "linux/amd64", pull = "always", remove = true,
      })
    end,
  ["containers:run: host_config.device_requests needs API version 1.40"] =
    function(client)
      client.containers:run("busybox", "true", { detach = true,
        device_requests = { { count = -1 } } })
    end,
  ["images:pull: platform needs API version 1.32"] =
    function(client)
      client.images:pull("busybox", { platform = "linux/amd64" })
    end,
  ["images:build_prune: BuildPrune needs API version 1.31"] =
    function(client) client.images:build_prune() end,
  ["api.volume_update: VolumeUpdate needs API version 1.42"] =
    function(client) client.api.volume_update{ name = "x", version = 1 } end,
  ["api.image_attestations: ImageAttestations needs API version 1.55"] =
    function(client) client.api.image_attestations{ name = "x" } end,
  ["networks:create: enable_ipv4 needs API version 1.48"] =
    function(client) client.networks:create("x", { enable_ipv4 = true }) end,
  ["api.container_exec: working_dir needs API version 1.35"] =
    function(client)
      client.api.container_exec{ id = "x", cmd = "pwd", working_dir = "/" }
    end,
}

-- What was there up to a version, as a call with a client of the next.
local REMOVED = {
  ["containers:create: host_config.kernel_memory is only there up to API "
     .. "version 1.41"] =
    function(client)
      client.containers:create("busybox", "true", { kernel_memory = "1g" })
    end,
  ["api.network_create: check_duplicate is only there up to API version "
     .. "1.45"] =
    function(client)
      client.api.network_create{ name = "x", check_duplicate = true }
    end,
  ["images:build_prune: keep_storage is only there up to API version 1.51"] =
    function(client) client.images:build_prune{ keep_storage = "1g" } end,
}

-- Each is an error of that text, and the engine has heard nothing.
local function refuse_all(calls, step)
  for expected, call in pairs(calls) do
    local needed = tonumber(expected:match "1%.(%d+)$")
    local client, exchanges = pinned(needed + step)
    local problem = caught("argument", call, client)
    local text = problem.method .. ": " .. problem.message
    assert.equal(("%s; it is 1.%d here"):format(expected, needed + step), text)
    assert.equal(0, exchanges(), expected)
  end
end

describe("what the spoken version lacks", function()
  it("is refused, and nothing is sent: newer things", function()
    refuse_all(NEWER, -1)
  end)

  it("is refused, and nothing is sent: things that were removed", function()
    refuse_all(REMOVED, 1)
  end)

  it("is refused by the methods of objects", function()
    local sleeper = fixture.sleeper()
    for _, row in ipairs{
      { 41, 42, "signal", "stop", 1, { signal = "SIGINT" } },
      { 40, 41, "one_shot", "stats", { one_shot = true } },
      { 34, 35, "until", "logs", { until_ = "10m" } },
      { 39, 40, "pids_limit", "update", { pids_limit = 5 } },
      { 29, 30, "condition", "wait", "removed" },
    } do
      local spoken, needed, option, name = table.unpack(row, 1, 4)
      local client, exchanges = pinned(spoken)
      local listed = client.containers:list{
        filters = { name = sleeper:name() },
      }[1] or client.containers:get(sleeper:id())
      local before = exchanges()
      local problem = caught("argument", listed[name], listed,
                             table.unpack(row, 5))
      assert.equal(("%s needs API version 1.%d; it is 1.%d here"):format(
        option, needed, spoken), problem.message)
      assert.equal("container:" .. name, problem.method)
      assert.equal(before, exchanges(), name)
    end
  end)

  it("is known to supports", function()
    local client = pinned(41)
    assert.is_true(client:supports("platform", "containers.create"))
    assert.is_false(client:supports("signal", "container.stop"))
    assert.is_false(client:supports "VolumeUpdate")
    assert.equal(engines.api() >= 42, docker:supports "VolumeUpdate")
    caught("argument", docker.supports, docker, "VolumeUpdat")
  end)
end)

describe("a version that the engine does not speak", function()
  it("is an error of its own, which says what to do", engines.only_docker(
    "Podman speaks whatever version it is asked in", function()
      if engines.api() >= 55 then return end
      local client = pinned(newest() + 1)
      local problem = caught("not_supported", client.info, client)
      assert.equal(400, problem.status)
      assert.matches("too new", problem.message)
      assert.matches("leave out api_version", problem.hint)
      assert.is_true(client:ping()) -- which has no version
    end))
end)
