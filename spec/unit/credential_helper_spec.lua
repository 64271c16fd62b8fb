-- SPDX-License-Identifier: MIT
-- Programs that keep passwords: what they answer, and what becomes of it when
-- they do not.

local elsewhere = require "spec.support.elsewhere"

-- Asks each of the helpers that are named; what each has given.
local ASK = [[
local helper = require "moonsail.credential_helper"
local results = {}
for _, name in ipairs{ ... } do
  helper.seconds = name == "hanging" and 0.3 or 20
  local auth, trouble = helper.get(name, "r.example", "images:pull")
  local servers, problem = helper.list(name, "images:build")
  results[name] = { auth = auth, trouble = trouble, servers = servers,
                    problem = problem }
end
return results
]]

describe("A credential helper", function()
  local folder, results

  setup(function()
    folder = elsewhere.helpers(elsewhere.folder())
    results = elsewhere.run({ PATH = folder .. ":" .. os.getenv "PATH" }, ASK,
      "good", "token", "none", "failing", "silent", "garbage", "list", "null",
      "empty", "hanging", "large", "missing", "broken", "../good",
      "a b", "", "-x")
  end)

  teardown(function() elsewhere.remove(folder) end)

  it("gives a user name and a password", function()
    assert.same({ username = "loop", password = "back",
                  serveraddress = "r.example" }, results.good.auth)
    assert.is_nil(results.good.trouble)
  end)

  it("gives a token", function()
    assert.same({ identity_token = "an-id-token",
                  serveraddress = "r.example" }, results.token.auth)
  end)

  it("is asked for the registry on its standard input", function()
    local file <close> = assert(io.open(folder .. "/good.log"))
    assert.equal("get r.example\nlist \n", file:read("a"))
  end)

  it("lists what it keeps", function()
    assert.same({ "https://index.docker.io/v1/", "r.example" },
                results.good.servers)
    assert.same({}, results.empty.servers)
    assert.is_nil(results.empty.problem)
    assert.matches("docker%-credential%-failing failed",
                   results.failing.problem)
    assert.same({}, results.list.servers)
  end)

  it("may have nothing", function()
    for _, name in ipairs{ "none", "empty" } do
      assert.is_nil(results[name].auth)
      assert.is_nil(results[name].trouble)
    end
  end)

  local troubles = {
    missing = "docker%-credential%-missing could not be run: "
      .. "it is not installed$",
    broken = "docker%-credential%-broken could not be run: .*"
      .. "Permission denied",
    failing = "docker%-credential%-failing failed: the store is locked$",
    silent = "docker%-credential%-silent failed: it said nothing$",
    garbage = "docker%-credential%-garbage answers is no object of JSON$",
    list = "docker%-credential%-list answers is no object of JSON$",
    null = "docker%-credential%-null answers is no object of JSON$",
    hanging = "docker%-credential%-hanging could not be run: .*"
      .. "has not ended within 0.3 seconds$",
    large = "docker%-credential%-large could not be run: .*wrote more than",
    ["../good"] = '"../good" is no name of a credential helper$',
    ["a b"] = '"a b" is no name', [""] = '"" is no name',
    ["-x"] = '"%-x" is no name',
  }
  for name, words in pairs(troubles) do
    it(("that is %q is no failure, and why is said"):format(name), function()
      assert.is_nil(results[name].auth)
      assert.matches(words, results[name].trouble)
      for _, secret in ipairs{ "back", "s3cret" } do
        assert.is_nil(results[name].trouble:find(secret, 1, true))
      end
    end)
  end
end)
