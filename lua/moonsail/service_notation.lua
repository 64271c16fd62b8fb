-- SPDX-License-Identifier: MIT
-- The short notations of services: ports, mounts, networks, placement and the
-- rest, turned into what the API takes.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local notation = require "moonsail.notation"
local ports = require "moonsail.ports"

local service_notation = {}

---@alias moonsail.Complain fun(path: string, format: string, ...)

-- One element, or a list of them.
local function elements(value, path, complain)
  if type(value) ~= "table" or value[1] == nil and next(value) ~= nil then
    return { value }
  end
  return fail.check_list(complain, path, value)
end

-- Ports ------------------------------------------------------------------

-- Names that the docker command has for the fields of a port.
local PORT_NAMES = {
  mode = "publish_mode", published = "published_port",
  target = "target_port",
}

local function is_long_port(value)
  return type(value) == "table"
    and (value.target or value.target_port or value.TargetPort) ~= nil
end

-- What is not among the names is left for the core to know, or to refuse.
local function long_port(value, path, complain)
  local port = {}
  for name, inner in pairs(value) do
    local field = PORT_NAMES[name]
    if field and value[field] ~= nil then
      complain(path, "%s is given twice, also as %s", field, name)
    end
    port[field or name] = inner
  end
  return port
end

-- A port as containers have it, by the words for services.
local function of_binding(binding, path, complain)
  local target, protocol = binding.port:match("^(%d+)/(.*)$")
  local published = binding.host_port
  if binding.host_ip then
    complain(path, "the ports of a service are published on all addresses, "
             .. "and not on %s alone", binding.host_ip)
  end
  local port = {
    target_port = math.tointeger(tonumber(target)), protocol = protocol,
  }
  if published and published ~= "" then
    port.published_port = math.tointeger(tonumber(published))
    if not port.published_port then
      complain(path, "'%s' is not one port", published)
    end
  end
  return port
end

local function add_short_ports(list, given, path, complain)
  local function complain_here(inner, ...)
    complain(path or inner, ...)
  end
  for _, binding in ipairs(ports.parse(given, complain_here)) do
    list[#list + 1] = of_binding(binding, path or "ports", complain)
  end
end

---Reads the option `ports`: as of containers, or tables of target, published,
---protocol and mode.
---@param given any
---@param complain moonsail.Complain
---@return table[] # of EndpointPortConfig
function service_notation.ports(given, complain)
  local list = {}
  if is_long_port(given) then
    return { long_port(given, "ports", complain) }
  end
  if type(given) == "table" and given[1] == nil then
    if next(given) ~= nil then add_short_ports(list, given, nil, complain) end
    return list
  end
  for i, entry in ipairs(elements(given, "ports", complain)) do
    local path = ("ports[%d]"):format(i)
    if is_long_port(entry) then
      list[#list + 1] = long_port(entry, path, complain)
    else
      add_short_ports(list, { entry }, path, complain)
    end
  end
  return list
end

-- Mounts -----------------------------------------------------------------

-- What the words behind the path of "SOURCE:/path:words" mean.
local MOUNT_WORDS = {
  ro = { "read_only", true }, rw = { "read_only", false },
  nocopy = { "volume_options", { no_copy = true } },
}
for word in ("private rprivate shared rshared slave rslave"):gmatch("%S+") do
  MOUNT_WORDS[word] = { "bind_options", { propagation = word } }
end
for word in ("cached consistent delegated"):gmatch("%S+") do
  MOUNT_WORDS[word] = { "consistency", word }
end

-- "SOURCE:/path[:words]"
local function mount_of(bind, complain)
  local source, target, words = bind:match("^(.-):(/[^:]*):?(.*)$")
  local mount = {
    type = source:sub(1, 1) == "/" and "bind" or "volume",
    source = source, target = target,
  }
  for word in words:gmatch("[^,]+") do
    local meaning = MOUNT_WORDS[word]
    if not meaning then
      complain("volumes", "'%s' in '%s' means nothing to a service", word,
               bind)
    end
    mount[meaning[1]] = meaning[2]
  end
  return mount
end

---Reads the option `volumes`, as of containers.
---@param given any
---@param complain moonsail.Complain
---@return table[] # of Mount
function service_notation.volumes(given, complain)
  local volumes = notation.volumes(given, complain)
  local list = {}
  for _, bind in ipairs(volumes.binds) do
    list[#list + 1] = mount_of(bind, complain)
  end
  for _, target in ipairs(volumes.anonymous) do
    list[#list + 1] = { type = "volume", target = target }
  end
  return list
end

---Reads the option `mounts`: tables, or strings as those of `volumes`.
---@param given any
---@param complain moonsail.Complain
---@return table[] # of Mount
function service_notation.mounts(given, complain)
  local list = {}
  for i, element in ipairs(elements(given, "mounts", complain)) do
    local path = ("mounts[%d]"):format(i)
    local function complain_here(_, ...) complain(path, ...) end
    if type(element) == "string" then
      local read = service_notation.volumes(element, complain_here)
      table.move(read, 1, #read, #list + 1, list)
    else
      fail.check_type(complain, path, "table", element)
      list[#list + 1] = notation.mount(element, path, complain)
    end
  end
  return list
end

-- Networks ---------------------------------------------------------------

-- A network with what else is said of the connection to it.
local function attachment(target, settings, path, complain)
  fail.check_class(complain, path, "network", target)
  if type(target) ~= "string" and type(target) ~= "userdata" then
    fail.wrong_type(complain, path, "a name or an object", target)
  end
  local copy = {}
  for name, value in pairs(settings) do copy[name] = value end
  copy.target = target
  return copy
end

local function network_map(given, complain)
  local list = {}
  for name, settings in pairs(given) do
    local path = ("networks[%q]"):format(tostring(name))
    fail.check_type(complain, path, "table", settings)
    list[#list + 1] = attachment(name, settings, path, complain)
  end
  table.sort(list, function(a, b)
    return tostring(a.target) < tostring(b.target)
  end)
  return list
end

local function is_attachment(value)
  return type(value) == "table"
    and (value.target ~= nil or value.Target ~= nil)
end

---Reads the option `networks`: names and objects, tables with a target, or a
---map from the name to such tables.
---@param given any
---@param complain moonsail.Complain
---@return table[] # of NetworkAttachmentConfig
function service_notation.networks(given, complain)
  if type(given) == "table" and given[1] == nil
     and not is_attachment(given) then
    return network_map(given, complain)
  end
  local list = {}
  for i, element in ipairs(elements(given, "networks", complain)) do
    local path = ("networks[%d]"):format(i)
    if is_attachment(element) then
      list[i] = element
    else
      list[i] = attachment(element, {}, path, complain)
    end
  end
  return list
end

-- Placement and restarts -------------------------------------------------

-- "spread=node.labels.zone", {spread = "node.labels.zone"}, or the API's.
local function preference(value, path, complain)
  local spread = value
  if type(value) == "table" then
    spread = value.spread or value.Spread
    if type(spread) == "table" then return value end
  elseif type(value) == "string" then
    spread = value:match("^spread=(.+)$")
  end
  if type(spread) ~= "string" then
    complain(path, "expected \"spread=node.labels.NAME\" or a table")
  end
  return { spread = { spread_descriptor = spread } }
end

---Reads the option `preferences`.
---@param given any
---@param complain moonsail.Complain
---@return table[]
function service_notation.preferences(given, complain)
  local list = {}
  for i, element in ipairs(elements(given, "preferences", complain)) do
    list[i] = preference(element, ("preferences[%d]"):format(i), complain)
  end
  return list
end

-- The words of containers mean something, too.
local CONDITIONS = {
  none = "none", no = "none", any = "any", always = "any",
  ["unless-stopped"] = "any", ["on-failure"] = "on-failure",
}

---Reads the option `restart`: "none", "any", "on-failure", "on-failure:3", or
---a table.
---@param given any
---@param complain moonsail.Complain
---@param path string
---@return table # a RestartPolicy
function service_notation.restart(given, complain, path)
  if type(given) == "table" then return given end
  fail.check_type(complain, path, "string", given)
  local word, count = given:match("^([%a-]+):?(%d*)$")
  local condition = CONDITIONS[word]
  if not condition or count ~= "" and condition ~= "on-failure" then
    complain(path, "'%s' is no condition: none, any, on-failure or "
             .. "on-failure:COUNT", given)
  end
  return {
    condition = condition, max_attempts = math.tointeger(tonumber(count)),
  }
end

-- The rest ---------------------------------------------------------------

service_notation.cpus = notation.cpus

---Reads the options `limits` and `reservations`, in which `cpus` and `memory`
---may stand.
---@param given any
---@param complain moonsail.Complain
---@param path string
---@return table
function service_notation.resources(given, complain, path)
  fail.check_type(complain, path, "table", given)
  local read = {}
  for name, value in pairs(given) do
    if name == "cpus" then
      local is_removed = value == core.null
      read.nano_cpus = is_removed and value
        or service_notation.cpus(value, complain, path .. ".cpus")
    elseif name == "memory" then
      read.memory_bytes = value
    else
      read[name] = value
    end
  end
  return read
end

service_notation.healthcheck = notation.healthcheck

---Reads further lines of /etc/hosts: {db = "10.0.0.1"} or {"db:10.0.0.1"}, or
---as the API has them: {"10.0.0.1 db"}.
---@param given any
---@param complain moonsail.Complain
---@param path string
---@return string[]
function service_notation.hosts(given, complain, path)
  local list = {}
  if type(given) == "table" and given[1] == nil then
    for name, address in pairs(given) do
      fail.check_type(complain, path, "string", name)
      fail.check_type(complain, ("%s.%s"):format(path, name), "string",
                      address)
      list[#list + 1] = ("%s %s"):format(address, name)
    end
    table.sort(list)
    return list
  end
  for i, element in ipairs(elements(given, path, complain)) do
    fail.check_type(complain, ("%s[%d]"):format(path, i), "string", element)
    list[i] = element:gsub("^([^%s:]+):(%S+)$", "%2 %1")
  end
  return list
end

---Reads limits of resources of processes, as of containers.
---@param given any
---@param complain moonsail.Complain
---@param path string
---@return table[]
function service_notation.ulimits(given, complain, path)
  local list = {}
  if type(given) == "table" and given[1] == nil then
    for name, limit in pairs(given) do
      local inner = ("%s.%s"):format(path, tostring(name))
      local text = ("%s=%s"):format(tostring(name), tostring(limit))
      list[#list + 1] = notation.ulimit(text, inner, complain)
    end
    table.sort(list, function(a, b) return a.name < b.name end)
    return list
  end
  for i, element in ipairs(elements(given, path, complain)) do
    list[i] = notation.ulimit(element, ("%s[%d]"):format(path, i), complain)
  end
  return list
end

---A list of strings of which one alone may be given.
---@param given any
---@return any
function service_notation.list(given)
  return type(given) == "string" and { given } or given
end

return service_notation
