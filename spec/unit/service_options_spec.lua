-- SPDX-License-Identifier: MIT
-- The options of services:create and service:update.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local service_options = require "moonsail.service_options"

local LABEL = "services:create"

local function plan(options)
  return service_options.plan("ServiceCreate", LABEL, options,
                              { detach = true })
end

-- What would be sent.
local function body(options)
  return core.arguments("ServiceCreate", plan(options).options, LABEL).body
end

-- The container's part of it, with an image in it all the same.
local function container(options)
  return body(options):match('^{"TaskTemplate":{"ContainerSpec":(.*)}}$')
end

describe("the options of a service", function()
  it("are fields of its specification, at any level", function()
    assert.equal('{"Labels":{"a":"1"},"Name":"web","TaskTemplate":{'
      .. '"ContainerSpec":{"Image":"x","TTY":true},"ForceUpdate":1,'
      .. '"Placement":{"MaxReplicas":2}}}',
      body{ image = "x", name = "web", labels = { a = 1 }, tty = true,
            force_update = 1, max_replicas = 2 })
  end)

  it("are taken in the API's own spelling", function()
    assert.equal(body{ name = "web", stop_signal = "TERM",
                       healthcheck = { test = { "NONE" } } },
                 body{ Name = "web", stopSignal = "TERM",
                       HealthCheck = { Test = { "NONE" } } })
    assert.equal('{"Mode":{"Replicated":{"Replicas":3}},"TaskTemplate":{'
      .. '"Resources":{"Limits":{"MemoryBytes":5}}}}',
      body{ Mode = { Replicated = { Replicas = 3 } },
            TaskTemplate = { Resources = { Limits = { MemoryBytes = 5 } } } })
  end)

  it("have the command and its arguments", function()
    for _, name in ipairs{ "cmd", "args" } do
      assert.equal('{"Args":["ls","-l"]}', container{ [name] = "ls -l" })
    end
    for _, name in ipairs{ "entrypoint", "command" } do
      assert.equal('{"Command":["sh","-c"]}',
                   container{ [name] = { "sh", "-c" } })
    end
  end)

  it("have the container's settings", function()
    for _, case in ipairs{
      { "env", { A = 1 }, '"Env":["A=1"]' },
      { "environment", { "A=1" }, '"Env":["A=1"]' },
      { "container_labels", { "a=b" }, '"Labels":{"a":"b"}' },
      { "user", 1000, '"User":"1000"' },
      { "user", "me", '"User":"me"' },
      { "workdir", "/w", '"Dir":"/w"' },
      { "working_dir", "/w", '"Dir":"/w"' },
      { "dns", "1.1.1.1", '"DNSConfig":{"Nameservers":["1.1.1.1"]}' },
      { "dns_search", { "a", "b" }, '"DNSConfig":{"Search":["a","b"]}' },
      { "hosts", { db = "10.0.0.1" }, '"Hosts":["10.0.0.1 db"]' },
      { "extra_hosts", { "db:10.0.0.1" }, '"Hosts":["10.0.0.1 db"]' },
      { "cap_add", "NET_ADMIN", '"CapabilityAdd":["NET_ADMIN"]' },
      { "group_add", { "g" }, '"Groups":["g"]' },
      { "ulimits", { nofile = "1:2" },
        '"Ulimits":[{"Hard":2,"Name":"nofile","Soft":1}]' },
      { "stop_grace_period", "10s", '"StopGracePeriod":10000000000' },
      { "healthcheck", { test = "true", interval = 1 },
        '"Healthcheck":{"Interval":1000000000,"Test":["CMD-SHELL","true"]}' },
      { "healthcheck", false, '"Healthcheck":{"Test":["NONE"]}' },
    } do
      assert.equal("{" .. case[3] .. "}", container{ [case[1]] = case[2] })
    end
  end)

  it("have the task's settings", function()
    for _, case in ipairs{
      { { cpus = 0.5, memory = "1m" },
        '"Resources":{"Limits":{"MemoryBytes":1048576,'
        .. '"NanoCPUs":500000000}}' },
      { { limits = { cpus = 2, pids = 3 }, reservations = { memory = 7 } },
        '"Resources":{"Limits":{"NanoCPUs":2000000000,"Pids":3},'
        .. '"Reservations":{"MemoryBytes":7}}' },
      { { restart = "on-failure:3" },
        '"RestartPolicy":{"Condition":"on-failure","MaxAttempts":3}' },
      { { restart = "no" }, '"RestartPolicy":{"Condition":"none"}' },
      { { restart_policy = { condition = "any", delay = 2 } },
        '"RestartPolicy":{"Condition":"any","Delay":2000000000}' },
      { { log_driver = "json-file", log_options = { a = "b" } },
        '"LogDriver":{"Name":"json-file","Options":{"a":"b"}}' },
      { { constraints = "node.role==manager",
          preferences = "spread=node.labels.zone" },
        '"Placement":{"Constraints":["node.role==manager"],"Preferences":'
        .. '[{"Spread":{"SpreadDescriptor":"node.labels.zone"}}]}' },
      { { networks = { "back" } }, '"Networks":[{"Target":"back"}]' },
    } do
      assert.equal('{"TaskTemplate":{' .. case[2] .. "}}", body(case[1]))
    end
  end)

  it("have an endpoint, updates and credentials", function()
    assert.equal('{"EndpointSpec":{"Mode":"dnsrr","Ports":[{"Protocol":"tcp",'
      .. '"PublishedPort":8080,"TargetPort":80}]},"RollbackConfig":{"Order":'
      .. '"stop-first"},"UpdateConfig":{"Delay":1000000000}}',
      body{ endpoint_mode = "dnsrr", ports = "8080:80",
            update_config = { delay = 1 },
            rollback_config = { order = "stop-first" } })
    assert.equal("me", plan{ auth = { username = "me" } }.options.auth
      .username)
  end)

  it("say in which mode it is", function()
    for _, case in ipairs{
      { { replicas = 3 }, '"Replicated":{"Replicas":3}' },
      { { mode = "replicated" }, '"Replicated":{"Replicas":1}' },
      { { global = true }, '"Global":{}' },
      { { mode = "global", global = true }, '"Global":{}' },
      { { mode = "global-job" }, '"GlobalJob":{}' },
      { { mode = "replicated-job", replicas = 3, max_concurrent = 2 },
        '"ReplicatedJob":{"MaxConcurrent":2,"TotalCompletions":3}' },
    } do
      assert.equal('{"Mode":{' .. case[2] .. "}}", body(case[1]))
    end
    assert.equal("{}", body{ global = false })
  end)

  it("put volumes and mounts together", function()
    assert.equal('{"Mounts":[{"Target":"/t","Type":"tmpfs"},{"ReadOnly":true,'
      .. '"Source":"data","Target":"/d","Type":"volume"}]}',
      container{ volumes = { "data:/d:ro" },
                 mounts = { { type = "tmpfs", target = "/t" } } })
  end)

  it("may be what the engine has told", function()
    local spec = core.decode("ServiceSpec", '{"Name":"web","Labels":{"A":"b"},'
      .. '"TaskTemplate":{"ContainerSpec":{"Image":"x","Env":["A=1"],'
      .. '"StopGracePeriod":5000000000,"Future":1},"Placement":{},'
      .. '"Networks":[{"Target":"n"}]},"Mode":{"Replicated":{"Replicas":2}},'
      .. '"EndpointSpec":{"Mode":"vip","Ports":[{"TargetPort":80}]}}')
    assert.is_table(spec.networks) -- left out, but looked at
    assert.equal('{"EndpointSpec":{"Mode":"vip","Ports":[{"TargetPort":80}]},'
      .. '"Labels":{"A":"b"},"Mode":{"Replicated":{"Replicas":2}},'
      .. '"Name":"web","TaskTemplate":{"ContainerSpec":{"Env":["A=1"],'
      .. '"Image":"x","StopGracePeriod":5000000000},'
      .. '"Networks":[{"Target":"n"}],"Placement":{}}}', body(spec))
  end)

  it("may be null, where an update is to remove something", function()
    local options = plan{
      hostname = core.null, ports = core.null, limits = { cpus = core.null },
    }.options
    assert.equal(core.null, options.task_template.resources.limits.nano_cpus)
    assert.equal(core.null,
                 options.task_template.container_spec.hostname)
    assert.equal(core.null, options.endpoint_spec.ports)
  end)

  it("tell what an update replaces as a whole", function()
    local made = service_options.plan("ServiceUpdate", "service:update", {
      log_driver = "syslog", healthcheck = false,
    }, {})
    assert.same({ { "TaskTemplate", "ContainerSpec", "Healthcheck" },
                  { "TaskTemplate", "LogDriver" } }, made.replaced)
    assert.same({}, plan{ log_options = { a = "b" } }.replaced)
  end)

  it("are given once only", function()
    for options, path in pairs{
      [{ image = "x", task_template = { container_spec = { image = "y" } } }] =
        "task_template.container_spec.image: given twice: here and as image",
      [{ memory = 1, limits = { memory = 2 } }] =
        "memory: given twice: here and as limits.memory_bytes",
      [{ env = {}, environment = {} }] =
        "environment: given twice: here and as env",
      [{ command = "a", entrypoint = "b" }] =
        "entrypoint: given twice: here and as command",
      [{ replicas = 1, mode = { replicated = { replicas = 2 } } }] =
        "replicas: given twice: here and as mode.replicated.replicas",
      [{ volumes = { "/a" },
         TaskTemplate = { ContainerSpec = { Mounts = {} } } }] =
        "volumes: given twice: here and as TaskTemplate.ContainerSpec.Mounts",
    } do
      assert.equal(path, caught("argument", plan, options).message)
    end
  end)

  it("have names that are known, and the nearest one", function()
    for options, words in pairs{
      [{ nmae = "x" }] = "nmae: unknown option (did you mean name?)",
      [{ replcias = 1 }] = "replcias: unknown option (did you mean replicas?)",
      [{ detahc = true }] = "detahc: unknown option (did you mean detach?)",
      [{ quark = 1 }] = "quark: unknown option",
      [{ [1] = "x" }] = "1: options have names",
    } do
      assert.equal(words, caught("argument", plan, options).message)
    end
    local problem = caught("argument", body,
      { task_template = { container_spec = { imag = "x" } } })
    assert.equal("task_template.container_spec.imag: unknown field (did you "
      .. "mean image?)", problem.message)
  end)

  it("are checked", function()
    for options, words in pairs{
      [{ replicas = "3" }] = "replicas: expected a number, got string",
      [{ global = 1 }] = "global: expected a boolean, got integer",
      [{ mode = "x" }] = "mode: 'x' is no mode",
      [{ mode = 7 }] = "mode: expected a table, got integer",
      [{ global = true, mode = "replicated" }] =
        "global: the mode is replicated",
      [{ global = true, replicas = 2 }] =
        "replicas: a global service has a task on every node",
      [{ cpus = "many" }] = "cpus: expected a number of processors",
      [{ limits = 7 }] = "limits: expected a table",
      [{ healthcheck = "true" }] = "healthcheck: expected a table",
      [{ secrets = { 7 } }] = "secrets[1]: expected a name, an object",
      [{ limits = { [true] = 1 } }] =
        "limits: expected names as keys, got boolean",
    } do
      local message = caught("argument", plan, options).message
      assert.equal(words, message:sub(1, #words))
    end
    for options, words in pairs{
      [{ labels = 7 }] = "labels: expected table or list, got number",
      [{ memory = "much" }] = "task_template.resources.limits.memory_bytes: "
        .. 'not a size such as "512m": "much"',
      [{ tty = "no" }] = "task_template.container_spec.tty: expected boolean",
    } do
      local message = caught("argument", body, options).message
      assert.equal(words, message:sub(1, #words))
    end
  end)
end)
