-- SPDX-License-Identifier: MIT
-- Archives out of an engine and into it, one measurement:
--   lua5.4 bench/archive.lua export HOST CONTAINER   all of its files, thrown
--                                                    away
--   lua5.4 bench/archive.lua put HOST CONTAINER TAR  into its /tmp
--   lua5.4 bench/archive.lua build HOST FOLDER       as the context of a build
-- and what these need, once:
--   lua5.4 bench/archive.lua make FOLDER COUNT       so many small files

local measure = require "measure"
local moonsail = require "moonsail"

local LINE = "a line of a file that is like many others, but for its number\n"

local function write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(text))
end

-- A hundred files in each folder, of 60 bytes to 6 kB.
local function make(folder, count)
  for i = 0, count - 1 do
    local inner = ("%s/%03d"):format(folder, i // 100)
    if i % 100 == 0 then os.execute("mkdir -p " .. inner) end
    write(("%s/file-%05d.txt"):format(inner, i), LINE:rep(i % 100 + 1) .. i)
  end
  write(folder .. "/Dockerfile", "FROM scratch\nLABEL bench=archive\n")
end

local works = {}

function works.export(docker, name)
  local size = 0
  for piece in docker.containers:get(name):export() do size = size + #piece end
  return size
end

function works.put(docker, name, path)
  local file <close> = assert(io.open(path, "rb"))
  docker.containers:get(name):put_archive("/tmp", path)
  return file:seek "end"
end

function works.build(docker, folder)
  docker.images:build(folder, { no_cache = true })
  return 0
end

local what, host = arg[1], arg[2]
if what == "make" then
  make(host, math.tointeger(arg[3]))
else
  local docker = moonsail.client(host)
  docker:ping()
  measure.report(function()
    return works[what](docker, table.unpack(arg, 3))
  end)
end
