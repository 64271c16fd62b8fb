-- SPDX-License-Identifier: MIT
-- csrc/value/decode: from JSON to typed Lua values.

local cjson = require "cjson"
local core = require "moonsail.core"
local caught = require "spec.support.caught"
local sample = require "spec.support.sample"

local function decode(type_name, json)
  return core.decode(type_name, json)
end

local INSPECT = "ContainerInspectResponse"

describe("decode of scalars", function()
  it("keeps integers exact to 64 bits", function()
    for _, text in ipairs{
      "0", "-1", "9007199254740993", "9223372036854775807",
      "-9223372036854775808",
    } do
      local value = decode("any", text)
      assert.equal("integer", math.type(value))
      assert.equal(text, ("%d"):format(value))
    end
  end)

  it("makes floats of what is no integer of 64 bits", function()
    for _, text in ipairs{ "1.5", "1e3", "-0", "18446744073709551615" } do
      local value = decode("any", text)
      assert.equal("float", math.type(value))
      assert.equal(cjson.decode("[" .. text .. "]")[1], value)
    end
  end)

  it("makes an integer of a float where one is meant and it can be", function()
    local host = decode("HostConfig",
      '{"Memory":1.5e3,"PidsLimit":2.0,"NanoCpus":2.5,"CpuShares":1e30}')
    assert.equal("integer", math.type(host.memory))
    assert.equal(1500, host.memory)
    assert.equal("integer", math.type(host.pids_limit))
    assert.equal(2.5, host.nano_cpus)
    assert.equal(1e30, host.cpu_shares)
  end)

  it("takes strings with every kind of escape", function()
    assert.equal('a"\\/\b\f\n\r\tü€😀\0z',
      decode("any", [["a\"\\\/\b\f\n\r\tü\u20ac\ud83d\ude00\u0000z"]]))
  end)

  it("takes short, long and repeated strings", function()
    local strings, texts = {}, {}
    for i = 1, 400 do
      strings[i] = ("0123456789abcdef"):rep(i // 16 + 1, i):sub(1, i)
      texts[i] = '"' .. strings[i] .. '"'
    end
    local json = "[" .. table.concat(texts, ",") .. "]"
    for _ = 1, 4 do -- held strings come from the second time on
      assert.same(strings, decode("any", json))
    end
  end)

  it("tells strings apart that begin, end and are in the middle alike",
    function()
      local a = ("x"):rep(20) .. "1" .. ("x"):rep(20)
      local b = ("x"):rep(20) .. "2" .. ("x"):rep(20)
      local c = ("x"):rep(9) .. "1" .. ("x"):rep(31)
      local d = ("x"):rep(10) .. "1" .. ("x"):rep(30)
      local json = ('["%s","%s","%s","%s","%s"]'):format(a, b, c, c, d)
      for _ = 1, 4 do
        assert.same({ a, b, c, c, d }, decode("any", json))
      end
    end)
end)

describe("decode of durations", function()
  local function seconds(ns)
    local value = decode("HealthConfig", ('{"Interval":%d}'):format(ns))
    return value.interval
  end

  it("gives whole seconds as integers", function()
    assert.equal(30, seconds(30000000000))
    assert.equal("integer", math.type(seconds(30000000000)))
    assert.equal(0, seconds(0))
    assert.equal(-1, seconds(-1000000000))
  end)

  it("gives parts of seconds as floats", function()
    assert.equal(1.5, seconds(1500000000))
    assert.equal(0.1, seconds(100000000))
    assert.equal(1e-9, seconds(1))
  end)

  it("gives text where a float would not be exact", function()
    assert.equal("123456789123456789ns", seconds(123456789123456789))
    assert.equal("9223372036854775807ns", seconds(math.maxinteger))
  end)

  it("gives what encodes to the same nanoseconds, whatever it is", function()
    math.randomseed(11)
    for _ = 1, 2000 do
      local ns = math.random(0) >> math.random(0, 63)
      local json = ('{"Interval":%d}'):format(ns)
      assert.equal(json, core.encode("HealthConfig",
        decode("HealthConfig", json)))
    end
  end)
end)

describe("decode of objects", function()
  it("names fields by the model", function()
    local value = decode(INSPECT, [[{"Id":"a","State":{"OOMKilled":true,
      "Pid":3},"HostConfig":{"NanoCpus":5,"UTSMode":"","BlkioDeviceReadIOps":
      [{"Path":"/dev/x","Rate":7}]}}]])
    assert.equal("a", value.id)
    assert.equal(true, value.state.oom_killed)
    assert.equal(3, value.state.pid)
    assert.equal(5, value.host_config.nano_cpus)
    assert.equal("", value.host_config.uts_mode)
    assert.same({ { path = "/dev/x", rate = 7 } },
      value.host_config.blkio_device_read_iops)
  end)

  it("keeps the user's keys as they are", function()
    local value = decode(INSPECT, [[{"Config":{"Labels":{"MyKey":"1",
      "com.example.X":"2"}},"NetworkSettings":{"Networks":{"MyNet":
      {"IPAddress":"10.0.0.1"}}},"HostConfig":{"LogConfig":{"Config":
      {"max-Size":"1m"}}}}]])
    assert.same({ MyKey = "1", ["com.example.X"] = "2" }, value.config.labels)
    assert.equal("10.0.0.1", value.network_settings.networks.MyNet.ip_address)
    assert.same({ ["max-Size"] = "1m" }, value.host_config.log_config.config)
  end)

  it("makes absent and null lists and maps empty tables of their own",
    function()
      local value = decode("HostConfig", '{"Binds":null}')
      assert.same({}, value.binds)
      assert.same({}, value.dns)
      assert.same({}, value.sysctls)
      assert.are_not.equal(value.binds, value.dns)
      local other = decode("HostConfig", "{}")
      value.dns[1] = "1.1.1.1"
      assert.same({}, other.dns)
    end)

  it("does so for every other one when any of them comes", function()
    local fields, lists = core.fields "HostConfig", {}
    for name, field in pairs(fields) do
      if field.type:find "^array" or field.type:find "^map" then
        lists[name] = field.wire
      end
    end
    for given, wire in pairs(lists) do
      local value = decode("HostConfig", ('{"%s":[1]}'):format(wire))
      for name in pairs(lists) do
        assert.equal(name == given and 1 or 0, #value[name], name)
      end
    end
  end)

  it("makes those tables when they are asked for, once", function()
    local value = decode("HostConfig", '{"PidsLimit":1,"Binds":null}')
    assert.equal("pids_limit", next(value))
    assert.is_nil(next(value, "pids_limit"))
    assert.equal(value.dns, value.dns)
    table.insert(value.dns, "1.1.1.1")
    assert.same({ "1.1.1.1" }, value.dns)
    assert.same({}, value.binds)
    assert.equal('{"Dns":["1.1.1.1"],"PidsLimit":1}',
      core.encode("HostConfig", value))
    assert.is_nil(value.memory)
    assert.is_nil(value.nobody)
    assert.is_nil(value.dns_)
    assert.is_nil(value[1])
    assert.is_nil(value[true])
    assert.is_nil(value.log_config)
  end)

  it("makes absent and null scalars and objects nil", function()
    local value = decode(INSPECT, '{"Id":null,"State":null}')
    assert.is_nil(value.id)
    assert.is_nil(value.state)
    assert.is_nil(value.host_config)
  end)

  it("never shows null", function()
    local function check(value)
      assert.are_not.equal(cjson.null, value)
      if type(value) == "table" then
        for _, element in pairs(value) do check(element) end
      end
    end
    check(decode(INSPECT, [[{"Id":null,"Foo":null,"Bar":[null,{"A":null}],
      "Config":{"Labels":{"a":null},"Volumes":{"/x":null},"Cmd":[null]},
      "NetworkSettings":{"Networks":{"a":null}},"Mounts":[null]}]]))
  end)

  it("keeps the place of lists, maps and objects that are null", function()
    local value = decode(INSPECT, [[{"NetworkSettings":{"Ports":
      {"80/tcp":null,"81/tcp":[]},"Networks":{"a":null}},"Mounts":[null]}]])
    assert.same({ ["80/tcp"] = {}, ["81/tcp"] = {} },
      value.network_settings.ports)
    assert.same({ a = {} }, value.network_settings.networks)
    assert.same({ {} }, value.mounts)
  end)

  it("lets the last of several values of a key win", function()
    assert.equal("b", decode(INSPECT, '{"Id":"a","Id":"b"}').id)
    assert.is_nil(decode(INSPECT, '{"Id":"a","Id":null}').id)
    assert.same({ "b" },
      decode("HostConfig", '{"Dns":["a"],"Dns":["b"]}').dns)
    assert.same({}, decode("HostConfig", '{"Dns":["a"],"Dns":null}').dns)
    assert.same({ "a" },
      decode("HostConfig", '{"Dns":null,"Dns":["a"]}').dns)
    assert.same({ a = "2" },
      decode("map of string", '{"a":"1","a":"2"}'))
    assert.equal(2, decode(nil, '{"FooBar":1,"FooBar":2}').foo_bar)
  end)

  it("reads other spellings under the same name", function()
    assert.equal(5, decode("HostConfig", '{"NanoCPUs":5}').nano_cpus)
    assert.equal(6,
      decode("HostConfig", '{"NanoCPUs":5,"NanoCpus":6}').nano_cpus)
    assert.equal(6,
      decode("HostConfig", '{"NanoCpus":6,"NanoCPUs":5}').nano_cpus)
    assert.equal(6,
      decode("HostConfig", '{"NanoCpus":6,"NanoCPUs":null}').nano_cpus)
  end)

  it("reads fields in any order, again and again", function()
    local names = { "Memory", "CpuShares", "PidsLimit", "OomScoreAdj",
                    "ShmSize", "CpuQuota" }
    math.randomseed(5)
    for _ = 1, 200 do
      for i = #names, 2, -1 do
        local k = math.random(i)
        names[i], names[k] = names[k], names[i]
      end
      local n, parts = math.random(0, #names), {}
      for i = 1, n do parts[i] = ('"%s" : %d'):format(names[i], i) end
      local value = decode("HostConfig",
        "{" .. table.concat(parts, " , ") .. "}")
      local lua_names = { Memory = "memory", CpuShares = "cpu_shares",
                          PidsLimit = "pids_limit", ShmSize = "shm_size",
                          OomScoreAdj = "oom_score_adj",
                          CpuQuota = "cpu_quota" }
      for i, name in ipairs(names) do
        assert.equal(i <= n and i or nil, value[lua_names[name]])
      end
    end
  end)

  it("reads keys that are written with escapes", function()
    assert.equal("x", decode(INSPECT, [[{"\u0049d":"x"}]]).id)
    assert.equal("x", decode(INSPECT, [[{"Id":"x","\u004eame":"y"}]]).id)
  end)
end)

describe("decode of what the model does not know", function()
  it("keeps unknown fields under converted names", function()
    local value = decode(INSPECT,
      '{"NewThing":{"SubField":[{"IPAddress":"x"}]},"Id":"a"}')
    assert.same({ sub_field = { { ip_address = "x" } } }, value.new_thing)
    assert.equal("a", value.id)
  end)

  it("does not let an unknown field take a known one's place", function()
    assert.equal("a", decode(INSPECT, '{"Id":"a","id":"b"}').id)
    assert.equal("a", decode(INSPECT, '{"id":"b","Id":"a"}').id)
    assert.equal("b", decode(INSPECT, '{"id":"b"}').id)
  end)

  it("converts the keys of a document without a type", function()
    assert.same({ message = "no such container", error_detail = { code = 1 } },
      decode(nil, '{"message":"no such container","errorDetail":{"code":1}}'))
  end)

  it("keeps values of the wrong type as they came", function()
    local value = decode(INSPECT, [[{"Id":7,"Config":[1,{"AbC":true}],
      "Mounts":{"AbC":1},"State":"up","HostConfig":{"Memory":"much",
      "Dns":"1.1.1.1","Privileged":0}}]])
    assert.equal(7, value.id)
    assert.same({ 1, { AbC = true } }, value.config)
    assert.same({ AbC = 1 }, value.mounts)
    assert.equal("up", value.state)
    assert.equal("much", value.host_config.memory)
    assert.equal("1.1.1.1", value.host_config.dns)
    assert.equal(0, value.host_config.privileged)
  end)

  it("keeps very long keys as they are", function()
    local key = ("Ab"):rep(100)
    assert.equal(1, decode(nil, ('{"%s":1}'):format(key))[key])
  end)

  it("gives what lua-cjson gives, but for null and integers", function()
    math.randomseed(23)
    for _ = 1, 300 do
      local json = sample.any_json(5)
      assert.same(sample.without_null(cjson.decode(json), cjson.null),
        decode("any", json), json)
    end
  end)
end)

describe("decode of malformed documents", function()
  local bad = {
    { "", "byte 0" }, { "{", "byte 1" }, { '{"Id":}', "byte 6" },
    { '{"Id":"a",}', "byte 10" }, { '{"Id":"a"', "byte 9" },
    { '{"Id" "a"}', "byte 6" }, { '{"Id":"a"}x', "byte 10" },
    { '{"Id":"\xff"}', "byte 7" }, { '{"State":{"Pid":01}}', "byte 17" },
    { '{"Mounts":[1', "byte 12" }, { '{"Config":{"Labels":{"a":"b"', "byte" },
    { '{"Foo":[1,{"a":]}', "byte 15" },
  }
  for _, case in ipairs(bad) do
    it(("refuses %q"):format(case[1]), function()
      local problem = caught("protocol", decode, INSPECT, case[1])
      assert.truthy(problem.message:find("the text", 1, true))
      assert.truthy(problem.message:find(case[2], 1, true), problem.message)
    end)
  end

  it("has a limit to nesting", function()
    local function nested(depth)
      return ("["):rep(depth) .. ("]"):rep(depth)
    end
    assert.truthy(decode("any", nested(512)))
    caught("limit", decode, "any", nested(513))
    caught("limit", decode, nil, ('{"a":'):rep(600) .. "1" .. ("}"):rep(600))
    assert.truthy(decode("any", nested(512)))
  end)

  it("refuses every beginning of a good document", function()
    local json = '{"Id":"a\\u00fc","State":{"Pid":-12,"OOMKilled":true},' ..
      '"Mounts":[{"RW":null}],"Config":{"Labels":{"a":"b"}},"New":[1.5e3]}'
    assert.truthy(decode(INSPECT, json))
    for i = 0, #json - 1 do
      caught("protocol", decode, INSPECT, json:sub(1, i))
    end
  end)

  it("works on after a failure", function()
    caught("protocol", decode, INSPECT, '{"Id":"a\\u00fc","State":{')
    assert.equal("aü", decode(INSPECT, '{"Id":"a\\u00fc"}').id)
  end)
end)

describe("decode_raw", function()
  it("gives lua-cjson's own tables", function()
    local value = core.decode_raw '{"IPAddress":null,"n":[1]}'
    assert.equal(cjson.null, value.IPAddress)
    assert.same({ 1 }, value.n)
  end)

  it("raises what is malformed as ours", function()
    caught("protocol", core.decode_raw, "{")
  end)
end)

describe("a typed value", function()
  local value = decode(INSPECT, [[{"Name":"/web","Id":"a\"b","Args":["x",
    "y"],"Config":{"Labels":{"com.example.X":"1","plain":"2"},"Env":[]},
    "State":{"Pid":1}}]])

  it("prints as sorted Lua, without what did not come", function()
    assert.equal([[
{
  args = {"x", "y"},
  config = {env = {}, labels = {["com.example.X"] = "1", plain = "2"}},
  id = "a\"b",
  name = "/web",
  state = {pid = 1},
}]], tostring(value))
  end)

  it("prints what Lua reads back", function()
    local read = assert(load("return " .. tostring(decode(INSPECT,
      [[{"Id":"\u0000\u0001\n\t\"\\ü\u007f1","Path":"a"}]]))))()
    assert.equal("\0\1\n\t\"\\ü\1271", read.id)
  end)

  it("does not print secrets", function()
    local text = tostring(decode("AuthConfig",
      '{"username":"me","password":"hush","identitytoken":"hush"}'))
    assert.truthy(text:find("me", 1, true))
    assert.falsy(text:find("hush", 1, true))
    text = tostring(decode("Swarm",
      '{"ID":"x","JoinTokens":{"Worker":"hush","Manager":"hush"}}'))
    assert.falsy(text:find("hush", 1, true))
  end)

  it("prints a table that holds itself", function()
    local own = decode(INSPECT, '{"Id":"a"}')
    own.own = own
    assert.truthy(tostring(own):find("{...}", 1, true))
  end)

  it("keeps its metatable", function()
    assert.equal("moonsail.value", getmetatable(value))
    assert.has_error(function() setmetatable(value, {}) end)
  end)
end)
