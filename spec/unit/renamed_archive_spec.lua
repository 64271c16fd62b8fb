-- SPDX-License-Identifier: MIT
-- Archives whose names change while they pass, as GNU tar sees them.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local renamed_archive = require "moonsail.renamed_archive"
local tar = require "spec.support.tar"

local folder

setup(function()
  folder = engine.sh "mktemp -d"
  engine.sh("cd " .. folder .. "; " .. [[
    long=$(printf %0150d 1)
    mkdir -p src/sub "src/$long/$long"
    echo one >src/one
    ln src/one src/two
    ln src/one "src/$long/hard"
    echo 1 >"src/$long/$long/$long"
    ln "src/$long/$long/$long" src/hard
    ln -s "$long/$long/$long" src/soft
    ln -s src src/link
    mkfifo src/fifo
    : >src/Größe
    head -c 100000 /dev/urandom >src/big
    for format in gnu pax ustar v7; do
      tar --format=$format -cf $format.tar src 2>/dev/null || :
    done]])
end)
teardown(function() engine.sh("rm -rf " .. folder) end)

local function read(name)
  local file <close> = assert(io.open(folder .. "/" .. name, "rb"))
  return file:read "a"
end

local function to_new(name) return "new" .. name:gsub("^[^/]+", "") end

local function rename(bytes, size, how)
  local parts = {}
  local pieces = tar.pieces(bytes, size)
  for part in renamed_archive.new(pieces, how or to_new, "x") do
    parts[#parts + 1] = part
  end
  return table.concat(parts)
end

-- What is in an archive, with the contents.
local function list(bytes)
  local file <close> = assert(io.open(folder .. "/list.tar", "wb"))
  file:write(bytes)
  file:close()
  return engine.sh(("cd %s; tar -tvvf list.tar; tar -xOf list.tar | md5sum")
    :format(folder))
end

it("renames what other tars have written", function()
  for _, format in ipairs{ "gnu", "pax", "ustar", "v7" } do
    local bytes = read(format .. ".tar")
    local expected = list(bytes):gsub(" src/", " new/")
    assert.matches("link to src/", list(bytes))
    assert.equal(expected, list(rename(bytes, 10240)))
  end
end)

it("takes it however it is cut", function()
  local bytes = read "pax.tar"
  local expected = rename(bytes, #bytes)
  for _, size in ipairs{ 1, 7, 511, 512, 513, 1000, 65536 } do
    assert.equal(expected, rename(bytes, size))
  end
end)

it("gives a name that is too long a record of its own", function()
  local long = ("n"):rep(300)
  local text = list(rename(read "ustar.tar", 4096, function(name)
    return long .. name:gsub("^[^/]+", "")
  end))
  assert.matches(" " .. long .. "/one\n", text)
  assert.matches("link to " .. long .. "/one\n", text)
end)

it("passes sizes of more than eight gigabytes", function()
  engine.sh(("cd %s; truncate -s 9G huge; tar --format=pax -cf - huge "
    .. "2>/dev/null | head -c 4096 >pax.part; tar --format=gnu -cf - huge "
    .. "2>/dev/null | head -c 4096 >gnu.part; rm huge"):format(folder))
  for _, name in ipairs{ "pax.part", "gnu.part" } do
    local sent, total = false, 0
    local give = function()
      if not sent then
        sent = read(name)
        return sent
      end
    end
    local problem = caught("protocol", function()
      for piece in renamed_archive.new(give, to_new, "x") do
        total = total + #piece
      end
    end)
    assert.equal("the archive is cut off", problem.message)
    assert.equal("x", problem.method)
    assert(total >= 4096)
  end
end)

it("says when it is cut off", function()
  local bytes = read "ustar.tar"
  for _, size in ipairs{ 1, 511, 600, 5000 } do
    caught("protocol", rename, bytes:sub(1, size), 4096)
  end
end)
