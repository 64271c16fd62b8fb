-- SPDX-License-Identifier: MIT
-- What the files of the docker command and of Podman keep for registries.

local core = require "moonsail.core"
local credential_files = require "moonsail.credential_files"
local elsewhere = require "spec.support.elsewhere"

local function encoded(text)
  return { auth = core.encode_base64(text) }
end

-- What a file with these `auths` has for a registry.
local function find(auths, registry, path, has_paths)
  return credential_files.find({
    auths = auths, cred_helpers = {}, has_paths = has_paths, name = "FILE",
  }, registry, path or "", "x")
end

local function user(...)
  local auth = find(...)
  return auth and auth.username
end

local HUB = "https://index.docker.io/v1/"

describe("credential_files.find", function()
  it("reads what an entry has", function()
    local cases = {
      { encoded "me:pass:word", { username = "me", password = "pass:word" } },
      { encoded "me:word\0\0", { username = "me", password = "word" } },
      { encoded "me:", { username = "me" } },
      { { auth = "bWU6\nd29yZA==\r\n" },
        { username = "me", password = "word" } },
      { { username = "me", password = "word" },
        { username = "me", password = "word" } },
      { { auth = core.encode_base64 "<token>:", identitytoken = "t",
          email = "e" },
        { username = "<token>", identity_token = "t" } },
      { { identitytoken = "t", auth = "" }, { identity_token = "t" } },
      { { registrytoken = "t" }, { registry_token = "t" } },
    }
    for _, case in ipairs(cases) do
      case[2].serveraddress = "r.example"
      assert.same(case[2], (find({ ["r.example"] = case[1] }, "r.example")))
    end
  end)

  it("has nothing where nothing is", function()
    for _, entry in ipairs{ {}, { auth = "" }, { email = "x" }, 7 } do
      local auth, trouble = find({ ["r.example"] = entry }, "r.example")
      assert.is_nil(auth)
      assert.is_nil(trouble)
    end
    assert.is_nil(find({}, "r.example"))
    assert.is_nil(find({ ["s.example"] = encoded "a:b" }, "r.example"))
  end)

  it("says what cannot be read, and not what it is", function()
    for _, text in ipairs{ "%%%", core.encode_base64 "se-cret",
                           core.encode_base64 ":se-cret" } do
      local auth, trouble = find({ ["r.example"] = { auth = text } },
                                 "r.example")
      assert.is_nil(auth)
      assert.equal("the auth of r.example in FILE is no base64 of "
                   .. "USER:PASSWORD", trouble)
    end
  end)

  it("knows a registry however it is written", function()
    for key, registry in pairs{
      ["r.example"] = "r.example", ["https://r.example"] = "r.example",
      ["http://r.example:5000/v1/"] = "r.example:5000",
      ["r.example/v2/"] = "r.example", [HUB] = "docker.io",
      ["index.docker.io"] = "docker.io", ["docker.io"] = "docker.io",
      ["registry-1.docker.io"] = "docker.io",
      ["https://index.docker.io"] = "docker.io",
      ["https://docker.io/v1/"] = "docker.io",
    } do
      assert.equal("me", user({ [key] = encoded "me:x" }, registry))
      assert.is_nil(user({ [key] = encoded "me:x" }, "other.example"))
      assert.is_nil(user({ [key] = encoded "me:x" }, registry .. ":1"))
    end
  end)

  it("takes what the docker command writes first", function()
    local auths = { ["index.docker.io"] = encoded "a:x",
                    [HUB] = encoded "b:x", ["docker.io"] = encoded "c:x" }
    assert.equal("b", user(auths, "docker.io"))
    auths = { ["https://r.example/a"] = encoded "a:x",
              ["r.example"] = encoded "b:x" }
    assert.equal("b", user(auths, "r.example"))
  end)

  it("takes the nearest path, where paths count", function()
    local auths = {
      ["r.example"] = encoded "all:x", ["r.example/team"] = encoded "team:x",
      ["r.example/team/app"] = encoded "app:x", ["docker.io"] = encoded "d:x",
    }
    for path, name in pairs{
      [""] = "all", other = "all", team = "team", ["team/b"] = "team",
      ["team/app"] = "app", ["team/app/x"] = "app", ["teams/x"] = "all",
    } do
      assert.equal(name, user(auths, "r.example", path, true))
    end
    assert.equal("d", user(auths, "docker.io", "library/busybox", true))
    assert.equal("all", user(auths, "r.example", "team/app"))
    assert.equal("old", user({ ["https://r.example/v1/"] = encoded "old:x" },
                             "r.example", "team/app", true))
  end)
end)

describe("credential_files.all", function()
  it("names registries as engines want it", function()
    local found = credential_files.all({ auths = {
      ["index.docker.io"] = encoded "a:x", ["https://r.example"] =
      encoded "b:y", ["s.example"] = {}, ["t.example"] = { auth = "?" },
    }, cred_helpers = {}, name = "FILE" }, "x")
    assert.same({
      [HUB] = { username = "a", password = "x", serveraddress = HUB },
      ["r.example"] = { username = "b", password = "y",
                        serveraddress = "r.example" },
    }, found)
  end)
end)

describe("What credential_files.all cannot find", function()
  local function trouble(source)
    source.auths, source.name = source.auths or {}, "FILE"
    source.cred_helpers = source.cred_helpers or {}
    local found, reason = credential_files.all(source, "x")
    assert.same({}, found)
    return reason
  end

  it("is told, wherever it was to be", function()
    assert.is_nil(trouble{})
    assert.equal("the auth of r.example in FILE is no base64 of USER:PASSWORD",
                 trouble{ auths = { ["r.example"] = { auth = "?" } } })
    local missing = "^the credential helper docker%-credential%-not%-there"
    assert.matches(missing, trouble{ creds_store = "not-there" })
    assert.matches(missing, trouble{ cred_helpers = { r = "not-there" } })
  end)
end)

describe("credential_files.all, as for one registry,", function()
  local function all_users(auths, has_paths)
    local users = {}
    for server, auth in pairs(credential_files.all({
      auths = auths, cred_helpers = {}, has_paths = has_paths,
    }, "x")) do
      users[server] = auth.username
    end
    return users
  end

  it("takes what the docker command writes first", function()
    local auths = { [HUB] = encoded "a:x", ["r.example"] = encoded "a:x" }
    for i = 1, 9 do -- in whatever order they come
      auths["https://index.docker.io/" .. i] = encoded "b:x"
      auths["https://r.example/" .. i] = encoded "b:x"
    end
    assert.same({ [HUB] = "a", ["r.example"] = "a" }, all_users(auths))
  end)

  it("keeps paths where they count", function()
    local auths = { ["r.example"] = encoded "all:x",
                    ["r.example/team"] = encoded "team:x" }
    assert.same({ ["r.example"] = "all", ["r.example/team"] = "team" },
                all_users(auths, true))
  end)
end)

describe("credential_files.podman", function()
  local folder
  before_each(function() folder = elsewhere.folder() end)
  after_each(function() elsewhere.remove(folder) end)

  local function write(path, text)
    os.execute(("mkdir -p $(dirname %s/%s)"):format(folder, path))
    local file <close> = assert(io.open(folder .. "/" .. path, "w"))
    file:write(text)
  end

  local function sources(variables)
    return credential_files.podman("x", function(name)
      return variables[name]
    end)
  end

  it("looks where Podman looks, in its order", function()
    local variables = { XDG_RUNTIME_DIR = folder .. "/run", HOME = folder,
                        XDG_CONFIG_HOME = "" }
    assert.same({}, sources(variables))
    write(".config/containers/auth.json", '{"auths":{"b.example":{}}}')
    write("run/containers/auth.json", '{"auths":{"a.example":{}}}')
    write("given.json", [[{"credHelpers":{"c.example":"x"}}]])
    local list = sources(variables)
    assert.equal(2, #list)
    assert.same({ ["a.example"] = {} }, list[1].auths)
    assert.same({ ["b.example"] = {} }, list[2].auths)
    variables.REGISTRY_AUTH_FILE = folder .. "/given.json"
    list = sources(variables)
    assert.equal(1, #list)
    assert.same({ ["c.example"] = "x" }, list[1].cred_helpers)
    assert.is_true(list[1].has_paths)
  end)

  it("passes over fields of another form", function()
    for _, text in ipairs{
      '{"auths":7,"credHelpers":null}',
      '{"auths":[{"auth":"eA=="}],"credHelpers":["x"]}',
      '{"auths":{"r.example":7},"credHelpers":{"r.example":7}}',
    } do
      write("given.json", text)
      local list = sources{ REGISTRY_AUTH_FILE = folder .. "/given.json" }
      assert.same({}, list[1].auths)
      assert.same({}, list[1].cred_helpers)
    end
  end)
end)
