-- SPDX-License-Identifier: MIT
-- containers:run: a container from its creation to its end, output included.

local attach = require "moonsail.attach"
local containers = require "moonsail.containers"
local conversation = require "moonsail.conversation"
local core = require "moonsail.core"
local Logs = require "moonsail.logs"
local outcome = require "moonsail.outcome"
local run_job = require "moonsail.run_job"
local sessions = require "moonsail.sessions"

local LABEL = run_job.LABEL

-- For how long a container that was killed may take to end, in seconds.
local PATIENCE = 10

-- Results --------------------------------------------------------------------

---What a run has come to: printed, it says how it ended, and shows the output.
---@class moonsail.RunResult
---@field exit_code integer|nil # nil of one that was left while it ran
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

local function image_of(container)
  return core.attrs(container).config.image
end

local function raise_failure(result)
  local container = result.container
  local image = image_of(container)
  outcome.raise(result, LABEL, command_line(container), "in image " .. image,
                { image = image, container = container })
end

-- What is left of the container is as it is now; gone, it stays as it was.
local function settle_container(job)
  if job.remove_by_hand then
    containers.discard(job.client, job.container:id(), LABEL)
  elseif not job.remove then
    containers.attempt(job.container.reload, job.container)
  end
end

-- To its end -----------------------------------------------------------------

local function logs_of(job, talk)
  return talk:logs{ tty = job.tty, chunks = job.own.chunks }
end

-- Kills it: whether that was done, or why it was not.
local function kill(job)
  local ok, problem = pcall(core.call, job.client, "ContainerKill",
                            { id = job.container:id() }, LABEL)
  if ok or core.is_error(problem, "conflict")
     or core.is_error(problem, "not_found") then
    return true -- it has ended just now
  end
  if not core.is_error(problem) then error(problem, 0) end
  return false, problem.message
end

-- The time is over: ends the container, and says so.
local function expire(job, talk, wait)
  local killed, reason = kill(job)
  local code
  if killed then
    talk:go_on(core.now() + PATIENCE)
    code = wait:result().exit_code
  end
  settle_container(job)
  local container = job.container
  local image = image_of(container)
  outcome.raise_timeout(job.own.seconds, LABEL, command_line(container),
                        "in image " .. image, reason, {
    killed = killed, exit_code = code, logs = logs_of(job, talk),
    image = image, container = container,
  })
end

-- The exit code of what has ended its output; nil when the time is over.
local function code_of(job, wait, deadline)
  if not deadline then return wait:result().exit_code end
  return attach.exit_code(job.container, wait, LABEL,
                          math.max(deadline - core.now(), 0))
    and wait:result().exit_code
end

-- Goes on from the start to the end: the exit code and the output.
local function converse(job, output, early)
  local own = job.own
  local deadline = own.seconds and core.now() + own.seconds
  local talk <close> = conversation.begin(output, own.stdin, job.tty, LABEL)
  local ended = talk:go_on(deadline)
  local late <close> = not early and run_job.wait(job) or nil
  local wait = early or late
  local code = ended and code_of(job, wait, deadline)
  if not code then expire(job, talk, wait) end
  return { exit_code = code, logs = logs_of(job, talk) }
end

-- A run that is broken off (cancelled, by Ctrl-C, by what its stdin raises)
-- leaves nothing behind that was to be removed.
local function run_to_end(job)
  local output <close> = run_job.attach(job)
  local early <close> = run_job.wait_early(job)
  run_job.start(job)
  return containers.guard(job.client, job.container:id(), LABEL, job.remove,
                          converse, job, output, early)
end

local function finish(job, exit_code, logs, check)
  settle_container(job)
  local result = outcome.new{
    container = job.container, exit_code = exit_code, logs = logs,
  }
  if exit_code ~= 0 and check then raise_failure(result) end
  return result
end

local function run_attached(job)
  local ended = run_to_end(job)
  return finish(job, ended.exit_code, ended.logs, job.own.check ~= false)
end

-- Otherwise ------------------------------------------------------------------

-- With a person, who has seen the output, and may leave it to itself.
local function run_interactive(job)
  local console <close> = job.console
  local session <close> = run_job.attach(job)
  local early <close> = run_job.wait_early(job)
  run_job.start(job)
  local nothing = Logs.new({}, {}, { tty = job.tty })
  if console:hold(session, false) then
    containers.attempt(job.container.reload, job.container)
    return outcome.new{ container = job.container, logs = nothing }
  end
  local late <close> = not early and run_job.wait(job) or nil
  return finish(job, (early or late):result().exit_code, nothing,
                job.own.check)
end

local function run_streaming(job)
  local own = job.own
  local stream = run_job.attach(job, {
    chunks = own.chunks, max_line = own.max_line,
  })
  sessions.launch(stream, run_job.start, job)
  sessions.feed(stream, own.stdin, job.tty, LABEL)
  return stream
end

local function run_detached(job)
  run_job.start(job)
  containers.attempt(job.container.reload, job.container) -- may have gone
  return job.container
end

---@class moonsail.Containers
local methods = core.methods("containers")

---Runs a command in a new container, to its end, and gives what it wrote.
---`containers:run("busybox", "wc -l", {stdin = "a\nb\n", remove = true}).logs`
---
---Takes all that containers:create takes. An image that the engine does not
---have is pulled. When the container cannot be started, or the run is broken
---off, the error has its id in `container_id`, and with `remove` it is
---removed. An error of kind container, or timeout, has `exit_code`, `command`,
---`image`, `container` and `logs`.
---
---`stdin` is what the command reads: see container:exec, as for `interactive`.
---With `stream = true` the output comes in a for loop, and its `exit_code()`
---tells how the command ended; with `stdin = true` as well it is you who
---writes.
---@param image string|moonsail.Image # what the container is made of
---@param cmd? string|string[] # a string is cut into words as a shell does
---@option stdin string|file*|function|moonsail.Stream|boolean # what it reads;
---        true with `stream`: you write
---@option timeout number|string # seconds, or as "1m30s", until it is killed
---@option stream boolean =false # gives the output while it comes
---@option chunks boolean =false # of output: bytes as they come, not lines
---@option max_line integer # the longest line of a stream in bytes (1 MiB)
---@option interactive boolean =false # connects this terminal with it
---@option detach_keys string # the keys that leave it; else those of the
---        docker command's config.json, else "ctrl-p,ctrl-q"
---@option detach boolean =false # start it, and give the container at once
---@option remove boolean =false # remove the container when it has ended
---@option check boolean # an exit code other than 0 is an error: true unless
---        the command is interactive
---@option pull "missing"|"always"|"never" ="missing" # when to pull the image
---@option auth table # credentials for the pull: username, password; else
---        what is known
---@option progress boolean|file*|fun(report: table) =false # shows the pull:
---        true on standard error; a file, there; a function gets each report
---@takes containers:create
---@uses ContainerCreate ContainerInspect NetworkConnect ContainerAttach
---      ContainerWait ContainerStart ContainerKill ContainerDelete ImageCreate
---      ImageInspect SystemVersion ContainerResize
---@raises container when the command ends with another code than 0,
---        timeout when it takes longer than `timeout`, not_found when there is
---        no such image, conflict when the name is taken, stream when a pull
---        fails, argument when `tty` and `interactive` are given and standard
---        input is no terminal
---@return moonsail.RunResult|moonsail.Stream|moonsail.Container # with
---        `stream` the stream, with `detach` the container
function methods:run(...)
  local options = core.gather_options("image cmd", LABEL, ...)
  local job = run_job.create(core.client_of(self), options)
  if job.own.interactive then return run_interactive(job) end
  if job.own.detach then return run_detached(job) end
  if job.own.stream then return run_streaming(job):iterate() end
  return run_attached(job)
end

return methods
