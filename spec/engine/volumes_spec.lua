-- SPDX-License-Identifier: MIT
-- The collection of volumes.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"

local docker = fixture.client()
local volumes = docker.volumes

after_each(fixture.clean)

-- Whether the docker command finds it, by a second opinion.
local function exists(name)
  local _, status = engine.try(("docker -H %s volume inspect %s"):format(
    engine.host(), name))
  return status == 0
end

local function names(list)
  local set = {}
  for _, volume in ipairs(list) do set[volume:name()] = volume end
  return set
end

describe("volumes:create", function()
  it("creates one, by name", function()
    local name = fixture.name()
    local volume = volumes:create(name)
    fixture.later(function() volume:remove() end)
    assert.equal(name, volume:name())
    assert.equal("local", volume:driver())
    assert.matches(name, volume:mountpoint(), 1, true)
    assert.is_true(exists(name))
  end)

  it("lets the engine name it", function()
    local volume = volumes:create()
    fixture.later(function() volume:remove() end)
    assert.matches("^%x+$", volume:name())
    assert.is_true(exists(volume:name()))
  end)

  it("takes a driver, its options, and labels", function()
    local volume = fixture.volume{
      driver = "local", labels = { MyLabel = "x" },
      driver_opts = { type = "tmpfs", device = "tmpfs", o = "nodev" },
    }
    assert.same({ MyLabel = "x" }, volume:labels())
    local options = volume:inspect().options
    assert.equal("tmpfs", options.type or options.TYPE)
    volume = fixture.volume{ labels = { "a=1" } }
    assert.same({ a = "1" }, volume:labels())
  end)

  it("gives the same volume again", function()
    local volume = fixture.volume()
    assert.equal(volume, volumes:create(volume:name()))
  end)

  it("says what the engine does not like", function()
    local ok, problem = pcall(volumes.create, volumes, fixture.name(),
                              { driver_opts = { nonsense = "1" } })
    assert.is_false(ok)
    assert.equal("volumes:create", problem.method)
    assert.equal("VolumeCreate", problem.operation)
    assert.matches("nonsense", problem.message)
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    local cases = {
      { { 7 }, "^name: expected string" },
      { { "x", { labels = 7 } }, "^labels: " },
      { { "x", { driver_opts = 7 } }, "^driver_opts: " },
      { { "x", { lables = {} } }, "did you mean labels%?" },
      { { "x", { driver = {} } }, "^driver: " },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", client.volumes.create,
                             client.volumes, table.unpack(case[1]))
      assert.matches(case[2], problem.message)
    end
    assert.equal(0, calls())
    client:close()
  end)
end)

describe("volumes:get", function()
  it("finds by name, and by the object", function()
    local volume = fixture.volume()
    assert.equal(volume, volumes:get(volume:name()))
    assert.equal(volume, volumes:get(volume))
  end)

  it("says that there is none", function()
    local problem = caught("not_found", volumes.get, volumes, fixture.name())
    assert.equal("volumes:get", problem.method)
    caught("argument", volumes.get, volumes)
    caught("argument", volumes.get, volumes, "")
  end)
end)

describe("volumes:list", function()
  it("lists what there is", function()
    local volume = fixture.volume{ labels = { a = "1" } }
    local found = names(volumes:list())[volume:name()]
    assert.equal(volume, found)
    assert.same({ a = "1" }, found:labels())
    assert.equal(volume:mountpoint(), found:mountpoint())
  end)

  it("filters", function()
    local label = fixture.name()
    local volume = fixture.volume{ labels = { [label] = "x" } }
    fixture.volume()
    for _, filters in ipairs{
      { name = volume:name() }, { label = label },
      { label = { [label] = "x" } },
      { label = label, name = volume:name() },
    } do
      local list = volumes:list{ filters = filters }
      assert.equal(1, #list)
      assert.equal(volume, list[1])
    end
    assert.same({}, volumes:list{ filters = { label = label .. "=y" } })
  end)

  it("says what the engine does not like", function()
    caught("argument", volumes.list, volumes, { filter = {} })
    local ok, problem = pcall(volumes.list, volumes,
                              { filters = { nonsense = "x" } })
    assert.is_false(ok)
    assert.equal("VolumeList", problem.operation)
  end)
end)

describe("volumes:prune", function()
  local function pruned(options)
    local set = {}
    for _, name in ipairs(volumes:prune(options).volumes_deleted) do
      set[name] = true
    end
    return set
  end

  -- The name of a volume without a name of its own, that nobody uses.
  local function unnamed(label)
    local volume = volumes:create{ labels = { [label] = "" } }
    fixture.later(function() pcall(volume.remove, volume) end)
    return volume:name()
  end

  it("removes volumes that no container uses", function()
    local label = fixture.name()
    local used = fixture.volume{ labels = { [label] = "" } }
    local unused = unnamed(label)
    fixture.created(nil, { volumes = { used:map("/data") } })
    local answer = volumes:prune{ filters = { label = label } }
    assert.same({ unused }, { table.unpack(answer.volumes_deleted) })
    assert.equal("integer", math.type(answer.space_reclaimed))
    assert.is_false(exists(unused))
    assert.is_true(exists(used:name()))
  end)

  it("removes those with a name too, with all = true", function()
    local label = fixture.name()
    local named = fixture.volume{ labels = { [label] = "" } }
    local set = pruned{ all = true, filters = { label = label } }
    assert.same({ [named:name()] = true }, set)
    assert.is_false(exists(named:name()))
  end)

  it("leaves those with a name, or says that it cannot", function()
    local label = fixture.name()
    local named = fixture.volume{ labels = { [label] = "" } }
    if engines.api() >= 42 and not engines.is_podman() then
      for _, all in ipairs{ "nothing", false } do
        local set = pruned{
          all = all ~= "nothing" and all or nil, filters = { label = label },
        }
        assert.same({}, set)
      end
      assert.same({}, pruned{ all = false, filters = { label = label } })
    else
      local problem = caught("not_supported", volumes.prune, volumes,
                             { all = false, filters = { label = label } })
      assert.matches("API 1.42", problem.message)
    end
    assert.is_true(exists(named:name()))
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    local cases = {
      { { all = 7 }, "^all: expected a boolean" },
      { { all = true, filters = { all = true } }, "^all: given twice" },
      { { all = true, filters = 7 }, "^filters: " },
      { { filter = {} }, "did you mean filters%?" },
      { { al = true }, "did you mean all%?" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", client.volumes.prune,
                             client.volumes, case[1])
      assert.matches(case[2], problem.message)
      assert.equal("volumes:prune", problem.method)
    end
    assert.equal(0, calls())
    client:close()
  end)
end)

describe("volumes:remove", function()
  it("removes by name, and by the object", function()
    local volume = fixture.volume()
    assert.is_true(volumes:remove(volume:name()))
    assert.is_false(exists(volume:name()))
    volume = fixture.volume()
    volumes:remove(volume, { force = true })
    assert.is_false(exists(volume:name()))
  end)

  it("says why it cannot", function()
    caught("not_found", volumes.remove, volumes, fixture.name())
    caught("argument", volumes.remove, volumes)
    local volume = fixture.volume()
    fixture.created(nil, { volumes = { volume:map("/data") } })
    local problem = caught("conflict", volumes.remove, volumes, volume)
    assert.equal("volumes:remove", problem.method)
  end)
end)
