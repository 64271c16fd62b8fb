-- SPDX-License-Identifier: MIT
-- What an image is built from.

local build_context = require "moonsail.build_context"
local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local lfs = require "lfs"
local moonsail = require "moonsail"

local FROM = "FROM scratch\n"

local root -- a folder that is empty before each test
before_each(function() root = engine.sh "mktemp -d" end)
after_each(function() engine.sh("rm -rf " .. root) end)

local function write(name, text)
  local folder = name:match("^(.*)/")
  if folder then engine.sh(("mkdir -p '%s/%s'"):format(root, folder)) end
  local file <close> = assert(io.open(root .. "/" .. name, "wb"))
  file:write(text or "")
end

-- Writes files into a folder "app", and returns its path.
local function app(files)
  files.Dockerfile = files.Dockerfile or FROM
  for name, text in pairs(files) do write("app/" .. name, text or "") end
  return root .. "/app"
end

local function open(given)
  return build_context.open(given, "images:build")
end

local function refusal(given)
  return caught("argument", open, given).message
end

-- Packs a context: the path of the archive.
local function packed(context)
  local path = root .. "/packed.tar"
  local file <close> = assert(io.open(path, "wb"))
  local body = context.source.body
  if type(body) == "string" then
    file:write(body)
  else
    for piece in function() return body:read() end do file:write(piece) end
  end
  context:close()
  return path
end

-- The names in the context, in their order.
local function names(given)
  local list = engine.sh("tar tf " .. packed(open(given)))
  return (list:gsub("\n", " "))
end

-- The file of that name in the packed context.
local function content(name)
  return engine.sh(("tar xOf %s/packed.tar %s"):format(root, name))
end

describe("build_context of a folder", function()
  it("has all that is in it", function()
    local path = app{ ["src/a"] = "1", [".hidden"] = "2", b = "3" }
    engine.sh(("mkdir %s/none"):format(path))
    assert.equal(".hidden Dockerfile b none/ src/ src/a",
                 names{ path = path })
    assert.equal("1", content "src/a")
    local context <close> = open{ path = path }
    assert.same({ dockerfile = "Dockerfile" }, context.options)
    assert.equal(FROM, context:dockerfile_text())
  end)

  it("keeps modes, links and all, but belongs to root", function()
    local path = app{ tool = "x" }
    engine.sh(([[cd %s && chmod 4755 tool && ln tool twin && ln -s /gone link
      && mkfifo pipe && mkdir -m 1777 tmp]]):format(path):gsub("\n", " "))
    if engine.sh "id -u" == "0" then
      engine.sh(("chown -h 7:7 %s/*; chmod 4755 %s/tool"):format(path, path))
    end
    local list = engine.sh(("tar --numeric-owner -tvf %s | "
      .. "awk '{ print $1, $2, $6, $7, $8, $9 }'")
      :format(packed(open{ path = path })))
    assert.equal("-rw-r--r-- 0/0 Dockerfile\n"
      .. "lrwxrwxrwx 0/0 link -> /gone\n"
      .. "prw-r--r-- 0/0 pipe\n"
      .. "drwxrwxrwt 0/0 tmp/\n"
      .. "-rwsr-xr-x 0/0 tool\n"
      .. "hrwsr-xr-x 0/0 twin link to tool", (list:gsub(" +%f[\n\0]", "")))
  end)

  it("may be a link to one", function()
    app{}
    engine.sh(("ln -s app %s/link"):format(root))
    assert.equal("Dockerfile", names{ path = root .. "/link" })
  end)

  it("is compressed if asked for", function()
    local path = packed(open{ path = app{}, gzip = true })
    local file <close> = assert(io.open(path, "rb"))
    assert.equal("\31\139", file:read(2))
    assert.equal("Dockerfile", engine.sh("tar tzf " .. path))
  end)

  it("must be there", function()
    assert.matches("^path: /gone: No such file", refusal{ path = "/gone" })
    assert.matches("^path: missing", refusal{})
    assert.matches("^context: given besides path",
                   refusal{ path = "x", context = "x" })
  end)

  it("lacks what its .dockerignore leaves out", function()
    local path = app{ [".dockerignore"] = "*.log\nnode_modules\n!b.log\n",
                      ["a.log"] = "", ["b.log"] = "",
                      ["node_modules/x/y"] = "" }
    assert.equal(".dockerignore Dockerfile b.log", names{ path = path })
  end)

  it("names the .dockerignore and the line that is malformed", function()
    local path = app{ [".dockerignore"] = "a\n[b\n" }
    assert.equal(path .. "/.dockerignore: line 2: malformed pattern: [b",
                 refusal{ path = path })
  end)

  it("has what the engine needs, even if it is left out", function()
    local path = app{ [".dockerignore"] = "*\n", a = "",
                      ["build/x/Dockerfile"] = FROM }
    assert.equal(".dockerignore Dockerfile", names{ path = path })
    assert.equal(".dockerignore build/x/Dockerfile",
                 names{ path = path, dockerfile = "build/x/Dockerfile" })
  end)

  it("never looks into a folder that is left out", function()
    local path = app{ [".dockerignore"] = "secret\nsub/*/x",
                      ["sub/y/x/z"] = "", ["secret/a"] = "" }
    engine.sh(("cd %s && chmod 000 secret sub/y/x"):format(path))
    write("open.lua", [[
      local build_context = require "moonsail.build_context"
      local ok, problem = pcall(function()
        local context = build_context.open({ path = arg[1] }, "it")
        local body = context.source.body
        while type(body) == "userdata" and body:read() do end
      end)
      print(ok and "it was packed" or problem.message)]])
    -- root may look anywhere, unless it has no such capability
    local command = ("LUA_PATH='%s' LUA_CPATH='%s' %s lua5.4 %s/open.lua %s")
      :format(package.path, package.cpath, engine.sh "id -u" == "0"
        and "setpriv --bounding-set=-dac_override,-dac_read_search" or "",
        root, path)
    assert.equal("it was packed", engine.sh(command))
    write("app/.dockerignore", "sub/y/z")
    assert.equal(path .. "/secret: Permission denied", engine.sh(command))
  end)
end)

describe("the Dockerfile of a folder", function()
  it("is called so, or in small letters", function()
    local path = app{ ["Other"] = "FROM busybox\n" }
    engine.sh(("mv %s/Dockerfile %s/dockerfile"):format(path, path))
    local context <close> = open{ path = path }
    assert.equal("dockerfile", context.options.dockerfile)
    local other <close> = open{ path = path, dockerfile = "Other" }
    assert.equal("Other", other.options.dockerfile)
    assert.equal("FROM busybox\n", other:dockerfile_text())
  end)

  it("is told by its real name within", function()
    local path = app{ ["docker/main"] = FROM }
    engine.sh(("ln -s docker/main %s/Link"):format(path))
    for _, name in ipairs{ "Link", "./docker//main", path .. "/docker/main",
                           "../app/docker/main" } do
      local context <close> = open{ path = path, dockerfile = name }
      assert.equal("docker/main", context.options.dockerfile)
    end
  end)

  it("must be there, and a file", function()
    local path = app{ ["docker/x"] = "" }
    engine.sh(("rm %s/Dockerfile; ln -s /gone %s/Link"):format(path, path))
    assert.equal("dockerfile: there is no Dockerfile in " .. path,
                 refusal{ path = path })
    assert.equal("dockerfile: there is no Other in " .. path,
                 refusal{ path = path, dockerfile = "Other" })
    assert.matches("is no file$",
                   refusal{ path = path, dockerfile = "docker" })
    assert.matches("/Link leads nowhere: No such file",
                   refusal{ path = path, dockerfile = "Link" })
    -- it is there, but from where we are
    assert.matches("begins with a slash: /.*/lua/moonsail/init.lua$",
      refusal{ path = path, dockerfile = "lua/moonsail/init.lua" })
  end)

  local HIDDEN = "%.dockerfile%.%x+"

  it("may lie elsewhere, and is sent under a name of its own", function()
    local path = app{ a = "1" }
    write("Other", "FROM busybox\n")
    local context = open{ path = path, dockerfile = root .. "/Other" }
    local name = context.options.dockerfile
    assert.matches("^" .. HIDDEN .. "$", name)
    assert.equal("FROM busybox\n", context:dockerfile_text())
    local list = engine.sh("tar tf " .. packed(context))
    assert.equal(("Dockerfile\na\n.dockerignore\n%s"):format(name), list)
    assert.equal(".dockerignore\n" .. name, content ".dockerignore")
    assert.equal("FROM busybox", content(name))
    -- the same text has the same name, so that caches know it
    local text = "FROM busybox\n"
    local same <close> = open{ path = path, dockerfile_text = text }
    assert.equal(name, same.options.dockerfile)
    -- a link that leads out is no different
    engine.sh(("ln -s ../Other %s/Link"):format(path))
    local link <close> = open{ path = path, dockerfile = "Link" }
    assert.equal(name, link.options.dockerfile)
  end)

  it("may be a text", function()
    local path = app{ [".dockerignore"] = "b\nDockerfile\n", a = "1", b = "" }
    local context = open{ path = path, dockerfile_text = "FROM busybox" }
    local name = context.options.dockerfile
    assert.equal("a\n.dockerignore\n" .. name,
                 engine.sh("tar tf " .. packed(context)))
    assert.equal("b\nDockerfile\n\n" .. name, content ".dockerignore")
    assert.equal("dockerfile: given besides dockerfile_text",
                 refusal{ path = path, dockerfile = "Dockerfile",
                          dockerfile_text = FROM })
    local alone = open{ dockerfile_text = FROM }
    assert.equal("Dockerfile", engine.sh("tar tf " .. packed(alone)))
    assert.equal(FROM, alone:dockerfile_text())
  end)
end)

describe("an ignore file beside the Dockerfile", function()
  it("goes before the .dockerignore", function()
    local path = app{ [".dockerignore"] = "a\n", a = "", b = "",
                      ["Dockerfile.dockerignore"] = "b\n",
                      ["other/main"] = FROM,
                      ["other/main.dockerignore"] = "[ab]\nother" }
    assert.equal(".dockerignore Dockerfile Dockerfile.dockerignore a other/ "
      .. "other/main other/main.dockerignore", names{ path = path })
    assert.equal("Dockerfile Dockerfile.dockerignore other/main "
      .. ".dockerignore", names{ path = path, dockerfile = "other/main" })
  end)

  it("goes before it from elsewhere, too", function()
    local path = app{ a = "", b = "" }
    write("Other", FROM)
    write("Other.dockerignore", "b\n")
    assert.matches("^Dockerfile a %.dockerignore " .. "%.dockerfile%.%x+$",
                   names{ path = path, dockerfile = root .. "/Other" })
  end)

  it("is named where it is malformed", function()
    local path = app{ ["Dockerfile.dockerignore"] = "[" }
    assert.matches("/Dockerfile.dockerignore: line 1: malformed",
                   refusal{ path = path })
  end)

  -- The engine takes out of the context what the .dockerignore that it gets
  -- says of these two: what this one says has to become of them.
  local cases = {
    { "*\n!a", "", "Dockerfile .dockerignore",
      ".dockerignore\nDockerfile\n" },
    { "b", nil, "Dockerfile", nil },
    { "Dockerfile", nil, "Dockerfile .dockerignore",
      ".dockerignore\nDockerfile\n" },
    { "b", "b\n", ".dockerignore Dockerfile", "b\n" },
    { ".dockerignore", "b\n", "Dockerfile", nil },
    { ".dockerignore", "Dockerfile\n", "Dockerfile", nil },
    { "b", "*\n", "Dockerfile .dockerignore",
      "*\n\n!.dockerignore\n!Dockerfile\n" },
    { "Dockerfile", "b\n", "Dockerfile .dockerignore", "b\n\nDockerfile\n" },
    { "b", "[malformed", ".dockerignore Dockerfile", "[malformed" },
  }
  for i, case in ipairs(cases) do
    it("decides what becomes of these two: " .. i, function()
      local beside, own, expected, text = table.unpack(case, 1, 4)
      local path = app{ ["Dockerfile.dockerignore"] = beside }
      if own then write("app/.dockerignore", own) end
      local list = names{ path = path }:gsub(" ?Dockerfile.dockerignore", "")
      assert.equal(expected, list)
      if text then
        assert.equal((text:gsub("\n$", "")), content ".dockerignore")
      end
    end)
  end
end)

describe("build_context for other builders", function()
  it("has no .dockerignore for BuildKit that is left out", function()
    local path = app{ [".dockerignore"] = "*\n!a", a = "" }
    assert.equal("Dockerfile a", names{ path = path, builder = "buildkit" })
    assert.matches("^a %.dockerfile%.%x+$", names{
      path = path, builder = "buildkit", dockerfile_text = FROM })
    assert.matches("^%.dockerfile%.%x+ a$", names{
      context = { a = "" }, builder = "buildkit", dockerfile_text = FROM })
    write("app/.dockerignore", "b\n")
    assert.equal(".dockerignore Dockerfile a",
                 names{ path = path, builder = "buildkit" })
  end)

  it("has none for Podman that is overruled", function()
    local function is_podman() return true end
    local path = app{ [".dockerignore"] = "a\n", a = "",
                      ["Dockerfile.dockerignore"] = "b\n" }
    assert.equal("Dockerfile Dockerfile.dockerignore a",
                 names{ path = path, is_podman = is_podman })
    os.remove(path .. "/Dockerfile.dockerignore")
    assert.equal(".dockerignore Dockerfile",
                 names{ path = path, is_podman = is_podman })
  end)
end)

describe("build_context of files in a table", function()
  it("has them under their names", function()
    local list = engine.sh("tar --numeric-owner -tvf " .. packed(open{
      context = { Dockerfile = FROM, ["./src/x"] = "1",
                  run = { content = "2", mode = 493 } } }))
    assert.matches("^%-rw%-r%-%-r%-%- 0/0 .* Dockerfile\n", list)
    assert.matches("\n%-rwxr%-xr%-x 0/0 .* run\n", list)
    assert.matches("\n%-rw%-r%-%-r%-%- 0/0 .* src/x$", list)
    assert.equal("2", content "run")
  end)

  it("needs a Dockerfile among them, or as a text", function()
    assert.equal("dockerfile: there is no Dockerfile among the files of "
      .. "context", refusal{ context = { a = "" } })
    assert.equal("dockerfile: there is no b among the files of context",
                 refusal{ context = { a = "" }, dockerfile = "b" })
    local context = open{ context = { a = FROM }, dockerfile = "./a" }
    assert.equal("a", context.options.dockerfile)
    assert.equal(FROM, context:dockerfile_text())
    context = open{ context = { a = "", [".dockerignore"] = "b" },
                    dockerfile_text = FROM }
    local name = context.options.dockerfile
    assert.equal(name .. "\n.dockerignore\na",
                 engine.sh("tar tf " .. packed(context)))
    assert.equal("b\n" .. name, content ".dockerignore")
  end)

  it("refuses names that lead out, and what is no file", function()
    for _, name in ipairs{ "/a", "..", "../a", "a/../../b", ".", "" } do
      assert.matches("is no name of a file in the context$",
                     refusal{ context = { [name] = "" } })
    end
    assert.matches('^context: "a" is there twice$',
                   refusal{ context = { a = "", ["./a"] = "" } })
    assert.matches('^context%["a"%]: expected a string, got integer$',
                   refusal{ context = { a = 1 } })
    assert.matches('^context%["a"%].mode: expected an integer, got string$',
      refusal{ context = { a = { content = "", mode = "0755" } } })
    assert.matches("^context: expected a string, got integer$",
                   refusal{ context = { "FROM scratch" } })
  end)
end)

describe("build_context of an archive", function()
  it("is sent as it is", function()
    local path = app{}
    engine.sh(("tar -C %s -cf %s/a.tar . && gzip -k %s/a.tar"):format(path,
                                                              root, root))
    for _, name in ipairs{ "a.tar", "a.tar.gz" } do
      local context <close> = open{ path = root .. "/" .. name,
                                    dockerfile = "x" }
      assert.same({ dockerfile = "x" }, context.options)
      assert.equal(root .. "/" .. name, context.source.body_file)
      assert.is_nil(context:dockerfile_text())
      local file <close> = assert(io.open(root .. "/" .. name, "rb"))
      local bytes <close> = open{ context = file:read("a") }
      assert.same({}, bytes.options)
    end
  end)

  it("must be one", function()
    write("Dockerfile", FROM)
    local path = root .. "/Dockerfile"
    assert.matches("^path: expected a tar, plain or compressed; a Dockerfile "
      .. "is given as dockerfile_text$", refusal{ path = path })
    assert.matches("^context: expected a tar", refusal{ context = FROM })
    assert.matches("^context: expected the bytes of a tar, an open file, a "
      .. "function or stream that gives them, or a table of files, got "
      .. "integer$", refusal{ context = 1 })
  end)

  it("cannot be compressed, nor added to", function()
    local zeros = ("\0"):rep(1024)
    assert.equal("gzip: an archive is sent as it is",
                 refusal{ context = zeros, gzip = true })
    assert.equal("dockerfile_text: it cannot be added to an archive",
                 refusal{ context = zeros, dockerfile_text = FROM })
  end)
end)

describe("build_context from an address", function()
  it("is left to the engine", function()
    local context <close> = open{ remote = "https://example.com/x.git",
                                  dockerfile = "y" }
    assert.same({ remote = "https://example.com/x.git", dockerfile = "y" },
                context.options)
    assert.is_nil(context.source)
    assert.is_nil(context:dockerfile_text())
    assert.equal("gzip: what the engine fetches is sent as it is",
                 refusal{ remote = "x", gzip = true })
  end)
end)

it("needs neither engine nor descriptors once it is closed", function()
  local path = app{ a = "" }
  local before = engine.open_files()
  for _ = 1, 3 do
    open{ path = path }:close()
    pcall(open, { path = path, dockerfile = "gone" })
  end
  assert.equal(before, engine.open_files())
  assert.is_table(moonsail)
  assert.is_truthy(lfs.attributes(path))
end)
