-- SPDX-License-Identifier: MIT
-- Lua in a process of its own, with another environment than ours:
--
--     local home = elsewhere.run({HOME = "/x"}, [[return os.getenv "HOME"]])

local cjson = require "cjson"
local lfs = require "lfs"

local elsewhere = {}

local function quote(text)
  return "'" .. tostring(text):gsub("'", "'\\''") .. "'"
end

local MAIN = [[
local cjson = require "cjson"
local chunk = assert(loadfile(arg[1]))
io.write(cjson.encode{ chunk(table.unpack(arg, 2)) })
]]

-- Variables that are false are taken away.
local function variables(environment)
  local words = {}
  for name, value in pairs(environment) do
    if value == false then
      table.insert(words, 1, "-u " .. name)
    else
      words[#words + 1] = quote(name .. "=" .. value)
    end
  end
  return table.concat(words, " ")
end

local function write(text)
  local path = os.tmpname()
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
  return path
end

-- Runs the source of a chunk, which gets further arguments as texts, and
-- returns what it returns, by way of JSON. What it writes to standard error
-- is the second value.
function elsewhere.run(environment, source, ...)
  local main, chunk, errors = write(MAIN), write(source), os.tmpname()
  local words = { "env", variables(environment), "timeout 60 lua5.4", main,
                  chunk }
  for _, argument in ipairs{ ... } do words[#words + 1] = quote(argument) end
  local pipe = io.popen(table.concat(words, " ") .. " 2>" .. errors)
  local output = pipe:read("a")
  local ok = pipe:close()
  local file = io.open(errors)
  local text = file:read("a")
  file:close()
  for _, path in ipairs{ main, chunk, errors } do os.remove(path) end
  if not ok then error("it failed: " .. text, 2) end
  return cjson.decode(output)[1], text
end

-- What the helpers do, by their names. Each writes down what it was asked.
local HELPERS = {
  good = [[
case $1 in
get) echo '{"ServerURL":"x","Username":"loop","Secret":"back"}' ;;
list) echo '{"https://index.docker.io/v1/":"me","r.example":"you"}' ;;
esac]],
  token = [[echo '{"Username":"<token>","Secret":"an-id-token"}']],
  none = [[echo "credentials not found in native keychain"; exit 1]],
  failing = [[echo "the store is locked"; echo "s3cret" >&2; exit 2]],
  silent = "exit 3",
  garbage = [[echo 'back {"Secret":"back"']],
  list = [[echo '["back"]']],
  null = "echo null",
  empty = "echo '{}'",
  hanging = "exec sleep 100",
  large = "head -c 2000000 /dev/zero",
}

-- A folder with programs called docker-credential-NAME, for a PATH. Each
-- writes what it is asked to NAME.log there.
function elsewhere.helpers(folder)
  for name, script in pairs(HELPERS) do
    local path = folder .. "/docker-credential-" .. name
    local file <close> = assert(io.open(path, "w"))
    file:write(("#!/bin/sh\n{ echo \"$1 $(cat)\"; } >>%s/%s.log\n%s\n")
      :format(folder, name, script))
  end
  os.execute("chmod 755 " .. folder .. "/docker-credential-*")
  local broken = folder .. "/docker-credential-broken"
  local file <close> = assert(io.open(broken, "w")) -- nobody may run it
  file:write("")
  return folder
end

-- A folder of its own, which goes with elsewhere.remove.
function elsewhere.folder()
  local path = os.tmpname()
  os.remove(path)
  assert(lfs.mkdir(path))
  return path
end

function elsewhere.remove(path)
  os.execute("rm -rf " .. quote(path))
end

return elsewhere
