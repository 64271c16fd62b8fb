-- SPDX-License-Identifier: MIT
-- The Dockerfile within an archive.

local archived_dockerfile = require "moonsail.archived_dockerfile"
local core = require "moonsail.core"

-- An archive with these contents, each under the name before it.
local function archive(entries, options)
  local list = {}
  for i = 1, #entries, 2 do
    list[#list + 1] = { name = entries[i], content = entries[i + 1] }
  end
  local packer <close> = core.packer(list, options or {}, "x")
  local pieces = {}
  for piece in function() return packer:read() end do
    pieces[#pieces + 1] = piece
  end
  return table.concat(pieces)
end

local function text(value, name, is_path)
  return archived_dockerfile.text(value, is_path or false, name, "x")
end

describe("the Dockerfile in an archive", function()
  local FILES = { "a/Dockerfile", "inner", "big", ("x"):rep(200000),
                  "Dockerfile", "FROM a\n" }

  it("is found by its name", function()
    for _, options in ipairs{ {}, { gzip = true } } do
      local bytes = archive(FILES, options)
      assert.equal("FROM a\n", text(bytes))
      assert.equal("FROM a\n", text(bytes, "./Dockerfile"))
      assert.equal("inner", text(bytes, "a//Dockerfile"))
      assert.is_nil(text(bytes, "b"))
      assert.is_nil(text(bytes, "a"))
    end
    assert.equal("two", text(archive{ "Dockerfile", "one",
                                      "./Dockerfile", "two" }))
  end)

  it("is found in a file, which is as it was then", function()
    local path = os.tmpname()
    local file <close> = assert(io.open(path, "w+b"))
    file:write("before", archive(FILES))
    file:seek("set", 6)
    assert.equal("FROM a\n", text(file))
    assert.equal(6, file:seek())
    file:close()
    assert.is_nil(text(path, nil, true)) -- with what stands before it
    os.remove(path)
    assert.is_nil(text(path, nil, true))
  end)

  it("is not looked for in what can be read once", function()
    local pipe <close> = assert(io.popen("cat", "w"))
    assert.is_nil(text(pipe))
    assert.is_nil(text(function() error "it was read" end))
  end)

  it("is not found in what is no archive", function()
    assert.is_nil(text "")
    assert.is_nil(text(("\0"):rep(100)))
    assert.equal("FROM a\n", text(archive(FILES):sub(1, -1025)))
    assert.is_nil(text(archive{ "Dockerfile", ("x"):rep(5 << 20) }))
  end)
end)
