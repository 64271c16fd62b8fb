-- SPDX-License-Identifier: MIT
-- A shell in a container, at this terminal: in a new one, which is removed at
-- its end, or, with the name of one that runs, beside what it does.
--   lua5.4 examples/shell.lua [IMAGE]
--   lua5.4 examples/shell.lua --in NAME

local moonsail = require "moonsail"

local docker = moonsail.client()

-- At a terminal every key goes to the shell; a script may be piped in, too.
local at_terminal = os.execute "test -t 0" == true

local options = { interactive = true, tty = at_terminal }

local result
if arg[1] == "--in" then
  local container = docker.containers:get(arg[2] or error "which one?")
  result = container:exec("sh", options)
else
  options.remove = true
  options.progress = true
  result = docker.containers:run(arg[1] or "busybox", "sh", options)
end

if result.exit_code then
  print(("the shell ended with %d"):format(result.exit_code))
else
  print "the shell goes on without you"
end
