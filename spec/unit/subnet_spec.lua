-- SPDX-License-Identifier: MIT
-- Ranges of addresses, and what is in them.

local subnet = require "moonsail.subnet"

-- "0a010203" for the bytes of an address.
local function hex(bytes)
  return bytes and ("%02x"):rep(#bytes):format(table.unpack(bytes))
end

describe("an address", function()
  it("is read", function()
    for text, expected in pairs{
      ["10.1.2.3"] = "0a010203",
      ["0.0.0.0"] = "00000000",
      ["255.255.255.255"] = "ffffffff",
      ["::"] = ("0"):rep(32),
      ["::1"] = ("0"):rep(31) .. "1",
      ["fd00::"] = "fd00" .. ("0"):rep(28),
      ["fd00::1:2"] = "fd00" .. ("0"):rep(20) .. "00010002",
      ["1:2:3:4:5:6:7:8"] = "00010002000300040005000600070008",
      ["1:2:3:4:5:6:7::"] = "00010002000300040005000600070000",
      ["FD00::aBcD"] = "fd00" .. ("0"):rep(24) .. "abcd",
      ["::ffff:10.1.2.3"] = ("0"):rep(20) .. "ffff0a010203",
    } do
      assert.equal(expected, hex(subnet.address(text)), text)
    end
  end)

  it("is told from what is none", function()
    for _, text in ipairs{
      "", "x", "10.1.2", "10.1.2.3.4", "10.1.2.256", "10.1.2.-3", "10.1.2.x",
      ":", ":::", "1:2", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::",
      ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", "::10.1.2.256", "10.1.2.3/8",
    } do
      assert.is_nil(subnet.address(text), text)
    end
  end)
end)

describe("a range", function()
  it("has the addresses that begin like it", function()
    for _, case in ipairs{
      { "10.1.0.0/16", "10.1.0.0", true }, { "10.1.0.0/16", "10.1.9.9", true },
      { "10.1.0.0/16", "10.2.0.0", false }, { "10.1.0.0/16", "::", false },
      { "10.1.0.0/17", "10.1.127.1", true },
      { "10.1.0.0/17", "10.1.128.1", false },
      { "0.0.0.0/0", "200.1.2.3", true }, { "10.1.2.3/32", "10.1.2.3", true },
      { "10.1.2.3/32", "10.1.2.2", false },
      { "10.1.7.9/16", "10.1.200.1", true }, -- the rest does not count
      { "fd00:1::/32", "fd00:1:2::3", true },
      { "fd00:1::/32", "fd00:2::", false },
      { "fd00::/9", "fd7f::", true }, { "fd00::/9", "fd80::", false },
      { "fd00::/9", "10.1.2.3", false }, { "::1/128", "::1", true },
    } do
      local range = assert(subnet.range(case[1]), case[1])
      assert.equal(case[3], subnet.has(range, subnet.address(case[2])),
                   case[1] .. " " .. case[2])
    end
  end)

  it("is told from what is none", function()
    for _, text in ipairs{
      "", "/", "10.1.0.0", "10.1.0.0/", "10.1.0.0/33", "10.1.0/16", "x/8",
      "/16", "fd00::/129", "10.1.0.0/-1", "10.1.0.0/8/8", "10.1.0.0/1e1",
    } do
      assert.is_nil(subnet.range(text), text)
    end
  end)
end)
