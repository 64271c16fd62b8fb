-- SPDX-License-Identifier: MIT
-- lua/moonsail/path_stat: Go's bits for modes turned into chmod's.

local core = require "moonsail.core"
local path_stat = require "moonsail.path_stat"

-- What becomes of a mode that an engine tells.
local function told(go_mode, target)
  local json = '{"name":"x","size":1,"mode":%d,"mtime":"","linkTarget":"%s"}'
  local stat = path_stat.complete(
    core.decode("PathStat", json:format(go_mode, target or "")))
  assert.equal(go_mode, stat.go_mode)
  return ("%s %o %s"):format(stat.type, stat.mode, stat.link_target or "-")
end

describe("path_stat", function()
  it("knows each kind of thing", function()
    local bit = function(n) return 1 << n | 420 end
    assert.equal("file 644 -", told(420))
    assert.equal("folder 644 -", told(bit(31)))
    assert.equal("link 644 there", told(bit(27), "there"))
    assert.equal("block_device 644 -", told(bit(26)))
    assert.equal("char_device 644 -", told(bit(26) | bit(21)))
    assert.equal("fifo 644 -", told(bit(25)))
    assert.equal("socket 644 -", told(bit(24)))
    assert.equal("other 644 -", told(bit(19)))
  end)

  it("knows the special bits", function()
    assert.equal("file 4755 -", told(1 << 23 | 493))
    assert.equal("file 2755 -", told(1 << 22 | 493))
    assert.equal("folder 1777 -", told(1 << 31 | 1 << 20 | 511))
    assert.equal("file 0 -", told(0))
  end)

  it("leaves alone what is raw, or nothing that it knows", function()
    local raw = { mode = 1 << 31 }
    assert.equal(raw, path_stat.complete(raw))
    assert.is_nil(raw.type)
    assert.is_nil(path_stat.complete(nil))
    local odd = core.decode("PathStat", '{"mode":"x"}')
    assert.equal("x", path_stat.complete(odd).mode)
  end)
end)
