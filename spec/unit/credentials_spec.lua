-- SPDX-License-Identifier: MIT
-- Which credentials a registry gets, and in which form.

local caught = require "spec.support.caught"
local cjson = require "cjson"
local cli_config = require "moonsail.cli_config"
local core = require "moonsail.core"
local credentials = require "moonsail.credentials"
local elsewhere = require "spec.support.elsewhere"
local play = require "spec.support.play"
require "moonsail"

local HUB = "https://index.docker.io/v1/"

local function entry(text)
  return { auth = core.encode_base64(text) }
end

-- Gives a client this in place of what its config.json says.
local function configure(client, auths, cred_helpers, creds_store)
  cli_config.remember(client, nil, {
    path = "FILE", auths = auths or {}, cred_helpers = cred_helpers or {},
    creds_store = creds_store, proxies = {}, http_headers = {},
  })
  return client
end

-- What stands for a client where nothing is sent.
local function nobody(...)
  return configure({}, ...)
end

describe("credentials.for_image", function()
  local function user(client, name, given)
    local auth = credentials.for_image(client, name, given, "x")
    return auth and auth.username
  end

  it("finds those of the registry", function()
    local client = nobody{ ["r.example:5000"] = entry "r:x",
                           [HUB] = entry "hub:x" }
    assert.equal("r", user(client, "r.example:5000/team/app:1"))
    assert.equal("hub", user(client, "busybox"))
    assert.equal("hub", user(client, "docker.io/team/app"))
    assert.equal("hub", user(client, "registry-1.docker.io/library/busybox"))
    assert.is_nil(user(client, "r.example/team/app"))
    assert.is_nil(user(client, "localhost/app"))
  end)

  it("takes what is given, then a login, then the file", function()
    local client = nobody{ ["r.example"] = entry "file:x" }
    assert.equal("file", user(client, "r.example/a"))
    credentials.remember(client, "r.example", { username = "login" })
    assert.equal("login", user(client, "r.example/a"))
    assert.equal("call", user(client, "r.example/a", { username = "call" }))
    assert.is_nil(user(client, "r.example/a", {}))
    assert.is_nil(user(nobody(), "r.example/a"))
    assert.is_true(credentials.remember(client, "r.example", nil))
    assert.is_false(credentials.remember(client, "r.example", nil))
    assert.equal("file", user(client, "r.example/a"))
  end)

  it("says for which registry they are that are given", function()
    local given = { username = "me" }
    local auth = credentials.for_image({}, "r.example/a", given, "x")
    assert.same({ username = "me", serveraddress = "r.example" }, auth)
    assert.same({ username = "me" }, given)
    auth = credentials.for_image({}, "busybox", given, "x")
    assert.equal(HUB, auth.serveraddress)
    given = { username = "me", serveraddress = "s.example" }
    assert.equal(given, credentials.for_image({}, "r.example/a", given, "x"))
    assert.equal("{}", credentials.for_image({}, "r.example/a", "{}", "x"))
  end)

  it("asks a helper, and says when it is not there", function()
    local auth, trouble = credentials.for_image(
      nobody({}, {}, "not-there"), "r.example/a", nil, "x")
    assert.is_nil(auth)
    assert.equal("the credential helper docker-credential-not-there could "
                 .. "not be run: it is not installed", trouble)
  end)

  it("tells the same of all", function()
    local all, trouble = credentials.all(nobody({}, {}, "not-there"), "x")
    assert.same({}, all)
    assert.matches("it is not installed$", trouble)
  end)

  it("falls back on the file when a helper fails", function()
    local client = nobody({ ["r.example"] = entry "file:x" }, {}, "not-there")
    assert.equal("file", user(client, "r.example/a"))
  end)

  it("complains of what is no name of an image", function()
    local problem = caught("argument", credentials.for_image, nobody(), "A",
                           nil, "images:pull")
    assert.equal("images:pull", problem.method)
  end)
end)

-- What is found with these variables, without helpers.log.
local FIND = [[
local cli_config = require "moonsail.cli_config"
local credentials = require "moonsail.credentials"
local results = {}
for i, name in ipairs{ ... } do
  local auth, trouble = credentials.for_image({}, name, nil, "x")
  results[i] = auth and (auth.password or auth.identity_token) or trouble
               or "none"
end
local all = {}
for server, auth in pairs((credentials.all({}, "x"))) do
  all[#all + 1] = server .. " " .. (auth.password or auth.identity_token)
end
table.sort(all)
results[#results + 1] = table.concat(all, ", ")
return results
]]

describe("In the environment", function()
  local folder
  before_each(function() folder = elsewhere.folder() end)
  after_each(function() elsewhere.remove(folder) end)

  local function find(config, variables, ...)
    local file <close> = assert(io.open(folder .. "/config.json", "w"))
    file:write(config)
    file:flush()
    variables.DOCKER_CONFIG = folder
    variables.REGISTRY_AUTH_FILE = folder .. "/none"
    variables.PATH = folder .. ":" .. os.getenv "PATH"
    return elsewhere.run(variables, FIND, ...)
  end

  it("DOCKER_CONFIG says where the file is, DOCKER_AUTH_CONFIG outdoes it",
     function()
    local config = cjson.encode{ auths = {
      ["r.example"] = entry "a:r", ["s.example"] = entry "a:s",
    } }
    assert.same({ "r", "s", "none", "r.example r, s.example s" },
                find(config, { DOCKER_AUTH_CONFIG = "" }, "r.example/x",
                     "s.example/x", "x"))
    assert.same({ "given", "s", "r.example given, s.example s" },
                find(config, { DOCKER_AUTH_CONFIG = cjson.encode{
                  auths = { ["r.example"] = entry "a:given" } } },
                  "r.example/x", "s.example/x"))
    assert.same({ "DOCKER_AUTH_CONFIG cannot be read", "" },
                find("{}", { DOCKER_AUTH_CONFIG = "{se-cret" }, "x"))
  end)

  it("a file that cannot be read has nothing, and it is said why", function()
    local found = find('{"auths": {"r.example": se-cret', {}, "r.example/x")
    assert.matches("/config.json: it is no JSON from line 1, column 25 on$",
                   found[1])
    for _, auths in ipairs{ "7", '[{"auth": "eA=="}]' } do
      local variables = { DOCKER_AUTH_CONFIG = '{"auths": ' .. auths .. "}" }
      assert.equal("DOCKER_AUTH_CONFIG cannot be read",
                   find("{}", variables, "x")[1])
    end
  end)

  it("helpers come before the file, and one of a registry before the one of "
     .. "all", function()
    elsewhere.helpers(folder)
    local found = find(cjson.encode{
      auths = { ["r.example"] = {}, ["f.example"] = entry "a:file",
                ["n.example"] = entry "a:file" },
      credsStore = "good",
      credHelpers = { ["t.example"] = "token", ["f.example"] = "",
                      ["n.example"] = "none", ["docker.io"] = "token" },
    }, {}, "r.example/x", "t.example/x", "f.example/x", "n.example/x", "x")
    assert.same({ "back", "an-id-token", "file", "none", "an-id-token",
                  "f.example file, " .. HUB .. " an-id-token, r.example back, "
                  .. "t.example an-id-token" }, found)
    local file <close> = assert(io.open(folder .. "/good.log"))
    assert.equal("get r.example\nlist \nget " .. HUB .. "\nget r.example\n",
                 file:read("a"))
  end)
end)

-- Pulls an image by the engine named first.
local PULL = [[
local moonsail = require "moonsail"
local host, name = ...
local client = moonsail.client{ host = host, api_version = "1.41" }
for _ in client.images:pull(name, { stream = true }) do end
]]

-- Requests ------------------------------------------------------------------

-- The credentials in the header of the nth request; nil when there is none.
local function sent(server, name)
  local list = {}
  for text in server:log():gmatch("line %d+ " .. (name or "X%-Registry%-Auth")
                                  .. ": (%S+)") do
    assert.equal(0, #text % 4) -- with its padding
    text = text:gsub("-", "+"):gsub("_", "/")
    list[#list + 1] = cjson.decode(core.decode_base64(text))
  end
  return list
end

local LOGGED_IN = play.json '{"Status":"Login Succeeded"}'
local PULLED = play.json '{"status":"done"}'
local IMAGE = play.json '{"Id":"sha256:1"}'

-- A client of a scripted engine, whose config.json is this.
local function start(answers, auths, helpers, store)
  local server, client = play.start(answers)
  return server, configure(client, auths, helpers, store)
end

describe("Requests carry credentials", function()
  local KNOWN = { ["r.example"] = entry "me:wörd?>", [HUB] = entry "hub:x" }
  local ME = { username = "me", password = "wörd?>",
               serveraddress = "r.example" }

  it("of pulls and pushes", function()
    local server <close>, client = start({ PULLED, IMAGE, PULLED, IMAGE,
                                           PULLED, PULLED, PULLED, IMAGE },
                                         KNOWN)
    client.images:pull "r.example/app"
    client.images:pull "s.example/app"
    client.images:push "r.example/app"
    client.images:push "s.example/app"
    client.images:pull("r.example/app", { auth = { username = "you" } })
    assert.same({ ME, ME, {}, { username = "you",
                                serveraddress = "r.example" } }, sent(server))
  end)

  it("of streams and of runs", function()
    local server <close>, client = start({
      PULLED, PULLED, play.json("{}", "500 Internal Server Error"),
    }, KNOWN)
    local reports, _, _, closed = client.images:pull("r.example/app",
                                                     { stream = true })
    assert.equal(reports, closed) -- a loop closes it
    for _ in reports do end
    for _ in client.images:push("r.example/app", { stream = true }) do end
    pcall(client.containers.run, client.containers, "r.example/app", "x",
          { pull = "always" })
    assert.same({ ME, ME, ME }, sent(server))
  end)

  it("of a search and of what a registry has", function()
    local server <close>, client = start({
      play.json "[]", play.json "[]", play.json "{}", play.json "{}",
    }, KNOWN)
    client.images:search "r.example/app"
    client.images:search "app"
    client:distribution "r.example/app:1"
    client:distribution "s.example/app:1"
    local hub = { username = "hub", password = "x", serveraddress = HUB }
    assert.same({ ME, hub, ME }, sent(server))
  end)

  it("of plugins", function()
    local PLUGIN = play.json '{"Id":"p","Name":"r.example/p:latest"}'
    local server <close>, client = start({
      play.json "[]", play.json "[]", PULLED, play.json "{}", PLUGIN, PULLED,
    }, KNOWN)
    client.plugins:privileges "r.example/p"
    local plugin = client.plugins:install("r.example/p", { grant = true })
    plugin:push()
    assert.same({ ME, ME, ME, ME }, sent(server))
  end)

  it("of services, when asked", function()
    local SERVICE = play.json '{"ID":"s","Spec":{"Name":"s"}}'
    local DIGEST = ("0"):rep(64)
    local server <close>, client = start({
      SERVICE, SERVICE, SERVICE, SERVICE,
      play.json('{"Descriptor":{"digest":"sha256:' .. DIGEST .. '"}}'),
      SERVICE, SERVICE,
    }, KNOWN)
    local options = { detach = true }
    client.services:create("r.example/app", options)
    options = { detach = true, with_registry_auth = true }
    client.services:create("r.example/app", options)
    assert.same({ ME }, sent(server))
    options = { detach = true, query_registry = true }
    client.services:create("r.example/app", options)
    assert.same({ ME, ME }, sent(server))
    local problem = caught("argument", client.services.create,
                           client.services, "x", { with_registry_auth = 1 })
    assert.matches("^with_registry_auth: expected a boolean",
                   problem.message)
  end)
end)

describe("An update of a service carries credentials", function()
  it("when asked, for the image that is given", function()
    local SERVICE = play.json [[{"ID":"s","Version":{"Index":1},"Spec":{
      "Name":"s","TaskTemplate":{"ContainerSpec":{"Image":"old"}}}}]]
    local UPDATED = play.json "{}"
    local server <close>, client = start({
      SERVICE, SERVICE, UPDATED, SERVICE, SERVICE, UPDATED, SERVICE,
    }, { ["r.example"] = entry "me:x" })
    local service = client.services:get "s"
    service:update{ image = "r.example/app", with_registry_auth = true,
                    detach = true }
    service:update{ labels = { a = "b" }, with_registry_auth = true,
                    detach = true }
    assert.same({ { username = "me", password = "x",
                    serveraddress = "r.example" } }, sent(server))
  end)
end)

describe("Podman's file", function()
  local folder
  before_each(function() folder = elsewhere.folder() end)
  after_each(function() elsewhere.remove(folder) end)

  -- The users that are sent by a pull of each of the names.
  local function users(component, names)
    local file <close> = assert(io.open(folder .. "/auth.json", "w"))
    file:write(cjson.encode{ auths = {
      ["r.example"] = entry "all:x", ["r.example/team"] = entry "team:x",
    } })
    file:flush()
    local VERSION = play.json('{"Components":[{"Name":"' .. component
                              .. '"}]}')
    local list = {}
    for i, name in ipairs(names) do
      local server <close> = play.serve{ VERSION, PULLED }
      elsewhere.run({
        REGISTRY_AUTH_FILE = folder .. "/auth.json", DOCKER_CONFIG = folder,
        DOCKER_AUTH_CONFIG = false,
      }, PULL, server.address, name)
      local header = sent(server)[1]
      list[i] = header and header.username or "none"
    end
    return list
  end

  it("is read for Podman, by the nearest path", function()
    assert.same({ "team", "all", "none" },
                users("Podman Engine", { "r.example/team/app", "r.example/x",
                                         "busybox" }))
  end)

  it("is not read for dockerd", function()
    assert.same({ "none" }, users("Engine", { "r.example/team/app" }))
  end)
end)

describe("client:login", function()
  it("gives them to what is asked of that registry later", function()
    local server <close>, client = start{ LOGGED_IN, PULLED, IMAGE, PULLED,
                                          IMAGE, PULLED, IMAGE }
    assert.equal("Login Succeeded",
                 client:login("me", "word", "https://r.example/v1/").status)
    client.images:pull "r.example/app"
    client.images:pull "s.example/app"
    assert.is_true(client:logout "r.example")
    assert.is_false(client:logout "r.example")
    client.images:pull "r.example/app"
    assert.same({ { username = "me", password = "word",
                    serveraddress = "r.example" } }, sent(server))
  end)

  it("keeps a token in place of a password", function()
    local server <close>, client = start{
      play.json '{"Status":"Login Succeeded","IdentityToken":"tok"}', PULLED,
      IMAGE,
    }
    local answer = client:login{ username = "me", password = "word" }
    assert.equal("tok", answer.identity_token)
    assert.is_nil(tostring(answer):find("tok\"", 1, true))
    client.images:pull "busybox"
    assert.same({ { username = "me", identitytoken = "tok",
                    serveraddress = HUB } }, sent(server))
  end)

  it("tries what is known when no password is given", function()
    local server <close>, client = start({ LOGGED_IN },
                                         { [HUB] = entry "me:word" })
    client:login()
    local body = [[{"password":"word","serveraddress":"]] .. HUB
                 .. [[","username":"me"}]]
    assert.equal(1, server:log(("body 1 %d "):format(#body)))
    local problem = caught("argument", client.login, client, "you")
    assert.equal("password: missing (none is known for docker.io)",
                 problem.message)
    configure(client, {}, {}, "not-there")
    problem = caught("argument", client.login, client,
                     { registry = "r.example" })
    assert.equal("password: missing (none is known for r.example: the "
      .. "credential helper docker-credential-not-there could not be run: it "
      .. "is not installed)", problem.message)
    assert.equal(1, server:log "accept")
  end)

  it("takes a token in place of a password, by either name", function()
    for _, key in ipairs{ "identity_token", "identitytoken" } do
      local server <close>, client = start{ LOGGED_IN, PULLED, IMAGE }
      client:login{ [key] = "tok" }
      client.images:pull "busybox"
      assert.same({ { identitytoken = "tok", serveraddress = HUB } },
                  sent(server))
    end
  end)

  it("keeps nothing that was refused", function()
    local server <close>, client = start{
      play.json('{"message":"unauthorized: incorrect username or password"}',
                "401 Unauthorized"), PULLED, IMAGE,
    }
    local problem = caught("unauthorized", client.login, client, "me", "word")
    assert.equal("check the user name and the password for docker.io",
                 problem.hint)
    client.images:pull "busybox"
    assert.same({}, sent(server))
  end)

  it("complains of what is none", function()
    local client <close> = configure(core.client{ host = "unix:///none" })
    for _, case in ipairs{
      { { user = "x" }, "unknown" }, { { username = 7 }, "username" },
      { { serveraddress = 7 }, "^serveraddress: expected a string" },
      { { serveraddress = "https://" }, "no address of a registry" },
      { { serveraddress = "a", registry = "a" }, "^registry: given besides" },
    } do
      local problem = caught("argument", client.login, client, case[1])
      assert.matches(case[2], problem.message)
    end
    caught("argument", client.logout, client, { registry = 7 })
    caught("argument", client.logout, client, { user = 7 })
  end)
end)

describe("A refusal", function()
  local function refused(answer, kind)
    local _ <close>, client = start({ answer }, {}, {}, "not-there")
    return caught(kind, client.images.pull, client.images, "r.example/app")
  end

  it("tells why there were no credentials", function()
    for _, answer in ipairs{
      play.json('{"message":"no basic auth credentials"}',
                "500 Internal Server Error"),
      play.json '{"errorDetail":{"message":"unauthorized: sign in"}}',
      play.json '{"error":"denied: requested access to the resource"}',
    } do
      local problem = refused(answer, "unauthorized")
      assert.equal("the credential helper docker-credential-not-there could "
        .. "not be run: it is not installed; call docker:login(...), or give "
        .. "auth = {username = ..., password = ...}", problem.hint)
    end
    local problem = refused(play.json([[{"message":"pull access denied, may ]]
      .. [[require 'docker login'"}]], "404 Not Found"), "not_found")
    assert.matches("^the credential helper .*; is the name right",
                   problem.hint)
  end)

  it("tells it in a stream as well", function()
    local _ <close>, client = start({ play.json(
      '{"status":"a"}{"error":"unauthorized: sign in"}') }, {}, {},
      "not-there")
    local reports = client.images:pull("r.example/app", { stream = true })
    assert.equal("a", reports:read().status)
    local problem = caught("unauthorized", reports)
    assert.matches("docker%-credential%-not%-there", problem.hint)
    reports:close()
  end)

  it("for another reason does not", function()
    local problem = refused(play.json('{"message":"no such image"}',
                                      "404 Not Found"), "not_found")
    assert.equal("pull the image first", problem.hint)
  end)
end)
