-- SPDX-License-Identifier: MIT
-- A container that is run: from the options to the moment before its start.
--
-- The order is what keeps everything: attach before the start, so that no
-- output is missed; wait before the start, so that a container which ends, and
-- is removed, at once has told its exit code.

local attach = require "moonsail.attach"
local containers = require "moonsail.containers"
local conversation = require "moonsail.conversation"
local core = require "moonsail.core"
local detach_keys = require "moonsail.detach_keys"
local fail = require "moonsail.fail"
local gating = require "moonsail.gating"
local images = require "moonsail.images"
local interact = require "moonsail.interact"
local object = require "moonsail.object"
local progress = require "moonsail.progress"
local reference = require "moonsail.reference"
local sugar = require "moonsail.sugar"

local run_job = {}

local LABEL = "containers:run"

run_job.LABEL = LABEL

local PULL = { missing = true, always = true, never = true }

-- The options of run itself, by the types they must have.
local OWN_OPTIONS = {
  auth = "table", check = "boolean", chunks = "boolean", detach = "boolean",
  detach_keys = "string", interactive = "boolean", max_line = "number",
  pull = "string", stream = "boolean",
  progress = false, -- any: the reporter checks it
  stdin = false, timeout = false, -- the conversation does
}

-- Words in which engines say that an image is not there: Docker, then Podman,
-- whose status is 500.
local MISSING = { "no such image", "image not known",
                  "does not resolve to an image" }

-- Options ------------------------------------------------------------------

local function split_options(options)
  local complain = fail.complainer(LABEL)
  if options.idle_timeout ~= nil then
    complain("idle_timeout", "a command may be silent for as long as it "
             .. "wants; timeout limits the run")
  end
  local own = {}
  for name, expected in pairs(OWN_OPTIONS) do
    own[name], options[name] = options[name], nil
    if own[name] ~= nil and expected then
      fail.check_type(complain, name, expected, own[name])
    end
  end
  conversation.check(own, complain)
  own.pull = own.pull or "missing"
  if not PULL[own.pull] then
    complain("pull", "expected \"missing\", \"always\" or \"never\", got %q",
             own.pull)
  end
  return own
end

-- A command that is given something to read, and then its end.
local function set_input(options, own)
  if not own.stdin and not own.interactive then return end
  for _, name in ipairs{ "open_stdin", "stdin_once", "attach_stdin" } do
    if options[name] == nil then options[name] = true end
  end
  if options.open_stdin == false then
    fail.argument(LABEL, "open_stdin: it is set by %s",
                  own.stdin and "stdin" or "interactive")
  end
end

-- The user's terminal, before there is anything that needs it.
local function open_console(job)
  local own = job.own
  if own.detach_keys and not own.interactive then
    fail.argument(LABEL, "detach_keys: given without interactive = true")
  end
  if not own.interactive then return nil end
  own.detach_keys = detach_keys.chosen(job.client, own.detach_keys, LABEL)
  return interact.open{
    tty = job.plan.options.tty == true, reads = true, keys = own.detach_keys,
    label = LABEL,
  }
end

-- Engines that know the size from the beginning need not be told in haste.
local function set_size(job)
  local host = job.plan.host
  local rows, columns = job.console:size()
  if rows and host.console_size == nil
     and object.minor_version(job.client, LABEL) >= 42 then
    host.console_size = { rows, columns }
  end
end

-- Waiting for the removal needs API 1.30, and tells another exit code than the
-- container's on Podman; there, we remove the container. The engine is asked
-- only when nothing is wrong with the options. A stream is left to its reader,
-- and its container to the engine.
local function settle_removal(job)
  local host, own = job.plan.host, job.own
  job.remove = host.auto_remove == true
  if not job.remove or own.detach or own.stream then return end
  if object.minor_version(job.client, LABEL) < 30
     or object.is_podman(job.client, LABEL) then
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
    console = nil, -- of the user, with interactive
  }
  set_input(job.plan.options, own)
  job.console = open_console(job)
  progress.reporter(own.progress, LABEL)
  gating.check(client, "ContainerCreate", job.plan.options, LABEL)
  settle_removal(job)
  if job.console then set_size(job) end
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
                   and not reference.is_id(job.image)
  if can_pull and job.own.pull == "always" then pull(job) end
  local ok, result = pcall(create, job)
  if ok then return result end
  if not can_pull or not is_missing_image(result) then error(result, 0) end
  tell_missing(job)
  pull(job)
  return create(job)
end

---Takes the options of containers:run, and creates the container.
---@param client moonsail.Client
---@param options table
---@return table job # own (the options of run itself), container, tty, remove,
---        console
function run_job.create(client, options)
  local job = new_job(client, options)
  job.container = create_with_image(job)
  job.tty = core.attrs(job.container).config.tty == true
  return job
end

-- Before the start -----------------------------------------------------------

-- A step up to the start: what fails there leaves no container behind that was
-- to be removed.
local function step(job, fn, ...)
  return containers.guard(job.client, job.container:id(), LABEL, job.remove,
                          fn, ...)
end

---Attaches to the container: the session with it, which tells its exit code
---and resizes its terminal. To be called before the start.
---@param job table
---@param settings table|nil # of core.call: chunks, max_line; nil: as chunks,
---       for somebody who waits for the end by himself
---@return moonsail.Stream
function run_job.attach(job, settings)
  local waits = settings == nil
  settings = settings or { chunks = true }
  local own = job.own
  settings.tty = job.tty
  return step(job, attach.open, job.container, "ContainerAttach", {
    stream = true, stdout = true, stderr = true,
    stdin = own.stdin and true or own.interactive == true,
    detach_keys = own.detach_keys,
  }, settings, LABEL, waits)
end

-- The answer to a wait with a condition begins at once; that to one without
-- (API < 1.30) is of use only when the container has been started.
local function begin_wait(job, condition)
  return core.begin(job.client, "ContainerWait", {
    id = job.container:id(), condition = condition, raw = false,
  }, LABEL, { unlimited = true })
end

---Begins to wait for the end, where that can be done before the start.
---@param job table
---@return any|nil # a pending answer, to be closed
function run_job.wait_early(job)
  if object.minor_version(job.client, LABEL) < 30 then return nil end
  local by_engine = job.remove and not job.remove_by_hand
  return step(job, begin_wait, job, by_engine and "removed" or "next-exit")
end

---Begins to wait for the end of what was started.
---@param job table
---@return any # a pending answer, to be closed
function run_job.wait(job)
  return begin_wait(job)
end

---Starts it.
---@param job table
function run_job.start(job)
  step(job, core.call, job.client, "ContainerStart",
       { id = job.container:id() }, LABEL)
end

return run_job
