-- SPDX-License-Identifier: MIT
-- What lines of progress look like.

local bars = require "moonsail.bars"

describe("bars.line", function()
  -- The line of one thing, alone.
  local function line(row, columns)
    return bars.line(row, bars.widths{ row }, columns or 79)
  end

  local layer = { id = "aabbccddeeff", status = "Downloading",
                  current = 1000000, total = 4000000 }

  it("shows how far a thing is", function()
    assert.equal("aabbccddeeff  Downloading  "
                 .. "[=======>                    ]  1MB / 4MB", line(layer))
    assert.equal("aabbccddeeff  Pull complete",
                 line{ id = "aabbccddeeff", status = "Pull complete" })
  end)

  it("has no bar of what nobody knows the size of", function()
    assert.equal("aa     Downloading  5B",
                 line{ id = "aa", status = "Downloading", current = 5 })
    assert.equal("aa     Extracting  7s", line{
      id = "aa", status = "Extracting", current = 7, units = "s",
    })
  end)

  it("goes beyond no end", function()
    assert.matches("%[=+%]", line{ id = "aa", status = "Pushing", current = 9,
                                   total = 8 })
  end)

  it("fits", function()
    assert.equal("aabbccddeeff  Downloading  [==>      ]  1MB / 4MB",
                 line(layer, 55))
    assert.equal("aabbccddeeff  Downloading  1MB / 4MB", line(layer, 50))
    assert.equal("aabbccddee…", line(layer, 11))
    local long = ("x"):rep(100)
    assert.equal(79, utf8.len(line{ id = long, status = long, current = 1,
                                    total = 2 }))
  end)

  it("stands in columns, which do not shrink", function()
    local rows = { { id = "aa", status = "Pulling fs layer" },
                   { id = "aabbcc", status = "Waiting" } }
    local widths = bars.widths(rows)
    assert.same({ id = 6, status = 16 }, widths)
    assert.same(widths, bars.widths({ rows[2] }, widths))
    assert.equal("aa      Pulling fs layer", bars.line(rows[1], widths, 79))
  end)
end)

describe("bars.total", function()
  local function total(sum)
    return bars.total(sum, { id = 12 }, 79)
  end

  it("tells how much, how fast, and how long", function()
    assert.equal("Total         1MB / 4MB",
                 total{ current = 1e6, total = 4e6, is_whole = true })
    assert.equal("Total         1MB / 4MB or more  500kB/s",
                 total{ current = 1e6, total = 4e6, speed = 5e5 })
    assert.equal("Total         1MB / 4MB  500kB/s  6s left",
                 total{ current = 1e6, total = 4e6, is_whole = true,
                        speed = 5e5 })
    assert.equal("Total         1MB / 4MB  0B/s",
                 total{ current = 1e6, total = 4e6, is_whole = true,
                        speed = 0 })
  end)

  it("tells long times in minutes and hours", function()
    local function left(seconds)
      return total{ current = 0, total = 1000 * seconds, is_whole = true,
                    speed = 1000 }:match "(%S+) left"
    end
    assert.equal("1s", left(0.3))
    assert.equal("59s", left(59))
    assert.equal("1m00s", left(60))
    assert.equal("1m05s", left(65))
    assert.equal("59m59s", left(3599))
    assert.equal("1h00m", left(3600))
    assert.equal("2h03m", left(7380))
  end)

  it("tells what it was, in the end", function()
    assert.equal("Total         4MB in 2.0s  2MB/s",
                 total{ current = 4e6, total = 4e6, seconds = 2 })
    assert.equal("Total         4MB in 1m20s  50kB/s",
                 total{ current = 4e6, total = 4e6, seconds = 80 })
    assert.equal("Total         4MB in 0.0s",
                 total{ current = 4e6, total = 4e6, seconds = 0 })
  end)
end)

describe("bars.clean", function()
  it("leaves nothing that a terminal would obey", function()
    assert.equal("red b c", bars.clean "\27[31mred\27[0m\27[2J b\nc")
    assert.equal("title", bars.clean "\27]0;evil\7title\27(B")
    assert.equal("a?b", bars.clean "a\1b")
  end)

  it("keeps the lines of an output, each as it was in the end", function()
    assert.equal("a\nb c\n\n100%\nend",
                 bars.clean_lines "a\r\nb\tc\n\n 1%\r50%\r100%\nend")
    assert.equal("", bars.clean_lines "")
    assert.equal("50%", bars.clean_lines "50%\r")
  end)
end)
