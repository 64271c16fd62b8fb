-- SPDX-License-Identifier: MIT
-- What an object is known by was written over what was given under the same
-- name, so that container:inspect{id = "other"} told of the container itself.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local moonsail = require "moonsail"

local docker = moonsail.client{ host = "unix:///nowhere/docker.sock",
                                api_version = "1.41" }

describe("the id of an object", function()
  it("cannot be given to its methods", function()
    for _, row in ipairs{
      { "container", "inspect", "id" }, { "volume", "inspect", "name" },
      { "service", "logs", "id" }, { "task", "logs", "id" },
      { "image", "save", "name" },
    } do
      local class, method, name = table.unpack(row)
      local object = core.new_object(class, docker, core.decode(
        class == "service" and "Service" or nil,
        '{"id": "x", "name": "x", "spec": {"task_template": {}}}'))
      local problem = caught("argument", object[method], object,
                             { [name] = "other" })
      assert.equal(name .. ": it is the object's own", problem.message)
    end
  end)
end)
