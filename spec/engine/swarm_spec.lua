-- SPDX-License-Identifier: MIT
-- The swarm: beginning, joining, changing, unlocking, leaving.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local support = require "spec.support.swarm"

local docker = support.client()
local swarm = docker.swarm

describe("an engine that is in no swarm", function()
  setup(support.leave)

  it("says so, and what to do", support.only(function()
    for _, call in ipairs{
      function() swarm:inspect() end,
      function() swarm:unlock_key() end,
      function() swarm:update{ labels = {} } end,
      function() docker.services:list() end,
      function() docker.nodes:get "self" end,
    } do
      local problem = caught("api", call)
      assert.equal(503, problem.status)
      assert.matches("not a swarm manager", problem.message)
      assert.matches("swarm", problem.hint)
    end
  end))

  it("cannot leave one, or be unlocked", support.only(function()
    caught("api", swarm.leave, swarm)
    caught("api", swarm.unlock, swarm, "SWMKEY-1-x")
  end))

  it("is told what joining needs", support.only(function()
    local problem = caught("argument", swarm.join, swarm, "127.0.0.1")
    assert.matches("join_token: missing", problem.message)
    caught("argument", swarm.join, swarm, { "127.0.0.1" }, 7)
    caught("api", swarm.join, swarm, "127.0.0.1", "no token")
  end))

  it("cannot begin one with what is wrong", support.only(function()
    caught("argument", swarm.init, swarm, 7)
    caught("argument", swarm.init, swarm, { adress = "x" })
    caught("argument", swarm.init, swarm, { autolock = 1 })
    local problem = caught("argument", swarm.init, swarm, {
      autolock = true, spec = { encryption_config = {} },
    })
    assert.matches("^autolock: given twice", problem.message)
    caught("api", swarm.init, swarm, "999.0.0.1")
  end))

  it("is not supported by Podman", engines.only_podman("it is of Podman",
     function()
    caught("not_supported", swarm.init, swarm, "127.0.0.1")
    caught("not_supported", swarm.inspect, swarm)
    caught("not_supported", docker.services.list, docker.services)
    caught("not_supported", docker.nodes.list, docker.nodes)
    caught("not_supported", docker.configs.list, docker.configs)
    caught("not_supported", docker.tasks.list, docker.tasks)
  end))
end)

describe("a swarm", function()
  setup(support.begin)
  teardown(support.leave)

  it("gives the id of its first node", support.only(function()
    support.leave()
    local id = swarm:init("127.0.0.1", {
      autolock = true, spec = { labels = { Team = "blue" } },
    })
    assert.equal(docker:info().swarm.node_id, id)
    assert.matches("^SWMKEY%-", swarm:unlock_key())
    assert.equal("blue", swarm:reload():attrs().spec.labels.Team)
    support.begin()
    assert.is_nil(swarm:unlock_key())
  end))

  it("is not begun twice", support.only(function()
    local problem = caught("api", swarm.init, swarm, "127.0.0.1")
    assert.matches("already part of a swarm", problem.message)
    caught("api", swarm.join, swarm, "127.0.0.1", "x")
  end))

  it("knows its attributes", support.only(function()
    local attrs = swarm:inspect()
    assert.equal(attrs.id, swarm:id())
    assert.equal(attrs, swarm:attrs())
    assert.equal(90 * 24 * 3600, attrs.spec.ca_config.node_cert_expiry)
    assert.is_table(swarm:inspect{ raw = true }.Spec)
    assert.equal(swarm, swarm:reload())
    assert.are_not_equal(attrs, swarm:attrs())
    caught("argument", swarm.inspect, swarm, { x = 1 })
  end))

  it("fetches attributes when it has none", support.only(function()
    local other <close> = moonsail.client(engines.swarm_host())
    assert.equal(swarm:id(), other.swarm:id())
  end))

  it("has tokens, which can be changed", support.only(function()
    local before = swarm:join_tokens()
    assert.matches("^SWMTKN%-", before.worker)
    assert.are_not_equal(before.worker, before.manager)
    assert.equal(swarm, swarm:update{ rotate_worker_token = true })
    local after = swarm:join_tokens()
    assert.are_not_equal(before.worker, after.worker)
    assert.equal(before.manager, after.manager)
    swarm:update{ rotate_manager_token = true }
    assert.are_not_equal(before.manager, swarm:join_tokens().manager)
    caught("argument", swarm.join_tokens, swarm, { x = 1 })
  end))

  it("merges updates into what there is", support.only(function()
    local before = swarm:inspect().spec
    swarm:update{ labels = { A = "1", B = "2" },
                  orchestration = { task_history_retention_limit = 3 } }
    swarm:update{ labels = { A = false } }
    local after = swarm:attrs().spec
    assert.same({ B = "2" }, after.labels)
    assert.equal(3, after.orchestration.task_history_retention_limit)
    assert.same(before.raft, after.raft)
    assert.same(before.ca_config, after.ca_config)
    caught("argument", swarm.update, swarm, { lables = {} })
    caught("conflict", swarm.update, swarm, { version = 1 })
  end))

  it("locks its managers when told to", support.only(function()
    swarm:update{ autolock = true }
    local key = swarm:unlock_key()
    assert.matches("^SWMKEY%-", key)
    swarm:update{ rotate_manager_unlock_key = true }
    assert.are_not_equal(key, swarm:unlock_key())
    swarm:update{ autolock = false }
    assert.is_nil(swarm:unlock_key())
    caught("argument", swarm.unlock_key, swarm, { x = 1 })
  end))

  it("hides its tokens where they are not asked for", support.only(function()
    local token = swarm:join_tokens().worker
    assert.is_nil(tostring(swarm:inspect()):find(token, 1, true))
    local problem = caught("api", swarm.join, swarm, "127.0.0.1", token)
    assert.is_nil(tostring(problem):find(token, 1, true))
  end))

  it("is left by its last manager by force only", support.only(function()
    caught("api", swarm.leave, swarm)
    caught("argument", swarm.leave, swarm, { force = 1 })
    assert.is_true(swarm:leave{ force = true })
    assert.equal("inactive", docker:info().swarm.local_node_state)
    support.begin()
  end))
end)

describe("two engines #pair", function()
  after_each(fixture.clean)

  it("join, as worker and as manager, and leave", function()
    local first, second = engines.swarm_pair()
    local boss = moonsail.client(first.host)
    local other = moonsail.client(second.host)
    fixture.later(function() -- they may be lent
      for _, client in ipairs{ boss, other } do
        pcall(client.swarm.leave, client.swarm, { force = true })
        client:close()
      end
    end)
    boss.swarm:init(first.address)

    assert.is_true(other.swarm:join(first.address,
      boss.swarm:join_tokens().worker, { advertise_addr = second.address }))
    local id = other:info().swarm.node_id
    assert.equal("worker", boss.nodes:get(id):role())
    assert.equal(2, #boss.nodes:list())
    caught("api", other.swarm.inspect, other.swarm) -- a worker knows nothing
    caught("api", other.nodes.get, other.nodes, "self")
    assert.is_true(other.swarm:leave())
    engine.eventually(function()
      return boss.nodes:get(id):status() == "down"
    end, 30)
    assert.is_true(boss.nodes:get(id):remove())
    caught("not_found", boss.nodes.get, boss.nodes, id)

    other.swarm:join({ first.address .. ":2377" },
                     boss.swarm:join_tokens().manager,
                     { advertise_addr = second.address })
    id = other:info().swarm.node_id
    assert.equal("manager", other.nodes:get("self"):role())
    boss.nodes:get(id):update{ role = "worker" }
    engine.eventually(function()
      return not pcall(other.swarm.inspect, other.swarm)
    end, 30)
    other.swarm:leave{ force = true }
    boss.nodes:remove(id, { force = true })
  end)
end)

describe("an engine #restart", function()
  after_each(fixture.clean)

  it("is unlocked when it was started again", function()
    local started = engines.swarm_to_restart()
    local client = moonsail.client(started.host)
    local function leave()
      pcall(client.swarm.leave, client.swarm, { force = true })
    end
    leave() -- it may be lent
    fixture.later(function()
      leave()
      client:close()
      started:down()
    end)
    client.swarm:init("127.0.0.1", { autolock = true })
    local id, key = client.swarm:id(), client.swarm:unlock_key()
    started:kill()
    started:restart()
    local problem = caught("api", client.swarm.inspect, client.swarm)
    assert.matches("lock", problem.message)
    assert.equal("locked", client:info().swarm.local_node_state)
    caught("unauthorized", client.swarm.unlock, client.swarm, "SWMKEY-1-"
      .. ("x"):rep(43))
    caught("argument", client.swarm.unlock, client.swarm, 7)
    assert.is_true(client.swarm:unlock(key))
    engine.eventually(function()
      return pcall(client.swarm.reload, client.swarm)
    end, 30)
    assert.equal(id, client.swarm:id())
  end)
end)
