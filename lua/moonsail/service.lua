-- SPDX-License-Identifier: MIT
-- Methods of a service that are more than one operation of the API.

local convergence = require "moonsail.convergence"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local log_reading = require "moonsail.log_reading"
local object = require "moonsail.object"
local own = require "moonsail.own"
local services = require "moonsail.services"
local task_count = require "moonsail.task_count"
local versioned = require "moonsail.versioned"

object.add_methods("service", "ServiceInspect", "id")

---@class moonsail.Service
local methods = core.methods("service")

---How its tasks are spread: "replicated" or "global", or, of those that end,
---"replicated-job" or "global-job".
---@return string
function methods:mode()
  return task_count.mode(core.attrs(self))
end

---How many tasks it shall have; nil for a global one, which has a task on
---every node.
---@return integer|nil
function methods:replicas()
  return task_count.replicas(core.attrs(self))
end

-- Tasks ------------------------------------------------------------------

-- Filters of the user's own, and the service.
local function task_filters(self, given, label)
  local filters = { service = core.key(self) }
  if given == nil then return filters end
  fail.check_type(fail.complainer(label), "filters", "table", given)
  for name, value in pairs(given) do
    if name == "service" then
      fail.argument(label, "filters.service: it is the object's own")
    end
    filters[name] = value
  end
  return filters
end

local function list_tasks(self, options, label)
  options.filters = task_filters(self, options.filters, label)
  options.raw = false
  return core.call(core.client_of(self), "TaskList", options, label)
end

---Its tasks, those that have ended as well, as far as the swarm remembers.
---`service:tasks{filters = {desired_state = "running"}}`
---@takes TaskList
---@uses TaskList
---@return moonsail.Task[]
function methods:tasks(...)
  local label = "service:tasks"
  local options = core.gather_options("filters", label, ...)
  return core.new_list("task", core.client_of(self),
                       list_tasks(self, options, label))
end

-- By place, the youngest first.
local function comes_first(a, b)
  local place, other = a.slot or 0, b.slot or 0
  if place ~= other then return place < other end
  local node, other_node = a.node_id or "", b.node_id or ""
  if place == 0 and node ~= other_node then return node < other_node end
  return (a.created_at or "") > (b.created_at or "")
end

---Its tasks as `docker service ps` shows them: by place, the youngest first,
---with names.
---@takes TaskList
---@uses TaskList
---@return moonsail.Task[]
function methods:ps(...)
  local label = "service:ps"
  local options = core.gather_options("filters", label, ...)
  local list = list_tasks(self, options, label)
  table.sort(list, comes_first)
  for _, task in ipairs(list) do
    if not task.name or task.name == "" then
      task.name = ("%s.%s"):format(self:name(), task.slot or task.node_id)
    end
  end
  return core.new_list("task", core.client_of(self), list)
end

-- Logs -------------------------------------------------------------------

---What its tasks have written, as far as the engines kept it: as
---container:logs, without `until`. With `details` each line begins with what
---it came from.
---@option chunks boolean =false # bytes as they come, not lines
---@option max_line integer # the longest line in bytes (1 MiB)
---@option since string|number # Unix seconds, RFC 3339, or how long ago: "10m"
---@option stdout boolean =true # what went to standard output
---@option stderr boolean =true # what went to standard error
---@takes ServiceLogs
---@fills id
---@uses ServiceLogs
---@return moonsail.Logs|moonsail.Stream # with follow: the stream
function methods:logs(...)
  local label = "service:logs"
  local options = core.gather_options("", label, ...)
  local container = core.attrs(self).spec.task_template.container_spec
  own.fill(options, "id", self, fail.complainer(label))
  return log_reading.read(core.client_of(self), "ServiceLogs", options,
                          container ~= nil and container.tty == true, label)
end

-- Changing ---------------------------------------------------------------

-- An update under this label; `read` as versioned has it.
local function row_of(label, read)
  return {
    label = label, inspect = "ServiceInspect", update = "ServiceUpdate",
    target = "id", read = read,
  }
end

-- Sends an update, waits for what comes of it, and fetches the attributes.
local function update(self, row, options, waiting, more)
  local client, id = core.client_of(self), core.key(self)
  options.raw = false
  local answer = versioned.update(client, row, id, options, more)
  services.warn(waiting, answer)
  if waiting then
    convergence.wait(client, id, waiting, more and more.is_rollback)
  end
  return self:reload()
end

---Changes the service, and waits until its tasks are those that it describes.
---`service:update{image = "nginx:1.27", labels = {tier = "a", old = false}}`
---
---Takes the options of services:create, which are merged into what there is:
---maps (labels, limits) are merged, lists and scalars (env, mounts, image)
---replaced. `moonsail.null` removes what it is given for, `false` a label.
---
---The version is filled in, and the update tried again when another writer was
---faster, unless one is given.
---@option image string|moonsail.Image # what its containers are made of
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
---@option query_registry boolean =false # asks the registry for the digest of
---        the image, if one is given
---@option with_registry_auth boolean =false # lets the nodes pull the image
---        that is given with the credentials that are known for its registry
---@takes ServiceUpdate
---@fills id
---@uses ServiceInspect ServiceUpdate TaskList NodeList SecretList ConfigList
---  DistributionInspect
---@raises container when the update is paused or rolled back, or its tasks end
---        and are not started again (with service, task, exit_code), timeout
---        when it takes too long (with service), not_found when the service,
---        a secret or a config is not there, conflict when the given version
---        is not that of the service
---@return self # with its attributes fetched anew
function methods:update(...)
  local label = "service:update"
  local options = core.gather_options("", label, ...)
  local row = row_of(label)
  local plan, waiting = services.plan(core.client_of(self), row.update,
                                      options, label, function(client, plan)
    versioned.check(client, row, core.key(self), plan.options)
  end)
  return update(self, row, plan.options, waiting,
                { replaced = plan.replaced })
end

---Sets how many tasks it shall have, and waits for them.
---@param replicas integer
---@option detach boolean =false # does not wait
---@option timeout number # waits for so many seconds at most
---@option progress boolean|file*|fun(document: table) # as of update
---@uses ServiceInspect ServiceUpdate TaskList NodeList
---@raises argument when it is global, container when its tasks end and are not
---        started again, timeout when it takes too long
---@return self # with its attributes fetched anew
function methods:scale(...)
  local label = "service:scale"
  local options = core.gather_options("replicas", label, ...)
  local complain = fail.complainer(label)
  local waiting = convergence.take(options, label)
  local replicas, mode = options.replicas, self:mode()
  if math.type(replicas) ~= "integer" or replicas < 0 then
    complain("replicas", "expected an integer from 0 on, got %s",
             tostring(replicas))
  end
  options.replicas = nil
  if mode == "replicated-job" then
    options.mode = { replicated_job = { total_completions = replicas } }
  elseif mode == "replicated" then
    options.mode = { replicated = { replicas = replicas } }
  else
    complain("replicas", "a global service has a task on every node")
  end
  return update(self, row_of(label), options, waiting)
end

---Puts new tasks in the place of all that it has, although nothing of it has
---changed: for an image of which the name now means another, say.
---@option detach boolean =false # does not wait
---@option timeout number # waits for so many seconds at most
---@option progress boolean|file*|fun(document: table) # as of update
---@uses ServiceInspect ServiceUpdate TaskList NodeList
---@raises container when the update is paused or rolled back, or its tasks end
---        and are not started again, timeout when it takes too long
---@return self # with its attributes fetched anew
function methods:force_update(...)
  local label = "service:force_update"
  local options = core.gather_options("", label, ...)
  local waiting = convergence.take(options, label)
  return update(self, row_of(label), options, waiting, {
    change = function(spec)
      local task = spec.TaskTemplate
      task.ForceUpdate = (task.ForceUpdate or 0) + 1
    end,
  })
end

-- Engines before API 1.28 do not roll back by themselves.
local function previous(attrs)
  return attrs.PreviousSpec, attrs.Version.Index
end

---Goes back to what the service was before its last update, and waits until
---its tasks are those.
---@option detach boolean =false # does not wait
---@option timeout number # waits for so many seconds at most
---@option progress boolean|file*|fun(document: table) # as of update
---@uses ServiceInspect ServiceUpdate TaskList NodeList
---@raises api when it was never updated, container when the rollback is
---        paused, timeout when it takes too long
---@return self # with its attributes fetched anew
function methods:rollback(...)
  local label = "service:rollback"
  local options = core.gather_options("", label, ...)
  local waiting = convergence.take(options, label)
  local row = row_of(label)
  if object.minor_version(core.client_of(self), label) >= 28 then
    options.rollback = "previous"
  else
    options.registry_auth_from = "previous-spec"
    row = row_of(label, previous)
  end
  return update(self, row, options, waiting, { is_rollback = true })
end

return methods
