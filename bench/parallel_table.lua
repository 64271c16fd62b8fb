-- SPDX-License-Identifier: MIT
-- Makes a table in Markdown of what parallel.lua and parallel_peer.py have
-- printed, round by round:
--   lua5.4 bench/parallel_table.lua OURS… -- PEER…   (files, one a round)
-- A ratio is that of neighbours in time; the table gives its median.

local ROWS = {
  { "ping alone, median", "ms" }, { "ping alone, p99", "ms" },
  { "ping beside streams, median", "ms", "ping alone, median" },
  { "ping beside streams, p99", "ms", "ping alone, p99" },
  { "memory of an idle stream", "kB" },
  { "pings, one after another", "ms" },
  { "pings, at once", "ms", "pings, one after another" },
  { "inspections, one after another", "ms" },
  { "inspections, at once", "ms", "inspections, one after another" },
}
local SCALES = { ms = 1000, kB = 1 }

local function read(path)
  local figures = {}
  for line in io.lines(path) do
    local name, value = line:match "^([^\t]+)\t(.+)$"
    if name then figures[name] = tonumber(value) end
  end
  return figures
end

local function median(values)
  table.sort(values)
  return values[(#values + 1) // 2]
end

local function map(list, fn)
  local mapped = {}
  for i, value in ipairs(list) do mapped[i] = fn(value, i) end
  return mapped
end

local ours, peers = {}, {}
local list = ours
for _, path in ipairs(arg) do
  if path == "--" then list = peers else list[#list + 1] = read(path) end
end

local function figure(rounds, row)
  return ("%.3g %s"):format(median(map(rounds, function(round)
    return round[row[1]] * SCALES[row[2]]
  end)), row[2])
end

-- The peer's time or memory, as a multiple of ours.
local function ratio(row)
  return ("%.2f"):format(median(map(ours, function(round, i)
    return peers[i][row[1]] / round[row[1]]
  end)))
end

local function against(rounds, row)
  if not row[3] then return "" end
  return ("%.2f"):format(median(map(rounds, function(round)
    return round[row[1]] / round[row[3]]
  end)))
end

print("| what | moonsail | to alone | python threads | to alone | "
  .. "python to moonsail |")
print "|---|---|---|---|---|---|"
for _, row in ipairs(ROWS) do
  print("| " .. table.concat({ row[1], figure(ours, row), against(ours, row),
    figure(peers, row), against(peers, row), ratio(row) }, " | ") .. " |")
end
