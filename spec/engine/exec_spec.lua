-- SPDX-License-Identifier: MIT
-- Commands in a container that runs.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"

local container

before_each(function() container = fixture.sleeper() end)
after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

local function shell(script, options)
  options = options or {}
  options.cmd = { "sh", "-c", script }
  return container:exec(options)
end

describe("exec", function()
  it("gives the exit code and the output", function()
    local result = shell "echo out; sleep 0.1; echo err >&2; exit 3"
    assert.equal(3, result.exit_code)
    assert.equal("out\n", result.stdout)
    assert.equal("err\n", result.stderr)
    assert.equal("O> out\nE> err", tostring(result.logs))
    assert.equal(core.title(result.exec)
                 .. " ended with exit code 3\nO> out\nE> err",
                 tostring(result))
    assert.equal(3, result.exec:attrs().exit_code)
    assert.equal(container:id(), result.exec:attrs().container_id)
  end)

  it("takes a command as text or as words", function()
    assert.equal("a b\n", container:exec("echo 'a b'").stdout)
    assert.equal("a b\n", container:exec{ "echo", "a b" }.stdout)
    assert.equal("c\n", container:exec({ "echo", "c" }, {}).stdout)
    assert.equal("d\n", container:exec{ cmd = "echo d" }.stdout)
    assert.equal("e\n", container:exec{ command = "echo e" }.stdout)
    assert.equal("f\n", container:exec{ Cmd = { "echo", "f" } }.stdout)
    local made = container:exec("pwd", { WorkingDir = "/tmp" })
    assert.equal("/tmp\n", made.stdout)
  end)

  it("sets the environment, the folder and the user", function()
    local result = shell("echo $A $B; pwd; id -u", {
      env = { A = "1", B = "x y" }, workdir = "/tmp", user = 7,
    })
    assert.equal("1 x y\n/tmp\n7\n", result.stdout)
    result = shell("echo $A; pwd; id -u", {
      environment = { "A=2" }, working_dir = "/etc", user = "root",
    })
    assert.equal("2\n/etc\n0\n", result.stdout)
  end)

  it("has a terminal, if asked", function()
    local result = shell("test -t 1 && echo out; echo err >&2", { tty = true })
    assert.equal("O> out\nO> err", tostring(result.logs))
    assert.equal("out\r\nerr\r\n", result.stdout)
    assert.equal("", result.stderr)
  end)

  it("may be privileged", function()
    local plain = container:exec("grep CapEff /proc/self/status").stdout
    local more = container:exec("grep CapEff /proc/self/status",
                                { privileged = true }).stdout
    assert.are_not.equal(plain, more)
  end)

  it("loses nothing of much output", function()
    local result = container:exec "seq 100000"
    assert.equal(100000, #result.logs)
    assert.equal("100000", result.logs[100000])
  end)

  it("waits for a command that has closed its output", function()
    local result = shell "exec >&- 2>&-; sleep 0.7; exit 9"
    assert.equal(9, result.exit_code)
    assert.equal("", result.stdout)
  end)

  it("tells that there is no such program", function()
    local result = container:exec{ "/no/such/program" }
    assert.is_true(result.exit_code == 126 or result.exit_code == 127)
    assert.matches("no such file", result.logs.text)
  end)

  it("is an error with check = true", function()
    local problem = caught("container", shell,
      "echo fine; echo 'it went wrong' >&2; exit 3", { check = true })
    assert.equal(3, problem.exit_code)
    assert.equal("sh", problem.command[1])
    assert.equal("fine\n", problem.logs.stdout)
    assert.equal("exec", core.title(problem.exec):match "^%a+")
    assert.matches("in container " .. container:short_id()
                   .. " ended with exit code 3: it went wrong$",
                   problem.message)
    assert.equal("container:exec", problem.method)
    assert.equal(0, shell("true", { check = true }).exit_code)
    problem = caught("container", container.exec, container, "false",
                     { check = true })
    assert.matches("^the command 'false' in container", problem.message)
  end)

  it("gives pieces for lines, if asked", function()
    local result = shell("printf 'a\nb'", { chunks = true })
    for bytes, source in result.logs do
      assert.equal("a\nb", bytes)
      assert.equal("stdout", source)
    end
  end)
end)

describe("exec with stream = true", function()
  it("gives lines while they come, and the exit code", function()
    local stream = shell("echo one; sleep 0.3; echo two >&2; exit 4",
                         { stream = true })
    assert.same({ "one", "stdout" }, { stream() })
    assert.is_nil(stream:exit_code())
    assert.same({ "two", "stderr" }, { stream() })
    assert.is_nil(stream())
    assert.equal(4, stream:exit_code())
    assert.equal(4, stream:exit_code())
  end)

  it("stands in a for loop", function()
    local lines = {}
    for line, source in shell("echo 1; echo 2", { stream = true }) do
      lines[#lines + 1] = line .. source
    end
    assert.same({ "1stdout", "2stdout" }, lines)
  end)

  it("gives pieces, if asked, and refuses long lines", function()
    local stream <close> = shell("printf 'a\nb'",
                                 { stream = true, chunks = true })
    assert.equal("a\nb", (stream()))
    local long <close> = shell("printf 0123456789",
                               { stream = true, max_line = 5 })
    caught("limit", long)
  end)

  it("has no exit code when it is left while the command runs",
     function()
    local stream = shell("echo 1; sleep 300", { stream = true })
    stream()
    stream:close()
    assert.is_nil(stream:exit_code())
  end)

  it("cannot be written to", function()
    local stream <close> = shell("echo 1; sleep 300", { stream = true })
    caught("argument", stream.write, stream, "x")
  end)

  it("has an exit code of its own only", function()
    local export <close> = container:get_archive "/etc"
    local problem = caught("argument", export.exit_code, export)
    assert.equal("stream:exit_code", problem.method)
  end)
end)

describe("exec with stdin = true", function()
  it("gives what comes while the input is open, and after it", function()
    local stream <close> = shell("while read line; do echo got $line; done; "
                                 .. "echo end >&2; exit 2",
                                 { stream = true, stdin = true })
    for _, word in ipairs{ "one", "two" } do
      stream:write(word .. "\n")
      assert.same({ "got " .. word, "stdout" }, { stream:read(10) })
    end
    assert.same({ nil, "timeout", n = 2 }, table.pack(stream:read(0)))
    stream:close_write()
    assert.same({ "end", "stderr" }, { stream:read(10) })
    assert.is_nil(stream:read(10))
    assert.equal(2, stream:exit_code())
    caught("closed", stream.write, stream, "more")
  end)

  it("ends when the command does, though the input is open", function()
    local stream <close> = shell("echo bye", { stream = true, stdin = true })
    assert.equal("bye", (stream:read(10)))
    assert.is_nil(stream:read(10))
    assert.equal(0, stream:exit_code())
  end)

  it("has a terminal that stays open", function()
    local stream <close> = shell("stty -echo; echo ready; cat; exit 6", {
      stream = true, stdin = true, tty = true,
    })
    assert.equal("ready", (stream:read(10)))
    stream:resize(20, 30)
    stream:write "hello\n"
    assert.equal("hello", (stream:read(10)))
    stream:write "\4"
    assert.is_nil(stream:read(10))
    assert.equal(6, stream:exit_code())
  end)
end)

describe("exec with detach = true", function()
  it("gives the exec at once", function()
    local exec = shell("sleep 300", { detach = true })
    assert.is_true(exec:running())
    assert.is_nil(exec:exit_code())
    assert.matches("^%x+$", exec:id())
  end)

  it("tells the exit code at the end", engines.needs({
    podman = "5.0", reason = "Podman 4 says for minutes that it runs",
  }, function()
    local exec = shell("sleep 0.2; exit 6", { detach = true })
    engine.eventually(function() return not exec:running() end)
    assert.equal(6, exec:exit_code())
  end))

  it("raises what keeps it from starting", function()
    local ok, problem = pcall(container.exec, container,
                              { "/no/such/program" }, { detach = true })
    assert.is_false(ok)
    assert.equal("ExecStart", problem.operation)
  end)
end)

describe("exec refuses", function()
  it("what is wrong, before anything is sent", function()
    local client, calls = fixture.counting_client()
    local same = client.containers:get(container:id())
    local before = calls()
    local cases = {
      { "true", { strem = true }, "did you mean stream" },
      { "true", { envv = {} }, "did you mean env" },
      { "true", { check = 1 }, "check: expected a boolean" },
      { "true", { detach = true, stream = true }, "^stream: " },
      { "true", { check = true, stream = true }, "^check: " },
      { "true", { check = true, detach = true }, "^check: " },
      { "true", { chunks = true, detach = true }, "^chunks: " },
      { "true", { stdin = "x", detach = true }, "^stdin: nobody writes" },
      { "true", { stdin = true }, "^stdin: true is for stream = true" },
      { "true", { stdin = 7 }, "^stdin: expected a string, a function" },
      { "true", { attach_stdin = true }, "it is set by stdin" },
      { "true", { timeout = 0 }, "^timeout: expected more than 0" },
      { "true", { timeout = "soon" }, '^timeout: .*, got "soon"' },
      { "true", { timeout = {} }, "^timeout: expected seconds" },
      { "true", { timeout = 1, stream = true }, "^timeout: .*stream:read" },
      { "true", { timeout = 1, detach = true }, "^timeout: .*out detach" },
      { "true", { workdirr = "/" }, "did you mean workdir%?" },
      { "true", { comand = "x" }, "did you mean command%?" },
      { "true", { Cmd = "x" }, "given twice: here and as cmd" },
      { "true", { workdir = "/", working_dir = "/" }, "given twice" },
      { "true", { user = {} }, "^user: " },
      { "true", { id = "x" }, "the object's own" },
      { 7, {}, "^cmd: expected" },
      { "echo 'a", {}, "^cmd: " },
      { nil, {}, "^cmd: missing" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", same.exec, same, case[1], case[2])
      assert.equal("container:exec", problem.method)
      assert.matches(case[3], problem.message)
    end
    assert.equal(before, calls())
    client:close()
  end)

  it("a container that is paused", function()
    container:pause()
    local ok, problem = pcall(container.exec, container, "true")
    container:unpause()
    assert.is_false(ok)
    assert.equal("conflict", problem.kind)
    assert.matches("paused", problem.message)
  end)

  it("a container that does not run, or is none", function()
    container:stop(0)
    assert.is_false((pcall(container.exec, container, "true")))
    container:remove()
    caught("not_found", container.exec, container, "true")
  end)
end)

describe("exec_create", function()
  it("makes an exec, which is started later", function()
    local exec = container:exec_create({ "sh", "-c", "echo hi; exit 6" },
                                       { env = { A = "1" } })
    assert.equal(12, #exec:short_id())
    assert.equal(container:id(), exec:attrs().container_id)
    assert.equal("sh", exec:attrs().process_config.entrypoint)
    assert.is_false(exec:running())
    local result = exec:start()
    assert.equal("hi\n", result.stdout)
    assert.equal(6, result.exit_code)
    assert.equal(6, exec:exit_code())
    assert.is_false(exec:running())
    assert.equal(exec, result.exec)
  end)

  it("refuses what is wrong", function()
    caught("argument", container.exec_create, container)
    caught("argument", container.exec_create, container, "true",
           { stream = true })
    caught("argument", container.exec_create, container, "true",
           { check = true })
    container:remove{ force = true }
    caught("not_found", container.exec_create, container, "true")
  end)
end)

describe("exec:start", function()
  it("streams, detaches and checks as container:exec does", function()
    local streamed = container:exec_create "echo hi"
    for line, source in streamed:start{ stream = true } do
      assert.equal("hi", line)
      assert.equal("stdout", source)
    end
    local detached = container:exec_create "sleep 300"
    assert.is_true(detached:start{ detach = true })
    assert.is_true(detached:running())
    local problem = caught("container", function()
      container:exec_create({ "sh", "-c", "exit 3" }):start{ check = true }
    end)
    assert.equal("exec:start", problem.method)
    assert.matches("'sh %-c exit 3' in container", problem.message)
  end)

  it("knows a terminal", function()
    local exec = container:exec_create("echo hi", { tty = true })
    assert.equal("hi\r\n", exec:start().stdout)
  end)

  it("gives it something to read, if it was created for that", function()
    for _, name in ipairs{ "stdin", "attach_stdin" } do
      local exec = container:exec_create("cat", { [name] = true })
      assert.equal("hello", exec:start{ stdin = "hello" }.stdout)
      assert.equal("", container:exec_create("cat", { [name] = true }):start()
        .stdout)
      local stream <close> =
        container:exec_create("cat", { [name] = true }):start{ stream = true }
      stream:write "x\n"
      assert.equal("x", (stream:read(10)))
    end
  end)

  it("is for once", function()
    local exec = container:exec_create "true"
    exec:start()
    local problem = caught("conflict", exec.start, exec)
    assert.matches("was started already", problem.message)
    -- by another client: Docker's own words come as output
    local start = fixture.client().api.exec_start
    if engines.is_podman() then
      problem = caught("api", start, { id = exec:id(), detach = false })
      assert.matches("state improper", problem.message)
    else
      local other = start{ id = exec:id(), detach = false }
      assert.matches("already", other:read_all())
    end
  end)

  it("refuses what is wrong", function()
    local exec = container:exec_create "true"
    caught("argument", exec.start, exec, { strem = true })
    caught("argument", exec.start, exec, { stream = true, detach = true })
    local problem = caught("argument", exec.start, exec, { stdin = "x" })
    assert.matches("^stdin: the command has no input", problem.message)
    container:remove{ force = true }
    assert.is_false((pcall(exec.start, exec)))
  end)
end)

describe("exec:inspect and reload", function()
  it("fetch the attributes", function()
    local exec = shell("true").exec
    assert.is_false(exec:inspect().running)
    assert.equal(0, exec:reload():attrs().exit_code)
    caught("argument", exec.inspect, exec, { nonsense = 1 })
  end)

  it("say that it has gone", function()
    local exec = container:exec_create "true"
    container:remove{ force = true }
    for _, method in ipairs{ "inspect", "reload", "running", "exit_code" } do
      caught("not_found", exec[method], exec)
    end
  end)
end)

describe("exec:resize", function()
  it("tells the terminal its size", function()
    local exec = container:exec_create({ "sh", "-c",
      "until [ \"$(stty size 2>&1)\" = '20 30' ]; do sleep 0.05; done" },
      { tty = true })
    local stream <close> = exec:start{ stream = true }
    exec:resize(20, 30)
    assert.is_nil(stream())
    assert.equal(0, stream:exit_code())
  end)

  it("refuses what is wrong", function()
    local exec = container:exec_create("true", { tty = true })
    caught("argument", exec.resize, exec)
    caught("argument", exec.resize, exec, "wide", 3)
    caught("argument", exec.resize, exec, 20)
  end)
end)
