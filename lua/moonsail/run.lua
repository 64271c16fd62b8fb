-- SPDX-License-Identifier: MIT
-- containers:run: a container from its creation to its end, output included.
--
-- The order is what keeps everything: attach before the start, so that no
-- output is missed; wait before the start, so that a container which ends, and
-- is removed, at once has told its exit code.

local containers = require "moonsail.containers"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local gating = require "moonsail.gating"
local images = require "moonsail.images"
local Logs = require "moonsail.logs"
local object = require "moonsail.object"
local outcome = require "moonsail.outcome"
local progress = require "moonsail.progress"
local sugar = require "moonsail.sugar"

local LABEL = "containers:run"

local PULL = { missing = true, always = true, never = true }

-- The options of run itself, by the types they must have.
local OWN_OPTIONS = {
  check = "boolean", detach = "boolean", pull = "string", auth = "table",
  progress = false, -- any: the reporter checks it
}

-- Words in which engines say that an image is not there: Docker, then Podman,
-- whose status is 500.
local MISSING = { "no such image", "image not known",
                  "does not resolve to an image" }

-- Options ------------------------------------------------------------------

-- Limits of one exchange would be taken for limits of the run.
local function refuse_limits(options, complain)
  for _, name in ipairs{ "timeout", "idle_timeout" } do
    if options[name] ~= nil then
      complain(name, "a run takes as long as its command, it has no limit")
    end
  end
end

local function split_options(options)
  local complain = fail.complainer(LABEL)
  refuse_limits(options, complain)
  local own = {}
  for name, expected in pairs(OWN_OPTIONS) do
    own[name], options[name] = options[name], nil
    if own[name] ~= nil and expected then
      fail.check_type(complain, name, expected, own[name])
    end
  end
  own.pull = own.pull or "missing"
  if not PULL[own.pull] then
    complain("pull", "expected \"missing\", \"always\" or \"never\", got %q",
             own.pull)
  end
  return own
end

-- Waiting for the removal needs API 1.30, and tells another exit code than the
-- container's on Podman; there, we remove the container. The engine is asked
-- only when nothing is wrong with the options.
local function settle_removal(job)
  local host = job.plan.host
  job.remove = host.auto_remove == true
  if not job.remove or job.own.detach then return end
  if object.minor_version(job.client, LABEL) < 30
     or object.is_podman(job.client) then
    host.auto_remove = nil
    job.remove_by_hand = true
  end
end

local function new_job(client, options)
  local own = split_options(options)
  local job = {
    client = client,
    own = own,
    image = options.image,
    plan = sugar.plan(LABEL, options, OWN_OPTIONS),
    remove = false,         -- once it has ended
    remove_by_hand = false, -- by us, not by the engine
    container = nil,
    tty = false,
  }
  progress.reporter(own.progress, LABEL)
  gating.check(client, "ContainerCreate", job.plan.options, LABEL)
  settle_removal(job)
  return job
end

-- Creating -----------------------------------------------------------------

local function is_missing_image(problem)
  if not core.is_error(problem) or not problem.status then return false end
  local message = tostring(problem.message):lower()
  for _, words in ipairs(MISSING) do
    if message:find(words, 1, true) then return true end
  end
  return false
end

local function pull(job)
  images.pull(job.client, {
    name = job.image,
    platform = job.plan.options.platform,
    auth = job.own.auth,
    progress = job.own.progress,
  }, LABEL)
end

local function create(job)
  return containers.create(job.client, job.plan, LABEL)
end

-- Says on the way why it takes longer, to those who asked for progress.
local function tell_missing(job)
  local _, file = progress.reporter(job.own.progress, LABEL)
  if file then
    file:write(("%s is not here yet, pulling it\n"):format(job.image))
  end
end

local function create_with_image(job)
  local can_pull = type(job.image) == "string" and job.own.pull ~= "never"
  if can_pull and job.own.pull == "always" then pull(job) end
  local ok, result = pcall(create, job)
  if ok then return result end
  if not can_pull or not is_missing_image(result) then error(result, 0) end
  tell_missing(job)
  pull(job)
  return create(job)
end

-- Starting and waiting -------------------------------------------------------

local function start(job)
  core.call(job.client, "ContainerStart", { id = job.container:id() }, LABEL)
end

local function attach(job)
  return core.call(job.client, "ContainerAttach", {
    id = job.container:id(), stream = true, stdout = true, stderr = true,
  }, LABEL, { tty = job.tty, chunks = true, unlimited = true })
end

-- The answer to a wait with a condition begins at once; that to one without
-- (API < 1.30) is of use only when the container has been started.
local function begin_wait(job, condition)
  return core.begin(job.client, "ContainerWait", {
    id = job.container:id(), condition = condition, raw = false,
  }, LABEL, { unlimited = true })
end

local function wait_condition(job)
  if object.minor_version(job.client, LABEL) < 30 then return nil end
  local by_engine = job.remove and not job.remove_by_hand
  return by_engine and "removed" or "next-exit"
end

-- A step up to the start: what fails there leaves no container behind that was
-- to be removed.
local function step(job, fn, ...)
  return containers.guard(job.client, job.container:id(), LABEL, job.remove,
                          fn, job, ...)
end

-- Runs the container to its end: the exit code and the output.
local function run_to_end(job)
  local condition = wait_condition(job)
  local output <close> = step(job, attach)
  local early <close> = condition and step(job, begin_wait, condition) or nil
  step(job, start)
  local logs = Logs.read(output, { tty = job.tty })
  local late <close> = not early and begin_wait(job) or nil
  return (early or late):result().exit_code, logs
end

-- Results --------------------------------------------------------------------

---What a run has come to: printed, it says how it ended, and shows the output.
---@class moonsail.RunResult
---@field exit_code integer
---@field stdout string # every byte of it
---@field stderr string # the same; with a terminal all is in stdout
---@field logs moonsail.Logs # both, in their order
---@field container moonsail.Container

-- The words of what ran: entry point and command.
local function command_line(container)
  local config = core.attrs(container).config
  local words = {}
  for _, list in ipairs{ config.entrypoint or {}, config.cmd or {} } do
    for _, word in ipairs(list) do words[#words + 1] = word end
  end
  return words
end

local function raise_failure(result)
  local image = core.attrs(result.container).config.image
  outcome.raise(result, LABEL, command_line(result.container),
                "in image " .. image,
                { image = image, container = result.container })
end

-- What is left of the container is as it is now; gone, it stays as it was.
local function settle_container(job)
  if job.remove_by_hand then
    containers.discard(job.client, job.container:id(), LABEL)
  elseif not job.remove then
    containers.attempt(job.container.reload, job.container)
  end
end

local function run_attached(job)
  local exit_code, logs = run_to_end(job)
  settle_container(job)
  local result = outcome.new{
    container = job.container, exit_code = exit_code, logs = logs,
  }
  if exit_code ~= 0 and job.own.check ~= false then raise_failure(result) end
  return result
end

local function run_detached(job)
  step(job, start)
  containers.attempt(job.container.reload, job.container) -- may have gone
  return job.container
end

---@class moonsail.Containers
local methods = core.methods("containers")

---Runs a command in a new container, to its end, and gives what it wrote.
---`containers:run("busybox", {"echo", "hello"}, {remove = true}).logs`
---
---Takes all that containers:create takes. An image that the engine does not
---have is pulled. When the container cannot be started, the error has its id
---in `container_id`, and with `remove` it is removed. An error of kind
---container has `exit_code`, `command`, `image`, `container` and `logs`.
---@param image string|moonsail.Image # what the container is made of
---@param cmd? string|string[] # a string is cut into words as a shell does
---@option detach boolean =false # start it, and give the container at once
---@option remove boolean =false # remove the container when it has ended
---@option check boolean =true # an exit code other than 0 is an error
---@option pull "missing"|"always"|"never" ="missing" # when to pull the image
---@option auth table # credentials for the pull: username, password
---@option progress boolean|file*|fun(report: table) =false # shows the pull:
---        true on standard error; a file, there; a function gets each report
---@takes containers:create
---@uses ContainerCreate ContainerInspect NetworkConnect ContainerAttach
---      ContainerWait ContainerStart ContainerDelete ImageCreate ImageInspect
---      SystemVersion
---@raises container when the command ends with another code than 0,
---        not_found when there is no such image, conflict when the name is
---        taken, stream when a pull fails
---@return moonsail.RunResult|moonsail.Container # with `detach` the container
function methods:run(...)
  local options = core.gather_options("image cmd", LABEL, ...)
  local job = new_job(core.client_of(self), options)
  job.container = create_with_image(job)
  job.tty = core.attrs(job.container).config.tty == true
  if job.own.detach then return run_detached(job) end
  return run_attached(job)
end

return methods
