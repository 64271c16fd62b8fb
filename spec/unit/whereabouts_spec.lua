-- SPDX-License-Identifier: MIT
-- Where the engine is, by what is given, the environment and contexts.

local caught = require "spec.support.caught"
local contexts = require "spec.support.contexts"
local whereabouts = require "moonsail.whereabouts"

local folder

before_each(function() folder = contexts.folder() end)
after_each(function() contexts.remove(folder) end)

local function write(path, text)
  contexts.write(folder .. "/" .. path, text)
end

-- An environment of these variables and no others.
local function environment(variables)
  return function(name) return variables[name] end
end

local function find(given, variables)
  if type(given) == "string" then given = { host = given } end
  return whereabouts.find(given or {}, whereabouts.surroundings(nil,
    environment(variables or {})))
end

local function host(given, variables)
  return find(given, variables).host
end

describe("the host", function()
  it("is the option's, before the environment", function()
    local where = find("unix:///a.sock", { DOCKER_HOST = "unix:///b.sock" })
    assert.equal("unix:///a.sock", where.host)
    assert.equal("option host", where.chosen_by)
  end)

  it("is that of DOCKER_HOST, unless that is empty", function()
    local where = find(nil, { DOCKER_HOST = "unix:///b.sock" })
    assert.equal("unix:///b.sock", where.host)
    assert.equal("DOCKER_HOST", where.chosen_by)
    assert.equal("default socket", find(nil, { DOCKER_HOST = "" }).chosen_by)
  end)

  it("is completed", function()
    local complete = {
      ["/a.sock"] = "unix:///a.sock",
      ["engine:2375"] = "tcp://engine:2375",
      [" engine "] = "tcp://engine",
      [":2375"] = "tcp://localhost:2375",
      ["tcp://"] = "tcp://localhost",
      ["tcp://:7"] = "tcp://localhost:7",
      ["unix://"] = "unix:///var/run/docker.sock",
      ["http://engine:2375"] = "http://engine:2375",
      ["ssh://me@engine"] = "ssh://me@engine",
    }
    for given, whole in pairs(complete) do assert.equal(whole, host(given)) end
  end)
end)

describe("a context", function()
  before_each(function()
    contexts.add(folder, "far", { host = "tcp://10.0.0.7:2376" })
    contexts.add(folder, "near", { host = "unix:///near.sock" })
  end)

  -- What is found with the folder, and what may be said of it: {host,
  -- chosen_by, context}.
  local function found(given, variables)
    variables = variables or {}
    variables.DOCKER_CONFIG = folder
    local where = find(given, variables)
    return { where.host, where.chosen_by, where.context }
  end

  it("is the option's, before all variables", function()
    assert.same({ "tcp://10.0.0.7:2376", "option context", "far" },
                found({ context = "far" }, { DOCKER_HOST = "/x",
                                             DOCKER_CONTEXT = "near" }))
  end)

  it("is overridden by DOCKER_HOST, which is worth a warning", function()
    local variables = { DOCKER_HOST = "/x", DOCKER_CONTEXT = "near",
                        DOCKER_CONFIG = folder }
    assert.same({ "unix:///x", "DOCKER_HOST" }, found(nil, variables))
    assert.same({ 'DOCKER_HOST overrides the context "near" of '
                  .. "DOCKER_CONTEXT" }, find(nil, variables).warnings)
    variables.DOCKER_CONTEXT = "default"
    assert.same({}, find(nil, variables).warnings)
  end)

  it("is that of DOCKER_CONTEXT, then the current one", function()
    write("config.json", '{"currentContext": "near"}')
    assert.same({ "unix:///near.sock",
                  "currentContext of " .. folder .. "/config.json", "near" },
                found())
    assert.same({ "tcp://10.0.0.7:2376", "DOCKER_CONTEXT", "far" },
                found(nil, { DOCKER_CONTEXT = "far" }))
  end)

  it("called default is none", function()
    write("config.json", '{"currentContext": "near"}')
    assert.equal("default socket",
                 found(nil, { DOCKER_CONTEXT = "default" })[2])
    assert.equal("default socket", found({ context = "default" })[2])
    assert.same({ "unix:///x", "DOCKER_HOST" },
                found({ context = "default" }, { DOCKER_HOST = "/x" }))
    write("config.json", '{"currentContext": "default"}')
    assert.equal("default socket", found()[2])
  end)

  it("that there is not is an error, with those that there are", function()
    local function message(given, variables)
      return caught("argument", found, given, variables).message
    end
    assert.equal(('DOCKER_CONTEXT: there is no context "fat" in %s/contexts; '
                  .. "there are far, near"):format(folder),
                 message(nil, { DOCKER_CONTEXT = "fat" }))
    assert.matches('^option context: there is no context "fat" in ',
                   message{ context = "fat" })
    write("config.json", '{"currentContext": "fat"}')
    assert.matches("^currentContext of " .. folder:gsub("%p", "%%%0")
                   .. '/config.json: there is no context "fat" in ',
                   message())
  end)

  it("is not looked for where the file that says so is broken", function()
    write("config.json", '{"currentContext": 7}')
    assert.equal(folder .. "/config.json: currentContext: expected a string",
                 caught("argument", found).message)
    assert.equal("unix:///x", found("/x")[1])
    assert.equal("unix:///x", found(nil, { DOCKER_HOST = "/x" })[1])
  end)

  it("has terms of its own", function()
    contexts.add(folder, "mutual", { host = "tcp://e:2376",
                                     files = { "ca", "cert", "key" } })
    contexts.add(folder, "authority", { host = "tcp://e:2376",
                                        files = { "ca" } })
    contexts.add(folder, "lax", { host = "tcp://e:2376", skip = true })
    contexts.add(folder, "local", { host = "unix:///x", skip = true })
    local function tls(name)
      return find({ context = name }, {
        DOCKER_CONFIG = folder, DOCKER_TLS_VERIFY = "1",
        DOCKER_CERT_PATH = "/nowhere",
      }).tls
    end
    local files = contexts.tls_folder(folder, "mutual")
    assert.same({ ca = files .. "/ca.pem", cert = files .. "/cert.pem",
                  key = files .. "/key.pem", verify = true }, tls "mutual")
    assert.same({ ca = contexts.tls_folder(folder, "authority") .. "/ca.pem",
                  verify = true }, tls "authority")
    assert.same({ verify = false }, tls "lax")
    assert.is_nil(tls "local")
    assert.is_nil(tls "far")
  end)
end)

describe("TLS", function()
  before_each(function()
    for _, name in ipairs{ "ca", "cert", "key" } do
      write(name .. ".pem", "")
    end
  end)

  local function path(name) return folder .. "/" .. name .. ".pem" end

  -- The terms, and what else is found, with the folder's certificates.
  local function tls(given, variables)
    variables = variables or {}
    variables.DOCKER_CERT_PATH = variables.DOCKER_CERT_PATH or folder
    local where = find(given, variables)
    return where.tls, where
  end

  local function all(verify)
    return { ca = path "ca", cert = path "cert", key = path "key",
             verify = verify }
  end

  it("is asked for by the environment", function()
    assert.same(all(true), tls("tcp://e:1", { DOCKER_TLS_VERIFY = "1" }))
    assert.same(all(true), tls("tcp://e:1", { DOCKER_TLS_VERIFY = "0" }))
    assert.same(all(false), tls("tcp://e:1", { DOCKER_TLS = "1" }))
    assert.same(all(true), tls(nil, { DOCKER_HOST = "tcp://e:1",
                                      DOCKER_TLS_VERIFY = "1" }))
    assert.same(all(true), tls("https://e:1", { DOCKER_TLS_VERIFY = "1" }))
    assert.is_nil(tls("tcp://e:1", { DOCKER_TLS_VERIFY = "" }))
  end)

  it("is by the certificates beside config.json, too", function()
    assert.same(all(true), find("tcp://e:1", {
      DOCKER_TLS_VERIFY = "1", DOCKER_CONFIG = folder,
    }).tls)
  end)

  it("is not for what is no way over a network, or is secret", function()
    assert.is_nil(tls("/x", { DOCKER_TLS_VERIFY = "1" }))
    assert.is_nil(tls("ssh://e", { DOCKER_TLS_VERIFY = "1" }))
  end)

  it("without a host is for the usual port here", function()
    local terms, where = tls(nil, { DOCKER_TLS_VERIFY = "1" })
    assert.same(all(true), terms)
    assert.equal("tcp://localhost:2376", where.host)
    assert.equal("DOCKER_TLS_VERIFY", where.chosen_by)
    terms, where = tls({ tls = true })
    assert.same(all(true), terms)
    assert.equal("option tls", where.chosen_by)
    terms, where = tls({ tls = false }, { DOCKER_TLS_VERIFY = "1" })
    assert.is_nil(terms)
    assert.equal("default socket", where.chosen_by)
  end)

  it("wants an authority to verify by", function()
    os.remove(path "ca")
    assert.equal("DOCKER_TLS_VERIFY: there is no " .. path "ca",
                 caught("argument", tls, "tcp://e:1",
                        { DOCKER_TLS_VERIFY = "1" }).message)
    assert.matches("^DOCKER_TLS_VERIFY: there is no ca.pem: neither ",
                   caught("argument", find, "tcp://e:1",
                          { DOCKER_TLS_VERIFY = "1" }).message)
    assert.is_false(tls("tcp://e:1", { DOCKER_TLS = "1" }).verify)
  end)

  it("is never left out in silence", function()
    assert.matches("^DOCKER_TLS_VERIFY: it asks for TLS, which http:// is not",
                   caught("argument", tls, "http://e:1",
                          { DOCKER_TLS_VERIFY = "1" }).message)
    assert.equal("tls: false, and the host says https://",
                 caught("argument", tls,
                        { host = "https://e", tls = false }).message)
    assert.same({ "DOCKER_CERT_PATH is set, but nothing asks for TLS: set "
                  .. "DOCKER_TLS_VERIFY" },
                select(2, tls("tcp://e:1")).warnings)
    assert.same({}, select(2, tls("https://e:1")).warnings)
  end)

  it("is as the option says", function()
    assert.same({ ca = "/c" }, tls{ host = "tcp://e", tls = { ca = "/c" } })
    assert.same({ ca = "/c" }, tls({ host = "tcp://e", tls = { ca = "/c" } },
                                   { DOCKER_TLS_VERIFY = "1" }))
    assert.same(all(true), tls{ host = "tcp://e", tls = true })
    assert.is_nil(tls({ host = "tcp://e", tls = false },
                      { DOCKER_TLS_VERIFY = "1" }))
    contexts.add(folder, "lax", { host = "tcp://e:2376", skip = true })
    assert.is_true(tls({ context = "lax", tls = true },
                       { DOCKER_CONFIG = folder }).verify)
    assert.is_nil(tls({ context = "lax", tls = false },
                      { DOCKER_CONFIG = folder }))
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
    }, whereabouts.default_sockets(environment{
      XDG_RUNTIME_DIR = "/run/user/7", HOME = "/home/me",
    }))
    assert.same({ "/var/run/docker.sock", "/run/podman/podman.sock" },
                whereabouts.default_sockets(environment{}))
  end)

  -- Sockets in folders of our own: docker's, which may be there as well, is
  -- taken out of the list.
  describe("found", function()
    local socket = require "socket.unix"
    local order = whereabouts.default_sockets
    local listeners

    local function listen(path)
      local listener = socket()
      assert(listener:bind(path))
      listeners[#listeners + 1] = listener
    end

    before_each(function()
      listeners = {}
      whereabouts.default_sockets = function()
        return { folder .. "/a", folder .. "/b", folder .. "/c" }
      end
    end)

    after_each(function()
      whereabouts.default_sockets = order
      for _, listener in ipairs(listeners) do listener:close() end
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
