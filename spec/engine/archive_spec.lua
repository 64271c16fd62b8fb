-- SPDX-License-Identifier: MIT
-- Archives of a container's files: get_archive, put_archive, path_stat,
-- export.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

-- A container that was not started, with files of its own.
local function container_with(...)
  local container = fixture.created()
  container:put_archive("/", core.pack{ ... })
  return container
end

local function names(tar)
  return engine.sh("tar -tf " .. tar .. " | sed 's,/$,,' | sort")
end

describe("path_stat", function()
  it("tells what is there", function()
    local container = container_with(
      { name = "srv/x", content = "hello", mode = tonumber("640", 8) })
    local stat = container:path_stat "/srv/x"
    assert.equal("x", stat.name)
    assert.equal(5, stat.size)
    assert.equal(tonumber("640", 8), stat.mode)
    assert.matches("^%d%d%d%d%-%d%d%-%d%dT", stat.mtime)
  end)

  it("tells folders and links by their modes", function()
    local container = container_with{ name = "srv/x", content = "" }
    local folder = fixture.empty_folder()
    engine.sh("ln -s /srv/x " .. folder .. "/link")
    container:put_archive("/srv", core.pack{
      { path = folder .. "/link", name = "link" } })
    assert.is_true(container:path_stat("/srv").mode & 1 << 31 ~= 0)
    local link = container:path_stat "/srv/link"
    assert.is_true(link.mode & 1 << 27 ~= 0)
    assert.equal("/srv/x", link.link_target)
    assert.equal(0, container:path_stat("/srv/x").mode & ~511)
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
    core.unpack{ bytes = stream:read_all(), to = folder }
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
    caught("argument", container.get_archive, container, "/etc",
           "/nowhere/x.tar")
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
    core.unpack{ bytes = container:get_archive(path):read_all(), to = folder,
                 root = "x" }
    return read(folder .. "/x")
  end

  it("takes bytes, a path and an open file", function()
    local container = fixture.created()
    local bytes = core.pack{ { name = "one", content = "1" } }
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
    local bytes = core.pack{ { name = "x", content = "a file" } }
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
      container:put_archive("/tmp", core.pack{
        { path = folder .. "/x", name = "x" } }, { copy_uid_gid = case[1] })
      assert.equal(case[2] .. "\n",
                   container:exec("stat -c %u:%g /tmp/x").stdout)
    end
  end)

  it("refuses what is none", function()
    local container = fixture.created()
    local bytes = core.pack{ { name = "one", content = "1" } }
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
           core.pack{ { name = "one", content = "1" } })
  end))
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
