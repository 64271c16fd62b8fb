-- SPDX-License-Identifier: MIT
-- Methods of streams: each, read_all, save.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

-- A stream of output, of a container that has written two lines and a half.
local function output(options)
  options = options or {}
  options.follow = true
  return (fixture.ended{ "sh", "-c", "echo one; echo two; printf three" }
    :logs(options))
end

-- A stream of documents.
local function documents()
  return (fixture.sleeper():stats{ follow = true })
end

describe("each", function()
  it("calls a function with all that comes", function()
    local seen = {}
    output():each(function(line, source)
      seen[#seen + 1] = source .. " " .. line
    end)
    assert.same({ "stdout one", "stdout two", "stdout three" }, seen)
  end)

  it("ends, and closes, when that returns false or raises", function()
    local stream, n = output(), 0
    stream:each(function() n = n + 1; return false end)
    assert.equal(1, n)
    assert.is_true(stream:is_closed())
    local other = output()
    assert.has_error(function() other:each(error) end)
    assert.is_true(other:is_closed())
  end)
end)

describe("read_all", function()
  it("gives all bytes of an archive", function()
    local container = fixture.created()
    local path = fixture.empty_folder() .. "/etc.tar"
    container:get_archive("/etc", path)
    local stream = container:get_archive "/etc"
    assert.equal(read(path), stream:read_all())
    assert.is_true(stream:is_closed())
  end)

  it("gives output, with the newlines of its lines", function()
    assert.equal("one\ntwo\nthree\n", output():read_all())
    assert.equal("one\ntwo\nthree", output{ chunks = true }:read_all())
  end)

  it("gives what has not been read yet", function()
    local stream = output()
    stream()
    assert.equal("two\nthree\n", stream:read_all())
  end)

  it("refuses documents, and what is closed", function()
    local stream <close> = documents()
    local problem = caught("argument", stream.read_all, stream)
    assert.equal("stream:read_all", problem.method)
    local closed = output()
    closed:close()
    caught("closed", closed.read_all, closed)
  end)
end)

describe("save", function()
  it("writes all that comes into a file", function()
    local container = fixture.created()
    local path = fixture.empty_folder() .. "/etc.tar"
    local size = container:get_archive("/etc"):save(path)
    assert.equal(size, #read(path))
    assert.matches("etc/passwd", engine.sh("tar -tf " .. path))
  end)

  it("writes lines with their newlines", function()
    local path = fixture.empty_folder() .. "/log"
    assert.equal(14, output():save(path))
    assert.equal("one\ntwo\nthree\n", read(path))
  end)

  it("writes into an open file, which stays open", function()
    local path = fixture.empty_folder() .. "/log"
    local file = assert(io.open(path, "wb"))
    file:write "> "
    assert.equal(13, output{ chunks = true }:save(file))
    assert.equal("> one\ntwo\nthree", read(path))
    assert.equal("file", io.type(file))
    file:close()
  end)

  it("leaves no half of a file", function()
    local path = fixture.empty_folder() .. "/log"
    local stream = fixture.ended{ "echo", "a long line" }:logs{
      follow = true, max_line = 5,
    }
    caught("limit", stream.save, stream, path)
    assert.is_nil(io.open(path))
  end)

  it("takes away no device", function()
    local stream = fixture.created():get_archive "/etc"
    local problem = caught("argument", stream.save, stream, "/dev/full")
    assert.matches("/dev/full: No space left", problem.message)
    assert.is_true(stream:is_closed())
    assert.is_not_nil(io.open("/dev/full", "r")):close()
  end)

  it("refuses what is none", function()
    local stream <close> = output()
    caught("argument", stream.save, stream, 7)
    local other <close> = output()
    local problem = caught("argument", other.save, other, "/nowhere/x")
    assert.matches("^/nowhere/x: No such file", problem.message)
    local third <close> = output()
    caught("argument", third.save, third)
    local fourth <close> = documents()
    caught("argument", fourth.save, fourth, "x")
  end)
end)
