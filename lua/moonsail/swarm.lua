-- SPDX-License-Identifier: MIT
-- The swarm that the engine is in, or shall be in.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local own = require "moonsail.own"
local versioned = require "moonsail.versioned"

-- Where a manager listens unless it is told otherwise; the engine has no
-- default of its own.
local LISTEN_ADDR = "0.0.0.0:2377"

---@class moonsail.Swarm
local methods = core.methods("swarm")

-- What was fetched last, by the swarm of each client.
local fetched = setmetatable({}, { __mode = "k" })

-- Attributes -----------------------------------------------------------------

-- Fetches the attributes, and keeps them unless they are raw.
local function inspect(self, options, label)
  local attrs = core.call(core.client_of(self), "SwarmInspect", options, label)
  if getmetatable(attrs) == "moonsail.value" then fetched[self] = attrs end
  return attrs
end

-- What was fetched, or is now.
local function attrs_of(self, label)
  return fetched[self] or inspect(self, { raw = false }, label)
end

---Fetches all attributes of the swarm, which it keeps, and returns them. Only
---a manager knows them.
---@takes SwarmInspect
---@uses SwarmInspect
---@raises api when the engine is no manager of a swarm, not_supported when it
---        is Podman
---@return moonsail.api.Swarm
function methods:inspect(...)
  local label = "swarm:inspect"
  return inspect(self, core.gather_options("", label, ...), label)
end

---Fetches the attributes anew.
---@uses SwarmInspect
---@return self
function methods:reload()
  inspect(self, { raw = false }, "swarm:reload")
  return self
end

---All attributes of the swarm, as last fetched; fetches them if they never
---were.
---@uses SwarmInspect
---@return moonsail.api.Swarm
function methods:attrs()
  return attrs_of(self, "swarm:attrs")
end

---The id of the swarm.
---@uses SwarmInspect
---@return string
function methods:id()
  return attrs_of(self, "swarm:id").id
end

---The tokens by which other engines join: `worker` and `manager`. Who has one
---can join, so they are not shown when they are printed as parts of others.
---Fetched anew each time, since they may have been changed.
---@takes SwarmInspect
---@uses SwarmInspect
---@return moonsail.api.JoinTokens
function methods:join_tokens(...)
  local label = "swarm:join_tokens"
  local options = core.gather_options("", label, ...)
  options.raw = false
  return inspect(self, options, label).join_tokens
end

---The key that unlocks a manager which was started again, or nil when
---managers are not locked.
---@takes SwarmUnlockkey
---@uses SwarmUnlockkey
---@return string|nil
function methods:unlock_key(...)
  local label = "swarm:unlock_key"
  local options = core.gather_options("", label, ...)
  options.raw = false
  local key = core.call(core.client_of(self), "SwarmUnlockkey", options,
                        label).unlock_key
  return key ~= "" and key or nil
end

-- Beginning and joining ------------------------------------------------------

local function listen_by_default(options)
  if options.listen_addr == nil and options.ListenAddr == nil
     and options.listenAddr == nil then
    options.listen_addr = LISTEN_ADDR
  end
end

local AUTOLOCK = { autolock = "boolean" }

-- Puts the option `autolock` where the API has it.
local function set_autolock(spec, given, complain)
  if given == nil then return spec end
  local copy = { encryption_config = { auto_lock_managers = given } }
  for key, value in pairs(spec or {}) do
    if key == "encryption_config" or key == "EncryptionConfig" then
      complain("autolock", "given twice: here and as %s", key)
    end
    copy[key] = value
  end
  return copy
end

---Makes the engine the first manager of a new swarm.
---`docker.swarm:init("10.0.0.7")`
---@param advertise_addr? string # the address, or the network interface, at
---        which other nodes reach this one, with a port or without; the
---        engine finds one if it has only one
---@option listen_addr string ="0.0.0.0:2377" # where it listens to them
---@option autolock boolean =false # managers that are started again must be
---        unlocked: see unlock_key
---@takes SwarmInit
---@uses SwarmInit
---@raises api when the engine is in a swarm already, not_supported when it is
---        Podman
---@return string # the id of its node
function methods:init(...)
  local label = "swarm:init"
  local options = core.gather_options("advertise_addr", label, ...)
  local complain = fail.complainer(label)
  local given = own.take(options, AUTOLOCK, "SwarmInit", complain)
  if options.spec ~= nil then
    fail.check_type(complain, "spec", "table", options.spec)
  end
  options.spec = set_autolock(options.spec, given.autolock, complain)
  listen_by_default(options)
  fetched[self] = nil -- which was of another swarm
  return core.call(core.client_of(self), "SwarmInit", options, label)
end

---Makes the engine a node of a swarm that there is: a worker or a manager, by
---the token.
---`docker.swarm:join("10.0.0.7", docker_there.swarm:join_tokens().worker)`
---@param remote_addrs string|string[] # addresses of managers, with a port
---        (2377 else)
---@param join_token string # of those that join_tokens of a manager gives
---@option listen_addr string ="0.0.0.0:2377" # where it listens, as a manager
---@takes SwarmJoin
---@uses SwarmJoin
---@raises api when the token is not valid, when no manager answers, or when
---        the engine is in a swarm already, not_supported when it is Podman
---@return boolean # true
function methods:join(...)
  local label = "swarm:join"
  local options = core.gather_options("remote_addrs join_token", label, ...)
  if type(options.remote_addrs) == "string" then
    options.remote_addrs = { options.remote_addrs }
  end
  listen_by_default(options)
  fetched[self] = nil -- which was of another swarm
  return core.call(core.client_of(self), "SwarmJoin", options, label)
end

---Takes the engine out of the swarm; a manager with `force = true`.
---`docker.swarm:leave{force = true}`
---@takes SwarmLeave
---@uses SwarmLeave
---@raises api when the engine is in no swarm, or is a manager and `force` is
---        not true, not_supported when it is Podman
---@return boolean # true
function methods:leave(...)
  local label = "swarm:leave"
  local options = core.gather_options("", label, ...)
  fetched[self] = nil
  return core.call(core.client_of(self), "SwarmLeave", options, label)
end

-- Changing -------------------------------------------------------------------

local UPDATE = {
  label = "swarm:update", inspect = "SwarmInspect", update = "SwarmUpdate",
}

---Changes how the swarm is set up. The options are merged into what is set
---now: maps are merged, lists and scalars replaced, and `moonsail.null`
---removes what it is given for.
---`docker.swarm:update{rotate_worker_token = true, labels = {team = "blue"}}`
---@option autolock boolean # whether managers that are started again must be
---        unlocked: see unlock_key
---@takes SwarmUpdate
---@uses SwarmInspect SwarmUpdate
---@raises api when the engine is no manager of a swarm, conflict when the
---        given version is not that of the swarm
---@return self # with its attributes fetched anew
function methods:update(...)
  local label = UPDATE.label
  local complain = fail.complainer(label)
  local options = core.gather_options("", label, ...)
  local given = own.take(options, AUTOLOCK, UPDATE.update, complain)
  options = set_autolock(options, given.autolock, complain)
  versioned.update(core.client_of(self), UPDATE, nil, options)
  return self:reload()
end

return methods
