-- SPDX-License-Identifier: MIT
-- The collection of services: creating one.

local convergence = require "moonsail.convergence"
local core = require "moonsail.core"
local credentials = require "moonsail.credentials"
local fail = require "moonsail.fail"
local gating = require "moonsail.gating"
local reference = require "moonsail.reference"
local service_options = require "moonsail.service_options"

local services = {}

-- Options of create and update that are not of the service.
local OWN = { detach = true, progress = true, query_registry = true,
              timeout = true, with_registry_auth = true }

-- Images ---------------------------------------------------------------------

-- The name of an image with its digest, as the registry has it now.
local function pin(client, name, auth, label)
  local ref, reason = reference.parse(name)
  if not ref then
    fail.argument(label, "image: %q: %s", name, reason)
  elseif ref.digest then
    return name
  end
  local options = { name = reference.format(ref), auth = auth, raw = false }
  local found = credentials.use(client, name, options, label, function()
    return core.call(client, "DistributionInspect", options, label)
  end)
  return ("%s@%s"):format(reference.format(ref), found.descriptor.digest)
end

local function pin_image(client, plan, label)
  local container = service_options.container(plan)
  if type(container.image) == "string" then
    container.image = pin(client, container.image, plan.options.auth, label)
  end
end

-- Puts the credentials into the options with which the nodes are to pull the
-- image.
local function add_auth(client, plan, label)
  local image = service_options.container(plan).image
  if type(image) ~= "string" or plan.options.auth ~= nil
     or reference.is_id(image) then
    return
  end
  plan.options.auth = credentials.for_image(client, image, nil, label)
end

-- Options --------------------------------------------------------------------

-- Takes options out that are true or false.
local function take_flags(options, complain, ...)
  local flags = {}
  for i, name in ipairs{ ... } do
    flags[i], options[name] = options[name], nil
    if flags[i] ~= nil then
      fail.check_type(complain, name, "boolean", flags[i])
    end
  end
  return table.unpack(flags, 1, select("#", ...))
end

---Makes a plan of the options of create or update, with all that needs to be
---asked for it asked.
---@param client any
---@param operation string # "ServiceCreate"
---@param options table # changed: only those of the service are left
---@param label string
---@param check fun(client: any, plan: moonsail.ServicePlan) # raises what is
---       wrong before anything is sent
---@return moonsail.ServicePlan plan
---@return moonsail.Waiting|nil waiting # nil: it shall not wait
function services.plan(client, operation, options, label, check)
  local complain = fail.complainer(label)
  local waiting = convergence.take(options, label)
  local wants_digest, wants_auth = take_flags(options, complain,
    "query_registry", "with_registry_auth")
  local plan = service_options.plan(operation, label, options, OWN)
  check(client, plan)
  service_options.resolve(client, plan, label)
  if wants_auth then add_auth(client, plan, label) end
  if wants_digest then pin_image(client, plan, label) end
  return plan, waiting
end

---Reports what the engine warned of.
---@param waiting moonsail.Waiting|nil
---@param answer table
function services.warn(waiting, answer)
  local reporter = waiting and waiting.reporter
  for _, warning in ipairs(reporter and answer.warnings or {}) do
    reporter:say("warning", warning)
  end
end

-- Creating -------------------------------------------------------------------

local LABEL = "services:create"

local function check(client, plan)
  local task = plan.options.task_template or {}
  local container = task.container_spec
  local image = container and container.image
  if not task.plugin_spec and not task.network_attachment_spec
     and not image then
    plan.complain("image", "missing (a name or an object)")
  elseif image == "" then
    plan.complain("image", "must not be empty")
  end
  gating.check(client, "ServiceCreate", plan.options, LABEL)
end

---@class moonsail.Services
local methods = core.methods("services")

---Creates a service, and waits until its tasks run.
---`services:create("nginx", {name = "web", replicas = 2, ports = {"80"}})`
---
---Takes every field of the service's specification, and at the top level those
---of its task template, its container and its placement as well; what other
---clients call them is understood, too.
---
---The tasks must run for as long as the service's updates are monitored, which
---is 5 s unless `update_config` says otherwise. A task that cannot start is
---tried again and again, so that a `timeout` is of use.
---@param image string|moonsail.Image # what its containers are made of
---@param cmd? string|string[] # the arguments of its command
---@option args string|string[] # what follows the image's entry point; `cmd`
---        is the same
---@option entrypoint string|string[] # what stands in its place; `command` is
---        the same
---@option replicas integer # how many tasks it shall have
---@option global boolean # a task on every node instead
---@option mode string|moonsail.input.ServiceSpec.Mode # "replicated",
---        "global", "replicated-job", "global-job"
---@option max_concurrent integer # how many tasks of a job run at a time
---@option env table<string, any>|string[] # {A = "1"}, {"A=1"}
---@option container_labels table<string, any>|string[] # labels of its
---        containers
---@option hostname string # of its containers
---@option user string|integer # that the command is run as
---@option workdir string # the folder that the command is run in
---@option tty boolean # gives it a terminal
---@option init boolean # a small init runs the command
---@option read_only boolean # nothing of the image can be written to
---@option stop_signal string # that asks it to end: "SIGTERM"
---@option stop_grace_period number|string # seconds until it is killed then
---@option healthcheck false|table # {test = "wget -q localhost"}; false: none
---@option hosts string|string[]|table<string, string> # {db = "10.0.0.1"}
---@option dns string|string[] # name servers
---@option sysctls table<string, any>|string[] # settings of the kernel
---@option ulimits string|table # {nofile = 1024}, {"nofile=1024:2048"}
---@option cap_add string|string[] # capabilities that it gets: "NET_ADMIN"
---@option cap_drop string|string[] # capabilities that it loses
---@option ports string|integer|table # {"8080:80"}, {["80/tcp"] = 8080},
---        {{target = 80, published = 8080, mode = "host"}}
---@option endpoint_mode string # "vip" or "dnsrr"
---@option networks string|moonsail.Network|table # {"front", back},
---        {back = {aliases = {"db"}}}
---@option volumes string|string[]|table<string, any> # {"data:/data:ro"}
---@option mounts (string|moonsail.input.Mount)[] # the same at length
---@option secrets string|moonsail.Secret|table # {"key"}, {{source = "key",
---        target = "key.pem", uid = 7, mode = "0400"}}
---@option configs string|moonsail.Config|table # likewise
---@option constraints string|string[] # which nodes: "node.role==worker"
---@option preferences string|table # how to spread: "spread=node.labels.zone"
---@option max_replicas integer # tasks on one node
---@option restart string|moonsail.input.TaskSpec.RestartPolicy # "none",
---        "any", "on-failure:3"
---@option cpus number|string # processors that a task may use: 1.5
---@option memory integer|string # bytes that a task may use: "64m"
---@option limits table # both: {cpus = 1.5, memory = "64m", pids = 100}
---@option reservations table # what a task needs: {cpus = 0.5, memory = "32m"}
---@option log_driver string # where output is kept: "json-file"
---@option log_options table<string, string> # {["max-size"] = "1m"}
---@option detach boolean =false # does not wait
---@option timeout number # waits for so many seconds at most
---@option progress boolean|file*|fun(document: table) # true: shows how far it
---        is on standard error; a file: there; a function gets what is shown
---@option query_registry boolean =false # asks the image's registry for its
---        digest, so that all tasks have the same
---@option with_registry_auth boolean =false # lets the nodes pull the image
---        with the credentials that are known for its registry; or give `auth`
---@takes ServiceCreate
---@uses ServiceCreate ServiceInspect TaskList NodeList SecretList ConfigList
---  DistributionInspect
---@raises conflict when the name is taken, not_found when there is no such
---        secret or config, container when its tasks end and are not started
---        again (with service, task, exit_code), timeout when it takes too
---        long (with service), api when the engine is no manager of a swarm
---@return moonsail.Service
function methods:create(...)
  local options = core.gather_options("image cmd", LABEL, ...)
  local client = core.client_of(self)
  local plan, waiting = services.plan(client, "ServiceCreate", options, LABEL,
                                      check)
  plan.options.raw = false
  local answer = core.call(client, "ServiceCreate", plan.options, LABEL)
  services.warn(waiting, answer)
  if waiting then convergence.wait(client, answer.id, waiting) end
  local attrs = core.call(client, "ServiceInspect",
                          { id = answer.id, raw = false }, LABEL)
  return core.new_object("service", client, attrs)
end

return services
