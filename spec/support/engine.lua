-- SPDX-License-Identifier: MIT
-- What the specs of spec/engine need: the private engine and the registry that
-- tools/test.sh has started, further engines that may be killed, and a look at
-- what this process holds.
--
--     local engine = require "spec.support.engine"
--     local docker = moonsail.client{host = engine.host()}
--     local second <close> = engine.start()
--     second:kill(); second:restart()
--     local manager <close> = engine.start{netns = true}

local lfs = require "lfs"

local engine = {}

local Engine = {}
Engine.__index = Engine
Engine.__name = "spec.engine"

local function required(variable)
  return os.getenv(variable)
    or error(variable .. " is not set: run sh tools/test.sh engine", 3)
end

-- A word of a shell's command line.
function engine.quote(text)
  return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

-- Runs a shell command: its output (stdout and stderr, without the last
-- newline) and its exit status.
function engine.try(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1", "r"))
  local output = pipe:read("a")
  local _, _, status = pipe:close()
  return (output:gsub("\n$", "")), status
end

-- The same, for a command that must succeed.
function engine.sh(command)
  local output, status = engine.try(command)
  if status ~= 0 then
    error(("%s: exit status %d: %s"):format(command, status, output), 2)
  end
  return output
end

-- The address of the engine that all specs share: "unix:///…".
function engine.host()
  return required("MOONSAIL_ENGINE")
end

-- The path of its socket.
function engine.socket()
  return (engine.host():gsub("^unix://", ""))
end

-- "127.0.0.1:PORT" of a registry that holds busybox:latest, which the engine
-- has as well, and fresh:latest, 16 MB that the engine has not.
function engine.registry()
  return required("MOONSAIL_REGISTRY")
end

-- What the docker command says of an engine, as a second opinion.
function engine.docker(arguments, host)
  return engine.sh(("docker -H %s %s"):format(host or engine.host(),
    arguments))
end

-- Waits until the function returns something true, and returns that; an error
-- after so many seconds (10).
function engine.eventually(condition, seconds)
  local deadline = os.time() + (seconds or 10)
  repeat
    local result = condition()
    if result then return result end
    os.execute("sleep 0.05")
  until os.time() > deadline
  error("it did not come about in " .. (seconds or 10) .. " seconds", 2)
end

-- How many files and sockets this process has open.
function engine.open_files()
  local n = 0
  for _ in lfs.dir("/proc/self/fd") do n = n + 1 end
  return n - 3 -- ".", "..", and the folder itself
end

-- The memory of this process, in bytes, after all garbage is collected.
function engine.resident()
  collectgarbage()
  collectgarbage()
  for line in io.lines("/proc/self/status") do
    local kilobytes = line:match("^VmRSS:%s*(%d+) kB")
    if kilobytes then return tonumber(kilobytes) * 1024 end
  end
end

-- The variables that tell tools/engine.sh what engine to start.
local function environment(options, name)
  local words = {}
  local function add(variable, value)
    if value then
      words[#words + 1] = variable .. "=" .. engine.quote(value)
    end
  end
  add("NETNS", name)
  add("FLAGS", options.flags)
  add("MOONSAIL_DOCKERD_ENV", options.env)
  return table.concat(words, " ")
end

-- An engine of its own for a spec that kills it, or joins it to others. It
-- ends with :down(), by <close>, or at the latest with the run of the tests.
--   netns  true: in a network namespace of its own, for swarms; it has the
--          name of the namespace then, and an address in there
--   flags  more flags for dockerd: "--experimental"
--   env    "NAME=value …" for dockerd
function engine.start(options)
  options = options or {}
  local folder = engine.sh(("mktemp -d %s/engine.XXXXXX"):format(
    required("MOONSAIL_WORK")))
  local netns = options.netns and "moonsail" .. folder:match("%.%w+$") or nil
  engine.sh(("%s sh tools/engine.sh up %s"):format(
    environment(options, netns), folder))
  return setmetatable({
    folder = folder,
    host = "unix://" .. folder .. "/docker.sock",
    socket = folder .. "/docker.sock",
    netns = netns,
    address = netns and "127.0.0.1",
  }, Engine)
end

local function control(self, action)
  return engine.sh(("sh tools/engine.sh %s %s"):format(action, self.folder))
end

-- kill -9; what it was doing is torn off.
function Engine:kill()
  control(self, "kill")
end

-- Starts it again after a kill, at the same address, with what it had.
function Engine:restart()
  control(self, "start")
end

-- Lets it reach another one, each in a namespace of its own; the fields
-- `address` of both are then good for the other.
function Engine:connect(other)
  self.address, other.address = engine.sh(
    ("sh tools/engine.sh connect %s %s"):format(self.folder, other.folder))
    :match("(%S+) (%S+)$")
end

function Engine:down()
  control(self, "down")
end

Engine.__close = Engine.down

return engine
