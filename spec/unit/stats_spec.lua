-- SPDX-License-Identifier: MIT
-- Statistics of scripted engines that forget to end, or say odd things.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"
require "moonsail"

local SAMPLE = '{"read":"2026-11-21T13:46:04Z","id":"x","name":"/web",'
  .. '"memory_stats":{"usage":7}}\n'
local EMPTY = '{"read":"0001-01-01T00:00:00Z"}\n'

local function state(running, restarting)
  return play.json(('{"Id":"x","State":{"Running":%s,"Restarting":%s}}')
    :format(running, restarting or false))
end

local GONE = play.json('{"message":"No such container: x"}', "404 Not Found")

-- A stream of samples that is left open.
local function samples(...)
  return play.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    .. "Content-Length: 100000\r\n\r\n" .. table.concat{ ... })
end

-- A container of an engine that takes the first call and leaves it open, and
-- answers others on connections of their own.
local function start(first, others)
  local steps = { "accept\nhead\nbody\n" .. first }
  for _, answer in ipairs(others) do
    steps[#steps + 1] = "accept\nhead\nbody\n" .. answer .. "\nclose"
  end
  local server = require("spec.support.scripted").start(
    table.concat(steps, "\n") .. "\npause 20000")
  local client = core.client{ host = server.address, api_version = "1.41" }
  return server, core.new_object("container", client,
                                 { id = "x", name = "/web" })
end

local function count(stream)
  local n = 0
  for sample in stream do
    n = n + 1
    assert.equal(7, sample:memory_used())
  end
  return n
end

describe("samples that are followed", function()
  it("end with the first of zeros when the container has ended", function()
    local server <close>, container = start(
      samples(SAMPLE, SAMPLE, EMPTY, EMPTY), { state(false) })
    assert.equal(2, count(container:stats{ follow = true }))
    server:stop()
  end)

  it("end when the container has gone", function()
    local server <close>, container = start(samples(SAMPLE, EMPTY), { GONE })
    assert.equal(1, count(container:stats{ follow = true }))
    server:stop()
  end)

  it("go on while it is started again", function()
    local server <close>, container = start(
      samples(SAMPLE, EMPTY, EMPTY, SAMPLE, EMPTY),
      { state(false, true), state(true), state(false) })
    assert.equal(2, count(container:stats{ follow = true }))
    server:stop()
  end)

  it("end with what is no sample, if the container has ended", function()
    local problem = '{"cause":"x","message":"container is stopped",'
      .. '"response":500}\n'
    local server <close>, container = start(samples(SAMPLE, problem),
                                            { state(false) })
    assert.equal(1, count(container:stats{ follow = true }))
    local other <close>, running = start(samples(SAMPLE, problem),
                                         { state(true) })
    local stream = running:stats{ follow = true }
    stream()
    local raised = caught("stream", stream)
    assert.equal("container is stopped", raised.message)
    assert.equal("container:stats", raised.method)
    assert.is_true(stream:is_closed())
    server:stop()
    other:stop()
  end)

  it("raise what is wrong when it cannot be told", function()
    local server <close>, container = start(samples(SAMPLE, EMPTY), {
      play.json('{"message":"broken"}', "500 Internal Server Error") })
    local stream = container:stats{ follow = true }
    stream()
    assert.equal("broken", caught("api", stream).message)
    server:stop()
  end)
end)

describe("one sample", function()
  it("is of zeros where the engine sends none", function()
    local NOTHING = "HTTP/1.1 200 OK\r\nConnection: close\r\n"
      .. "Content-Length: 0\r\n\r\n"
    local server <close>, container = start(play.send(NOTHING),
                                            { state(false) })
    local sample = container:stats()
    assert.equal(0, sample:memory_used())
    assert.equal("x", sample.id)
    assert.equal("/web", sample.name)
    server:stop()
  end)

  it("raises what the engine says instead", function()
    local server <close>, container = start(
      samples '{"message":"no memory"}', { state(true) })
    assert.equal("no memory",
                 caught("stream", container.stats, container).message)
    server:stop()
  end)
end)
