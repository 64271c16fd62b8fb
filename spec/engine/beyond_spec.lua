-- SPDX-License-Identifier: MIT
-- What dockerd serves and the definitions do not mention: checkpoints, which
-- it must be experimental for, and ending a build.

local caught = require "spec.support.caught"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local moonsail = require "moonsail"

local NO_CHECKPOINTS = "Podman serves no checkpoints on this API"
local NO_CANCEL = "Podman cannot end a build by its id"

-- The tar of a folder with that Dockerfile.
local function dockerfile(text)
  local folder = os.tmpname()
  os.remove(folder)
  fixture.later(function() engine.sh("rm -r " .. folder) end)
  engine.sh(("mkdir %s && printf %%s %s >%s/Dockerfile"):format(folder,
    engine.quote(text), folder))
  local tar <close> = assert(io.popen("tar -C " .. folder ..
    " -cf - Dockerfile"))
  return tar:read "a"
end

describe("checkpoints on an experimental dockerd #private", function()
  local experimental, docker, container, folder

  setup(function()
    experimental = engine.start{ flags = "--experimental" }
    docker = moonsail.client(experimental.host)
    container = docker.containers:run("busybox", { "sleep", "300" },
                                      { detach = true })
    folder = experimental.folder .. "/checkpoints"
    engine.sh(("mkdir -p %s/one %s/two"):format(folder, folder))
  end)

  teardown(function()
    docker:close()
    engine.sh("rm -rf " .. folder)
    experimental:down()
  end)

  it("are none to begin with", function()
    assert.same({}, container:checkpoint_list())
  end)

  it("are listed from a folder", function()
    local names = {}
    for i, checkpoint in ipairs(container:checkpoint_list{
      checkpoint_dir = folder,
    }) do
      names[i] = checkpoint.name
    end
    table.sort(names)
    assert.equal("one", names[1])
    assert.equal("two", names[#names])
  end)

  it("are removed from a folder", function()
    assert.is_true(container:checkpoint_remove("one",
      { checkpoint_dir = folder }))
    assert.equal("two", engine.sh("ls " .. folder))
  end)

  it("are made by criu, of whose troubles the engine tells", function()
    local ok, problem = pcall(container.checkpoint_create, container, "three")
    if ok then -- where criu knows the kernel, all of it works
      assert.is_true(container:checkpoint_remove "three")
    else
      assert.equal("api", problem.kind)
      assert.equal("CheckpointCreate", problem.operation)
      assert.matches("criu", problem.message)
    end
  end)

  it("that there are not cannot be removed, or started from", function()
    local problem = caught("api", container.checkpoint_remove, container,
                           "none")
    assert.matches("does not exist", problem.message)
    local other = docker.containers:create("busybox", { "true" })
    problem = caught("api", other.start, other, { checkpoint = "none" })
    assert.matches("does not exist", problem.message)
    other:remove()
  end)

  it("want a name", function()
    local problem = caught("argument", container.checkpoint_create, container)
    assert.matches("checkpoint_id: missing", problem.message)
    problem = caught("argument", container.checkpoint_remove, container)
    assert.matches("checkpoint: missing", problem.message)
    problem = caught("argument", container.checkpoint_create, container, "x",
                     { leave_running = true })
    assert.matches("unknown option", problem.message)
    problem = caught("argument", container.checkpoint_list, container,
                     { checkpoint_dir = {} })
    assert.matches("expected string", problem.message)
  end)
end)

describe("checkpoints on another dockerd", function()
  after_each(fixture.clean)

  it("are not supported, and it says why", engines.only_docker(NO_CHECKPOINTS,
    function()
      local container = fixture.created()
      local problem = caught("not_supported", container.checkpoint_list,
                             container)
      assert.matches("experimental", problem.message)
      problem = caught("api", container.start, container,
                       { checkpoint = "one" })
      assert.matches("experimental", problem.message)
    end))
end)

describe("images:build_cancel", function()
  local images = fixture.client().images

  after_each(fixture.clean)

  it("ends the build of that id", engines.only_docker(NO_CANCEL, function()
    local id = fixture.name()
    local stream <close> = fixture.client().api.image_build{
      body = dockerfile "FROM busybox\nRUN sleep 30\n",
      version = "2",
      build_id = id,
    }
    local problem = caught("stream", function()
      for _ in stream do images:build_cancel(id) end
    end)
    assert.matches("cancel", problem.message)
  end))

  it("does nothing when there is none, or no more", engines.only_docker(
    NO_CANCEL, function()
      assert.is_true(images:build_cancel "no-such-build")
    end))

  it("wants an id", function()
    local problem = caught("argument", images.build_cancel, images)
    assert.matches("id: missing", problem.message)
    caught("argument", images.build_cancel, images, { id = {} })
  end)

  it("is not there before API 1.39", function()
    local client <close> = moonsail.client{
      host = engine.host(), api_version = "1.38",
    }
    local problem = caught("argument", client.images.build_cancel,
                           client.images, "x")
    assert.matches("1%.39.*1%.38", problem.message)
  end)
end)
