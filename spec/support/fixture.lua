-- SPDX-License-Identifier: MIT
-- What specs of spec/engine make again and again, and take away afterwards:
--
--     local fixture = require "spec.support.fixture"
--     local docker = fixture.client()
--     after_each(fixture.clean)
--     local sleeper = fixture.sleeper()

local engine = require "spec.support.engine"
local moonsail = require "moonsail"
local socket = require "socket"

local fixture = {}

-- All containers, networks and images made here carry it, or begin so.
local PREFIX = "moonsail-spec-"

fixture.IMAGE = "busybox"

local shared
local started = {} -- functions that take away what was made, last first
local n_names = 0

-- Tells this run from others that use the same engine.
local run_id = ("%d-%d"):format(os.time(), math.random(1, 99999))

-- A name that nobody else has.
function fixture.name()
  n_names = n_names + 1
  return ("%s%s-%d"):format(PREFIX, run_id, n_names)
end

-- The name of an image without what Podman writes before one that was given
-- without a registry.
function fixture.plain(name)
  return (name:gsub("^docker%.io/library/", ""):gsub("^localhost/", ""))
end

-- The client of the shared engine.
function fixture.client()
  shared = shared or moonsail.client(engine.host())
  return shared
end

-- A client of its own that counts its exchanges: calls() → how many.
function fixture.counting_client()
  local n = 0
  local client = moonsail.client{
    host = engine.host(),
    on_result = function() n = n + 1 end,
  }
  client:ping()
  n = 0
  return client, function() return n end
end

-- Calls the function at the end of the test.
function fixture.later(fn)
  table.insert(started, fn)
end

-- Removes the container (an object, a name or an id) at the end.
function fixture.remove_later(container)
  fixture.later(function()
    pcall(fixture.client().containers.remove, fixture.client().containers,
          container, { force = true, volumes = true })
  end)
  return container
end

function fixture.remove_image_later(name)
  fixture.later(function()
    pcall(fixture.client().images.remove, fixture.client().images, name,
          { force = true })
  end)
  return name
end

-- A container that is not started.
function fixture.created(command, options)
  options = options or {}
  options.name = options.name or fixture.name()
  return fixture.remove_later(fixture.client().containers:create(
    fixture.IMAGE, command or { "true" }, options))
end

-- One that was.
function fixture.started(command, options)
  local container = fixture.created(command, options)
  container:start()
  return container:reload()
end

-- One that runs until it is told to stop, and then ends at once.
function fixture.sleeper(options)
  return fixture.started({ "sh", "-c",
    "trap 'exit 0' TERM; sleep 300 & wait" }, options)
end

-- One that has ended.
function fixture.ended(command, options)
  local container = fixture.started(command, options)
  container:wait()
  return container:reload()
end

-- A network; `options` are those of networks:create, and a name.
function fixture.network(options)
  options = options or {}
  options.name = options.name or fixture.name()
  local network = fixture.client().networks:create(options)
  fixture.later(function() pcall(network.remove, network) end)
  return network
end

-- The first two numbers of addresses that hardly any network has by now, for
-- networks that are to have certain addresses: "10.234".
function fixture.addresses()
  return ("10.%d"):format(math.random(216, 250))
end

-- A volume; `options` are those of volumes:create, and a name.
function fixture.volume(options)
  options = options or {}
  options.name = options.name or fixture.name()
  local volume = fixture.client().volumes:create(options)
  fixture.later(function() pcall(volume.remove, volume, { force = true }) end)
  return volume
end

-- The path of a folder with nothing in it.
function fixture.empty_folder()
  local folder = engine.sh "mktemp -d"
  fixture.later(function() engine.sh("rm -rf " .. folder) end)
  return folder
end

-- The path of a tar with one file, "hello", that holds the text.
function fixture.tar(text, flags)
  local folder = os.tmpname()
  os.remove(folder)
  fixture.later(function() engine.sh("rm -rf " .. folder) end)
  engine.sh(("mkdir %s && printf %%s %s >%s/hello && tar -C %s %s -cf "
    .. "%s/root.tar hello"):format(folder, engine.quote(text), folder,
    folder, flags or "", folder))
  return folder .. "/root.tar"
end

-- The path of a tar with the files of the image.
function fixture.root_tar()
  local path = os.tmpname()
  fixture.later(function() os.remove(path) end)
  local id = fixture.created():id()
  engine.docker(("export -o %s %s"):format(path, id))
  return path
end

-- A port of 127.0.0.1 that nobody listens on at the moment. (Those that the
-- engine picks may be taken by another engine of this machine.)
function fixture.free_port()
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  listener:close()
  return math.tointeger(tonumber(port))
end

-- How much larger the process is than `before` (of engine.resident), in bytes;
-- 0 under a sanitizer, which keeps what is freed.
function fixture.growth(before)
  if os.getenv "SANITIZE" then return 0 end
  return engine.resident() - before
end

-- To be called after each test.
function fixture.clean()
  while #started > 0 do table.remove(started)() end
end

-- The names of the containers of this run that there still are.
function fixture.left()
  return engine.docker(("ps -aq --filter name=%s%s"):format(PREFIX, run_id))
end

return fixture
