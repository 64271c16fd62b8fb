-- SPDX-License-Identifier: MIT
-- Programs called ssh that are found before the system's, for specs:
--
--     local fake <close> = ssh.fake "echo no >&2; exit 255"   -- a script
--     fake:calls()     -- the arguments of each call so far, in a line each
--     local real <close> = ssh.server()                       -- an sshd
--     real.address     -- "ssh://me@127.0.0.1:PORT"

local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"
local socket = require "socket"
local uv = require "luv"

local ssh = {}

local Programs = {}
Programs.__index = Programs

local function write(path, text, mode)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  engine.sh(("chmod %s %s"):format(mode or "644", path))
end

local SCRIPT = [[
#!/bin/sh
echo $$ "$*" >>%s/calls
%s
]]

-- Puts a script called ssh into a folder that is looked at first.
local function put(self, script)
  write(self.folder .. "/bin/ssh", SCRIPT:format(self.folder, script), "755")
  self.path = os.getenv "PATH"
  uv.os_setenv("PATH", self.folder .. "/bin:" .. self.path)
end

local function folder()
  local base = os.getenv "MOONSAIL_WORK" or "/tmp"
  local made = engine.sh("mktemp -d " .. base .. "/ssh.XXXXXX")
  engine.sh("mkdir " .. made .. "/bin")
  return setmetatable({ folder = made }, Programs)
end

function ssh.fake(script)
  local self = folder()
  put(self, script)
  return self
end

-- One that leads to the engine whose unix socket that is, whatever the host.
function ssh.leading_to(path)
  return ssh.fake(("exec docker --host unix://%s system dial-stdio")
    :format(path))
end

local function lines(self, pattern)
  local found = {}
  local file = io.open(self.folder .. "/calls")
  for line in file and file:lines() or function() end do
    found[#found + 1] = line:match(pattern)
  end
  if file then file:close() end
  return found
end

function Programs:calls()
  return lines(self, "^%d+ (.*)$")
end

-- The processes of these calls that there still are, zombies too.
function Programs:living()
  local found = {}
  for _, pid in ipairs(lines(self, "^%d+")) do
    local file = io.open("/proc/" .. pid .. "/stat")
    if file then
      file:close()
      found[#found + 1] = pid
    end
  end
  return found
end

-- An sshd ----------------------------------------------------------------

local SERVER = [[
Port %d
ListenAddress 127.0.0.1
HostKey %s/host
AuthorizedKeysFile %s/allowed
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
]]

local CLIENT = [[
IdentityFile %s/user
IdentitiesOnly yes
UserKnownHostsFile %s/known
GlobalKnownHostsFile none
StrictHostKeyChecking %s
LogLevel ERROR
]]

local function listen(self)
  self.pipe = assert(io.popen(("echo $$; exec /usr/sbin/sshd -D -e -f "
    .. "%s/server 2>%s/log"):format(self.folder, self.folder)))
  self.pid = self.pipe:read "l"
  engine.eventually(function()
    local connection = socket.tcp()
    local connected = connection:connect("127.0.0.1", self.port)
    connection:close()
    return connected
  end)
end

-- A server of our own, and an ssh that has the key for it, and knows its own
-- unless `unknown`.
function ssh.server(unknown)
  local self = folder()
  local where = self.folder
  self.port = fixture.free_port()
  engine.sh(([[
    cd %s
    for key in host user; do ssh-keygen -q -t ed25519 -N '' -f $key; done
    cp user.pub allowed
    mkdir -p /run/sshd 2>/dev/null || :]]):format(where))
  write(where .. "/server", SERVER:format(self.port, where, where))
  write(where .. "/client", CLIENT:format(where, where,
    unknown and "yes" or "accept-new"))
  listen(self)
  put(self, ("exec /usr/bin/ssh -F %s/client \"$@\""):format(where))
  self.address = ("ssh://%s@127.0.0.1:%d"):format(engine.sh "id -un",
                                                  self.port)
  return self
end

-- Takes its key from who logs in.
function Programs:forget_key()
  engine.sh(("cd %s && ssh-keygen -q -t ed25519 -N '' -f other && "
    .. "cp other.pub allowed"):format(self.folder))
end

function Programs:close()
  if self.path then uv.os_setenv("PATH", self.path) end
  if self.pipe then
    os.execute("kill " .. self.pid)
    self.pipe:close()
  end
  engine.sh("rm -rf " .. self.folder)
end

Programs.__close = Programs.close

return ssh
