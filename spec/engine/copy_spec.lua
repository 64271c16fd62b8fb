-- SPDX-License-Identifier: MIT
-- Copying between this machine and a container.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local gates = require "spec.support.gate"
local moonsail = require "moonsail"
local tar = require "spec.support.tar"

local docker = fixture.client()

local here, container -- a folder of this machine, a container

local function path(name) return here .. "/" .. name end

local function read(name)
  local file <close> = assert(io.open(path(name), "rb"))
  return file:read "a"
end

before_each(function()
  here = fixture.empty_folder()
  engine.sh("cd " .. here .. "; " .. [[
    mkdir -p src/sub dest
    printf one >src/one
    chmod 751 src/one
    ln -s one src/link
    ln -s nowhere src/broken
    printf two >src/sub/Größe]])
  container = fixture.created()
  container:put_archive("/", tar.pack{
    { name = "tmp/old", content = "old" }, { name = "srv/x", content = "x" },
    { path = path "src", name = "srv/src" },
  })
end)
after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

-- What tar says of a thing in the container: a name and a mode a line.
local function look(inside)
  local file = path "look.tar"
  container:get_archive(inside, file)
  return engine.sh("tar --quoting-style=literal -tvf " .. file
    .. " | awk '{ print $1, $6, $7, $8 }' | sed 's, *$,,; s,/$,,'"
    .. " | LC_ALL=C sort -k2")
end

local function content(inside)
  container:get_archive(inside):extract(here, { root = "content" })
  return read "content"
end

local TREE = table.concat({
  "drwxr-xr-x %s", "lrwxrwxrwx %s/broken -> nowhere",
  "lrwxrwxrwx %s/link -> one", "-rwxr-x--x %s/one", "drwxr-xr-x %s/sub",
  "-rw-r--r-- %s/sub/Größe",
}, "\n")

local function tree(name) return (TREE:gsub("%%s", name)) end

describe("cp_in", function()
  it("copies a file into a folder, or under a name", function()
    assert.equal("/tmp/one", container:cp_in(path "src/one", "/tmp"))
    assert.equal("-rwxr-x--x one", look "/tmp/one")
    assert.equal("/tmp/two", container:cp_in(path "src/one", "/tmp/two"))
    assert.equal("one", content "/tmp/two")
    container:cp_in(path "src/one", "/tmp/old")
    assert.equal("one", content "/tmp/old")
    container:cp_in(path "src/one", "/tmp/")
    container:cp_in(path "src/one", "tmp/three")
    assert.equal("one", content "/tmp/three")
  end)

  it("copies a folder into a folder, or under a name", function()
    assert.equal("/tmp/src", container:cp_in(path "src", "/tmp"))
    assert.equal(tree "src", look "/tmp/src")
    assert.equal("/tmp/new", container:cp_in(path "src/", "/tmp/new"))
    assert.equal(tree "new", look "/tmp/new")
    container:cp_in(path "src", "/tmp/third/")
    assert.equal(tree "third", look "/tmp/third")
  end)

  it("copies what is in a folder", function()
    assert.equal("/srv/x2", container:cp_in(path "src/.", "/srv/x2"))
    assert.equal(tree "x2", look "/srv/x2")
    container:put_archive("/tmp", tar.pack{
      { path = path "dest", name = "there" } })
    assert.equal("/tmp/there", container:cp_in(path "src/.", "/tmp/there"))
    assert.equal(tree "there", look "/tmp/there")
  end)

  it("copies links as links", function()
    local running = fixture.sleeper()
    running:cp_in(path "src/broken", "/tmp")
    assert.equal("nowhere\n", running:exec("readlink /tmp/broken").stdout)
  end)

  it("follows a link that it copies onto", function()
    engine.sh(("ln -s /tmp %s; ln -s /tmp/old %s"):format(
      path "src/totmp", path "src/toold"))
    container:cp_in(path "src/totmp", "/srv")
    container:cp_in(path "src/toold", "/srv")
    assert.equal("/tmp/one", container:cp_in(path "src/one", "/srv/totmp"))
    assert.equal("/tmp/old", container:cp_in(path "src/one", "/srv/toold"))
    assert.equal("one", content "/tmp/old")
  end)

  it("keeps the owners, unless it is to make them the user's", function()
    engine.sh("chown 3:4 " .. path "src/one")
    local running = fixture.started({ "sleep", "300" }, { user = "root" })
    for _, case in ipairs{ { false, "3:4\n" }, { true, "0:0\n" } } do
      running:cp_in(path "src/one", "/tmp", { copy_uid_gid = case[1] })
      assert.equal(case[2], running:exec("stat -c %u:%g /tmp/one").stdout)
    end
  end)

  it("refuses an option that is for the other way", function()
    local problem = caught("argument", docker.cp, docker, "a:/b", ".",
                           { copy_uid_gid = true })
    assert.equal("copy_uid_gid: it is for copies into a container",
                 problem.message)
    problem = caught("argument", docker.cp, docker, ".", "a:/b",
                     { devices = true })
    assert.equal("devices: it is for copies to this machine", problem.message)
  end)

  it("refuses what does not go together", function()
    local unix = require "socket.unix"()
    assert(unix:bind(path "sock"))
    unix:close()
    local cases = {
      { path "sock", "/tmp", "^src: .*sock is a socket" },
      { path "nothing", "/tmp", "^src: .*nothing: No such file" },
      { path "src", "/tmp/old", "^dest: a folder cannot be copied onto" },
      { path "src/one", "/tmp/new/", "^dest: there is no folder /tmp/new/" },
      { path "src/one/", "/tmp", "^src: .*Not a directory" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", container.cp_in, container, case[1],
                             case[2])
      assert.matches(case[3], problem.message)
      assert.equal("container:cp_in", problem.method)
    end
    caught("argument", container.cp_in, container, path "src")
    caught("argument", container.cp_in, container, path "src", 7)
    caught("argument", container.cp_in, container, path "src", "/tmp",
           { follow = true })
    container:remove()
    caught("not_found", container.cp_in, container, path "src/one", "/tmp")
  end)

  it("refuses a folder that is not there",
     engines.only_docker("Podman makes it", function()
    caught("not_found", container.cp_in, container, path "src/one",
           "/nowhere/x")
  end))
end)

describe("cp_out", function()
  local function same(name)
    assert.equal("", engine.sh(("diff -r --no-dereference %s %s"):format(
      path "src", path(name))))
    assert.equal("751", engine.sh("stat -c %a " .. path(name .. "/one")))
  end

  it("copies a file into a folder, or under a name", function()
    assert.equal(path "dest/one",
                 container:cp_out("/srv/src/one", path "dest"))
    assert.equal("one", read "dest/one")
    assert.equal("751", engine.sh("stat -c %a " .. path "dest/one"))
    assert.equal(path "dest/two",
                 container:cp_out("/srv/src/one", path "dest/two"))
    container:cp_out("/srv/x", path "dest/two")
    assert.equal("x", read "dest/two")
  end)

  it("copies a folder into a folder, or under a name", function()
    assert.equal(path "dest/src", container:cp_out("/srv/src", path "dest"))
    same "dest/src"
    assert.equal(path "new", container:cp_out("/srv/src/", path "new/"))
    same "new"
  end)

  it("copies what is in a folder", function()
    assert.equal(path "dest", container:cp_out("/srv/src/.", path "dest"))
    same "dest"
    assert.equal(path "new", container:cp_out("/srv/src/.", path "new"))
    same "new"
  end)

  it("copies links as links",
     engines.only_docker("Podman follows them", function()
    container:cp_out("/srv/src/broken", path "dest")
    assert.equal("nowhere", engine.sh("readlink " .. path "dest/broken"))
  end))

  it("follows a link that it copies onto", function()
    engine.sh(("ln -s %s %s; ln -s %s %s"):format(path "dest", path "todest",
      path "src/one", path "toone"))
    container:cp_out("/srv/x", path "todest")
    assert.equal("x", read "dest/x")
    container:cp_out("/srv/x", path "toone")
    assert.equal("x", read "src/one")
    assert.equal(path "src/one", engine.sh("readlink " .. path "toone"))
  end)

  it("takes a path of the working folder", function()
    local where = container:cp_out("/srv/x", ".")
    local file <close> = assert(io.open(where))
    os.remove(where)
    assert.equal("./x", where)
    assert.equal("x", file:read "a")
  end)

  it("refuses what does not go together", function()
    local cases = {
      { "/srv/src", path "src/one", "^dest: a folder cannot be copied onto" },
      { "/srv/x", path "new/", "^dest: there is no folder .*/new/$" },
      { "/srv/x", path "no/x", "^dest: there is no folder .*/no$" },
      { "/srv/x", "/dev/null", "^dest: /dev/null is a device" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", container.cp_out, container, case[1],
                             case[2])
      assert.matches(case[3], problem.message)
      assert.equal("container:cp_out", problem.method)
    end
    caught("not_found", container.cp_out, container, "/nothing", here)
    caught("argument", container.cp_out, container, "/srv")
    caught("argument", container.cp_out, container, "/srv", here,
           { copy_uid_gid = true })
    container:remove()
    caught("not_found", container.cp_out, container, "/srv/x", here)
  end)
end)

describe("docker:cp", function()
  it("copies both ways", function()
    local name = container:name()
    assert.equal(path "dest/x", docker:cp(name .. ":/srv/x", path "dest"))
    assert.equal("x", read "dest/x")
    assert.equal("/tmp/y", docker:cp(path "dest/x", name .. ":/tmp/y"))
    assert.equal("x", content "/tmp/y")
  end)

  it("knows a path of this machine with a colon in it", function()
    engine.sh("cp " .. path "src/one" .. " " .. path "a:b")
    docker:cp(path "a:b", container:name() .. ":/tmp/")
    assert.equal("one", content "/tmp/a:b")
  end)

  it("refuses what does not go together", function()
    local cases = {
      { "a:/b", "-", "^dest: .* container:get_archive" },
      { "-", "a:/b", "^src: .* container:put_archive" },
      { "./a", "b", "^dest: neither is in a container" },
      { "a:", "b", 'src: "a:": there is no path' },
      { "./a", "b:", 'dest: "b:": there is no path' },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", docker.cp, docker, case[1], case[2])
      assert.matches(case[3], problem.message)
      assert.equal("client:cp", problem.method)
    end
    caught("argument", docker.cp, docker, "a:/b")
    caught("argument", docker.cp, docker, "a:/b", ".", { mode = 1 })
    caught("not_found", docker.cp, docker, fixture.name() .. ":/x", here)
  end)
end)

describe("docker:cp between containers", function()
  local other

  before_each(function() other = fixture.created() end)

  local function copy(from, to, options)
    return docker:cp(container:name() .. ":" .. from,
                     other:name() .. ":" .. to, options)
  end

  -- What tar says of all that is below a folder, but for the time.
  local function list(of, inside)
    of:get_archive(inside, path "list.tar")
    return engine.sh("tar --numeric-owner --quoting-style=literal -tvf "
      .. path "list.tar" .. " | LC_ALL=C sort -k6")
  end

  it("copies into a folder, or under a name", function()
    assert.equal("/tmp/src", copy("/srv/src", "/tmp"))
    assert.equal(list(container, "/srv/src"), list(other, "/tmp/src"))
    assert.equal("/tmp/x y", copy("/srv/src", "/tmp/x y/"))
    assert.equal(list(container, "/srv/src/."), list(other, "/tmp/x y/."))
    assert.equal("/tmp/one", copy("/srv/src/one", "/tmp/"))
    assert.equal("/tmp/two", copy("/srv/src/one", "tmp/two"))
    assert.equal((list(other, "/tmp/one"):gsub("one", "two")),
                 list(other, "/tmp/two"))
  end)

  it("copies what is in a folder", function()
    assert.equal("/tmp", copy("/srv/src/.", "/tmp"))
    assert.equal("/new", copy("/srv/src/.", "/new"))
    assert.equal(list(container, "/srv/src/."), list(other, "/new/."))
    assert.matches("one", list(other, "/tmp/."))
  end)

  it("follows links as copies from and to this machine", function()
    copy("/srv/src/link", "/tmp/new", { follow_link = true })
    assert.matches("^-rwxr%-x%-%-x .* new$", list(other, "/tmp/new"))
    other:cp_in(path "src/link", "/tmp")
    other:cp_in(path "src/one", "/tmp")
    assert.equal("/tmp/one", copy("/srv/x", "/tmp/link"))
    assert.matches("^%-rw%-r%-%-r%-%- .* one$", list(other, "/tmp/one"))
  end)

  it("copies links as links",
     engines.only_docker("Podman follows them", function()
    copy("/srv/src/link", "/tmp")
    assert.matches("^l.* link %-> one$", list(other, "/tmp/link"))
  end))

  it("keeps hard links, long names and owners", function()
    local long = ("n"):rep(200)
    engine.sh(("cd %s; mkdir %s; ln src/one %s/1; chown 3:4 src/one; "
      .. "ln src/one %s/%s; ln -s %s %s/Größe")
      :format(here, long, long, long, long, long, long))
    container:cp_in(path(long), "/srv/old")
    copy("/srv/old", "/tmp/" .. long)
    assert.equal((list(container, "/srv/old"):gsub("old", long)),
                 list(other, "/tmp/" .. long))
    assert.matches("link to " .. long, list(other, "/tmp/" .. long))
  end)

  it("copies more than fits into what lies between", function()
    engine.sh("dd if=/dev/urandom bs=1M count=20 status=none of="
              .. path "big")
    container:cp_in(path "big", "/tmp/big")
    copy("/tmp/big", "/tmp/other")
    other:cp_out("/tmp/other", path "back")
    engine.sh("cmp " .. path "big" .. " " .. path "back")
  end)

  it("refuses what does not go together", function()
    local same = caught("argument", docker.cp, docker, container:name()
      .. ":/srv/src", container:id():sub(1, 20) .. ":/tmp")
    assert.matches("^dest: both are in the same container", same.message)
    copy("/srv/x", "/tmp/file")
    caught("argument", copy, "/srv/src", "/tmp/file")
    caught("argument", copy, "/srv/x", "/tmp/new/")
    caught("not_found", copy, "/srv/nothing", "/tmp/new/")
    caught("not_found", docker.cp, docker, container:name() .. ":/srv",
           fixture.name() .. ":/tmp")
  end)
end)

describe("A copy that is broken off", function()
  local MUCH, SOME = 4000000, 300000 -- bytes
  local other, gate, client

  before_each(function()
    other = fixture.created()
    local file <close> = assert(io.open(path "big", "wb"))
    assert(file:write(("0123456789"):rep(MUCH // 10)))
    file:close()
    container:cp_in(path "big", "/tmp/big")
    gate = gates.start(engine.socket())
    client = moonsail.client(gate.address)
    client:ping()
  end)
  after_each(function() gate:stop() end)

  local function copies()
    local from, to = container:name(), other:name()
    return {
      into = { "up", path "big", to .. ":/tmp/big" },
      out = { "down", from .. ":/tmp/big", path "back" },
      across = { "up", from .. ":/tmp/big", to .. ":/tmp/big" },
      from = { "down", from .. ":/tmp/big", to .. ":/tmp/other" },
    }
  end

  -- What is left of it is what there was before, and the connection on which
  -- the next call would go.
  local function check(files)
    engine.eventually(function() return gate:open() <= 1 end)
    assert.is_true(engine.open_files() <= files)
    assert.is_nil(core.file_kind(path "back"))
    assert.equal(MUCH, container:path_stat("/tmp/big").size)
    assert.equal("folder", other:path_stat("/tmp").type)
  end

  it("raises what has happened, and leaves nothing", function()
    local files = engine.open_files()
    for name, copy in pairs(copies()) do
      gate:release(copy[1], SOME, "cut")
      local problem = caught("connection", client.cp, client, copy[2], copy[3])
      assert.equal("client:cp", problem.method, name)
      gate:release()
      check(files)
    end
  end)

  it("can be cancelled", function()
    local files = engine.open_files()
    for _, copy in pairs(copies()) do
      gate:release(copy[1], SOME)
      moonsail.run(function()
        local task = moonsail.spawn(client.cp, client, copy[2], copy[3])
        gate:wait_for(function(_, state)
          for _, one in ipairs(state) do
            if one.open and one[copy[1]].waiting > 0 then return true end
          end
        end)
        task:cancel()
        caught("cancelled", task.join, task)
      end)
      gate:release()
      check(files)
    end
  end)
end)
