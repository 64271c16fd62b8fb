-- SPDX-License-Identifier: MIT
-- Overrides of merged operations, and when they are errors.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local override = require "generate.override"
local model = require "generate.model"
local small = require "small"

local TEXT, INTEGER = {type = "string"}, {type = "integer"}
local TEXTS = {type = "array", items = TEXT}

local THING = {type = "object", properties = {
  Size = INTEGER, Wait = INTEGER, Words = TEXTS, Name = TEXT, NAME = TEXT,
  Labels = {type = "object", additionalProperties = TEXT},
}}

local function parameters()
  return {
    {name = "filters", ["in"] = "query", type = "string"},
    {name = "since", ["in"] = "query", type = "integer"},
    {name = "list", ["in"] = "query", type = "array", items = TEXT},
  }
end

local merged, merger

-- Applies rows of one kind (fields, parameters, responses).
local function apply(kind, rows)
  for _, row in ipairs(rows) do
    row.reason = row.reason or "a test"
  end
  local on = kind == "fields" and model.list_types(merged, {}) or merged
  override[kind](merger, rows, on)
end

local function refused(kind, message, row)
  assert.has_error(function()
    apply(kind, {row})
  end, message)
end

local function thing_field(wire)
  return small.field(merged[1].responses[1].type, wire)
end

local function parameter(wire)
  for _, found in ipairs(merged[1].parameters) do
    if found.wire == wire then
      return found
    end
  end
end

describe("an override", function()
  before_each(function()
    merged, merger = small.operations {
      [25] = {
        definitions = {Thing = THING, Aside = THING},
        operations = {
          ThingGet = small.operation("ThingGet",
            {["$ref"] = "#/definitions/Thing"}, parameters()),
        },
      },
    }
    merger:another_pass()
    merger.made = {}
  end)

  describe("of a field", function()
    it("gives it a name, a format, versions", function()
      apply("fields", {
        {"Thing.Size", format = "size", name = "bytes", first = 30, last = 40},
      })
      local size = thing_field "Size"
      assert.same({"size", "integer", "bytes", 30, 40},
                  {size.type.format, size.type.kind, size.name, size.first,
                   size.last})
      assert.equal("plain", thing_field("Wait").type.format)
    end)

    it("reaches all that its pattern matches", function()
      apply("fields", {{"*.Size Thing.W*it", format = "duration"}})
      assert.equal("duration", thing_field("Size").type.format)
      assert.equal("duration", thing_field("Wait").type.format)
    end)

    it("keeps what a list is made of", function()
      apply("fields", {{"Thing.Words", format = "command"},
                       {"Thing.Labels", format = "labels"}})
      assert.equal("string", thing_field("Words").type.element.kind)
      assert.equal("string", thing_field("Labels").type.element.kind)
    end)

    it("gives it another type", function()
      apply("fields", {{"Thing.Size", type = TEXTS}})
      assert.equal("array", thing_field("Size").type.kind)
    end)

    it("makes an alias of it, whose versions are added", function()
      thing_field("NAME").last, thing_field("Name").first = 29, 30
      apply("fields", {{"Thing.NAME", alias_of = "Name"}})
      assert.equal(thing_field "Name", thing_field("NAME").alias_of)
      assert.same({25, 55}, {thing_field("Name").first,
                             thing_field("Name").last})
    end)

    it("adds one", function()
      apply("fields", {{"Thing.More", add = true, type = INTEGER,
                        first = 30}})
      local more = thing_field "More"
      assert.same({"integer", 30, 55}, {more.type.kind, more.first,
                                        more.last})
    end)

    it("that finds nothing is an error", function()
      refused("fields",
              "override 'Thing.Nothing': nothing is called Thing.Nothing",
              {"Thing.Nothing", name = "x"})
      refused("fields",
              "override 'Thing.Size Thing.No': nothing is called Thing.No",
              {"Thing.Size Thing.No", name = "x"})
    end)

    it("takes a point for a point", function()
      refused("fields", "override 'ThingxSize': nothing is called ThingxSize",
              {"ThingxSize", name = "x"})
    end)

    it("that changes nothing is an error", function()
      apply("fields", {{"Thing.Size", format = "size"}})
      refused("fields", "override 'Thing.Size': changes nothing at Thing.Size",
              {"Thing.Size", format = "size"})
      refused("fields", "override 'Thing.Name': changes nothing at Thing.Name",
              {"Thing.Name", first = 25})
      refused("fields", "override 'Thing.Name': changes nothing at Thing.Name",
              {"Thing.Name", type = TEXT})
    end)

    it("with a format that does not fit is an error", function()
      refused("fields", "override 'Thing.Name': size does not go with string",
              {"Thing.Name", format = "size"})
      refused("fields", "override 'Thing.Size': set does not go with integer",
              {"Thing.Size", format = "set"})
      refused("fields", "override 'Thing.Size': sise does not go with integer",
              {"Thing.Size", format = "sise"})
    end)

    it("without a reason is an error", function()
      assert.has_error(function()
        override.fields(merger, {{"Thing.Size", name = "x"}},
                        model.list_types(merged, {}))
      end, "override 'Thing.Size': no reason")
    end)

    it("with a key that is not known is an error", function()
      refused("fields", "override Thing.Size: unknown keyword 'nmae'",
              {"Thing.Size", nmae = "x"})
    end)

    it("to what is no field, or an alias already, is an error", function()
      refused("fields", "override 'Thing.NAME': no other field Nmae",
              {"Thing.NAME", alias_of = "Nmae"})
      apply("fields", {{"Thing.NAME", alias_of = "Name"}})
      refused("fields", "override 'Thing.NAME': no other field Name",
              {"Thing.NAME", alias_of = "Name"})
    end)

    it("that adds what is there, or to what is not, is an error", function()
      refused("fields", "override 'Thing.Size': Thing.Size is there already",
              {"Thing.Size", add = true, type = TEXT})
      refused("fields", "override 'Other.Size': no type Other",
              {"Other.Size", add = true, type = TEXT})
    end)
  end)

  describe("of a parameter", function()
    it("gives it a name and a format", function()
      apply("parameters", {
        {"*(filters)", format = "filters"},
        {"ThingGet(since)", format = "time", name = "from"},
      })
      assert.equal("filters", parameter("filters").type.format)
      local since = parameter "since"
      assert.same({"time", "string", "from"},
                  {since.type.format, since.type.kind, since.name})
    end)

    it("makes JSON in text of it, of each if it is a list", function()
      apply("parameters", {
        {"ThingGet(filters)", json = {["$ref"] = "#/definitions/Aside"}},
        {"ThingGet(list)", json = INTEGER, repeated = true},
      })
      local filters, list = parameter "filters", parameter "list"
      assert.same({"json", "Aside"}, {filters.type.format,
                                      filters.type.element.name})
      assert.same({"array", "json", "integer", true},
                  {list.type.kind, list.type.element.format,
                   list.type.element.element.kind, list.repeated})
    end)

    it("adds one to each operation that it names", function()
      apply("parameters", {
        {"ThingGet(X-Auth)", add = "header", name = "auth",
         base64_json = {["$ref"] = "#/definitions/Aside"}},
      })
      local auth = parameter "X-Auth"
      assert.same({"header", "auth", "base64_json", 25, 55},
                  {auth.place, auth.name, auth.type.format, auth.first,
                   auth.last})
    end)

    it("adds none before the operation", function()
      merged[1].first = 40
      apply("parameters", {{"ThingGet(late)", add = "query", type = TEXT,
                            first = 30},
                           {"ThingGet(later)", add = "query", type = TEXT,
                            first = 45, last = 50}})
      assert.equal(40, parameter("late").first)
      assert.same({45, 50}, {parameter("later").first,
                             parameter("later").last})
    end)

    it("that adds what is there, or to what is not, is an error", function()
      refused("parameters",
              "override 'ThingGet(since)': ThingGet(since) is there already",
              {"ThingGet(since)", add = "query", type = TEXT})
      refused("parameters", "override 'Other(x)': no operation Other",
              {"Other(x)", add = "query", type = TEXT})
    end)

    it("that finds or changes nothing is an error", function()
      refused("parameters", "override 'ThingGet(x)': nothing is called " ..
              "ThingGet(x)", {"ThingGet(x)", name = "y"})
      refused("parameters", "override 'ThingGet(list)': changes nothing at " ..
              "ThingGet(list)", {"ThingGet(list)", repeated = false})
    end)
  end)

  describe("of an answer", function()
    it("says what it is", function()
      apply("responses", {{"ThingGet:200", answer = "documents"}})
      local response = merged[1].responses[1]
      assert.same({"documents", "Thing"}, {response.answer,
                                           response.type.name})
    end)

    it("drops one", function()
      apply("responses", {{"ThingGet:200", drop = true}})
      assert.same({}, merged[1].responses)
    end)

    it("adds one", function()
      apply("responses", {{"ThingGet:101", add = true, answer = "upgrade"}})
      local response = merged[1].responses[2]
      assert.same({101, "upgrade"}, {response.status, response.answer})
    end)

    it("that adds what is there, finds or changes nothing is an error",
       function()
      refused("responses",
              "override 'ThingGet:200': ThingGet:200 is there already",
              {"ThingGet:200", add = true, answer = "nothing"})
      refused("responses",
              "override 'ThingGet:204': nothing is called ThingGet:204",
              {"ThingGet:204", drop = true})
      refused("responses",
              "override 'ThingGet:200': changes nothing at ThingGet:200",
              {"ThingGet:200", answer = "document"})
    end)
  end)
end)
