-- SPDX-License-Identifier: MIT
-- Registries that want a password, or a token, and who has it.

local caught = require "spec.support.caught"
local cjson = require "cjson"
local cli_config = require "moonsail.cli_config"
local core = require "moonsail.core"
local elsewhere = require "spec.support.elsewhere"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local private_registry = require "spec.support.private_registry"

local docker = fixture.client()

after_each(fixture.clean)

-- A client with a memory of its own, and this in place of its config.json.
local function new_client(auths)
  local client = moonsail.client(engine.host())
  cli_config.remember(client, nil, {
    path = "FILE", auths = auths or {}, cred_helpers = {}, proxies = {},
    http_headers = {},
  })
  return client
end

-- Gives busybox the name, and takes it back at the end.
local function tagged(name)
  docker.images:get("busybox"):tag(name)
  return fixture.remove_image_later(name)
end

-- Forgets the image, so that it has to be pulled.
local function forgotten(name)
  docker.images:remove(name)
  return fixture.remove_image_later(name)
end

-- The error of a pull or push that the registry refuses.
local function refused(client, method, name, options)
  return caught("unauthorized", function()
    local reports = client.images[method](client.images, name, options)
    if options and options.stream then
      for _ in reports do end
    end
  end)
end

describe("A registry with passwords", function()
  local registry, name

  setup(function()
    registry = private_registry.start()
    name = registry.address .. "/team/app"
    tagged(name)
    docker.images:push(name, { auth = registry.auth })
  end)

  teardown(function() registry:stop() end)

  it("refuses who has none, or the wrong one, pulling and pushing", function()
    tagged(name)
    local client <close> = new_client()
    local wrong = { username = "loop", password = "wr0ng" }
    for _, method in ipairs{ "push", "pull" } do
      for _, options in ipairs{ {}, { auth = wrong }, { auth = {} },
                                { stream = true } } do
        local problem = refused(client, method, name, options)
        assert.matches("docker:login", problem.hint)
        assert.equal("images:" .. method, problem.method)
        assert.is_nil(tostring(problem):find("wr0ng", 1, true))
      end
    end
  end)

  it("is open to who has logged in, until who logs out", function()
    local client <close> = new_client()
    local login = engines.is_podman() and registry.name or registry.address
    local ok = pcall(client.login, client, "loop", "wr0ng", login)
    assert.is_false(ok)
    assert.equal("Login Succeeded",
                 client:login("loop", "back", login).status)
    local there = login .. "/team/other"
    tagged(there)
    tagged(there .. ":second")
    assert.equal(2, #client.images:push(there, { all_tags = true }))
    client.images:push(there)
    forgotten(there .. ":second")
    forgotten(there)
    client.images:pull(there)
    local pulled = client.images:pull(there, { all_tags = true })
    if not engines.is_podman() then -- which takes the latest only
      assert.matches(":second", table.concat(pulled[1]:tags(), " "), 1, true)
    end
    assert.is_true(client:logout(login))
    refused(client, "pull", there)
  end)

  it("is open to a run that pulls", function()
    local client <close> = new_client()
    forgotten(tagged(name))
    local arguments = { name, { "echo", "hello" }, { remove = true } }
    caught("unauthorized", client.containers.run, client.containers,
           table.unpack(arguments))
    arguments[3].auth = registry.auth
    local result = client.containers:run(table.unpack(arguments))
    assert.equal("hello\n", result.logs.stdout)
  end)

  it("is open by what a file has", function()
    for _, entry in ipairs{
      { auth = core.encode_base64 "loop:back" },
      { username = "loop", password = "back" },
    } do
      local client <close> = new_client{
        ["https://" .. registry.address .. "/v1/"] = entry,
      }
      forgotten(tagged(name))
      client.images:pull(name)
    end
  end)

  it("tells what it has to who may know", engines.needs({
    podman = false, reason = "Podman has no such call",
  }, function()
    local client <close> = new_client()
    caught("unauthorized", client.distribution, client, name)
    client:login("loop", "back", registry.address)
    assert.matches("^sha256:", client:distribution(name).descriptor.digest)
  end))

  -- Pulls what is named second, by the engine named first; what comes of it.
  local PULL = [[
    local moonsail = require "moonsail"
    local host, name = ...
    local ok, result = pcall(function()
      local client <close> = moonsail.client(host)
      return client.images:pull(name):name()
    end)
    if ok then return { name = result } end
    return { kind = result.kind, hint = result.hint, text = tostring(result) }
  ]]

  describe("has its password kept by a helper", function()
    local folder
    setup(function() folder = elsewhere.helpers(elsewhere.folder()) end)
    teardown(function() elsewhere.remove(folder) end)

    -- What comes of a pull by the helper, and what went to standard error.
    local function pull(helper, what)
      local config = assert(io.open(folder .. "/config.json", "w"))
      config:write(cjson.encode{ credsStore = helper })
      config:close()
      return elsewhere.run({
        DOCKER_CONFIG = folder, PATH = folder .. ":" .. os.getenv "PATH",
      }, PULL, engine.host(), what or name)
    end

    it("that gives it", function()
      forgotten(tagged(name))
      assert.is_string(pull("good").name)
    end)

    it("that cannot be run, which matters to what is private only", function()
      for helper, words in pairs{
        missing = "docker%-credential%-missing could not be run: "
          .. "it is not installed; call docker:login",
        failing = "docker%-credential%-failing failed: the store is locked; ",
        garbage = "docker%-credential%-garbage answers is no object of JSON; ",
        none = "^call docker:login",
      } do
        local result = pull(helper)
        assert.equal("unauthorized", result.kind, result.text)
        assert.matches(words, result.hint)
      end
      local public = fixture.remove_image_later(engine.registry()
                                                .. "/busybox:latest")
      assert.equal(public, pull("missing", public).name)
    end)
  end)
end)

describe("A registry with tokens", function()
  local registry, name

  setup(function()
    registry = private_registry.start{ token_for = "team/app" }
    name = registry.address .. "/team/app"
    tagged(name)
    docker.images:push(name, { auth = registry.auth })
    fixture.clean()
  end)

  teardown(function() registry:stop() end)

  it("refuses who has no password, or the wrong one", function()
    local client <close> = new_client()
    refused(client, "pull", name)
    refused(client, "pull", name, { auth = { username = "loop",
                                             password = "wr0ng" } })
    tagged(name)
    refused(client, "push", name)
  end)

  it("gives an identity token for the password, and takes it", engines.needs({
    podman = false, reason = "Podman tells of no identity token",
  }, function()
    local client <close> = new_client()
    local answer = client:login("loop", "back", registry.address)
    assert.equal("an-identity-token", answer.identity_token)
    assert.is_nil(tostring(answer):find("an-identity-token", 1, true))
    client.images:pull(name)
    tagged(name)
    client.images:push(name)
    client:logout(registry.address)
    refused(client, "pull", name)
    client.images:pull(name, {
      auth = { identity_token = answer.identity_token },
    })
    refused(client, "pull", name, { auth = { identity_token = "other" } })
  end))

  it("takes an identity token that a file has", engines.needs({
    podman = false, reason = "Podman's files have passwords only",
  }, function()
    local client <close> = new_client{
      [registry.address] = { identitytoken = "an-identity-token" },
    }
    fixture.remove_image_later(name)
    client.images:pull(name)
  end))
end)
