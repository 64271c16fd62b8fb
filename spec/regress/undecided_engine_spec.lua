-- SPDX-License-Identifier: MIT
-- Whether an engine is Podman is asked once. The answer was taken for no
-- before it had come: where the connection was lost meanwhile, the engine
-- passed for Docker ever after, and so it did for tasks that asked besides.

local moonsail = require "moonsail"
local object = require "moonsail.object"
local play = require "spec.support.play"

local PODMAN = play.json '{"Components":[{"Name":"Podman Engine"}]}'

describe("Whether an engine is Podman", function()
  it("is asked again when there was no answer", function()
    local server <close>, client = play.start{
      play.json('{"message":"not now"}', "500 Internal Server Error"), PODMAN,
    }
    local ok, problem = pcall(object.is_podman, client, "images:build")
    assert.is_false(ok)
    assert.equal("images:build", problem.method)
    assert.is_true(object.is_podman(client, "x"))
    assert.is_true(object.is_podman(client, "x"))
    assert.equal(2, server:log "GET /v1%.41/version")
  end)

  it("is the same for all tasks that ask at once", function()
    local _ <close>, client = play.start{ PODMAN, PODMAN }
    local answers = {}
    moonsail.run(function()
      for i = 1, 2 do
        moonsail.spawn(function()
          answers[i] = object.is_podman(client, "x")
        end)
      end
    end)
    assert.same({ true, true }, answers)
  end)
end)
