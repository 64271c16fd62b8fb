-- SPDX-License-Identifier: MIT
-- Text for terminals.

local text = require "moonsail.text"

describe("text.clean", function()
  it("leaves what is only text", function()
    assert.equal("web 1 é 日本 🙂", text.clean("web 1 é 日本 🙂"))
    assert.equal("", text.clean(""))
  end)

  it("makes blanks of new lines and tabs", function()
    assert.equal("a b c  d", text.clean("a\tb\nc\r\nd"))
  end)

  it("gives the terminal nothing to obey", function()
    assert.equal("?[31m?]0;x?", text.clean("\27[31m\27]0;x\7"))
    assert.equal("?31m", text.clean("\u{9b}31m"))
    assert.equal("a?b", text.clean("a\u{202e}b"))
    assert.equal("a?b?", text.clean("a\u{feff}b\u{2066}"))
    assert.equal("?", text.clean("\127"))
    assert.equal("a?b", text.clean("a\0b"))
  end)

  it("replaces bytes that are not of UTF-8", function()
    assert.equal("a??b?", text.clean("a\xff\xfeb\xc3"))
    assert.equal("?" .. "?" .. "?", text.clean("\xed\xa0\x80"))
  end)
end)

describe("text.width", function()
  it("counts columns", function()
    assert.equal(3, text.width("web"))
    assert.equal(1, text.width("é"))
    assert.equal(1, text.width("e\u{301}"))
    assert.equal(4, text.width("日本"))
    assert.equal(2, text.width("🙂"))
    assert.equal(1, text.width("…"))
  end)
end)

describe("text.cut", function()
  it("leaves what fits", function()
    assert.equal("busybox", text.cut("busybox", 7))
    assert.equal("日本", text.cut("日本", 4))
  end)

  it("tells by its end that it was longer", function()
    assert.equal("busyb…", text.cut("busybox", 6))
    assert.equal("…", text.cut("busybox", 1))
    assert.equal("", text.cut("busybox", 0))
  end)

  it("never tears a character", function()
    assert.equal("日…", text.cut("日本", 3))
    assert.equal("…", text.cut("日本", 2))
    assert.equal("éé…", text.cut("éééé", 3))
  end)
end)

describe("text.pad", function()
  it("fills up to columns", function()
    assert.equal("日  ", text.pad("日", 4))
    assert.equal("web", text.pad("web", 2))
  end)
end)

describe("text.fill", function()
  it("puts words into lines", function()
    assert.same({ "  a bb", "  ccc" },
                text.fill({ "a", "bb", "ccc" }, 8, "  "))
    assert.same({ "a  b" }, text.fill({ "a", "b" }, 8, "", "  "))
    assert.same({}, text.fill({}, 8, ""))
  end)

  it("gives a word that is too long a line of its own", function()
    assert.same({ "a", "longer than that", "b" },
                text.fill({ "a", "longer than that", "b" }, 8, ""))
  end)
end)

describe("text.wrap", function()
  it("breaks paragraphs, and leaves what is indented", function()
    assert.same({ "one two", "three", "", "  code   here", "four" },
      text.wrap("one two three\n\n  code   here\nfour", 8))
  end)

  it("indents", function()
    assert.same({ "  one", "  two" }, text.wrap("one two", 6, "  "))
  end)
end)
