-- SPDX-License-Identifier: MIT
-- Follows what a container writes within the loop of luv (libuv), which has
-- timers of its own meanwhile.
--   lua5.4 examples/luv.lua CONTAINER [SECONDS]   at least so long, to its end

local moonsail = require "moonsail"
local uv = require "luv"

local name, seconds = arg[1], tonumber(arg[2] or 0)
if not name then
  io.stderr:write("usage: lua5.4 examples/luv.lua CONTAINER [SECONDS]\n")
  os.exit(2)
end

-- Has luv call the loop of moonsail when something is there for it, until
-- there are no more tasks.
local function attend(loop, on_end)
  local descriptor, timer = uv.new_poll(loop:fd()), uv.new_timer()
  local function step()
    if loop:step() == 0 then
      descriptor:close()
      timer:close()
      return on_end()
    end
    local timeout = loop:timeout()
    timer:stop()
    if timeout then timer:start(math.ceil(timeout * 1000), 0, step) end
  end
  descriptor:start(loop:events(), step)
  timer:start(0, 0, step)
end

local ticks = 0
local ticker = uv.new_timer()
ticker:start(0, 50, function() ticks = ticks + 1 end)

local task = moonsail.spawn(function()
  local lines = 0
  for line in moonsail.client().containers:get(name):logs{ follow = true } do
    print(line)
    lines = lines + 1
  end
  moonsail.sleep(seconds)
  return lines
end)

attend(moonsail.loop(), function() ticker:close() end)
uv.run()
print(("%d lines, %d ticks"):format(task:join(), ticks))
