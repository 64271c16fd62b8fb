-- SPDX-License-Identifier: MIT
-- Methods of a container that are more than one operation of the API.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local Logs = require "moonsail.logs"
local moment = require "moonsail.moment"
local object = require "moonsail.object"
local ports = require "moonsail.ports"

object.add_methods("container", "ContainerInspect", "id")

---@class moonsail.Container
local methods = core.methods("container")

-- Whether each container has a terminal, once asked: it never changes.
local terminals = setmetatable({}, { __mode = "k" })

-- A container from a list does not know: its attributes lack the settings.
local function has_terminal(self)
  local config = core.attrs(self).config
  if config then return config.tty == true end
  if terminals[self] == nil then
    local attrs = core.call(core.client_of(self), "ContainerInspect", {
      id = core.attrs(self).id, raw = false,
    }, "container:logs")
    terminals[self] = attrs.config.tty == true
  end
  return terminals[self]
end

---The name, without the slash that the API puts before it.
---@return string|nil
function methods:name()
  local attrs = core.attrs(self)
  if attrs.name then return (attrs.name:gsub("^/", "")) end
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

-- Since when, and until when, as the engine reads it.
local function set_times(options)
  local complain = fail.complainer "container:logs"
  options["until"] = options["until"] or options.until_
  options.until_ = nil
  for _, name in ipairs{ "since", "until" } do
    if options[name] ~= nil then
      options[name] = moment.text(options[name], name, complain)
    end
  end
end

-- Splits our own options off from those of the operation.
local function log_settings(self, options)
  set_times(options)
  local settings = {
    chunks = options.chunks,
    max_line = options.max_line,
    tty = has_terminal(self),
    unlimited = options.follow,
  }
  options.chunks, options.max_line = nil, nil
  options.id = core.attrs(self).id
  if options.stdout == nil then options.stdout = true end
  if options.stderr == nil then options.stderr = true end
  return settings
end

---What the container has written, as far as the engine kept it.
---Without `follow` a Logs value of what there is; with it a stream that goes
---on until the container ends: `for line in web:logs{follow = true} do`.
---Stands on ContainerLogs. `until_` needs API 1.35.
---@param options {follow: boolean|nil, stdout: boolean|nil,
---       stderr: boolean|nil, since: string|number|nil,
---       until_: string|number|nil, tail: integer|string|nil,
---       timestamps: boolean|nil, chunks: boolean|nil,
---       max_line: integer|nil}|nil # stdout and stderr are true unless
---       given; since and until_ are Unix seconds, RFC 3339 or how long ago
---       ("10m"); tail counts lines, "all" is the default; chunks gives
---       bytes as they come, not lines; max_line is the longest line in
---       bytes (1 MiB)
---@return moonsail.Logs|moonsail.Stream
function methods:logs(...)
  local options = core.gather_options("", "container:logs", ...)
  local settings = log_settings(self, options)
  local wants_chunks = settings.chunks
  settings.chunks = wants_chunks or not options.follow
  local stream = core.call(core.client_of(self), "ContainerLogs", options,
                           "container:logs", settings)
  if options.follow then return stream:iterate() end
  local closing <close> = stream
  return Logs.read(closing, { tty = settings.tty, chunks = wants_chunks })
end

-- Whether the engine may give one sample without waiting for a second.
local function knows_one_shot(client)
  return object.minor_version(client) >= 41
end

---What the container uses of processor, memory, network and disk.
---Without `follow` one sample; with it a stream of one a second. From API 1.41
---on the one sample comes at once, and has no earlier one to compare with
---(`precpu_stats`), unless `one_shot = false` makes the engine wait for it.
---Stands on ContainerStats.
---@param options {follow: boolean|nil, one_shot: boolean|nil}|nil
---@return table|moonsail.Stream
function methods:stats(...)
  local options = core.gather_options("", "container:stats", ...)
  local client, follow = core.client_of(self), options.follow
  options.id, options.follow, options.stream = core.attrs(self).id, nil, false
  if follow then
    options.stream = true
  elseif options.one_shot == nil and knows_one_shot(client) then
    options.one_shot = true
  end
  local stream = core.call(client, "ContainerStats", options,
                           "container:stats", { unlimited = true })
  if follow then return stream:iterate() end
  local sample <close> = stream
  return sample()
end

return methods
