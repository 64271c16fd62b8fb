-- SPDX-License-Identifier: MIT
-- What several classes of objects have in common.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local own = require "moonsail.own"

local object = {}

---The first twelve digits of an id, as the docker command shows it.
---@param id string
---@return string
function object.shorten(id)
  return id:gsub("^%w+:", ""):sub(1, 12)
end

---What the engine knows an object by: its id, or its name where it has none.
---@param self any
---@return string
object.key = core.key

---The minor number of the API version that is spoken: 41 for 1.41.
---@param client moonsail.Client
---@param label string # the method that asks, for complaints
---@return integer
function object.minor_version(client, label)
  if not core.check(client, "SystemPing", {}, label) then
    core.call(client, "SystemPing", nil, label)
  end
  return tonumber(client:api_version():match("^1%.(%d+)"))
end

-- Whether each client's engine is Podman, once that was asked.
local podmen = setmetatable({}, { __mode = "k" })

---The part of an engine that is Podman; nil: it is another engine.
---@param version moonsail.api.SystemVersion
---@return moonsail.api.SystemVersion.Components|nil
function object.podman_of(version)
  for _, component in ipairs(version.components) do
    if (component.name or ""):find "^Podman" then return component end
  end
end

---Whether the engine is Podman, which does some things another way than its
---API version says.
---@param client moonsail.Client
---@param label string # the method that asks, for complaints
---@return boolean
function object.is_podman(client, label)
  if podmen[client] == nil then
    local version = core.call(client, "SystemVersion", { raw = false }, label)
    podmen[client] = object.podman_of(version) ~= nil
  end
  return podmen[client]
end

---Adds short_id, inspect and reload to a class.
---@param class string # "container"
---@param operation string # that inspects one
---@param target string # the option of it that the object's id fills
function object.add_methods(class, operation, target)
  local methods = core.methods(class)
  local inspect_label = class .. ":inspect"

  ---The first twelve digits of the id; the name of what has none.
  ---@return string
  function methods:short_id()
    local id = core.attrs(self).id
    return id and object.shorten(id) or core.key(self)
  end

  ---Fetches all attributes of the object, which it keeps, and returns them.
  ---@takes $operation
  ---@return moonsail.answer.$operation
  function methods:inspect(...)
    local options = core.gather_options("", inspect_label, ...)
    own.fill(options, target, self, fail.complainer(inspect_label))
    local attrs = core.call(core.client_of(self), operation, options,
                            inspect_label)
    if getmetatable(attrs) == "moonsail.value" then -- not raw
      core.set_attrs(self, attrs)
    end
    return attrs
  end

  ---Fetches the attributes anew.
  ---@uses $operation
  ---@return self # itself
  function methods:reload()
    local options = { [target] = core.key(self), raw = false }
    core.set_attrs(self, core.call(core.client_of(self), operation, options,
                                   class .. ":reload"))
    return self
  end
end

---Calls an operation that creates something and answers its id, and returns
---it as an object with all its attributes.
---@param class string # "network"
---@param client moonsail.Client
---@param create string # the operation that creates it
---@param inspect string # the operation that inspects it
---@param target string # the option of that which takes the id
---@param options table # of the operation that creates
---@param label string # "networks:create"
---@return any
function object.create(class, client, create, inspect, target, options, label)
  options.raw = false
  local id = core.call(client, create, options, label).id
  local attrs = core.call(client, inspect, { [target] = id, raw = false },
                          label)
  return core.new_object(class, client, attrs)
end

return object
