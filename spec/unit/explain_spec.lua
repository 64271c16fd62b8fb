-- SPDX-License-Identifier: MIT
-- Options in words.

local core = require "moonsail.core"
local explain = require "moonsail.explain"

local function option(id, name)
  for _, found in ipairs(explain.options(id)) do
    if found.name == name then return found end
  end
end

describe("explain", function()
  local types = {
    { "ContainerList", "all", "boolean" },
    { "ContainerList", "limit", "integer" },
    { "ContainerList", "filters", "{name = value or list}" },
    { "ContainerLogs", "since", "Unix seconds, or a time in text" },
    { "ContainerCreate", "cmd", '"ls -l" or {"ls", "-l"}' },
    { "ContainerCreate", "env", '{A = "1"} or {"A=1"}' },
    { "ContainerCreate", "labels", '{a = "1"} or {"a=1"}' },
    { "ContainerCreate", "exposed_ports", '{"a", "b"}' },
    { "ContainerCreate", "shell", "list of string" },
    { "ContainerCreate", "host_config", "HostConfig" },
    { "ContainerUpdate", "memory", 'bytes or "512m"' },
    { "ContainerWait", "condition",
      '"next-exit", "not-running" or "removed"' },
    { "ImageBuild", "build_args", "map of string" },
    { "ServiceCreate", "auth", "AuthConfig" },
  }
  for _, row in ipairs(types) do
    it(("says that %s of %s is %s"):format(row[2], row[1], row[3]), function()
      assert.equal(row[3], option(row[1], row[2]).type)
    end)
  end

  it("has words for every type", function()
    for _, name in ipairs(core.types()) do
      local words = explain.type(name)
      assert.is_true(#words > 0 and #words < 80, name .. ": " .. words)
    end
    assert.equal("what nobody knows", explain.type("what nobody knows"))
  end)

  it("tells which versions have something", function()
    assert.is_nil(explain.versions("1.25", core.operation("SystemPing")
                                             ["until"]))
    assert.is_nil(explain.versions(nil, nil))
    assert.equal("from API 1.41", explain.versions("1.41"))
    assert.equal("up to API 1.44", explain.versions("1.25", "1.44"))
    assert.equal("API 1.30 to 1.44 only", explain.versions("1.30", "1.44"))
  end)

  it("puts first what must be given", function()
    local options = explain.options("NetworkCreate")
    assert.equal("name", options[1].name)
    assert.is_true(options[1].required)
    assert.is_true(options[2].name < options[3].name)
  end)

  it("gives the values that a type is too short for", function()
    local values = table.concat(explain.values("MountType"), " ")
    assert.truthy(values:find('"bind"', 1, true))
    assert.is_nil(explain.values("ContainerWait(condition)"))
    assert.is_nil(explain.values("string"))
    assert.is_nil(explain.values("what nobody knows"))
  end)

  it("goes through lists, maps and JSON to the fields of objects", function()
    local fields, name = explain.fields("array of Mount")
    assert.equal("Mount", name)
    assert.is_true(#fields > 3)
    assert.same({}, (explain.fields("string")))
    assert.same({}, (explain.fields("what nobody knows")))
  end)

  it("writes words of Lua so that they can be given", function()
    assert.equal("until_", explain.name("until"))
    assert.equal("since", explain.name("since"))
    assert.truthy(option("SystemEvents", "until_"))
  end)
end)
