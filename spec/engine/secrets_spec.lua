-- SPDX-License-Identifier: MIT
-- Secrets. Podman has them, too, without their updates.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local swarm = require "spec.support.swarm"

local docker = swarm.client()
local secrets = docker.secrets

setup(swarm.begin)
after_each(swarm.clean)
teardown(swarm.leave)

local function secret(data, options)
  return swarm.remove_later(secrets:create(fixture.name(), data or "sesame",
                                           options))
end

describe("secrets:create", function()
  it("takes any bytes", function()
    local made = secret("\0\255 any\n")
    assert.matches("^" .. made:name():gsub("%p", "%%%0") .. "$",
      engine.docker(("secret inspect -f '{{.Spec.Name}}' %s"):format(
        made:id()), engines.swarm_host()))
    assert.is_nil(made:attrs().spec.data)
  end)

  it("takes labels, and fills in templates", swarm.only(function()
    local made = secret("{{.Service.Name}}", {
      labels = { MyLabel = "x" }, templating = "golang",
    })
    assert.equal("x", made:labels().MyLabel)
    local service = docker.services:create("busybox", swarm.options{
      cmd = { "sh", "-c", "cat /run/secrets/name; echo; trap 'exit 0' TERM; "
              .. "sleep 300 & wait" },
      secrets = { { source = made, target = "name" } },
    })
    local logs = engine.eventually(function()
      local logs = service:logs()
      return #logs > 0 and logs
    end)
    assert.equal(service:name(), logs[1])
    service:remove()
  end))

  it("says that the name is taken", function()
    local name = secret():name()
    local ok, problem = pcall(secrets.create, secrets, name, "x")
    assert.is_false(ok)
    assert.is_true(moonsail.is_error(problem))
    assert.equal("conflict", problem.kind)
  end)

  it("complains before anything is sent", function()
    for options, words in pairs{
      [{ data = "x" }] = "name: missing",
      [{ name = "x" }] = "data: missing",
      [{ name = "x", data = 7 }] = "data: expected a string, got integer",
      [{ name = "x", data = "x", lables = {} }] = "lables: unknown option",
    } do
      local message = caught("argument", secrets.create, secrets, options)
        .message
      assert.equal(words, message:sub(1, #words))
    end
  end)

  it("is refused with a name that is none", swarm.only(function()
    caught("api", secrets.create, secrets, "a/b", "x")
  end))
end)

describe("secrets:get and secrets:list", function()
  it("find by name and id", function()
    local made = secret()
    for _, key in ipairs{ made:id(), made:name(), made } do
      assert.equal(made, secrets:get(key))
    end
    local found = secrets:list{ filters = { name = made:name() } }
    assert.equal(1, #found)
    assert.equal(made, found[1])
  end)

  it("say that there is none", function()
    caught("not_found", secrets.get, secrets, fixture.name())
    caught("argument", secrets.get, secrets)
    caught("argument", secrets.list, secrets, { x = 1 })
  end)

  it("refuse a filter that is none", swarm.only(function()
    caught("api", secrets.list, secrets, { filters = { nonsense = "x" } })
  end))
end)

describe("a secret", function()
  it("knows its attributes", function()
    local made = secret()
    assert.equal(made:id(), made:inspect().id)
    assert.equal(made, made:reload())
    assert.equal(made:id():sub(1, 12), made:short_id())
    caught("argument", made.inspect, made, { x = 1 })
  end)

  it("has labels that may be changed", swarm.only(function()
    local made = secret("x", { labels = { a = "1", b = "2" } })
    assert.equal(made, made:update{ labels = { a = false, C = 3 } })
    assert.same({ b = "2", C = "3" }, made:labels())
    made:update{ labels = moonsail.null }
    assert.same({}, made:labels())
  end))

  it("has nothing else that may", swarm.only(function()
    local made = secret()
    for _, name in ipairs{ "name", "data", "Data", "driver" } do
      local problem = caught("argument", made.update, made, { [name] = "x" })
      assert.matches("only the labels may be changed", problem.message)
    end
    caught("argument", made.update, made, { lables = {} })
    caught("conflict", made.update, made, { version = 1, labels = {} })
  end))

  it("cannot be updated on Podman", engines.only_podman("it is of Podman",
     function()
    local made = secret()
    caught("not_supported", made.update, made, { labels = { a = "1" } })
  end))

  it("is removed", function()
    local made, other = secret(), secret()
    made:remove()
    secrets:remove(other:name())
    caught("not_found", made.remove, made)
    caught("not_found", secrets.remove, secrets, other)
    caught("argument", secrets.remove, secrets)
  end)
end)
