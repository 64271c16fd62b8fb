-- SPDX-License-Identifier: MIT
-- Reading Dockerfiles: instructions, words, stages, and what they ask for.

local dockerfile = require "moonsail.dockerfile"
local stages = require "moonsail.dockerfile_stages"
local words = require "moonsail.dockerfile_words"

local function text_of(...)
  return table.concat({ ... }, "\n") .. "\n"
end

-- What the build of these lines asks for.
local function needs(settings, ...)
  settings.build_args = settings.build_args or {}
  settings.engine_platform = settings.engine_platform
    or function() return "linux/amd64" end
  return stages.needs(dockerfile.parse(text_of(...)), settings)
end

-- The images, as "NAME" or "NAME for PLATFORM".
local function images(settings, ...)
  local list = {}
  for i, image in ipairs(needs(settings, ...).images) do
    list[i] = image.name
    if image.platform then list[i] = list[i] .. " for " .. image.platform end
  end
  return list
end

-- The instructions, as "LINE NAME REST".
local function read(...)
  local list = {}
  for i, each in ipairs(dockerfile.parse(text_of(...)).instructions) do
    list[i] = ("%d %s %s"):format(each.line, each.name, each.rest)
  end
  return list
end

describe("the words of a Dockerfile", function()
  local VARIABLES = { a = "one", b = "", path = "dir/sub/file.tar.gz",
                      q = "a b" }

  local function expand(text, escape)
    return words.expand(text, function(name) return VARIABLES[name] end,
                        escape or "\\")
  end

  it("have variables and quotes replaced", function()
    for given, expected in pairs{
      ["plain"] = "plain", ["$a"] = "one", ["${a}two"] = "onetwo",
      ["$a_"] = "", ["x$"] = "x$", ["$none"] = "", ["'$a'"] = "$a",
      ['"$a $q"'] = "one a b", ['"\\$a \\" \\x"'] = '$a " \\x',
      ["\\$a"] = "$a", ["a\\ b"] = "a b", ["''"] = "",
      ["${a:-x}"] = "one", ["${b:-x}"] = "x", ["${none:-x}"] = "x",
      ["${b-x}"] = "", ["${none-x}"] = "x", ["${a:+x}"] = "x",
      ["${b:+x}"] = "", ["${b+x}"] = "x", ["${none+x}"] = "",
      ["${a:?no}"] = "one", ["${none:-${a}-'$'}"] = "one-$",
      ["${none:-}"] = "", ["${path#*/}"] = "sub/file.tar.gz",
      ["${path##*/}"] = "file.tar.gz", ["${path%.*}"] = "dir/sub/file.tar",
      ["${path%%.*}"] = "dir/sub/file", ["${path%x}"] = "dir/sub/file.tar.gz",
      ["${path#d?r}"] = "/sub/file.tar.gz", ["${path/\\//-}"] =
      "dir-sub/file.tar.gz", ["${path//[.]/-}"] = "dir/sub/file.tar.gz",
      ["${path//./-}"] = "dir/sub/file-tar-gz", ["${a/o*/x}"] = "x",
    } do
      assert.equal(expected, expand(given), given)
    end
    assert.equal("a$", expand("a`$", "`"))
    assert.equal("a\\one", expand("a\\$a", "`"))
  end)

  it("are told to be wrong", function()
    for _, given in ipairs{ "'a", '"a', "${a", "${", "${}", "${a:x}", "${a!}",
                            "${a:-", "${a:", "${none:?it is missing}" } do
      local text, reason = expand(given)
      assert.is_nil(text, given)
      assert.is_string(reason)
    end
    assert.matches("it is missing", select(2, expand "${none:?it is missing}"))
  end)

  it("are parted at blanks outside of quotes", function()
    local list, starts = words.split([[ a "b c"\ d 'e\' f\ g  ]], "\\")
    assert.same({ "a", [["b c"\ d]], [['e\']], [[f\ g]] }, list)
    assert.same({ 2, 4, 13, 18 }, starts)
    assert.same({}, (words.split("  ", "\\")))
    assert.same({ "'a b" }, (words.split("'a b", "\\")))
  end)
end)

describe("the instructions of a Dockerfile", function()
  it("may go over several lines", function()
    assert.same({ "1 FROM x", "3 RUN a  b   c", "9 CMD d" },
                read("from x", "", "RUN a \\", "# a comment", " b \\  ", "",
                     "  # another", "  c", "CMD d"))
    assert.same({ "1 RUN a \\\\", "2 RUN b" }, read("RUN a \\\\", "RUN b"))
    assert.same({ "1 RUN a" }, read "RUN a \\")
    assert.same({ "1 FROM x", "2 RUN y" }, read("\xEF\xBB\xBFFROM x\r",
                                                "RUN \\\r", " y\r"))
  end)

  it("may be continued by another letter", function()
    assert.same({ "2 RUN a\\", "3 RUN b c" },
                read("# Escape = `", "RUN a\\", "RUN b `", "c"))
    assert.same({ "3 RUN a`", "4 RUN b" },
                read("# comment", "# escape=`", "RUN a`", "RUN b"))
  end)

  it("have flags", function()
    local file = dockerfile.parse(text_of(
      "COPY --from=a --chown=1:2 --link b c", "RUN -- --x",
      "RUN --mount=type=a,\\", "b='c d' e", "RUN --x"))
    assert.same({ { name = "from", value = "a" },
                  { name = "chown", value = "1:2" },
                  { name = "link", value = "" } }, file.instructions[1].flags)
    assert.equal("b c", file.instructions[1].rest)
    assert.same({}, file.instructions[2].flags)
    assert.same({ { name = "mount", value = "type=a,b='c d'" } },
                file.instructions[3].flags)
    assert.equal("e", file.instructions[3].rest)
    assert.equal("", file.instructions[4].rest)
  end)

  it("may have heredocs", function()
    local file = dockerfile.parse(text_of(
      "RUN <<A cat <<-'B B' && 3<<C echo", "FROM a", "A ", "A", "\tone",
      "\tB B", "C", "COPY <<x <<y /z/", "x", "\ty", "y",
      'RUN ["<<EOF"]', "RUN echo $((1<<2)) << EOF", "ONBUILD RUN <<EOF", "in",
      "EOF", "CMD <<EOF", "ADD <<never /", "FROM b"))
    local found = {}
    for i, each in ipairs(file.instructions) do
      found[i] = each.line .. " " .. each.name
    end
    assert.same({ "1 RUN", "8 COPY", "12 RUN", "13 RUN", "14 ONBUILD",
                  "17 CMD", "18 ADD" }, found)
    assert.same({ { name = "A", content = "FROM a\nA \n" },
                  { name = "B B", content = "one\n" },
                  { name = "C", content = "" } },
                file.instructions[1].heredocs)
    assert.same({ { name = "x", content = "" },
                  { name = "y", content = "\ty\n" } },
                file.instructions[2].heredocs)
    assert.equal("in\n", file.instructions[5].inner.heredocs[1].content)
  end)

  it("may be for another frontend", function()
    local function syntax(...) return dockerfile.parse(text_of(...)).syntax end
    assert.equal("docker/dockerfile:1", syntax "# syntax=docker/dockerfile:1")
    assert.equal("a b", syntax("#escape=`", "#SYNTAX = a b "))
    assert.equal("a", syntax("#!/bin/x", "# check=skip=all", "# syntax=a"))
    assert.equal("a", syntax("// syntax=a", "what it is"))
    assert.equal("a", syntax('{"syntax": "a"}'))
    assert.equal("a", syntax("# unknown=b", "# syntax=a"))
    assert.is_nil(syntax("", "# syntax=a"))
    assert.is_nil(syntax("# a comment", "# syntax=a"))
    assert.is_nil(syntax("FROM a", "# syntax=a"))
    assert.is_nil(syntax "{ syntax")
  end)

  it("are read from any bytes", function()
    for _ = 1, 300 do
      local bytes = {}
      for i = 1, math.random(60) do
        local pieces = { "FROM a", "RUN ", "<<", "E", "\n", "\\\n", "--mount=",
                         "${", "}", "'", '"', "type=secret", ",", "ARG x=",
                         string.char(math.random(0, 255)), "ONBUILD ", "$x" }
        bytes[i] = pieces[math.random(#pieces)]
      end
      local text = table.concat(bytes)
      assert.has_no_error(function() needs({}, text) end, text)
    end
  end)
end)

describe("what a build stands on", function()
  it("is what its stages name", function()
    assert.same({ "a:1" }, images({}, "FROM a:1", "RUN x"))
    assert.same({ "a" }, images({}, "FROM a AS b", "from B as c", "FROM c"))
    assert.same({}, images({}, "FROM scratch", "COPY x /"))
    assert.same({ "a@sha256:ab" }, images({}, "FROM a@sha256:ab"))
    assert.same({}, images({}, "RUN x"))
    assert.same({}, images({}, ""))
  end)

  it("is of the stages that are built", function()
    local LINES = { "FROM a AS one", "FROM b AS Two", "RUN --mount=from=m x",
                    "FROM c", "COPY --from=one x y", "FROM d",
                    "COPY --from=1 x y", "COPY --from=e:1 x y" }
    assert.same({ "d", "b", "m", "e:1" }, images({}, table.unpack(LINES)))
    assert.same({ "c", "a" }, images({ target = "2" }, table.unpack(LINES)))
    assert.same({ "b", "m" }, images({ target = "tWO" }, table.unpack(LINES)))
    assert.same({}, images({ target = "none" }, table.unpack(LINES)))
    assert.same({ "a" }, images({}, "FROM a", "COPY --from=7 x y",
                                "RUN --mount=type=cache,target=/x,from= x",
                                'RUN --mount="type=bind,from=scratch" x'))
  end)

  it("depends on the arguments", function()
    local LINES = { "ARG V=1 W", 'ARG N="reg:5/x"', "ARG U=${N}:${V}",
                    "FROM ${U}$W" }
    assert.same({ "reg:5/x:1" }, images({}, table.unpack(LINES)))
    assert.same({ "reg:5/x:2-w" }, images({
      build_args = { V = 2, W = "-w", unknown = "x" } },
      table.unpack(LINES)))
    assert.same({ "x" }, images({ build_args = { U = "x" } },
                                table.unpack(LINES)))
    assert.same({}, images({}, "FROM $NONE", "FROM a"))
    assert.same({}, images({}, "FROM ${a", "FROM a"))
    -- an ARG behind a FROM is of that stage alone
    assert.same({ "a" }, images({}, "ARG X=a", "FROM b", "ARG X=c",
                                "FROM $X"))
  end)

  it("is for a platform", function()
    assert.same({ "a for linux/arm64" },
                images({}, "FROM --platform=linux/arm64 a"))
    assert.same({ "a for linux/arm/v7" },
                images({ platform = "linux/arm/v7" }, "FROM a"))
    assert.same({ "b for linux/arm64", "a for linux/amd64",
                  "c for linux/arm64" },
                images({ platform = "linux/arm64" },
                       "FROM --platform=$BUILDPLATFORM a AS x",
                       "FROM --platform=${TARGETPLATFORM} b",
                       "COPY --from=x y z", "COPY --from=c y z"))
    assert.same({ "b:x for linux/arm/v7", "a:arm-v7-amd64 for linux/arm/v7" },
                images({ platform = "linux/arm/v7",
                         build_args = { TARGETOS = "x" } },
                       "FROM a:$TARGETARCH-$TARGETVARIANT-${BUILDARCH} AS x",
                       "FROM b:$TARGETOS", "COPY --from=x y z"))
  end)

  it("asks for the engine's own platform only when it is named", function()
    local asked = 0
    local settings = { engine_platform = function()
      asked = asked + 1
      return "linux/arm64"
    end }
    images(settings, "ARG A=b", "FROM $A")
    assert.equal(0, asked)
    assert.same({ "b for linux/arm64", "a for arm64" },
                images(settings, "FROM --platform=$TARGETARCH a AS x",
                       "FROM --platform=$BUILDPLATFORM b",
                       "COPY --from=x y z"))
    assert.equal(1, asked)
  end)

  it("is its frontend, too", function()
    assert.same({ "front:1", "a" }, images({}, "# syntax=front:1", "FROM a"))
    assert.same({ "other", "a" }, images({
      build_args = { BUILDKIT_SYNTAX = "other x" } }, "# syntax=front:1",
      "FROM a"))
  end)

  it("is what the ONBUILDs of a stage ask for", function()
    assert.same({ "a", "tools" }, images({}, "FROM a AS x",
      "ONBUILD COPY --from=tools b c", "ONBUILD RUN d", "FROM x"))
    assert.same({ "a" }, images({}, "FROM a",
                                "ONBUILD COPY --from=tools b c"))
    local list = {
      dockerfile.instruction("COPY --from=tools a b", 3, "\\"),
      dockerfile.instruction("RUN --mount=type=ssh a", 3, "\\"),
    }
    local found = stages.trigger_needs(list, { name = "x", platform = "p" })
    assert.equal("tools", found.images[1].name)
    assert.equal("p", found.images[1].platform)
    assert.equal(1, #found.session)
  end)
end)

describe("what a build wants of a session", function()
  it("is known by its line", function()
    local found = needs({}, "FROM a", "RUN x",
                        "RUN --mount=type=cache,target=/c \\",
                        "  --mount=type=SECRET,id=x,required=false y",
                        "ADD git@example.com:a/b.git /", "ADD https://a/b /",
                        "RUN --mount=id=x,type=ssh z").session
    assert.equal(3, #found)
    assert.equal(3, found[1].line)
    assert.matches("^RUN %-%-mount=type=cache", found[1].text)
    assert.matches("secret", found[1].what)
    assert.equal(5, found[2].line)
    assert.equal(7, found[3].line)
    assert.matches("ssh", found[3].what)
  end)

  it("is nothing where the stage is not built", function()
    assert.same({}, needs({}, "FROM a", "RUN --mount=type=secret,id=x y",
                          "FROM b").session)
    assert.same({}, needs({ target = "x" }, "FROM a AS x", "FROM b",
                          "RUN --mount=type=ssh y").session)
  end)
end)
