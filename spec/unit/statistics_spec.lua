-- SPDX-License-Identifier: MIT
-- What is computed from samples of either version of control groups.

require "moonsail"
local core = require "moonsail.core"

local function sample(json)
  return core.decode("ContainerStatsResponse", json)
end

-- As dockerd 20.10 sent it, on a machine with control groups of version 1.
local V1 = [[{
  "read":"2026-11-21T13:46:04.054006394Z",
  "preread":"2026-11-21T13:46:03.048876951Z","pids_stats":{"current":1},
  "blkio_stats":{"io_service_bytes_recursive":[
    {"major":8,"minor":0,"op":"Read","value":4096},
    {"major":8,"minor":0,"op":"Write","value":20971520},
    {"major":8,"minor":0,"op":"Sync","value":20975616},
    {"major":8,"minor":16,"op":"read","value":1024},
    {"major":8,"minor":0,"op":"Total","value":20976640}],
    "io_serviced_recursive":[]},
  "num_procs":0,"storage_stats":{},
  "cpu_stats":{"cpu_usage":{"total_usage":3085130753,
    "percpu_usage":[10463258,3074667495]},
    "system_cpu_usage":3254200000000,"online_cpus":2},
  "precpu_stats":{"cpu_usage":{"total_usage":2081365248,
    "percpu_usage":[10463258,2070901990]},
    "system_cpu_usage":3252200000000,"online_cpus":2},
  "memory_stats":{"usage":24141824,"max_usage":25235456,"stats":{
    "inactive_file":20647000,"total_inactive_file":20647936},
    "limit":25276502016},
  "name":"/flamboyant_cannon",
  "id":"7eb26e7ba97bea981415c86908a95962b2b16eab47764e6f772418a1f6978a83",
  "networks":{
    "eth0":{"rx_bytes":736,"rx_packets":8,"tx_bytes":0},
    "eth1":{"rx_bytes":264,"rx_packets":2,"tx_bytes":1330}}}]]

-- With those of version 2: other names, and no time by processor.
local V2 = [[{
  "read":"2026-11-21T13:46:04.054006394Z",
  "preread":"2026-11-21T13:46:03.048876951Z",
  "pids_stats":{"current":3,"limit":18446744073709551615},
  "blkio_stats":{"io_service_bytes_recursive":[
    {"major":254,"minor":0,"op":"read","value":8192},
    {"major":254,"minor":0,"op":"write","value":512}],
    "io_serviced_recursive":null},
  "num_procs":0,"storage_stats":{},
  "cpu_stats":{"cpu_usage":{"total_usage":2500000000},
    "system_cpu_usage":8000000000,"online_cpus":4},
  "precpu_stats":{"cpu_usage":{"total_usage":2000000000},
    "system_cpu_usage":4000000000,"online_cpus":4},
  "memory_stats":{"usage":10485760,"stats":{"active_file":4096,
    "inactive_file":5242880},"limit":104857600},
  "name":"/web","id":"0123456789abcdef",
  "networks":{"eth0":{"rx_bytes":5338,"tx_bytes":648}}}]]

-- What dockerd sends when there is nothing: of a container that has ended.
local EMPTY = [[{"read":"0001-01-01T00:00:00Z",
  "preread":"0001-01-01T00:00:00Z","pids_stats":{},
  "blkio_stats":{"io_service_bytes_recursive":null},
  "num_procs":0,"storage_stats":{},
  "cpu_stats":{"cpu_usage":{"total_usage":0}},
  "precpu_stats":{"cpu_usage":{"total_usage":0}},"memory_stats":{},
  "name":"/web","id":"0123456789abcdef"}]]

local function near(expected, value)
  assert.is_true(math.abs(expected - value) < 1e-6,
                 ("%s is not %s"):format(value, expected))
end

describe("a sample", function()
  it("of the first version of control groups", function()
    local s = sample(V1)
    near(100.3765505, s:cpu_percent())
    assert.equal(24141824 - 20647936, s:memory_used())
    near(100 * 3493888 / 25276502016, s:memory_percent())
    assert.same({ 1000, 1330 }, { s:network() })
    assert.same({ 5120, 20971520 }, { s:block_io() })
    assert.equal(1, s:pids())
    assert.equal("7eb26e7ba97b   flamboyant_cannon   100.38%   "
      .. "3.332MiB / 23.54GiB   0.01%   1kB / 1.33kB   5.12kB / 21MB   1",
      tostring(s))
  end)

  it("of the second", function()
    local s = sample(V2)
    near(50, s:cpu_percent())
    assert.equal(5242880, s:memory_used())
    near(5, s:memory_percent())
    assert.same({ 5338, 648 }, { s:network() })
    assert.same({ 8192, 512 }, { s:block_io() })
    assert.equal(3, s:pids())
    assert.equal("0123456789ab   web   50.00%   5MiB / 100MiB   5.00%   "
      .. "5.34kB / 648B   8.19kB / 512B   3", tostring(s))
  end)

  it("says nothing of the processor when there is none before", function()
    local s = sample(V2:gsub('"precpu_stats":.-"online_cpus":4},',
                             '"precpu_stats":{"cpu_usage":{}},'))
    assert.is_nil(s:cpu_percent())
    assert.matches("^0123456789ab   web   %-%-   5MiB", tostring(s))
    assert.is_nil(sample(EMPTY):cpu_percent())
  end)

  it("of a container that does nothing, or whose clock stands", function()
    local s = sample(V2)
    s.cpu_stats.cpu_usage.total_usage = 2000000000
    assert.equal(0.0, s:cpu_percent())
    s = sample(V2)
    s.cpu_stats.system_cpu_usage = 4000000000
    assert.equal(0.0, s:cpu_percent())
  end)

  it("counts processors where the engine does not say how many", function()
    local s = sample(V1)
    s.cpu_stats.online_cpus = nil
    near(100.3765505, s:cpu_percent())
  end)

  it("takes no cache away that is more than all", function()
    local s = sample(V2)
    s.memory_stats.stats.inactive_file = 10485760
    assert.equal(10485760, s:memory_used())
    s.memory_stats.stats.total_inactive_file = 1
    assert.equal(10485759, s:memory_used())
    s.memory_stats.stats = nil -- as Podman has it
    assert.equal(10485760, s:memory_used())
    s.memory_stats.limit = nil
    assert.equal(0.0, s:memory_percent())
  end)

  it("of nothing is of zeros", function()
    local s = sample(EMPTY)
    assert.equal(0, s:memory_used())
    assert.equal(0.0, s:memory_percent())
    assert.same({ 0, 0 }, { s:network() })
    assert.same({ 0, 0 }, { s:block_io() })
    assert.equal(0, s:pids())
    assert.equal("0123456789ab   web   --   0B / 0B   0.00%   0B / 0B   "
      .. "0B / 0B   0", tostring(s))
  end)

  it("of Windows leaves open what is counted in another way there", function()
    local s = sample(V2:gsub('"num_procs":0', '"num_procs":4'))
    assert.is_nil(s:cpu_percent())
    assert.is_nil(s:memory_used())
    assert.is_nil(s:memory_percent())
    assert.is_nil(s:block_io())
    assert.is_nil(s:pids())
    assert.same({ 5338, 648 }, { s:network() })
    assert.equal("0123456789ab   web   --   --   --   5.34kB / 648B   --   --",
                 tostring(s))
  end)

  it("may be anything", function()
    local s = sample('{"cpu_stats":3,"networks":"x","memory_stats":[1],'
      .. '"blkio_stats":{"io_service_bytes_recursive":[7,null,"x"]},'
      .. '"id":{},"name":7,"pids_stats":"many"}')
    assert.is_nil(s:cpu_percent())
    assert.equal(0, s:memory_used())
    assert.same({ 0, 0 }, { s:network() })
    assert.same({ 0, 0 }, { s:block_io() })
    assert.equal("--   7   --   0B / 0B   0.00%   0B / 0B   0B / 0B   0",
                 tostring(s))
  end)
end)

describe("core.type_methods", function()
  it("adds methods that fields come before, and pairs does not give",
     function()
    local methods = core.type_methods("ContainerStatsResponse")
    assert.equal(methods, core.type_methods("ContainerStatsResponse"))
    local s = sample('{"pids":7}')
    assert.equal(7, s.pids)
    assert.equal(methods.network, s.network)
    assert.is_nil(s.nothing)
    assert.same({}, s.networks)
    for name in pairs(sample("{}")) do error(name) end
  end)

  it("is for objects with lists or maps", function()
    assert.is_nil(core.type_methods("Nothing"))
    assert.is_nil(core.type_methods("ContainerCPUUsageX"))
    assert.is_nil(core.type_methods("SystemAuthResponse"))
    assert.has_error(function() core.type_methods() end)
  end)

  it("leaves other types alone", function()
    local other = core.decode("ContainerInspectResponse", "{}")
    assert.is_nil(other.pids)
    assert.is_nil(other.memory_used)
  end)
end)
