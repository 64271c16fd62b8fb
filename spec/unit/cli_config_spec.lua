-- SPDX-License-Identifier: MIT
-- The docker command's config.json.

local caught = require "spec.support.caught"
local cli_config = require "moonsail.cli_config"
local contexts = require "spec.support.contexts"
local lfs = require "lfs"

local EMPTY = { auths = {}, cred_helpers = {}, proxies = {},
                http_headers = {} }

local function environment(variables)
  return function(name) return variables[name] end
end

describe("cli_config.folder", function()
  local function folder(variables)
    return cli_config.folder(environment(variables))
  end

  it("is DOCKER_CONFIG, else in the home", function()
    assert.equal("/c", folder{ DOCKER_CONFIG = "/c", HOME = "/h" })
    assert.equal("/h/.docker", folder{ DOCKER_CONFIG = "", HOME = "/h" })
    assert.is_nil(folder{ HOME = "" })
  end)
end)

describe("cli_config", function()
  local folder, path

  local function load(text)
    if text then contexts.write(path, text) end
    return cli_config.load(environment{ DOCKER_CONFIG = folder })
  end

  before_each(function()
    folder = contexts.folder()
    path = folder .. "/config.json"
  end)
  after_each(function() contexts.remove(folder) end)

  it("is empty where there is no file, and no folder", function()
    EMPTY.folder, EMPTY.path = folder, path
    assert.same(EMPTY, load())
    assert.same(EMPTY, load "")
    EMPTY.folder, EMPTY.path = "/dev/null", "/dev/null/config.json"
    assert.same(EMPTY,
                cli_config.load(environment{ DOCKER_CONFIG = "/dev/null" }))
    EMPTY.folder, EMPTY.path = nil, nil
    assert.same(EMPTY, cli_config.load(environment{}))
  end)

  it("has what the file says", function()
    assert.same({
      folder = folder, path = path,
      auths = { ["r.example"] = { auth = "eA==" } },
      creds_store = "pass",
      cred_helpers = { ["h.example"] = "gcloud" },
      proxies = { default = { httpProxy = "http://p:1" } },
      http_headers = { ["X-Meta"] = "1" },
      current_context = "far",
      detach_keys = "ctrl-x",
    }, load[[{
      "auths": {"r.example": {"auth": "eA=="}}, "credsStore": "pass",
      "credHelpers": {"h.example": "gcloud"},
      "proxies": {"default": {"httpProxy": "http://p:1"}},
      "HttpHeaders": {"X-Meta": "1"}, "currentContext": "far",
      "detachKeys": "ctrl-x", "psFormat": "table"
    }]])
  end)

  it("takes keys in any case, null and empty texts for nothing", function()
    local config = load[[{
      "httpheaders": {"A": "1", "B": null}, "auths": null, "credsStore": "",
      "CurrentContext": null
    }]]
    assert.same({ A = "1" }, config.http_headers)
    assert.same({}, config.auths)
    assert.is_nil(config.creds_store)
    assert.is_nil(config.current_context)
  end)

  local broken = {
    { '{"auths": {"r": {"auth": "c2VjcmV0"}},\n  secret }',
      "it is no JSON from line 2, column 3 on" },
    { '{"secret', "it is no JSON from line 1, column 9 on" },
    { '["secret"]', "expected an object of JSON" },
    { '"secret"', "expected an object of JSON" },
    { '{"auths": "secret"}', "auths: expected an object" },
    { '{"auths": {"r": "secret"}}', 'auths["r"]: expected an object' },
    { '{"credHelpers": {"r": 1}}', 'credHelpers["r"]: expected a string' },
    { '{"currentContext": 7}', "currentContext: expected a string" },
    { '{"auths": [{"auth": "c2VjcmV0"}]}', "auths: expected an object" },
    { '{"auths": {"r": ["secret"]}}', 'auths["r"]: expected an object' },
    { '{"HttpHeaders": ["secret"]}', "HttpHeaders: expected an object" },
  }
  for _, case in ipairs(broken) do
    it("complains: " .. case[2], function()
      local problem = caught("argument", load, case[1])
      assert.equal(path .. ": " .. case[2], problem.message)
      assert.equal("moonsail.client", problem.method)
      assert.not_matches("secret", tostring(problem))
      assert.not_matches("c2VjcmV0", tostring(problem))
    end)
  end

  it("complains of what cannot be read", function()
    assert(lfs.mkdir(path))
    assert.equal(path .. ": it cannot be read: Is a directory",
                 caught("argument", load).message)
    os.execute(("rmdir %s; ln -s config.json %s"):format(path, path))
    assert.equal(path .. ": it cannot be read: Too many levels of symbolic "
                 .. "links", caught("argument", load).message)
  end)

  it("is read once for a client, when it is asked for", function()
    local client = {}
    cli_config.remember(client, folder)
    contexts.write(path, '{"credsStore": "pass"}')
    assert.equal("pass", cli_config.of(client).creds_store)
    contexts.write(path, '{"credsStore": "other"}')
    assert.equal("pass", cli_config.of(client).creds_store)
    contexts.write(path, "{")
    cli_config.remember(client, folder)
    assert.equal("images:pull",
                 caught("argument", cli_config.of, client,
                        "images:pull").method)
  end)
end)
