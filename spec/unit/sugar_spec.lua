-- SPDX-License-Identifier: MIT
-- The options of create and run, made into those of ContainerCreate.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local moonsail = require "moonsail"
local sugar = require "moonsail.sugar"

local LABEL = "containers:create"

-- The options that a plan has for the API, without the image.
local function plan(options)
  local copy = { image = "busybox" }
  for name, value in pairs(options) do copy[name] = value end
  local result = sugar.plan(LABEL, copy)
  -- what the core does not take is no good plan
  core.arguments("ContainerCreate", result.options, LABEL)
  return result
end

local function api(options)
  local result = plan(options).options
  result.image = nil
  return result
end

local function host(options)
  local result = api(options)
  local inner = result.host_config
  result.host_config = nil
  assert.same({}, result)
  return inner
end

local function complaint(options)
  local problem = caught("argument", sugar.plan, LABEL, options)
  assert.equal(LABEL, problem.method)
  return problem.message
end

-- Objects, without an engine.
local client = moonsail.client "/nowhere.sock"
local function object(class, id)
  return core.new_object(class, client, { id = id })
end

describe("plain options", function()
  it("go where they belong", function()
    assert.same({
      name = "web", hostname = "web", env = { A = "1" }, tty = true,
      cmd = { "ls" }, labels = { a = "b" }, stop_signal = "TERM",
      host_config = {
        memory = "512m", privileged = true, init = true, shm_size = 65536,
        sysctls = { ["net.a"] = "1" }, pids_limit = 10,
      },
    }, api{
      name = "web", hostname = "web", env = { A = "1" }, tty = true,
      cmd = { "ls" }, labels = { a = "b" }, stop_signal = "TERM",
      memory = "512m", privileged = true, init = true, shm_size = 65536,
      sysctls = { ["net.a"] = "1" }, pids_limit = 10,
    })
  end)

  it("may be spelt as the API does", function()
    assert.same({
      env = { "A=1" }, working_dir = "/srv",
      host_config = { nano_cpus = 5, cap_add = { "SYS_TIME" } },
    }, api{
      Env = { "A=1" }, workingDir = "/srv",
      NanoCpus = 5, capAdd = { "SYS_TIME" },
    })
  end)

  it("have names of other clients", function()
    assert.same({
      cmd = "ls -l", env = { A = "1" }, working_dir = "/", open_stdin = true,
      exposed_ports = { "80/tcp" },
      host_config = {
        memory = 1, memory_reservation = 1, memory_swap = -1,
        memory_swappiness = 0, readonly_rootfs = true, pid_mode = "host",
        ipc_mode = "host", uts_mode = "host", userns_mode = "host",
        dns_options = { "a" }, auto_remove = true,
      },
    }, api{
      command = "ls -l", environment = { A = "1" }, workdir = "/",
      stdin_open = true, expose = 80, mem_limit = 1, mem_reservation = 1,
      memswap_limit = -1, mem_swappiness = 0, read_only = true, pid = "host",
      ipc = "host", uts = "host", userns = "host", dns_opt = "a",
      remove = true,
    })
  end)

  it("are taken with host_config beside them", function()
    assert.same({ memory = 1, dns = { "1.1.1.1" }, init = true },
                host{ memory = 1,
                      HostConfig = { Dns = { "1.1.1.1" }, init = true } })
  end)

  it("leave out an underscore that keeps clear of keywords", function()
    assert.same({ memory = 1 }, host{ memory_ = 1 })
  end)

  it("include those of the call itself", function()
    local given = { timeout = 5, connect_timeout = 1, idle_timeout = false,
                    extra = { New = 1 } }
    assert.same(given, api(given))
  end)
end)

describe("ports", function()
  it("are exposed and bound", function()
    assert.same({
      exposed_ports = { "53/udp", "80/tcp" },
      host_config = { port_bindings = {
        ["80/tcp"] = { { host_port = "8080" } },
        ["53/udp"] = { { host_ip = "127.0.0.1", host_port = "" } },
      } },
    }, api{ ports = { "8080:80", "127.0.0.1::53/udp" } })
  end)

  it("of one number are bound more than once", function()
    assert.same({ ["80/tcp"] = { { host_port = "1" }, { host_port = "2" } } },
                api{ ports = { "1:80", "2:80" } }.host_config.port_bindings)
  end)

  it("join those that are exposed", function()
    assert.same({
      exposed_ports = { "443/tcp", "80/tcp" },
      host_config = { port_bindings = {
        ["80/tcp"] = { { host_port = "80" } } } },
    }, api{ ports = { "80:80" }, exposed_ports = { "443", "80/tcp" } })
    assert.same({ exposed_ports = { "80/tcp" } },
                api{ exposed_ports = { ["80/tcp"] = {} } })
  end)

  it("are all published for true", function()
    assert.same({ publish_all_ports = true }, host{ ports = true })
  end)

  it("are none when the map is empty", function()
    assert.same({}, api{ ports = {}, exposed_ports = {} })
  end)

  it("that are none are a complaint", function()
    assert.equal("ports[1]: 'x' is no port of a container",
                 complaint{ ports = { "x" } })
    assert.equal("exposed_ports: 'x' is no port of a container",
                 complaint{ exposed_ports = { "x" } })
  end)
end)

describe("volumes", function()
  it("are bound, or made for the container alone", function()
    assert.same({
      volumes = { "/cache" },
      host_config = { binds = { "data:/data", "/srv:/srv:ro" } },
    }, api{ volumes = { "data:/data", "/cache", "/srv:/srv:ro" } })
  end)

  it("may be of one sort only", function()
    assert.same({ binds = { "data:/data" } },
                host{ volumes = { "data:/data" } })
    assert.same({ volumes = { "/cache" } }, api{ volumes = { "/cache" } })
    assert.same({}, api{ volumes = {} })
  end)

  it("that are none are a complaint", function()
    assert.equal("volumes[1]: expected a string, got table",
                 complaint{ volumes = { {} } })
  end)
end)

describe("networks", function()
  it("may be one, by name or as an object", function()
    assert.same({ network_mode = "back" }, host{ network = "back" })
    assert.same({ network_mode = "host" }, host{ network_mode = "host" })
  end)

  it("beyond the first are for later", function()
    local result = plan{ networks = { "one", "two", "and three" } }
    assert.same({ network_mode = "one" }, result.options.host_config)
    assert.same({ { name = "two", endpoint_config = {} },
                  { name = "and three", endpoint_config = {} } },
                result.networks)
    assert.same({ network_mode = "one" }, host{ networks = { "one" } })
    assert.same({}, api{ networks = {} })
  end)

  it("may have settings", function()
    local result = plan{ networks = {
      front = { aliases = { "www" } }, back = { aliases = { "db" } },
    } }
    assert.same({ network_mode = "back" }, result.options.host_config)
    assert.same({ endpoints_config = { back = { aliases = { "db" } } } },
                result.options.networking_config)
    assert.same({ { name = "front",
                    endpoint_config = { aliases = { "www" } } } },
                result.networks)
  end)

  it("that are none are a complaint", function()
    assert.equal("network: expected a name or an object, got integer",
                 complaint{ network = 7 })
    assert.equal("networks[2]: expected a name or an object, got integer",
                 complaint{ networks = { "a", 7 } })
    assert.equal('networks["a"]: expected a table, got string',
                 complaint{ networks = { a = "b" } })
  end)
end)

describe("the restart policy", function()
  it("has a name, and may have a count", function()
    for _, name in ipairs{ "no", "always", "unless-stopped",
                           "on-failure" } do
      assert.same({ restart_policy = { name = name } },
                  host{ restart = name })
    end
    assert.same({ restart_policy = { name = "on-failure",
                                     maximum_retry_count = 3 } },
                host{ restart = "on-failure:3" })
    assert.same({ restart_policy = { name = "always" } },
                host{ restart = { name = "always" } })
  end)

  it("that is none is a complaint", function()
    for _, text in ipairs{ "always:3", "", "on-failure:x" } do
      assert.equal(("restart: '%s' is no policy: no, always, "
                    .. "unless-stopped, on-failure or on-failure:COUNT")
                   :format(text), complaint{ restart = text })
    end
    assert.equal("restart: expected a string, got boolean",
                 complaint{ restart = true })
  end)
end)

describe("numbers of processors", function()
  it("may have a fraction", function()
    assert.same({ nano_cpus = 2500000000 }, host{ cpus = 2.5 })
    assert.same({ nano_cpus = 100000000 }, host{ cpus = "0.1" })
  end)

  it("that are none are a complaint", function()
    for _, value in ipairs{ 0, -1, "all", {} } do
      assert.matches("^cpus: expected a number of processors, as 1%.5, got ",
                     complaint{ cpus = value })
    end
  end)
end)

describe("lists", function()
  it("of one may be written as one", function()
    assert.same({ dns = { "1.1.1.1" }, cap_drop = { "ALL" },
                  security_opt = { "no-new-privileges" } },
                host{ dns = "1.1.1.1", cap_drop = "ALL",
                      security_opt = "no-new-privileges" })
  end)

  it("of hosts may be maps", function()
    assert.same({ extra_hosts = { "a:10.0.0.1", "b:10.0.0.2" },
                  links = { "db:database" } },
                host{ extra_hosts = { b = "10.0.0.2", a = "10.0.0.1" },
                      links = { db = "database" } })
    assert.same({ extra_hosts = { "a:10.0.0.1" } },
                host{ extra_hosts = { "a:10.0.0.1" } })
  end)

  it("of temporary file systems may be lists", function()
    local map = { ["/run"] = "", ["/tmp"] = "size=1m,mode=1777" }
    assert.same({ tmpfs = map }, host{ tmpfs = map })
    assert.same({ tmpfs = map },
                host{ tmpfs = { "/run", "/tmp:size=1m,mode=1777" } })
    assert.same({ tmpfs = { ["/run"] = "" } }, host{ tmpfs = "/run" })
  end)

  it("of devices have a short form", function()
    assert.same({ devices = { {
      path_on_host = "/dev/x", path_in_container = "/dev/y",
      cgroup_permissions = "r",
    } } }, host{ devices = "/dev/x:/dev/y:r" })
  end)

  it("of limits have short forms", function()
    local limits = {
      { name = "nofile", soft = 1024, hard = 2048 },
      { name = "nproc", soft = 64, hard = 64 },
    }
    for _, given in ipairs{
      { "nofile=1024:2048", "nproc=64" },
      { nproc = 64, nofile = "1024:2048" },
      { nproc = { soft = 64 }, nofile = { soft = 1024, hard = 2048 } },
      limits,
    } do
      assert.same({ ulimits = limits }, host{ ulimits = given })
    end
  end)

  it("of one limit are lists, too", function()
    local limit = { name = "nproc", soft = 64, hard = 64 }
    for _, given in ipairs{ "nproc=64", { "nproc=64" }, { limit } } do
      assert.same({ ulimits = { limit } }, host{ ulimits = given })
    end
  end)

  it("of mounts take a volume as the source", function()
    local mount = { type = "volume", source = "data", target = "/data" }
    assert.same({ mounts = { mount } }, host{ mounts = { mount } })
  end)

  it("that are none are a complaint", function()
    assert.equal("dns: expected a table, got integer", complaint{ dns = 7 })
    assert.equal("devices[2]: expected a string, got integer",
                 complaint{ devices = { "/dev/x", 7 } })
    assert.equal("tmpfs[1]: expected a string, got integer",
                 complaint{ tmpfs = { 7 } })
    assert.equal("ulimits.nofile: 'nofile=x' is no limit: expected "
                 .. '"name=soft[:hard]"',
                 complaint{ ulimits = { nofile = "x" } })
  end)
end)

describe("the other short forms", function()
  it("ask for processors of graphics", function()
    local function request(fields)
      fields.driver, fields.capabilities = "", { { "gpu" } }
      return { device_requests = { fields } }
    end
    assert.same(request{ count = -1 }, host{ gpus = "all" })
    assert.same(request{ count = 2 }, host{ gpus = 2 })
    assert.same(request{ device_ids = { "0", "1" } },
                host{ gpus = "device=0,1" })
    assert.equal('gpus: expected "all", a number or "device=ID,…"',
                 complaint{ gpus = "some" })
  end)

  it("choose where logs go", function()
    assert.same({ log_config = { type = "json-file",
                                 config = { ["max-size"] = "1m" } } },
                host{ log_driver = "json-file",
                      log_options = { ["max-size"] = "1m" } })
    assert.same({ log_config = { type = "none" } },
                host{ log_driver = "none" })
  end)

  it("check health by a line of a shell", function()
    assert.same({ healthcheck = { test = { "CMD-SHELL", "true" },
                                  interval = "10s" } },
                api{ healthcheck = { test = "true", interval = "10s" } })
    assert.same({ healthcheck = { test = { "CMD", "true" } } },
                api{ healthcheck = { test = { "CMD", "true" } } })
    assert.same({ healthcheck = { test = { "NONE" } } },
                api{ healthcheck = false })
  end)

  it("take the number of a user", function()
    assert.same({ user = "1000" }, api{ user = 1000 })
    assert.same({ user = "me:staff" }, api{ user = "me:staff" })
  end)

  it("take an image object", function()
    assert.equal("sha256:00",
                 plan{ image = object("image", "sha256:00") }.options.image)
  end)
end)

describe("what is given twice", function()
  local cases = {
    { { env = {}, environment = {} },
      "environment: given twice: here and as env" },
    { { memory = 1, mem_limit = 1 },
      "memory: given twice: here and as mem_limit" },
    { { memory = 1, host_config = { Memory = 1 } },
      "memory: given twice: here and as host_config.Memory" },
    { { cmd = "a", command = "b" },
      "command: given twice: here and as cmd" },
    { { remove = true, auto_remove = true },
      "remove: given twice: here and as auto_remove" },
    { { network = "a", network_mode = "b" },
      "network_mode: given twice: here and as network" },
    { { network = "a", networks = { "b" } },
      "networks: given twice: here and as network" },
    { { restart = "no", restart_policy = { name = "no" } },
      "restart_policy: given twice: here and as restart" },
    { { ports = { "80:80" }, port_bindings = {} },
      "ports: given twice: here and as port_bindings" },
    { { volumes = { "a:/a" }, binds = { "b:/b" } },
      "volumes: given twice: here and as binds" },
    { { cpus = 1, nano_cpus = 1 },
      "nano_cpus: given twice: here and as cpus" },
    { { log_driver = "none", log_config = {} },
      "log_driver: given twice: here and as log_config" },
  }
  for _, case in ipairs(cases) do
    it("is a complaint: " .. case[2], function()
      local options = { image = "busybox" }
      for name, value in pairs(case[1]) do options[name] = value end
      assert.equal(case[2], complaint(options))
    end)
  end
end)

describe("what there is not", function()
  local cases = {
    { { volume = {} }, "volume: unknown option (did you mean volumes?)" },
    { { envs = {} }, "envs: unknown option (did you mean env?)" },
    { { memmory = 1 }, "memmory: unknown option (did you mean memory?)" },
    { { xyzzyxyzzy = 1 }, "xyzzyxyzzy: unknown option" },
    { { [1] = 1 }, "1: options have names" },
    { {}, "image: missing (a name or an object)" },
  }
  for _, case in ipairs(cases) do
    it("is a complaint: " .. case[2], function()
      assert.equal(case[2], complaint(case[1]))
    end)
  end

  it("names the caller's own options too", function()
    local problem = caught("argument", sugar.plan, "containers:run",
                           { image = "x", detatch = true },
                           { detach = true })
    assert.equal("detatch: unknown option (did you mean detach?)",
                 problem.message)
  end)

  it("inside of host_config is left to the core", function()
    local problem = caught("argument", plan,
                           { host_config = { memori = 1 } })
    assert.matches("host_config.memori", problem.message, 1, true)
  end)
end)
