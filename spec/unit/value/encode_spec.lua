-- SPDX-License-Identifier: MIT
-- csrc/value/encode, shapes, formats: from Lua values to JSON.

local cjson = require "cjson"
local core = require "moonsail.core"
local caught = require "spec.support.caught"
local sample = require "spec.support.sample"

local encode = core.encode

-- The JSON of one field of HostConfig, or of another type.
local function field(name, value, type_name)
  return encode(type_name or "HostConfig", { [name] = value })
end

-- What is said about a value of a type, after "label: ".
local function complaint(type_name, value)
  local problem = caught("argument", encode, type_name, value, "label")
  assert.equal("label", problem.method)
  return problem.message
end

describe("encode of scalars", function()
  it("writes integers exactly", function()
    assert.equal('{"Memory":9223372036854775807}',
      field("memory", math.maxinteger))
    assert.equal('{"CpuShares":-9223372036854775808}',
      field("cpu_shares", math.mininteger))
  end)

  it("takes floats that are integers for integers", function()
    assert.equal('{"CpuShares":3}', field("cpu_shares", 3.0))
    assert.equal("cpu_shares: expected integer, got 1.5",
      complaint("HostConfig", { cpu_shares = 1.5 }))
    assert.truthy(complaint("HostConfig", { cpu_shares = 2.0 ^ 63 })
      :find "^cpu_shares: expected integer, got ")
  end)

  it("writes booleans and strings", function()
    assert.equal('{"Privileged":true}', field("privileged", true))
    assert.equal('{"IpcMode":"a\\"\\\\\\n\\u0001ü"}',
      field("ipc_mode", 'a"\\\n\1ü'))
  end)

  it("writes null for cjson.null", function()
    assert.equal('{"Binds":null,"Memory":null}',
      encode("HostConfig", { memory = cjson.null, binds = cjson.null }))
  end)

  local no_list = "expected list, got a table with a gap or with keys that " ..
    "are no indices"
  local wrong = { -- fields of HostConfig
    { { memory = true }, "memory: expected bytes or a size, got boolean" },
    { { cpu_shares = "3" }, "cpu_shares: expected integer, got string" },
    { { privileged = 1 }, "privileged: expected boolean, got number" },
    { { ipc_mode = 1 }, "ipc_mode: expected string, got number" },
    { { ipc_mode = print }, "ipc_mode: expected string, got function" },
    { { ipc_mode = io.stdout }, "ipc_mode: expected string, got FILE*" },
    { { ipc_mode = "a\xff" }, "ipc_mode: not UTF-8 at byte 1" },
    { { dns = "1.1.1.1" }, "dns: expected list, got string" },
    { { dns = { a = "b" } }, "dns: " .. no_list },
    { { dns = { "a", nil, "b" } }, "dns: " .. no_list },
    { { dns = { "a", 5 } }, "dns[2]: expected string, got number" },
    { { port_bindings = { "a" } },
      "port_bindings: expected table with names as keys, got list" },
    { { port_bindings = { [true] = "a" } },
      "port_bindings: expected names as keys, got a key of type boolean" },
    { { log_config = "x" }, "log_config: expected table, got string" },
    { { log_config = { config = { ["max-size"] = {} } } },
      'log_config.config["max-size"]: expected string, number or boolean, ' ..
      "got table" },
    { { port_bindings = { ["80/tcp"] = { { host_port = {} } } } },
      'port_bindings["80/tcp"][1].host_port: expected string, got table' },
    { { port_bindings = { plain = { { host_port = 1 } } } },
      'port_bindings["plain"][1].host_port: expected string, got number' },
  }
  for _, case in ipairs(wrong) do
    it("complains: " .. case[2], function()
      assert.equal(case[2], complaint("HostConfig", case[1]))
    end)
  end

  it("complains within what is not described", function()
    assert.equal("expected table with names as keys, got a list with a gap "
      .. "or with names among its keys", complaint("any", { 1, a = 2 }))
    assert.equal("[1]: not a finite number", complaint("any", { 1 / 0 }))
    assert.equal('["a"]["b"]["c"]: not a finite number',
      complaint("any", { a = { b = { c = 0 / 0 } } }))
  end)

  it("cuts paths that are too long", function()
    local value, key = {}, ("k"):rep(300)
    value.port_bindings = { [key] = { 1 } }
    assert.truthy(#complaint("HostConfig", value) < 700)
    value = 1
    for _ = 1, 300 do value = { abcdef = value } end
    assert.truthy(#complaint("any", { value, x = 1 }) < 700)
  end)

  it("notices a table that holds itself", function()
    local own = {}
    own[1] = own
    assert.truthy(complaint("any", own):find("nested too deeply", 1, true))
  end)
end)

describe("encode of objects", function()
  it("takes the API's own spelling and keywords with an underscore",
    function()
      local json = '{"HostConfig":{"PidsLimit":3}}'
      for _, spelling in ipairs{ "HostConfig", "hostConfig", "host_config" } do
        assert.equal(json, encode("ContainerCreateRequest",
          { [spelling] = { PidsLimit = 3 } }))
      end
      assert.equal('{"End":"x"}', field("end_", "x", "HealthcheckResult"))
      assert.equal('{"End":"x"}', field("end", "x", "HealthcheckResult"))
    end)

  it("writes the current one of several spellings", function()
    assert.equal('{"NanoCpus":5}', field("NanoCPUs", 5))
    assert.equal('{"NanoCpus":5}', field("nano_cpus", 5))
  end)

  it("refuses a field that is given twice", function()
    assert.equal("pids_limit: given twice, also as PidsLimit",
      complaint("HostConfig", { pids_limit = 1, PidsLimit = 2 }))
    assert.equal("pids_limit: given twice, as PidsLimit and pidsLimit",
      complaint("HostConfig", { pidsLimit = 1, PidsLimit = 2 }))
  end)

  it("refuses what the model does not know, and says what is near", function()
    assert.equal("port_binding: unknown field (did you mean port_bindings?)",
      complaint("HostConfig", { port_binding = {} }))
    assert.equal("log_config.tpye: unknown field (did you mean type?)",
      complaint("HostConfig", { log_config = { tpye = "x" } }))
    assert.equal("zzzzzzzzz: unknown field",
      complaint("HostConfig", { zzzzzzzzz = 1 }))
  end)

  it("always writes the same bytes", function()
    assert.equal('{"a":"2","ab":"4","b":"1","c":"3"}',
      encode("map of string", { b = "1", a = "2", c = "3", ab = "4" }))
    assert.equal('{"1":true,"10":true,"2":true}',
      encode("any", { [10] = true, [2] = true, ["1"] = true }))
  end)

  it("writes empty lists and maps by their type", function()
    assert.equal('{"Binds":[],"Sysctls":{}}',
      encode("HostConfig", { binds = {}, sysctls = {} }))
  end)
end)

describe("encode of what is not described", function()
  it("tells lists from maps", function()
    assert.equal('[1,[2,3],{"a":{}}]',
      encode("any", { 1, { 2, 3 }, { a = {} } }))
  end)

  it("is not misled by a list that lost its first element", function()
    local list = { 1, 2, 3, 4 }
    list[1], list[0] = nil, 5
    assert.equal('{"0":5,"2":2,"3":3,"4":4}', encode("any", list))
  end)

  it("keeps keys as they are", function()
    assert.equal('{"FooBar":{"x_Y":1}}',
      encode("any", { FooBar = { x_Y = 1 } }))
  end)

  it("writes decoded empty lists as lists", function()
    for _, json in ipairs{ "[]", "{}", "[[],{}]", '{"a":[]}' } do
      assert.equal(json, encode("any", core.decode("any", json)))
    end
  end)
end)

describe("the round trip", function()
  local function round_trip(type_name, json)
    return encode(type_name, core.decode(type_name, json))
  end

  it("leaves out what did not come, as long as it is empty", function()
    assert.equal("{}", round_trip("HostConfig", "{}"))
    assert.equal("{}", round_trip("HostConfig", '{"Binds":null}'))
    local host = core.decode("HostConfig", "{}")
    host.dns[1] = "1.1.1.1"
    host.sysctls.a = "b"
    assert.equal('{"Dns":["1.1.1.1"],"Sysctls":{"a":"b"}}',
      encode("HostConfig", host))
  end)

  it("keeps explicit empty lists and maps, and null among elements", function()
    for _, json in ipairs{
      '{"Binds":[],"Sysctls":{}}',
      '{"PortBindings":{"80/tcp":null,"81/tcp":[]}}',
    } do
      assert.equal(json, round_trip("HostConfig", json))
    end
  end)

  it("leaves unknown fields of decoded values out, at any depth", function()
    assert.equal('{"HostConfig":{"PidsLimit":1},"Id":"a"}',
      round_trip("ContainerInspectResponse", '{"Id":"a","NewThing":' ..
        '{"A":1},"HostConfig":{"PidsLimit":1,"Newer":2}}'))
  end)

  it("is exact for every type that an answer has, whatever is in it",
    function()
      local names = sample.object_types{
        "ContainerInspectResponse", "ContainerSummary", "ImageInspect",
        "ImageSummary", "Network", "Volume", "SystemInfo", "Service", "Task",
        "Node", "Swarm", "Plugin", "Secret", "Config", "ExecInspectResponse",
        "SystemDataUsageResponse", "ContainerCreateRequest", "BuildInfo",
      }
      assert.truthy(#names > 100)
      math.randomseed(42)
      for _, name in ipairs(names) do
        for _ = 1, 25 do
          local json = sample.typed_json(name, 6)
          local again = round_trip(name, json)
          assert.same(cjson.decode(json), cjson.decode(again), name)
          assert.equal(again, round_trip(name, again))
        end
      end
    end)
end)

describe("commands", function()
  local function cmd(value)
    return encode("ContainerConfig", { cmd = value })
  end

  it("are lists of words, or a line as a shell reads it", function()
    assert.equal('{"Cmd":["echo","a b"]}', cmd{ "echo", "a b" })
    assert.equal('{"Cmd":["sh","-c","echo \\"$X\\" ","a b"]}',
      cmd [[sh -c 'echo "$X" ' a\ b]])
    assert.equal('{"Cmd":[]}', cmd "")
    assert.equal('{"Cmd":[""]}', cmd "''")
  end)

  it("complain of an open quote and of other types", function()
    assert.equal("cmd: a quote is not closed, or it ends in a backslash",
      complaint("ContainerConfig", { cmd = "echo 'a" }))
    assert.equal("cmd[2]: expected string, got number",
      complaint("ContainerConfig", { cmd = { "sleep", 10 } }))
    assert.equal("cmd: expected string or list, got number",
      complaint("ContainerConfig", { cmd = 1 }))
  end)
end)

describe("environments", function()
  local function env(value)
    return encode("ContainerConfig", { env = value })
  end

  it("are lists, kept in order, or maps, sorted", function()
    assert.equal('{"Env":["B=1","A"]}', env{ "B=1", "A" })
    assert.equal('{"Env":["A=x=y","B=1","C=1.5","D=true","E","F=2"]}',
      env{ A = "x=y", B = 1, C = 1.5, D = true, E = false, F = 2.0 })
    assert.equal('{"Env":[]}', env{})
  end)

  it("complain of names that are none, and of other values", function()
    assert.equal('env["A=B"]: not the name of a variable',
      complaint("ContainerConfig", { env = { ["A=B"] = "x" } }))
    assert.equal('env[""]: not the name of a variable',
      complaint("ContainerConfig", { env = { [""] = "x" } }))
    assert.equal('env["A"]: expected string, number or boolean, got table',
      complaint("ContainerConfig", { env = { A = {} } }))
    assert.equal('env["A"]: not a finite number',
      complaint("ContainerConfig", { env = { A = 1 / 0 } }))
  end)
end)

describe("labels", function()
  local function labels(value)
    return encode("ContainerConfig", { labels = value })
  end

  it("are maps, or lists of pairs of which the last wins", function()
    assert.equal('{"Labels":{"a":"1","b":"false","c.D":"x"}}',
      labels{ a = 1, b = false, ["c.D"] = "x" })
    assert.equal('{"Labels":{"a":"x=y","b":""}}',
      labels{ "a=1", "b", "a=x=y" })
    assert.equal('{"Labels":{}}', labels{})
  end)

  it("complain of other values", function()
    assert.equal("labels[2]: expected string, got number",
      complaint("ContainerConfig", { labels = { "a=b", 5 } }))
    assert.equal('labels["a"]: expected string, number or boolean, got table',
      complaint("ContainerConfig", { labels = { a = {} } }))
    assert.equal("labels: expected table or list, got string",
      complaint("ContainerConfig", { labels = "a=b" }))
  end)
end)

describe("sets", function()
  local function ports(value)
    return encode("ContainerConfig", { exposed_ports = value })
  end

  it("are lists of keys, or maps", function()
    assert.equal('{"ExposedPorts":{"53/udp":{},"80/tcp":{}}}',
      ports{ "80/tcp", "53/udp", "80/tcp" })
    assert.equal('{"ExposedPorts":{"80":{}}}', ports{ 80 })
    assert.equal('{"ExposedPorts":{"a":{},"b":{},"c":{}}}',
      ports{ a = true, b = {}, c = "", d = false })
    assert.equal('{"ExposedPorts":{}}', ports{})
  end)

  it("complain of other values", function()
    assert.equal('exposed_ports["a"]: expected true or {}, got number',
      complaint("ContainerConfig", { exposed_ports = { a = 1 } }))
    assert.equal('exposed_ports["a"]: expected true or {}',
      complaint("ContainerConfig", { exposed_ports = { a = { 1 } } }))
    assert.equal("exposed_ports[1]: expected string, got boolean",
      complaint("ContainerConfig", { exposed_ports = { true } }))
  end)
end)

describe("durations", function()
  local function interval(value)
    return encode("HealthConfig", { interval = value })
  end

  it("are seconds or text", function()
    assert.equal('{"Interval":30000000000}', interval(30))
    assert.equal('{"Interval":1500000000}', interval(1.5))
    assert.equal('{"Interval":90000000000}', interval "1m30s")
    assert.equal('{"Interval":123456789123456789}',
      interval "123456789123456789ns")
    assert.equal('{"Interval":0}', interval(0))
    assert.equal('{"Interval":9223372036000000000}', interval(9223372036))
  end)

  it("complain of what is none", function()
    local out_of_range =
      "interval: out of range: a duration has at most 292 years"
    for _, value in ipairs{ 9223372037, math.maxinteger, math.mininteger,
                            1e300, 1 / 0, -1 / 0, 0 / 0 } do
      assert.equal(out_of_range,
        complaint("HealthConfig", { interval = value }))
    end
    assert.equal('interval: not a duration such as "1m30s": "1 hour"',
      complaint("HealthConfig", { interval = "1 hour" }))
    assert.equal("interval: expected seconds or a duration, got boolean",
      complaint("HealthConfig", { interval = true }))
  end)
end)

describe("sizes", function()
  it("are bytes or text", function()
    assert.equal('{"Memory":536870912}', field("memory", "512m"))
    assert.equal('{"Memory":512}', field("memory", 512))
    assert.equal('{"Memory":512}', field("memory", 512.0))
    assert.equal('{"MemorySwap":-1}', field("memory_swap", -1))
    assert.equal('{"Memory":0}', field("memory", 0))
  end)

  it("complain of what is none", function()
    assert.equal('memory: not a size such as "512m": "lots"',
      complaint("HostConfig", { memory = "lots" }))
    assert.equal("memory: expected whole bytes, got 1.5",
      complaint("HostConfig", { memory = 1.5 }))
  end)
end)

describe("an object of ours", function()
  local client = core.client and
    core.client{ host = "unix:///nowhere/docker.sock" }
  local object = core.new_object and
    core.new_object("container", client, { id = "5d0b" })

  it("stands for its id", function()
    assert.equal('{"NetworkMode":"5d0b"}', field("network_mode", object))
    assert.equal('{"Cmd":["5d0b"]}',
      encode("ContainerConfig", { cmd = { object } }))
    assert.equal('{"Env":["A=5d0b"]}',
      encode("ContainerConfig", { env = { A = object } }))
    assert.equal('["5d0b"]', encode("any", { object }))
  end)

  it("is named in complaints", function()
    assert.truthy(complaint("HostConfig", { privileged = object })
      :find "got moonsail.container$")
    assert.truthy(complaint("HostConfig", { network_mode = client })
      :find "^network_mode: expected string, got moonsail.client$")
  end)
end)
