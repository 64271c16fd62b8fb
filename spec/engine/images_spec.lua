-- SPDX-License-Identifier: MIT
-- The collection of images.

local caught = require "spec.support.caught"
local cjson = require "cjson"
local core = require "moonsail.core"
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

after_each(fixture.clean)

local function has(name)
  local _, status = engine.try(("docker -H %s image inspect %s"):format(
    engine.host(), name))
  return status == 0
end

-- The set of the names of an image.
local function tags(image)
  local set = {}
  for _, tag in ipairs(image:tags()) do set[fixture.plain(tag)] = true end
  return set
end

-- What a registry itself says of a tag: its digest.
local function digest_at(address, name, tag)
  return engine.sh(("curl -fsSI -u loop:back -H 'Accept: "
    .. "application/vnd.docker.distribution.manifest.v2+json' -H 'Accept: "
    .. "application/vnd.oci.image.manifest.v1+json' http://%s/v2/%s/"
    .. "manifests/%s"):format(address, name:sub(#address + 2), tag))
    :match("[Dd]ocker%-[Cc]ontent%-[Dd]igest: (%S+)")
end

-- What went, of what a removal tells: the set of names, and of ids.
local function went(removed)
  local set = {}
  for _, item in ipairs(removed) do
    if item.untagged then set[fixture.plain(item.untagged)] = true end
    if item.deleted then set[item.deleted:gsub("^sha256:", "")] = true end
  end
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

-- An image that nobody else has, and its name.
local function made(name, options)
  options = options or {}
  options.repo = fixture.remove_image_later(name or fixture.name())
  return images:import(fixture.tar(fixture.name()), options), options.repo
end

-- A name in a registry that nobody else uses.
local function name_at(address)
  return address .. "/" .. fixture.name()
end

describe("images:list", function()
  it("lists what there is", function()
    local names = {}
    for _, image in ipairs(images:list()) do
      for tag in pairs(tags(image)) do names[tag] = image end
    end
    assert.is_not_nil(names["busybox:latest"])
    assert.matches("^sha256:%x+$", names["busybox:latest"]:id())
  end)

  it("filters", function()
    local image, name = made()
    local list = images:list{ filters = { reference = name } }
    assert.equal(1, #list)
    assert.equal(image, list[1])
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
    local _, repository = made(name_at(engine.registry()))
    images:push(repository)
    images:remove(repository)
    local digest = digest_at(engine.registry(), repository, "latest")
    local reference = repository .. "@" .. digest
    for _, arguments in ipairs{
      { reference }, { repository, { tag = digest } },
    } do
      local image = images:pull(table.unpack(arguments))
      local digests = table.concat(image:attrs().repo_digests, " ")
      assert.matches(reference, digests, 1, true)
      images:remove(image)
      assert.is_false(has(reference))
    end
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
    assert.matches("^Pulling ", documents[1].status)
    local path = os.tmpname()
    fixture.later(function() os.remove(path) end)
    local file <close> = assert(io.open(path, "w"))
    engine.docker("rmi -f " .. fresh)
    images:pull(fresh, { progress = file })
    file:flush()
    local text = io.open(path):read("a")
    assert.matches("%x+: Pulling fs layer\n", text)
    assert.matches("\n%x+: %a+ complete\n", text)
  end)

  it("gives its reports as a stream", function()
    local n = 0
    for report in images:pull(name "/busybox", { stream = true }) do
      n = n + (report.status and 1 or 0)
    end
    assert.is_true(n > 0 or engines.is_podman())
    assert.is_true(has(engine.registry() .. "/busybox:latest"))
    caught("argument", images.pull, images, "x",
           { stream = true, progress = true })
  end)

  it("says that there is no such image", function()
    local ok, problem = pcall(images.pull, images,
                              engine.registry() .. "/nonsense")
    assert.is_false(ok)
    assert.matches("manifest unknown", problem.message)
    assert.equal("images:pull", problem.method)
  end)

  it("says that there is no such registry", function()
    local ok, problem = pcall(images.pull, images, "127.0.0.1:1/busybox")
    assert.is_false(ok)
    assert.matches("connection refused", problem.message)
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
      .. "application/vnd.docker.distribution.manifest.v2+json' -H 'Accept: "
      .. "application/vnd.oci.image.manifest.v1+json' %smanifests/latest")
      :format(base)))
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
    assert.same({ [name .. ":1"] = true }, tags(image))
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
      { { 7 }, "^source: expected a path, an open file.* or a URL" },
      { {}, "^source: " },
      { { { repo = "x" } }, "^source: " },
      { { fixture.tar "x", { repositry = "x" } }, "unknown option" },
      { { fixture.tar "x", { changes = { {} } } }, "changes" },
      { { fixture.tar "x", { tag = "1" } }, "^tag: there is no repo" },
      { { fixture.tar "x", { repo = "a:1", tag = "1" } }, "^tag: given" },
      { { fixture.tar "x", { repo = "a b" } }, "^repo: " },
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

describe("images:push", function()
  local secured
  setup(function() secured = private_registry.start() end)
  teardown(function() secured:stop() end)

  it("pushes by name, with the tag in it or beside it", function()
    local name = name_at(engine.registry())
    local image = made(name)
    image:tag(fixture.remove_image_later(name .. ":2"))
    for tag, result in pairs{
      latest = images:push(name),
      ["2"] = images:push(name, { tag = "2" }),
    } do
      assert.equal(tag, result.tag)
      assert.equal(digest_at(engine.registry(), name, tag), result.digest)
      assert.equal("integer", math.type(result.size))
    end
    assert.equal("2", images:push(name .. ":2").tag)
    images:remove(name .. ":2")
    assert.equal("latest", images:push(images:get(name)).tag)
  end)

  it("gives its reports as a stream", function()
    local name = name_at(engine.registry())
    made(name)
    local stream = images:push(name, { stream = true })
    stream:each(function(report) assert.is_table(report) end)
    assert.truthy(digest_at(engine.registry(), name, "latest"))
    caught("argument", images.push, images, name,
           { stream = true, all_tags = true })
  end)

  it("pushes all tags", function()
    local name = name_at(engine.registry())
    local image = made(name, { tag = "1" })
    fixture.remove_image_later(name .. ":1")
    image:tag(fixture.remove_image_later(name .. ":2"))
    local list = images:push(name, { all_tags = true })
    assert.equal(2, #list)
    assert.same({ "1", "2" }, { list[1].tag, list[2].tag })
    assert.equal(digest_at(engine.registry(), name, "2"), list[2].digest)
    local problem = caught("not_found", images.push, images,
                           name_at(engine.registry()), { all_tags = true })
    assert.equal("images:push", problem.method)
  end)

  it("shows its progress when asked", function()
    local name, documents = name_at(engine.registry()), {}
    made(name)
    images:push(name, { progress = function(document)
      documents[#documents + 1] = document
    end })
    assert.matches("The push refers to", documents[1].status)
  end)

  it("logs in with what it is given", function()
    local name = name_at(secured.address)
    made(name)
    local result = images:push(name, { auth = secured.auth })
    assert.equal(digest_at(secured.address, name, "latest"), result.digest)
    images:remove(name)
    images:pull(name, { auth = secured.auth })
    assert.is_true(has(name))
  end)

  it("says that it must not, and not by which password", function()
    local name = name_at(secured.address)
    made(name)
    for _, auth in ipairs{
      { username = "loop", password = "wrong-secret",
        serveraddress = secured.address }, {},
    } do
      for _, method in ipairs{ "push", "pull" } do
        local seen = {}
        local client <close> = moonsail.client{
          host = engine.host(),
          on_result = function(record) seen[#seen + 1] = record end,
        }
        local ok, problem = pcall(client.images[method], client.images, name,
                                  { auth = auth })
        assert.is_false(ok)
        assert.is_true(moonsail.is_error(problem), tostring(problem))
        assert.equal("images:" .. method, problem.method)
        local text = { tostring(problem) }
        for _, record in ipairs(seen) do
          text[#text + 1] = core.encode(nil, record.request_headers)
          text[#text + 1] = record.url .. (record.response_body or "")
        end
        text = table.concat(text)
        assert.is_nil(text:find("wrong-secret", 1, true))
        assert.is_nil(text:find(core.encode_base64('"wrong-secret'):sub(1, 12),
                                1, true))
      end
    end
  end)

  it("says that there is nothing to push", function()
    local ok, problem = pcall(images.push, images,
                              name_at(engine.registry()))
    assert.is_false(ok)
    assert.equal("ImagePush", problem.operation, tostring(problem))
    assert.equal("images:push", problem.method)
  end)

  it("complains before anything is sent", function()
    local client, calls = fixture.counting_client()
    local digest = "a@sha256:" .. ("0"):rep(64)
    local cases = {
      { {}, "^name: expected a string, got nil" },
      { { "a b" }, "^name: " },
      { { "a:b", { tag = "c" } }, "^tag: given twice" },
      { { "a:b", { all_tags = true } }, "^all_tags: " },
      { { digest }, "^name: a digest cannot be pushed" },
      { { "a", { platform = "linux" } }, "^platform: expected a platform" },
      { { "a", { progress = 7 } }, "^progress: " },
      { { "a", { auth = 7 } }, "auth" },
      { { "a", { atuh = {} } }, "did you mean auth" },
      { { "a", { auth = { usrname = "x" } } }, "did you mean username" },
    }
    for _, case in ipairs(cases) do
      local problem = caught("argument", client.images.push, client.images,
                             table.unpack(case[1]))
      assert.matches(case[2], problem.message)
      assert.equal("images:push", problem.method)
    end
    assert.equal(0, calls())
    client:close()
  end)
end)

-- A path for an archive, which goes at the end of the test.
local function archive_path()
  local path = os.tmpname()
  fixture.later(function() os.remove(path) end)
  return path
end

-- The names of the files in an archive.
local function members(path)
  return engine.sh("tar -tf " .. path)
end

describe("images:save and images:load", function()
  it("take several images, by a path", function()
    local one, name = made()
    local two, other = made()
    local path = archive_path()
    local size = images:save({ name, two }, path)
    assert.equal(size, lfs.attributes(path, "size"))
    assert.matches("manifest.json", members(path), 1, true)
    images:remove(name)
    images:remove(other)
    local list = images:load(path)
    assert.equal(2, #list)
    assert.is_true(has(name))
    assert.is_true(has(other))
    local ids = { [list[1]:id()] = true, [list[2]:id()] = true }
    assert.same({ [one:id()] = true, [two:id()] = true }, ids)
  end)

  it("take an open file", function()
    local image, name = made()
    local path = archive_path()
    do
      local file <close> = assert(io.open(path, "wb"))
      assert.is_true(images:save(name, file) > 0)
    end
    image:remove()
    local file <close> = assert(io.open(path, "rb"))
    assert.equal(image:id(), images:load(file)[1]:id())
  end)

  it("take bytes, and give a stream of them", function()
    local image, name = made()
    local pieces = {}
    for bytes in images:save(name) do pieces[#pieces + 1] = bytes end
    image:remove()
    local list = images:load(table.concat(pieces))
    assert.equal(1, #list)
    assert.equal(image, list[1])
    assert.is_true(has(name))
  end)

  it("take an image without a name", function()
    local image = images:import(fixture.tar(fixture.name()))
    fixture.remove_image_later(image:id())
    local path = archive_path()
    images:save(image, path)
    image:remove()
    assert.same({}, images:load(path)[1]:tags())
    assert.is_true(has(image:id()))
  end)

  it("give an image once that has several names", function()
    local image, name = made()
    local other = fixture.remove_image_later(fixture.name())
    image:tag(other)
    local path = archive_path()
    images:save(image, path)
    images:remove(name)
    images:remove(other)
    local list = images:load(path)
    assert.equal(1, #list)
    assert.is_true(has(name))
    assert.is_true(has(other))
  end)

  it("show the progress of a load when asked", function()
    local _, name = made()
    local path = archive_path()
    images:save(name, path)
    local words = {}
    images:load(path, { progress = function(document)
      words[#words + 1] = document.stream or document.status
    end })
    assert.matches("Loaded image", table.concat(words))
  end)

  it("give the reports of a load as a stream", function()
    local _, name = made()
    local path = archive_path()
    images:save(name, path)
    local words = {}
    for report in images:load(path, { stream = true }) do
      words[#words + 1] = report.stream or report.status
    end
    assert.matches("Loaded image", table.concat(words))
    caught("argument", images.load, images, path, { stream = 1 })
  end)

  it("say what is not there", function()
    local path = archive_path()
    local nobody = fixture.name()
    os.remove(path)
    local ok, problem = pcall(images.save, images, nobody, path)
    assert.is_false(ok)
    assert.equal("images:save", problem.method, tostring(problem))
    assert.equal("ImageGetAll", problem.operation)
    assert.is_nil(io.open(path))
  end)

  it("say what is no archive of images", function()
    local ok, problem = pcall(images.load, images, ("\0x"):rep(2000))
    assert.is_false(ok)
    assert.equal("ImageLoad", problem.operation, tostring(problem))
    assert.equal("images:load", problem.method)
  end)

  it("complain before anything is sent", function()
    local client, calls = fixture.counting_client()
    local busybox = client.images:get "busybox"
    local before = calls()
    local cases = {
      { "save", {}, "^names: missing" },
      { "save", { {} }, "^names: missing" },
      { "save", { { "a", 7 } }, "^names%[2%]: expected a string" },
      { "save", { { busybox, 7 } }, "^names%[2%]: expected a string" },
      { "save", { busybox, { platfrm = "x" } }, "did you mean platform" },
      { "save", { 7 }, "^names: expected a string" },
      { "save", { "a", 7 }, "^dest: expected a path or an open file" },
      { "save", { "a", { destt = "x" } }, "did you mean dest" },
      { "save", { "a", { platform = "x" } }, "^platform: " },
      { "load", {}, "^source: missing %(a path, an open file" },
      { "load", { "/no/such.tar" }, "^source: /no/such.tar: No such file" },
      { "load", { "/tmp" }, "^source: /tmp is a folder" },
      { "load", { "\0", { progres = true } }, "unknown option" },
      { "load", { "\0", { platform = { 7 } } }, "^platform: " },
    }
    for _, case in ipairs(cases) do
      local method, arguments, words = table.unpack(case)
      local problem = caught("argument", client.images[method],
                             client.images, table.unpack(arguments))
      assert.matches(words, problem.message)
      assert.equal("images:" .. method, problem.method)
    end
    assert.equal(before, calls())
    client:close()
  end)
end)

describe("images:search", function()
  -- A registry that has one answer to everything, as old ones had.
  local FOUND = [[{"standalone":true,"query":"x","num_results":1,"results":[
    {"name":"team/found","description":"what was looked for",
     "is_official":false,"is_automated":false,"star_count":7}]}]]

  it("gives what a registry has", function()
    if engines.is_podman() then
      local found = images:search(engine.registry() .. "/busybox")
      assert.matches("busybox", found[1].name)
      return
    end
    local server <close> = scripted.start("serve " .. play.quote(play.http(
      "200 OK", "Content-Type: application/json\r\n", FOUND)), { tcp = true })
    local address = server.address:gsub("^tcp://", "")
    local found = images:search(address .. "/found", 5)
    assert.equal(1, #found)
    assert.matches("team/found", found[1].name)
    assert.equal(7, found[1].star_count)
    assert.equal("what was looked for", found[1].description)
  end)

  it("refuses what is none", function()
    caught("argument", images.search, images)
    caught("argument", images.search, images, "x", { limit = "many" })
    assert.is_false((pcall(images.search, images, "127.0.0.1:1/x")))
  end)
end)

describe("images:prune", function()
  it("removes what has no name, and tells what", function()
    local image = images:import(fixture.tar(fixture.name()), {
      changes = "LABEL pruned=" .. fixture.name(),
    })
    fixture.remove_image_later(image:id())
    local named, name = made()
    local label = "pruned=" .. image:labels().pruned
    local answer = images:prune{ filters = { label = label } }
    assert.equal("integer", math.type(answer.space_reclaimed))
    assert.is_true(went(answer.images_deleted)[image:id():sub(8)])
    assert.is_true(has(named:id()))
    assert.is_true(has(name))
  end)

  it("refuses what is none", function()
    caught("argument", images.prune, images, { filter = {} })
    assert.is_false((pcall(images.prune, images,
                           { filters = { nonsense = "x" } })))
  end)
end)

describe("images:build_prune", function()
  it("tells what it removed", engines.only_docker("Podman has no such cache",
    function()
      local answer = images:build_prune{ filters = { ["until"] = "24h" } }
      assert.same({}, answer.caches_deleted)
      assert.equal(0, answer.space_reclaimed)
    end))

  it("refuses what is none", function()
    caught("argument", images.build_prune, images, { al = true })
    caught("argument", images.build_prune, images, { all = "maybe" })
  end)
end)

describe("images:remove", function()
  it("takes an image, too", function()
    local image, name = made()
    images:remove(image)
    assert.is_false(has(name))
  end)

  it("removes, and tells what", function()
    local name = fixture.name()
    images:import(fixture.tar "x", { repo = name })
    assert.is_true(went(images:remove(name))[name .. ":latest"])
    assert.is_false(has(name))
  end)

  it("refuses what is not there", function()
    caught("not_found", images.remove, images, fixture.name())
    caught("argument", images.remove, images)
  end)
end)
