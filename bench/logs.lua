-- SPDX-License-Identifier: MIT
-- A followed log, to its end:
--   lua5.4 bench/logs.lua lines|chunks HOST CONTAINER
-- or, for comparison, the lines of a file by Lua's own means:
--   lua5.4 bench/logs.lua file PATH

local measure = require "measure"
local moonsail = require "moonsail"

local function count_lines(...)
  local n = 0
  for line in ... do n = n + #line + 1 end
  return n
end

local function count_bytes(...)
  local n = 0
  for bytes in ... do n = n + #bytes end
  return n
end

local what, where, name = arg[1], arg[2], arg[3]
if what == "file" then
  measure.report(function() return count_lines(io.lines(where)) end)
  return
end

local docker <close> = moonsail.client { host = where }
local container = docker.containers:get(name)

measure.report(function()
  if what == "chunks" then
    return count_bytes(container:logs { follow = true, chunks = true })
  end
  return count_lines(container:logs { follow = true })
end)
