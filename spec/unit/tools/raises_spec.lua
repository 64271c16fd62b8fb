-- SPDX-License-Identifier: MIT
-- What methods raise, by the statuses of their operations.

package.path = "tools/?.lua;" .. package.path

local raises = require "generate.raises"

local function of(...)
  local list = {}
  for i, raised in ipairs(raises.of {...}) do
    list[i] = raised.kind .. ": " .. raised.when
  end
  return list
end

describe("an operation raises", function()
  it("what its statuses stand for", function()
    assert.same({"not_found: there is no such volume",
                 "conflict: a container uses the volume"},
                of {id = "VolumeDelete", errors = {404, 409, 500}})
  end)

  it("api where nothing better is known", function()
    assert.same({"api: the engine finds something wrong with what was asked"},
                of {id = "ContainerList", errors = {400, 500}})
    assert.same({"api: the engine fails at it"},
                of {id = "SystemInfo", errors = {500}})
  end)

  it("two kinds where there is no swarm", function()
    assert.same({"api: the engine is no manager of a swarm",
                 "not_supported: the engine has no swarms, as Podman"},
                of {id = "NodeList", errors = {503}})
  end)

  it("the same once, however many operations there are", function()
    assert.same({"not_found: there is no such network"},
                of({id = "NetworkInspect", errors = {404}},
                   {id = "NetworkList", errors = {404}}))
    assert.same({}, of())
  end)

  it("nothing that the definitions do not tell", function()
    local stale = raises.stale {VolumeDelete = {errors = {409}},
                                ContainerKill = {errors = {}}}
    local set = {}
    for _, name in ipairs(stale) do
      set[name] = true
    end
    assert.is_true(set["ContainerKill 409"])
    assert.is_nil(set["VolumeDelete 409"])
  end)
end)
