-- SPDX-License-Identifier: MIT
-- Output that has been read to its end.

local Logs = require "moonsail.logs"

local SOURCES = { O = "stdout", E = "stderr", S = "system" }

-- Logs of pieces given as "O text" and "E text".
local function logs(pieces, options)
  local texts, sources = {}, {}
  for i, piece in ipairs(pieces) do
    texts[i] = piece:sub(3)
    sources[i] = SOURCES[piece:sub(1, 1)]
  end
  return Logs.new(texts, sources, options)
end

local function collected(iterator)
  local list = {}
  for line, source in iterator do list[#list + 1] = source .. " " .. line end
  return list
end

describe("Logs", function()
  it("keeps the sources apart, and every byte", function()
    local value = logs{ "O a\nb", "E x\r\n", "O \n\n", "E y" }
    assert.equal("a\nb\n\n", value.stdout)
    assert.equal("x\r\ny", value.stderr)
    assert.equal("a\nbx\r\n\n\ny", value.text)
    assert.equal(value.stdout, value.stdout)
  end)

  it("marks its lines when printed", function()
    assert.equal("O> one\nE> two\n!> three",
                 tostring(logs{ "O one\n", "E two\n", "S three\n" }))
    assert.equal("", tostring(logs{}))
  end)

  it("puts lines together from pieces, each source for itself", function()
    local value = logs{ "O he", "E wo", "O llo\nnext", "E rld\n", "O !\n" }
    assert.same({ "stdout hello", "stderr world", "stdout next!" },
                collected(value))
  end)

  it("gives the rest that has no newline last", function()
    assert.same({ "stdout a", "stderr c", "stdout b" },
                collected(logs{ "O a\nb", "E c\n" }))
    assert.same({ "stdout o", "stderr e" },
                collected(logs{ "O o", "E e" }))
  end)

  it("keeps empty lines", function()
    assert.same({ "stdout ", "stdout ", "stdout x" },
                collected(logs{ "O \n\nx\n" }))
  end)

  it("drops the carriage returns of a terminal only", function()
    local pieces = { "O a\r\nb\rc\r\n" }
    assert.same({ "stdout a\r", "stdout b\rc\r" }, collected(logs(pieces)))
    assert.same({ "stdout a", "stdout b\rc" },
                collected(logs(pieces, { tty = true })))
  end)

  it("can be gone through again, also after a break", function()
    local value = logs{ "O 1\n2\n3\n" }
    for line in value do
      if line == "2" then break end
    end
    assert.same({ "stdout 1", "stdout 2", "stdout 3" }, collected(value))
    assert.same({ "stdout 1", "stdout 2", "stdout 3" }, collected(value))
  end)

  it("has iterators of their own for loops within loops", function()
    local value = logs{ "O 1\n2\n" }
    local seen = {}
    for outer in value:iterate() do
      for inner in value:iterate() do seen[#seen + 1] = outer .. inner end
    end
    assert.same({ "11", "12", "21", "22" }, seen)
  end)

  it("counts and numbers its lines", function()
    local value = logs{ "O one\ntwo\n", "E three" }
    assert.equal(3, #value)
    assert.equal("two", value[2])
    assert.is_nil(value[4])
    local list = {}
    for i, line in ipairs(value) do list[i] = line end
    assert.same({ "one", "two", "three" }, list)
  end)

  it("gives the pieces where chunks were asked for", function()
    local value = logs({ "O a\nb", "E c" }, { chunks = true })
    assert.same({ "stdout a\nb", "stderr c" }, collected(value))
    assert.equal("O> a\nO> b\nE> c", tostring(value))
  end)

  it("tells the last lines of a source", function()
    local value = logs{ "E 1\n2\n", "O x\n", "E 3\n" }
    assert.same({ "2", "3" }, value:tail(2, "stderr"))
    assert.same({ "1", "2", "3" }, value:tail(9, "stderr"))
    assert.same({}, value:tail(0, "stderr"))
    assert.same({}, value:tail(2, "system"))
  end)

  -- What is copied again for each piece is memory that is taken again.
  it("cuts a line of many pieces without copying it for each", function()
    local pieces = {}
    for i = 1, 2000 do pieces[i] = "O " .. ("x"):rep(100) end
    local value = logs(pieces)
    collectgarbage "stop"
    local before = collectgarbage "count"
    local length = #value[1]
    local kilobytes = collectgarbage "count" - before
    collectgarbage "restart"
    assert.equal(200000, length)
    assert.is_true(kilobytes < 2000, kilobytes)
  end)
end)

describe("Logs.read", function()
  it("reads a stream to its end", function()
    local given = { { "a\n", "stdout" }, { "b", "stderr" } }
    local at = 0
    local value = Logs.read(function()
      at = at + 1
      return table.unpack(given[at] or {})
    end)
    assert.equal("O> a\nE> b", tostring(value))
  end)
end)
