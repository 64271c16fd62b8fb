-- SPDX-License-Identifier: MIT
-- Collections, objects and lists of them, without an engine.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local moonsail = require "moonsail"

describe("an object", function()
  local client

  before_each(function()
    client = moonsail.client "unix:///nowhere/docker.sock"
  end)

  local function made(class, attrs)
    return core.new_object(class, client, attrs)
  end

  it("is known by its id, or by its name where it has none", function()
    assert.equal("abc", core.key(made("container", {id = "abc", name = "x"})))
    assert.equal("data", core.key(made("volume", {name = "data"})))
    assert.is_nil(core.key(made("exec", {})))
  end)

  it("is equal to another that stands for the same", function()
    local a, b = made("volume", {name = "x"}), made("volume", {name = "x"})
    assert.is_true(a == b)
    assert.is_false(a == made("volume", {name = "y"}))
    assert.is_false(a == made("network", {name = "x"}))
    assert.is_false(made("volume", {}) == made("volume", {}))
    local other = moonsail.client "unix:///nowhere/docker.sock"
    assert.is_false(a == core.new_object("volume", other, {name = "x"}))
  end)

  it("has a title of one line", function()
    local id = "sha256:0123456789abcdef"
    assert.equal("image 0123456789ab", core.title(made("image", {id = id})))
    assert.equal("volume data-of-the-database",
                 core.title(made("volume", {name = "data-of-the-database"})))
    assert.equal("networks of the client of unix:///nowhere/docker.sock",
                 core.title(client.networks))
    assert.equal("client of unix:///nowhere/docker.sock", core.title(client))
    client:close()
    assert.equal("client (closed)", core.title(client))
  end)

  it("is made of a table, for a class that there is", function()
    caught("argument", core.new_object, "volumes", client, {})
    caught("argument", core.new_object, "nonsense", client, {})
    caught("argument", core.key, client.volumes)
    assert.is_false(pcall(core.new_object, "volume", client, "x"))
  end)

  it("answers with a list or a map that was left out", function()
    local volume = core.new_object("volume", client, core.decode(
      "Volume", '{"Name": "x", "Labels": null}'))
    assert.same({}, volume:labels())
    local listed = core.new_object("container", client, core.decode(
      "ContainerSummary", '{"Id": "x"}'))
    assert.same({}, listed:labels())
    assert.is_nil(listed:status())
  end)

  it("answers with what prints readably", function()
    local image = made("image", {
      id = "sha256:x", repo_tags = { "a:1", "<none>:<none>" },
    })
    assert.equal('{"a:1"}', tostring(image:tags()))
  end)

  it("takes only what is its own for its methods", function()
    caught("argument", client.volumes.list, client.networks)
    caught("argument", made("volume", {name = "x"}).name,
           made("network", {name = "x"}))
  end)
end)

describe("a list of objects", function()
  local client = moonsail.client "unix:///nowhere/docker.sock"

  it("holds one object for each table", function()
    local list = core.new_list("volume", client, {
      {name = "a"}, false, {name = "b"},
    })
    assert.equal(3, #list)
    assert.equal("a", list[1]:name())
    assert.is_false(list[2])
    assert.equal("b", list[3]:name())
  end)

  it("prints as a list, also when it is empty", function()
    assert.is_string(tostring(core.new_list("volume", client, {})))
    assert.equal("moonsail.list",
                 getmetatable(core.new_list("volume", client, {})))
  end)
end)

describe("what is shown", function()
  it("is made by functions, all of which must be there", function()
    local client = moonsail.client "unix:///nowhere/docker.sock"
    local before = tostring(client)
    assert.is_false(pcall(core.show_with, {methods = error}))
    assert.is_false(pcall(core.show_with))
    assert.equal(before, tostring(client))
  end)

  it("knows no width of what is no terminal", function()
    local file <close> = assert(io.open("/dev/null"))
    assert.is_nil(core.terminal_size(file))
    local closed = assert(io.open("/dev/null"))
    closed:close()
    assert.is_nil(core.terminal_size(closed))
  end)
end)
