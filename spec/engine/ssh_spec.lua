-- SPDX-License-Identifier: MIT
-- Engines that are reached by ssh.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local moonsail = require "moonsail"
local roads = require "spec.support.roads"
local ssh = require "spec.support.ssh"

-- What is left in the folder for temporary files of tunnels.
local function places()
  return engine.sh "ls -d ${TMPDIR:-/tmp}/moonsail-* 2>/dev/null || :"
end

local function gone(programs)
  return engine.eventually(function()
    core.sleep(0.01)
    return #programs:living() == 0
  end)
end

-- Takes them away; their processes must be gone by themselves.
local function clear(programs)
  local ok, problem = pcall(gone, programs)
  programs:close()
  assert(ok, problem)
end

describe("by an ssh", function()
  local fake, places_before

  local function connect(host, options)
    options = options or {}
    options.host = "ssh://" .. host
    options.timeout = options.timeout or 20
    return core.client(options)
  end

  before_each(function()
    places_before = places()
  end)

  after_each(function()
    if fake then clear(fake) end
    fake = nil
    assert.equal(places_before, places())
  end)

  for name, test in roads.tests(function()
    return { host = "ssh://engine" }
  end) do
    it("that leads to an engine, it " .. name, function()
      fake = ssh.leading_to(engine.socket())
      test()
    end)
  end

  it("is asked for what the docker command asks for", function()
    fake = ssh.leading_to(engine.socket())
    for _, host in ipairs{ "one", "me@two:77", "[::1]:22",
                           "three/run/user/1/docker.sock" } do
      local docker <close> = connect(host, { connect_timeout = 1.5 })
      assert.is_true(docker:ping())
    end
    local docker <close> = connect("last", { connect_timeout = false })
    assert.is_true(docker:ping())
    assert.same({
      "-o ConnectTimeout=2 -T -- one docker system dial-stdio",
      "-o ConnectTimeout=2 -T -l me -p 77 -- two docker system dial-stdio",
      "-o ConnectTimeout=2 -T -p 22 -- ::1 docker system dial-stdio",
      "-o ConnectTimeout=2 -T -- three docker "
        .. "--host unix:///run/user/1/docker.sock system dial-stdio",
      "-T -- last docker system dial-stdio",
    }, fake:calls())
  end)

  it("makes few connections for many calls", function()
    fake = ssh.leading_to(engine.socket())
    local docker <close> = connect "engine"
    for _ = 1, 5 do
      docker:ping()
      docker.containers:list{}
      caught("not_found", core.call, docker, "ContainerStart",
             { id = "no-such" })
    end
    assert.equal(1, #fake:calls())
  end)

  it("sends nothing twice", function()
    -- answers a ping, and breaks off at the next request
    fake = ssh.fake [[
      line=x
      while [ "${#line}" -gt 1 ]; do read -r line; done
      printf 'HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\n'
      printf 'Content-Length: 2\r\n\r\nOK'
      read -r line
      echo "broke off" >&2]]
    local docker <close> = connect "engine"
    docker:ping()
    local problem = caught("connection", core.call, docker, "ContainerStart",
                           { id = "x" })
    assert.matches("closed the connection without answering",
                   problem.message)
    assert.equal(1, #fake:calls())
  end)

  it("ends with its client", function()
    fake = ssh.leading_to(engine.socket())
    local docker = connect "engine"
    docker:ping()
    assert.equal(1, #fake:living())
    docker:close()
    gone(fake)
    docker = connect "engine"
    docker:ping()
    assert.equal(1, #fake:living())
    docker = nil
    collectgarbage()
    assert.is_nil(docker)
  end)

  it("that is told nothing any more is killed", function()
    fake = ssh.fake "trap '' TERM; exec sleep 60"
    local docker <close> = connect("engine", { timeout = 0.1 })
    local problem = caught("timeout", docker.ping, docker)
    assert.matches("no answer from ssh://engine within 0.1 seconds",
                   problem.message)
  end)

  it("that is cancelled ends", function()
    fake = ssh.fake "exec sleep 60"
    moonsail.run(function()
      local docker <close> = connect "engine"
      local task = moonsail.spawn(docker.ping, docker)
      engine.eventually(function()
        core.sleep(0.01)
        return #fake:living() == 1
      end)
      task:cancel()
      pcall(task.join, task)
    end)
  end)

  it("that fails is asked why", function()
    for words, script in pairs{
      ["no way to ssh://me@engine: me@engine: Permission denied "
        .. "%(publickey%)%.$"] =
        "echo 'me@engine: Permission denied (publickey).\r' >&2; exit 255",
      ["ssh has ended without a word$"] = "exit 7",
      ["two lines of it$"] = "echo two lines >&2; echo of it >&2; exit 1",
      ["the last words$"] = "seq 100000 >&2; echo the last words >&2; exit 1",
      ["docker: not found$"] =
        "echo 'sh: 1: docker: not found' >&2; exit 127",
    } do
      fake = ssh.fake(script)
      local docker <close> = connect "me@engine"
      local problem = caught("connection", docker.ping, docker)
      assert.matches(words, problem.message)
      assert.is_true(#problem.message < 320)
      problem = caught("connection", core.call, connect("me@engine",
        { api_version = "1.41" }), "ContainerAttach", { id = "x" })
      assert.matches(words, problem.message)
      clear(fake)
      fake = nil
    end
  end)

  it("that fails is explained", function()
    fake = ssh.fake "echo 'me@x: Permission denied (publickey).' >&2; exit 255"
    local docker <close> = connect "me@engine"
    assert.matches("ssh must be able to log in without asking",
                   caught("connection", docker.ping, docker).hint)
  end)

  it("that says something else is no engine", function()
    fake = ssh.fake "echo Welcome!; cat"
    local docker <close> = connect "engine"
    local problem = caught("protocol", docker.ping, docker)
    assert.matches("does anything there write to who logs in%?",
                   problem.message)
  end)

  it("that cannot be found says so", function()
    local uv, path = require "luv", os.getenv "PATH"
    local docker <close> = connect "engine"
    uv.os_setenv("PATH", "/nowhere")
    local ok, problem = pcall(docker.ping, docker)
    uv.os_setenv("PATH", path)
    assert.is_false(ok)
    assert.equal("connection", problem.kind)
    assert.equal("no way to ssh://engine: cannot run ssh: No such file or "
      .. "directory", problem.message)
    assert.matches("install openssh%-client", problem.hint)
  end)
end)

describe("by a real sshd", function()
  local server

  after_each(function()
    if server then clear(server) end
    server = nil
  end)

  local function connect()
    return core.client{ host = server.address .. engine.socket(),
                        timeout = 20 }
  end

  it("an engine is reached, whatever is asked of it", function()
    server = ssh.server()
    local text = ("x"):rep(3000000)
    do
      local docker <close> = connect()
      assert.is_true(docker:ping())
      local container = docker.containers:create("busybox",
        { "sh", "-c", "trap 'exit 0' TERM; sleep 300 & wait" })
      container:start()
      local result = container:exec({ "cat" }, { stdin = text })
      container:remove{ force = true }
      assert.is_true(result.stdout == text)
    end
  end)

  it("one is refused that does not know us", function()
    server = ssh.server()
    server:forget_key()
    local docker <close> = connect()
    local problem = caught("connection", docker.ping, docker)
    assert.matches("Permission denied %(publickey%)", problem.message)
    assert.matches("without asking", problem.hint)
  end)

  it("one is refused that we do not know", function()
    server = ssh.server(true)
    local docker <close> = connect()
    local problem = caught("connection", docker.ping, docker)
    assert.matches("Host key verification failed", problem.message)
    assert.matches("accept the key", problem.hint)
  end)

  it("the engine there is asked for by its socket", function()
    server = ssh.server()
    local docker <close> = core.client{
      host = server.address .. "/no/such.sock", timeout = 20 }
    local problem = caught("connection", docker.ping, docker)
    assert.matches("/no/such.sock", problem.message)
  end)
end)
