-- SPDX-License-Identifier: MIT
-- The rule for names; spec/c/names_test.c has the same tables for
-- dk_snake_case.

package.path = "tools/?.lua;" .. package.path

local names = require "generate.names"
local rows = dofile "spec/unit/tools/rows.lua"

local function each_row(file, fn)
  local count = 0
  for line in io.lines("spec/c/names/" .. file) do
    local wire, expected = line:match "^(.-)\t(.*)$"
    fn(wire, expected)
    count = count + 1
  end
  return count
end

describe("snake_case", function()
  it("converts the tricky ones", function()
    local count = each_row("tricky.tsv", function(wire, expected)
      assert.equal(expected, names.snake_case(wire), wire)
    end)
    assert.is_true(count >= 120)
  end)

  it("converts every name of the definitions", function()
    local count = each_row("all.tsv", function(wire, expected)
      assert.equal(expected, names.snake_case(wire), wire)
    end)
    assert.is_true(count >= 1075)
  end)

  it("leaves alone what it has made", function()
    each_row("all.tsv", function(_, expected)
      assert.equal(expected, names.snake_case(expected))
    end)
  end)

  it("makes nothing of nothing", function()
    assert.equal("", names.snake_case "")
  end)

  it("keeps what is no ASCII letter", function()
    assert.equal("ärger_a/b", names.snake_case "ärgerA/b")
  end)
end)

describe("the words", function()
  it("come longest first", function()
    for i = 2, #names.words do
      assert.is_true(#names.words[i - 1] >= #names.words[i])
    end
  end)

  it("are all needed", function()
    local all = table.move(names.words, 1, #names.words, 1, {})
    for i, word in ipairs(all) do
      table.remove(names.words, i)
      local wrong = 0
      each_row("tricky.tsv", function(wire, expected)
        wrong = wrong + (names.snake_case(wire) == expected and 0 or 1)
      end)
      table.insert(names.words, i, word)
      assert.is_true(wrong > 0, word)
    end
  end)
end)

describe("the table of all names", function()
  local known = {}
  each_row("all.tsv", function(wire)
    known[wire] = true
  end)

  it("has every name of the model", function()
    for _, operation in ipairs(rows.operations) do
      assert.is_true(known[operation.id], operation.id)
      for _, parameter in ipairs(operation.parameters) do
        assert.is_true(known[parameter.wire], parameter.wire)
      end
    end
    for _, made in pairs(rows.types) do
      local is_added = made.name:find "^ImageBuild%("
      for wire in pairs(made.by_wire or {}) do
        assert.is_true(known[wire] or is_added ~= nil, wire)
      end
    end
  end)
end)
