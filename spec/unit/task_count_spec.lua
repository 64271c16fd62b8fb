-- SPDX-License-Identifier: MIT
-- How far a service is.

local core = require "moonsail.core"
local task_count = require "moonsail.task_count"

local UP = { n1 = true, n2 = true }

local function service(mode)
  return core.decode("Service", ('{"Spec":{"Mode":%s}}'):format(mode))
end

local function task(slot, state, wanted, node)
  return { slot = slot, status = { state = state }, node_id = node,
           desired_state = wanted or "running" }
end

local function count(mode, ...)
  local attrs = service(mode)
  return task_count.of(task_count.mode(attrs), attrs, { ... }, UP)
end

local THREE = '{"Replicated":{"Replicas":3}}'

describe("the mode of a service", function()
  it("is told by a field", function()
    for mode, expected in pairs{
      ['{"Replicated":{"Replicas":3}}'] = { "replicated", 3 },
      ['{"Global":{}}'] = { "global" },
      ['{"GlobalJob":{}}'] = { "global-job" },
      ['{"ReplicatedJob":{"TotalCompletions":2}}'] = { "replicated-job", 2 },
      ['{"ReplicatedJob":{"MaxConcurrent":4}}'] = { "replicated-job", 4 },
      ['{"Replicated":{}}'] = { "replicated", 1 },
    } do
      local attrs = service(mode)
      assert.is_table(attrs.spec.mode.global) -- looked at, though not there
      assert.equal(expected[1], task_count.mode(attrs))
      assert.equal(expected[2], task_count.replicas(attrs))
    end
  end)
end)

describe("replicated tasks", function()
  it("count when they run", function()
    local result = count(THREE, task(1, "running"), task(2, "starting"))
    assert.equal(1, result.done)
    assert.equal(3, result.wanted)
    assert.is_nil(result.dead)
    assert.equal("1/3", result.places[1].name)
    assert.equal("starting", result.places[2].task.status.state)
  end)

  it("count once a slot, those that shall live first", function()
    local result = count(THREE, task(1, "failed", "shutdown"),
                         task(1, "running"), task(1, "failed", "shutdown"))
    assert.equal(1, result.done)
    assert.is_nil(result.dead)
    assert.equal(1, #result.places)
  end)

  it("do not count when they are to end, or on a node that is gone",
     function()
    assert.equal(0, count(THREE, task(1, "running", "shutdown")).done)
    assert.equal(0, count(THREE, task(1, "running", nil, "n3")).done)
    assert.equal(1, count(THREE, task(1, "running", nil, "n1")).done)
    assert.equal(0, count(THREE, task(1, "failed")).done)
  end)

  it("are dead when nothing takes their place", function()
    local dead = task(2, "failed", "shutdown")
    assert.equal(dead, count(THREE, task(1, "running"), dead).dead)
    assert.is_nil(count(THREE, dead, task(2, "ready", "ready")).dead)
    assert.is_nil(count(THREE, task(2, "complete", "remove")).dead)
    assert.equal(0, #count(THREE, task(2, "running", "remove")).places)
    assert.is_nil(count(THREE, task(2, "running", "shutdown")).dead)
  end)
end)

describe("global tasks", function()
  it("are wanted on each node that has one", function()
    local result = count('{"Global":{}}', task(nil, "running", nil, "n1"),
                         task(nil, "pending", nil, "n2"),
                         task(nil, "running", nil, "gone"))
    assert.equal(1, result.done)
    assert.equal(2, result.wanted)
    assert.equal("n1", result.places[1].name)
    assert.equal(0, count('{"Global":{}}').wanted)
  end)
end)

describe("the tasks of a job", function()
  it("count when they are complete; the first has no slot", function()
    local job = '{"ReplicatedJob":{"TotalCompletions":2}}'
    local result = count(job, task(nil, "complete", "complete"),
                         task(1, "running", "complete"))
    assert.equal(1, result.done)
    assert.equal("1/2", result.places[1].name)
    assert.equal("2/2", result.places[2].name)
    local dead = task(nil, "failed", "shutdown")
    assert.equal(dead, count(job, dead).dead)
  end)

  it("are those of its last run", function()
    local attrs = service '{"GlobalJob":{}}'
    attrs.job_status = { job_iteration = { index = 9 } }
    local old = task(nil, "complete", "complete", "n1")
    local new = task(nil, "running", "complete", "n1")
    old.job_iteration, new.job_iteration = { index = 8 }, { index = 9 }
    local result = task_count.of("global-job", attrs, { old, new }, UP)
    assert.equal(0, result.done)
    assert.equal(1, result.wanted)
  end)
end)
