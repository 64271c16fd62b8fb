-- SPDX-License-Identifier: MIT
-- The nodes of a swarm.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local moonsail = require "moonsail"
local swarm = require "spec.support.swarm"

local docker = swarm.client()
local nodes = docker.nodes

setup(swarm.begin)
after_each(swarm.clean)
teardown(swarm.leave)

describe("nodes:get", function()
  it("finds by id, by name, and the engine's own", swarm.only(function()
    local own = nodes:get "self"
    assert.equal(docker:info().swarm.node_id, own:id())
    local id = own:id()
    for _, key in ipairs{ id, id:sub(1, 8), own:hostname(), own } do
      assert.equal(own, nodes:get(key))
    end
    assert.equal(own:id(), nodes:get("self", { raw = true }).ID)
  end))

  it("says that there is none", swarm.only(function()
    caught("not_found", nodes.get, nodes, "nobody")
    caught("argument", nodes.get, nodes)
    caught("argument", nodes.get, nodes, 7)
    caught("argument", nodes.get, nodes, "self", { x = 1 })
  end))
end)

describe("nodes:list", function()
  it("gives all of them, or some", swarm.only(function()
    local list = nodes:list()
    assert.equal(1, #list)
    assert.equal(nodes:get "self", list[1])
    assert.equal(1, #nodes:list{ filters = { role = "manager" } })
    assert.equal(0, #nodes:list{ filters = { role = "worker" } })
    caught("api", nodes.list, nodes, { filters = { nonsense = "x" } })
    caught("argument", nodes.list, nodes, { x = 1 })
  end))
end)

describe("a node", function()
  it("knows its attributes", swarm.only(function()
    local node = nodes:get "self"
    assert.equal(docker:info().name, node:hostname())
    assert.equal("ready", node:status())
    assert.equal("manager", node:role())
    assert.equal("active", node:availability())
    assert.equal("integer", math.type(node:version()))
    assert.equal(12, #node:short_id())
    assert.same({}, node:labels())
    assert.equal(node:id(), node:inspect().id)
    assert.equal(node, node:reload())
    caught("argument", node.inspect, node, { x = 1 })
  end))

  it("merges updates into what there is", swarm.only(function()
    local node = nodes:get "self"
    local version = node:version()
    assert.equal(node, node:update{
      labels = { Disk = "ssd", zone = "a" }, availability = "pause",
    })
    assert.is_true(node:version() > version)
    assert.equal("pause", node:availability())
    node:update{ labels = { zone = false, rack = 7 } }
    assert.same({ Disk = "ssd", rack = "7" }, node:labels())
    assert.equal("pause", node:availability())
    node:update{ Availability = "active", labels = moonsail.null }
    assert.same({}, node:labels())
    assert.equal("manager active 0", engine.docker("node inspect -f '{{"
      .. ".Spec.Role}} {{.Spec.Availability}} {{len .Spec.Labels}}' self",
      engines.swarm_host()))
  end))

  it("is updated although another writer was faster", swarm.only(function()
    local meddled = 0
    local node = nodes:get "self"
    local client <close> = moonsail.client{
      host = engines.swarm_host(),
      on_result = function(result)
        if result.operation == "NodeInspect" and meddled < 1 then
          meddled = meddled + 1
          node:update{ labels = { meddled = meddled } }
        end
      end,
    }
    local same = client.nodes:list()[1]
    same:update{ labels = { mine = 1 } }
    assert.equal(1, meddled)
    assert.same({ meddled = "1", mine = "1" }, same:labels())
    node:update{ labels = moonsail.null }
  end))

  it("is updated with the version that is given", swarm.only(function()
    local node = nodes:get "self"
    local stale = node:version()
    node:update{ version = stale, labels = { a = "1" } }
    local problem = caught("conflict", node.update, node, { version = stale })
    assert.matches("out of sequence", problem.message)
    node:update{ labels = moonsail.null }
  end))

  it("is not updated with what is wrong", swarm.only(function()
    local node = nodes:get "self"
    caught("argument", node.update, node, { lables = {} })
    caught("argument", node.update, node, { id = "x" })
    caught("argument", node.update, node, { role = 7 })
    caught("api", node.update, node, { availability = "sometimes" })
    caught("api", node.update, node, { role = "worker" }) -- the last manager
  end))

  it("is not removed while it is the manager", swarm.only(function()
    local node = nodes:get "self"
    caught("api", node.remove, node)
    caught("api", nodes.remove, nodes, node, { force = true })
    caught("not_found", nodes.remove, nodes, "nobody")
    caught("argument", node.remove, node, { force = "yes" })
  end))
end)
