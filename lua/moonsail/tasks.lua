-- SPDX-License-Identifier: MIT
-- Methods of a task that are more than one operation of the API.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local log_reading = require "moonsail.log_reading"
local object = require "moonsail.object"
local own = require "moonsail.own"

object.add_methods("task", "TaskInspect", "id")

---@class moonsail.Task
local methods = core.methods("task")

-- The object whose id the task has, if it has one.
local function fetch(self, class, id, operation, label)
  if not id or id == "" then return nil end
  local client = core.client_of(self)
  return core.new_object(class, client, core.call(client, operation, {
    id = id, raw = false,
  }, label))
end

---The service that it belongs to.
---@uses ServiceInspect
---@raises not_found when the service has gone
---@return moonsail.Service|nil
function methods:service()
  return fetch(self, "service", core.attrs(self).service_id, "ServiceInspect",
               "task:service")
end

---The node that it runs on; nil as long as it has none.
---@uses NodeInspect
---@raises not_found when the node has gone
---@return moonsail.Node|nil
function methods:node()
  return fetch(self, "node", core.attrs(self).node_id, "NodeInspect",
               "task:node")
end

---What it has written, as far as its engine kept it: as container:logs,
---without `until`.
---@option chunks boolean =false # bytes as they come, not lines
---@option max_line integer # the longest line in bytes (1 MiB)
---@option since string|number # Unix seconds, RFC 3339, or how long ago: "10m"
---@option stdout boolean =true # what went to standard output
---@option stderr boolean =true # what went to standard error
---@takes TaskLogs
---@fills id
---@uses TaskLogs
---@return moonsail.Logs|moonsail.Stream # with follow: the stream
function methods:logs(...)
  local label = "task:logs"
  local options = core.gather_options("", label, ...)
  local spec = core.attrs(self).spec
  local container = spec and spec.container_spec
  own.fill(options, "id", self, fail.complainer(label))
  return log_reading.read(core.client_of(self), "TaskLogs", options,
                          container ~= nil and container.tty == true, label)
end

return methods
