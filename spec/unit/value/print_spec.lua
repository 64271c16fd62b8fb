-- SPDX-License-Identifier: MIT
-- Typed values as people read them.

local core = require "moonsail.core"

local decode = core.decode

local function printed(name, json)
  return tostring(decode(name, json))
end

describe("print of a typed value", function()
  it("keeps what fits on one line", function()
    assert.equal("{exit_code = 3}",
                 printed("ContainerWaitResponse", '{"StatusCode":3}'))
    assert.equal('{ip = "::", private_port = 80, type = "tcp"}', printed(
      "PortSummary", '{"IP":"::","PrivatePort":80,"Type":"tcp"}'))
  end)

  it("has no lines of more than 79 columns where it can", function()
    for length = 40, 60 do
      local name = ("x"):rep(length)
      local line = ('{driver = "local", name = "%s"}'):format(name)
      local text = printed("Volume",
        ('{"Name":"%s","Driver":"local"}'):format(name))
      assert.equal(#line <= 78, text == line) -- and a comma behind it
    end
  end)

  it("begins a line for each that does not", function()
    local words = ("x"):rep(30)
    assert.equal(([[
{
  args = {
    "X",
    "X",
    "X",
  },
  id = "a",
  state = {pid = 1},
}]]):gsub("X", words), (printed("ContainerInspectResponse",
      ([[{"Id":"a","State":{"Pid":1},"Args":["X","X","X"]}]])
        :gsub("X", words))))
  end)

  it("prints lists and maps by themselves", function()
    local value = decode("ContainerInspectResponse",
      '{"Args":["a"],"Config":{"Labels":{"b.c":"d"}},"New":[1,{"A":2}]}')
    assert.equal('{"a"}', tostring(value.args))
    assert.equal('{["b.c"] = "d"}', tostring(value.config.labels))
    assert.equal("{1, {a = 2}}", tostring(value.new))
    assert.equal("{}", tostring(value.mounts))
  end)

  it("gives the terminal nothing to obey", function()
    local text = printed("Volume", '{"Name":"a\\u001b[31m\\u009b1m\\u00e9ü"}')
    assert.equal([[{name = "a\027[31m\194\1551méü"}]], text)
    local raw = decode("Volume", '{"Name":"x"}')
    raw.name = "\xff\xc3\x9b31m"
    assert.equal('{name = "\\255Û31m"}', tostring(raw))
  end)

  it("tells Lua the very same", function()
    local name = "a\27\194\155\255\"\\\n\0001é"
    local value = decode("Volume", '{"Name":"x"}')
    value.name = name
    assert.equal(name, load("return " .. tostring(value))().name)
  end)

  it("hides secrets, on one line too", function()
    local text = printed("AuthConfig", '{"username":"me","password":"hush"}')
    assert.equal('{password = (hidden), username = "me"}', text)
  end)

  it("ends in a table that holds itself", function()
    local own = decode("Swarm", '{"ID":"a"}')
    own.own = own
    assert.truthy(tostring(own):find("{...}", 1, true))
  end)

  it("is for tables that core.readable is given", function()
    local table = { b = { 1, 2 }, ["80/tcp"] = "x" }
    assert.equal(table, core.readable(table))
    assert.equal('{["80/tcp"] = "x", b = {1, 2}}', tostring(table))
    assert.is_false(pcall(core.readable, "text"))
  end)
end)

describe("marks of typed values", function()
  it("tell lists from maps, however empty", function()
    local value = decode("ContainerInspectResponse",
      '{"Mounts":[],"Config":{"Labels":{}},"New":[],"Newer":{"A":[]}}')
    assert.equal("moonsail.array", getmetatable(value.mounts))
    assert.equal("moonsail.map", getmetatable(value.config.labels))
    assert.equal("moonsail.array", getmetatable(value.new))
    assert.equal("moonsail.array", getmetatable(value.newer.a))
  end)

  it("do not change what is sent again", function()
    local json = '{"Args":[],"Config":{"Labels":{}},"Mounts":[{"RW":true}]}'
    local value = decode("ContainerInspectResponse", json)
    assert.equal(json, core.encode("ContainerInspectResponse", value))
  end)
end)
