-- SPDX-License-Identifier: MIT
-- The collection of networks: creating one.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local object = require "moonsail.object"
local own = require "moonsail.own"
local subnet = require "moonsail.subnet"

local LABEL = "networks:create"
local complain = fail.complainer(LABEL)

-- What the docker command has, and how it is checked.
local TYPES = {
  aux_address = "any",
  gateway = "any",
  ip_range = "any",
  ipam_driver = "string",
  ipam_options = "table",
  ipv4 = "boolean",
  ipv6 = "boolean",
  subnet = "any",
}

-- Addresses ------------------------------------------------------------------

-- Reads a text by subnet.address or subnet.range, and complains if it is none.
local function read(name, text, parse, expected)
  local found = parse(text)
  if not found then
    complain(name, "expected %s, got %q", expected, text)
  end
  return found
end

local A_RANGE = 'a range such as "10.1.0.0/16"'
local AN_ADDRESS = 'an address such as "10.1.0.1"'

-- The elements of IPAM's `config`, one a subnet, with the range of each.
local function subnets_of(value)
  local list = {}
  for i, text in ipairs(own.texts(value or {}, "subnet", complain)) do
    list[i] = {
      range = read("subnet", text, subnet.range, A_RANGE),
      config = { subnet = text },
    }
  end
  return list
end

-- The subnet that has an address in it.
local function find(subnets, name, text, bytes)
  if #subnets == 0 then complain(name, "there is no subnet for %s", text) end
  for _, each in ipairs(subnets) do
    if subnet.has(each.range, bytes) then return each.config end
  end
  complain(name, "%s is not in the subnet", text)
end

-- Sets a field of the config of the subnet that it belongs to.
local function set(subnets, name, field, text, bytes)
  local config = find(subnets, name, text, bytes)
  if config[field] then
    complain(name, "two for the subnet %s: %s and %s", config.subnet,
             config[field], text)
  end
  config[field] = text
end

local function set_gateways(subnets, value)
  for _, text in ipairs(own.texts(value, "gateway", complain)) do
    set(subnets, "gateway", "gateway", text,
        read("gateway", text, subnet.address, AN_ADDRESS))
  end
end

local function set_ranges(subnets, value)
  for _, text in ipairs(own.texts(value, "ip_range", complain)) do
    set(subnets, "ip_range", "ip_range", text,
        read("ip_range", text, subnet.range, A_RANGE).bytes)
  end
end

local function set_aux_addresses(subnets, value)
  for host, text in pairs(own.pairs_of(value, "aux_address", complain)) do
    local bytes = read("aux_address", text, subnet.address, AN_ADDRESS)
    local config = find(subnets, "aux_address", text, bytes)
    config.auxiliary_addresses = config.auxiliary_addresses or {}
    config.auxiliary_addresses[host] = text
  end
end

-- Options --------------------------------------------------------------------

-- What the short forms make of IPAM, or nil when none was given.
local function ipam_of(given)
  local subnets = subnets_of(given.subnet)
  if given.gateway then set_gateways(subnets, given.gateway) end
  if given.ip_range then set_ranges(subnets, given.ip_range) end
  if given.aux_address then set_aux_addresses(subnets, given.aux_address) end
  local ipam = { driver = given.ipam_driver, options = given.ipam_options }
  for i, each in ipairs(subnets) do
    ipam.config = ipam.config or {}
    ipam.config[i] = each.config
  end
  return next(ipam) ~= nil and ipam or nil
end

local function set_once(options, name, value, given_as)
  if value == nil then return end
  if options[name] ~= nil then
    complain(given_as, "given twice: here and as %s", name)
  end
  options[name] = value
end

-- Before API 1.44 an engine takes a second network of the same name unless it
-- is told not to; since then it never does.
local function check_duplicate(options, client)
  local always = object.minor_version(client, LABEL) >= 44
  if always and options.check_duplicate then
    options.check_duplicate = nil
  elseif not always and options.check_duplicate == nil then
    options.check_duplicate = true
  end
end

-- The network whose settings are taken over: the engine wants its name.
local function config_from(options)
  local given = options.config_from
  fail.check_class(complain, "config_from", "network", given)
  if fail.type_name(given) == "moonsail.network" then given = given:name() end
  if type(given) == "string" then given = { network = given } end
  options.config_from = given
end

---@class moonsail.Networks
local methods = core.methods("networks")

---Creates a network. Its name is free for one network only.
---`networks:create("back", {internal = true, subnet = "10.7.0.0/24"})`
---
---A gateway, a range and further addresses go to the subnet that they are in;
---`ipam` takes all of that as the API has it, instead.
---@param name string # what it is called
---@option subnet string|string[] # its addresses, as "10.7.0.0/24"; one of
---        IPv4, one of IPv6
---@option gateway string|string[] # the address of the engine in it
---@option ip_range string|string[] # from where containers get theirs
---@option aux_address table<string,string>|string|string[] # addresses that
---        containers do not get, by the names of who has them
---@option ipam_driver string # who gives out the addresses
---@option ipam_options table<string,string> # what that driver is told
---@option config_from string|moonsail.Network # takes over the settings of
---        that one, which was created with config_only
---@option ipv6 boolean =false # the same as enable_ipv6
---@option ipv4 boolean =true # the same as enable_ipv4
---@takes NetworkCreate
---@uses NetworkCreate NetworkInspect
---@raises conflict when there is a network of that name, not_found when there
---        is no such driver, forbidden when the addresses overlap with those
---        of another network
---@return moonsail.Network # the network
function methods:create(...)
  local options = core.gather_options("name", LABEL, ...)
  local client = core.client_of(self)
  local given = own.take(options, TYPES, "NetworkCreate", complain)
  set_once(options, "ipam", ipam_of(given), "subnet")
  set_once(options, "enable_ipv6", given.ipv6, "ipv6")
  set_once(options, "enable_ipv4", given.ipv4, "ipv4")
  config_from(options)
  check_duplicate(options, client)
  return object.create("network", client, "NetworkCreate", "NetworkInspect",
                       "id", options, LABEL)
end
