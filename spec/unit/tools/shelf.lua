-- SPDX-License-Identifier: MIT
-- A small book (generate.book), for the specs of what documentation is made
-- of: two operations, the classes `things` and `thing`, and sources in text.

local book = require "generate.book"
local methods = require "generate.methods"
local model = require "generate.model"
local problems = require "generate.problems"
local small = require "small"
local source = require "generate.source"
local survey = require "generate.survey"

local M = {}

local TEXT = {type = "string"}
local ID = {name = "id", ["in"] = "path", type = "string", required = true}

local THING = {
  type = "object",
  properties = {
    Id = TEXT,
    Kind = {type = "string", enum = {"round", "flat"}},
    ["end"] = {type = "integer"},
    Parts = {type = "array", items = {
      type = "object", properties = {Name = TEXT},
    }},
  },
}

local function get()
  local made = small.operation("ThingInspect", THING, {
    ID, {name = "size", ["in"] = "query", type = "boolean", default = false},
  })
  made.path = "/things/{id}/json"
  made.responses[404], made.responses[500] = {}, {}
  return made
end

local function create()
  local made = small.operation("ThingCreate", {
    type = "object", properties = {Id = TEXT},
  }, {
    {name = "name", ["in"] = "query", type = "string"},
    {name = "body", ["in"] = "body", schema = {
      type = "object", properties = {
        Kind = {type = "string", default = "round"},
        Shape = {type = "object", properties = {Sides = {type = "integer"}}},
      },
    }},
  })
  made.method, made.path = "POST", "/things/create"
  made.responses[409] = {}
  return made
end

M.classes = {
  {name = "things", kind = "collection", object = "thing",
   doc = "All things. And more."},
  {name = "thing", kind = "object", inspect = "ThingInspect",
   doc = "A thing."},
}

M.docs = {
  ["*.id"] = "its id", ["ThingInspect.size"] = "with its size",
  ["*.name"] = "its name", ["ThingCreateRequest.Shape.sides"] = "how many",
}

local function finished_model(rows)
  local merged = small.operations {
    [25] = {operations = {ThingCreate = create()}},
    [30] = {operations = {ThingInspect = get(), ThingCreate = create()}},
  }
  local finished = model.finish(merged, {})
  methods.finish(finished, rows)
  return finished
end

-- `given` may have methods, attributes, own, attribute_docs, classes, docs,
-- and sources, by the names of files. Returns the book, and what is wrong with
-- it as text or nil.
function M.book(given)
  local rows = {methods = given.methods or {}, own = given.own or {},
                attributes = given.attributes or {},
                classes = given.classes or M.classes,
                attribute_docs = given.attribute_docs or {}}
  local found = problems.new()
  local sources = {}
  for name, text in pairs(given.sources or {}) do
    sources[#sources + 1] = {file = name, text = text,
                             subjects = source.subjects(text)}
  end
  local records, lua_classes = survey.read(sources, {"things", "thing"},
                                           found)
  local made = book.make(finished_model(rows), rows, given.docs or M.docs,
                         records, lua_classes, found)
  return made, found:text()
end

-- The method of a class in a book.
function M.method(made, class, name)
  for _, method in ipairs(made.classes[class].methods) do
    if method.name == name then
      return method
    end
  end
end

return M
