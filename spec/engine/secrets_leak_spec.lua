-- SPDX-License-Identifier: MIT
-- No password, token or key is ever told: not in errors, not to the hook, not
-- when something is printed, whatever becomes of the calls that carry them.

local cjson = require "cjson"
local cli_config = require "moonsail.cli_config"
local core = require "moonsail.core"
local elsewhere = require "spec.support.elsewhere"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local play = require "spec.support.play"
local private_registry = require "spec.support.private_registry"

after_each(fixture.clean)

-- What must not be found. "?>~" makes the two kinds of base64 differ, and is
-- written with percents in addresses.
local SECRET = "hush?>~?>~hush"

-- Looking --------------------------------------------------------------------

local function percent(text)
  return (text:gsub("[^%w]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

-- All that a text looks like in base64, wherever it stands in what is encoded:
-- without the digits that depend on what is before and behind it.
local function encoded(text)
  local forms = {}
  for skip = 0, 2 do
    local digits = core.encode_base64(("x"):rep(skip) .. text):gsub("=", "")
    local form = digits:sub(skip > 0 and skip + 2 or 1, -3)
    forms[#forms + 1] = form
    forms[#forms + 1] = form:gsub("+", "-"):gsub("/", "_")
  end
  return forms
end

local FORMS = encoded(SECRET)
table.insert(FORMS, SECRET)
table.insert(FORMS, percent(SECRET))
table.insert(FORMS, (percent(SECRET):lower()))
table.insert(FORMS, cjson.encode(SECRET):sub(2, -2))
table.insert(FORMS, "hush?\\u003e")

local function form_in(text)
  for _, form in ipairs(FORMS) do
    if text:find(form, 1, true) then return form end
  end
end

local told -- all that was told: {text, where}

local function tell(where, value)
  told[#told + 1] = { tostring(value), where }
end

-- A value and all that is in it.
local function tell_all(where, value, seen)
  seen = seen or {}
  tell(where, value)
  if type(value) ~= "table" or seen[value] then return end
  seen[value] = true
  for key, each in next, value do
    tell_all(where, key, seen)
    tell_all(where .. "." .. tostring(key), each, seen)
  end
end

-- Calls something that fails or not; its results are printed, its error and
-- all that is in it is told.
local function try(where, fn, ...)
  local results = table.pack(pcall(fn, ...))
  if not results[1] then
    tell_all(where, results[2])
  else
    for i = 2, results.n do tell(where, results[i]) end
  end
  return results[1], results[2]
end

local function check()
  for _, each in ipairs(told) do
    local form = form_in(each[1])
    if form then
      error(("%s tells %q: %s"):format(each[2], form, each[1]), 2)
    end
  end
end

before_each(function() told = {} end)

describe("What looks for secrets", function()
  it("finds them, however they are written", function()
    for _, before in ipairs{ "", "a", "ab", "abc" } do
      local text = core.encode_base64(before .. SECRET .. "zz")
      assert.is_string(form_in(text))
      assert.is_string(form_in((text:gsub("+", "-"):gsub("/", "_"))))
    end
    assert.is_string(form_in("x" .. percent(SECRET)))
    assert.is_string(form_in(cjson.encode{ a = SECRET }))
    assert.is_nil(form_in "hush")
    try("x", error, core.new_error{ kind = "api", message = "x",
                                    more = { SECRET } })
    assert.is_false((pcall(check)))
  end)
end)

-- Telling --------------------------------------------------------------------

local CONFIG = {
  path = "FILE", cred_helpers = {},
  auths = { ["r.example"] = { auth = core.encode_base64("me:" .. SECRET) },
            ["127.0.0.1:1"] = { identitytoken = SECRET } },
  proxies = { default = { httpProxy = "http://me:" .. percent(SECRET)
                                      .. "@proxy.example:3128" } },
  http_headers = {},
}

-- A client whose every exchange is told, and what its config.json has.
local function new_client(host, config)
  local client = moonsail.client{
    host = host, connect_timeout = 2, headers = { ["X-Token"] = SECRET },
    on_result = function(record) tell_all("on_result", record) end,
  }
  cli_config.remember(client, nil, config or CONFIG)
  return client
end

-- Every call that carries a secret, with one that is right or wrong.
local function call_all(client, name, auth)
  local images = client.images
  local calls = {
    { "login", client.login, client, auth },
    { "login by place", client.login, client, "me", SECRET, "127.0.0.1:1" },
    { "login again", client.login, client, nil, nil, "r.example" },
    { "pull", images.pull, images, name, { auth = auth } },
    { "pull with a token", images.pull, images, name,
      { auth = { identity_token = SECRET } } },
    { "pull with a registry's", images.pull, images, name,
      { auth = { registry_token = SECRET } } },
    { "pull of a file", images.pull, images, "127.0.0.1:1/x" },
    { "pull of all", images.pull, images, name, { auth = auth,
                                                  all_tags = true } },
    { "push", images.push, images, name, { auth = auth } },
    { "search", images.search, images, "127.0.0.1:1/x" },
    { "distribution", client.distribution, client, name, { auth = auth } },
    { "import", images.import, images,
      "http://me:" .. percent(SECRET) .. "@127.0.0.1:1/x.tar" },
    { "build", images.build, images, {
      dockerfile_text = "FROM " .. name .. "\nRUN false",
      registry_config = { ["r.example"] = auth },
      build_args = { TOKEN = SECRET },
    } },
    { "privileges", client.plugins.privileges, client.plugins, name,
      { auth = auth } },
    { "install", client.plugins.install, client.plugins, name,
      { auth = auth, grant = true } },
    { "service", client.services.create, client.services, name,
      { auth = auth, query_registry = true, detach = true } },
    { "run", client.containers.run, client.containers, name, "true",
      { auth = auth, pull = "always", remove = true } },
    { "create", function()
      fixture.remove_later(client.containers:create(fixture.IMAGE, "true"))
    end },
    { "unlock", client.swarm.unlock, client.swarm, SECRET },
    { "join", client.swarm.join, client.swarm, {
      join_token = SECRET, remote_addrs = { "127.0.0.1:1" } } },
    { "secret", client.secrets.create, client.secrets, "x", SECRET },
    { "operation", client.api.image_create,
      { from_image = name, auth = auth } },
    { "request", client.request, client, {
      method = "POST", path = "/images/create?fromImage=" .. name,
      headers = { ["X-Registry-Auth"] = core.encode_base64(SECRET) },
    } },
  }
  for _, call in ipairs(calls) do
    local ok, result = try(table.unpack(call, 1))
    if ok and type(result) == "userdata" and result.close then
      try(call[1], result.close, result)
    end
  end
end

-- Options that are wrong, so that nothing is sent.
local function call_wrongly(client)
  local images = client.images
  for _, auth in ipairs{
    { pasword = SECRET }, { password = { SECRET } }, { SECRET },
    { username = 7, password = SECRET },
  } do
    try("a wrong auth", images.pull, images, "x", { auth = auth })
    try("a wrong login", client.login, client, auth)
  end
  try("a wrong name", images.pull, images, "A",
      { auth = { password = SECRET } })
  try("a tag given twice", images.pull, images, "a:b",
      { tag = "c", auth = { password = SECRET } })
end

local function print_all(client)
  for _, each in ipairs{ client, client.images, client.plugins, client.api } do
    tell("print", each)
  end
  tell("help", client:help())
  tell("help of login", client:help "login")
  try("connection_info", client.connection_info, client)
end

describe("Secrets are not told", function()
  local registry
  setup(function() registry = private_registry.start() end)
  teardown(function() registry:stop() end)

  it("when an engine and a registry do what they are asked for", function()
    local client <close> = new_client(engine.host())
    local name = fixture.remove_image_later(registry.address .. "/x")
    fixture.client().images:get(fixture.IMAGE):tag(name)
    client.images:push(name, { auth = registry.auth })
    try("login", client.login, client, registry.auth)
    local file <close> = io.tmpfile()
    try("progress", client.images.pull, client.images, name,
        { progress = file })
    file:seek("set")
    tell("progress", file:read("a"))
    print_all(client)
    for _, each in ipairs(told) do
      local text = core.encode_base64 "loop:back"
      assert.is_nil(each[1]:find(text, 1, true), each[2])
    end
    check()
  end)

  it("when a registry refuses them", function()
    local client <close> = new_client(engine.host())
    call_all(client, registry.address .. "/x", {
      username = "me", password = SECRET, serveraddress = registry.address,
    })
    call_wrongly(client)
    print_all(client)
    assert.is_true(#told > 200)
    check()
  end)

  it("when there is no engine", function()
    local client <close> = new_client("unix:///nonexistent.sock")
    call_all(client, "r.example/x", { username = "me", password = SECRET })
    call_wrongly(client)
    assert.is_true(#told > 100)
    check()
  end)

  it("when an engine answers with what was sent, or with nonsense", function()
    local login = play.json(
      cjson.encode{ Status = "ok", IdentityToken = SECRET })
    local server <close> = play.serve{ play.pong(), login, play.send "garbage",
                                       play.json "{" }
    local client <close> = new_client(server.address)
    for _ = 1, 3 do try("login", client.login, client, "me", SECRET) end
    tell("print", client)
    assert.equal(4, server:log "accept")
    check()
  end)

  it("of a config.json that cannot be read, and of helpers", function()
    local folder = elsewhere.helpers(elsewhere.folder())
    fixture.later(function() elsewhere.remove(folder) end)
    local configs = {
      '{"auths":{"r.example":{"auth":"' .. SECRET .. '"',
      '{"auths":{"r.example":"' .. SECRET .. '"}}',
      cjson.encode{ auths = { ["r.example"] = { auth = SECRET } } },
      cjson.encode{ auths = { ["r.example"] = {
        auth = core.encode_base64(SECRET) } } },
      cjson.encode{ credsStore = "missing", auths = { x = SECRET } },
      cjson.encode{ credsStore = "garbage" },
      cjson.encode{ credsStore = "failing" },
      cjson.encode{ proxies = { default = { httpProxy = { SECRET } } } },
    }
    for i, text in ipairs(configs) do
      local file <close> = assert(io.open(folder .. "/config.json", "w"))
      file:write(text)
      file:flush()
      local client <close> = moonsail.client{
        host = "unix:///nonexistent.sock",
        on_result = function(record) tell_all("on_result", record) end,
      }
      cli_config.remember(client, folder)
      local where = "config " .. i
      try(where, client.images.pull, client.images, "r.example/x")
      try(where, client.login, client, nil, nil, "r.example")
      try(where, client.containers.create, client.containers, "x")
      try(where, client.images.build, client.images,
          { dockerfile_text = "FROM r.example/x" })
    end
    check()
  end)
end)
