-- SPDX-License-Identifier: MIT
-- The client and what it tells of the engine.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local private_registry = require "spec.support.private_registry"

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
    assert.equal(engine.docker("info --format '{{.Name}}'"), info.name)
    assert.equal("integer", math.type(info.ncpu))
    assert.equal("integer", math.type(info.mem_total))
    caught("argument", docker.info, docker, { verbose = true })
  end)

  it("tells what is on the disk", function()
    local usage = docker:df()
    assert.is_table(usage.images)
    assert.is_true(#usage.images > 0)
    assert.equal("integer", math.type(usage.images[1].size))
    caught("argument", docker.df, docker, { everything = true })
  end)

  it("prints where its engine is, and that it was closed", function()
    local client = moonsail.client(engine.host())
    assert.equal("client of " .. engine.host(),
                 tostring(client):match("^[^\n]+"))
    client:close()
    client:close()
    assert.equal("client (closed)", tostring(client):match("^[^\n]+"))
    caught("closed", client.ping, client)
  end)
end)

describe("client:close", function()
  it("ends a client, and no other", function()
    local client = moonsail.client(engine.host())
    client:ping()
    client:close()
    caught("closed", client.ping, client)
    caught("closed", client.containers.list, client.containers)
    caught("closed", client.api_version, client)
    assert.is_true(docker:ping())
  end)
end)

describe("client:connection_info", function()
  it("tells where the engine is, and what it is", function()
    local info = docker:connection_info()
    assert.equal(engine.host(), info.host)
    assert.equal("option host", info.chosen_by)
    assert.is_nil(info.context)
    assert.is_nil(info.tls)
    assert.same({}, info.warnings)
    assert.matches("/config.json$", info.config_path)
    assert.equal(docker:api_version(), info.api_version)
    assert.equal(engines.is_podman() and "Podman" or "Docker",
                 info.engine.name)
    assert.equal(engines.version(), info.engine.version)
    assert.equal(told "{{.Server.APIVersion}}", info.engine.api_version)
    assert.equal("linux", info.engine.os)
    assert.is_string(info.engine.arch)
    assert.matches("^%d+%.%d+", info.libcurl)
    assert.equal(moonsail.version, info.moonsail)
    assert.equal(("moonsail/%s (Lua 5.4)"):format(moonsail.version),
                 info.user_agent)
    assert.matches('chosen_by = "option host"', tostring(info), 1, true)
  end)

  it("tells which engine the environment named", function()
    assert.equal("DOCKER_HOST " .. engine.host(), engine.sh(([[
      export DOCKER_HOST=%s LUA_PATH='%s' LUA_CPATH='%s'
      lua5.4 -e '
        local info = require "moonsail".client():connection_info()
        print(info.chosen_by, info.host)' | tr '\t' ' ']]):format(
      engine.host(), package.path, package.cpath)))
  end)

  it("refuses what is none, and says when nobody is there", function()
    caught("argument", docker.connection_info, docker, { of = "me" })
    local client <close> = moonsail.client "/tmp/there/is/no.sock"
    caught("connection", client.connection_info, client)
  end)
end)

-- Cleaning up ---------------------------------------------------------------

describe("client:prune", function()
  -- One of each kind that may go, with this label.
  local function made(label)
    local labels = { prune = label }
    local image = docker.images:import(fixture.tar(label), {
      changes = "LABEL prune=" .. label,
    })
    fixture.remove_image_later(image:id())
    return {
      container = fixture.ended({ "true" }, { labels = labels }),
      network = fixture.network{ labels = labels },
      volume = docker.volumes:create{ labels = labels },
      image = image,
    }
  end

  -- Which of them are there still.
  local function left(things)
    local names = {}
    for name, thing in pairs(things) do
      if pcall(thing.inspect, thing) then names[#names + 1] = name end
    end
    table.sort(names)
    return names
  end

  local function prune(label, options)
    options.filters = { label = "prune=" .. label }
    return docker:prune(options)
  end

  it("removes all that is not used but volumes", function()
    local label = fixture.name()
    local things = made(label)
    local pruned = prune(label, {})
    assert.same({ "volume" }, left(things))
    assert.same({ things.container:id() },
                pruned.containers.containers_deleted)
    assert.same({ things.network:name() }, pruned.networks.networks_deleted)
    assert.is_true(#pruned.images.images_deleted > 0)
    assert.is_nil(pruned.volumes)
    assert.is_nil(pruned.builds)
    assert.equal("integer", math.type(pruned.space_reclaimed))
    assert.equal(pruned.space_reclaimed, pruned.images.space_reclaimed
                 + pruned.containers.space_reclaimed)
    assert.matches("networks_deleted", tostring(pruned), 1, true)
    things.volume:remove()
  end)

  it("removes volumes when asked", function()
    local label = fixture.name()
    local things = made(label)
    local pruned = prune(label, { volumes = true, images = false })
    assert.same({ "image" }, left(things))
    assert.same({ things.volume:name() }, pruned.volumes.volumes_deleted)
    assert.is_nil(pruned.images)
  end)

  it("removes one kind alone when that is named", function()
    local label = fixture.name()
    local things = made(label)
    local pruned = prune(label, { networks = true })
    assert.same({ "container", "image", "volume" }, left(things))
    assert.is_nil(pruned.containers)
    assert.equal(0, pruned.space_reclaimed)
    things.volume:remove()
  end)

  it("removes images with a name, with `all`", engines.needs({
    podman = "5.0", reason = "Podman 4 only prunes those without a name",
  }, function()
    local label = fixture.name()
    local name = fixture.remove_image_later(fixture.name())
    local image = docker.images:import(fixture.tar(label), {
      repo = name, changes = "LABEL prune=" .. label,
    })
    prune(label, { images = true })
    assert.same({ "image" }, left{ image = image })
    prune(label, { images = true, all = true })
    assert.same({}, left{ image = image })
  end))

  it("removes what builds have cached", engines.only_docker(
     "Podman has no such cache", function()
    local pruned = docker:prune{ builds = true,
                                 filters = { until_ = "24h" } }
    assert.same({}, pruned.builds.caches_deleted)
  end))

  it("complains before anything is removed", function()
    local client, calls = fixture.counting_client()
    local cases = {
      { { container = true }, "did you mean containers" },
      { { images = "all" }, "^images: expected a boolean" },
      { { filters = "x" }, "^filters: expected a table" },
      { { volumes = true, filters = { until_ = "1h" } }, "^filters.until: " },
      { { containers = true, timeout = "x" }, "timeout" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", client.prune, client, case[1])
      assert.matches(case[2], problem.message)
      assert.equal("client:prune", problem.method)
    end
    assert.equal(0, calls())
    client:close()
  end)

  it("says what an engine does not know", function()
    assert.is_false((pcall(docker.prune, docker, {
      containers = true, filters = { nonsense = "x" },
    })))
  end)
end)

-- Registries ----------------------------------------------------------------

-- All that a hook and an error may tell somebody of a call.
local function told_of(problem, records)
  local text = { tostring(problem) }
  for name, value in pairs(problem or {}) do
    text[#text + 1] = ("%s=%s"):format(name, value)
  end
  for _, record in ipairs(records) do
    for name, value in pairs(record) do
      if type(value) == "table" then value = core.encode(nil, value) end
      text[#text + 1] = ("%s=%s"):format(name, value)
    end
  end
  return table.concat(text, "\n")
end

describe("client:login", function()
  local registry
  setup(function() registry = private_registry.start() end)
  teardown(function() registry:stop() end)

  it("has the engine try a password", function()
    local answer = docker:login("loop", "back", registry.name)
    assert.equal("Login Succeeded", answer.status)
    assert.is_table(docker:login{ username = "loop", password = "back",
                                  serveraddress = registry.name })
  end)

  it("says that it is wrong, and not what it was", function()
    local records = {}
    local client <close> = moonsail.client{
      host = engine.host(),
      on_result = function(record) records[#records + 1] = record end,
    }
    local ok, problem = pcall(client.login, client, "loop", "wrong-secret",
                              registry.name)
    assert.is_false(ok)
    assert.matches("unauthorized", problem.message:lower(), 1, true)
    assert.equal("SystemAuth", problem.operation)
    local told_text = told_of(problem, records)
    assert.is_nil(told_text:find("wrong-secret", 1, true))
    assert.is_truthy(told_text:find("(blanked)", 1, true))
  end)

  it("refuses what is none", function()
    caught("argument", docker.login, docker, { user = "loop" })
    caught("argument", docker.login, docker, { username = 7, password = {} })
  end)

  describe("is what client:distribution needs", function()
    local has_distribution = { podman = false,
                               reason = "Podman has no such call" }

    it("to tell of an image", engines.needs(has_distribution, function()
      local name = registry.address .. "/" .. fixture.name()
      fixture.remove_image_later(name)
      docker.images:get("busybox"):tag(name)
      local pushed = docker.images:push(name, { auth = registry.auth })
      local found = docker:distribution(name, { auth = registry.auth })
      assert.equal(pushed.digest, found.descriptor.digest)
      assert.equal("integer", math.type(found.descriptor.size))
      local records = {}
      local client <close> = moonsail.client{
        host = engine.host(),
        on_result = function(record) records[#records + 1] = record end,
      }
      local ok, problem = pcall(client.distribution, client, name, {
        auth = { username = "loop", password = "wrong-secret" },
      })
      assert.is_false(ok)
      assert.is_nil(told_of(problem, records):find("wrong-secret", 1, true))
    end))
  end)
end)

describe("client:distribution", function()
  it("tells the digest and the platforms", engines.needs({
    podman = false, reason = "Podman has no such call",
  }, function()
    local found = docker:distribution(engine.registry() .. "/busybox")
    assert.matches("^sha256:%x+$", found.descriptor.digest)
    assert.is_table(found.platforms)
    assert.is_false((pcall(docker.distribution, docker,
                           engine.registry() .. "/nonsense")))
  end))

  it("refuses what is none", function()
    caught("argument", docker.distribution, docker)
    caught("argument", docker.distribution, docker, "x", { auth = 7 })
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
    local declared = 0
    for _, id in ipairs(core.operations()) do
      local operation = core.operation(id)
      assert.is_function(docker.api[operation.name], id)
      declared = declared + (operation.declared and 1 or 0)
    end
    assert.equal(108, declared)
  end)

  it("gives typed values", function()
    local list = docker.api.image_list{ all = false }
    assert.is_true(#list > 0)
    assert.is_table(list[1].repo_tags)
    assert.equal("integer", math.type(list[1].size))
  end)

  it("answers to a ping without a body", engines.needs({ api = 40 },
    function()
      assert.is_true(docker.api.system_ping_head{})
      caught("argument", docker.api.system_ping_head, { pong = true })
    end))

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
    if engines.is_podman() then return end -- it has statistics at once
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
