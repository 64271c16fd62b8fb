-- SPDX-License-Identifier: MIT
-- Follows what a container writes within the loop of cqueues, where another
-- coroutine ticks meanwhile.
--   lua5.4 examples/cqueues.lua CONTAINER [SECONDS]  at least so long, to its
--                                                    end

local cqueues = require "cqueues"
local moonsail = require "moonsail"

local name, seconds = arg[1], tonumber(arg[2] or 0)
if not name then
  io.stderr:write("usage: lua5.4 examples/cqueues.lua CONTAINER [SECONDS]\n")
  os.exit(2)
end

local ticks, ended = 0, false
local task = moonsail.spawn(function()
  local lines = 0
  for line in moonsail.client().containers:get(name):logs{ follow = true } do
    print(line)
    lines = lines + 1
  end
  moonsail.sleep(seconds)
  return lines
end)

local queue = cqueues.new()

-- cqueues asks the loop for its descriptor, what to watch it for, and how long
-- at most.
queue:wrap(function()
  local loop = moonsail.loop()
  while loop:step() > 0 do cqueues.poll(loop) end
  ended = true
end)

queue:wrap(function()
  while not ended do
    ticks = ticks + 1
    cqueues.sleep(0.05)
  end
end)

assert(queue:loop())
print(("%d lines, %d ticks"):format(task:join(), ticks))
