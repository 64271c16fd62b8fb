-- SPDX-License-Identifier: MIT
-- What must work whatever the way to an engine is: calls, large answers, and
-- sessions of all kinds, half closed too.
--
--     for name, test in roads.tests(function()
--       return { host = "tcp://…", tls = {…} }
--     end) do it(name, test) end

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local luassert = require "luassert"
local moonsail = require "moonsail"
local tar = require "spec.support.tar"

local roads = {}

local MEGABYTE = 1024 * 1024

local numbers = {}
for i = 1, MEGABYTE // 8 - 2 do numbers[i] = ("%07d\n"):format(i) end
local LINES = table.concat(numbers)

-- So many megabytes of text, no two alike: what gets lost shows.
local function text_of(megabytes)
  local pieces = {}
  for i = 1, megabytes do pieces[i] = ("%015d\n"):format(i) .. LINES end
  return table.concat(pieces)
end

local function all_of(session)
  local pieces = {}
  for bytes in session do pieces[#pieces + 1] = bytes end
  return table.concat(pieces)
end

local function expect(session, text)
  local got = ""
  while #got < #text do got = got .. assert(session:read(20)) end
  luassert.equal(text, got:sub(1, #text))
end

-- A client, and the containers that it makes, which go with it.
local Road = {}
Road.__index = Road

function Road:__close()
  for _, container in ipairs(self.made) do
    pcall(container.remove, container, { force = true })
  end
  self.docker:close()
end

function Road:container(command, options)
  local container = self.docker.containers:create("busybox", command, options)
  table.insert(self.made, container)
  return container
end

function Road:sleeper()
  local container = self:container{ "sh", "-c",
    "trap 'exit 0' TERM; sleep 300 & wait" }
  container:start()
  return container
end

function Road:reader()
  return self:container({ "cat" }, { open_stdin = true, stdin_once = true,
    attach_stdin = true, attach_stdout = true, attach_stderr = true })
end

local tests = {}

tests["takes archives from sources, and refuses them"] = function(road)
  local one, other = road:container{ "true" }, road:container{ "true" }
  local text = text_of(5)
  one:put_archive("/tmp", { text = text })
  local bytes = one:get_archive("/tmp/text"):read_all()
  luassert.is_true(other:put_archive("/", tar.pieces(bytes, 70001)))
  other:put_archive("/tmp", (one:get_archive "/tmp/text"))
  for entry in other:get_archive("/tmp/text"):entries() do
    luassert.is_true(entry:text() == text)
  end
  caught("not_found", road.docker.api.put_container_archive, {
    id = "no-such", path = "/tmp", body = function() return text end })
end

tests["answers calls, one after another and at once"] = function(road)
  local docker = road.docker
  luassert.is_true(docker:ping())
  local name = docker:info().name
  local calls = {}
  for i = 1, 10 do calls[i] = function() return docker:info().name end end
  for _, result in ipairs{ moonsail.gather(table.unpack(calls)) } do
    luassert.equal(name, result)
  end
  caught("not_found", docker.containers.get, docker.containers, "no-such")
end

tests["passes on an answer of many bytes"] = function(road)
  local bytes = 0
  for piece in road:container{ "true" }:export() do bytes = bytes + #piece end
  luassert.is_true(bytes > MEGABYTE)
end

tests["takes an archive, and gives it back"] = function(road)
  local container = road:container{ "true" }
  local text, folder = text_of(5), engine.sh "mktemp -d"
  assert(io.open(folder .. "/numbers", "w")):write(text):close()
  engine.sh(("cd %s && tar -cf archive numbers"):format(folder))
  container:put_archive("/root", folder .. "/archive")
  engine.sh("rm -r " .. folder)
  local pieces = {}
  for piece in container:get_archive "/root/numbers" do
    pieces[#pieces + 1] = piece
  end
  luassert.truthy(table.concat(pieces):find(text, 512, true))
end

tests["passes 50 MB through a command, whose input ends"] = function(road)
  local text, sent = text_of(50), 0
  local result = road:sleeper():exec({ "cat" }, { stdin = function()
    sent = sent + MEGABYTE
    return sent - MEGABYTE < #text and text:sub(sent - MEGABYTE + 1, sent)
      or nil
  end })
  luassert.equal(0, result.exit_code)
  luassert.is_true(result.stdout == text)
end

tests["attaches, and half closes"] = function(road)
  local container = road:reader()
  local session <close> = container:attach()
  container:start()
  session:write "hello\n"
  expect(session, "hello\n")
  session:write "world"
  session:close_write()
  luassert.equal("world", all_of(session))
  luassert.equal(0, session:exit_code())
end

tests["attaches by a WebSocket"] = engines.only_docker("Podman has none",
  function(road)
    local container = road:reader()
    local session <close> = container:attach_websocket()
    container:start()
    session:write "hello\n"
    expect(session, "hello\n")
  end)

tests["begins a session of HTTP/2"] = engines.only_docker("Podman has none",
  function(road)
    local session <close> = road.docker.api.session()
    expect(session, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
  end)

tests["leaves a stream that goes on"] = function(road)
  local container = road:sleeper()
  local logs <close> = container:logs{ follow = true }
  logs:close()
  for event in road.docker:events{ since = container:attrs().created } do
    if event.actor.id == container:id() then break end
  end
end

-- For a loop: names, and functions that are such a test with a client that is
-- made of what `options` returns.
function roads.tests(options)
  return coroutine.wrap(function()
    for name, test in pairs(tests) do
      coroutine.yield(name, function()
        local given = options()
        given.headers = { ["X-Docker-Expose-Session-Uuid"] = "moonsail",
                          ["X-Docker-Expose-Session-Name"] = "moonsail" }
        local road <close> = setmetatable({
          docker = core.client(given), made = {},
        }, Road)
        test(road)
      end)
    end
  end)
end

return roads
