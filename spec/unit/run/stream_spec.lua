-- SPDX-License-Identifier: MIT
-- Streams: lines, chunks and documents, however the bytes come.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"
require "moonsail"

local RAW = "application/vnd.docker.raw-stream"
local FRAMED = "application/vnd.docker.multiplexed-stream"

-- The stream of logs that a scripted engine sends as `steps`.
local function logs(steps, settings, content_type, options)
  local server, client = play.start({
    play.head(content_type or RAW) .. "\n" .. steps }, options)
  local stream = core.call(client, "ContainerLogs",
    { id = "x", follow = true, stdout = true }, "container:logs", settings)
  return stream, server
end

local function lines_of(stream)
  local lines = {}
  for line, source in stream do
    lines[#lines + 1] = source .. ":" .. line
  end
  return lines
end

-- Sends bytes one at a time, so that they come torn.
local function torn(bytes)
  local steps = {}
  for byte in bytes:gmatch(".") do
    steps[#steps + 1] = play.send(byte)
  end
  return table.concat(steps, "\npause 1\n")
end

local OUTPUT = play.frame(1, "one\ntw") .. play.frame(2, "bad\n")
  .. play.frame(1, "") .. play.frame(1, "o\nthr") .. play.frame(3, "sys")
  .. play.frame(1, "ee")
local LINES = { "stdout:one", "stderr:bad", "stdout:two", "stdout:three",
                "system:sys" }

describe("output", function()
  it("in frames is whole lines by source", function()
    local stream, server <close> = logs(play.send(OUTPUT), { tty = false })
    assert.same(LINES, lines_of(stream))
    assert.is_true(stream:is_closed())
    server:stop()
  end)

  it("in frames that are torn at every byte is the same", function()
    local stream, server <close> = logs(torn(OUTPUT), { tty = false })
    assert.same(LINES, lines_of(stream))
    server:stop()
  end)

  it("is known to be in frames by its content type, or its look", function()
    local stream, server <close> = logs(play.send(OUTPUT), { tty = true },
                                        FRAMED)
    assert.same(LINES, lines_of(stream))
    local other, second <close> = logs(play.send(OUTPUT))
    assert.same(LINES, lines_of(other))
    server:stop()
    second:stop()
  end)

  it("of a terminal is lines without carriage returns", function()
    local bytes = "one\r\ntwo\r\nthree"
    local stream, server <close> = logs(play.send(bytes), { tty = true })
    assert.same({ "stdout:one", "stdout:two", "stdout:three" },
                lines_of(stream))
    local other, second <close> = logs(play.send(bytes))
    assert.same({ "stdout:one", "stdout:two", "stdout:three" },
                lines_of(other))
    server:stop()
    second:stop()
  end)

  it("in chunks is what came", function()
    local stream, server <close> = logs(play.send(OUTPUT),
                                        { tty = false, chunks = true })
    assert.same({ "stdout:one\ntw", "stderr:bad\n", "stdout:o\nthr",
                  "system:sys", "stdout:ee" }, lines_of(stream))
    server:stop()
  end)

  it("that ends within a frame is an error, after what came", function()
    local stream, server <close> = logs(
      play.send(play.frame(1, "one\ntwo"):sub(1, -2)), { tty = false })
    assert.equal("one", stream())
    assert.equal("tw", stream())
    caught("protocol", stream)
    assert.is_nil(stream())
    server:stop()
  end)

  it("that is no frame is an error", function()
    local stream, server <close> = logs(play.send "hello, world\n",
                                        { tty = false })
    caught("protocol", stream)
    server:stop()
  end)

  it("with a line beyond max_line is an error of kind limit", function()
    local stream, server <close> = logs(play.send(("x"):rep(3000)),
                                        { tty = true, max_line = 1000 })
    caught("limit", stream)
    server:stop()
  end)

  it("with frames of more than 64 MiB is refused, after what came",
     function()
    for _, header in ipairs{ "\1\0\0\0\255\255\255\255",
                             "\2\0\0\0\4\0\0\1" } do
      for _, chunks in ipairs{ false, true } do
        local stream, server <close> = logs(
          play.send(play.frame(1, "one\n") .. header .. "two\n"),
          { tty = false, chunks = chunks })
        assert.matches("^one", (stream()))
        assert.matches("64 MiB", caught("limit", stream).message)
        assert.is_nil(stream())
        server:stop()
      end
    end
  end)

  it("with a frame of 64 MiB is taken as it comes", function()
    local stream, server <close> = logs(
      play.send "\1\0\0\0\4\0\0\0one\n", { tty = false })
    assert.equal("one", stream())
    caught("protocol", stream)
    server:stop()
  end)

  it("of an engine that is killed is an error of kind connection",
     function()
    local server, client = play.start{ play.send(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      .. "4\r\none\n\r\n") .. "\ngate\nclose" }
    local stream = core.call(client, "ContainerLogs",
      { id = "x", follow = true }, "container:logs", { tty = true })
    assert.equal("one", stream())
    local start = core.now()
    server:kill()
    local problem = caught("connection", stream)
    assert.truthy(core.now() - start < 1)
    assert.equal("container:logs", problem.method)
    assert.is_nil(stream())
    server:stop()
  end)

  it("may be limited in the time between two pieces", function()
    local server <close>, client = play.start{
      play.head(RAW) .. "\npause 5000" }
    local stream = core.call(client, "ContainerLogs",
      { id = "x", follow = true, idle_timeout = 0.2 }, "container:logs")
    caught("timeout", stream)
    server:stop()
  end)
end)

describe("a slow reader", function()
  it("holds no more than the window", function()
    local window = 64 * 1024
    local stream, server <close> = logs("fill 20000000",
                                        { tty = true, chunks = true },
                                        RAW, { window = window })
    core.sleep(0.3)
    local first = stream()
    assert.truthy(#first >= window and #first < 4 * window, #first)
    local total = #first
    for chunk in stream do
      assert.truthy(#chunk < 4 * window, #chunk)
      total = total + #chunk
    end
    assert.equal(20000000, total)
    server:stop()
  end)
end)

-- The stream of a pull that a scripted engine answers with `steps`.
local function pull(steps, options)
  local server, client = play.start({
    play.head "application/json" .. "\n" .. steps }, options)
  return core.call(client, "ImageCreate", { from_image = "x" },
                   "images:pull"), server
end

describe("documents", function()
  local DOCUMENTS = '{"status":"a"}{"status":"b"}\r\n\30{"status":"}\\""}\n'

  local function statuses(stream)
    local all = {}
    for document in stream do all[#all + 1] = document.status end
    return all
  end

  it("are cut wherever they are", function()
    for _, steps in ipairs{ play.send(DOCUMENTS), torn(DOCUMENTS) } do
      local stream, server <close> = pull(steps)
      assert.same({ "a", "b", '}"' }, statuses(stream))
      server:stop()
    end
  end)

  it("that tell of an error raise it, after what came before", function()
    for _, last in ipairs{
      '{"errorDetail":{"message":"no such image"},"error":"no such image"}',
      '{"error":"no such image"}',
      '{"errorDetail":{"code":1,"message":"no such image"}}',
    } do
      local stream, server <close> = pull(play.send(
        '{"status":"a"}' .. last .. '{"status":"b"}'))
      assert.equal("a", stream().status)
      local problem = caught("stream", stream)
      assert.equal("no such image", problem.message)
      assert.equal("images:pull", problem.method)
      assert.equal("ImageCreate", problem.operation)
      assert.is_nil(stream())
      server:stop()
    end
  end)

  it("that break off are an error", function()
    local stream, server <close> = pull(play.send '{"status":"a"}{"sta')
    assert.equal("a", stream().status)
    caught("protocol", stream)
    server:stop()
  end)

  it("that are malformed are an error", function()
    local stream, server <close> = pull(play.send '{"status":tru}{}')
    local problem = caught("protocol", stream)
    assert.equal("images:pull", problem.method)
    assert.is_nil(stream())
    server:stop()
  end)

  it("may be larger than the window", function()
    local long = ("x"):rep(300000)
    local stream, server <close> = pull(
      play.send('{"status":"') .. "\nfill 300000\n" ..
      play.send('"}{"status":"b"}'), { window = 65536 })
    assert.equal(#long, #stream().status)
    assert.equal("b", stream().status)
    assert.is_nil(stream())
    server:stop()
  end)
end)

describe("a stream", function()
  it("is closed by break, by <close>, by close and by the collector",
     function()
    local server <close>, client = play.start{
      play.head(RAW) .. "\n" .. play.send "a\nb\n" .. "\ndrain",
      play.head(RAW) .. "\n" .. play.send "a\nb\n" .. "\ndrain",
      play.head(RAW) .. "\n" .. play.send "a\nb\n" .. "\ndrain",
      play.head(RAW) .. "\n" .. play.send "a\nb\n" .. "\ndrain",
    }
    local function open()
      return core.call(client, "ContainerLogs", { id = "x", follow = true },
                       "container:logs", { tty = true })
    end
    -- The server goes on to the next connection when this one is closed.
    local left = open()
    for line in left:iterate() do
      if line == "a" then break end
    end
    assert.is_true(left:is_closed())
    caught("closed", left)
    do
      local closing <close> = open()
      assert.equal("a", closing())
    end
    local closed = open()
    closed:close()
    closed:close()
    caught("closed", closed)
    assert.matches("closed", tostring(closed))
    open()
    collectgarbage()
    collectgarbage()
    core.sleep(0.2)
    assert.equal(4, server:log("drain %d"))
  end)

  it("calls a function for each of its pieces, until that says false",
     function()
    local stream, server <close> = logs(play.send "a\nb\nc\n",
                                        { tty = true })
    local seen = {}
    stream:each(function(line, source)
      seen[#seen + 1] = line .. source
      return line ~= "b"
    end)
    assert.same({ "astdout", "bstdout" }, seen)
    assert.is_true(stream:is_closed())
    server:stop()
  end)
end)

describe("a pending call", function()
  it("has the head of its answer, and gives the rest when asked", function()
    local server <close>, client = play.start{
      play.send "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n" ..
      "\ngate\n" .. play.send '{"StatusCode":7}' }
    local pending <close> = core.begin(client, "ContainerWait", { id = "x" })
    server:open()
    assert.equal(7, pending:result().exit_code)
  end)

  it("raises an error at once", function()
    local server <close>, client = play.start{
      play.json('{"message":"no such container: x"}', "404 Not Found") }
    local problem = caught("not_found", core.begin, client, "ContainerWait",
                           { id = "x" }, "container:wait")
    assert.equal("no such container: x", problem.message)
    assert.equal("container:wait", problem.method)
    assert.equal(1, server:log("accept"))
  end)
end)
