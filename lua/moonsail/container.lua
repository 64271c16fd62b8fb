-- SPDX-License-Identifier: MIT
-- Methods of a container that are more than one operation of the API.

local container_facts = require "moonsail.container_facts"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local log_reading = require "moonsail.log_reading"
local object = require "moonsail.object"
local own = require "moonsail.own"
local ports = require "moonsail.ports"
local reference = require "moonsail.reference"
local statistics = require "moonsail.statistics"

object.add_methods("container", "ContainerInspect", "id")

---@class moonsail.Container
local methods = core.methods("container")

-- What it tells --------------------------------------------------------------

---The name, without the slash that the API puts before it.
---@return string|nil
function methods:name()
  local attrs = core.attrs(self)
  if attrs.name and attrs.name ~= "" then -- Podman's lists have it empty
    return (attrs.name:gsub("^/", ""))
  end
  for _, name in ipairs(attrs.names or {}) do
    local plain = name:gsub("^/", "")
    if not plain:find("/", 1, true) then return plain end -- else: a link's
  end
end

---The ports, by the container's port ("80/tcp"): for each a list of where it
---is published, empty for one that is not. As last fetched: see reload.
---@return table<string, moonsail.PublishedPort[]>
function methods:ports()
  return ports.of(core.attrs(self))
end

-- Logs -----------------------------------------------------------------------

-- What begins a call that is answered when the container has ended.
local function waiter(self, label)
  return function()
    return core.launch(core.client_of(self), "ContainerWait", {
      id = core.attrs(self).id, raw = false,
    }, label, { unlimited = true })
  end
end

---What the container has written, as far as the engine kept it.
---
---Without `follow` a value with all there is; with it a stream that goes on
---until the container ends, also when it is then started again:
---`for line in web:logs{follow = true} do`.
---@option chunks boolean =false # bytes as they come, not lines
---@option max_line integer # the longest line in bytes (1 MiB)
---@option since string|number # Unix seconds, RFC 3339, or how long ago: "10m"
---@option until_ string|number # likewise
---@option stdout boolean =true # what went to standard output
---@option stderr boolean =true # what went to standard error
---@takes ContainerLogs
---@fills id
---@uses ContainerLogs ContainerInspect ContainerWait
---@raises argument when a time is none, not_found when the container has gone
---@return moonsail.Logs|moonsail.Stream # with `follow` the stream
function methods:logs(...)
  local label = "container:logs"
  local options = core.gather_options("", label, ...)
  own.fill(options, "id", self, fail.complainer(label))
  return log_reading.read(core.client_of(self), "ContainerLogs", options,
                          function()
                            return container_facts.of(self, label).tty
                          end, label, waiter(self, label))
end

-- Statistics -----------------------------------------------------------------

-- Seconds without a sample after which to look whether the container has ended
-- and the engine has only forgotten to say so.
local SILENCE = 10

-- Whether the engine may give one sample without waiting for a second.
local function knows_one_shot(client, label)
  return object.minor_version(client, label) >= 41
end

-- From 26.1 on dockerd does not say whose the sample is that comes at once.
local function add_names(self, sample)
  if getmetatable(sample) ~= "moonsail.value" then return sample end -- raw
  sample.id = sample.id or core.attrs(self).id
  local name = self:name()
  sample.name = sample.name or name and "/" .. name
  return sample
end

local function has_ended(self, label)
  local ok, attrs = pcall(core.call, core.client_of(self), "ContainerInspect",
                          { id = core.attrs(self).id, raw = false }, label)
  if not ok then
    return core.is_error(attrs, "not_found") or error(attrs, 0)
  end
  local state = attrs.state
  return not (state and (state.running or state.restarting))
end

-- A sample of a container that runs, or nil. Of one that does not, engines
-- send zeros, nothing, or what is no sample.
local function only_running(self, sample, label)
  if sample and statistics.is_sample(sample) then
    return add_names(self, sample)
  end
  local is_over = has_ended(self, label)
  local problem = sample and statistics.problem(sample)
  if problem and not is_over then
    fail.raise{ kind = "stream", method = label, operation = "ContainerStats",
                message = problem }
  end
  return nil, is_over
end

-- Samples up to the end of the container.
local function followed(self, stream, label)
  core.guard(stream, waiter(self, label), { silence = SILENCE })
  local function read(seconds)
    local deadline = seconds and core.now() + seconds
    repeat
      local found, reason = stream:read(deadline and math.max(
        deadline - core.now(), 0))
      if found == nil then return nil, reason end
      local sample, is_over = only_running(self, found, label)
      if sample or is_over then return sample end
    until false
  end
  return core.stream_of{
    read = read, close = function() stream:close() end,
    label = label, kind = "documents",
  }:iterate()
end

---What the container uses of processor, memory, network and disk. A sample
---computes what `docker stats` shows: `web:stats():memory_percent()`.
---
---Without `follow` one sample, which is of zeros when the container does not
---run; with it a stream of one a second until the container ends. From API
---1.41 on the one sample comes at once, and has no earlier one to compare with
---(`precpu_stats`), unless `one_shot = false` makes the engine wait for it.
---@option follow boolean =false # one sample after the other
---@takes ContainerStats
---@fills id stream
---@uses ContainerStats ContainerInspect ContainerWait
---@raises not_found when the container has gone, stream when the engine cannot
---        tell
---@return moonsail.Sample|moonsail.Stream # with `follow` the stream
function methods:stats(...)
  local label = "container:stats"
  local options = core.gather_options("", label, ...)
  local client, complain = core.client_of(self), fail.complainer(label)
  local follow = own.take(options, { follow = "boolean" }, "ContainerStats",
                          complain).follow
  own.fill(options, "id", self, complain)
  if options.stream ~= nil then complain("stream", "it is set by follow") end
  options.stream = follow == true
  if not follow and options.one_shot == nil
     and knows_one_shot(client, label) then
    options.one_shot = true
  end
  local stream = core.call(client, "ContainerStats", options, label,
                           { unlimited = true })
  if follow then return followed(self, stream, label) end
  local closing <close> = stream
  local sample = closing()
  if not sample or statistics.problem(sample) then
    sample = only_running(self, sample, label) or statistics.empty()
  end
  return add_names(self, sample)
end

-- An image of it -------------------------------------------------------------

-- The name of an image, and its tag, which may be in the name.
local function set_name(options, complain)
  if options.repo ~= nil then
    reference.split(options, complain)
  elseif options.tag ~= nil then
    complain("tag", "given without repo")
  end
end

---Makes an image of the container as it is now, without its volumes.
---`web:commit("team/web", "fixed", {changes = "CMD httpd -f"})`
---@param repo? string # a name for it, which may have the tag in it
---@param tag? string # "latest" unless given
---@option changes string|string[] # lines of a Dockerfile, as "CMD sh"
---@takes ImageCommit
---@fills container
---@uses ImageCommit ImageInspect
---@raises argument when the name is none, not_found when the container has
---        gone, api when a change is none
---@return moonsail.Image
function methods:commit(...)
  local label = "container:commit"
  local options = core.gather_options("repo tag", label, ...)
  local complain = fail.complainer(label)
  set_name(options, complain)
  if options.changes ~= nil then
    options.changes = own.texts(options.changes, "changes", complain)
  end
  own.fill(options, "container", self, complain)
  options.extra = options.extra or {} -- Podman wants a body, if an empty one
  return object.create("image", core.client_of(self), "ImageCommit",
                       "ImageInspect", "name", options, label)
end

return methods
