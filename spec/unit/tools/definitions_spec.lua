-- SPDX-License-Identifier: MIT
-- Walks all the definitions beside the generated rows, on a way of its own:
-- every operation, parameter, answer and field of every version must be in the
-- model, with these versions, and of this kind. API_SPEC names their folder.

local folder = os.getenv "API_SPEC"
local rows = dofile "spec/unit/tools/rows.lua"

local ALIASES = {ContainerArchiveHead = "ContainerArchiveInfo",
                 ContainerGetArchive = "ContainerArchive",
                 ContainerPutArchive = "PutContainerArchive"}

-- What the definitions of some versions say otherwise, as patterns.
local KNOWN = {
  -- settled by the newest version
  "^kind %(?Config.*Data$", "^kind %(?Secret.*Data$", "^kind .*%.Volumes$",
  "^kind .*PortBindings{}$", "^kind .*NetworkSettings%.Ports$",
  "^kind .*%.ExecIDs$", "^kind .*IPAM%.Config%[%]$", "^kind .*IPAM%.Options$",
  "^kind Plugin.*Interface%.Types%[%]$",
  "^kind PutContainerArchive%(inputStream%)$",
  "^kind Image%w+%(platform%)$",
  -- mended
  "^kind SystemDataUsage 200%.Containers%[%]$",
  "^field Secret.*%.Spec%.", "^field Node.*%.TLSInfo%.",
  "^parameter GetPluginPrivileges%(name%)$",
  "%.AccessMode%.%a+$", -- of cluster volumes: one level too deep
  -- overridden
  "^kind ImageBuild%(t%)$", "^kind ImageBuild%(extrahosts%)$",
  "^kind ImageCommit%(changes%)$", "^kind ImageCreate%(inputImage%)$",
  "^range ContainerUpdate.*%.NanoCpus$",
  "^range ContainerUpdate.*%.PidsLimit$",
  "^range NetworkCreate.*%.EnableIPv4$",
  "^response %w+Logs 101$", "^response Plugin%w+ 204$",
}

local found, places, definitions

-- Notes that something is not as the definitions have it.
local function differ(what, place)
  found[what .. " " .. place] = true
end

local function is_known(difference)
  for _, pattern in ipairs(KNOWN) do
    if difference:find(pattern) then
      return pattern
    end
  end
end

local function resolve(yaml)
  while true do
    if yaml["$ref"] then
      yaml = definitions[yaml["$ref"]:match "[%w_]+$"]
    elseif yaml.allOf and #yaml.allOf == 1 and not yaml.properties then
      yaml = yaml.allOf[1]
    else
      return yaml
    end
  end
end

local function properties(yaml, all)
  all = all or {}
  yaml = resolve(yaml)
  for _, part in ipairs(yaml.allOf or {}) do
    properties(part, all)
  end
  for wire, property in pairs(yaml.properties or {}) do
    all[wire] = property
  end
  return all
end

local function kind_of(yaml)
  if yaml.allOf or yaml.properties then
    return "object"
  elseif yaml.additionalProperties then
    return "map"
  elseif yaml.format == "binary" then
    return "bytes"
  elseif type(yaml.type) == "table" then
    return yaml.type[1]
  end
  return yaml.type == "object" and "opaque" or yaml.type
end

local function in_range(version, row, place)
  if version < row.since or version > row.until_ then
    differ("range", place)
  end
end

local walk

local function walk_object(version, yaml, made, place)
  for wire, property in pairs(properties(yaml)) do
    local at = place .. "." .. wire
    local field = made.by_wire[wire]
    if field == nil then
      differ("field", at)
    else
      in_range(version, field, at)
      walk(version, property, field.type, at)
    end
  end
end

local function is_other(kind, made)
  if kind == "opaque" then
    return made.kind ~= "map" and made.kind ~= "object"
  end
  return made.kind ~= kind
end

-- Formats that hold other things in text, and what is left open.
local HOLD = {json = true, base64_json = true, filters = true, time = true}

function walk(version, yaml, made, place)
  yaml = resolve(yaml)
  local kind = kind_of(yaml)
  if kind == nil or made.kind == "any" or
      (HOLD[made.format] and made.kind == "string") then
    return
  end
  places[place] = true
  if is_other(kind, made) then
    differ("kind", place)
  elseif kind == "object" then
    walk_object(version, yaml, made, place)
  elseif kind == "map" then
    walk(version, yaml.additionalProperties, made.element, place .. "{}")
  elseif kind == "array" then
    walk(version, yaml.items, made.element, place .. "[]")
  end
end

local function walk_parameter(version, operation, yaml)
  local place = ("%s(%s)"):format(operation.id, yaml.name)
  local row = operation.by_wire[yaml["in"] .. " " .. yaml.name]
  if yaml["in"] == "body" then
    row = operation.body
  end
  if row == nil then
    return differ("parameter", place)
  end
  in_range(version, row, place)
  walk(version, yaml.schema or yaml, row.type, place)
end

local function walk_response(version, operation, status, yaml)
  local place = ("%s %d"):format(operation.id, status)
  local row = operation.responses[status]
  if row == nil then
    return differ("response", place)
  end
  in_range(version, row, place)
  if row.answer == "document" and yaml.schema then
    walk(version, yaml.schema, row.type, place)
  end
end

local function walk_operation(version, method, path, yaml)
  local id = ALIASES[yaml.operationId] or yaml.operationId
  local operation = rows.operations[id]
  if operation == nil or operation.path ~= path or
      operation.method ~= method:upper() then
    return differ("operation", id)
  end
  in_range(version, operation, id)
  for _, parameter in ipairs(yaml.parameters or {}) do
    walk_parameter(version, operation, parameter)
  end
  for status, response in pairs(yaml.responses) do
    if status < 400 then
      walk_response(version, operation, status, response)
    end
  end
end

local function walk_version(version)
  local file = assert(io.open(("%s/v1.%d.yaml"):format(folder, version)))
  local yaml = require("lyaml").load(file:read "a")
  file:close()
  definitions = yaml.definitions
  for path, item in pairs(yaml.paths) do
    for method, operation in pairs(item) do
      walk_operation(version, method, path, operation)
    end
  end
end

local function count(set)
  local n = 0
  for _ in pairs(set) do
    n = n + 1
  end
  return n
end

describe("the definitions", function()
  setup(function()
    found, places = {}, {}
    for version = 25, folder and 55 or 24 do
      walk_version(version)
    end
  end)

  it("are all in the model", function()
    if not folder then
      pending "API_SPEC does not name their folder"
    end
    assert.is_true(count(places) > 4400)
    local unknown, used = {}, {}
    for difference in pairs(found) do
      local pattern = is_known(difference)
      if pattern then
        used[pattern] = true
      else
        unknown[#unknown + 1] = difference
      end
    end
    table.sort(unknown)
    assert.same({}, unknown)
    assert.equal(#KNOWN, count(used))
  end)
end)
