-- SPDX-License-Identifier: MIT
-- csrc/value/unpacker, unpack, place, names and strand: files out of an
-- archive, with Debian's tar as a second opinion. What is hostile is in
-- hostile_spec.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local hostile = require "spec.support.hostile"
local tar = require "spec.support.tar"

local folder

local function path(name) return folder .. "/" .. name end

local function sh(command)
  return engine.sh("cd " .. folder .. "\n" .. command)
end

before_each(function()
  folder = engine.sh "d=$(mktemp -d) && mkdir $d/out && echo $d"
end)
after_each(function() engine.sh("rm -rf " .. folder) end)

local function read(name)
  local file <close> = assert(io.open(path(name), "rb"))
  return file:read "a"
end

local function sample()
  sh [[
    mkdir -p src/b/empty
    printf text >src/a
    chmod 640 src/a
    ln src/a src/again
    printf x >'src/b/with space'
    ln -s ../a src/b/link
    ln -s nowhere src/b/broken
    mkfifo src/fifo
    chmod 550 src/b
    touch -h -d 2002-02-02 src/b/link src/b/broken src/fifo src/b/empty
    touch -d '2001-02-03 04:05:06' src/a src/b src src/b/with*]]
  return path "src"
end

-- Unpacks into the folder "out".
local function unpack(bytes, options, size)
  options = options or {}
  options.to = options.to or path "out"
  return tar.unpack(bytes, options, size)
end

-- All that can be seen of a tree.
local LOOK = "find . -printf '%p %M %n %Ts %l\\n' | sort; "
  .. "find . -type f | sort | xargs -d '\\n' md5sum"

describe("an unpacker into a folder", function()
  it("makes again what was packed, however it comes", function()
    local bytes = tar.pack{ { path = sample(), name = "src" } }
    local expected = sh("cd src; " .. LOOK)
    for _, size in ipairs{ #bytes, 4096, 511, 1 } do
      sh "rm -rf out; mkdir out"
      local counts = unpack(bytes, nil, size)
      assert.same({ entries = 9, files = 2, folders = 3, links = 3,
                    others = 1, skipped = 0, bytes = 5 }, counts)
      assert.equal(expected, sh("cd out/src; " .. LOOK))
    end
  end)

  it("reads what tar wrote, in its own formats", function()
    sample()
    for _, format in ipairs{ "gnu", "pax", "ustar", "v7" } do
      sh("rm -rf out src/fifo; mkdir out; touch -d 2001-01-01 src; \z
          tar --format=" .. format .. " -cf x.tar src")
      unpack(read "x.tar")
      assert.equal(sh("cd src; " .. LOOK), sh("cd out/src; " .. LOOK), format)
    end
  end)

  it("reads files with holes of each format, and makes holes", function()
    sh [[truncate -s 3M holes; printf end >>holes
      printf begin | dd of=holes bs=1M seek=2 conv=notrunc status=none]]
    for _, format in ipairs{
      "--format=gnu", "--format=pax --sparse-version=0.0",
      "--format=pax --sparse-version=0.1", "--format=pax --sparse-version=1.0",
    } do
      sh("rm -rf out; mkdir out; tar " .. format .. " -S -cf x.tar holes")
      unpack(read "x.tar", nil, 10240)
      sh "cmp holes out/holes"
      assert.is_true(tonumber(sh "stat -c %b out/holes") < 1000)
    end
  end)

  it("takes names in any bytes, whatever the locale is", function()
    local odd = { "Größe", "\xFF\x80", "new\nline", "\27[31m" }
    local parts = {}
    for i, name in ipairs(odd) do
      parts[i] = hostile.pax{ { "path", name } } .. hostile.file("x", name)
      parts[i + #odd] = hostile.file("raw" .. name, name)
    end
    local before = os.setlocale()
    for _, locale in ipairs{ "C", "C.UTF-8" } do
      sh "rm -rf out; mkdir out"
      os.setlocale(locale)
      unpack(hostile.archive(table.unpack(parts)))
      os.setlocale(before)
      for _, name in ipairs(odd) do
        assert.equal(name, read("out/" .. name))
        assert.equal(name, read("out/raw" .. name))
      end
    end
  end)

  it("gives the first part of the names another name", function()
    local bytes = tar.pack{ { path = sample(), name = "src" } }
    unpack(bytes, { root = "new" })
    assert.equal(sh("cd src; " .. LOOK), sh("cd out/new; " .. LOOK))
    assert.equal("new", sh "ls out")
    unpack(tar.pack{ { path = path "src", name = "." } }, { root = "dots" })
    assert.equal(sh("cd src; " .. LOOK), sh("cd out/dots; " .. LOOK))
  end)

  it("puts a name in front of them", function()
    sample()
    for _, name in ipairs{ "a", "./a", "././a" } do
      unpack(tar.pack{ { name = name, content = name } }, { below = "new" })
      assert.equal(name, read "out/new/a")
    end
    unpack(tar.pack{ { path = path "src", name = "." } }, { below = "b/c" })
    assert.equal(sh("cd src; " .. LOOK), sh("cd out/b/c; " .. LOOK))
  end)

  it("takes parts of them away", function()
    local bytes = tar.pack{ { path = sample(), name = "./top/src" },
                            { name = "top", content = "x" } }
    local counts = unpack(bytes, { strip = 2 })
    assert.equal("a again b fifo", sh "ls out | xargs")
    assert.equal("2", sh "stat -c %h out/again")
    assert.equal(2, counts.skipped)
    sh "rm -rf out; mkdir out"
    assert.equal(0, unpack(bytes, { strip = 20 }).files)
  end)

  it("leaves the folder itself as it is", function()
    sh "mkdir -m 700 src; touch -d 2001-01-01 src"
    local before = sh "chmod 711 out; stat -c '%A %Y' out"
    local counts = unpack(tar.pack{ { path = path "src", name = "." } })
    assert.equal(0, counts.folders)
    assert.equal(before, sh "stat -c '%A %Y' out")
  end)

  it("works where the path of the folder has links in it", function()
    sh "ln -s out link"
    unpack(tar.pack{ { name = "a/b", content = "x" } }, { to = path "link" })
    assert.equal("x", read "out/a/b")
  end)

  it("takes the place of what is there, and of no folder", function()
    sh [[mkdir out/d out/e; echo old >out/a; ln -s /etc/passwd out/b
      echo old >out/c; ln out/c out/linked; echo kept >out/d/kept]]
    unpack(tar.pack{ { name = "a", content = "new" },
                     { name = "b", content = "new" },
                     { name = "c", content = "new" },
                     { name = "d/more", content = "new" } })
    assert.equal("newnewnew", sh "cat out/a out/b out/c")
    assert.equal("old kept", sh "echo $(cat out/linked out/d/kept)")
    assert.equal("root", engine.sh "head -c 4 /etc/passwd")
    local problem = caught("argument", unpack,
                           tar.pack{ { name = "d", content = "" } })
    assert.equal("d: what is no folder cannot replace one", problem.message)
    sh "mkdir src"
    problem = caught("argument", unpack,
                     tar.pack{ { path = path "src", name = "a" } })
    assert.equal("a: a folder cannot replace what is none", problem.message)
  end)

  it("gives folders that are there what the archive says", function()
    sh "mkdir -m 700 out/src; mkdir -m 751 src; touch -d 2001-01-01 src"
    unpack(tar.pack{ { path = path "src", name = "src" } })
    assert.equal(sh "stat -c '%a %Y' src", sh "stat -c '%a %Y' out/src")
  end)

  it("is not led by the umask, or by what folders come to allow", function()
    unpack(hostile.archive(hostile.folder("a/b", 511),
                           hostile.folder("a", 320),
                           hostile.file("a/b/c", "x", { mode = 511 })))
    assert.equal("500 777 777",
                 sh "echo $(stat -c %a out/a out/a/b out/a/b/c)")
  end)

  it("keeps what an executable is permitted where owners are", function()
    sh "cp /bin/true cap; setcap cap_net_raw+ep cap"
    local bytes = tar.pack{ { path = path "cap", name = "cap" } }
    unpack(bytes)
    assert.equal("", sh "getcap out/cap")
    unpack(bytes, { owner = true })
    assert.matches("cap_net_raw=ep", sh "getcap out/cap")
  end)

  it("takes what was compressed, if that may be", function()
    sample()
    for _, how in ipairs{ "-z", "-j", "-J", "--zstd" } do
      sh("rm -rf out; mkdir out; tar " .. how .. " -cf x.tar src")
      caught("protocol", unpack, read "x.tar")
      unpack(read "x.tar", { compressed = true }, 100)
      assert.equal("text", read "out/src/a")
    end
  end)

  it("knows when it has enough", function()
    local bytes = tar.pack{ { name = "a", content = "x" } }
    local unpacker <close> = core.unpacker{ to = path "out" }
    assert.is_true(unpacker:feed(bytes:sub(1, 100)))
    assert.is_true(unpacker:feed(bytes:sub(101, 1500)))
    assert.is_false(unpacker:feed(bytes:sub(1501)))
    assert.is_false(unpacker:feed "what follows")
    assert.equal(1, unpacker:finish().files)
    caught("closed", unpacker.finish, unpacker)
  end)

  it("complains of what cannot be", function()
    local problem = caught("argument", core.unpacker, { to = "/nowhere" },
                           "container:x")
    assert.equal("/nowhere: No such file or directory", problem.message)
    assert.equal("container:x", problem.method)
    caught("argument", core.unpacker, { to = "/etc/passwd" })
    caught("argument", core.unpacker, { to = 7 })
    caught("argument", core.unpacker, { to = "/", root = "a\0b" })
    caught("argument", core.unpacker, { to = "/", strip = -1 })
    problem = caught("argument", unpack,
                     tar.pack{ { name = "a", content = "x" },
                               { name = "a/b", content = "x" } })
    assert.equal("a/b: Not a directory", problem.message)
  end)

  it("complains when the disk is full, and leaves no half", function()
    sh "mkdir full; mount -t tmpfs -o size=64k none full"
    local bytes = tar.pack{ { name = "a", content = ("x"):rep(100000) } }
    local ok, problem = pcall(unpack, bytes, { to = path "full" })
    local left = sh "ls full; umount full"
    assert.is_false(ok)
    assert.equal("a: No space left on device", problem.message)
    assert.equal("", left)
  end)
end)

describe("an unpacker without a folder", function()
  -- What a method gives, fed as it asks for.
  local function pull(unpacker, method, source)
    while true do
      local value = unpacker[method](unpacker)
      if value ~= false then return value end
      local piece = source()
      if piece then unpacker:feed(piece) else unpacker:finish() end
    end
  end

  local function pieces_of(bytes, size)
    local at = 1
    return function()
      if at > #bytes then return nil end
      at = at + size
      return bytes:sub(at - size, at - 1)
    end
  end

  local function text_of(unpacker, source)
    local pieces = {}
    for piece in function() return pull(unpacker, "piece", source) end do
      assert.is_true(#piece <= 1 << 16)
      pieces[#pieces + 1] = piece
    end
    return table.concat(pieces)
  end

  it("hands out things and their bytes", function()
    local bytes = tar.pack{ { path = sample(), name = "src" } }
    for _, size in ipairs{ #bytes, 512, 1 } do
      local unpacker <close> = core.unpacker()
      local source, seen = pieces_of(bytes, size), {}
      for entry in function() return pull(unpacker, "next", source) end do
        local text = text_of(unpacker, source)
        assert.equal(entry.size, #text)
        seen[#seen + 1] = ("%s %s %s%s"):format(entry.type, entry.name,
          entry.link_target or "", text)
      end
      assert.same({ "folder src ", "file src/a text",
        "hard_link src/again src/a", "folder src/b ",
        "link src/b/broken nowhere", "folder src/b/empty ",
        "link src/b/link ../a", "file src/b/with space x",
        "fifo src/fifo " }, seen)
      assert.is_nil(unpacker:next())
      assert.is_nil(unpacker:piece())
    end
  end)

  it("passes over what nobody reads, or not to its end", function()
    local bytes = tar.pack{ { name = "a", content = ("x"):rep(300000) },
                            { name = "b", content = "b" },
                            { name = "c", content = "c" } }
    local unpacker <close> = core.unpacker()
    local source = pieces_of(bytes, 7000)
    assert.equal("a", pull(unpacker, "next", source).name)
    assert.is_true(#pull(unpacker, "piece", source) < 70000)
    assert.equal("b", pull(unpacker, "next", source).name)
    assert.equal("c", pull(unpacker, "next", source).name)
    assert.equal("c", text_of(unpacker, source))
    assert.is_nil(pull(unpacker, "next", source))
  end)

  it("is fed when it asks for it, and keeps what it has not read", function()
    local bytes = tar.pack{ { name = "a", content = ("x"):rep(5000) },
                            { name = "b", content = "b" } }
    local unpacker <close> = core.unpacker()
    unpacker:feed(bytes .. "")
    caught("argument", unpacker.feed, unpacker, bytes)
    assert.equal("a", unpacker:next().name)
    caught("argument", unpacker.feed, unpacker, ("y"):rep(#bytes))
    collectgarbage()
    assert.equal(("x"):rep(5000), text_of(unpacker, error))
    assert.equal("b", unpacker:next().name)
    assert.is_nil(unpacker:next())
    assert.is_false(unpacker:feed "more")
  end)

  it("complains of what is damaged, and gives nothing in its place",
     function()
    local unpacker <close> = core.unpacker({}, "stream:entries")
    unpacker:feed(hostile.archive(
      hostile.file("a", "x"), hostile.file("b", "x", { sum = "000000\0 " }),
      hostile.file("c", "x")))
    assert.equal("a", unpacker:next().name)
    caught("protocol", unpacker.next, unpacker)
  end)

  it("gives zeros for holes", function()
    sh [[truncate -s 300k holes; printf mid >>holes; truncate -s 1M holes]]
    local unpacker <close> = core.unpacker()
    local source = pieces_of(
      tar.pack{ { path = path "holes", name = "h" } }, 512)
    assert.equal(1 << 20, pull(unpacker, "next", source).size)
    assert.is_true(read "holes" == text_of(unpacker, source))
  end)

  it("tells of devices, owners, fractions and attributes", function()
    local unpacker <close> = core.unpacker()
    local source = pieces_of(hostile.archive(
      hostile.pax{ { "mtime", "1.5" }, { "uname", "tom" }, { "gname", "cats" },
                   { "SCHILY.xattr.user.a", "1\0" }, { "uid", "3000000000" } },
      hostile.header{ name = "c", type = "3", major = 1, minor = 3,
                      mode = 3565, gid = 7 }), 512)
    assert.same({ name = "c", type = "char_device", size = 0, mode = 3565,
                  uid = 3000000000, gid = 7, user = "tom", group = "cats",
                  mtime = 1.5, major = 1, minor = 3,
                  xattrs = { ["user.a"] = "1\0" } },
                pull(unpacker, "next", source))
  end)
end)

describe("an unpacker's thread", function()
  local function threads()
    return tonumber(engine.sh "ls /proc/$PPID/task | wc -l")
  end

  local bytes = tar.pack{ { name = "a", content = ("x"):rep(200000) },
                          { name = "b", content = "b" } }

  it("ends wherever it is, when it is closed or left", function()
    collectgarbage()
    local n, open = threads(), engine.open_files()
    for at = 1, #bytes, 9973 do
      local unpacker = core.unpacker{ to = path "out" }
      unpacker:feed(bytes:sub(1, at))
      if at % 2 == 0 then unpacker:close() end
      unpacker = core.unpacker()
      unpacker:feed(bytes:sub(1, at))
      unpacker:next()
      unpacker:piece()
    end
    collectgarbage()
    collectgarbage()
    assert.equal(n, threads())
    assert.equal(open, engine.open_files())
  end)

  it("is not there before it is of use, and gone at the end", function()
    local n = threads()
    local unpacker = core.unpacker{ to = path "out" }
    assert.equal(n, threads())
    unpacker:feed(bytes:sub(1, 1000))
    assert.equal(n + 1, threads())
    unpacker:feed(bytes:sub(1001))
    unpacker:finish()
    assert.equal(n, threads())
  end)

  it("ends with the Lua state", function()
    local script = ([[
      local core = require "moonsail.core"
      kept = core.unpacker{ to = %q }
      kept:feed(("x"):rep(100))
      other = core.unpacker()
      other:feed(("x"):rep(100)); other:next()
    ]]):format(path "out")
    local output, status =
      engine.try("timeout 20 lua5.4 -e '" .. script .. "'")
    assert.equal("", output)
    assert.equal(0, status)
  end)
end)
