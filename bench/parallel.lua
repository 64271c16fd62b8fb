-- SPDX-License-Identifier: MIT
-- Many things at once in one process:
--   lua5.4 bench/parallel.lua make HOST CONTAINERS
--     makes containers that write a line a second, ticker-1 and so on, and
--     one that writes nothing, quiet
--   lua5.4 bench/parallel.lua measure HOST CONTAINERS STREAMS CALLS
--     prints a line for each figure: its name, a tab, and the figure
-- The names of the figures are those of parallel_table.lua.

local core = require "moonsail.core"
local measure = require "measure"
local moonsail = require "moonsail"

local what, host = arg[1], arg[2]
local n_containers = math.tointeger(arg[3])
local n_streams, n_calls = math.tointeger(arg[4]), math.tointeger(arg[5])
local AT_ONCE = 8 -- containers that are started at the same time
local PINGS, INSPECTED = 1000, 100

local docker = moonsail.client(host)

local function show(name, value)
  print(("%s\t%.9g"):format(name, value))
end

-- Making ---------------------------------------------------------------------

-- Waits by itself: 200 processes a second would be what is measured.
local TICK = [[trap 'exit 0' TERM; mkfifo /wait; exec 3<>/wait; i=0
  while :; do echo line $i of a log; i=$((i+1)); read -t 1 x <&3; done]]

local function start(name, command)
  docker.containers:run("busybox", { "sh", "-c", command },
                        { name = name, network = "none", detach = true })
end

local function make()
  start("quiet", "trap 'exit 0' TERM; while :; do sleep 60; done")
  local made, workers = 0, {}
  for i = 1, AT_ONCE do
    workers[i] = moonsail.spawn(function()
      while made < n_containers do
        made = made + 1
        start("ticker-" .. made, TICK)
      end
    end)
  end
  for _, worker in ipairs(workers) do worker:join() end
end

-- Measuring ------------------------------------------------------------------

-- The figures of so many calls, one after another: the middle, and that which
-- one in a hundred exceeds; in seconds.
local function times_of(call, count)
  local times = {}
  for i = 1, count do
    local before = core.now()
    call()
    times[i] = core.now() - before
  end
  table.sort(times)
  return times[(count + 1) // 2], times[math.ceil(count * 0.99)]
end

local function ping() assert(docker:ping()) end

local function show_pings(name)
  local middle, worst = times_of(ping, n_calls)
  show(name .. ", median", middle)
  show(name .. ", p99", worst)
end

local function resident()
  collectgarbage()
  collectgarbage()
  return measure.memory "VmRSS"
end

-- Opens streams, each read by a task of its own, and calls fn.
local function beside(open, count, fn)
  local tasks, lines = {}, 0
  local before = resident()
  for i = 1, count do
    tasks[i] = moonsail.spawn(function()
      for _ in open(i) do lines = lines + 1 end
    end)
  end
  moonsail.sleep(2) -- until all are there
  fn(resident() - before)
  for _, task in ipairs(tasks) do task:cancel() end
  for _, task in ipairs(tasks) do pcall(task.join, task) end
  return lines
end

local function follow(name)
  return docker.containers:get(name):logs{ follow = true, tail = 0 }
end

local function measure_memory()
  ping()
  beside(function() return follow "quiet" end, n_streams, function(grown)
    show("memory of an idle stream", grown / n_streams)
  end)
end

local function measure_streams()
  show_pings "ping alone"
  local lines = beside(function(i)
    if i > n_streams then return docker:events() end
    return follow("ticker-" .. (i - 1) % n_containers + 1)
  end, n_streams + 1, function()
    show_pings "ping beside streams"
  end)
  assert(lines >= n_streams, "the logs do not flow")
end

-- The seconds that so many calls need, one after another and at once.
local function both_ways(name, count, call)
  local seconds = measure.time(function()
    for i = 1, count do call(i) end
  end)
  show(name .. ", one after another", seconds)
  local all = {}
  for i = 1, count do all[i] = function() return call(i) end end
  seconds = measure.time(function() moonsail.gather(table.unpack(all)) end)
  show(name .. ", at once", seconds)
end

local function inspect(i)
  local name = "ticker-" .. (i - 1) % n_containers + 1
  return docker.api.container_inspect{ id = name }
end

if what == "make" then
  moonsail.run(make)
else
  docker:ping()
  moonsail.run(function()
    measure_memory() -- first: what was freed would be used again
    both_ways("pings", PINGS, ping)
    both_ways("inspections", INSPECTED, inspect)
    measure_streams()
  end)
end
