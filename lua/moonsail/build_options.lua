-- SPDX-License-Identifier: MIT
-- The options of images:build: what is given, as the API and the builders
-- want it.

local build_context = require "moonsail.build_context"
local core = require "moonsail.core"
local credentials = require "moonsail.credentials"
local fail = require "moonsail.fail"
local object = require "moonsail.object"
local own = require "moonsail.own"
local reference = require "moonsail.reference"

local build_options = {}

-- Options of ours, and those of the operation that may be given in more forms.
local TYPES = {
  auth = "table",
  build_args = "any",
  builder = "string",
  cache_from = "any",
  cache_to = "any",
  labels = "any",
  network = "any",
  progress = "any",
  pull = "any",
  secrets = "any",
  ssh = "any",
  stream = "any",
  tag = "any",
  tags = "any",
}
for name, kind in pairs(build_context.TYPES) do TYPES[name] = kind end

-- Options may be given as the API spells them: "nocache", "t".
local function with_our_names(options)
  for name, option in pairs(core.operation("ImageBuild").options) do
    if option.wire ~= name and options[name] == nil
       and not TYPES[option.wire] then
      options[name], options[option.wire] = options[option.wire], nil
    end
  end
end

---Takes apart what was given.
---@param options table # of the operation alone, afterwards
---@param complain fun(path: string, format: string, ...)
---@return table given # ours
function build_options.take(options, complain)
  with_our_names(options)
  return own.take(options, TYPES, "ImageBuild", complain)
end

-- One by one -----------------------------------------------------------------

local function set_tags(given, options, complain)
  local tags = {}
  for _, name in ipairs{ "tag", "tags" } do
    if given[name] ~= nil then
      for _, tag in ipairs(own.texts(given[name], name, complain)) do
        local ref, reason = reference.parse(tag)
        if not ref then complain(name, "%q: %s", tag, reason) end
        if ref.digest then complain(name, "%q has a digest", tag) end
        tags[#tags + 1] = tag
      end
    end
  end
  if #tags > 0 then options.tag = tags end
end

-- A map of texts may be given as a list of "NAME=VALUE".
local function set_map(given, options, name, complain)
  local value = given[name]
  if type(value) == "string" and not value:find("^%s*{")
     or type(value) == "table" and value[1] then
    value = own.pairs_of(value, name, complain)
  end
  options[name] = value
end

-- "type=registry,ref=NAME", as the docker command has it, or the name alone.
local function cache_image(text, label)
  if not text:find("^type=") and not text:find(",type=", 1, true) then
    return text
  end
  local kind = text:match("type=([^,]*)")
  local name = text:match("^ref=([^,]*)") or text:match(",ref=([^,]*)")
  if kind == "registry" and name then return name end
  fail.raise{
    kind = "not_supported", method = label,
    message = ("cache_from: %q: a cache that is no image needs a session "
      .. "between BuildKit and its client, which moonsail does not have")
      :format(text),
  }
end

local function set_cache_from(given, options, label)
  local value = given.cache_from
  if type(value) == "string" and value:find("^%s*%[") or value == nil then
    options.cache_from = value -- JSON
    return
  end
  options.cache_from = {}
  for i, text in ipairs(own.texts(value, "cache_from",
                                      fail.complainer(label))) do
    options.cache_from[i] = cache_image(text, label)
  end
end

local function set_network(given, options, complain)
  if given.network == nil then return end
  if options.network_mode ~= nil then
    complain("network", "given besides network_mode")
  end
  options.network_mode = given.network
end

---Credentials by registry: all that there are, and those of the call.
---@param client moonsail.Client
---@param given table
---@param options table
---@param label string
---@return string|nil trouble # why there may be none, for the hint of an error
function build_options.set_registry_config(client, given, options, label)
  if options.registry_config ~= nil then return nil end
  local config, trouble = credentials.all(client, label)
  if given.auth then config[given.auth.serveraddress] = given.auth end
  if next(config) ~= nil then options.registry_config = config end
  return trouble
end

local function check_auth(given, options, complain)
  if not given.auth then return end
  if options.registry_config ~= nil then
    complain("auth", "given besides registry_config")
  end
  if type(given.auth.serveraddress) ~= "string" then
    complain("auth.serveraddress", "missing (the registry)")
  end
end

---Sets the options of the operation.
---@param given table
---@param options table
---@param label string
function build_options.set(given, options, label)
  local complain = fail.complainer(label)
  set_tags(given, options, complain)
  set_map(given, options, "build_args", complain)
  set_map(given, options, "labels", complain)
  set_cache_from(given, options, label)
  set_network(given, options, complain)
  check_auth(given, options, complain)
  local pull = given.pull
  if type(pull) == "boolean" then pull = pull and "true" or nil end
  options.pull = pull
  if options.force_rm == nil then options.force_rm = true end
  options.raw = false
end

-- Builders -------------------------------------------------------------------

local function refuse(label, format, ...)
  fail.raise{ kind = "not_supported", method = label,
              message = format:format(...) }
end

local SESSION_OPTIONS = { "secrets", "ssh", "cache_to" }

---Which builder is asked for. What no builder can do with us is refused.
---@param given table
---@param options table
---@param label string
---@return "classic"|"buildkit"
function build_options.builder(given, options, label)
  for _, name in ipairs(SESSION_OPTIONS) do
    if given[name] ~= nil then -- no other session would know of it
      refuse(label, "%s: this needs a session between BuildKit and its client,"
             .. " which moonsail does not have", name)
    end
  end
  local builder, version = given.builder, options.version
  if version ~= nil then
    if builder then
      fail.argument(label, "version: given besides builder")
    end
    return version == "2" and "buildkit" or "classic"
  end
  if builder and builder ~= "classic" and builder ~= "buildkit" then
    fail.argument(label, 'builder: expected "classic" or "buildkit", got %q',
                  builder)
  end
  return builder or "classic"
end

-- What BuildKit would pass over without a word.
local CLASSIC_ONLY = {
  "cgroup_parent", "cpu_period", "cpu_quota", "cpu_shares", "cpuset_cpus",
  "cpuset_mems", "isolation", "memory", "memory_swap", "security_opt",
  "squash",
}

local NETWORKS = { [""] = true, default = true, host = true, none = true }

-- Outputs that are sent to the client, through a session.
local function is_sent(outputs)
  if type(outputs) ~= "string" then return false end
  for kind in outputs:lower():gmatch('type"?%s*[=:]%s*"?(%w+)') do
    if kind == "local" or kind == "tar" or kind == "oci" or kind == "docker"
    then
      return true
    end
  end
  return outputs ~= "" and not outputs:find("type", 1, true)
         and not outputs:find("Type", 1, true)
end

---Refuses what BuildKit cannot do, of all that the options say.
---@param options table
---@param label string
function build_options.check_buildkit(options, label)
  for _, name in ipairs(CLASSIC_ONLY) do
    if options[name] ~= nil and options[name] ~= false then
      refuse(label, '%s: BuildKit has no such option; builder = "classic" has '
             .. "it", name)
    end
  end
  local network = options.network_mode
  if network ~= nil and not NETWORKS[network] then
    refuse(label, 'network: BuildKit has "host", "none" and its own one; '
           .. 'builder = "classic" takes others')
  end
  if options.session == nil and is_sent(options.outputs) then
    refuse(label, "outputs: to send it to this machine needs a session between"
           .. " BuildKit and its client, which moonsail does not have")
  end
end

---Refuses to ask an engine for BuildKit that has none.
---@param client moonsail.Client
---@param label string
function build_options.check_engine(client, label)
  if object.minor_version(client, label) < 39 then
    refuse(label, "builder: an engine older than API version 1.39 has no "
           .. 'BuildKit; builder = "classic" works')
  end
  if object.is_podman(client, label) then
    refuse(label, "builder: Podman has no BuildKit but builds by itself, which"
           .. ' is builder = "classic"')
  end
end

return build_options
