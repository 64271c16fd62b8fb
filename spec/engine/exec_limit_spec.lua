-- SPDX-License-Identifier: MIT
-- Commands that take too long.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"

local container

before_each(function() container = fixture.sleeper() end)
after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

local function expire(command, options)
  options.timeout = options.timeout or 0.5
  return caught("timeout", container.exec, container, command, options)
end

-- Whether a process with these words runs in the container.
local function runs(words)
  local top = container:top("-o pid,args")
  for _, process in ipairs(top.processes) do
    if table.concat(process, " "):find(words, 1, true) then return true end
  end
  return false
end

describe("exec with a timeout", function()
  it("ends what takes longer, and tells all of it", function()
    local problem = expire({ "sh", "-c", "echo begun; sleep 1234" }, {})
    assert.equal("container:exec", problem.method)
    assert.is_true(problem.killed)
    assert.equal(143, problem.exit_code)
    assert.equal("begun\n", problem.logs.stdout)
    assert.equal("sh", problem.command[1])
    assert.is_false(problem.exec:running())
    assert.matches("in container " .. container:short_id()
                   .. " did not end within 0.5 s; it was ended$",
                   problem.message)
    assert.is_false(runs "sleep 1234")
  end)

  it("kills what does not heed TERM", function()
    local problem = expire({ "sh", "-c",
      "trap '' TERM; echo deaf; while :; do sleep 1235; done" }, {})
    assert.is_true(problem.killed)
    assert.equal(137, problem.exit_code)
    assert.is_false(runs "sleep 1235")
  end)

  it("ends those of other users", function()
    for _, user in ipairs{ "7", "root" } do
      local problem = expire({ "sleep", "1236" }, { user = user })
      assert.is_true(problem.killed, problem.message)
    end
  end)

  it("leaves others alone", function()
    local other = container:exec({ "sleep", "1237" }, { detach = true })
    assert.is_true(expire({ "sleep", "1237" }, {}).killed)
    assert.is_true(other:running())
  end)

  it("is none for what ends in time", function()
    local result = container:exec("echo x", {
      timeout = "1m", env = { A = "1" },
    })
    assert.equal("x\n", result.stdout)
    for _, env in ipairs{ { A = "1" }, { "A=1" }, {} } do
      result = container:exec("env", { timeout = 60, env = env })
      assert.equal(next(env) and "1" or nil,
                   result.stdout:match "%f[^\n\0]A=(%w+)")
      assert.matches("MOONSAIL_EXEC=%x+\n", result.stdout)
    end
    assert.is_nil(container:exec("env").stdout:find "MOONSAIL")
  end)

  it("holds while the command does not read", function()
    local problem = expire({ "sh", "-c", "echo begun; sleep 1238" },
                           { stdin = ("x"):rep(8 * 1024 * 1024) })
    assert.is_true(problem.killed)
    assert.equal("begun\n", problem.logs.stdout)
  end)

  it("holds while the output does not end", function()
    local problem = expire({ "yes" }, {})
    assert.is_true(problem.killed)
    assert.equal("y\n", problem.logs.stdout:sub(1, 2))
  end)

  it("holds when the output has ended and the command has not", function()
    local problem = expire({ "sh", "-c", "exec >&- 2>&-; sleep 1239" }, {})
    assert.is_true(problem.killed)
    assert.equal("", problem.logs.stdout)
  end)

  it("says what it could not end", function()
    local problem = expire({ "env", "-i", "/bin/sleep", "8" }, {})
    assert.is_false(problem.killed)
    assert.is_nil(problem.exit_code)
    assert.matches("it could not be ended, and may go on: it has another "
                   .. "environment", problem.message)
    assert.is_true(problem.exec:running())
  end)

  it("says that there is no shell", function()
    -- a container with nothing in it but a program that sleeps
    container:exec{ "sh", "-c",
      "mkdir /bare && cp /bin/sleep /bare && rm /bin/sh" }
    local problem = expire({ "sleep", "8" }, {})
    assert.is_false(problem.killed)
    assert.matches("no shell", problem.message)
  end)
end)

describe("exec:start with a timeout", function()
  it("says that the command goes on", function()
    local exec = container:exec_create{ "sh", "-c", "echo begun; sleep 8" }
    local problem = caught("timeout", exec.start, exec, { timeout = 0.5 })
    assert.equal("exec:start", problem.method)
    assert.is_false(problem.killed)
    assert.equal("begun\n", problem.logs.stdout)
    assert.matches("only container:exec gives commands the mark",
                   problem.message)
    assert.is_true(exec:running())
    assert.equal(0, container:exec_create("true"):start{ timeout = 60 }
      .exit_code)
  end)
end)

describe("run with a timeout", function()
  it("kills the container", function()
    for _, remove in ipairs{ true, false } do
      local name = fixture.remove_later(fixture.name())
      local problem = caught("timeout", function()
        fixture.client().containers:run("busybox",
          { "sh", "-c", "echo begun; sleep 1240" },
          { name = name, remove = remove, timeout = 0.7 })
      end)
      assert.equal("containers:run", problem.method)
      assert.is_true(problem.killed)
      assert.equal(137, problem.exit_code)
      assert.equal("begun\n", problem.logs.stdout)
      assert.equal(name, problem.container:name())
      assert.matches("^the command 'sh .* in image .*busybox.* did not end "
                     .. "within 0.7 s; it was ended$", problem.message)
      assert.equal(remove, engine.docker("ps -aq --filter name=" .. name)
                   == "")
    end
  end)

  it("is none for what ends in time", function()
    local result = fixture.client().containers:run("busybox", "echo x", {
      name = fixture.name(), remove = true, timeout = "1m",
    })
    assert.equal("x\n", result.stdout)
  end)
end)
