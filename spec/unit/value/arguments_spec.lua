-- SPDX-License-Identifier: MIT
-- csrc/value/arguments, options, gather, nearest: from options to a request.

local cjson = require "cjson"
local core = require "moonsail.core"
local caught = require "spec.support.caught"

local function arguments(operation, options)
  return core.arguments(operation, options, "label")
end

local function complaint(operation, options)
  local problem = caught("argument", arguments, operation, options)
  assert.equal("label", problem.method)
  return problem.message
end

-- The value of a header among "Name: value" lines.
local function header(call, name)
  for _, line in ipairs(call.headers) do
    local found, value = line:match "^([^:]+): (.*)$"
    if found:lower() == name:lower() then return value end
  end
end

describe("the path", function()
  local function target(id)
    return arguments("ContainerInspect", { id = id }).target
  end

  it("takes names and ids", function()
    assert.equal("/containers/web/json", target "web")
    assert.equal("/containers/a%20b%3F%23%25/json", target "a b?#%")
    assert.equal("/images/reg.example:5000/a/b:1.0/json",
      arguments("ImageInspect", { name = "reg.example:5000/a/b:1.0" }).target)
  end)

  it("takes names as engines list them, with a slash", function()
    assert.equal("/containers/web/json", target "/web")
  end)

  it("refuses what would lead to another endpoint", function()
    assert.equal("id: missing (string)", complaint("ContainerInspect", {}))
    assert.equal("id: missing (string)", complaint("ContainerInspect", nil))
    assert.equal("id: missing (string)",
      complaint("ContainerInspect", { id = cjson.null }))
    for _, id in ipairs{ "", "/" } do
      assert.equal("id: must not be empty",
        complaint("ContainerInspect", { id = id }))
    end
    for _, id in ipairs{ ".", "..", "a/../b", "../x", "x/.", "a\0b" } do
      assert.truthy(complaint("ContainerInspect", { id = id })
        :find "^id: not a name: ", id)
    end
    assert.equal("/containers/.../json", target "...")
    assert.equal("id: expected string, got number",
      complaint("ContainerInspect", { id = 12 }))
    assert.equal("id: expected string, got table",
      complaint("ContainerInspect", { id = {} }))
  end)
end)

describe("the query", function()
  local function query(operation, options)
    return arguments(operation, options).target:match "%?(.*)$"
  end

  it("has what was given, sorted", function()
    assert.is_nil(query("ContainerList", {}))
    assert.equal("all=true&limit=3&size=false",
      query("ContainerList", { size = false, limit = 3, all = true }))
    assert.is_nil(query("ContainerList", { all = cjson.null }))
  end)

  it("is percent-encoded", function()
    assert.equal("path=%2Fa%20b%26c%3Dd%C3%BC",
      query("ContainerArchive", { id = "x", path = "/a b&c=dü" }))
  end)

  it("takes numbers where there is only text", function()
    assert.equal("tail=10", query("ContainerLogs", { id = "x", tail = 10 }))
    assert.equal("tail=all",
      query("ContainerLogs", { id = "x", tail = "all" }))
    assert.equal("tail: expected string, got number",
      complaint("ContainerLogs", { id = "x", tail = 1.5 }))
  end)

  it("takes points in time", function()
    local function since(value)
      return query("ContainerLogs", { id = "x", since = value })
    end
    assert.equal("since=1700000000", since(1700000000))
    assert.equal("since=1700000000", since(1700000000.0))
    assert.equal("since=1699999999.5", since(1699999999.5))
    assert.equal("since=1699999999.1", since(1699999999.1))
    assert.equal("since=0.000000001", since(1e-9))
    assert.equal("since=2", since(1.9999999996))
    assert.equal("since=2024-01-01T00%3A00%3A00Z",
      since "2024-01-01T00:00:00Z")
    assert.equal("until=-1.25",
      query("ContainerLogs", { id = "x", until_ = -1.25 }))
    for _, value in ipairs{ 0 / 0, 1 / 0, 1e15 } do
      assert.equal("since: not a point in time",
        complaint("ContainerLogs", { id = "x", since = value }))
    end
    assert.equal("since: expected Unix seconds or text, got boolean",
      complaint("ContainerLogs", { id = "x", since = true }))
  end)

  it("writes times that read back the same", function()
    math.randomseed(3)
    for _ = 1, 1000 do
      local time = math.random(0, 2 ^ 31) + math.random(0, 2 ^ 22) / 2 ^ 22
      local text = query("ContainerLogs", { id = "x", since = time })
        :match "^since=(.*)$"
      assert.falsy(text:find "e")
      assert.truthy(math.abs(tonumber(text) - time) < 1e-9)
    end
  end)

  it("repeats what is a list", function()
    assert.equal("t=a&t=b%3A1", query("ImageBuild", { tag = { "a", "b:1" } }))
    assert.equal("t=a", query("ImageBuild", { tag = "a" }))
    assert.is_nil(query("ImageBuild", { tag = {} }))
    assert.equal("tag[2]: expected string, got boolean",
      complaint("ImageBuild", { tag = { "a", true } }))
  end)

  it("takes sizes", function()
    assert.equal("memory=536870912", query("ImageBuild", { memory = "512m" }))
  end)
end)

describe("filters", function()
  local function filters(value)
    local target = arguments("ContainerList", { filters = value }).target
    return (target:match "filters=(.*)$":gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end))
  end

  it("are maps of scalars, lists or maps", function()
    assert.equal('{"status":["running"]}', filters{ status = "running" })
    assert.equal('{"exited":["0"],"is-task":["true"],"status":["a","b"]}',
      filters{ status = { "a", "b" }, exited = 0, is_task = true })
    assert.equal('{"label":["a=b","c=1","d"]}',
      filters{ label = { "a=b", "c=1", "d" } })
    assert.equal('{"label":["a=b","c=1"]}',
      filters{ label = { c = 1, a = "b" } })
    assert.equal('{"until":["10m"]}', filters{ until_ = "10m" })
    assert.equal('{"label":[]}', filters{ label = {} })
    assert.equal("{}", filters{})
  end)

  it("are passed on when they are JSON already", function()
    assert.equal('{"id":{"x":true}}', filters '{"id":{"x":true}}')
  end)

  it("complain of other values", function()
    assert.equal("filters: expected table, got boolean",
      complaint("ContainerList", { filters = true }))
    assert.equal(
      'filters["status"][2]: expected string, number or boolean, got table',
      complaint("ContainerList", { filters = { status = { "a", {} } } }))
    assert.equal("filters: expected table with names as keys, got list",
      complaint("ContainerList", { filters = { "status=running" } }))
  end)
end)

describe("headers", function()
  local function auth(value)
    return header(arguments("ImageCreate", { auth = value, from_image = "x" }),
      "X-Registry-Auth")
  end

  local function base64(text) -- of URLs
    local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" ..
      "0123456789-_"
    local bits = text:gsub(".", function(c)
      local byte, out = c:byte(), ""
      for i = 7, 0, -1 do out = out .. (byte >> i & 1) end
      return out
    end)
    bits = bits .. ("0"):rep(-#bits % 6)
    local out = bits:gsub("%d%d%d%d%d%d", function(six)
      local n = tonumber(six, 2)
      return digits:sub(n + 1, n + 1)
    end)
    return out .. ("="):rep(-#out % 4)
  end

  it("carry JSON as base64", function()
    assert.equal(base64 '{"password":"b?>~","username":"a"}',
      auth{ username = "a", password = "b?>~" })
  end)

  it("are passed on when they are text already", function()
    assert.equal("abc", auth "abc")
  end)

  it("never become two", function()
    for _, text in ipairs{ "a\r\nX: y", "a\nb", "a\rb", "a\0b" } do
      assert.equal("auth: a header has no line end and no NUL in it",
        complaint("ImageCreate", { auth = text, from_image = "x" }))
    end
  end)
end)

describe("the body", function()
  it("is made of options that are fields", function()
    local call = arguments("ContainerCreate", {
      name = "web", image = "alpine", cmd = "sleep 1",
      host_config = { memory = "1k", port_bindings = {
        ["80/tcp"] = { { host_port = "8080" } } } },
    })
    assert.equal("/containers/create?name=web", call.target)
    assert.equal("application/json", header(call, "Content-Type"))
    assert.same({
      Image = "alpine", Cmd = { "sleep", "1" }, HostConfig = {
        Memory = 1024,
        PortBindings = { ["80/tcp"] = { { HostPort = "8080" } } },
      },
    }, cjson.decode(call.body))
  end)

  it("may be given as a whole", function()
    assert.equal('{"Image":"alpine"}',
      arguments("ContainerCreate", { body = { image = "alpine" } }).body)
    assert.equal("body: given besides options that are in the body",
      complaint("ContainerCreate", { body = { image = "a" }, cmd = "x" }))
    assert.equal("body.imagee: unknown field (did you mean image?)",
      complaint("ContainerCreate", { body = { imagee = "a" } }))
  end)

  it("is {} when it must be there, and else not there", function()
    assert.equal("{}", arguments("ContainerUpdate", { id = "x" }).body)
    assert.equal("{}", arguments("ExecStart", { id = "x" }).body)
    local call = arguments("ImageCommit", { container = "x" })
    assert.is_nil(call.body)
    assert.is_nil(header(call, "Content-Type"))
    assert.equal('{"Detach":true}',
      arguments("ExecStart", { id = "x", detach = true }).body)
  end)

  it("takes fields that the model does not know from `extra`", function()
    assert.equal('{"Memory":5,"NewField":{"Sub_x":[1]}}',
      arguments("ContainerUpdate", { id = "x", memory = 5,
        extra = { NewField = { Sub_x = { 1 } } } }).body)
    assert.equal('{"A":1}', arguments("ExecStart",
      { id = "x", extra = { A = 1 } }).body)
    assert.equal("extra: expected table, got string",
      complaint("ContainerUpdate", { id = "x", extra = "a" }))
  end)

  it("is a list where the API says so", function()
    assert.equal('["A=b"]',
      arguments("PluginSet", { name = "p", body = { "A=b" } }).body)
    assert.equal("body[1]: expected string, got number",
      complaint("PluginSet", { name = "p", body = { 1 } }))
  end)

  it("is bytes, or a file", function()
    local options = { id = "x", path = "/", body = "a\0tar" }
    local call = arguments("PutContainerArchive", options)
    assert.equal("a\0tar", call.body)
    assert.equal("application/x-tar", header(call, "Content-Type"))
    options.body, options.body_file = nil, "/tmp/x.tar"
    call = arguments("PutContainerArchive", options)
    assert.equal("/tmp/x.tar", call.body_file)
    assert.equal("", call.body)
    options.body = "tar"
    assert.equal("body_file: there is a body too",
      complaint("PutContainerArchive", options))
    options.body, options.body_file = nil, nil
    assert.equal("body: missing (string, or body_file)",
      complaint("PutContainerArchive", options))
    options.body = {}
    assert.equal("body: expected string, open file, stream or function, got "
      .. "table",
      complaint("PutContainerArchive", options))
    options.body, options.body_file = nil, "a\0b"
    assert.equal("body_file: a path has no NUL in it",
      complaint("PutContainerArchive", options))
  end)

  it("is refused where there is none", function()
    assert.equal("body: ContainerStart does not take one",
      complaint("ContainerStart", { id = "x", body = "a" }))
    assert.equal("body_file: ContainerCreate does not take one",
      complaint("ContainerCreate", { image = "x", body_file = "a" }))
  end)
end)

describe("extra, where there is no object", function()
  it("goes into the query", function()
    assert.equal("/containers/x/start?a=1&b=x&b=y&c=%7B%22d%22%3Atrue%7D&e=" ..
      "false", arguments("ContainerStart", { id = "x", extra = {
        a = 1, b = { "x", "y" }, c = { d = true }, e = false } }).target)
  end)
end)

describe("options", function()
  it("are refused when unknown, with what is near", function()
    assert.equal("al: unknown option (did you mean all?)",
      complaint("ContainerList", { al = true }))
    assert.equal("filter: unknown option (did you mean filters?)",
      complaint("ContainerList", { filter = {} }))
    assert.equal("time_out: unknown option (did you mean timeout?)",
      complaint("ContainerList", { time_out = 1 }))
    assert.equal("qqqqqqqq: unknown option",
      complaint("ContainerList", { qqqqqqqq = true }))
    assert.equal("port_bindings: unknown option " ..
      "(did you mean host_config.port_bindings?)",
      complaint("ContainerCreate", { port_bindings = {} }))
    assert.equal("expected table with names as keys, got list",
      complaint("ContainerList", { "x" }))
    assert.equal("expected names as keys, got a key of type boolean",
      complaint("ContainerList", { [true] = 1 }))
  end)

  it("are refused when given twice", function()
    assert.equal("host_config: given twice, also as HostConfig",
      complaint("ContainerCreate", { HostConfig = {}, host_config = {} }))
    assert.equal("until_: given twice, also as until",
      complaint("ContainerLogs", { id = "x", until_ = 1, ["until"] = 2 }))
  end)

  it("of the call itself are checked", function()
    for _, name in ipairs{ "timeout", "connect_timeout", "idle_timeout" } do
      assert.truthy(arguments("ContainerList", { [name] = 0.5 }))
      assert.truthy(arguments("ContainerList", { [name] = false }))
      assert.equal(name .. ": expected 0 seconds or more",
        complaint("ContainerList", { [name] = -1 }))
      assert.equal(name .. ": expected 0 seconds or more",
        complaint("ContainerList", { [name] = 0 / 0 }))
      assert.equal(name .. ": expected seconds or false, got string",
        complaint("ContainerList", { [name] = "1" }))
      assert.equal(name .. ": expected seconds or false, got boolean",
        complaint("ContainerList", { [name] = true }))
    end
    assert.equal("raw: expected boolean, got number",
      complaint("ContainerList", { raw = 1 }))
  end)

  it("of the operation come before those of the call", function()
    assert.equal("/containers/x/stop?t=3",
      arguments("ContainerStop", { id = "x", timeout = 3 }).target)
  end)

  it("are left as they were", function()
    local options = { image = "x", host_config = { memory = "1k" },
                      labels = { "a=b" }, extra = { a = {} } }
    arguments("ContainerCreate", options)
    assert.same({ image = "x", host_config = { memory = "1k" },
                  labels = { "a=b" }, extra = { a = {} } }, options)
  end)

  it("stand for objects", function()
    local client = core.client{ host = "unix:///nowhere/docker.sock" }
    local object = core.new_object("container", client, { id = "5d0b" })
    assert.equal("/containers/5d0b/json",
      arguments("ContainerInspect", { id = object }).target)
    assert.equal("/commit?container=5d0b",
      arguments("ImageCommit", { container = object }).target)
  end)
end)

describe("versions", function()
  it("are those of the newest option given", function()
    local call = arguments("ContainerCreate",
      { image = "x", platform = "linux/amd64" })
    assert.equal(41, call.since)
    assert.equal("platform", call.since_path)
    call = arguments("ContainerCreate", { image = "x", host_config = {
      annotations = { a = "b" } }, platform = "linux/amd64" })
    assert.equal(43, call.since)
    assert.equal("host_config.annotations", call.since_path)
  end)

  it("are those of the first option to go", function()
    local call = arguments("BuildPrune", { keep_storage = 1 })
    assert.equal(51, call["until"])
    assert.equal("keep_storage", call.until_path)
    assert.equal(0, arguments("BuildPrune", {})["until"])
    assert.equal(0, arguments("BuildPrune", { all = true })["until"])
  end)

  it("are not asked of what an engine gave", function()
    local json = '{"Annotations":{"a":"b"},"Binds":[]}'
    local call = arguments("ContainerCreate",
      { image = "x", host_config = core.decode("HostConfig", json) })
    assert.equal(25, call.since)
    assert.equal('{"HostConfig":' .. json .. ',"Image":"x"}', call.body)
  end)

  it("are asked of what stands beside it", function()
    local call = arguments("ContainerCreate", { image = "x",
      host_config = core.decode("HostConfig", "{}"),
      networking_config = { endpoints_config = { a = { gw_priority = 1 } } } })
    assert.equal(48, call.since)
    assert.equal('networking_config.endpoints_config["a"].gw_priority',
      call.since_path)
  end)
end)

describe("every operation", function()
  -- A value for an option that must be given.
  local function value_for(option)
    if option.type == "integer" then return 1 end
    if option.type == "bytes" then return "tar" end
    if option.type:find "^array" then return {} end
    return "x"
  end

  local function required(operation)
    local options = {}
    for name, option in pairs(operation.options) do
      if option.required and option.place ~= "body" then
        options[name] = value_for(option)
      elseif option.required then
        options.body = value_for(option)
      end
    end
    return options
  end

  it("can be called with what it must have, and with nothing less", function()
    for _, id in ipairs(core.operations()) do
      local operation = core.operation(id)
      local options = required(operation)
      local call = arguments(id, options)
      assert.truthy(call.target:find "^/", id)
      assert.falsy(call.target:find "[{}]", id)
      for name in pairs(options) do
        local value = options[name]
        options[name] = nil
        assert.truthy(complaint(id, options):find(name .. ": missing (", 1,
          true), id)
        options[name] = value
      end
    end
  end)

  it("refuses an option of a wrong type, naming it", function()
    for _, id in ipairs(core.operations()) do
      local operation = core.operation(id)
      for name, option in pairs(operation.options) do
        if option.place ~= "body" and option.type ~= "any" then
          local options = required(operation)
          options[name] = print
          assert.truthy(complaint(id, options):find("^" .. name .. "[:.]"),
            id .. " " .. name)
        end
      end
    end
  end)
end)

describe("gather_options", function()
  local function gather(positional, ...)
    return core.gather_options(positional, "label", ...)
  end

  local function refused(positional, ...)
    return caught("argument", gather, positional, ...).message
  end

  it("takes values by place, then options", function()
    assert.same({}, gather("repo tag"))
    assert.same({ repo = "a" }, gather("repo tag", "a"))
    assert.same({ repo = "a", tag = "b" }, gather("repo tag", "a", "b"))
    assert.same({ repo = "a", force = true },
      gather("repo tag", "a", { force = true }))
    assert.same({ timeout = 10 }, gather("timeout", { timeout = 10 }))
    assert.same({ tag = "b" }, gather("repo tag", nil, "b"))
    assert.same({ repo = "a" }, gather("repo tag", "a", nil))
    assert.same({ repo = "a" }, gather("repo tag", "a", nil, nil))
    assert.same({ repo = "a", x = 1 }, gather("repo tag", "a", nil, { x = 1 }))
  end)

  it("takes a list for a value, and an empty table for options", function()
    assert.same({ cmd = { "ls", "-l" } }, gather("cmd", { "ls", "-l" }))
    assert.same({}, gather("cmd", {}))
    assert.same({ image = "a", cmd = { "ls" }, tty = true },
      gather("image cmd", "a", { "ls" }, { tty = true }))
  end)

  it("copies the options", function()
    local options = { a = 1 }
    local gathered = gather("", options)
    assert.same(options, gathered)
    assert.are_not.equal(options, gathered)
  end)

  it("refuses too many values, and what is given twice", function()
    assert.equal("takes only a table of options, got string", refused("", "a"))
    assert.equal("too many arguments: takes repo tag, then a table of options",
      refused("repo tag", "a", "b", "c"))
    assert.equal("too many arguments: takes a, then a table of options",
      refused("a", {}, "b"))
    assert.equal("repo: given twice, by place and by name",
      refused("repo tag", "a", { repo = "b" }))
  end)
end)

describe("nearest", function()
  local names = { "filters", "limit", "all", "size" }

  it("finds slips of the pen", function()
    for _, given in ipairs{ "filter", "fliters", "Filters", "filtersx",
                            "filtrs" } do
      assert.equal("filters", core.nearest(given, names))
    end
    assert.equal("all", core.nearest("lal", names)) -- two letters swapped
  end)

  it("finds nothing where nothing is near", function()
    assert.is_nil(core.nearest("privileged", names))
    assert.is_nil(core.nearest("xx", names))
    assert.is_nil(core.nearest(("x"):rep(100), names))
    assert.is_nil(core.nearest("", names))
  end)
end)
