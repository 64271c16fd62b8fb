-- SPDX-License-Identifier: MIT
-- The examples of the documents do what the documents say.
--
-- Each ```lua block is run by a Lua of its own, on the private engine; those
-- that begin with ```lua swarm on an engine for swarms, each on what the one
-- before has left; those with ```lua docker not on Podman. Blocks that do not
-- load the module begin as the guide says: with `moonsail` and a client,
-- `docker`. What they print must be what their comments `--> …` say, in order;
-- "…" in there stands for anything, and alone for any lines. On Podman it is
-- enough that they run.

local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local lfs = require "lfs"
local swarm = require "spec.support.swarm"

local DOCUMENTS = { "README.md", "docs/guide.md" }
local PRELUDE = 'local moonsail = require "moonsail"; '
  .. "local docker = moonsail.client()"

local root = lfs.currentdir()

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

-- The blocks of a document: {line, text}.
local function blocks(path)
  local list, line, current = {}, 0, nil
  for text in (read(path) .. "\n"):gmatch("(.-)\n") do
    line = line + 1
    local mark = text:match("^```lua%s*(%w*)$")
    if mark then
      current = { line = line, lines = {}, swarm = mark == "swarm",
                  docker = mark == "docker" }
    elseif text == "```" and current then
      list[#list + 1] = { line = current.line, swarm = current.swarm,
                          docker = current.docker,
                          text = table.concat(current.lines, "\n") }
      current = nil
    elseif current then
      current.lines[#current.lines + 1] = text
    end
  end
  return list
end

-- What the comments promise: a pattern a line, ANY for any lines.
local ANY = "…"
local function promises(text)
  local lines = {}
  for line in text:gmatch("%-%->%s?([^\n]*)") do
    if line ~= ANY then
      line = "^" .. line:gsub("%p", "%%%0"):gsub(ANY, ".-") .. "$"
    end
    lines[#lines + 1] = line
  end
  return lines
end

local function split(text)
  local lines = {}
  for line in (text .. "\n"):gmatch("(.-)\n") do lines[#lines + 1] = line end
  if lines[#lines] == "" then lines[#lines] = nil end
  return lines
end

-- Whether the lines from `at` on are what is promised from `first` on.
local function kept(promised, lines, first, at)
  local promise = promised[first]
  if promise == nil then return at > #lines end
  if promise == ANY then
    for next_at = at, #lines + 1 do
      if kept(promised, lines, first + 1, next_at) then return true end
    end
    return false
  end
  return lines[at] ~= nil and lines[at]:find(promise) ~= nil
    and kept(promised, lines, first + 1, at + 1)
end

-- Where the core is, as a path that holds in any folder.
local function build_folder()
  local build = os.getenv "MOONSAIL_BUILD" or "build"
  return build:sub(1, 1) == "/" and build or root .. "/" .. build
end

-- Runs a script of these lines in an empty folder: its output and status.
local function run(folder, script, host)
  local path = folder .. "/script.lua"
  local file = assert(io.open(path, "w"))
  file:write(script)
  file:close()
  return engine.try(([[
    cd %s
    export DOCKER_HOST=%s REGISTRY=%s
    export LUA_PATH="%s/lua/?.lua;%s/lua/?/init.lua;;"
    export LUA_CPATH="%s/?.so;;"
    timeout 120 lua5.4 script.lua </dev/null]]):format(
      folder, engine.quote(host), engine.registry(), root, root,
      build_folder()))
end

-- What an example may leave when it fails.
local LEFT = {
  "rm -fv web www sleeper db", "network rm back", "volume rm data",
  "plugin rm -f driver",
}

local function in_folder(fn)
  local folder = os.tmpname()
  os.remove(folder)
  assert(lfs.mkdir(folder))
  local ok, problem = pcall(fn, folder)
  for _, removal in ipairs(LEFT) do
    engine.try(("docker -H %s %s"):format(engine.host(), removal))
  end
  engine.sh("rm -rf " .. folder)
  if not ok then error(problem, 0) end
end

for _, document in ipairs(DOCUMENTS) do
  describe(document, function()
    local list = blocks(document)

    it("has examples", function() assert.is_true(#list > 0) end)

    -- where there are examples for it
    local function leave_swarm()
      for _, block in ipairs(list) do
        if block.swarm then return swarm.leave() end
      end
    end
    setup(leave_swarm)
    teardown(leave_swarm)

    local function check(block, host)
      in_folder(function(folder)
        local script = block.text
        if not script:find('require "moonsail"', 1, true) then
          script = PRELUDE .. "\n" .. script
        end
        local output, status = run(folder, script, host)
        if engines.is_podman() and output:find "not_supported" then
          pending("Podman has no such call")
        end
        assert.equal(0, status, output)
        local promised = promises(block.text)
        -- the words are those of Docker
        assert.is_true(#promised == 0 or engines.is_podman()
                       or kept(promised, split(output), 1, 1), output)
      end)
    end

    for _, block in ipairs(list) do
      local test = function() check(block, engine.host()) end
      if block.swarm then
        test = swarm.only(function() check(block, engines.swarm_host()) end)
      elseif block.docker then
        test = engines.only_docker("Podman has no such thing", test)
      end
      it(("does what it says in line %d"):format(block.line), test)
    end
  end)
end

describe("the examples", function()
  after_each(fixture.clean)

  local function written()
    return fixture.ended{ "echo", "hello" }:name()
  end

  -- What each takes, and something that it prints.
  local EXAMPLES = {
    ["cqueues.lua"] = { written, "hello\n1 lines, %d+ ticks" },
    ["hello.lua"] = { "", "O> Hello from a container, by Lua!" },
    ["import.lua"] = { function() return fixture.root_tar() end,
                       "O> I am made of a tar" },
    ["list.lua"] = { "all", "ID%s+IMAGE" },
    ["luv.lua"] = { written, "hello\n1 lines, %d+ ticks" },
    ["logs.lua"] = { "", "stderr  that was all\nit ended with 0" },
    ["shell.lua"] = { "", "the shell ended with 0" },
    ["run.lua"] = { "", "exit code 3, stderr: oh no" },
  }

  for name in lfs.dir("examples") do
    if name:find("%.lua$") then
      it("run: " .. name, function()
        local row = assert(EXAMPLES[name], "no test for examples/" .. name)
        local argument = row[1]
        if type(argument) == "function" then argument = argument() end
        in_folder(function(folder)
          local script = ('arg = { %q }; dofile(%q)'):format(argument,
            root .. "/examples/" .. name)
          if argument == "" then script = script:gsub('""', "") end
          local output, status = run(folder, script, engine.host())
          assert.equal(0, status, output)
          assert.matches(row[2], output)
        end)
      end)

      it("are short: " .. name, function()
        local _, lines = read("examples/" .. name):gsub("\n", "")
        assert.is_true(lines < 60)
      end)
    end
  end
end)
