-- SPDX-License-Identifier: MIT
-- What people see of pulls and pushes at a terminal.

local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local tmux = require "spec.support.tmux"

local window

before_each(function() window = tmux.open() end)
after_each(function()
  window:close()
  fixture.clean()
end)

-- Runs a script in the window that reports by `report`, and waits at each
-- `pause()` until the test says `go()`.
local function play(script, how)
  local gate = window.folder .. "/gate"
  engine.sh(("rm -f %s; mkfifo %s"):format(gate, gate))
  window:run(([[
    local report = require("moonsail.progress").reporter(true, "x")
    local function pause()
      local gate <close> = io.open(%q)
      gate:read "a"
    end
    local function layer(i, status, current, total)
      report{ id = ("layer%%02d"):format(i), status = status,
              progress_detail = { current = current, total = total } }
    end
    ]]):format(gate) .. script, how)
end

local function go()
  engine.sh(("echo >%s/gate"):format(window.folder))
end

-- What the screen shows of the reports, without the command above them.
local function shown()
  return window:text():gsub("^%$[^\n]*\n", "")
end

describe("a terminal", function()
  it("shows layers in place, and goes on below them", function()
    play[[
      report{ id = "latest", status = "Pulling from app" }
      layer(1, "Downloading", 1e6, 4e6)
      layer(2, "Waiting")
      pause()
      report{ stream = "a word\n" }
      pause()
      layer(1, "Pull complete")
      layer(2, "Already exists")
      report{ status = "Digest: sha256:00" }
      print "below"]]
    window:wait_for "layer02  Waiting\nTotal    1MB / 4MB or more\n"
    go()
    window:wait_for "app\na word\nlayer01  Downloading  %[====.*\nTotal"
    go()
    assert.same({ 0, true }, { window:ended() })
    assert.matches("Pulling from app\na word\nlayer01  Pull complete\n"
      .. "layer02  Already exists\nTotal    4MB in %S+  %S+/s\n"
      .. "Digest: sha256:00\nbelow\n", shown())
  end)

  it("may be resized meanwhile", function()
    play[[
      for i = 1, 5 do layer(i, "Downloading", 1e6, 4e6) end
      pause()
      for i = 1, 5 do layer(i, "Extracting", 1e6, 4e6) end
      pause()
      for i = 1, 5 do layer(i, "Pull complete") end]]
    window:wait_for "layer05 .*\nTotal"
    window:resize(40, 24)
    go()
    window:wait_for "layer05  Extracting"
    local text = shown()
    assert.not_matches("Downloading", text)
    assert.equal(5, select(2, text:gsub("layer%d%d  Extracting", "")))
    window:resize(100, 24)
    go()
    assert.same({ 0, true }, { window:ended() })
    text = shown()
    assert.not_matches("Extracting", text)
    assert.equal(5, select(2, text:gsub("layer%d%d  Pull complete", "")))
  end)

  it("shows of many layers what it has room for", function()
    window:resize(80, 12)
    play[[
      for i = 1, 30 do layer(i, "Waiting") end
      for i = 1, 25 do layer(i, "Already exists") end
      for i = 28, 30 do layer(i, "Downloading", 1e6, 4e6) end
      pause()
      error "broken off"]]
    window:wait_for "layer30  Downloading"
    local text = shown()
    assert.matches("layer26  Waiting\nlayer27  Waiting\nlayer28  Downloading",
                   text)
    assert.matches("\nand 21 more, 21 of them done\nTotal ", text)
    go()
    assert.same({ 1, true }, { window:ended() })
    assert.matches("\nTotal[^\n]*\n[^\n]*lua5.4: .-broken off\n", shown())
  end)

  it("that is dumb gets plain lines", function()
    play([[
      layer(1, "Downloading", 1e6, 4e6)
      layer(1, "Downloading", 2e6, 4e6)
      layer(1, "Pull complete")]], "TERM=dumb %s")
    assert.same({ 0, true }, { window:ended() })
    assert.matches("layer01: Downloading\nlayer01: Pull complete\n\nexit",
                   shown())
  end)
end)

describe("a push and a pull", function()
  local LAYERS = { 4, 3, 2 } -- MB, which cannot be packed any further

  -- The name of an image with these layers, which only this engine has.
  local function image()
    local name = engine.registry() .. "/" .. fixture.name()
    local lines = { "FROM busybox" }
    for i, size in ipairs(LAYERS) do
      lines[i + 1] = ("RUN head -c %d000000 /dev/urandom >/%d"):format(size, i)
    end
    fixture.remove_image_later(name)
    fixture.client().images:build{
      dockerfile_text = table.concat(lines, "\n") .. "\n", tag = name,
    }
    return name
  end

  it("are seen layer by layer", engines.only_docker("Podman has other words",
                                                    function()
    local name = image()
    window:run(([[
      local moonsail = require "moonsail"
      local images, name = moonsail.client(%q).images, %q
      images:push(name, { progress = true })
      images:remove(name, { force = true })
      print("----")
      images:pull(name, { progress = true })]]):format(engine.host(), name))
    assert.same({ 0, true }, { window:ended() })
    local pushed, pulled = shown():match "^(.*)%-%-%-%-\n(.*)$"
    -- the registry may have what all images stand on, or not
    assert.is_true(select(2, pushed:gsub("%x+  Pushed\n", "")) >= #LAYERS)
    assert.matches("\nTotal +%d%S*MB in %S+  %S+/s\n", pushed)
    assert.matches("digest: sha256:%x+", pushed)
    assert.is_true(select(2, pulled:gsub("\n%x+  Pull complete", ""))
                   >= #LAYERS)
    assert.matches("\nTotal +%d%S*MB in %S+  %S+/s\nDigest: sha256:", pulled)
    assert.not_matches("%[=*>", pushed .. pulled)
  end))
end)
