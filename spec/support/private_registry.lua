-- SPDX-License-Identifier: MIT
-- A registry on the loopback interface that wants a password:
--
--     local registry = private_registry.start()
--     images:push(registry.address .. "/x", {auth = registry.auth})
--     registry:stop()
--
-- It takes the first free port behind that of the registry that all specs
-- share, so that an engine which takes plain HTTP from certain ports only can
-- be told of it.

local engine = require "spec.support.engine"

local private_registry = {}

local Registry = {}
Registry.__index = Registry

local USER, PASSWORD = "loop", "back"

-- PASSWORD, as htpasswd -B writes it.
local HASH = "$2y$05$hDHjnzR1ZNtMfOBxPNtD3e3Qo.hZopP2zZjbkKu9ZveFgEtMjPVNi"

local CONFIG = [[
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: %s/data}}
auth: {htpasswd: {realm: loopback, path: %s/htpasswd}}
http:
  addr: '127.0.0.1:%d'
  secret: moonsail
  headers: {X-Registry: ['%s']}
]]

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

-- Serves at the port until it is told to end, or for 15 minutes.
local function serve(folder, port)
  write(folder .. "/config.yml", CONFIG:format(folder, folder, port, folder))
  return tonumber(engine.sh(([[
    timeout 900 docker-registry serve %s/config.yml >%s/log 2>&1 </dev/null &
    echo $!]]):format(folder, folder)))
end

-- Whether ours answers, and not another one that has the port; nil as long as
-- it may still come.
local function answers(folder, port, pid)
  local head = engine.try(("curl -sI http://127.0.0.1:%d/v2/"):format(port))
  if head:find("X-Registry: " .. folder, 1, true) then return "yes" end
  local _, status = engine.try("kill -0 " .. pid)
  if status ~= 0 then return "no" end
end

function private_registry.start()
  local folder = engine.sh "mktemp -d /tmp/registry.XXXXXX"
  write(folder .. "/htpasswd", USER .. ":" .. HASH .. "\n")
  local first = tonumber(engine.registry():match(":(%d+)$")) + 1
  for port = first, first + 40 do
    local pid = serve(folder, port)
    if engine.eventually(function()
      return answers(folder, port, pid)
    end) == "yes" then
      local address = "127.0.0.1:" .. port
      return setmetatable({
        folder = folder,
        pid = pid,
        address = address,
        name = "localhost:" .. port, -- Podman logs in to no other one
        auth = { username = USER, password = PASSWORD,
                 serveraddress = address },
      }, Registry)
    end
  end
  error("no free port, see " .. folder .. "/log")
end

function Registry:stop()
  engine.try("kill " .. self.pid)
  engine.sh("rm -rf " .. self.folder)
end

return private_registry
