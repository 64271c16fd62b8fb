-- SPDX-License-Identifier: MIT
-- Base64.

local base64 = require "moonsail.base64"

describe("base64", function()
  it("writes bytes as others do", function()
    for bytes, text in pairs{
      [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==",
      fooba = "Zm9vYmE=", foobar = "Zm9vYmFy", ["\255\254\253"] = "//79",
      ["\251\240"] = "+/A=",
    } do
      assert.equal(text, base64.encode(bytes))
      assert.equal(bytes, base64.decode(text))
    end
  end)

  it("gives back all bytes, whatever their number", function()
    local all = {}
    for i = 0, 255 do all[#all + 1] = string.char(i) end
    local bytes = table.concat(all)
    for length = 0, #bytes do
      local part = bytes:sub(1, length)
      assert.equal(part, base64.decode(base64.encode(part)))
    end
  end)

  it("reads without padding, and over several lines", function()
    assert.equal("foob", base64.decode "Zm9vYg")
    assert.equal("foobar", base64.decode "Zm9v\nYmFy\n")
  end)

  it("knows what is none", function()
    for _, text in ipairs{ "Z", "Zm9vY", "Zm-v", "Z*==", "Zm=v" } do
      assert.is_nil(base64.decode(text), text)
    end
  end)
end)
