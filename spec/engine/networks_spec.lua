-- SPDX-License-Identifier: MIT
-- The collection of networks.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"

local docker = fixture.client()
local networks = docker.networks

after_each(fixture.clean)

-- Whether the docker command finds it, by a second opinion.
local function exists(name)
  local _, status = engine.try(("docker -H %s network inspect %s"):format(
    engine.host(), name))
  return status == 0
end

local function names(list)
  local set = {}
  for _, network in ipairs(list) do set[network:name()] = network end
  return set
end

describe("networks:create", function()
  it("creates one", function()
    local name = fixture.name()
    local network = fixture.network{ name = name }
    assert.equal(name, network:name())
    assert.equal(64, #network:id())
    assert.equal("bridge", network:attrs().driver)
    assert.is_true(exists(name))
  end)

  it("takes the options of the API", function()
    local network = fixture.network{
      driver = "bridge", internal = true,
      labels = { MyLabel = "x", ["com.example.a"] = "" },
      options = { ["com.docker.network.driver.mtu"] = "1400" },
    }
    local attrs = network:inspect()
    assert.is_true(attrs.internal)
    assert.same({ MyLabel = "x", ["com.example.a"] = "" }, network:labels())
    local mtu = attrs.options["com.docker.network.driver.mtu"]
      or attrs.options.mtu -- Podman has names of its own
    assert.equal("1400", mtu)
  end)

  it("takes a name by place", function()
    local name = fixture.name()
    local network = networks:create(name, { labels = { "a=1" } })
    fixture.later(function() network:remove() end)
    assert.equal(name, network:name())
    assert.same({ a = "1" }, network:labels())
  end)

  it("takes addresses as the docker command does", function()
    local net = fixture.addresses()
    local network = fixture.network{
      subnet = net .. ".0.0/16", gateway = net .. ".0.9",
      ip_range = net .. ".4.0/24",
    }
    local config = network:inspect().ipam.config
    assert.equal(1, #config)
    assert.equal(net .. ".0.0/16", config[1].subnet)
    assert.equal(net .. ".0.9", config[1].gateway)
    local web = fixture.started({ "sleep", "60" },
                                { network = network:name() })
    local address = web:inspect().network_settings.networks[network:name()]
      .ip_address
    assert.equal(net .. ".4.", address:sub(1, #net + 3))
  end)

  it("keeps further addresses free", engines.only_docker(
    "Podman has no auxiliary addresses", function()
      local net = fixture.addresses()
      local network = fixture.network{
        subnet = net .. ".0.0/29", gateway = net .. ".0.1",
        aux_address = { a = net .. ".0.2", b = net .. ".0.3" },
      }
      assert.same({ a = net .. ".0.2", b = net .. ".0.3" },
                  network:inspect().ipam.config[1].auxiliary_addresses)
      local web = fixture.started({ "sleep", "60" },
                                  { network = network:name() })
      assert.equal(net .. ".0.4", web:inspect().network_settings
        .networks[network:name()].ip_address)
    end))

  it("gives each address to the subnet that it is in", function()
    local net = fixture.addresses()
    local network = fixture.network{
      ipv6 = true, subnet = { net .. ".0.0/24", "fd00:4d:5::/64" },
      gateway = { "fd00:4d:5::1:9", net .. ".0.7" },
    }
    local attrs = network:inspect()
    assert.is_true(attrs.enable_ipv6)
    local gateways = {}
    for _, config in ipairs(attrs.ipam.config) do
      gateways[config.subnet] = config.gateway
    end
    assert.same({ [net .. ".0.0/24"] = net .. ".0.7",
                  ["fd00:4d:5::/64"] = "fd00:4d:5::1:9" }, gateways)
  end)

  it("takes ipam as the API has it", function()
    local net = fixture.addresses()
    local network = fixture.network{
      ipam = { config = { { subnet = net .. ".7.0/24" } } },
    }
    assert.equal(net .. ".7.0/24", network:inspect().ipam.config[1].subnet)
  end)

  it("tells the driver of addresses its options", engines.only_docker(
    "Podman has no options of it", function()
      local network = fixture.network{
        ipam_driver = "default", ipam_options = { colour = "blue" },
      }
      assert.equal("default", network:inspect().ipam.driver)
      assert.same({ colour = "blue" }, network:inspect().ipam.options)
    end))

  it("takes over the settings of another", engines.only_docker(
    "Podman has no such networks", function()
      local net = fixture.addresses()
      local plan = fixture.network{
        config_only = true, subnet = net .. ".0.0/24",
      }
      local network = fixture.network{ config_from = plan }
      local attrs = network:inspect()
      assert.equal(net .. ".0.0/24", attrs.ipam.config[1].subnet)
      assert.equal(plan:name(), attrs.config_from.network)
      local by_name = fixture.name()
      local problem = caught("not_found", networks.create, networks, by_name,
                             { config_from = fixture.name() })
      assert.equal("networks:create", problem.method)
    end))

  it("does not give a name twice", function()
    local network = fixture.network()
    local ok, problem = pcall(networks.create, networks, network:name())
    assert.is_false(ok)
    assert.matches(network:name(), problem.message, 1, true)
    assert.equal("networks:create", problem.method)
    assert.equal("conflict", problem.kind)
  end)

  it("says that addresses are taken", function()
    local net = fixture.addresses()
    fixture.network{ subnet = net .. ".0.0/16" }
    local ok, problem = pcall(networks.create, networks, fixture.name(),
                              { subnet = net .. ".7.0/24" })
    assert.is_false(ok)
    assert.equal("networks:create", problem.method)
    assert.equal("NetworkCreate", problem.operation)
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    local cases = {
      { {}, "^name: missing" },
      { { 7 }, "^name: " },
      { { "x", { subnet = "10.1.0.0" } }, "^subnet: expected a range" },
      { { "x", { subnet = 7 } }, "^subnet: expected a string or a list" },
      { { "x", { subnet = { "10.1.0.0/16", 7 } } }, "^subnet%[2%]: " },
      { { "x", { subnet = { a = "10.1.0.0/16" } } }, "^subnet: " },
      { { "x", { gateway = "10.1.0.1" } }, "^gateway: there is no subnet" },
      { { "x", { subnet = "10.1.0.0/16", gateway = "10.2.0.1" } },
        "^gateway: 10.2.0.1 is not in the subnet" },
      { { "x", { subnet = "10.1.0.0/16",
                 gateway = { "10.1.0.1", "10.1.0.2" } } },
        "^gateway: two for the subnet 10.1.0.0/16" },
      { { "x", { subnet = "10.1.0.0/16", ip_range = "10.1.0.300/24" } },
        "^ip_range: expected a range" },
      { { "x", { subnet = "10.1.0.0/16", aux_address = "10.1.0.5" } },
        "^aux_address: expected NAME=VALUE" },
      { { "x", { subnet = "10.1.0.0/16", aux_address = { a = "x" } } },
        "^aux_address: expected an address" },
      { { "x", { subnet = "10.1.0.0/16", ipam = {} } },
        "^subnet: given twice" },
      { { "x", { ipv6 = true, enable_ipv6 = true } }, "^ipv6: given twice" },
      { { "x", { ipv6 = "yes" } }, "^ipv6: expected a boolean" },
      { { "x", { subnett = "10.1.0.0/16" } }, "did you mean subnet%?" },
      { { "x", { intrenal = true } }, "did you mean internal%?" },
      { { "x", { labels = 7 } }, "^labels: " },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", client.networks.create,
                             client.networks, table.unpack(case[1]))
      assert.matches(case[2], problem.message)
      assert.equal("networks:create", problem.method)
    end
    assert.equal(0, calls())
    client:close()
  end)
end)

describe("networks:get", function()
  it("finds by name, by id, and by the object", function()
    local network = fixture.network()
    assert.equal(network, networks:get(network:name()))
    assert.equal(network, networks:get(network:id()))
    assert.equal(network, networks:get(network:short_id()))
    assert.equal(network, networks:get(network))
    assert.equal(network, networks:get(network:name(), { verbose = true }))
  end)

  it("says that there is none", function()
    local problem = caught("not_found", networks.get, networks,
                           fixture.name())
    assert.equal("networks:get", problem.method)
    assert.equal(404, problem.status)
    caught("argument", networks.get, networks)
    caught("argument", networks.get, networks, "")
  end)
end)

describe("networks:list", function()
  it("lists what there is", function()
    local network = fixture.network{ labels = { a = "1" } }
    local found = names(networks:list())[network:name()]
    assert.equal(network, found)
    assert.same({ a = "1" }, found:labels())
    assert.equal("network " .. network:short_id(), tostring(found):match(
      "^[^\n]*"):match("network %x+"))
  end)

  it("filters", function()
    local network = fixture.network{ labels = { MyLabel = "x" } }
    fixture.network()
    for _, filters in ipairs{
      { name = network:name() }, { id = network:id() },
      { name = { network:name(), "nonsense" } },
    } do
      local list = networks:list{ filters = filters }
      assert.equal(1, #list)
      assert.equal(network, list[1])
    end
    local list = networks:list{ filters = { label = { MyLabel = "x" } } }
    assert.equal(network, names(list)[network:name()])
  end)

  it("says what the engine does not like", function()
    caught("argument", networks.list, networks, { filter = {} })
    local ok, problem = pcall(networks.list, networks,
                              { filters = { nonsense = "x" } })
    assert.is_false(ok)
    assert.equal("NetworkList", problem.operation)
  end)
end)

describe("networks:prune", function()
  it("removes those that no container is connected to", function()
    local label = fixture.name()
    local used = fixture.network{ labels = { [label] = "" } }
    local unused = fixture.network{ labels = { [label] = "" } }
    fixture.started({ "sleep", "60" }, { network = used:name() })
    local deleted = networks:prune{ filters = { label = label } }
      .networks_deleted
    assert.same({ unused:name() }, { table.unpack(deleted) })
    assert.is_false(exists(unused:name()))
    assert.is_true(exists(used:name()))
  end)

  it("gives an empty list where there is nothing to remove", function()
    local answer = networks:prune{ filters = { label = fixture.name() } }
    assert.equal(0, #answer.networks_deleted)
  end)

  it("says what the engine does not like", function()
    caught("argument", networks.prune, networks, { filters = 7 })
    local ok, problem = pcall(networks.prune, networks,
                              { filters = { nonsense = "x" } })
    assert.is_false(ok)
    assert.equal("networks:prune", problem.method)
  end)
end)

describe("networks:remove", function()
  it("removes by name, by id, and by the object", function()
    for _, key in ipairs{ "name", "id" } do
      local network = fixture.network()
      assert.is_true(networks:remove(network[key](network)))
      assert.is_false(exists(network:name()))
    end
    local network = fixture.network()
    networks:remove(network)
    assert.is_false(exists(network:name()))
  end)

  it("says why it cannot", function()
    caught("not_found", networks.remove, networks, fixture.name())
    caught("argument", networks.remove, networks)
    local ok, problem = pcall(networks.remove, networks, "host")
    assert.is_false(ok)
    assert.equal("networks:remove", problem.method)
  end)
end)
