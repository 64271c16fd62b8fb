-- SPDX-License-Identifier: MIT
-- Published ports: how they are written, and what the engine answers.

local fail = require "moonsail.fail"
local caught = require "spec.support.caught"
local ports = require "moonsail.ports"

local complain = fail.complainer "containers:create"

local function parse(given)
  return ports.parse(given, complain)
end

local function binding(port, host_port, host_ip)
  return { port = port, host_port = host_port, host_ip = host_ip }
end

describe("ports.parse of lists", function()
  local cases = {
    { "8080:80", binding("80/tcp", "8080") },
    { "127.0.0.1:8080:80/udp", binding("80/udp", "8080", "127.0.0.1") },
    { "80", binding("80/tcp", "") },
    { 80, binding("80/tcp", "") },
    { "80/sctp", binding("80/sctp", "") },
    { "80/UDP", binding("80/udp", "") },
    { "127.0.0.1::80", binding("80/tcp", "", "127.0.0.1") },
    { "[::1]:8080:80", binding("80/tcp", "8080", "::1") },
    { "[::]::80", binding("80/tcp", "", "::") },
    { "9000-9010:80", binding("80/tcp", "9000-9010") },
    { "0:80", binding("80/tcp", "0") },
    { "1:65535", binding("65535/tcp", "1") },
    { "65535:1", binding("1/tcp", "65535") },
  }
  for _, case in ipairs(cases) do
    it(("reads %q"):format(case[1]), function()
      assert.same({ case[2] }, parse{ case[1] })
    end)
  end

  it("pairs ranges of the same length", function()
    assert.same({
      binding("80/tcp", "8000"), binding("81/tcp", "8001"),
      binding("82/tcp", "8002"),
    }, parse{ "8000-8002:80-82" })
  end)

  it("gives a range of the container any ports", function()
    assert.same({ binding("80/udp", ""), binding("81/udp", "") },
                parse{ "80-81/udp" })
  end)

  it("takes one port in place of a list", function()
    assert.same({ binding("80/tcp", "8080") }, parse "8080:80")
    assert.same({ binding("80/tcp", "") }, parse(80))
  end)

  it("keeps the order, and bindings of the same port", function()
    assert.same({ binding("80/tcp", "2"), binding("80/tcp", "1") },
                parse{ "2:80", "1:80" })
  end)

  local refused = {
    { { "" }, "ports[1]: '' is no port of a container" },
    { { "80", "x:80" }, "ports[2]: 'x' is no port of the host" },
    { { "8080:" }, "ports[1]: '' is no port of a container" },
    { { "80:0" }, "ports[1]: '0' is no port of a container" },
    { { "80:65536" }, "ports[1]: '65536' is no port of a container" },
    { { "65536:80" }, "ports[1]: '65536' is no port of the host" },
    { { "82-80" }, "ports[1]: '82-80' is no port of a container" },
    { { "8000-8001:80-82" }, "ports[1]: the ranges 8000-8001 and 80-82 are "
                             .. "of different lengths" },
    { { "8000:80-81" }, "ports[1]: the ranges 8000 and 80-81 are of "
                        .. "different lengths" },
    { { "80/icmp" }, "ports[1]: 'icmp' is no protocol: tcp, udp or sctp" },
    { { {} }, "ports[1]: expected a string or an integer, got table" },
    { { 80.5 }, "ports[1]: expected a string or an integer, got float" },
    { print, "ports: expected a list, a map or a port, got function" },
  }
  for _, case in ipairs(refused) do
    it("complains: " .. case[2], function()
      local problem = caught("argument", parse, case[1])
      assert.equal(case[2], problem.message)
      assert.equal("containers:create", problem.method)
    end)
  end
end)

describe("ports.parse of maps", function()
  local cases = {
    { 8080, binding("80/tcp", "8080") },
    { "8080", binding("80/tcp", "8080") },
    { "127.0.0.1:8080", binding("80/tcp", "8080", "127.0.0.1") },
    { true, binding("80/tcp", "") },
    { false, binding("80/tcp", "") },
    { { host_ip = "127.0.0.1", host_port = 8080 },
      binding("80/tcp", "8080", "127.0.0.1") },
    { { HostIp = "::1", HostPort = "8080" },
      binding("80/tcp", "8080", "::1") },
    { { host_ip = "127.0.0.1" }, binding("80/tcp", "", "127.0.0.1") },
    { { host_port = "8080" }, binding("80/tcp", "8080") },
    { {}, binding("80/tcp") },
  }
  for i, case in ipairs(cases) do
    it("reads value number " .. i, function()
      assert.same({ case[2] }, parse{ ["80/tcp"] = case[1] })
    end)
  end

  it("reads lists of these", function()
    assert.same({
      binding("80/tcp", "8080"), binding("80/tcp", "81", "127.0.0.1"),
      binding("80/tcp", "82"),
    }, parse{ ["80/tcp"] = { 8080, "127.0.0.1:81", { host_port = 82 } } })
  end)

  it("takes numbers and bare ports as keys, in a fixed order", function()
    assert.same({
      binding("443/tcp", "8443"), binding("53/udp", "53"),
      binding("80/tcp", "8080"),
    }, parse{ [80] = 8080, ["443"] = 8443, ["53/udp"] = 53 })
  end)

  it("reads back what a container tells of its ports", function()
    local told = {
      ["80/tcp"] = { { host_ip = "0.0.0.0", host_port = 8080 } },
      ["81/tcp"] = {},
    }
    assert.same({ binding("80/tcp", "8080", "0.0.0.0"), binding("81/tcp") },
                parse(told))
  end)

  it("has nothing for an empty table", function()
    assert.same({}, parse{})
  end)

  local refused = {
    { { ["80/tcp"] = "x" },
      'ports["80/tcp"]: \'x\' is no port of the host' },
    { { ["80/tcp"] = { 80, "y" } },
      'ports["80/tcp"]: \'y\' is no port of the host' },
    { { ["80/tcp"] = print }, 'ports["80/tcp"]: expected a port, a table '
                              .. "or a boolean, got function" },
    { { ["80/tcp"] = { 80, print } },
      'ports["80/tcp"][2]: expected a port, a table or a boolean, '
      .. "got function" },
    { { ["80/tcp"] = { port = 80 } }, 'ports["80/tcp"]: expected host_ip, '
                                      .. "host_port, or a list of such "
                                      .. "tables" },
    { { [{}] = 80 }, "ports: expected ports as keys, got table" },
  }
  for _, case in ipairs(refused) do
    it("complains: " .. case[2], function()
      assert.equal(case[2], caught("argument", parse, case[1]).message)
    end)
  end
end)

describe("ports.normalise", function()
  it("writes the protocol out", function()
    assert.equal("80/tcp", ports.normalise(80))
    assert.equal("80/tcp", ports.normalise "80")
    assert.equal("53/udp", ports.normalise "53/udp")
    assert.equal("1/tcp", ports.normalise(1))
  end)

  it("refuses what is no single port", function()
    for _, given in ipairs{ "", "x", "80-81", "80/icmp", 0, 70000, {} } do
      assert.is_nil(ports.normalise(given))
    end
  end)
end)

describe("ports.of", function()
  it("reads what inspect gives", function()
    assert.same({
      ["80/tcp"] = { { host_ip = "0.0.0.0", host_port = 8080 },
                     { host_ip = "::", host_port = 8080 } },
      ["81/tcp"] = {},
    }, ports.of{ network_settings = { ports = {
      ["80/tcp"] = { { host_ip = "0.0.0.0", host_port = "8080" },
                     { host_ip = "::", host_port = "8080" } },
      ["81/tcp"] = {},
    } } })
  end)

  it("reads what list gives", function()
    assert.same({
      ["80/tcp"] = { { host_ip = "0.0.0.0", host_port = 8080 },
                     { host_ip = "::", host_port = 1 } },
      ["53/udp"] = {},
    }, ports.of{
      network_settings = { networks = {} },
      ports = {
        { ip = "0.0.0.0", private_port = 80, public_port = 8080,
          type = "tcp" },
        { ip = "::", private_port = 80, public_port = 1 },
        { private_port = 53, public_port = 0, type = "udp" },
        { private_port = 53, type = "udp" },
      },
    })
  end)

  it("gives an empty map where there are none", function()
    assert.same({}, ports.of{})
    assert.same({}, ports.of{ network_settings = { ports = {} } })
  end)
end)
