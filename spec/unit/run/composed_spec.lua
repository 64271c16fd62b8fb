-- SPDX-License-Identifier: MIT
-- Streams whose items come from a Lua function.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
require "moonsail"

-- A stream of the values of a list ("timeout": nothing came), that counts how
-- often it was closed.
local function of(list, kind)
  local i, seen = 0, { closed = 0 }
  local stream = core.stream_of{
    label = "docker:events", kind = kind,
    read = function(seconds)
      i = i + 1
      seen.seconds = seconds
      if list[i] == "timeout" then return nil, "timeout" end
      return list[i], list[i] and "stdout"
    end,
    close = function() seen.closed = seen.closed + 1 end,
  }
  return stream, seen
end

describe("a composed stream", function()
  it("gives what its function gives, and ends once", function()
    local stream, seen = of{ "a", "timeout", "b" }
    assert.equal("stream of docker:events", tostring(stream))
    assert.same({ "a", "stdout" }, { stream:read(1.5) })
    assert.equal(1.5, seen.seconds)
    assert.same({ nil, "timeout" }, { stream:read(0) })
    assert.equal(0, seen.seconds)
    assert.equal("b", (stream:read()))
    assert.is_nil(seen.seconds)
    assert.is_false(stream:is_closed())
    assert.is_nil(stream:read())
    assert.is_true(stream:is_closed())
    assert.is_nil(stream:read())
    assert.equal(1, seen.closed)
    stream:close()
    assert.equal(1, seen.closed)
    caught("closed", stream.read, stream)
  end)

  it("is a stream in all other ways", function()
    local stream, seen = of{ "a", "b", "c" }
    for item, source in stream:iterate() do
      assert.equal("stdout", source)
      if item == "b" then break end
    end
    assert.equal(1, seen.closed)
    local items = {}
    local lines = of({ "a", "b" }, "lines")
    for line in lines:lines() do items[#items + 1] = line end
    assert.same({ "a", "b" }, items)
    assert.equal("a\nb\n", of({ "a", "b" }, "lines"):read_all())
    assert.equal("documents", core.stream_kind(of{}))
    caught("argument", of{}.write, of{}, "x")
    caught("argument", of{}.lines, of{})
  end)

  it("is closed by an error of its function, which it raises", function()
    local closed = 0
    local stream = core.stream_of{
      read = function() error "broken" end,
      close = function()
        closed = closed + 1
        error "worse"
      end,
    }
    local ok, problem = pcall(stream)
    assert.is_false(ok)
    assert.matches("broken", problem)
    assert.equal(1, closed)
    caught("closed", stream.read, stream)
  end)

  it("gives nil after an error of a call, which it raises", function()
    local stream = core.stream_of{ read = function()
      error(core.new_error{ kind = "connection", message = "gone" })
    end }
    caught("connection", stream)
    assert.is_nil(stream:read())
  end)

  it("is closed when its task is cancelled", function()
    local closed = 0
    local stream = core.stream_of{ read = function() core.sleep(60) end,
                                   close = function() closed = closed + 1 end }
    local task = core.spawn(function() return stream:read() end)
    core.sleep(0.01)
    task:cancel()
    caught("cancelled", task.join, task)
    assert.equal(1, closed)
    caught("closed", stream.read, stream)
  end)

  it("is closed by the collector", function()
    local seen = select(2, of{ "a" })
    collectgarbage()
    collectgarbage()
    assert.equal(1, seen.closed)
  end)

  it("waits in tasks, and refuses a second reader meanwhile", function()
    local stream = core.stream_of{ read = function()
      core.sleep(0.05)
      return "late"
    end }
    local first = core.spawn(function() return stream:read() end)
    local second = core.spawn(function() return stream:read() end)
    assert.equal("late", first:join())
    caught("argument", second.join, second)
  end)

  it("says what is wrong with its parts", function()
    caught("argument", core.stream_of, {})
    caught("argument", core.stream_of, { read = 1 })
    caught("argument", core.stream_of, { read = print, close = 1 })
    assert.is_false((pcall(core.stream_of, { read = print, kind = "x" })))
  end)
end)
