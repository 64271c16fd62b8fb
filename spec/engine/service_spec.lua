-- SPDX-License-Identifier: MIT
-- A service.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local swarm = require "spec.support.swarm"

local docker = swarm.client()

-- Two that most tests use, made once: it takes a while.
local web, talker

local TALK = { "sh", "-c", "echo one; echo two >&2; trap 'exit 0' TERM; "
               .. "sleep 300 & wait" }

setup(function()
  swarm.begin()
  if engines.is_podman() then return end
  local services = docker.services
  web = services:create("busybox", swarm.options{ replicas = 2,
                                                  detach = true })
  talker = services:create("busybox", swarm.options{ cmd = TALK })
end)
after_each(swarm.clean)
teardown(swarm.leave)

-- The specification as it is on the wire.
local function wire(service)
  return core.call(docker, "ServiceInspect", { id = service:id() }, "x",
                   { verbatim = true }).Spec
end

local function running(service)
  return service:tasks{ filters = { desired_state = "running" } }
end

describe("a service", function()
  it("knows its attributes", swarm.only(function()
    assert.equal("replicated", web:mode())
    assert.equal(2, web:replicas())
    assert.equal(web:attrs().spec.name, web:name())
    assert.same({}, web:labels())
    assert.equal("integer", math.type(web:version()))
    assert.equal(web:id():sub(1, 12), web:short_id())
    assert.equal(web:id(), web:inspect{ insert_defaults = true }.id)
    assert.equal(web, web:reload())
    caught("argument", web.inspect, web, { x = 1 })
  end))

  it("has tasks", swarm.only(function()
    assert.equal(2, #running(web))
    local task = running(web)[1]
    assert.equal(web:id(), task:attrs().service_id)
    assert.equal(0, #web:tasks{ filters = { name = "nobody" } })
    caught("argument", web.tasks, web, { filters = 7 })
    caught("argument", web.tasks, web, { filters = { service = "x" } })
    caught("api", web.tasks, web, { filters = { nonsense = "x" } })
  end))

  it("has them in order, with names", swarm.only(function()
    local names = {}
    for i, task in ipairs(web:ps{ filters = { desired_state = "running" } }) do
      names[i] = task:attrs().name
    end
    assert.same({ web:name() .. ".1", web:name() .. ".2" }, names)
    caught("argument", web.ps, web, { x = 1 })
  end))

  it("has logs", swarm.only(function()
    local logs = engine.eventually(function()
      local logs = talker:logs()
      return #logs >= 2 and logs
    end)
    assert.equal("one\n", logs.stdout)
    assert.equal("two\n", logs.stderr)
    assert.equal("two\n", talker:logs{ stdout = false }.text)
    assert.matches("com%.docker%.swarm%.service%.id=",
                   talker:logs{ details = true }.text)
    assert.equal("", talker:logs{ since = os.time() + 1000 }.text)
    caught("argument", talker.logs, talker, { folow = true })
    caught("argument", talker.logs, talker, { since = "soon" })
  end))

  it("has logs that can be followed", swarm.only(function()
    local lines = {}
    for line, source in talker:logs{ follow = true } do
      lines[source] = line
      if lines.stdout and lines.stderr then break end
    end
    assert.same({ stdout = "one", stderr = "two" }, lines)
    local bytes = {}
    for piece in talker:logs{ follow = true, chunks = true,
                              stderr = false } do
      bytes[#bytes + 1] = piece
      break
    end
    assert.equal("one\n", bytes[1])
  end))

  it("has logs of a terminal", swarm.only(function()
    local service = swarm.service{ tty = true, cmd = TALK }
    local logs = engine.eventually(function()
      local logs = service:logs()
      return #logs >= 2 and logs
    end)
    assert.equal("one", logs[1])
    assert.equal("two", logs[2])
  end))
end)

describe("service:scale", function()
  it("waits for the tasks", swarm.only(function()
    local service = swarm.service()
    assert.equal(service, service:scale(3))
    assert.equal(3, service:replicas())
    assert.equal(3, #running(service))
    service:scale(1)
    assert.equal(1, #running(service))
    service:scale(0)
    assert.equal(0, service:replicas())
    service:scale{ replicas = 2, detach = true }
    assert.equal(2, service:replicas())
  end))

  it("refuses what is no number of tasks", swarm.only(function()
    for _, wrong in ipairs{ -1, 1.5, "2" } do
      local problem = caught("argument", web.scale, web, wrong)
      assert.matches("^replicas: expected an integer", problem.message)
    end
    caught("argument", web.scale, web)
    caught("argument", web.scale, web, 2, { x = 1 })
    local global = swarm.service{ global = true }
    caught("argument", global.scale, global, 2)
  end))
end)

describe("service:update", function()
  it("merges into what there is, and loses nothing", swarm.only(function()
    local service = swarm.service{
      labels = { A = "1", B = "2" }, env = { A = "1" },
      limits = { memory = "64m", cpus = 1 }, hosts = { db = "10.0.0.1" },
      log_driver = "json-file", log_options = { ["max-size"] = "1m" },
      constraints = "node.role==manager", healthcheck = { test = "true" },
      mounts = { { type = "tmpfs", target = "/t" } }, detach = true,
    }
    local before = wire(service)
    assert.equal(service, service:update{
      labels = { A = "3", B = false, C = "4" }, limits = { cpus = 0.5 },
      detach = true,
    })
    before.Labels = { A = "3", C = "4" }
    before.TaskTemplate.Resources.Limits.NanoCPUs = 500000000
    assert.same(before, wire(service))
    assert.equal("3", service:labels().A)
    service:update{ detach = true }
    assert.same(before, wire(service))
  end))

  it("waits for the new tasks", swarm.only(function()
    local service = swarm.service()
    local old = running(service)[1]
    service:update{ env = { NEW = "1" }, update_config = { order =
      "start-first" } }
    local new = running(service)[1]
    assert.are_not_equal(old, new)
    assert.equal("running", new:state())
    assert.same({ "NEW=1" }, new:attrs().spec.container_spec.env)
  end))

  it("replaces lists, and removes what is null", swarm.only(function()
    local service = swarm.service{
      env = { A = "1" }, hostname = "box", log_driver = "json-file",
      log_options = { ["max-size"] = "1m" }, detach = true,
    }
    service:update{
      env = { "B=2" }, hostname = moonsail.null, log_driver = "none",
      detach = true,
    }
    local task = service:attrs().spec.task_template
    assert.same({ "B=2" }, task.container_spec.env)
    assert.is_nil(task.container_spec.hostname)
    assert.equal("none", task.log_driver.name)
    assert.same({}, task.log_driver.options)
  end))

  it("takes secrets", swarm.only(function()
    local secret = docker.secrets:create(fixture.name(), "x")
    local service = swarm.service{ detach = true }
    service:update{ secrets = secret:name(), detach = true }
    local given = service:attrs().spec.task_template.container_spec.secrets
    assert.equal(secret:id(), given[1].secret_id)
    service:remove()
    secret:remove()
  end))

  it("fails when it is paused", swarm.only(function()
    local service = swarm.service()
    local problem = caught("container", service.update, service, {
      cmd = "false", update_config = { monitor = 5 },
    })
    assert.matches("the update is paused", problem.message)
    assert.equal(service, problem.service)
  end))

  it("fails when it is rolled back", swarm.only(function()
    local service = swarm.service()
    local problem = caught("container", service.update, service, {
      cmd = "false", update_config = { failure_action = "rollback",
                                       monitor = 5 },
    })
    assert.matches("the update was rolled back", problem.message)
    local task = service:reload():attrs().spec.task_template
    assert.same(swarm.SLEEP, task.container_spec.args)
  end))

  it("is tried again when another writer was faster", swarm.only(function()
    local meddled = 0
    local client <close> = moonsail.client{
      host = engines.swarm_host(),
      on_result = function(result)
        if result.operation == "ServiceInspect" and meddled < 1 then
          meddled = meddled + 1
          web:update{ labels = { meddled = "1" }, detach = true }
        end
      end,
    }
    local same = client.services:list{ filters = { name = web:name() } }[1]
    same:update{ labels = { mine = "1" }, detach = true }
    assert.equal(1, meddled)
    assert.same({ meddled = "1", mine = "1" }, same:labels())
    web:update{ labels = moonsail.null, detach = true }
    assert.same({}, web:labels())
  end))

  it("refuses what is wrong", swarm.only(function()
    local stale = web:reload():version() - 1
    caught("conflict", web.update, web, { version = stale, detach = true })
    for _, options in ipairs{
      { nmae = "x" }, { replicas = "x" }, { id = "x" }, { labels = 7 },
      { detach = 1 }, { timeout = -1 }, { version = "x" },
      { secrets = { "nobody" }, tty = 7 },
    } do
      local problem = caught("argument", web.update, web, options)
      assert.equal("service:update", problem.method)
    end
    caught("not_found", web.update, web, { secrets = { "nobody" } })
    caught("api", web.update, web, { global = true })
  end))
end)

describe("service:force_update", function()
  it("makes new tasks of the same description", swarm.only(function()
    local service = swarm.service()
    local old = running(service)[1]
    assert.equal(service, service:force_update())
    assert.are_not_equal(old, running(service)[1])
    assert.equal(1, service:attrs().spec.task_template.force_update)
    service:force_update{ detach = true }
    assert.equal(2, service:attrs().spec.task_template.force_update)
    caught("argument", service.force_update, service, { x = 1 })
  end))
end)

describe("service:rollback", function()
  it("goes back by one update", swarm.only(function()
    local service = swarm.service{ env = { A = "1" } }
    service:update{ env = { A = "2" } }
    assert.equal(service, service:rollback())
    assert.same({ "A=1" },
                service:attrs().spec.task_template.container_spec.env)
    assert.same({ "A=1" }, running(service)[1]:attrs().spec.container_spec.env)
    service:rollback{ detach = true }
    assert.same({ "A=2" },
                service:attrs().spec.task_template.container_spec.env)
  end))

  it("needs an update", swarm.only(function()
    local service = swarm.service{ detach = true }
    caught("api", service.rollback, service)
    caught("argument", service.rollback, service, { x = 1 })
  end))
end)

describe("service:remove", function()
  it("ends its tasks", swarm.only(function()
    local service = swarm.service{ detach = true }
    service:remove()
    caught("not_found", service.remove, service)
    caught("not_found", service.reload, service)
    caught("not_found", service.update, service, { labels = { a = "b" } })
    caught("argument", service.remove, service, { force = true })
  end))
end)
