-- SPDX-License-Identifier: MIT
-- The swarm that the specs of a file share, on an engine for swarms:
--
--     local swarm = require "spec.support.swarm"
--     local docker = swarm.client()
--     setup(swarm.begin)
--     after_each(swarm.clean)
--     teardown(swarm.leave)
--     it("runs", swarm.only(function()
--       local service = swarm.service()
--     end))
--
-- Podman has no swarm, so that these tests are pending there.

local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"

local swarm = {}

local client

-- The client of the engine for swarms.
function swarm.client()
  client = client or moonsail.client(engines.swarm_host())
  return client
end

-- Makes it the manager of a new swarm.
function swarm.begin()
  if engines.is_podman() then return end
  swarm.leave()
  client.swarm:init{ advertise_addr = "127.0.0.1" }
end

-- Ends the swarm, if there is one, and all that is in it.
function swarm.leave()
  if engines.is_podman() then return end
  local info = swarm.client():info()
  if info.swarm.local_node_state ~= "inactive" then
    client.swarm:leave{ force = true }
  end
end

-- A test that needs it.
function swarm.only(fn)
  return engines.only_docker("Podman has no swarm", fn)
end

-- One that needs an API from 1.N on, too.
function swarm.since(api, fn)
  return engines.needs({ podman = false, api = api }, fn)
end

-- A command that runs until it is told to end.
swarm.SLEEP = { "sh", "-c", "trap 'exit 0' TERM; sleep 300 & wait" }

-- The options of a service that is there at once. (The kernel here has no
-- IPVS, so that the addresses are those of the tasks.)
function swarm.options(options)
  local all = {
    name = fixture.name(), cmd = swarm.SLEEP, endpoint_mode = "dnsrr",
    update_config = { monitor = 0.2, failure_action = "pause" },
    rollback_config = { monitor = 0.2 },
    stop_grace_period = 2,
  }
  for name, value in pairs(options or {}) do all[name] = value end
  return all
end

-- Takes it away at the end of the test.
function swarm.remove_later(object)
  fixture.later(function() pcall(object.remove, object) end)
  return object
end

-- A service that runs one task.
function swarm.service(options)
  return swarm.remove_later(swarm.client().services:create(
    fixture.IMAGE, swarm.options(options)))
end

swarm.clean = fixture.clean

return swarm
