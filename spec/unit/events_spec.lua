-- SPDX-License-Identifier: MIT
-- Events of a scripted engine that goes away and comes back: nothing is lost,
-- and nothing is told twice.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local moonsail = require "moonsail"
local play = require "spec.support.play"

local SECOND = 1000000000
local T = 1700000000 -- when it all begins

-- A document: `name` happened so many nanoseconds after T.
local function event(name, nanoseconds, more)
  local time = T * SECOND + nanoseconds
  return ('{"Type":"container","Action":"%s","Actor":{"ID":"c"},'
    .. '"time":%d,"timeNano":%d%s}\n'):format(name, time // SECOND, time,
    more or "")
end

-- An answer of events that ends in good order.
local function told(...)
  return play.send(play.http("200 OK", "Content-Type: application/json\r\n",
                             table.concat{ ... }))
end

-- One that is torn off in the middle.
local function torn(...)
  return play.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    .. "Content-Length: 1000000\r\n\r\n" .. table.concat{ ... })
end

-- The names of all events, one text, to the end or until there are `count`.
local function names(stream, count)
  local list = {}
  for each in stream do
    list[#list + 1] = each.action
    if #list == count then break end
  end
  return table.concat(list, " ")
end

-- What the engine was asked for: the options `since`, in their order.
local function asked(server)
  local list = {}
  for query in server:log():gmatch("head %d+ GET /v1.41/events(%S*)") do
    list[#list + 1] = query:match("since=([%d.]+)") or "-"
  end
  return table.concat(list, " ")
end

local function info(time)
  return play.json(('{"SystemTime":"%s"}'):format(time))
end

describe("events that reconnect", function()
  it("go on behind the last one, without a repetition", function()
    local server <close>, client = play.start{
      torn(event("a", 0), event("b", 5), event("c", 3 * SECOND)),
      torn(event("b", 5), event("c", 3 * SECOND), event("d", 3 * SECOND),
           event("e", 4 * SECOND)),
      told(event("e", 4 * SECOND), event("f", 5 * SECOND)),
    }
    local stream = client:events{ reconnect = true, since = T,
                                  until_ = T + 10 }
    assert.equal("a b c d e f", names(stream))
    assert.is_true(stream:is_closed())
    assert.equal(("%d %d %d"):format(T, T + 2, T + 3), asked(server))
  end)

  it("tell one again that was torn in the middle", function()
    local whole = event("b", 7)
    for _, at in ipairs{ 1, 20, #whole - 2 } do
      local server <close>, client = play.start{
        torn(event("a", 5), whole:sub(1, at)),
        told(event("a", 5), whole),
      }
      local stream = client:events{ reconnect = true, since = T,
                                    until_ = T + 1 }
      assert.equal("a b", names(stream))
      server:stop()
    end
  end)

  it("tell apart what happened at the same moment", function()
    local other = event("a", 5):gsub('"c"', '"other"')
    local network = event("a", 5):gsub("container", "network")
    local all = event("a", 5) .. other .. network .. event("b", 5)
    local server <close>, client = play.start{
      torn(event("a", 5)), told(all, event("a", 6)),
    }
    local stream = client:events{ reconnect = true, since = T,
                                  until_ = T + 1 }
    local list = {}
    for each in stream do
      list[#list + 1] = each.type .. " " .. each.actor.id .. each.action
    end
    assert.same({ "container ca", "container othera", "network ca",
                  "container cb", "container ca" }, list)
    server:stop()
  end)

  it("tell what came late, out of order", function()
    local server <close>, client = play.start{
      torn(event("b", 2 * SECOND)),
      told(event("a", 2 * SECOND - 9), event("b", 2 * SECOND)),
    }
    assert.equal("b a", names(client:events{
      reconnect = true, since = T, until_ = T + 1 }))
    server:stop()
  end)

  it("tell nothing that lies before `since`, which may be a fraction",
     function()
    local server <close>, client = play.start{
      torn(event("a", 5), event("b", SECOND // 2)),
      told(event("a", 5), event("b", SECOND // 2), event("c", SECOND)),
    }
    assert.equal("b c", names(client:events{
      reconnect = true, since = T .. ".500000000", until_ = T + 1 }))
    assert.equal(("%d %d"):format(T, T), asked(server))
  end)

  it("forget what is long past", function()
    local first, second = {}, {}
    for i = 1, 2000 do first[i] = event("e" .. i, i * SECOND // 100) end
    for i = 1900, 2001 do
      second[#second + 1] = event("e" .. i, i * SECOND // 100)
    end
    local server <close>, client = play.start{
      torn(table.concat(first)), told(table.concat(second)),
    }
    local stream = client:events{ reconnect = true, since = T,
                                  until_ = T + 60 }
    local n = 0
    for each in stream do
      n = n + 1
      assert.equal("e" .. n, each.action)
    end
    assert.equal(2001, n)
    assert.equal(("%d %d"):format(T, T + 19), asked(server))
  end)

  it("begin where they began when nothing was told before the loss",
     function()
    local server <close>, client = play.start{
      torn(),
      info("2023-11-14T22:13:21.5+00:00"), -- T + 1.5, by its clock
      torn(event("past", SECOND // 2), event("a", 3 * SECOND // 2 + SECOND)),
      torn(event("b", 3 * SECOND)),
    }
    local stream <close> = client:events{ reconnect = true }
    assert.equal("a b", names(stream, 2))
    assert.matches("^%- " .. T + 1 .. " " .. T + 1, asked(server))
  end)

  it("go by our clock where the engine's is not to be had", function()
    local server <close>, client = play.start{
      torn(),
      play.json('{"message":"no"}', "403 Forbidden"),
      torn((event("a", 0):gsub("1700000000", "9999999999"))),
    }
    local stream <close> = client:events{ reconnect = true }
    assert.equal("a", names(stream, 1))
    local since = tonumber(asked(server):match("^%- (%d+)"))
    assert.is_true(math.abs(os.time() - since) < 30)
  end)

  it("negotiate anew with an engine that is another now", function()
    local refusal = '{"message":"client version 1.41 is too new. '
      .. 'Maximum supported API version is 1.40"}'
    local server <close> = play.serve{
      play.pong("1.41"),
      torn(event("a", 0)),
      play.json(refusal, "400 Bad Request"),
      play.pong("1.40"),
      told(event("a", 0), event("b", 1)),
    }
    local client = moonsail.client(server.address)
    assert.equal("a b", names(client:events{
      reconnect = true, since = T, until_ = T + 1 }))
    assert.equal("1.40", client:api_version())
  end)

  it("raise what is wrong with the call at once", function()
    local server <close>, client = play.start{
      play.json('{"message":"invalid filter"}', "400 Bad Request"),
    }
    local problem = caught("api", client.events, client,
                           { reconnect = true, filters = { type = "x" } })
    assert.equal("invalid filter", problem.message)
    assert.equal("client:events", problem.method)
    server:stop()
    caught("connection", client.events, client, { reconnect = true })
  end)

  it("raise what the engine says against a further call", function()
    local server <close>, client = play.start{
      torn(event("a", 0)),
      play.json('{"message":"bad gateway"}', "502 Bad Gateway"),
      play.json('{"message":"not for you"}', "403 Forbidden"),
    }
    local stream = client:events{ reconnect = true, since = T }
    assert.equal("a", stream().action)
    assert.equal("not for you", caught("forbidden", stream).message)
    server:stop()
  end)

  it("raise what is wrong when the engine is away too long", function()
    local server, client = play.start{ torn(event("a", 0)) }
    local stream = client:events{ reconnect = 0.5, since = T }
    assert.equal("a", stream().action)
    server:stop()
    local before = core.now()
    caught("connection", stream)
    assert.is_true(core.now() - before >= 0.5)
    assert.is_true(stream:is_closed())
  end)

  it("end when an engine ends them again and again", function()
    local endings = {}
    for i = 1, 20 do endings[i] = told() end
    local server <close>, client = play.start(endings)
    local stream = client:events{ reconnect = 0.5, since = T }
    assert.matches("again and again", caught("connection", stream).message)
    server:stop()
  end)

  it("end at `until_`, which a shutdown may look like", function()
    local late = os.time() + 1000
    local server <close>, client = play.start{
      told(event("a", 0)), told(event("a", 0), event("b", 1)),
      told(event("b", 1)), told(event("b", 1)),
    }
    assert.equal("a b", names(client:events{
      reconnect = true, since = T, until_ = late }))
    server:stop()
  end)

  it("can be waited for, and closed, while there is no connection",
     function()
    local server <close>, client = play.start{ torn(event("a", 0)) }
    local stream = client:events{ reconnect = true, since = T }
    assert.equal("a", stream:read(5).action)
    assert.same({ n = 2, nil, "timeout" }, table.pack(stream:read(0)))
    assert.same({ n = 2, nil, "timeout" }, table.pack(stream:read(0.3)))
    server:stop()
    assert.same({ n = 2, nil, "timeout" }, table.pack(stream:read(0.3)))
    stream:close()
    assert.is_true(stream:is_closed())
    caught("closed", stream.read, stream)
  end)

  it("take silence for a loss, if they are told how long it may be",
     function()
    local server <close>, client = play.start{
      torn(event("a", 0)) .. "\npause 1000", told(event("b", 1)),
    }
    local stream = client:events{ reconnect = true, since = T,
                                  until_ = T + 1, idle_timeout = 0.1 }
    assert.equal("a b", names(stream))
    server:stop()
  end)

  it("are as the API names them where that was asked for", function()
    local server <close>, client = play.start{
      torn(event("a", 0)), told(event("a", 0), event("b", 1)),
    }
    local list = {}
    for each in client:events{ reconnect = true, raw = true, since = T,
                               until_ = T + 1 } do
      list[#list + 1] = each.Action
    end
    assert.same({ "a", "b" }, list)
    server:stop()
  end)
end)

describe("events", function()
  it("end with the connection unless told to reconnect", function()
    local server <close>, client = play.start{
      torn(event("a", 0)), torn(event("a", 0)),
    }
    for _, reconnect in ipairs{ false, "no" } do
      if reconnect == "no" then reconnect = nil end
      local stream = client:events{ reconnect = reconnect }
      assert.equal("a", stream().action)
      caught("connection", stream)
    end
    server:stop()
  end)

  it("refuse what is no way to reconnect", function()
    local client = moonsail.client("unix:///nowhere")
    for _, value in ipairs{ "yes", 0, -1, {} } do
      assert.matches("^reconnect: expected true or seconds",
        caught("argument", client.events, client,
               { reconnect = value }).message)
    end
    assert.matches("did you mean reconnect", caught("argument",
      client.events, client, { reconect = true }).message)
  end)

  it("have the fields of older engines, too", function()
    local server <close>, client = play.start{ torn(
      event("die", 0, ',"status":"die","id":"c","from":"busybox"')) }
    local each = client:events()()
    assert.equal("container", each.type)
    assert.equal("die", each.action)
    assert.equal("c", each.actor.id)
    assert.same({}, each.actor.attributes)
    assert.equal("die", each.status)
    assert.equal("busybox", each.from)
    server:stop()
  end)
end)
