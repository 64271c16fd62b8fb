-- SPDX-License-Identifier: MIT
-- The collection of containers: creating one.

local core = require "moonsail.core"
local sugar = require "moonsail.sugar"

local containers = {}

---Calls fn(…) for what it may still do: that the engine refuses is no matter.
---Errors of others, Ctrl-C among them, go on.
---@param fn function
function containers.attempt(fn, ...)
  local ok, problem = pcall(fn, ...)
  if not ok and not core.is_error(problem) then error(problem, 0) end
end

---Removes a container that is of no use, with its anonymous volumes. That it
---has gone already, or is just going, is as good.
---@param client any
---@param id string
---@param label string
function containers.discard(client, id, label)
  containers.attempt(core.call, client, "ContainerDelete",
                     { id = id, force = true, volumes = true }, label)
end

-- The networks beyond the first: what create cannot do below API 1.44.
local function connect(client, id, networks, label)
  for _, network in ipairs(networks) do
    core.call(client, "NetworkConnect", {
      id = network.name, container = id,
      endpoint_config = network.endpoint_config,
    }, label)
  end
end

---Runs fn(…) and returns its result. When it fails, the error tells the id of
---the container, which is removed first if nobody wants it then.
---@param client any
---@param id string
---@param label string
---@param remove boolean
---@param fn function
---@return any
function containers.guard(client, id, label, remove, fn, ...)
  local ok, result = pcall(fn, ...)
  if ok then return result end
  if remove then containers.discard(client, id, label) end
  if core.is_error(result) then result.container_id = id end
  error(result, 0)
end

---Creates a container by a plan, and returns it with all its attributes.
---@param client any
---@param plan moonsail.Plan
---@param label string
---@return moonsail.Container
function containers.create(client, plan, label)
  plan.options.raw = false
  local id = core.call(client, "ContainerCreate", plan.options, label).id
  local attrs
  containers.guard(client, id, label, true, function()
    connect(client, id, plan.networks, label)
    attrs = core.call(client, "ContainerInspect", { id = id, raw = false },
                      label)
  end)
  return core.new_object("container", client, attrs)
end

---@class moonsail.Containers
local methods = core.methods("containers")

---Creates a container, which is not started.
---`containers:create("busybox", {"sleep", "60"}, {name = "sleepy"})`
---
---Takes every option of ContainerCreate and of HostConfig, and the short
---notations that docs/guide.md lists. Raises kind not_found when the engine
---has no such image, conflict when the name is taken. Stands on
---ContainerCreate, ContainerInspect and, for more than one network,
---NetworkConnect.
---@param image string|moonsail.Image
---@param cmd string|string[]|nil # a string is cut into words as a shell does
---@param options table|nil
---@return moonsail.Container
function methods:create(...)
  local label = "containers:create"
  local options = core.gather_options("image cmd", label, ...)
  return containers.create(core.client_of(self), sugar.plan(label, options),
                           label)
end

return containers
