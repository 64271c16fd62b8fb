-- SPDX-License-Identifier: MIT
-- Writes lines such as servers log, the same each time:
--   lua5.4 bench/lines.lua BYTES FILE

local words = {
  "GET", "/api/v1/orders", "200", "connection", "accepted", "from",
  "10.20.30.40:51234", "user=4711", "query took 12.7 ms", "cache miss",
  '"Mozilla/5.0 (X11; Linux x86_64)"', "retrying", "größer", "level=info",
}

local function line(n)
  local parts = {("2026-11-21T02:%02d:%02d.%06d"):format(
    n // 60000 % 60, n // 1000 % 60, n % 1000 * 1000)}
  for i = 1, 2 + n * 7 % 9 do
    parts[#parts + 1] = words[(n * i + i) % #words + 1]
  end
  return table.concat(parts, " ")
end

local limit, path = math.tointeger(arg[1]), arg[2]
local file = assert(io.open(path, "w"))
local size, n = 0, 0
while size < limit do
  local text = line(n)
  file:write(text, "\n")
  size, n = size + #text + 1, n + 1
end
file:close()
