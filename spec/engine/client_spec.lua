-- SPDX-License-Identifier: MIT
-- The client and what it tells of the engine.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"

local docker = fixture.client()

after_each(fixture.clean)

local function told(format)
  return engine.docker(("version --format %s"):format(engine.quote(format)))
end

describe("client", function()
  it("pings", function()
    assert.is_true(docker:ping())
    caught("argument", docker.ping, docker, { pong = true })
  end)

  it("tells the version", function()
    local version = docker:version()
    assert.equal(told "{{.Server.Version}}", version.version)
    assert.equal(told "{{.Server.APIVersion}}", version.api_version)
    assert.is_table(version.components)
    caught("argument", docker.version, docker, { of = "me" })
  end)

  it("agrees on the newest API version that both know", function()
    local client <close> = moonsail.client(engine.host())
    local theirs = tonumber(told("{{.Server.APIVersion}}"):match("1.(%d+)"))
    assert.equal(("1.%d"):format(math.min(theirs, 55)), client:api_version())
  end)

  it("speaks the API version it is told to", function()
    local client <close> = moonsail.client{
      host = engine.host(), api_version = "1.30",
    }
    assert.equal("1.30", client:api_version())
    assert.is_table(client.containers:list{ all = true })
    caught("argument", moonsail.client, { api_version = "2" })
  end)

  it("tells about the engine", function()
    local info = docker:info()
    assert.equal(engine.docker("info --format '{{.ID}}'"), info.id)
    assert.equal("integer", math.type(info.ncpu))
    assert.equal("integer", math.type(info.mem_total))
    caught("argument", docker.info, docker, { verbose = true })
  end)

  it("tells what is on the disk", function()
    local usage = docker:df()
    assert.is_table(usage.images)
    assert.is_true(#usage.images > 0)
    caught("argument", docker.df, docker, { everything = true })
  end)

  it("prints where its engine is, and that it was closed", function()
    local client = moonsail.client(engine.host())
    assert.equal("client of " .. engine.host(), tostring(client))
    client:close()
    client:close()
    assert.equal("client (closed)", tostring(client))
    caught("closed", client.ping, client)
  end)
end)

describe("client:request", function()
  it("sends anything, and decodes JSON", function()
    local answer = docker:request{
      method = "GET", path = "/containers/json", query = { all = true },
    }
    assert.equal(200, answer.status)
    assert.is_table(answer.body)
    assert.matches("json", answer.headers["content-type"])
  end)

  it("sends tables as JSON", function()
    local name = fixture.name()
    local answer = docker:request{
      method = "POST", path = "/volumes/create",
      body = { Name = name, Labels = { a = "b" } },
    }
    assert.equal(201, answer.status)
    assert.equal(name, answer.body.Name)
    assert.equal(204, docker:request{
      method = "DELETE", path = "/volumes/" .. name,
    }.status)
  end)

  it("raises what the engine refuses", function()
    local problem = caught("not_found", docker.request, docker, {
      method = "GET", path = "/containers/" .. fixture.name() .. "/json",
    })
    assert.equal(404, problem.status)
    assert.matches("[Nn]o such container", problem.message)
  end)

  it("wants a path", function()
    caught("argument", docker.request, docker, { method = "GET" })
  end)
end)

describe("client.api", function()
  it("has every operation", function()
    local n = 0
    for _, id in ipairs(core.operations()) do
      local name = core.operation(id).name
      assert.is_function(docker.api[name], name)
      n = n + 1
    end
    assert.equal(108, n)
  end)

  it("gives typed values", function()
    local list = docker.api.image_list{ all = false }
    assert.is_true(#list > 0)
    assert.is_table(list[1].repo_tags)
    assert.equal("integer", math.type(list[1].size))
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    local problem = caught("argument", client.api.container_list,
                           { al = true })
    assert.matches("did you mean all", problem.message)
    caught("argument", client.api.container_inspect, {})
    caught("argument", client.api.container_list, { all = "maybe" })
    assert.equal(0, calls())
    client:close()
  end)
end)

describe("errors", function()
  it("tell kind, status, operation, method and URL", function()
    local name = fixture.name()
    local problem = caught("not_found", docker.containers.get,
                           docker.containers, name)
    assert.equal(404, problem.status)
    assert.equal("ContainerInspect", problem.operation)
    assert.equal("containers:get", problem.method)
    assert.matches(name, problem.url, 1, true)
    assert.matches("^moonsail: containers:get: .*" .. name:gsub("%-", "%%-"),
                   tostring(problem))
    assert.is_nil(tostring(problem):find("\n"))
  end)

  it("say what is wrong when no engine is there", function()
    local client <close> = moonsail.client "/tmp/there/is/no.sock"
    local problem = caught("connection", client.ping, client)
    assert.matches("/tmp/there/is/no.sock", tostring(problem), 1, true)
    assert.is_string(problem.hint)
  end)

  it("name a limit of time that has run out", function()
    local sleeper = fixture.sleeper()
    fixture.remove_later(sleeper)
    local problem = caught("timeout", sleeper.wait, sleeper,
                           { idle_timeout = 0.2 })
    assert.matches("idle_timeout", tostring(problem))
    problem = caught("timeout", sleeper.stats, sleeper,
                     { one_shot = false, timeout = 0.2 })
    assert.matches("timeout", tostring(problem))
  end)
end)

describe("on_result", function()
  it("is called after every exchange", function()
    local seen = {}
    local client <close> = moonsail.client{
      host = engine.host(),
      on_result = function(exchange) seen[#seen + 1] = exchange end,
    }
    client:version()
    pcall(client.containers.get, client.containers, fixture.name())
    local last = seen[#seen]
    assert.equal("ContainerInspect", last.operation)
    assert.equal(404, last.status)
    assert.equal("not_found", last.error.kind)
    local before = seen[#seen - 1]
    assert.equal("SystemVersion", before.operation)
    assert.equal(200, before.status)
    assert.is_nil(before.error)
  end)
end)

describe("raw", function()
  it("gives the API's own names, for a client or a call", function()
    local client <close> = moonsail.client{ host = engine.host(), raw = true }
    assert.is_string(client:version().ApiVersion)
    assert.is_string(docker:version{ raw = true }.ApiVersion)
    assert.is_string(client:version{ raw = false }.api_version)
  end)
end)
