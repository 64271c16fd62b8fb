-- SPDX-License-Identifier: MIT
-- Updates under the optimistic lock: what the engine has is replaced as a
-- whole, and only if the request names the version that it has now.
--
-- So the specification is fetched, the options are merged into it, and it is
-- sent back with its version; once more from the beginning when somebody else
-- was faster. It stays under the API's own names on this way, so that nothing
-- is lost that the model does not know.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local gating = require "moonsail.gating"
local spelling = require "moonsail.spelling"

local versioned = {}

---How a class is updated.
---@class moonsail.VersionedRow
---@field label string # "node:update", for complaints
---@field inspect string # the operation that tells what there is
---@field update string # the operation that replaces it
---@field target string|nil # the option of both that names the object
---@field read nil|fun(attrs: table): table|nil, integer|nil # what the body
---       of the update is now, and its version, in what inspect told; else
---       its Spec and its Version.Index

-- Words in which engines say that another writer was faster.
local TOO_LATE = "out of sequence"

-- Removals -----------------------------------------------------------------
--
-- What an option says is to go is taken out of the options, since a null in a
-- request can mean as much as nothing, and noted by the API's own names.

-- What a key in a value of a type is: its name on the wire, and the type of
-- what is there. Nil where the model knows nothing of it.
local function step(type_name, key)
  local object_type = spelling.type(type_name)
  if object_type then
    local field = object_type.fields[object_type.names[key]]
    if field then return field.wire, field.type end
    return nil
  end
  local known = core.type(type_name)
  if known and known.kind == "map" and type(key) == "string" then
    return key, known.element
  end
end

-- In maps of texts false says it, too: it is no text.
local function is_removal(value, type_name)
  if value == core.null then return true end
  return value == false and core.type(type_name).kind == "map"
    and core.type(type_name).element == "string"
end

local function extended(path, wire)
  local longer = table.move(path, 1, #path, 1, {})
  longer[#longer + 1] = wire
  return longer
end

local function copy_of(given)
  local copy = {}
  for key, value in pairs(given) do copy[key] = value end
  return copy
end

-- The value of a type without what is to be removed, which is added to
-- `removed` by its path. A copy, if there was any.
local function take_removals(given, type_name, path, removed)
  local kept
  for key, value in pairs(given) do
    local wire, inner = step(type_name, key)
    local instead = value
    if wire and is_removal(value, type_name) then
      removed[#removed + 1] = extended(path, wire)
      instead = nil
    elseif wire and type(value) == "table" then
      instead = take_removals(value, inner, extended(path, wire), removed)
    end
    if instead ~= value then
      kept = kept or copy_of(given)
      kept[key] = instead
    end
  end
  return kept or given
end

local function remove(spec, path)
  for i = 1, #path - 1 do
    spec = spec[path[i]]
    if type(spec) ~= "table" then return end
  end
  spec[path[#path]] = nil
end

-- Merging ------------------------------------------------------------------

-- A JSON object; the decoder marks lists that have nothing in them.
local function is_map(value)
  return type(value) == "table" and value[1] == nil
    and getmetatable(value) ~= "moonsail.array"
end

-- Maps are merged, all else takes the place of what was there.
local function merge(into, from)
  for key, value in pairs(from) do
    if is_map(value) and is_map(into[key]) then
      merge(into[key], value)
    else
      into[key] = value
    end
  end
end

-- One update -----------------------------------------------------------------

-- The options that are not of the body: parameters, limits in time.
local function beside_body(options, body_type)
  local names = spelling.type(body_type).names
  local beside = {}
  for key, value in pairs(options) do
    local plain = type(key) == "string" and spelling.plain(key)
    if not names[key] and not names[plain] and key ~= "extra"
       and key ~= "body" then
      beside[key] = value
    end
  end
  return beside
end

-- The options with the object's own key, and without what is to be removed,
-- whose paths are added to a list. Raises what is wrong with them.
local function checked(client, row, key, options, removed)
  options = copy_of(options)
  if row.target then
    if options[row.target] ~= nil then
      fail.argument(row.label, "%s: it is the object's own", row.target)
    end
    options[row.target] = key
  end
  local body_type = core.operation(row.update).body.type
  options = copy_of(take_removals(options, body_type, {}, removed))
  options.version = options.version or 0
  gating.check(client, row.update, options, row.label)
  return options, body_type
end

---Raises what is wrong with the options of an update, before anything but a
---ping is sent.
---@param client any
---@param row moonsail.VersionedRow
---@param key string|nil
---@param options table
function versioned.check(client, row, key, options)
  checked(client, row, key, options, {})
end

-- What is to be done, made of the options.
local function new_plan(client, row, key, options, replaced)
  local plan = { removed = {}, given_version = options.version }
  for _, path in ipairs(replaced or {}) do
    plan.removed[#plan.removed + 1] = path
  end
  local clean, body_type = checked(client, row, key, options, plan.removed)
  local body = core.arguments(row.update, clean, row.label).body
  plan.overlay = core.decode("any", body or "{}")
  plan.beside = beside_body(clean, body_type)
  return plan
end

local function spec_of(attrs)
  return attrs.Spec, attrs.Version and attrs.Version.Index
end

-- Fetches what there is now, changes it, and sends it back.
local function attempt(client, row, key, plan, change)
  local target = row.target and { [row.target] = key } or {}
  local attrs = core.call(client, row.inspect, target, row.label,
                          { verbatim = true })
  local spec, version = (row.read or spec_of)(attrs)
  if not spec or not version then
    fail.raise{
      kind = "not_supported", method = row.label, operation = row.inspect,
      message = "the engine tells no version of it, so it cannot be updated",
    }
  end
  for _, path in ipairs(plan.removed) do remove(spec, path) end
  merge(spec, plan.overlay)
  if change then change(spec) end
  local sent = copy_of(plan.beside)
  sent.version = plan.given_version or version
  sent.extra = spec
  return core.call(client, row.update, sent, row.label)
end

local function is_too_late(problem)
  return core.is_error(problem) and problem.status ~= nil
    and tostring(problem.message):find(TOO_LATE, 1, true) ~= nil
end

---Merges options into the specification that the engine has, and sends it.
---Maps are merged, lists and scalars replaced; moonsail.null removes a key, in
---maps of texts (labels) false does as well. A version among the options is
---used as it is; without one, the update is tried once more when another
---writer was faster.
---@param client any
---@param row moonsail.VersionedRow
---@param key string|nil # what the engine knows the object by
---@param options table # of the operation that updates
---@param more {change: nil|fun(spec: table), replaced: string[][]|nil}|nil #
---       change: what else is to be done to the specification, under the API's
---       own names, each time; replaced: the paths, under the same names, of
---       what the options replace and are not merged into
---@return any # what the update answered
function versioned.update(client, row, key, options, more)
  more = more or {}
  local plan = new_plan(client, row, key, options, more.replaced)
  local ok, result = pcall(attempt, client, row, key, plan, more.change)
  if ok then return result end
  if plan.given_version or not is_too_late(result) then error(result, 0) end
  return attempt(client, row, key, plan, more.change)
end

---Updates an object.
---@param self any # an object
---@param row moonsail.VersionedRow
---@param options table
---@param more table|nil
---@return any self # with its attributes fetched anew
function versioned.update_object(self, row, options, more)
  versioned.update(core.client_of(self), row, core.key(self), options, more)
  return self:reload()
end

return versioned
