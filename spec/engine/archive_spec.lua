-- SPDX-License-Identifier: MIT
-- Archives of a container's files: get_archive, put_archive, path_stat,
-- export.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local gates = require "spec.support.gate"
local moonsail = require "moonsail"
local tar = require "spec.support.tar"

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

-- A container that was not started, with files of its own.
local function container_with(...)
  local container = fixture.created()
  container:put_archive("/", tar.pack{ ... })
  return container
end

local function names(path)
  return engine.sh("tar -tf " .. path .. " | sed 's,/$,,' | sort")
end

describe("path_stat", function()
  it("tells what is there", function()
    local container = container_with(
      { name = "srv/x", content = "hello", mode = tonumber("640", 8) })
    local stat = container:path_stat "/srv/x"
    assert.equal("x", stat.name)
    assert.equal(5, stat.size)
    assert.equal(tonumber("640", 8), stat.mode)
    assert.equal("file", stat.type)
    assert.matches("^%d%d%d%d%-%d%d%-%d%dT", stat.mtime)
  end)

  it("tells of what kind it is, and its mode as chmod has it", function()
    local container = container_with{ name = "srv/x", content = "" }
    local folder = fixture.empty_folder()
    engine.sh("cd " .. folder .. [[;
      ln -s /srv/x link; mkfifo fifo; mknod null c 1 3; mknod loop b 7 0
      mkdir tmp; chmod 1777 tmp; echo >su; chmod 6755 su; mkdir sg
      chmod 2710 sg]])
    container:put_archive("/srv", tar.pack{ { path = folder, name = "" } })
    local seen = {}
    for _, name in ipairs{ "link", "fifo", "null", "loop", "tmp", "su", "sg" }
    do
      local stat = container:path_stat("/srv/" .. name)
      seen[name] = ("%s %o"):format(stat.type, stat.mode)
      assert.equal("integer", math.type(stat.go_mode))
    end
    assert.same({ link = "link 777", fifo = "fifo 644",
                  null = "char_device 644", loop = "block_device 644",
                  tmp = "folder 1777", su = "file 6755", sg = "folder 2710" },
                seen)
    assert.equal("/srv/x", container:path_stat("/srv/link").link_target)
    local _, stat = container:get_archive "/srv/sg"
    assert.equal("folder 2710", ("%s %o"):format(stat.type, stat.mode))
  end)

  it("is what the engine says where that is asked for", function()
    local container = fixture.created()
    local stat = container:path_stat("/", { raw = true })
    assert.is_nil(stat.type)
    assert.is_true(stat.mode >= 1 << 31)
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    local problem = caught("not_found", container.path_stat, container,
                           "/nothing")
    assert.matches("there is no /nothing in the container", problem.message)
    assert.equal(404, problem.status)
    caught("argument", container.path_stat, container)
    caught("argument", container.path_stat, container, "/", { folow = true })
    container:remove()
    caught("not_found", container.path_stat, container, "/etc")
  end)
end)

describe("get_archive", function()
  it("is a stream of the bytes of a tar, and what it is of", function()
    local container = container_with{ name = "srv/x", content = "hello" }
    local stream, stat = container:get_archive "/srv/x"
    assert.equal("x", stat.name)
    assert.equal(5, stat.size)
    local folder = fixture.empty_folder()
    stream:extract(folder)
    assert.equal("hello", read(folder .. "/x"))
  end)

  it("stands in a for loop", function()
    local container = container_with{ name = "srv/x", content = "hello" }
    local bytes = {}
    for piece in container:get_archive "/srv/x" do
      bytes[#bytes + 1] = piece
    end
    assert.equal(container:get_archive("/srv/x"):read_all(),
                 table.concat(bytes))
  end)

  it("is written into a file, by its path or open", function()
    local container = container_with{ name = "srv/x", content = "hello" }
    local folder = fixture.empty_folder()
    local size, stat = container:get_archive("/srv", folder .. "/srv.tar")
    assert.equal("srv", stat.name)
    assert.equal(size, #read(folder .. "/srv.tar"))
    assert.equal("srv\nsrv/x", names(folder .. "/srv.tar"))
    local file = assert(io.open(folder .. "/two.tar", "wb"))
    assert.equal(size, (container:get_archive("/srv", { to = file })))
    assert.equal("file", io.type(file))
    file:close()
    assert.equal("srv\nsrv/x", names(folder .. "/two.tar"))
  end)

  it("leaves no half of a file", function()
    local container = fixture.created()
    local path = fixture.empty_folder() .. "/x.tar"
    caught("not_found", container.get_archive, container, "/nothing", path)
    assert.is_nil(io.open(path))
    local problem = caught("argument", container.get_archive, container,
                           "/etc", "/nowhere/x.tar")
    assert.equal("container:get_archive", problem.method)
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    caught("not_found", container.get_archive, container, "/nothing")
    caught("argument", container.get_archive, container)
    caught("argument", container.get_archive, container, "/etc", 7)
    caught("argument", container.get_archive, container, "/etc", { too = "x" })
    caught("argument", container.get_archive, container, "/etc", { id = "x" })
    container:remove()
    caught("not_found", container.get_archive, container, "/etc")
  end)
end)

describe("put_archive", function()
  -- What a file in the container holds.
  local function content(container, path)
    local folder = fixture.empty_folder()
    container:get_archive(path):extract(folder, { root = "x" })
    return read(folder .. "/x")
  end

  it("takes bytes, a path and an open file", function()
    local container = fixture.created()
    local bytes = tar.pack{ { name = "one", content = "1" } }
    assert.is_true(container:put_archive("/tmp", bytes))
    assert.equal("1", content(container, "/tmp/one"))
    local path = fixture.tar "2"
    assert.is_true(container:put_archive("/tmp", path))
    assert.equal("2", content(container, "/tmp/hello"))
    local file <close> = assert(io.open(fixture.tar "3", "rb"))
    assert.is_true(container:put_archive("/tmp", file))
    assert.equal("3", content(container, "/tmp/hello"))
  end)

  it("takes what was compressed", function()
    local container = fixture.created()
    container:put_archive("/tmp", fixture.tar("z", "-z"))
    assert.equal("z", content(container, "/tmp/hello"))
  end)

  it("takes flags as booleans", function()
    local container = container_with{ name = "srv/x/y", content = "" }
    local bytes = tar.pack{ { name = "x", content = "a file" } }
    assert.is_false((pcall(container.put_archive, container, "/srv", bytes,
                           { no_overwrite_dir_non_dir = true })))
    container:put_archive("/srv", bytes, {
      no_overwrite_dir_non_dir = false, copy_uid_gid = false,
    })
    assert.equal("a file", content(container, "/srv/x"))
  end)

  it("makes the container's user the owner, if asked", function()
    local container = fixture.started({ "sleep", "300" }, { user = "root" })
    local folder = fixture.empty_folder()
    engine.sh("echo >" .. folder .. "/x; chown 3:4 " .. folder .. "/x")
    for _, case in ipairs{ { false, "3:4" }, { true, "0:0" } } do
      container:put_archive("/tmp", tar.pack{
        { path = folder .. "/x", name = "x" } }, { copy_uid_gid = case[1] })
      assert.equal(case[2] .. "\n",
                   container:exec("stat -c %u:%g /tmp/x").stdout)
    end
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    local bytes = tar.pack{ { name = "one", content = "1" } }
    caught("argument", container.put_archive, container, "/")
    caught("argument", container.put_archive, container, "/", 7)
    caught("argument", container.put_archive, container, "/", "/nowhere.tar")
    caught("argument", container.put_archive, container, "/", "/tmp")
    caught("argument", container.put_archive, container, nil, bytes)
    caught("argument", container.put_archive, container, "/", bytes,
           { copy = true })
    assert.is_false((pcall(container.put_archive, container, "/",
                           "junk\0")))
    container:remove()
    caught("not_found", container.put_archive, container, "/", bytes)
  end)

  it("refuses a folder that is not there",
     engines.only_docker("Podman makes it", function()
    local container = fixture.created()
    caught("not_found", container.put_archive, container, "/nowhere",
           tar.pack{ { name = "one", content = "1" } })
  end))
end)

-- What a tree looks like, but for the times of links.
local LOOK = [[find . -mindepth 1 -printf '%p %M %n %U:%G %s %l\n' | sort
  find . -type f -links 1 -printf '%p %Ts\n' | sort
  find . -type f -print0 | sort -z | xargs -0 md5sum]]

describe("archives there and back", function()
  local function odd_tree()
    local folder = fixture.empty_folder()
    local long = ("n"):rep(255)
    local deep = ("d"):rep(120) .. "/" .. ("e"):rep(120)
    engine.sh("cd " .. folder .. "; mkdir src; cd src; "
      .. "ln -s " .. ("t"):rep(200) .. " link; echo >" .. long
      .. "; mkdir -p " .. deep .. "; echo deep >" .. deep .. "/" .. long
      .. [[; echo 1 >one; ln one two; ln one ]] .. deep .. [[/three
      printf x >'Größe'; printf y >'new
line'; printf z >"$(printf '\377\200')"
      truncate -s 3M holes; printf end >>holes; truncate -s 9M holes
      mkfifo fifo; mkdir -m 1777 tmp; mkdir -m 500 closed; echo >closed/x
      echo su >su; chown 1234:56789 one su; chown 3000000:4 tmp; chmod 6755 su
      touch -d 2001-01-01 one holes]])
    return folder
  end

  it("keep names in any bytes, links, holes, owners and modes", function()
    local container, folder = fixture.created(), odd_tree()
    container:put_archive("/tmp", tar.pack{
      { path = folder .. "/src", name = "src" } })
    container:get_archive("/tmp/src"):extract(folder, {
      root = "back", owner = true,
    })
    local look = LOOK
    if engines.is_podman() then -- it gives all to one owner
      look = look:gsub(" %%U:%%G", "")
    end
    engine.sh("cd " .. folder .. "/src; exec >../1\n" .. look)
    engine.sh("cd " .. folder .. "/back; exec >../2\n" .. look)
    assert.equal("", (engine.try(("diff %s/1 %s/2"):format(folder, folder))))
  end)

  it("keep what an executable is permitted", engines.only_docker(
     "Podman does not give it", function()
    local container, folder = fixture.created(), fixture.empty_folder()
    engine.sh("cd " .. folder .. "; cp /bin/true a; setcap cap_kill+ep a")
    container:put_archive("/tmp", tar.pack{ { path = folder .. "/a",
                                              name = "a" } })
    container:get_archive("/tmp/a"):extract(folder, { root = "b",
                                                      owner = true })
    assert.matches("cap_kill=ep", engine.sh("getcap " .. folder .. "/b"))
  end))
end)

describe("a stream's entries", function()
  it("are what is in the archive", function()
    local container = container_with({ name = "srv/x", content = "hello" },
                                     { name = "srv/y", content = "you" })
    local seen = {}
    for entry in container:get_archive("/srv"):entries() do
      seen[entry.name:gsub("^/", "")] =
        entry.type == "file" and entry:text() or entry.type
    end
    assert.same({ srv = "folder", ["srv/x"] = "hello", ["srv/y"] = "you" },
                seen)
  end)

  it("are those of all files of a container", function()
    local n, folder = 0, fixture.empty_folder()
    for entry in container_with{ name = "srv/x", content = "hello" }
      :export():entries() do
      n = n + 1
      if entry.name == "srv/x" then
        assert.equal(5, entry:save(folder .. "/x"))
        assert.equal("hello", read(folder .. "/x"))
        break
      end
    end
    assert.is_true(n > 20)
  end)
end)

describe("extract", function()
  it("makes all files of a container", function()
    local folder = fixture.empty_folder()
    local container = container_with{ name = "srv/x", content = "hello" }
    local counts = container:export():extract(folder)
    assert.equal("hello", read(folder .. "/srv/x"))
    assert.is_true(counts.files > 3 and counts.bytes > 1000000)
  end)

  it("lets others go on while it waits", function()
    local containers, folders, order = {}, {}, {}
    for i = 1, 2 do -- an engine gives one archive of a container at once
      containers[i] = container_with{ name = "srv/x",
                                      content = ("x"):rep(500000) }
      folders[i] = fixture.empty_folder()
    end
    local gate <close> = gates.start(engine.socket())
    local docker <close> = moonsail.client(gate.address)
    gate:hold("down")
    moonsail.run(function()
      for i = 1, 2 do
        moonsail.spawn(function()
          docker.containers:get(containers[i]:id()):get_archive "/srv"
            :extract(folders[i])
          order[#order + 1] = "extracted"
        end)
      end
      for _ = 1, 10 do
        gate:release("down", 40000)
        fixture.client():ping()
      end
      order[#order + 1] = "held"
      gate:release()
    end)
    assert.same({ "held", "extracted", "extracted" }, order)
    for i = 1, 2 do assert.equal(500000, #read(folders[i] .. "/srv/x")) end
  end)

  it("is given up with its task, and leaves nothing behind", function()
    local container = container_with{ name = "srv/x",
                                      content = ("x"):rep(5000000) }
    local folder = fixture.empty_folder()
    local gate <close> = gates.start(engine.socket())
    local docker <close> = moonsail.client(gate.address)
    local behind = docker.containers:get(container:id())
    local function threads()
      return engine.sh "ls /proc/$PPID/task | wc -l"
    end
    local before = threads()
    gate:hold "down"
    moonsail.run(function()
      local task = moonsail.spawn(function()
        behind:get_archive("/srv"):extract(folder)
      end)
      gate:release("down", 1000000)
      while not io.open(folder .. "/srv/x") do moonsail.sleep(0.01) end
      task:cancel()
      assert.is_false((pcall(task.join, task)))
    end)
    assert.equal(before, threads())
    assert.equal("srv", engine.sh("ls " .. folder))
    assert.equal("", engine.sh("ls " .. folder .. "/srv"))
  end)
end)

describe("export", function()
  it("is all files of the container", function()
    local container = container_with{ name = "srv/x", content = "hello" }
    local folder = fixture.empty_folder()
    local path = folder .. "/all.tar"
    local size = container:export(path)
    assert.equal(size, #read(path))
    assert.equal("hello", engine.sh("tar -xOf " .. path .. " srv/x"))
  end)

  it("is a stream, too", function()
    local container, size = fixture.created(), 0
    for bytes in container:export() do size = size + #bytes end
    assert.equal(size, #container:export():read_all())
    assert.is_true(size > 1000000)
  end)

  it("is closed when the loop is left", engines.only_docker(
    "Podman keeps a process for ever for each export that is left", function()
    local container = fixture.created()
    for _ in container:export() do break end
    collectgarbage()
    local before = engine.open_files()
    for _ = 1, 5 do
      for _ in container:export() do break end
    end
    assert.is_true(engine.open_files() <= before)
  end))

  it("refuses what is none", function()
    local container = fixture.created()
    caught("argument", container.export, container, 7)
    caught("argument", container.export, container, { path = "x" })
    caught("argument", container.export, container, "/nowhere/x.tar")
    container:remove()
    caught("not_found", container.export, container)
  end)
end)
