-- SPDX-License-Identifier: MIT
-- An image: what it tells, and what can be done with it.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local play = require "spec.support.play"

local docker = fixture.client()

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

-- An image that nobody else uses, and its name.
local function made(options)
  options = options or {}
  options.repo = options.repo or fixture.remove_image_later(fixture.name())
  return docker.images:import(fixture.tar(fixture.name()), options),
    options.repo
end

local function names(image)
  local set = {}
  for _, tag in ipairs(image:reload():tags()) do
    set[fixture.plain(tag)] = true
  end
  return set
end

-- The first name that was taken away, of what a removal tells.
local function untagged(removed)
  for _, item in ipairs(removed) do
    if item.untagged then return fixture.plain(item.untagged) end
  end
end

describe("what an image tells", function()
  it("is the same from inspect and from a list", function()
    local inspected, name = made{ changes = "LABEL MyLabel=x" }
    local listed = docker.images:list{ filters = { reference = name } }[1]
    for _, image in ipairs{ inspected, listed } do
      assert.matches("^sha256:%x+$", image:id())
      assert.equal(image:id():sub(8, 19), image:short_id())
      assert.equal(1, #image:tags())
      assert.equal(name .. ":latest", fixture.plain(image:tags()[1]))
      assert.same({ MyLabel = "x" }, image:labels())
      assert.equal(name .. ":latest", fixture.plain(image:name()))
      assert.matches("^image " .. image:short_id(), tostring(image))
    end
    assert.is_true(inspected == listed)
  end)

  it("is no name when it has none", function()
    local label = fixture.name()
    local image = docker.images:import(fixture.tar(label), {
      changes = "LABEL nameless=" .. label,
    })
    fixture.remove_image_later(image:id())
    local listed = docker.images:list{ all = true, filters = {
      label = "nameless=" .. label,
    } }
    assert.equal(1, #listed)
    for _, each in ipairs{ image, listed[1] } do
      assert.same({}, each:tags())
      assert.is_nil(each:name())
    end
  end)
end)

describe("tag", function()
  it("gives another name", function()
    local image, name = made()
    local other = fixture.remove_image_later(fixture.name())
    assert.is_true(image:tag(other))
    image:tag(other, "1")
    image:tag(other, { tag = "2" })
    image:tag(other .. ":3")
    image:tag("localhost:5000/" .. other)
    fixture.remove_image_later("localhost:5000/" .. other)
    for _, tag in ipairs{ "1", "2", "3" } do
      fixture.remove_image_later(other .. ":" .. tag)
    end
    assert.same({
      [name .. ":latest"] = true, [other .. ":latest"] = true,
      [other .. ":1"] = true, [other .. ":2"] = true,
      [other .. ":3"] = true,
      ["localhost:5000/" .. other .. ":latest"] = true,
    }, names(image))
  end)

  it("refuses what is none", function()
    local image = made()
    assert.matches("^repo: ",
                   caught("argument", image.tag, image, "a b").message)
    caught("argument", image.tag, image)
    assert.matches("^tag: given twice",
                   caught("argument", image.tag, image, "a:b", "c").message)
    assert.is_false((pcall(image.tag, image, "UPPER")))
  end)
end)

describe("untag", function()
  it("takes a name away", function()
    local image, name = made()
    local other = fixture.remove_image_later(fixture.name())
    image:tag(other)
    image:tag(other, "2")
    image:untag(other)
    image:untag(other .. ":2")
    assert.same({ [name .. ":latest"] = true }, names(image))
    assert.equal(name .. ":latest", untagged(image:untag(name)))
    caught("not_found", docker.images.get, docker.images, name)
  end)

  it("leaves the names of other images alone", function()
    local image, name = made()
    local _, other = made()
    local problem = caught("argument", image.untag, image, other)
    assert.matches("^tag: the image is not called ", problem.message)
    assert.matches(name, problem.message, 1, true)
    assert.is_not_nil(docker.images:get(other):name())
    caught("argument", image.untag, image)
    caught("argument", image.untag, image, 7)
    image:remove()
    caught("not_found", image.untag, image, name)
  end)
end)

describe("push", function()
  it("pushes by its name, by one of them, by a tag", function()
    local base = engine.registry() .. "/" .. fixture.name()
    local image = made{ repo = fixture.remove_image_later(base) }
    image:tag(fixture.remove_image_later(base .. ":2"))
    image:reload()
    assert.equal("latest", image:push(base).tag)
    assert.equal("2", image:push{ tag = "2" }.tag)
    assert.equal("2", image:push(base, { tag = "2" }).tag)
    assert.matches("^sha256:%x+$", image:push().digest)
    local list = image:push{ all_tags = true }
    assert.same({ "2", "latest" }, { list[1].tag, list[2].tag })
  end)

  it("refuses what is none of its names", function()
    local image = made()
    assert.matches("^tag: the image has no name with the tag 7",
                   caught("argument", image.push, image,
                          { tag = "7" }).message)
    assert.matches("^name: ",
                   caught("argument", image.push, image, "a b").message)
    image = docker.images:import(fixture.tar(fixture.name()))
    fixture.remove_image_later(image:id())
    assert.matches("^name: the image has no name",
                   caught("argument", image.push, image).message)
  end)
end)

describe("save", function()
  -- A path for an archive, which goes at the end of the test.
  local function path()
    local made_path = os.tmpname()
    fixture.later(function() os.remove(made_path) end)
    return made_path
  end

  it("keeps all names", function()
    local image, name = made()
    local other = fixture.remove_image_later(fixture.name())
    image:tag(other)
    local archive = path()
    assert.is_true(image:save(archive) > 0)
    docker.images:remove(name)
    docker.images:remove(other)
    local list = docker.images:load(archive)
    assert.equal(1, #list)
    assert.same({ [name .. ":latest"] = true, [other .. ":latest"] = true },
                names(list[1]))
  end)

  it("gives a stream of bytes", function()
    local image, name = made()
    local pieces = {}
    for bytes in image:save() do pieces[#pieces + 1] = bytes end
    image:remove()
    local loaded = docker.images:load(table.concat(pieces))[1]
    assert.equal(name .. ":latest", fixture.plain(loaded:name()))
  end)

  it("saves what has no name", function()
    local image = docker.images:import(fixture.tar(fixture.name()))
    fixture.remove_image_later(image:id())
    local archive = path()
    image:save(archive)
    image:remove()
    assert.equal(image, docker.images:load(archive)[1])
  end)

  it("refuses what is none", function()
    local image = made()
    caught("argument", image.save, image, 7)
    caught("argument", image.save, image, { platform = "linux" })
    assert.matches("there/is/no",
                   caught("argument", image.save, image,
                          "/there/is/no/folder.tar").message)
    image:remove()
    caught("not_found", image.save, image, path())
  end)
end)

describe("attestations", function()
  local ATTESTED = '[{"Descriptor":{"digest":"sha256:00","size":7},'
    .. '"PredicateType":"https://slsa.dev/provenance/v1","Statement":{}}]'

  it("are those that the engine has", function()
    local server <close>, client = play.start({ play.json(ATTESTED) },
                                              { api_version = "1.55" })
    local image = core.new_object("image", client, { id = "sha256:11" })
    local list = image:attestations()
    assert.equal(1, #list)
    assert.equal("https://slsa.dev/provenance/v1", list[1].predicate_type)
    assert.equal(7, list[1].descriptor.size)
    assert.matches("/v1.55/images/sha256:11/attestations", server:log(), 1,
                   true)
    caught("argument", image.attestations, image, { name = "x" })
  end)

  it("need API 1.55", function()
    local image = made()
    if engines.api() < 55 then
      assert.matches("1%.55", caught("argument", image.attestations,
                                     image).message)
    end
  end)
end)

describe("history", function()
  it("lists the layers", function()
    local history = made{ message = "by a test" }:history()
    assert.equal(1, #history)
    assert.equal("by a test", history[1].comment)
    assert.equal("integer", math.type(history[1].created))
  end)

  it("refuses what is none", function()
    local image = made()
    caught("argument", image.history, image, { of = "x" })
    image:remove()
    caught("not_found", image.history, image)
  end)
end)

describe("inspect and reload", function()
  it("fetch what has changed", function()
    local image, name = made()
    local other = fixture.remove_image_later(fixture.name())
    image:tag(other)
    assert.equal(name .. ":latest", fixture.plain(image:tags()[1]))
    assert.equal(2, #image:inspect().repo_tags)
    assert.equal(2, #image:tags())
    assert.equal("linux", image:reload():attrs().os)
  end)

  it("refuse what is none", function()
    local image = made()
    caught("argument", image.inspect, image, { sise = true })
    image:remove()
    caught("not_found", image.inspect, image)
    caught("not_found", image.reload, image)
  end)
end)

describe("remove", function()
  it("removes it", function()
    local image, name = made()
    assert.equal(name .. ":latest", untagged(image:remove()))
    caught("not_found", docker.images.get, docker.images, name)
  end)

  it("refuses one that is in use, unless it is forced", function()
    local image = made()
    fixture.remove_later(docker.containers:create(image, { "none" }))
    image:tag(fixture.remove_image_later(fixture.name()))
    local ok, problem = pcall(image.remove, image)
    assert.is_false(ok)
    assert.matches("force", problem.message)
    image:remove{ force = true }
  end)
end)
