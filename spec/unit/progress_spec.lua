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
    for _, target in ipairs{ 7, "stderr", {}, closed, core.null } do
      local problem = caught("argument", progress.reporter, target,
                             "images:pull")
      assert.matches("^progress: expected true, an open file or a function",
                     problem.message)
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

  -- What a screen shows after it got the text: enough of a terminal for ours.
  local function screen(text)
    local rows, row = { "" }, 1
    local at = 1
    while at <= #text do
      local up = text:match("^\27%[(%d+)A", at)
      local down = text:match("^\27%[(%d+)B", at)
      local plain = text:match("^[^\27\r\n]+", at)
      if up then
        row, at = row - tonumber(up), at + #up + 3
      elseif down then
        row, at = row + tonumber(down), at + #down + 3
      elseif text:find("^\27%[K", at) then
        rows[row], at = "", at + 3
      elseif plain then
        rows[row], at = (rows[row] or "") .. plain, at + #plain
      elseif text:sub(at, at) == "\n" then
        row, at = row + 1, at + 1
        rows[row] = rows[row] or ""
      else
        at = at + 1 -- "\r"
      end
    end
    return rows
  end

  it("shows a line a layer, drawn over in place", function()
    assert.same({
      "latest: Pulling from library/busybox",
      "aa: Pull complete",
      "bb: Downloading",
      "Digest: sha256:00",
      "Digest: sha256:00",
      "",
    }, screen(report(progress.terminal_reporter)))
  end)

  it("begins new lines after a text", function()
    local file = new_file()
    local reporter = progress.terminal_reporter(file)
    reporter(layer("aa", "Downloading"))
    reporter{ stream = "Step 2/2\n" }
    reporter(layer("aa", "Pull complete"))
    assert.same({ "aa: Downloading", "Step 2/2", "aa: Pull complete", "" },
                screen(file.text))
  end)

  it("cleans what registries say", function()
    local file = new_file()
    progress.terminal_reporter(file)(layer("a\27[2J", "b\nc"))
    assert.equal("a?[2J: b c\n", file.text)
  end)

  it("draws a bar of what is known", function()
    local text = report(progress.terminal_reporter)
    assert.matches("aa: Downloading [======>                  ] 1.0/4.0 MB",
                   text, 1, true)
    assert.matches("aa: Downloading [============>            ] 2.0/4.0 MB",
                   text, 1, true)
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
