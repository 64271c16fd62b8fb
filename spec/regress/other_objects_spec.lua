-- SPDX-License-Identifier: MIT
-- Wherever an id or a name is taken, the object is taken too; but an object of
-- any class was. A volume and a container may have the same name, so that
-- containers:remove(volume) removed the container; and services:create with a
-- network for an image made a service that never had a task.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local moonsail = require "moonsail"

local docker = moonsail.client{ host = "unix:///nowhere/docker.sock",
                                api_version = "1.41" }
local network = core.new_object("network", docker, { id = "x", name = "x" })
local volume = core.new_object("volume", docker, { name = "x" })
local config = core.new_object("config", docker, { id = "x" })

local function refuses(message, object, method, ...)
  assert.equal(message, caught("argument", object[method], object,
                               ...).message)
end

describe("an object of another class", function()
  it("is refused by collections", function()
    for _, method in ipairs{ "get", "remove" } do
      refuses("id: expected moonsail.container, got moonsail.volume",
              docker.containers, method, volume)
      refuses("id: expected moonsail.container, got moonsail.volume",
              docker.containers, method, { id = volume })
    end
    refuses("name: expected moonsail.volume, got moonsail.network",
            docker.volumes, "create", network)
  end)

  it("is refused for a container, by networks", function()
    for _, method in ipairs{ "connect", "disconnect" } do
      refuses("container: expected moonsail.container, got moonsail.volume",
              network, method, volume)
    end
  end)

  it("is refused for the network whose settings are taken over", function()
    refuses("config_from: expected moonsail.network, got moonsail.volume",
            docker.networks, "create", "y", { config_from = volume })
  end)

  it("is refused for an image or a network, by containers", function()
    refuses("image: expected moonsail.image, got moonsail.network",
            docker.containers, "create", network)
    refuses("network: expected moonsail.network, got moonsail.volume",
            docker.containers, "create", "x", { network = volume })
  end)

  it("is refused for a volume", function()
    refuses("volumes: expected moonsail.volume, got moonsail.network",
            docker.containers, "create", "x", { volumes = {
              [network] = "/x",
            } })
    refuses("mounts[1].source: expected moonsail.volume, got moonsail.network",
            docker.containers, "create", "x", { mounts = {
              { type = "volume", source = network, target = "/x" },
            } })
  end)

  it("is refused by services", function()
    refuses("image: expected moonsail.image, got moonsail.network",
            docker.services, "create", network)
    refuses("networks[1]: expected moonsail.network, got moonsail.volume",
            docker.services, "create", "x", { networks = { volume } })
    refuses("secrets[1]: expected moonsail.secret, got moonsail.config",
            docker.services, "create", "x", { secrets = { config } })
  end)

  it("is called by its class where no object is expected", function()
    refuses("takes only a table of options, got moonsail.volume",
            docker, "info", volume)
    refuses("expected a table of options, got moonsail.volume",
            docker, "request", volume)
  end)
end)

describe("an object of the right class", function()
  it("is sent as its id or name", function()
    caught("connection", docker.volumes.get, docker.volumes, volume)
    caught("connection", network.disconnect, network,
           core.new_object("container", docker, { id = "x" }))
    caught("connection", docker.containers.create, docker.containers,
           core.new_object("image", docker, { id = "x" }),
           { network = network })
  end)
end)
