-- SPDX-License-Identifier: MIT
-- Methods that read a list themselves went through it with ipairs, so that
-- what stood behind a nil in it was passed over: a service was published on
-- the first of two ports, a network got the first of two subnets.

local caught = require "spec.support.caught"
local moonsail = require "moonsail"

local docker = moonsail.client{ host = "unix:///nowhere/docker.sock",
                                api_version = "1.41" }

local function refuses(path, collection, ...)
  local problem = caught("argument", collection.create, collection, ...)
  assert.matches(path .. ": expected a list, got a table with a gap",
                 problem.message, 1, true)
end

describe("a list with a gap", function()
  it("is refused by containers:create", function()
    refuses("ports", docker.containers, "x", { ports = { "80", nil, "81" } })
    refuses("volumes", docker.containers, "x",
            { volumes = { "a:/a", nil, "b:/b" } })
    refuses("tmpfs", docker.containers, "x", { tmpfs = { "/a", nil, "/b" } })
    refuses("devices", docker.containers, "x",
            { devices = { "/dev/null", nil, "/dev/zero" } })
  end)

  it("is refused by services:create", function()
    for name, list in pairs{
      ports = { "80", nil, "81" }, volumes = { "a:/a", nil, "b:/b" },
      networks = { "a", nil, "b" }, secrets = { "a", nil, "b" },
      configs = { "a", nil, "b" }, hosts = { "a:10.0.0.1", nil, "b:10.0.0.2" },
      ulimits = { "nofile=1", nil, "nproc=1" },
      preferences = { "spread=a", nil, "spread=b" },
    } do
      refuses(name, docker.services, "x", { [name] = list })
    end
  end)

  it("is refused by networks:create", function()
    refuses("subnet", docker.networks, "x",
            { subnet = { "10.1.0.0/16", nil, "10.2.0.0/16" } })
  end)

  it("is refused by images:save", function()
    caught("argument", docker.images.save, docker.images,
           { "a", nil, "c" }, "/dev/null")
    caught("argument", docker.images.load, docker.images, "\0",
           { platform = { "linux/amd64", nil, "linux/arm64" } })
  end)
end)
