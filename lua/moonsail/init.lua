-- SPDX-License-Identifier: MIT
-- moonsail: containers from Lua, by the Docker Engine API.

local config = require "moonsail.config"
local core = require "moonsail.core"

require "moonsail.container"
require "moonsail.image"
require "moonsail.run"
require "moonsail.stream"

local moonsail = {}

---The version of this library.
moonsail.version = "0.1.0-dev"

---A client of an engine. Nothing is sent before the first call.
---
---  host             unix:///path, /path, tcp://host:port, host:port; else
---                   DOCKER_HOST; else the first socket that may be used of
---                   Docker's and Podman's usual ones
---  api_version      "1.41": speak this one, do not ask; else
---                   DOCKER_API_VERSION; else the newest that both know
---  connect_timeout, timeout, idle_timeout   seconds, or false for no limit:
---                   until there is a connection, until the answer begins,
---                   between any two pieces of it
---  raw              answers as they come, under the API's own names
---  on_result        a function called after every exchange
---  max_body         the largest answer that is collected, in bytes
---  window           the bytes that a stream holds for a slow reader
---  user_agent       what the engine is told of us
---
---Raises kind argument for an option that is wrong, and not_supported when the
---environment asks for TLS or a context.
---@param options table|string|nil # a string is the host
---@return moonsail.Client
function moonsail.client(options)
  return core.client(config.resolve(options))
end

---Whether a value is an error of this library (of that kind).
---Kinds: argument, not_found, conflict, unauthorized, forbidden,
---not_supported, api, connection, timeout, tls, cancelled, closed, protocol,
---stream, container, limit.
---@param value any
---@param kind string|nil
---@return boolean
function moonsail.is_error(value, kind)
  return core.is_error(value, kind)
end

return moonsail
