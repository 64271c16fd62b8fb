-- SPDX-License-Identifier: MIT
-- The operations of all versions, merged: one that has the same method and
-- path is the same, whatever its id was.
--
-- An operation is {id, method, path, first, last, declared, parameters,
-- responses, errors}, declared if the definitions have it; a parameter {wire,
-- place, type, first, last, required, repeated, default}; a response {status,
-- answer, type, first, last}; an error is a status.

local read = require "generate.read"
local schema = require "generate.schema"
local merge = require "generate.merge"

local M = {}

local span, variants = merge.span, merge.variants

-- Statuses from here on are errors, whose body is an ErrorResponse or text.
local FIRST_ERROR = 400

-- operation by version, by "GET /path"
local function collect(documents)
  local by_key = {}
  for version, document in pairs(documents) do
    for _, operation in pairs(document.operations) do
      local key = operation.method .. " " .. operation.path
      by_key[key] = by_key[key] or {}
      by_key[key][version] = operation
    end
  end
  return by_key
end

-- Calls fn(document, version, operation) for each version, oldest first.
local function each_version(documents, by_version, fn)
  for version = read.OLDEST, read.NEWEST do
    if by_version[version] then
      fn(documents[version], version, by_version[version])
    end
  end
end

local function collect_parameters(documents, by_version)
  local found = {}
  each_version(documents, by_version, function(_, version, operation)
    for _, parameter in ipairs(operation.parameters) do
      local place = parameter["in"]
      local key = place == "body" and "body" or place .. " " .. parameter.name
      found[key] = found[key] or {}
      found[key][version] = parameter
    end
  end)
  return found
end

local function parameter_nodes(documents, by_version, name)
  local nodes = {}
  for version, parameter in pairs(by_version) do
    nodes[version] = schema.parameter(documents[version], parameter, name)
  end
  return nodes
end

local function parameter_name(id, parameter)
  if parameter["in"] == "body" then
    return id .. "Request"
  end
  return ("%s(%s)"):format(id, parameter.name)
end

local function merge_parameter(merger, id, by_version)
  local first, last, gaps = span(by_version)
  local newest = by_version[last]
  local name = parameter_name(id, newest)
  if gaps then
    merger:note("gap", name, "missing in " .. gaps)
  end
  local nodes = parameter_nodes(merger.documents, by_version, name)
  return {
    wire = newest.name,
    place = newest["in"],
    type = merger:type(variants(nodes), name),
    first = first,
    last = last,
    required = newest.required and last == read.NEWEST or false,
    repeated = newest.collectionFormat == "multi",
    default = newest.default,
  }
end

local function merge_parameters(merger, id, by_version)
  local found = collect_parameters(merger.documents, by_version)
  local parameters = {}
  for _, key in ipairs(read.sorted_keys(found)) do
    parameters[#parameters + 1] = merge_parameter(merger, id, found[key])
  end
  return parameters
end

local function has(list, text)
  for _, item in ipairs(list or {}) do
    if item:find(text, 1, true) then
      return true
    end
  end
  return false
end

-- What the definition says that the body of an answer is.
local function declared_answer(operation, node)
  if operation.method == "HEAD" then
    return "nothing"
  elseif has(operation.produces, "vnd.docker.") and
      (node == nil or node.kind == "bytes") then
    return node and "output" or "upgrade"
  elseif has(operation.produces, "x-tar") or
      has(operation.produces, "octet-stream") then
    return "archive"
  elseif node == nil then
    return "nothing"
  elseif has(operation.produces, "text/plain") and
      not has(operation.produces, "json") then
    return "plain_text"
  end
  return "document"
end

local function collect_responses(documents, by_version, id)
  local found = {}
  each_version(documents, by_version, function(document, version, operation)
    for status, response in pairs(operation.responses) do
      if status < FIRST_ERROR then
        local place = ("%s %d"):format(id, status)
        local node = response.schema and
          schema.node(document, response.schema, place)
        found[status] = found[status] or {}
        found[status][version] = {
          node = node,
          answer = declared_answer(operation, node),
        }
      end
    end
  end)
  return found
end

local function document_nodes(by_version)
  local nodes = {}
  for version, response in pairs(by_version) do
    if response.answer == "document" then
      nodes[version] = response.node
    end
  end
  return nodes
end

local function merge_response(merger, id, status, by_version)
  local first, last, gaps = span(by_version)
  local newest = by_version[last]
  if gaps then
    merger:note("gap", ("%s %d"):format(id, status), "missing in " .. gaps)
  end
  local response = {status = status, answer = newest.answer, first = first,
                    last = last}
  if newest.answer == "document" then
    response.type = merger:type(
      variants(document_nodes(by_version)), id .. "Response")
  end
  return response
end

local function merge_responses(merger, id, by_version)
  local found = collect_responses(merger.documents, by_version, id)
  local responses = {}
  for _, status in ipairs(read.sorted_keys(found)) do
    responses[#responses + 1] =
      merge_response(merger, id, status, found[status])
  end
  return responses
end

-- The statuses of errors that the newest definition tells of.
local function error_statuses(operation)
  local statuses = {}
  for _, status in ipairs(read.sorted_keys(operation.responses)) do
    if status >= FIRST_ERROR then
      statuses[#statuses + 1] = status
    end
  end
  return statuses
end

local function merge_operation(merger, by_version)
  local first, last, gaps = span(by_version)
  local newest = by_version[last]
  if gaps or last ~= read.NEWEST then
    read.refuse(newest.id, "an operation that went away")
  end
  return {
    id = newest.id,
    method = newest.method,
    path = newest.path,
    first = first,
    last = last,
    declared = not newest.added,
    parameters = merge_parameters(merger, newest.id, by_version),
    responses = merge_responses(merger, newest.id, by_version),
    errors = error_statuses(newest),
  }
end

-- All operations, sorted by id.
function M.merge(merger)
  local operations = {}
  for _, by_version in pairs(collect(merger.documents)) do
    operations[#operations + 1] = by_version
  end
  table.sort(operations, function(a, b)
    return a[read.NEWEST].id < b[read.NEWEST].id
  end)
  for i, by_version in ipairs(operations) do
    operations[i] = merge_operation(merger, by_version)
  end
  return operations
end

return M
