-- SPDX-License-Identifier: MIT
-- What an engine is sent from sources of each kind: archives into containers,
-- to be loaded, imported, and made plugins of.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local plugin_files = require "spec.support.plugins"
local tar = require "spec.support.tar"

local docker = fixture.client()

after_each(fixture.clean)

local function contents(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

-- Calls fn(name, source) with the archive at a path as each kind of source.
local function each_kind(path, fn)
  local bytes = contents(path)
  fn("path", path)
  fn("bytes", bytes)
  do
    local file <close> = assert(io.open(path, "rb"))
    fn("file", file)
    assert.equal("file", io.type(file))
  end
  do
    local pipe <close> = assert(io.popen("cat " .. path))
    fn("pipe", pipe)
  end
  fn("function", tar.pieces(bytes, 1000))
end

local function content(container, path)
  for entry in container:get_archive(path):entries() do
    return entry:text()
  end
end

describe("put_archive", function()
  it("takes each kind of source", function()
    local n = 0
    local container = fixture.created()
    local path = fixture.tar "hello"
    each_kind(path, function(name, source)
      n = n + 1
      local folder = "to" .. n
      container:put_archive("/tmp", { [folder .. "/x"] = name })
      assert.is_true(container:put_archive("/tmp/" .. folder, source))
      assert.equal("hello", content(container, "/tmp/" .. folder .. "/hello"))
      assert.equal(name, content(container, "/tmp/" .. folder .. "/x"))
    end)
    assert.equal(5, n)
  end)

  it("takes what comes out of another container, in tasks and out of them",
     function()
    local from, to = fixture.created(), fixture.created()
    from:put_archive("/", { ["srv/data"] = ("0123456789"):rep(300000) })
    to:put_archive("/tmp", (from:get_archive "/srv"))
    assert.equal(3000000, to:path_stat("/tmp/srv/data").size)
    moonsail.run(function()
      local tasks = {}
      for i = 1, 4 do
        local name = "tmp" .. i
        tasks[i] = moonsail.spawn(function()
          to:put_archive("/", { [name .. "/x"] = "" })
          to:put_archive("/" .. name, (from:get_archive "/srv"))
        end)
      end
      for _, task in ipairs(tasks) do task:join() end
    end)
    for i = 1, 4 do
      assert.equal(3000000,
                   to:path_stat(("/tmp%d/srv/data"):format(i)).size)
    end
  end)

  it("closes the stream that it has taken", function()
    local from, to = fixture.created(), fixture.created()
    local stream = from:get_archive "/bin"
    to:remove()
    caught("not_found", to.put_archive, to, "/tmp", stream)
    assert.is_true(stream:is_closed())
  end)

  it("ends with the engine's words when it refuses", engines.only_docker(
     "Podman makes the folder", function()
    local container = fixture.created()
    local piece, given = ("x"):rep(100000), 0
    local problem = caught("not_found", container.put_archive, container,
                           "/no/where", function()
      given = given + 1
      return piece
    end)
    assert.equal(404, problem.status)
    assert.matches("/no/where", problem.message, 1, true)
    assert.is_true(given < 200)
    each_kind(fixture.tar "hello", function(_, source)
      caught("not_found", container.put_archive, container, "/no/where",
             source)
    end)
  end))

  it("leaves nothing open when the source raises", function()
    local container = fixture.created()
    local function count()
      return select(2, engine.sh("ls /proc/$PPID/fd"):gsub("\n", ""))
    end
    container:put_archive("/tmp", { x = "y" })
    local before = count()
    local value = {}
    for _ = 1, 5 do
      local ok, problem = pcall(container.put_archive, container, "/tmp",
                                function() error(value, 0) end)
      assert.is_false(ok)
      assert.equal(value, problem)
    end
    assert.is_true(count() <= before) -- what others have kept may go meanwhile
  end)
end)

describe("images:load", function()
  it("takes each kind of source", function()
    local name = fixture.name()
    fixture.remove_image_later(name)
    docker.images:import({ hello = "x" }, { repo = name })
    local path = fixture.empty_folder() .. "/saved.tar"
    docker.images:save(name, path)
    each_kind(path, function(_, source)
      docker.images:remove(name)
      local loaded = docker.images:load(source)
      assert.equal(1, #loaded)
    end)
    docker.images:load((docker.images:save(name)))
    assert.matches(name, docker.images:get(name):name(), 1, true)
  end)
end)

describe("images:import", function()
  it("takes each kind of source", function()
    local path = fixture.tar "hello"
    each_kind(path, function(kind, source)
      local name = fixture.name()
      fixture.remove_image_later(name)
      local image = docker.images:import(source, { repo = name })
      assert.matches("^sha256:", image:id(), 1, kind)
    end)
  end)

  it("takes what a container exports", function()
    local container, name = fixture.created(), fixture.name()
    fixture.remove_image_later(name)
    local image = docker.images:import((container:export()), { repo = name })
    assert.is_true(image:attrs().size > 100000)
  end)
end)

describe("plugins:create", function()
  it("takes each kind of source", engines.only_docker(
     "Podman has no plugins", function()
    -- each has files of its own: dockerd 20.10 takes none a second time
    local opened <close> = assert(io.open(plugin_files.tar(), "rb"))
    local bytes = contents(plugin_files.tar())
    for _, source in ipairs{ opened, tar.pieces(bytes, 9999) } do
      local name = fixture.name()
      local plugin = docker.plugins:create(name, source)
      fixture.later(function() plugin:remove{ force = true } end)
      assert.matches(name, plugin:name(), 1, true)
    end
  end))
end)

describe("at the lower levels", function()
  it("sources are bodies as well", function()
    local container, path = fixture.created(), fixture.tar "hello"
    assert.is_true(docker.api.put_container_archive{
      id = container:id(), path = "/tmp",
      body = tar.pieces(contents(path), 99) })
    assert.equal("hello", content(container, "/tmp/hello"))
    local file <close> = assert(io.open(path, "rb"))
    local answer = docker:request{
      method = "PUT", body = file, query = { path = "/" },
      path = "/containers/" .. container:id() .. "/archive" }
    assert.equal(200, answer.status)
    assert.equal("hello", content(container, "/hello"))
    local problem = caught("argument", docker.api.put_container_archive, {
      id = container:id(), path = "/tmp", body = function() return 7 end })
    assert.equal("api.put_container_archive", problem.method)
    assert.is_true(core.is_error(problem))
  end)
end)
