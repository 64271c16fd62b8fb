-- SPDX-License-Identifier: MIT
-- A plugin: what it tells, and what can be done with it. It is a real one, a
-- volume driver.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local files = require "spec.support.plugins"
local fixture = require "spec.support.fixture"

local docker = fixture.client()
local plugins = docker.plugins

after_each(fixture.clean)

-- A test for engines that have plugins.
local function plugin_it(name, fn)
  it(name, engines.only_docker("Podman has no plugins", fn))
end

local function remove_later(name)
  fixture.later(function()
    pcall(plugins.remove, plugins, name, { force = true })
  end)
  return name
end

-- A plugin that is not enabled; `changes` are those of files.folder.
local function created(changes, name)
  name = remove_later(name or fixture.name())
  return plugins:create(name, files.tar(changes))
end

-- A name in the registry that nobody has.
local function registry_name()
  return ("%s/%s:1"):format(engine.registry(), fixture.name())
end

-- What the docker command says of it: a second opinion.
local function asked(plugin, format)
  return engine.docker(("plugin inspect --format %s %s"):format(
    engine.quote(format), plugin:id()))
end

-- What a volume that it keeps tells.
local function greeting(plugin)
  local volume = fixture.volume{ driver = plugin:name() }
  local text = volume:inspect().status.greeting
  volume:remove()
  return text
end

-- A client that counts, and a plugin of its own that was never there.
local function nobody()
  local client, calls = fixture.counting_client()
  return core.new_object("plugin", client, {
    id = ("0"):rep(64), name = "nobody:latest",
  }), calls, client
end

-- Each of these calls is complained of before anything is sent.
local function complaints(method, cases)
  local plugin, calls, client = nobody()
  for _, case in ipairs(cases) do
    local problem = caught("argument", plugin[method], plugin,
                           table.unpack(case[1]))
    assert.matches(case[2], problem.message)
    assert.equal("plugin:" .. method, problem.method)
  end
  assert.equal(0, calls())
  client:close()
end

describe("what a plugin tells", function()
  plugin_it("is the same from create, from get and from a list", function()
    local made = created()
    local listed
    for _, plugin in ipairs(plugins:list()) do
      if plugin == made then listed = plugin end
    end
    for _, plugin in ipairs{ made, listed, plugins:get(made) } do
      assert.equal(made:name(), plugin:name())
      assert.equal(made:id(), plugin:id())
      assert.equal(made:id():sub(1, 12), plugin:short_id())
      assert.is_false(plugin:enabled())
      assert.same({ "GREETING=hello" },
                  { table.unpack(plugin:settings().env) })
    end
    assert.equal(made:name(), asked(made, "{{.Name}}"))
  end)
end)

describe("plugin:enable and plugin:disable", function()
  plugin_it("start and stop it", function()
    local plugin = created()
    assert.equal(plugin, plugin:enable())
    assert.is_true(plugin:enabled())
    assert.equal("true", asked(plugin, "{{.Enabled}}"))
    assert.equal("hello", greeting(plugin))
    assert.equal(plugin, plugin:disable())
    assert.is_false(plugin:enabled())
    assert.equal("false", asked(plugin, "{{.Enabled}}"))
    plugin:enable(5)
    plugin:disable()
    plugin:enable{ timeout = 0 }
    plugin:disable{ force = true }
    assert.is_false(plugin:enabled())
  end)

  plugin_it("serve the files of containers", function()
    local plugin = created():enable()
    local volume = fixture.volume{ driver = plugin }
    assert.equal(plugin:name(), volume:driver())
    local result = docker.containers:run(fixture.IMAGE,
      { "sh", "-c", "echo x >/data/file; cat /data/file" },
      { volumes = { volume:map "/data" }, remove = true })
    assert.equal("x\n", result.logs.stdout)
    local problem = caught("conflict", plugin.disable, plugin)
    assert.matches("in use", problem.message)
    assert.is_true(plugin:reload():enabled())
    volume:remove{ force = true }
    plugin:disable{ force = true }
  end)

  plugin_it("send the time that it has", function()
    local urls = {}
    local client = require("moonsail").client{
      host = engine.host(),
      on_result = function(exchange) urls[#urls + 1] = exchange.url end,
    }
    local plugin = client.plugins:get(created())
    plugin:enable()
    assert.matches("/enable%?timeout=30$", urls[#urls - 1])
    plugin:disable()
    plugin:enable(7)
    assert.matches("/enable%?timeout=7$", urls[#urls - 1])
    client:close()
  end)

  plugin_it("say why they cannot", function()
    local plugin = created()
    local problem = caught("conflict", plugin.disable, plugin)
    assert.equal("PluginDisable", problem.operation)
    plugin:enable()
    problem = caught("conflict", plugin.enable, plugin)
    assert.equal("plugin:enable", problem.method)
    assert.equal("PluginEnable", problem.operation)
    plugin:remove{ force = true }
    caught("not_found", plugin.enable, plugin)
    caught("not_found", plugin.disable, plugin)
    plugin = created{ program = "/nonsense" }
    problem = caught("api", plugin.enable, plugin)
    assert.matches("nonsense", problem.message)
  end)

  it("complain before anything is sent", function()
    complaints("enable", {
      { { "soon" }, "^timeout: " },
      { { { tiemout = 3 } }, "did you mean timeout%?" },
      { { { name = "x" } }, "^name: it is the object's own" },
    })
    complaints("disable", {
      { { { force = 7 } }, "^force: expected boolean" },
      { { { forse = true } }, "did you mean force%?" },
      { { { name = "x" } }, "^name: it is the object's own" },
    })
  end)
end)

describe("plugin:configure", function()
  plugin_it("sets what can be set", function()
    local plugin = created()
    for text, settings in pairs{
      one = { GREETING = "one" },
      two = { "GREETING=two" },
      three = "GREETING=three",
      four = { settings = { GREETING = "four" } },
    } do
      assert.equal(plugin, plugin:configure(settings))
      assert.same({ "GREETING=" .. text },
                  { table.unpack(plugin:settings().env) })
    end
    plugin:configure({ GREETING = 7 }, { timeout = 20 })
    plugin:enable()
    assert.equal("7", greeting(plugin))
    plugin:disable()
  end)

  plugin_it("says what the engine does not like", function()
    local plugin = created()
    local problem = caught("api", plugin.configure, plugin,
                           { NONSENSE = "1" })
    assert.equal("plugin:configure", problem.method)
    assert.matches("NONSENSE", problem.message)
    plugin:enable()
    problem = caught("api", plugin.configure, plugin, { GREETING = "x" })
    assert.equal("PluginSet", problem.operation)
    plugin:disable()
  end)

  it("complains before anything is sent", function()
    complaints("configure", {
      { {}, "^settings: " },
      { { 7 }, "^settings: expected a string or a list" },
      { { "GREETING" }, "^settings: expected NAME=VALUE" },
      { { { "GREETING" } }, "^settings: expected NAME=VALUE" },
      { { { A = {} } }, "^settings%[\"A\"%]: expected a string, a number" },
      { { { A = "1" }, { tiemout = 3 } }, "did you mean timeout%?" },
      { { { A = "1" }, { body = {} } }, "^body: " },
    })
  end)
end)

describe("plugin:push", function()
  plugin_it("pushes to the registry that its name tells", function()
    local name = registry_name()
    local plugin = created({}, name)
    local statuses = {}
    assert.is_true(plugin:push{ progress = function(document)
      statuses[#statuses + 1] = document.status
    end })
    assert.matches("The push refers to repository",
                   table.concat(statuses, "\n"), 1, true)
    local repository = name:match("/(.*):1$")
    assert.matches('"1"', engine.sh(("curl -fsS http://%s/v2/%s/tags/list")
      :format(engine.registry(), repository)), 1, true)
  end)

  plugin_it("says that there is no such registry", function()
    local plugin = created({}, "127.0.0.1:1/" .. fixture.name())
    local ok, problem = pcall(plugin.push, plugin)
    assert.is_false(ok)
    assert.equal("plugin:push", problem.method)
    assert.equal("PluginPush", problem.operation)
    plugin:remove()
    caught("not_found", plugin.push, plugin)
  end)

  it("complains before anything is sent", function()
    complaints("push", {
      { { { progress = 7 } }, "^progress: " },
      { { { auth = 7 } }, "^auth" },
      { { { progres = true } }, "did you mean progress%?" },
      { { { name = "x" } }, "^name: it is the object's own" },
    })
  end)
end)

describe("plugin:upgrade", function()
  -- A plugin from the registry, where there is another one by now.
  local function outdated(changes)
    local name = registry_name()
    for _, each in ipairs{ { greeting = "old" },
                           changes or { greeting = "new" } } do
      local plugin = created(each, name)
      plugin:push()
      plugin:remove()
      if each.greeting == "old" then
        plugins:install(name, { name = name .. "-mine", grant = true,
                                enable = false })
        remove_later(name .. "-mine")
      end
    end
    return plugins:get(name .. "-mine"), name
  end

  plugin_it("replaces it by what the registry has", function()
    local plugin, remote = outdated()
    local name, id = plugin:name(), plugin:id()
    assert.equal(plugin, plugin:upgrade(remote, { grant = true }))
    assert.equal("new", plugin:attrs().config.env[1].value)
    assert.equal(name, plugin:name())
    assert.equal(id, plugin:id())
    assert.is_false(plugin:enabled())
  end)

  plugin_it("knows where it came from, and keeps its settings", function()
    local plugin = outdated()
    plugin:configure{ GREETING = "mine" }
    local statuses = {}
    plugin:upgrade{ grant = true, progress = function(document)
      statuses[#statuses + 1] = document.status
    end }
    assert.equal("new", plugin:attrs().config.env[1].value)
    assert.same({ "GREETING=mine" }, { table.unpack(plugin:settings().env) })
    assert.is_true(#statuses > 0)
  end)

  plugin_it("asks for what it wants", function()
    local plugin, remote = outdated()
    local problem = caught("argument", plugin.upgrade, plugin, remote)
    assert.equal("plugin:upgrade", problem.method)
    assert.matches("capabilities [CAP_SYS_ADMIN]", problem.message, 1, true)
    caught("argument", plugin.upgrade, plugin, remote, { grant = false })
    assert.equal("old", plugin:reload():attrs().config.env[1].value)
    plugin:upgrade(remote, { grant = plugins:privileges(remote) })
    assert.equal("new", plugin:attrs().config.env[1].value)
  end)

  plugin_it("says why it cannot", function()
    local plugin, remote = outdated()
    plugin:enable()
    local problem = caught("conflict", plugin.upgrade, plugin, remote,
                           { grant = true })
    assert.equal("plugin:upgrade", problem.method)
    assert.equal("PluginUpgrade", problem.operation)
    plugin:disable()
    local ok = pcall(plugin.upgrade, plugin, engine.registry() .. "/busybox",
               { grant = true })
    assert.is_false(ok)
    assert.equal("old", plugin:reload():attrs().config.env[1].value)
  end)

  it("complains before anything is sent", function()
    complaints("upgrade", {
      { {}, "^remote: missing" }, -- nobody knows where it came from
      { { 7 }, "^remote: expected a string" },
      { { "x", { grant = "all" } }, "^grant: " },
      { { "x", { grnt = true } }, "did you mean grant%?" },
      { { "x", { progress = 7 } }, "^progress: " },
      { { "x", { name = "y" } }, "^name: it is the object's own" },
    })
  end)
end)

describe("plugin:inspect", function()
  plugin_it("fetches, and keeps what it has fetched", function()
    local plugin = created()
    engine.docker("plugin enable " .. plugin:id())
    assert.is_false(plugin:enabled())
    local attrs = plugin:inspect()
    assert.is_true(attrs.enabled)
    assert.equal(attrs, plugin:attrs())
    plugin:disable()
  end)

  plugin_it("says what is wrong", function()
    local plugin = created()
    caught("argument", plugin.inspect, plugin, { verbose = true })
    plugin:remove()
    local problem = caught("not_found", plugin.inspect, plugin)
    assert.equal("plugin:inspect", problem.method)
  end)
end)

describe("plugin:reload", function()
  plugin_it("fetches the attributes anew", function()
    local plugin = created()
    engine.docker("plugin enable " .. plugin:id())
    assert.equal(plugin, plugin:reload())
    assert.is_true(plugin:enabled())
    plugin:remove{ force = true }
    caught("not_found", plugin.reload, plugin)
  end)
end)

describe("plugin:remove", function()
  plugin_it("removes it", function()
    local plugin = created()
    plugin:remove()
    caught("not_found", plugins.get, plugins, plugin)
    caught("not_found", plugin.remove, plugin)
  end)

  plugin_it("needs force for one that is enabled", function()
    local plugin = created():enable()
    local problem = caught("conflict", plugin.remove, plugin)
    assert.equal("plugin:remove", problem.method)
    plugin:remove{ force = true }
    caught("not_found", plugin.reload, plugin)
    caught("argument", plugin.remove, plugin, { forse = true })
  end)
end)
