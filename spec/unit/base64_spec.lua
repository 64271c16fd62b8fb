-- SPDX-License-Identifier: MIT
-- Base64.

local core = require "moonsail.core"

describe("base64", function()
  it("writes bytes as others do", function()
    for bytes, text in pairs{
      [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==",
      fooba = "Zm9vYmE=", foobar = "Zm9vYmFy", ["\255\254\253"] = "//79",
      ["\251\240"] = "+/A=",
    } do
      assert.equal(text, core.encode_base64(bytes))
      assert.equal(bytes, core.decode_base64(text))
    end
  end)

  it("gives back all bytes, whatever their number", function()
    local all = {}
    for i = 0, 255 do all[#all + 1] = string.char(i) end
    local bytes = table.concat(all)
    for length = 0, #bytes do
      local part = bytes:sub(1, length)
      assert.equal(part, core.decode_base64(core.encode_base64(part)))
    end
  end)

  it("reads without padding, and the alphabet of URLs", function()
    assert.equal("foob", core.decode_base64 "Zm9vYg")
    assert.equal("\251\240", core.decode_base64 "-_A")
  end)

  it("knows what is none", function()
    for _, text in ipairs{ "Z", "Zm9vY", "Z*==", "Zm=v" } do
      assert.is_nil(core.decode_base64(text), text)
    end
  end)
end)
