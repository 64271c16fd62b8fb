-- SPDX-License-Identifier: MIT
-- Draws what a terminal shows, as an SVG: runs a command in a window of tmux,
-- waits until the screen shows a pattern (of Lua), and writes the picture to
-- standard output. docs/progress.svg is made by
--
--     lua5.4 tools/picture.lua 'lua5.4 pull.lua' ' left' >docs/progress.svg
--
-- where pull.lua pulls an image of some layers, from a registry that is not
-- too near, with `progress = true`.

package.path = "./?.lua;" .. package.path

local tmux = require "spec.support.tmux"

-- Of one character, in pixels; of the margin.
local WIDTH, HEIGHT, MARGIN = 8.4, 18, 16
local COLUMNS = 80

local HEAD = [[
<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d">
<rect width="100%%" height="100%%" rx="8" fill="#1d2330"/>
<g font-family="monospace" font-size="14" fill="#d8dee9" xml:space="preserve">
]]

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

local function escape(text)
  return (text:gsub("[&<>]", ESCAPES))
end

-- The bar of a line, and the line of the sum, stand out.
local function coloured(line)
  local escaped = escape(line)
  if line:find "^Total" then
    return '<tspan fill="#ebcb8b">' .. escaped .. "</tspan>"
  end
  return (escaped:gsub("%b[]", '<tspan fill="#88c0d0">%0</tspan>'))
end

local function draw(lines)
  io.write(HEAD:format(math.ceil(COLUMNS * WIDTH + 2 * MARGIN),
                       #lines * HEIGHT + 2 * MARGIN))
  for i, line in ipairs(lines) do
    if line ~= "" then
      io.write(('<text x="%d" y="%d" textLength="%.1f">%s</text>\n'):format(
        MARGIN, MARGIN + i * HEIGHT - 4, utf8.len(line) * WIDTH,
        coloured(line)))
    end
  end
  io.write "</g>\n</svg>\n"
end

-- The lines of the screen when it shows the pattern, but for the command's.
local function watch(command, pattern)
  local window <close> = tmux.open()
  window:type("clear; " .. command .. "\n")
  window:wait_for(pattern)
  local lines = {}
  for line in window:text():gmatch "([^\n]*)\n" do
    if not line:find "^%$ " then lines[#lines + 1] = line end
  end
  return lines
end

draw(watch(assert(arg[1], "usage: picture.lua COMMAND PATTERN"), arg[2]))
