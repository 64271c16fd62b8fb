-- SPDX-License-Identifier: MIT
-- One call after another:
--   lua5.4 bench/calls.lua ping|list HOST COUNT

local measure = require "measure"
local moonsail = require "moonsail"

local WARM_UP = 200

local what, host, count = arg[1], arg[2], math.tointeger(arg[3])
local docker <close> = moonsail.client { host = host }

local calls = {
  ping = function() return docker:ping() end,
  list = function() return docker.containers:list { all = true } end,
}

local function run(call, times)
  for _ = 1, times do assert(call()) end
  return 0
end

run(calls[what], WARM_UP)
measure.report(function() return run(calls[what], count) end)
