-- SPDX-License-Identifier: MIT
-- The options of create and run: short notations, other clients' names and the
-- host's options at the top level, made into options of ContainerCreate.
--
-- Each short notation is a row of `rows`; a name that has none is an option of
-- the operation, or else one of HostConfig. What is given twice, however it is
-- spelt, is a complaint.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local notation = require "moonsail.notation"
local ports = require "moonsail.ports"
local spelling = require "moonsail.spelling"

local sugar = {}

-- Other names of the same options: docker-py's, and those of the command.
local ALIASES = {
  cgroupns = "cgroupns_mode",
  command = "cmd",
  dns_opt = "dns_options",
  environment = "env",
  expose = "exposed_ports",
  ipc = "ipc_mode",
  log_opt = "log_options",
  mem_limit = "memory",
  mem_reservation = "memory_reservation",
  mem_swappiness = "memory_swappiness",
  memswap_limit = "memory_swap",
  pid = "pid_mode",
  read_only = "readonly_rootfs",
  remove = "auto_remove",
  stdin_open = "open_stdin",
  userns = "userns_mode",
  uts = "uts_mode",
  workdir = "working_dir",
}

-- Options of the call itself.
local CALL_OPTIONS = {
  timeout = true, connect_timeout = true, idle_timeout = true, extra = true,
}

---@class moonsail.Plan
---@field options table # of ContainerCreate
---@field networks {name: string, endpoint_config: table}[] # to connect to
local Plan = {}
Plan.__index = Plan

local function new_plan(label)
  return setmetatable({
    options = {},
    host = {},        -- options.host_config in the making
    networks = {},
    claimed = {},     -- where each field was given: "host.memory" → "memory"
    ports = {},       -- set of exposed ports
    log_config = nil, -- host.log_config once a log option was seen
    complain = fail.complainer(label),
  }, Plan)
end

function Plan:claim(field, path)
  local before = self.claimed[field]
  if before then
    self.complain(path, "given twice: here and as %s", before)
  end
  self.claimed[field] = path
end

function Plan:set(name, value, path)
  self:claim(name, path)
  self.options[name] = value
end

function Plan:set_host(name, value, path)
  self:claim("host_config." .. name, path)
  self.host[name] = value
end

function Plan:wrong_type(path, expected, value)
  fail.wrong_type(self.complain, path, expected, value)
end

-- Tables of names --------------------------------------------------------

-- Made at the first use: most programs that load the module create nothing.
local names
local function load_names()
  if names then return names end
  local fields = core.fields "HostConfig"
  local options = core.operation("ContainerCreate").options
  names = {
    options = spelling.of(options),
    host = spelling.of(fields),
    all = { ALIASES, CALL_OPTIONS, options, fields }, -- to find the nearest
  }
  return names
end

-- The rows ---------------------------------------------------------------

local rows = {}

-- An object stands for its id, where the engine takes a name.
local function name_of(plan, value, path, class)
  fail.check_class(plan.complain, path, class, value)
  if type(value) == "userdata" then return core.key(value) end
  if type(value) ~= "string" then
    plan:wrong_type(path, "a name or an object", value)
  end
  return value
end

function rows.image(plan, value, path)
  plan:set("image", name_of(plan, value, path, "image"), path)
end

function rows.network(plan, value, path)
  plan:set_host("network_mode", name_of(plan, value, path, "network"), path)
end

-- Sorted by name, so that the same options always do the same.
local function network_list(plan, value)
  local list = {}
  for key, inner in pairs(value) do
    local path = ("networks[%s]"):format(
      type(key) == "string" and ("%q"):format(key) or tostring(key))
    if math.type(key) == "integer" then
      list[key] = {
        name = name_of(plan, inner, path, "network"), endpoint_config = {},
      }
    else
      fail.check_type(plan.complain, path, "table", inner)
      list[#list + 1] = {
        name = name_of(plan, key, path, "network"), endpoint_config = inner,
      }
    end
  end
  if value[1] == nil then
    table.sort(list, function(a, b) return a.name < b.name end)
  end
  return list
end

function rows.networks(plan, value, path)
  fail.check_type(plan.complain, path, "table", value)
  local list = network_list(plan, value)
  local first = table.remove(list, 1)
  if not first then return end
  plan:set_host("network_mode", first.name, path)
  if next(first.endpoint_config) ~= nil then
    plan:set("networking_config", {
      endpoints_config = { [first.name] = first.endpoint_config },
    }, path)
  end
  plan.networks = list
end

function rows.ports(plan, value, path)
  if type(value) == "boolean" then -- docker's -P
    return plan:set_host("publish_all_ports", value, path)
  end
  local bindings = {}
  for _, entry in ipairs(ports.parse(value, plan.complain)) do
    plan.ports[entry.port] = true
    if entry.host_port then
      local list = bindings[entry.port] or {}
      bindings[entry.port] = list
      table.insert(list, {
        host_ip = entry.host_ip, host_port = entry.host_port,
      })
    end
  end
  if next(bindings) then plan:set_host("port_bindings", bindings, path) end
end

function rows.exposed_ports(plan, value, path)
  if type(value) ~= "table" then value = { value } end
  local is_list = value[1] ~= nil
  for key, inner in pairs(value) do
    local given = is_list and inner or key
    local port = ports.normalise(given)
    if not port then
      plan.complain(path, "'%s' is no port of a container", tostring(given))
    end
    plan.ports[port] = true
  end
end

function rows.volumes(plan, value, path)
  local given = notation.volumes(value, plan.complain)
  if #given.binds > 0 then plan:set_host("binds", given.binds, path) end
  if #given.anonymous > 0 then plan:set("volumes", given.anonymous, path) end
end

function rows.restart(plan, value, path)
  if type(value) == "table" then
    return plan:set_host("restart_policy", value, path)
  end
  fail.check_type(plan.complain, path, "string", value)
  local name, count = value:match("^([%a-]+):?(%d*)$")
  if not name or count ~= "" and name ~= "on-failure" then
    plan.complain(path, "'%s' is no policy: no, always, unless-stopped, "
                  .. "on-failure or on-failure:COUNT", value)
  end
  plan:set_host("restart_policy", {
    name = name, maximum_retry_count = math.tointeger(tonumber(count)),
  }, path)
end

function rows.cpus(plan, value, path)
  plan:set_host("nano_cpus", notation.cpus(value, plan.complain, path), path)
end

function rows.user(plan, value, path)
  if math.type(value) == "integer" then value = ("%d"):format(value) end
  plan:set("user", value, path)
end

function rows.healthcheck(plan, value, path)
  plan:set("healthcheck", notation.healthcheck(value, plan.complain, path),
           path)
end

-- All of "all", 2, "device=0,1".
local function device_request(plan, value, path)
  local request = { driver = "", capabilities = { { "gpu" } } }
  local devices = type(value) == "string" and value:match("^device=(.+)$")
  if value == "all" then
    request.count = -1
  elseif math.type(value) == "integer" then
    request.count = value
  elseif devices then
    request.device_ids = {}
    for id in devices:gmatch("[^,]+") do
      table.insert(request.device_ids, id)
    end
  else
    plan.complain(path, "expected \"all\", a number or \"device=ID,…\"")
  end
  return request
end

function rows.gpus(plan, value, path)
  plan:set_host("device_requests", { device_request(plan, value, path) }, path)
end

local function log_config(plan, path)
  if not plan.log_config then
    plan.log_config = {}
    plan:set_host("log_config", plan.log_config, path)
  end
  return plan.log_config
end

function rows.log_driver(plan, value, path)
  log_config(plan, path).type = value
end

function rows.log_options(plan, value, path)
  log_config(plan, path).config = value
end

-- Lists whose elements have a short notation.
local function add_list_row(name, read)
  rows[name] = function(plan, value, path)
    if type(value) == "string" then value = { value } end
    fail.check_type(plan.complain, path, "table", value)
    local list = {}
    for i, element in ipairs(fail.check_list(plan.complain, path, value)) do
      list[i] = read(element, ("%s[%d]"):format(path, i), plan.complain)
    end
    plan:set_host(name, list, path)
  end
end

add_list_row("devices", notation.device)
add_list_row("mounts", notation.mount)

local list_of_ulimits
add_list_row("ulimits", notation.ulimit)
list_of_ulimits = rows.ulimits

-- {nofile = 1024} or {nofile = "1024:2048"} or {nofile = {soft =, hard =}}
local function ulimit_map(plan, value, path)
  local list = {}
  for name, limit in pairs(value) do
    local inner = ("%s.%s"):format(path, tostring(name))
    if type(limit) == "table" then
      limit = {
        name = name, soft = limit.soft, hard = limit.hard or limit.soft,
      }
    else
      limit = notation.ulimit(("%s=%s"):format(name, limit), inner,
                              plan.complain)
    end
    list[#list + 1] = limit
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

function rows.ulimits(plan, value, path)
  if type(value) == "table" and value[1] == nil and next(value) then
    plan:set_host("ulimits", ulimit_map(plan, value, path), path)
  else
    list_of_ulimits(plan, value, path)
  end
end

-- Lists of strings for which one string, or a map, may be given.
local function add_text_row(name, separator)
  rows[name] = function(plan, value, path)
    if type(value) == "string" then value = { value } end
    fail.check_type(plan.complain, path, "table", value)
    if separator and value[1] == nil and next(value) then
      local list = {}
      for key, inner in pairs(value) do
        list[#list + 1] = ("%s%s%s"):format(key, separator, inner)
      end
      table.sort(list)
      value = list
    end
    plan:set_host(name, value, path)
  end
end

add_text_row("extra_hosts", ":")
add_text_row("links", ":")
for name in ("binds cap_add cap_drop dns dns_options dns_search group_add "
             .. "security_opt volumes_from"):gmatch("%S+") do
  add_text_row(name)
end

-- A list of "/path" or "/path:options", or the API's map.
function rows.tmpfs(plan, value, path)
  if type(value) == "string" then value = { value } end
  fail.check_type(plan.complain, path, "table", value)
  if value[1] ~= nil then
    local map = {}
    for i, entry in ipairs(fail.check_list(plan.complain, path, value)) do
      fail.check_type(plan.complain, ("%s[%d]"):format(path, i), "string",
                      entry)
      local target, options = entry:match("^([^:]*):?(.*)$")
      map[target] = options
    end
    value = map
  end
  plan:set_host("tmpfs", value, path)
end

function rows.host_config(plan, value, path)
  fail.check_type(plan.complain, path, "table", value)
  local host = load_names().host
  for key, inner in pairs(value) do
    local name = type(key) == "string" and host[spelling.plain(key)]
    plan:set_host(name or key, inner, ("%s.%s"):format(path, tostring(key)))
  end
end

-- The whole --------------------------------------------------------------

local function add_option(plan, key, value, more)
  if type(key) ~= "string" then
    plan.complain(tostring(key), "options have names")
  end
  local known = load_names()
  local name = spelling.plain(key)
  name = ALIASES[name] or known.options[name] or known.host[name] or name
  if rows[name] then
    rows[name](plan, value, key)
  elseif known.options[name] or CALL_OPTIONS[name] then
    plan:set(name, value, key)
  elseif known.host[name] then
    plan:set_host(name, value, key)
  else
    fail.unknown_option(plan.complain, key, rows, more,
                        table.unpack(known.all))
  end
end

local function sorted_keys(options)
  local keys = {}
  for key in pairs(options) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

local function finish(plan)
  local exposed = sorted_keys(plan.ports)
  if #exposed > 0 then plan.options.exposed_ports = exposed end
  if next(plan.host) then plan.options.host_config = plan.host end
  if plan.options.image == nil then
    plan.complain("image", "missing (a name or an object)")
  elseif plan.options.image == "" then
    plan.complain("image", "must not be empty")
  end
  return plan
end

---Makes options of ContainerCreate out of those of create or run.
---@param label string # "containers:create", for complaints
---@param options table
---@param more table<string, any>|nil # further names to tell a mistyped
---       option by: the caller's own
---@return moonsail.Plan
function sugar.plan(label, options, more)
  local plan = new_plan(label)
  for _, key in ipairs(sorted_keys(options)) do
    add_option(plan, key, options[key], more or {})
  end
  return finish(plan)
end

return sugar
