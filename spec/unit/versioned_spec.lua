-- SPDX-License-Identifier: MIT
-- Updates under the optimistic lock, with a scripted engine.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"
local versioned = require "moonsail.versioned"

local NODE = {
  label = "node:update", inspect = "NodeInspect", update = "NodeUpdate",
  target = "id",
}

local SERVICE = {
  label = "service:update", inspect = "ServiceInspect",
  update = "ServiceUpdate", target = "id",
}

local TOO_LATE = play.json(
  '{"message":"rpc error: code = Unknown desc = update out of sequence"}',
  "500 Internal Server Error")

local function told(spec, version)
  return play.json(('{"ID":"x","Version":{"Index":%d},"Spec":%s}'):format(
    version or 7, spec))
end

-- What was sent, in order: {operation, url, body}.
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

-- The body that is sent for options when a specification is there.
local function sent(row, spec, options, more)
  local server <close>, client, seen = watched{ told(spec), play.json "{}" }
  versioned.update(client, row, "x", options, more)
  assert.equal(2, #seen)
  assert.equal(2, server:log("accept"))
  return seen[2].body, seen[2].url
end

describe("an update", function()
  it("names the version that it has seen", function()
    local body, url = sent(NODE, '{"Role":"worker"}', { role = "manager" })
    assert.equal('{"Role":"manager"}', body)
    assert.matches("/nodes/x/update%?version=7$", url)
  end)

  it("loses nothing that the model does not know", function()
    local spec = '{"Availability":"active","Future":{"Big":9007199254740993,'
      .. '"Empty":[],"None":{}},"Labels":{"A":"1"},"Role":"worker"}'
    assert.equal(spec, (sent(NODE, spec, {})))
    assert.equal((spec:gsub("active", "drain")),
                 (sent(NODE, spec, { availability = "drain" })))
  end)

  it("merges maps, and replaces lists and scalars", function()
    local body = sent(SERVICE, '{"Labels":{"a":"1","b":"2"},"TaskTemplate":{'
      .. '"ContainerSpec":{"Env":["A=1","B=2"],"Image":"x"},"ForceUpdate":3}}',
      {
        labels = { b = "3", c = "4" },
        task_template = { container_spec = { env = { "C=3" } } },
      })
    assert.equal('{"Labels":{"a":"1","b":"3","c":"4"},"TaskTemplate":{'
      .. '"ContainerSpec":{"Env":["C=3"],"Image":"x"},"ForceUpdate":3}}',
      body)
  end)

  it("replaces a list by an empty one", function()
    assert.equal('{"TaskTemplate":{"ContainerSpec":{"Mounts":[]}}}',
      (sent(SERVICE,
            '{"TaskTemplate":{"ContainerSpec":{"Mounts":[{"Target":"/a"}]}}}',
            { task_template = { container_spec = { mounts = {} } } })))
  end)

  it("removes what is null, and texts in maps that are false", function()
    local body = sent(SERVICE, '{"Labels":{"a":"1","b":"2"},"TaskTemplate":{'
      .. '"ContainerSpec":{"Hostname":"h","TTY":true},"LogDriver":{}}}', {
        labels = { a = false },
        task_template = {
          container_spec = { hostname = core.null, TTY = false },
          log_driver = core.null,
        },
      })
    assert.equal('{"Labels":{"b":"2"},"TaskTemplate":{'
      .. '"ContainerSpec":{"TTY":false}}}', body)
    assert.equal("{}", (sent(NODE, '{"Labels":{"a":"1"}}',
                             { labels = core.null })))
    assert.equal("{}", (sent(NODE, "{}", { labels = core.null })))
  end)

  it("does not change the options", function()
    local options = { labels = { a = core.null, b = "2" } }
    sent(NODE, "{}", options)
    assert.same({ labels = { a = core.null, b = "2" } }, options)
  end)

  it("replaces what it is told to, and does what it is told to", function()
    local body = sent(SERVICE, '{"TaskTemplate":{"ForceUpdate":3,"LogDriver":'
      .. '{"Name":"a","Options":{"x":"y"}}}}',
      { task_template = { log_driver = { name = "b" } } },
      { replaced = { { "TaskTemplate", "LogDriver" } },
        change = function(spec)
          spec.TaskTemplate.ForceUpdate = spec.TaskTemplate.ForceUpdate + 1
        end })
    assert.equal('{"TaskTemplate":{"ForceUpdate":4,"LogDriver":{"Name":"b"}}}',
                 body)
  end)

  it("takes the API's own spelling, parameters and extra fields", function()
    local body, url = sent(SERVICE, '{"Labels":{"a":"1"}}', {
      Labels = { b = "2" }, registryAuthFrom = "spec", extra = { New = 1 },
    })
    assert.equal('{"Labels":{"a":"1","b":"2"},"New":1}', body)
    assert.matches("registryAuthFrom=spec", url)
  end)

  it("begins again when somebody was faster", function()
    local server <close>, client, seen = watched{
      told('{"Labels":{"a":"1"}}', 7), TOO_LATE,
      told('{"Labels":{"a":"2"}}', 8), play.json "{}",
    }
    versioned.update(client, NODE, "x", { labels = { b = "3" } })
    assert.equal(4, #seen)
    assert.matches("version=8$", seen[4].url)
    assert.equal('{"Labels":{"a":"2","b":"3"}}', seen[4].body)
    assert.equal(4, server:log("accept"))
  end)

  it("begins again once only", function()
    local server <close>, client, seen = watched{
      told("{}", 7), TOO_LATE, told("{}", 8), TOO_LATE,
    }
    local problem = caught("conflict", versioned.update, client, NODE, "x", {})
    assert.matches("out of sequence", problem.message)
    assert.equal(4, #seen)
    assert.equal(4, server:log("accept"))
  end)

  it("is not tried again with a version of the user's", function()
    local server <close>, client, seen = watched{ told("{}", 7), TOO_LATE }
    caught("conflict", versioned.update, client, NODE, "x", { version = 5 })
    assert.equal(2, #seen)
    assert.matches("version=5$", seen[2].url)
    assert.equal(2, server:log("accept"))
  end)

  it("is not tried again for any other reason", function()
    local server <close>, client, seen = watched{
      told "{}", play.json('{"message":"no"}', "500 Oops"),
    }
    caught("api", versioned.update, client, NODE, "x", {})
    assert.equal(2, #seen)
    assert.equal(2, server:log("accept"))
  end)

  it("reads where it is told to", function()
    local row = {
      label = "volume:update", inspect = "VolumeInspect",
      update = "VolumeUpdate", target = "name",
      read = function(attrs)
        local cluster = attrs.ClusterVolume
        return { Spec = cluster.Spec }, cluster.Version.Index
      end,
    }
    local server <close>, client, seen = watched({
      play.json('{"Name":"x","ClusterVolume":{"Version":{"Index":9},"Spec":'
        .. '{"Group":"g","Future":1}}}'), play.json "{}",
    }, "1.44")
    versioned.update(client, row, "x", { spec = { group = "h" } })
    assert.equal('{"Spec":{"Future":1,"Group":"h"}}', seen[2].body)
    assert.matches("/volumes/x%?version=9$", seen[2].url)
    assert.equal(2, server:log("accept"))
  end)

  it("says that there is nothing to update", function()
    local server <close>, client = watched{ play.json '{"ID":"x"}' }
    caught("not_supported", versioned.update, client, NODE, "x", {})
    assert.equal(1, server:log("accept"))
  end)

  it("complains before anything is sent", function()
    local server <close>, client = watched({}, "1.30")
    for _, case in ipairs{
      { { lables = {} }, "lables: unknown option %(did you mean labels" },
      { { labels = 7 }, "labels: expected table" },
      { { id = "y" }, "id: it is the object's own" },
      { { version = "x" }, "version: expected integer" },
      { { task_template = { container_spec = { init = true } } },
        "init needs API version 1%.%d+; it is 1%.30 here" },
    } do
      local problem = caught("argument", versioned.update, client, SERVICE,
                             "x", case[1])
      assert.matches(case[2], problem.message)
      assert.equal("service:update", problem.method)
      caught("argument", versioned.check, client, SERVICE, "x", case[1])
    end
    assert.equal(0, server:log("accept"))
  end)
end)
