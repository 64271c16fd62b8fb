-- SPDX-License-Identifier: MIT
-- moonsail: containers from Lua, by the Docker Engine API.

local concurrency = require "moonsail.concurrency"
local config = require "moonsail.config"
local contexts = require "moonsail.contexts"
local core = require "moonsail.core"

require "moonsail.archive"
require "moonsail.attach"
require "moonsail.build"
require "moonsail.client"
require "moonsail.container"
require "moonsail.copy"
require "moonsail.exec"
require "moonsail.extraction"
require "moonsail.image"
require "moonsail.interact"
require "moonsail.network"
require "moonsail.networks"
require "moonsail.nodes"
require "moonsail.plugin"
require "moonsail.plugins"
require "moonsail.registry"
require "moonsail.run"
require "moonsail.secrets"
require "moonsail.service"
require "moonsail.services"
require "moonsail.show"
require "moonsail.stream"
require "moonsail.supports"
require "moonsail.swarm"
require "moonsail.tasks"
require "moonsail.volume"
require "moonsail.volumes"

---Containers from Lua: `local moonsail = require "moonsail"`.
---@class moonsail
---@field version string # of this library
---@field null lightuserdata # what an update is to remove; cjson.null as well
local moonsail = {}

moonsail.version = require "moonsail.version"
moonsail.null = core.null
for name, fn in pairs(concurrency) do moonsail[name] = fn end

---What is raised when something is wrong: a table that prints on one line,
---with what to do about it where that is known. Further fields say more of
---some kinds: those of a run that failed are `container`, `exit_code`,
---`command`, `image` and `logs`; where a container could not be started or set
---up, `container_id` is its id; a build that failed has `log` and, where a
---command in it did, `exit_code`; a service that was waited for in vain is
---`service`, and `task` the one of its tasks that is to blame.
---@class moonsail.Error
---@field kind string # "not_found", …: see `moonsail.is_error`
---@field message string # the engine's own words, or ours
---@field status? integer # of the engine's answer
---@field operation? string # of the API: "ContainerStart"
---@field method? string # that was called: "container:start"
---@field url? string # without the query
---@field hint? string # what may be done about it
---@field where? string # the line of the script that asked for it
---@field traceback? string # of the task in which it was raised
---@field exit_code? integer # of a command that failed
---@field command? string[] # that failed
---@field image? string # in which it was run
---@field container? moonsail.Container # in which it was run
---@field container_id? string # of a container that was created in vain
---@field logs? moonsail.Logs # what a command that failed has written
---@field log? moonsail.BuildLog # of a build that failed, up to then
---@field service? moonsail.Service # that did not get where it should
---@field task? moonsail.Task # of a service, that failed for good

---The answer to `client:request`.
---@class moonsail.Response
---@field status integer # "200"
---@field headers table<string, string> # by their names in small letters
---@field body any # decoded if it is JSON, else a string

---A client of an engine. Nothing is sent before the first call.
---`moonsail.client()`, `moonsail.client("tcp://10.0.0.7:2375")`,
---`moonsail.client{context = "build"}`
---
---Without `host` and `context` the engine is found as the docker command finds
---it: by DOCKER_HOST, DOCKER_CONTEXT, the current context of config.json, or
---else it is the first socket that may be used of Docker's and Podman's usual
---ones. DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH ask for TLS.
---@param host? string # unix:///path, /path, tcp://host:port, host:port,
---       https://host:port or ssh://user@host
---@option context string # the name of a context of the docker command
---@option tls boolean|table # speak TLS: `ca`, `cert`, `key` (files),
---        `verify` (false: with whomever), `server_name`; true: by the files
---        of DOCKER_CERT_PATH; false: do not, whatever the environment asks
---@option headers table<string, string> # to send with each request, besides
---        the HttpHeaders of config.json
---@option config string # the folder of the docker command's files; else
---        DOCKER_CONFIG, else ~/.docker
---@option api_version string # "1.41": speak this one, do not ask; else
---        DOCKER_API_VERSION; else the newest that both know
---@option connect_timeout number|false =10 # seconds until there is a
---        connection; false for no limit
---@option timeout number|false =60 # seconds until an answer begins
---@option idle_timeout number|false =60 # seconds between two pieces of it
---@option raw boolean =false # answers as they come, under the API's own names
---@option on_result fun(record: table) # called after every exchange with what
---        was sent and answered, but for credentials
---@option max_body integer|string ="1g" # the largest answer that is collected
---@option window integer|string ="1m" # what a stream holds for a slow reader
---@option user_agent string # what the engine is told of us
---@raises argument when an option is wrong, or there is no such context
---@return moonsail.Client
function moonsail.client(...)
  local options = core.gather_options("host", "moonsail.client", ...)
  return config.client(options)
end

---The contexts of the docker command, "default" first, which stands for the
---environment and the usual sockets; one that cannot be used says why.
---@option config string # the folder of the docker command's files; else
---        DOCKER_CONFIG, else ~/.docker
---@raises argument when config.json is broken
---@return moonsail.Context[]
function moonsail.contexts(...)
  return contexts.list(core.gather_options("", "moonsail.contexts", ...))
end

---Whether a value is an error of this library (of that kind).
---
---Kinds: argument (nothing was sent), not_found, conflict, unauthorized,
---forbidden, not_supported, api (any other refusal of the engine's),
---connection, timeout, tls, cancelled, closed, protocol, stream (a failure
---that is reported within a good answer), container (a run that failed), build
---(a build that failed), limit.
---@param value any
---@param kind? string
---@return boolean
function moonsail.is_error(value, kind)
  return core.is_error(value, kind)
end

---What there is to know about a class ("containers"), a method
---("containers.create"), an option of it ("containers.create.memory"), or an
---operation of the API ("api.container_list"). Without a topic, the topics.
---@param topic? string
---@raises argument when there is no such topic
---@return string
function moonsail.help(topic)
  return require("moonsail.help").topic(topic)
end

return moonsail
