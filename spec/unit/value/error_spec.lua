-- SPDX-License-Identifier: MIT
-- csrc/value/error and hint: what is raised.

local core = require "moonsail.core"
local caught = require "spec.support.caught"

local new = core.new_error

describe("an error", function()
  it("has the fields that it was made with, and more", function()
    local problem = new{ kind = "container", message = "exit code 3",
                         exit_code = 3, command = { "false" } }
    assert.equal("container", problem.kind)
    assert.equal(3, problem.exit_code)
    assert.same({ "false" }, problem.command)
  end)

  it("is one line, with what is known", function()
    local problem = new{
      kind = "not_found", message = "no such container: x", status = 404,
      operation = "ContainerStart", method = "container:start", where = "a:1",
    }
    assert.equal("moonsail: container:start: no such container: x " ..
      "(404 not_found, ContainerStart) (at a:1)", tostring(problem))
    problem = new{ kind = "timeout", message = "too\r\nslow\n", where = "a:1" }
    assert.equal("moonsail: too slow  (timeout) (at a:1)", tostring(problem))
  end)

  it("is text even when it is hardly one", function()
    assert.equal("moonsail:  ()", tostring(new{ where = "" }):sub(1, 13))
    local problem = new{ kind = "api", message = "x", where = "a:1" }
    problem.message, problem.kind = nil, {}
    assert.truthy(tostring(problem):find "^moonsail:  %(table: ")
  end)

  it("is pasted into text", function()
    local problem = new{ kind = "api", message = "x", where = "a:1" }
    assert.equal("! moonsail: x (api) (at a:1)", "! " .. problem)
    assert.equal("moonsail: x (api) (at a:1)!", problem .. "!")
  end)

  it("keeps its metatable", function()
    local problem = new{ kind = "api", message = "x" }
    assert.equal("moonsail.error", getmetatable(problem))
    assert.has_error(function() setmetatable(problem, nil) end)
  end)

  it("tells which line of the script asked for it", function()
    local problem = caught("argument", function()
      core.arguments("ContainerList", { al = 1 }, "x")
    end)
    assert.truthy(problem.where:find "error_spec%.lua:%d+$")
    assert.truthy(tostring(problem):find " %(at .*error_spec%.lua:%d+%)$")
  end)

  it("does not point at our own modules", function()
    local ours = assert(load(
      "local core = ... core.arguments('ContainerList', {al = 1}, 'x')",
      "@/usr/share/lua/moonsail/containers.lua"))
    local problem = caught("argument", function() ours(core) end)
    assert.truthy(problem.where:find "error_spec%.lua:%d+$", problem.where)
    local co = coroutine.create(ours)
    local _, alone = coroutine.resume(co, core)
    assert.truthy(alone.where:find "containers%.lua:1$")
  end)
end)

describe("is_error", function()
  local problem = new{ kind = "conflict", message = "x" }

  it("tells errors of ours from other values", function()
    assert.is_true(core.is_error(problem))
    for _, value in ipairs{ "x", 1, {}, print, io.stdout,
                            { kind = "conflict" } } do
      assert.is_false(core.is_error(value))
    end
    assert.is_false(core.is_error(nil))
    assert.is_false(core.is_error())
  end)

  it("tells kinds apart", function()
    assert.is_true(core.is_error(problem, "conflict"))
    assert.is_false(core.is_error(problem, "api"))
    assert.is_false(core.is_error("x", "conflict"))
    assert.is_true(core.is_error(problem, nil))
  end)
end)

describe("hints", function()
  local cases = {
    { "api", "client version 1.99 is too new. Maximum supported API " ..
      "version is 1.41", "leave out api_version" },
    { "api", "client version 1.12 is too old. Minimum supported API " ..
      "version is 1.40", "leave out api_version" },
    { "tls", "Client sent an HTTP request to an HTTPS server.", "speaks TLS" },
    { "tls", "error setting certificate file: /none.crt", "ca-certificates" },
    { "not_found", "No such image: nothing:latest", "pull the image" },
    { "api", "driver failed programming external connectivity: Bind for " ..
      "0.0.0.0:80 failed: port is already allocated", "another port" },
    { "conflict", 'Conflict. The container name "/web" is already in use ' ..
      "by container 5d0b", "choose another" },
    { "unauthorized", "no basic auth credentials", "login" },
    { "api", "This node is not a swarm manager.", "swarm:init" },
    { "stream", "toomanyrequests: You have reached your pull rate limit",
      "log in" },
  }
  for _, case in ipairs(cases) do
    it("know what to do about: " .. case[2]:sub(1, 40), function()
      local problem = new{ kind = case[1], message = case[2] }
      assert.truthy(problem.hint:find(case[3], 1, true), problem.hint)
      assert.truthy(tostring(problem):find("; " .. problem.hint, 1, true))
    end)
  end

  it("are given only where we know one", function()
    assert.is_nil(new{ kind = "api", message = "something else" }.hint)
    assert.is_nil(new{ kind = "not_found", message = "no such volume" }.hint)
  end)

  it("do not take the place of one that is given", function()
    assert.equal("mine", new{ kind = "not_found", hint = "mine",
                              message = "no such image" }.hint)
  end)

  it("know why there is no connection", function()
    local client = core.client{ host = "unix:///nowhere/docker.sock" }
    local ok, problem = pcall(core.call, client, "SystemInfo", {})
    if ok or not core.is_error(problem, "connection") then
      problem = select(2, pcall(client.ping, client))
    end
    assert.equal("connection", problem.kind)
    assert.truthy(problem.hint:find "is the engine running")
  end)
end)

it("lose nothing but the user of an address", function()
  local problem = new{ kind = "api", message = "at http://a@b: gone for good" }
  assert.equal("at http://(blanked)@b: gone for good", problem.message)
end)
