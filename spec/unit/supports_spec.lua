-- SPDX-License-Identifier: MIT
-- client:supports: what each version of the API has, without asking more of an
-- engine than its version.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"
local real_manual = require "moonsail.manual"
require "moonsail.supports"

-- What the manual says of some methods.
local MANUAL = {
  client = { methods = {
    df = { takes = { "SystemDataUsage" }, uses = { "SystemDataUsage" } },
    tidy = { uses = { "BuildPrune", "ImagePrune" } },
    late = { uses = { "ImagePrune" }, since = "1.44" },
    later = { uses = { "ConfigList", "BuildPrune" } },
  } },
  container = { methods = {
    id = {},
    stop = { takes = { "ContainerStop" }, uses = { "ContainerStop" } },
  } },
  containers = { methods = {
    create = {
      arguments = { { name = "image" }, { name = "cmd" } },
      options = { { name = "ports" } },
      takes = { "ContainerCreate" },
      uses = { "ContainerCreate", "NetworkConnect" },
    },
  } },
  images = { methods = {
    build = { takes = { "ImageBuild" }, uses = { "ImageBuild" } },
    build_prune = { takes = { "BuildPrune" }, uses = { "BuildPrune" } },
    remove = { takes = { "ImageDelete" } },
  } },
  volume = { methods = {
    update = { takes = { "VolumeUpdate" }, uses = { "VolumeUpdate" } },
  } },
  options = { ContainerList = { all = { doc = "x" } } },
}

-- The answers by version: from 1.25 on "no", in ranges that are "yes".
local function check_range(first, last, ...)
  for version = 25, 55 do
    local client = core.client{
      host = "unix:///nonexistent", api_version = "1." .. version,
    }
    assert.equal(first <= version and version <= last,
                 client:supports(...), table.concat({ ... }, " of ") ..
                 " in 1." .. version)
    client:close()
  end
end

describe("client:supports", function()
  local client

  setup(function()
    package.loaded["moonsail.manual"] = MANUAL
    client = core.client{ host = "unix:///nonexistent",
                          api_version = "1.41" }
  end)

  teardown(function()
    client:close()
    package.loaded["moonsail.manual"] = real_manual
  end)

  it("knows since when methods are there", function()
    check_range(42, 55, "volume.update")
    check_range(31, 55, "images:build_prune")
    check_range(25, 55, "containers.create")
    check_range(25, 55, "container.id")
    check_range(25, 55, "df")
    check_range(25, 55, "client.df")
  end)

  it("takes what the manual says of a method in Lua", function()
    check_range(44, 55, "client.late")
    check_range(25, 55, "client.tidy")
    check_range(30, 55, "client.later")
  end)

  it("knows since when operations are there", function()
    check_range(42, 55, "VolumeUpdate")
    check_range(42, 55, "volume_update")
    check_range(39, 55, "BuildCancel")
    check_range(55, 55, "ImageAttestations")
  end)

  it("knows since when options are there, and until when", function()
    check_range(41, 55, "platform", "containers.create")
    check_range(41, 55, "platform", "ContainerCreate")
    check_range(42, 55, "signal", "container.stop")
    check_range(25, 51, "mac_address", "containers.create")
    check_range(39, 51, "keep_storage", "images.build_prune")
    check_range(42, 55, "spec", "VolumeUpdate")
    check_range(25, 55, "all", "ContainerList")
  end)

  it("knows no option before its method", function()
    check_range(42, 55, "version", "volume.update")
    check_range(31, 55, "timeout", "images.build_prune")
  end)

  it("looks into options", function()
    check_range(43, 55, "host_config.annotations", "containers.create")
    check_range(43, 55, "host_config.annotations", "ContainerCreate")
    check_range(44, 55, "healthcheck.start_interval", "ContainerCreate")
    check_range(48, 55, "host_config.mounts[1].image_options.subpath",
                "ContainerCreate")
    check_range(48, 55, "host_config.mounts.image_options",
                "containers.create")
    check_range(48, 55,
      'networking_config.endpoints_config["my.net"].gw_priority',
      "containers.create")
    check_range(25, 55, "host_config.port_bindings.host_port",
                "ContainerCreate")
    check_range(40, 55, "outputs.type", "images.build")
    check_range(25, 51, "auth.email", "ImagePush")
  end)

  it("knows that methods take the host's settings beside the others",
    function()
      check_range(43, 55, "annotations", "containers.create")
      caught("argument", client.supports, client, "annotations",
             "ContainerCreate")
    end)

  it("takes other spellings", function()
    check_range(43, 55, "HostConfig.Annotations", "ContainerCreate")
    check_range(43, 55, "hostConfig.annotations", "ContainerCreate")
    check_range(35, 55, "until_", "ContainerLogs")
    check_range(42, 55, "shared-size", "ImageList")
  end)

  it("says that our own options are there when the method is", function()
    assert.is_true(client:supports("ports", "containers.create"))
    assert.is_true(client:supports("cmd", "containers.create"))
    assert.is_true(client:supports("extra", "ContainerList"))
    assert.is_false(client:supports("timeout", "volume.update"))
  end)

  local function complaint(...)
    local problem = caught("argument", client.supports, client, ...)
    assert.equal("client:supports", problem.method)
    return problem.message
  end

  it("complains of what no version has, and names the nearest", function()
    for expected, question in pairs{
      ["did you mean ContainerCreate"] = { "ContainerCrate" },
      ["did you mean containers"] = { "contaners.create" },
      ["did you mean create"] = { "containers.creat" },
      ["did you mean platform"] = { "platfrm", "containers.create" },
      ["did you mean ports"] = { "prts", "containers.create" },
      ["did you mean annotations"] = {
        "host_config.anotations", "ContainerCreate" },
      ["did you mean build_prune"] = { "all", "images.build_prun" },
      ["options.all: no version"] = { "options.all" },
      ["no version of the API has that"] = { "image.id", "ContainerCreate" },
    } do
      assert.truthy(complaint(table.unpack(question))
                    :find(expected, 1, true), expected)
    end
  end)

  it("complains of what is no question", function()
    assert.matches("what: expected a string, got nil", complaint())
    assert.matches("method: expected a string, got table",
                   complaint("platform", {}))
    assert.matches("not the name of an option",
                   complaint("", "ContainerCreate"))
    assert.matches("not the name of an option",
                   complaint(".x", "ContainerCreate"))
  end)

  it("asks the engine for its version, once, and nothing else", function()
    local server <close> = play.serve{ play.pong "1.42" }
    local asking <close> = core.client{ host = server.address }
    assert.is_true(asking:supports "VolumeUpdate")
    assert.is_false(asking:supports "ImageAttestations")
    assert.equal(1, server:log("head"))
  end)

  it("asks nothing when the question is wrong", function()
    local asking <close> = core.client{ host = "unix:///nonexistent" }
    caught("argument", asking.supports, asking, "nothing")
    caught("connection", asking.supports, asking, "VolumeUpdate")
  end)
end)

describe("client:supports, by the manual", function()
  it("answers for every method and each of its options", function()
    local client <close> = core.client{
      host = "unix:///nonexistent", api_version = "1.55",
    }
    local n = 0
    for class, entry in pairs(real_manual) do
      for name, method in pairs(entry.methods or {}) do
        local what = class .. "." .. name
        n = n + 1
        assert.is_boolean(client:supports(what), what)
        for _, id in ipairs(method.takes or {}) do
          for option in pairs(core.operation(id).options) do
            assert.is_boolean(client:supports(option, what),
                              option .. " of " .. what)
          end
        end
      end
    end
    assert.is_true(n > 50)
  end)
end)
