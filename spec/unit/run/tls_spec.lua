-- SPDX-License-Identifier: MIT
-- Secure connections that fail, with servers that are no engines. With those:
-- spec/engine/tls_spec.lua.

local caught = require "spec.support.caught"
local certificates = require "spec.support.certificates"
local core = require "moonsail.core"
local play = require "spec.support.play"
local scripted = require "spec.support.scripted"

describe("a secure connection", function()
  local made

  setup(function()
    made = certificates.folder()
    made:authority "ca"
  end)

  teardown(function() made:close() end)

  -- A server of openssl's with a certificate of that name.
  local function serve(name)
    local pipe = assert(io.popen(("echo $$; exec openssl s_server -www "
      .. "-accept 127.0.0.1:0 -cert %s -key %s </dev/null 2>&1")
      :format(made:path(name), made:path(name .. "-key"))))
    local pid, port = pipe:read "l", nil
    while not port do
      port = assert(pipe:read "l"):match "^ACCEPT .*:(%d+)$"
    end
    return setmetatable({ address = "tcp://127.0.0.1:" .. port }, {
      __close = function()
        os.execute("kill -9 " .. pid)
        pipe:close()
      end,
    })
  end

  local function refused(kind, words, options)
    local client <close> = core.client(options)
    local problem = caught(kind, client.ping, client)
    assert.matches(words, problem.message)
    return problem
  end

  it("is none with a certificate that has expired", function()
    made:certificate("old", { by = "ca", names = "IP:127.0.0.1", days = -1 })
    local server <close> = serve "old"
    local problem = refused("tls", "its certificate has expired", {
      host = server.address, tls = { ca = made:path "ca" } })
    assert.equal("renew the engine's certificate", problem.hint)
  end)

  it("is none with what answers TLS, and is no engine", function()
    made:certificate("new", { by = "ca", names = "IP:127.0.0.1" })
    local server <close> = serve "new"
    local client <close> = core.client{
      host = server.address, tls = { ca = made:path "ca" },
      api_version = "1.41" }
    local answer = client:request{ path = "/" }
    assert.equal(200, answer.status)
    assert.matches("HTML", answer.body)
  end)

  it("is none with what speaks plain HTTP", function()
    local server <close> = play.serve({
      play.send "HTTP/1.1 400 Bad Request\r\n\r\n" }, { tcp = true })
    local problem = refused("tls", "it does not speak TLS",
                            { host = server.address,
                              tls = { ca = made:path "ca" } })
    assert.matches("leave out tls", problem.hint)
  end)

  it("is none where nothing listens", function()
    refused("connection", "Connection refused",
            { host = "tcp://127.0.0.1:1", tls = {} })
  end)

  it("is waited for no longer than connect_timeout", function()
    local server <close> = scripted.start("accept\npause 20000",
                                          { tcp = true })
    refused("timeout", "no connection to .* within 0.05 seconds", {
      host = server.address, tls = { ca = made:path "ca" },
      connect_timeout = 0.05 })
  end)
end)
