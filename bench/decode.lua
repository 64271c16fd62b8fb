-- SPDX-License-Identifier: MIT
-- Typed decoding against lua-cjson's plain decoding, by turns:
--   lua5.4 bench/decode.lua FILE REPEATS ROUNDS
-- Each round begins with an empty heap and decodes the file REPEATS times in
-- a row, with Lua's collector as it is, then with the collector stopped: the
-- first is what a program sees, the second what the decoder itself costs.

local cjson = require "cjson"
local core = require "moonsail.core"
local measure = require "measure"

local TYPE = "array of ContainerSummary"

local path = arg[1]
local repeats, rounds = math.tointeger(arg[2]), math.tointeger(arg[3])
local file = assert(io.open(path))
local text = file:read "a"
file:close()

local decoders = {
  { name = "moonsail", decode = function()
    return core.decode(TYPE, text)
  end },
  { name = "lua-cjson", decode = function()
    return cjson.decode(text)
  end },
}

local function run(decode)
  local last
  for _ = 1, repeats do last = decode() end
  return #last
end

local function round(case)
  for _, decoder in ipairs(decoders) do
    collectgarbage()
    collectgarbage()
    if case == "collector stopped" then collectgarbage "stop" end
    local seconds, cpu, n = measure.time(function()
      return run(decoder.decode)
    end)
    collectgarbage "restart"
    print(("decode\t%d containers, %s\t%s\tseconds=%.6f cpu=%.6f amount=%d")
      :format(n, case, decoder.name, seconds, cpu, repeats * #text))
  end
end

run(decoders[1].decode)
run(decoders[2].decode)
for _, case in ipairs { "collector as usual", "collector stopped" } do
  for _ = 1, rounds do round(case) end
end
