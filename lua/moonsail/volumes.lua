-- SPDX-License-Identifier: MIT
-- The collection of volumes: removing those that are of no use.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local object = require "moonsail.object"
local own = require "moonsail.own"

local LABEL = "volumes:prune"
local complain = fail.complainer(LABEL)

-- From API 1.42 on an engine removes named volumes only when the filter `all`
-- says so. Before, it always did, and knew no such filter; Podman never does.
local function all_filter(client, all, filters)
  if filters ~= nil then
    fail.check_type(complain, "filters", "table", filters)
  end
  if filters and filters.all ~= nil then
    complain("all", "given twice: here and as filters.all")
  end
  if object.minor_version(client, LABEL) < 42
     or object.is_podman(client, LABEL) then
    if not all then
      fail.raise{
        kind = "not_supported", method = LABEL,
        message = "all = false needs Docker and API 1.42: this engine "
          .. "removes volumes with names, too",
      }
    end
    return filters
  end
  local copy = { all = all }
  for name, value in pairs(filters or {}) do copy[name] = value end
  return copy
end

---@class moonsail.Volumes
local methods = core.methods("volumes")

---Removes volumes that no container uses: those without a name of their own,
---and with `all = true` those that have one, too.
---
---Up to API 1.41 engines remove both in any case, and `all = false` is an
---error; so it is with Podman.
---@option all boolean # whether to remove those that were given a name
---@takes VolumePrune
---@uses VolumePrune
---@raises not_supported when `all` is false and the engine would remove all
---        of them
---@return moonsail.api.VolumePruneResponse # the names, and the bytes that are
---        free again
function methods:prune(...)
  local options = core.gather_options("", LABEL, ...)
  local client = core.client_of(self)
  local given = own.take(options, { all = "boolean" }, "VolumePrune", complain)
  if given.all ~= nil then
    options.filters = all_filter(client, given.all, options.filters)
  end
  return core.call(client, "VolumePrune", options, LABEL)
end
