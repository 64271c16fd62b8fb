-- SPDX-License-Identifier: MIT
-- The page of what was settled between versions.

package.path = "tools/?.lua;" .. package.path

local report = require "generate.report"

describe("the page of conflicts", function()
  local notes = {
    {section = "conflict", place = "B.x", text = "string in 1.25"},
    {section = "gap", place = "A.y", text = "missing in 1.30"},
    {section = "conflict", place = "A.x", text = "array in 1.25"},
  }
  local mends = {
    {mend = "Thing/properties/A", versions = "25-30", reason = "a slip"},
    {rename = "Port", to = "PortSummary", versions = "51", reason = "so"},
  }

  it("has each note under what it is, by place", function()
    local page = report.page(notes, {})
    local kinds, gaps = page:find("## Different kinds (2)", 1, true),
      page:find("## Missing in between (1)", 1, true)
    local a, b = page:find("- `A.x`: array in 1.25", 1, true),
      page:find("- `B.x`: string in 1.25", 1, true)
    assert.is_true(kinds < a and a < b and b < gaps)
  end)

  it("leaves out what there is none of", function()
    assert.is_nil(report.page(notes, {}):find "Mandatory")
  end)

  it("has what was mended, and why", function()
    local page = report.page({}, mends)
    assert.truthy(page:find(
      "- `Thing/properties/A` in 1.25–1.30: a slip", 1, true))
    assert.truthy(page:find(
      "- `Port` is called `PortSummary` in 1.51: so", 1, true))
  end)

  it("does not depend on the order of the notes", function()
    local turned = {notes[3], notes[2], notes[1]}
    assert.equal(report.page(notes, mends), report.page(turned, mends))
  end)

  it("counts the conflicts", function()
    assert.equal(2, report.count(notes))
  end)
end)
