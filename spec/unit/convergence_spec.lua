-- SPDX-License-Identifier: MIT
-- Waiting for a service, with a scripted engine.

local caught = require "spec.support.caught"
local convergence = require "moonsail.convergence"
local core = require "moonsail.core"
local play = require "spec.support.play"

local NODES = '[{"ID":"n1","Status":{"State":"ready"}},'
  .. '{"ID":"n2","Status":{"State":"down"}}]'

-- A look at a service: its update's state, its tasks' states.
local function look(update, states, monitor)
  local tasks = {}
  for i, state in ipairs(states) do
    local wanted = state:find("!", 1, true) and "shutdown" or "running"
    tasks[i] = ('{"ID":"t%d","Slot":%d,"NodeID":"n1","DesiredState":"%s",'
      .. '"Status":{"State":"%s","Err":"%s",'
      .. '"ContainerStatus":{"ExitCode":3}}}')
      :format(i, i, wanted, state:gsub("!", ""), wanted == "shutdown"
              and "it broke" or "")
  end
  local status = update and ('"UpdateStatus":{"State":"%s","Message":"why"},')
    :format(update) or ""
  return play.json(('{"ID":"s","Version":{"Index":1},%s"Spec":{"Name":"web",'
      .. '"Mode":{"Replicated":{"Replicas":2}},'
      .. '"UpdateConfig":{"Monitor":%d}}}')
      :format(status, monitor or 1))
    .. "\nclose\naccept\nhead\nbody\n"
    .. play.json("[" .. table.concat(tasks, ",") .. "]")
    .. "\nclose\naccept\nhead\nbody\n" .. play.json(NODES)
end

local LABEL = "services:create"

-- Waits by these looks, all of which must be needed.
local function wait(looks, options, is_rollback)
  local server <close>, client = play.start(looks)
  local waiting = convergence.take(options or {}, LABEL)
  local ok, problem = pcall(convergence.wait, client, "s", waiting,
                            is_rollback)
  assert.equal(3 * #looks, server:log("accept"))
  if not ok then error(problem, 0) end
end

describe("waiting for a service", function()
  it("ends when all tasks have run for a while", function()
    wait{ look(nil, {}), look(nil, { "running", "starting" }),
          look(nil, { "running", "running" }),
          look(nil, { "running", "running" }) }
  end)

  it("begins anew when a task fails meanwhile", function()
    local two = { "running", "running" }
    wait{ look(nil, two, 250000000), look(nil, { "running", "failed" }),
          look(nil, two, 250000000), look(nil, two, 250000000),
          look(nil, two, 250000000) }
  end)

  it("trusts an engine that has watched an update itself", function()
    wait{ look("updating", { "running", "running" }, 1e13),
          look("completed", { "running", "running" }, 1e13) }
  end)

  it("ends when a task is not started again", function()
    local dead = look(nil, { "running", "failed!" })
    local problem = caught("container", wait, { dead, dead })
    assert.equal("the service web: task web.2 is not started again: failed, "
      .. "it broke", problem.message)
    assert.equal(LABEL, problem.method)
    assert.equal(3, problem.exit_code)
    assert.equal("t2", problem.task:id())
    assert.equal("s", problem.service:id())
  end)

  it("gives the engine a moment to start another", function()
    local two = look(nil, { "running", "running" })
    wait{ look(nil, { "running", "failed!" }), two, two }
  end)

  it("ends when an update does", function()
    local problem = caught("container", wait,
                           { look("paused", { "running" }) })
    assert.equal("the service web: the update is paused: why",
                 problem.message)
    caught("container", wait, { look("rollback_paused", { "running" }) })
  end)

  it("fails when the update was rolled back, and that is done", function()
    local problem = caught("container", wait, {
      look("rollback_started", { "running", "running" }),
      look("rollback_completed", { "running", "running" }),
    })
    assert.equal("the service web: the update was rolled back: why",
                 problem.message)
    wait({ look("rollback_completed", { "running", "running" }) }, {}, true)
  end)

  it("ends in time, and says what the trouble is", function()
    local problem = caught("timeout", wait,
                           { look(nil, { "running", "pending!" }) },
                           { timeout = 0 })
    assert.equal("the service web: 1 of 2 tasks are there after 0 s; "
      .. "task web.2: it broke", problem.message)
    assert.equal("s", problem.service:id())
  end)

  it("reports", function()
    local seen = {}
    wait({ look(nil, { "running" }), look(nil, { "running", "running" }),
           look(nil, { "running", "running" }) }, {
      progress = function(document)
        seen[#seen + 1] = document.id .. ": " .. document.status
      end,
    })
    assert.equal("overall: 1 of 2 tasks", seen[1])
    assert.equal("1/2: running", seen[2])
    assert.equal("verify: the service has converged", seen[#seen])
  end)

  it("is left out where engines cannot tell enough", function()
    local client = core.client{ host = "unix:///none",
                                api_version = "1.28" }
    convergence.wait(client, "s", convergence.take({}, LABEL))
    assert.is_nil(convergence.take({ detach = true }, LABEL))
  end)

  it("has options", function()
    local options = { detach = false, timeout = 5, name = "x" }
    assert.equal(5, convergence.take(options, LABEL).timeout)
    assert.same({ name = "x" }, options)
    assert.is_nil(convergence.take({ timeout = false }, LABEL).timeout)
    for _, wrong in ipairs{
      { detach = 1 }, { timeout = "x" }, { timeout = -1 },
      { timeout = 0 / 0 }, { progress = 7 },
    } do
      caught("argument", convergence.take, wrong, LABEL)
    end
  end)
end)
