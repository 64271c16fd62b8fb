-- SPDX-License-Identifier: MIT
-- tools/engine.sh: engines that do not know of each other, survive a kill,
-- and leave nothing behind.

local engine = require "spec.support.engine"

-- What there is of an engine outside its folder, in words; "" for nothing.
local function traces(folder, number, network)
  return engine.sh(table.concat({
    "grep -sl ' " .. folder .. "/exec ' /proc/[0-9]*/mountinfo || :",
    "grep -s ' " .. folder .. "' /proc/self/mountinfo || :",
    "ip -o link 2>/dev/null | grep -oE '(moonsail" .. number .. "|br-"
      .. network .. ")\\b' || :",
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

describe("tools/engine.sh #private", function()
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

  it("leaves nothing of an engine in a namespace of its own", function()
    local apart = engine.start{ netns = true }
    engine.docker("run -d --name web busybox sleep 600", apart.host)
    local enter = "nsenter --net=/run/netns/" .. apart.netns .. " "
    engine.sh(enter .. "ip link show docker0")
    assert.matches("moonsail%-", engine.sh(
      "find /sys/fs/cgroup -maxdepth 2 -name moonsail-" .. apart.netns))
    apart:down()
    assert.equal("", traces(apart.folder, "-" .. apart.netns, "none"))
    assert.equal("", engine.sh("ls /run/netns | grep " .. apart.netns
      .. " || :"))
  end)

  it("leaves a namespace that was there before, as it was", function()
    local name = "moonsail-found-" .. math.random(99999)
    local folder = engine.sh("mktemp -d /tmp/found.XXXXXX")
    engine.sh("ip netns add " .. name)
    engine.sh(("NETNS=%s sh tools/engine.sh up %s"):format(name, folder))
    local output, status = engine.try(
      ("NETNS=%s sh tools/engine.sh up %s2"):format(name, folder))
    assert.equal(1, status)
    assert.truthy(output:find("has an engine", 1, true), output)
    engine.sh(("rmdir %s2; sh tools/engine.sh down %s"):format(folder,
                                                              folder))
    local left = engine.sh("ip -n " .. name .. " -d link show")
    engine.sh("ip netns delete " .. name)
    assert.is_nil(left:find("docker0", 1, true), left)
    assert.is_nil(left:find("alias", 1, true), left)
  end)

  it("lets two engines reach each other, and nobody else them", function()
    local one <close> = engine.start{ netns = true }
    local other <close> = engine.start{ netns = true }
    one:connect(other)
    assert.matches("^10%.214%.", other.address)
    engine.sh(("nsenter --net=/run/netns/%s busybox ping -c 1 -w 5 %s")
      :format(one.netns, other.address))
    assert.equal("", engine.sh("ip route | grep 10.214 || :"))
    local shared = engine.start()
    local output, status = engine.try(("sh tools/engine.sh connect %s %s")
      :format(one.folder, shared.folder))
    shared:down()
    assert.equal(1, status)
    assert.truthy(output:find("both need a NETNS", 1, true), output)
  end)

  it("gives dockerd more flags, and variables", function()
    local one <close> = engine.start{
      flags = "--experimental --label of=mine", env = "OF=mine TOO=1",
    }
    one:kill()
    one:restart()
    assert.equal("true [of=mine]", engine.docker(
      "info -f '{{.ExperimentalBuild}} {{.Labels}}'", one.host))
    assert.truthy(engine.sh("tr '\\0' ' ' </proc/$(cat " .. one.folder
      .. "/docker.pid)/environ"):find("OF=mine TOO=1", 1, true))
  end)

  it("touches neither docker0 nor the firewall", function()
    local flags = engine.sh("tr '\\0' ' ' </proc/$(cat "
      .. engine.socket():gsub("docker.sock$", "docker.pid") .. ")/cmdline")
    assert.truthy(flags:find("--iptables=false", 1, true), flags)
    assert.truthy(flags:find("--ip-forward=false", 1, true), flags)
    assert.truthy(flags:find("--bridge moonsail%d+"), flags)
  end)
end)
