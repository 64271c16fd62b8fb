-- SPDX-License-Identifier: MIT
-- What goes with what when a command is run to its end, or not.

local caught = require "spec.support.caught"
local conversation = require "moonsail.conversation"
local fail = require "moonsail.fail"

local complain = fail.complainer "thing:run"

local function check(given)
  conversation.check(given, complain)
  return given
end

local function complaint(given)
  return caught("argument", check, given).message
end

describe("conversation.check", function()
  it("notes the seconds of a timeout", function()
    assert.equal(7, check{ timeout = 7 }.seconds)
    assert.equal(0.5, check{ timeout = 0.5 }.seconds)
    assert.equal(10, check{ timeout = "10s" }.seconds)
    assert.equal(90, check{ timeout = "1m30s" }.seconds)
    assert.is_nil(check{ timeout = false }.seconds)
    assert.is_nil(check{}.seconds)
  end)

  it("complains of what is no time", function()
    assert.equal('timeout: expected a duration such as "1m30s", got "soon"',
                 complaint{ timeout = "soon" })
    for _, odd in ipairs{ 0, -1, 0 / 0, math.huge, "0s" } do
      assert.equal("timeout: expected more than 0 seconds",
                   complaint{ timeout = odd })
    end
    assert.matches("^timeout: expected seconds or a duration .*got table",
                   complaint{ timeout = {} })
  end)

  it("complains of what needs the end, where nobody waits for it", function()
    for _, how in ipairs{ "stream", "detach" } do
      for name, value in pairs{ check = true, timeout = 1 } do
        assert.matches("^" .. name .. ": it needs the end of the command: "
                       .. "leave out " .. how,
                       complaint{ [how] = true, [name] = value })
      end
      check{ [how] = true, check = false, timeout = false }
    end
  end)

  it("complains of what needs a reader, or a writer", function()
    for name, value in pairs{ stream = true, chunks = true, stdin = "x" } do
      assert.matches("^" .. name .. ": .* with detach = true$",
                     complaint{ detach = true, [name] = value })
    end
    assert.matches("^stdin: true", complaint{ stdin = true })
  end)
end)
