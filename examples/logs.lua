-- SPDX-License-Identifier: MIT
-- Starts a container that talks, and follows what it says, line by line.
--   lua5.4 examples/logs.lua [IMAGE]

local moonsail = require "moonsail"

local SCRIPT = [[
  for i in 1 2 3; do
    echo "line $i"
    sleep 0.3
  done
  echo "that was all" >&2
]]

local docker = moonsail.client()
local container = docker.containers:run(arg[1] or "busybox",
  { "sh", "-c", SCRIPT }, { detach = true })
print(("%s is %s"):format(container:name(), container:status()))

for line, source in container:logs{ follow = true } do
  print(("%s  %s"):format(source, line))
end

print(("it ended with %d"):format(container:wait().exit_code))
container:remove()
