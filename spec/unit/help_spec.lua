-- SPDX-License-Identifier: MIT
-- What print shows of clients, collections and objects, and what help tells.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local help = require "moonsail.help"
local manual = require "moonsail.manual"
local moonsail = require "moonsail"
local show = require "moonsail.show"
local text = require "moonsail.text"

local docker = moonsail.client("unix:///nowhere/docker.sock") -- never asked

local function made(class, attrs)
  return core.new_object(class, docker, attrs)
end

local web = made("container", { id = ("0123456789abcdef"):rep(4),
                                name = "/web" })

local function lines_of(given)
  local lines = {}
  for line in (given .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  return lines
end

local function has(given, wanted)
  assert.truthy(given:find(wanted, 1, true), given)
end

local function lacks(given, unwanted)
  assert.falsy(given:find(unwanted, 1, true), given)
end

-- Whether a text is a screen: 100 lines of 80 columns.
local function fits(given, what)
  local lines = lines_of(given)
  assert.is_true(#lines <= 100, ("%s: %d lines"):format(what, #lines))
  for _, line in ipairs(lines) do
    assert.is_true(text.width(line) <= 80, what .. ": " .. line)
    assert.falsy(line:find("%s$"), what .. ": blanks at the end: " .. line)
  end
end

describe("print", function()
  it("begins with what it is", function()
    assert.equal("client of unix:///nowhere/docker.sock",
                 lines_of(tostring(docker))[1])
    assert.equal("containers of the client of unix:///nowhere/docker.sock",
                 lines_of(tostring(docker.containers))[1])
    assert.equal("container 0123456789ab (web)", lines_of(tostring(web))[1])
  end)

  local titles = {
    { "volume", { name = "data" }, "volume data" },
    { "image", { id = "sha256:0123456789abcdef", repo_tags = { "a:1" } },
      "image 0123456789ab (a:1)" },
    { "image", { id = "sha256:0123456789abcdef" }, "image 0123456789ab" },
    { "service", { id = "abc", spec = { name = "web" } },
      "service abc (web)" },
    { "node", { id = "abc", description = { hostname = "vm" } },
      "node abc (vm)" },
    { "container", { id = "abc", names = { "/x/y", "/y" } },
      "container abc (y)" },
    { "network", { id = "abc", name = "a\27[31m\nb" },
      "network abc (a?[31m b)" },
  }
  for _, row in ipairs(titles) do
    it("calls it " .. row[3], function()
      assert.equal(row[3], lines_of(tostring(made(row[1], row[2])))[1])
    end)
  end

  it("names every method with its arguments", function()
    for _, class in ipairs(show.CLASSES) do
      local shown = moonsail.help(class)
      for name in pairs(core.methods(class)) do
        assert.truthy(shown:find("%f[%w_]" .. name .. "[({]"),
                      class .. ":" .. name)
      end
    end
    has(tostring(web), "rename(name)")
    has(tostring(web), "stop(timeout?, {signal})")
    has(tostring(docker.containers), "list{all, filters, limit, size}")
  end)

  it("parts what an object knows from what it can do", function()
    local shown = tostring(web)
    local attributes = shown:match("\nAttributes\n(.-)\n\n")
    has(attributes, "status()")
    lacks(attributes, "start")
    lacks(tostring(docker.containers), "Attributes")
  end)

  it("shows the collections of a client", function()
    local shown = tostring(docker)
    for _, name in ipairs{ "containers", "images", "swarm", "api" } do
      assert.truthy(shown:find("\n  " .. name .. " +%S"), name)
      assert.truthy(docker[name])
    end
  end)

  it("shows all operations of docker.api", function()
    local shown = tostring(docker.api)
    for _, id in ipairs(core.operations()) do
      local name = core.operation(id).name
      assert.truthy(shown:find("%f[%w_]" .. name .. "%f[^%w_]"), name)
    end
    fits(shown, "api")
  end)

  it("fits on a screen, for every class", function()
    for _, class in ipairs(show.CLASSES) do
      fits(moonsail.help(class), class)
    end
  end)

  it("asks nothing of the engine", function()
    local n = 0
    local client = moonsail.client{ host = "unix:///nowhere",
                                    on_result = function() n = n + 1 end }
    tostring(client)
    tostring(client.images)
    tostring(core.new_object("service", client, { id = "a" }))
    tostring(client.api)
    client:help("info")
    assert.equal(0, n)
  end)

  it("works on a client that was closed", function()
    local client = moonsail.client("unix:///nowhere")
    local containers = client.containers
    client:close()
    assert.equal("client (closed)", lines_of(tostring(client))[1])
    assert.is_string(tostring(containers))
    assert.is_string(client:help("info"))
  end)
end)

describe("help", function()
  it("without a name is what print shows", function()
    assert.equal(tostring(docker), docker:help())
    assert.equal(tostring(web), web:help())
  end)

  it("begins with the signature", function()
    assert.equal("container:rename(name)", lines_of(web:help("rename"))[1])
    assert.equal("containers:list{all, filters, limit, size}",
                 lines_of(docker.containers:help("list"))[1])
  end)

  it("tells what the method does, takes, returns, raises", function()
    local told = docker.containers:help("get")
    has(told, "The container with this id or name.")
    assert.truthy(told:find("\nArguments\n  id +string|Container"), told)
    assert.truthy(told:find("\nOptions[^\n]*\n  size +boolean"), told)
    has(told, "\nReturns\n  Container")
    assert.truthy(told:find("\nRaises\n[^\n]*not_found when"), told)
    has(told, "Stands on ContainerInspect.")
  end)

  it("tells versions and defaults", function()
    local told = web:help("wait"):gsub("%s+", " ")
    has(told, '"next-exit", "not-running" or "removed"; ')
    has(told, "; from API 1.30: what to wait for")
    assert.truthy(docker.containers:help("list")
      :find("all +boolean; default false"))
  end)

  it("tells of every method on every class, on a screen", function()
    local n = 0
    for _, class in ipairs(show.CLASSES) do
      for name in pairs(core.methods(class)) do
        fits(help.method(class, name, nil, "test", 80), class .. ":" .. name)
        n = n + 1
      end
    end
    assert.is_true(n > 150)
  end)

  it("tells of every operation, on a screen", function()
    for _, id in ipairs(core.operations()) do
      local name = core.operation(id).name
      local told = docker:help("api." .. name)
      has(told, "Stands on " .. id)
      fits(told, name)
    end
  end)

  it("names options that are words of Lua as they are taken", function()
    has(docker:help("api.system_events"), "\n  until_  ")
    assert.equal(docker:help("api.system_events", "until_"),
                 docker:help("api.system_events", "until"):gsub("until\n",
                                                               "until_\n"))
  end)

  it("fits into other widths", function()
    for _, width in ipairs{ 40, 60, 100 } do
      for _, name in ipairs{ "update", "wait", "rename", "remove" } do
        local told = help.method("container", name, nil, "test", width)
        for _, line in ipairs(lines_of(told)) do
          assert.is_true(text.width(line) <= width, line)
        end
      end
    end
  end)

  it("is there for methods that the manual does not know", function()
    core.methods("volume").brand_new = function() end
    finally(function() core.methods("volume").brand_new = nil end)
    has(moonsail.help("volume"), "brand_new(…)")
    assert.equal("volume:brand_new(…)", moonsail.help("volume.brand_new"))
  end)

  it("complains of a method that there is not, with the nearest", function()
    local problem = caught("argument", web.help, web, "strat")
    assert.equal('no method "strat" (did you mean start?)', problem.message)
    assert.equal("container:help", problem.method)
    assert.equal('no method "frobnicate"',
      caught("argument", docker.help, docker, "frobnicate").message)
    problem = caught("argument", docker.help, docker, "api.container_lst")
    assert.equal('no operation "container_lst" (did you mean '
                 .. "container_list?)", problem.message)
  end)

  it("complains of what is no text", function()
    assert.matches("^name: expected a string, got integer",
                   caught("argument", web.help, web, 3).message)
    assert.matches("^option: expected a string, got",
                   caught("argument", web.help, web, "stop", {}).message)
    caught("argument", web.help, "start")
  end)
end)

describe("help with an option", function()
  it("tells its type, and more", function()
    local told = web:help("update", "memory")
    assert.equal("container:update, option memory", lines_of(told)[1])
    has(told, '\n  bytes or "512m"')
    has(told, "The API calls it Memory.")
  end)

  it("knows those that may stand at the top level", function()
    has(docker.containers:help("create"), 'help("create", OPTION)')
    assert.equal(
      docker.containers:help("create", "nano_cpus"):match("\n(.*)"),
      docker.containers:help("create", "host_config.nano_cpus")
        :match("\n(.*)"))
    has(docker.containers:help("create", "memory"), 'bytes or "512m"')
  end)

  it("tells the versions that have it", function()
    has(docker:help("api.network_create", "check_duplicate"),
        "up to API 1.45")
    has(docker:help("api.container_create", "platform"), "from API 1.41")
  end)

  it("goes into what is inside", function()
    local told = docker:help("api.container_create",
                             "host_config.mounts[1].volume_options.subpath")
    has(told, "string; from API 1.")
    told = docker:help("api.container_create", "host_config.restart_policy")
    has(told, "\nFields of RestartPolicy\n")
    has(told, "maximum_retry_count  integer")
  end)

  it("lists the values that are known", function()
    local told = docker:help("api.container_create",
                             "host_config.restart_policy.name")
    for _, value in ipairs{ "always", "no", "on-failure" } do
      has(told, '"' .. value .. '"')
    end
  end)

  it("is a screen, for every option of every operation", function()
    for _, id in ipairs(core.operations()) do
      local operation = core.operation(id)
      for name in pairs(operation.options) do
        fits(docker:help("api." .. operation.name, name),
             operation.name .. "." .. name)
      end
    end
  end)

  it("complains of one that there is not, with the nearest", function()
    assert.equal('no option "memry" (did you mean memory?)',
      caught("argument", web.help, web, "update", "memry").message)
    assert.equal('no option "nam" (did you mean name?)',
      caught("argument", web.help, web, "update",
             "restart_policy.nam").message)
    caught("argument", web.help, web, "update", "memory.more")
    caught("argument", web.help, web, "update", "")
  end)
end)

describe("moonsail.help", function()
  it("lists the topics", function()
    for _, class in ipairs(show.CLASSES) do
      assert.truthy(moonsail.help():find("%f[%w]" .. class .. "%f[%W]"))
    end
  end)

  it("tells of classes, methods, options, operations", function()
    assert.equal("containers", lines_of(moonsail.help("containers"))[1])
    assert.equal(docker.containers:help("list"),
                 moonsail.help("containers.list"))
    assert.equal(docker.containers:help("list"),
                 moonsail.help("containers:list"))
    assert.equal(web:help("update", "restart_policy.name"),
                 moonsail.help("container.update.restart_policy.name"))
    assert.equal(docker:help("api.system_info"),
                 moonsail.help("api.system_info"))
    assert.equal(docker:help("api.container_list", "all"),
                 moonsail.help("api.container_list.all"))
    assert.equal(tostring(docker.api), moonsail.help("api"))
  end)

  it("complains of what is none", function()
    assert.equal('no class "contaner" (did you mean container?)',
      caught("argument", moonsail.help, "contaner.list").message)
    assert.equal('no method "lst" (did you mean list?)',
      caught("argument", moonsail.help, "containers.lst").message)
    caught("argument", moonsail.help, "")
    caught("argument", moonsail.help, ".")
    caught("argument", moonsail.help, {})
    caught("argument", moonsail.help, "api.frobnicate")
  end)
end)

describe("the manual", function()
  it("is read when somebody first asks", function()
    local script = [[
      local moonsail = require "moonsail"
      local docker = moonsail.client("unix:///nowhere")
      assert(docker.containers.list and docker.api.container_list)
      assert(not package.loaded["moonsail.manual"], "at once")
      assert(not package.loaded["moonsail.help"], "at once")
      assert(not package.loaded["moonsail.listing"], "at once")
      tostring(docker)
      assert(package.loaded["moonsail.manual"], "never")]]
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(script)
    file:close()
    local pipe = io.popen("lua5.4 " .. path .. " 2>&1")
    local output = pipe:read("a")
    pipe:close()
    os.remove(path)
    assert.equal("", output)
  end)

  it("has every class that can be asked for, and their methods", function()
    for _, class in ipairs(show.CLASSES) do
      assert.truthy(manual[class], class)
      for name in pairs(core.methods(class)) do
        assert.truthy(manual[class].methods[name], class .. ":" .. name)
      end
    end
  end)
end)
