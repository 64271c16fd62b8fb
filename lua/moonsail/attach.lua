-- SPDX-License-Identifier: MIT
-- What needs a connection that goes both ways, which is not there yet: said in
-- a sentence, so that nobody looks for it.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

local function refuse(method, instead)
  fail.raise{
    kind = "not_supported",
    method = method,
    message = "attached sessions come with the next release" .. instead,
  }
end

---@class moonsail.Container
local container_methods = core.methods("container")

---Will connect to what the container reads and writes. Until then
---`logs{follow = true}` gives what it writes, and `containers:run` all of it.
---@takes ContainerAttach
---@fills id
---@raises not_supported when called: attached sessions are not there yet
function container_methods:attach()
  core.client_of(self)
  refuse("container:attach",
         "; logs{follow = true} gives what the container writes")
end

---Will connect to what the container reads and writes, by a WebSocket.
---@takes ContainerAttachWebsocket
---@fills id
---@raises not_supported when called: attached sessions are not there yet
function container_methods:attach_websocket()
  core.client_of(self)
  refuse("container:attach_websocket",
         "; logs{follow = true} gives what the container writes")
end

---@class moonsail.Client
local client_methods = core.methods("client")

---Will open the session that BuildKit asks for files and secrets. Engines want
---to do without it from API 1.53 on.
---@takes Session
---@raises not_supported when called: sessions are not there yet
function client_methods:session()
  core.client_of(self)
  refuse("client:session", "")
end
