-- SPDX-License-Identifier: MIT
-- Operations, options and fields that the spoken version does not have, or no
-- longer has: errors before anything is sent. Each of them is tried on both
-- sides of each end of its range, with an engine that is not there: what is
-- let through to be sent ends as an error of kind "connection".

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"

local OLDEST, NEWEST = 25, 55

local clients = {}

-- The client of no engine that speaks 1.VERSION.
local function client(version)
  clients[version] = clients[version] or core.client{
    host = "unix:///nonexistent/socket", api_version = "1." .. version,
  }
  return clients[version]
end

-- Values ---------------------------------------------------------------------

local SCALARS = {
  any = "x", boolean = true, integer = 1, number = 1.5, string = "x",
  bytes = "x",
}

-- A value of a type that asks for nothing beyond the type itself.
local function plain_value(type_name)
  local made = core.type(type_name)
  if made.values then
    for _, value in ipairs(made.values) do
      if value.since == "1.25" then return value.text end
    end
  end
  if made.format == "environment" then return { "A=b" } end
  return SCALARS[made.kind] or {}
end

-- What stands around an element of a list, a map or JSON in text: the key,
-- and how paths show it.
local function around(made)
  if made.kind == "array" then return 1, "[1]" end
  if made.kind == "map" then return "k", '["k"]' end
end

-- Places ---------------------------------------------------------------------

-- Everything that can be given to an operation: {path, since, until_, value},
-- where since is the last first version on the way, and `asks` who asks for
-- it; until_ likewise.

local function narrowed(range, thing, path)
  local since = tonumber(thing.since:match "%d+$")
  local until_ = tonumber(thing["until"]:match "%d+$")
  local made = { since = range.since, asks = range.asks,
                 until_ = range.until_, ends = range.ends }
  if since > range.since then made.since, made.asks = since, path end
  if until_ < range.until_ then made.until_, made.ends = until_, path end
  return made
end

local visit_type

-- `wrap` makes the options that have a value at this place.
local function visit(list, seen, path, thing, range, wrap)
  range = narrowed(range, thing, path)
  list[#list + 1] = {
    path = path, range = range, options = wrap(plain_value(thing.type)),
  }
  visit_type(list, seen, path, thing.type, range, wrap)
end

function visit_type(list, seen, path, type_name, range, wrap)
  local made = core.type(type_name)
  if seen[type_name] then return end
  seen[type_name] = true
  if made.fields then
    for name, field in pairs(made.fields) do
      visit(list, seen, path .. "." .. name, field, range, function(value)
        return wrap{ [name] = value }
      end)
    end
  elseif made.element then
    local key, shown = around(made)
    visit_type(list, seen, path .. (shown or ""), made.element, range,
               function(value)
      return wrap(key and { [key] = value } or value)
    end)
  end
  seen[type_name] = nil
end

-- The options that must be given.
local function required(operation)
  local options = {}
  for name, option in pairs(operation.options) do
    if option.required then
      options[option.place == "body" and "body" or name] =
        plain_value(option.type)
    end
  end
  return options
end

local function with(options, name, value)
  local copy = { [name] = value }
  for key, other in pairs(options) do
    if key ~= name then copy[key] = other end
  end
  return copy
end

local function places(operation)
  local list, needed = {}, required(operation)
  local range = narrowed({ since = OLDEST, until_ = NEWEST }, operation,
                         operation.id)
  list[1] = { path = operation.id, range = range, options = needed }
  for name, option in pairs(operation.options) do
    local key = option.place == "body" and "body" or name
    visit(list, {}, key, option, range, function(value)
      return with(needed, key, value)
    end)
  end
  return list
end

-- Trying ---------------------------------------------------------------------

local function outcome(operation, options, version)
  local ok, problem = pcall(core.call, client(version), operation.id, options,
                            "the call")
  assert.is_false(ok)
  return problem
end

local function is_let_through(operation, place, version)
  local problem = outcome(operation, place.options, version)
  assert.equal("connection", problem.kind, ("%s %s in 1.%d: %s"):format(
    operation.id, place.path, version, tostring(problem)))
end

-- "host_config.annotations needs API version 1.43; it is 1.42 here"
local function is_refused(operation, place, version, path, words, needed)
  local problem = outcome(operation, place.options, version)
  local about = operation.id .. " " .. place.path
  assert.equal("argument", problem.kind, about)
  assert.equal("the call", problem.method, about)
  assert.equal(("%s %s API version 1.%d; it is 1.%d here"):format(
    path, words, needed, version), problem.message, about)
end

-- What went before what holds it came is in no version.
local function is_never(operation, place)
  local range = place.range
  is_refused(operation, place, range.since, range.ends, "is only there up to",
             range.until_)
  is_refused(operation, place, range.until_, range.asks, "needs", range.since)
end

local function try(operation, place)
  local range = place.range
  if range.since > range.until_ then return is_never(operation, place) end
  is_let_through(operation, place, range.since)
  if range.since > OLDEST then
    is_refused(operation, place, range.since - 1, range.asks, "needs",
               range.since)
  end
  is_let_through(operation, place, range.until_)
  if range.until_ < NEWEST then
    is_refused(operation, place, range.until_ + 1, range.ends,
               "is only there up to", range.until_)
  end
end

-- A place of which one end is not that of all versions. A ping goes out
-- without a version, and is let through in all.
local function is_limited(place)
  return place.path ~= "SystemPingHead" and
    (place.range.since > OLDEST or place.range.until_ < NEWEST)
end

describe("what the spoken version does not have", function()
  local n_operations, n_places = 0, 0

  for _, id in ipairs(core.operations()) do
    it("is refused by " .. id .. ", before anything is sent", function()
      local operation = core.operation(id)
      for _, place in ipairs(places(operation)) do
        if is_limited(place) then
          try(operation, place)
          n_places = n_places + 1
          local of_itself = place.path == id
          n_operations = n_operations + (of_itself and 1 or 0)
        end
      end
    end)
  end

  it("was all tried", function()
    -- the operations that came after 1.25, and some of the places
    assert.equal(14, n_operations)
    assert.is_true(n_places > 400)
  end)
end)

describe("an option in another spelling", function()
  local function refused(version, id, options, expected)
    local problem = caught("argument", core.call, client(version), id, options,
                           "x")
    assert.equal(expected, problem.message)
  end

  it("is refused under the name that we have for it", function()
    local message =
      "host_config.annotations needs API version 1.43; it is 1.42 here"
    refused(42, "ContainerCreate",
            { HostConfig = { Annotations = { a = "b" } } }, message)
    refused(42, "ContainerCreate",
            { body = { HostConfig = { annotations = {} } } },
            "body.host_config.annotations needs API version 1.43; "
              .. "it is 1.42 here")
    refused(34, "ContainerLogs", { id = "x", until_ = 5 },
            "until needs API version 1.35; it is 1.34 here")
  end)

  it("is read as an engine of old spelt it", function()
    local problem = caught("connection", core.call, client(25),
      "ContainerCreate", { host_config = { NanoCPUs = 5 } }, "x")
    assert.truthy(problem)
  end)
end)

describe("what an engine gave", function()
  it("is given back, whatever the version", function()
    local host = core.decode("HostConfig", '{"Annotations":{"a":"b"}}')
    caught("connection", core.call, client(30), "ContainerCreate",
           { image = "x", host_config = host }, "x")
  end)
end)

describe("of several things the newest", function()
  it("is the one that the error names", function()
    local problem = caught("argument", core.call, client(30),
      "ContainerCreate", {
        image = "x", platform = "linux/arm64",
        healthcheck = { start_interval = 1 },
        host_config = { init = true, annotations = {} },
      }, "containers:create")
    assert.equal("healthcheck.start_interval needs API version 1.44; "
      .. "it is 1.30 here", problem.message)
    assert.equal("containers:create", problem.method)
  end)
end)

describe("with an engine whose version is not known yet", function()
  local server, asking

  before_each(function()
    server = play.serve{ play.pong "1.38" }
    asking = core.client{ host = server.address }
  end)

  after_each(function()
    asking:close()
    server:stop()
  end)

  it("only the ping is sent", function()
    for _ = 1, 2 do
      local problem = caught("argument", asking.images.build_cancel,
                             asking.images, "x")
      assert.equal("BuildCancel needs API version 1.39; it is 1.38 here",
                   problem.message)
      assert.equal("images:build_cancel", problem.method)
    end
    assert.equal(1, server:log "head")
    assert.equal(1, server:log "GET /_ping ")
  end)

  it("mistakes are told before that", function()
    local problem = caught("argument", asking.images.build_cancel,
                           asking.images)
    assert.matches("id: missing", problem.message)
    assert.equal(0, server:log "head")
  end)
end)

describe("check", function()
  it("raises what a call would before it sends anything", function()
    local problem = caught("argument", core.check, client(38), "BuildCancel",
                           { id = "x" }, "images:build_cancel")
    assert.equal("BuildCancel needs API version 1.39; it is 1.38 here",
                 problem.message)
    assert.equal("images:build_cancel", problem.method)
    caught("argument", core.check, client(40), "BuildCancel", { i = "x" })
  end)

  it("sends nothing, and tells the version", function()
    assert.equal(39, core.check(client(39), "BuildCancel", { id = "x" }))
  end)

  it("asks for no version: one that is not known, it takes for good",
    function()
      local unknown <close> = core.client{ host = "unix:///nonexistent" }
      assert.is_nil(core.check(unknown, "BuildCancel", { id = "x" }))
      caught("argument", core.check, unknown, "BuildCancel", {})
    end)
end)

-- Methods -------------------------------------------------------------------

local COLLECTIONS = {
  containers = true, images = true, networks = true, volumes = true,
  plugins = true, swarm = true, nodes = true, services = true, tasks = true,
  secrets = true, configs = true,
}

-- A client, a collection, or an object that no engine has.
local function subject(class, version)
  if class == "client" then return client(version) end
  if COLLECTIONS[class] then return client(version)[class] end
  return core.new_object(class, client(version), {
    id = "x", name = "x", spec = { name = "x" }, version = { index = 1 },
  })
end

-- What is good enough for an argument that must be given.
local function argument_value(argument)
  if argument.type:find "string" then return "x" end
  if argument.type:find "integer" then return 1 end
  if argument.type:find "table" then return {} end
  return true
end

local function arguments_of(method)
  local values = {}
  for _, argument in ipairs(method.arguments or {}) do
    if not argument.optional then
      values[#values + 1] = argument_value(argument)
    end
  end
  return values
end

-- The options that a method has of an operation, and by no other way.
local function options_of(method, operation)
  local others, options = {}, {}
  for name in (method.fills or ""):gmatch "%S+" do others[name] = true end
  for _, argument in ipairs(method.arguments or {}) do
    others[argument.name] = true
  end
  for name, option in pairs(operation.options) do
    if not others[name] then options[name] = option end
  end
  return options
end

-- Calls the method with an option that came after its operation, in the
-- version before. Whether it is the version that is complained of: some need
-- more to be right before it comes to that, or are not there yet.
local function is_about_version(class, name, method, option_name, option)
  local version = tonumber(option.since:match "%d+$") - 1
  local object = subject(class, version)
  local arguments = arguments_of(method)
  arguments[#arguments + 1] = { [option_name] = plain_value(option.type) }
  local ok, problem = pcall(object[name], object, table.unpack(arguments))
  assert.is_false(ok)
  local about = ("%s:%s %s: %s"):format(class, name, option_name,
                                        tostring(problem))
  assert.not_equal("connection", problem.kind, about)
  assert.equal(class .. ":" .. name, problem.method, about)
  return problem.message:find("needs API version", 1, true) ~= nil
end

describe("no method, be it of one operation or of more,", function()
  it("sends anything before it refuses a newer option", function()
    require "moonsail"
    local n = 0
    for class, entry in pairs(require "moonsail.manual") do
      for name, method in pairs(entry.methods or {}) do
        for _, id in ipairs(method.takes or {}) do
          local operation = core.operation(id)
          for option_name, option in pairs(options_of(method, operation)) do
            if option.since > operation.since and
                is_about_version(class, name, method, option_name, option) then
              n = n + 1
            end
          end
        end
      end
    end
    assert.is_true(n > 55)
  end)
end)
