-- SPDX-License-Identifier: MIT
-- Lists of what an engine has print as the docker command prints them.

local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local listing = require "moonsail.listing"
local moonsail = require "moonsail"
local text = require "moonsail.text"

local docker = fixture.client()

-- Without the blanks at the ends of lines.
local function trimmed(given)
  return (given:gsub("%s+\n", "\n"):gsub("%s+$", ""))
end

-- The lines below the header, sorted: docker sorts some lists by name.
local function sorted(given)
  local lines = {}
  for line in given:gmatch("[^\n]+") do lines[#lines + 1] = line end
  local header = table.remove(lines, 1)
  table.sort(lines)
  table.insert(lines, 1, header)
  return table.concat(lines, "\n")
end

-- The docker command wrote [::] without its brackets before version 28.
local function in_brackets(given)
  return (given:gsub(":::(%d)", "[::]:%1"):gsub("  +", "  "))
end

-- Both may look while a second passes, or another test's things go: once of
-- several times they show the same.
local function looks_like(command, make, host)
  local ours, theirs
  for _ = 1, 10 do
    theirs = in_brackets(sorted(trimmed(engine.docker(command, host))))
    ours = in_brackets(sorted(make()))
    if ours == theirs then return end
    os.execute("sleep 0.2")
  end
  assert.equal(theirs, ours)
end

-- The table of a list, whatever the terminal.
local function wide(list, class)
  return listing.table(list, class, 1000)
end

describe("print of a list", function()
  after_each(fixture.clean)

  it("of containers is that of docker ps", engines.only_docker(
    "Podman's names of images are longer", function()
    fixture.sleeper{ ports = { "127.0.0.1:" .. fixture.free_port() .. ":80",
                               "8000-8002/udp" } }
    fixture.created({ "sh", "-c", "echo \"a long command\" and more of it" })
    fixture.ended({ "sh", "-c", "exit 3" })
    looks_like("ps -a", function()
      return wide(docker.containers:list{ all = true }, "container")
    end)
    looks_like("ps", function()
      return wide(docker.containers:list(), "container")
    end)
    looks_like("ps -a --size", function()
      return wide(docker.containers:list{ all = true, size = true },
                  "container")
    end)
  end))

  it("of containers has a header when there are none", function()
    assert.equal("CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    "
      .. "PORTS     NAMES", wide(docker.containers:list{
      filters = { name = "nobody-has-this-name" } }, "container"))
  end)

  it("of containers that were reloaded says the same", function()
    local name = fixture.name()
    fixture.sleeper{ name = name, ports = { "80" } }
    local list = docker.containers:list{ filters = { name = name } }
    local listed = wide(list, "container")
    list[1]:reload()
    local reloaded = wide(list, "container")
    for _, wanted in ipairs{ list[1]:short_id(), name, "Up ", "->80/tcp",
                             '"sh -c ' } do
      assert.truthy(listed:find(wanted, 1, true), listed)
      assert.truthy(reloaded:find(wanted, 1, true), reloaded)
    end
  end)

  it("of images is that of docker images", function()
    local image = docker.images:get(fixture.IMAGE)
    local name = "localhost:5000/" .. fixture.name()
    fixture.remove_image_later(name .. ":1")
    image:tag(name, "1")
    looks_like("images", function()
      return wide(docker.images:list(), "image")
    end)
  end)

  it("of networks is that of docker network ls", function()
    fixture.network()
    looks_like("network ls", function()
      return wide(docker.networks:list(), "network")
    end)
  end)

  it("of volumes is that of docker volume ls", function()
    fixture.volume()
    looks_like("volume ls", function()
      return wide(docker.volumes:list(), "volume")
    end)
  end)

  it("of plugins is that of docker plugin ls", engines.only_docker(
    "Podman has no plugins", function()
    looks_like("plugin ls", function()
      return wide(docker.plugins:list(), "plugin")
    end)
  end))

  it("fits into a terminal", function()
    fixture.sleeper{ ports = { "80", "81" } }
    for _, columns in ipairs{ 40, 80, 120 } do
      local shown = listing.table(docker.containers:list(), "container",
                                  columns)
      for line in shown:gmatch("[^\n]+") do
        assert.is_true(text.width(line) <= columns, shown)
      end
    end
  end)
end)

describe("print of a value", function()
  after_each(fixture.clean)

  it("of processes is that of docker top", engines.only_docker(
    "docker top asks Podman otherwise", function()
    local container = fixture.sleeper()
    local shown = tostring(container:top())
    local theirs = engine.docker("top " .. container:id())
    assert.equal(theirs:match("^[^\n]+"):gsub("%s+", " "),
                 shown:match("^[^\n]+"):gsub("%s+", " "))
    assert.truthy(shown:find("trap", 1, true) or shown:find("sleep", 1, true))
  end))

  it("of changes is that of docker diff", function()
    local container = fixture.ended({ "sh", "-c",
                                      "echo >/new; rm /etc/group" })
    looks_like("diff " .. container:id(), function()
      return tostring(container:diff())
    end)
  end)

  it("of layers is that of docker history", function()
    local image = docker.images:get(fixture.IMAGE)
    looks_like("history " .. image:id(), function()
      return tostring(image:history())
    end)
  end)

  it("of disk usage is that of docker system df", engines.only_docker(
    "Podman counts otherwise", function()
    fixture.ended({ "sh", "-c", "echo text >/new" })
    fixture.volume()
    looks_like("system df", function() return tostring(docker:df()) end)
  end))
end)

describe("print of a list of a swarm #swarm", function()
  local host, manager

  lazy_setup(function()
    if engines.is_podman() then return end
    host = engines.swarm_host()
    manager = moonsail.client(host)
    if manager:info().swarm.local_node_state ~= "active" then
      manager.api.swarm_init{ listen_addr = "127.0.0.1",
                              advertise_addr = "127.0.0.1" }
    end
  end)

  local function it_looks_like(what, fn)
    it(what, engines.only_docker("Podman has no swarm", fn))
  end

  local function and_finally(command)
    finally(function() engine.docker(command, host) end)
  end

  it_looks_like("of nodes is that of docker node ls", function()
    local ours = wide(manager.nodes:list(), "node")
    local theirs = trimmed(engine.docker("node ls", host))
    assert.equal((theirs:gsub(" %*", ""):gsub(" +", " ")),
                 (ours:gsub(" +", " ")))
  end)

  it_looks_like("of secrets is that of docker secret ls", function()
    local name = fixture.name()
    engine.sh(("echo x | docker -H %s secret create %s -"):format(host, name))
    and_finally("secret rm " .. name)
    looks_like("secret ls", function()
      return wide(manager.secrets:list(), "secret")
    end, host)
  end)

  it_looks_like("of configs is that of docker config ls", function()
    local name = fixture.name()
    engine.sh(("echo x | docker -H %s config create %s -"):format(host, name))
    and_finally("config rm " .. name)
    looks_like("config ls", function()
      return wide(manager.configs:list(), "config")
    end, host)
  end)

  it_looks_like("of services is that of docker service ls", function()
    local name = fixture.name()
    engine.docker(("service create -d --name %s --replicas 2 "
      .. "--endpoint-mode dnsrr %s sleep 300"):format(name, fixture.IMAGE),
      host)
    and_finally("service rm " .. name)
    looks_like("service ls", function()
      return wide(manager.services:list{ status = true }, "service")
    end, host)
    local tasks = wide(manager.tasks:list(), "task")
    local service = manager.services:get(name)
    assert.truthy(tasks:find(service:id():sub(1, 12) .. ".1", 1, true), tasks)
    assert.truthy(tasks:find("DESIRED STATE", 1, true), tasks)
    assert.matches("Running +%u%l+ ", tasks)
    local of_service = wide(service:ps(), "task")
    assert.truthy(of_service:find(" " .. name .. ".1 ", 1, true), of_service)
  end)
end)
