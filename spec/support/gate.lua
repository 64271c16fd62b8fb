-- SPDX-License-Identifier: MIT
-- A gate between a client and an engine (gate.c), so that a test decides what
-- has come when something happens, and need not wait for the right moment:
--
--     local gate <close> = gates.start(engine.socket())
--     local docker = moonsail.client(gate.address)
--     gate:hold("down")
--     …
--     gate:release("down", 100)             -- 100 bytes more
--     gate:release("down", 100, "cut")      -- and then it is cut
--     gate:release()                        -- all, both ways
--
-- A way is "up" (what the client sends) or "down" (what the engine does); nil
-- is both. What is said of ways means all connections, also those to come,
-- unless a number follows: gate:last() is that of the newest one, gates.NEW
-- means those to come.

local core = require "moonsail.core"

local gates = { NEW = -1 }

local Gate = {}
Gate.__index = Gate
Gate.__name = "spec.gate"

local PROGRAM = (os.getenv "MOONSAIL_BUILD" or "build") .. "/support/gate"

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- A gate before the unix socket at the path.
--   tcp      true: it listens on a port of 127.0.0.1
--   seconds  how long it may live (60)
function gates.start(socket, options)
  options = options or {}
  local made <close> = assert(io.popen "mktemp -d /tmp/gate.XXXXXX")
  local directory = made:read "l"
  local program = (os.getenv "SCRIPTED" or ""):gsub("scripted$", "gate")
  local pipe = assert(io.popen(("echo $$; exec %s %s -s %d %s %s"):format(
    quote(program ~= "" and program or PROGRAM), options.tcp and "-t" or "",
    options.seconds or 60, quote(directory),
    quote((socket:gsub("^unix://", ""))))))
  local self = setmetatable({
    directory = directory,
    pipe = pipe,                  -- nil when stopped
    pid = pipe:read("n", "l"),
    address = pipe:read "l",
  }, Gate)
  assert(self.address, "no gate: make tests builds it")
  self.orders = assert(io.open(directory .. "/orders", "w"))
  self.answers = assert(io.open(directory .. "/answers", "r"))
  return self
end

-- Gives an order, and its answer.
local function order(self, ...)
  self.orders:write(table.concat({ ... }, " "), "\n")
  self.orders:flush()
  return self.answers:read "l"
end

local function hex(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local function each_way(way, fn)
  for _, one in ipairs(way and { way } or { "up", "down" }) do fn(one) end
end

-- Lets nothing pass from now on.
function Gate:hold(way, number)
  each_way(way, function(one) order(self, "hold", number or 0, one) end)
end

-- Lets so many bytes pass, or all; and when these have passed: "cut", "reset",
-- or other bytes that are added, where what comes behind stays held; {bytes}
-- are added before it is cut.
function Gate:release(way, count, after, number)
  if type(after) == "table" then
    after = hex(after[1]) .. "!"
  elseif after and after ~= "cut" and after ~= "reset" then
    after = hex(after)
  end
  each_way(way, function(one)
    order(self, "release", number or 0, one, count or -1, after)
  end)
end

-- Adds bytes, whatever is held; to the newest connection unless told.
function Gate:send(way, bytes, number)
  order(self, "send", number or self:last(), way, hex(bytes))
end

-- Closes both ends. What is held is lost.
function Gate:cut(number)
  order(self, "cut", number or 0)
end

-- The same, and the client is told ECONNRESET: always by a port, on a unix
-- socket only when bytes that it has sent are held.
function Gate:reset(number)
  order(self, "reset", number or 0)
end

local STATE = ("(%d+) "):rep(7)

-- Of each connection {open, up, down}; up and down have {passed, waiting,
-- ended}, in bytes; ended: that side sends no more.
function Gate:state()
  local state = {}
  for open, a, b, c, d, e, f in order(self, "state"):gmatch(STATE) do
    local function way(passed, waiting, ended)
      return { passed = math.tointeger(passed),
               waiting = math.tointeger(waiting), ended = ended == "1" }
    end
    state[#state + 1] = { open = open == "1", up = way(a, b, c),
                          down = way(d, e, f) }
  end
  return state
end

-- The number of the newest connection.
function Gate:last()
  return #self:state()
end

-- How many bytes have passed on a connection, or the newest: up, down.
function Gate:passed(number)
  local state = self:state()
  local one = state[number or #state]
  return one.up.passed, one.down.passed
end

-- How many connections are open.
function Gate:open()
  local n = 0
  for _, one in ipairs(self:state()) do n = n + (one.open and 1 or 0) end
  return n
end

-- Waits until condition(newest, state) is true; it is looked at again and
-- again, while calls and tasks of ours go on. An error after so many seconds
-- (10).
function Gate:wait_for(condition, seconds)
  local deadline = core.now() + (seconds or 10)
  repeat
    local state = self:state()
    local result = condition(state[#state], state)
    if result then return result end
    core.sleep(0.001)
  until core.now() > deadline
  error("it did not come about at the gate", 2)
end

-- Ends it; every connection with it. May be called again.
function Gate:stop()
  if self.pipe == nil then return end
  self.orders:close()
  self.answers:close()
  os.execute("kill " .. self.pid .. " 2>/dev/null")
  self.pipe:close() -- waits for it
  self.pipe = nil
end

Gate.__close = Gate.stop
Gate.__gc = Gate.stop

return gates
