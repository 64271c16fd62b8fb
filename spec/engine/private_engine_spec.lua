-- SPDX-License-Identifier: MIT
-- tools/engine.sh: engines that do not know of each other, survive a kill,
-- and leave nothing behind.

local engine = require "spec.support.engine"

-- What there is of an engine outside its folder, in words; "" for nothing.
local function traces(folder, number, network)
  return engine.sh(table.concat({
    "grep -sl ' " .. folder .. "/exec ' /proc/[0-9]*/mountinfo || :",
    "grep -s ' " .. folder .. "' /proc/self/mountinfo || :",
    "ip -o link | grep -oE '(moonsail" .. number .. "|br-" .. network
      .. ")\\b' || :",
    "find /sys/fs/cgroup -maxdepth 2 -name moonsail" .. number,
    "ls -d " .. folder .. " 2>/dev/null || :",
  }, "\n"))
end

-- An engine with a network and a running container in it.
local function busy_engine()
  local busy = engine.start()
  local network = engine.docker("network create other", busy.host):sub(1, 12)
  engine.docker("run -d --name web --network other busybox sleep 600",
    busy.host)
  local number = engine.sh("cat " .. busy.folder .. "/number")
  return busy, number, network
end

describe("tools/engine.sh", function()
  it("leaves nothing when it takes an engine down", function()
    local busy, number, network = busy_engine()
    local before = traces(busy.folder, number, network)
    assert.truthy(before:find("moonsail" .. number, 1, true), before)
    assert.truthy(before:find("br-" .. network, 1, true), before)
    assert.truthy(before:find("/proc/", 1, true), before)
    busy:down()
    assert.equal("", traces(busy.folder, number, network))
  end)

  it("leaves nothing of an engine that was killed", function()
    local busy, number, network = busy_engine()
    busy:kill()
    busy:down()
    assert.equal("", traces(busy.folder, number, network))
  end)

  it("starts a killed engine again with what it had", function()
    local busy <close> = busy_engine()
    busy:kill()
    local _, status = engine.try("docker -H " .. busy.host .. " version")
    assert.not_equal(0, status)
    busy:restart()
    assert.equal("exited", engine.docker(
      "inspect -f '{{.State.Status}}' web", busy.host))
    engine.docker("start web", busy.host)
    assert.equal("true", engine.docker(
      "inspect -f '{{.State.Running}}' web", busy.host))
  end)

  it("keeps engines apart", function()
    local one <close> = engine.start()
    engine.docker("run -d --name lonely busybox true", one.host)
    assert.equal("", engine.docker("ps -aq -f name=lonely"))
    assert.not_equal(
      engine.docker("network inspect -f '{{.IPAM.Config}}' bridge"),
      engine.docker("network inspect -f '{{.IPAM.Config}}' bridge", one.host))
  end)

  it("takes nothing down that is another engine's", function()
    local one <close> = engine.start()
    engine.docker("run -d --name web busybox sleep 600", one.host)
    local stale = engine.sh("mktemp -d /tmp/stale.XXXXXX")
    engine.sh(("cp %s/number %s && sh tools/engine.sh down %s")
      :format(one.folder, stale, stale))
    assert.equal("true", engine.docker(
      "inspect -f '{{.State.Running}}' web", one.host))
    engine.sh("ip link show moonsail" .. engine.sh(
      "cat " .. one.folder .. "/number"))
  end)

  it("refuses a folder that is in use, or that it cannot use", function()
    local one <close> = engine.start()
    local output, status = engine.try("sh tools/engine.sh up " .. one.folder)
    assert.equal(1, status)
    assert.truthy(output:find("in use", 1, true), output)
    output, status = engine.try("sh tools/engine.sh up /tmp/" .. ("x"):rep(60)
      .. "; rmdir /tmp/" .. ("x"):rep(60))
    assert.truthy(output:find("choose a shorter path", 1, true), output)
    assert.equal(0, status)
  end)

  it("touches neither docker0 nor the firewall", function()
    local flags = engine.sh("tr '\\0' ' ' </proc/$(cat "
      .. engine.socket():gsub("docker.sock$", "docker.pid") .. ")/cmdline")
    assert.truthy(flags:find("--iptables=false", 1, true), flags)
    assert.truthy(flags:find("--ip-forward=false", 1, true), flags)
    assert.truthy(flags:find("--bridge moonsail%d+"), flags)
  end)
end)
