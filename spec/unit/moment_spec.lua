-- SPDX-License-Identifier: MIT
-- Points in time.

local caught = require "spec.support.caught"
local fail = require "moonsail.fail"
local moment = require "moonsail.moment"

local function text(given)
  return moment.text(given, "since", fail.complainer "container:logs")
end

describe("moment.text", function()
  local cases = {
    { 0, "0" }, { 1700000000, "1700000000" }, { 1.5, "1.500000000" },
    { "1700000000", "1700000000" }, { "1700000000.25", "1700000000.25" },
    { "1970-01-01T00:00:00Z", "0" },
    { "1970-01-02", "86400" },
    { "2000-02-29T23:59:59Z", "951868799" },
    { "2000-03-01T00:00:00Z", "951868800" },
    { "2026-11-21T02:26:46.123456789Z", "1795228006.123456789" },
    { "2026-11-21T03:26:46+01:00", "1795228006" },
    { "2026-11-20 18:56:46.5-07:30", "1795228006.5" },
    { "2100-12-31t23:59:60z", "4133980800" },
  }
  for _, case in ipairs(cases) do
    it(("reads %s"):format(case[1]), function()
      assert.equal(case[2], text(case[1]))
    end)
  end

  it("counts days as the system does", function()
    for day = 0, 40000, 97 do
      local seconds = day * 86400
      assert.equal(("%d"):format(seconds), text(os.date("!%Y-%m-%d", seconds)))
    end
  end)

  it("reads how long ago", function()
    local before = os.time()
    local seconds = tonumber(text "1h30m")
    assert.is_true(math.abs(before - 5400 - seconds) <= 1)
  end)

  for _, given in ipairs{ "", "yesterday", "2026-11-21T", "10:00",
                          "2026-11-21T02:26:46", "1e3", "10 m" } do
    it(("refuses %q"):format(given), function()
      local problem = caught("argument", text, given)
      assert.matches(("since: '%s' is no time: "):format(given),
                     problem.message, 1, true)
    end)
  end

  it("refuses other types", function()
    assert.equal("since: expected seconds or a time, got table",
                 caught("argument", text, {}).message)
  end)
end)

describe("moment.set_times", function()
  local function set(options)
    moment.set_times(options, fail.complainer "container:logs")
    return options
  end

  it("takes since and until_, and leaves the rest alone", function()
    assert.same({ since = "5", ["until"] = "7", tail = 1 },
                set{ since = 5, until_ = 7, tail = 1 })
    assert.same({ ["until"] = "7" }, set{ ["until"] = 7 })
    assert.same({}, set{})
  end)

  it("names the one that is none", function()
    assert.matches("^until: ", caught("argument", set,
                                      { until_ = "soon" }).message)
    assert.matches("^until_: given twice", caught("argument", set, {
      until_ = 1, ["until"] = 2,
    }).message)
  end)
end)
