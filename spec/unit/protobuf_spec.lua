-- SPDX-License-Identifier: MIT
-- Reading messages of Protocol Buffers.

local protobuf = require "moonsail.protobuf"

local INNER = { [1] = { name = "n", type = "integer" } }
local MESSAGE = {
  [1] = { name = "number", type = "integer" },
  [2] = { name = "text", type = "string" },
  [3] = { name = "flag", type = "boolean" },
  [4] = { name = "inner", type = INNER },
  [5] = { name = "texts", type = "string", list = true },
  [6] = { name = "inners", type = INNER, list = true },
}

local function decode(...)
  return protobuf.decode(table.concat({ ... }), MESSAGE)
end

describe("a message", function()
  it("has fields", function()
    assert.same({
      number = 300, text = "x\0y", flag = true, inner = { n = 1 },
      texts = { "a", "" }, inners = { { n = 2 }, {} },
    }, decode("\x08\xAC\x02", "\x12\3x\0y", "\x18\1", "\x22\2\8\1",
              "\x2A\1a", "\x32\2\8\2", "\x2A\0", "\x32\0"))
    assert.same({ texts = {}, inners = {} }, decode "")
    assert.equal(-1, decode("\x08", ("\xFF"):rep(9), "\1").number)
    assert.equal(2, decode("\x08\1", "\x08\2").number)
    assert.is_false(decode("\x18\0").flag)
  end)

  it("may have fields that nobody knows, or of other forms", function()
    assert.same({ number = 7, texts = {}, inners = {} },
                decode("\x78\1", "\x79\1\2\3\4\5\6\7\8", "\x7A\1x",
                       "\x7D\1\2\3\4", "\x0A\1x", "\x10\1",
                       "\x08\7"))
  end)

  it("may be malformed", function()
    for _, bytes in ipairs{
      "\x08", "\x08\x80", "\x80", "\x12\5abc", "\x12", "\x11\1\2", "\x15\1",
      "\x0B", "\x0C", "\x0E", "\x0F\1", "\x22\1\8", "\x32\2\x12\5",
      "\x12" .. ("\xFF"):rep(9) .. "\1", "\x08" .. ("\xFF"):rep(10),
    } do
      assert.is_nil(decode(bytes), (bytes:gsub(".", function(letter)
        return ("%02x "):format(letter:byte())
      end)))
    end
  end)

  it("may not be too deep", function()
    local NESTED = {}
    NESTED[1] = { name = "inner", type = NESTED }
    local function nested(depth)
      local bytes = ""
      for _ = 2, depth do bytes = "\x0A" .. string.char(#bytes) .. bytes end
      return protobuf.decode(bytes, NESTED)
    end
    assert.is_table(nested(32))
    assert.is_nil(nested(33))
  end)
end)
