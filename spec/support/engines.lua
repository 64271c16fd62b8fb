-- SPDX-License-Identifier: MIT
-- Which engine the shared one is, and tests that only some engines can pass:
--
--     local engines = require "spec.support.engines"
--     it("joins a swarm", engines.only_docker("Podman has no swarm",
--       function() … end))
--     it("knows platforms", engines.needs({ api = 41, podman = "5.0",
--       reason = "Podman 4 forgets it" }, function() … end))
--     if engines.is_podman() then … end
--
-- On another engine such a test is pending, with the reason.

local busted = require "busted"
local engine = require "spec.support.engine"
local moonsail = require "moonsail"

local engines = {}

local known -- {podman, version, api} of the shared engine, once asked
local swarm, pair -- the engines for swarms that were started here

-- The component that is the engine proper, by the name that it has.
local function component(version, pattern)
  for _, each in ipairs(version.components) do
    if each.name:find(pattern) then return each end
  end
end

local function ask()
  local client <close> = moonsail.client(engine.host())
  local version = client:version()
  local podman = component(version, "^Podman")
  return {
    podman = podman ~= nil,
    version = (podman or version).version,
    api = tonumber(version.api_version:match("^1%.(%d+)")),
  }
end

local function shared()
  known = known or ask()
  return known
end

function engines.is_podman()
  return shared().podman
end

-- "20.10.24+dfsg1" of dockerd, "4.3.1" of Podman.
function engines.version()
  return shared().version
end

-- The minor number of the newest API version that it speaks: 41 for 1.41.
function engines.api()
  return shared().api
end

-- "dockerd 20.10", "podman 4.3"
function engines.name()
  return (engines.is_podman() and "podman " or "dockerd ")
    .. engines.version():match("^%d+%.%d+")
end

-- Whether "20.10.24" is at least "20.9", number by number.
local function reaches(version, wanted)
  local numbers = {}
  for number in version:gmatch("%d+") do
    numbers[#numbers + 1] = tonumber(number)
  end
  local i = 0
  for number in wanted:gmatch("%d+") do
    i = i + 1
    local have = numbers[i] or 0
    if have ~= tonumber(number) then return have > tonumber(number) end
  end
  return true
end

-- Whether it is of that kind ("docker", "podman") and that version or newer.
function engines.at_least(kind, version)
  return engines.is_podman() == (kind == "podman")
    and reaches(engines.version(), version or "0")
end

-- What the shared engine lacks of these needs, in words, or nil.
local function lack(needs)
  local kind = engines.is_podman() and "podman" or "docker"
  local wanted = needs[kind]
  if wanted == false then return "not for " .. engines.name() end
  if type(wanted) == "string" and not engines.at_least(kind, wanted) then
    return ("needs %s %s, this is %s"):format(kind, wanted, engines.name())
  end
  if needs.api and engines.api() < needs.api then
    return ("needs API 1.%d, %s has 1.%d"):format(needs.api, engines.name(),
                                                  engines.api())
  end
end

-- Busted's function that makes the running test pending: specs find it among
-- their globals, modules do not.
local make_pending
busted.subscribe({ "test", "start" }, function(element)
  make_pending = element.env and element.env.pending
  return nil, true -- others want to know, too
end)

local NEEDS = { docker = true, podman = true, api = true, reason = true }

-- A test for engines that meet the needs:
--   docker, podman   false: not for those; "26.1": from that version on; any
--                    version else
--   api              41: from API 1.41 on
--   reason           why, for those who read the sum
function engines.needs(needs, fn)
  for name in pairs(needs) do assert(NEEDS[name], name) end
  return function(...)
    local missing = lack(needs)
    if missing then make_pending(needs.reason or missing) end
    return fn(...)
  end
end

function engines.only_docker(reason, fn)
  return engines.needs({ podman = false, reason = reason }, fn)
end

function engines.only_podman(reason, fn)
  return engines.needs({ docker = false, reason = reason }, fn)
end

-- Engines for swarms ---------------------------------------------------------

-- Engines started here go with the spec file that asked for them: at its end
-- busted forgets this module, and them with it.
local function keep(...)
  return setmetatable({ ... }, { __gc = function(self)
    for _, started in ipairs(self) do started:down() end
  end })
end

-- The address of an engine that may be put into swarm mode, and must be taken
-- out of it again: the one that the environment names, else one in a network
-- namespace of its own. Podman's, which has no swarm, is the shared one.
function engines.swarm_host()
  local given = os.getenv "MOONSAIL_SWARM"
  if given then return given end
  if engines.is_podman() then return engine.host() end
  swarm = swarm or keep(engine.start{ netns = true })
  return swarm[1].host
end

-- One that can be killed and started again, {host, kill(), restart(), down()}.
function engines.swarm_to_restart()
  local command = os.getenv "MOONSAIL_SWARM_RESTART"
  if not command then return engine.start{ netns = true } end
  return {
    host = engines.swarm_host(),
    kill = function() end, -- that command does it
    restart = function() engine.sh(command) end,
    down = function() end,
  }
end

-- Two that reach each other, each {host, address}, where `address` is what the
-- other one calls it.
function engines.swarm_pair()
  local given = os.getenv "MOONSAIL_SWARM_PAIR"
  if given then
    local host, address, host2, address2 =
      given:match("^(%S+) (%S+) (%S+) (%S+)$")
    return { host = host, address = address },
           { host = host2, address = address2 }
  end
  if not pair then
    pair = keep(engine.start{ netns = true }, engine.start{ netns = true })
    pair[1]:connect(pair[2])
  end
  return pair[1], pair[2]
end

return engines
