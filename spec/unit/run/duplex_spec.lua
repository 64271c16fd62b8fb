-- SPDX-License-Identifier: MIT
-- Streams that go both ways: attach, exec, session, a WebSocket's refusal.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"
require "moonsail"

local UP = play.send("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n"
  .. "Upgrade: tcp\r\n\r\n") .. "\n"

-- An attached stream of an engine that plays `steps` after it has agreed.
local function attach(steps, settings, options, head)
  local server, client = play.start({ (head or UP) .. steps }, options)
  local stream = core.call(client, "ContainerAttach",
    { id = "x", stream = true, stdin = true, stdout = true },
    "container:attach", settings or { tty = false })
  return stream, server, client
end

describe("an attached stream", function()
  it("is written to and read from, each to its end", function()
    local stream, server <close> = attach(
      play.send(play.frame(1, "ready\n")) .. "\ndrain\n"
      .. play.send(play.frame(2, "bye\n")))
    assert.same({ "ready", "stdout" }, { stream:read() })
    assert.equal(stream, stream:write("x"))
    assert.equal(stream, stream:write "")
    stream:write(("y"):rep(2999999))
    assert.equal(stream, stream:close_write():close_write())
    assert.same({ "bye", "stderr" }, { stream:read() })
    assert.is_nil(stream:read())
    assert.is_nil(stream:read())
    server:stop()
    assert.equal(1, server:log("drain 1 3000000\n"))
    assert.equal(1, server:log("line 1 Upgrade: tcp\n"))
  end)

  it("cannot be written to after close_write, or its end, or close",
     function()
    local stream, server <close> = attach("drain\n"
      .. play.send(play.frame(1, "one\n")))
    stream:close_write()
    assert.matches("close_write", caught("closed", stream.write, stream,
                                         "x").message)
    assert.equal("one", stream:read())
    assert.is_nil(stream:read())
    caught("closed", stream.write, stream, "x")
    stream:close_write()
    stream:close()
    caught("closed", stream.write, stream, "x")
    caught("closed", stream.close_write, stream)
    caught("closed", stream.read, stream)
    server:stop()
  end)

  it("can be read on when the other side takes nothing more", function()
    local stream, server <close> = attach(
      "blind\n" .. play.send(play.frame(1, "one\n")) .. "\ngate\n"
      .. play.send(play.frame(1, "two\n")) .. "\ngate")
    assert.equal("one", stream:read())
    local problem = caught("closed", stream.write, stream,
                           ("x"):rep(4000000))
    assert.equal("container:attach", problem.method)
    assert.is_false(stream:is_closed())
    server:open()
    assert.equal("two", stream:read())
    server:open()
    assert.is_nil(stream:read())
    server:stop()
  end)

  it("is closed by a write that takes too long", function()
    local stream, server <close> = attach "gate"
    caught("timeout", stream.write, stream, ("x"):rep(4000000), 0.1)
    assert.is_true(stream:is_closed())
    caught("closed", stream.read, stream)
    server:stop()
  end)

  it("takes what one writer after another writes, in order", function()
    local size = 2000000
    local stream, server <close> = attach(
      "gate\necho", { tty = true, chunks = true })
    local read = 0
    local order = {}
    local reader = core.spawn(function()
      for chunk in stream do
        for run in chunk:gmatch "a+" do
          order[#order + 1] = "a"
          read = read + #run
        end
        for run in chunk:gmatch "b+" do
          order[#order + 1] = "b"
          read = read + #run
        end
      end
    end)
    local first = core.spawn(function() stream:write(("a"):rep(size)) end)
    local second = core.spawn(function()
      stream:write(("b"):rep(size))
      stream:close_write()
    end)
    core.sleep(0.01)
    server:open()
    first:join()
    second:join()
    reader:join()
    assert.equal(2 * size, read)
    assert.is_nil(table.concat(order):find "ba")
    server:stop()
  end)

  it("is closed when the task that writes is cancelled", function()
    local stream, server <close> = attach "gate"
    local task = core.spawn(function() stream:write(("x"):rep(4000000)) end)
    core.sleep(0.01)
    task:cancel()
    local ok, problem = pcall(task.join, task)
    assert.is_false(ok)
    assert.equal("cancelled", problem.kind)
    assert.is_true(stream:is_closed())
    server:stop()
  end)

  it("holds no more while it is written to than max_body allows", function()
    local stream, server <close> = attach(
      "fill 3000000\ngate", { tty = true, chunks = true },
      { max_body = 100000, window = 65536 })
    local problem = caught("limit", stream.write, stream,
                           ("x"):rep(8000000), 20)
    assert.matches("read while you write", problem.message)
    assert.is_true(stream:is_closed())
    server:stop()
  end)

  it("waits for a slow reader, however little max_body allows", function()
    local stream, server <close> = attach(
      "fill 1000000", { tty = true, chunks = true },
      { max_body = 1, window = 65536 })
    local length = 0
    for _ = 1, 100 do core.sleep(0) end
    for chunk in stream do
      length = length + #chunk
      core.sleep(0.001)
    end
    assert.equal(1000000, length)
    server:stop()
  end)

  it("is closed for writing by another task when all has gone", function()
    local stream, server <close> = attach("gate\ndrain")
    local writer = core.spawn(function()
      return stream:write(("x"):rep(4000000))
    end)
    core.sleep(0)
    assert.equal("waiting", writer:status())
    stream:close_write()
    server:open()
    assert.equal(stream, writer:join())
    assert.is_nil(stream:read())
    server:stop()
    assert.equal(1, server:log("drain 1 4000000\n"))
  end)

  it("that the engine refuses raises its words", function()
    for status, kind in pairs{ ["404 Not Found"] = "not_found",
                               ["409 Conflict"] = "conflict",
                               ["500 Internal Server Error"] = "api" } do
      local server <close>, client = play.start{ play.send(
        play.http(status, "Content-Type: text/plain\r\n",
                  "No such container: x\r\n")) }
      local problem = caught(kind, core.call, client, "ContainerAttach",
                             { id = "x" }, "container:attach")
      assert.equal("No such container: x", problem.message)
      assert.equal("container:attach", problem.method)
      server:stop()
    end
  end)

  it("that the engine agrees to with 200 is the same", function()
    local stream, server <close> = attach(
      "take 5\n" .. play.send(play.frame(1, "one\n")), nil, nil,
      play.head "application/vnd.docker.raw-stream" .. "\n")
    stream:write "hello"
    assert.equal("one", stream:read())
    assert.is_nil(stream:read())
    server:stop()
  end)
end)

describe("a stream that only comes", function()
  it("cannot be written to", function()
    local server <close>, client = play.start{
      play.head "application/vnd.docker.raw-stream" .. "\ndrain" }
    local stream = core.call(client, "ContainerLogs",
                             { id = "x", follow = true }, "container:logs")
    caught("argument", stream.write, stream, "x")
    caught("argument", stream.close_write, stream)
    assert.is_false(stream:is_closed())
    stream:close()
    server:stop()
  end)

  it("says what is wrong with the arguments of write", function()
    local stream, server <close> = attach "drain"
    assert.matches("expected string, got no value",
                   caught("argument", stream.write, stream).message)
    for _, seconds in ipairs{ 0, -1, 0 / 0 } do
      caught("argument", stream.write, stream, "x", seconds)
    end
    stream:close()
    server:stop()
  end)
end)

describe("a session", function()
  it("is bytes both ways, and asks for h2c", function()
    local server <close>, client = play.start{ UP .. "take 3\n"
      .. play.send "\0\1\2" .. "\ndrain" }
    local stream = core.call(client, "Session", {}, "api.session")
    assert.equal("bytes", core.stream_kind(stream))
    stream:write "abc"
    assert.equal("\0\1\2", stream:read())
    stream:close()
    server:stop()
    assert.equal(1, server:log("Upgrade: h2c\n"))
  end)
end)
