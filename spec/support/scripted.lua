-- SPDX-License-Identifier: MIT
-- Starts and stops the server that plays a script (scripted.c says how scripts
-- are written), for specs:
--
--     local server <close> = scripted.start [[
--       accept
--       head
--       send "HTTP/1.1 204 No Content\r\n\r\n"
--     ]]
--     moonsail.client{host = server.address}
--
-- Options: tcp = true for a port of 127.0.0.1 in place of a unix socket,
-- seconds = how long it may live (60). The program is looked for where the
-- environment's SCRIPTED says, or where the Makefile builds it.

local scripted = {}

local Server = {}
Server.__index = Server
Server.__name = "scripted.server"

local program = os.getenv("SCRIPTED")
  or (os.getenv("MOONSAIL_BUILD") or "build") .. "/support/scripted"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local function read_all(path)
  local file = io.open(path, "rb")
  if file == nil then return "" end
  local text = file:read("a")
  file:close()
  return text
end

local function write_all(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function make_directory()
  local pipe = assert(io.popen("mktemp -d /tmp/scripted.XXXXXX"))
  local directory = pipe:read("l")
  pipe:close()
  return assert(directory, "no temporary directory")
end

local function command(directory, options)
  local words = {"echo $$;", "exec", quote(program)}
  if options.tcp then words[#words + 1] = "-t" end
  words[#words + 1] = "-s " .. (options.seconds or 60)
  words[#words + 1] = quote(directory)
  return table.concat(words, " ")
end

-- The server is ready for connections when this returns.
function scripted.start(script, options)
  local directory = make_directory()
  write_all(directory .. "/script", script)
  local pipe = assert(io.popen(command(directory, options or {}), "r"))
  local self = setmetatable({
    directory = directory,
    pid = pipe:read("n", "l"),
    address = nil,   -- "unix:///tmp/x/socket" or "tcp://127.0.0.1:PORT"
    pipe = pipe,     -- nil when stopped
    stopped_log = nil,
  }, Server)
  self.address = pipe:read("l")
  if self.address == nil then
    self:stop()
    error("cannot start " .. program .. " (make builds it)", 2)
  end
  return self
end

-- Lets it through one `gate`.
function Server:open()
  local gate = assert(io.open(self.directory .. "/gate", "wb"))
  gate:write("x")
  gate:close()
end

-- What it has seen so far, as text; with a pattern, how often that occurs.
function Server:log(pattern)
  local text = self.stopped_log or read_all(self.directory .. "/log")
  if pattern == nil then return text end
  local _, count = text:gsub(pattern, "")
  return count
end

-- Ends it as an engine that is killed with -9 ends.
function Server:kill()
  os.execute("kill -9 " .. self.pid .. " 2>/dev/null")
end

-- Ends it, whatever it does, and removes its files. May be called again.
function Server:stop()
  if self.pipe == nil then return end
  self:kill()
  self.pipe:close() -- waits for it
  self.pipe = nil
  self.stopped_log = read_all(self.directory .. "/log")
  for _, name in ipairs{"script", "log", "gate", "socket"} do
    os.remove(self.directory .. "/" .. name)
  end
  os.remove(self.directory)
end

Server.__close = Server.stop
Server.__gc = Server.stop

return scripted
