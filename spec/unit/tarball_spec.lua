-- SPDX-License-Identifier: MIT
-- Where archives come from that are sent.

local caught = require "spec.support.caught"
local fail = require "moonsail.fail"
local tarball = require "moonsail.tarball"

local complain = fail.complainer "images:load"

local function shell(command)
  local pipe = assert(io.popen(command))
  local output = pipe:read("a")
  pipe:close()
  return output
end

-- Calls fn with the path of a file that holds these bytes.
local function with_file(bytes, fn)
  local path = os.tmpname()
  do
    local file <close> = assert(io.open(path, "wb"))
    file:write(bytes)
  end
  local ok, problem = pcall(fn, path)
  os.remove(path)
  if not ok then error(problem, 0) end
end

describe("tarball.is_archive", function()
  it("tells archives from paths", function()
    assert.is_true(tarball.is_archive("a\0b"))
    for _, magic in ipairs{ "\31\139\8", "BZh9", "\xFD7zXZ\0",
                            "\x28\xB5\x2F\xFD" } do
      assert.is_true(tarball.is_archive(magic .. "…"))
    end
    for _, path in ipairs{ "", "a.tar", "/tmp/x.tar.gz", "BZ" } do
      assert.is_false(tarball.is_archive(path))
    end
  end)
end)

describe("tarball.is_folder", function()
  it("tells folders from files, and says what is not there", function()
    assert.is_true(tarball.is_folder("/tmp"))
    with_file("x", function(path)
      assert.is_false(tarball.is_folder(path))
    end)
    with_file("", function(path)
      assert.is_false(tarball.is_folder(path))
    end)
    local is_folder, reason = tarball.is_folder("/there/is/nothing")
    assert.is_nil(is_folder)
    assert.matches("^/there/is/nothing: ", reason)
  end)
end)

describe("tarball.body", function()
  it("takes a path, bytes, an open file", function()
    with_file("abc", function(path)
      assert.same({ body_file = path }, tarball.body(path, "x", complain))
      local file <close> = assert(io.open(path, "rb"))
      assert.same({ body = "abc" }, tarball.body(file, "x", complain))
    end)
    assert.same({ body = "a\0" }, tarball.body("a\0", "x", complain))
  end)

  it("complains of anything else", function()
    local closed = assert(io.tmpfile())
    closed:close()
    for _, case in ipairs{
      { 7, "^source: expected a thing, got integer" },
      { closed, "^source: expected a thing, got" },
      { "/there/is/nothing", "^source: /there/is/nothing: No such file" },
      { "/tmp", "^source: /tmp is a folder" },
    } do
      local problem = caught("argument", tarball.body, case[1], "a thing",
                             complain)
      assert.matches(case[2], problem.message)
      assert.equal("images:load", problem.method)
    end
  end)
end)

describe("tarball.of_text", function()
  it("makes an archive that tar reads", function()
    for _, size in ipairs{ 0, 1, 511, 512, 513, 5000 } do
      local text = ("x"):rep(size)
      with_file(tarball.of_text("Dockerfile", text), function(path)
        assert.equal("Dockerfile\n", shell("tar -tf " .. path .. " 2>&1"))
        assert.equal(text, shell("tar -xOf " .. path .. " 2>&1"))
      end)
    end
  end)
end)

describe("tarball.packed", function()
  it("packs files into one that goes", function()
    with_file("hello", function(path)
      local made
      do
        local packed, guard = tarball.packed({ { path = path, name = "a" } },
                                             "images:build")
        local _ <close> = guard
        made = packed
        assert.equal("hello", shell("tar -xOf " .. packed .. " a"))
      end
      assert.is_nil(io.open(made))
    end)
  end)

  it("complains of what cannot be read", function()
    local problem = caught("argument", tarball.packed, {
      { path = "/there/is/nothing", name = "a" },
    }, "images:build")
    assert.equal("images:build", problem.method)
  end)
end)
