-- SPDX-License-Identifier: MIT
-- Checks that the rockspec names the files that are there, and that a built
-- core gives away one symbol.
--   lua5.4 tools/check_package.lua [CORE.SO]

local rockspec_file = "rockspec/moonsail-scm-1.rockspec"
local complaints = {}

local function complain(message, ...)
  complaints[#complaints + 1] = message:format(...)
end

local function lines_of(command)
  local set = {}
  local handle = io.popen(command)
  for line in handle:lines() do set[line] = true end
  handle:close()
  return set
end

local function compare(there, named)
  for file in pairs(there) do
    if not named[file] then
      complain("%s: %s is missing", rockspec_file, file)
    end
  end
  for file in pairs(named) do
    if not there[file] then complain("%s: no %s", rockspec_file, file) end
  end
end

local function check_rockspec()
  local rockspec = {}
  assert(loadfile(rockspec_file, "t", rockspec))()
  local modules, sources = {}, {}
  for name, module in pairs(rockspec.build.modules) do
    if type(module) == "string" then
      local path = module:gsub("^lua/", ""):gsub("%.lua$", "")
      if path:gsub("/init$", ""):gsub("/", ".") ~= name then
        complain("%s: %s is not %s", rockspec_file, module, name)
      end
      modules[module] = true
    else
      for _, source in ipairs(module.sources) do sources[source] = true end
    end
  end
  compare(lines_of "find csrc -name '*.c'", sources)
  compare(lines_of "find lua -name '*.lua'", modules)
end

local function check_symbols(core)
  local exported = {}
  for line in pairs(lines_of("nm -D --defined-only " .. core)) do
    exported[line:match("%S+$")] = true
  end
  if not exported.luaopen_moonsail_core then
    complain("%s: no luaopen_moonsail_core", core)
  end
  exported.luaopen_moonsail_core = nil
  for symbol in pairs(exported) do
    complain("%s: gives away %s", core, symbol)
  end
end

check_rockspec()
if arg[1] then check_symbols(arg[1]) end
table.sort(complaints)
for _, complaint in ipairs(complaints) do print(complaint) end
os.exit(#complaints == 0)
