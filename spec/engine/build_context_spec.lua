-- SPDX-License-Identifier: MIT
-- What the engine gets to build from: the same as from the docker command. The
-- classic builder has a cache, which knows a COPY by the headers and contents
-- of what was sent: where both have sent the same, both have built the same
-- image. Docker commands before 23 have other headers: then it is looked at.

local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"

local docker = fixture.client()
local images = docker.images

local ONLY_DOCKER = { podman = false, reason = "Podman packs it by itself" }

after_each(fixture.clean)
teardown(function() assert.equal("", fixture.left()) end)

-- So that no other run has built it.
local DOCKERFILE = ("FROM scratch\nLABEL of=%s\nCOPY . /context\n")
  :format(fixture.name())

local folder
before_each(function()
  folder = fixture.empty_folder()
end)

local function write(name, text)
  local path = folder .. "/" .. name
  engine.sh(("mkdir -p '%s'"):format(path:match("^(.*)/")))
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

local FILES = {
  "a", "b.go", "src/a.go", "src/a.o", "src/deep/er/b.go", "src/deep/er/b.o",
  "lib/x.go", "lib/x.md", "README.md", "node_modules/x/index.js",
  "src/node_modules/y/index.js", ".git/HEAD", ".git/refs/heads/main", "a b",
  "é/ü", "st*r", "br[a]cket", "!bang", "#hash", "Makefile", "MAKEFILE",
}

local function make_tree()
  for _, name in ipairs(FILES) do write("app/" .. name, name) end
  write("app/Dockerfile", DOCKERFILE)
  engine.sh(([[cd %s/app && ln src/a.go src/twin.go && ln -s ../a lib/link &&
    ln -s /gone lib/nowhere && mkdir -m 1777 empty && chmod 4750 lib/x.go &&
    chmod 700 lib && chown -h 7:8 lib a src/deep]]):format(folder))
end

-- The id of the image that the docker command builds.
local function of_docker(arguments)
  return engine.sh(("cd %s && DOCKER_CONFIG=%s DOCKER_BUILDKIT=0 docker -H %s "
    .. "build -q %s 2>/dev/null"):format(folder, folder, engine.host(),
                                         arguments))
end

-- What is in an image below /context: as `tar tv` tells it, without times.
local function content(id)
  local container = docker.containers:create(id, { "none" })
  fixture.remove_later(container)
  return engine.docker(("export %s | tar --numeric-owner -tv | awk '{ $4 = $5 "
    .. "= \"\"; print }' | grep context/ | sort"):format(container:id()))
end

-- That it is the one that we build.
local function check(expected, options)
  fixture.remove_image_later(expected)
  local id = images:build(options):id()
  if id == expected then return end
  fixture.remove_image_later(id)
  assert.equal(content(expected), content(id))
end

-- The lines of a .dockerignore, on which all versions of the docker command
-- agree.
local cases = {
  "node_modules | **/*.o | .git",
  "src | !src/deep/er/b.go | lib/*.go | *.md | !README.md",
  "**/deep/** | ?.go | [a-e] | M[A-Z]* | \\!bang | \\#hash | st\\*r",
  "Dockerfile | .dockerignore | é/? | a?b",
  "* | !Makefile | # no comment | ! /lib/ | lib/link",
}

describe("the context of a build", function()
  for _, lines in ipairs(cases) do
    it("is that of the docker command, with " .. lines,
       engines.needs(ONLY_DOCKER, function()
      make_tree()
      write("app/.dockerignore", (lines:gsub(" | ", "\n")))
      check(of_docker "app", { path = folder .. "/app" })
    end))
  end

  it("may have its Dockerfile below, elsewhere, or as a text",
     engines.needs(ONLY_DOCKER, function()
    make_tree()
    write("app/.dockerignore", "lib\n*/*.o\n.dockerignore\n")
    local below = of_docker "-f app/Dockerfile app"
    check(below, { path = folder .. "/app", dockerfile = "./Dockerfile" })
    write("Other", DOCKERFILE)
    local elsewhere = of_docker "-f Other app"
    check(elsewhere, { path = folder .. "/app",
                       dockerfile = folder .. "/Other" })
    assert.equal(below, elsewhere)
    check(elsewhere, { path = folder .. "/app", gzip = true,
                       dockerfile_text = DOCKERFILE })
  end))

  it("may be a table of files", engines.needs(ONLY_DOCKER, function()
    write("app/Dockerfile", DOCKERFILE)
    write("app/a", "1")
    write("app/b", "2")
    engine.sh(("cd %s/app && chmod 644 * && chmod 755 b"):format(folder))
    check(of_docker "app", { context = {
      Dockerfile = DOCKERFILE, a = "1", b = { content = "2", mode = 493 } } })
  end))

  -- The names of what is in an image below /context.
  local function names(image)
    local list = {}
    for name in content(image:id()):gmatch("context/([^\n]+)") do
      list[#list + 1] = name
    end
    table.sort(list)
    return table.concat(list, " ")
  end

  it("lacks what the ignore file beside the Dockerfile leaves out", function()
    write("app/.dockerignore", "a\n")
    write("app/Dockerfile", DOCKERFILE)
    write("app/Dockerfile.dockerignore", "b\nDocker*\n.dockerignore\n")
    write("app/a", "")
    write("app/b", "")
    local image = images:build(folder .. "/app")
    fixture.remove_image_later(image:id())
    assert.equal("a", names(image))
    -- Podman heeds what it says, too, if it gets it
    write("app/Dockerfile.dockerignore", "b\nDocker*\n")
    image = images:build(folder .. "/app")
    fixture.remove_image_later(image:id())
    assert.equal(engines.is_podman() and "a" or ".dockerignore a",
                 names(image))
  end)

  it("may come from a function, and from a stream", function()
    local tar = engine.sh("mktemp")
    fixture.later(function() os.remove(tar) end)
    write("app/Dockerfile", DOCKERFILE:gsub(" /context", " /context/"))
    write("app/a", "")
    engine.sh(("tar -C %s/app -cf %s ."):format(folder, tar))
    local file <close> = assert(io.open(tar, "rb"))
    local from_function = images:build{ context = function()
      return file:read(100)
    end }
    fixture.remove_image_later(from_function:id())
    assert.equal("Dockerfile a", names(from_function))
    local holder = fixture.created()
    holder:cp_in(folder .. "/app/.", "/")
    local stream = holder:get_archive("/Dockerfile")
    local from_stream = images:build{ context = stream }
    fixture.remove_image_later(from_stream:id())
    assert.equal("Dockerfile", names(from_stream))
  end)
end)
