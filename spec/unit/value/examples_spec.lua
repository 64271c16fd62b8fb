-- SPDX-License-Identifier: MIT
-- The examples in the definitions of the newest versions, decoded and compared
-- with the definitions leaf by leaf: nothing is lost, nothing is changed.
-- API_SPEC names the folder of the definitions.

package.path = "tools/?.lua;" .. package.path

local core = require "moonsail.core"
local names = require "generate.names"

local folder = os.getenv "API_SPEC"

local VERSIONS = { 52, 53, 54, 55 }

-- Examples that are not what their definitions say, as patterns, and why.
local MISTAKES = {
  ["^ClusterVolumeSpec%.AccessMode%.%a+ is not in the model$"] =
    "one level too deep",
  ["%.SizeRw is no integer$"] = "a number in quotes",
  ["%.SizeRootFs is no integer$"] = "a number in quotes",
  ["%.Created is no integer$"] = "a number in quotes",
  ["DefaultAddressPools%[%]%.Size is no integer$"] = "a number in quotes",
  ["%.GwPriority is no integer$"] = "a list of one number",
  ["DefaultAddrPool%[%] is no string$"] = "the whole list, for its element",
  ["^ContainerTop.*%.Processes is no array$"] = "the whole object",
  ["^ContainerTop.*%.Titles is no array$"] = "the whole object",
  ["%.Status%[%] is no map$"] = "text where the definition has objects",
  ["^ContainerPidsStats%.limit is no integer$"] = "no limit: 2^64 - 1",
  ["%.pids_stats%.limit is no integer$"] = "no limit: 2^64 - 1",
  ["^Network%.%u%a+ is not in the model$"] =
    "a network as swarm has it, where a task is attached to one",
}

-- Reading --------------------------------------------------------------------

local lyaml = folder and require "lyaml"

local function load(version)
  local file = assert(io.open(("%s/v1.%d.yaml"):format(folder, version)))
  local text = file:read "a"
  file:close()
  return lyaml.load(text)
end

-- Examples -------------------------------------------------------------------

local example_of

local function all_properties(yaml, schema, properties)
  properties = properties or {}
  while schema["$ref"] do
    schema = yaml.definitions[schema["$ref"]:match "[%w_]+$"]
  end
  for _, part in ipairs(schema.allOf or {}) do
    all_properties(yaml, part, properties)
  end
  for name, property in pairs(schema.properties or {}) do
    properties[name] = property
  end
  return properties
end

-- One that is put together from those of the parts.
local function composed(yaml, schema)
  local made = {}
  for name, property in pairs(all_properties(yaml, schema)) do
    made[name] = example_of(yaml, property)
  end
  if next(made) then return made end
  if schema.items then return { example_of(yaml, schema.items) } end
  if type(schema.additionalProperties) == "table" then
    return { ["Some.Key"] = example_of(yaml, schema.additionalProperties) }
  end
end

function example_of(yaml, schema)
  if schema.example ~= nil then return schema.example end
  if schema["$ref"] then
    return example_of(yaml, yaml.definitions[
      schema["$ref"]:match "[%w_]+$"])
  end
  return composed(yaml, schema)
end

-- JSON -----------------------------------------------------------------------

local write

local function is_list(value)
  return #value > 0
end

local function quote(text)
  return '"' .. text:gsub('[%c"\\]', function(c)
    return ("\\u%04x"):format(c:byte())
  end) .. '"'
end

local function sorted_keys(t)
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

-- What YAML writes as empty can be either, and is what the type says.
local function write_table(value, made)
  local parts = {}
  if is_list(value) or next(value) == nil and made.kind == "array" then
    local element = core.type(made.element or "any")
    for i, item in ipairs(value) do parts[i] = write(item, element) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  local fields = {}
  for _, field in pairs(made.fields or {}) do
    fields[field.wire] = core.type(field.type)
  end
  local element = core.type(made.kind == "map" and made.element or "any")
  for i, key in ipairs(sorted_keys(value)) do
    parts[i] = quote(tostring(key)) .. ":" ..
      write(value[key], fields[key] or element)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

function write(value, made)
  if value == lyaml.null then return "null" end
  if type(value) == "table" then return write_table(value, made) end
  if type(value) == "string" then return quote(value) end
  if math.type(value) == "float" then return ("%.17g"):format(value) end
  return tostring(value)
end

-- Comparing ------------------------------------------------------------------

local found -- mistakes: place → true
local leaves

local function differ(place, expected, got)
  error(("%s: the definition has %s, decoded is %s"):format(place,
    tostring(expected), tostring(got)), 0)
end

local function check_scalar(place, value, got, made)
  leaves = leaves + 1
  if made.format == "duration" and math.type(value) == "integer" and
      type(got) == "number" then
    got = math.tointeger(got * 1000000000)
  end
  if got ~= value or made.kind == "integer" and
      math.type(value) ~= math.type(got) then
    differ(place, value, got)
  end
end

-- As it came, whatever the model says.
local function check_verbatim(place, value, got)
  if type(value) ~= "table" then
    return check_scalar(place, value, got, { kind = "any" })
  end
  if type(got) ~= "table" then differ(place, value, got) end
  for key, element in pairs(value) do
    check_verbatim(place .. "." .. key, element, got[key])
  end
  for key in pairs(got) do
    if value[key] == nil then differ(place .. "." .. key, nil, got[key]) end
  end
end

local check

local function check_elements(place, value, got, element)
  for key, item in pairs(value) do
    check(("%s[%s]"):format(place, key), item, got[key], element)
  end
  for key in pairs(got) do
    if value[key] == nil then differ(place .. "." .. key, nil, got[key]) end
  end
end

-- What the model does not know: all of it is named by the rule.
local function check_unknown(place, value, got)
  if value == lyaml.null then
    if got ~= nil then differ(place, "null", got) end
  elseif type(value) ~= "table" then
    check_scalar(place, value, got, { kind = "any" })
  elseif type(got) ~= "table" then
    differ(place, value, got)
  else
    for key, item in pairs(value) do
      local name = type(key) == "string" and names.snake_case(key) or key
      check_unknown(place .. "." .. key, item, got[name])
    end
  end
end

-- The field that is spelt so on the wire, and its name; nil, and the name by
-- the rule, where there is none.
local function field_of(made, wire)
  for name, field in pairs(made.fields) do
    if field.wire == wire then return name, core.type(field.type) end
    for _, alias in ipairs(field.aliases or {}) do
      if alias == wire then return name, core.type(field.type) end
    end
  end
  found[made.name .. "." .. wire .. " is not in the model"] = true
  return names.snake_case(wire), nil
end

local function check_object(place, value, got, made)
  local expected = {}
  for wire, item in pairs(value) do
    local name, field_type = field_of(made, wire)
    expected[name] = true
    if field_type then
      check(place .. "." .. wire, item, got[name], field_type)
    else
      check_unknown(place .. "." .. wire, item, got[name])
    end
  end
  for name, item in pairs(got) do
    local empty = type(item) == "table" and next(item) == nil
    if not expected[name] and not empty then
      differ(place .. "." .. name, nil, item)
    end
  end
end

local KINDS = { string = "string", boolean = "boolean", integer = "number",
                number = "number", array = "table", map = "table",
                object = "table" }

-- Whether a value is of the kind that the model says.
local function is_of_kind(value, made)
  if made.kind == "any" then return true end
  if type(value) ~= KINDS[made.kind] then return false end
  if made.kind == "integer" then return math.type(value) == "integer" end
  if type(value) ~= "table" or next(value) == nil then return true end
  return is_list(value) == (made.kind == "array")
end

function check(place, value, got, made)
  if value == lyaml.null then
    if type(got) == "table" and next(got) == nil then got = nil end
    if got ~= nil then differ(place, "null", got) end
  elseif not is_of_kind(value, made) then
    found[("%s is no %s"):format(place:gsub("%[.-%]", "[]"), made.kind)] = true
    check_verbatim(place, value, got)
  elseif made.kind == "any" then
    check_verbatim(place, value, got)
  elseif type(value) ~= "table" then
    check_scalar(place, value, got, made)
  elseif type(got) ~= "table" then
    differ(place, value, got)
  elseif made.kind == "object" then
    check_object(place, value, got, made)
  else
    check_elements(place, value, got, core.type(made.element))
  end
end

local function try(place, example, type_name)
  local made = core.type(type_name)
  local json = write(example, made)
  check(place, example, core.decode(type_name, json), made)
end

-- The definitions ------------------------------------------------------------

-- How many examples there were of definitions that are types of the model. (A
-- list that a definition calls by a name is no type of that name.)
local function try_definitions(yaml)
  local n = 0
  for _, name in ipairs(sorted_keys(yaml.definitions)) do
    local definition = yaml.definitions[name]
    local example = example_of(yaml, definition)
    local is_type = core.type(name) and definition.type ~= "array"
    if example ~= nil and is_type then
      try(name, example, name)
      n = n + 1
    end
  end
  return n
end

-- Calls fn(id, status, response) for the good answers of all operations.
local function each_response(yaml, fn)
  for _, path in ipairs(sorted_keys(yaml.paths)) do
    for _, method in ipairs(sorted_keys(yaml.paths[path])) do
      local operation = yaml.paths[path][method]
      for status, response in pairs(operation.responses) do
        if status < 300 then fn(operation.operationId, status, response) end
      end
    end
  end
end

local function type_of(id, status)
  for _, response in ipairs(core.operation(id).responses) do
    if response.status == status then return response.type end
  end
end

local function try_responses(yaml)
  local n = 0
  each_response(yaml, function(id, status, response)
    local type_name = type_of(id, status)
    local examples = { response.schema and example_of(yaml, response.schema) }
    for _, example in pairs(response.examples or {}) do
      examples[#examples + 1] = example
    end
    for _, example in ipairs(type_name and examples or {}) do
      try(id, example, type_name)
      n = n + 1
    end
  end)
  return n
end

local function known_mistake(mistake)
  for pattern in pairs(MISTAKES) do
    if mistake:find(pattern) then return pattern end
  end
end

describe("the examples in the definitions", function()
  setup(function()
    found, leaves = {}, 0
  end)

  for _, version in ipairs(VERSIONS) do
    it(("of 1.%d are decoded as they are"):format(version), function()
      if not folder then
        pending "API_SPEC does not name their folder"
        return
      end
      local yaml = load(version)
      assert.is_true(try_definitions(yaml) > 100)
      assert.is_true(try_responses(yaml) > 40)
    end)
  end

  it("are what they should be, but for these", function()
    if not folder then
      pending "API_SPEC does not name their folder"
      return
    end
    assert.is_true(leaves > 5000)
    local unknown, used = {}, {}
    for mistake in pairs(found) do
      local pattern = known_mistake(mistake)
      used[pattern or 1] = true
      if not pattern then unknown[#unknown + 1] = mistake end
    end
    assert.same({}, unknown)
    for pattern in pairs(MISTAKES) do
      assert.is_true(used[pattern], pattern)
    end
  end)
end)
