-- SPDX-License-Identifier: MIT
-- The collection of plugins: installing one from a registry, with what it is
-- to be allowed, and creating one from files.

local containers = require "moonsail.containers"
local core = require "moonsail.core"
local credentials = require "moonsail.credentials"
local fail = require "moonsail.fail"
local own = require "moonsail.own"
local progress = require "moonsail.progress"
local source = require "moonsail.source"
local upload = require "moonsail.upload"

local plugins = {}

-- Privileges -----------------------------------------------------------------

local GRANTS = { boolean = true, ["function"] = true, table = true }

-- Complains of a grant that is of no use, before anything is asked.
local function check_grant(grant, complain)
  if grant ~= nil and not GRANTS[type(grant)] then
    fail.wrong_type(complain, "grant",
                    "true, a list of privileges or a function", grant)
  elseif type(grant) == "table" then
    for i, privilege in ipairs(fail.check_list(complain, "grant", grant)) do
      local path = ("grant[%d]"):format(i)
      fail.check_type(complain, path, "table", privilege)
      fail.check_type(complain, path .. ".name", "string", privilege.name)
    end
  end
end

-- "network [host], capabilities [CAP_SYS_ADMIN]"
local function describe(privileges)
  local texts = {}
  for i, each in ipairs(privileges) do
    texts[i] = ("%s [%s]"):format(each.name, table.concat(each.value, ", "))
  end
  return table.concat(texts, ", ")
end

-- Whether all values of one list are in another.
local function has_all(list, values)
  local set = {}
  for _, value in ipairs(type(list) == "table" and list or { list }) do
    set[value] = true
  end
  for _, value in ipairs(values) do
    if not set[value] then return false end
  end
  return true
end

local function is_in(granted, wanted)
  for _, each in ipairs(granted) do
    if each.name == wanted.name and has_all(each.value, wanted.value) then
      return true
    end
  end
  return false
end

-- Those of the wanted privileges that a grant does not allow.
local function missing(wanted, grant)
  if grant == true then return {} end
  if type(grant) == "function" then return grant(wanted) and {} or wanted end
  local lacking = {}
  for _, each in ipairs(wanted) do
    if not is_in(grant or {}, each) then lacking[#lacking + 1] = each end
  end
  return lacking
end

-- What the plugin wants, all of which is granted. The engine compares it with
-- what it pulls, so that nothing can be slipped in between.
local function granted(client, options, grant, label)
  local wanted = core.call(client, "GetPluginPrivileges", {
    remote = options.remote, auth = options.auth, raw = false,
    timeout = options.timeout, connect_timeout = options.connect_timeout,
  }, label)
  local lacking = missing(wanted, grant)
  if #lacking > 0 then
    fail.argument(label, "grant: %s wants to be allowed more: %s",
                  options.remote, describe(lacking))
  end
  return wanted
end

-- What installing and upgrading share ----------------------------------------

-- Numbers would pass for names.
local function check_name(path, name, complain)
  if name == nil then complain(path, "missing (a string)") end
  fail.check_type(complain, path, "string", name)
end

---The options of a pull or an upgrade that are ours.
plugins.PULL_TYPES = { grant = "any", progress = "any" }

---Pulls a plugin, once it is known that it may have what it wants. Complains
---of options before anything is sent.
---@param client any
---@param operation string # "PluginPull" or "PluginUpgrade"
---@param options table # of the operation
---@param given {grant: any, progress: any} # those of ours
---@param label string
function plugins.pull(client, operation, options, given, label)
  local complain = fail.complainer(label)
  local report = progress.reporter(given.progress, label)
  check_name("remote", options.remote, complain)
  check_grant(given.grant, complain)
  if options.body ~= nil then complain("body", "it is made of grant") end
  core.arguments(operation, options, label)
  credentials.use(client, options.remote, options, label, function()
    options.body = granted(client, options, given.grant, label)
    progress.call(client, operation, options, report, label)
  end)
end

-- Settings -------------------------------------------------------------------

-- "NAME=value" of an entry of a map.
local function setting(name, value, path, complain)
  local kind = type(value)
  if kind ~= "string" and kind ~= "number" and kind ~= "boolean" then
    fail.wrong_type(complain, ("%s[%q]"):format(path, tostring(name)),
                    "a string, a number or a boolean", value)
  end
  return ("%s=%s"):format(name, value)
end

---Settings as the API wants them: a list of "NAME=value".
---@param value any # such a list, one of it, or a map of values by name
---@param path string
---@param complain fun(path: string, format: string, ...)
---@return string[]
function plugins.settings(value, path, complain)
  if type(value) ~= "table" or value[1] ~= nil then
    for name in pairs(own.pairs_of(value, path, complain)) do
      if name == "" then complain(path, "a setting has a name") end
    end
    return own.texts(value, path, complain)
  end
  local list = {}
  for name, each in pairs(value) do
    list[#list + 1] = setting(name, each, path, complain)
  end
  table.sort(list)
  return list
end

-- Installing -----------------------------------------------------------------

---@class moonsail.Plugins
local methods = core.methods("plugins")

local function plugin_of(client, name, label)
  local attrs = core.call(client, "PluginInspect",
                          { name = name, raw = false }, label)
  return core.new_object("plugin", client, attrs)
end

-- Sets and enables what was pulled.
local function finish(client, name, settings, enable, label)
  if settings then
    core.call(client, "PluginSet", { name = name, body = settings }, label)
  end
  if enable ~= false then -- 0: the engine waits for it as long as it takes
    core.call(client, "PluginEnable", { name = name, timeout = 0 }, label)
  end
  return plugin_of(client, name, label)
end

-- The same; a plugin that cannot be set or enabled is removed again.
local function finish_or_remove(client, name, ...)
  local ok, result = pcall(finish, client, name, ...)
  if ok then return result end
  containers.attempt(core.call, client, "PluginDelete",
                     { name = name, force = true }, "plugins:install")
  error(result, 0)
end

local INSTALL_TYPES = {
  enable = "boolean", grant = "any", progress = "any", settings = "any",
}

---Installs a plugin from a registry, and enables it. One that cannot be set or
---enabled is removed again.
---`plugins:install("vieux/sshfs", {grant = true, settings = {DEBUG = "1"}})`
---
---What a plugin wants to be allowed must be granted: it may be as much as all
---of the machine. Without that, the error names what it wants; so does
---`plugins:privileges(remote)`.
---@param remote string # its name in the registry
---@option name string # what to call it here, instead of that
---@option grant boolean|table[]|fun(privileges: table[]): boolean # true
---        allows whatever it wants; a list of privileges, as `privileges`
---        gives them, no more than these; a function is asked
---@option auth moonsail.api.AuthConfig # for the registry: `username`,
---        `password`; else what is known
---@option enable boolean =true # false leaves it disabled
---@option settings table<string,string>|string[] # {DEBUG = "1"} or
---        {"DEBUG=1"}
---@option progress boolean|file*|fun(document: table) # true shows the pull on
---        standard error; a file, there; a function gets every document
---@takes PluginPull
---@uses GetPluginPrivileges PluginPull PluginSet PluginEnable PluginInspect
---@uses PluginDelete
---@raises argument when it wants more than was granted, conflict when there is
---        a plugin of that name, unauthorized when the registry wants another
---        password, stream when the pull fails on the way
---@return moonsail.Plugin # the plugin
function methods:install(...)
  local label = "plugins:install"
  local complain = fail.complainer(label)
  local options = core.gather_options("remote", label, ...)
  local client = core.client_of(self)
  local given = own.take(options, INSTALL_TYPES, "PluginPull", complain)
  local settings = given.settings ~= nil
    and plugins.settings(given.settings, "settings", complain) or nil
  local name = options.name or options.remote
  plugins.pull(client, "PluginPull", options, given, label)
  return finish_or_remove(client, name, settings, given.enable, label)
end

-- Creating -------------------------------------------------------------------

local EXPECTED = "a folder; or a tar: its path, an open file, its bytes, a "
  .. "function that gives them, a stream, or a table of contents by name"

-- Entries of core.packer for what a plugin has of a folder. They are looked
-- for here, because packing begins only when the call does.
local function entries_of(folder, complain)
  local entries = {}
  for i, name in ipairs{ "config.json", "rootfs" } do
    local path = folder .. "/" .. name
    local kind, reason = core.file_kind(path)
    if not kind then complain("source", "%s: %s", path, reason) end
    entries[i] = { path = path, name = name }
  end
  return entries
end

local function source_of(value, label, complain)
  if type(value) == "string" and core.file_kind(value) == "folder" then
    return source.packed(entries_of(value, complain), label)
  end
  return source.of(value, {
    name = "source", expected = EXPECTED, label = label,
  }, complain)
end

---Creates a plugin from files: `config.json`, which describes it, and the
---folder `rootfs`, its root file system. It is disabled.
---@param name string # may have a tag: "team/driver:1"; "latest" else
---@param source string|file*|function|moonsail.Stream|table #
---       the folder with them; or a tar of both: its path, its bytes, an open
---       file, or a pipe; a function that gives the next piece, and nil at the
---       end; a stream; or contents by the names of their files
---@takes PluginCreate
---@uses PluginCreate PluginInspect
---@raises conflict when there is a plugin of that name
---@return moonsail.Plugin # the plugin
function methods:create(...)
  local label = "plugins:create"
  local complain = fail.complainer(label)
  local options = upload.gather("name source", "PluginCreate", label, ...)
  local client = core.client_of(self)
  local name, given = options.name, options.source
  check_name("name", name, complain)
  options.source = nil
  core.arguments("PluginCreate", options, label)
  upload.call(client, "PluginCreate", options,
              source_of(given, label, complain), label)
  return plugin_of(client, name, label)
end

return plugins
