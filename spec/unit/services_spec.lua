-- SPDX-License-Identifier: MIT
-- Services, with a scripted engine: what is asked, in which order, and what is
-- sent to engines that are too old, or know more than any here.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"

require "moonsail.service"
require "moonsail.services"

local CREATED = play.json('{"ID":"s","Warnings":["beware"]}', "201 Created")

local function told(spec, more)
  return play.json(('{"ID":"s","Version":{"Index":7},"Spec":%s%s}'):format(
    spec or "{}", more or ""))
end

-- A client whose exchanges are collected: {operation, url, body, headers}.
local function watched(answers, version)
  local seen = {}
  local server, client = play.start(answers, {
    api_version = version,
    on_result = function(result)
      seen[#seen + 1] = { operation = result.operation, url = result.url,
                          body = result.request_body }
    end,
  })
  return server, client, seen
end

local function operations(seen)
  local names = {}
  for i, exchange in ipairs(seen) do names[i] = exchange.operation end
  return table.concat(names, " ")
end

-- An object with these attributes.
local function service(client, spec)
  return core.new_object("service", client, core.decode("Service",
    ('{"ID":"s","Version":{"Index":7},"Spec":%s}'):format(spec)))
end

describe("services:create", function()
  it("asks for nothing that it need not know", function()
    local server <close>, client, seen = watched{ CREATED, told() }
    local made = client.services:create("x", { detach = true })
    assert.equal("s", made:id())
    assert.equal("ServiceCreate ServiceInspect", operations(seen))
    assert.equal('{"TaskTemplate":{"ContainerSpec":{"Image":"x"}}}',
                 seen[1].body)
    assert.equal(2, server:log("accept"))
  end)

  it("asks for the ids of secrets and configs first", function()
    local server <close>, client, seen = watched{
      play.json '[{"ID":"i","Spec":{"Name":"key"}}]', CREATED, told(),
    }
    client.services:create("x", { secrets = "key", detach = true })
    assert.equal("SecretList ServiceCreate ServiceInspect", operations(seen))
    assert.matches('"Secrets":%[{"File":{"GID":"0","Mode":292,"Name":"key",'
      .. '"UID":"0"},"SecretID":"i","SecretName":"key"}%]', seen[2].body)
    assert.equal(3, server:log("accept"))
  end)

  it("asks for the digest of the image when told to", function()
    local digest = "sha256:" .. ("0"):rep(64)
    local server <close>, client, seen = watched{
      play.json(('{"Descriptor":{"digest":"%s"}}'):format(digest)), CREATED,
      told(),
    }
    client.services:create("reg:5000/x", {
      query_registry = true, detach = true, auth = { username = "me" },
    })
    assert.equal("DistributionInspect ServiceCreate ServiceInspect",
                 operations(seen))
    assert.matches("/distribution/reg:5000/x:latest/json$", seen[1].url)
    assert.truthy(seen[2].body:find('"Image":"reg:5000/x:latest@' .. digest
                                    .. '"', 1, true))
    assert.equal(3, server:log("accept"))
  end)

  it("asks for no digest that was given", function()
    local name = "x@sha256:" .. ("0"):rep(64)
    local server <close>, client, seen = watched{ CREATED, told() }
    client.services:create(name, { query_registry = true, detach = true })
    assert.truthy(seen[1].body:find(name, 1, true))
    assert.equal(2, server:log("accept"))
    local problem = caught("argument", client.services.create,
                           client.services, "x y", { query_registry = true })
    assert.matches("^image: ", problem.message)
  end)

  it("reports what the engine warns of", function()
    local server <close>, client = watched({ CREATED, told() }, "1.28")
    local seen = {}
    client.services:create("x", { progress = function(document)
      seen[#seen + 1] = document.id .. ": " .. document.status
    end })
    assert.same({ "warning: beware" }, seen)
    assert.equal(2, server:log("accept"))
  end)

  it("knows what an engine is too old for", function()
    local server <close>, client = watched({}, "1.39")
    local problem = caught("argument", client.services.create,
                           client.services, "x", {
      secrets = { "key" }, max_replicas = 2,
    })
    assert.matches("max_replicas needs API version 1%.40; it is 1%.39 here",
                   problem.message)
    assert.equal(0, server:log("accept"))
  end)
end)

describe("service:scale", function()
  it("sets how often a job is to end", function()
    local job = '{"Mode":{"ReplicatedJob":{"MaxConcurrent":1,'
      .. '"TotalCompletions":2}}}'
    local server <close>, client, seen = watched{
      told(job), play.json "{}", told(job),
    }
    service(client, job):scale(5, { detach = true })
    assert.equal('{"Mode":{"ReplicatedJob":{"MaxConcurrent":1,'
      .. '"TotalCompletions":5}}}', seen[2].body)
    assert.equal(3, server:log("accept"))
  end)
end)

describe("service:rollback", function()
  local PREVIOUS = ',"PreviousSpec":{"Name":"old","Future":1}'

  it("is left to the engine", function()
    local server <close>, client, seen = watched{
      told('{"Name":"new"}', PREVIOUS), play.json "{}", told(),
    }
    service(client, "{}"):rollback{ detach = true }
    assert.equal('{"Name":"new"}', seen[2].body)
    assert.matches("rollback=previous", seen[2].url)
    assert.equal(3, server:log("accept"))
  end)

  it("is done by us for one that cannot", function()
    local server <close>, client, seen = watched({
      told('{"Name":"new"}', PREVIOUS), play.json "{}", told(),
      told '{"Name":"new"}',
    }, "1.27")
    local old = service(client, "{}")
    old:rollback{ detach = true }
    assert.equal('{"Future":1,"Name":"old"}', seen[2].body)
    assert.matches("registryAuthFrom=previous%-spec", seen[2].url)
    caught("not_supported", old.rollback, old, { detach = true })
    assert.equal(4, server:log("accept"))
  end)
end)

describe("service:update", function()
  it("checks all options before it looks anything up", function()
    local server <close>, client = watched{}
    local some = service(client, "{}")
    for _, options in ipairs{
      { secrets = "key", tty = "no" }, { secrets = "key", labels = 7 },
      { secrets = "key", id = "x" },
    } do
      caught("argument", some.update, some, options)
    end
    assert.equal(0, server:log("accept"))
  end)

  it("takes credentials, and where they come from", function()
    local server <close>, client, seen = watched{
      told "{}", play.json "{}", told(),
    }
    service(client, "{}"):update{
      image = "x", registry_auth_from = "spec", detach = true,
    }
    assert.matches("registryAuthFrom=spec&version=7$", seen[2].url)
    assert.equal(3, server:log("accept"))
  end)
end)
