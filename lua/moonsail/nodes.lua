-- SPDX-License-Identifier: MIT
-- The nodes of the swarm.

local core = require "moonsail.core"
local object = require "moonsail.object"
local versioned = require "moonsail.versioned"

object.add_methods("node", "NodeInspect", "id")

-- What stands for the node that the engine itself is.
local SELF = "self"

-- The collection -------------------------------------------------------------

local nodes = core.methods("nodes")

---The node with this id or name; "self" is the engine's own.
---@param id string|moonsail.Node # an id, the beginning of one, a host name,
---        or "self"
---@takes NodeInspect
---@uses NodeInspect SystemInfo
---@raises not_found when there is no such node, api when the engine is no
---        manager of a swarm, or is in none
---@return moonsail.Node
function nodes:get(...)
  local label = "nodes:get"
  local options = core.gather_options("id", label, ...)
  local client = core.client_of(self)
  if options.id == SELF then
    local info = core.call(client, "SystemInfo", { raw = false }, label)
    local id = info.swarm and info.swarm.node_id
    if id and id ~= "" then options.id = id end
  end
  local attrs = core.call(client, "NodeInspect", options, label)
  if getmetatable(attrs) ~= "moonsail.value" then return attrs end -- raw
  return core.new_object("node", client, attrs)
end

-- A node ---------------------------------------------------------------------

local methods = core.methods("node")

local UPDATE = {
  label = "node:update", inspect = "NodeInspect", update = "NodeUpdate",
  target = "id",
}

---Changes what the swarm does with the node: its `availability` ("active",
---"pause", "drain"), its `role` ("worker", "manager"), its `labels`.
---`node:update{availability = "drain", labels = {disk = "ssd"}}`
---
---The options are merged into what is set now: labels are added to those that
---there are, and `labels = {disk = false}` removes one.
---@takes NodeUpdate
---@fills id
---@uses NodeInspect NodeUpdate
---@raises not_found when the node has gone, api when it is the last manager,
---        conflict when the given version is not that of the node
---@return self # with its attributes fetched anew
function methods:update(...)
  local options = core.gather_options("", UPDATE.label, ...)
  return versioned.update_object(self, UPDATE, options)
end

return methods
