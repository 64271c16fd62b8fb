-- SPDX-License-Identifier: MIT
-- The rock: `luarocks make` into an empty tree gives a moonsail that works,
-- and a core that gives away nothing but its door.

local engine = require "spec.support.engine"

local function exported(core)
  return engine.sh("nm -D --defined-only " .. core .. " | awk '{print $3}'")
end

describe("the rock #package", function()
  local folder, tree

  lazy_setup(function()
    folder = engine.sh("mktemp -d /tmp/rock.XXXXXX")
    tree = folder .. "/tree"
    engine.sh("cp -r csrc lua rockspec " .. folder)
    engine.sh("cd " .. folder .. " && luarocks --lua-version=5.4 make "
      .. "--deps-mode=none --tree " .. tree
      .. " rockspec/moonsail-scm-1.rockspec")
  end)

  lazy_teardown(function()
    engine.sh("rm -rf " .. folder)
  end)

  local function core()
    return engine.sh("find " .. tree .. " -name core.so")
  end

  -- Runs Lua with no moonsail in its paths but that of the tree.
  local function run(script)
    local share = tree .. "/share/lua/5.4/"
    return engine.sh("unset LUA_PATH_5_4 LUA_CPATH_5_4; cd /tmp\n"
      .. ("export LUA_PATH='%s?.lua;%s?/init.lua;;'\n"):format(share, share)
      .. ("export LUA_CPATH='%s/lib/lua/5.4/?.so;;'\n"):format(tree)
      .. "lua5.4 -e " .. engine.quote(script))
  end

  it("gives a moonsail that can be required", function()
    local source = run [[
      local moonsail = require "moonsail"
      assert(moonsail.client{host = "unix:///nowhere/docker.sock"})
      print(package.searchpath("moonsail", package.path))]]
    assert.equal(tree, source:sub(1, #tree))
  end)

  it("holds every module of lua/moonsail", function()
    local modules = engine.sh("cd lua && find . -name '*.lua' | sort")
    assert.equal(modules, engine.sh("cd " .. tree
      .. "/share/lua/5.4 && find . -name '*.lua' | sort"))
  end)

  it("gives away one symbol", function()
    assert.equal("luaopen_moonsail_core", exported(core()))
  end)

  it("has a search path of nobody's folders in it", function()
    local path = engine.sh("readelf -d " .. core()
      .. " | grep -E 'R(UN)?PATH' || :")
    assert.is_nil(path:find("%[[^/]"), path)
    assert.is_nil(path:find("/tmp/", 1, true), path)
  end)
end)

describe("the core that make builds #package", function()
  local core = (os.getenv "MOONSAIL_BUILD" or "build") .. "/moonsail/core.so"

  it("gives away one symbol", function()
    assert.equal("luaopen_moonsail_core", exported(core))
  end)

  it("is made of what the rockspec names", function()
    local output, status =
      engine.try("lua5.4 tools/check_package.lua " .. core)
    assert.equal("", output)
    assert.equal(0, status)
  end)
end)

describe("tools/check_package.lua", function()
  local folder

  local function check(prepare)
    engine.sh("rm -rf " .. folder .. "/* && cp -r csrc lua rockspec " .. folder
      .. " && cd " .. folder .. " && " .. prepare)
    return engine.try("checker=$PWD/tools/check_package.lua && cd " .. folder
      .. " && lua5.4 $checker")
  end

  setup(function()
    folder = engine.sh("mktemp -d /tmp/rock.XXXXXX")
  end)

  teardown(function()
    engine.sh("rm -rf " .. folder)
  end)

  local cases = {
    {"touch csrc/bytes/planted.c", "csrc/bytes/planted.c is missing"},
    {"touch lua/moonsail/planted.lua", "lua/moonsail/planted.lua is missing"},
    {"rm csrc/bytes/buffer.c", "no csrc/bytes/buffer.c"},
    {"rm lua/moonsail/init.lua", "no lua/moonsail/init.lua"},
    {"sed -i 's/moonsail.ports\"\\]/moonsail.ships\"]/' rockspec/*",
      "lua/moonsail/ports.lua is not moonsail.ships"},
  }
  for _, case in ipairs(cases) do
    it("complains after " .. case[1], function()
      local output, status = check(case[1])
      assert.equal(1, status)
      assert.truthy(output:find("rockspec: " .. case[2], 1, true), output)
    end)
  end
end)
