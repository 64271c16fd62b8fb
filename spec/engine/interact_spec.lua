-- SPDX-License-Identifier: MIT
-- A person at a terminal, connected with a container: typing, seeing, leaving;
-- and the terminal afterwards.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local tmux = require "spec.support.tmux"

local PROMPT = "/ #\n$"

local window

before_each(function() window = tmux.open() end)
after_each(function()
  window:close()
  fixture.clean()
end)
teardown(function() assert.equal("", fixture.left()) end)

-- Runs a script in the window, which finds the client, and the container by
-- its id.
local function run(script, container, how, host)
  window:run(([[
    local moonsail = require "moonsail"
    local docker = moonsail.client(%q)
    local container = %q
    container = container ~= "" and docker.containers:get(container)
    ]]):format(host or engine.host(), container and container:id() or "")
    .. script, how)
end

local INTERACT = "print('came to', container:interact())"

-- A container with a terminal and a shell.
local function shell(options)
  options = options or {}
  options.tty, options.open_stdin = true, true
  return fixture.started("sh", options)
end

-- Connects the window with it, and gets it to answer.
local function interact(container, script)
  run(script or INTERACT, container)
  window:type "echo $((40 + 2))\n"
  window:wait_for "\n42\n"
end

local function is_running(container)
  return container:inspect().state.running
end

describe("interact, with a terminal", function()
  it("sends what is typed, shows what comes, gives the exit code", function()
    interact(shell())
    window:type "stty -a | grep -o -w -- '-*echo'\n"
    window:wait_for "\necho\n"
    window:type "exit 7\n"
    window:wait_for "came to%s+7\n"
    assert.same({ 0, true }, { window:ended() })
  end)

  it("leaves Ctrl-C, and every other key, to the command", function()
    interact(shell())
    window:type "sleep 1000\n"
    window:key "C-c"
    window:type "echo status=$?\n"
    window:wait_for "\nstatus=130\n"
    window:type "cat >/tmp/keys\n"
    window:key("C-v", "C-a", "C-v", "C-b", "Enter", "C-d")
    window:type "od -c /tmp/keys\n"
    window:wait_for " 001 002  ?\\n"
    window:key "C-d"
    window:wait_for "came to%s+0\n"
    assert.same({ 0, true }, { window:ended() })
  end)

  it("tells the size of the window, and when it changes", function()
    interact(shell())
    window:type "stty size\n"
    window:wait_for "\n24 80\n"
    window:resize(100, 30)
    window:type "until stty size | grep '30 100'; do sleep 0.05; done\n"
    window:wait_for "\n30 100\n"
    window:type "exit\n"
    assert.same({ 0, true }, { window:ended() })
  end)

  it("leaves it by the keys that detach, and comes back", function()
    local container = shell()
    interact(container)
    window:key("C-p", "C-q")
    window:wait_for "came to%s+nil%s+detached\n"
    assert.same({ 0, true }, { window:ended() })
    assert.is_true(is_running(container))
    window:clear()
    interact(container)
    window:type "exit 3\n"
    window:wait_for "came to%s+3\n"
    assert.same({ 0, true }, { window:ended() })
  end)

  it("leaves it by other keys, if asked", function()
    local container = shell()
    interact(container,
             "print(container:interact{ detach_keys = 'ctrl-a,d' })")
    window:key("C-p", "C-q")
    window:type "\necho still here\n"
    window:wait_for "\nstill here\n"
    window:key("C-a", "d")
    window:wait_for "nil%s+detached\n"
    assert.same({ 0, true }, { window:ended() })
    assert.is_true(is_running(container))
  end)

  it("leaves it by the keys of the docker command's config.json", function()
    local folder = fixture.empty_folder()
    engine.sh(([[echo '{"detachKeys": "ctrl-a,d"}' >%s/config.json]]):format(
      folder))
    local container = shell()
    interact(container, ([[
      local docker = moonsail.client{ host = %q, config = %q }
      print(docker.containers:get(%q):interact())]]):format(engine.host(),
      folder, container:id()))
    window:key("C-a", "d")
    window:wait_for "nil%s+detached\n"
    assert.same({ 0, true }, { window:ended() })
    assert.is_true(is_running(container))
  end)

  it("needs a terminal here as well", function()
    run("print(pcall(container.interact, container))", shell(),
        "%s </dev/null")
    window:wait_for "standard input is none: leave out tty"
    assert.same({ 0, true }, { window:ended() })
  end)

  it("refuses keys that are none, and what does not run", function()
    local container = fixture.created("sh", { tty = true, open_stdin = true })
    assert.matches("not run", caught("conflict", container.interact,
                                     container).message)
    assert.matches("is no key", caught("argument", container.interact,
      container, { detach_keys = "ctrl-" }).message)
    caught("argument", container.interact, container, { detach = true })
    caught("argument", container.interact, "web")
    container:remove()
    caught("not_found", container.interact, container)
  end)
end)

-- What happens in the middle of it: what of the script comes before, what is
-- done to it, its exit status. The container goes on.
local BREAKS = {
  ["by an error of Lua"] = { [[
    local real = io.stdout
    io.stdout = setmetatable({}, { __index = {
      write = function(_, text)
        if text:find "now" then error "oh no" end
        return real:write(text)
      end,
      flush = function() return real:flush() end,
    } })]], function() window:type "echo no''w\n" end, 1 },
  ["by os.exit"] = { [[
    local real = io.stdout
    io.stdout = setmetatable({}, { __index = {
      write = function(_, text)
        if text:find "now" then os.exit(5) end
        return real:write(text)
      end,
      flush = function() return real:flush() end,
    } })]], function() window:type "echo no''w\n" end, 5 },
  ["by SIGTERM"] = { "", function() window:signal "TERM" end, 143 },
  ["by SIGHUP"] = { "", function() window:signal "HUP" end, 129 },
  ["by SIGQUIT"] = { "ulimit", function() window:signal "QUIT" end, 131 },
  ["by SIGINT"] = { "", function() window:signal "INT" end, 1 },
}

describe("the terminal is as before when interact is ended", function()
  for name, case in pairs(BREAKS) do
    it(name, function()
      local container = shell()
      local before = case[1] ~= "ulimit" and case[1] or ""
      run(before .. "\n" .. INTERACT, container, "ulimit -c 0; %s")
      window:type "echo $((40 + 2))\n"
      window:wait_for "\n42\n"
      case[2]()
      assert.same({ case[3], true }, { window:ended() })
      assert.is_true(is_running(container))
    end)
  end

  it("by the engine's death #private", function()
    local victim <close> = engine.start()
    engine.docker("run -d -i -t --name web busybox sh", victim.host)
    run([[
      container = docker.containers:get "web"
      print("came to", pcall(container.interact, container))]], nil, nil,
      victim.host)
    window:type "echo $((40 + 2))\n"
    window:wait_for "\n42\n"
    victim:kill()
    window:wait_for "came to%s+false"
    assert.same({ 0, true }, { window:ended() })
    victim:restart()
  end)
end)

describe("interact, without a terminal in the container", function()
  local function cat(options)
    options = options or { stdin_once = true }
    options.open_stdin = true
    return fixture.started({ "sh", "-c",
      "cat; echo to stderr >&2; exit 4" }, options)
  end

  it("sends lines, and the end of the input", function()
    run(INTERACT, cat())
    window:type "one\n"
    window:wait_for "\none\none\n"
    window:type "two\n"
    window:wait_for "\ntwo\ntwo\n"
    window:key "C-d"
    window:wait_for "to stderr\n"
    window:wait_for "came to%s+4\n"
    assert.same({ 0, true }, { window:ended() })
  end)

  it("takes a pipe, and keeps the outputs apart", function()
    local sums = window.folder .. "/sums"
    run("io.stderr:write(container:interact(), '\\n')", cat(),
        ("head -c 3000000 /dev/zero | tr '\\0' x | %%s 2>%s | wc -c"):format(
          sums))
    window:wait_for "\n3000000\n"
    assert.equal("to stderr\n4", engine.sh("cat " .. sums))
  end)

  it("leaves Ctrl-C to the program", function()
    local container = cat{ stdin_once = false }
    run(INTERACT, container)
    window:type "one\n"
    window:wait_for "\none\none\n"
    window:key "C-c"
    window:wait_for "interrupted!"
    assert.same({ 1, true }, { window:ended() })
    -- Podman ends its input then, and cat with it
    assert.is_true(engines.is_podman() or is_running(container))
  end)

  it("only shows what a command writes that reads nothing", function()
    run(INTERACT, fixture.started({ "sh", "-c",
      "sleep 0.5; echo hello; exit 2" }, { tty = true }))
    window:wait_for "hello\n"
    window:wait_for "came to%s+2\n"
    assert.same({ 0, true }, { window:ended() })
  end)
end)

describe("run, interactive", function()
  local RUN = ([[
    local result = docker.containers:run("busybox", %%s, {
      interactive = true, tty = %%s, remove = %%s, name = %q,
    })
    print("came to", result.exit_code)
    print(result.logs.stdout == "" and result.container:name())]])

  -- The name of its container.
  local function begin(command, tty, remove, how)
    local name = fixture.remove_later(fixture.name())
    run(RUN:format(name):format(command, tty, remove), nil, how)
    return name
  end

  local function containers(name)
    return engine.docker("ps -aq --filter name=" .. name)
  end

  it("is a shell in a new container", function()
    local name = begin("'sh'", true, true)
    window:wait_for(PROMPT)
    window:type "stty size; exit 3\n"
    window:wait_for "\n24 80\n"
    window:wait_for("came to%s+3\n" .. name:gsub("%p", "%%%0"))
    assert.same({ 0, true }, { window:ended() })
    engine.eventually(function() return containers(name) == "" end)
  end)

  it("tells the size from the beginning, or soon", function()
    begin([[{ "sh", "-c",
      "until stty size | grep -v '^0 '; do :; done; exit 1" }]], true, true)
    window:wait_for "24 80\n"
    window:wait_for "came to%s+1\n"
    assert.same({ 0, true }, { window:ended() })
  end)

  it("may be left to itself", function()
    local name = begin("'sh'", true, false)
    window:wait_for(PROMPT)
    window:key("C-p", "C-q")
    window:wait_for("came to%s+nil\n" .. name:gsub("%p", "%%%0"))
    assert.same({ 0, true }, { window:ended() })
    assert.is_true(is_running(fixture.client().containers:get(name)))
  end)

  it("takes a pipe, without a terminal", function()
    local name = begin("{ 'wc', '-c' }", false, true, "echo hello | %s")
    window:wait_for "\n6\n"
    window:wait_for "came to%s+0\n"
    engine.eventually(function() return containers(name) == "" end)
  end)

  it("needs a terminal for one, before there is a container", function()
    local name = begin("'sh'", true, true, "%s </dev/null")
    window:wait_for "standard input is none: leave out tty"
    assert.same({ 1, true }, { window:ended() })
    assert.equal("", containers(name))
  end)

  it("refuses what a person cannot do", function()
    local docker = fixture.client()
    for name, value in pairs{ stdin = "x", stream = true, detach = true,
                              timeout = 3, chunks = true } do
      local problem = caught("argument", docker.containers.run,
        docker.containers, "busybox", "sh",
        { interactive = true, [name] = value })
      assert.matches("interactive", problem.message)
    end
    assert.matches("detach_keys", caught("argument", docker.containers.run,
      docker.containers, "busybox", "sh", { detach_keys = "a" }).message)
  end)
end)

describe("exec, interactive", function()
  it("is a shell in a container that runs", function()
    run([[
      local result = container:exec("sh", { interactive = true, tty = true })
      print("came to", result.exit_code)]], fixture.sleeper())
    window:wait_for(PROMPT)
    window:type "stty size\n"
    window:wait_for "\n24 80\n"
    window:resize(90, 20)
    window:type "until stty size | grep '20 90'; do sleep 0.05; done\n"
    window:type "exit 5\n"
    window:wait_for "came to%s+5\n"
    assert.same({ 0, true }, { window:ended() })
  end)

  it("may be left to itself", function()
    local container = fixture.sleeper()
    run([[
      local result = container:exec("sh", { interactive = true, tty = true,
                                            detach_keys = "ctrl-x,x" })
      print("came to", result.exit_code, result.exec:running())]], container)
    window:wait_for(PROMPT)
    window:key("C-x", "x")
    window:wait_for "came to%s+nil%s+true\n"
    assert.same({ 0, true }, { window:ended() })
  end)

  it("takes a pipe, without a terminal", function()
    run([[
      local result = container:exec({ "sh", "-c", "wc -c; exit 6" },
                                    { interactive = true })
      print("came to", result.exit_code)]], fixture.sleeper(),
      "echo hello | %s")
    window:wait_for "\n6\n"
    window:wait_for "came to%s+6\n"
  end)

  it("may be one that was created before", function()
    run([[
      local exec = container:exec_create("sh", { stdin = true, tty = true })
      print("came to", exec:start{ interactive = true }.exit_code)]],
      fixture.sleeper())
    window:wait_for(PROMPT)
    window:type "exit 8\n"
    window:wait_for "came to%s+8\n"
    assert.same({ 0, true }, { window:ended() })
  end)

  it("needs a terminal for one, before there is a command", function()
    run([[print(pcall(container.exec, container, "sh",
                      { interactive = true, tty = true }))]],
        fixture.sleeper(), "%s </dev/null")
    window:wait_for "standard input is none: leave out tty"
    assert.same({ 0, true }, { window:ended() })
  end)
end)
