-- SPDX-License-Identifier: MIT
-- Streams that their engine has forgotten to close.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"
local scripted = require "spec.support.scripted"
require "moonsail"

local QUICK = { silence = 0.02, grace = 0.02 }

-- A followed log of an engine that says "one", and never ends it; then takes
-- the guard's call, and plays `steps`. What counts how often it was begun.
local function guarded(steps, settings, begin)
  local server = scripted.start("accept\nhead\nbody\n"
    .. play.head "application/vnd.docker.raw-stream" .. "\n"
    .. play.send "one\ntw" .. "\naccept\nhead\nbody\n" .. steps
    .. "\npause 20000")
  local client = core.client{ host = server.address, api_version = "1.41" }
  local stream = core.call(client, "ContainerLogs",
    { id = "x", follow = true }, "container:logs", { tty = true })
  local seen = { begun = 0 }
  assert.equal(stream, core.guard(stream, begin or function()
    seen.begun = seen.begun + 1
    return core.launch(client, "ContainerWait", { id = "x" },
                       "container:wait")
  end, settings or QUICK))
  return stream, server, seen
end

local ENDED = play.json '{"StatusCode":0}'

describe("a guarded stream", function()
  it("ends when its guard is answered, with what came", function()
    local stream, server <close>, seen = guarded(ENDED)
    assert.equal("one", (stream:read()))
    assert.equal("tw", (stream:read()))
    assert.is_nil(stream:read())
    assert.is_true(stream:is_closed())
    assert.equal(1, seen.begun)
    server:stop()
  end)

  it("goes on while its guard is not answered, and what comes in the grace "
     .. "period is read", function()
    local stream, server <close>, seen = guarded(
      "gate\nuse 1\n" .. play.send "o\nthree\n" .. "\nuse 2\n" .. ENDED,
      { silence = 0.02, grace = 0.2 })
    assert.equal("one", (stream:read()))
    assert.same({ nil, "timeout" }, { stream:read(0.1) })
    assert.equal(1, seen.begun)
    assert.equal(1, server:log("head 2 POST"))
    server:open()
    assert.equal("two", (stream:read()))
    assert.equal("three", (stream:read()))
    assert.is_nil(stream:read())
    assert.equal(1, seen.begun)
    server:stop()
  end)

  it("ends as well when what it is of is gone", function()
    local stream, server <close> = guarded(
      play.json('{"message":"no such container"}', "404 Not Found"))
    local all = {}
    for line in stream do all[#all + 1] = line end
    assert.same({ "one", "tw" }, all)
    server:stop()
  end)

  it("goes on without its guard when that fails otherwise", function()
    local stream, server <close>, seen = guarded(
      play.json('{"message":"a mess"}', "500 Internal Server Error")
      .. "\ngate\nuse 1\n" .. play.send "o\n" .. "\nclose")
    assert.equal("one", (stream:read()))
    assert.same({ nil, "timeout" }, { stream:read(0.15) })
    server:open()
    assert.equal("two", (stream:read()))
    assert.is_nil(stream:read())
    assert.equal(1, seen.begun)
    server:stop()
  end)

  it("never begins its guard when it ends by itself", function()
    local server <close>, client = play.start{
      play.head "text/plain" .. "\n" .. play.send "one\n" }
    local stream = core.call(client, "ContainerLogs", { id = "x" },
                             "container:logs", { tty = true })
    core.guard(stream, function() error "begun" end)
    assert.equal("one", stream:read())
    assert.is_nil(stream:read())
    server:stop()
  end)

  it("gives up its guard's call when it is closed", function()
    local stream, server <close> = guarded("drain")
    assert.equal("one", (stream:read()))
    assert.same({ nil, "timeout" }, { stream:read(0.1) })
    stream:close()
    caught("closed", stream.read, stream)
    core.sleep(0.05)
    assert.equal(1, server:log("drain 2 0"))
    server:stop()
  end)

  it("raises what a mistake in what begins its guard raises", function()
    local stream, server <close> = guarded("drain", nil,
                                           function() error "oops" end)
    assert.equal("one", (stream:read()))
    local ok, problem = pcall(stream)
    assert.is_false(ok)
    assert.matches("oops", problem)
    assert.is_true(stream:is_closed())
    server:stop()
  end)

  it("works in a task, while others go on, though beginning it waits",
     function()
    local stream, server <close> = guarded(ENDED)
    core.guard(stream, function()
      core.sleep(0.02)
      return core.launch(core.client{ host = server.address,
                                      api_version = "1.41" },
                         "ContainerWait", { id = "x" }, "container:wait")
    end, QUICK)
    local turns, all = 0, {}
    local other = core.spawn(function()
      while #all < 2 do
        turns = turns + 1
        core.sleep(0.005)
      end
    end)
    local reader = core.spawn(function()
      for line in stream do all[#all + 1] = line end
    end)
    reader:join()
    other:join()
    assert.same({ "one", "tw" }, all)
    assert.truthy(turns > 1)
    server:stop()
  end)
end)
