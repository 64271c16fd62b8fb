-- SPDX-License-Identifier: MIT
-- Options may be spelt as the API does, but for those of secrets:create and
-- configs:create, which were said to be missing then.

local caught = require "spec.support.caught"
local moonsail = require "moonsail"

local docker = moonsail.client{ host = "unix:///nowhere/docker.sock",
                                api_version = "1.41" }

describe("a secret", function()
  it("takes the API's own names", function()
    for _, options in ipairs{ { Name = "a", Data = "b" },
                              { name = "a", data = "b" } } do
      caught("connection", docker.secrets.create, docker.secrets, options)
      caught("connection", docker.configs.create, docker.configs, options)
    end
    caught("argument", docker.secrets.create, docker.secrets,
           { Name = "a", name = "b", data = "c" })
    assert.equal("name: missing (string)",
                 caught("argument", docker.secrets.create, docker.secrets,
                        { Data = "x" }).message)
  end)
end)
