-- SPDX-License-Identifier: MIT
-- What becomes of a stream when its engine, or what lies between, fails: at
-- every byte of the answer.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local faults = require "spec.support.faults"
local moonsail = require "moonsail"

local GARBAGE = "\255\0\31garbage\r\n\r\n"

local function collect()
  collectgarbage()
  collectgarbage()
end

-- Calls fn(client, gate), after which nothing may be open that was not before.
local function behind_a_gate(case, fn, options)
  local gate <close> = faults.start(case, options)
  local client = faults.client(gate)
  fn(client, gate)
  collect()
  local before = engine.open_files()
  fn(client, gate)
  collect()
  -- a connection more or less is kept, for the next call
  assert.is_true(engine.open_files() <= before + 2)
  client:close()
end

-- An error of moonsail that says something, of one of these kinds.
local function check_problem(problem, kinds, where)
  assert(core.is_error(problem), where .. ": " .. tostring(problem))
  assert(kinds[problem.kind], where .. ": " .. tostring(problem))
  assert(#problem.message > 10, where .. ": " .. tostring(problem))
end

local TORN = { connection = true, protocol = true }
local GARBLED = { connection = true, protocol = true, limit = true }

-- Not every byte under the collector at its most active, which takes long.
local STEP = debug.gethook() and 7 or 1

local function cut_everywhere(case, how, options)
  behind_a_gate(case, function(client, gate)
    for count = 0, #case.answer, STEP do
      gate:release("down", count, how)
      local items, problem = faults.read(case, client)
      local where = ("%s after byte %d"):format(how, count)
      assert(faults.begins(case, items), where)
      if problem then
        check_problem(problem, TORN, where)
        assert(how == "reset" or not faults.may_end(case, count), where
          .. ": " .. tostring(problem))
      else
        assert(faults.may_end(case, count), where .. ": no error")
      end
    end
  end, options)
end

for _, case in ipairs(faults.cases) do
  describe(case.name, function()
    it("comes whole through a gate", function()
      behind_a_gate(case, function(client)
        local items, problem = faults.read(case, client)
        assert.is_nil(problem)
        assert.same(case.items, items)
      end)
    end)

    it("is cut after each byte", function()
      cut_everywhere(case, "cut")
    end)

    it("is reset after each byte", function()
      cut_everywhere(case, "reset", { tcp = true })
    end)

    it("ends in garbage after each byte", function()
      behind_a_gate(case, function(client, gate)
        for count = 0, #case.answer - 1, STEP do
          gate:release("down", count, { GARBAGE })
          local _, problem = faults.read(case, client)
          local where = "garbage after byte " .. count
          if problem then
            check_problem(problem, GARBLED, where)
          else
            -- libcurl passes over what stands behind a chunk's length
            assert(case.duplex or count >= #case.answer - 4,
                   where .. ": no error")
          end
        end
      end)
    end)

    it("falls silent in each state", function()
      behind_a_gate(case, function(client, gate)
        for state, count in pairs(case.states) do
          gate:release("down", count)
          if count < #case.answer then
            local limit = count < #case.head and "timeout" or "idle_timeout"
            local items, problem = faults.read(case, client,
                                               { [limit] = 0.05 })
            assert(faults.begins(case, items), state)
            check_problem(problem, { timeout = true }, state)
            assert.matches(limit, problem.message)
          end
        end
      end)
    end)
  end)
end

-- Writing --------------------------------------------------------------------

-- A session that has begun, with an engine that has sent its first frame and
-- reads nothing of what is written: fn(stream, gate).
local function in_session(fn, options)
  for _, case in ipairs(faults.cases) do
    if case.duplex then
      local gate <close> = faults.start(case, options, "drain")
      local client = faults.client(gate)
      gate:release("down", #case.head + #case.pieces[1])
      local stream <close> = faults.begin(case, client)
      assert.equal("one", (stream()))
      gate:hold "up"
      fn(stream, gate, case)
      client:close()
    end
  end
end

local MUCH = ("x"):rep(4 * 1024 * 1024)
local BROKEN = { closed = true, connection = true, protocol = true }

-- Calls fn in a task until something of what it writes is held at the gate;
-- then happens(); then the error in which the task ends.
local function interrupted(gate, fn, happens)
  local ok, problem
  moonsail.run(function()
    local task = moonsail.spawn(fn)
    gate:wait_for(function(newest) return newest.up.waiting > 0 end)
    happens()
    ok, problem = pcall(task.join, task)
  end)
  assert.is_false(ok)
  return problem
end

describe("writing", function()
  it("is an error when the connection is cut or reset meanwhile", function()
    for _, how in ipairs{ "cut", "reset" } do
      in_session(function(stream, gate)
        local problem = interrupted(gate, function() stream:write(MUCH) end,
                                    function() gate[how](gate) end)
        check_problem(problem, BROKEN, how)
        local again = caught("closed", stream.write, stream, "x")
        assert(#again.message > 10)
      end, { tcp = how == "reset" })
    end
  end)

  it("is an error when it is not taken in time, and ends it", function()
    in_session(function(stream)
      local problem = caught("timeout", stream.write, stream, MUCH, 0.05)
      assert(#problem.message > 10)
      assert.is_true(stream:is_closed())
    end)
  end)

  it("is given up when its task is cancelled", function()
    in_session(function(stream, gate)
      moonsail.run(function()
        local task = moonsail.spawn(function() stream:write(MUCH) end)
        gate:wait_for(function(newest) return newest.up.waiting > 0 end)
        task:cancel()
        caught("cancelled", task.join, task)
      end)
    end)
  end)

  it("arrives whole, and its end, when the gate opens", function()
    in_session(function(stream, gate)
      moonsail.run(function()
        local sent = MUCH:sub(1, 1000000)
        local task = moonsail.spawn(function()
          stream:write(sent)
          stream:close_write()
        end)
        gate:wait_for(function(newest) return newest.up.waiting > 0 end)
        local before = gate:passed()
        gate:release "up"
        task:join()
        gate:wait_for(function(newest)
          return newest.up.ended and newest.up.waiting == 0
        end)
        assert.equal(before + #sent, (gate:passed()))
      end)
    end)
  end)
end)

describe("behind the end of what was written", function()
  local function half_closed(count, how, check, options)
    in_session(function(stream, gate, case)
      gate:release "up"
      stream:close_write()
      gate:wait_for(function(newest) return newest.up.ended end)
      gate:release("down", count, how)
      local n = 0
      local ok, problem = pcall(function()
        for _ in stream do n = n + 1 end
      end)
      check(ok, problem, n, case)
      assert.is_true(stream:is_closed())
    end, options)
  end

  it("a cut between frames is an end", function()
    half_closed(8 + 4, "cut", function(ok, problem, n)
      assert(ok, tostring(problem))
      assert.equal(1, n)
    end)
  end)

  it("a cut in a frame is an error", function()
    for _, count in ipairs{ 3, 8 + 2, 8 + 4 + 8 + 1 } do
      half_closed(count, "cut", function(ok, problem)
        assert.is_false(ok)
        check_problem(problem, TORN, count)
      end)
    end
  end)

  it("a reset is an error", function()
    half_closed(3, "reset", function(ok, problem)
      assert.is_false(ok)
      check_problem(problem, TORN, "reset")
    end, { tcp = true })
  end)

  it("garbage is an error", function()
    half_closed(8 + 4, { GARBAGE }, function(ok, problem)
      assert.is_false(ok)
      check_problem(problem, GARBLED, "garbage")
    end)
  end)
end)
