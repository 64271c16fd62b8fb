-- SPDX-License-Identifier: MIT
-- csrc/value/unpack, place and names against archives that mean harm: whatever
-- they hold, nothing outside of the target is made, changed or linked to.

local lfs = require "lfs"

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local hostile = require "spec.support.hostile"
local tar = require "spec.support.tar"

local folder, file = "", hostile.file
local link, hard_link = hostile.link, hostile.hard_link

local function sh(command)
  return engine.sh("cd " .. folder .. "\n" .. command)
end

-- What is outside of the targets, to the last detail.
local function outside()
  return sh [[find outside -printf '%p %y %m %n %s %T@ %l\n' | sort
    cat outside/secret; ls -A | grep -v ^out; ls -A / | grep evil || true]]
end

local before

setup(function()
  folder = engine.sh "mktemp -d"
  sh "mkdir outside; echo secret >outside/secret"
  before = outside()
end)

teardown(function()
  engine.sh("chmod -R u+rwx " .. folder .. "; rm -rf " .. folder)
end)

local n_targets = 0

-- The name of a new target, for each piece size one.
local function new_target()
  n_targets = n_targets + 1
  local name = "out" .. n_targets
  assert(lfs.mkdir(folder .. "/" .. name))
  return name
end

-- How much comes at once.
local PIECES = { false, 512, 61 }

-- Each case: what it is; the parts of the archive, or a function that gives
-- them; the kind of error and what its message says, or nil; and then a look
-- at what became of it, in the folder "out", which prints what is expected.
local cases = {
  { "an absolute name", function()
      return { file(folder .. "/outside/evil", "x") }
    end, "protocol", "leads out of it" },
  { "an absolute name at the root", { file("/evil", "x") }, "protocol",
    "leads out of it: '/evil'" },
  { "two slashes", { file("//evil", "x") }, "protocol", "leads out" },
  { "nothing but a slash", { hostile.folder "/" }, "protocol", "leads out" },
  { "a parent in front", { file("../outside/evil", "x") }, "protocol",
    "leads out of it: '../outside/evil'" },
  { "a parent in the middle", { file("a/../../outside/evil", "x") },
    "protocol", "leads out" },
  { "a parent behind", { hostile.folder "a", hostile.folder "a/.." },
    "protocol", "leads out" },
  { "a parent that only a longer name has", {
      hostile.pax{ { "path", "../outside/evil" } }, file("good", "x"),
    }, "protocol", "leads out" },
  { "a parent that an older longer name has", {
      hostile.long("L", "../outside/evil"), file("good", "x"),
    }, "protocol", "leads out" },
  { "a parent behind a zero byte", {
      hostile.pax{ { "path", "in\0/../../outside/evil" } }, file("n", "x"),
    }, nil, nil, "cat in", "x" },
  { "a parent in what is said of all that follows", {
      hostile.pax({ { "path", "../outside/evil" } }, "g"), file("n", "x"),
    }, nil, nil, "ls", "n" },
  { "a name of only dots and slashes", {
      hostile.folder "./", hostile.folder ".", hostile.folder "./././/",
      file("...", "x"),
    }, nil, nil, "ls -A", "..." },
  { "no name", { file("", "x") }, "protocol", "leads out of it: ''" },
  { "a link in place of the folder itself", {
      link(".", "../outside"), file("evil", "x"),
    }, nil, nil, "cat evil", "x" },

  { "a file through a relative link", {
      link("l", "../outside"), file("l/evil", "x"),
    }, "protocol", "leads through a link: 'l/evil'" },
  { "a file through an absolute link", function()
      return { link("l", folder .. "/outside"), file("l/evil", "x") }
    end, "protocol", "leads through a link" },
  { "a file through a chain of links", {
      link("a", "."), link("b", "a/.."), file("b/outside/evil", "x"),
    }, "protocol", "leads through a link" },
  { "a file through a link in a folder", {
      hostile.folder "d", hostile.folder "d/d", link("d/d/l", "../../.."),
      file("d/d/l/outside/evil", "x"),
    }, "protocol", "leads through a link" },
  { "a file through a link that leads to nothing yet", {
      link("l", "../outside/new"), file("l/evil", "x"),
    }, "protocol", "leads through a link" },
  { "a file through a link with a long target", {
      hostile.long("K", ("./"):rep(90) .. "../outside"), link("l", "x"),
      file("l/evil", "x"),
    }, "protocol", "leads through a link" },
  { "a folder through a link", {
      link("l", "../outside"), hostile.folder "l/evil",
    }, "protocol", "leads through a link" },
  { "a link through a link", {
      link("l", "../outside"), link("l/evil", "x"),
    }, "protocol", "leads through a link" },
  { "a file over a link to a file outside", {
      link("l", "../outside/secret"), file("l", "mine"),
    }, nil, nil, "cat l; stat -c %F l", "mineregular file" },
  { "a file over a link to nothing", {
      link("l", "../outside/evil"), file("l", "mine"),
    }, nil, nil, "cat l", "mine" },
  { "a folder over a link to a folder", {
      link("l", "../outside"), hostile.folder("l", 511), file("l/evil", "x"),
    }, "argument", "a folder cannot replace what is none" },
  { "a link over a folder", {
      hostile.folder("d", 511), link("d", "../outside"), file("d/evil", "x"),
    }, "argument", "what is no folder cannot replace one" },
  { "a link whose target is replaced", {
      hostile.folder "d", link("l", "d"), link("l", "../outside"),
      file("l/evil", "x"),
    }, "protocol", "leads through a link" },
  { "a link that was there before", function()
      lfs.link("../outside", folder .. "/out" .. n_targets .. "/l", true)
      return { file("l/evil", "x") }
    end, "protocol", "leads through a link" },
  { "links that lead outside, which nobody follows", {
      link("a", "/etc/passwd"), link("b", "../../.."), link("c", "c"),
    }, nil, nil, "readlink a b c | xargs", "/etc/passwd ../../.. c" },

  { "a hard link to the parent", { hard_link("h", "../outside/secret") },
    "protocol", "leads out of it: '../outside/secret'" },
  { "a hard link to an absolute name", function()
      return { hard_link("h", folder .. "/outside/secret") }
    end, "protocol", "leads out" },
  { "a hard link through a link", {
      link("l", "../outside"), hard_link("h", "l/secret"),
    }, "protocol", "leads through a link" },
  { "a file over a hard link to a link", {
      link("l", "../outside/secret"), hard_link("h", "l"), file("h", "mine"),
    }, nil, nil, "cat h; readlink l", "mine../outside/secret" },
  { "a file over a hard link", {
      file("a", "one"), hard_link("h", "a"), file("h", "two"),
    }, nil, nil, "cat a h", "onetwo" },
  { "bytes of a hard link", {
      file("a", "one"), file("h", "two", { type = "1", link = "a" }),
    }, "any", "", "cat a h", "oneone" },
  { "a hard link to itself", { file("a", "one"), hard_link("a", "./a") }, nil,
    nil, "cat a", "one" },
  { "a hard link to a folder", { hostile.folder "d", hard_link("h", "d") },
    "protocol", "a hard link leads to a folder" },
  { "a hard link to the target", { hard_link("h", ".") }, "protocol",
    "a hard link leads to nothing" },
  { "a hard link to nothing", { hard_link("h", "x/y") }, "argument",
    "No such file" },
  { "a hard link over a folder", {
      file("a", "x"), hostile.folder "d", hard_link("d", "a"),
    }, "argument", "what is no folder cannot replace one" },

  { "device nodes", {
      hostile.header{ name = "c", type = "3", major = 1, minor = 3 },
      hostile.header{ name = "b", type = "4", major = 8 }, file("f", "x"),
    }, nil, nil, "ls", "f" },
  { "a FIFO, and a file over it", {
      hostile.header{ name = "p", type = "6" },
      hostile.header{ name = "q", type = "6" }, file("q", "x"),
    }, nil, nil, "stat -c %F p q | xargs", "fifo regular file" },
  { "setuid, setgid and sticky", {
      file("s", "x", { mode = 4077 }), hostile.folder("d", 4077),
    }, nil, nil, "stat -c %a s d | xargs", "1755 1755" },
  { "the same name many times", {
      file("a", "one"), link("a", "x"), file("a", "two", { mode = 256 }),
      file("a", "three"),
    }, nil, nil, "cat a", "three" },
  { "modes that let nobody in", {
      hostile.folder("d", 0), hostile.folder("d/e", 0), file("d/e/f", "x"),
    }, nil, nil, "stat -c %a d | xargs", "0" },
  { "times from before and behind all time", {
      file("a", "x", { mtime = hostile.base256(-(1 << 62)) }),
      file("b", "x", { mtime = hostile.base256(1 << 62) }),
      hostile.pax{ { "mtime", "-1.5" } }, file("c", "x"),
    }, nil, nil, "ls", "a\nb\nc" },

  { "a size that is huge", {
      file("a", "x", { size = hostile.base256(1 << 62) }),
    }, "limit", "more than 1099511627776 bytes" },
  { "sizes that are huge together", {
      hostile.pax{ { "size", "1099511627775" } }, file("a", ""),
    }, "protocol", "" },
  { "a size below nothing", {
      file("a", "x", { size = hostile.base256(-1) }),
    }, "protocol", "" },
  { "a size that is no number", { file("a", "", { size = "zzzzzzzzzzz" }) },
    "protocol", "" },
  { "a hole of a tebibyte and a byte", {
      hostile.pax{ { "GNU.sparse.major", "1" }, { "GNU.sparse.minor", "0" },
                   { "GNU.sparse.name", "a" },
                   { "GNU.sparse.realsize", "1099511627777" } },
      file("a", "1\n0\n0\n" .. ("\0"):rep(506)),
    }, "limit", "more than 1099511627776 bytes" },
  { "data behind the end of a file with holes", {
      hostile.pax{ { "GNU.sparse.major", "1" }, { "GNU.sparse.minor", "0" },
                   { "GNU.sparse.name", "a" },
                   { "GNU.sparse.realsize", "10" } },
      file("a", "1\n4096\n512\n" .. ("\0"):rep(501) .. ("x"):rep(512)),
    }, "protocol", "a: there is more of it than is said", "ls | wc -l", "0" },
  { "a map of holes that is no map", {
      hostile.pax{ { "GNU.sparse.major", "1" }, { "GNU.sparse.minor", "0" },
                   { "GNU.sparse.name", "../outside/evil" },
                   { "GNU.sparse.realsize", "10" } },
      file("a", "99999999999\n-4\n"),
    }, "any", "" },
  { "a sum that is wrong", { file("a", "x", { sum = "000000\0 " }) },
    "protocol", "" },
  { "a sum that is wrong further on", {
      file("good", "x"), file("a", "x", { sum = "000000\0 " }),
    }, "protocol", "[Dd]amaged", "ls", "good" },
  { "a chain of long names", function()
      return { hostile.long("L", "x"):rep(5000), file("a", "x") }
    end, "protocol", "" },
  { "a chain of extended headers", function()
      return { hostile.pax{ { "path", "b" } }:rep(5000), file("a", "x") }
    end, "protocol", "" },
  { "an extended header that is huge", {
      hostile.header{ name = "p", type = "x", size = 1 << 32 },
    }, "protocol", "" },
  { "an extended header without an end", {
      file("p", "99999999999 path=../outside/evil", { type = "x" }),
      file("a", "x"),
    }, "any", "" },
  { "a part of a name that is too long", {
      hostile.pax{ { "path", "d/" .. ("n"):rep(256) } }, file("a", "x"),
    }, "argument", "File name too long" },
  { "a name that would play with a terminal", {
      file("../\27[2J\7evil", "x"),
    }, "protocol", "'../%?%[2J%?evil'" },
  { "nothing", { "" } },
}

-- Unpacks it into a target; the error, or nil. Nothing may be open afterwards.
local function try_into(target, bytes, options, size)
  options = options or {}
  options.to = folder .. "/" .. target
  collectgarbage()
  local open = engine.open_files()
  local ok, problem = pcall(tar.unpack, bytes, options, size or nil)
  assert.equal(open, engine.open_files())
  if ok then return nil end
  assert(core.is_error(problem), tostring(problem))
  assert.equal("stream:extract", problem.method)
  return problem
end

-- The same with a target of its own.
local function try(...)
  return try_into(new_target(), ...)
end

local function check_problem(problem, kind, words)
  if kind == "any" then return end
  assert.equal(kind, problem and problem.kind,
               problem and problem.message)
  if kind then assert.matches(words or "", problem.message) end
end

describe("what is hostile:", function()
  for _, case in ipairs(cases) do
    local what, parts, kind, words, look, seen = table.unpack(case, 1, 6)
    it(what, function()
      local looks, expected = {}, {}
      for i, size in ipairs(PIECES) do
        local target = new_target()
        local made = type(parts) == "function" and parts() or parts
        local bytes = hostile.archive(table.unpack(made))
        if #bytes > 1 << 17 and size == 61 then size = 4001 end
        check_problem(try_into(target, bytes, nil, size), kind, words)
        looks[i] = ("(cd %s; %s)"):format(target, look)
        expected[i] = seen
      end
      assert.equal(before, outside())
      if look then
        assert.equal(table.concat(expected, "\n"),
                     (sh(table.concat(looks, "; echo; "))
                       :gsub("\n\n", "\n")))
      end
    end)
  end

  it("is of more kinds than twenty", function()
    assert.is_true(#cases > 20)
  end)
end)

describe("an archive that is cut off", function()
  local whole = hostile.archive(
    hostile.folder "d", hostile.pax{ { "path", "d/" .. ("n"):rep(120) } },
    file("n", ("x"):rep(1300)), link("l", "d"), file("last", "y"))

  it("is refused after every block, and every odd byte", function()
    for length = 0, #whole - 1024, 128 do
      local problem = try(whole:sub(1, length), nil, 512)
      assert.equal("protocol", problem and problem.kind, tostring(length))
    end
    assert.is_nil(try(whole, nil, 512))
    assert.matches("its end is missing",
                   try(whole:sub(1, #whole - 1024)).message)
  end)

  it("leaves no half of a file", function()
    local at = whole:find("xxxx", 1, true)
    local target = new_target()
    try_into(target, whole:sub(1, at + 600))
    assert.equal("d", sh("cd " .. target .. "; find . -mindepth 1 -printf %P"))
  end)

  it("is refused when other words follow", function()
    local problem = try(whole:sub(1, 512 * 5)
      .. '{"message":"it broke"}\n' .. ("\0"):rep(1024))
    assert.equal("protocol", problem.kind)
  end)

  for _, junk in ipairs{ "", "junk", ("x"):rep(5000), "\31\139\8\0" } do
    it("is refused when it is none: " .. #junk .. " bytes", function()
      assert.equal("protocol", try(junk).kind)
    end)
  end
end)

describe("limits", function()
  it("are on entries", function()
    local parts = {}
    for i = 1, 1000 do parts[i] = file("f" .. i, "") end
    local bytes = hostile.archive(table.unpack(parts))
    local target = new_target()
    local problem = try_into(target, bytes, { limits = { entries = 999 } })
    assert.equal("the archive has more than 999 entries", problem.message)
    assert.equal("limit", problem.kind)
    assert.is_nil(try_into(target, bytes, { limits = { entries = 1000 } }))
  end)

  it("are on folders that only names speak of", function()
    local bytes = hostile.archive(
      hostile.pax{ { "path", ("d/"):rep(1500) .. "f" } }, file("a", "x"))
    local problem = try(bytes, { limits = { entries = 499 } })
    assert.equal("limit", problem.kind)
    assert.matches("through more than 499 folders", problem.message)
    assert.is_nil(try(bytes, { limits = { entries = 500 } }))
  end)

  it("are on bytes, of all files together", function()
    local bytes = hostile.archive(file("a", ("x"):rep(600)),
                                  file("b", ("x"):rep(400)))
    local target = new_target()
    local problem = try_into(target, bytes, { limits = { bytes = 999 } })
    assert.equal("limit", problem.kind)
    assert.equal("a", sh("ls " .. target))
    assert.is_nil(try_into(target, bytes, { limits = { bytes = 1000 } }))
  end)

  it("are numbers", function()
    for _, limits in ipairs{ 7, { entries = -1 }, { bytes = "many" } } do
      caught("argument", core.unpacker, { to = folder, limits = limits })
    end
  end)
end)

describe("what must be asked for", function()
  local bytes = hostile.archive(
    file("s", "x", { mode = 3565, uid = 1234, gid = 56 }),
    hostile.folder("d", 1469),
    hostile.header{ name = "c", type = "3", major = 1, minor = 3, uid = 7 })

  it("are setuid bits, owners and device nodes", function()
    local target = new_target()
    assert.is_nil(try_into(target, bytes, { setuid = true }))
    assert.equal("6755 0 0", sh("stat -c '%a %u %g' " .. target .. "/s"))
    assert.is_nil(try_into(target, bytes, { owner = true, devices = true }))
    assert.equal("1234 56", sh("stat -c '%u %g' " .. target .. "/s"))
    assert.equal("character special file 7 1 3",
                 sh("stat -c '%F %u %t %T' " .. target .. "/c"))
  end)

  it("and owners are numbers of owners", function()
    local target = new_target()
    for _, uid in ipairs{ 1 << 32, (1 << 32) - 1, -1 } do
      local odd = hostile.pax{ { "uid", tostring(uid) } }
      local bad = hostile.archive(odd, file("a", "x"))
      local problem = try_into(target, bad, { owner = true })
      assert.equal("protocol", problem.kind)
      assert.matches("no number of one", problem.message)
    end
  end)
end)
