-- SPDX-License-Identifier: MIT
-- A plugin for specs: a volume driver (plugin.c says what it does).
--
--     local plugins = require "spec.support.plugins"
--     docker.plugins:create("name", plugins.folder())
--     docker.plugins:create("name", plugins.tar())
--
-- What is made goes with fixture.clean.

local cjson = require "cjson"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"

local plugins = {}

local program = (os.getenv("MOONSAIL_BUILD") or "build") .. "/support/plugin"

-- What it wants to be allowed: the network of the machine, a capability. Each
-- is another one: dockerd 20.10 refuses contents that it has already.
local function config(changes)
  local text = cjson.encode{
    description = "a volume driver for tests: " .. fixture.name(),
    documentation = "none",
    entrypoint = { changes.program or "/plugin" },
    workDir = "/",
    interface = {
      types = { "docker.volumedriver/1.0" }, socket = "moonsail.sock",
    },
    network = { type = changes.modest and "null" or "host" },
    linux = { capabilities = not changes.modest and { "CAP_SYS_ADMIN" }
                             or cjson.empty_array },
    propagatedMount = "/data",
    env = {
      { name = "GREETING", description = "the status of its volumes",
        settable = { "value" }, value = changes.greeting or "hello" },
    },
  }
  return (text:gsub("\\/", "/")) -- dockerd reads types without a JSON reader
end

-- The path of a folder with its files. The changes:
--   greeting  the status of its volumes, unless it is set ("hello")
--   modest    true: it wants to be allowed nothing
--   program   what is started ("/plugin")
function plugins.folder(changes)
  local folder = fixture.empty_folder()
  local root = folder .. "/rootfs"
  engine.sh(("mkdir -p %s/run/docker/plugins %s/data && cp %s %s/plugin "
    .. "&& echo %s >%s/name"):format(root, root, program, root, fixture.name(),
    root))
  local file <close> = assert(io.open(folder .. "/config.json", "w"))
  file:write(config(changes or {}))
  return folder
end

-- The path of a tar of such a folder.
function plugins.tar(changes)
  local folder = plugins.folder(changes)
  engine.sh(("tar -C %s -cf %s/plugin.tar config.json rootfs"):format(
    folder, folder))
  return folder .. "/plugin.tar"
end

return plugins
