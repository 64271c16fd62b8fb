-- SPDX-License-Identifier: MIT
-- The tasks of a swarm.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local swarm = require "spec.support.swarm"

local docker = swarm.client()
local tasks = docker.tasks
local service, task

setup(function()
  swarm.begin()
  if engines.is_podman() then return end
  service = docker.services:create("busybox", swarm.options{
    cmd = { "sh", "-c", "echo one; echo two >&2; trap 'exit 0' TERM; "
            .. "sleep 300 & wait" },
  })
  task = service:tasks()[1]
end)
after_each(swarm.clean)
teardown(swarm.leave)

describe("tasks:get", function()
  it("finds by id", swarm.only(function()
    assert.equal(task, tasks:get(task:id()))
    assert.equal(task, tasks:get(task))
  end))

  it("says that there is none", swarm.only(function()
    caught("not_found", tasks.get, tasks, "nobody")
    caught("argument", tasks.get, tasks)
  end))
end)

describe("tasks:list", function()
  it("gives all of them, or some", swarm.only(function()
    assert.equal(task, tasks:list{ filters = { service = service } }[1])
    assert.equal(0, #tasks:list{ filters = { name = "nobody" } })
    caught("api", tasks.list, tasks, { filters = { nonsense = "x" } })
    caught("argument", tasks.list, tasks, { x = 1 })
  end))
end)

describe("a task", function()
  it("knows its attributes", swarm.only(function()
    assert.equal("running", task:reload():state())
    assert.equal(task:id(), task:inspect().id)
    assert.equal(task:id():sub(1, 12), task:short_id())
    assert.equal(1, task:attrs().slot)
    caught("argument", task.inspect, task, { x = 1 })
  end))

  it("leads to its service and its node", swarm.only(function()
    assert.equal(service, task:service())
    assert.equal(docker.nodes:get "self", task:node())
  end))

  it("has logs", swarm.only(function()
    local logs = engine.eventually(function()
      local logs = task:logs()
      return #logs >= 2 and logs
    end)
    assert.equal("one\n", logs.stdout)
    assert.equal("two\n", logs.stderr)
    local lines = {}
    for line, source in task:logs{ follow = true } do
      lines[source] = line
      if lines.stdout and lines.stderr then break end
    end
    assert.same({ stdout = "one", stderr = "two" }, lines)
    caught("argument", task.logs, task, { tial = 1 })
  end))

  it("leads to nothing when its service has gone", swarm.only(function()
    local gone = swarm.service()
    local orphan = gone:tasks()[1]
    gone:remove()
    caught("not_found", orphan.service, orphan)
  end))
end)
