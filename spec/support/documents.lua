-- SPDX-License-Identifier: MIT
-- Documents of the types of the model, as JSON, and beside each what decoding
-- it must give: made by the rows of the model, but by rules of their own.
--
--     local json, expected = documents.make("VolumeListResponse", "all", 55)
--
-- The ways in which a document can be made:
--   all      every field that the version has, two elements in lists and maps
--   none     no field at all
--   nulls    null for every field; in lists and maps, between the elements
--   extras   like all, and fields that no version knows, wherever there can be
--   wrong    every field with a value of another kind than the model says

local core = require "moonsail.core"

local documents = {}

documents.WAYS = { "all", "none", "nulls", "extras", "wrong" }

-- Stands in `expected` for an absent list or map.
local EMPTY = {}

local counter = 0

local function count()
  counter = counter + 1
  return counter
end

local function quote(text)
  return '"' .. text:gsub('["\\]', "\\%0") .. '"'
end

-- Scalars --------------------------------------------------------------------

local scalars = {}

function scalars.any()
  return '{"aB-c":[1,"x",{}],"D":2.5}', { ["aB-c"] = { 1, "x", {} }, D = 2.5 }
end

function scalars.boolean()
  local value = count() % 2 == 0
  return tostring(value), value
end

-- Beyond what a float holds, now and then.
function scalars.integer(made)
  local value = count()
  if made.format == "duration" then return ("%d500000000"):format(value),
                                           value + 0.5 end
  if value % 3 == 0 then value = math.maxinteger - value end
  return ("%d"):format(value), value
end

function scalars.number()
  local value = count() + 0.25
  return tostring(value), value
end

function scalars.string(made)
  local text = made.values and made.values[1].text or "text ü " .. count()
  return quote(text), text
end

-- A value of another kind: {json, expected}. Keys in what is kept as it came
-- are kept, too.
local WRONG = {
  boolean = { "1.5", 1.5 },
  integer = { '"12"', "12" },
  number = { '"1.5"', "1.5" },
  string = { '{"SomeKey":[1,true]}', { SomeKey = { 1, true } } },
  array = { '{"SomeKey":{"Other Key":1}}',
            { SomeKey = { ["Other Key"] = 1 } } },
  map = { '[1,{"SomeKey":2}]', { 1, { SomeKey = 2 } } },
  object = { '[{"SomeKey":"x"},"y"]', { { SomeKey = "x" }, "y" } },
}

-- Collections ----------------------------------------------------------------

local make

local function is_collection(made)
  return made.kind == "array" or made.kind == "map"
end

-- What a null among elements becomes: an empty one of a kind that has one.
-- There is no such value of a scalar, which is passed over.
local function null_element(made)
  if is_collection(made) or made.kind == "object" then return EMPTY end
end

-- Two elements. Of a set only the keys count, which stand with {}; of wrong
-- ones the first is of another kind as a whole, the second within.
local function two_elements(made, way, version)
  local element = core.type(made.element)
  if made.format == "set" then return "{}", {}, "{}", {} end
  local one, first = make(element, way, version)
  if way == "wrong" and WRONG[element.kind] then
    one, first = table.unpack(WRONG[element.kind])
  end
  return one, first, make(element, way, version)
end

local function make_array(made, way, version)
  local one, first, other, second = two_elements(made, way, version)
  if way ~= "nulls" then
    return ("[%s, %s]"):format(one, other), { first, second }
  end
  local list = { first }
  list[#list + 1] = null_element(core.type(made.element))
  list[#list + 1] = second
  return ("[%s,null,%s]"):format(one, other), list
end

local function make_map(made, way, version)
  local one, first, other, second = two_elements(made, way, version)
  local map = { ["Some.Key/x"] = first, someOther_key = second }
  local null = ""
  if way == "nulls" then
    null = ',"NullKey":null'
    map.NullKey = null_element(core.type(made.element))
  end
  return ('{"Some.Key/x":%s,"someOther_key":%s%s}'):format(one, other, null),
         map
end

-- Objects --------------------------------------------------------------------

-- Fields that no version knows, and what becomes of them.
local EXTRA = '"BrandNewThing":{"InnerPart":[{"OOMDeepKey":null,"xIDs":1}],'
  .. '"Empty":[],"none":null},"xNewCount":9007199254740993,"X-New.y":"z"'

local function add_extras(expected)
  expected.brand_new_thing = {
    inner_part = { { x_ids = 1 } }, empty = {},
  }
  expected.x_new_count = 9007199254740993
  expected.x_new_y = "z"
end

local function minor(version)
  return tonumber(version:match "%d+$")
end

local function sorted_names(fields)
  local names = {}
  for name in pairs(fields) do names[#names + 1] = name end
  table.sort(names)
  return names
end

local function has(field, version)
  return minor(field.since) <= version and version <= minor(field["until"])
end

-- JSON of a field and what it becomes; nothing where it is left out.
local function make_field(field, way, version)
  local made = core.type(field.type)
  if way == "none" or not has(field, version) then return end
  if way == "nulls" then return "null" end
  if way == "wrong" and WRONG[made.kind] then
    return table.unpack(WRONG[made.kind])
  end
  return make(made, way, version)
end

local function make_object(made, way, version)
  local parts, expected = {}, {}
  for _, name in ipairs(sorted_names(made.fields)) do
    local field = made.fields[name]
    local json, value = make_field(field, way, version)
    if json then
      parts[#parts + 1] = ("%s:%s"):format(quote(field.wire), json)
    end
    if value == nil and is_collection(field) then value = EMPTY end
    expected[name] = value
  end
  if way == "extras" then
    table.insert(parts, #parts // 2 + 1, EXTRA)
    add_extras(expected)
  end
  return "{" .. table.concat(parts, ",") .. "}", expected
end

-- Documents ------------------------------------------------------------------

function make(made, way, version)
  if made.kind == "array" then return make_array(made, way, version) end
  if made.kind == "map" then return make_map(made, way, version) end
  if made.kind == "object" then return make_object(made, way, version) end
  return scalars[made.kind](made)
end

-- A document of a type in an API version, and what decoding it must give.
function documents.make(type_name, way, version)
  counter = 0
  return make(core.type(type_name), way, version)
end

-- Comparing ------------------------------------------------------------------

local identical

local function tables_identical(expected, got, path)
  for key, value in pairs(expected) do
    local ok, where = identical(value, got[key], ("%s.%s"):format(path, key))
    if not ok then return ok, where end
  end
  for key in pairs(got) do
    if expected[key] == nil then
      return false, ("%s.%s: not expected"):format(path, key)
    end
  end
  return true
end

-- Whether two values are the same, integers being integers; if not, where they
-- differ. Metatables do not matter.
function identical(expected, got, path)
  if type(expected) == "table" and type(got) == "table" then
    return tables_identical(expected, got, path)
  end
  if math.type(expected) ~= math.type(got) or expected ~= got then
    return false, ("%s: expected %s, got %s"):format(path, expected, got)
  end
  return true
end

function documents.compare(expected, got, what)
  local ok, where = identical(expected, got, what)
  if not ok then error(where, 2) end
end

-- The operations ------------------------------------------------------------

-- Every 2xx answer that is a document or more: {operation, status, type}, in
-- the order of the operations.
function documents.responses()
  local list = {}
  for _, id in ipairs(core.operations()) do
    for _, response in ipairs(core.operation(id).responses) do
      if response.type then
        list[#list + 1] = { operation = id, status = response.status,
                            type = response.type, answer = response.answer }
      end
    end
  end
  return list
end

-- The types of these, each once.
function documents.response_types()
  local seen, list = {}, {}
  for _, response in ipairs(documents.responses()) do
    if not seen[response.type] then
      seen[response.type] = true
      list[#list + 1] = response.type
    end
  end
  return list
end

return documents
