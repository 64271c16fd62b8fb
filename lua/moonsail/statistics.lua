-- SPDX-License-Identifier: MIT
-- What a sample of a container's statistics says, computed as the docker
-- command computes it.

local cells = require "moonsail.cells"
local core = require "moonsail.core"
local human = require "moonsail.human"
local text = require "moonsail.text"

local statistics = {}

---What a container used at one moment. The methods compute what the docker
---command shows; printed, a sample is one line of `docker stats`.
---@class moonsail.Sample: moonsail.api.ContainerStatsResponse
local methods = core.type_methods("ContainerStatsResponse")

-- What Windows counts is other things.
local function is_windows(sample)
  return sample.os_type == "windows" or (cells.number(sample, "num_procs")
                                         or 0) > 0
end

-- A number that an engine leaves out where it is none.
local function count(sample, path)
  return cells.number(sample, path) or 0
end

-- Processor ------------------------------------------------------------------

local function processors(sample)
  local online = count(sample, "cpu_stats.online_cpus")
  if online > 0 then return online end
  return #cells.list(sample, "cpu_stats.cpu_usage.percpu_usage")
end

---The time that its processes have had since the sample before, in percent of
---one processor: 150.0 for one and a half of them.
---
---Nil where there is no sample before: in the first one of a stream, in the
---one that comes at once (see `one_shot`), and of a container that does not
---run. Nil for Windows.
---@return number|nil
function methods:cpu_percent()
  local before = count(self, "precpu_stats.system_cpu_usage")
  if before == 0 or is_windows(self) then return nil end
  local system = count(self, "cpu_stats.system_cpu_usage") - before
  local used = count(self, "cpu_stats.cpu_usage.total_usage")
               - count(self, "precpu_stats.cpu_usage.total_usage")
  if system <= 0 or used <= 0 then return 0.0 end
  return used / system * processors(self) * 100
end

-- Memory ---------------------------------------------------------------------

-- What the kernel would give back at once, by the name that it has with the
-- first version of control groups, and with the second.
local INACTIVE = { "total_inactive_file", "inactive_file" }

---The memory that it uses, in bytes, without what is only a cache of files.
---Nil for Windows.
---@return integer|nil
function methods:memory_used()
  if is_windows(self) then return nil end
  local usage = count(self, "memory_stats.usage")
  for _, name in ipairs(INACTIVE) do
    local cache = cells.number(self, "memory_stats.stats." .. name)
    if cache and cache < usage then return usage - cache end
  end
  return usage
end

---The same in percent of its limit, which is the memory of the machine unless
---it has another. Nil for Windows.
---@return number|nil
function methods:memory_percent()
  local used, limit = self:memory_used(), count(self, "memory_stats.limit")
  if not used then return nil end
  return limit > 0 and used / limit * 100 or 0.0
end

-- Network and disk -----------------------------------------------------------

---The bytes that have come and gone by all of its networks.
---@return integer # received
---@return integer # sent
function methods:network()
  local received, sent = 0, 0
  for _, each in pairs(cells.list(self, "networks")) do
    received = received + count(each, "rx_bytes")
    sent = sent + count(each, "tx_bytes")
  end
  return received, sent
end

---The bytes that it has read from disks and written to them, as far as the
---kernel counts them. Nil for Windows.
---@return integer|nil # read
---@return integer|nil # written
function methods:block_io()
  if is_windows(self) then return nil end
  local sums = { r = 0, w = 0 }
  local entries = cells.list(self, "blkio_stats.io_service_bytes_recursive")
  for _, entry in ipairs(entries) do
    local op = cells.text(entry, "op"):sub(1, 1):lower()
    if sums[op] then sums[op] = sums[op] + count(entry, "value") end
  end
  return sums.r, sums.w
end

---How many processes and threads it has. Nil for Windows.
---@return integer|nil
function methods:pids()
  if is_windows(self) then return nil end
  return count(self, "pids_stats.current")
end

-- The line -------------------------------------------------------------------

local UNKNOWN = "--"

local function cell(value)
  return value ~= "" and text.clean(value) or UNKNOWN
end

local function percent(value)
  return value and ("%.2f%%"):format(value) or UNKNOWN
end

local function pair(one, other, write)
  return one and write(one) .. " / " .. write(other) or UNKNOWN
end

---A sample as the docker command shows it: id, name, processor, memory and its
---limit, network, disk, processes.
---@param sample moonsail.Sample
---@return string
function statistics.line(sample)
  local cpu, used = sample:cpu_percent(), sample:memory_used()
  local received, sent = sample:network()
  local read, written = sample:block_io()
  return table.concat({
    cell(cells.short(cells.text(sample, "id"))),
    cell((cells.text(sample, "name"):gsub("^/", ""))),
    percent(cpu),
    pair(used, count(sample, "memory_stats.limit"), human.memory),
    percent(sample:memory_percent()),
    pair(received, sent, human.size),
    pair(read, written, human.size),
    tostring(sample:pids() or UNKNOWN),
  }, "   ")
end

-- Samples of containers that do not run --------------------------------------

local NEVER = "0001-01-01T00:00:00Z"

---Whether it is one of a container that runs: dockerd goes on with nothing but
---zeros when it has ended.
---@param sample moonsail.Sample
---@return boolean
function statistics.is_sample(sample)
  local read = cells.text(sample, "read")
  return read ~= "" and read ~= NEVER
end

---What Podman says in place of a sample; nil when it says nothing.
---@param sample moonsail.Sample
---@return string|nil
function statistics.problem(sample)
  local message = cells.text(sample, "message")
  return message ~= "" and message or nil
end

local EMPTY = ([[{"read":"%s","preread":"%s","num_procs":0,
  "cpu_stats":{"cpu_usage":{"total_usage":0,"usage_in_kernelmode":0,
    "usage_in_usermode":0}},
  "precpu_stats":{"cpu_usage":{"total_usage":0,"usage_in_kernelmode":0,
    "usage_in_usermode":0}},
  "memory_stats":{},"pids_stats":{},"blkio_stats":{}}]]):format(NEVER, NEVER)

---The sample of a container that does not run, as dockerd sends it.
---@return moonsail.Sample
function statistics.empty()
  return core.decode("ContainerStatsResponse", EMPTY)
end

return statistics
