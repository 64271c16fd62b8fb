-- SPDX-License-Identifier: MIT
-- The short notations of services.

local caught = require "spec.support.caught"
local fail = require "moonsail.fail"
local notation = require "moonsail.service_notation"

local complain = fail.complainer "x"

describe("ports", function()
  local function read(given) return notation.ports(given, complain) end

  it("are read as those of containers", function()
    local web = { { target_port = 80, protocol = "tcp",
                    published_port = 8080 } }
    assert.same(web, read "8080:80")
    assert.same(web, read{ "8080:80/tcp" })
    assert.same(web, read{ ["80/tcp"] = 8080 })
    assert.same({ { target_port = 53, protocol = "udp" } }, read{ "53/udp" })
    assert.same({ { target_port = 80, protocol = "tcp" } }, read(80))
    assert.equal(3, #read{ "8000-8002:80-82" })
    assert.same({}, read{})
  end)

  it("have a long form", function()
    local long = { { target_port = 80, published_port = 8080,
                     publish_mode = "host", protocol = "udp" } }
    assert.same(long, read{ { target = 80, published = 8080, mode = "host",
                              protocol = "udp" } })
    assert.same(long, read{ target_port = 80, published_port = 8080,
                            publish_mode = "host", protocol = "udp" })
    assert.same({ { TargetPort = 80 } }, read{ { TargetPort = 80 } })
  end)

  it("are complained of", function()
    for given, words in pairs{
      [{ "80", "127.0.0.1:80:80" }] = "ports[2]: the ports of a service are",
      [{ "x" }] = "ports[1]: 'x' is no port",
      [{ "8000-8010:80" }] = "ports[1]: '8000-8010' is not one port",
      [{ { target = 80, target_port = 81 } }] =
        "ports[1]: target_port is given twice, also as target",
      [{ true }] = "ports[1]: expected a string or an integer",
      [{ [80] = "1.2.3.4:80" }] = "ports: the ports of a service are",
    } do
      local message = caught("argument", read, given).message
      assert.equal(words, message:sub(1, #words))
    end
  end)
end)

describe("volumes and mounts", function()
  it("are mounts", function()
    local expected = {
      { type = "volume", source = "data", target = "/data" },
      { type = "bind", source = "/srv", target = "/srv", read_only = true,
        bind_options = { propagation = "rslave" } },
      { type = "volume", source = "v", target = "/v",
        volume_options = { no_copy = true } },
      { type = "volume", target = "/cache" },
    }
    local given = { "data:/data", "/srv:/srv:ro,rslave", "v:/v:nocopy",
                    "/cache" }
    assert.same(expected, notation.volumes(given, complain))
    assert.same(expected, notation.mounts(given, complain))
    assert.same({ expected[1] },
                notation.volumes({ data = "/data" }, complain))
  end)

  it("may be tables", function()
    local given = { { type = "tmpfs", target = "/t" }, "data:/data" }
    local read = notation.mounts(given, complain)
    assert.same(given[1], read[1])
    assert.equal("volume", read[2].type)
    assert.same({ given[1] }, notation.mounts(given[1], complain))
  end)

  it("are complained of", function()
    local problem = caught("argument", notation.volumes, { "a:/b:zz" },
                           complain)
    assert.equal("volumes: 'zz' in 'a:/b:zz' means nothing to a service",
                 problem.message)
    problem = caught("argument", notation.mounts, { "/a", "b" }, complain)
    assert.matches("^mounts%[2%]: 'b' is no path", problem.message)
    problem = caught("argument", notation.mounts, { 7 }, complain)
    assert.matches("^mounts%[1%]: expected a table", problem.message)
  end)
end)

describe("networks", function()
  local function read(given) return notation.networks(given, complain) end

  it("are names, tables, or a map", function()
    assert.same({ { target = "a" } }, read "a")
    assert.same({ { target = "a" }, { target = "b", aliases = { "c" } } },
                read{ "a", { target = "b", aliases = { "c" } } })
    assert.same({ { target = "a" }, { target = "b", aliases = { "c" } } },
                read{ b = { aliases = { "c" } }, a = {} })
    assert.same({ { Target = "a" } }, read{ Target = "a" })
    assert.same({}, read{})
  end)

  it("are complained of", function()
    local problem = caught("argument", read, { "a", 7 })
    assert.equal("networks[2]: expected a name or an object, got integer",
                 problem.message)
    caught("argument", read, { a = 7 })
    caught("argument", read, 7)
  end)
end)

describe("preferences", function()
  it("are texts or tables", function()
    local expected = { { spread = { spread_descriptor = "node.labels.x" } } }
    for _, given in ipairs{
      "spread=node.labels.x", { "spread=node.labels.x" },
      { { spread = "node.labels.x" } }, expected,
    } do
      assert.same(expected, notation.preferences(given, complain))
    end
  end)

  it("are complained of", function()
    for _, given in ipairs{ "node.labels.x", { {} }, { 7 } } do
      local problem = caught("argument", notation.preferences, given,
                             complain)
      assert.matches("^preferences%[1%]: expected", problem.message)
    end
  end)
end)

describe("restarts", function()
  it("are words or a table", function()
    for given, expected in pairs{
      none = { condition = "none" }, no = { condition = "none" },
      any = { condition = "any" }, always = { condition = "any" },
      ["on-failure"] = { condition = "on-failure" },
      ["on-failure:2"] = { condition = "on-failure", max_attempts = 2 },
    } do
      assert.same(expected, notation.restart(given, complain, "restart"))
    end
    local policy = { delay = 1 }
    assert.equal(policy, notation.restart(policy, complain, "restart"))
  end)

  it("are complained of", function()
    for _, given in ipairs{ "sometimes", "any:3", "", 7 } do
      caught("argument", notation.restart, given, complain, "restart")
    end
  end)
end)

describe("numbers of processors", function()
  it("are billionths", function()
    assert.equal(1500000000, notation.cpus(1.5, complain, "cpus"))
    assert.equal(2000000000, notation.cpus("2", complain, "cpus"))
  end)

  it("are complained of", function()
    for _, given in ipairs{ 0, -1, "x", 0 / 0, 1 / 0, true } do
      caught("argument", notation.cpus, given, complain, "cpus")
    end
  end)
end)

describe("hosts", function()
  it("are written as the API has them", function()
    for _, given in ipairs{
      { "10.0.0.1 db" }, { "db:10.0.0.1" }, { db = "10.0.0.1" },
      "db:10.0.0.1",
    } do
      assert.same({ "10.0.0.1 db" }, notation.hosts(given, complain, "hosts"))
    end
    assert.same({ "::1 six" }, notation.hosts("six:::1", complain, "hosts"))
  end)

  it("are complained of", function()
    caught("argument", notation.hosts, { 7 }, complain, "hosts")
    caught("argument", notation.hosts, 7, complain, "hosts")
  end)
end)

describe("limits of processes", function()
  it("are a list or a map", function()
    local expected = { { name = "nofile", soft = 1, hard = 2 } }
    for _, given in ipairs{
      { "nofile=1:2" }, { nofile = "1:2" }, expected, "nofile=1:2",
    } do
      assert.same(expected, notation.ulimits(given, complain, "ulimits"))
    end
  end)

  it("are complained of", function()
    caught("argument", notation.ulimits, { "x" }, complain, "ulimits")
    caught("argument", notation.ulimits, { nofile = "x" }, complain,
           "ulimits")
  end)
end)
