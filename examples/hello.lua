-- SPDX-License-Identifier: MIT
-- The shortest way to a container: run a command, print what it wrote.
--   lua5.4 examples/hello.lua [IMAGE]

local moonsail = require "moonsail"

local docker = moonsail.client()
print(("%s, API %s"):format(docker, docker:api_version()))

local result = docker.containers:run(arg[1] or "busybox",
  { "echo", "Hello from a container, by Lua!" },
  { remove = true, progress = true }) -- a missing image is pulled

print(result.logs)
