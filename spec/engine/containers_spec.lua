-- SPDX-License-Identifier: MIT
-- The collection of containers.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"

local docker = fixture.client()
local containers = docker.containers

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

local function ids(list)
  local set = {}
  for _, container in ipairs(list) do set[container:id()] = container end
  return set
end

describe("containers:create", function()
  it("makes a container, with all it was asked for", function()
    local name = fixture.name()
    fixture.remove_later(name)
    local container = containers:create("busybox", { "sleep", "60" }, {
      name = name,
      env = { A = "1" }, labels = { MyLabel = "x" }, workdir = "/tmp",
      ports = { "127.0.0.1::80", "53/udp" }, volumes = { "/cache" },
      memory = "64m", cpus = 0.5, restart = "on-failure:2",
      extra_hosts = { db = "10.0.0.1" }, dns = "10.0.0.2", init = true,
      tmpfs = { "/run" }, log_driver = "json-file",
      log_options = { ["max-size"] = "1m" }, cap_drop = "SYS_CHROOT",
      healthcheck = { test = "true", interval = "30s" },
      user = 1000, hostname = "box",
    })
    assert.equal(name, container:name())
    assert.equal("created", container:status())
    assert.equal("x", container:labels().MyLabel)
    local attrs = container:attrs()
    local config, host = attrs.config, attrs.host_config
    assert.same({ "sleep", "60" }, config.cmd)
    assert.equal("/tmp", config.working_dir)
    assert.equal("1000", config.user)
    assert.equal("box", config.hostname)
    assert.matches(" A=1 ", " " .. table.concat(config.env, " ") .. " ")
    assert.same({ "CMD-SHELL", "true" }, config.healthcheck.test)
    assert.equal(64 * 1024 * 1024, host.memory)
    assert.equal(500000000, host.nano_cpus)
    assert.equal("on-failure", host.restart_policy.name)
    assert.equal(2, host.restart_policy.maximum_retry_count)
    assert.same({ "db:10.0.0.1" }, host.extra_hosts)
    assert.same({ "10.0.0.2" }, host.dns)
    assert.is_true(host.init)
    assert.is_string(host.tmpfs["/run"])
    assert.equal("json-file", host.log_config.type)
    if not engines.is_podman() then -- which does not tell them
      assert.equal("1m", host.log_config.config["max-size"])
    end
    assert.equal("127.0.0.1", host.port_bindings["80/tcp"][1].host_ip)
    assert.is_table(host.port_bindings["53/udp"])
    assert.equal("/cache", attrs.mounts[1].destination)
  end)

  it("takes what inspect told of another", engines.needs({
    podman = "5.0",
    reason = "Podman 4 tells names of limits that it does not take",
  }, function()
    local first = fixture.created({ "sleep", "1" }, {
      env = { A = "1" }, volumes = { "/cache" }, ports = { "80" },
      memory = "64m", ulimits = { "nofile=64" }, labels = { a = "b" },
    }):attrs()
    local config = {}
    for name, value in pairs(first.config) do config[name] = value end
    config.name = fixture.remove_later(fixture.name())
    config.hostname = nil
    config.host_config = first.host_config
    local second = containers:create(config):attrs()
    second.config.hostname = first.config.hostname
    for _, attrs in ipairs{ first, second } do
      table.sort(attrs.config.env) -- Podman has no order
    end
    assert.same(first.config, second.config)
    assert.same(first.host_config, second.host_config)
  end))

  it("takes objects where names are taken", function()
    local image = docker.images:get "busybox"
    local container = containers:create(image, { "true" }, {
      name = fixture.remove_later(fixture.name()),
    })
    assert.equal(image:id(), container:attrs().image)
  end)

  it("takes volumes and networks as objects", function()
    local volume, network = fixture.volume(), fixture.network()
    for _, volumes in ipairs{
      { volume:map("/data", true) }, { [volume] = "/data:ro" },
      { [volume] = { bind = "/data", mode = "ro" } },
      volume:map("/data", "ro"),
    } do
      local container = fixture.created({ "true" }, {
        volumes = volumes, network = network,
      })
      local mount = container:attrs().mounts[1]
      assert.equal(volume:name(), mount.name)
      assert.equal("/data", mount.destination)
      assert.is_false(mount.rw)
      assert.is_table(
        container:attrs().network_settings.networks[network:name()])
    end
    local mounted = fixture.created({ "true" }, {
      mounts = { { type = "volume", source = volume, target = "/mnt" } },
      networks = { network },
    })
    assert.equal(volume:name(), mounted:attrs().mounts[1].name)
    local result = docker.containers:run("busybox",
      { "sh", "-c", "echo x >/data/x; cat /data/x" },
      { volumes = { volume:map "/data" }, network = network, remove = true,
        name = fixture.remove_later(fixture.name()) })
    assert.equal("x\n", result.stdout)
  end)

  it("cuts a command into words as a shell does", function()
    local container = containers:create("busybox", "sh -c 'exit 3'", {
      name = fixture.remove_later(fixture.name()),
    })
    assert.same({ "sh", "-c", "exit 3" }, container:attrs().config.cmd)
  end)

  it("connects to several networks", function()
    local back, front = fixture.name(), fixture.name()
    for _, name in ipairs{ back, front } do
      docker.api.network_create{ name = name }
      fixture.later(function()
        docker.api.network_delete{ id = name }
      end)
    end
    local container = fixture.created({ "true" }, { networks = {
      [back] = { aliases = { "db" } }, [front] = {},
    } })
    local networks = container:attrs().network_settings.networks
    assert.is_table(networks[back])
    assert.is_table(networks[front])
    assert.is_nil(networks.bridge)
  end)

  it("leaves nothing behind when it fails half way", function()
    local name = fixture.name()
    local ok, problem = pcall(containers.create, containers, "busybox",
      { "true" }, { name = name, networks = { fixture.network(), "host" } })
    assert.is_false(ok)
    assert.equal("NetworkConnect", problem.operation)
    assert.is_string(problem.container_id)
    caught("not_found", containers.get, containers, name)
  end)

  it("says that there is no such image", function()
    local problem = caught("not_found", containers.create, containers,
                           fixture.name())
    assert.matches("[Nn]o such image", problem.message)
    assert.equal("containers:create", problem.method)
  end)

  it("says that the name is taken", function()
    local name = fixture.created():name()
    caught("conflict", containers.create, containers, "busybox",
           { name = name })
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    for _, options in ipairs{
      { ports = { "x" } }, { nmae = "x" }, { memory = {} }, { env = 7 },
      { host_config = { memory = "much" } }, { labels = 7 }, { tty = "no" },
    } do
      local problem = caught("argument", client.containers.create,
                             client.containers, "busybox", options)
      assert.equal("containers:create", problem.method)
    end
    caught("argument", client.containers.create, client.containers)
    assert.equal(0, calls())
    client:close()
  end)
end)

describe("containers:get", function()
  it("finds by name, id and the beginning of an id", function()
    local made = fixture.created()
    for _, key in ipairs{ made:name(), made:id(), made:short_id() } do
      assert.equal(made:id(), containers:get(key):id())
    end
    assert.equal(made, containers:get(made))
  end)

  it("says that there is none", function()
    caught("not_found", containers.get, containers, fixture.name())
    caught("argument", containers.get, containers)
    caught("argument", containers.get, containers, 7.5)
  end)
end)

describe("containers:list", function()
  it("lists the running ones, or all", function()
    local asleep, made = fixture.sleeper(), fixture.created()
    local running, all = ids(containers:list()), ids(containers:list{
      all = true,
    })
    assert.is_table(running[asleep:id()]:attrs())
    assert.is_nil(running[made:id()])
    assert.is_not_nil(all[asleep:id()])
    assert.is_not_nil(all[made:id()])
  end)

  it("filters, by one value or a list", function()
    local label = fixture.name()
    local made = fixture.created(nil, { labels = { [label] = "1" } })
    for _, filters in ipairs{
      { label = label }, { label = { label .. "=1" } },
      { name = { made:name() } },
    } do
      local list = containers:list{ all = true, filters = filters }
      assert.equal(1, #list)
      assert.equal(made:id(), list[1]:id())
    end
  end)

  it("asks once, whatever the number", function()
    fixture.created()
    fixture.created()
    local client, calls = fixture.counting_client()
    local list = client.containers:list{ all = true }
    for _, container in ipairs(list) do
      assert.is_string(container:name())
      assert.is_string(container:status())
      assert.is_string(container:image())
      assert.is_table(container:labels())
      assert.is_table(container:ports())
      assert.equal(12, #container:short_id())
    end
    assert.equal(1, calls())
    client:close()
  end)

  it("refuses filters that are none", function()
    caught("argument", containers.list, containers, { filter = {} })
    caught("argument", containers.list, containers, { filters = 7 })
    caught("api", containers.list, containers,
           { filters = { nonsense = "x" } })
  end)
end)

describe("containers:remove", function()
  it("removes by name and by object", function()
    local first, second = fixture.created(), fixture.sleeper()
    containers:remove(first:name())
    containers:remove(second, { force = true })
    assert.equal("", engine.docker(("ps -aq --filter id=%s --filter id=%s")
      :format(first:id(), second:id())))
  end)

  it("refuses what is not there, or runs", function()
    caught("not_found", containers.remove, containers, fixture.name())
    local asleep = fixture.sleeper()
    caught("conflict", containers.remove, containers, asleep)
  end)
end)

describe("containers:prune", function()
  it("removes those that do not run, and tells which", function()
    local label = fixture.name()
    local made = fixture.created(nil, { labels = { [label] = "1" } })
    local asleep = fixture.sleeper{ labels = { [label] = "1" } }
    local result = containers:prune{ filters = { label = label } }
    assert.same({ made:id() }, result.containers_deleted)
    assert.equal("integer", math.type(result.space_reclaimed))
    assert.equal("running", asleep:reload():status())
  end)

  it("refuses filters that are none", function()
    caught("api", containers.prune, containers,
           { filters = { nonsense = "x" } })
  end)
end)
