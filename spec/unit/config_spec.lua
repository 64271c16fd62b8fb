-- SPDX-License-Identifier: MIT
-- Where the engine is, and the options of a client.

local caught = require "spec.support.caught"
local cli_config = require "moonsail.cli_config"
local config = require "moonsail.config"
local contexts = require "spec.support.contexts"
local scripted = require "spec.support.scripted"

-- An environment of these variables and no others.
local function environment(variables)
  return function(name) return variables[name] end
end

local function resolve(given, variables)
  return config.resolve(given, environment(variables or {}))
end

local folder

before_each(function() folder = contexts.folder() end)
after_each(function() contexts.remove(folder) end)

local function write(text)
  contexts.write(folder .. "/config.json", text)
end

describe("config.resolve", function()
  it("takes the API version from the options, else the environment",
     function()
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
      host = "/x", tls = { verify = false }, timeout = 0,
      connect_timeout = 0.5, idle_timeout = false, raw = true,
      on_result = hook, max_body = 1000, window = "2m", user_agent = "me",
    }
    local options = resolve(given)
    assert.equal("unix:///x", options.host)
    assert.equal(2 * 1024 * 1024, options.window)
    for _, name in ipairs{ "tls", "timeout", "connect_timeout", "idle_timeout",
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
    { { tls = "yes" }, "tls: expected true, false or a table, got string" },
    { { headers = "A: 1" }, "headers: expected a table, got string" },
    { { context = "a", host = "/x" }, "context: given besides host" },
    { { context = "a" }, 'option context: there is no context "a": neither '
                         .. "DOCKER_CONFIG nor HOME says where contexts are" },
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

  it("sends the headers of config.json, and those of the caller", function()
    write[[{"HttpHeaders": {"X-One": "1", "x-two": "2", "User-Agent": "no",
                            "Host": "no", "content-length": "5"}}]]
    local variables = { DOCKER_CONFIG = folder }
    assert.same({ ["X-One"] = "1", ["x-two"] = "2" },
                resolve("/x", variables).headers)
    assert.same({ ["X-One"] = "1", ["X-Two"] = "mine" },
                resolve({ host = "/x", headers = { ["X-Two"] = "mine" } },
                        variables).headers)
    assert.is_nil(resolve("/x").headers)
  end)

  it("takes another folder of the docker command's files", function()
    write[[{"HttpHeaders": {"A": "1"}}]]
    local options, origin = config.resolve({ host = "/x", config = folder },
      environment{ DOCKER_CONFIG = "/nowhere" })
    assert.same({ A = "1" }, options.headers)
    assert.is_nil(options.config)
    assert.equal(folder .. "/config.json", origin.config_path)
  end)

  it("warns of a config.json that it can do without", function()
    write "{"
    local options, origin = config.resolve("/x",
      environment{ DOCKER_CONFIG = folder })
    assert.is_nil(options.headers)
    assert.same({ folder .. "/config.json: it is no JSON from line 1, "
                  .. "column 2 on" }, origin.warnings)
    local problem = caught("argument", resolve, nil,
                           { DOCKER_CONFIG = folder })
    assert.equal(origin.warnings[1], problem.message)
  end)
end)

describe("config.client", function()
  it("remembers where its engine is", function()
    local client <close> = config.client{ host = "/x", user_agent = "me" }
    local origin = config.origin(client)
    assert.equal("unix:///x", origin.host)
    assert.equal("option host", origin.chosen_by)
    assert.equal("me", origin.user_agent)
    assert.same({}, config.origin({}))
  end)

  it("remembers the docker command's files for what needs them", function()
    write[[{"credsStore": "pass"}]]
    local client <close> = config.client{ host = "/x", config = folder }
    assert.equal("pass", cli_config.of(client).creds_store)
    write "{"
    local other <close> = config.client{ host = "/x", config = folder }
    caught("argument", cli_config.of, other)
    write "{}"
    assert.is_nil(cli_config.of(other).creds_store)
  end)

  it("says whose host it is that cannot be used", function()
    assert.matches("^host: .* %(DOCKER_HOST%)$",
                   caught("argument", config.client, nil, environment{
                     DOCKER_HOST = "fd://3",
                   }).message)
    assert.not_matches("%(option",
                       caught("argument", config.client, "fd://").message)
  end)

  it("says whose headers they are that cannot be sent", function()
    write[[{"HttpHeaders": {"X Y": "hush"}}]]
    local given = { host = "/x", config = folder }
    local problem = caught("argument", config.client, given)
    assert.equal("headers: one has no name that may be sent (HttpHeaders of "
                 .. folder .. "/config.json)", problem.message)
    write "{}"
    given.headers = { ["X Y"] = "hush" }
    assert.equal("headers: one has no name that may be sent",
                 caught("argument", config.client, given).message)
  end)

  it("sends the headers of config.json, and who we are", function()
    write[[{"HttpHeaders": {"X-Meta": "of the file", "user-agent": "no"}}]]
    local server <close> = scripted.start[[
      accept
      head
      send "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
    ]]
    local client <close> = config.client{ host = server.address,
                                          config = folder }
    client:ping()
    assert.equal(1, server:log "line 1 X%-Meta: of the file\n")
    assert.equal(1, server:log "User%-Agent: moonsail/%S+ %(Lua 5.4%)")
    assert.equal(0, server:log "ser%-[Aa]gent: no")
  end)

  it("says who we are", function()
    assert.equal(("moonsail/%s (Lua 5.4)"):format(
      require "moonsail.version"), resolve("/x").user_agent)
  end)

  it("holds no client that nobody else does", function()
    local seen = setmetatable({ config.client "/x" }, { __mode = "v" })
    collectgarbage()
    collectgarbage()
    assert.is_nil(seen[1])
  end)
end)
