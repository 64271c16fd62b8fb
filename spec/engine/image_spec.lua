-- SPDX-License-Identifier: MIT
-- An image: what it tells, and what can be done with it.

local caught = require "spec.support.caught"
local fixture = require "spec.support.fixture"

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
  for _, tag in ipairs(image:reload():tags()) do set[tag] = true end
  return set
end

describe("what an image tells", function()
  it("is the same from inspect and from a list", function()
    local inspected, name = made{ changes = "LABEL MyLabel=x" }
    local listed = docker.images:list{ filters = { reference = name } }[1]
    for _, image in ipairs{ inspected, listed } do
      assert.matches("^sha256:%x+$", image:id())
      assert.equal(image:id():sub(8, 19), image:short_id())
      assert.same({ name .. ":latest" }, image:tags())
      assert.same({ MyLabel = "x" }, image:labels())
      assert.equal("image " .. image:short_id(), tostring(image))
    end
    assert.is_true(inspected == listed)
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
    assert.same({ name .. ":latest" }, image:tags())
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
    assert.equal(name .. ":latest", image:remove()[1].untagged)
    caught("not_found", docker.images.get, docker.images, name)
  end)

  it("refuses one that is in use, unless it is forced", function()
    local image = made()
    fixture.remove_later(docker.containers:create(image, { "none" }))
    image:tag(fixture.remove_image_later(fixture.name()))
    caught("conflict", image.remove, image)
    image:remove{ force = true }
  end)
end)
