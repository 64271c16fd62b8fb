-- SPDX-License-Identifier: MIT
-- Does the same for long, and shows what is left over:
--   lua5.4 bench/soak.lua HOST PINGS CYCLES
-- A cycle is create, start, wait and remove. Open files and memory are
-- printed at ten points of each, as they are; garbage is collected only before
-- the first and after the last, as it would be in a program that runs on.

local measure = require "measure"
local moonsail = require "moonsail"

local IMAGE = "busybox"
local STEPS = 10

local host = arg[1]
local pings, cycles = math.tointeger(arg[2]), math.tointeger(arg[3])
local docker <close> = moonsail.client { host = host }

local function open_files()
  local list = assert(io.popen "ls /proc/$PPID/fd | wc -l")
  local count = list:read "n"
  list:close()
  return count
end

local function collect()
  collectgarbage()
  collectgarbage()
end

local function show(what, done)
  print(("| %s | %s | %d | %d | %.0f |"):format(what, done, open_files(),
    measure.memory "VmRSS", collectgarbage "count"))
end

local function cycle()
  local container = docker.containers:create(IMAGE, { "true" },
    { network = "none" })
  container:start()
  assert(container:wait().exit_code == 0)
  container:remove()
end

-- A few go first, so that what is made once is not counted.
local function soak(what, work, count)
  for _ = 1, math.min(20, count) do work() end
  collect()
  show(what, "first")
  local done = 0
  for step = 1, STEPS do
    local target = count * step // STEPS
    while done < target do
      work()
      done = done + 1
    end
    show(what, done)
  end
  collect()
  show(what, "last")
end

print "| | done | open files | RSS, kB | Lua, kB |"
print "|---|---|---|---|---|"
soak("ping", function() assert(docker:ping()) end, pings)
soak("create, start, wait, remove", cycle, cycles)
