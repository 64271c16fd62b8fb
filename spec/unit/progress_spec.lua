-- SPDX-License-Identifier: MIT
-- What a pull reports, made readable.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local progress = require "moonsail.progress"

-- A thing to write to that remembers.
local function new_file()
  local file = { text = "" }
  function file:write(...)
    self.text = self.text .. table.concat{ ... }
    return self
  end
  function file:flush() return self end
  return file
end

local function layer(id, status, current, total)
  return {
    id = id, status = status,
    progress_detail = current and { current = current, total = total },
  }
end

local PULL = {
  layer("latest", "Pulling from library/busybox"),
  layer("aa", "Pulling fs layer"),
  layer("bb", "Pulling fs layer"),
  layer("aa", "Downloading", 1000000, 4000000),
  layer("aa", "Downloading", 2000000, 4000000),
  layer("bb", "Downloading", 5, 0),
  layer("aa", "Pull complete"),
  { status = "Digest: sha256:00" },
  { status = "Digest: sha256:00" },
}

local function report(make)
  local file = new_file()
  local reporter = make(file)
  for _, document in ipairs(PULL) do reporter(document) end
  return file.text
end

describe("progress.reporter", function()
  it("is silent unless asked", function()
    assert.is_nil(progress.reporter(nil, "images:pull"))
    assert.is_nil(progress.reporter(false, "images:pull"))
  end)

  it("writes a line for each change, elsewhere than on a terminal",
     function()
    assert.equal(table.concat({
      "latest: Pulling from library/busybox",
      "aa: Pulling fs layer",
      "bb: Pulling fs layer",
      "aa: Downloading",
      "bb: Downloading",
      "aa: Pull complete",
      "Digest: sha256:00",
      "Digest: sha256:00",
      "",
    }, "\n"), report(function(file)
      return (progress.reporter(file, "images:pull"))
    end))
  end)

  it("passes the text of a build through", function()
    local file = new_file()
    progress.reporter(file, "images:build"){ stream = "Step 1/2\n" }
    assert.equal("Step 1/2\n", file.text)
  end)

  it("takes an open file, and standard error for true", function()
    local path = os.tmpname()
    local file <close> = assert(io.open(path, "w"))
    local reporter, target = progress.reporter(file, "images:pull")
    assert.equal(file, target)
    reporter{ status = "Pulling" }
    file:flush()
    assert.equal("Pulling\n", io.open(path):read("a"))
    os.remove(path)
    assert.equal(io.stderr, select(2, progress.reporter(true, "x")))
  end)

  it("takes what can do no more than be written to", function()
    local text = ""
    progress.reporter({ write = function(_, ...)
      text = text .. table.concat{ ... }
    end }, "images:pull"){ status = "Pulling" }
    assert.equal("Pulling\n", text)
  end)

  it("cleans texts, and never goes on in a line of theirs", function()
    local file = new_file()
    local tell = progress.reporter(file, "images:build")
    tell{ stream = "\27[1mStep\27[0m 1\r\n 5%\r10%" }
    tell(layer("a\27[2J", "Pushing\7"))
    tell{ stream = "" }
    tell{ stream = "end\n" }
    tell{ status = "over" }
    assert.equal("Step 1\n10%\na: Pushing?\nend\nover\n", file.text)
  end)

  it("hands the documents to a function", function()
    local seen = {}
    local fn = function(document) seen[#seen + 1] = document end
    local reporter, target = progress.reporter(fn, "images:pull")
    assert.is_nil(target)
    reporter(PULL[1])
    assert.same({ PULL[1] }, seen)
  end)

  it("refuses anything else", function()
    local closed = assert(io.tmpfile())
    closed:close()
    for _, case in ipairs{
      { 7, "integer" }, { "stderr", "string" }, { {}, "table" },
      { closed, "closed file" }, { core.null, "userdata" },
    } do
      local problem = caught("argument", progress.reporter, case[1],
                             "images:pull")
      assert.equal("progress: expected true, an open file or a function, got "
                   .. case[2], problem.message)
      assert.equal("images:pull", problem.method)
    end
  end)
end)

describe("a terminal", function()
  it("is told from a file", function()
    local path = os.tmpname()
    local program = "io.stderr:write(tostring("
      .. "require [[moonsail.core]].is_terminal(io.stdout)))"
    local function outcome(command)
      os.execute(command)
      return io.open(path):read("a")
    end
    local lua = ('LUA_CPATH="%s" lua5.4 -e "%s" 2>%s'):format(package.cpath,
      program, path)
    assert.equal("false", outcome(lua .. " >/dev/null"))
    assert.equal("true", outcome(("script -qec '%s' /dev/null >/dev/null")
      :format(lua)))
    os.remove(path)
    assert.is_false(core.is_terminal(assert(io.tmpfile())))
    assert.is_false((pcall(core.is_terminal, 7)))
  end)

  it("that is dumb is not drawn on", function()
    local path = os.tmpname()
    local file <close> = assert(io.open(path, "w"))
    file:write[[
      local is_drawn = require("moonsail.progress").is_drawn
      io.stderr:write(tostring(is_drawn(io.stdout)))]]
    file:close()
    local function drawn(terminal)
      local pipe <close> = assert(io.popen(([[
        export TERM=%s LUA_PATH='%s' LUA_CPATH='%s'
        script -qec 'lua5.4 %s 2>%s.out' /dev/null >/dev/null
        cat %s.out; rm %s.out]]):format(terminal, package.path, package.cpath,
        path, path, path, path)))
      return pipe:read "a"
    end
    assert.equal("true", drawn "xterm")
    assert.equal("false", drawn "dumb")
    assert.equal("false", drawn "")
    assert.is_false(progress.is_drawn(new_file()))
    os.remove(path)
  end)
end)

-- A file that is a terminal: what its screen shows is enough of one for ours.
local function new_screen()
  local screen = { rows = { "" }, row = 1, column = 1 }

  local function put(plain)
    local row = screen.rows[screen.row]
    row = row .. (" "):rep(screen.column - 1 - #row)
    screen.rows[screen.row] = row:sub(1, screen.column - 1) .. plain
                              .. row:sub(screen.column + #plain)
    screen.column = screen.column + #plain
  end

  local function obey(count, letter)
    local rows = screen.rows
    if letter == "A" then
      screen.row = math.max(screen.row - tonumber(count), 1)
    else
      rows[screen.row] = rows[screen.row]:sub(1, screen.column - 1)
      for i = #rows, screen.row + 1, -1 do
        if letter == "J" then rows[i] = nil end
      end
    end
  end

  -- One thing at the beginning of the text; returns what is behind it.
  local function step(text)
    local count, letter, rest = text:match "^\27%[(%d*)([AJK])(.*)$"
    if letter then
      obey(count, letter)
      return rest
    end
    local plain = text:match "^[^\27\r\n]+"
    if plain then
      put(plain)
      return text:sub(#plain + 1)
    end
    if text:sub(1, 1) == "\n" then
      screen.row = screen.row + 1
      screen.rows[screen.row] = screen.rows[screen.row] or ""
    end
    assert(text:find "^[\r\n]", "an unknown control")
    screen.column = 1
    return text:sub(2)
  end

  function screen:write(...)
    local text = table.concat{ ... }
    while text ~= "" do text = step(text) end
    return self
  end
  function screen:flush() return self end
  function screen:text()
    return (table.concat(self.rows, "\n"):gsub("\n$", ""))
  end
  return screen
end

describe("a terminal's reporter", function()
  local screen, now, tell_one

  before_each(function()
    screen, now = new_screen(), 100
    tell_one = progress.terminal_reporter(screen, function() return now end)
  end)

  -- Reports all of them, each a tenth of a second after the other.
  local function tell(documents)
    for _, document in ipairs(documents) do
      now = now + 0.1
      tell_one(document)
    end
    return screen:text()
  end

  local function shows(lines, documents)
    assert.equal(table.concat(lines, "\n"), tell(documents or {}))
    assert.equal(1, screen.column) -- whoever writes next begins a line
    assert.equal(#screen.rows, screen.row)
  end

  it("shows a line a layer, drawn over in place, and a sum", function()
    shows({
      "latest: Pulling from library/busybox",
      "aa     Downloading       [==============>             ]  2MB / 4MB",
      "bb     Waiting",
      "Total  2MB / 4MB or more",
    }, {
      layer("latest", "Pulling from library/busybox"),
      layer("aa", "Pulling fs layer"),
      layer("bb", "Pulling fs layer"),
      layer("bb", "Waiting"),
      layer("aa", "Downloading", 1000000, 4000000),
      layer("aa", "Downloading", 2000000, 4000000),
    })
    shows({
      "latest: Pulling from library/busybox",
      "aa     Extracting          [>                           ]  32kB / 4MB",
      "bb     Download complete",
      "Total  4MB in 0.3s  13.3MB/s",
    }, {
      layer("aa", "Verifying Checksum"),
      layer("bb", "Download complete"),
      layer("aa", "Extracting", 32000, 4000000),
    })
  end)

  it("leaves what is over, and says below it what is said", function()
    shows({
      "aa     Pull complete",
      "bb     Already exists",
      "Total  4MB in 0.0s",
      "Digest: sha256:00",
      "Digest: sha256:00",
    }, {
      layer("aa", "Downloading", 4000000, 4000000),
      layer("bb", "Already exists"),
      layer("aa", "Pull complete"),
      { status = "Digest: sha256:00" },
      { status = "Digest: sha256:00" },
    })
    shows({
      "aa     Pull complete",
      "bb     Already exists",
      "Total  4MB in 0.0s",
      "Digest: sha256:00",
      "Digest: sha256:00",
      "aa     Pulling fs layer",
    }, { layer("aa", "Pulling fs layer") })
  end)

  it("says above what is under way what is said meanwhile", function()
    shows({ "Step 1", "Step 2", "aa     Downloading  5B" }, {
      { stream = "Step 1\n" },
      layer("aa", "Downloading", 5),
      { stream = "Step 2\n" },
    })
  end)

  it("takes texts without an end", function()
    shows({ "Step 1 and more", "aa     Waiting" }, {
      { stream = "Step 1" }, { stream = " and more" }, layer("aa", "Waiting"),
    })
    shows({ "Step 1 and more", "torn", "aa     Pushed", "whole" }, {
      { stream = "torn" }, layer("aa", "Pushed"), { stream = "whole\n" },
    })
  end)

  it("takes away what texts tell as well", function()
    shows({ "#5 DONE" }, {
      layer("#5 sha256:aa", "downloading", 1, 4),
      layer("#5 sha256:aa", "downloading", 4, 4),
      { stream = "#5 DONE\n" },
    })
  end)

  it("leaves the layers of a load", function()
    tell{ layer("aa", "Loading layer", 1, 4) }
    assert.matches("Total  1B / 4B or more", screen:text())
    shows({
      "aa     Loading layer  [============================]  4B / 4B",
      "Total  4B in 0.2s  20B/s",
      "Loaded image: x",
    }, {
      layer("aa", "Loading layer", 2, 4),
      layer("aa", "Loading layer", 4, 4),
      { stream = "Loaded image: x\n" },
    })
  end)

  it("tells speed and the time that is left", function()
    local documents = {}
    for i = 1, 20 do
      documents[i] = layer("aa", "Pushing", i * 100000, 10000000)
    end
    assert.matches("\nTotal  2MB / 10MB  1MB/s  8s left$", tell(documents))
  end)

  it("draws what is but a little further once in a while", function()
    tell_one(layer("aa", "Pushing", 1, 9))
    local before = screen:text()
    tell_one(layer("aa", "Pushing", 2, 9))
    assert.equal(before, screen:text())
    now = now + 0.06
    tell_one(layer("aa", "Pushing", 3, 9))
    assert.matches("3B / 9B", screen:text())
    tell_one(layer("aa", "Pushed"))
    assert.matches("Pushed", screen:text())
  end)

  it("shows no more than there is room for", function()
    for i = 1, 30 do
      tell_one(layer(("layer%02d"):format(i), i < 20 and "Already exists"
                                           or "Waiting"))
    end
    tell_one(layer("layer30", "Downloading", 1, 9))
    assert.equal(23, #screen.rows - 1)
    local text = screen:text()
    assert.matches("layer20  Waiting", text)
    assert.matches("\nand 9 more, 9 of them done\nTotal ", text)
    assert.matches("layer30  Downloading .*\nand", text)
    assert.not_matches("layer11", text)
  end)

  it("cleans what registries say", function()
    shows({ "x: Pulling from b c",
            "a      Waiting   [==============>             ]  1B / 2B",
            "Total  1B / 2B" }, {
      layer("\27[2Jx", "Pulling from \27[31mb\nc"),
      layer("a\27[9A", "Waiting\r\27[2K", 1, 2),
    })
  end)
end)

describe("progress.follow", function()
  it("reports all, and gives the last that had a status", function()
    local documents = { { status = "a" }, { status = "b" }, { aux = {} } }
    local at, seen = 0, 0
    local last = progress.follow(function()
      at = at + 1
      return documents[at]
    end, function() seen = seen + 1 end)
    assert.equal(3, seen)
    assert.equal("b", last.status)
  end)

  it("ends the last line", function()
    local function told(file, make, text)
      local at = 0
      progress.follow(function()
        at = at + 1
        if at == 1 then return { stream = text } end
      end, make(file))
      return file.text
    end
    local function plain(file) return (progress.reporter(file, "x")) end
    for _, make in ipairs{ plain, progress.terminal_reporter } do
      assert.equal("Loaded\n", told(new_file(), make, "Loaded"))
      assert.equal("Loaded\n", told(new_file(), make, "Loaded\n"))
    end
    assert.equal("", told(new_file(), plain, ""))
  end)

  it("ends the last line of what fails, too", function()
    for _, make in ipairs{ progress.reporter, progress.terminal_reporter } do
      local file, at = new_file(), 0
      local ok, problem = pcall(progress.follow, function()
        at = at + 1
        return at == 1 and { stream = "half a line" } or error("failed", 0)
      end, (make(file)))
      assert.is_false(ok)
      assert.equal("failed", problem)
      assert.equal("half a line\n", file.text)
    end
  end)

  it("hands all to another function, too", function()
    local at, seen = 0, {}
    progress.follow(function()
      at = at + 1
      return PULL[at]
    end, nil, function(document) seen[#seen + 1] = document end)
    assert.same(PULL, seen)
  end)
end)

describe("progress.text", function()
  it("is what a report says, whatever its type is", function()
    assert.equal("x", progress.text({ status = "x" }, "status"))
    assert.equal("", progress.text({ status = 7 }, "status"))
    assert.equal("", progress.text({}, "status"))
  end)
end)
