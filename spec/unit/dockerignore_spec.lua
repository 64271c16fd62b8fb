-- SPDX-License-Identifier: MIT
-- What a .dockerignore leaves out.

local caught = require "spec.support.caught"
local dockerignore = require "moonsail.dockerignore"
local fail = require "moonsail.fail"

local function read(text)
  return dockerignore.read(text, "app/.dockerignore",
                           fail.complainer("images:build"))
end

-- Of each case: the lines, split by " | " (those with escapes are written
-- out); the paths that are left out; those that are not.
local cases = {
  -- plain names
  { "foo", "foo foo/bar foo/a/b", "food xfoo a/foo Foo" },
  { "foo/bar", "foo/bar foo/bar/x", "foo bar foo/barx x/foo/bar" },
  { "foo/", "foo foo/bar", "food" },
  { "/foo", "foo foo/bar", "x/foo" },
  { "/foo/bar", "foo/bar", "foo bar" },
  { "./foo", "foo", "x/foo" },
  { "foo/./bar", "foo/bar", "foo" },
  { "foo//bar", "foo/bar", "foo" },
  { "x/../foo", "foo", "x x/foo" },
  { "a/b/../../c", "c", "a b" },
  { "../foo", "", "foo" },
  { "..", "", "foo a/b" },
  { ".", "", "foo a/b .hidden" },
  { "/", "", "foo a/b" },
  { ".git", ".git .git/config", "x.git .gitignore x/.git" },
  { "FOO", "FOO", "foo Foo" },
  { "a b", "", "a b" },
  -- one star
  { "*", "a .a a/b/c", "" },
  { "*.log", "a.log .log a.log/b", "a.logs x/a.log a.Log" },
  { "*/*.log", "x/a.log", "a.log x/y/a.log" },
  { "*/temp*", "x/temp x/temp.txt x/temporary/a", "temp x/y/temp" },
  { "*/*/temp*", "x/y/temp x/y/temp/z", "x/temp temp" },
  { "a*", "a ab a/b", "b/a ba" },
  { "a*b", "ab axb aaab", "a/b abc" },
  { "a*/b", "a/b ax/b", "a b a/x/b" },
  { "*a*", "a bab cad/x", "b b/a" },
  { "foo/*", "foo/a foo/a/b", "foo bar/a" },
  { "foo/*/x", "foo/a/x", "foo/x foo/a/b/x" },
  -- a question mark
  { "?", "a é 日 a/b", "ab" },
  { "a?", "ab a. aé", "a abc a/b" },
  { "?.?", "a.b", "ab a.bc" },
  { "a/?", "a/b", "a a/bc" },
  { "f??", "foo", "fo fooo" },
  -- two stars
  { "**", "a a/b .c", "" },
  { "**/", "a a/b", "" },
  { "**/**", "a a/b", "" },
  { "**/foo", "foo a/foo a/b/foo foo/x", "afoo a/xfoo food" },
  { "**/foo/bar", "foo/bar x/foo/bar", "foo bar xfoo/bar" },
  { "**/*.go", "a.go x/a.go x/y/a.go", "a.gox go" },
  { "**/.*", ".a x/.b x/.c/d", "a x/a" },
  { "**/foo/**", "foo/a x/foo/a", "foo x/foo xfoo/a" },
  { "**/foo*", "foo x/foobar", "xfoo" },
  { "foo/**", "foo/a foo/a/b", "foo food" },
  { "foo/**/", "foo/a", "foo" },
  { "foo/**/bar", "foo/bar foo/a/bar foo/a/b/bar", "foo foo/xbar" },
  { "foo/**/*.o", "foo/a.o foo/x/y/a.o", "a.o foo.o" },
  { "a/**/b/**/c", "a/b/c a/x/b/y/z/c", "a/c a/b" },
  { "a**", "a ab a/b ab/c", "b ba" },
  { "a**b", "ab a/b ax/b", "axb" },
  { "**a", "a xa x/a x/ya", "b ab" },
  { "**/a/*", "a/b x/a/b", "a x/a" },
  { "***", "a a/b", "" },
  -- classes
  { "[a-c]", "a b c b/x", "d A - ab" },
  { "[^a-c]", "d é", "a b c dd" },
  { "[!a]", "! a", "b" },
  { "[abc]x", "ax bx", "x dx [abc]x" },
  { "[a-cx-z]1", "a1 z1", "d1 w1" },
  { "[0-9][0-9]", "10 99", "1 1a" },
  { "[^/]", "a", "ab" },
  { "[à-ü]", "é ü", "e z ý" },
  { "[^é]", "e", "é" },
  { "[[]a", "[a", "a [" },
  { "[[:alpha:]]1", "a1 Z1", "11 é1" },
  { "x[.+()|{}$^]", "x. x+ x( x| x} x$ x^", "x xa" },
  -- escapes
  { "\\*", "*", "a" },
  { "a\\?", "a?", "ab" },
  { "\\[a]", "[a]", "a" },
  { "a\\\\b", "a\\b", "ab a/b" },
  { "[\\]]", "]", "\\ a" },
  { "[\\-a]", "- a", "b" },
  { "\\!a", "!a", "a" },
  { "\\#a", "#a", "a" },
  -- what means something elsewhere, and nothing here
  { "a.b", "a.b", "axb" },
  { "a+*", "a+ a+b", "aa" },
  { "(a)*", "(a)b", "ab" },
  { "{a,b}*", "{a,b}", "a b" },
  { "a|b*", "a|b", "a b" },
  { "a$*", "a$ a$b", "a" },
  { "a^b", "a^b", "ab" },
  { "a]*", "a] a]b", "a" },
  -- lines
  { "#foo", "", "#foo foo" },
  { "foo#", "foo#", "foo" },
  -- more than one: the last that fits decides
  { "a | b", "a b", "c" },
  { "a | !a", "", "a a/b" },
  { "!a | a", "a a/b", "b" },
  { "a | !a/b", "a a/c", "a/b a/b/c" },
  { "a | !a/b | a/b/c", "a/c a/b/c", "a/b a/b/d" },
  { "a/* | !a/b", "a/c", "a a/b a/b/c" },
  { "*.md | !README.md", "a.md", "README.md" },
  { "*.md | !README*.md | README-x.md", "a.md README-x.md",
    "README.md README-y.md" },
  { "*.md | README-x.md | !README*.md", "a.md", "README.md README-x.md" },
  { "* | !src", "a b/c", "src src/a src/b/c" },
  { "* | !src/*.go", "a src src/a.c", "src/a.go" },
  { "** | !**/*.go", "a x/a.c", "a.go x/a.go x/y/a.go" },
  { "* | !**/keep", "a x/y", "keep x/keep x/keep/y" },
  { "**/node_modules | !vendor/node_modules", "node_modules x/node_modules/y",
    "vendor/node_modules vendor/node_modules/a" },
  { "! a | b", "b", "a" },
  { "a | ! a", "", "a" },
  { "a | !/a", "", "a" },
  { "!!a | !a", "", "a !a" },
  { "!a* | ab | !a*", "", "ab a" },
  -- what holds for a folder holds for what is in it: the exception is never
  -- asked about the folder, so it does not hold below
  { "a/b | !a", "a/b a/b/c", "a a/c" },
}

local function words(text)
  return text:gmatch("%S+")
end

describe("dockerignore", function()
  for _, case in ipairs(cases) do
    local lines, left_out, kept = table.unpack(case)
    it("with " .. lines, function()
      local ignored = read((lines:gsub(" | ", "\n")))
      for path in words(left_out) do
        assert.is_true(ignored:excludes(path), path)
      end
      for path in words(kept) do
        assert.is_false(ignored:excludes(path), path)
      end
    end)
  end

  local function check(text, left_out, kept)
    local ignored = read(text)
    for _, path in ipairs(left_out) do
      assert.is_true(ignored:excludes(path), path)
    end
    for _, path in ipairs(kept) do
      assert.is_false(ignored:excludes(path), path)
    end
  end

  it("passes over a byte order mark, before the first line only", function()
    check("\u{FEFF}a\nb", { "a", "b" }, { "\u{FEFF}a" })
    check("\u{FEFF}#a", {}, { "a", "#a" })
    check("a\n\u{FEFF}b", { "\u{FEFF}b" }, { "b" })
  end)

  it("knows a comment by its first column", function()
    check(" #a", { "#a" }, { "a" })
    check("!#a", {}, { "#a" })
  end)

  it("trims blanks of any kind around a pattern", function()
    check(" a \t\r\n\u{A0}b\u{3000}\n! \u{2003}c", { "a", "b" }, { "c" })
    check("a b", { "a b" }, { "a", "b" })
    check("\\\ta", { "\ta" }, { "a" })
    check("/ a", { "a" }, { " a" })
    check("a /", { "a" }, { "a " })
  end)

  it("needs no newline at the end, and bears empty lines", function()
    check("\n\n  \na\n\nb", { "a", "b" }, { "c" })
    check("", {}, { "a" })
    assert.is_true(read("# nothing\n\n"):is_empty())
  end)

  it("takes names in any bytes", function()
    check("*\xFF", { "\xFF", "a\xFF" }, { "a" })
    check("a?b", { "a\xFFb", "a\u{FFFD}b" }, { "a\xFF\xFEb" })
    check("\xFF", { "\xFF" }, { "\xFE" })
    check("**/a", { "x\ny/a" }, { "x\ny" })
    check("*a", { "x\ny a" }, { "a\n" })
  end)

  it("says where a pattern is malformed", function()
    for _, text in ipairs{ "[", "[a", "[]", "[]a]", "[^]", "[a-]", "[-a]",
                           "a[", "\\", "a\\", "[a\\", "[z-a]", "![", "\xFF[",
                           "[\xFF]", "*[a-", "?[", "?*[" } do
      local problem = caught("argument", read, "a\n" .. text .. "\nb\n")
      assert.equal(("app/.dockerignore: line 2: malformed pattern: %s")
        :format(text), problem.message)
    end
    local problem = caught("argument", read, "!")
    assert.equal("app/.dockerignore: line 1: there is nothing behind the "
      .. '"!"', problem.message)
    caught("argument", read, "a\n! / \n")
  end)
end)

describe("dockerignore:keep", function()
  it("brings back one path, whatever is in its name", function()
    local ignored = read("*")
    ignored:keep("b[ui*ld/Dockerfile")
    assert.is_false(ignored:excludes("b[ui*ld/Dockerfile"))
    assert.is_true(ignored:excludes("b[ui*ld/x"))
    assert.is_true(ignored:excludes("Dockerfile"))
  end)
end)

-- What of a tree is kept, and which folders are looked into: paths in the
-- order of a walk, those of folders with a slash.
local function walk(text, tree)
  local filter = read(text):filter()
  local kept, opened, skipped = {}, {}, nil
  for entry in words(tree) do
    if not skipped or entry:sub(1, #skipped) ~= skipped then
      local path = entry:gsub("/$", "")
      local is_folder = path ~= entry
      local is_kept, is_walked = filter(path, is_folder and "folder" or "file")
      if is_kept then kept[#kept + 1] = entry end
      if is_folder and is_walked then opened[#opened + 1] = path end
      skipped = is_folder and not is_walked and entry or nil
    end
  end
  return table.concat(kept, " "), table.concat(opened, " ")
end

local TREE = "a/ a/b/ a/b/c a/b/d a/e a.go x/ x/y/ x/y/z.go x/y/z.o z"

describe("dockerignore:filter", function()
  local walks = {
    { "", TREE, "a a/b x x/y" },
    { "a", "a.go x/ x/y/ x/y/z.go x/y/z.o z", "x x/y" },
    { "a | !z", "a.go x/ x/y/ x/y/z.go x/y/z.o z", "x x/y" },
    { "*", "", "" },
    { "* | !z", "z", "" },
    { "* | !a/b/c", "a/b/c", "a a/b" },
    { "* | !a/e", "a/e", "a" },
    { "* | !a/b", "a/b/ a/b/c a/b/d", "a a/b" },
    { "* | !a/b/**", "a/b/c a/b/d", "a a/b" },
    { "* | !a/*", "a/b/ a/b/c a/b/d a/e", "a a/b" },
    { "* | !*.go", "a.go", "" },
    { "* | !*/*/*.go", "x/y/z.go", "a a/b x x/y" },
    { "* | !**/*.go", "a.go x/y/z.go", "a a/b x x/y" },
    { "* | !x/**/*.go", "x/y/z.go", "x x/y" },
    { "* | !?/y", "x/y/ x/y/z.go x/y/z.o", "a x x/y" },
    { "* | !a/b | a/b/d", "a/b/ a/b/c", "a a/b" },
    { "**/*.o | x", "a/ a/b/ a/b/c a/b/d a/e a.go z", "a a/b" },
    { "a/b/**", "a/ a/b/ a/e a.go x/ x/y/ x/y/z.go x/y/z.o z",
      "a a/b x x/y" },
  }
  for _, case in ipairs(walks) do
    local lines, kept, opened = table.unpack(case)
    it("with " .. lines, function()
      assert.same({ kept, opened }, { walk(lines:gsub(" | ", "\n"), TREE) })
    end)
  end

  it("keeps all that one by one would be kept, and opens nothing in vain",
     function()
    local parts = { "a", "b", "x", "*", "**", "?", "*.go", "[a-c]", "y", "z*" }
    local state = 7
    local function random(n) -- the same at every run
      state = (state * 1103515245 + 12345) % 2147483648
      return state // 65536 % n + 1
    end
    for _ = 1, 300 do
      local lines = {}
      for i = 1, random(4) do
        local pattern = parts[random(#parts)]
        for _ = 2, random(3) do
          pattern = pattern .. "/" .. parts[random(#parts)]
        end
        lines[i] = (random(2) == 1 and "!" or "") .. pattern
      end
      local text = table.concat(lines, "\n")
      local ignored, expected = read(text), {}
      for entry in words(TREE) do
        if not ignored:excludes((entry:gsub("/$", ""))) then
          expected[#expected + 1] = entry
        end
      end
      assert.equal(table.concat(expected, " "), (walk(text, TREE)), text)
    end
  end)
end)
