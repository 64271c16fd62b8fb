-- SPDX-License-Identifier: MIT
-- Building images by BuildKit, without a session.

local caught = require "spec.support.caught"
local dockerfile = require "moonsail.dockerfile"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"
local private_registry = require "spec.support.private_registry"
local reference = require "moonsail.reference"
local stages = require "moonsail.dockerfile_stages"

local docker = fixture.client()
local images = docker.images

local MARK = "made-by=" .. fixture.name()

after_each(fixture.clean)
teardown(function()
  if engines.is_podman() then return end
  images:prune{ filters = { label = MARK } }
  docker:prune{ builds = true, all = true }
  assert.equal("", fixture.left())
end)

-- A test of what BuildKit does.
local function it_builds(what, fn)
  it(what, engines.needs({ docker = "20.10", podman = false,
                           reason = "Podman has no BuildKit" }, fn))
end

-- A Dockerfile of what nothing else has made.
local function lines(first, ...)
  return table.concat({ first, "LABEL " .. MARK, "ENV OF=" .. fixture.name(),
                        ... }, "\n") .. "\n"
end

-- What is built of a Dockerfile; the options may have more.
local function build(text, options)
  options = options or {}
  options.dockerfile_text, options.builder = text, "buildkit"
  local image, log = images:build(options)
  fixture.remove_image_later(image:id())
  return image, log
end

-- The error of a build that fails.
local function failure(kind, text, options)
  options = options or {}
  options.dockerfile_text, options.builder = text, "buildkit"
  return caught(kind, images.build, images, options)
end

local function step_of(log, text)
  for _, step in ipairs(log.steps) do
    if step.text:find(text, 1, true) then return step end
  end
end

describe("images:build by BuildKit", function()
  it_builds("builds an image and tells how", function()
    local name, shown = fixture.name(), {}
    fixture.remove_image_later(name)
    local image, log = build(lines("FROM busybox AS first", "ARG X=1",
      "RUN echo got $X >&2; echo $X > /x", "FROM busybox", "LABEL " .. MARK,
      "COPY --from=first /x /y", "RUN cat /y"), {
      tag = name, build_args = { X = "7" }, labels = { MyLabel = "x y" },
      no_cache = true, network = "none",
      progress = function(report) shown[#shown + 1] = report.stream end,
    })
    assert.equal("x y", image:labels().MyLabel)
    assert.equal(name .. ":latest", image:tags()[1])
    local step = step_of(log, "RUN echo got")
    assert.same({ "got 7" }, step.lines)
    assert.equal("first", step.stage)
    assert.is_false(step.cached)
    assert.is_number(step.seconds)
    assert.matches(("#%d [first 2/2] RUN echo got"):format(step.number),
                   tostring(log), 1, true)
    assert.matches(("\n#%d %%d%%.%%d%%d%%d got 7\n#%d DONE ")
                     :format(step.number, step.number), tostring(log))
    assert.same({ "7" }, step_of(log, "RUN cat").lines)
    assert.equal(table.concat(log), table.concat(shown))
  end)

  it_builds("builds a stage alone, and from the cache", function()
    local text = lines("FROM busybox AS one", "RUN echo one") .. "FROM none\n"
    local image = build(text, { target = "one" })
    local again, log = build(text, { target = "one" })
    assert.equal(image:id(), again:id())
    assert.is_true(step_of(log, "RUN echo one").cached)
    assert.matches(" CACHED\n", tostring(log))
  end)

  it_builds("has caches that last", function()
    local text = "RUN --mount=type=cache,target=/c,id=" .. fixture.name()
      .. " date >>/c/x; wc -l </c/x #"
    build(lines("FROM busybox", text .. "1"))
    local _, log = build(lines("FROM busybox", text .. "2"))
    assert.same({ "2" }, step_of(log, "RUN --mount").lines)
  end)

  it("has heredocs", engines.needs({ docker = "23.0", podman = false,
     reason = "BuildKit of 20.10 has none by itself" }, function()
    local image, log = build(lines("FROM busybox", "RUN <<EOF", "echo one",
      "echo two", "EOF", "COPY <<-FILE /file", "\tthree", "FILE"))
    assert.same({ "one", "two" }, step_of(log, "RUN <<EOF").lines)
    assert.equal("three\n", docker.containers:run(image, { "cat", "/file" },
      { remove = true }).logs.stdout)
  end))

  it("passes on what is warned of", engines.needs({ docker = "28.0",
     podman = false, reason = "an older BuildKit warns of less" }, function()
    local _, log = build(lines("FROM busybox", "CMD echo $OF"))
    local warning = log.warnings[1]
    assert.matches("JSONArgsRecommended", warning.message)
    assert.equal("Dockerfile", warning.file)
    assert.equal(4, warning.line)
    assert.matches("^https://", warning.url)
    assert.matches("WARN: JSONArgsRecommended", tostring(log))
  end))

  it_builds("raises kind build when a step fails", function()
    local run = "RUN echo before; exit 3"
    local problem = failure("build", lines("FROM busybox", run,
                                           "RUN echo after"))
    assert.equal(3, problem.exit_code)
    assert.equal(run, problem.step)
    assert.equal(2, problem.step_number)
    assert.equal(3, problem.step_count)
    assert.matches(" before\n", tostring(problem.log))
    assert.matches("ERROR: ", tostring(problem.log))
    assert.is_nil(tostring(problem.log):find(" after", 1, true))
    assert.matches("exit 3", step_of(problem.log, run).error)
    problem = failure("build", "FROM busybox\nNONSENSE\n")
    assert.matches("NONSENSE", problem.message)
  end)

  it_builds("gives its reports as a stream", function()
    local text, id = {}, nil
    local stream = images:build{
      dockerfile_text = lines("FROM busybox", "RUN echo a step speaks"),
      builder = "buildkit", stream = true,
    }
    for report in stream do
      assert.not_equal("moby.buildkit.trace", report.id)
      text[#text + 1] = report.stream
      id = report.aux and report.aux.ID or id
    end
    fixture.remove_image_later(id)
    assert.matches("#%d+ %d%.%d+ a step speaks\n", table.concat(text))
    stream = images:build{
      dockerfile_text = lines("FROM busybox", "RUN exit 3"), stream = true,
      builder = "buildkit",
    }
    local problem = caught("build", stream.each, stream, function() end)
    assert.equal("RUN exit 3", problem.step)
  end)

  it_builds("ends when its stream is closed", function()
    local seconds = tostring(math.random(10000, 99999))
    local stream <close> = images:build{
      dockerfile_text = lines("FROM busybox",
                              "RUN echo begun; sleep " .. seconds),
      stream = true, builder = "buildkit",
    }
    for report in stream do
      if (report.stream or ""):find(" begun\n", 1, true) then break end
    end
    assert.truthy(engine.try("pgrep -f '[s]leep " .. seconds .. "'"):find "%d")
    stream:close()
    engine.eventually(function()
      return engine.try("pgrep -f '[s]leep " .. seconds .. "'") == ""
    end)
  end)
end)

describe("images that a build by BuildKit stands on", function()
  -- The name of an image in the registry that the engine does not have: of
  -- busybox with such an instruction, and these files.
  local function pushed(instruction, files)
    local name, holder = engine.registry() .. "/" .. fixture.name(),
      fixture.created()
    if files then holder:put_archive("/", files) end
    holder:commit(name, nil, { changes = instruction })
    images:push(name)
    images:remove(name)
    fixture.remove_image_later(name)
    return name
  end

  it_builds("are pulled before", function()
    local base = pushed "LABEL base=yes"
    local tools = pushed("LABEL base=no", { tool = "x\n" })
    local image, log = build("ARG BASE\nFROM nowhere/none AS unused\n"
      .. lines("FROM $BASE", "COPY --from=" .. tools .. " /tool /",
               "RUN cat /tool"), { build_args = { BASE = base } })
    assert.equal("yes", image:labels().base)
    assert.same({ "x" }, step_of(log, "RUN cat").lines)
    assert.matches("Pulling " .. base .. "\n", tostring(log), 1, true)
    local _, second = build(lines("FROM " .. base))
    assert.is_nil(tostring(second):find("Pulling", 1, true))
    local _, third = build(lines("FROM " .. base), { pull = true })
    assert.matches("Pulling " .. base .. "\n", tostring(third), 1, true)
  end)

  -- The names that BuildKit itself asks for, of those that begin so.
  local function asked_for(log)
    local names = {}
    for _, step in ipairs(log.steps) do
      for name in step.name:gmatch "docker%.io/(moonsail%-spec[^%s@]*)" do
        names[name] = true
      end
    end
    return names
  end

  it_builds("are those that it asks for itself", function()
    local prefix = fixture.name() .. "/"
    local text = ([[
# escape=`
# comment
ARG A=P/a B="P/b"
ARG V=1.2.3 EMPTY= TAGGED=${B}:CUT
ARG C=${NONE:-P/c}${EMPTY:+-never}
FROM P/unused AS unused
FROM --platform=$BUILDPLATFORM ${A} AS One
RUN --mount=type=bind,from=P/mounted,target=/m `
  # a comment within
  --mount=type=cache,target=/c `

  true
FROM $TAGGED as two
COPY --from=one /bin/busybox /copied
from ${C}
COPY --from=1 /bin/busybox /one
COPY --from=TWO /bin/busybox /two
COPY --from=P/copied:x /bin/busybox /three
LABEL MARK]]):gsub("P/", prefix):gsub("MARK", MARK)
    -- 20.10 knows fewer ways to write a variable
    text = text:gsub("CUT", engines.at_least("docker", "26.0")
                     and "${V%%.*}" or "${V:+1.2}")
    local expected = {}
    for name in ("a:latest b:1.2 c:latest mounted:latest copied:x")
                :gmatch("%S+") do
      expected[prefix .. name] = true
      images:get("busybox"):tag(prefix .. name)
      fixture.remove_image_later(prefix .. name)
    end
    local needs = stages.needs(dockerfile.parse(text), {
      build_args = {}, engine_platform = function() return "linux/amd64" end,
    })
    local found = {}
    for _, image in ipairs(needs.images) do
      local ref = reference.parse(image.name)
      found[reference.format(ref)] = true
    end
    assert.same(expected, found)
    local _, log = build(text)
    for name in pairs(asked_for(log)) do
      assert.is_true(expected[name]
                     or expected[name .. ":latest"], name)
    end
    assert.is_true(next(asked_for(log)) ~= nil)
    assert.is_nil(tostring(log):find("Pulling", 1, true))
  end)

  it_builds("are known from an archive", function()
    local base = pushed "LABEL base=yes"
    local path = engine.sh "mktemp -d /tmp/context.XXXXXX"
    fixture.later(function() engine.sh("rm -r " .. path) end)
    do
      local file <close> = assert(io.open(path .. "/Other", "w"))
      file:write(lines("FROM " .. base))
    end
    engine.sh(("cd %s && tar czf context.tgz Other"):format(path))
    local image, log = images:build(path .. "/context.tgz", {
      dockerfile = "Other", builder = "buildkit",
    })
    fixture.remove_image_later(image:id())
    assert.equal("yes", image:labels().base)
    assert.matches("Pulling " .. base .. "\n", tostring(log), 1, true)
  end)

  it_builds("may be the frontend", function()
    local frontend = pushed "LABEL base=no"
    local problem = failure("build", "# syntax=" .. frontend .. "\n"
                            .. lines("FROM busybox"))
    assert.matches("Pulling " .. frontend .. "\n", tostring(problem.log), 1,
                   true)
    assert.matches("exit code: 1", problem.message) -- it is none, but was run
  end)

  it("may ask for others by ONBUILD", engines.needs({ docker = "28.0",
     podman = false, reason = "an older BuildKit cannot do that"
  }, function()
    local tools = pushed("LABEL base=no", { tool = "y\n" })
    local base = pushed("ONBUILD COPY --from=" .. tools .. " /tool /")
    local _, log = build(lines("FROM " .. base, "RUN cat /tool"))
    assert.matches("Pulling " .. base .. "\n", tostring(log), 1, true)
    assert.matches("Pulling " .. tools .. "\n", tostring(log), 1, true)
    assert.same({ "y" }, step_of(log, "RUN cat").lines)
  end))

  it_builds("that cannot be had make it fail at their line", function()
    local name = engine.registry() .. "/nonsense"
    local problem = failure("build", "# a comment\nFROM busybox\nFROM "
                            .. name .. " AS x\n")
    assert.equal("FROM " .. name .. " AS x", problem.step)
    assert.equal(3, problem.line)
    assert.matches(name, problem.message, 1, true)
    assert.is_true(moonsail.is_error(problem.cause))
    caught("build", function()
      local stream <close> = images:build{
        dockerfile_text = "FROM " .. name .. "\n", builder = "buildkit",
        stream = true,
      }
      stream:each(function() end)
    end)
  end)

  it_builds("are pulled with the credentials for their registry", function()
    local secured <close> = setmetatable({ private_registry.start() }, {
      __close = function(self) self[1]:stop() end,
    })
    local auth = secured[1].auth
    local name = secured[1].address .. "/" .. fixture.name()
    fixture.remove_image_later(name)
    images:get("busybox"):tag(name)
    images:push(name, { auth = auth })
    images:remove(name)
    local text = lines("FROM " .. name, "ENV X=private")
    local problem = failure("build", text)
    assert.matches("auth", problem.message)
    assert.equal("FROM " .. name, problem.step)
    auth.serveraddress = secured[1].address
    build(text, { auth = auth })
    images:remove(name, { force = true })
    local client <close> = moonsail.client(engine.host())
    client:login{ username = auth.username, password = auth.password,
                  serveraddress = auth.serveraddress }
    for _, builder in ipairs{ "buildkit", "classic" } do
      local image = client.images:build{
        dockerfile_text = text, builder = builder, pull = true,
      }
      fixture.remove_image_later(image:id())
    end
  end)
end)

describe("what BuildKit wants a session for", function()
  -- Raises not_supported before anything is sent; the message.
  local function refused(options)
    local client, calls = fixture.counting_client()
    local problem = caught("not_supported", client.images.build,
                           client.images, options)
    assert.equal(0, calls())
    client:close()
    return problem
  end

  it("is refused at its line", function()
    for _, mount in ipairs{ "type=secret,id=x", "type=ssh" } do
      local problem = refused{ builder = "buildkit", dockerfile_text =
        "FROM nowhere/none\nRUN --mount=" .. mount .. " x\n" }
      assert.equal(2, problem.line)
      assert.equal("RUN --mount=" .. mount .. " x", problem.step)
      assert.matches("^line 2 of the Dockerfile .* needs a session",
                     problem.message)
    end
  end)

  it("is refused as an option", function()
    local text = "FROM nowhere/none\n"
    for _, case in ipairs{
      { secrets = { "id=x" } }, { ssh = "default" },
      { cache_to = "type=inline" },
      { builder = "buildkit", outputs = "type=local,dest=x" },
      { builder = "buildkit", outputs = "x" },
      { builder = "buildkit", cache_from = "type=gha" },
    } do
      case.dockerfile_text = text
      assert.matches("needs a session", refused(case).message)
    end
  end)
end)

describe("what BuildKit passes over", function()
  it("is refused", function()
    for name, value in pairs{
      memory = "1g", cpuset_cpus = "0", squash = true, network = "mine",
    } do
      local problem = failure("not_supported", "FROM busybox\n",
                              { [name] = value })
      assert.matches("^" .. name .. ": ", problem.message)
      assert.matches('builder = "classic"', problem.message, 1, true)
    end
  end)

  it_builds("is nothing of an image to take layers from", function()
    build(lines "FROM busybox", { cache_from = { "nowhere/none",
      "type=registry,ref=nowhere/none:2" } })
  end)
end)

describe("the classic builder", function()
  it("tells what BuildKit would do", engines.only_docker(
     "Podman's words are others", function()
    local problem = caught("build", images.build, images, { dockerfile_text =
      lines("FROM busybox", "RUN --mount=type=cache,target=/x true") })
    assert.matches('builder = "buildkit"', problem.hint, 1, true)
    problem = caught("api", images.build, images, { dockerfile_text =
      lines("FROM busybox", "ECHO 'as of a heredoc'") })
    assert.matches('builder = "buildkit"', problem.hint, 1, true)
  end))
end)

describe("an engine without BuildKit", function()
  it("refuses to build by it", engines.only_podman("Docker has it", function()
    assert.matches("Podman", failure("not_supported", "FROM busybox\n")
      .message)
  end))

  it("is one that speaks an old version", engines.only_docker(
     "Podman has none at all", function()
    local client <close> = moonsail.client{ host = engine.host(),
                                            api_version = "1.38" }
    local problem = caught("not_supported", client.images.build, client.images,
      { dockerfile_text = "FROM busybox\n", builder = "buildkit" })
    assert.matches("API version 1.39", problem.message, 1, true)
  end))
end)
