-- SPDX-License-Identifier: MIT
-- What may be given to a command to read. Giving it is in
-- spec/engine/stdin_spec.lua.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local stdin = require "moonsail.stdin"

local complain = fail.complainer "thing:run"

local function complaint(value, writable)
  local problem = caught("argument", stdin.check, value, complain, writable)
  assert.equal("thing:run", problem.method)
  return problem.message
end

describe("stdin.check", function()
  it("takes strings, functions, open files, and nothing", function()
    local file <close> = assert(io.tmpfile())
    for _, value in ipairs{ "", "x", print, file, false } do
      stdin.check(value, complain, false)
    end
    stdin.check(nil, complain, false)
    stdin.check(true, complain, true)
  end)

  it("complains of anything else", function()
    for _, value in ipairs{ 7, { "x" }, coroutine.create(print) } do
      assert.matches("^stdin: expected a string, a function, an open file or "
                     .. "a stream, got ", complaint(value, true))
    end
    local file = assert(io.tmpfile())
    file:close()
    assert.equal("stdin: the file is closed", complaint(file, true))
    local documents <close> = core.stream_of{
      read = function() end, close = function() end, label = "x",
      kind = "documents",
    }
    assert.matches("^stdin: what comes from this stream are documents",
                   complaint(documents, true))
  end)

  it("takes true of those who write themselves", function()
    assert.matches("^stdin: true is for stream = true", complaint(true, false))
  end)
end)

describe("stdin.is_source", function()
  it("tells what has to be written for the user", function()
    assert.is_true(stdin.is_source "")
    assert.is_true(stdin.is_source(print))
    assert.is_false(stdin.is_source(nil))
    assert.is_false(stdin.is_source(true))
    assert.is_false(stdin.is_source(false))
  end)
end)
