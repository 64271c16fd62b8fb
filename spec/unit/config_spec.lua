-- SPDX-License-Identifier: MIT
-- Where the engine is, and the options of a client.

local caught = require "spec.support.caught"
local config = require "moonsail.config"

-- An environment of these variables and no others.
local function environment(variables)
  return function(name) return variables[name] end
end

local function resolve(given, variables)
  return config.resolve(given, environment(variables or {}))
end

local function host(given, variables)
  return resolve(given, variables).host
end

describe("config.resolve", function()
  it("takes the host from the options, before the environment", function()
    local variables = { DOCKER_HOST = "unix:///elsewhere" }
    assert.equal("unix:///a.sock", host("unix:///a.sock", variables))
    assert.equal("unix:///a.sock",
                 host({ host = "unix:///a.sock" }, variables))
  end)

  it("remembers what named it", function()
    local function chosen_by(given, variables)
      return resolve(given, variables).chosen_by
    end
    local variables = { DOCKER_HOST = "unix:///elsewhere" }
    assert.equal("option", chosen_by("unix:///a.sock", variables))
    assert.equal("DOCKER_HOST", chosen_by(nil, variables))
    assert.equal("default socket", chosen_by())
  end)

  it("completes addresses", function()
    assert.equal("unix:///a.sock", host "/a.sock")
    assert.equal("tcp://engine:2375", host "engine:2375")
    assert.equal("tcp://engine:2375", host "tcp://engine:2375")
    assert.equal("http://engine:2375", host "http://engine:2375")
  end)

  it("takes the host from DOCKER_HOST, unless that is empty", function()
    assert.equal("unix:///b.sock",
                 host(nil, { DOCKER_HOST = "unix:///b.sock" }))
    assert.equal("unix:///b.sock", host({}, { DOCKER_HOST = "/b.sock" }))
    assert.matches("^unix:///", host(nil, { DOCKER_HOST = "" }))
  end)

  it("takes the API version likewise", function()
    local variables = { DOCKER_API_VERSION = "1.30", DOCKER_HOST = "/x" }
    assert.equal("1.41", resolve({ api_version = "1.41" },
                                 variables).api_version)
    assert.equal("1.30", resolve({}, variables).api_version)
    variables.DOCKER_API_VERSION = ""
    assert.is_nil(resolve({}, variables).api_version)
  end)

  it("passes on what else a client takes", function()
    local function hook() end
    local given = {
      host = "/x", timeout = 5, connect_timeout = 0.5, idle_timeout = false,
      raw = true, on_result = hook, max_body = 1000, window = "2m",
      user_agent = "me",
    }
    local options = resolve(given)
    assert.equal("unix:///x", options.host)
    assert.equal(2 * 1024 * 1024, options.window)
    for _, name in ipairs{ "timeout", "connect_timeout", "idle_timeout",
                           "raw", "on_result", "max_body", "user_agent" } do
      assert.equal(given[name], options[name])
    end
    assert.equal("2m", given.window) -- the caller's table is left alone
  end)

  local refused = {
    { { timeout = "5" }, "timeout: expected seconds, or false for no limit" },
    { { idle_timeout = -1 },
      "idle_timeout: expected seconds, or false for no limit" },
    { { window = 0 }, 'window: expected bytes, as 1048576 or "1m"' },
    { { window = "much" }, 'window: expected bytes, as 1048576 or "1m"' },
    { { max_body = 1.5 }, 'max_body: expected bytes, as 1048576 or "1m"' },
    { { raw = 1 }, "raw: expected a boolean, got integer" },
    { { on_result = {} }, "on_result: expected a function, got table" },
    { { host = 7 }, "host: expected a string, got integer" },
    { { api_version = 1.41 }, "api_version: expected a string, got float" },
    { { timeouts = 5 }, "timeouts: unknown option (did you mean timeout?)" },
    { { [1] = "x" }, "1: unknown option" },
    { 7, "expected a table of options or the address of the engine, "
         .. "got integer" },
  }
  for _, case in ipairs(refused) do
    it("complains: " .. case[2], function()
      local problem = caught("argument", resolve, case[1])
      assert.equal(case[2], problem.message)
      assert.equal("moonsail.client", problem.method)
    end)
  end

  it("does not pass over what it cannot do yet", function()
    local problem = caught("not_supported", resolve, nil, {
      DOCKER_HOST = "tcp://engine:2376", DOCKER_TLS_VERIFY = "1",
    })
    assert.matches("DOCKER_TLS_VERIFY", problem.message)
    problem = caught("not_supported", resolve, nil,
                     { DOCKER_CONTEXT = "remote" })
    assert.matches("DOCKER_CONTEXT", problem.message)
  end)

  it("does what it can of it", function()
    assert.equal("unix:///x", host(nil, {
      DOCKER_HOST = "unix:///x", DOCKER_TLS_VERIFY = "1",
    }))
    assert.equal("unix:///x", host(nil, {
      DOCKER_HOST = "unix:///x", DOCKER_CONTEXT = "remote",
    }))
    assert.equal("unix:///x", host("/x", { DOCKER_CONTEXT = "remote" }))
    assert.matches("^unix:///", host(nil, { DOCKER_CONTEXT = "default" }))
  end)
end)

describe("config.client", function()
  it("remembers where its engine is", function()
    local client <close> = config.client{ host = "/x", user_agent = "me" }
    assert.same({ host = "unix:///x", chosen_by = "option",
                  user_agent = "me" }, config.origin(client))
    assert.same({}, config.origin({}))
  end)

  it("says who we are", function()
    assert.equal("moonsail/" .. require "moonsail.version",
                 resolve("/x").user_agent)
  end)

  it("holds no client that nobody else does", function()
    local seen = setmetatable({ config.client "/x" }, { __mode = "v" })
    collectgarbage()
    collectgarbage()
    assert.is_nil(seen[1])
  end)
end)

describe("the default sockets", function()
  it("are looked for in this order", function()
    assert.same({
      "/var/run/docker.sock",
      "/run/user/7/docker.sock",
      "/home/me/.docker/run/docker.sock",
      "/home/me/.docker/desktop/docker.sock",
      "/run/user/7/podman/podman.sock",
      "/run/podman/podman.sock",
    }, config.default_sockets(environment{
      XDG_RUNTIME_DIR = "/run/user/7", HOME = "/home/me",
    }))
    assert.same({ "/var/run/docker.sock", "/run/podman/podman.sock" },
                config.default_sockets(environment{}))
  end)

  -- Sockets in folders of our own: docker's, which may be there as well, is
  -- taken out of the list.
  describe("found", function()
    local lfs = require "lfs"
    local socket = require "socket.unix"
    local order = config.default_sockets
    local folder, listeners

    local function listen(path)
      local listener = socket()
      assert(listener:bind(path))
      listeners[#listeners + 1] = listener
    end

    before_each(function()
      folder = os.tmpname()
      os.remove(folder)
      assert(lfs.mkdir(folder))
      listeners = {}
      config.default_sockets = function()
        return { folder .. "/a", folder .. "/b", folder .. "/c" }
      end
    end)

    after_each(function()
      config.default_sockets = order
      for _, listener in ipairs(listeners) do listener:close() end
      os.execute("rm -r " .. folder)
    end)

    it("the first that is there", function()
      listen(folder .. "/b")
      listen(folder .. "/c")
      assert.equal("unix://" .. folder .. "/b", host())
    end)

    it("not what is no socket", function()
      io.open(folder .. "/a", "w"):close()
      listen(folder .. "/c")
      assert.equal("unix://" .. folder .. "/c", host())
    end)

    it("docker's own where there is none", function()
      assert.equal("unix:///var/run/docker.sock", host())
    end)
  end)
end)
