-- SPDX-License-Identifier: MIT
-- Secrets, and configs, which are the same but for what can be read of them.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local object = require "moonsail.object"
local spelling = require "moonsail.spelling"
local versioned = require "moonsail.versioned"

object.add_methods("secret", "SecretInspect", "id")
object.add_methods("config", "ConfigInspect", "id")

-- Creating -------------------------------------------------------------------

-- Options that are drivers, for which a name may stand.
local DRIVERS = { "driver", "templating" }

-- The options of the operation that creates: the API wants the bytes as
-- base64.
local function prepare(given, operation, label)
  local complain = fail.complainer(label)
  local options = spelling.respell(given, core.operation(operation).body.type)
  if options.name == nil then complain("name", "missing (string)") end
  if options.data ~= nil then
    fail.check_type(complain, "data", "string", options.data)
    options.data = core.encode_base64(options.data)
  elseif options.driver == nil then
    complain("data", "missing (string)")
  end
  for _, name in ipairs(DRIVERS) do
    if type(options[name]) == "string" then
      options[name] = { name = options[name] }
    end
  end
  return options
end

---@class moonsail.Secrets
local secrets = core.methods("secrets")

---Creates a secret, which services may be given; what it holds is never told
---again.
---`secrets:create("password", "open sesame", {labels = {team = "blue"}})`
---@param name string
---@param data? string # the bytes; a secret of a driver has none
---@option driver string|moonsail.api.Driver # the plugin that has the secret
---@option templating string|moonsail.api.Driver # what fills in the data when
---        a task gets it: "golang"
---@takes SecretCreate
---@uses SecretCreate SecretInspect
---@raises conflict when the name is taken, api when the engine is no manager
---        of a swarm
---@return moonsail.Secret
function secrets:create(...)
  local label = "secrets:create"
  local options = prepare(core.gather_options("name data", label, ...),
                          "SecretCreate", label)
  return object.create("secret", core.client_of(self), "SecretCreate",
                       "SecretInspect", "id", options, label)
end

---@class moonsail.Configs
local configs = core.methods("configs")

---Creates a config: a file that services may be given.
---`configs:create("app.conf", "debug = true", {labels = {team = "blue"}})`
---@param name string
---@param data string # the bytes
---@option templating string|moonsail.api.Driver # what fills in the data when
---        a task gets it: "golang"
---@takes ConfigCreate
---@uses ConfigCreate ConfigInspect
---@raises conflict when the name is taken, api when the engine is no manager
---        of a swarm
---@return moonsail.Config
function configs:create(...)
  local label = "configs:create"
  local options = prepare(core.gather_options("name data", label, ...),
                          "ConfigCreate", label)
  return object.create("config", core.client_of(self), "ConfigCreate",
                       "ConfigInspect", "id", options, label)
end

-- Changing -------------------------------------------------------------------

-- Only labels may change, so that nothing else is taken.
local UNCHANGEABLE = { "data", "driver", "name", "templating" }

local function update(self, row, options)
  for _, name in ipairs(UNCHANGEABLE) do
    local wire = name:sub(1, 1):upper() .. name:sub(2)
    if options[name] ~= nil or options[wire] ~= nil then
      fail.argument(row.label, "%s: only the labels may be changed", name)
    end
  end
  return versioned.update_object(self, row, options)
end

---@class moonsail.Secret
local secret = core.methods("secret")

local SECRET = {
  label = "secret:update", inspect = "SecretInspect",
  update = "SecretUpdate", target = "id",
}

---Changes its labels, which are merged into those that there are; `false`
---removes one. Nothing else of a secret may be changed.
---`secret:update{labels = {team = "red", old = false}}`
---@takes SecretUpdate
---@fills id name data driver templating
---@uses SecretInspect SecretUpdate
---@raises not_found when it has gone, conflict when the given version is not
---        that of the secret, not_supported when the engine is Podman
---@return self # with its attributes fetched anew
---@since 1.26
function secret:update(...)
  return update(self, SECRET, core.gather_options("", SECRET.label, ...))
end

---@class moonsail.Config
local config = core.methods("config")

local CONFIG = {
  label = "config:update", inspect = "ConfigInspect",
  update = "ConfigUpdate", target = "id",
}

---Changes its labels, which are merged into those that there are; `false`
---removes one. Nothing else of a config may be changed.
---`config:update{labels = {team = "red", old = false}}`
---@takes ConfigUpdate
---@fills id name data templating
---@uses ConfigInspect ConfigUpdate
---@raises not_found when it has gone, conflict when the given version is not
---        that of the config
---@return self # with its attributes fetched anew
function config:update(...)
  return update(self, CONFIG, core.gather_options("", CONFIG.label, ...))
end

---What it holds, as bytes.
---@uses ConfigInspect
---@return string
function config:data()
  local spec = core.attrs(self).spec
  if not spec or not spec.data then
    spec = self:inspect{ raw = false }.spec
  end
  local bytes = core.decode_base64(spec.data or "")
  if not bytes then
    fail.raise{
      kind = "protocol", method = "config:data",
      message = "what the engine tells of the config is not base64",
    }
  end
  return bytes
end

return secrets
