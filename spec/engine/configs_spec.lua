-- SPDX-License-Identifier: MIT
-- Configs.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local swarm = require "spec.support.swarm"

local docker = swarm.client()
local configs = docker.configs

setup(swarm.begin)
after_each(swarm.clean)
teardown(swarm.leave)

local function config(data, options)
  return swarm.remove_later(configs:create(fixture.name(), data or "a = 1",
                                           options))
end

describe("configs:create", function()
  it("takes any bytes, and gives them back", swarm.only(function()
    local all = {}
    for i = 0, 255 do all[#all + 1] = string.char(i) end
    local bytes = table.concat(all)
    local made = config(bytes)
    assert.equal(bytes, made:data())
    assert.equal("AAECAwQF", engine.docker(("config inspect -f "
      .. "'{{json .Spec.Data}}' %s"):format(made:id()), engines.swarm_host())
      :match('^"(........)'))
  end))

  it("takes labels and templates", swarm.only(function()
    local made = config("{{.Service.Name}}", {
      labels = { MyLabel = "x" }, templating = { name = "golang" },
    })
    assert.equal("x", made:labels().MyLabel)
    assert.equal("golang", made:attrs().spec.templating.name)
  end))

  it("says that the name is taken", swarm.only(function()
    caught("conflict", configs.create, configs, config():name(), "x")
  end))

  it("complains before anything is sent", swarm.only(function()
    caught("argument", configs.create, configs)
    caught("argument", configs.create, configs, "x")
    caught("argument", configs.create, configs, "x", 7)
    caught("argument", configs.create, configs, "x", "y", { lables = {} })
    caught("api", configs.create, configs, "a/b", "x")
  end))
end)

describe("configs:get and configs:list", function()
  it("find by name and id", swarm.only(function()
    local made = config()
    for _, key in ipairs{ made:id(), made:name(), made } do
      assert.equal(made, configs:get(key))
    end
    local found = configs:list{ filters = { name = made:name() } }
    assert.equal(1, #found)
    assert.equal("a = 1", found[1]:data())
  end))

  it("say that there is none", swarm.only(function()
    caught("not_found", configs.get, configs, fixture.name())
    caught("argument", configs.get, configs)
    caught("api", configs.list, configs, { filters = { nonsense = "x" } })
  end))
end)

describe("a config", function()
  it("knows its attributes", swarm.only(function()
    local made = config()
    assert.equal(made:id(), made:inspect().id)
    assert.equal(made, made:reload())
    assert.equal(made:id():sub(1, 12), made:short_id())
    caught("argument", made.inspect, made, { x = 1 })
  end))

  it("has labels that may be changed", swarm.only(function()
    local made = config("x\0y", { labels = { a = "1", b = "2" } })
    assert.equal(made, made:update{ labels = { a = false, C = 3 } })
    assert.same({ b = "2", C = "3" }, made:labels())
    assert.equal("x\0y", made:data())
    made:update{ labels = moonsail.null }
    assert.same({}, made:labels())
  end))

  it("has nothing else that may", swarm.only(function()
    local made = config()
    for _, name in ipairs{ "name", "data", "templating" } do
      caught("argument", made.update, made, { [name] = "x" })
    end
    caught("argument", made.update, made, { lables = {} })
    caught("conflict", made.update, made, { version = 1, labels = {} })
  end))

  it("is removed", swarm.only(function()
    local made, other = config(), config()
    made:remove()
    configs:remove(other:name())
    caught("not_found", made.remove, made)
    caught("not_found", made.reload, made)
    caught("not_found", configs.remove, configs, other)
    caught("argument", configs.remove, configs)
  end))
end)
