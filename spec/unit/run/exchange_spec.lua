-- SPDX-License-Identifier: MIT
-- From the arguments of a call to the head of its answer: versions, limits,
-- second tries.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"
local scripted = require "spec.support.scripted"
require "moonsail"

local INFO = play.json '{"ID":"x"}'
local TOO_NEW = play.json(
  '{"message":"client version 1.55 is too new. '
  .. 'Maximum supported API version is 1.41"}', "400 Bad Request")

-- A client that has to ask for the version.
local function asking(answers)
  local server = play.serve(answers)
  return server, core.client{ host = server.address }
end

describe("version", function()
  it("is asked for once, without a version, and is the lower one", function()
    local server <close>, client = asking{ play.pong "1.41", INFO, INFO }
    client:info()
    client:info()
    assert.equal("1.41", client:api_version())
    assert.equal(1, server:log("head %d+ GET /_ping "))
    assert.equal(2, server:log("head %d+ GET /v1%.41/info "))
  end)

  it("is ours when the engine's is newer", function()
    local server <close>, client = asking{ play.pong "1.99", INFO }
    client:info()
    assert.equal("1.55", client:api_version())
    assert.equal(1, server:log("GET /v1%.55/info "))
  end)

  it("is none for an engine that is older than all we speak", function()
    local server <close>, client = asking{
      play.pong "1.24", play.pong "1.24", play.pong "1.24", INFO }
    for _, method in ipairs{ "info", "api_version" } do
      local problem = caught("not_supported", client[method], client)
      assert.matches("1%.24 at most, 1%.25 is needed", problem.message)
      assert.equal("client:" .. method, problem.method)
    end
    assert.is_true(client:ping())
    assert.equal(3, server:log("head %d+ GET /_ping "))
    assert.equal(3, server:log("head"))
  end)

  it("may have three parts, or be missing", function()
    local a <close>, client = asking{ play.pong "1.40.2" }
    assert.equal("1.40", client:api_version())
    local b <close>, other = asking{
      play.send(play.http("200 OK", "", "OK")) }
    assert.equal("1.25", other:api_version())
    a:stop()
    b:stop()
  end)

  it("is not asked for when it is given", function()
    local server <close>, client = play.start({ INFO },
                                              { api_version = "1.44" })
    client:info()
    assert.equal("1.44", client:api_version())
    assert.equal(0, server:log("_ping"))
    assert.equal(1, server:log("GET /v1%.44/info "))
  end)

  it("is agreed on anew, once, when the engine refuses it", function()
    local server <close>, client = asking{
      play.pong "1.99", TOO_NEW, play.pong "1.41", INFO }
    assert.equal("x", client:info().id)
    assert.equal("1.41", client:api_version())
    assert.equal(1, server:log("GET /v1%.41/info "))
  end)

  it("that is refused again is an error", function()
    local server <close>, client = asking{
      play.pong "1.99", TOO_NEW, play.pong "1.99", TOO_NEW }
    local problem = caught("not_supported", client.info, client)
    assert.equal(400, problem.status)
    assert.matches("too new", problem.message)
    assert.truthy(problem.hint)
    assert.equal(2, server:log("_ping"))
  end)

  it("that is given and refused is an error", function()
    local server <close>, client = play.start{ TOO_NEW }
    caught("not_supported", client.info, client)
    assert.equal(0, server:log("_ping"))
  end)

  it("that is given and no longer spoken is an error", function()
    local server <close>, client = play.start{ play.json(
      '{"message":"client version 1.41 is too old. Minimum supported API '
      .. 'version is 1.44, please upgrade your client"}', "400 Bad Request") }
    local problem = caught("not_supported", client.info, client)
    assert.matches("Minimum supported API version is 1%.44", problem.message)
    assert.matches("leave out api_version", problem.hint)
    assert.equal(1, server:log "head")
  end)

  it("decides what may be asked for, before it is", function()
    local server <close>, client = asking{ play.pong "1.40" }
    local problem = caught("argument", core.call, client, "ContainerCreate",
                           { image = "x", platform = "linux/arm64" },
                           "containers:create")
    assert.matches("platform", problem.message)
    assert.matches("1%.41", problem.message)
    assert.matches("1%.40", problem.message)
    assert.equal(0, server:log("create"))
  end)

  it("of a ping that fails is no version", function()
    local server <close>, client = asking{
      play.send(play.http("403 Forbidden", "", "go away")) }
    local problem = caught("forbidden", client.info, client)
    assert.equal("SystemPing", problem.operation)
    assert.equal("go away", problem.message)
    assert.equal(1, server:log("accept"))
  end)
end)

describe("a mistake", function()
  it("needs no engine to be told", function()
    local client = core.client{ host = "unix:///nonexistent/socket" }
    local problem = caught("argument", client.containers.list,
                           client.containers, { al = true })
    assert.matches("containers:list", tostring(problem))
    assert.matches("all", problem.message)
  end)

  it("of a host is told at once", function()
    caught("argument", core.client, { host = "gopher://x" })
    caught("argument", core.client, {})
    caught("argument", core.client, { host = "unix:///x", timeout = -1 })
    caught("argument", core.client, { host = "unix:///x",
                                      api_version = "1.24" })
  end)
end)

describe("no engine", function()
  it("is an error of kind connection that says what to do", function()
    local client = core.client{ host = "unix:///nonexistent/socket" }
    local problem = caught("connection", client.ping, client)
    assert.matches("/nonexistent/socket", problem.message)
    assert.matches("No such file", problem.message)
    assert.matches("running", problem.hint)
    assert.equal("client:ping", problem.method)
  end)
end)

describe("limits", function()
  it("to the head", function()
    local server <close>, client = play.start{ "pause 5000" }
    local start = core.now()
    local problem = caught("timeout", client.info, client, { timeout = 0.2 })
    assert.truthy(core.now() - start < 2)
    assert.matches("0%.2", problem.message)
    assert.equal("SystemInfo", problem.operation)
    server:stop()
  end)

  it("between pieces of the body", function()
    local server <close>, client = play.start{
      play.send "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{" ..
      "\npause 5000" }
    caught("timeout", client.info, client, { idle_timeout = 0.2 })
    server:stop()
  end)

  it("of the client hold unless the call has its own", function()
    local server <close>, client = play.start({ "pause 500\n" .. INFO,
                                                "pause 5000" },
                                              { timeout = 0.1 })
    assert.equal("x", client:info{ timeout = false }.id)
    caught("timeout", client.info, client)
    server:stop()
  end)

  it("of stop grow by the seconds that it takes", function()
    local gone = play.send "HTTP/1.1 204 No Content\r\n\r\n"
    local server <close>, client = play.start({ "pause 1500\n" .. gone },
                                              { timeout = 1 })
    local container = core.new_object("container", client, { id = "x" })
    assert.is_true(container:stop(2))
    assert.equal(1, server:log("POST /v1%.41/containers/x/stop%?t=2 "))
  end)

  it("do not hold for what takes as long as it takes", function()
    local server <close>, client = play.start({
      "pause 400\n" .. play.json '{"StatusCode":3}' }, { timeout = 0.1 })
    local container = core.new_object("container", client, { id = "x" })
    assert.equal(3, container:wait().exit_code)
    assert.equal(1, server:log("/containers/x/wait"))
  end)

  it("do not hold for streams, whose answer may begin late", function()
    local function begin(name, fn, answer)
      local _ <close>, client = play.start({ "pause 400\n" .. answer },
                                                { timeout = 0.1 })
      local stream <close> = fn(client)
      assert.truthy(stream:read(10), name)
    end
    local DOCUMENT = play.json '{"read":"2026-01-01T00:00:00Z"}'
    begin("events", function(client) return client:events() end, DOCUMENT)
    begin("stats", function(client)
      return core.new_object("container", client, { id = "x" })
             :stats{ follow = true }
    end, DOCUMENT)
    local UP = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\n"
               .. "Upgrade: h2c\r\n\r\nx"
    begin("session", function(client) return client:session() end,
          play.send(UP) .. "\n")
  end)
end)

describe("a connection", function()
  it("that broke is said to have broken", function()
    local server <close>, client = play.start{
      play.send "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{" }
    local problem = caught("connection", client.info, client)
    assert.matches("middle", problem.message)
    assert.equal(1, server:log("accept"))
  end)

  it("that died while it was kept costs a GET nothing", function()
    local server <close> = scripted.start(table.concat({
      "accept", "head", INFO, "gate", "close",
      "accept", "head", INFO, "pause 20000" }, "\n"))
    local client = core.client{ host = server.address,
                                api_version = "1.41" }
    client:info()
    server:open()
    core.sleep(0.1)
    assert.equal("x", client:info().id)
  end)

  it("that dies under a POST is an error, and the POST sent once", function()
    local server <close> = scripted.start(table.concat({
      "accept", "head", INFO, "accept", "head", "close",
      "accept", "head", INFO, "pause 20000" }, "\n"))
    local client = core.client{ host = server.address,
                                api_version = "1.41" }
    local container = core.new_object("container", client, { id = "x" })
    client:info()
    caught("connection", container.start, container)
    assert.equal(1, server:log("POST"))
  end)
end)

describe("an answer", function()
  it("that is malformed is an error of kind protocol", function()
    local server <close>, client = play.start{ play.json '{"ID":tru}' }
    local problem = caught("protocol", client.info, client)
    assert.equal("SystemInfo", problem.operation)
    assert.equal("client:info", problem.method)
    assert.matches("byte %d", problem.message)
    assert.equal(1, server:log("accept"))
  end)

  it("that is an error brings the engine's words", function()
    local server <close>, client = play.start{
      play.json('{"message":"no such thing"}', "404 Not Found"),
      play.send(play.http("500 Oops", "", "plain words\n")),
      play.send(play.http("502 Bad Gateway", "", "")),
      play.json('{"message":"page not found"}', "404 Not Found") }
    local problem = caught("not_found", client.info, client)
    assert.equal("no such thing", problem.message)
    assert.equal(404, problem.status)
    assert.equal("plain words",
                 caught("api", client.info, client).message)
    assert.matches("502", caught("api", client.info, client).message)
    caught("not_supported", client.info, client)
    assert.equal(4, server:log("accept"))
  end)

  it("larger than max_body is an error of kind limit", function()
    local server <close>, client = play.start({
      play.json('{"ID":"' .. ("x"):rep(3000) .. '"}') }, { max_body = 1000 })
    caught("limit", client.info, client)
    assert.equal(1, server:log("accept"))
  end)

  it("raw has the API's own names", function()
    local server <close>, client = play.start{ INFO, INFO }
    assert.same({ ID = "x" }, client:info{ raw = true })
    local other = core.client{ host = server.address, raw = true,
                               api_version = "1.41" }
    assert.same({ ID = "x" }, other:info())
  end)
end)

describe("request", function()
  it("takes any method, path, query, body and headers", function()
    local server <close>, client = play.start{
      play.json('{"A":[1,2]}', "201 Created") }
    local answer = client:request{
      method = "POST", path = "/x/y", query = { a = "b c", n = 1 },
      body = { k = "v" }, headers = { ["X-Own"] = "yes" },
    }
    assert.equal(201, answer.status)
    assert.equal(1, answer.body.A[1])
    assert.equal("application/json", answer.headers["content-type"])
    local log = server:log()
    assert.matches("POST /v1%.41/x/y%?a=b%%20c&n=1 ", log)
    assert.matches("X%-Own: yes", log)
    assert.matches("Content%-Type: application/json", log)
  end)

  it("gives text as text, and raises an error's words", function()
    local server <close>, client = play.start{
      play.send(play.http("200 OK", "Content-Type: text/plain\r\n", "hi")),
      play.json('{"message":"busy"}', "409 Conflict") }
    assert.equal("hi", client:request{ path = "/x" }.body)
    caught("conflict", client.request, client, { path = "/x" })
    assert.equal(2, server:log("GET /v1%.41/x "))
  end)

  it("wants a path", function()
    local client = core.client{ host = "unix:///nonexistent" }
    caught("argument", client.request, client, {})
    caught("argument", client.request, client, { path = "x" })
    caught("argument", client.request, client, { path = "/x",
                                                 method = "GE T" })
  end)
end)

describe("a closed client", function()
  it("says so, and is still printed", function()
    local client = core.client{ host = "unix:///nonexistent" }
    client:close()
    client:close()
    caught("closed", client.ping, client)
    assert.matches("closed", tostring(client))
  end)
end)
