-- SPDX-License-Identifier: MIT
-- The checker of the house finds what it is for: each spec plants one breach
-- in a tree that is otherwise clean.

local engine = require "spec.support.engine"

local head = "/* SPDX-License-Identifier: MIT\n * A file. */\n"
local lua_head = "-- SPDX-License-Identifier: MIT\n"

local tree

local function write(file, text)
  engine.sh(("mkdir -p %s/%s"):format(tree, file:match("^(.*)/")))
  local handle = assert(io.open(tree .. "/" .. file, "w"))
  handle:write(text)
  handle:close()
end

local function plant(file, text)
  write(file, (file:match("%.lua$") and lua_head or head) .. text)
end

local function check()
  return engine.try("lua5.4 tools/check_rooms.lua " .. tree)
end

-- The planted file is complained of, on that line, in these words.
local function complains(file, line, words)
  local output, status = check()
  assert.equal(1, status)
  assert.truthy(output:find(("%s:%d: "):format(file, line), 1, true), output)
  assert.truthy(output:find(words, 1, true), output)
  local _, n_lines = output:gsub("\n", "")
  assert.equal(0, n_lines, output)
end

describe("tools/check_rooms.lua", function()
  before_each(function()
    tree = engine.sh("mktemp -d /tmp/rooms.XXXXXX")
    plant("csrc/bytes/run.h", "int dk_run(void);\n")
    plant("csrc/bytes/run.c", '#include "bytes/run.h"\n')
    plant("csrc/model/row.h", "#include <stdint.h>\n")
    plant("csrc/net/wire.h", "#include <curl/curl.h>\n")
    plant("csrc/value/kit.h", "#include <lauxlib.h>\n#include <lua.h>\n")
    plant("csrc/run/loop.c", '#include "net/wire.h"\n' ..
      '#include "value/kit.h"\nint f(void) { return lua_yieldk(); }\n')
    plant("csrc/value/error.c", "int f(void) { return lua_error(); }\n")
    plant("csrc/value/kit.c", "int f(void) { lua_setmetatable(); }\n")
    plant("csrc/class/core.c", '#include "run/loop.h"\n')
    plant("csrc/run/loop.h", "int ldk_loop(void);\n")
    plant("lua/moonsail/init.lua", "return {}\n")
  end)

  after_each(function()
    engine.sh("rm -rf " .. tree)
  end)

  it("is content with a clean tree", function()
    local output, status = check()
    assert.equal("", output)
    assert.equal(0, status)
  end)

  for _, header in ipairs{"lua.h", "lauxlib.h", "lualib.h", "luaconf.h"} do
    for _, room in ipairs{"bytes", "model", "net"} do
      it("keeps " .. header .. " out of " .. room, function()
        local file = "csrc/" .. room .. "/planted.c"
        plant(file, "#include <" .. header .. ">\n")
        complains(file, 3, room .. "/ never sees " .. header)
      end)
    end
  end

  for _, room in ipairs{"bytes", "model", "value", "run", "class"} do
    it("keeps curl out of " .. room, function()
      local file = "csrc/" .. room .. "/planted.c"
      plant(file, "#include <stddef.h>\n#  include <curl/multi.h>\n")
      complains(file, 4, "only net/ sees curl/multi.h")
    end)
  end

  local forbidden = {
    {"bytes", "model/row.h"}, {"model", "bytes/run.h"},
    {"value", "net/wire.h"}, {"net", "value/kit.h"},
    {"net", "run/loop.h"}, {"bytes", "run/loop.h"},
  }
  for _, pair in ipairs(forbidden) do
    it("keeps " .. pair[2] .. " out of " .. pair[1], function()
      local file = "csrc/" .. pair[1] .. "/planted.c"
      plant(file, '#include "' .. pair[2] .. '"\n')
      complains(file, 3, pair[1] .. "/ may not include")
    end)
  end

  it("wants includes written from csrc", function()
    plant("csrc/bytes/planted.c", '#include "run.h"\n')
    complains("csrc/bytes/planted.c", 3, "run.h: no such file in csrc")
  end)

  it("finds a file that stands in no room", function()
    plant("csrc/attic/planted.c", "")
    complains("csrc/attic/planted.c", 1, "stands in no room")
  end)

  it("finds headers that include each other", function()
    plant("csrc/bytes/one.h", '#include "bytes/two.h"\n')
    plant("csrc/bytes/two.h", '#include "bytes/three.h"\n')
    plant("csrc/bytes/three.h", '#include "bytes/one.h"\n')
    local output, status = check()
    assert.equal(1, status)
    assert.truthy(output:find("csrc/bytes/two.h:3: a circle: bytes/three.h -> "
      .. "bytes/one.h -> bytes/two.h -> bytes/three.h", 1, true)
      or output:find("a circle: bytes/one.h -> ", 1, true), output)
  end)

  it("warns of pairs of files that include each other", function()
    plant("csrc/bytes/one.h", "int dk_one(void);\n")
    plant("csrc/bytes/one.c", '#include "bytes/two.h"\n')
    plant("csrc/bytes/two.h", "int dk_two(void);\n")
    plant("csrc/bytes/two.c", '#include "bytes/one.h"\n')
    local output, status = check()
    assert.truthy(output:find("warning: a circle: bytes/one -> bytes/two -> "
      .. "bytes/one", 1, true), output)
    assert.equal(0, status)
  end)

  local calls = {
    lua_resume = "the loop resumes and yields",
    lua_yield = "the loop resumes and yields",
    lua_yieldk = "the loop resumes and yields",
    lua_error = "errors are made in one place",
    luaL_error = "errors are made in one place",
    luaL_argerror = "errors are made in one place",
    lua_setmetatable = "in one place",
    luaL_newmetatable = "in one place",
    luaL_setmetatable = "in one place",
  }
  for name, why in pairs(calls) do
    it("finds a call of " .. name, function()
      plant("csrc/class/planted.c",
        "\nint f(lua_State *L) {\n  return " .. name .. "(L);\n}\n")
      complains("csrc/class/planted.c", 5, why)
    end)
  end

  it("passes over names in comments, literals and longer names", function()
    plant("csrc/class/planted.c", [[
/* lua_error(L), luaL_error
 * #include <curl/curl.h> */
const char *text = "lua_error(L) // \" lua_yieldk";
const char quote = '"', slash = '/';
int my_lua_error(void), lua_errors(void);
]])
    local output, status = check()
    assert.equal("", output)
    assert.equal(0, status)
  end)

  it("finds code after a literal that holds a quote", function()
    plant("csrc/class/planted.c", "char c = '\"'; int i = lua_error(L);\n")
    complains("csrc/class/planted.c", 3, "lua_error")
  end)

  it("finds the path of an endpoint in Lua", function()
    plant("lua/moonsail/planted.lua",
      'local id = 1\nreturn "/containers/" .. id\n')
    complains("lua/moonsail/planted.lua", 3, "/containers")
  end)

  it("finds the path of an endpoint with a version", function()
    plant("lua/moonsail/planted.lua", "return '/v1.41/_ping'\n")
    complains("lua/moonsail/planted.lua", 2, "endpoint")
  end)

  it("takes other paths in Lua", function()
    plant("lua/moonsail/planted.lua",
      'return "/var/run/docker.sock", "/etc/version"\n')
    local output, status = check()
    assert.equal("", output)
    assert.equal(0, status)
  end)

  it("counts columns, not bytes", function()
    local line = "/* " .. ("…"):rep(73) .. " */\n"
    plant("csrc/bytes/planted.c", line)
    assert.equal("", (check()))
    plant("csrc/bytes/planted.c", "\n" .. line:gsub(" %*/", "… */"))
    complains("csrc/bytes/planted.c", 4, "80 columns")
  end)

  it("leaves the width of generated rows alone", function()
    plant("csrc/model/gen/rows.c", ("x"):rep(200) .. "\n")
    assert.equal("", (check()))
  end)

  it("finds comments with two slashes", function()
    plant("csrc/bytes/planted.c", "int i; // a number\n")
    complains("csrc/bytes/planted.c", 3, "a comment with //")
  end)

  it("finds a file without its licence, in any language", function()
    for _, file in ipairs{"csrc/bytes/planted.c", "csrc/model/gen/planted.c",
      "lua/moonsail/planted.lua", "tools/planted.sh"} do
      write(file, "\n\n")
      complains(file, 1, "SPDX-License-Identifier")
      os.remove(tree .. "/" .. file)
    end
  end)

  it("takes the licence after the line that names the interpreter", function()
    write("tools/planted.sh", "#!/bin/sh\n# SPDX-License-Identifier: MIT\n")
    assert.equal("", (check()))
  end)

  it("warns of a function of more than 60 lines", function()
    plant("csrc/bytes/planted.c", "int dk_long(int a,\n            int b) {\n"
      .. ("  a += b;\n"):rep(61) .. "}\n")
    local output, status = check()
    assert.truthy(output:find("csrc/bytes/planted.c:4: warning: ", 1, true),
      output)
    assert.equal(0, status)
  end)

  it("is content with this tree", function()
    local output, status = engine.try("lua5.4 tools/check_rooms.lua")
    assert.equal(0, status, output)
  end)
end)
