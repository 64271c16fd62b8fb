-- SPDX-License-Identifier: MIT
-- What commands read, of exec and of run.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"

local docker = fixture.client()
local container

setup(function() container = fixture.started({ "sh", "-c",
  "trap 'exit 0' TERM; sleep 300 & wait" }, { name = fixture.name() }) end)
teardown(function()
  fixture.clean()
  assert.equal("", fixture.left())
end)

local MEGABYTE = 1024 * 1024

-- An open file that holds the bytes, read from its beginning.
local function file_of(bytes)
  local file = assert(io.tmpfile())
  file:write(bytes)
  file:seek "set"
  return file
end

-- A function that gives a list's elements one after another.
local function each_of(list)
  local i = 0
  return function()
    i = i + 1
    return list[i]
  end
end

local function exec(command, options)
  return container:exec(command, options)
end

local function run(command, options)
  options.name, options.remove = fixture.remove_later(fixture.name()), true
  return docker.containers:run("busybox", command, options)
end

for name, start in pairs{ exec = exec, run = run } do
  describe(name .. " with stdin", function()
    it("is given a string", function()
      assert.equal("hello\n", start("cat", { stdin = "hello\n" }).stdout)
      assert.equal("", start("cat", { stdin = "" }).stdout)
    end)

    it("is given what a function gives", function()
      local result = start("cat", { stdin = each_of{ "a", "", "b\n", "c" } })
      assert.equal("ab\nc", result.stdout)
      assert.equal("", start("cat", { stdin = each_of{} }).stdout)
    end)

    it("is given an open file, from where it is", function()
      local file <close> = file_of("skipped" .. ("x"):rep(300000))
      file:seek("set", 7)
      assert.equal(("x"):rep(300000), start("cat", { stdin = file }).stdout)
      assert.equal("file", io.type(file))
    end)

    it("is given a stream of another container", function()
      local result = start("tar -t",
        { stdin = container:get_archive("/etc/passwd") })
      assert.equal("passwd\n", result.stdout)
    end)

    it("is given a stream of lines, with their newlines", function()
      local lines = container:exec({ "printf", "one\\ntwo\\n" },
                                   { stream = true })
      assert.equal("one\ntwo\n", start("cat", { stdin = lines }).stdout)
    end)

    it("is given all bytes", function()
      local bytes = {}
      for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
      bytes = table.concat(bytes):rep(16)
      assert.equal(bytes, start("cat", { stdin = bytes }).stdout)
    end)

    it("may end without reading all of it", function()
      local result = start("head -c 5", { stdin = ("x"):rep(8 * MEGABYTE) })
      assert.equal("xxxxx", result.stdout)
      assert.equal(0, result.exit_code)
      result = start({ "sh", "-c", "exit 3" }, {
        stdin = function() return ("x"):rep(65536) end, check = false,
      })
      assert.equal(3, result.exit_code)
    end)

    it("writes and reads at once, and loses nothing", function()
      local sum = engine.sh("head -c 52428800 /dev/zero | tr '\\0' 'x' | "
                            .. "md5sum"):match "%x+"
      local piece = ("x"):rep(MEGABYTE)
      local n = 0
      local result = start({ "sh", "-c", "tee /proc/self/fd/2 | md5sum" }, {
        stdin = function()
          n = n + 1
          return n <= 50 and piece or nil
        end,
      })
      assert.equal(sum, result.stdout:match "%x+")
      assert.equal(50 * MEGABYTE, #result.stderr)
      assert.is_nil(result.stderr:find("[^x]"))
    end)

    it("raises what the source raises", function()
      local ok, problem = pcall(start, "cat", {
        stdin = function() error("no more of this", 0) end,
      })
      assert.is_false(ok)
      assert.equal("no more of this", problem)
      local wrong = caught("argument", start, "cat",
                           { stdin = function() return 7 end })
      assert.matches("^stdin: .*of type integer", wrong.message)
      local folder <close> = assert(io.open("/", "rb"))
      wrong = caught("argument", start, "cat", { stdin = folder })
      assert.matches("^stdin: the file: .*directory", wrong.message)
      wrong = caught("argument", start, "cat", { stdin = (function()
        local file = file_of ""
        file:close()
        return file
      end)() })
      assert.equal("stdin: the file is closed", wrong.message)
    end)

    it("ends the input at a terminal", function()
      local result = start({ "sh", "-c", "stty -echo; echo go; cat" },
                           { stdin = "hello\n", tty = true })
      assert.matches("hello", result.stdout)
      assert.equal(0, result.exit_code)
      result = start({ "sh", "-c", "wc -c" },
                     { stdin = "no newline", tty = true })
      assert.matches("10", result.stdout)
      assert.equal("", start("true", { stdin = "", tty = true }).stderr)
    end)

    it("holds no more of a source than a piece at a time", function()
      local piece = ("x"):rep(MEGABYTE)
      collectgarbage()
      local before, n, most = engine.resident(), 0, 0
      start({ "sh", "-c", "cat >/dev/null" }, { stdin = function()
        n = n + 1
        if n % 16 == 0 then
          most = math.max(most, fixture.growth(before))
        end
        return n <= 128 and piece or nil
      end })
      assert.is_true(most < 16 * MEGABYTE, ("%d bytes"):format(most))
    end)

    it("streams the output of what is written for us", function()
      local lines = {}
      local stream = start({ "sh", "-c", "tr a-z A-Z; exit 4" },
                           { stdin = "one\ntwo\n", stream = true })
      for line, source in stream do
        lines[#lines + 1] = source .. " " .. line
      end
      assert.same({ "stdout ONE", "stdout TWO" }, lines)
      assert.equal(4, stream:exit_code())
    end)

    it("tells of a source that fails under a stream", function()
      local stream = start("cat", {
        stdin = function() error("no more of this", 0) end, stream = true,
      })
      caught("closed", function()
        repeat local item = stream:read(10) until item == nil
      end)
      local ok, problem = pcall(stream.exit_code, stream)
      assert.is_false(ok)
      assert.equal("no more of this", problem)
    end)

    it("is written by us with stdin = true", function()
      local stream <close> = start("cat", {
        stdin = true, stream = true, chunks = true,
      })
      for _, word in ipairs{ "one", "two" } do
        stream:write(word)
        assert.same({ word, "stdout" }, { stream:read(10) })
      end
      stream:close_write()
      assert.is_nil(stream:read(10))
      assert.equal(0, stream:exit_code())
    end)
  end)
end
