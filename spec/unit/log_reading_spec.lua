-- SPDX-License-Identifier: MIT
-- Logs by any operation, with a scripted engine.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local log_reading = require "moonsail.log_reading"
local play = require "spec.support.play"
local scripted = require "spec.support.scripted"
require "moonsail"

local HEAD = play.head "application/vnd.docker.raw-stream"

-- Reads logs of these bytes by an operation.
local function read(operation, bytes, options, tty)
  options.id = "x"
  local server <close>, client = play.start{ HEAD .. "\n"
                                             .. play.send(bytes) }
  local logs = log_reading.read(client, operation, options, tty, "x:logs")
  local items = {}
  for item, source in logs do items[#items + 1] = source .. " " .. item end
  return items, server:log(), logs
end

describe("logs", function()
  it("are read by their frames", function()
    local bytes = play.frame(1, "one\ntw") .. play.frame(2, "three\n")
      .. play.frame(1, "o\n")
    assert.same({ "stdout one", "stderr three", "stdout two" },
                (read("ServiceLogs", bytes, { follow = true }, false)))
    local items, log, logs = read("ServiceLogs", bytes, {}, false)
    assert.same({ "stdout one", "stderr three", "stdout two" }, items)
    assert.equal("three\n", logs.stderr)
    assert.matches("/services/x/logs%?stderr=true&stdout=true", log)
  end)

  it("of a terminal have none", function()
    assert.same({ "stdout one" },
                (read("TaskLogs", "one\r\n", {}, true)))
  end)

  it("are given in pieces when asked for", function()
    assert.same({ "stdout one\ntwo" },
      (read("TaskLogs", play.frame(1, "one\ntwo"), { chunks = true }, false)))
  end)

  it("take points in time", function()
    local _, log = read("ContainerLogs", "", {
      since = "2026-01-01T00:00:00Z", until_ = 5, stdout = false,
    }, true)
    assert.matches("since=1767225600", log)
    assert.matches("until=5", log)
    assert.matches("stdout=false", log)
  end)

  it("are complained of", function()
    local server <close>, client = play.start{}
    for _, options in ipairs{
      { id = "x", since = "soon" }, { id = "x", ["until"] = 5 },
      { id = "x", folow = true }, { id = "x", max_line = -1 },
    } do
      local problem = caught("argument", log_reading.read, client,
                             "ServiceLogs", options, false, "x:logs")
      assert.equal("x:logs", problem.method)
    end
    assert.equal(0, server:log("accept"))
  end)
end)

-- An engine that takes calls one after another, each on a connection of its
-- own that it leaves open; and a container of it.
local function forgetful(answers)
  local steps = {}
  for _, answer in ipairs(answers) do
    steps[#steps + 1] = "accept\nhead\nbody\n" .. answer
  end
  local server = scripted.start(table.concat(steps, "\n")
                                .. "\npause 20000")
  local client = core.client{ host = server.address, api_version = "1.41" }
  local container = core.new_object("container", client, { id = "x" })
  core.set_attrs(container, core.decode("ContainerInspectResponse",
                                        '{"Id":"x","Config":{"Tty":true}}'))
  return server, container
end

local ENDED = play.json '{"StatusCode":0}'
local GONE = play.json('{"message":"No such container"}', "404 Not Found")

local function lines_of(stream)
  local list = {}
  for line in stream do list[#list + 1] = line end
  return list
end

describe("logs that are followed", function()
  it("end with the container, even if the engine forgets it", function()
    for _, answer in ipairs{ ENDED, GONE } do
      local server <close>, container = forgetful{
        HEAD .. "\n" .. play.send "one\ntwo", answer,
      }
      local before = core.now()
      local stream = container:logs{ follow = true }
      assert.same({ "one", "two" }, lines_of(stream))
      assert.is_true(stream:is_closed())
      assert.is_true(core.now() - before >= 4)
      assert.equal(1, server:log("POST /v1.41/containers/x/wait HTTP"))
      server:stop()
    end
  end)

  it("go on as long as it runs, however silent", function()
    local server <close>, container = forgetful{
      HEAD .. "\n" .. play.send "one\n", "gate\nuse 1\n"
        .. play.send "two\n" .. "\nclose",
    }
    local stream = container:logs{ follow = true }
    assert.equal("one", stream())
    assert.same({ n = 2, nil, "timeout" }, table.pack(stream:read(3.5)))
    assert.equal(1, server:log("/wait "))
    server:open()
    assert.same({ "two" }, lines_of(stream))
  end)

  it("whose answer begins with the first line are there at once", function()
    local server <close>, container = forgetful{
      "gate\n" .. HEAD .. "\n" .. play.send "one\ntwo\n" .. "\nclose",
    }
    local stream = container:logs{ follow = true }
    assert.same({ n = 2, nil, "timeout" }, table.pack(stream:read(0)))
    assert.same({ n = 2, nil, "timeout" }, table.pack(stream:read(0.1)))
    server:open()
    assert.same({ "one", "two" }, lines_of(stream))
    assert.is_true(stream:is_closed())
  end)

  it("whose answer never begins end with the container", function()
    local server <close>, container = forgetful{ "", ENDED }
    local stream = container:logs{ follow = true }
    assert.same({}, lines_of(stream))
    assert.equal(1, server:log("/wait "))
    assert.is_true(stream:is_closed())
  end)

  it("whose answer begins late raise what is wrong when they are read",
     function()
    local server <close>, container = forgetful{
      "gate\n" .. play.json('{"message":"broken"}',
                            "500 Internal Server Error"),
    }
    local stream = container:logs{ follow = true, chunks = true }
    assert.equal("chunks", core.stream_kind(stream))
    server:open()
    assert.equal("broken", caught("api", stream).message)
    assert.is_true(stream:is_closed())
  end)

  it("whose answer has not begun can be closed", function()
    local server <close>, container = forgetful{ "drain" }
    container:logs{ follow = true }:close()
    local deadline = core.now() + 10
    while server:log("drain 1 ") == 0 do
      assert.is_true(core.now() < deadline)
      core.sleep(0.01)
    end
  end)
end)
