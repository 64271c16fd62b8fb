-- SPDX-License-Identifier: MIT
-- Published ports: from the ways people write them to bindings, and from what
-- the engine answers to one map.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

local ports = {}

local PROTOCOLS = { tcp = true, udp = true, sctp = true }

---@class moonsail.PortBinding
---@field port string # of the container: "80/tcp"
---@field host_ip string|nil
---@field host_port string|nil # "8080", "" for any; nil: not published

-- A binding as it is written: container and host ports may be ranges.
---@class moonsail.PortSpec
---@field container string
---@field protocol string
---@field ip string|nil
---@field host string|nil

-- "80" or "80-82" → 80, 82; nil for anything else.
local function parse_range(text, lowest)
  local first, last = text:match("^(%d+)%-(%d+)$")
  first = math.tointeger(tonumber(first or text:match("^%d+$")))
  last = last and math.tointeger(tonumber(last)) or first
  if not first or first < lowest or last < first or last > 65535 then
    return nil
  end
  return first, last
end

-- "80-82/udp" → "80-82", "udp"
local function split_protocol(text)
  local rest, protocol = text:match("^([^/]*)/(.*)$")
  return rest or text, (protocol or "tcp"):lower()
end

-- "127.0.0.1:8080" → "127.0.0.1", "8080"; "8080" → nil, "8080"
local function split_host(text)
  local ip, host = text:match("^%[([%x:.]+)%]:([^:]*)$")
  if not ip then ip, host = text:match("^([^:]+):([^:]*)$") end
  return ip, host or text
end

-- "[[IP:]HOST:]CONTAINER[/PROTOCOL]"
local function parse_spec(text)
  local rest, protocol = split_protocol(text)
  local front, container = rest:match("^(.*):([^:]*)$")
  local spec = { container = container or rest, protocol = protocol }
  if front then
    spec.ip, spec.host = split_host(front)
  else
    spec.host = ""
  end
  return spec
end

-- The host's port for the container's port number `offset` of `count`.
local function host_port(spec, offset, count, path, complain)
  if spec.host == nil or spec.host == "" then return spec.host end
  local first, last = parse_range(spec.host, 0)
  if not first then
    complain(path, "'%s' is no port of the host", spec.host)
  end
  if last - first + 1 == count then
    return ("%d"):format(first + offset)
  elseif count > 1 then
    complain(path, "the ranges %s and %s are of different lengths",
             spec.host, spec.container)
  end
  return spec.host -- the engine picks a free one of that range
end

local function expand(bindings, spec, path, complain)
  local first, last = parse_range(spec.container, 1)
  if not first then
    complain(path, "'%s' is no port of a container", spec.container)
  elseif not PROTOCOLS[spec.protocol] then
    complain(path, "'%s' is no protocol: tcp, udp or sctp", spec.protocol)
  end
  for port = first, last do
    bindings[#bindings + 1] = {
      port = ("%d/%s"):format(port, spec.protocol),
      host_ip = spec.ip,
      host_port = host_port(spec, port - first, last - first + 1, path,
                            complain),
    }
  end
end

local function parse_list(given, complain)
  local bindings = {}
  for i, entry in ipairs(fail.check_list(complain, "ports", given)) do
    local path = ("ports[%d]"):format(i)
    if type(entry) ~= "string" and math.type(entry) ~= "integer" then
      fail.wrong_type(complain, path, "a string or an integer", entry)
    end
    expand(bindings, parse_spec(tostring(entry)), path, complain)
  end
  return bindings
end

-- {host_ip = …, host_port = …}, in our names or the API's.
local function parse_binding(value)
  local ip = value.host_ip or value.HostIp
  local host = value.host_port or value.HostPort
  if ip == nil and host == nil then return nil end
  return ip, host == nil and "" or tostring(host)
end

-- What stands beside a container's port in a map: the specs of the bindings.
local function host_specs(value, path, complain)
  if type(value) == "boolean" then
    return { { host = "" } }
  elseif math.type(value) == "integer" then
    return { { host = ("%d"):format(value) } }
  elseif type(value) == "string" then
    local ip, host = split_host(value)
    return { { ip = ip, host = host } }
  elseif type(value) ~= "table" then
    fail.wrong_type(complain, path, "a port, a table or a boolean", value)
  end
  local ip, host = parse_binding(value)
  if host then return { { ip = ip, host = host } } end
  if next(value) == nil then return { {} } end
  local specs = {}
  for i, element in ipairs(value) do
    local inner = ("%s[%d]"):format(path, i)
    specs[i] = host_specs(element, inner, complain)[1]
  end
  if #specs == 0 then
    complain(path, "expected host_ip, host_port, or a list of such tables")
  end
  return specs
end

local function sorted_keys(given, complain)
  local keys = {}
  for key in pairs(given) do
    if type(key) ~= "string" and math.type(key) ~= "integer" then
      fail.wrong_type(complain, "ports", "ports as keys", key)
    end
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

local function parse_map(given, complain)
  local bindings = {}
  for _, key in ipairs(sorted_keys(given, complain)) do
    local path = ("ports[%q]"):format(key)
    for _, spec in ipairs(host_specs(given[key], path, complain)) do
      spec.container, spec.protocol = split_protocol(tostring(key))
      expand(bindings, spec, path, complain)
    end
  end
  return bindings
end

---Reads the option `ports`: a port or a list of "[[IP:]HOST:]PORT[/PROTOCOL]",
---or a map from the container's port to the host's (a number, "IP:PORT",
---{host_ip, host_port}, a list of these, a boolean for any free port).
---@param given any
---@param complain fun(path: string, format: string, ...) # raises
---@return moonsail.PortBinding[]
function ports.parse(given, complain)
  if type(given) == "string" or math.type(given) == "integer" then
    given = { given }
  end
  if type(given) ~= "table" then
    fail.wrong_type(complain, "ports", "a list, a map or a port", given)
  end
  local parse = given[1] ~= nil and parse_list or parse_map
  return parse(given, complain)
end

---A container's port as the API writes it: 80 → "80/tcp"; nil if it is none.
---@param given any
---@return string|nil
function ports.normalise(given)
  local container, protocol = split_protocol(tostring(given))
  local first, last = parse_range(container, 1)
  if not first or first ~= last or not PROTOCOLS[protocol] then return nil end
  return ("%d/%s"):format(first, protocol)
end

---@class moonsail.PublishedPort
---@field host_ip string
---@field host_port integer

local function from_list(list)
  local map = {}
  for _, entry in ipairs(list) do
    local key = ("%d/%s"):format(entry.private_port, entry.type or "tcp")
    map[key] = map[key] or {}
    if entry.public_port and entry.public_port > 0 then
      table.insert(map[key], {
        host_ip = entry.ip or "",
        host_port = entry.public_port,
      })
    end
  end
  return map
end

local function from_inspect(published)
  local map = {}
  for key, bindings in pairs(published) do
    map[key] = {}
    for i, binding in ipairs(bindings) do
      map[key][i] = {
        host_ip = binding.host_ip or "",
        host_port = math.tointeger(tonumber(binding.host_port)),
      }
    end
  end
  return map
end

---The ports of a container, from the attributes that list or inspect gives.
---@param attrs table
---@return table<string, moonsail.PublishedPort[]> # by "80/tcp"
function ports.of(attrs)
  local settings = attrs.network_settings
  if settings and settings.ports then
    return core.readable(from_inspect(settings.ports))
  end
  return core.readable(from_list(attrs.ports or {}))
end

return ports
