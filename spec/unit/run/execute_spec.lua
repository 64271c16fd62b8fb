-- SPDX-License-Identifier: MIT
-- Programs that are run to their end.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local lfs = require "lfs"
local moonsail = require "moonsail"

local execute = core.execute

local function sh(script, options)
  return assert(execute({ "sh", "-c", script }, options, "test"))
end

-- The processes that this one has started and that are not gone.
local function children()
  local file = assert(io.open("/proc/thread-self/children"))
  local text = file:read "a"
  file:close()
  return text
end

local function descriptors()
  local count = 0
  for _ in lfs.dir "/proc/self/fd" do count = count + 1 end
  return count
end

describe("a program", function()
  local before, open

  before_each(function()
    collectgarbage()
    before, open = children(), descriptors()
  end)

  after_each(function()
    collectgarbage()
    assert.equal(before, children())
    assert.equal(open, descriptors())
  end)

  it("is run, and what it says is given", function()
    local result = sh "echo out; echo err >&2; exit 3"
    assert.same({ exit_code = 3, stdout = "out\n", stderr = "err\n" }, result)
  end)

  it("is not run by a shell", function()
    local result = execute{ "echo", "$HOME; `id`", "*", "" }
    assert.equal("$HOME; `id` * \n", result.stdout)
  end)

  it("cannot be started, and the reason is given", function()
    local result, reason, errno = execute{ "no-such-program" }
    assert.is_nil(result)
    assert.equal("cannot run no-such-program: No such file or directory",
                 reason)
    assert.equal(2, errno)
    assert.equal(13, select(3, execute{ "/etc/passwd" }))
    assert.equal(13, select(3, execute{ "/" }))
    assert.equal(2, select(3, execute{ "" }))
    assert.equal(2, select(3, execute{ "./no/such" }))
  end)

  it("is not looked for where we happen to be", function()
    for _, list in ipairs{ ":", ".", "tools:./tools::" } do
      local options = { env = { PATH = list } }
      assert.equal(2, select(3, execute({ "README.md" }, options)))
      assert.equal(2, select(3, execute({ "check_rooms.lua" }, options)))
      assert.equal(2, select(3, execute({ "sh" }, options)))
    end
  end)

  it("that is a script without an interpreter is not run", function()
    local path = os.tmpname()
    assert(io.open(path, "w")):write("echo yes\n"):close()
    os.execute("chmod +x " .. path)
    local result, _, errno = execute{ path }
    os.remove(path)
    assert.is_nil(result)
    assert.equal(8, errno)
  end)

  it("is given what it reads, and reads as much as it likes", function()
    local much = ("0123456789"):rep(100000)
    assert.equal(much, execute({ "cat" }, { stdin = much }).stdout)
    assert.equal("0\n", sh("wc -c", { stdin = "" }).stdout)
    assert.equal("0\n", sh("wc -c").stdout)
    assert.equal("01234", sh("head -c 5", { stdin = much }).stdout)
    assert.equal("", sh("exec <&-; sleep 0.1", { stdin = much }).stdout)
    assert.equal("a\0b", execute({ "cat" }, { stdin = "a\0b" }).stdout)
  end)

  it("has our variables, and those that are given", function()
    local options = { env = { HOME = "/nowhere", NEW = "a=b" } }
    local result = sh("echo $HOME $NEW; test -n \"$PATH\"", options)
    assert.same({ exit_code = 0, stdout = "/nowhere a=b\n", stderr = "" },
                result)
  end)

  it("has no descriptors and no signals of ours", function()
    local file <close> = assert(io.open("/dev/null")) -- not closed on exec
    local result = sh [[for i in 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
        [ ! -e /proc/$$/fd/$i ] || echo $i
      done
      grep -E 'Sig(Blk|Ign)' /proc/self/status]]
    -- 32 and 33 are the C library's own, which it lets nobody change
    local ignored = result.stdout:match("^2\nSigBlk:%s*0+\nSigIgn:%s*(%x+)\n$")
    assert.equal(0, tonumber(ignored, 16) & ~(3 << 31))
    assert.equal("file", io.type(file))
  end)

  it("that dies of a signal has 128 and more", function()
    assert.equal(128 + 15, sh("kill $$").exit_code)
  end)

  it("is killed when it takes too long", function()
    local problem = caught("timeout", execute, { "sleep", "60" },
                           { timeout = 0.05 }, "images:pull")
    assert.equal("images:pull", problem.method)
    assert.equal("sleep has not ended within 0.05 seconds", problem.message)
  end)

  it("is killed when it says too much", function()
    local problem = caught("limit", execute, { "yes" }, { limit = 1000 }, "x")
    assert.equal("yes wrote more than 1000 bytes", problem.message)
    caught("limit", sh, "yes >&2")
    assert.equal(1000, #sh("head -c 1000 /dev/zero",
                           { limit = 1000 }).stdout)
  end)

  it("may leave something behind", function()
    local result = sh "sleep 60 & echo $!"
    assert.equal(0, result.exit_code)
    os.execute("kill " .. result.stdout)
  end)

  it("may close what it says it by", function()
    assert.equal(4, sh("exec >&- 2>&-; sleep 0.05; exit 4").exit_code)
  end)

  it("lets the other tasks go on", function()
    local go = os.tmpname()
    os.remove(go)
    local order = {}
    moonsail.run(function()
      local task = moonsail.spawn(function()
        sh("until [ -e " .. go .. " ]; do sleep 0.01; done")
        order[#order + 1] = "program"
      end)
      moonsail.sleep(0)
      order[#order + 1] = "main"
      assert(io.open(go, "w")):close()
      task:join()
    end)
    os.remove(go)
    assert.same({ "main", "program" }, order)
  end)

  it("is killed with its task", function()
    moonsail.run(function()
      local task = moonsail.spawn(sh, "exec sleep 60")
      moonsail.sleep(0.02)
      assert.not_equal(before, children())
      task:cancel()
      pcall(task.join, task)
      assert.equal(before, children())
    end)
  end)

  it("is killed with who waits for it", function()
    local problem = caught("cancelled", moonsail.run, function()
      local task = moonsail.spawn(sh, "exec sleep 60")
      moonsail.sleep(0.02)
      task:cancel()
      task:join()
    end)
    assert.equal("the task was cancelled", problem.message)
  end)

  it("is refused with what cannot be given to one", function()
    for _, given in ipairs{ {}, { 1 }, { {} }, { "a\0b" } } do
      caught("argument", execute, given, {}, "x")
    end
    for _, options in ipairs{
      { stdin = 1 }, { env = 1 }, { env = { 1 } }, { env = { A = "a\0" } },
      { timeout = 0 }, { timeout = "x" }, { limit = 0 },
    } do
      caught("argument", execute, { "true" }, options, "x")
    end
  end)
end)
