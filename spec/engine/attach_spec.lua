-- SPDX-License-Identifier: MIT
-- Sessions with what a container runs.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local gates = require "spec.support.gate"
local moonsail = require "moonsail"

local docker = fixture.client()

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

-- One that reads, created and not started.
local function reader(command, options)
  options = options or {}
  options.open_stdin = true
  options.stdin_once = options.stdin_once ~= false
  return fixture.created(command or { "cat" }, options)
end

-- All that comes, by source.
local function all_of(session)
  local parts = { stdout = {}, stderr = {} }
  for bytes, source in session do
    table.insert(parts[source], bytes)
  end
  return table.concat(parts.stdout), table.concat(parts.stderr)
end

-- Reads until all of it is there.
local function expect(session, text)
  local got = ""
  while #got < #text do
    local bytes, why = session:read(10)
    assert(bytes, why)
    got = got .. bytes
  end
  assert.equal(text, got)
end

describe("attach", function()
  it("goes both ways, and ends with the end of the input", function()
    local container = reader()
    local session <close> = container:attach()
    container:start()
    session:write "hello\n"
    expect(session, "hello\n")
    session:write "world"
    session:close_write()
    expect(session, "world")
    assert.is_nil(session:read())
    assert.equal(0, session:exit_code())
    assert.is_true(session:is_closed())
  end)

  it("does so by TCP", function()
    local gate <close> = gates.start(engine.socket(), { tcp = true })
    local client <close> = moonsail.client(gate.address)
    local container = client.containers:get(reader():id())
    local session <close> = container:attach()
    container:start()
    session:write "hello"
    session:close_write()
    expect(session, "hello")
    assert.is_nil(session:read())
    assert.equal(0, session:exit_code())
  end)

  it("tells the outputs apart", function()
    local container = fixture.created{ "sh", "-c",
      "echo out; sleep 0.1; echo err >&2; exit 3" }
    local session = container:attach()
    container:start()
    assert.same({ "out\n", "err\n" }, { all_of(session) })
    assert.equal(3, session:exit_code())
  end)

  it("gives what is wanted only", function()
    for _, wanted in ipairs{ "stdout", "stderr" } do
      local container = fixture.created{ "sh", "-c", "echo o; echo e >&2" }
      local session = container:attach{
        stdout = wanted == "stdout", stderr = wanted == "stderr",
      }
      container:start()
      assert.same(wanted == "stdout" and { "o\n", "" } or { "", "e\n" },
                  { all_of(session) })
    end
  end)

  it("loses nothing of a container that writes at once and ends", function()
    for i = 1, 50 do
      local remove = i % 2 == 0
      local container = fixture.created({ "echo", "x" },
                                        { auto_remove = remove })
      local session = container:attach()
      container:start()
      assert.same({ "x\n", "" }, { all_of(session) })
      assert.equal(0, session:exit_code())
    end
  end)

  it("knows the exit code of what is removed", function()
    local container = fixture.created({ "sh", "-c", "exit 7" },
                                      { auto_remove = true })
    local session = container:attach()
    container:start()
    assert.is_nil(session:read())
    engine.eventually(function()
      return engine.docker("ps -aq --no-trunc") :find(container:id(), 1, true)
        == nil
    end)
    assert.equal(7, session:exit_code())
  end)

  it("has no exit code while the container runs", function()
    local container = fixture.sleeper()
    local session = container:attach()
    assert.is_nil(session:exit_code())
    session:close()
    assert.is_nil(session:exit_code())
    container:kill()
    container:wait()
    assert.equal(137, session:exit_code())
  end)

  it("gives lines, if asked", function()
    for _, how in ipairs{ "lines", "chunks" } do
      local container = fixture.created{ "sh", "-c",
        "printf 'a\\nb'; sleep 0.2; printf 'c\\nd'" }
      local session = container:attach{ chunks = how ~= "chunks" }
      container:start()
      local lines = {}
      if how == "lines" then
        for line in session:lines() do lines[#lines + 1] = line end
      else
        for line in session do lines[#lines + 1] = line end
      end
      assert.same({ "a", "bc", "d" }, lines)
    end
    local container = fixture.created{ "printf", "0123456789" }
    local session <close> = container:attach{ chunks = false, max_line = 5 }
    container:start()
    caught("limit", session.read, session)
  end)

  it("begins with what was written before, with logs = true",
     engines.needs({ podman = "5.0", reason = "Podman 4 gives it no frames" },
  function()
    local container = fixture.ended{ "echo", "before" }
    local session <close> = container:attach{ logs = true, stream = false }
    assert.same({ "before\n", "" }, { all_of(session) })
  end))

  it("passes all bytes on", function()
    local bytes = {}
    for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
    bytes = table.concat(bytes):rep(16)
    local container = reader()
    local session = container:attach()
    container:start()
    session:write(bytes)
    session:close_write()
    assert.equal(bytes, (all_of(session)))
  end)

  it("finds what has been created elsewhere, and from a list", function()
    local container = reader()
    for _, each in ipairs(docker.containers:list{ all = true }) do
      if each:id() == container:id() then
        local session = each:attach()
        container:start()
        session:write "x"
        session:close_write()
        assert.equal("x", (all_of(session)))
      end
    end
  end)

  it("goes on from where it was left, with keys to detach",
     engines.only_docker("Podman does not end the session", function()
    local container = reader(nil, { stdin_once = false, tty = true })
    local first = container:attach{ detach_keys = "ctrl-x,x" }
    container:start()
    first:write "one\n"
    expect(first, "one\r\none\r\n")
    first:write "\24x"
    repeat local bytes = first:read(10) until bytes == nil
    assert.is_true(first:is_closed())
    assert.is_true(container:reload():attrs().state.running)
    local second <close> = container:attach()
    second:write "two\n"
    expect(second, "two\r\ntwo\r\n")
  end))

  it("resizes the terminal", function()
    local container = reader({ "sh", "-c",
      "until [ \"$(stty size 2>&1)\" = '20 30' ]; do sleep 0.05; done" },
      { tty = true })
    local session = container:attach()
    container:start()
    session:resize(20, 30)
    all_of(session)
    assert.equal(0, session:exit_code())
    caught("argument", session.resize, session, "wide", 3)
    caught("argument", session.resize, session, 20)
  end)

  it("is held up by a command that does not read, and no longer", function()
    local container = reader{ "sh", "-c", "sleep 300" }
    local session = container:attach()
    container:start()
    local problem = caught("timeout", session.write, session,
                           ("x"):rep(8 * 1024 * 1024), 0.5)
    assert.equal("container:attach", problem.method)
    assert.is_true(session:is_closed())
  end)

  it("ends when the container does, whatever is still to be written",
     function()
    local container = reader{ "sh", "-c", "read line; echo $line" }
    local session = container:attach()
    container:start()
    session:write "first\n"
    expect(session, "first\n")
    assert.is_nil(session:read())
    caught("closed", session.write, session, "second\n")
    assert.equal(0, session:exit_code())
  end)
end)

describe("attach refuses", function()
  it("what is wrong, before anything is sent", function()
    local container = fixture.created()
    local cases = {
      { { nonsense = 1 }, "unknown option" },
      { { chunk = true }, "did you mean chunks" },
      { { stdin = 1 }, "^stdin: " },
      { { id = "x" }, "^id: it is the object's own" },
      { { stdin = true }, "^stdin: the container was created without" },
    }
    for _, name in ipairs{ "attach", "attach_websocket" } do
      for _, case in ipairs(cases) do
        local problem = caught("argument", container[name], container,
                               case[1])
        assert.equal("container:" .. name, problem.method)
        if not problem.message:find "needs API version 1.42" then
          assert.matches(case[2], problem.message)
        end
      end
      caught("argument", container[name], "web")
    end
  end)

  it("to write to what reads nothing", function()
    local container = fixture.created{ "sh", "-c", "sleep 300" }
    local session <close> = container:attach()
    container:start()
    caught("argument", session.write, session, "x")
  end)

  it("a container that has gone", function()
    local container = fixture.created()
    container:remove()
    caught("not_found", container.attach, container)
  end)

  it("one that is paused", engines.only_docker(
    "Podman attaches to it and says nothing", function()
    local container = fixture.sleeper()
    container:pause()
    local problem = caught("conflict", container.attach, container)
    assert.matches("paused", problem.message)
    container:unpause()
  end))

  it("a terminal's size for what is none of a command", function()
    local container = fixture.created()
    do -- Podman lets nobody attach while an export is open
      local archive <close> = container:export()
      caught("argument", archive.resize, archive, 1, 2)
      caught("argument", archive.exit_code, archive)
      archive:read_all()
    end
    local stream <close> = container:attach()
    local problem = caught("argument", stream.resize, stream, -1, 80)
    assert.equal("rows: expected 0 or more", problem.message)
  end)
end)

describe("attach_websocket", function()
  it("goes both ways", engines.only_docker("Podman has none", function()
    local container = reader()
    local session <close> = container:attach_websocket()
    container:start()
    session:write "hello\n"
    expect(session, "hello\n")
    container:kill()
    assert.is_nil((all_of(session)):match "%S")
    assert.equal(137, session:exit_code())
  end))

  it("ends the input when it is closed", engines.only_docker(
    "Podman has none", function()
    local container = reader()
    local session = container:attach_websocket()
    container:start()
    session:write "hello\n"
    expect(session, "hello\n")
    session:close()
    assert.equal(0, container:wait().exit_code)
    assert.equal("hello\n", container:logs().stdout)
  end))

  it("passes much on", engines.only_docker("Podman has none", function()
    local container = fixture.created{ "seq", "100000" }
    local session = container:attach_websocket()
    container:start()
    local out = all_of(session)
    assert.equal("100000\n", out:sub(-7))
    assert.equal(588895, #out)
  end))

  it("says that the container has gone", engines.only_docker(
    "Podman has none", function()
    local container = fixture.created()
    container:remove()
    caught("not_found", container.attach_websocket, container)
  end))
end)

describe("session", function()
  -- what HTTP/2 begins with, which the engine says as the client that it is
  local PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

  it("opens a connection on which the engine speaks HTTP/2",
     engines.only_docker("Podman has none", function()
    local session <close> = docker:session{
      id = fixture.name(), name = "spec", shared_key = "x",
      methods = { "/moonsail.spec/Nothing", "/grpc.health.v1.Health/Check" },
    }
    local got = ""
    while #got < #PREFACE do
      got = got .. assert(session:read(10))
    end
    assert.equal(PREFACE, got:sub(1, #PREFACE))
    session:write("\0\0\0\4\0\0\0\0\0") -- our settings: none
  end))

  it("refuses what is wrong", function()
    local problem = caught("argument", docker.session, docker, { x = 1 })
    assert.equal("client:session", problem.method)
    caught("argument", docker.session, {})
    caught("argument", docker.session, docker, { methods = { 1, {} } })
  end)
end)
