-- SPDX-License-Identifier: MIT
-- The keys that detach: their notation, and finding them in what is typed.

local cli_config = require "moonsail.cli_config"
local caught = require "spec.support.caught"
local detach_keys = require "moonsail.detach_keys"
local fail = require "moonsail.fail"

local function bytes(keys)
  return detach_keys.bytes(keys, fail.complainer "x")
end

-- What goes on to the other end, and whether the keys were found, of pieces
-- that are typed one after the other.
local function typed(keys, ...)
  local find, sent = detach_keys.finder(bytes(keys)), ""
  for _, piece in ipairs{ ... } do
    local rest, found = find(piece)
    sent = sent .. rest
    if found then return sent, true end
  end
  return sent, false
end

it("takes the keys that are given, else those of config.json", function()
  local client = {}
  cli_config.remember(client, "/x", { detach_keys = "ctrl-x" })
  assert.equal("a", detach_keys.chosen(client, "a", "x"))
  assert.equal("ctrl-x", detach_keys.chosen(client, nil, "x"))
  cli_config.remember(client, "/x", {})
  assert.is_nil(detach_keys.chosen(client, nil, "x"))
end)

describe("the notation of keys", function()
  it("is docker's", function()
    assert.equal("\16\17", bytes())
    assert.equal("\16\17", bytes "ctrl-p,ctrl-q")
    assert.equal("a", bytes "a")
    assert.equal("\1\26", bytes "ctrl-a,ctrl-z")
    assert.equal("\0\27\28\29\30\31",
                 bytes "ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_")
    assert.equal("~.\127", bytes "~,.,DEL")
  end)

  it("is checked", function()
    for _, wrong in ipairs{ "", "ctrl-", "ctrl-p,", ",", "ctrl-P", "ctrl-1",
                            "ctrl-pp", "strg-p", "del", "\u{e9}" } do
      local problem = caught("argument", bytes, wrong)
      assert.matches("^detach_keys: ", problem.message)
      assert.matches("is no key", problem.message)
    end
    assert.matches("expected a string",
                   caught("argument", bytes, 12).message)
  end)
end)

describe("keys in what is typed", function()
  it("are found, and not sent", function()
    assert.same({ "ls\n", true }, { typed(nil, "ls\n", "\16", "\17") })
    assert.same({ "x", true }, { typed(nil, "x\16\17y") })
    assert.same({ "", true }, { typed("a", "a") })
    assert.same({ "a", true }, { typed("a,b", "a", "ab") })
  end)

  it("are not found where they are not", function()
    assert.same({ "\16x\17", false }, { typed(nil, "\16", "x", "\17") })
    assert.same({ "\17\16", false }, { typed(nil, "\17", "\16", "\16") })
    assert.same({ "", false }, { typed(nil, "") })
  end)

  it("are found however they are cut, and begin anew in themselves", function()
    local text = "..abab\1ababc"
    for first = 0, #text do
      for second = first, #text do
        local sent, found = typed("a,b,a,b,c", text:sub(1, first),
                                  text:sub(first + 1, second),
                                  text:sub(second + 1))
        assert.same({ "..abab\1", true }, { sent, found })
      end
    end
  end)
end)
