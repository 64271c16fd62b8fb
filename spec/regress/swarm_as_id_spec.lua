-- SPDX-License-Identifier: MIT
-- Where an object was given in place of an id, its method `id` was called. The
-- one of the swarm asks the engine: a call was sent while another was being
-- written, and in a task it could not wait for the answer.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local moonsail = require "moonsail"

local docker = moonsail.client{ host = "unix:///nowhere/docker.sock",
                                api_version = "1.41" }

local function message_of(operation, options)
  return caught("argument", docker.api[operation], options).message
end

describe("in place of an id", function()
  it("the swarm is refused, and not asked for its own", function()
    assert.equal("id: expected string, got moonsail.swarm",
                 message_of("service_inspect", { id = docker.swarm }))
    assert.equal("container: expected string, got moonsail.swarm",
                 message_of("network_connect",
                            { id = "x", container = docker.swarm }))
  end)

  it("what is known by a name is taken by its name", function()
    local volume = core.new_object("volume", docker, { name = "data" })
    local text = core.encode("Mount", { type = "volume", source = volume })
    assert.matches('"Source":"data"', text, 1, true)
  end)

  it("what is known by nothing is refused", function()
    local exec = core.new_object("exec", docker, {})
    assert.matches("got moonsail.exec",
                   message_of("exec_inspect", { id = exec }), 1, true)
  end)
end)
