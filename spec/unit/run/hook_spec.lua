-- SPDX-License-Identifier: MIT
-- The hook on_result: what it is given, and what is blanked.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"

-- A client whose results are collected in a list.
local function watched(answers)
  local seen = {}
  local server, client = play.start(answers, {
    on_result = function(result) seen[#seen + 1] = result end,
  })
  return server, client, seen
end

describe("on_result", function()
  it("is called after every exchange", function()
    local server <close>, client, seen = watched{ play.json '{"ID":"x"}' }
    client:info()
    assert.equal(1, #seen)
    local result = seen[1]
    assert.equal("SystemInfo", result.operation)
    assert.equal("client:info", result.method)
    assert.equal("GET", result.http_method)
    assert.equal(server.address .. "/v1.41/info", result.url)
    assert.equal(200, result.status)
    assert.equal("application/json", result.headers["content-type"])
    assert.equal('{"ID":"x"}', result.response_body)
    assert.truthy(result.ended >= result.started)
    assert.truthy(math.abs(result.started - os.time()) < 60)
    assert.is_nil(result.error)
  end)

  it("is given the error that is raised", function()
    local server <close>, client, seen = watched{
      play.json('{"message":"no"}', "409 Conflict"), "close",
      play.json '{' }
    local problem = caught("conflict", client.info, client)
    assert.equal(problem, seen[1].error)
    assert.equal(409, seen[1].status)
    assert.equal(caught("connection", client.info, client), seen[2].error)
    assert.is_nil(seen[2].status)
    assert.equal(caught("protocol", client.info, client), seen[3].error)
    assert.equal(3, server:log("accept"))
  end)

  it("is called at the end of a stream, once", function()
    local server <close>, client, seen = watched{
      play.head "application/vnd.docker.raw-stream" .. "\n"
      .. play.send "a\n" }
    local stream = core.call(client, "ContainerLogs", { id = "x" }, "logs",
                             { tty = true })
    assert.equal("a", stream())
    assert.equal(0, #seen)
    assert.is_nil(stream())
    stream:close()
    assert.equal(1, #seen)
    assert.equal("ContainerLogs", seen[1].operation)
    assert.equal(1, server:log("accept"))
  end)

  it("is not given the passwords that are in addresses", function()
    local long = ("x"):rep(65536 - 20 - #'{"Env":["')
    local server <close>, client, seen = watched{
      play.json '{"Env":["A=http://me:hush@proxy:1/?a@b","B=ftp://p/x@y"]}',
      play.json '{"Env":["A=//a@b","B=://hush@"]}',
      play.json(('{"Env":["%s://hush-hush-hush-hush@proxy"]}'):format(long)),
      play.json('{"Id":"x"}', "201 Created"),
    }
    for i = 1, 3 do
      core.call(client, "ContainerInspect", { id = "x" }, "inspect")
      assert.is_nil(seen[i].response_body:find("hush"))
    end
    assert.equal('{"Env":["A=http://(blanked)@proxy:1/?a@b",'
      .. '"B=ftp://p/x@y"]}', seen[1].response_body)
    assert.equal('{"Env":["A=//a@b","B=://(blanked)@"]}',
                 seen[2].response_body)
    core.call(client, "ContainerCreate", {
      image = "x", env = { HTTP_PROXY = "http://me:hush@proxy" } })
    assert.equal('{"Env":["HTTP_PROXY=http://(blanked)@proxy"],"Image":"x"}',
                 seen[4].request_body)
    assert.equal(4, server:log("accept"))
  end)

  it("is never given a password, a token or a key", function()
    local server <close>, client, seen = watched{
      play.json '{"Status":"ok","IdentityToken":"hush-1"}',
      play.json('{"message":"denied"}', "500 Oops"),
    }
    core.call(client, "SystemAuth", {
      username = "me", password = "hush-2", serveraddress = "x" })
    caught("api", core.call, client, "ImagePush", {
      name = "x", auth = { username = "me", password = "hush-3" } })
    assert.equal("(blanked)", seen[1].request_body)
    assert.equal("(blanked)", seen[1].response_body)
    assert.equal("(blanked)", seen[2].request_headers["X-Registry-Auth"])
    for _, result in ipairs(seen) do
      for name, value in pairs(result) do
        assert.is_nil(tostring(value):find("hush"), name)
      end
    end
    assert.equal(2, server:log("accept"))
  end)

  it("blanks what a free request sends and gets, and secret queries",
     function()
    local server <close>, client, seen = watched{
      play.json '{"IdentityToken":"hush-1"}',
      play.json '{"JoinTokens":{"Worker":"hush-2"}}',
      play.send(play.http("200 OK", "", "")),
      play.head "application/json",
    }
    client:request{ method = "POST", path = "/auth",
                    body = { password = "hush-3" } }
    client:request{ path = "/v1.40/swarm" }
    client:request{ path = "/x", headers = {
      ["Proxy-Authorization"] = "hush-4" } }
    core.call(client, "ImageCreate",
              { from_src = "https://me:hush-5@example.com/x.tar" }):close()
    assert.equal(4, #seen)
    for _, result in ipairs(seen) do
      for name, value in pairs(result) do
        if type(value) == "table" then value = table.concat(
          { value["Proxy-Authorization"] or "" }) end
        assert.is_nil(tostring(value):find("hush"), name)
      end
    end
    assert.matches("/images/create$", seen[4].url)
    assert.equal(4, server:log("accept"))
  end)

  it("raises its own error to the caller", function()
    local server <close> = play.serve{ play.json '{"ID":"x"}' }
    local client = core.client{
      host = server.address, api_version = "1.41",
      on_result = function() error("mine", 0) end,
    }
    local ok, problem = pcall(client.info, client)
    assert.is_false(ok)
    assert.equal("mine", problem)
  end)
end)
