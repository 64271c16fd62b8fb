-- SPDX-License-Identifier: MIT
-- The proxies of config.json, in what is created and built, as the docker
-- command puts them there.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

-- A folder with a config.json; the first proxy has a password.
local function config()
  local folder = fixture.empty_folder()
  local file <close> = assert(io.open(folder .. "/config.json", "w"))
  file:write(([[{ "proxies": {
    "default": { "httpProxy": "http://nobody" },
    "%s": { "httpProxy": "http://me:hush@proxy:3128", "noProxy": "a,b" }
  } }]]):format(engine.host()))
  return folder
end

-- The variables of a container that are of interest here.
local function variables(container)
  local list = {}
  for _, entry in ipairs(container:attrs().config.env) do
    if entry:find("^A=") or entry:lower():find("^%a+_proxy=") then
      list[#list + 1] = entry
    end
  end
  table.sort(list)
  return list
end

describe("the proxies of config.json", function()
  local folder, client
  before_each(function()
    folder = config()
    client = moonsail.client{ host = engine.host(), config = folder }
  end)
  after_each(function() client:close() end)

  it("are in containers as the docker command puts them there",
     engines.only_docker("Podman refuses what this command asks for",
     function()
    local id = engine.sh(("DOCKER_CONFIG=%s docker -H %s create -e A=1 "
      .. "-e http_proxy=mine busybox 2>/dev/null"):format(folder,
                                                        engine.host()))
    local expected = variables(fixture.remove_later(
      client.containers:get(id)))
    local container = client.containers:create("busybox", { "true" }, {
      env = { A = "1", http_proxy = "mine" } })
    assert.same(expected, variables(fixture.remove_later(container)))
    assert.same({ "A=1", "HTTP_PROXY=http://me:hush@proxy:3128",
                  "NO_PROXY=a,b", "http_proxy=mine", "no_proxy=a,b" },
                expected)
  end))

  it("are in what is run, and in the steps of a build", function()
    local result = client.containers:run("busybox", { "sh", "-c",
      "echo $NO_PROXY" }, { remove = true })
    assert.equal("a,b\n", result.logs.stdout)
    local image, log = client.images:build{
      dockerfile_text = "FROM busybox\nRUN echo $NO_PROXY; echo $http_proxy\n",
      build_args = { http_proxy = "mine" }, no_cache = true }
    fixture.remove_image_later(image:id())
    assert.matches("\na,b\nmine\n", tostring(log))
  end)

  it("are told to nobody else", function()
    local seen = {}
    client:close()
    client = moonsail.client{
      host = engine.host(), config = folder,
      on_result = function(result)
        for _, value in pairs(result) do seen[#seen + 1] = tostring(value) end
      end,
    }
    fixture.remove_later(client.containers:create("busybox", { "true" }))
    local problem = caught("not_found", function()
      client.containers:create("moonsail-has-no-such-image")
    end)
    seen[#seen + 1] = tostring(problem)
    problem = caught("build", function()
      client.images:build{ dockerfile_text = "FROM busybox\nRUN exit 3\n" }
    end)
    seen[#seen + 1] = tostring(problem) .. tostring(problem.log)
    for _, text in ipairs(seen) do
      assert.is_nil(text:find("hush", 1, true), text)
    end
    assert.is_true(#seen > 10)
  end)
end)
