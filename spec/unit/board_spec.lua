-- SPDX-License-Identifier: MIT
-- What is under way, where there is little room. What it looks like in full is
-- in progress_spec.

local board = require "moonsail.board"

local NOWHERE = { write = function() end, flush = function() end }

-- The lines of three layers in a window that is so high.
local function lines_in(height, detail)
  local shown = board.new(NOWHERE, function() return 0 end)
  for i = 1, 3 do shown:show("layer" .. i, "Downloading", detail) end
  return shown:lines(79, height)
end

describe("A board", function()
  it("has no more lines than fit above the cursor's", function()
    for height = 1, 6 do
      local most = height - 1
      assert.equal(math.min(most, 4),
                   #lines_in(height, { current = 1, total = 2 }))
      assert.equal(math.min(most, 3), #lines_in(height))
    end
  end)

  it("leaves the line of all for the last", function()
    local detail = { current = 1, total = 2 }
    assert.matches("^Total", lines_in(2, detail)[1])
    assert.matches("^and 3 more", lines_in(3, detail)[1])
    assert.matches("^layer1", lines_in(4, detail)[1])
  end)
end)
