-- SPDX-License-Identifier: MIT
-- Options of a method that are not those of its operation.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local own = require "moonsail.own"

local complain = fail.complainer "thing:make"

-- The message of the argument error that a call raises.
local function complaint(fn, ...)
  local ok, problem = pcall(fn, ...)
  assert.is_false(ok)
  assert.is_true(core.is_error(problem, "argument"), tostring(problem))
  assert.equal("thing:make", problem.method)
  return problem.message
end

describe("own.take", function()
  local TYPES = { subnet = "any", ipv6 = "boolean" }

  it("takes ours, and leaves the others", function()
    local options = { name = "x", subnet = 7, ipv6 = false, EnableIPv6 = true }
    assert.same({ subnet = 7, ipv6 = false },
                own.take(options, TYPES, "NetworkCreate", complain))
    assert.same({ name = "x", EnableIPv6 = true }, options)
  end)

  it("checks their types", function()
    assert.equal("ipv6: expected a boolean, got string",
                 complaint(own.take, { ipv6 = "x" }, TYPES, "NetworkCreate",
                           complain))
  end)

  it("knows which one was meant, if it is one of ours", function()
    assert.equal("subnt: unknown option (did you mean subnet?)",
                 complaint(own.take, { subnt = 1 }, TYPES, "NetworkCreate",
                           complain))
    for _, name in ipairs{ "labls", "nonsense", "Internal", 7 } do
      local options = { [name] = 1 } -- for the core to complain of
      assert.same({}, own.take(options, TYPES, "NetworkCreate", complain))
      assert.same({ [name] = 1 }, options)
    end
  end)

  it("refuses all others where there is no operation", function()
    assert.equal("ipv: unknown option (did you mean ipv6?)",
                 complaint(own.take, { ipv = true }, TYPES, nil, complain))
    assert.equal("nonsense: unknown option",
                 complaint(own.take, { nonsense = 1 }, TYPES, nil, complain))
  end)
end)

describe("own.fill", function()
  it("fills in what the object stands for", function()
    local client = core.client{ host = "unix:///nowhere" }
    local network = core.new_object("network", client, { id = "7" })
    local options = {}
    own.fill(options, "id", network, complain)
    assert.same({ id = "7" }, options)
    assert.equal("id: it is the object's own",
                 complaint(own.fill, options, "id", network, complain))
    client:close()
  end)
end)

describe("own.texts", function()
  it("takes one or a list", function()
    assert.same({ "a" }, own.texts("a", "x", complain))
    assert.same({ "a", "b" }, own.texts({ "a", "b" }, "x", complain))
    assert.same({}, own.texts({}, "x", complain))
  end)

  it("complains of anything else", function()
    assert.equal("x: expected a string or a list of them, got integer",
                 complaint(own.texts, 7, "x", complain))
    assert.equal("x[2]: expected a string, got boolean",
                 complaint(own.texts, { "a", true }, "x", complain))
    for _, odd in ipairs{ { a = "b" }, { "a", nil, "c" }, { "a", b = "c" } } do
      assert.equal("x: expected a list, got a table with a gap or with keys "
                   .. "that are no indices",
                   complaint(own.texts, odd, "x", complain))
    end
  end)
end)

describe("own.pairs_of", function()
  it("takes a map, a list, or one", function()
    assert.same({ a = "1" }, own.pairs_of({ a = "1" }, "x", complain))
    assert.same({ a = "1", b = "" },
                own.pairs_of({ "a=1", "b=" }, "x", complain))
    assert.same({ a = "1=2" }, own.pairs_of("a=1=2", "x", complain))
    assert.same({}, own.pairs_of({}, "x", complain))
  end)

  it("complains of anything else", function()
    assert.equal('x: expected NAME=VALUE, got "a"',
                 complaint(own.pairs_of, "a", "x", complain))
    assert.equal('x: expected NAME=VALUE, got "=a"',
                 complaint(own.pairs_of, { "=a" }, "x", complain))
    assert.equal('x["a"]: expected a string, got integer',
                 complaint(own.pairs_of, { a = 7 }, "x", complain))
    assert.equal("x: expected a string or a list of them, got integer",
                 complaint(own.pairs_of, 7, "x", complain))
  end)
end)
