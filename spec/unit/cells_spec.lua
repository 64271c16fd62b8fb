-- SPDX-License-Identifier: MIT
-- What attributes look like in a table; listing_spec.lua shows most of it.

local cells = require "moonsail.cells"

local ID = ("0123456789abcdef"):rep(4)

describe("cells", function()
  it("read what is at a path, and make nothing of it", function()
    local attrs = setmetatable({ a = { b = { "x" }, n = 3 } },
                               { __index = function() error "asked" end })
    assert.equal("x", cells.list(attrs, "a.b")[1])
    assert.equal(3, cells.number(attrs, "a.n"))
    assert.equal("3", cells.text(attrs, "a.n"))
    assert.is_nil(cells.at(attrs, "c.d"))
    assert.equal("", cells.text(attrs, "a.b"))
    assert.same({}, cells.list(attrs, "a.n.x"))
    assert.is_nil(cells.number(attrs, "a.b"))
    assert.is_nil(cells.at("text", "a"))
  end)

  it("shorten ids", function()
    assert.equal("0123456789ab", cells.short("sha256:" .. ID))
    assert.equal("0123456789ab", cells.short(ID))
    assert.equal("", cells.short(""))
  end)

  local names = {
    { "busybox:1", "busybox", "1" },
    { "busybox", "busybox" },
    { "host:5000/a/b", "host:5000/a/b" },
    { "host:5000/a/b:2", "host:5000/a/b", "2" },
    { "docker.io/library/a:3", "a", "3" },
    { "a/b@sha256:" .. ID, "a/b" },
    { "", "" },
  }
  for _, row in ipairs(names) do
    it("take the name of an image apart: " .. row[1], function()
      local repository, tag = cells.repository(row[1])
      assert.equal(row[2], repository)
      assert.equal(row[3], tag)
    end)
  end

  it("tell how long ago something was", function()
    local now = os.time()
    assert.equal("2 minutes ago", cells.ago({ at = now - 150 }, "at"))
    assert.equal("2 minutes ago", cells.ago({
      at = os.date("!%Y-%m-%dT%H:%M:%S.25Z", now - 150) }, "at"))
    assert.equal("Less than a second ago", cells.ago({ at = now + 50 }, "at"))
    for _, never in ipairs{ "0001-01-01T00:00:00Z", 0, "", "soon", {} } do
      assert.equal("", cells.ago({ at = never }, "at"))
    end
  end)
end)
