-- SPDX-License-Identifier: MIT
-- The collection of images.

local caught = require "spec.support.caught"
local cjson = require "cjson"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"

local docker = fixture.client()
local images = docker.images

after_each(fixture.clean)

local function has(name)
  local _, status = engine.try(("docker -H %s image inspect %s"):format(
    engine.host(), name))
  return status == 0
end

-- The set of the names of an image.
local function tags(image)
  local set = {}
  for _, tag in ipairs(image:tags()) do set[tag] = true end
  return set
end

-- What the file "hello" in an image holds.
local function hello_in(image)
  return engine.sh(([[
    id=$(docker -H %s create %s none) &&
    docker -H %s cp $id:/hello - | tar -xO
    docker -H %s rm $id >/dev/null]]):format(engine.host(), image:id(),
      engine.host(), engine.host()))
end

describe("images:list", function()
  it("lists what there is", function()
    local names = {}
    for _, image in ipairs(images:list()) do
      for _, tag in ipairs(image:tags()) do names[tag] = image end
    end
    assert.is_not_nil(names["busybox:latest"])
    assert.matches("^sha256:%x+$", names["busybox:latest"]:id())
  end)

  it("filters", function()
    local list = images:list{ filters = { reference = "busybox" } }
    assert.equal(1, #list)
    assert.same({}, images:list{ filters = { reference = "nonsense" } })
    caught("argument", images.list, images, { filter = "x" })
    caught("api", images.list, images, { filters = { nonsense = "x" } })
  end)
end)

describe("images:get", function()
  it("finds by name and by id", function()
    local image = images:get "busybox"
    assert.equal(image, images:get "busybox:latest")
    assert.equal(image, images:get(image:id()))
    assert.equal(image, images:get(image:short_id()))
    assert.equal(image, images:get(image))
  end)

  it("says that there is none", function()
    local problem = caught("not_found", images.get, images, fixture.name())
    assert.matches("[Nn]o such image", problem.message)
    caught("argument", images.get, images)
  end)
end)

describe("images:pull", function()
  local function name(rest)
    return fixture.remove_image_later(engine.registry() .. rest)
  end

  it("pulls by name, with the tag in it or beside it", function()
    for _, arguments in ipairs{
      { "/busybox" }, { "/busybox:latest" },
      { "/busybox", { tag = "latest" } },
    } do
      local image = images:pull(name(arguments[1]), arguments[2])
      assert.is_not_nil(tags(image)[engine.registry() .. "/busybox:latest"])
      assert.is_true(has(engine.registry() .. "/busybox:latest"))
      fixture.clean()
      assert.is_false(has(engine.registry() .. "/busybox:latest"))
    end
  end)

  it("pulls by digest", function()
    images:pull(name "/busybox")
    local digest = images:get(engine.registry() .. "/busybox")
      :attrs().repo_digests[1]:match("@(.*)$")
    fixture.clean()
    local reference = name("/busybox@" .. digest)
    assert.equal(reference, images:pull(reference):attrs().repo_digests[1])
    fixture.clean()
    images:pull(name "/busybox", { tag = digest })
    assert.is_true(has(reference))
  end)

  it("pulls all tags", function()
    local list = images:pull(name "/busybox", { all_tags = true })
    assert.equal(1, #list)
    assert.is_not_nil(tags(list[1])[engine.registry() .. "/busybox:latest"])
  end)

  it("shows its progress when asked", function()
    local fresh = name "/fresh"
    local documents = {}
    images:pull(fresh, { progress = function(document)
      documents[#documents + 1] = document
    end })
    assert.matches("Pulling from", documents[1].status)
    local path = os.tmpname()
    fixture.later(function() os.remove(path) end)
    local file <close> = assert(io.open(path, "w"))
    engine.docker("rmi -f " .. fresh)
    images:pull(fresh, { progress = file })
    file:flush()
    local text = io.open(path):read("a")
    assert.matches("^latest: Pulling from fresh\n", text)
    assert.matches("\n%x+: Pull complete\nDigest: sha256:%x+\n", text)
  end)

  it("says that there is no such image", function()
    local ok, problem = pcall(images.pull, images,
                              engine.registry() .. "/nonsense")
    assert.is_false(ok)
    assert.matches("not found", problem.message)
    assert.equal("images:pull", problem.method)
  end)

  it("says that there is no such registry", function()
    local ok, problem = pcall(images.pull, images, "127.0.0.1:1/busybox")
    assert.is_false(ok)
    assert.matches("127.0.0.1:1", problem.message, 1, true)
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    local cases = {
      { { "" }, "^name: " },
      { { 7 }, "^name: expected a string, got integer" },
      { {}, "^name: " },
      { { "a:b", { tag = "c" } }, "^tag: given twice" },
      { { "a", { tag = "b c" } }, "^tag: " },
      { { "a:b", { all_tags = true } }, "^all_tags: " },
      { { "a", { progress = 7 } }, "^progress: " },
      { { "a", { plattform = "x" } }, "did you mean platform" },
      { { "a", { auth = 7 } }, "auth" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", client.images.pull, client.images,
                             table.unpack(case[1]))
      assert.matches(case[2], problem.message)
      assert.equal("images:pull", problem.method)
    end
    assert.equal(0, calls())
    client:close()
  end)
end)

describe("images:import", function()
  local function imported(source, options)
    local image = images:import(source, options)
    fixture.remove_image_later(image:id())
    return image
  end

  it("takes a path", function()
    local image = imported(fixture.tar "from a path")
    assert.equal("from a path", hello_in(image))
    assert.same({}, image:tags())
  end)

  it("takes bytes, plain or compressed", function()
    for _, flags in ipairs{ "", "-z" } do
      local file <close> = io.open(fixture.tar("in bytes", flags), "rb")
      assert.equal("in bytes", hello_in(imported(file:read("a"))))
    end
  end)

  it("takes an open file", function()
    local file <close> = io.open(fixture.tar "in a file", "rb")
    assert.equal("in a file", hello_in(imported(file)))
  end)

  it("takes a URL that the engine fetches", function()
    local base = ("http://%s/v2/busybox/"):format(engine.registry())
    local manifest = cjson.decode(engine.sh(("curl -fsS -H 'Accept: "
      .. "application/vnd.docker.distribution.manifest.v2+json' "
      .. "%smanifests/latest"):format(base)))
    local image = imported(base .. "blobs/" .. manifest.layers[1].digest)
    local result = docker.containers:run(image, { "/bin/echo", "x" },
                                         { remove = true })
    assert.equal("x\n", result.logs.stdout)
  end)

  it("names it, and changes its settings", function()
    local name = fixture.name()
    local image = imported(fixture.tar "x", {
      repo = name, tag = "1", message = "by a test",
      changes = { "CMD [\"/hello\"]", "ENV A=1" },
    })
    assert.same({ name .. ":1" }, image:tags())
    local attrs = image:attrs()
    assert.same({ "/hello" }, attrs.config.cmd)
    assert.equal("A=1", attrs.config.env[1])
    assert.equal("by a test", attrs.comment)
    local second = imported(fixture.tar "y", { changes = "ENV B=2" })
    assert.equal("B=2", second:attrs().config.env[1])
  end)

  it("says what the engine does not like", function()
    local path = os.tmpname()
    fixture.later(function() os.remove(path) end)
    local file = io.open(path, "w")
    file:write(("this is no tar"):rep(100)):close()
    local ok, problem = pcall(images.import, images, path)
    assert.is_false(ok)
    assert.equal("images:import", problem.method, tostring(problem))
    assert.equal("ImageCreate", problem.operation)
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    local cases = {
      { { "/no/such.tar" }, "^source: /no/such.tar: No such file" },
      { { 7 }, "^source: expected a path, a URL, an open file" },
      { {}, "^source: " },
      { { { repo = "x" } }, "^source: " },
      { { fixture.tar "x", { repositry = "x" } }, "unknown option" },
      { { fixture.tar "x", { changes = { {} } } }, "changes" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", client.images.import,
                             client.images, table.unpack(case[1]))
      assert.matches(case[2], problem.message)
      assert.equal("images:import", problem.method)
    end
    assert.equal(0, calls())
    client:close()
  end)
end)

describe("images:remove", function()
  it("removes, and tells what", function()
    local name = fixture.name()
    images:import(fixture.tar "x", { repo = name })
    local removed = images:remove(name)
    assert.equal(name .. ":latest", removed[1].untagged)
    assert.is_false(has(name))
  end)

  it("refuses what is not there", function()
    caught("not_found", images.remove, images, fixture.name())
    caught("argument", images.remove, images)
  end)
end)
