-- SPDX-License-Identifier: MIT
-- Methods of a volume that are more than one operation of the API, or none.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local object = require "moonsail.object"
local own = require "moonsail.own"
local versioned = require "moonsail.versioned"

object.add_methods("volume", "VolumeInspect", "name")

---@class moonsail.Volume
local methods = core.methods("volume")

-- Mapping --------------------------------------------------------------------

-- A path from the root on, of Linux or of Windows.
local function is_absolute(path)
  return path:find("^/") ~= nil or path:find("^%a:[/\\]") ~= nil
end

-- What stands behind the second colon: ":ro", or "".
local function mode_of(readonly, complain)
  if readonly == nil or readonly == false then return "" end
  if readonly == true then return ":ro" end
  if type(readonly) ~= "string" then
    fail.wrong_type(complain, "readonly", 'a boolean or options as "ro"',
                    readonly)
  elseif not readonly:find("^%l[%l,]*$") then
    complain("readonly", '%q: expected options as "ro" or "ro,z"', readonly)
  end
  return ":" .. readonly
end

---The volume at a place in a container, as the option `volumes` takes it:
---`containers:run("busybox", "ls /data", {volumes = {data:map("/data")}})`.
---@param path string # where the container sees it, from the root on
---@param readonly? boolean|string # true or "ro": it cannot be written there;
---       further options as the docker command has them: "ro,z"
---@return string # "name:/path:ro"
function methods:map(...)
  local label = "volume:map"
  local complain = fail.complainer(label)
  local options = core.gather_options("path readonly", label, ...)
  local given = own.take(options, { path = "string", readonly = "any" }, nil,
                         complain)
  local path = given.path
  if path == nil then complain("path", "missing (a string)") end
  if not is_absolute(path) then
    complain("path", '%q: expected a path from the root on, as "/data"', path)
  elseif path:find(":", 3, true) then
    complain("path", "%q: it may have no colon in it", path)
  end
  return ("%s:%s%s"):format(core.key(self), path,
                            mode_of(given.readonly, complain))
end

-- Updating -------------------------------------------------------------------

local UPDATE = {
  label = "volume:update", inspect = "VolumeInspect", update = "VolumeUpdate",
  target = "name",
}

function UPDATE.read(attrs)
  local cluster = attrs.ClusterVolume
  if type(cluster) ~= "table" then
    fail.raise{
      kind = "not_supported", method = UPDATE.label,
      message = "only volumes of the swarm's cluster can be updated, and this "
        .. "one is the engine's own",
    }
  end
  return { Spec = cluster.Spec }, cluster.Version and cluster.Version.Index
end

local AVAILABILITIES = { active = true, pause = true, drain = true }

-- Engines pass over what they do not know.
local function set_availability(options, availability, complain)
  if not AVAILABILITIES[availability] then
    complain("availability", '%q: expected "active", "pause" or "drain"',
             availability)
  elseif options.spec or options.extra then
    complain("availability", "given besides spec, or extra: put it there")
  end
  options.extra = { Spec = { Availability = availability } }
end

-- Engines find a cluster volume to be updated by its id alone.
local function cluster_key(self)
  local cluster = core.attrs(self).cluster_volume
  return cluster and cluster.id or core.key(self)
end

---Changes a cluster volume, which is one that the swarm keeps for all of its
---nodes: what is given is merged into its specification. Its attributes are
---fetched anew.
---`data:update{availability = "drain"}`
---@option availability string # "active", "pause" (no further task gets it) or
---        "drain" (those that have it lose it): the same as within `spec`
---@takes VolumeUpdate
---@uses VolumeInspect VolumeUpdate
---@raises not_supported when it is no cluster volume
---@return self
function methods:update(...)
  local complain = fail.complainer(UPDATE.label)
  local options = core.gather_options("", UPDATE.label, ...)
  local given = own.take(options, { availability = "string" }, "VolumeUpdate",
                         complain)
  if given.availability then
    set_availability(options, given.availability, complain)
  end
  versioned.update(core.client_of(self), UPDATE, cluster_key(self), options)
  return self:reload()
end
