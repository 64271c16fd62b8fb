-- SPDX-License-Identifier: MIT
-- Rows and columns of text.

local grid = require "moonsail.grid"
local text = require "moonsail.text"

local COLUMNS = {
  { title = "ID" }, { title = "NAME", least = 8 },
  { title = "COMMENT", least = 6 },
}

describe("grid.render", function()
  it("is laid out as the docker command does it", function()
    assert.equal("ID        NAME      COMMENT\n"
              .. "1         web       a\n"
              .. "2         data      b",
      grid.render(COLUMNS, { { 1, "web", "a" }, { 2, "data", "b" } }))
    assert.equal("ID        NAME         COMMENT\n"
              .. "1         0123456789   a",
      grid.render(COLUMNS, { { 1, "0123456789", "a" } }))
  end)

  it("has a header when there is nothing below it", function()
    assert.equal("ID        NAME      COMMENT", grid.render(COLUMNS, {}))
  end)

  it("leaves no blanks at the ends of lines", function()
    assert.equal("ID        NAME      COMMENT\n1         x",
                 grid.render(COLUMNS, { { 1, "x", "" } }))
    assert.equal("ID        NAME      COMMENT\n1",
                 grid.render(COLUMNS, { { 1 } }))
  end)

  local LONG = { { "0123456789ab", ("n"):rep(30), ("c"):rep(50) } }

  it("fits into the room, the widest columns cut first", function()
    for room = 60, 110 do
      local rendered = grid.render(COLUMNS, LONG, room)
      for line in rendered:gmatch("[^\n]+") do
        assert.is_true(text.width(line) <= room)
      end
    end
    local rendered = grid.render(COLUMNS, LONG, 90)
    assert.truthy(rendered:find(("n"):rep(30), 1, true))
    assert.truthy(rendered:find("c…", 1, true))
  end)

  it("cuts all that may be cut, and then the lines", function()
    local rendered = grid.render(COLUMNS, LONG, 30)
    assert.equal("ID            NAME      COMME…\n"
              .. "0123456789ab  nnnnnnn…  ccccc…", rendered)
    for line in grid.render(COLUMNS, LONG, 10):gmatch("[^\n]+") do
      assert.is_true(text.width(line) <= 10)
    end
  end)

  it("counts columns, not bytes", function()
    local rendered = grid.render(COLUMNS, {
      { "日本", "é", "x" }, { "ab", "日本日本日本", "y" },
    })
    assert.equal("ID        NAME           COMMENT\n"
              .. "日本      é              x\n"
              .. "ab        日本日本日本   y", rendered)
  end)

  it("lets no control character through", function()
    local rendered = grid.render(COLUMNS, { { "a\27[2Jb\nc", "\r", "\xff" } })
    assert.falsy(rendered:find("[\27\r\xff]"))
    assert.equal(1, select(2, rendered:gsub("\n", "")))
  end)
end)
