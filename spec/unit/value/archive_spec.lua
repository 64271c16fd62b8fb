-- SPDX-License-Identifier: MIT
-- csrc/value/pack and unpack: files into an archive, and out of it, with
-- Debian's tar as a second opinion.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"

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

describe("pack", function()
  it("takes a folder with all that is in it, in order", function()
    local bytes = core.pack{ { path = sample(), name = "root" } }
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

  it("takes several elements, files, links and bytes", function()
    sample()
    local bytes = core.pack{
      { path = path "src/a", name = "one" },
      { path = path "src/b/link", name = "two" },
      { name = "three", content = "3\0", mode = tonumber("755", 8) },
      { name = "four", content = "" },
    }
    write("x.tar", bytes)
    sh "mkdir out; tar -C out -xf x.tar"
    assert.equal("text", read "out/one")
    assert.equal("../a", sh "readlink out/two")
    assert.equal("3\0", read "out/three")
    assert.equal("", read "out/four")
    assert.equal("755 644", sh "echo $(stat -c %a out/three out/four)")
  end)

  it("writes into a file, and tells its length", function()
    local list_of_one = { { path = sample(), name = "x" } }
    local bytes = core.pack(list_of_one)
    list_of_one.to = path "x.tar"
    assert.equal(#bytes, core.pack(list_of_one))
    assert.equal(bytes, read "x.tar")
  end)

  it("takes nothing", function()
    assert.equal("", list(core.pack{}))
  end)

  it("takes long names, and names in any alphabet", function()
    local long = ("x"):rep(200)
    local names = { "dir/" .. long, "dir/Größe", "dir/\xFF" }
    sh "mkdir dir"
    for _, name in ipairs(names) do write(name, "x") end
    core.unpack{
      bytes = core.pack{ { path = path "dir", name = "dir" } },
      to = engine.sh("mkdir " .. path "out" .. "; echo " .. path "out"),
    }
    for _, name in ipairs(names) do
      assert.equal("x", read("out/" .. name))
    end
  end)

  it("takes a file with holes", function()
    sh "truncate -s 3M holes; printf end >>holes"
    local bytes = core.pack{ { path = path "holes", name = "holes" } }
    assert.is_true(#bytes > 3 * 1024 * 1024)
    write("x.tar", bytes)
    sh "mkdir out; tar -C out -xf x.tar; cmp holes out/holes"
  end)

  it("leaves sockets out", function()
    local socket = require "socket.unix"()
    assert(socket:bind(path "socket"))
    assert.equal("", list(core.pack{ { path = path "socket", name = "s" } }))
    socket:close()
  end)

  local function small_files(n)
    local files = { to = "/dev/full" }
    for i = 1, n do files[i] = { name = tostring(i), content = "" } end
    return files
  end

  local complaints = {
    { { { path = "/nowhere/x", name = "x" } },
      "^/nowhere/x: No such file or directory$" },
    { { { name = "x", content = "x" }, to = "/nowhere/x.tar" },
      "/nowhere/x.tar': No such file" },
    { { { name = "x" } }, "neither path nor content" },
    { { { path = "/tmp" } }, "name: expected a string" },
    { { { name = "x", content = ("x"):rep(99999) }, to = "/dev/full" },
      "No space left" },
    { small_files(99), "No space left" }, -- where the head of one is written
  }
  for i, case in ipairs(complaints) do
    it("complains of what cannot be, case " .. i, function()
      collectgarbage()
      local before = engine.open_files()
      local problem = caught("argument", core.pack, case[1], "container:x")
      assert.matches(case[2], problem.message)
      assert.equal(before, engine.open_files())
    end)
  end

  it("says which method complains", function()
    local problem = caught("argument", core.pack,
                           { { path = "/nowhere", name = "x" } }, "web:cp_in")
    assert.equal("web:cp_in", problem.method)
  end)
end)

describe("unpack", function()
  -- Unpacks into the folder "out".
  local function unpack(bytes, options)
    options = options or {}
    options.bytes, options.to = bytes, path "out"
    sh "mkdir -p out"
    return core.unpack(options, "container:x")
  end

  it("makes again what was packed", function()
    local bytes = core.pack{ { path = sample(), name = "src" } }
    assert.equal(8, unpack(bytes))
    assert.equal("", sh "diff -r --no-dereference -x fifo src out/src")
    local look = "find . -printf '%p %M %T+\\n' | sort"
    assert.equal(sh("cd src; " .. look), sh("cd out/src; " .. look))
  end)

  it("reads a file", function()
    core.pack{ { name = "x", content = "1" }, to = path "x.tar" }
    assert.equal(1, core.unpack{ path = path "x.tar", to = folder })
    assert.equal("1", read "x")
  end)

  it("reads what tar wrote, in its own formats", function()
    sample()
    for _, format in ipairs{ "gnu", "pax", "ustar", "v7" } do
      sh("rm -rf out src/fifo; tar --format=" .. format .. " -cf x.tar src")
      unpack(read "x.tar")
      assert.equal("", sh "diff -r --no-dereference -x fifo src out/src")
    end
  end)

  it("keeps hard links", function()
    sh "mkdir src; echo x >src/a; ln src/a src/b; tar -cf x.tar src"
    unpack(read "x.tar", { root = "new" })
    assert.equal("2", sh "stat -c %h out/new/b")
  end)

  it("gives the first part of the names another name", function()
    local bytes = core.pack{ { path = sample(), name = "src" } }
    unpack(bytes, { root = "new" })
    assert.equal("", sh "diff -r --no-dereference -x fifo src out/new")
    assert.equal("new", sh "ls out")
    local dotted = core.pack{ { path = path "src", name = "." } }
    unpack(dotted, { root = "dots" })
    assert.equal("", sh "diff -r --no-dereference -x fifo src out/dots")
  end)

  it("puts a name in front of them", function()
    sample()
    for _, name in ipairs{ "a", "./a", "././a" } do
      unpack(core.pack{ { name = name, content = name } }, { below = "new" })
      assert.equal(name, read "out/new/a")
    end
  end)

  it("leaves the folder itself as it is", function()
    sh "mkdir -m 700 src out; touch -d 2001-01-01 src"
    local before = sh "chmod 711 out; stat -c '%A %Y' out"
    assert.equal(0, unpack(core.pack{ { path = path "src", name = "." } }))
    assert.equal(before, sh "stat -c '%A %Y' out")
  end)

  it("works where the path of the folder has links in it", function()
    sh "mkdir real; ln -s real link"
    core.unpack{ bytes = core.pack{ { name = "a/b", content = "x" } },
                 to = path "link" }
    assert.equal("x", read "real/a/b")
  end)

  it("leaves the working folder alone", function()
    local before = engine.sh "readlink /proc/$PPID/cwd"
    unpack(core.pack{ { path = sample(), name = "src" } })
    assert.equal(before, engine.sh "readlink /proc/$PPID/cwd")
  end)

  it("takes the place of what is there", function()
    sh "mkdir out; echo old >out/a; ln -s /etc/passwd out/b"
    unpack(core.pack{ { name = "a", content = "new" },
                      { name = "b", content = "new" } })
    assert.equal("new", read "out/a")
    assert.equal("new", read "out/b")
    assert.equal("root", engine.sh "head -c 4 /etc/passwd")
  end)

  for _, name in ipairs{ "../evil", "/evil", "a/../../evil", "..", "a/.." } do
    it("refuses to lead out of the folder: " .. name, function()
      local bytes = core.pack{ { name = name, content = "x" } }
      local problem = caught("protocol", unpack, bytes)
      assert.matches("leads out of it", problem.message)
      assert.equal("container:x", problem.method)
      assert.is_nil(io.open(path "evil"))
      assert.is_nil(io.open "/evil")
    end)
  end

  it("refuses to lead out through a link", function()
    sh "mkdir evil src; ln -s ../evil src/link"
    local bytes = core.pack{ { path = path "src", name = "src" },
                             { name = "src/link/x", content = "x" } }
    collectgarbage()
    local before = engine.open_files()
    local problem = caught("protocol", unpack, bytes)
    assert.equal(before, engine.open_files())
    assert.matches("through symlink", problem.message)
    assert.is_nil(io.open(path "evil/x"))
  end)

  it("refuses hard links to what is outside", function()
    sh [[
      mkdir src
      echo x >secret
      echo x >src/a
      ln src/a src/b
      tar -C src -P --transform 'flags=h;s,^a$,../secret,' -cf x.tar a b
    ]]
    local problem = caught("protocol", unpack, read "x.tar")
    assert.matches("'../secret'", problem.message, 1, true)
    assert.equal("1", sh "stat -c %h secret")
  end)

  it("refuses hard links through a link", function()
    sh [[
      mkdir evil src
      echo x >evil/secret
      ln -s ../evil src/1
      echo x >src/2
      ln src/2 src/3
      tar -C src -P --transform 'flags=h;s,^2$,1/secret,' -cf x.tar 1 2 3
    ]]
    local problem = caught("protocol", unpack, read "x.tar")
    assert.matches("through symlink", problem.message)
    assert.equal("1", sh "stat -c %h evil/secret")
  end)

  local junk = {
    { "", "Unrecognized" }, { "junk", "Unrecognized" },
    { ("x"):rep(5000), "Unrecognized" },
  }
  for i, case in ipairs(junk) do
    it("refuses what is no archive, case " .. i, function()
      assert.matches(case[2], caught("protocol", unpack, case[1]).message)
    end)
  end

  it("refuses an archive that is cut off", function()
    local bytes = core.pack{ { name = "x", content = ("x"):rep(5000) } }
    caught("protocol", unpack, bytes:sub(1, 3000))
    caught("protocol", unpack, bytes:sub(1, 700))
  end)

  it("complains of files that are none", function()
    collectgarbage()
    local before = engine.open_files()
    local bytes = core.pack{ { name = "x", content = "x" } }
    local problem = caught("argument", core.unpack,
                           { bytes = bytes, to = "/nowhere" })
    assert.equal("/nowhere: No such file or directory", problem.message)
    problem = caught("argument", core.unpack, { path = "/nowhere", to = "/" })
    assert.matches("/nowhere", problem.message)
    caught("argument", core.unpack, { to = folder })
    caught("argument", core.unpack, { bytes = bytes })
    collectgarbage()
    assert.equal(before, engine.open_files())
  end)

  it("complains of what cannot be written", function()
    sh "mkdir -p out/x/y"
    local problem = caught("argument", unpack,
                           core.pack{ { name = "x", content = "" } })
    assert.matches("directory", problem.message)
  end)
end)
