-- SPDX-License-Identifier: MIT
-- Makes a table in Markdown of the measurements on its input:
--   group TAB case TAB who TAB seconds=… cpu=… amount=… [peak=…]
-- One line for each round; the n-th of everybody in a case were neighbours in
-- time, and are compared with each other. What has a goal has it on an engine.

local groups = {
  decode = {
    peer = "lua-cjson", clock = "cpu", scale = 1e-6,
    rate = "%.0f MB/s", cost = "%.2f ms/MB", cost_scale = 1e3,
    goals = { moonsail = 1.5 },
  },
  calls = {
    peer = "libcurl", clock = "seconds", scale = 1,
    rate = "%.0f/s", cost = "%.0f µs", cost_scale = 1e6,
    goals = { moonsail = 0.85 },
  },
  logs = {
    peer = "libcurl", clock = "seconds", scale = 1e-6,
    rate = "%.1f MB/s", cost = "%.2f ms/MB", cost_scale = 1e3,
    goals = { ["moonsail lines"] = 0.6, ["moonsail chunks"] = 0.9 },
  },
  archive = {
    peer = "curl", clock = "seconds", scale = 1e-6,
    rate = "%.0f MB/s", cost = "%.2f ms/MB", cost_scale = 1e3,
    goals = { moonsail = 0.8 },
  },
}

-- The value under a key, made if it is not there; keys keep their order.
local function entry(list, key)
  if not list[key] then
    list[key] = { key = key }
    list[#list + 1] = list[key]
  end
  return list[key]
end

local function read()
  local read_groups = {}
  for line in io.lines() do
    local group, case, who, rest = line:match(
      "^([^\t]+)\t([^\t]+)\t([^\t]+)\t(.*)$")
    local round = {}
    for key, value in rest:gmatch "(%w+)=([%d.]+)" do
      round[key] = tonumber(value)
    end
    local rounds = entry(entry(entry(read_groups, group), case), who)
    rounds[#rounds + 1] = round
  end
  return read_groups
end

local function median(values)
  table.sort(values)
  local middle = (#values + 1) // 2
  return #values % 2 == 1 and values[middle]
    or (values[middle] + values[middle + 1]) / 2
end

local function map(list, fn)
  local mapped = {}
  for i, value in ipairs(list) do mapped[i] = fn(value, i) end
  return mapped
end

local function rates(rounds, clock, scale)
  return map(rounds, function(round)
    return round.amount * scale / round[clock]
  end)
end

-- The ratios of two lists of rates, round by round: median, and extremes.
local function compare(ours, peers)
  local ratios = map(ours, function(rate, i)
    return peers[i] and rate / peers[i]
  end)
  local middle = median(ratios)
  return middle, ("%.2f (%.2f..%.2f)"):format(middle, ratios[1],
    ratios[#ratios])
end

local function row(group, case, rounds)
  local rate = rates(rounds, group.clock, group.scale)
  local cost = rates(rounds, "cpu", group.scale)
  local ratio, more_cpu, goal = "", "", group.goals[rounds.key]
  if rounds.key ~= group.peer then
    local peer = case[group.peer]
    local middle, _
    _, more_cpu = compare(rates(peer, "cpu", group.scale), cost)
    middle, ratio = compare(rate, rates(peer, group.clock, group.scale))
    if goal and not case.key:find "server" then
      goal = ("%s%.2f"):format(middle >= goal and "≥ " or "missed: ", goal)
    else
      goal = nil
    end
  end
  local peak = rounds[1].peak and median(map(rounds, function(round)
    return round.peak / 1024
  end))
  return { case.key, rounds.key, group.rate:format(median(rate)), ratio,
    goal or "", group.cost:format(group.cost_scale / median(cost)), more_cpu,
    peak and ("%.1f MiB"):format(peak) or "" }
end

local function print_row(cells)
  print("| " .. table.concat(cells, " | ") .. " |")
end

for _, cases in ipairs(read()) do
  local group = groups[cases.key]
  print(("\n### %s\n"):format(cases.key))
  print_row { "what", "who", "rate", "ratio to " .. group.peer, "goal",
    "processor", "times " .. group.peer .. "'s", "peak memory" }
  print_row { "---", "---", "---", "---", "---", "---", "---", "---" }
  for _, case in ipairs(cases) do
    for _, rounds in ipairs(case) do
      print_row(row(group, case, rounds))
    end
  end
end
