-- SPDX-License-Identifier: MIT
-- A followed log, to its end:
--   lua5.4 bench/logs.lua lines|chunks HOST CONTAINER

local measure = require "measure"
local moonsail = require "moonsail"

local what, host, name = arg[1], arg[2], arg[3]
local docker <close> = moonsail.client { host = host }
local container = docker.containers:get(name)

local readers = {
  lines = function()
    local n = 0
    for line in container:logs { follow = true } do n = n + #line + 1 end
    return n
  end,
  chunks = function()
    local n = 0
    for bytes in container:logs { follow = true, chunks = true } do
      n = n + #bytes
    end
    return n
  end,
}

measure.report(readers[what])
