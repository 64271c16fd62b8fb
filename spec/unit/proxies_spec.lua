-- SPDX-License-Identifier: MIT
-- The proxies of config.json.

local caught = require "spec.support.caught"
local cjson = require "cjson"
local cli_config = require "moonsail.cli_config"
local engine = require "spec.support.engine"
local moonsail = require "moonsail"
local proxies = require "moonsail.proxies"

local function environment(section, host)
  return proxies.environment({ proxies = section, path = "/c/config.json" },
                             host, "images:build")
end

describe("proxies.environment", function()
  it("sets each variable in capitals and in small letters", function()
    local variables = environment{ default = {
      httpProxy = "http://h:1", httpsProxy = "http://s:1", noProxy = "a,b",
      ftpProxy = "ftp://f:1", allProxy = "socks://x", other = 1 } }
    assert.same({
      HTTP_PROXY = "http://h:1", http_proxy = "http://h:1",
      HTTPS_PROXY = "http://s:1", https_proxy = "http://s:1",
      NO_PROXY = "a,b", no_proxy = "a,b",
      FTP_PROXY = "ftp://f:1", ftp_proxy = "ftp://f:1",
      ALL_PROXY = "socks://x", all_proxy = "socks://x",
    }, variables)
  end)

  it("prefers what is said of the host", function()
    local section = { default = { httpProxy = "d", noProxy = "n" },
                      ["tcp://x:1"] = { HTTPProxy = "x", noProxy = "" } }
    assert.same({ HTTP_PROXY = "x", http_proxy = "x" },
                environment(section, "tcp://x:1"))
    assert.equal("d", environment(section, "tcp://y:1").http_proxy)
    assert.equal("d", environment(section).http_proxy)
    assert.same({}, environment({}, "tcp://x:1"))
    assert.same({}, environment{ default = { httpProxy = cjson.null } })
  end)

  it("tells of a mistake without telling what is there", function()
    local problem = caught("argument", environment, {
      default = { httpProxy = { "hush" } } })
    assert.equal("/c/config.json: proxies: httpProxy: expected a string",
                 problem.message)
  end)
end)

describe("proxies.add", function()
  -- A client that has them, and the address of its engine.
  local function client_of(address, section)
    local client = moonsail.client(address)
    cli_config.remember(client, "/c", { proxies = section })
    return client
  end
  local client = client_of("tcp://127.0.0.1:1", {
    default = { httpProxy = "d", noProxy = "n" } })

  local function add(given, of)
    return proxies.add(given, of or client, "images:build")
  end

  it("adds to a map, a list, and to nothing", function()
    local all = { HTTP_PROXY = "d", http_proxy = "d", NO_PROXY = "n",
                  no_proxy = "n" }
    assert.same(all, add(nil))
    assert.same(all, add{})
    all.A, all.HTTP_PROXY, all.no_proxy = "1", "mine", false
    local given = { A = "1", HTTP_PROXY = "mine", no_proxy = false }
    assert.same(all, add(given))
    assert.is_nil(given.http_proxy)
    local list = add{ "A=1", "HTTP_PROXY=mine", "no_proxy" }
    table.sort(list)
    assert.same({ "A=1", "HTTP_PROXY=mine", "NO_PROXY=n", "http_proxy=d",
                  "no_proxy" }, list)
    assert.equal('{"A":"1"}', add '{"A":"1"}')
  end)

  it("adds nothing where none are set up", function()
    local plain = client_of("tcp://127.0.0.1:1", {})
    local given = { "A=1" }
    assert.equal(given, add(given, plain))
    assert.is_nil(add(nil, plain))
  end)

  it("does without a config.json that cannot be read", function()
    local folder = engine.sh "mktemp -d"
    engine.sh(("printf { >%s/config.json"):format(folder))
    local broken = moonsail.client("tcp://127.0.0.1:1")
    cli_config.remember(broken, folder)
    caught("argument", cli_config.of, broken)
    assert.is_nil(add(nil, broken))
    engine.sh("rm -rf " .. folder)
  end)

  it("knows the host that was given", function()
    local other = client_of("tcp://127.0.0.1:2", {
      default = { httpProxy = "d" },
      ["tcp://127.0.0.1:2"] = { httpProxy = "o" } })
    assert.same({ HTTP_PROXY = "o", http_proxy = "o" }, add(nil, other))
  end)
end)
