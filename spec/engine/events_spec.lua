-- SPDX-License-Identifier: MIT
-- What happens on the engine, as a stream.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"

local docker = fixture.client()

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

-- The events from a time to one or two seconds from now: Podman loses some
-- that lie before an end which is past.
local function events(options)
  options.until_ = os.time() + 2
  local list = {}
  for event in docker:events(options) do list[#list + 1] = event end
  return list
end

local function actions(list)
  local set = {}
  for _, event in ipairs(list) do set[event.action] = event end
  return set
end

describe("client:events", function()
  it("tells what has happened, and ends at `until_`", function()
    local since = os.time()
    local label = fixture.name()
    local container = fixture.ended({ "sh", "-c", "exit 3" },
                                    { labels = { of = label } })
    container:remove()
    local set = actions(events{ since = since,
                                filters = { container = container } })
    assert.is_true(os.time() >= since + 1)
    local died = set.die
    assert.is_truthy(set.create and set.start and died)
    assert.is_truthy(set.destroy or set.remove)
    assert.equal("container", died.type)
    assert.equal(container:id(), died.actor.id)
    assert.equal(label, died.actor.attributes.of)
    assert.equal("3", died.actor.attributes.exitCode)
    assert.equal("integer", math.type(died.time))
    assert.equal("integer", math.type(died.time_nano))
    assert.equal(died.time, died.time_nano // 1000000000)
  end)

  it("takes filters, and times in all their forms", function()
    local label = fixture.name()
    fixture.created({ "true" }, { labels = { of = label } })
    local volume = fixture.volume()
    for _, since in ipairs{
      "1m", os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - 60),
    } do
      local list = events{ since = since, filters = {
        type = "container", event = { "create" }, label = "of=" .. label,
      } }
      assert.equal(1, #list)
      assert.equal("create", list[1].action)
    end
    if engines.is_podman() then return end -- it does not say which volume
    local set = actions(events{ since = "1m", filters = {
      type = "volume", volume = volume,
    } })
    assert.is_truthy(set.create)
  end)

  it("tells what happens, as it happens", function()
    local stream <close> = docker:events{ filters = { type = "container" } }
    local container = fixture.created()
    local event = stream()
    assert.equal("create", event.action)
    assert.equal(container:id(), event.actor.id)
  end)

  it("is over when the loop is left", function()
    fixture.created()
    local files = engine.open_files()
    for event in docker:events{ since = "1m" } do
      assert.is_string(event.type)
      break
    end
    assert.is_true(engine.open_files() <= files + 1)
  end)

  it("refuses what is none", function()
    local problem = caught("argument", docker.events, docker,
                           { since = "yesterday" })
    assert.matches("^since: ", problem.message)
    assert.equal("client:events", problem.method)
    assert.matches("^until: ", caught("argument", docker.events, docker,
                                      { until_ = {} }).message)
    caught("argument", docker.events, docker, { filter = {} })
    if engines.is_podman() then return end -- it ends at once
    caught("api", docker.events, docker,
           { since = os.time(), until_ = os.time() - 10 })
  end)
end)

describe("client:events with reconnect", function()
  it("tells what happens, and ends at `until_`", function()
    local stream = docker:events{ reconnect = true, since = os.time(),
                                  until_ = os.time() + 2,
                                  filters = { type = "container" } }
    local container = fixture.created()
    local seen
    for event in stream do
      seen = seen or event.actor.id == container:id()
        and event.action == "create"
    end
    assert.is_true(seen)
    assert.is_true(stream:is_closed())
  end)

  it("raises what the engine says against it", engines.only_docker(
     "Podman ends at once", function()
    caught("api", docker.events, docker,
           { reconnect = true, since = os.time(), until_ = os.time() - 10 })
  end))
end)

describe("the engine is started again #private #restart", function()
  -- What happened to containers, "create name" each, to the last of them.
  local function told(stream, last)
    local list = {}
    for event in stream do
      list[#list + 1] = event.action .. " " .. event.actor.attributes.name
      if list[#list] == last then break end
    end
    return table.concat(list, ", ")
  end

  local function create(client, name)
    return client.containers:create(fixture.IMAGE, { "true" },
                                    { name = name })
  end

  it("and nothing is lost, nor told twice", function()
    local own <close> = engine.start()
    local client = moonsail.client(own.host)
    local stream <close> = client:events{
      reconnect = true, filters = { type = "container" } }
    for round = 1, 2 do
      local a, b = "a" .. round, "b" .. round
      create(client, a)
      assert.equal("create " .. a, told(stream, "create " .. a))
      own:kill()
      assert.same({ n = 2, nil, "timeout" }, table.pack(stream:read(0.5)))
      own:restart()
      create(client, b)
      client.containers:remove(b)
      assert.equal(("create %s, destroy %s"):format(b, b),
                   told(stream, "destroy " .. b))
    end
    assert.same({ n = 2, nil, "timeout" }, table.pack(stream:read(1)))
  end)

  it("before anything was told, and nothing is lost", function()
    local own <close> = engine.start()
    local client = moonsail.client(own.host)
    local stream <close> = client:events{
      reconnect = true, filters = { type = "container" } }
    own:kill()
    own:restart()
    create(client, "one")
    assert.equal("create one", told(stream, "create one"))
  end)

  it("and it is away too long", function()
    local own <close> = engine.start()
    local client = moonsail.client(own.host)
    local stream <close> = client:events{ reconnect = 1 }
    own:kill()
    local problem = caught("connection", stream)
    assert.equal("client:events", problem.method)
    assert.is_true(stream:is_closed())
  end)
end)
