-- SPDX-License-Identifier: MIT
-- A registry on the loopback interface that wants a password:
--
--     local registry = private_registry.start()
--     images:push(registry.address .. "/x", {auth = registry.auth})
--     registry:stop()
--
-- or one that wants a token, which another server gives for the password, and
-- for an identity token that it gives as well:
--
--     local registry = private_registry.start{token_for = "team/app"}
--
-- It takes the first free port behind that of the registry that all specs
-- share, so that an engine which takes plain HTTP from certain ports only can
-- be told of it.

local engine = require "spec.support.engine"
local socket = require "socket"

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
auth: {%s}
http:
  addr: '127.0.0.1:%d'
  secret: moonsail
  headers: {X-Registry: ['%s']}
]]

local function write(path, text)
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

-- The token server -----------------------------------------------------------

-- A key, a certificate of it, and a token that is good for a repository;
-- prints the pid of the server that gives it to whoever may have it.
local TOKEN_SERVER = [[
cd %s
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem \
  -days 2 -subj /CN=loopback 2>/dev/null
url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
x5c=$(openssl x509 -in cert.pem -outform DER | openssl base64 -A)
now=$(date +%%s)
printf '{"typ":"JWT","alg":"RS256","x5c":["%%s"]}' "$x5c" | url >token
printf . >>token
printf '{"iss":"loopback","sub":"loop","aud":"loopback","jti":"1",' >claims
printf '"exp":%%d,"nbf":%%d,"iat":%%d,' $((now + 3600)) $((now - 60)) \
  $((now - 60)) >>claims
printf '"access":[{"type":"repository","name":"%s",' >>claims
printf '"actions":["pull","push"]}]}' >>claims
url <claims >>token
signature=$(openssl dgst -sha256 -sign key.pem -binary <token | url)
printf '.%%s' "$signature" >>token
cd - >/dev/null
timeout 900 lua5.4 spec/support/token_server.lua %s/token \
  >%s/address 2>%s/server.log </dev/null &
echo $!
until [ -s %s/address ]; do sleep 0.02; done]]

local TOKEN = "token: {realm: 'http://127.0.0.1:%s/token', service: loopback, "
  .. "issuer: loopback, rootcertbundle: %s/cert.pem}"

-- The section `auth` of the registry, and the pid of the server.
local function start_token_server(folder, repository)
  local f = folder
  local pid = engine.sh(TOKEN_SERVER:format(f, repository, f, f, f, f))
  local address <close> = assert(io.open(folder .. "/address"))
  return TOKEN:format(address:read("l"), folder), tonumber(pid)
end

-- The registry ---------------------------------------------------------------

local function start_passwords(folder)
  write(folder .. "/htpasswd", USER .. ":" .. HASH .. "\n")
  return ("htpasswd: {realm: loopback, path: %s/htpasswd}"):format(folder)
end

-- Serves at the port until it is told to end, or for 15 minutes.
local function serve(folder, port, auth)
  write(folder .. "/config.yml", CONFIG:format(folder, auth, port, folder))
  return tonumber(engine.sh(([[
    unset REGISTRY_AUTH_FILE # it would be taken for a setting
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

-- Whether it is worth trying: another one may still be faster.
local function is_free(port)
  local listener = socket.bind("127.0.0.1", port)
  return listener and listener:close() and true
end

function private_registry.start(options)
  local folder = engine.sh "mktemp -d /tmp/registry.XXXXXX"
  local repository = options and options.token_for
  local auth, token_pid
  if repository then
    auth, token_pid = start_token_server(folder, repository)
  else
    auth = start_passwords(folder)
  end
  local first = tonumber(engine.registry():match(":(%d+)$")) + 1
  for port = first, first + 40 do
    local pid = is_free(port) and serve(folder, port, auth)
    if pid and engine.eventually(function()
      return answers(folder, port, pid)
    end) == "yes" then
      local address = "127.0.0.1:" .. port
      return setmetatable({
        folder = folder,
        pid = pid,
        token_pid = token_pid, -- nil: it wants a password
        address = address,
        name = "localhost:" .. port, -- Podman logs in to no other one
        auth = { username = USER, password = PASSWORD,
                 serveraddress = address },
      }, Registry)
    end
  end
  if token_pid then engine.try("kill " .. token_pid) end
  error("no free port, see " .. folder .. "/log")
end

function Registry:stop()
  engine.try(("kill %d %s"):format(self.pid, self.token_pid or ""))
  engine.sh("rm -rf " .. self.folder)
end

return private_registry
