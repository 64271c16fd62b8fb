-- SPDX-License-Identifier: MIT
-- containers:run, from the image to the exit code.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"

local docker = fixture.client()
local containers = docker.containers

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

-- Runs under a name, so that what is left can be found.
local function run(command, options)
  options = options or {}
  options.name = options.name or fixture.name()
  fixture.remove_later(options.name)
  options.image = options.image or "busybox"
  options.cmd = command
  return containers:run(options)
end

local function is_gone(name)
  return engine.docker("ps -aq --filter name=" .. name) == ""
end

-- The options of a run whose input fails.
local function failing(options)
  options.stdin = function() error("no more of this", 0) end
  return options
end

describe("a run that is broken off", function()
  it("removes what was to be removed", function()
    local name = fixture.name()
    local ok, problem = pcall(run, { "sleep", "300" },
                              failing{ name = name, remove = true })
    assert.same({ false, "no more of this" }, { ok, problem })
    engine.eventually(function() return is_gone(name) end)
  end)

  it("does so when it is cancelled", function()
    local name = fixture.name()
    local task = moonsail.spawn(run, { "sleep", "300" },
                                { name = name, remove = true })
    local container = engine.eventually(function()
      moonsail.sleep(0.01)
      local found = docker.containers:list{ filters = { name = name } }
      return found[1]
    end)
    task:cancel()
    local problem = caught("cancelled", task.join, task)
    assert.equal(container:id(), problem.container_id)
    engine.eventually(function() return is_gone(name) end)
  end)

  it("leaves what was not to be removed", function()
    local name = fixture.name()
    assert.is_false(pcall(run, { "sleep", "300" }, failing{ name = name }))
    assert.equal("running", containers:get(name):status())
  end)
end)

describe("run", function()
  it("gives the output, the code and the container", function()
    local result = run({ "sh", "-c", "echo out; sleep 0.1; echo err >&2" })
    assert.equal("O> out\nE> err", tostring(result.logs))
    assert.equal("out\n", result.logs.stdout)
    assert.equal("err\n", result.logs.stderr)
    assert.equal(0, result.exit_code)
    assert.equal("exited", result.container:status())
    assert.equal(("container %s ended with exit code 0\nO> out\nE> err")
      :format(result.container:short_id()), tostring(result))
  end)

  it("takes a command as text, or none", function()
    assert.equal("a b\n", run("echo 'a b'").logs.stdout)
    local result = containers:run{
      image = "hello", name = fixture.remove_later(fixture.name()),
    }
    assert.matches("Hello", result.logs.stdout)
  end)

  it("removes the container, and loses nothing", function()
    for i = 1, 10 do
      local name = fixture.name()
      local result = run({ "sh", "-c", ("echo %d; echo e >&2"):format(i) },
                         { remove = true, name = name })
      assert.equal(("%d\n"):format(i), result.logs.stdout)
      assert.equal("e\n", result.logs.stderr)
      assert.equal(0, result.exit_code)
      assert.is_true(is_gone(name))
    end
  end)

  it("loses nothing of much output", function()
    local result = run({ "seq", "200000" }, { remove = true })
    assert.equal(200000, #result.logs)
    assert.equal("200000", result.logs[200000])
  end)

  it("keeps the exit code of what is removed", function()
    local result = run({ "sh", "-c", "exit 9" },
                       { remove = true, check = false })
    assert.equal(9, result.exit_code)
  end)

  it("knows a terminal", function()
    local result = run({ "sh", "-c", "test -t 1 && echo terminal" },
                       { tty = true })
    assert.equal("O> terminal", tostring(result.logs))
  end)

  it("takes an image object", function()
    local image = docker.images:get "busybox"
    local result = containers:run(image, { "echo", "x" }, {
      name = fixture.remove_later(fixture.name()),
    })
    assert.equal("x\n", result.logs.stdout)
  end)

  it("passes the options of create on", function()
    local volume = fixture.name()
    docker.api.volume_create{ name = volume }
    fixture.later(function() docker.api.volume_delete{ name = volume } end)
    local first = run({ "sh", "-c", "echo $GREETING >/data/x; cat /data/x" },
      { env = { GREETING = "hi" }, volumes = { volume .. ":/data" },
        remove = true })
    assert.equal("hi\n", first.logs.stdout)
    local second = run({ "sh", "-c", "cat /data/x; pwd; hostname; id -u" },
      { volumes = { [volume] = { bind = "/data", mode = "ro" } },
        workdir = "/tmp", hostname = "box", user = 7, remove = true })
    assert.equal("hi\n/tmp\nbox\n7\n", second.logs.stdout)
    run("true", { volumes = { volume .. ":/data:ro" }, read_only = true,
                  remove = true })
  end)

  it("works at the oldest API version of an engine", function()
    for _, version in ipairs{ "1.25", "1.29", "1.30" } do
      local client <close> = moonsail.client{
        host = engine.host(), api_version = version,
      }
      for _, remove in ipairs{ true, false } do
        local name = fixture.remove_later(fixture.name())
        local result = client.containers:run("busybox",
          { "sh", "-c", "echo x; exit 3" },
          { name = name, remove = remove, check = false })
        assert.equal("x\n", result.logs.stdout)
        assert.equal(3, result.exit_code)
        assert.equal(remove, is_gone(name))
      end
    end
  end)
end)

describe("a client that wants answers as they come", function()
  it("runs, creates, pulls and imports like others", function()
    local client <close> = moonsail.client{ host = engine.host(), raw = true }
    local name = fixture.remove_later(fixture.name())
    local result = client.containers:run("busybox", { "echo", "x" },
                                         { name = name })
    assert.equal("x\n", result.logs.stdout)
    assert.equal(name, result.container:name())
    assert.equal("x\n", result.container:logs().stdout)
    local image = client.images:pull(
      fixture.remove_image_later(engine.registry() .. "/busybox"))
    assert.matches("^sha256:", image:id())
  end)
end)

describe("a command that fails", function()
  it("is an error of kind container", function()
    local name = fixture.name()
    local problem = caught("container", run,
      { "sh", "-c", "echo fine; echo 'it went wrong' >&2; exit 3" },
      { name = name })
    assert.equal(3, problem.exit_code)
    assert.matches("^busybox", fixture.plain(problem.image))
    assert.equal("sh", problem.command[1])
    assert.equal(name, problem.container:name())
    assert.equal("fine\n", problem.logs.stdout)
    assert.matches("exit code 3: it went wrong$", problem.message)
    assert.matches("containers:run", tostring(problem))
    assert.is_true(moonsail.is_error(problem, "container"))
  end)

  it("quotes the last lines of stderr", function()
    local problem = caught("container", run,
      { "sh", "-c", "for i in 1 2 3 4 5; do echo $i >&2; done; exit 1" })
    assert.matches(": 3 / 4 / 5$", problem.message)
  end)

  it("is none with check = false", function()
    local result = run({ "sh", "-c", "exit 3" }, { check = false })
    assert.equal(3, result.exit_code)
    assert.equal("", tostring(result.logs))
  end)

  it("is removed as well", function()
    local name = fixture.name()
    caught("container", run, { "false" }, { name = name, remove = true })
    assert.is_true(is_gone(name))
  end)
end)

describe("a container that cannot be started", function()
  it("is an error that tells its id", function()
    local name = fixture.name()
    local problem = caught("api", run, { "/no/such/program" },
                           { name = name })
    assert.matches("no such file", problem.message)
    assert.equal(docker.containers:get(name):id(), problem.container_id)
  end)

  it("is removed with remove = true, attached or not", function()
    for _, detach in ipairs{ true, false } do
      local name = fixture.name()
      caught("api", run, { "/no/such/program" },
             { name = name, remove = true, detach = detach })
      assert.is_true(is_gone(name))
    end
  end)

  it("leaves nothing open", function()
    for _ = 1, 5 do -- until as many connections are kept as there will be
      pcall(run, { "/no/such/program" }, { remove = true })
    end
    collectgarbage()
    local before = engine.open_files()
    for _ = 1, 5 do
      pcall(run, { "/no/such/program" }, { remove = true })
    end
    assert.is_true(engine.open_files() <= before)
  end)
end)

describe("run with stream = true", function()
  it("returns before the container has ended", function()
    local name = fixture.name()
    local stream = run(
      { "sh", "-c", "echo one; read line; echo $line; exit 5" },
      { name = name, stream = true, stdin = true })
    assert.same({ "one", "stdout" }, { stream() })
    assert.is_nil(stream:exit_code())
    assert.equal("running", docker.containers:get(name):status())
    stream:write "two\n"
    assert.same({ "two", "stdout" }, { stream() })
    assert.is_nil(stream())
    assert.equal(5, stream:exit_code())
  end)

  it("knows the exit code of what is removed, and loses nothing", function()
    for i = 1, 8 do
      local name = fixture.name()
      local stream = run({ "sh", "-c", ("echo %d; exit %d"):format(i, i) },
                         { name = name, remove = true, stream = true })
      local lines = {}
      for line in stream do lines[#lines + 1] = line end
      assert.same({ tostring(i) }, lines)
      assert.equal(i, stream:exit_code())
      engine.eventually(function() return is_gone(name) end)
      assert.equal(i, stream:exit_code())
    end
  end)

  it("gives pieces, if asked, and refuses long lines", function()
    local stream = run({ "printf", "a\\nb" }, { stream = true, chunks = true })
    assert.equal("a\nb", stream:read_all())
    local long = run({ "printf", "0123456789" },
                     { stream = true, max_line = 5 })
    caught("limit", long)
  end)

  it("has a terminal of any size", function()
    local stream = run({ "sh", "-c",
      "until [ \"$(stty size 2>&1)\" = '20 30' ]; do sleep 0.05; done" },
      { stream = true, tty = true })
    stream:resize(20, 30)
    assert.is_nil(stream())
    assert.equal(0, stream:exit_code())
  end)

  it("leaves nothing open when the container cannot be started", function()
    local function try()
      local name = fixture.name()
      caught("api", run, { "/no/such/program" },
             { name = name, remove = true, stream = true })
      assert.is_true(is_gone(name))
    end
    for _ = 1, 5 do try() end
    collectgarbage()
    local before = engine.open_files()
    for _ = 1, 5 do try() end
    assert.is_true(engine.open_files() <= before)
  end)
end)

describe("detach", function()
  it("gives the running container at once", function()
    local container = run({ "sh", "-c", "echo up; sleep 300" },
                          { detach = true })
    assert.equal("running", container:status())
    local stream <close> = container:logs{ follow = true }
    assert.equal("up", (stream()))
  end)

  it("may remove it at its end", function()
    local name = fixture.name()
    local container = run({ "sh", "-c",
      "trap 'exit 0' TERM; sleep 300 & wait" },
      { name = name, detach = true, remove = true })
    container:stop()
    engine.eventually(function() return is_gone(name) end)
  end)
end)

describe("a missing image", function()
  local function fresh()
    local image = engine.registry() .. "/fresh"
    return fixture.remove_image_later(image)
  end

  it("is pulled", function()
    local image = fresh()
    -- it has no program: that it was created is enough
    local problem = caught("api", run, { "/noise" }, { image = image })
    assert.is_string(problem.container_id)
    assert.is_table(docker.images:get(image):attrs())
  end)

  it("is pulled silently, and with a word when progress is asked",
     function()
    local image = fresh()
    local lines = {}
    local file = { write = function(_, ...)
      lines[#lines + 1] = table.concat{ ... }
    end }
    pcall(run, { "/noise" }, { image = image, progress = file })
    assert.equal(image .. " is not here yet, pulling it\n", lines[1])
    assert.matches("Pulling", lines[2])
  end)

  it("is not pulled with pull = never", function()
    local problem = caught("not_found", run, "true",
                           { image = fresh(), pull = "never" })
    assert.matches("[Nn]o such image", problem.message)
  end)

  it("is an error when the registry has none either", function()
    local image = engine.registry() .. "/nonsense"
    local ok, problem = pcall(run, "true", { image = image })
    assert.is_false(ok)
    assert.equal("containers:run", problem.method)
    assert.equal("ImageCreate", problem.operation)
  end)

  it("is pulled anew with pull = always", function()
    local image = engine.registry() .. "/busybox"
    fixture.remove_image_later(image)
    local seen = 0
    local result = run({ "echo", "x" }, {
      image = image, pull = "always",
      progress = function() seen = seen + 1 end,
    })
    assert.equal("x\n", result.logs.stdout)
    assert.is_true(seen > 0)
  end)
end)

describe("wrong options", function()
  it("are complaints before anything is sent", function()
    local client, calls = fixture.counting_client()
    local cases = {
      { { detatch = true }, "did you mean detach" },
      { { detach = 1 }, "detach: expected a boolean, got integer" },
      { { check = "no" }, "check: expected a boolean, got string" },
      { { pull = "sometimes" }, 'pull: expected "missing"' },
      { { pull = "miss" }, 'pull: expected "missing"' },
      { { idle_timeout = 5 }, "^idle_timeout: .*timeout limits the run" },
      { { timeout = "x" }, '^timeout: .*, got "x"' },
      { { detach = true, check = true }, "^check: .*leave out detach" },
      { { stream = true, check = true }, "^check: .*leave out stream" },
      { { stream = true, timeout = 5 }, "^timeout: .*leave out stream" },
      { { stream = true, detach = true }, "^stream: there is nothing" },
      { { stdin = "x", detach = true }, "^stdin: nobody writes it" },
      { { stdin = true }, "^stdin: true is for stream = true" },
      { { stdin = {} }, "^stdin: expected a string, a function" },
      { { stdin = "x", open_stdin = false }, "^open_stdin: it is set by" },
      { { auth = "me" }, "auth: expected a table, got string" },
      { { progress = 7 }, "progress: expected true" },
      { { ports = { "x" } }, "ports%[1%]" },
      { { remove = true, memory = "much" }, "memory" },
      { { remove = "yes" }, "auto_remove" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", client.containers.run,
                             client.containers, "busybox", "true", case[1])
      assert.equal("containers:run", problem.method)
      assert.matches(case[2], problem.message)
    end
    caught("argument", client.containers.run, client.containers)
    assert.equal(0, calls())
    client:close()
  end)
end)
