-- SPDX-License-Identifier: MIT
-- Waiting until a service is as it should be: until all its tasks run, and go
-- on running for a moment; or until it is clear that they will not.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local object = require "moonsail.object"
local service_progress = require "moonsail.service_progress"
local task_count = require "moonsail.task_count"

local convergence = {}

-- Seconds between two looks.
local INTERVAL = 0.2

-- For how many seconds the tasks must run, unless the service says how long
-- its updates are watched.
local MONITOR = 5

-- Which tasks are of the present specification can be asked from here on.
local SINCE = 29

---Options of methods that wait, by the types that they must have.
convergence.OPTIONS = { detach = "boolean", progress = false, timeout = false }

---@class moonsail.Waiting
---@field label string
---@field timeout number|nil # seconds
---@field reporter moonsail.ServiceReporter|nil

---Takes the options of methods that wait out of a table, and checks them.
---@param options table # the others stay
---@param label string
---@return moonsail.Waiting|nil # nil: it shall not wait
function convergence.take(options, label)
  local complain = fail.complainer(label)
  local detach = options.detach
  if detach ~= nil then
    fail.check_type(complain, "detach", "boolean", detach)
  end
  local timeout = options.timeout or nil
  if timeout then
    fail.check_type(complain, "timeout", "number", timeout)
    local is_good = timeout >= 0 -- and a number
    if not is_good then
      complain("timeout", "expected 0 seconds or more")
    end
  end
  local reporter = service_progress.reporter(options.progress, label)
  options.detach, options.timeout, options.progress = nil, nil, nil
  if detach then return nil end
  return { label = label, timeout = timeout, reporter = reporter }
end

-- A look -----------------------------------------------------------------

local function call(watch, operation, options)
  options.raw = false
  return core.call(watch.client, operation, options, watch.label)
end

local function nodes_up(watch)
  local up = {}
  for _, node in ipairs(call(watch, "NodeList", {})) do
    if node.status.state ~= "down" then up[node.id] = true end
  end
  return up
end

-- Those of the specification that the service has now: a filter that no
-- definition mentions, with a name that is not written as others are.
local function tasks_now(watch)
  return call(watch, "TaskList", { filters = core.encode("any", {
    service = { watch.id }, ["_up-to-date"] = { "true" },
  }) })
end

local function look(watch)
  local service = call(watch, "ServiceInspect", { id = watch.id })
  local tasks = tasks_now(watch)
  local mode = task_count.mode(service)
  watch.service = service
  watch.is_job = mode and mode:find("job", 1, true) ~= nil
  watch.count = task_count.of(mode, service, tasks, nodes_up(watch))
end

-- Failures ---------------------------------------------------------------

local function name_of(watch)
  return watch.service.spec.name or watch.id
end

-- "web.2"
local function task_name(watch, task)
  local place = task.slot or (task.node_id or ""):sub(1, 12)
  return ("%s.%s"):format(name_of(watch), place)
end

local function raise(watch, kind, message, task)
  local status = task and task.status.container_status
  fail.raise{
    kind = kind,
    method = watch.label,
    message = ("the service %s: %s"):format(name_of(watch), message),
    service = core.new_object("service", watch.client, watch.service),
    task = task and core.new_object("task", watch.client, task),
    exit_code = status and status.exit_code,
  }
end

local function update_message(watch, what)
  local message = watch.service.update_status.message
  return message and message ~= "" and what .. ": " .. message or what
end

-- Notes what has become of an update, of which the engine tells; raises when
-- it has given up.
local function check_update(watch)
  local status = watch.service.update_status
  local state = status and status.state
  if state == "paused" then
    raise(watch, "container", update_message(watch, "the update is paused"))
  elseif state == "rollback_paused" then
    raise(watch, "container", update_message(watch,
                                             "the rollback is paused"))
  elseif state == "rollback_started" or state == "rollback_completed" then
    watch.rolled_back = update_message(watch, "the update was rolled back")
  end
  watch.is_moving = state == "updating" or state == "rollback_started"
  watch.is_settled = state == "completed" or state == "rollback_completed"
end

-- Between two looks the engine may put another task in the place of one that
-- has ended.
local function check_dead(watch)
  local dead = watch.count.dead
  if dead and watch.dead == dead.id and not watch.is_moving then
    local why = dead.status.err
    if not why or why == "" then why = dead.status.message or "" end
    raise(watch, "container", ("task %s is not started again: %s, %s"):format(
      task_name(watch, dead), dead.status.state, why), dead)
  end
  watch.dead = dead and dead.id
end

-- What the engine says is wrong with one of the tasks.
local function trouble(watch)
  for _, place in ipairs(watch.count.places) do
    local why = place.task.status.err
    if why and why ~= "" then
      return ("; task %s: %s"):format(task_name(watch, place.task), why)
    end
  end
  return ""
end

local function check_time(watch)
  if core.now() < watch.deadline then return end
  raise(watch, "timeout", ("%d of %d tasks are there after %g s%s"):format(
    watch.count.done, watch.count.wanted, watch.timeout, trouble(watch)))
end

-- Stability --------------------------------------------------------------

local function monitor(watch)
  local config = watch.service.spec.update_config
  local seconds = config and tonumber(config.monitor)
  return seconds and seconds > 0 and seconds or MONITOR
end

local function is_complete(watch)
  local wanted = task_count.replicas(watch.service)
  local count = watch.count
  return count.done == count.wanted and not watch.is_moving
    and (count.wanted > 0 or wanted == 0)
end

local function say(watch, id, status)
  if watch.reporter then watch.reporter:say(id, status) end
end

-- Whether all is well, and has been so for long enough. What a job has done
-- stays done, and updates are watched by the engine itself.
local function has_converged(watch)
  if not is_complete(watch) then
    if watch.since then say(watch, "verify", "a task has failed") end
    watch.since = nil
    return false
  elseif watch.is_job or watch.is_settled or watch.count.wanted == 0 then
    return true
  end
  local now = core.now()
  if not watch.since then
    watch.since = now
    say(watch, "verify", ("watching the tasks for %g s"):format(
      monitor(watch)))
  end
  return now - watch.since >= monitor(watch)
end

-- The whole --------------------------------------------------------------

local function step(watch)
  look(watch)
  check_update(watch)
  if watch.reporter then watch.reporter:tell(watch.count) end
  if has_converged(watch) then return true end
  check_dead(watch)
  check_time(watch)
  return false
end

---Waits until the service is as it should be. Raises kind container when it
---will not get there, with its service, and the task and its exit_code if one
---is to blame; kind timeout when it takes too long.
---@param client any
---@param id string
---@param waiting moonsail.Waiting
---@param is_rollback boolean|nil # whether it is rolled back on purpose
function convergence.wait(client, id, waiting, is_rollback)
  if object.minor_version(client, waiting.label) < SINCE then return end
  local watch = {
    client = client, id = id, label = waiting.label,
    reporter = waiting.reporter, timeout = waiting.timeout,
    deadline = core.now() + (waiting.timeout or math.huge),
    since = nil,       -- when all tasks were first seen as they should be
    dead = nil,        -- the id of a task that the last look found dead
    rolled_back = nil, -- in words, when the engine did so
  }
  while not step(watch) do core.sleep(INTERVAL) end
  if watch.rolled_back and not is_rollback then
    raise(watch, "container", watch.rolled_back)
  end
  say(watch, "verify", "the service has converged")
end

return convergence
