-- SPDX-License-Identifier: MIT
-- The collection of containers: creating one.

local core = require "moonsail.core"
local proxies = require "moonsail.proxies"
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
  local options = plan.options
  options.raw = false
  options.env = proxies.add(options.env, client, label)
  local id = core.call(client, "ContainerCreate", options, label).id
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
---Takes the options of HostConfig at the top level as well. For those that
---have a short form, more will do than the API's own; other clients' names are
---understood, too. The proxies of config.json become variables, unless `env`
---has them.
---@param image string|moonsail.Image # what it is made of
---@param cmd? string|string[] # a string is cut into words as a shell does
---@option ports string[]|table<string, any>|boolean # {"8080:80"}, {"80"},
---        {["80/tcp"] = 8080}; true: all that the image exposes
---@option volumes string[]|table<string, any> # {"data:/data", "/srv:/srv:ro"}
---@option mounts (string|moonsail.input.Mount)[] # the same at length:
---        {"type=bind,source=/srv,target=/srv"}
---@option tmpfs string|string[]|table<string, string> # {"/run"},
---        {"/tmp:size=1m"}
---@option network string|moonsail.Network # the one that it is in
---@option networks (string|moonsail.Network)[]|table<string, table> # several:
---        {"front", "back"}, {back = {aliases = {"db"}}}
---@option exposed_ports string|(string|integer)[]|table<string, any> # {"80"}
---@option extra_hosts string|string[]|table<string, string> # {"db:10.0.0.1"},
---        {db = "10.0.0.1"}
---@option links string|string[]|table<string, string> # {"db:database"}
---@option dns string|string[] # name servers
---@option environment table<string, any>|string[] # the same as env
---@option workdir string # the same as working_dir
---@option remove boolean # the same as auto_remove: when it has ended
---@option restart string|moonsail.input.RestartPolicy # "always",
---        "unless-stopped", "on-failure:3"
---@option cpus number|string # processors that it may use: 1.5
---@option user string|integer # the user that the command is run as
---@option cap_add string|string[] # capabilities that it gets: "NET_ADMIN"
---@option cap_drop string|string[] # capabilities that it loses: "ALL"
---@option security_opt string|string[] # options of SELinux, AppArmor, seccomp
---@option devices string|(string|moonsail.input.DeviceMapping)[] #
---        {"/dev/fuse", "/dev/x:/dev/y:r"}
---@option gpus "all"|integer|string # "all", how many, "device=0,1"
---@option ulimits string|table # {nofile = 1024}, {"nofile=1024:2048"}
---@option healthcheck false|table # {test = "wget -q localhost"}; false: none
---@option log_driver string # where its output is kept: "json-file"
---@option log_options table<string, string> # {["max-size"] = "1m"}
---@takes ContainerCreate
---@uses ContainerCreate ContainerInspect NetworkConnect
---@raises not_found when the engine has no such image, conflict when the name
---        is taken
---@return moonsail.Container
function methods:create(...)
  local label = "containers:create"
  local options = core.gather_options("image cmd", label, ...)
  return containers.create(core.client_of(self), sugar.plan(label, options),
                           label)
end

return containers
