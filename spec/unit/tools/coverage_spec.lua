-- SPDX-License-Identifier: MIT
-- tools/coverage.lua: the table of what was answered, and its checks.

local core = require "moonsail.core"
local engine = require "spec.support.engine"

local folder

local function write(name, text)
  local file <close> = assert(io.open(folder .. "/" .. name, "w"))
  file:write(text)
  return folder .. "/" .. name
end

local function read(name)
  local file <close> = assert(io.open(folder .. "/" .. name))
  return file:read("a")
end

-- What a run would have recorded that reached all that an API has, but these.
local function record(name, engine_name, api, missing)
  local lines = {}
  for _, id in ipairs(core.operations()) do
    local since = tonumber(core.operation(id).since:match("%d+$"))
    if since <= api and not missing[id] then
      lines[#lines + 1] = ("%s\t1.%d\t%s\n"):format(engine_name, api, id)
    end
  end
  return write(name, table.concat(lines))
end

local function run(arguments)
  return engine.try(("lua5.4 tools/coverage.lua --document %s/page.md "
    .. "--reasons %s/reasons.lua %s"):format(folder, folder, arguments))
end

local REASONS = [[return {
  { engines = { "podman" }, operations = { "SwarmInit" },
    reason = "It has no swarm." },
}]]

describe("tools/coverage.lua", function()
  before_each(function()
    folder = engine.sh("mktemp -d /tmp/coverage.XXXXXX")
    write("reasons.lua", REASONS)
  end)
  after_each(function() engine.sh("rm -rf " .. folder) end)

  it("writes a column an engine, in order", function()
    local new = record("new", "dockerd 28.5", 51, {})
    local old = record("old", "dockerd 5.10", 41, {})
    local podman = record("podman", "podman 4.3", 41, { SwarmInit = true })
    local output, status = run(("%s %s %s"):format(new, podman, old))
    assert.equal(0, status, output)
    local page = read "page.md"
    assert.truthy(page:find("| operation | dockerd 5.10 | dockerd 28.5 | "
      .. "podman 4.3 |", 1, true), page)
    assert.truthy(page:find("| SwarmInit | ✓ | ✓ | [1](#1) |", 1, true))
    assert.truthy(page:find("| VolumeUpdate | – | ✓ | – |", 1, true))
    assert.truthy(page:find('1. <a id="1"></a>It has no swarm.', 1,
                              true))
    assert.truthy(page:find("| dockerd 5.10 | 1.41 | 106 | 106 |", 1, true))
    output, status = run(("--check %s %s %s"):format(new, podman, old))
    assert.equal(0, status, output)
  end)

  it("wants a reason for what was not reached", function()
    local output, status = run(record("x", "dockerd 20.10", 41,
                                      { SwarmInit = true }))
    assert.equal(1, status)
    assert.equal("coverage: dockerd 20.10 did not answer SwarmInit, and no "
      .. "reason says why", output)
    output, status = run "--check"
    assert.equal(1, status)
    assert.truthy(output:find("does not say whether dockerd 20.10 answers "
      .. "SwarmInit", 1, true), output)
  end)

  it("wants none for what was reached, or is none", function()
    local output, status = run(record("x", "podman 4.3", 41, {}))
    assert.equal(1, status)
    assert.truthy(output:find("no reason is needed", 1, true), output)
    write("reasons.lua", (REASONS:gsub("SwarmInit", "SwarmInti")))
    output, status = run(record("x", "podman 4.3", 41, {}))
    assert.equal(1, status)
    assert.truthy(output:find("there is no operation SwarmInti", 1, true))
  end)

  it("tells what a run no longer reaches", function()
    assert.equal(0, select(2, run(record("x", "dockerd 20.10", 41, {}))))
    local output, status = run("--check "
      .. record("y", "dockerd 20.10", 41, { ContainerList = true }))
    assert.equal(1, status)
    assert.equal("coverage: dockerd 20.10 did not answer ContainerList, "
      .. "as it did before", output)
    output, status = run("--check " .. record("z", "dockerd 99.1", 41, {}))
    assert.equal(1, status)
    assert.truthy(output:find("no column for dockerd 99.1", 1, true))
  end)

  it("finds nothing wrong with docs/coverage.md", function()
    local output, status = engine.try "lua5.4 tools/coverage.lua --check"
    assert.equal(0, status, output)
  end)

  it("refuses what is no record", function()
    local output, status = run(write("x", "nonsense\n"))
    assert.equal(1, status)
    assert.truthy(output:find("no record: nonsense", 1, true))
  end)
end)
