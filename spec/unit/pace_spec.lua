-- SPDX-License-Identifier: MIT
-- How fast something goes, by a clock of our own.

local pace = require "moonsail.pace"

describe("pace", function()
  local measured

  before_each(function() measured = pace.new() end)

  -- Adds (seconds, bytes) pairs.
  local function add(...)
    local given = { ... }
    for i = 1, #given, 2 do measured:add(given[i], given[i + 1]) end
    return measured:speed()
  end

  it("says nothing too early", function()
    assert.is_nil(measured:speed())
    assert.is_nil(add(0, 0))
    assert.is_nil(add(0.4, 100))
    assert.equal(200, add(0.5, 100))
  end)

  it("is that of the last seconds", function()
    assert.equal(100, add(0, 0, 1, 100, 2, 200, 3, 300))
    assert.equal(10, add(4, 310, 5, 320, 6, 330, 7, 340, 8, 350, 9, 360))
  end)

  it("counts what comes in quick succession", function()
    for i = 0, 1000 do measured:add(i / 1000, i) end
    assert.equal(1000, measured:speed())
    assert.is_true(#measured.samples < 8)
  end)

  it("stands still where nothing comes", function()
    add(0, 0, 1, 100)
    assert.equal(0, add(20, 100, 21, 100))
  end)

  it("begins anew when it begins again", function()
    add(0, 0, 1, 100)
    assert.is_nil(add(2, 50))
    assert.equal(25, add(4, 100))
  end)
end)
