-- SPDX-License-Identifier: MIT
-- What BuildKit reports, as lines and as progress.

local build_log = require "moonsail.build_log"
local buildkit = require "moonsail.buildkit"
local caught = require "spec.support.caught"
local core = require "moonsail.core"

-- Writing what BuildKit writes -----------------------------------------------

local function varint(n)
  local bytes = ""
  while n < 0 or n > 127 do
    bytes = bytes .. string.char(n & 0x7F | 0x80)
    n = n >> 7
  end
  return bytes .. string.char(n)
end

-- A field: an integer, true, or bytes.
local function field(number, value)
  if value == nil or value == false then return "" end
  if value == true then value = 1 end
  if math.type(value) == "integer" then
    return varint(number << 3) .. varint(value)
  end
  return varint(number << 3 | 2) .. varint(#value) .. value
end

-- A moment, of seconds since an hour that does not matter.
local function time(seconds)
  if not seconds then return nil end
  local whole = math.floor(seconds)
  return field(1, 1700000000 + whole)
    .. field(2, math.floor((seconds - whole) * 1e9 + 0.5))
end

local function vertex(digest, name, started, completed, more)
  more = more or {}
  return field(1, field(1, digest) .. field(2, "sha256:before")
    .. field(3, name) .. field(4, more.cached) .. field(5, time(started))
    .. field(6, time(completed)) .. field(7, more.error))
end

local function status(digest, id, current, total, started, completed)
  return field(2, field(1, id) .. field(2, digest) .. field(4, current)
    .. field(5, total) .. field(6, time(1)) .. field(7, time(started))
    .. field(8, time(completed)))
end

local function output(digest, at, text, stream)
  return field(3, field(1, digest) .. field(2, time(at))
    .. field(3, stream or 1) .. field(4, text))
end

local function warning(digest, message, line)
  return field(4, field(1, digest) .. field(2, 1) .. field(3, message)
    .. field(4, "one") .. field(4, "two") .. field(5, "https://x")
    .. field(6, field(1, "Dockerfile"))
    .. field(7, field(1, field(1, line)) .. field(2, field(1, line))))
end

-- A report of the engine.
local function report(...)
  return { id = "moby.buildkit.trace",
           aux = core.encode_base64(table.concat{ ... }) }
end

-- The log that these reports make, and all that is shown of them.
local function follow(...)
  local follower, shown = build_log.follower("images:build"), {}
  for _, each in ipairs{ ... } do
    for _, document in ipairs(follower:take(each)) do
      shown[#shown + 1] = document
    end
  end
  return follower.log, shown, follower
end

describe("the log of BuildKit", function()
  it("is that of docker build --progress=plain", function()
    local log = follow(
      report(vertex("a", "[internal] load remote build context"),
             vertex("b", "[build 2/3] RUN make")),
      report(vertex("a", "[internal] load remote build context", 1)),
      report(vertex("a", "[internal] load remote build context", 1, 1.25)),
      report(vertex("b", "[build 2/3] RUN make", 2)),
      report(output("b", 2.5, "one\ntw"), output("b", 2.75, "no\n", 2)),
      report(output("b", 3, "o\r\n\nthree")),
      report(vertex("c", "[build 1/3] FROM x", 3, 3, { cached = true })),
      report(vertex("b", "[build 2/3] RUN make", 2, 5.5)))
    assert.equal(table.concat({
      "#1 [internal] load remote build context", "#1 DONE 0.2s", "",
      "#2 [build 2/3] RUN make", "#2 0.500 one", "#2 0.750 no", "#2 1.000 two",
      "#2 1.000 ", "", "#3 [build 1/3] FROM x", "#3 CACHED", "",
      "#2 [build 2/3] RUN make", "#2 1.000 three", "#2 DONE 3.5s",
    }, "\n"), tostring(log))
  end)

  it("has the steps, and what they have written", function()
    local log = follow(
      report(vertex("b", "[build 2/3] RUN make", 2)),
      report(output("b", 2.5, "one\ntwo")),
      report(vertex("b", "[build 2/3] RUN make", 2, 5.5)),
      report(vertex("c", "[2/2] COPY x y", 3, 3, { cached = true })),
      report(vertex("d", "exporting to image", 3, 4)))
    assert.same({
      { number = 1, name = "[build 2/3] RUN make", text = "RUN make",
        stage = "build", index = 2, total = 3, cached = false, seconds = 3.5,
        lines = { "one", "two" } },
      { number = 2, name = "[2/2] COPY x y", text = "COPY x y", index = 2,
        total = 2, cached = true, lines = {} },
      { number = 3, name = "exporting to image", text = "exporting to image",
        cached = false, seconds = 1.0, lines = {} },
    }, log.steps)
  end)

  it("says each end once, unless there is news behind it", function()
    local done = vertex("a", "load", 1, 2)
    local log = follow(report(done), report(vertex("a", "load", 1.5)),
                       report(done), report(output("a", 3, "late\n")),
                       report(vertex("a", "load", 1.5, 4)))
    assert.equal("#1 load\n#1 DONE 1.0s\n#1 2.000 late\n#1 DONE 3.0s",
                 tostring(log))
  end)

  it("keeps the names of steps on a line", function()
    local log = follow(report(vertex("a", "[1/1] RUN <<EOF\nx\nEOF", 1)),
                       report(vertex("b", ("x"):rep(300), 1)))
    assert.equal("#1 [1/1] RUN <<EOF ...\n\n#2 " .. ("x"):rep(200) .. "...",
                 tostring(log))
  end)

  it("has what it warns of", function()
    local log = follow(report(warning("?", "first", 7)),
                       report(vertex("a", "load", 1, 1)),
                       report(warning("a", "second", 8)))
    assert.equal("WARN: first\n#1 load\n#1 DONE 0.0s\n#1 WARN: second",
                 tostring(log))
    assert.same({ message = "first", detail = "one\ntwo", url = "https://x",
                  file = "Dockerfile", line = 7 }, log.warnings[1])
    assert.equal(2, #log.warnings)
  end)

  it("knows which step has failed", function()
    local log, _, follower = follow(
      report(vertex("a", "[1/3] FROM x", 1, 1)),
      report(vertex("b", "[a 2/3] RUN false", 1)),
      report(vertex("c", "[b 2/2] RUN sleep", 1)),
      report(vertex("b", "[a 2/3] RUN false", 1, 2, {
        error = "process did not complete: exit code: 9" })),
      report(vertex("c", "[b 2/2] RUN sleep", 1, 2, {
        error = "rpc error: context canceled" })))
    assert.matches("#2 ERROR: process did not complete: exit code: 9\n",
                   tostring(log), 1, true)
    assert.matches("#3 CANCELED", tostring(log), 1, true)
    local failure = follower:failure{ message = "failed: exit code: 9",
                                      operation = "ImageBuild" }
    assert.equal("RUN false", failure.step)
    assert.equal(2, failure.step_number)
    assert.equal(3, failure.step_count)
    assert.equal(9, failure.exit_code)
    assert.equal(log, failure.log)
  end)
end)

describe("the progress of BuildKit", function()
  it("is in the usual form", function()
    local log, shown = follow(
      report(vertex("a", "FROM x", 1)),
      report(status("a", "sha256:ab", 500, 2000, 1)),
      report(status("a", "sha256:ab", 2000, 2000, 1, 2.5)),
      report(status("a", "sha256:ab", 2000, 2000, 1, 2.5)),
      report(status("a", "exporting layers", 0, 0, 1)),
      report(status("a", "exporting layers", 0, 0, 1, 1.1)))
    assert.same({
      { stream = "#1 FROM x\n" },
      { id = "#1 sha256:ab", status = "working",
        progress_detail = { current = 500, total = 2000 } },
      { id = "#1 sha256:ab", status = "done",
        progress_detail = { current = 2000, total = 2000 } },
      { stream = "#1 sha256:ab 2kB / 2kB 1.5s done\n" },
      { stream = "#1 exporting layers 0.1s done\n" },
    }, shown)
    assert.equal(3, #log)
  end)

  it("leaves other reports as they are", function()
    local document = { stream = "sha256:" .. ("a"):rep(64) .. "\n" }
    local _, shown, follower = follow(document)
    assert.equal(document, shown[1])
    assert.equal(document.stream, follower.id)
  end)
end)

describe("a report of BuildKit", function()
  it("that is none is an error of kind protocol", function()
    for _, aux in ipairs{ "!", "CgE=", 7, { ID = "x" } } do
      caught("protocol", follow, { id = "moby.buildkit.trace", aux = aux })
    end
  end)

  it("may have any bytes in it", function()
    local good = vertex("a", "x", 1, 2) .. status("a", "b", 1, 2, 1, 2)
      .. output("a", 1, "x\n") .. warning("a", "w", 1)
    for _ = 1, 2000 do
      local bytes = { good:byte(1, -1) }
      for _ = 1, math.random(8) do
        bytes[math.random(#bytes)] = math.random(0, 255)
      end
      local text = string.char(table.unpack(bytes)):sub(1, math.random(#good))
      local reader = buildkit.reader({}, {})
      local reports = reader:take(core.encode_base64(text))
      assert.is_true(reports == nil or type(reports) == "table")
    end
  end)
end)

describe("the log of other builders", function()
  local function said(...)
    local documents = {}
    for i, text in ipairs{ ... } do documents[i] = { stream = text } end
    return follow(table.unpack(documents))
  end

  it("has steps", function()
    local log, _, follower = said(
      "Step 1/2 : FROM x", "\n", " ---> 71cdae4c9f93\n", "Step 2/2 : RUN y",
      "\n", " ---> Running in 931ee650d527\n", "\27[91mer", "r\n\27[0m",
      "out\n", "Removing intermediate container 931ee650d527\n",
      " ---> Using cache\n", " ---> 25d15ba502b5\n",
      "Successfully built 25d15ba502b5\n")
    assert.same({
      { number = 1, index = 1, total = 2, text = "FROM x", cached = false,
        lines = {} },
      { number = 2, index = 2, total = 2, text = "RUN y", cached = true,
        lines = { "err", "out" } },
    }, log.steps)
    assert.equal("25d15ba502b5", follower.id)
    local failure = follower:failure{ message = "non-zero code: 3" }
    assert.equal("RUN y", failure.step)
    assert.equal(3, failure.exit_code)
  end)

  it("may be Podman's", function()
    local log = said("STEP 1/2: FROM x\n", "STEP 2/2: RUN y\n", "out\n",
                     "--> Using cache 0a1b\n", "COMMIT z\n",
                     "--> 25d15ba502b\n", ("a"):rep(64) .. "\n")
    assert.equal("FROM x", log.steps[1].text)
    assert.same({ number = 2, index = 2, total = 2, text = "RUN y",
                  cached = true, lines = { "out" } }, log.steps[2])
  end)

  it("has what commands write, whatever it looks like", function()
    local looks = {
      "42", "abc", "COMMIT it", "Successfully built 123", "--> x",
      "Removing intermediate container of all", ("a"):rep(64), "[1/2] Step",
    }
    local log = said("Step 1/1 : RUN y", "\n",
                     " ---> Running in 0123456789ab\n",
                     table.concat(looks, "\n") .. "\n")
    assert.same(looks, log.steps[1].lines)
  end)

  it("has lines that do not end", function()
    local log, _, follower = said(
      "Step 1/2 : RUN x", "\n", " ---> Running in 0123456789ab\n", "one\ntwo",
      "Removing intermediate container 0123456789ab\n",
      "Step 2/2 : RUN y", "\n", " ---> Running in 0123456789ab\n", "thr", "ee")
    assert.same({ "one", "two" }, log.steps[1].lines)
    follower:failure{ message = "non-zero code: 3" }
    assert.same({ "three" }, log.steps[2].lines)
  end)

  it("has the steps of several stages of Podman's", function()
    local log = said("[1/2] STEP 1/2: FROM x AS a\n",
      "[1/2] STEP 2/2: RUN y\n", "out", "--> 25d15ba502b\n",
      "[2/2] STEP 1/1: FROM z\n", "[2/2] COMMIT name\n",
      "--> 25d15ba502b\n")
    assert.equal(3, #log.steps)
    assert.equal("RUN y", log.steps[2].text)
    assert.same({ "out" }, log.steps[2].lines)
    assert.same({}, log.steps[3].lines)
  end)

  it("tells the exit code of a command that speaks of others", function()
    local _, _, follower = said "Step 1/1 : RUN y\n"
    for _, message in ipairs{
      "The command '/bin/sh -c echo exit code: 9' returned a non-zero code: 3",
      "executor failed running [echo non-zero code: 9]: exit code: 3",
      'building at STEP "RUN echo exit code: 9": while running runtime: '
        .. "exit status 3",
    } do
      assert.equal(3, follower:failure{ message = message }.exit_code)
    end
  end)

  it("may have failed before the first step", function()
    local _, _, follower = said "Sending"
    assert.is_nil(follower:failure{ message = "x" }.step)
  end)
end)
