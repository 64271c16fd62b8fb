-- SPDX-License-Identifier: MIT
-- The server that plays scripts: what other specs rely on.

local scripted = require "spec.support.scripted"

local function exists(path)
  local file = io.open(path, "rb")
  if file ~= nil then file:close() end
  return file ~= nil
end

-- A process that is there and no zombie.
local function runs(pid)
  local file = io.open("/proc/" .. pid .. "/stat")
  if file == nil then return false end
  local stat = file:read("a")
  file:close()
  return stat:match("%) (%u)") ~= "Z"
end

local function leaves_nothing(server)
  assert.is_false(runs(server.pid))
  assert.is_false(exists(server.directory .. "/script"))
  assert.is_false(exists(server.directory))
end

describe("a scripted server", function()
  it("listens on a unix socket or a port, and is gone when stopped", function()
    for _, tcp in ipairs{false, true} do
      local server = scripted.start("accept\ndrain\n", {tcp = tcp})
      assert.truthy(server.address:find(
        tcp and "^tcp://127%.0%.0%.1:%d+$" or "^unix:///.+/socket$"))
      assert.is_true(runs(server.pid))
      server:stop()
      leaves_nothing(server)
      server:stop()
    end
  end)

  it("is gone at the end of its block, after an error too", function()
    local kept
    pcall(function()
      local server <close> = scripted.start("gate\n")
      kept = server
      error("x")
    end)
    leaves_nothing(kept)
  end)

  it("is gone when nobody holds it any more", function()
    local server = scripted.start("gate\n")
    local copy = {pid = server.pid, directory = server.directory}
    server = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    leaves_nothing(copy)
  end)

  it("can be killed, and keeps its log", function()
    local server <close> = scripted.start("gate\ngate\n")
    server:open()
    server:kill()
    server:stop()
    assert.equal(0, server:log("accept"))
    leaves_nothing(server)
  end)

  it("is gone, with its files, when its parent is killed", function()
    local pipe = assert(io.popen("exec lua5.4 - 2>&1 <<'LUA'\n" ..
      "local s = require('spec.support.scripted').start('accept\\n')\n" ..
      "print(s.pid, s.directory)\nio.stdout:flush()\n" ..
      "os.execute('kill -9 $PPID')\nLUA\n"))
    local server = {}
    server.pid, server.directory = pipe:read("a"):match("(%d+)%s+(%S+)")
    pipe:close()
    for _ = 1, 100 do
      if not runs(server.pid) then break end
      os.execute("sleep 0.02")
    end
    leaves_nothing(server)
  end)
end)
