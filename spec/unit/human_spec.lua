-- SPDX-License-Identifier: MIT
-- Times and sizes in the words of the docker command.

local human = require "moonsail.human"

local MINUTE, HOUR, DAY = 60, 3600, 86400

describe("human.span", function()
  local spans = {
    { -5, "Less than a second" }, { 0, "Less than a second" },
    { 0.9, "Less than a second" }, { 1, "1 second" }, { 1.9, "1 second" },
    { 2, "2 seconds" }, { 59.9, "59 seconds" },
    { MINUTE, "About a minute" }, { 2 * MINUTE - 1, "About a minute" },
    { 2 * MINUTE, "2 minutes" }, { HOUR - 1, "59 minutes" },
    { HOUR, "About an hour" }, { 1.5 * HOUR - 1, "About an hour" },
    { 1.5 * HOUR, "2 hours" }, { 47 * HOUR, "47 hours" },
    { 2 * DAY, "2 days" }, { 13 * DAY, "13 days" }, { 14 * DAY, "2 weeks" },
    { 59 * DAY, "8 weeks" }, { 60 * DAY, "2 months" },
    { 729 * DAY, "24 months" }, { 730 * DAY, "2 years" },
    { 3650 * DAY, "10 years" },
  }
  for _, row in ipairs(spans) do
    it(("of %s seconds is %s"):format(row[1], row[2]), function()
      assert.equal(row[2], human.span(row[1]))
    end)
  end
end)

describe("human.size", function()
  local sizes = {
    { 0, "0B" }, { 999, "999B" }, { 1000, "1kB" }, { 1984172, "1.98MB" },
    { 999900, "1MB" }, { 999499, "999kB" }, { 123456789, "123MB" },
    { 4e9, "4GB" }, { 2.5e12, "2.5TB" }, { 9e21, "9e+03EB" },
  }
  for _, row in ipairs(sizes) do
    it(("of %s bytes is %s"):format(row[1], row[2]), function()
      assert.equal(row[2], human.size(row[1]))
    end)
  end

  it("has as many digits as asked for", function()
    assert.equal("1.984MB", human.size(1984172, 4))
    assert.equal("999.9kB", human.size(999900, 4))
    assert.equal("1MB", human.size(999990, 4))
  end)
end)

describe("human.memory", function()
  local sizes = {
    { 0, "0B" }, { 1023, "1023B" }, { 1024, "1KiB" }, { 3498000, "3.336MiB" },
    { 25276502016, "23.54GiB" }, { 2 ^ 63, "8EiB" },
    { 2 ^ 80, "1.049e+06EiB" },
  }
  for _, row in ipairs(sizes) do
    it("says " .. row[2], function()
      assert.equal(row[2], human.memory(row[1]))
    end)
  end
end)
