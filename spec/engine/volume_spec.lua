-- SPDX-License-Identifier: MIT
-- A volume: what it tells, and what can be done with it.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local swarm = require "spec.support.swarm"

local docker = fixture.client()

after_each(fixture.clean)

describe("what a volume tells", function()
  it("is the same from create, from get and from a list", function()
    local made = fixture.volume{ labels = { MyLabel = "x" } }
    local listed = docker.volumes:list{ filters = { name = made:name() } }[1]
    for _, volume in ipairs{ made, listed, docker.volumes:get(made) } do
      assert.equal(made:name(), volume:name())
      assert.equal(made:name(), volume:short_id())
      assert.equal("local", volume:driver())
      assert.same({ MyLabel = "x" }, volume:labels())
      assert.equal("local", volume:attrs().scope)
      assert.is_true(made == volume)
    end
    local path = engine.docker(("volume inspect --format %s %s"):format(
      engine.quote "{{.Mountpoint}}", made:name()))
    assert.equal(path, made:mountpoint())
  end)
end)

describe("volume:map", function()
  it("is what the docker command would be told", function()
    local volume = fixture.volume()
    local name = volume:name()
    assert.equal(name .. ":/data", volume:map "/data")
    assert.equal(name .. ":/data", volume:map("/data", false))
    assert.equal(name .. ":/data:ro", volume:map("/data", true))
    assert.equal(name .. ":/data:ro", volume:map("/data", "ro"))
    assert.equal(name .. ":/data:rw,nocopy", volume:map("/data", "rw,nocopy"))
    assert.equal(name .. ":/data:ro",
                 volume:map{ path = "/data", readonly = true })
    assert.equal(name .. ":C:\\data:ro", volume:map("C:\\data", true))
  end)

  it("is what run takes", function()
    local volume = fixture.volume()
    docker.containers:run(fixture.IMAGE, { "sh", "-c", "echo x >/data/file" },
                          { volumes = { volume:map "/data" }, remove = true })
    local result = docker.containers:run(fixture.IMAGE,
      { "sh", "-c", "cat /data/file; echo y >/data/file" },
      { volumes = { volume:map("/data", true) }, remove = true,
        check = false })
    assert.equal("x\n", result.logs.stdout)
    assert.matches("[Rr]ead%-only", result.logs.stderr)
  end)

  it("complains of what is no path", function()
    local volume = fixture.volume()
    local cases = {
      { {}, "^path: missing" },
      { { 7 }, "^path: expected a string" },
      { { "data" }, "^path: \"data\": expected a path from the root on" },
      { { "" }, "^path: " },
      { { "/a:/b" }, "^path: .*colon" },
      { { "/data", 7 }, "^readonly: expected a boolean or options" },
      { { "/data", "" }, "^readonly: " },
      { { "/data", ":ro" }, "^readonly: " },
      { { "/data", { mode = "ro" } }, "^mode: unknown option" },
      { { "/data", { readnoly = true } }, "did you mean readonly%?" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", volume.map, volume,
                             table.unpack(case[1]))
      assert.matches(case[2], problem.message)
      assert.equal("volume:map", problem.method)
    end
  end)
end)

describe("volume:update", function()
  it("needs a cluster volume", function()
    local volume = fixture.volume()
    if engines.api() >= 42 then
      local problem = caught("not_supported", volume.update, volume,
                             { availability = "drain" })
      assert.equal("volume:update", problem.method)
      assert.matches("cluster", problem.message)
    else
      local problem = caught("argument", volume.update, volume,
                             { availability = "drain" })
      assert.matches("needs API version 1.42", problem.message)
    end
  end)

  it("complains before anything is sent", function()
    local volume = fixture.volume()
    local cases = {
      { { availability = 7 }, "^availability: expected a string" },
      { { availability = "x" }, '^availability: "x": expected "active"' },
      { { availability = "drain", spec = {} }, "^availability: given" },
      { { avialability = "drain" }, "did you mean availability%?" },
      { { sepc = {} }, "did you mean spec%?" },
      { { spec = 7 }, "^spec: " },
      { { name = "x" }, "^name: it is the object's own" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", volume.update, volume, case[1])
      assert.matches(case[2], problem.message)
      assert.equal("volume:update", problem.method)
    end
  end)

  -- A swarm keeps a volume whose driver it has yet to find.
  describe("in a swarm", function()
    local function has_cluster_volumes()
      return not engines.is_podman() and engines.api() >= 42
    end

    local function cluster_volume(client)
      local volume = client.volumes:create(fixture.name(), {
        driver = "no-such-driver",
        cluster_volume_spec = { group = "first", access_mode = {
          scope = "single", sharing = "none", mount_volume = {},
        } },
      })
      fixture.later(function()
        pcall(volume.remove, volume, { force = true })
      end)
      return volume
    end

    local function spec_of(volume)
      return volume:inspect().cluster_volume.spec
    end

    setup(function() if has_cluster_volumes() then swarm.begin() end end)
    teardown(function() if has_cluster_volumes() then swarm.leave() end end)

    it("changes what is given, and nothing else", swarm.since(42, function()
      local volume = cluster_volume(swarm.client())
      local before = volume:attrs().cluster_volume.version.index
      assert.equal(volume, volume:update{ availability = "drain" })
      local cluster = volume:attrs().cluster_volume
      assert.equal("drain", cluster.spec.availability)
      assert.is_true(cluster.version.index > before)
      volume:update{ extra = { Spec = { Availability = "pause" } } }
      assert.equal("pause", spec_of(volume).availability)
      assert.equal("first", spec_of(volume).group)
      assert.equal("single", spec_of(volume).access_mode.scope)
    end))

    it("tries once more when another was faster", swarm.since(42, function()
      local volume = cluster_volume(swarm.client())
      local is_armed, updates = false, 0
      local slow = moonsail.client{
        host = engines.swarm_host(),
        on_result = function(exchange)
          if exchange.operation == "VolumeUpdate" then
            updates = updates + 1
          elseif is_armed and exchange.operation == "VolumeInspect" then
            is_armed = false
            volume:update{ availability = "pause" }
          end
        end,
      }
      local mine = slow.volumes:get(volume:name())
      is_armed = true
      mine:update{ availability = "drain" }
      assert.equal(2, updates)
      assert.equal("drain", spec_of(volume).availability)
      slow:close()
    end))

    it("says that a version is none of now", swarm.since(42, function()
      local volume = cluster_volume(swarm.client())
      local ok, problem = pcall(volume.update, volume,
                                { availability = "drain", version = 1 })
      assert.is_false(ok)
      assert.equal("VolumeUpdate", problem.operation)
      assert.matches("out of sequence", problem.message)
    end))
  end)
end)

describe("volume:inspect", function()
  it("fetches, and keeps what it has fetched", function()
    local volume = fixture.volume()
    local attrs = volume:inspect()
    assert.equal(volume:name(), attrs.name)
    assert.equal(attrs, volume:attrs())
  end)

  it("says what is wrong", function()
    local volume = fixture.volume()
    caught("argument", volume.inspect, volume, { verbose = true })
    volume:remove()
    local problem = caught("not_found", volume.inspect, volume)
    assert.equal("volume:inspect", problem.method)
  end)
end)

describe("volume:reload", function()
  it("fetches the attributes anew", function()
    local volume = fixture.volume()
    local before = volume:attrs()
    assert.equal(volume, volume:reload())
    assert.is_true(before ~= volume:attrs())
    volume:remove()
    caught("not_found", volume.reload, volume)
  end)
end)

describe("volume:remove", function()
  it("removes it", function()
    local volume = fixture.volume()
    assert.is_true(volume:remove())
    caught("not_found", docker.volumes.get, docker.volumes, volume)
  end)

  it("is content with force when it has gone", function()
    local volume = fixture.volume()
    volume:remove()
    caught("not_found", volume.remove, volume)
    assert.is_true(volume:remove{ force = true })
  end)

  it("says that it is in use", function()
    local volume = fixture.volume()
    fixture.created(nil, { volumes = { volume:map "/data" } })
    local problem = caught("conflict", volume.remove, volume)
    assert.equal("volume:remove", problem.method)
    caught("argument", volume.remove, volume, { forse = true })
  end)
end)
