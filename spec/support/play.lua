-- SPDX-License-Identifier: MIT
-- Scripted engines: a server that answers what a spec tells it to, and a
-- client of it.
--
--     local server <close>, client = play.start{ play.json('{"Id":"x"}') }
--
-- Each step takes one request, head and body, and sends an answer. What the
-- server saw is in server:log().

local core = require "moonsail.core"
local scripted = require "spec.support.scripted"

local play = {}

-- A text as scripts quote it.
function play.quote(text)
  return '"' .. text:gsub('[%c"\\\128-\255]', function(c)
    return ("\\x%02x"):format(c:byte())
  end) .. '"'
end

-- Steps that send bytes as they are.
function play.send(bytes)
  local steps = {}
  for from = 1, #bytes, 1000 do
    steps[#steps + 1] = "send " .. play.quote(bytes:sub(from, from + 999))
  end
  return table.concat(steps, "\n")
end

-- An HTTP answer with a body of known length.
function play.http(status, headers, body)
  return ("HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s"):format(
    status, headers, #body, body)
end

function play.json(body, status)
  return play.send(play.http(status or "200 OK",
                             "Content-Type: application/json\r\n", body))
end

-- An answer whose body ends with the connection: head, then what is to come.
function play.head(content_type, headers)
  return play.send(("HTTP/1.1 200 OK\r\nContent-Type: %s\r\n%s"
    .. "Connection: close\r\n\r\n"):format(content_type, headers or ""))
end

-- A multiplexed frame.
function play.frame(source, bytes)
  return string.pack(">I1xxxI4", source, #bytes) .. bytes
end

local PONG = "Api-Version: 1.41\r\nContent-Type: text/plain\r\n"

-- The answer to a ping.
function play.pong(version)
  local headers = PONG:gsub("1%.41", version or "1.41")
  return play.send(play.http("200 OK", headers, "OK"))
end

-- A server that takes one connection after another, one request each, and
-- plays a list of steps on it.
function play.serve(answers, options)
  local steps = {}
  for _, answer in ipairs(answers) do
    steps[#steps + 1] = "accept\nhead\nbody\n" .. answer .. "\nclose"
  end
  steps[#steps + 1] = "pause 20000"
  return scripted.start(table.concat(steps, "\n"), options)
end

-- The same, and a client that speaks 1.41 with it, or what `options` say.
function play.start(answers, options)
  local server = play.serve(answers)
  options = options or {}
  options.host = server.address
  options.api_version = options.api_version or "1.41"
  return server, core.client(options)
end

return play
