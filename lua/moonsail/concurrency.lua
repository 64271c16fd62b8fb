-- SPDX-License-Identifier: MIT
-- Tasks: functions that run along with others, and what they wait by.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

---@class moonsail
local moonsail = {}

---Runs a function as a task, and returns what it returns. What it spawns does
---not outlive it: the tasks are waited for when it has returned. When it
---raises an error, when one of the tasks has failed and nobody joins it, when
---it is cancelled or Ctrl-C is pressed, they are cancelled, waited for all the
---same, and the error is raised.
---`moonsail.run(function() … end)`
---@param fn function
---@param ... any # its arguments
---@return any # its results
function moonsail.run(fn, ...)
  local scope <close> = core.scope()
  local body = scope:spawn(fn, ...)
  scope:wait(body)
  if body:status() == "ended" then
    scope:wait()
    local failed = scope:failed()
    if failed then failed:join() end
  end
  return body:join()
end

---Begins a task: a function that runs along with others from the next wait on,
---whoever waits, and whatever for. Within `moonsail.run` it belongs to that;
---else to the program.
---@param fn function
---@param ... any # its arguments
---@return moonsail.Fiber
function moonsail.spawn(fn, ...)
  return core.spawn(fn, ...)
end

-- Cancels and waits, whatever happens but Ctrl-C.
local function end_all(tasks)
  repeat
    for _, task in ipairs(tasks) do task:cancel() end
    local ok, problem = pcall(core.await, tasks, true)
    if not ok and not core.is_error(problem, "cancelled") then
      error(problem, 0)
    end
  until ok
end

local to_end = { __close = end_all }

-- Functions become tasks, when all arguments are right.
local function tasks_of(...)
  local given = table.pack(...)
  for i = 1, given.n do
    if fail.type_name(given[i]) == "moonsail.fiber" then
      core.check_join(given[i], "gather")
    elseif type(given[i]) ~= "function" then
      fail.wrong_type(fail.complainer("gather"), ("argument %d"):format(i),
                      "a function or a task", given[i])
    end
  end
  for i = 1, given.n do
    if type(given[i]) == "function" then given[i] = core.spawn(given[i]) end
  end
  return given
end

---Waits for several at once, and returns what each has returned first, in the
---order given, nil where that was nothing. When one fails the others are
---cancelled, waited for, and its error is raised.
---`local a, b = moonsail.gather(function() … end, task)`
---@param ... function|moonsail.Fiber
---@return any # one value of each
function moonsail.gather(...)
  local tasks <close> = setmetatable(tasks_of(...), to_end)
  local failed = core.await(tasks)
  if failed then failed:join() end
  local results = {}
  for i, task in ipairs(tasks) do results[i] = (task:join()) end
  return table.unpack(results, 1, tasks.n)
end

---Waits, while the others go on. With 0 they have a turn.
---@param seconds number
function moonsail.sleep(seconds)
  core.sleep(seconds)
end

---A queue, by which tasks hand values to each other.
---@param limit? integer # how many it holds before `put` waits
---@return moonsail.Queue
function moonsail.queue(limit)
  if limit ~= nil and math.type(limit) ~= "integer" then
    fail.wrong_type(fail.complainer "queue", "limit", "an integer", limit)
  end
  return core.queue(limit)
end

---The loop, for programs that have one of their own: it is called when
---something is there for it.
---@return moonsail.Loop
function moonsail.loop()
  return core.loop()
end

return moonsail
