-- SPDX-License-Identifier: MIT
-- Making a Lua string or table may run a finalizer of the user's, and that may
-- close the very stream that is being read, or make calls, which let bytes
-- flow. What was read from (the transfer's queue) was freed or moved then,
-- while a line or a document was still being taken from it.

local core = require "moonsail.core"
local play = require "spec.support.play"

local RAW = play.head "application/vnd.docker.raw-stream"
local LINES = play.send((("x"):rep(100) .. "\n"):rep(4000))

-- A table that is garbage at once, and calls fn when it is collected.
local function when_collected(fn)
  setmetatable({}, { __gc = fn })
end

-- Reads a stream to its end, with a collector that is so busy that it finds
-- what is to be finalized on the way. Returns what pcall does, and the bytes
-- that were read.
local function read_all(stream, finalizer)
  local n = 0
  local mode = collectgarbage("incremental", 50, 1000)
  collectgarbage()
  when_collected(finalizer)
  local ok, problem = pcall(function()
    for item in stream do n = n + (type(item) == "table" and 1 or #item) end
  end)
  collectgarbage("incremental", 200, 100)
  collectgarbage(mode)
  return ok, problem, n
end

describe("a finalizer", function()
  it("may close the stream whose line is being read", function()
    local server <close>, client = play.start{ RAW .. "\n" .. LINES }
    local stream = core.call(client, "ContainerLogs", { id = "x" }, "logs",
                             { tty = true })
    local ok, problem = read_all(stream, function() stream:close() end)
    assert.is_false(ok)
    assert.is_true(core.is_error(problem, "closed"))
    assert.is_true(stream:is_closed())
    server:stop()
  end)

  it("may close the stream whose document is being read", function()
    local document = '{"status":"' .. ("x"):rep(100) .. '"}\n'
    local server <close>, client = play.start{
      play.head "application/json" .. "\n" .. play.send(document:rep(4000)) }
    local stream = core.call(client, "ImageCreate", { from_image = "x" })
    local ok, problem = read_all(stream, function() stream:close() end)
    assert.is_false(ok)
    assert.is_true(core.is_error(problem, "closed"))
    server:stop()
  end)

  it("may read on, and is refused", function()
    local server <close>, client = play.start{ RAW .. "\n" .. LINES }
    local stream = core.call(client, "ContainerLogs", { id = "x" }, "logs",
                             { tty = true })
    local inner
    local ok, _, n = read_all(stream, function()
      inner = { pcall(stream) }
    end)
    assert.is_true(ok)
    if inner[1] then n = n + #inner[2] end -- it ran between two reads
    assert.equal(400000, n)
    server:stop()
  end)

  it("may write to the stream that is being read", function()
    local server <close>, client = play.start{
      play.send "HTTP/1.1 101 UPGRADED\r\n\r\n" .. "\n" .. LINES
      .. "\ndrain" }
    local stream = core.call(client, "ContainerAttach", { id = "x" },
                             "attach", { tty = true })
    local n, written = 0, 0
    for line in stream do
      n = n + #line
      if n % 10000 == 0 then when_collected(function()
        stream:write(("y"):rep(1000))
        written = written + 1000
      end) end
      if n == 400000 then
        collectgarbage()
        stream:close_write()
      end
    end
    assert.equal(400000, n)
    assert.truthy(written > 0)
    server:stop()
    assert.equal(1, server:log("drain 1 " .. written .. "\n"))
  end)

  it("may close the stream that is being written to", function()
    local server <close>, client = play.start{
      play.send "HTTP/1.1 101 UPGRADED\r\n\r\n" .. "\ndrain" }
    local stream = core.call(client, "ContainerAttach", { id = "x" },
                             "attach", { tty = true })
    local closer = core.spawn(function()
      when_collected(function() stream:close() end)
      collectgarbage()
    end)
    local ok, problem
    repeat -- until it has closed it, within a write or between two
      ok, problem = pcall(stream.write, stream, ("x"):rep(3000000))
    until not ok
    assert.is_true(core.is_error(problem, "closed"), tostring(problem))
    closer:join()
    server:stop()
  end)

  it("may let bytes flow while a document is being read", function()
    local document = '{"status":"' .. ("x"):rep(100) .. '"}\n'
    local server <close>, client = play.start{
      play.head "application/json" .. "\n" .. play.send(document:rep(4000)) }
    local stream = core.call(client, "ImageCreate", { from_image = "x" })
    local n, flows = 0, 0
    for each in stream do
      n = n + 1
      assert.equal(100, #each.status)
      if n % 100 == 0 then when_collected(function()
        core.sleep(0.0005)
        flows = flows + 1
      end) end
    end
    assert.equal(4000, n)
    assert.truthy(flows > 0, flows)
    server:stop()
  end)

  it("may close the pending call whose answer is being read", function()
    local server <close>, client = play.start{
      play.json('{"Labels":["' .. ("x"):rep(300000) .. '"]}') }
    local pending = core.begin(client, "SystemInfo")
    when_collected(function() pending:close() end)
    local info = pending:result()
    assert.equal(300000, #info.labels[1])
    server:stop()
  end)

  it("that runs after the loop has gone is told so", function()
    local script = [[
      local late = setmetatable({}, { __gc = function(self)
        print(select(2, pcall(self.core.sleep, 0.1)).kind)
      end })
      late.core = require "moonsail.core"]]
    local pipe = assert(io.popen("lua5.4 -e '" .. script .. "' 2>&1"))
    assert.equal("closed\n", pipe:read("a"))
    assert.is_true(pipe:close())
  end)
end)
