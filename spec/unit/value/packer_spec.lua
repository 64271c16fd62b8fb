-- SPDX-License-Identifier: MIT
-- csrc/value/packer, pack, tree and links: files into an archive, with
-- Debian's tar as a second opinion.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local tar = require "spec.support.tar"
require "moonsail"

local folder

local function path(name) return folder .. "/" .. name end

local function sh(command)
  return engine.sh("cd " .. folder .. "\n" .. command)
end

before_each(function() folder = engine.sh "mktemp -d" end)
after_each(function() engine.sh("rm -rf " .. folder) end)

-- The bytes in a file, and a file of bytes.
local function read(name)
  local file <close> = assert(io.open(path(name), "rb"))
  return file:read "a"
end

local function write(name, bytes)
  local file <close> = assert(io.open(path(name), "wb"))
  file:write(bytes)
  return path(name)
end

-- What tar says of an archive, one line a thing: "drwxr-x--- 7/8 a/".
local function list(bytes)
  return engine.sh("tar --numeric-owner -tvf " .. write("list.tar", bytes)
    .. " 2>/dev/null | awk '{ $3 = $4 = $5 = \"\"; print }' | tr -s ' '")
end

-- Makes files again by tar, in the folder "out".
local function untar(bytes, options)
  write("x.tar", bytes)
  sh("mkdir -p out; tar -C out " .. (options or "")
    .. " -xf x.tar 2>/dev/null")
end

local function names(bytes)
  return engine.sh("tar -tf " .. write("list.tar", bytes))
end

local function sample()
  sh [[
    mkdir -p src/b/empty
    printf text >src/a
    chmod 640 src/a
    printf x >'src/b/with space'
    ln -s ../a src/b/link
    ln -s nowhere src/b/broken
    mkfifo src/fifo
    chmod 750 src/b
    touch -d '2001-02-03 04:05:06.5' src/a]]
  return path "src"
end

describe("a packer", function()
  it("takes a folder with all that is in it, in order", function()
    local bytes = tar.pack{ { path = sample(), name = "root" } }
    local owner = sh "stat -c %u/%g src"
    assert.equal(table.concat({
      "drwxr-xr-x %s root/",
      "-rw-r----- %s root/a",
      "drwxr-x--- %s root/b/",
      "lrwxrwxrwx %s root/b/broken -> nowhere",
      "drwxr-xr-x %s root/b/empty/",
      "lrwxrwxrwx %s root/b/link -> ../a",
      "-rw-r--r-- %s root/b/with space",
      "prw-r--r-- %s root/fifo",
    }, "\n"):gsub("%%s", owner), list(bytes))
  end)

  it("takes several entries, files, links and bytes", function()
    sample()
    untar(tar.pack{
      { path = path "src/a", name = "one" },
      { path = path "src/b/link", name = "two" },
      { path = path "src/b/link", name = "followed", follow = true },
      { name = "three", content = "3\0", mode = tonumber("755", 8) },
      { name = "four", content = "", mtime = 86400 },
    })
    assert.equal("text", read "out/one")
    assert.equal("../a", sh "readlink out/two")
    assert.equal("text", read "out/followed")
    assert.equal("3\0", read "out/three")
    assert.equal("", read "out/four")
    assert.equal("755 644 86400",
                 sh "echo $(stat -c %a out/three out/four) \\\
                     $(stat -c %Y out/four)")
  end)

  it("packs nothing before it is read", function()
    sh "mkdir src"
    local packer <close> = core.packer{ { path = path "src", name = "src" } }
    sh "echo late >src/late"
    assert.equal("src/\nsrc/late", names(packer:read()))
    assert.is_nil(packer:read())
    assert.is_nil(packer:read())
  end)

  it("gives pieces, and holds no more than one", function()
    sh "head -c 20000000 /dev/zero >zeros"
    local packer <close> = core.packer{ { path = path "zeros", name = "z" } }
    local sizes, total = {}, 0
    for piece in packer do
      sizes[#piece] = true
      total = total + #piece
      assert.is_true(#piece <= 160 * 1024)
    end
    assert.equal(512 + 20000256 + 1024, total)
    assert.is_true(next(sizes) ~= nil)
  end)

  it("takes nothing, and what has no name is only what is in it", function()
    assert.equal("", list(tar.pack{}))
    sample()
    assert.equal("a b/ b/broken b/empty/ b/link b/with space fifo",
                 (names(tar.pack{ { path = path "src", name = "" } })
                   :gsub("\n", " ")))
    assert.matches("^%./\n%./a\n%./b/\n",
                   names(tar.pack{ { path = path "src", name = "." } }))
  end)

  it("takes names in any bytes, whatever the locale is", function()
    local odd = {
      "Größe", "\xFF\x80", "new\nline", "-dash", "\27[31m", ("x"):rep(255),
    }
    sh "mkdir dir"
    for _, name in ipairs(odd) do write("dir/" .. name, name) end
    local before = os.setlocale()
    for _, locale in ipairs{ "C", "C.UTF-8" } do
      os.setlocale(locale)
      local bytes = tar.pack{ { path = path "dir", name = "dir" } }
      os.setlocale(before)
      sh "rm -rf out"
      untar(bytes)
      for _, name in ipairs(odd) do
        assert.equal(name, read("out/dir/" .. name))
      end
    end
  end)

  it("takes long targets, and paths too long for the kernel", function()
    local target, deep = ("t"):rep(3000), (("d"):rep(200) .. "/"):rep(30)
    sh("mkdir dir; ln -s " .. target .. " dir/z")
    tar.unpack(tar.pack{ { name = deep .. "x", content = "deep" } },
               { to = path "dir" })
    local last, text
    local bytes = tar.pack{ { path = path "dir", name = "dir" } }
    for entry in tar.stream(bytes):entries() do
      if entry.type == "file" then
        last, text = entry.name, entry:text()
      elseif entry.type == "link" then
        assert.equal(target, entry.link_target)
      end
    end
    assert.equal("dir/" .. deep .. "x", last)
    assert.equal("deep", text)
  end)

  it("walks back up through folders that it has closed meanwhile", function()
    sh [[mkdir dir; cd dir
      for i in $(seq 300); do mkdir d; echo >z; cd d; done]]
    collectgarbage()
    local before = engine.open_files()
    local packer = core.packer({ { path = path "dir", name = "" } }, {
      filter = function(name)
        assert.is_true(engine.open_files() < before + 60)
        return name ~= ("d/"):rep(299) .. "z"
      end,
    })
    local n = 0
    for piece in packer do n = n + #piece end
    assert.is_true(n > 599 * 512)
    assert.equal(before, engine.open_files())
  end)

  it("keeps files of several names together", function()
    sh [[mkdir -p src/dir; echo x >src/b; ln src/b src/a; ln src/b src/dir/c
      echo y >src/y; ln src/y outside]]
    local bytes = tar.pack{ { path = path "src", name = "s" },
                            { path = path "outside", name = "o" } }
    assert.equal(table.concat({
      "h s/b link to s/a", "h s/dir/c link to s/a", "h o link to s/y",
    }, "\n"), (engine.sh("tar -tvf " .. path "list.tar" .. " | grep ^h "
      .. "| awk '{ print substr($1, 1, 1), $6, $7, $8, $9 }'",
      write("list.tar", bytes))))
    untar(bytes)
    assert.equal("3 2", sh "echo $(stat -c %h out/s/a out/o)")
  end)

  it("tells of many files of several names", function()
    sh "mkdir src; cd src; for i in $(seq 300); do echo $i >$i; done; \z
        for i in $(seq 300); do ln $i x$i; done"
    untar(tar.pack{ { path = path "src", name = "src" } })
    assert.equal("", sh "diff -r src out/src")
    assert.equal("600", sh "find out/src -type f -links 2 | wc -l")
  end)

  it("reads no holes", function()
    sh [[truncate -s 1T all; truncate -s 3M holes; printf end >>holes
      printf begin | dd of=two bs=1M seek=2 conv=notrunc status=none
      truncate -s 9M two]]
    local bytes = tar.pack{ { path = path "all", name = "all" },
                            { path = path "holes", name = "holes" },
                            { path = path "two", name = "two" } }
    assert.is_true(#bytes < 100000)
    untar(bytes)
    sh "cmp holes out/holes; cmp two out/two"
    assert.equal("1099511627776", sh "stat -c %s out/all")
  end)

  it("leaves sockets out", function()
    local socket = require "socket.unix"()
    assert(socket:bind(path "socket"))
    assert.equal("", list(tar.pack{ { path = path "socket", name = "s" } }))
    socket:close()
  end)

  it("tells of whole seconds, as docker's own archives do", function()
    sample()
    untar(tar.pack{ { path = path "src/a", name = "a" } })
    assert.equal("2001-02-03 04:05:06.000000000",
                 sh "stat -c %y out/a | cut -c -29")
  end)

  it("gives all to one owner", function()
    local bytes = tar.pack({ { path = sample(), name = "s" },
                             { name = "t", content = "" } },
                           { uid = 7, gid = 3000000 })
    assert.equal("7/3000000",
                 engine.sh("tar --numeric-owner -tvf "
                   .. write("list.tar", bytes) .. " | awk '{ print $2 }'"
                   .. " | sort -u"))
  end)

  it("makes it small", function()
    local entries = { { name = "x", content = ("x"):rep(1 << 20) } }
    local bytes = tar.pack(entries, { gzip = true })
    assert.is_true(#bytes < 10000)
    untar(bytes, "-z")
    assert.equal(1 << 20, #read "out/x")
  end)

  it("keeps what an executable is permitted", function()
    sh "cp /bin/true cap; setcap cap_net_raw+ep cap"
    untar(tar.pack{ { path = path "cap", name = "cap" } },
          "--xattrs --xattrs-include='*'")
    assert.matches("cap_net_raw=ep", sh "getcap out/cap")
  end)

  it("takes device nodes", function()
    sh "mknod null c 1 3"
    local bytes = tar.pack{ { path = path "null", name = "n" } }
    assert.matches("^crw", list(bytes))
  end)
end)

describe("a filter", function()
  local function packed(filter)
    return (names(tar.pack({ { path = sample(), name = "" } },
                           { filter = filter })):gsub("\n", " "))
  end

  it("is asked of all that is below a folder", function()
    local asked = {}
    packed(function(name, kind)
      asked[#asked + 1] = kind .. " " .. name
      return true
    end)
    assert.same({ "file a", "folder b", "link b/broken", "folder b/empty",
                  "link b/link", "file b/with space", "other fifo" }, asked)
  end)

  it("leaves out what it does not keep, and all that is in it", function()
    local seen = {}
    assert.equal("a fifo", packed(function(name)
      seen[name] = true
      return name ~= "b"
    end))
    assert.is_nil(seen["b/link"])
  end)

  it("may look into what it does not keep, and not into what it does",
     function()
    assert.equal("b/link", packed(function(name)
      return name == "b/link", name == "b"
    end))
    assert.equal("b/", packed(function(name) return name == "b", false end))
  end)

  it("is not asked of what it cannot open, where that is left out", function()
    sample()
    sh "mkdir -m 0 src/closed"
    assert.equal("a", packed(function(name) return name == "a" end))
  end)

  it("may raise: nothing is left open", function()
    sample()
    collectgarbage()
    local before = engine.open_files()
    local packer = core.packer({ { path = path "src", name = "" } },
                               { filter = function() error("mine", 0) end })
    local ok, problem = pcall(packer.read, packer)
    assert.same({ false, "mine" }, { ok, problem })
    assert.equal(before, engine.open_files())
    assert.equal("closed", caught("closed", packer.read, packer).kind)
  end)

  it("must not yield, and may close or read the packer in vain", function()
    sample()
    local function reading(filter)
      local packer
      packer = core.packer({ { path = path "src", name = "" } },
                           { filter = function() return filter(packer) end })
      return packer
    end
    local packer = reading(function() coroutine.yield() end)
    local _, problem = coroutine.resume(coroutine.create(packer.read), packer)
    assert.matches("yield", tostring(problem))
    packer = reading(function(self) self:close() return true end)
    caught("closed", packer.read, packer)
    packer = reading(function(self) return self:read() end)
    assert.matches("is being read",
                   caught("argument", packer.read, packer).message)
  end)
end)

describe("a packer whose files change", function()
  -- Packs a folder with the files a, b and c, and runs a command before the
  -- second of them is looked at.
  local function packed_while(command)
    sh "mkdir -p src/b; echo 1 >src/a; echo 2 >src/b/x; echo 3 >src/c"
    return tar.pack({ { path = path "src", name = "" } }, {
      filter = function(name)
        if name == "a" then sh(command) end
        return true
      end,
    })
  end

  it("passes over what has gone", function()
    assert.equal("a\nb/", names(packed_while "rm -r src/c src/b/x"))
    sh "rm -r src"
    assert.equal("a\nc", names(packed_while "rm -r src/b"))
  end)

  it("is not led away by a link in place of a folder", function()
    sh "mkdir secret; echo s >secret/x"
    local bytes = packed_while "rm -r src/b; ln -s ../secret src/b"
    assert.equal("a\nb\nc", names(bytes))
    assert.is_nil(bytes:find("s\n", 1, true))
  end)

  it("fills up what has become shorter, and cuts off what has grown",
     function()
    sh "mkdir src; head -c 300000 /dev/zero | tr '\\0' x >src/a"
    local packer = core.packer{ { path = path "src", name = "" } }
    local first = packer:read()
    sh "truncate -s 200000 src/a"
    local bytes = first
    for piece in packer do bytes = bytes .. piece end
    untar(bytes)
    assert.equal(("x"):rep(200000) .. ("\0"):rep(100000), read "out/a")
    packer = core.packer{ { path = path "src", name = "" } }
    bytes = packer:read()
    sh "echo more >>src/a"
    for piece in packer do bytes = bytes .. piece end
    untar(bytes)
    assert.equal(200000, #read "out/a")
  end)
end)

describe("a packer complains", function()
  local complaints = {
    { { { path = "/nowhere/x", name = "x" } },
      "^/nowhere/x: No such file or directory$" },
    { { { path = "/etc/passwd/x", name = "x" } }, "Not a directory" },
    { { { name = "x" } }, "neither path nor content" },
    { { { path = "/tmp" } }, "name: an entry of an archive has none" },
    { { { name = "", content = "" } }, "name: an entry of an archive has no" },
    { { { name = 7, content = "" } }, "name: expected a string, got number" },
    { { { name = "a\0b", content = "" } }, "name: there is a zero byte" },
    { { { name = "a", path = "/\0b" } }, "path: there is a zero byte" },
    { { { name = "a", content = "", mode = "x" } }, "mode: expected a num" },
    { { 7 }, "an entry of an archive is number" },
    { {}, "uid: expected a number", { uid = "root" } },
    { {}, "filter: expected a function", { filter = "x" } },
  }
  for i, case in ipairs(complaints) do
    it("of what cannot be, case " .. i, function()
      collectgarbage()
      local before = engine.open_files()
      local problem = caught("argument", function()
        return core.packer(case[1], case[3], "container:x"):read()
      end)
      assert.matches(case[2], problem.message)
      assert.equal("container:x", problem.method)
      assert.equal(before, engine.open_files())
    end)
  end

  it("of what cannot be read, by its name", function()
    local packer = core.packer{ { path = "/proc/self/mem", name = "x" } }
    local problem = caught("argument", packer.read, packer)
    assert.equal("/proc/self/mem: Input/output error", problem.message)
    caught("closed", packer.read, packer)
  end)
end)

it("holds what an entry makes up each time it is asked", function()
  local entry = setmetatable({}, { __index = function(_, key)
    collectgarbage()
    if key == "name" then return ("n"):rep(80) .. "ame" end
    if key == "content" then return ("c"):rep(200000) .. "ontent" end
  end })
  local bytes = tar.pack{ entry, entry }
  assert.equal(2, select(2, bytes:gsub(("n"):rep(80) .. "ame", "")))
  assert.equal(2, select(2, bytes:gsub(("c"):rep(200000) .. "ontent", "")))
end)

it("gives back all when it is closed or left", function()
  sample()
  collectgarbage()
  local before = engine.open_files()
  do
    local packer <close> = core.packer{ { path = path "src", name = "s" } }
    packer:read()
  end
  local packer = core.packer{ { path = path "src", name = "s" } }
  packer:close()
  packer:close()
  caught("closed", packer.read, packer)
  core.packer{ { path = path "src", name = "s" } }:read()
  collectgarbage()
  assert.equal(before, engine.open_files())
end)
