-- SPDX-License-Identifier: MIT
-- lua/moonsail/extraction: archives out of streams.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local hostile = require "spec.support.hostile"
local moonsail = require "moonsail"
local tar = require "spec.support.tar"

local folder

before_each(function() folder = engine.sh "mktemp -d" end)
after_each(function() engine.sh("rm -rf " .. folder) end)

local function read(name)
  local file <close> = assert(io.open(folder .. "/" .. name, "rb"))
  return file:read "a"
end

local BYTES = tar.pack{
  { name = "a", content = "one" }, { name = "b", content = ("2"):rep(200000) },
  { name = "c", content = "" },
}

describe("stream:extract", function()
  it("makes files of what comes, and counts them", function()
    local counts = tar.stream(BYTES, 1000):extract(folder)
    assert.same({ entries = 3, files = 3, folders = 0, links = 0, others = 0,
                  skipped = 0, bytes = 200003 }, counts)
    assert.equal("one", read "a")
    assert.equal(200000, #read "b")
  end)

  it("takes options, and closes the stream in any case", function()
    local stream = tar.stream(BYTES, 1000)
    stream:extract(folder, { below = "x/y", limits = { entries = 3 } })
    assert.equal("one", read "x/y/a")
    assert.is_true(stream:is_closed())
    stream = tar.stream(BYTES, 1000)
    local problem = caught("limit", stream.extract, stream, folder,
                           { limits = { entries = 2 } })
    assert.equal("stream:extract", problem.method)
    assert.is_true(stream:is_closed())
  end)

  it("complains of what is none", function()
    local function complaint(...)
      local stream = tar.stream(BYTES)
      return caught("argument", stream.extract, stream, ...).message
    end
    assert.equal("dir: expected a string, got nil", complaint())
    assert.matches("Not a directory", complaint(folder .. "/a")
      :gsub("No such file or d", "Not a d"))
    assert.equal("owners: unknown option (did you mean owner?)",
                 complaint(folder, { owners = true }))
    assert.equal("to: unknown option", complaint(folder, { to = "/" })
      :gsub(" %(.*", ""))
    assert.matches("^entrie: unknown option",
                   complaint(folder, { limits = { entrie = 1 } }))
    assert.matches("^owner: expected a boolean",
                   complaint(folder, { owner = 0 }))
    local lines = core.stream_of{ kind = "lines", read = function() end }
    assert.matches("what comes are lines",
                   caught("argument", lines.extract, lines, folder).message)
  end)

  it("raises what the stream does, before and behind the end", function()
    for _, count in ipairs{ 0, 3, 10 } do
      local n = 0
      local stream = core.stream_of{ kind = "bytes", read = function()
        n = n + 1
        if n > count then error("broken", 0) end
        return n == 3 and BYTES or n > 3 and "\0" or nil, n < 3 and "timeout"
      end }
      if count > 2 then
        local ok, problem = pcall(stream.extract, tar.stream(""), folder)
        assert.is_false(ok)
        assert.equal("protocol", problem.kind)
      else
        assert.equal("broken",
                     select(2, pcall(stream.extract, stream, folder)))
      end
    end
    local sent = 0
    local stream = core.stream_of{ kind = "bytes", read = function()
      sent = sent + 1
      if sent == 3 then error("behind", 0) end
      return sent == 1 and BYTES or "padding"
    end }
    assert.equal("behind", select(2, pcall(stream.extract, stream, folder)))
  end)

  it("does not take what never ends for padding", function()
    local sent = 0
    local stream = core.stream_of{ kind = "bytes", read = function()
      sent = sent + 1
      return sent == 1 and BYTES or ("\0"):rep(1 << 20)
    end }
    local problem = caught("protocol", stream.extract, stream, folder)
    assert.equal("the archive goes on after its end", problem.message)
    assert.is_true(sent < 20)
  end)

  it("does not stop others while it waits, nor do they stop it", function()
    local log = {}
    moonsail.run(function()
      local queues = { moonsail.queue(), moonsail.queue() }
      for i, queue in ipairs(queues) do
        engine.sh(("mkdir %s/%d"):format(folder, i))
        moonsail.spawn(function()
          local stream = core.stream_of{ kind = "bytes", read = function()
            return queue:get() or nil
          end }
          stream:extract(("%s/%d"):format(folder, i))
          log[#log + 1] = i
        end)
      end
      local at = 1
      while at <= #BYTES do
        for _, queue in ipairs(queues) do
          queue:put(BYTES:sub(at, at + 9999))
        end
        at = at + 10000
        moonsail.sleep(0)
      end
      log[#log + 1] = "all sent"
      queues[2]:put(false)
      queues[1]:put(false)
    end)
    assert.equal("all sent", log[1])
    assert.equal(3, #log)
    assert.equal(200000, #read "1/b")
    assert.equal(200000, #read "2/b")
  end)
end)

describe("stream:entries", function()
  it("gives each thing with its bytes", function()
    local seen = {}
    for entry in tar.stream(BYTES, 777):entries() do
      seen[#seen + 1] = entry.name .. " " .. #entry:text()
      assert.equal("", entry:text())
    end
    assert.same({ "a 3", "b 200000", "c 0" }, seen)
  end)

  it("gives them piece by piece, and into files", function()
    for entry in tar.stream(BYTES, 777):entries() do
      if entry.name == "b" then
        local size = #entry:read()
        for piece in entry:pieces() do size = size + #piece end
        assert.equal(200000, size)
        assert.is_nil(entry:read())
      else
        assert.equal(entry.size, entry:save(folder .. "/" .. entry.name))
      end
    end
    assert.equal("one", read "a")
    local file <close> = assert(io.open(folder .. "/all", "w+b"))
    for entry in tar.stream(BYTES):entries() do
      local problem = caught("argument", entry.save, entry, "/nowhere/x")
      assert.matches("/nowhere/x", problem.message)
      caught("argument", entry.save, entry)
      caught("argument", entry.save, entry, 7)
      entry:save(file)
    end
    assert.equal(200003, file:seek("end"))
  end)

  it("leaves no half of a file", function()
    local stream = tar.stream(BYTES:sub(1, 100000), 777)
    caught("protocol", function()
      for entry in stream:entries() do entry:save(folder .. "/half") end
    end)
    assert.is_nil(io.open(folder .. "/half"))
  end)

  it("passes over what is not read, and ends with the loop", function()
    local stream, kept = tar.stream(BYTES, 777), nil
    for entry in stream:entries() do
      kept = entry
      if entry.name == "b" then break end
    end
    assert.is_true(stream:is_closed())
    assert.equal("b", kept.name)
    assert.equal('file "b", 200000 bytes', tostring(kept))
    assert.matches("has gone on", caught("closed", kept.read, kept).message)
    local names = {}
    for entry in tar.stream(BYTES, 777):entries() do
      names[#names + 1] = entry.name
      if kept then caught("closed", kept.text, kept) end
      kept = entry
    end
    assert.same({ "a", "b", "c" }, names)
  end)

  it("has a limit on texts", function()
    for entry in tar.stream(BYTES, 777):entries() do
      if entry.name == "b" then
        local problem = caught("limit", entry.text, entry, 199999)
        assert.equal("b has 200000 bytes, more than 199999", problem.message)
        assert.equal(200000, #entry:text(200000))
      end
    end
    local huge = hostile.archive(hostile.pax{ { "GNU.sparse.major", "1" },
      { "GNU.sparse.minor", "0" }, { "GNU.sparse.name", "a" },
      { "GNU.sparse.realsize", tostring(1 << 40) } },
      hostile.file("a", "0\n" .. ("\0"):rep(510)))
    for entry in tar.stream(huge):entries() do
      assert.equal(1 << 40, entry.size)
      caught("limit", entry.text, entry)
      assert.equal(1 << 16, #entry:read())
    end
  end)

  it("complains of what is no archive", function()
    local loop = function(bytes)
      for _ in tar.stream(bytes):entries() do end -- luacheck: ignore
    end
    caught("protocol", loop, "junk")
    caught("protocol", loop, BYTES:sub(1, 100000))
    local lines = core.stream_of{ kind = "lines", read = function() end }
    caught("argument", lines.entries, lines)
  end)

  it("leaves nothing behind when it is left", function()
    collectgarbage()
    collectgarbage()
    local threads = engine.sh "ls /proc/$PPID/task | wc -l"
    for _ = 1, 5 do
      local step, _, _, closing = tar.stream(BYTES, 777):entries()
      assert.equal("a", step().name)
      if closing then step() end
    end
    for _ in tar.stream(BYTES, 777):entries() do break end
    assert.is_false((pcall(function()
      for _ in tar.stream(BYTES, 777):entries() do error "mine" end
    end)))
    collectgarbage()
    collectgarbage()
    assert.equal(threads, engine.sh "ls /proc/$PPID/task | wc -l")
  end)
end)
