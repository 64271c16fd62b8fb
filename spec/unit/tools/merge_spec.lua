-- SPDX-License-Identifier: MIT
-- One type out of what the versions say.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local small = require "small"

local TEXT, INTEGER = {type = "string"}, {type = "integer"}

local function object(properties, required)
  return {type = "object", properties = properties, required = required}
end

local function span(item)
  return {item.first, item.last}
end

local function note(notes, section, place)
  for _, found in ipairs(notes) do
    if found.section == section and found.place == place then
      return found.text
    end
  end
end

describe("a field", function()
  it("has the first and the last version that have it", function()
    local made = small.type {
      [25] = object {A = TEXT, Old = TEXT},
      [30] = object {A = TEXT, Old = TEXT, New = TEXT},
      [41] = object {A = TEXT, New = TEXT},
    }
    assert.same({25, 55}, span(small.field(made, "A")))
    assert.same({25, 40}, span(small.field(made, "Old")))
    assert.same({30, 55}, span(small.field(made, "New")))
  end)

  it("missing in between has been there", function()
    local made, notes = small.type {
      [25] = object {A = TEXT}, [30] = object {}, [32] = object {A = TEXT},
    }
    assert.same({25, 55}, span(small.field(made, "A")))
    assert.equal("missing in 1.30–1.31", note(notes, "gap", "Place.A"))
  end)

  it("is of the newest kind, and the conflict is noted", function()
    local made, notes = small.type {
      [25] = object {A = TEXT}, [31] = object {A = INTEGER},
      [32] = object {A = {type = "array", items = INTEGER}},
    }
    assert.equal("array", small.field(made, "A").type.kind)
    assert.same({25, 55}, span(small.field(made, "A")))
    assert.equal("string in 1.25–1.30, integer in 1.31, array in 1.32–1.55",
                 note(notes, "conflict", "Place.A"))
  end)

  it("is mandatory if the newest version says so", function()
    local made, notes = small.type {
      [25] = object({A = TEXT, B = TEXT}, {"B"}),
      [40] = object({A = TEXT, B = TEXT}, {"A"}),
    }
    assert.is_true(small.field(made, "A").required)
    assert.is_false(small.field(made, "B").required)
    assert.equal("optional in 1.25–1.39, else required",
                 note(notes, "required", "Place.A"))
  end)

  it("that is gone is not mandatory any more", function()
    local made = small.type {
      [25] = object({A = TEXT}, {"A"}), [40] = object {},
    }
    assert.is_false(small.field(made, "A").required)
  end)

  it("has the default that the newest version tells", function()
    local made = small.type {
      [25] = {type = "object", properties = {A = {type = "boolean"}}},
      [30] = {type = "object", properties = {
        A = {type = "boolean", default = false},
      }},
    }
    assert.is_false(small.field(made, "A").default)
  end)

  it("may be null if the newest version says so", function()
    local made = small.type {
      [25] = object {A = {type = "string", ["x-nullable"] = true},
                     B = TEXT},
      [40] = object {A = TEXT,
                     B = {type = "string", ["x-nullable"] = true}},
    }
    assert.is_false(small.field(made, "A").nullable)
    assert.is_true(small.field(made, "B").nullable)
  end)
end)

describe("a list", function()
  it("has elements of the newest kind", function()
    local made, notes = small.type {
      [25] = {type = "array", items = TEXT},
      [26] = {type = "array", items = object {A = TEXT}},
    }
    assert.equal("object", made.element.kind)
    assert.equal("string in 1.25, object in 1.26–1.55",
                 note(notes, "conflict", "Place[]"))
  end)

  it("has elements that are merged", function()
    local made = small.type {
      [25] = {type = "array", items = object {A = TEXT}},
      [26] = {type = "array", items = object {B = TEXT}},
    }
    assert.same({25, 25}, span(small.field(made.element, "A")))
    assert.same({26, 55}, span(small.field(made.element, "B")))
  end)
end)

describe("a map", function()
  it("notes a conflict of its elements", function()
    local _, notes = small.type {
      [25] = {type = "object", additionalProperties = TEXT},
      [26] = {type = "object", additionalProperties = INTEGER},
    }
    assert.truthy(note(notes, "conflict", "Place{}"))
  end)

  it("is not at odds with an object of which nothing was said", function()
    local made, notes = small.type {
      [25] = {type = "object"},
      [26] = {type = "object", additionalProperties = TEXT},
    }
    assert.equal("string", made.element.kind)
    assert.same({}, notes)
  end)
end)

describe("an object of which nothing was said", function()
  it("has had what the first description has", function()
    local made, notes = small.type {
      [25] = {type = "object"},
      [30] = object {A = TEXT},
      [35] = object {A = TEXT, B = TEXT},
    }
    assert.same({25, 55}, span(small.field(made, "A")))
    assert.same({35, 55}, span(small.field(made, "B")))
    assert.equal("no fields described in 1.25–1.29",
                 note(notes, "silent", "Place"))
  end)

  it("and of which nothing is said any more, is a conflict", function()
    local made, notes = small.type {
      [25] = object {A = TEXT}, [30] = {type = "object"},
    }
    assert.equal("map", made.kind)
    assert.truthy(note(notes, "conflict", "Place"))
  end)
end)

describe("values", function()
  local function enum(...)
    return {type = "string", enum = {...}}
  end

  it("have the first and the last version that list them", function()
    local made = small.type {
      [25] = enum("a", "b"), [30] = enum("b", "c"),
    }
    assert.same({{text = "a", first = 25, last = 29},
                 {text = "b", first = 25, last = 55},
                 {text = "c", first = 30, last = 55}}, made.values)
  end)

  it("were allowed while none were listed", function()
    local made = small.type {[25] = TEXT, [30] = enum("a"),
                             [40] = enum("a", "b")}
    assert.same({{text = "a", first = 25, last = 55},
                 {text = "b", first = 40, last = 55}}, made.values)
  end)

  it("are forgotten when the newest version lists none", function()
    local made, notes = small.type {[25] = enum("a"), [30] = TEXT}
    assert.is_nil(made.values)
    assert.truthy(note(notes, "values", "Place"))
  end)
end)

describe("a definition", function()
  it("is one type, with what was written in place before", function()
    local made = small.type({
      [25] = object {
        X = object {A = TEXT, B = TEXT}, Y = object {C = TEXT, D = TEXT},
      },
      [30] = object {
        X = {["$ref"] = "#/definitions/Thing"},
        Y = {["$ref"] = "#/definitions/Thing"},
      },
    }, {Thing = object {A = TEXT, C = TEXT}})
    local thing = small.field(made, "X").type
    assert.equal("Thing", thing.name)
    assert.equal(thing, small.field(made, "Y").type)
    assert.same({25, 29}, span(small.field(thing, "B")))
    assert.same({25, 29}, span(small.field(thing, "D")))
    assert.same({25, 55}, span(small.field(thing, "C")))
  end)

  it("of another kind than before is noted once", function()
    local answer = object {X = {["$ref"] = "#/definitions/Thing"},
                           Y = {["$ref"] = "#/definitions/Thing"}}
    local operations = {Get = small.operation("Get", answer)}
    local merged, merger = small.operations {
      [25] = {operations = operations, definitions = {Thing = TEXT}},
      [30] = {operations = operations,
              definitions = {Thing = object {A = TEXT}}},
    }
    local count = 0
    for _, found in ipairs(merger.notes) do
      count = count + (found.place == "Thing" and 1 or 0)
    end
    assert.equal(1, count)
    local thing = small.field(merged[1].responses[1].type, "X").type
    assert.same({30, 55}, span(small.field(thing, "A")))
  end)

  it("does not take in what was of another kind at a place", function()
    local made, notes = small.type({
      [25] = object {X = TEXT, Y = {["$ref"] = "#/definitions/Thing"}},
      [30] = object {X = {["$ref"] = "#/definitions/Thing"},
                     Y = {["$ref"] = "#/definitions/Thing"}},
    }, {Thing = object {A = TEXT}})
    assert.truthy(note(notes, "conflict", "Place.X"))
    assert.is_nil(note(notes, "conflict", "Place.Y"))
    assert.equal("object", small.field(made, "Y").type.kind)
  end)

  it("is known from its own first version on", function()
    local made = small.type({
      [40] = object {X = {["$ref"] = "#/definitions/Thing"}},
    }, {Thing = object {A = TEXT}})
    assert.same({40, 55}, span(small.field(made, "X")))
    assert.same({25, 55}, span(small.field(small.field(made, "X").type, "A")))
  end)
end)

describe("what is nested", function()
  it("is named by its place", function()
    local made = small.type {
      [25] = object {A = object {B = {type = "array", items = object {}}}},
    }
    local a = small.field(made, "A").type
    assert.equal("Place.A", a.name)
    assert.equal("Place.A.B", small.field(a, "B").type.element.name)
  end)

  it("keeps no title of its own, which the outermost does", function()
    local inner = object {B = TEXT}
    inner.title = "Inner"
    local outer = object {A = inner}
    outer.title = "Outer"
    local made = small.type {[25] = outer}
    assert.equal("Outer", made.name)
    assert.equal("Outer.A", small.field(made, "A").type.name)
  end)
end)
