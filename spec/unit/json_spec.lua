-- SPDX-License-Identifier: MIT
-- The documents in spec/c/json through the decoder, and back. lua-cjson is the
-- oracle for those that it reads too.

local caught = require "spec.support.caught"
local cjson = require("cjson").new()
local core = require "moonsail.core"

-- Any value there is in the model: what is in it is kept as it came.
local VERBATIM = "any"

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- The rows of a file of the corpus: {name, bytes, the last column}.
local function rows(file)
  local list = {}
  for line in io.lines("spec/c/json/" .. file) do
    if line:sub(1, 1) ~= "#" then
      local name, bytes, expected = line:match "^([^\t]*)\t([^\t]*)\t(.*)$"
      list[#list + 1] = {name, unescape(bytes), unescape(expected)}
    end
  end
  assert(#list >= 150, file .. " is too short")
  return list
end

local plain -- below: the two call each other

-- Lists without their nulls, maps likewise: we have no value for them.
local function plain_table(value)
  local copy = {}
  if #value > 0 then
    for _, element in ipairs(value) do
      copy[#copy + 1] = plain(element)
    end
    return copy
  end
  for key, element in pairs(value) do
    copy[key] = plain(element)
  end
  return copy
end

-- What lua-cjson decodes, without what it does in another way.
function plain(value)
  if value == cjson.null then return nil end
  if type(value) == "table" then return plain_table(value) end
  return value
end

-- Ours, with its integers as floats, as lua-cjson has them.
local function as_floats(value)
  if math.type(value) == "integer" then return value + 0.0 end
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, element in pairs(value) do
    copy[key] = as_floats(element)
  end
  return copy
end

-- Compares numbers by their bits, so that 0.0 is not -0.0.
local function check_same(expected, got, name)
  if type(expected) == "table" and type(got) == "table" then
    for key, element in pairs(expected) do
      check_same(element, got[key], name)
    end
    for key in pairs(got) do
      assert.not_nil(expected[key], name)
    end
  elseif math.type(expected) == "float" and math.type(got) == "float" then
    assert.equal(("%a"):format(expected), ("%a"):format(got), name)
  else
    assert.equal(expected, got, name)
  end
end

describe("the reader of JSON", function()
  for _, row in ipairs(rows "accept.tsv") do
    local name, bytes = row[1], row[2]
    it("accepts " .. name, function()
      local value = core.decode(VERBATIM, bytes)
      local ok, oracle = pcall(cjson.decode, bytes)
      if ok then
        check_same(as_floats(plain(oracle)), as_floats(value), name)
      end
    end)

    local infinite = row[3]:find "1e999"
    it((infinite and "does not write " or "writes again ") .. name, function()
      local value = core.decode(VERBATIM, bytes)
      if infinite then
        caught("argument", core.encode, VERBATIM, value)
      else
        local again = core.decode(VERBATIM, core.encode(VERBATIM, value))
        check_same(value, again, name)
      end
    end)
  end

  for _, row in ipairs(rows "refuse.tsv") do
    local name, bytes, offset = row[1], row[2], row[3]
    it("refuses " .. name, function()
      local problem = caught("protocol", core.decode, nil, bytes)
      assert.equal(offset, problem.message:match "at byte (%d+):",
        problem.message)
    end)
  end

  it("gives integers, exact to 64 bits", function()
    local list = core.decode(nil, "[9223372036854775807,-9223372036854775808,"
      .. "9007199254740993,0,1700000000123456789]")
    assert.same({math.maxinteger, math.mininteger, 9007199254740993, 0,
                 1700000000123456789}, list)
    for _, number in ipairs(list) do
      assert.equal("integer", math.type(number))
    end
  end)

  it("gives floats for all other numbers", function()
    for _, text in ipairs{"1.0", "1e3", "-0", "9223372036854775808"} do
      assert.equal("float", math.type(core.decode(nil, text)), text)
    end
  end)

  it("names nesting that is too deep as a limit", function()
    local deep = ("["):rep(512) .. ("]"):rep(512)
    assert.equal("table", type(core.decode(nil, deep)))
    caught("limit", core.decode, nil, "[" .. deep .. "]")
  end)
end)

describe("the oracle", function()
  it("reads most of what we accept", function()
    local n = 0
    for _, row in ipairs(rows "accept.tsv") do
      n = n + (pcall(cjson.decode, row[2]) and 1 or 0)
    end
    assert.is_true(n > 140, n .. " documents")
  end)
end)
