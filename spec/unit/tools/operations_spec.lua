-- SPDX-License-Identifier: MIT
-- Operations, their parameters and answers, merged.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local small = require "small"

local TEXT = {type = "string"}

local function query(name, more)
  local parameter = {name = name, ["in"] = "query", type = "string"}
  for key, value in pairs(more or {}) do
    parameter[key] = value
  end
  return parameter
end

-- The one operation that comes of what holds from each version on.
local function merged(by_version)
  local changes = {}
  for version, operation in pairs(by_version) do
    operation.id = operation.id or "Get"
    operation.method = operation.method or "GET"
    operation.path = "/get"
    operation.produces = operation.produces or {}
    operation.parameters = operation.parameters or {}
    operation.responses = operation.responses or {[204] = {}}
    changes[version] = {operations = {[operation.id] = operation}}
  end
  local operations, merger = small.operations(changes)
  assert.equal(1, #operations)
  return operations[1], merger
end

local function parameter(operation, wire)
  for _, found in ipairs(operation.parameters) do
    if found.wire == wire then
      return found
    end
  end
end

describe("an operation", function()
  it("is the same under another id", function()
    local operation = merged {[25] = {id = "Old"}, [30] = {id = "New"}}
    assert.equal("New", operation.id)
    assert.same({25, 55}, {operation.first, operation.last})
  end)

  it("begins where it begins", function()
    local operations = small.operations {
      [25] = {}, [30] = {operations = {A = small.operation("A", TEXT)}},
    }
    assert.equal(30, operations[1].first)
  end)

  it("that goes away is refused", function()
    assert.has_error(function()
      small.operations {
        [25] = {operations = {A = small.operation("A", TEXT)}}, [30] = {},
      }
    end, "A: an operation that went away")
  end)

  it("comes in the order of ids", function()
    local operations = small.operations {[25] = {operations = {
      B = small.operation("B", TEXT), A = small.operation("A", TEXT),
      C = small.operation("C", TEXT),
    }}}
    assert.same({"A", "B", "C"}, {operations[1].id, operations[2].id,
                                  operations[3].id})
  end)
end)

describe("a parameter", function()
  it("has the versions that have it", function()
    local operation = merged {
      [25] = {parameters = {query "a"}},
      [30] = {parameters = {query "a", query "b"}},
      [40] = {parameters = {query "b"}},
    }
    local a, b = parameter(operation, "a"), parameter(operation, "b")
    assert.same({25, 39, "query"}, {a.first, a.last, a.place})
    assert.same({30, 55}, {b.first, b.last})
  end)

  it("is another one in another place", function()
    local operation = merged {[25] = {parameters = {
      query "a", query("a", {["in"] = "header"}),
    }}}
    assert.equal(2, #operation.parameters)
  end)

  it("is mandatory if the newest version has it and says so", function()
    local operation = merged {
      [25] = {parameters = {query("gone", {required = true}),
                            query("was", {required = true}), query "is"}},
      [30] = {parameters = {query "was", query("is", {required = true})}},
    }
    assert.is_false(parameter(operation, "gone").required)
    assert.is_false(parameter(operation, "was").required)
    assert.is_true(parameter(operation, "is").required)
  end)

  it("is repeated where the definition says multi", function()
    local operation = merged {[25] = {parameters = {
      query("a", {type = "array", items = TEXT, collectionFormat = "multi"}),
    }}}
    assert.is_true(parameter(operation, "a").repeated)
    assert.equal("array", parameter(operation, "a").type.kind)
  end)

  it("of another kind than before is noted", function()
    local operation, merger = merged {
      [25] = {parameters = {query "a"}},
      [30] = {parameters = {query("a", {type = "integer"})}},
    }
    assert.equal("integer", parameter(operation, "a").type.kind)
    assert.same({{section = "conflict", place = "Get(a)",
                  text = "string in 1.25–1.29, integer in 1.30–1.55"}},
                merger.notes)
  end)

  it("that is the body is one, whatever its name", function()
    local function body(name, wire)
      return {name = name, ["in"] = "body",
              schema = {type = "object", properties = {[wire] = TEXT}}}
    end
    local operation = merged {[25] = {parameters = {body("old", "A")}},
                              [30] = {parameters = {body("new", "B")}}}
    assert.equal(1, #operation.parameters)
    local made = operation.parameters[1].type
    assert.equal("GetRequest", made.name)
    assert.equal(29, small.field(made, "A").last)
    assert.equal(30, small.field(made, "B").first)
  end)
end)

describe("an answer", function()
  local function answer(operation)
    return merged({[25] = operation}).responses[1].answer
  end

  local BINARY = {type = "string", format = "binary"}

  it("without a schema is nothing", function()
    assert.equal("nothing", answer {responses = {[204] = {}}})
  end)

  it("with one is a document", function()
    local operation = merged {[25] = {responses = {[200] = {
      schema = {type = "object", properties = {A = TEXT}},
    }}}}
    assert.equal("document", operation.responses[1].answer)
    assert.equal("GetResponse", operation.responses[1].type.name)
  end)

  it("that is plain text is so", function()
    local responses = {[200] = {schema = TEXT}}
    assert.equal("plain_text", answer {produces = {"text/plain"},
                                       responses = responses})
    assert.equal("document",
                 answer {produces = {"application/json", "text/plain"},
                         responses = responses})
  end)

  it("to HEAD is nothing", function()
    assert.equal("nothing", answer {method = "HEAD",
                                    responses = {[200] = {schema = TEXT}}})
  end)

  it("that is a tar is an archive", function()
    assert.equal("archive", answer {produces = {"application/x-tar"},
                                    responses = {[200] = {}}})
    assert.equal("archive", answer {produces = {"application/octet-stream"},
                                    responses = {[200] = {schema = BINARY}}})
  end)

  it("in Docker's own streams is output, or an upgrade", function()
    local produces = {"application/vnd.docker.raw-stream"}
    assert.equal("output", answer {produces = produces,
                                   responses = {[200] = {schema = BINARY}}})
    assert.equal("upgrade", answer {produces = produces,
                                    responses = {[101] = {}}})
  end)

  it("that is an error is left out", function()
    local operation = merged {[25] = {responses = {
      [204] = {}, [304] = {}, [404] = {schema = TEXT}, [500] = {},
    }}}
    assert.same({204, 304}, {operation.responses[1].status,
                             operation.responses[2].status})
    assert.equal(2, #operation.responses)
    assert.same({404, 500}, operation.errors)
  end)

  it("tells of the errors that the newest definition has", function()
    local operation = merged {
      [25] = {responses = {[200] = {}, [404] = {}}},
      [30] = {responses = {[200] = {}, [409] = {}}},
    }
    assert.same({409}, operation.errors)
  end)

  it("has the versions that have its status", function()
    local operation = merged {
      [25] = {responses = {[200] = {}}},
      [30] = {responses = {[200] = {}, [201] = {}}},
    }
    assert.equal(25, operation.responses[1].first)
    assert.equal(30, operation.responses[2].first)
  end)
end)
