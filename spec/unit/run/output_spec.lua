-- SPDX-License-Identifier: MIT
-- Output: with frames or without, by lines or by chunks, cut anywhere.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"
require "moonsail"

local RAW = "application/vnd.docker.raw-stream"
local FRAMED = "application/vnd.docker.multiplexed-stream"

-- The stream of logs of an engine that sends `steps`. How: content_type,
-- headers, version ("1.41"), and settings of the call.
local function logs(steps, how)
  how = how or {}
  local server, client = play.start({
    play.head(how.content_type or RAW, how.headers) .. "\n" .. steps,
  }, { api_version = how.version })
  return core.call(client, "ContainerLogs", { id = "x", follow = true },
                   "container:logs", { tty = how.tty, chunks = how.chunks }),
         server
end

local function all(stream)
  local list = {}
  for item, source in stream do list[#list + 1] = source .. ":" .. item end
  return list
end

-- All that comes, of a server that is stopped then.
local function outcome(steps, how)
  local stream, server <close> = logs(steps, how)
  local list = all(stream)
  server:stop()
  return list
end

-- The bytes in two pieces, the second only when the first was read.
local function cut(bytes, at)
  return play.send(bytes:sub(1, at)) .. "\npause 1\n"
    .. play.send(bytes:sub(at + 1))
end

describe("whether output is in frames", function()
  local bytes = play.frame(1, "one\n")
  local plain = ("stdout:%s"):format((bytes:gsub("\n$", "")))

  it("is told by the content type from 1.42 on", function()
    for _, tty in ipairs{ true, false } do
      assert.same({ "stdout:one" }, outcome(play.send(bytes),
        { content_type = FRAMED, version = "1.42", tty = tty }))
      assert.same({ plain }, outcome(play.send(bytes),
        { content_type = RAW, version = "1.42", tty = tty }))
    end
  end)

  it("is told by the terminal below, and for Podman", function()
    for _, how in ipairs{
      { version = "1.41" },
      { version = "1.44", headers = "Libpod-API-Version: 5.8.2\r\n" },
      { version = "1.44", headers = "Server: Libpod/4.3.1 (linux)\r\n" },
      { version = "1.44", content_type = "application/octet-stream" },
    } do
      how.tty = false
      assert.same({ "stdout:one" }, outcome(play.send(bytes), how))
      how.tty = true
      assert.same({ plain }, outcome(play.send(bytes), how))
    end
  end)
end)

describe("output in frames", function()
  local bytes = play.frame(1, "a\nü") .. play.frame(2, "") ..
    play.frame(0, "in\n") .. play.frame(3, "sys\n") .. play.frame(1, "€\n")
  local expected = { "stdout:a", "stdin:in", "system:sys", "stdout:ü€" }

  it("is the same wherever it is cut", function()
    local answers = {}
    for at = 1, #bytes - 1 do
      answers[at] = play.head(RAW) .. "\n" .. cut(bytes, at)
    end
    local server <close>, client = play.start(answers)
    for at = 1, #answers do
      assert.same(expected, all(core.call(client, "ContainerLogs",
        { id = "x" }, "container:logs", { tty = false })), at)
    end
    server:stop()
  end)

  it("never tears a character, though frames do", function()
    local text = "ü€𝄞\n"
    local frames = text:gsub(".", function(byte)
      return play.frame(1, byte)
    end)
    assert.same({ "stdout:ü€𝄞" },
                outcome(play.send(frames), { tty = false }))
  end)

  it("that ends within a frame is an error, header or not", function()
    for length = 1, #play.frame(1, "ab") - 1 do
      for _, chunks in ipairs{ true, false } do
        local stream, server <close> = logs(
          play.send(play.frame(2, "x\n")
                    .. play.frame(1, "ab"):sub(1, length)),
          { tty = false, chunks = chunks })
        assert.matches("^x", (stream()))
        if length == 9 then assert.equal("a", (stream())) end
        assert.matches("within a frame", caught("protocol", stream).message)
        assert.is_nil(stream())
        server:stop()
      end
    end
  end)

  it("with a source that is none, or with garbage, is an error", function()
    for _, garbage in ipairs{ "\4\0\0\0\0\0\0\1x", "\255\0\0\0\0\0\0\1x",
                              "\1\0\1\0\0\0\0\1x", "garbage" } do
      local stream, server <close> = logs(
        play.send(play.frame(1, "one\n") .. garbage), { tty = false })
      assert.equal("one", (stream()))
      caught("protocol", stream)
      assert.is_nil(stream())
      server:stop()
    end
  end)

  it("may be asked for lines after chunks", function()
    local stream, server <close> = logs(
      play.send(play.frame(1, "one\n")) .. "\ngate\n"
      .. play.send(play.frame(1, "tw") .. play.frame(1, "o\nthree\nfo")
                   .. play.frame(2, "bad") .. play.frame(1, "ur")),
      { tty = false, chunks = true })
    assert.equal("one\n", (stream()))
    server:open()
    local list = {}
    for line, source in stream:lines() do
      list[#list + 1] = source .. ":" .. line
    end
    assert.same({ "stdout:two", "stdout:three", "stdout:four", "stderr:bad" },
                list)
    server:stop()
  end)
end)

describe("a read", function()
  it("takes what is there, or waits for as long as it is told", function()
    local stream, server <close> = logs(
      play.send "one\ntwo\n" .. "\ngate\n" .. play.send "thr" .. "\ngate\n"
      .. play.send "ee", { tty = true })
    assert.same({ "one", "stdout" }, { stream:read(10) })
    assert.same({ "two", "stdout" }, { stream:read(0) })
    assert.same({ nil, "timeout" }, { stream:read(0) })
    assert.same({ nil, "timeout" }, { stream:read(0.02) })
    server:open()
    assert.same({ nil, "timeout" }, { stream:read(0.05) })
    assert.is_false(stream:is_closed())
    server:open()
    assert.same({ "three", "stdout" }, { stream:read(10) })
    assert.same({ n = 1 }, table.pack(stream:read(10)))
    assert.same({ n = 1 }, table.pack(stream:read(0)))
    server:stop()
  end)

  it("of no time lets in what has come", function()
    local stream, server <close> = logs("gate\n" .. play.send "one\n" ..
                                        "\ngate", { tty = true })
    assert.same({ nil, "timeout" }, { stream:read(0) })
    server:open()
    local line, why
    for _ = 1, 1000000 do
      line, why = stream:read(0)
      if line then break end
      assert.equal("timeout", why)
    end
    assert.equal("one", line)
    stream:close()
    server:stop()
  end)

  it("of no time lets others go on, in a task", function()
    local stream, server <close> = logs("gate\n" .. play.send "one\n",
                                        { tty = true })
    local reader = core.spawn(function()
      for _ = 1, 1000000 do
        local line = stream:read(0)
        if line then return line end
      end
    end)
    local other = core.spawn(function() server:open() end)
    assert.equal("one", reader:join())
    other:join()
    server:stop()
  end)

  it("refuses what is no time", function()
    local stream, server <close> = logs("gate", { tty = true })
    for _, seconds in ipairs{ -1, 0 / 0, 1 / 0, "x", true } do
      caught("argument", stream.read, stream, seconds)
    end
    stream:close()
    server:stop()
  end)

  it("closes the stream when its task is cancelled", function()
    local stream, server <close> = logs("drain", { tty = true })
    local task = core.spawn(function() return stream:read() end)
    core.sleep(0.01)
    task:cancel()
    caught("cancelled", task.join, task)
    assert.is_true(stream:is_closed())
    caught("closed", stream.read, stream)
    server:stop()
  end)
end)
