-- SPDX-License-Identifier: MIT
-- What an engine must not answer, and a proxy may. A method that makes objects
-- took any value for a table, and wrote into a string; a head that promised no
-- stream where one was expected was waited for with a full window, for ever.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"

describe("an answer that is no list", function()
  for _, body in ipairs{ '"abc"', "true", "12" } do
    it("is an error of kind protocol: " .. body, function()
      local results = {}
      local server <close>, client = play.start({
        play.json(body), play.json(body) }, {
        on_result = function(result) results[#results + 1] = result end,
      })
      local problem = caught("protocol", client.containers.list,
                             client.containers)
      assert.equal("containers:list", problem.method)
      caught("protocol", client.containers.get, client.containers, "x")
      assert.equal(problem, results[1].error)
      server:stop()
    end)
  end

  it("is an empty one when it is null", function()
    local server <close>, client = play.start{ play.json "null",
                                               play.json "null" }
    assert.equal(0, #client.containers:list())
    local container = core.new_object("container", client, { id = "x" })
    assert.same({}, container:diff())
    server:stop()
  end)

  it("is an error when it is empty", function()
    local gone = play.send "HTTP/1.1 204 No Content\r\n\r\n"
    local server <close>, client = play.start{ gone, gone }
    caught("protocol", client.containers.list, client.containers)
    caught("protocol", client.containers.get, client.containers, "x")
    server:stop()
  end)

  it("keeps elements that are none", function()
    local server <close>, client = play.start{ play.json '[1,{"Id":"x"}]' }
    local list = client.containers:list()
    assert.equal(1, list[1])
    assert.equal("x", list[2]:id())
    server:stop()
  end)
end)

describe("a status", function()
  it("that promises no stream is collected", function()
    local server <close>, client = play.start({
      play.send "HTTP/1.1 101 Upgraded\r\nConnection: close\r\n\r\n"
      .. "\nfill 300000" }, { window = 4096, idle_timeout = 2 })
    local start = core.now()
    pcall(core.call, client, "ImageCreate", { from_image = "x" })
    assert.truthy(core.now() - start < 10)
    server:stop()
  end)

  it("of 304 is given to a free request", function()
    local server <close>, client = play.start{
      play.send "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n" }
    local answer = client:request{ path = "/x" }
    assert.equal(304, answer.status)
    assert.equal("x", answer.headers.etag)
    server:stop()
  end)
end)

describe("a null document", function()
  it("does not hide the error that follows it", function()
    local server <close>, client = play.start{
      play.head "application/json" .. "\n"
      .. play.send 'null{"status":"a"}null{"error":"no"}' }
    local stream = core.call(client, "ImageCreate", { from_image = "x" })
    assert.equal("a", stream().status)
    caught("stream", stream)
    server:stop()
  end)
end)

describe("blanks between documents", function()
  it("may go on for ever", function()
    local server <close>, client = play.start({
      play.head "application/json" .. "\n" .. play.send '{"status":"a"}'
      .. "\n" .. (play.send(("\n"):rep(1000)) .. "\n"):rep(20)
      .. play.send '{"status":"b"}' }, { window = 4096 })
    local stream = core.call(client, "ImageCreate", { from_image = "x" })
    assert.equal("a", stream().status)
    assert.equal("b", stream().status)
    assert.is_nil(stream())
    server:stop()
  end)
end)

describe("an error that stalls", function()
  it("is given up after the client's idle_timeout", function()
    local server <close>, client = play.start({
      play.send("HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nabc")
      .. "\npause 5000" }, { idle_timeout = 0.3 })
    caught("timeout", core.call, client, "ContainerLogs",
           { id = "x", follow = true })
    server:stop()
  end)
end)
