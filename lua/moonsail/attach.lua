-- SPDX-License-Identifier: MIT
-- Sessions with what a container runs: attach, by a connection that goes both
-- ways, or by a WebSocket; and the session of BuildKit.

local container_facts = require "moonsail.container_facts"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local gating = require "moonsail.gating"
local object = require "moonsail.object"
local own = require "moonsail.own"
local sessions = require "moonsail.sessions"

local attach = {}

-- The other end ------------------------------------------------------------

-- nil while it runs, and before it was started.
local function ask(container, label)
  local state = core.call(core.client_of(container), "ContainerInspect", {
    id = core.key(container), raw = false,
  }, label).state or {}
  local finished = state.finished_at or "0001"
  if state.running or finished:find "^0001" then return nil end
  return state.exit_code
end

---The exit code of a container: nil when it runs for longer than the patience.
---What has gone has told its code to the wait that was begun for that.
---@param container moonsail.Container
---@param wait any # of core.begin, or nil
---@param label string
---@param patience number # seconds
---@return integer|nil
function attach.exit_code(container, wait, label, patience)
  local ok, code = pcall(sessions.settle, function()
    return ask(container, label)
  end, patience)
  if ok then return code end
  if not wait or not core.is_error(code, "not_found") then error(code, 0) end
  return wait:result().exit_code
end

-- A container that is removed at its end takes its exit code with it, unless
-- somebody waits for it.
local function begin_wait(container, label)
  local client = core.client_of(container)
  if not container_facts.of(container, label).auto_remove
     or object.minor_version(client, label) < 30 then
    return nil
  end
  return core.begin(client, "ContainerWait", {
    id = core.key(container), condition = "next-exit", raw = false,
  }, label, { unlimited = true })
end

-- Begins the session of a stream with a container.
local function begin(stream, container, wait)
  return sessions.begin(stream, {
    exit_code = function(label, patience)
      return attach.exit_code(container, wait, label, patience)
    end,
    resize = function(rows, columns, label)
      core.call(core.client_of(container), "ContainerResize", {
        id = core.key(container), rows = rows, columns = columns,
      }, label)
    end,
    close = wait and function() wait:close() end,
  })
end

-- Attaching ------------------------------------------------------------------

local OWN = { chunks = "boolean", max_line = "number" }

local WEBSOCKET = "ContainerAttachWebsocket"

-- What is wanted unless it is said otherwise: all, as the docker command does.
-- Before API 1.42 that cannot be said of a WebSocket, which gives all.
local function set_defaults(options, names, facts, complain)
  if options.stdin and not facts.open_stdin then
    complain("stdin", "the container was created without open_stdin: it reads "
             .. "nothing")
  end
  for name in names:gmatch "%a+" do
    if options[name] == nil then
      options[name] = name ~= "stdin" or facts.open_stdin
    end
  end
end

local function default_names(client, operation, label)
  if operation == WEBSOCKET and object.minor_version(client, label) < 42 then
    return "stream"
  end
  return "stream stdin stdout stderr"
end

---Attaches to a container, and returns the stream; its resize and exit_code
---are the container's. What comes are chunks unless `settings` say otherwise.
---@param container moonsail.Container
---@param operation string # ContainerAttach, or the one by a WebSocket
---@param options table # of the operation
---@param settings table # of core.call
---@param label string
---@param waits boolean|nil # the caller waits for the end; else that is done
---       here, for the exit code of what is removed then
---@return moonsail.Stream
function attach.open(container, operation, options, settings, label, waits)
  local client, facts = core.client_of(container),
                        container_facts.of(container, label)
  options.id = core.key(container)
  settings.unlimited = true
  settings.read_only = options.stdin == false or not facts.open_stdin
  local wait = not waits and begin_wait(container, label) or nil
  local ok, stream = pcall(core.call, client, operation, options, label,
                           settings)
  if ok then return begin(stream, container, wait) end
  if wait then wait:close() end
  error(stream, 0)
end

local function attach_by(operation, self, label, ...)
  local options = core.gather_options("", label, ...)
  local complain = fail.complainer(label)
  local given = own.take(options, OWN, operation, complain)
  own.fill(options, "id", self, complain)
  local client = core.client_of(self)
  gating.check(client, operation, options, label)
  local facts = container_facts.of(self, label)
  set_defaults(options, default_names(client, operation, label), facts,
               complain)
  return attach.open(self, operation, options, {
    -- a WebSocket has one stream of bytes, with both outputs in it
    tty = facts.tty or operation == WEBSOCKET,
    chunks = given.chunks ~= false, max_line = given.max_line,
  }, label):iterate()
end

---@class moonsail.Container
local container_methods = core.methods("container")

---Connects to what the container reads and writes, from now on: a stream that
---also has `write`, `close_write` and `resize`.
---
---Attach before the start, and nothing is lost:
---`local session = web:attach() web:start()`. It ends with the container, or
---when the keys to detach are written. What comes are pieces as they came,
---with their source; `session:lines()` gives lines, and so does
---`chunks = false`. With a terminal all is standard output.
---@option chunks boolean =true # bytes as they come, not lines
---@option max_line integer # the longest line in bytes (1 MiB)
---@option stdin boolean # to write what it reads; true unless the container
---        was created without `open_stdin`
---@option stdout boolean =true # what goes to standard output
---@option stderr boolean =true # what goes to standard error
---@option stream boolean =true # what comes from now on
---@takes ContainerAttach
---@fills id
---@uses ContainerAttach ContainerInspect ContainerWait
---@raises not_found when the container has gone, conflict when it is paused,
---        argument when `stdin` is wanted of one that reads nothing
---@return moonsail.Stream # it can be written to
function container_methods:attach(...)
  return attach_by("ContainerAttach", self, "container:attach", ...)
end

---Does as `attach`, by a WebSocket: for engines behind what lets nothing else
---through. There is no telling the outputs apart, and no `close_write`: the
---end of the session is the end of the input.
---@option chunks boolean =true # bytes as they come, not lines
---@option max_line integer # the longest line in bytes (1 MiB)
---@option stdin boolean # to write what it reads; true unless the container
---        was created without `open_stdin`
---@option stdout boolean =true # what goes to standard output
---@option stderr boolean =true # what goes to standard error
---@option stream boolean =true # what comes from now on
---@takes ContainerAttachWebsocket
---@fills id
---@uses ContainerAttachWebsocket ContainerInspect ContainerWait
---@raises not_found when the container has gone, argument when `stdin` is
---        wanted of one that reads nothing
---@return moonsail.Stream # it can be written to
function container_methods:attach_websocket(...)
  return attach_by(WEBSOCKET, self, "container:attach_websocket", ...)
end

---@class moonsail.Client
local client_methods = core.methods("client")

---Opens a session of BuildKit, over which the engine asks for files, secrets
---and logins while it builds: `images:build{session = id, version = "2"}`.
---
---For those who bring an HTTP/2 of their own: what is read and written are its
---bytes (h2c), on which the engine is the client, and this end serves gRPC.
---moonsail does not speak that itself. Engines want to do without the session
---from API 1.53 on.
---@takes Session
---@raises api when the engine refuses it
---@return moonsail.Stream # of bytes; it can be written to
function client_methods:session(...)
  local label = "client:session"
  local options = core.gather_options("", label, ...)
  return core.call(core.client_of(self), "Session", options, label,
                   { unlimited = true, tty = true, chunks = true }):iterate()
end

return attach
