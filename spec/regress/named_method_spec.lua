-- SPDX-License-Identifier: MIT
-- Methods that ask for the version of the API before they send anything raised
-- the errors of that in the name of client:api_version, which nobody had
-- called.

local caught = require "spec.support.caught"
local moonsail = require "moonsail"

local docker = moonsail.client "unix:///nowhere/docker.sock"

local function is_named(name, object, method, ...)
  assert.equal(name, caught("connection", object[method], object,
                            ...).method)
end

describe("an engine that is not there", function()
  it("is told of in the name of the method that was called", function()
    is_named("networks:create", docker.networks, "create", "x")
    is_named("volumes:prune", docker.volumes, "prune", { all = true })
    is_named("client:prune", docker, "prune")
    is_named("client:supports", docker, "supports", "containers.create")
    is_named("swarm:id", docker.swarm, "id")
    is_named("swarm:join_tokens", docker.swarm, "join_tokens")
  end)
end)
