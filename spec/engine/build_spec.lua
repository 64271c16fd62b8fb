-- SPDX-License-Identifier: MIT
-- Building images.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local lfs = require "lfs"
local moonsail = require "moonsail"
local play = require "spec.support.play"
local private_registry = require "spec.support.private_registry"
local scripted = require "spec.support.scripted"

local docker = fixture.client()
local images = docker.images

-- By this label is known what was made here: builds that fail leave layers.
local MARK = "made-by=" .. fixture.name()

after_each(fixture.clean)
teardown(function()
  images:prune{ filters = { label = MARK } }
  assert.equal("", fixture.left())
  assert.same({}, images:list{ all = true, filters = { label = MARK } })
end)

-- A Dockerfile of what nothing else has made, so that no cache knows it.
local function dockerfile(...)
  return table.concat({ "FROM busybox", "LABEL " .. MARK,
                        "LABEL of=" .. fixture.name(), ... }, "\n") .. "\n"
end

-- A folder with these files.
local function folder(files)
  local path = os.tmpname()
  os.remove(path)
  assert(lfs.mkdir(path))
  fixture.later(function() engine.sh("rm -rf " .. path) end)
  for name, text in pairs(files) do
    local file <close> = assert(io.open(path .. "/" .. name, "w"))
    file:write(text)
  end
  return path
end

-- The path of a tar of these files.
local function tar(files, flags)
  local path = folder(files)
  engine.sh(("tar -C %s %s -cf %s.tar ."):format(path, flags or "", path))
  fixture.later(function() os.remove(path .. ".tar") end)
  return path .. ".tar"
end

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

-- Builds, and has the image removed at the end of the test.
local function built(...)
  local image, log = images:build(...)
  fixture.remove_image_later(image:id())
  return image, log
end

-- What is in a file of the image.
local function content(image, path)
  local holder = docker.containers:create(image, { "none" })
  fixture.remove_later(holder)
  for entry in holder:get_archive(path):entries() do return entry:text() end
end

local function has_variable(image, setting)
  for _, each in ipairs(image:attrs().config.env) do
    if each == setting then return true end
  end
  return false
end

local FILES = {
  Dockerfile = ("FROM busybox\nLABEL %s\nCOPY greeting /greeting\n")
    :format(MARK),
  greeting = "hello from the context\n",
}

describe("images:build", function()
  it("takes a folder", function()
    local image = built(folder(FILES))
    assert.equal(FILES.greeting, content(image, "/greeting"))
  end)

  it("takes a tar: its path, its bytes, an open file", function()
    local path = tar(FILES)
    local file <close> = assert(io.open(path, "rb"))
    for _, options in ipairs{
      { path = path }, { context = read(path) }, { context = file },
      { path = tar(FILES, "-z") },
    } do
      local image = built(options)
      assert.equal(FILES.greeting, content(image, "/greeting"))
    end
  end)

  it("takes a Dockerfile alone", function()
    local image, log = built{
      dockerfile_text = dockerfile("ENV A=b", "RUN echo a step speaks"),
    }
    assert.is_true(has_variable(image, "A=b"))
    assert.matches("a step speaks\n", tostring(log))
    assert.is_true(#log > 1)
    assert.equal(5, #log.steps)
    assert.equal("RUN echo a step speaks", log.steps[5].text)
    assert.same({ "a step speaks" }, log.steps[5].lines)
  end)

  it("gives its reports as a stream, which raises kind build", function()
    local text, id = {}, nil
    for report in images:build{
      dockerfile_text = dockerfile "RUN echo a step speaks", stream = true,
    } do
      text[#text + 1] = report.stream
      id = report.aux and report.aux.ID or id
    end
    assert.matches("a step speaks\n", table.concat(text))
    images:remove(id, { force = true })
    local stream = images:build{
      dockerfile_text = dockerfile("RUN echo before it; exit 3"),
      stream = true,
    }
    local problem = caught("build", stream.each, stream, function() end)
    assert.equal(3, problem.exit_code)
    assert.same({ "before it" }, problem.log.steps[4].lines)
    caught("argument", images.build, images,
           { dockerfile_text = "FROM x\n", stream = true, progress = true })
  end)

  it("ends when its stream is closed", engines.only_docker(
     "Podman finishes the step", function()
    local seconds = tostring(math.random(1000, 9999))
    local stream <close> = images:build{
      dockerfile_text = dockerfile("RUN echo begun; sleep " .. seconds),
      stream = true,
    }
    for report in stream do
      if (report.stream or ""):find("begun\n", 1, true) then break end
    end
    assert.truthy(engine.try("pgrep -f '[s]leep " .. seconds .. "'"):find "%d")
    stream:close()
    engine.eventually(function()
      return engine.try("pgrep -f '[s]leep " .. seconds .. "'") == ""
    end)
  end))

  it("takes an address for the engine to fetch", engines.only_docker(
     "Podman looks elsewhere for what it has fetched", function()
    local context = read(tar({ Dockerfile = dockerfile "ENV FETCHED=yes" },
                             "-z"))
    local server <close> = scripted.start("serve " .. play.quote(play.http(
      "200 OK", "Content-Type: application/x-gzip\r\n", context)),
      { tcp = true })
    local image = built{
      remote = server.address:gsub("^tcp", "http") .. "/context.tar.gz",
    }
    assert.is_true(has_variable(image, "FETCHED=yes"))
  end))

  it("takes the options of the API, by our names", function()
    local name = fixture.name()
    for _, tag in ipairs{ name, name .. ":2", name .. ":3" } do
      fixture.remove_image_later(tag)
    end
    local image = built{
      path = folder{
        Other = ("FROM busybox AS first\nLABEL %s\nARG X=1\nENV GOT=$X\n"
          .. "FROM busybox AS second\nRUN false\n"):format(MARK),
      },
      dockerfile = "Other",
      tag = name,
      tags = { name .. ":2", name .. ":3" },
      build_args = { "X=7" },
      labels = { MyLabel = "x y" },
      target = "first",
      no_cache = true,
      network_mode = "none",
      memory = "64m",
    }
    assert.is_true(has_variable(image, "GOT=7"))
    assert.equal("x y", image:labels().MyLabel)
    local tags = {}
    for _, tag in ipairs(image:tags()) do tags[fixture.plain(tag)] = true end
    assert.same({ [name .. ":latest"] = true, [name .. ":2"] = true,
                  [name .. ":3"] = true }, tags)
  end)

  it("says nothing with quiet but the id", function()
    local image, log = built{ dockerfile_text = dockerfile(), quiet = true }
    assert.equal(1, #log)
    assert.matches(image:id():sub(8), log[1], 1, true)
  end)

  it("shows its progress when asked", function()
    local path = os.tmpname()
    fixture.later(function() os.remove(path) end)
    do
      local file <close> = assert(io.open(path, "w"))
      local _, log = built{
        dockerfile_text = dockerfile "ENV SHOWN=yes", progress = file,
      }
      file:flush()
      assert.equal(table.concat(log), read(path))
    end
    local seen = {}
    built{ dockerfile_text = dockerfile(), progress = function(document)
      seen[#seen + 1] = document
    end }
    assert.is_true(#seen > 1)
  end)

  it("raises kind build when a step fails, with the log so far", function()
    local name = fixture.name()
    local problem = caught("build", images.build, images, {
      dockerfile_text = dockerfile("LABEL left=" .. name,
        "RUN echo before it; exit 3", "RUN echo after it"),
      tag = name,
    })
    assert.equal(3, problem.exit_code)
    assert.matches("exit 3", problem.message)
    assert.same({ "before it" }, problem.log.steps[5].lines)
    assert.is_nil(tostring(problem.log):find("after it", 1, true))
    assert.equal("RUN echo before it; exit 3", problem.step)
    assert.equal(5, problem.step_number)
    assert.equal(6, problem.step_count)
    assert.equal("images:build", problem.method)
    assert.equal("ImageBuild", problem.operation)
    assert.is_true(moonsail.is_error(problem, "build"))
    caught("not_found", images.get, images, name)
    assert.same({}, docker.containers:list{ -- none is left behind
      all = true, filters = { label = "left=" .. name },
    })
  end)

  it("raises an error for what is no Dockerfile, or no context", function()
    for _, options in ipairs{
      { dockerfile_text = "NONSENSE\n" },
      { path = tar{ other = "" } },
      { context = ("\0x"):rep(512) },
      { dockerfile_text = "FROM " .. engine.registry() .. "/nonsense\n" },
    } do
      local ok, problem = pcall(images.build, images, options)
      assert.is_false(ok)
      assert.equal("images:build", problem.method, tostring(problem))
      assert.equal("ImageBuild", problem.operation)
    end
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    local text = "FROM busybox\n"
    local cases = {
      { {}, "^path: missing" },
      { "/there/is/nothing", "^path: /there/is/nothing: No such file" },
      { { path = "/there/is/nothing", context = "x" },
        "^context: given besides path" },
      { { dockerfile = "x", dockerfile_text = text },
        "^dockerfile: given besides dockerfile_text" },
      { { context = 7 }, "^context: expected the bytes of a tar" },
      { { context = "FROM busybox\n" }, "^context: expected a tar" },
      { { dockerfile_text = text, tag = "a b" }, "^tag: " },
      { { dockerfile_text = text, tags = { "a", 7 } }, "^tags%[2%]: " },
      { { dockerfile_text = text, build_args = { "A" } },
        "^build_args: expected NAME=VALUE" },
      { { dockerfile_text = text, auth = { username = "x" } },
        "^auth%.serveraddress: missing" },
      { { dockerfile_text = text, progress = 7 }, "^progress: " },
      { { dockerfile_text = text, memory = "much" }, "memory" },
      { { dockerfile_text = text, tagg = "x" }, "did you mean tag" },
      { { dockerfile_text = text, no_cach = true }, "did you mean no_cache" },
      { { dockerfile_text = text, builder = "x" }, '^builder: expected "cl' },
      { { dockerfile_text = text, builder = "classic", version = "2" },
        "^version: given besides builder" },
      { { dockerfile_text = text, network = "a", network_mode = "b" },
        "^network: given besides network_mode" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", client.images.build, client.images,
                             case[1])
      assert.matches(case[2], problem.message)
      assert.equal("images:build", problem.method)
    end
    assert.equal(0, calls())
    client:close()
  end)

  describe("with a registry that wants a password", function()
    local secured
    setup(function() secured = private_registry.start() end)
    teardown(function() secured:stop() end)

    it("logs in with what it is given", function()
      local name = secured.address .. "/" .. fixture.name()
      fixture.remove_image_later(name)
      images:get("busybox"):tag(name)
      images:push(name, { auth = secured.auth })
      images:remove(name)
      local options = {
        dockerfile_text = ("FROM %s\nLABEL %s\nLABEL of=private\n")
          :format(name, MARK),
        pull = true,
      }
      local problem = caught("build", images.build, images, options)
      assert.matches("auth", problem.message) -- each in its own words
      options.auth = secured.auth
      assert.equal("private", built(options):labels().of)
    end)
  end)
end)

describe("images:build_cancel", function()
  it("ends a build by its id", engines.needs({
    docker = "18.09", podman = false, reason = "Podman has no such call",
  }, function()
    assert.is_truthy(images:build_cancel("nobody-has-this-id"))
  end))

  it("refuses what is none", function()
    caught("argument", images.build_cancel, images)
    caught("argument", images.build_cancel, images, {})
  end)
end)
