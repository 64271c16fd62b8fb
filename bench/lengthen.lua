-- SPDX-License-Identifier: MIT
-- Makes a long list of containers out of the recorded one, the same each time:
--   lua5.4 bench/lengthen.lua COUNT FILE
-- Ids, names, times, ports, addresses and some labels differ from element to
-- element; images, networks and the kinds of containers come again and again.

local SAMPLE = "bench/data/containers.json"

-- Hexadecimal digits that look like chance: the text's own, moved on by n.
local function scramble(hex, n)
  local state = (tonumber(hex:sub(1, 12), 16) + n) * 0x9E3779B97F4A7C15
  state = (state ~ (state >> 29)) * 0xBF58476D1CE4E5B9
  return ("%016x"):format(state ~ (state >> 32)) .. hex:sub(17)
end

-- What is to be replaced in the n-th copy of an element: pairs of a pattern
-- with two captures, what stays and what changes, and the change.
local changes = {
  {'("Id":")(%x+)', scramble},
  {'("EndpointID":")(%x+)', scramble},
  {'("Names":%["/)([^"]+)', function(name, n) return name .. "-" .. n end},
  {'("Created":)(%d+)', function(time, n) return time - 37 * n end},
  {'("PublicPort":)(%d+)', function(port, n)
    return 32768 + (port - 32768 + 11 * n) % 28000
  end},
  {'("IPAddress":"172%.)([%d.]+)', function(_, n)
    return ("%d.%d.%d"):format(17 + n % 15, n // 250 % 256, 2 + n % 250)
  end},
  {'("MacAddress":"02:42:ac:)([%x:]+)', function(_, n)
    return ("%02x:%02x:%02x"):format(17 + n % 15, n // 250 % 256, 2 + n % 250)
  end},
  {'(%.container%-number":")(%d+)', function(_, n) return n end},
  {'(%.project":")(%w+)', function(name, n) return name .. n % 60 end},
  {'("Up )(%d+)', function(_, n) return 2 + n % 57 end},
}

local function vary(element, n)
  for _, change in ipairs(changes) do
    local pattern, changed = change[1], change[2]
    element = element:gsub(pattern, function(stays, old)
      return stays .. changed(old, n)
    end)
  end
  return element
end

local function read_elements()
  local elements = {}
  for line in io.lines(SAMPLE) do
    elements[#elements + 1] = line:gsub("^%[", ""):gsub("[,%]]$", "")
  end
  return elements
end

local count, path = math.tointeger(arg[1]), arg[2]
local elements = read_elements()
local list = {}
for i = 0, count - 1 do
  list[i + 1] = vary(elements[i % #elements + 1], i // #elements)
end
local file = assert(io.open(path, "w"))
file:write("[", table.concat(list, ","), "]\n")
file:close()
