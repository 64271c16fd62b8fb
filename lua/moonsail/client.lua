-- SPDX-License-Identifier: MIT
-- Methods of a client that are more than one operation of the API.

local config = require "moonsail.config"
local core = require "moonsail.core"
local events = require "moonsail.events"
local fail = require "moonsail.fail"
local moment = require "moonsail.moment"
local object = require "moonsail.object"
local own = require "moonsail.own"
local version = require "moonsail.version"

---@class moonsail.Client
local methods = core.methods("client")

-- Events --------------------------------------------------------------------

-- Whether to connect again, and for how many seconds at most.
local function take_reconnect(options, complain)
  local reconnect = own.take(options, { reconnect = "any" }, "SystemEvents",
                             complain).reconnect
  if type(reconnect) == "number" and reconnect > 0 then
    return true, reconnect
  elseif reconnect ~= nil and type(reconnect) ~= "boolean" then
    fail.wrong_type(complain, "reconnect", "true or seconds", reconnect)
  end
  return reconnect
end

---What happens on the engine, from now on or from a time in the past:
---containers, images, networks and volumes that are made, start, end and go.
---`for event in docker:events{since = "10m"} do print(event.action) end`
---
---With `until_` the stream ends by itself; else it goes on until it is closed
---or the loop is left. An event has `type`, `action`, `actor` (`id` and
---`attributes`), `time` and `time_nano`.
---
---With `reconnect` it outlives the connection: when that is lost, because the
---engine is started again, say, it is made again after a pause, and the stream
---goes on behind the last event, without a gap and without a repetition. What
---the engine itself has forgotten is lost: see the guide.
---@option since string|number # tell first what has happened since: Unix
---        seconds, RFC 3339, or how long ago ("10m")
---@option until string|number # the end, in the same forms
---@option reconnect boolean|number =false # connect again when the connection
---        is lost: true for as long as it takes, or for so many seconds
---@takes SystemEvents
---@uses SystemEvents SystemInfo
---@raises argument when a time is none, api when `until_` lies before `since`,
---        connection when the engine is lost
---@return moonsail.Stream # of `moonsail.api.EventMessage`
function methods:events(...)
  local label = "client:events"
  local options = core.gather_options("", label, ...)
  local complain = fail.complainer(label)
  local reconnect, patience = take_reconnect(options, complain)
  moment.set_times(options, complain)
  if reconnect then
    return events.lasting(self, options, label, patience):iterate()
  end
  local stream = core.call(self, "SystemEvents", options, label,
                           { unlimited = true })
  return stream:iterate()
end

-- Cleaning up ---------------------------------------------------------------

local PRUNE = "client:prune"

-- The kinds of things, in the order in which they free each other.
local KINDS = { "containers", "networks", "volumes", "images", "builds" }
local PRUNES = {
  containers = "ContainerPrune", networks = "NetworkPrune",
  volumes = "VolumePrune", images = "ImagePrune", builds = "BuildPrune",
}

local PRUNE_OPTIONS = {
  all = "boolean", builds = "boolean", containers = "boolean",
  filters = "table", images = "boolean", networks = "boolean",
  volumes = "boolean", timeout = "any", idle_timeout = "any",
  connect_timeout = "any",
}

-- Whether the filters name something besides these.
local function has_other_filter(filters, ...)
  local known = {}
  for _, name in ipairs{ ... } do known[name] = true end
  for name in pairs(filters or {}) do
    if not known[name] then return true end
  end
  return false
end

-- Whether nobody has named what alone is to be pruned; volumes only add to it.
local function prunes_usual(given)
  for _, kind in ipairs(KINDS) do
    if given[kind] and kind ~= "volumes" then return false end
  end
  return true
end

-- Whether builds are to be pruned that nobody has named: with filters, only if
-- those are of builds, too.
local function prunes_builds(client, filters)
  if has_other_filter(filters, "until", "until_") then return false end
  return object.minor_version(client, PRUNE) >= (filters and 39 or 31)
end

local function kinds_of(client, given)
  local is_usual, kinds = prunes_usual(given), {}
  for _, kind in ipairs(KINDS) do
    local wanted = given[kind]
    if wanted == nil then wanted = is_usual and kind ~= "volumes" end
    if wanted and kind == "builds" and given.builds == nil then
      wanted = prunes_builds(client, given.filters)
    end
    if wanted then kinds[#kinds + 1] = kind end
  end
  return kinds
end

-- The options of the operation that prunes one kind.
local function prune_options(client, kind, given)
  local options = {
    raw = false, timeout = given.timeout, idle_timeout = given.idle_timeout,
    connect_timeout = given.connect_timeout, filters = given.filters,
  }
  if kind == "images" and given.all then
    options.filters = { dangling = "false" }
    for name, value in pairs(given.filters or {}) do
      options.filters[name] = value
    end
  elseif kind == "builds" and object.minor_version(client, PRUNE) >= 39 then
    options.all = given.all
  end
  return options
end

-- All of what is to be done, checked before anything is removed.
local function plan_prune(client, given)
  local steps = {}
  for i, kind in ipairs(kinds_of(client, given)) do
    local options = prune_options(client, kind, given)
    core.check(client, PRUNES[kind], options, PRUNE)
    steps[i] = { kind = kind, operation = PRUNES[kind], options = options,
                 required = given[kind] ~= nil }
  end
  return steps
end

-- The answer; nil where an engine does not have what nobody has named.
local function prune_step(client, step)
  local ok, answer = pcall(core.call, client, step.operation, step.options,
                           PRUNE, { unlimited = true })
  if ok then return answer end
  if step.required or not core.is_error(answer, "not_supported") then
    error(answer, 0)
  end
end

-- Volumes have no age.
local function check_filters(given)
  local filters = given.filters or {}
  if given.volumes and (filters["until"] or filters.until_) then
    fail.argument(PRUNE, "filters.until: it cannot be used with volumes")
  end
end

---Removes what is not used: containers that do not run, networks without
---containers, images without a name, what builds have cached.
---`docker:prune()`, `docker:prune{all = true, volumes = true}`,
---`docker:prune{images = true}`
---
---Naming one of containers, images, networks and builds as true prunes that
---alone; as false, all but that.
---@option containers boolean # those that do not run
---@option networks boolean # those that no container is connected to
---@option images boolean # those without a name; with `all` those that no
---        container uses
---@option builds boolean # the cache of builds, where the engine has one
---@option volumes boolean =false # those that no container uses, too: the
---        unnamed ones; below API 1.42 the named ones as well
---@option all boolean =false # images with a name, too, and all of the cache
---@option filters table # `until` (an age: "24h") and `label`; images,
---        networks and containers know both, builds `until`, volumes `label`
---@uses ContainerPrune NetworkPrune VolumePrune ImagePrune BuildPrune
---@raises argument when `until` is used with volumes, conflict when another
---        prune is under way
---@return moonsail.Pruned # what was removed
function methods:prune(...)
  local complain = fail.complainer(PRUNE)
  local given = own.take(core.gather_options("", PRUNE, ...), PRUNE_OPTIONS,
                         nil, complain)
  check_filters(given)
  local pruned = core.readable{ space_reclaimed = 0 }
  for _, step in ipairs(plan_prune(self, given)) do
    local answer = prune_step(self, step)
    pruned[step.kind] = answer
    pruned.space_reclaimed = pruned.space_reclaimed
      + (answer and answer.space_reclaimed or 0)
  end
  return pruned
end

---What `client:prune` has removed: of each kind that was pruned, the answer of
---the engine.
---@class moonsail.Pruned
---@field containers? moonsail.api.ContainerPruneResponse
---@field networks? moonsail.api.NetworkPruneResponse
---@field volumes? moonsail.api.VolumePruneResponse
---@field images? moonsail.api.ImagePruneResponse
---@field builds? moonsail.api.BuildPruneResponse
---@field space_reclaimed integer # bytes, of all of them

-- The connection ------------------------------------------------------------

-- What the engine proper says of itself among the parts that it names.
local function engine_of(answer)
  local engine = {
    name = "Docker",
    version = answer.version,
    api_version = answer.api_version,
    min_api_version = answer.min_api_version,
    os = answer.os,
    arch = answer.arch,
  }
  local podman = object.podman_of(answer)
  if podman then engine.name, engine.version = "Podman", podman.version end
  return engine
end

-- On which terms an engine is spoken with by TLS; nil: it is not.
local function terms_of(origin)
  local tls = origin.tls
  if not tls then
    local is_https = tostring(origin.host):find "^https:"
    return is_https and core.readable{ verify = true } or nil
  end
  return core.readable{
    verify = tls.verify ~= false, ca = tls.ca, cert = tls.cert, key = tls.key,
    server_name = tls.server_name,
  }
end

local function origin_of(client)
  local origin = config.origin(client)
  return core.readable{
    host = origin.host,
    chosen_by = origin.chosen_by,
    context = origin.context,
    config_path = origin.config_path,
    tls = terms_of(origin),
    user_agent = origin.user_agent,
    warnings = core.readable{ table.unpack(origin.warnings or {}) },
  }
end

---Which engine this is, where, why there, and how it is spoken with.
---
---`warnings` has what one may not be aware of: that DOCKER_HOST overrides a
---context, that config.json is broken.
---@uses SystemVersion
---@raises connection when the engine cannot be reached
---@return moonsail.ConnectionInfo
function methods:connection_info(...)
  local label = "client:connection_info"
  local options = core.gather_options("", label, ...)
  options.raw = false
  local answer = core.call(self, "SystemVersion", options, label)
  local info = origin_of(self)
  info.api_version = self:api_version()
  info.engine = engine_of(answer)
  info.libcurl = core.libcurl_version()
  info.moonsail = version
  return info
end

---What `client:connection_info` tells.
---@class moonsail.ConnectionInfo
---@field host string # "unix:///var/run/docker.sock"
---@field chosen_by string # what named the host: "option host", "option
---       context", "DOCKER_HOST", "DOCKER_CONTEXT", "currentContext of PATH",
---       "default socket"; or, for the usual port, what asks for TLS: "option
---       tls", "DOCKER_TLS_VERIFY", "DOCKER_TLS"
---@field context? string # the docker command's context that is used
---@field config_path? string # of the docker command's config.json, whether it
---       is there or not
---@field tls? moonsail.TlsInfo # nil: no TLS
---@field warnings string[] # what may be otherwise than one thinks
---@field api_version string # that is spoken: "1.41"
---@field engine moonsail.EngineInfo
---@field libcurl string # its version: "7.88.1"
---@field moonsail string # the version of this library
---@field user_agent string # what the engine is told of us

---On which terms TLS is spoken.
---@class moonsail.TlsInfo
---@field verify boolean # whether the engine's certificate must be right
---@field ca? string # the file of who may sign it; nil: whom the system trusts
---@field cert? string # the file of the certificate that is shown
---@field key? string # the file of its key
---@field server_name? string # that the engine's certificate must be for

---The engine that a client talks to.
---@class moonsail.EngineInfo
---@field name string # "Docker" or "Podman"
---@field version string # "20.10.24"
---@field api_version string # the newest that it speaks
---@field min_api_version? string # the oldest
---@field os string # "linux"
---@field arch string # "amd64"
