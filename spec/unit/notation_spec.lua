-- SPDX-License-Identifier: MIT
-- The short notations of volumes, devices, limits and mounts.

local caught = require "spec.support.caught"
local fail = require "moonsail.fail"
local notation = require "moonsail.notation"

local complain = fail.complainer "containers:create"

local function volumes(given)
  local result = notation.volumes(given, complain)
  return result.binds, result.anonymous
end

local function message_of(fn, ...)
  return caught("argument", fn, ...).message
end

describe("notation.volumes", function()
  it("reads lists of binds and anonymous volumes", function()
    local binds, anonymous = volumes{
      "data:/data", "/srv:/srv:ro", "/cache", "/a:/b:ro,z",
    }
    assert.same({ "data:/data", "/srv:/srv:ro", "/a:/b:ro,z" }, binds)
    assert.same({ "/cache" }, anonymous)
  end)

  it("takes one in place of a list", function()
    assert.same({ "data:/data" }, (volumes "data:/data"))
  end)

  it("reads maps, in a fixed order", function()
    local binds = volumes{
      ["/srv"] = { bind = "/srv", mode = "ro" },
      ["/plain"] = { bind = "/mnt" },
      data = "/data:ro",
      ["/only"] = { bind = "/read", read_only = true },
    }
    assert.same({ "/only:/read:ro", "/plain:/mnt", "/srv:/srv:ro",
                  "data:/data:ro" }, binds)
  end)

  it("reads the API's own set as anonymous volumes", function()
    local binds, anonymous = volumes{ ["/data"] = {} }
    assert.same({}, binds)
    assert.same({ "/data" }, anonymous)
  end)

  local refused = {
    { { "data:relative" }, "volumes[1]: 'relative' is no path in a "
                           .. "container" },
    { { "/ok", "./here:/there" }, "volumes[2]: './here' is neither an "
                                  .. "absolute path nor the name of a "
                                  .. "volume" },
    { { ":/there" }, "volumes[1]: '' is neither an absolute path nor the "
                     .. "name of a volume" },
    { { "data" }, "volumes[1]: 'data' is no path in a container: expected "
                  .. '"SOURCE:/path[:ro]" or "/path"' },
    { { 7 }, "volumes[1]: expected a string, got integer" },
    { 7, "volumes: expected a list or a map, got integer" },
    { { data = 7 }, 'volumes["data"]: expected a path, or {bind = path, '
                    .. "mode = …}, got integer" },
    { { data = { path = "/x" } }, 'volumes["data"]: expected a path, or '
                                  .. "{bind = path, mode = …}, got table" },
    { { data = { bind = 7 } }, 'volumes["data"].bind: expected a string, '
                               .. "got integer" },
    { { data = { bind = "/x", mode = 7 } },
      'volumes["data"].mode: expected a string, got integer' },
    { { [7.5] = "/x" }, "volumes: expected a string, got float" },
  }
  for _, case in ipairs(refused) do
    it("complains: " .. case[2], function()
      assert.equal(case[2], message_of(volumes, case[1]))
    end)
  end
end)

describe("notation.device", function()
  local function device(given)
    return notation.device(given, "devices[1]", complain)
  end

  local function mapping(host, inside, permissions)
    return { path_on_host = host, path_in_container = inside,
             cgroup_permissions = permissions }
  end

  it("fills in what is left out", function()
    assert.same(mapping("/dev/x", "/dev/x", "rwm"), device "/dev/x")
    assert.same(mapping("/dev/x", "/dev/y", "rwm"), device "/dev/x:/dev/y")
    assert.same(mapping("/dev/x", "/dev/y", "r"), device "/dev/x:/dev/y:r")
    assert.same(mapping("/dev/x", "/dev/x", "rw"), device "/dev/x:rw")
  end)

  it("takes tables as they are", function()
    local given = { path_on_host = "/dev/x" }
    assert.equal(given, device(given))
  end)

  it("complains about anything else", function()
    assert.equal("devices[1]: '/dev/x:/dev/y:z' is no device: expected "
                 .. '"/dev/x[:/dev/y[:rwm]]"',
                 message_of(device, "/dev/x:/dev/y:z"))
    assert.equal("devices[1]: '' is no device: expected "
                 .. '"/dev/x[:/dev/y[:rwm]]"', message_of(device, ""))
    assert.equal("devices[1]: expected a string, got boolean",
                 message_of(device, true))
  end)
end)

describe("notation.ulimit", function()
  local function ulimit(given)
    return notation.ulimit(given, "ulimits[1]", complain)
  end

  it("reads soft and hard limits", function()
    assert.same({ name = "nofile", soft = 1024, hard = 2048 },
                ulimit "nofile=1024:2048")
    assert.same({ name = "nproc", soft = 64, hard = 64 }, ulimit "nproc=64")
    assert.same({ name = "core", soft = -1, hard = -1 }, ulimit "core=-1")
  end)

  it("takes tables as they are", function()
    local given = { name = "core", soft = 0, hard = 0 }
    assert.equal(given, ulimit(given))
  end)

  it("complains about anything else", function()
    for _, text in ipairs{ "nofile", "nofile=", "=1", "nofile=a",
                           "nofile=1:b" } do
      assert.equal(("ulimits[1]: '%s' is no limit: expected "
                    .. '"name=soft[:hard]"'):format(text),
                   message_of(ulimit, text))
    end
    assert.equal("ulimits[1]: expected a string, got integer",
                 message_of(ulimit, 7))
  end)
end)

describe("notation.mount", function()
  it("takes what is no volume object as it is", function()
    local given = { type = "bind", source = "/srv", target = "/srv" }
    assert.equal(given, notation.mount(given))
    assert.equal(7, notation.mount(7))
  end)
end)
