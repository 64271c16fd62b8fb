-- SPDX-License-Identifier: MIT
-- Logs by any operation, with a scripted engine.

local caught = require "spec.support.caught"
local log_reading = require "moonsail.log_reading"
local play = require "spec.support.play"

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
