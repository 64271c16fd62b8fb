-- SPDX-License-Identifier: MIT
-- Reads one published definition, mends what is known to be wrong in it, and
-- lists its operations. What it does not know it refuses, naming the place.

local lyaml = require "lyaml"
local mend = require "generate.mend"

local M = {OLDEST = 25, NEWEST = 55}

local METHODS = {get = true, post = true, put = true, delete = true,
                 head = true}

local PLACES = {path = true, query = true, header = true, body = true}

local function set(words)
  local members = {}
  for word in words:gmatch("%S+") do
    members[word] = true
  end
  return members
end

local KNOWN = {
  document = set [[
    basePath consumes definitions info paths produces schemes swagger tags]],
  operation = set [[
    consumes deprecated description operationId parameters produces responses
    summary tags]],
  parameter = set [[
    collectionFormat default description enum format in items name pattern
    required schema type]],
  response = set [[description examples headers schema]],
}

function M.refuse(place, message, ...)
  error(place .. ": " .. message:format(...), 0)
end

function M.sorted_keys(t)
  local keys = {}
  for key in pairs(t) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

-- Refuses the first key of `t` that is not among the `known` ones.
function M.check_keys(t, known, place)
  for _, key in ipairs(M.sorted_keys(t)) do
    if not known[key] then
      M.refuse(place, "unknown keyword '%s'", key)
    end
  end
end

local function read_yaml(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return lyaml.load(text)
end

local function check_parameter(parameter, place)
  M.check_keys(parameter, KNOWN.parameter, place)
  if not PLACES[parameter["in"]] then
    M.refuse(place, "unknown place of a parameter '%s'", parameter["in"])
  end
  local format = parameter.collectionFormat
  if format ~= nil and format ~= "multi" then
    M.refuse(place, "unknown collectionFormat '%s'", format)
  end
end

local function check_operation(operation, place)
  M.check_keys(operation, KNOWN.operation, place)
  for _, parameter in ipairs(operation.parameters or {}) do
    check_parameter(parameter, place .. " " .. tostring(parameter.name))
  end
  for status, response in pairs(operation.responses) do
    if math.type(status) ~= "integer" then
      M.refuse(place, "unknown status '%s'", status)
    end
    M.check_keys(response, KNOWN.response, place .. " " .. status)
  end
end

local function new_operation(method, path, yaml, document)
  return {
    id = yaml.operationId,
    method = method:upper(),
    path = path,
    produces = yaml.produces or document.produces,
    parameters = yaml.parameters or {},
    responses = yaml.responses,
  }
end

-- The operations of a definition by their id.
local function list_operations(yaml, place)
  local operations = {}
  for path, item in pairs(yaml.paths) do
    for method, operation in pairs(item) do
      if not METHODS[method] then
        M.refuse(place .. " " .. path, "unknown method '%s'", method)
      end
      check_operation(operation, place .. " " .. operation.operationId)
      operations[operation.operationId] =
        new_operation(method, path, operation, yaml)
    end
  end
  return operations
end

-- The definition of one version: {version, place, definitions, operations}.
-- `mends` are the overrides that change it before it is understood.
function M.read(directory, version, mends)
  local place = ("v1.%d"):format(version)
  local yaml = read_yaml(("%s/%s.yaml"):format(directory, place))
  M.check_keys(yaml, KNOWN.document, place)
  local document = {
    version = version,
    place = place,
    definitions = yaml.definitions,
    operations = list_operations(yaml, place),
    nodes = {},
  }
  mend.apply(document, mends)
  return document
end

-- All of them, by version.
function M.read_all(directory, mends)
  local documents = {}
  for version = M.OLDEST, M.NEWEST do
    documents[version] = M.read(directory, version, mends)
  end
  return documents
end

return M
