-- SPDX-License-Identifier: MIT
-- Contexts that the docker command has made, as it and we see and use them.

local caught = require "spec.support.caught"
local cjson = require "cjson"
local config = require "moonsail.config"
local contexts = require "moonsail.contexts"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"

local folder

-- The docker command with this folder and nothing else around.
local function docker(words, variables)
  return engine.try(("env -u DOCKER_HOST -u DOCKER_CONTEXT DOCKER_CONFIG=%s "
    .. "%s docker %s"):format(folder, variables or "", words))
end

local function create(name, words)
  local output, status = docker(("context create %s %s"):format(name, words))
  assert(status == 0, output)
end

before_each(function()
  folder = fixture.empty_folder()
  create("here", "--description 'This one' --docker host=" .. engine.host())
  create("lax", "--docker host=tcp://10.0.0.7:2376,skip-tls-verify=true")
  create("far", "--docker host=ssh://me@far")
end)
after_each(fixture.clean)

-- A client in an environment of these variables.
local function client(given, variables)
  variables = variables or {}
  variables.DOCKER_CONFIG = folder
  local made = config.client(given, function(name) return variables[name] end)
  fixture.later(function() made:close() end)
  return made
end

-- What the docker command lists, as rows of ours.
local function listed()
  local rows = {}
  for line in docker("context ls --format '{{json .}}'"):gmatch "[^\n]+" do
    local row = cjson.decode(line)
    rows[row.Name] = { name = row.Name, host = row.DockerEndpoint,
                       current = row.Current,
                       description = row.Description ~= "" and row.Description
                                     or nil }
  end
  return rows
end

describe("moonsail.contexts", function()
  -- Rows by name, but for what the docker command does not list.
  local function by_name(list)
    local rows = {}
    for _, row in ipairs(list) do
      rows[row.name] = { name = row.name, host = row.host,
                         current = row.current,
                         description = row.description }
    end
    return rows
  end

  it("has what the docker command has", function()
    local theirs = listed()
    theirs.default.host, theirs.default.description = nil, nil
    local ours = by_name(contexts.list({ config = folder }, function() end))
    ours.default.host = nil
    assert.same(theirs, ours)
  end)

  it("agrees on which one is used", function()
    assert.equal(0, select(2, docker "context use lax"))
    assert.is_true(listed().lax.current)
    local ours = by_name(contexts.list({ config = folder }, function() end))
    assert.is_true(ours.lax.current)
    assert.is_false(ours.default.current)
  end)

  it("knows certificates", function()
    engine.sh(("cd %s; openssl req -x509 -newkey ec -pkeyopt "
      .. "ec_paramgen_curve:prime256v1 -nodes -subj /CN=e -keyout key.pem "
      .. "-out cert.pem 2>/dev/null"):format(folder))
    create("mutual", ("--docker host=tcp://10.0.0.7:2376,ca=%s/cert.pem,"
      .. "cert=%s/cert.pem,key=%s/key.pem"):format(folder, folder, folder))
    local made = client{ context = "mutual" }
    local tls = config.origin(made).tls
    assert.is_true(tls.verify)
    for _, name in ipairs{ "cert", "key" } do
      assert.equal(engine.sh(("cat %s/%s.pem"):format(folder, name)),
                   engine.sh("cat " .. tls[name]))
    end
  end)
end)

describe("a context", function()
  it("leads to its engine, as the docker command finds it", function()
    local root, status = docker(
      "--context here info --format '{{.DockerRootDir}}'")
    assert.equal(0, status)
    local found = client{ context = "here" }
    assert.equal(root, found:info().docker_root_dir)
    local info = found:connection_info()
    assert.equal("option context", info.chosen_by)
    assert.equal("here", info.context)
    assert.equal(engine.host(), info.host)
    assert.equal(folder .. "/config.json", info.config_path)
  end)

  it("is that of DOCKER_CONTEXT", function()
    assert.equal(0, select(2, docker("info", "DOCKER_CONTEXT=here")))
    local info = client(nil, { DOCKER_CONTEXT = "here" }):connection_info()
    assert.equal("DOCKER_CONTEXT", info.chosen_by)
    assert.equal("here", info.context)
  end)

  it("is the current one", function()
    assert.equal(0, select(2, docker "context use here"))
    assert.equal(0, select(2, docker "info"))
    local info = client():connection_info()
    assert.equal(("currentContext of %s/config.json"):format(folder),
                 info.chosen_by)
    assert.equal("here", info.context)
  end)

  it("is overridden by DOCKER_HOST", function()
    assert.equal(0, select(2, docker "context use far"))
    assert.equal(0, select(2, docker("info",
                                     "DOCKER_HOST=" .. engine.host())))
    local info = client(nil, { DOCKER_HOST = engine.host() })
      :connection_info()
    assert.equal("DOCKER_HOST", info.chosen_by)
    assert.is_nil(info.context)
    assert.matches('^DOCKER_HOST overrides the context "far" of ',
                   info.warnings[1])
  end)

  it("that there is not is refused by both", function()
    local output, status = docker "--context near info"
    assert.is_true(status ~= 0)
    assert.matches('context "near"', output, 1, true)
    local problem = caught("argument", client, { context = "near" })
    assert.matches('there is no context "near" in ', problem.message, 1, true)
    assert.matches("; there are far, here, lax$", problem.message)
  end)

  it("and a host are refused together by both", function()
    local _, status = docker("--context here -H " .. engine.host() .. " info")
    assert.is_true(status ~= 0)
    caught("argument", client, { context = "here", host = engine.host() })
  end)
end)
