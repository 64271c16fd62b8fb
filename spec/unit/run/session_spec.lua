-- SPDX-License-Identifier: MIT
-- What a client is made with: where its engine is, the terms of a secure
-- connection, and lines that go out with every request.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"

local function refused(options, words)
  local problem = caught("argument", core.client, options)
  assert.equal("moonsail.client", problem.method)
  assert.matches(words, problem.message)
  return problem
end

describe("the address of an engine", function()
  it("is of a kind that can be connected to", function()
    for address, words in pairs{
      ["fd://"] = "fd:// is what an engine listens on",
      ["npipe:////./pipe/docker"] = "npipe:// is for Windows",
      ["ssh://"] = "no valid host",
      ["ssh://-oProxyCommand=x"] = "no valid host",
      ["ssh://-l@host"] = "the user in the address is malformed",
      ["ssh://a;b@host"] = "the user in the address is malformed",
      ["ssh://host/a b"] = "nothing but the path of a socket",
      ["ssh://host?x"] = "nothing but the path of a socket",
      ["ssh://host:0"] = "a number from 1 to 65535",
      ["https://host/path"] = "no user, no path",
    } do refused({ host = address }, words) end
  end)

  it("holds no password, and none is repeated", function()
    local problem = refused({ host = "ssh://me:secret@host" },
                            "a password has no place in the address")
    assert.is_nil(tostring(problem):find("secret", 1, true))
  end)
end)

describe("tls", function()
  local HOST = "tcp://127.0.0.1:1"
  local file = os.tmpname()

  local function holds(text)
    assert(io.open(file, "w")):write(text):close()
  end

  teardown(function() os.remove(file) end)

  it("is a table of what there is", function()
    for words, tls in pairs{
      ["^tls: expected table, got boolean"] = true,
      ["^tls%.ca: expected string, got boolean"] = { ca = true },
      ["^tls%.verify: expected boolean, got number"] = { verify = 0 },
      ["^tls%.cacert: no such option; there are ca,"] = { cacert = "x" },
      ["^tls%.1: no such option"] = { "x" },
      ["^tls: server_name: expected the name"] = { server_name = "a b" },
    } do refused({ host = HOST, tls = tls }, words) end
    assert(core.client{ host = HOST, tls = {} }):close()
  end)

  it("is for addresses that it can be used with", function()
    for _, host in ipairs{ "unix:///x", "ssh://x" } do
      refused({ host = host, tls = {} }, "only an engine at tcp://")
    end
    refused({ host = "http://x", tls = {} }, "http:// is a plain connection")
  end)

  it("names a file that is missing", function()
    for _, name in ipairs{ "ca", "cert", "key" } do
      refused({ host = HOST, tls = { [name] = "/no/such.pem" } },
        "^tls: " .. name .. ": cannot read /no/such.pem: No such file")
      refused({ host = HOST, tls = { [name] = "/tmp" } },
        "^tls: " .. name .. ": cannot read /tmp: Is a directory")
    end
  end)

  it("names a file that is something else", function()
    holds "secret"
    for name, words in pairs{ ca = "no certificate in PEM",
                              cert = "no certificate in PEM",
                              key = "no private key in PEM" } do
      local problem = refused({ host = HOST, tls = { [name] = file } },
                              file .. " holds " .. words)
      assert.is_nil(tostring(problem):find("secret", 1, true))
    end
    holds(("x"):rep(1100000))
    refused({ host = HOST, tls = { ca = file } }, "longer than any such file")
  end)

  it("names a key that has a passphrase", function()
    holds "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII\n"
    refused({ host = HOST, tls = { key = file } },
            file .. " is protected by a passphrase")
    holds "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
    refused({ host = HOST, tls = { key = file } },
            file .. " is protected by a passphrase")
  end)

  it("takes a certificate with its key only", function()
    holds "-----BEGIN CERTIFICATE-----\n"
    refused({ host = HOST, tls = { cert = file } },
            "cert: " .. file .. " is of no use without its key")
    holds "-----BEGIN PRIVATE KEY-----\n"
    refused({ host = HOST, tls = { key = file } },
            "key: " .. file .. " is of no use without its cert")
  end)
end)

describe("headers", function()
  it("go out with each request, unless it has its own", function()
    local server <close> = play.serve{ play.pong(), play.json "{}" }
    local client <close> = core.client{
      host = server.address,
      headers = { ["X-One"] = "1", ["X-Three"] = "3" },
    }
    client:request{ path = "/info", headers = { ["X-Three"] = "own" } }
    server:stop()
    assert.equal(2, server:log "X%-One: 1\n")
    assert.equal(1, server:log "X%-Three: 3\n")
    assert.equal(1, server:log "X%-Three: own\n")
  end)

  it("are what may be sent", function()
    for words, headers in pairs{
      ["expected table, got string"] = "X: y",
      ["no name that may be sent"] = { "x" },
      ["one has no name"] = { ["a b"] = "x" },
      ["headers%.x: expected string, got number"] = { x = 1 },
      ["headers%.x: must not hold control"] = { x = "a\r\nb: c" },
      ["headers%.y: must not hold control"] = { y = "a\0" },
      ["Content%-Length cannot be set here"] = { ["Content-Length"] = "1" },
      ["User%-Agent cannot be set here: give user_agent"] =
        { ["User-Agent"] = "x" },
    } do
      refused({ host = "unix:///x", headers = headers }, words)
    end
    local problem = refused({ host = "unix:///x", headers = {
      Authorization = "se\ncret" } }, "must not")
    assert.is_nil(tostring(problem):find("cret", 1, true))
  end)
end)
