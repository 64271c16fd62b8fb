-- SPDX-License-Identifier: MIT
-- The collection of plugins, with a real one: a volume driver.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local files = require "spec.support.plugins"
local private_registry = require "spec.support.private_registry"

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

-- The name of a plugin in the registry, and no longer in the engine.
local function pushed(changes, name)
  name = name or ("%s/%s:1"):format(engine.registry(), fixture.name())
  local plugin = created(changes, name)
  plugin:push()
  plugin:remove()
  return remove_later(name)
end

local function exists(name)
  local _, status = engine.try(("docker -H %s plugin inspect %s"):format(
    engine.host(), name))
  return status == 0
end

local function names(list)
  local set = {}
  for _, plugin in ipairs(list) do set[plugin:name()] = plugin end
  return set
end

describe("plugins:create", function()
  plugin_it("takes a tar by its path, as bytes or open; a folder", function()
    local file <close> = assert(io.open(files.tar(), "rb"))
    local bytes <close> = assert(io.open(files.tar(), "rb"))
    for _, source in ipairs{ files.tar(), bytes:read("a"), file,
                             files.folder() } do
      local name = remove_later(fixture.name())
      local plugin = plugins:create(name, source)
      assert.equal(name .. ":latest", plugin:name())
      assert.equal(64, #plugin:id())
      assert.is_false(plugin:enabled())
      assert.is_true(exists(name))
      assert.same({ "/plugin" }, plugin:attrs().config.entrypoint)
      assert.is_true(plugin:enable():enabled()) -- the files are right
      plugin:disable()
    end
  end)

  plugin_it("says what the engine does not like", function()
    local plugin = created()
    local problem = caught("conflict", plugins.create, plugins, plugin:name(),
                           files.tar())
    assert.equal("plugins:create", problem.method)
    local ok, second = pcall(plugins.create, plugins, fixture.name(),
                             fixture.tar "no plugin at all")
    assert.is_false(ok)
    assert.equal("PluginCreate", second.operation)
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    local cases = {
      { {}, "^name: missing" },
      { { "x" }, "^source: missing %(a folder; or a tar" },
      { { "x", 7 }, "^source: .*got integer" },
      { { "x", "/no/such/folder" }, "^source: /no/such/folder: No such file" },
      { { "x", fixture.empty_folder() }, "config.json: No such file" },
      { { 7, files.tar() }, "^name: " },
      { { "x", files.tar(), { nmae = "y" } }, "did you mean name%?" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", client.plugins.create,
                             client.plugins, table.unpack(case[1]))
      assert.matches(case[2], problem.message)
      assert.equal("plugins:create", problem.method)
    end
    assert.equal(0, calls())
    client:close()
  end)
end)

describe("plugins:get", function()
  plugin_it("finds by name, by id, and by the object", function()
    local plugin = created()
    assert.equal(plugin, plugins:get(plugin:name()))
    assert.equal(plugin, plugins:get((plugin:name():gsub(":latest$", ""))))
    assert.equal(plugin, plugins:get(plugin:id()))
    assert.equal(plugin, plugins:get(plugin:short_id()))
    assert.equal(plugin, plugins:get(plugin))
  end)

  plugin_it("says that there is none", function()
    local problem = caught("not_found", plugins.get, plugins, fixture.name())
    assert.equal("plugins:get", problem.method)
  end)

  it("complains of what is no name", function()
    caught("argument", plugins.get, plugins)
    caught("argument", plugins.get, plugins, 7)
  end)
end)

describe("plugins:list", function()
  plugin_it("lists what there is", function()
    local plugin = created()
    local found = names(plugins:list())[plugin:name()]
    assert.equal(plugin, found)
    assert.is_false(found:enabled())
    assert.same(plugin:settings(), found:settings())
  end)

  plugin_it("filters", function()
    local plugin = created()
    local function has(filters)
      return names(plugins:list{ filters = filters })[plugin:name()] ~= nil
    end
    assert.is_true(has{ enabled = false })
    assert.is_false(has{ enabled = true })
    assert.is_true(has{ capability = "volumedriver" })
    assert.is_false(has{ capability = "authz" })
  end)

  plugin_it("says what the engine does not like", function()
    caught("argument", plugins.list, plugins, { filter = {} })
    local ok, problem = pcall(plugins.list, plugins,
                              { filters = { nonsense = "x" } })
    assert.is_false(ok)
    assert.equal("PluginList", problem.operation)
  end)
end)

-- {name = {value, …}}
local function as_map(privileges)
  local map = {}
  for _, each in ipairs(privileges) do
    map[each.name] = { table.unpack(each.value) }
  end
  return map
end

local WANTED = { network = { "host" }, capabilities = { "CAP_SYS_ADMIN" } }

describe("plugins:privileges", function()
  plugin_it("tells what a plugin wants", function()
    assert.same(WANTED, as_map(plugins:privileges(pushed())))
  end)

  plugin_it("says that something is no plugin", function()
    local ok, problem = pcall(plugins.privileges, plugins,
                              engine.registry() .. "/busybox")
    assert.is_false(ok)
    assert.equal("plugins:privileges", problem.method)
    assert.equal("GetPluginPrivileges", problem.operation)
  end)

  it("complains of what is no name", function()
    caught("argument", plugins.privileges, plugins)
    caught("argument", plugins.privileges, plugins, "x", { auht = {} })
  end)
end)

describe("plugins:install", function()
  plugin_it("installs what is granted, and enables it", function()
    local name = pushed()
    local plugin = plugins:install(name, { grant = true })
    assert.equal(name, plugin:name())
    assert.is_true(plugin:enabled())
    assert.equal(name, plugin:attrs().plugin_reference)
    local volume = fixture.volume{ driver = plugin:name() }
    assert.equal("hello", volume:inspect().status.greeting)
    volume:remove()
    plugin:disable()
  end)

  plugin_it("takes another name, settings, and leaves it disabled", function()
    local remote = pushed()
    for _, settings in ipairs{ { GREETING = "moin" }, { "GREETING=moin" } } do
      local name = remove_later(fixture.name())
      local plugin = plugins:install(remote, {
        name = name, grant = true, enable = false, settings = settings,
      })
      assert.equal(name .. ":latest", plugin:name())
      assert.is_false(plugin:enabled())
      assert.same({ "GREETING=moin" },
                  { table.unpack(plugin:settings().env) })
      plugin:remove()
    end
  end)

  plugin_it("names what is not granted", function()
    local remote = pushed()
    local some = { { name = "network", value = { "host" } } }
    for _, grant in ipairs{ "nothing", false, {}, some,
                            function() return false end } do
      if grant == "nothing" then grant = nil end
      local problem = caught("argument", plugins.install, plugins, remote,
                             { grant = grant })
      assert.equal("plugins:install", problem.method)
      assert.matches("capabilities [CAP_SYS_ADMIN]", problem.message, 1, true)
      assert.equal(grant ~= some, problem.message:find("network [host]", 1,
                                                       true) ~= nil)
      assert.is_false(exists(remote))
    end
  end)

  plugin_it("takes a list of what is granted, or asks", function()
    local remote = pushed()
    local wanted = plugins:privileges(remote)
    local asked
    for _, grant in ipairs{
      wanted,
      { { name = "capabilities", value = { "CAP_X", "CAP_SYS_ADMIN" } },
        { name = "network", value = { "host" } } },
      function(privileges)
        asked = as_map(privileges)
        return true
      end,
    } do
      local plugin = plugins:install(remote, { grant = grant })
      plugin:remove{ force = true }
    end
    assert.same(WANTED, asked)
  end)

  plugin_it("needs no grant for one that wants nothing", function()
    local name = ("%s/%s:1"):format(engine.registry(), fixture.name())
    local remote = pushed({ modest = true }, name)
    assert.equal(0, #plugins:privileges(remote))
    local plugin = plugins:install(remote, { enable = false })
    assert.equal(name, plugin:name())
  end)

  plugin_it("leaves nothing when it cannot be set or enabled", function()
    local remote = pushed()
    local ok, problem = pcall(plugins.install, plugins, remote,
                              { grant = true, settings = { NONSENSE = "1" } })
    assert.is_false(ok)
    assert.equal("PluginSet", problem.operation)
    assert.is_false(exists(remote))
    remote = pushed{ program = "/nonsense" }
    ok, problem = pcall(plugins.install, plugins, remote, { grant = true })
    assert.is_false(ok)
    assert.equal("PluginEnable", problem.operation)
    assert.equal("plugins:install", problem.method)
    assert.is_false(exists(remote))
  end)

  plugin_it("shows its progress when asked", function()
    local remote = pushed()
    local documents = {}
    plugins:install(remote, {
      grant = true, enable = false,
      progress = function(document)
        documents[#documents + 1] = document.status
      end,
    })
    assert.matches("Digest: sha256:%x+", table.concat(documents, "\n"))
  end)

  plugin_it("says what went wrong", function()
    local ok, problem = pcall(plugins.install, plugins,
                              engine.registry() .. "/nonsense",
                              { grant = true })
    assert.is_false(ok)
    assert.equal("plugins:install", problem.method)
    local remote = pushed()
    plugins:install(remote, { grant = true, enable = false })
    ok, problem = pcall(plugins.install, plugins, remote, { grant = true })
    assert.is_false(ok)
    assert.matches("already exists", problem.message)
    assert.is_true(exists(remote)) -- the one that was there
  end)

  plugin_it("takes what a registry wants to know", function()
    local registry = private_registry.start()
    fixture.later(function() registry:stop() end)
    local remote = ("%s/%s:1"):format(registry.address, fixture.name())
    local plugin = created({ greeting = "old" }, remote)
    assert.is_false(pcall(plugin.push, plugin))
    plugin:push{ auth = registry.auth }
    plugin:remove()
    assert.is_false(pcall(plugins.install, plugins, remote, { grant = true }))
    assert.same(WANTED, as_map(plugins:privileges(remote,
                                                  { auth = registry.auth })))
    plugin = plugins:install(remote, {
      grant = true, enable = false, auth = registry.auth,
    })
    assert.equal(remote, plugin:name())
    assert.is_false(pcall(plugin.upgrade, plugin, { grant = true }))
    plugin:upgrade{ grant = true, auth = registry.auth }
    assert.equal("old", plugin:attrs().config.env[1].value)
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    local cases = {
      { {}, "^remote: missing" },
      { { 7 }, "^remote: " },
      { { "x", { grant = "all" } }, "^grant: expected true, a list" },
      { { "x", { grant = { "network" } } }, "^grant%[1%]: " },
      { { "x", { grant = { {} } } }, "^grant%[1%].name: " },
      { { "x", { enable = 1 } }, "^enable: expected a boolean" },
      { { "x", { settings = 7 } }, "^settings: " },
      { { "x", { settings = { "A" } } }, "^settings: expected NAME=VALUE" },
      { { "x", { settings = { A = {} } } }, "^settings%[\"A\"%]: " },
      { { "x", { progress = 7 } }, "^progress: " },
      { { "x", { nmae = "y" } }, "did you mean name%?" },
      { { "x", { grnt = true } }, "did you mean grant%?" },
      { { "x", { auth = 7 } }, "^auth" },
      { { "x", { body = {} } }, "^body: " },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", client.plugins.install,
                             client.plugins, table.unpack(case[1]))
      assert.matches(case[2], problem.message)
      assert.equal("plugins:install", problem.method)
    end
    assert.equal(0, calls())
    client:close()
  end)
end)

describe("plugins:remove", function()
  plugin_it("removes by name, by id, and by the object", function()
    for _, key in ipairs{ "name", "id" } do
      local plugin = created()
      plugins:remove(plugin[key](plugin))
      assert.is_false(exists(plugin:name()))
    end
    local plugin = created():enable()
    plugins:remove(plugin, { force = true })
    assert.is_false(exists(plugin:name()))
  end)

  plugin_it("says why it cannot", function()
    caught("not_found", plugins.remove, plugins, fixture.name())
    local plugin = created():enable()
    local ok, problem = pcall(plugins.remove, plugins, plugin)
    assert.is_false(ok)
    assert.equal("plugins:remove", problem.method)
  end)

  it("complains of what is no name", function()
    caught("argument", plugins.remove, plugins)
    caught("argument", plugins.remove, plugins, "x", { forse = true })
  end)
end)

describe("Podman", function()
  it("has no plugins", engines.only_podman("dockerd has", function()
    caught("not_supported", plugins.list, plugins)
    caught("not_supported", plugins.get, plugins, "x")
    caught("not_supported", plugins.privileges, plugins, "x")
    caught("not_supported", plugins.install, plugins, "x")
    caught("not_supported", plugins.create, plugins, "x", files.tar())
    caught("not_supported", plugins.remove, plugins, "x")
  end))
end)
