-- SPDX-License-Identifier: MIT
-- Methods of a plugin: those that change it fetch its attributes anew.

local core = require "moonsail.core"
local credentials = require "moonsail.credentials"
local fail = require "moonsail.fail"
local object = require "moonsail.object"
local own = require "moonsail.own"
local plugins = require "moonsail.plugins"
local progress = require "moonsail.progress"

object.add_methods("plugin", "PluginInspect", "name")

-- How long the engine waits for an answer of the plugin, unless it is told
-- otherwise; the docker command has the same.
local TIMEOUT = 30

---@class moonsail.Plugin
local methods = core.methods("plugin")

-- Calls an operation on the plugin, then fetches its attributes.
local function change(self, operation, options, label)
  own.fill(options, "name", self, fail.complainer(label))
  core.call(core.client_of(self), operation, options, label)
  return self:reload()
end

---Starts it, and lets the engine use it.
---@option timeout integer =30 # seconds that it has for each answer to the
---        engine, now and later; 0 for as long as it takes
---@takes PluginEnable
---@uses PluginEnable PluginInspect
---@raises not_found when it has gone, conflict when it is enabled already, api
---        when it does not start
---@return self
function methods:enable(...)
  local label = "plugin:enable"
  local options = core.gather_options("timeout", label, ...)
  if options.timeout == nil then options.timeout = TIMEOUT end
  return change(self, "PluginEnable", options, label)
end

---Stops it.
---@takes PluginDisable
---@uses PluginDisable PluginInspect
---@raises not_found when it has gone, conflict when it is disabled already, or
---        in use and `force` is not true
---@return self
function methods:disable(...)
  local label = "plugin:disable"
  return change(self, "PluginDisable", core.gather_options("", label, ...),
                label)
end

-- A map of settings is no table of options, unless that is what is in it.
local function configure_options(settings, label, ...)
  if type(settings) == "table" and type(settings.settings) == "table" then
    return core.gather_options("settings", label, settings, ...)
  end
  local options = core.gather_options("", label, ...)
  options.settings = settings
  return options
end

---Sets what can be set of it, while it is disabled.
---`plugin:configure{DEBUG = "1", ["data.source"] = "/srv"}`
---@param settings table<string,string>|string[]|string # by their names, or
---       as "NAME=value"
---@takes PluginSet
---@uses PluginSet PluginInspect
---@raises not_found when it has gone, api when it is enabled or has no such
---        setting
---@return self
function methods:configure(settings, ...)
  local label = "plugin:configure"
  local complain = fail.complainer(label)
  local options = configure_options(settings, label, ...)
  if options.body ~= nil then complain("body", "it is made of settings") end
  options.body = plugins.settings(options.settings, "settings", complain)
  options.settings = nil
  return change(self, "PluginSet", options, label)
end

---Pushes it to the registry that its name tells.
---@option auth moonsail.api.AuthConfig # for the registry: `username`,
---        `password`; else what is known
---@option progress boolean|file*|fun(document: table) # true shows it on
---        standard error; a file, there; a function gets every document
---@takes PluginPush
---@uses PluginPush
---@raises unauthorized when the registry wants another password, stream when
---        the push fails on the way
---@return boolean # true
function methods:push(...)
  local label = "plugin:push"
  local complain = fail.complainer(label)
  local options = core.gather_options("", label, ...)
  local given = own.take(options, { progress = "any" }, "PluginPush", complain)
  local report = progress.reporter(given.progress, label)
  own.fill(options, "name", self, complain)
  local client, name = core.client_of(self), core.attrs(self).name
  core.check(client, "PluginPush", options, label)
  credentials.use(client, name, options, label, function()
    options.auth = options.auth or {} -- engines want some header
    progress.call(client, "PluginPush", options, report, label)
  end)
  return true
end

---Replaces it by what a registry has now, while it is disabled. It keeps its
---name and its settings.
---@param remote? string # its name in the registry; the one that it came from
---       unless given
---@option auth moonsail.api.AuthConfig # for the registry: `username`,
---        `password`; else what is known
---@option grant boolean|table[]|fun(privileges: table[]): boolean # what it
---        may be allowed, as plugins:install takes it
---@option progress boolean|file*|fun(document: table) # true shows it on
---        standard error; a file, there; a function gets every document
---@takes PluginUpgrade
---@uses GetPluginPrivileges PluginUpgrade PluginInspect
---@raises argument when it wants more than was granted, conflict when it is
---        enabled, stream when the pull fails on the way
---@return self
function methods:upgrade(...)
  local label = "plugin:upgrade"
  local complain = fail.complainer(label)
  local options = core.gather_options("remote", label, ...)
  local given = own.take(options, plugins.PULL_TYPES, "PluginUpgrade",
                         complain)
  own.fill(options, "name", self, complain)
  options.name = core.attrs(self).name -- its id would not do, for engines
  options.remote = options.remote or core.attrs(self).plugin_reference
  plugins.pull(core.client_of(self), "PluginUpgrade", options, given, label)
  return self:reload()
end
