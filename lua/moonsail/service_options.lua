-- SPDX-License-Identifier: MIT
-- The options of services:create and service:update, made into options of
-- ServiceCreate and ServiceUpdate.
--
-- Each short notation is a row of `rows`, which says where its value goes; a
-- name that has none is a parameter of the operation, or else a field of the
-- service's specification, of its container's, of its task's or of its
-- placement's. What is given twice, however it is spelt, is a complaint.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local notation = require "moonsail.service_notation"
local references = require "moonsail.service_references"
local spelling = require "moonsail.spelling"

local service_options = {}

-- Other names of the same options: those of containers, of the docker command
-- and of docker-py.
local ALIASES = {
  cap_add = "capability_add",
  cap_drop = "capability_drop",
  cmd = "args",
  config = "configs",
  constraint = "constraints",
  dns_opt = "dns_options",
  entrypoint = "command",
  environment = "env",
  extra_hosts = "hosts",
  group_add = "groups",
  health_check = "healthcheck",
  log_opt = "log_options",
  network = "networks",
  publish = "ports",
  replicas_max_per_node = "max_replicas",
  secret = "secrets",
  stdin_open = "open_stdin",
  workdir = "dir",
  working_dir = "dir",
}

-- Options of any call.
local CALL_OPTIONS = {
  connect_timeout = true, extra = true, idle_timeout = true,
}

-- Where things are in the specification.
local TASK = { "task_template" }
local CONTAINER = { "task_template", "container_spec" }
local PLACEMENT = { "task_template", "placement" }

local function join(path, ...)
  local longer = table.move(path, 1, #path, 1, {})
  for _, name in ipairs{ ... } do longer[#longer + 1] = name end
  return longer
end

-- The type of the specification, and of what is at a path in it.
local function type_at(path)
  local type_name = core.operation("ServiceCreate").body.type
  for _, name in ipairs(path) do
    type_name = spelling.type(type_name).fields[name].type
  end
  return type_name
end

-- The plan -------------------------------------------------------------------

---@class moonsail.ServicePlan
---@field options table # of the operation
---@field references table<string, moonsail.ServiceReference[]> # by the option
---@field replaced string[][] # paths, under the API's names, of what an update
---       replaces and does not merge into
local Plan = {}
Plan.__index = Plan

local function new_plan(label)
  return setmetatable({
    options = {},
    references = {},
    replaced = {},
    claimed = {},     -- where each field was given: "mode" → "global"
    mounts = nil,     -- of mounts and volumes
    mode = {},        -- what was said of it: word, global, replicas, …
    complain = fail.complainer(label),
  }, Plan)
end

function Plan:claim(path, given)
  local field = table.concat(path, ".")
  local before = self.claimed[field]
  if before then
    self.complain(given, "given twice: here and as %s", before)
  end
  self.claimed[field] = given
end

-- The table at a path in the options, made where there is none.
function Plan:table_at(path)
  local at = self.options
  for _, name in ipairs(path) do
    at[name] = at[name] or {}
    at = at[name]
  end
  return at
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

-- Of what the engine gave, what the model does not know is left out.
local function is_foreign(fields, key, value)
  return getmetatable(value) == "moonsail.value" and not fields.names[key]
end

-- Puts the fields of an object in their places, one by one.
function Plan:put_fields(path, fields, value, given)
  self:table_at(path)
  for _, key in ipairs(sorted_keys(value)) do
    if type(key) ~= "string" then
      self.complain(given, "expected names as keys, got %s",
                    fail.type_name(key))
    end
    local name = fields.names[spelling.plain(key)] or key
    local field = fields.fields[name]
    if not is_foreign(fields, name, value) then
      self:put(join(path, name), field and field.type, value[key],
               ("%s.%s"):format(given, key))
    end
  end
end

-- Puts a value of a type in its place: an object field by field, so that it is
-- seen when one is given twice.
function Plan:put(path, type_name, value, given)
  local fields = type_name and spelling.type(type_name)
  local is_list = type(value) == "table" and value[1] ~= nil
  if fields and type(value) == "table" and not is_list then
    return self:put_fields(path, fields, value, given)
  end
  self:claim(path, given)
  local parent = table.move(path, 1, #path - 1, 1, {})
  self:table_at(parent)[path[#path]] = value
end

-- Notes that an update shall not merge into what is at a path.
function Plan:replace(path)
  local wire = {}
  local type_name = type_at{}
  for i, name in ipairs(path) do
    local field = spelling.type(type_name).fields[name]
    wire[i], type_name = field.wire, field.type
  end
  self.replaced[#self.replaced + 1] = wire
end

-- The rows -------------------------------------------------------------------

-- Each has `to`, the path where its value goes, and may have `read`, a
-- function of (value, complain, given, plan) that gives that value, or nil.
local rows = {}

local function add_row(name, to, read)
  rows[name] = { to = to, read = read }
end

add_row("constraints", join(PLACEMENT, "constraints"), notation.list)
add_row("preferences", join(PLACEMENT, "preferences"), notation.preferences)
add_row("container_labels", join(CONTAINER, "labels"))
add_row("capability_add", join(CONTAINER, "capability_add"), notation.list)
add_row("capability_drop", join(CONTAINER, "capability_drop"), notation.list)
add_row("dns", join(CONTAINER, "dns_config", "nameservers"), notation.list)
add_row("dns_options", join(CONTAINER, "dns_config", "options"),
        notation.list)
add_row("dns_search", join(CONTAINER, "dns_config", "search"), notation.list)
add_row("endpoint_mode", { "endpoint_spec", "mode" })
add_row("groups", join(CONTAINER, "groups"), notation.list)
add_row("hosts", join(CONTAINER, "hosts"), notation.hosts)
add_row("ports", { "endpoint_spec", "ports" }, notation.ports)
add_row("networks", join(TASK, "networks"), notation.networks)
add_row("restart", join(TASK, "restart_policy"), notation.restart)
add_row("restart_policy", join(TASK, "restart_policy"), notation.restart)
add_row("cpus", join(TASK, "resources", "limits", "nano_cpus"),
        notation.cpus)
add_row("memory", join(TASK, "resources", "limits", "memory_bytes"))
add_row("limits", join(TASK, "resources", "limits"), notation.resources)
add_row("reservations", join(TASK, "resources", "reservations"),
        notation.resources)
add_row("log_options", join(TASK, "log_driver", "options"))
add_row("ulimits", join(CONTAINER, "ulimits"), notation.ulimits)

add_row("user", join(CONTAINER, "user"), function(value)
  return math.type(value) == "integer" and ("%d"):format(value) or value
end)

-- A driver's options mean nothing to another.
add_row("log_driver", join(TASK, "log_driver"), function(value, _, _, plan)
  plan:replace(join(TASK, "log_driver"))
  return type(value) == "string" and { name = value } or value
end)

-- Without a test, the other fields mean nothing.
add_row("healthcheck", join(CONTAINER, "healthcheck"),
        function(value, complain, given, plan)
  if value == false then plan:replace(join(CONTAINER, "healthcheck")) end
  return notation.healthcheck(value, complain, given)
end)

for name, kind in pairs(references.kinds) do
  add_row(name, join(CONTAINER, name), function(value, complain, given, plan)
    local list, entries = {}, {}
    if type(value) ~= "table" or value.source ~= nil
       or value[kind.id] ~= nil or value[kind.name] ~= nil then
      value = { value }
    end
    for i, element in ipairs(fail.check_list(complain, given, value)) do
      local path = ("%s[%d]"):format(given, i)
      list[i] = references.read_one(kind, element, path, complain)
      entries[i] = list[i].entry
    end
    plan.references[name] = list
    return entries
  end)
end

-- Both are mounts of the container.
for _, name in ipairs{ "mounts", "volumes" } do
  add_row(name, join(CONTAINER, "mounts"), function(value, complain, _, plan)
    local read = notation[name](value, complain)
    local has_some = plan.mounts ~= nil
    plan.mounts = plan.mounts or {}
    table.move(read, 1, #read, #plan.mounts + 1, plan.mounts)
    if has_some then return nil end
    return plan.mounts
  end)
end

-- What stands for an image, and is none, is not told by the engine.
add_row("image", join(CONTAINER, "image"), function(value, complain, given)
  fail.check_class(complain, given, "image", value)
  return value
end)

-- The mode ---------------------------------------------------------------

local MODES = {
  global = "global", ["global-job"] = "global_job",
  replicated = "replicated", ["replicated-job"] = "replicated_job",
}

-- Options that together say what the mode is; see set_mode.
local MODE_OPTIONS = {
  global = "boolean", max_concurrent = "number", replicas = "number",
}

for name, expected in pairs(MODE_OPTIONS) do
  add_row(name, nil, function(value, complain, given, plan)
    plan.mode[name] = fail.check_type(complain, given, expected, value)
  end)
end

add_row("mode", { "mode" }, function(value, complain, given, plan)
  if type(value) ~= "string" then
    return fail.check_type(complain, given, "table", value)
  end
  if not MODES[value] then
    complain(given, "'%s' is no mode: replicated, global, replicated-job or "
             .. "global-job", value)
  end
  plan.mode.word = value
end)

-- How many tasks, by the word for the mode.
local function set_replicas(plan, word, replicas)
  if word == "global" or word == "global-job" then
    plan.complain("replicas", "a global service has a task on every node")
  elseif word == "replicated-job" then
    plan:put({ "mode", "replicated_job", "total_completions" }, nil, replicas,
             "replicas")
  else
    plan:put({ "mode", "replicated", "replicas" }, nil, replicas, "replicas")
  end
end

local function set_mode(plan)
  local said = plan.mode
  local word = said.word
  if said.global then
    if word and word ~= "global" then
      plan.complain("global", "the mode is %s", word)
    end
    word = "global"
  end
  if word then plan:table_at{ "mode", MODES[word] } end
  if word == "replicated" and not said.replicas then said.replicas = 1 end
  if said.replicas then set_replicas(plan, word, said.replicas) end
  if said.max_concurrent then
    plan:put({ "mode", "replicated_job", "max_concurrent" }, nil,
             said.max_concurrent, "max_concurrent")
  end
end

-- Tables of names --------------------------------------------------------

-- Parameters of the operation, and the objects whose fields are options too,
-- in the order in which they are looked into.
local known = {}

local function load_names(operation)
  if known[operation] then return known[operation] end
  local parameters = {}
  for name, option in pairs(core.operation(operation).options) do
    if option.place then parameters[name] = option end
  end
  local names = { parameters = parameters, levels = {} }
  for i, path in ipairs{ {}, CONTAINER, TASK, PLACEMENT } do
    names.levels[i] = { path = path, type = spelling.type(type_at(path)) }
  end
  names.spelt = spelling.of(parameters)
  known[operation] = names
  return names
end

-- The level that has a field of that spelling, and the field's name.
local function find_level(names, key)
  for _, level in ipairs(names.levels) do
    local name = level.type.names[key]
    if name then return level, name end
  end
end

local function complain_unknown(plan, names, key, more)
  local sets = { rows, ALIASES, CALL_OPTIONS, names.parameters, more }
  for _, level in ipairs(names.levels) do
    sets[#sets + 1] = level.type.fields
  end
  fail.unknown_option(plan.complain, key, table.unpack(sets))
end

-- The whole --------------------------------------------------------------

local function use_row(plan, row, value, given)
  if value == core.null and row.to then
    return plan:put(row.to, nil, value, given)
  end
  if row.read then value = row.read(value, plan.complain, given, plan) end
  if value ~= nil then plan:put(row.to, type_at(row.to), value, given) end
end

-- A name as a row has it: "HealthCheck" → "healthcheck".
local function row_name(names, key)
  local plain = spelling.plain(key)
  plain = ALIASES[plain] or plain
  if rows[plain] then return plain end
  local _, name = find_level(names, plain)
  return ALIASES[name] or name or plain
end

local function add_option(plan, names, key, value, more)
  if type(key) ~= "string" then
    plan.complain(tostring(key), "options have names")
  end
  local name = row_name(names, key)
  local level, field = find_level(names, name)
  local parameter = names.spelt[name]
  if rows[name] then
    use_row(plan, rows[name], value, key)
  elseif parameter or CALL_OPTIONS[name] then
    plan:claim({ parameter or name }, key)
    plan.options[parameter or name] = value
  elseif level then
    plan:put(join(level.path, field), level.type.fields[field].type, value,
             key)
  else
    complain_unknown(plan, names, key, more)
  end
end

-- A list that the engine left out, and that somebody has looked at.
local function is_absent(value)
  return getmetatable(value) == "moonsail.absent" and next(value) == nil
end

---Makes options of an operation out of those of create or update.
---@param operation string # "ServiceCreate"
---@param label string # "services:create", for complaints
---@param options table
---@param more table<string, any> # further names to tell a mistyped option by
---@return moonsail.ServicePlan
function service_options.plan(operation, label, options, more)
  local plan = new_plan(label)
  local names = load_names(operation)
  for _, key in ipairs(sorted_keys(options)) do
    if not is_absent(options[key]) then
      add_option(plan, names, key, options[key], more)
    end
  end
  set_mode(plan)
  return plan
end

---Looks up the secrets and configs that were given by name.
---@param client any
---@param plan moonsail.ServicePlan
---@param label string
function service_options.resolve(client, plan, label)
  for name, list in pairs(plan.references) do
    references.resolve(client, references.kinds[name], list, label)
  end
end

---The container's part of the options, made where there is none.
---@param plan moonsail.ServicePlan
---@return table
function service_options.container(plan)
  return plan:table_at(CONTAINER)
end

return service_options
