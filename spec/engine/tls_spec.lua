-- SPDX-License-Identifier: MIT
-- Engines that are reached by TLS.

local caught = require "spec.support.caught"
local certificates = require "spec.support.certificates"
local config = require "moonsail.config"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local fixture = require "spec.support.fixture"
local roads = require "spec.support.roads"

local NONE = {}

describe("TLS #private", function()
  local made, started, port

  setup(function()
    made = certificates.folder()
    made:authority "ca"
    made:authority "other"
    made:certificate("server", { by = "ca",
      names = "DNS:localhost,DNS:engine.example" })
    made:certificate("client", { by = "ca" })
    made:certificate("second", { by = "ca" })
    made:certificate("stranger", { by = "other" })
    port = fixture.free_port()
    started = engine.start{ flags = ("--host tcp://127.0.0.1:%d --tlsverify "
      .. "--tlscacert %s --tlscert %s --tlskey %s"):format(port,
      made:path "ca", made:path "server", made:path "server-key") }
  end)

  teardown(function()
    started:down()
    made:close()
  end)

  -- The terms of a connection as they should be, but for some that are given.
  local function terms(changes)
    local tls = {
      ca = made:path "ca",
      cert = made:path "client",
      key = made:path "client-key",
    }
    for name, value in pairs(changes or {}) do tls[name] = value end
    for name, value in pairs(tls) do
      if value == NONE then tls[name] = nil end
    end
    return tls
  end

  local function client(changes, host)
    return core.client{
      host = (host or "tcp://localhost") .. ":" .. port,
      tls = terms(changes),
      timeout = 20,
    }
  end

  -- The error of a first call; `names` is what its message must name.
  local function refused(kind, words, docker)
    local problem = caught(kind, docker.info, docker)
    assert.matches(words, problem.message)
    return problem
  end

  for name, test in roads.tests(function()
    return { host = "tcp://localhost:" .. port, tls = terms() }
  end) do it(name, test) end

  it("is what https is", function()
    assert.is_true(client(nil, "https://localhost"):ping())
  end)

  it("does without the certificate of an authority when told so", function()
    assert.is_true(client{ ca = NONE, verify = false }:ping())
    assert.is_true(client{ ca = made:path "other", verify = false }:ping())
    assert.is_true(client({ verify = false }, "tcp://127.0.0.1"):ping())
  end)

  it("refuses an engine of an unknown authority", function()
    for _, ca in ipairs{ NONE, made:path "other" } do
      local problem = refused("tls", "is of an unknown authority",
                              client{ ca = ca })
      assert.matches("give tls = {ca = %.%.%.}", problem.hint)
    end
  end)

  it("refuses an engine of another name, and takes one for it", function()
    local problem = refused("tls", "its certificate is for another host",
                            client(nil, "tcp://127.0.0.1"))
    assert.matches("server_name", problem.hint)
    refused("tls", "is for another host",
            client{ server_name = "other.example" })
    local docker = client({ server_name = "engine.example" },
                          "tcp://127.0.0.1")
    assert.is_true(docker:ping())
  end)

  it("says that the engine wants a certificate", function()
    local problem = refused("tls", "it wants a certificate of ours",
                            client{ cert = NONE, key = NONE })
    assert.matches("cert = ", problem.hint)
  end)

  it("says that the engine refuses ours", function()
    local problem = refused("tls", "it refuses our certificate",
      client{ cert = made:path "stranger", key = made:path "stranger-key" })
    assert.matches("%-%-tlscacert", problem.hint)
  end)

  it("says so too of what is sent once, and of sessions", function()
    for _, operation in ipairs{ "ContainerStart", "ContainerAttach" } do
      local docker = core.client{
        host = "tcp://localhost:" .. port,
        api_version = "1.41",
        tls = terms{ cert = made:path "stranger",
                     key = made:path "stranger-key" },
      }
      local problem = caught("tls", core.call, docker, operation,
                             { id = "x" })
      assert.matches("it refuses our certificate", problem.message)
    end
  end)

  it("is asked for where there is no TLS", function()
    local problem = caught("tls", core.call, core.client{
      host = "tcp://localhost:" .. port }, "SystemPing")
    assert.matches("HTTP request to an HTTPS server", problem.message)
    assert.matches("the engine speaks TLS on this port", problem.hint)
  end)

  it("knows one connection from another by what was shown", function()
    local first = client()
    first:ping()
    first:ping()
    refused("argument", "second%-key%.pem does not belong",
            client{ key = made:path "second-key" })
    refused("tls", "wants a certificate", client{ cert = NONE, key = NONE })
    refused("tls", "unknown authority", client{ ca = made:path "other" })
    assert.is_true(client{ cert = made:path "second",
                           key = made:path "second-key" }:ping())
  end)

  it("names the files that it cannot use, and tells nothing of them",
     function()
    local key = assert(io.open(made:path "second-key")):read "a"
    local problem = refused("argument", "does not belong",
                            client{ key = made:path "second-key" })
    assert.matches("second%-key%.pem", problem.message)
    assert.matches("client%.pem", problem.message)
    for line in key:gmatch "[^\n]+" do
      assert.is_nil(tostring(problem):find(line, 1, true))
    end
  end)

  describe("by the environment, as the docker command has it", function()
    local folder

    before_each(function()
      folder = engine.sh "mktemp -d"
      for name, file in pairs{ ca = "ca", cert = "client",
                               key = "client-key" } do
        engine.sh(("cp %s %s/%s.pem"):format(made:path(file), folder, name))
      end
    end)
    after_each(function() engine.sh("rm -rf " .. folder) end)

    -- The engine's id, as the docker command and a client of ours learn it in
    -- an environment of these variables; or how both fail.
    local function ids(variables, context)
      variables.DOCKER_CONFIG = folder
      local words = {}
      for name, value in pairs(variables) do
        words[#words + 1] = name .. "=" .. value
      end
      local theirs, status = engine.try(("env %s docker %s info --format "
        .. "'{{.ID}}'"):format(table.concat(words, " "),
        context and "--context " .. context or ""))
      local docker = config.client({ context = context }, function(name)
        return variables[name]
      end)
      local ok, ours = pcall(docker.info, docker)
      if not ok then ours = ours.kind end
      return status == 0 and theirs:match "[^\n]+$" or "refused",
             ok and ours.id or ours, config.origin(docker).tls
    end

    local function agree(variables, context)
      local theirs, ours, tls = ids(variables, context)
      assert.equal(theirs, ours)
      return tls
    end

    local function both_refuse(variables, context)
      local theirs, ours = ids(variables, context)
      assert.same({ "refused", "tls" }, { theirs, ours })
    end

    local function host(name) return ("tcp://%s:%d"):format(name, port) end

    it("is with DOCKER_TLS_VERIFY", function()
      assert.is_true(agree{ DOCKER_HOST = host "localhost",
                            DOCKER_TLS_VERIFY = "1" }.verify)
      assert.is_true(agree{ DOCKER_HOST = host "localhost",
                            DOCKER_TLS_VERIFY = "1",
                            DOCKER_CERT_PATH = folder }.verify)
      both_refuse{ DOCKER_HOST = host "127.0.0.1", DOCKER_TLS_VERIFY = "1" }
    end)

    it("is with DOCKER_TLS, whoever it is", function()
      assert.is_false(agree{ DOCKER_HOST = host "127.0.0.1",
                             DOCKER_TLS = "1" }.verify)
    end)

    it("is not with certificates alone", function()
      both_refuse{ DOCKER_HOST = host "localhost",
                   DOCKER_CERT_PATH = folder }
    end)

    it("is of a context", function()
      local files = ("ca=%s,cert=%s,key=%s"):format(made:path "ca",
        made:path "client", made:path "client-key")
      local function create(name, words)
        engine.sh(("DOCKER_CONFIG=%s docker context create %s --docker "
          .. "host=%s,%s"):format(folder, name, words, files))
      end
      create("secure", host "localhost")
      create("wrong", host "127.0.0.1")
      create("lax", host "127.0.0.1" .. ",skip-tls-verify=true")
      assert.is_true(agree({}, "secure").verify)
      both_refuse({}, "wrong")
      assert.is_false(agree({}, "lax").verify)
    end)
  end)
end)
