-- SPDX-License-Identifier: MIT
-- How far a service is: which of its tasks count, and how many of them are as
-- they should be. The tasks are those of the specification that the service
-- has now.

local task_count = {}

---@class moonsail.TaskPlace
---@field name string # "1/3", or the id of a node
---@field task table # the task's attributes

---@class moonsail.TaskCount
---@field wanted integer # how many there should be; 0 while nobody knows
---@field done integer # how many are as they should be
---@field places moonsail.TaskPlace[] # in order
---@field dead table|nil # a task that failed and is not started again

-- Every task goes through these states, in this order, as far as it comes.
local ORDER = {}
for i, state in ipairs{
  "new", "allocated", "pending", "assigned", "accepted", "preparing", "ready",
  "starting", "running", "complete", "shutdown", "failed", "rejected",
  "remove", "orphaned",
} do ORDER[state] = i end

local function order(state)
  return ORDER[state] or 0
end

local function has_ended(state)
  return order(state) > ORDER.running
end

-- Whether one task says more about its place than another: the one that is to
-- live, the one that is younger in its life.
local function counts_more(task, other)
  local wanted, others = order(task.desired_state),
                         order(other.desired_state)
  if wanted ~= others then return wanted < others end
  return order(task.status.state) < order(other.status.state)
end

-- Not a task whose place is given up, or that is on a node that is gone.
local function counts(task, nodes)
  local node = task.node_id
  local is_here = not node or node == "" or nodes[node]
  return is_here and task.desired_state ~= "remove"
end

-- The one task of each place.
local function by_place(tasks, place_of, nodes)
  local chosen = {}
  for _, task in ipairs(tasks) do
    local place = place_of(task)
    if place and counts(task, nodes)
       and (not chosen[place] or counts_more(task, chosen[place])) then
      chosen[place] = task
    end
  end
  return chosen
end

local function sorted(chosen)
  local keys = {}
  for place in pairs(chosen) do keys[#keys + 1] = place end
  table.sort(keys)
  return keys
end

-- Whether nothing is going to become of a task: it has ended, and the engine
-- has not put another one in its place.
local function is_dead(task)
  return task.desired_state == "shutdown" and has_ended(task.status.state)
end

local function is_running(task)
  return not has_ended(task.desired_state) and task.status.state == "running"
end

local function is_complete(task)
  return task.status.state == "complete"
end

-- Counts the tasks that are done, by the function, one a place.
local function count(chosen, is_done, wanted, name_of)
  local result = { wanted = wanted, done = 0, places = {}, dead = nil }
  for _, place in ipairs(sorted(chosen)) do
    local task = chosen[place]
    if is_done(task) then
      result.done = result.done + 1
    elseif is_dead(task) then
      result.dead = result.dead or task
    end
    table.insert(result.places, { name = name_of(place), task = task })
  end
  return result
end

local function node_of(task) return task.node_id end

-- Slots are counted from 1 on, those of jobs from 0 on, which is left out.
local function slots(tasks, nodes, wanted, is_done, first)
  local function slot_of(task) return (task.slot or 0) - first + 1 end
  return count(by_place(tasks, slot_of, nodes), is_done, wanted,
               function(slot) return ("%d/%d"):format(slot, wanted) end)
end

-- Nobody tells how many nodes suit a service: but it has a task on each of
-- them at once.
local function nodes_with_tasks(tasks, nodes, is_done)
  local chosen = by_place(tasks, node_of, nodes)
  return count(chosen, is_done, #sorted(chosen),
               function(node) return node:sub(1, 12) end)
end

-- The tasks of the present run of a job.
local function of_run(tasks, service)
  local iteration = service.job_status and service.job_status.job_iteration
  local list = {}
  for _, task in ipairs(tasks) do
    local own = task.job_iteration
    if not iteration or not own or (own.index or 0) == (iteration.index or 0)
    then
      list[#list + 1] = task
    end
  end
  return list
end

---Counts the tasks of a service.
---@param mode string # as task_count.mode gives it
---@param service table # its attributes
---@param tasks table[] # theirs
---@param nodes table<string, boolean> # the ids of the nodes that are up
---@return moonsail.TaskCount
function task_count.of(mode, service, tasks, nodes)
  local wanted = task_count.replicas(service)
  if mode == "global" then
    return nodes_with_tasks(tasks, nodes, is_running)
  elseif mode == "global-job" then
    return nodes_with_tasks(of_run(tasks, service), nodes, is_complete)
  elseif mode == "replicated-job" then
    return slots(of_run(tasks, service), nodes, wanted, is_complete, 0)
  end
  return slots(tasks, nodes, wanted, is_running, 1)
end

-- Modes ------------------------------------------------------------------

local MODES = {
  global = "global", global_job = "global-job",
  replicated = "replicated", replicated_job = "replicated-job",
}

---The mode of a service: "replicated", "global", "replicated-job" or
---"global-job".
---@param service table # its attributes
---@return string|nil
function task_count.mode(service)
  for field, mode in pairs(MODES) do
    local value = rawget(service.spec.mode or {}, field)
    if value ~= nil and getmetatable(value) ~= "moonsail.absent" then
      return mode
    end
  end
end

---How many tasks it shall have; nil for one that has them on every node.
---@param service table # its attributes
---@return integer|nil
function task_count.replicas(service)
  local mode = service.spec.mode or {}
  if mode.replicated then return mode.replicated.replicas or 1 end
  local job = mode.replicated_job
  return job and (job.total_completions or job.max_concurrent or 1)
end

return task_count
