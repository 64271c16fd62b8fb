-- SPDX-License-Identifier: MIT
-- What containers write, at the end or as it comes.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"

local docker = fixture.client()

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

local TALK = { "sh", "-c",
  "echo one; sleep 0.1; echo two >&2; sleep 0.1; printf three" }

local function collected(...)
  local list = {}
  for line, source in ... do list[#list + 1] = source .. " " .. line end
  return list
end

describe("logs", function()
  it("gives all that was written", function()
    local logs = fixture.ended(TALK):logs()
    assert.equal("O> one\nE> two\nO> three", tostring(logs))
    assert.equal("one\nthree", logs.stdout)
    assert.equal("two\n", logs.stderr)
    assert.same({ "stdout one", "stderr two", "stdout three" },
                collected(logs))
  end)

  it("gives one source alone", function()
    local container = fixture.ended(TALK)
    assert.equal("two\n", container:logs{ stdout = false }.text)
    assert.equal("one\nthree", container:logs{ stderr = false }.text)
  end)

  it("gives the last lines", function()
    local container = fixture.ended{ "seq", "100" }
    assert.equal("99\n100\n", container:logs{ tail = 2 }.text)
    assert.equal("", container:logs{ tail = 0 }.text)
    assert.equal(100, #container:logs{ tail = "all" })
  end)

  it("gives timestamps", function()
    local logs = fixture.ended(TALK):logs{ timestamps = true }
    assert.matches("^%d%d%d%d%-%d%d%-%d%dT[%d:.]+Z one$", logs[1])
  end)

  it("gives what was written since, and until a moment", engines.needs({
    podman = "5.0", reason = "Podman 4 tells no fractions of seconds",
  }, function()
    local container = fixture.ended(TALK)
    local stamp = container:logs{ timestamps = true }[2]:match("^%S+")
    local before = container:logs{ until_ = stamp }
    assert.equal("one\n", before.stdout)
    assert.equal("three", container:logs{ since = stamp }.stdout)
  end))

  it("gives what was written since, and until", function()
    local container = fixture.ended(TALK)
    assert.equal("", container:logs{ ["until"] = 1 }.text)
    assert.equal("", container:logs{ until_ = "10m" }.text)
    assert.equal(3, #container:logs{ since = "10m" })
    assert.equal("", container:logs{ since = os.time() + 100 }.text)
  end)

  it("knows a terminal", function()
    local container = fixture.ended({ "sh", "-c", "echo a; echo b >&2" },
                                    { tty = true })
    assert.equal("O> a\nO> b", tostring(container:logs()))
    assert.equal("a\r\nb\r\n", container:logs().stdout)
  end)

  it("asks only once whether a listed container has one", function()
    local made = fixture.ended({ "echo", "a" }, { tty = true })
    local client, calls = fixture.counting_client()
    local container = client.containers:list{
      all = true, filters = { id = made:id() },
    }[1]
    assert.equal("O> a", tostring(container:logs()))
    assert.equal("O> a", tostring(container:logs()))
    assert.equal(4, calls()) -- list, inspect, logs, logs
    client:close()
  end)

  it("carries any bytes", function()
    local container = fixture.ended({ "sh", "-c",
      "printf 'a\\000b\\377\\n\\342\\202'; sleep 0.1; printf '\\254\\n'" },
      -- the usual one of Docker mends what is not UTF-8
      { log_driver = not engines.is_podman() and "local" or nil })
    assert.equal("a\0b\xFF\n\u{20AC}\n", container:logs().stdout)
    assert.same({ "stdout a\0b\xFF", "stdout \u{20AC}" },
                collected(container:logs()))
  end)

  it("carries long lines, and many", function()
    local container = fixture.ended{ "sh", "-c",
      "head -c 300000 /dev/zero | tr '\\0' x; echo; seq 20000" }
    local logs = container:logs()
    assert.equal(300000, #logs[1])
    assert.equal(20001, #logs)
    assert.equal("20000", logs[20001])
  end)

  it("gives chunks as they came", function()
    local logs = fixture.ended(TALK):logs{ chunks = true }
    assert.same({ "stdout one\n", "stderr two\n", "stdout three" },
                collected(logs))
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    local problem = caught("argument", container.logs, container,
                           { folow = true })
    assert.matches("did you mean follow", problem.message)
    caught("argument", container.logs, container, { tail = {} })
    problem = caught("argument", container.logs, container,
                     { since = "yesterday" })
    assert.matches("^since: 'yesterday' is no time", problem.message)
    container:remove()
    caught("not_found", container.logs, container)
  end)
end)

describe("followed logs", function()
  it("come line by line until the container ends", function()
    local container = fixture.started{ "sh", "-c", -- dockerd 20.10 does not
      "echo one; sleep 0.3; echo two >&2; echo three" } -- follow half a line
    local list = collected(container:logs{ follow = true })
    table.sort(list)
    assert.same({ "stderr two", "stdout one", "stdout three" }, list)
  end)

  it("come while the container runs", function()
    local container = fixture.started{ "sh", "-c",
      "echo first; trap 'echo last; exit' TERM; sleep 300 & wait" }
    local lines = {}
    for line in container:logs{ follow = true } do
      lines[#lines + 1] = line
      if line == "first" then container:kill "TERM" end
    end
    assert.same({ "first", "last" }, lines)
  end)

  it("are closed when the loop is left", function()
    local container = fixture.started{ "sh", "-c", -- Podman 4 begins its
      "echo up; trap 'exit 0' TERM; sleep 300 & wait" } -- answer with a line
    local busy = fixture.started{ "sh", "-c",
      "yes | head -n 10000000; sleep 300" }
    collectgarbage()
    local before = engine.open_files()
    for _ = 1, 5 do
      local stream, _, _, closing = busy:logs{ follow = true }
      for line in stream, nil, nil, closing do
        if line == "y" then break end
      end
      assert.is_true(stream:is_closed())
    end
    assert.is_true(engine.open_files() <= before + 1)
    local stream = container:logs{ follow = true }
    assert.is_false(stream:is_closed())
    stream:close()
    assert.is_true(stream:is_closed())
    caught("closed", stream)
  end)

  it("are called back, until false", function()
    local container = fixture.started{ "seq", "10" }
    local seen = {}
    container:logs{ follow = true }:each(function(line, source)
      seen[#seen + 1] = source .. " " .. line
      if line == "3" then return false end
    end)
    assert.same({ "stdout 1", "stdout 2", "stdout 3" }, seen)
  end)

  it("know a terminal", function()
    local container = fixture.started({ "sh", "-c", "echo a; echo b" },
                                      { tty = true })
    assert.same({ "stdout a", "stdout b" },
                collected(container:logs{ follow = true }))
  end)

  it("give chunks, in all as many bytes", function()
    local container = fixture.started{ "seq", "5000" }
    local parts = {}
    for bytes, source in container:logs{ follow = true, chunks = true } do
      assert.equal("stdout", source)
      parts[#parts + 1] = bytes
    end
    assert.equal(container:logs().stdout, table.concat(parts))
  end)

  it("refuse a line that is longer than allowed", function()
    local container = fixture.ended{ "sh", "-c",
      "echo ok; head -c 5000 /dev/zero | tr '\\0' x; echo" }
    local stream = container:logs{ follow = true, max_line = 1000 }
    assert.equal("ok", (stream()))
    caught("limit", stream)
  end)

  it("hold a bounded amount for a slow reader", function()
    local container = fixture.started{ "yes",
      ("x"):rep(1000) }
    local before = engine.resident()
    local stream <close> = container:logs{ follow = true }
    assert.is_string((stream()))
    require "moonsail.core".sleep(2)
    for _ = 1, 100 do assert.is_string((stream())) end
    assert.is_true(fixture.growth(before) < 6 * 1024 * 1024)
  end)
end)

describe("followed logs end", function()
  local function lines(container)
    local list = {}
    for line in container:logs{ follow = true } do list[#list + 1] = line end
    return list
  end

  it("with a container that says nothing", function()
    for _ = 1, 5 do
      local container = fixture.started{ "sleep", "0.3" }
      local before = require "moonsail.core".now()
      assert.same({}, lines(container))
      assert.is_true(require "moonsail.core".now() - before < 8)
      assert.are_not.equal("running", container:reload():status())
    end
  end)

  it("when there is nothing to wait for", function()
    assert.same({ "one" }, lines(fixture.ended{ "echo", "one" }))
    assert.same({}, lines(fixture.ended()))
    assert.same({}, lines(fixture.created()))
  end)

  it("with a run of a container that is started again", function()
    local container = fixture.started({ "sh", "-c", "echo one; exit 3" },
                                      { restart = "on-failure:2" })
    assert.equal("one", lines(container)[1])
  end)

  it("when the container is removed", function()
    local container = fixture.sleeper()
    local stream <close> = container:logs{ follow = true }
    assert.same({ n = 2, nil, "timeout" }, table.pack(stream:read(0)))
    container:remove{ force = true }
    assert.is_nil((stream()))
  end)

  it("not while it is paused", function()
    local container = fixture.started{ "sh", "-c",
      "trap 'exit 0' TERM; echo one; sleep 300 & wait" }
    local stream <close> = container:logs{ follow = true }
    assert.equal("one", (stream()))
    container:pause()
    assert.same({ n = 2, nil, "timeout" }, table.pack(stream:read(4.5)))
    container:unpause()
    container:stop()
    assert.is_nil((stream()))
  end)
end)

describe("streams of several containers", function()
  it("do not get into each other's way", function()
    local first = fixture.started{ "seq", "1", "500" }
    local second = fixture.started{ "seq", "501", "1000" }
    local a <close> = first:logs{ follow = true }
    local b <close> = second:logs{ follow = true }
    for i = 1, 500 do
      assert.equal(tostring(i), (a()))
      assert.equal(tostring(i + 500), (b()))
      if i % 100 == 0 then assert.is_true(docker:ping()) end
    end
  end)
end)
