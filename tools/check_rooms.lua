-- SPDX-License-Identifier: MIT
-- Checks the house: which file may include which, what may be called where,
-- and the shape of the sources.
--   lua5.4 tools/check_rooms.lua [ROOT]
-- Prints "file:line: complaint" for each breach, and fails if there is one.

local root = (arg[1] or "."):gsub("/$", "")

-- A file includes its own room, or rooms on a lower floor.
local floors = {bytes = 1, model = 1, value = 2, net = 2, run = 3, class = 4}

local with_lua = {value = true, run = true, class = true}

-- What may be called only in some files: a set of names, and who may.
local bans = {
  {
    names = {"lua_resume", "lua_yield", "lua_yieldk"},
    only = "csrc/run/loop.c",
    why = "only the loop resumes and yields",
  },
  {
    names = {
      "luaL_error", "lua_error", "luaL_argerror", "luaL_typeerror",
      "luaL_argcheck", "luaL_argexpected",
    },
    only = "csrc/value/error.c",
    why = "errors are made in one place",
  },
  {
    names = {"lua_setmetatable", "luaL_newmetatable", "luaL_setmetatable"},
    only = "csrc/value/kit.c",
    why = "metatables are made and set in one place",
  },
}

-- The first words of the API's paths.
local endpoints = {
  "_ping", "auth", "build", "commit", "configs", "containers",
  "distribution", "events", "exec", "grpc", "images", "info", "networks",
  "nodes", "plugins", "secrets", "services", "session", "swarm", "system",
  "tasks", "version", "volumes",
}

local longest_line = 79
local longest_function = 60

local n_breaches = 0

local function report(file, line, message, ...)
  print(("%s:%d: %s"):format(file, line, message:format(...)))
end

local function breach(...)
  n_breaches = n_breaches + 1
  report(...)
end

local function warn(file, line, message, ...)
  report(file, line, "warning: " .. message, ...)
end

local function read(file)
  local handle = assert(io.open(root .. "/" .. file))
  local text = handle:read("a")
  handle:close()
  return text
end

-- The files in some folders whose names end in one of the suffixes.
local function find(folders, suffixes)
  local found = {}
  local list = io.popen(("cd '%s' && find %s -type f 2>/dev/null | sort")
    :format(root, folders))
  for file in list:lines() do
    local suffix = file:match("%.([^./]*)$")
    if suffix and suffixes[suffix] then found[#found + 1] = file end
  end
  list:close()
  return found
end

local function each_line(text)
  local line = 0
  local next_line = text:gmatch("([^\n]*)\n?")
  return function()
    local content = next_line()
    line = line + 1
    if content then return line, content end
  end
end

local function blank(text)
  return (text:gsub("[^\n]", " "))
end

-- Where a literal that opens at `from` closes.
local function literal_end(text, from)
  local delimiter = text:sub(from, from)
  local at = from + 1
  while at <= #text and text:sub(at, at) ~= delimiter do
    at = at + (text:sub(at, at) == "\\" and 2 or 1)
  end
  return at
end

-- C without its comments and, if asked, without what is in its literals:
-- blanks stand in their place, so that lines and columns stay.
local function strip(text, keep_literals)
  local out, at = {}, 1
  while true do
    local from = text:find("[\"'/]", at)
    if not from then break end
    out[#out + 1] = text:sub(at, from - 1)
    local to = from
    if text:sub(from, from + 1) == "/*" then
      to = select(2, text:find("*/", from + 2, true)) or #text
      out[#out + 1] = blank(text:sub(from, to))
    elseif text:sub(from, from) == "/" then
      out[#out + 1] = "/"
    else
      to = literal_end(text, from)
      local literal = text:sub(from + 1, to - 1)
      local delimiter = text:sub(from, from)
      out[#out + 1] = delimiter
      out[#out + 1] = keep_literals and literal or blank(literal)
      out[#out + 1] = delimiter
    end
    at = to + 1
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

local function room_of(file)
  return file:match("^csrc/([^/]+)/")
end

local function check_system_include(file, line, header)
  local room = room_of(file)
  if header:match("^lua") or header == "lauxlib.h" then
    if not with_lua[room] then
      breach(file, line, "%s/ never sees %s", room, header)
    end
  elseif header:match("^curl/") and room ~= "net" then
    breach(file, line, "only net/ sees %s", header)
  end
end

local function check_own_include(file, line, header, known)
  local from, to = room_of(file), header:match("^([^/]+)/")
  if not known["csrc/" .. header] then
    breach(file, line, "%s: no such file in csrc (write it from there)",
      header)
  elseif not floors[to] then
    breach(file, line, "%s: %s is no room", header, to)
  elseif to ~= from and floors[to] >= floors[from] then
    breach(file, line, "%s/ may not include %s/", from, to)
  end
end

-- Checks the includes of a file and returns those of our own headers.
local function check_includes(file, text, known)
  local included = {}
  for line, content in each_line(strip(text, true)) do
    local kind, header =
      content:match('^%s*#%s*include%s*([<"])([^>"]+)[>"]')
    if kind == "<" then
      check_system_include(file, line, header)
    elseif kind == '"' then
      check_own_include(file, line, header, known)
      included[#included + 1] = {
        header = header,
        unit = header:gsub("%.%w+$", ""),
        file = file,
        line = line,
      }
    end
  end
  return included
end

-- Notes in a graph what `name` includes, with the place that says so: the
-- graph of files, or that of units (a header and the source of its name).
local function note_edges(graph, name, included, key)
  graph[name] = graph[name] or {}
  for _, include in ipairs(included) do
    if include[key] ~= name then graph[name][include[key]] = include end
  end
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

-- Tells `complain` of each circle in the graph.
local function find_circles(graph, complain)
  local state, trail = {}, {}
  local function visit(name)
    state[name] = "open"
    trail[#trail + 1] = name
    for _, other in ipairs(sorted_keys(graph[name] or {})) do
      if state[other] == "open" then
        local from = #trail
        while trail[from] ~= other do from = from - 1 end
        local at = graph[name][other]
        complain(at.file, at.line, "a circle: %s -> %s",
          table.concat(trail, " -> ", from), other)
      elseif not state[other] then
        visit(other)
      end
    end
    trail[#trail] = nil
    state[name] = "done"
  end
  for _, name in ipairs(sorted_keys(graph)) do
    if not state[name] then visit(name) end
  end
end

local function check_bans(file, code)
  for line, content in each_line(code) do
    for name in content:gmatch("[%a_][%w_]*") do
      for _, ban in ipairs(bans) do
        if file ~= ban.only then
          for _, banned in ipairs(ban.names) do
            if name == banned then
              breach(file, line, "%s: %s (%s)", name, ban.why, ban.only)
            end
          end
        end
      end
    end
  end
end

local function check_columns(file, text)
  for line, content in each_line(text) do
    local columns = utf8.len(content) or #content
    if columns > longest_line then
      breach(file, line, "%d columns", columns)
    end
  end
end

local function check_head(file, text)
  local head = text:match("^#![^\n]*\n([^\n]*)") or text:match("^[^\n]*")
  if not head:find("SPDX-License-Identifier: MIT", 1, true) then
    breach(file, 1, "no SPDX-License-Identifier: MIT in its head")
  end
end

local function check_comments(file, code)
  for line, content in each_line(code) do
    if content:find("//", 1, true) then
      breach(file, line, "a comment with //")
    end
  end
end

-- A function begins with a line that stands at the margin and opens a brace.
local function warn_of_long_functions(file, code)
  local start, name
  for line, content in each_line(code) do
    if content:match("^[%a_].*%)%s*{%s*$") then
      start, name = line, content:match("([%w_]+)%s*%(")
    elseif content:match("^[%a_ ].*%)%s*{%s*$") and not start then
      start, name = line, "the function"
    elseif content:match("^}") and start then
      if line - start > longest_function then
        warn(file, start, "%s has %d lines", name, line - start)
      end
      start = nil
    end
  end
end

local function check_endpoints(file, text)
  for line, content in each_line(text) do
    for _, word in ipairs(endpoints) do
      if content:find("[\"'%]]/" .. word .. "[/?\"'%]]") or
        content:find("[\"']/v%d%.%d+/") then
        breach(file, line, "the path of an endpoint (/%s): name the "
          .. "operation instead", word)
        break
      end
    end
  end
end

local function check_c(file, text, generated)
  local code = strip(text)
  check_head(file, text)
  if not generated then
    check_columns(file, text)
    check_comments(file, code)
    warn_of_long_functions(file, code)
  end
  return code
end

local GENERATED = {
  ["lua/moonsail/manual.lua"] = true, ["lua/moonsail/types.lua"] = true,
}

local function is_generated(file)
  return file:match("^csrc/model/gen/") ~= nil or GENERATED[file] ~= nil
end

local function check_core()
  local files = find("csrc", {c = true, h = true})
  local known, headers, units = {}, {}, {}
  for _, file in ipairs(files) do known[file] = true end
  for _, file in ipairs(files) do
    local text = read(file)
    if floors[room_of(file)] then
      check_bans(file, check_c(file, text, is_generated(file)))
      local included = check_includes(file, text, known)
      local name = file:gsub("^csrc/", "")
      note_edges(headers, name, included, "header")
      note_edges(units, name:gsub("%.%w+$", ""), included, "unit")
    else
      breach(file, 1, "stands in no room")
    end
  end
  find_circles(headers, breach)
  find_circles(units, warn)
end

local function check_rest()
  for _, file in ipairs(find("spec bench", {c = true, h = true})) do
    check_c(file, read(file), false)
  end
  local folders = "lua spec tools bench examples"
  for _, file in ipairs(find(folders, {lua = true, sh = true})) do
    local text = read(file)
    check_head(file, text)
    if not is_generated(file) then check_columns(file, text) end
    if file:match("^lua/") and not is_generated(file) then
      check_endpoints(file, text)
    end
  end
end

check_core()
check_rest()
os.exit(n_breaches == 0)
