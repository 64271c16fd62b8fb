-- SPDX-License-Identifier: MIT
-- Methods of a network that are more than one operation of the API.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local object = require "moonsail.object"
local own = require "moonsail.own"

object.add_methods("network", "NetworkInspect", "id")

---@class moonsail.Network
local methods = core.methods("network")

---The containers that are connected to it and run: one that goes meanwhile is
---left out.
---@uses NetworkInspect ContainerList
---@raises not_found when the network has gone
---@return moonsail.Container[] # what containers:list would give of them
function methods:containers(...)
  local label = "network:containers"
  local options = core.gather_options("", label, ...)
  local client = core.client_of(self)
  own.fill(options, "id", self, fail.complainer(label))
  options.raw = false
  local attrs = core.call(client, "NetworkInspect", options, label)
  core.set_attrs(self, attrs)
  local ids = {}
  for id in pairs(attrs.containers) do ids[#ids + 1] = id end
  local found = {}
  if #ids > 0 then
    found = core.call(client, "ContainerList", {
      all = true, filters = { id = ids }, raw = false,
    }, label)
  end
  return core.new_list("container", client, found)
end

-- Connecting -----------------------------------------------------------------

local LABEL = "network:connect"
local complain = fail.complainer(LABEL)

-- Links are "container" or "container:alias"; a map has aliases by container.
local function links_of(value)
  if type(value) ~= "table" or value[1] ~= nil then
    return own.texts(value, "links", complain)
  end
  local list = {}
  for container, alias in pairs(own.pairs_of(value, "links", complain)) do
    list[#list + 1] = container .. ":" .. alias
  end
  table.sort(list)
  return list
end

-- For what the core checks.
local function as_given(value) return value end

-- Fields of the endpoint, and of its `ipam_config`, that may stand among the
-- options, and what reads each.
local ENDPOINT = {
  aliases = own.texts,
  driver_opts = as_given,
  gw_priority = as_given,
  links = links_of,
  mac_address = as_given,
}
local ADDRESSES = {
  ipv4_address = as_given,
  ipv6_address = as_given,
  link_local_ips = own.texts,
}

local TYPES = {}
for _, fields in ipairs{ ENDPOINT, ADDRESSES } do
  for name in pairs(fields) do TYPES[name] = "any" end
end

-- A copy of the table that was given under a name, to add to.
local function copy_of(value, name)
  local copy = {}
  if value == nil then return copy end
  fail.check_type(complain, name, "table", value)
  for key, inner in pairs(value) do copy[key] = inner end
  return copy
end

-- Moves those of the given options that are among the fields into a table.
local function move(given, fields, target, path)
  for name, reader in pairs(fields) do
    if given[name] ~= nil then
      if target[name] ~= nil then
        complain(name, "given twice: here and as %s.%s", path, name)
      end
      target[name] = reader(given[name], name, complain)
    end
  end
end

local function endpoint_of(given, endpoint_config)
  local endpoint = copy_of(endpoint_config, "endpoint_config")
  local addresses = copy_of(endpoint.ipam_config,
                            "endpoint_config.ipam_config")
  move(given, ENDPOINT, endpoint, "endpoint_config")
  move(given, ADDRESSES, addresses, "endpoint_config.ipam_config")
  if next(addresses) ~= nil then endpoint.ipam_config = addresses end
  return next(endpoint) ~= nil and endpoint or nil
end

---Connects a container, running or not, to the network.
---`network:connect(web, {aliases = {"www"}, ipv4_address = "10.7.0.9"})`
---@param container string|moonsail.Container # an id or a name, or the object
---@option aliases string|string[] # further names by which the others find it
---@option ipv4_address string # its address: the network must have been
---        created with a subnet
---@option ipv6_address string # the same for IPv6
---@option link_local_ips string|string[] # link-local addresses of it
---@option links string|string[]|table<string,string> # containers that it
---        finds by another name: "db:database" or {db = "database"}
---@option driver_opts table<string,string> # what the driver is told
---@option mac_address string # of its interface
---@option gw_priority integer # the network with the highest gives the
---        default route
---@takes NetworkConnect
---@uses NetworkConnect
---@raises not_found when there is no such container, forbidden when it is
---        connected already or cannot be
---@return boolean # true
function methods:connect(...)
  local options = core.gather_options("container", LABEL, ...)
  local given = own.take(options, TYPES, "NetworkConnect", complain)
  fail.check_class(complain, "container", "container", options.container)
  options.endpoint_config = endpoint_of(given, options.endpoint_config)
  own.fill(options, "id", self, complain)
  return core.call(core.client_of(self), "NetworkConnect", options, LABEL)
end
