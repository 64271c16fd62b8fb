-- SPDX-License-Identifier: MIT
-- Gives a token for registries to whoever has the password, or the identity
-- token that it gives as well:
--
--     lua5.4 token_server.lua FILE    FILE holds the token
--
-- It writes the port of 127.0.0.1 at which it listens.

local mime = require "mime"
local socket = require "socket"

local BASIC = "Basic " .. mime.b64("loop:back")
local IDENTITY = "an-identity-token"

local file = assert(io.open(arg[1]))
local token = file:read("a")
file:close()

-- A request: its first line, its headers by small letters, its body.
local function receive(client)
  local first, headers = client:receive(), {}
  for line in function() return client:receive() end do
    if line == "" then break end
    local name, value = line:match("^([^:]+):%s*(.*)$")
    headers[name:lower()] = value
  end
  local length = tonumber(headers["content-length"]) or 0
  return first or "", headers, length > 0 and client:receive(length) or ""
end

local function is_allowed(first, headers, body)
  if first:find("^POST") then
    return body:find("refresh_token=" .. IDENTITY, 1, true)
           or body:find("password=back", 1, true)
             and body:find("username=loop", 1, true)
  end
  return headers.authorization == BASIC
end

local function answer(first, headers, body)
  if not is_allowed(first, headers, body) then
    return "401 Unauthorized", [[{"errors":[{"code":"UNAUTHORIZED",
      "message":"incorrect username or password"}]}]]
  end
  return "200 OK", ([[{"token":"%s","access_token":"%s","expires_in":300,
    "refresh_token":"%s"}]]):format(token, token, IDENTITY)
end

local server = assert(socket.bind("127.0.0.1", 0))
local _, port = server:getsockname()
print(math.tointeger(tonumber(port)))
io.stdout:flush()
while true do
  local client = server:accept()
  client:settimeout(5)
  local status, body = answer(receive(client))
  client:send(("HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
    .. "Content-Length: %d\r\nConnection: close\r\n\r\n%s"):format(
    status, #body, body))
  client:close()
end
