-- SPDX-License-Identifier: MIT
-- The collection of services.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local swarm = require "spec.support.swarm"

local docker = swarm.client()
local services = docker.services

setup(swarm.begin)
after_each(swarm.clean)
teardown(swarm.leave)

local function create(options)
  return services:create(fixture.IMAGE, swarm.options(options))
end

-- A client that counts its exchanges but for the ping.
local function counting_client()
  local n = 0
  local client = moonsail.client{
    host = engines.swarm_host(), on_result = function() n = n + 1 end,
  }
  client:ping()
  n = 0
  return client, function() return n end
end

describe("services:create", function()
  it("waits until the tasks run", swarm.only(function()
    local service = swarm.service{ replicas = 2 }
    local running = service:tasks{ filters = { desired_state = "running" } }
    assert.equal(2, #running)
    for _, task in ipairs(running) do
      assert.equal("running", task:state())
    end
  end))

  it("makes a service with all it was asked for", swarm.since(41, function()
    local network = docker.networks:create(fixture.name(), {
      driver = "overlay", attachable = true,
    })
    fixture.later(function()
      engine.eventually(function() return pcall(network.remove, network) end)
    end)
    local service = swarm.service{
      image = nil, labels = { MyLabel = "x" }, container_labels = { a = "b" },
      env = { A = "1" }, workdir = "/tmp", user = 1000, hostname = "box",
      tty = true, init = true, stop_signal = "TERM", networks = { network },
      mounts = { { type = "tmpfs", target = "/scratch" } },
      volumes = { "/etc:/files:ro" }, hosts = { db = "10.0.0.1" },
      dns = "10.0.0.2", healthcheck = { test = "true", interval = "1s" },
      restart = "on-failure:2", limits = { cpus = 0.5, memory = "64m" },
      reservations = { memory = "16m" }, log_driver = "json-file",
      log_options = { ["max-size"] = "1m" },
      constraints = "node.role==manager",
      preferences = "spread=node.labels.zone", cap_drop = "SYS_CHROOT",
      ulimits = { nofile = 64 }, sysctls = { ["net.core.somaxconn"] = "100" },
      ports = { { target = 80, published = 8080, mode = "host" } },
    }
    assert.equal("x", service:labels().MyLabel)
    local spec = service:attrs().spec
    local task, container = spec.task_template,
                            spec.task_template.container_spec
    assert.same(swarm.SLEEP, container.args)
    assert.same({ a = "b" }, container.labels)
    assert.same({ "A=1" }, container.env)
    assert.equal("/tmp", container.dir)
    assert.equal("1000", container.user)
    assert.equal("box", container.hostname)
    assert.is_true(container.tty)
    assert.is_true(container.init)
    assert.equal("TERM", container.stop_signal)
    assert.equal(2, container.stop_grace_period)
    assert.equal(2, #container.mounts)
    assert.same({ "10.0.0.1 db" }, container.hosts)
    assert.same({ "10.0.0.2" }, container.dns_config.nameservers)
    assert.same({ "CMD-SHELL", "true" }, container.healthcheck.test)
    assert.equal("on-failure", task.restart_policy.condition)
    assert.equal(2, task.restart_policy.max_attempts)
    assert.equal(500000000, task.resources.limits.nano_cpus)
    assert.equal(64 * 1024 * 1024, task.resources.limits.memory_bytes)
    assert.equal(16 * 1024 * 1024, task.resources.reservations.memory_bytes)
    assert.equal("1m", task.log_driver.options["max-size"])
    assert.same({ "node.role==manager" }, task.placement.constraints)
    assert.equal("node.labels.zone",
                 task.placement.preferences[1].spread.spread_descriptor)
    assert.equal(network:id(), task.networks[1].target)
    assert.equal("dnsrr", spec.endpoint_spec.mode)
    assert.equal("host", spec.endpoint_spec.ports[1].publish_mode)
    assert.equal(0.2, spec.update_config.monitor)
  end))

  it("takes what inspect told of another", swarm.only(function()
    local first = swarm.service{
      env = { A = "1" }, labels = { a = "b" }, limits = { memory = "64m" },
      mounts = { { type = "tmpfs", target = "/t" } },
    }:inspect().spec
    first.name = fixture.name()
    local second = swarm.remove_later(services:create(first))
    assert.same(first, second:attrs().spec)
  end))

  it("gives secrets and configs to its tasks", swarm.only(function()
    local secret = swarm.remove_later(docker.secrets:create(
      fixture.name(), "open\0sesame"))
    local config = swarm.remove_later(docker.configs:create(
      fixture.name(), "debug = true"))
    local service = swarm.service{
      cmd = { "sh", "-c", "od -c /run/secrets/key; stat -c %a:%u:%g "
              .. "/run/secrets/key; cat /" .. config:name()
              .. "; echo; trap 'exit 0' TERM; sleep 300 & wait" },
      secrets = { { source = secret:name(), target = "key", uid = 7,
                    mode = "0440" } },
      configs = { config },
    }
    local text = engine.eventually(function()
      local logs = service:logs()
      return logs.text:find("debug", 1, true) and logs.text
    end)
    assert.matches("o   p   e   n  \\0   s   e   s", text)
    assert.matches("440:7:0", text)
    assert.matches("debug = true", text)
    fixture.later(function() -- before the secret: the service is first
      pcall(service.remove, service)
    end)
  end))

  it("runs on every node, or to an end", swarm.since(41, function()
    local global = swarm.service{ global = true }
    assert.equal("global", global:mode())
    assert.is_nil(global:replicas())
    local job = swarm.remove_later(create{
      cmd = "true", mode = "replicated-job", replicas = 2, restart = "none",
      update_config = moonsail.null, rollback_config = moonsail.null,
    })
    assert.equal("replicated-job", job:mode())
    for _, task in ipairs(job:tasks()) do
      assert.equal("complete", task:state())
    end
  end))

  it("does not wait when detached", swarm.only(function()
    local service = swarm.service{ image = nil, detach = true,
                                   cmd = "no such command" }
    assert.equal(1, service:replicas())
  end))

  it("reports how far it is", swarm.only(function()
    local file = assert(io.tmpfile())
    swarm.service{ progress = file }
    file:seek("set")
    local text = file:read("a")
    assert.matches("overall: 0 of 1 tasks", text)
    assert.matches("1/1: running", text)
    assert.matches("verify: the service has converged\n$", text)
    file:close()
  end))

  it("fails when its tasks end for good", swarm.only(function()
    local name = fixture.name()
    local problem = caught("container", create, {
      name = name, cmd = { "sh", "-c", "exit 3" }, restart = "none",
    })
    swarm.remove_later(problem.service)
    assert.equal("services:create", problem.method)
    assert.truthy(problem.message:find(name .. ".1 is not started again: "
      .. "failed", 1, true), problem.message)
    assert.equal(3, problem.exit_code)
    assert.equal("failed", problem.task:state())
    assert.equal(name, problem.service:name())
  end))

  it("fails when it takes too long", swarm.only(function()
    local problem = caught("timeout", services.create, services,
      fixture.name(), { name = fixture.name(), timeout = 2 })
    swarm.remove_later(problem.service)
    assert.matches("0 of 1 tasks are there after 2 s; task ",
                   problem.message)
  end))

  it("says what is not there, or is there already", swarm.only(function()
    local service = swarm.service()
    caught("conflict", create, { name = service:name() })
    local problem = caught("not_found", create, { secrets = { "nobody" } })
    assert.equal("SecretList", problem.operation)
    caught("not_found", create, { configs = { "nobody" } })
    local ok, refused = pcall(create, { networks = { fixture.name() } })
    assert.is_false(ok) -- 500 or 404, by the engine
    assert.matches("not found", refused.message)
  end))

  it("complains before anything is sent", swarm.only(function()
    local client, calls = counting_client()
    for _, options in ipairs{
      { nmae = "x" }, { replicas = "2" }, { env = 7 }, { labels = 7 },
      { ports = { "x" } }, { memory = "much" }, { secrets = { 7 } },
      { detach = 1 }, { timeout = "x" }, { progress = 7 },
      { query_registry = 1 }, { secrets = { "x" }, tty = "no" },
      { global = true, replicas = 2 }, { networks = 7 },
      { task_template = { container_spec = { imag = "x" } } },
    } do
      local problem = caught("argument", client.services.create,
                             client.services, "busybox", options)
      assert.equal("services:create", problem.method)
    end
    local problem = caught("argument", client.services.create,
                           client.services)
    assert.matches("^image: missing", problem.message)
    assert.equal(0, calls())
    client:close()
  end))
end)

describe("services:get", function()
  it("finds by name and id", swarm.only(function()
    local service = swarm.service{ detach = true }
    for _, key in ipairs{ service:name(), service:id(), service } do
      assert.equal(service, services:get(key))
    end
    assert.equal(service, services:get(service, { insert_defaults = true }))
  end))

  it("says that there is none", swarm.only(function()
    caught("not_found", services.get, services, fixture.name())
    caught("argument", services.get, services)
    caught("argument", services.get, services, 7)
  end))
end)

describe("services:list", function()
  it("gives all of them, or some", swarm.since(41, function()
    local one = swarm.service{ labels = { one = "1" } }
    swarm.service{ detach = true }
    assert.equal(2, #services:list())
    local list = services:list{ filters = { label = "one" }, status = true }
    assert.equal(1, #list)
    assert.equal(one, list[1])
    assert.equal(1, list[1]:attrs().service_status.running_tasks)
    caught("api", services.list, services, { filters = { nonsense = "x" } })
    caught("argument", services.list, services, { x = 1 })
  end))
end)

describe("services:remove", function()
  it("removes by name and object", swarm.only(function()
    local one = swarm.service{ detach = true }
    local two = swarm.service{ detach = true }
    services:remove(one:name())
    services:remove(two)
    assert.equal("", engine.docker("service ls -q", engines.swarm_host()))
    caught("not_found", services.remove, services, one)
    caught("argument", services.remove, services)
  end))
end)
