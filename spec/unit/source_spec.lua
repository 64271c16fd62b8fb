-- SPDX-License-Identifier: MIT
-- What may be given for a source, and how arguments are told from one.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local source = require "moonsail.source"
local upload = require "moonsail.upload"
require "moonsail"

local complain = fail.complainer "images:load"

local function of(value, folder)
  return source.of(value, {
    name = "source", expected = "a source", label = "images:load",
    folder = folder,
  }, complain)
end

local function complaint(value)
  return caught("argument", of, value).message
end

describe("source.is_archive", function()
  it("tells archives from paths", function()
    assert.is_true(source.is_archive("a\0b"))
    for _, magic in ipairs{ "\31\139\8", "BZh91AY&SY", "\xFD7zXZ\0",
                            "\x28\xB5\x2F\xFD" } do
      assert.is_true(source.is_archive(magic .. "…"))
    end
    for _, path in ipairs{ "", "a.tar", "/tmp/x.tar.gz", "BZ", "BZh9",
                           "BZhang.tar" } do
      assert.is_false(source.is_archive(path))
    end
  end)
end)

describe("source.of", function()
  it("takes paths and bytes", function()
    assert.equal("/etc/passwd", of("/etc/passwd").body_file)
    assert.equal("BZh91AY&SY", of("BZh91AY&SY").body)
  end)

  it("takes what pieces come from, as it is", function()
    local function fn() end
    assert.equal(fn, of(fn).body)
    local file <close> = assert(io.open "/dev/null")
    local taken = of(file)
    assert.equal(file, taken.body)
    taken:close()
    assert.equal("file", io.type(file))
  end)

  it("takes a source", function()
    local taken = of "/etc/passwd"
    assert.equal(taken, of(taken))
  end)

  it("closes what is closed by its iterator, once", function()
    local closed = 0
    local iterator = setmetatable({}, {
      __call = function() end,
      __close = function() closed = closed + 1 end,
    })
    do
      local taken <close> = of(iterator)
      assert.equal(iterator, taken.body)
      assert.equal(0, closed)
    end
    assert.equal(1, closed)
  end)

  it("packs contents by their names, and folders where they may be one",
     function()
    local function pack(value, folder)
      local taken <close> = of(value, folder)
      local pieces = {}
      for piece in function() return taken.body:read() end do
        pieces[#pieces + 1] = piece
      end
      return table.concat(pieces)
    end
    local tar = pack{ ["b/c"] = "two", a = "one" }
    assert.truthy(tar:find("^a\0.*one.*b/c\0.*two"))
    tar = pack{ a = { content = "one", mode = tonumber("751", 8) } }
    assert.truthy(tar:find("^a\0+0*751 .*one"))
    assert.truthy(pack("spec/support", true):find("caught.lua", 1, true))
  end)

  it("complains of what is none", function()
    local closed = assert(io.open "/dev/null")
    closed:close()
    assert.equal("source: the file is closed", complaint(closed))
    assert.equal("source: missing (a source)", complaint(nil))
    assert.equal("source: expected a source, got integer", complaint(7))
    assert.equal("source: /no/such: No such file or directory",
                 complaint "/no/such")
    assert.equal("source: /tmp is a folder", complaint "/tmp")
    assert.equal("source: expected a string, got integer", complaint{ "a" })
    assert.equal('source["a"]: expected a string, got integer',
                 complaint{ a = 7 })
    assert.equal("source: empty (a source)", complaint "")
    assert.equal('source["a"].content: expected a string, got nil',
                 complaint{ a = { mode = 7 } })
    assert.equal('source["a"].mode: expected an integer, got string',
                 complaint{ a = { content = "", mode = "755" } })
    assert.equal('source["a"]: it has content and mode, and no mdoe',
                 complaint{ a = { content = "", mdoe = 7 } })
    for _, kind in ipairs{ "documents", "lines" } do
      local stream <close> = core.stream_of{ read = print, kind = kind }
      assert.equal(("source: what comes from this stream are %s, not bytes")
                     :format(kind), complaint(stream))
    end
  end)
end)

describe("upload.gather", function()
  local function gather(...)
    return upload.gather("path data", "PutContainerArchive",
                         "container:put_archive", ...)
  end

  it("tells contents by name from options", function()
    local files = { ["index.html"] = "x" }
    assert.same({ path = "/", data = files }, gather("/", files))
    assert.same({ path = "/", data = files }, gather("/", files, {}))
    assert.same({ path = "/", data = files, copy_uid_gid = true },
                gather("/", files, { copy_uid_gid = true }))
    assert.same({ path = "/", data = "x" }, gather("/", { data = "x" }))
    assert.same({ path = "/", copyUIDGID = "x" },
                gather("/", { copyUIDGID = "x" }))
    files = { ["index.html"] = 7 } -- of which source.of complains
    assert.same({ path = "/", data = files }, gather("/", files))
    assert.same({ path = "/" }, gather("/", {}))
    assert.same({ path = "/" }, gather("/"))
  end)

  it("takes a misspelt option for one", function()
    assert.same({ path = "/", dta = "x" }, gather("/", { dta = "x" }))
  end)
end)
