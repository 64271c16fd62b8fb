-- SPDX-License-Identifier: MIT
-- A network: what it tells, and what can be done with it.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"

local docker = fixture.client()

after_each(fixture.clean)

-- How a container is connected to a network, as the engine has it.
local function endpoint(container, network)
  return container:inspect().network_settings.networks[network:name()]
end

-- The ids of containers, in order.
local function ids(list)
  local found = {}
  for i, container in ipairs(list) do found[i] = container:id() end
  table.sort(found)
  return found
end

-- Whether the first container finds the second by a name.
local function finds(container, name)
  local _, status = engine.try(("docker -H %s exec %s nslookup %s"):format(
    engine.host(), container:id(), name))
  return status == 0
end

describe("what a network tells", function()
  it("is the same from inspect and from a list", function()
    local made = fixture.network{ labels = { MyLabel = "x" } }
    local listed = docker.networks:list{ filters = { id = made:id() } }[1]
    for _, network in ipairs{ made, listed } do
      assert.equal(made:name(), network:name())
      assert.equal(made:id(), network:id())
      assert.equal(made:id():sub(1, 12), network:short_id())
      assert.same({ MyLabel = "x" }, network:labels())
      assert.equal("bridge", network:attrs().driver)
    end
    assert.is_true(made == listed)
  end)
end)

describe("network:containers", function()
  it("gives those that are connected", function()
    local network = fixture.network()
    assert.same({}, network:containers())
    local one = fixture.sleeper{ network = network:name() }
    local two = fixture.sleeper()
    fixture.sleeper() -- on another network
    network:connect(two)
    local list = network:containers()
    assert.same(ids{ one, two }, ids(list))
    for _, container in ipairs(list) do
      assert.equal("running", container:status())
      assert.is_true(container == one or container == two)
    end
    assert.is_not_nil(network:attrs().containers[one:id()]) -- as fetched
    network:disconnect(two)
    assert.same({ one:id() }, ids(network:containers()))
  end)

  it("is not troubled by one that goes meanwhile", function()
    local network = fixture.network()
    local stays = fixture.sleeper{ network = network:name() }
    local goes = fixture.sleeper{ network = network:name() }
    local client = require("moonsail").client{
      host = engine.host(),
      on_result = function(exchange) -- between the two requests
        if exchange.operation == "NetworkInspect" then
          engine.docker("rm -f " .. goes:id())
        end
      end,
    }
    local mine = client.networks:list{ filters = { id = network:id() } }[1]
    assert.same({ stays:id() }, ids(mine:containers()))
    client:close()
  end)

  it("says that the network has gone", function()
    local network = fixture.network()
    network:remove()
    local problem = caught("not_found", network.containers, network)
    assert.equal("network:containers", problem.method)
    caught("argument", network.containers, network, 7)
  end)
end)

describe("network:connect", function()
  local net, network

  before_each(function()
    net = fixture.addresses()
    network = fixture.network{ subnet = net .. ".0.0/16" }
  end)

  it("takes a container, its id or its name", function()
    for _, key in ipairs{ "id", "name", "short_id" } do
      local container = fixture.sleeper()
      assert.is_true(network:connect(container[key](container)))
      assert.is_not_nil(endpoint(container, network))
    end
    local container = fixture.sleeper()
    network:connect(container)
    assert.equal(net, endpoint(container, network).ip_address
      :match("^%d+%.%d+"))
  end)

  it("gives it an address and further names", function()
    local container = fixture.sleeper()
    network:connect(container, {
      aliases = "db", ipv4_address = net .. ".7.9",
    })
    local given = endpoint(container, network)
    assert.equal(net .. ".7.9", given.ip_address)
    local aliases = table.concat(given.aliases, " ")
    assert.matches("db", aliases)
    local other = fixture.sleeper()
    network:connect(other, { aliases = { "one", "two" } })
    aliases = table.concat(endpoint(other, network).aliases, " ")
    assert.matches("one", aliases)
    assert.matches("two", aliases)
  end)

  it("takes endpoint_config as the API has it, too", function()
    local container = fixture.sleeper()
    network:connect(container, {
      endpoint_config = { ipam_config = { ipv4_address = net .. ".7.8" } },
      aliases = { "db" },
    })
    assert.equal(net .. ".7.8", endpoint(container, network).ip_address)
    assert.matches("db", table.concat(endpoint(container, network).aliases))
  end)

  it("makes names known to the other containers", engines.needs(
    { podman = "5.0", reason = "Podman 4 may lack a name server" },
    function()
      local web = fixture.sleeper{ network = network:name() }
      local db = fixture.sleeper()
      network:connect(db, { aliases = "db" })
      assert.is_true(finds(web, "db"))
      assert.is_true(finds(web, db:name()))
    end))

  it("links", engines.only_docker("Podman has no links", function()
    local db = fixture.sleeper{ network = network:name() }
    local web = fixture.sleeper()
    network:connect(web, { links = { [db:name()] = "database" } })
    assert.same({ db:name() .. ":database" },
                { table.unpack(endpoint(web, network).links) })
    assert.is_true(finds(web, "database"))
  end))

  it("tells the driver its options", engines.only_docker(
    "Podman does not keep them", function()
      local container = fixture.sleeper()
      network:connect(container, { driver_opts = { ["com.example.a"] = "1" } })
      assert.same({ ["com.example.a"] = "1" },
                  endpoint(container, network).driver_opts)
    end))

  it("takes IPv6 addresses and link-local ones", engines.only_docker(
    "Podman does not know link-local addresses", function()
      local six = fixture.network{ ipv6 = true, subnet = "fd00:4d:6::/64" }
      local container = fixture.created()
      six:connect(container, {
        ipv6_address = "fd00:4d:6::9", link_local_ips = "169.254.34.68",
      })
      local config = endpoint(container, six).ipam_config
      assert.equal("fd00:4d:6::9", config.ipv6_address)
      assert.same({ "169.254.34.68" }, { table.unpack(config.link_local_ips) })
    end))

  it("says why it cannot", function()
    local container = fixture.sleeper()
    local name = fixture.name()
    local problem = caught("not_found", network.connect, network, name)
    assert.equal("network:connect", problem.method)
    network:connect(container)
    local ok, second = pcall(network.connect, network, container)
    assert.is_false(ok)
    assert.equal("NetworkConnect", second.operation)
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    local mine = require("moonsail.core").new_object("network", client,
                                                     network:attrs())
    local cases = {
      { {}, "^container: missing" },
      { { 7 }, "^container: " },
      { { "a", { aliases = 7 } }, "^aliases: expected a string or a list" },
      { { "a", { aliases = { 7 } } }, "^aliases%[1%]: " },
      { { "a", { links = { db = 7 } } }, "^links%[\"db\"%]: " },
      { { "a", { ipv4_address = 7 } },
        "^endpoint_config.ipam_config.ipv4_address: " },
      { { "a", {
            ipv4_address = "x",
            endpoint_config = { ipam_config = { ipv4_address = "y" } },
        } },
        "^ipv4_address: given twice" },
      { { "a", { endpoint_config = 7 } }, "^endpoint_config: " },
      { { "a", { endpoint_config = { ipam_config = 7 } } },
        "^endpoint_config.ipam_config: " },
      { { "a", { alias = "db" } }, "did you mean aliases%?" },
      { { "a", { id = "x" } }, "^id: it is the object's own" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", mine.connect, mine,
                             table.unpack(case[1]))
      assert.matches(case[2], problem.message)
      assert.equal("network:connect", problem.method)
    end
    assert.equal(0, calls())
    client:close()
  end)

  it("names the version that an option needs", function()
    local client = require("moonsail").client{
      host = engine.host(), api_version = "1.40",
    }
    local mine = client.networks:get(network)
    local problem = caught("argument", mine.connect, mine, "a",
                           { gw_priority = 7 })
    assert.matches("gw_priority needs API version 1.48; it is 1.40",
                   problem.message)
    client:close()
  end)
end)

describe("network:disconnect", function()
  it("takes a container, its id or its name", function()
    local network = fixture.network()
    for _, key in ipairs{ "id", "name" } do
      local container = fixture.sleeper{ network = network:name() }
      network:disconnect(container[key](container))
      assert.is_nil(endpoint(container, network))
    end
    local container = fixture.sleeper{ network = network:name() }
    network:disconnect(container, { force = true })
    assert.is_nil(endpoint(container, network))
  end)

  it("says why it cannot", function()
    local network = fixture.network()
    local ok, problem = pcall(network.disconnect, network, fixture.name())
    assert.is_false(ok)
    assert.equal("network:disconnect", problem.method)
    caught("argument", network.disconnect, network)
    caught("argument", network.disconnect, network, "a", { forse = true })
  end)
end)

describe("network:inspect", function()
  it("fetches, and keeps what it has fetched", function()
    local network = fixture.network()
    local container = fixture.sleeper{ network = network:name() }
    assert.same({}, network:attrs().containers)
    local attrs = network:inspect()
    assert.equal(container:name(), attrs.containers[container:id()].name)
    assert.equal(attrs, network:attrs())
    assert.equal(network:name(), network:inspect{ verbose = true }.name)
  end)

  it("takes the scope", engines.only_docker("Podman has none", function()
    local network = fixture.network()
    assert.equal(network:name(), network:inspect{ scope = "local" }.name)
    caught("not_found", network.inspect, network, { scope = "swarm" })
  end))

  it("says what is wrong", function()
    local network = fixture.network()
    caught("argument", network.inspect, network, { verbos = true })
    caught("argument", network.inspect, network, { verbose = 7 })
    network:remove()
    local problem = caught("not_found", network.inspect, network)
    assert.equal("network:inspect", problem.method)
  end)
end)

describe("network:reload", function()
  it("fetches the attributes anew", function()
    local network = fixture.network()
    local container = fixture.sleeper{ network = network:name() }
    assert.equal(network, network:reload())
    assert.is_not_nil(network:attrs().containers[container:id()])
    local other = fixture.network()
    other:remove()
    caught("not_found", other.reload, other)
  end)
end)

describe("network:remove", function()
  it("removes it", function()
    local network = fixture.network()
    assert.is_true(network:remove())
    caught("not_found", docker.networks.get, docker.networks, network:name())
    caught("not_found", network.remove, network)
    caught("argument", network.remove, network, { force = true })
  end)

  it("says that it is in use", engines.only_docker(
    "Podman takes it away all the same", function()
      local network = fixture.network()
      fixture.sleeper{ network = network:name() }
      local ok, problem = pcall(network.remove, network)
      assert.is_false(ok)
      assert.equal("network:remove", problem.method)
      assert.is_true(problem.status >= 400)
    end))
end)
