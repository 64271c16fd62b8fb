-- SPDX-License-Identifier: MIT
-- What is reported while a service gets where it shall be.

local caught = require "spec.support.caught"
local service_progress = require "moonsail.service_progress"

local function count(...)
  local result = { wanted = 2, done = 1, places = {} }
  for i, state in ipairs{ ... } do
    result.places[i] = { name = i .. "/2", task = { status = state } }
  end
  return result
end

describe("the progress of a service", function()
  it("goes to a function, thing by thing", function()
    local seen = {}
    local reporter = service_progress.reporter(function(document)
      seen[#seen + 1] = document
    end, "x")
    reporter:tell(count({ state = "running" },
                        { state = "failed", err = "no such image" }))
    reporter:say("verify", "well")
    assert.same({
      { id = "overall", status = "1 of 2 tasks" },
      { id = "1/2", status = "running" },
      { id = "2/2", status = "failed: no such image" },
      { id = "verify", status = "well" },
    }, seen)
  end)

  it("goes to a file as plain lines, each once", function()
    local file = assert(io.tmpfile())
    local reporter = service_progress.reporter(file, "x")
    for _ = 1, 2 do reporter:tell(count{ state = "running" }) end
    file:seek("set")
    assert.equal("overall: 1 of 2 tasks\n1/2: running\n", file:read("a"))
    file:close()
  end)

  it("has bars on a terminal", function()
    local lines = {}
    local reporter = service_progress.reporter(function(document)
      lines[#lines + 1] = document.status
    end, "x")
    reporter.drawn = true
    reporter:tell(count({ state = "pending" }, { state = "running" },
                        { state = "rejected", err = "why" }))
    assert.equal("pending   [========>                ]", lines[2])
    assert.equal("running   [=========================]", lines[3])
    assert.equal("rejected: why", lines[4])
  end)

  it("names no tasks when there are many", function()
    local n = 0
    local reporter = service_progress.reporter(function() n = n + 1 end, "x")
    local many = count{ state = "running" }
    many.wanted = 21
    reporter:tell(many)
    assert.equal(1, n)
  end)

  it("is silent unless asked for", function()
    assert.is_nil(service_progress.reporter(nil, "x"))
    assert.is_nil(service_progress.reporter(false, "x"))
    caught("argument", service_progress.reporter, 7, "x")
  end)
end)
