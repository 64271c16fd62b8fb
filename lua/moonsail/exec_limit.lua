-- SPDX-License-Identifier: MIT
-- Ends the command of an exec whose time is over.
--
-- The API has nothing for it. So a command with a limit is given a mark in its
-- environment, and a second command in the container sends a signal to all
-- processes that have it: the first one, and those that it has started.

local conversation = require "moonsail.conversation"
local core = require "moonsail.core"

local exec_limit = {}

local VARIABLE = "MOONSAIL_EXEC"

-- Nothing but a shell is needed, and /proc. The environment of a process may
-- be seen by its own user, and by those who may see everything. Killing goes
-- on until none is left, or begun meanwhile.
local SCRIPT = [[
rounds=$3
while [ "$rounds" -gt 0 ]; do
  rounds=$((rounds - 1)) found=
  for process in /proc/[0-9]*; do
    while IFS= read -r line || [ -n "$line" ]; do
      case $line in
        *"$2"*) kill -"$1" "${process#/proc/}" && found=1; break ;;
      esac
    done 2>/dev/null <"$process/environ"
  done
  [ "$found" ] || break
done
exit 0
]]

-- How it is tried, one after another, and for how long each is waited for.
local ATTEMPTS = {
  { signal = "TERM", rounds = "1", seconds = 1 },
  { signal = "KILL", rounds = "20", seconds = 1 },
  -- one that has changed its user, or its rights
  { signal = "KILL", rounds = "20", seconds = 1, user = "0",
    privileged = true },
}

-- Why it is there still although the signals were sent.
local OTHERWISE = "it has another environment, or rights of its own"

-- For how long the second command may run, in seconds.
local PATIENCE = 10

-- Marks --------------------------------------------------------------------

local function random_word()
  local file <close> = io.open("/dev/urandom", "rb")
  local bytes = file and file:read(16)
  if not bytes then bytes = ("%.17g %p"):format(core.now(), {}) end
  return (bytes:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

-- A copy of the environment, a list or a map, with one more variable.
local function with_variable(env, name, value)
  local copy = {}
  for key, entry in pairs(env or {}) do copy[key] = entry end
  if copy[1] ~= nil then
    copy[#copy + 1] = name .. "=" .. value
  else
    copy[name] = value
  end
  return copy
end

---Marks the command that is to be created.
---@param options table # of ContainerExec; changed
---@return {word: string, user: any, privileged: any} # the mark
function exec_limit.mark(options)
  local word = VARIABLE .. "=" .. random_word()
  if options.env == nil or type(options.env) == "table" then
    options.env = with_variable(options.env, word:match "^(.-)=(.*)$")
  end
  return {
    word = word, user = options.user, privileged = options.privileged,
  }
end

-- Ending -------------------------------------------------------------------

-- Runs the script: true, or false and why it could not.
local function send(client, container_id, mark, attempt, label)
  local user = attempt.user or mark.user
  local privileged = attempt.privileged or mark.privileged
  local id = core.call(client, "ContainerExec", {
    id = container_id, user = user, privileged = privileged, raw = false,
    cmd = { "sh", "-c", SCRIPT, "sh", attempt.signal, mark.word,
            attempt.rounds },
    attach_stdout = true, attach_stderr = true,
  }, label).id
  local stream = core.call(client, "ExecStart", { id = id, tty = false },
                           label, { tty = false, chunks = true,
                                    unlimited = true })
  local talk <close> = conversation.begin(stream, nil, false, label)
  if not talk:go_on(core.now() + PATIENCE) then
    return false, "the command that was to end it did not come to its end"
  end
  local code = core.call(client, "ExecInspect", { id = id, raw = false },
                         label).exit_code
  if code ~= 0 then
    return false, "the container has no shell that could send it a signal"
  end
  return true
end

local function try_to_send(...)
  local ok, sent, reason = pcall(send, ...)
  if ok then return sent, reason end
  if not core.is_error(sent) then error(sent, 0) end
  return false, sent.message
end

---Ends the command: TERM, then KILL, to all processes with the mark.
---@param job table # client, container_id, mark (or nil), label
---@param gone fun(seconds: number): boolean # waits: whether it has ended
---@return boolean killed
---@return string|nil reason # why it could not be
function exec_limit.enforce(job, gone)
  if not job.mark then
    return gone(0), "only container:exec gives commands the mark by which "
      .. "they are found: this one was made by exec_create"
  end
  local reason
  for _, attempt in ipairs(ATTEMPTS) do
    local sent, problem = try_to_send(job.client, job.container_id, job.mark,
                                      attempt, job.label)
    if gone(sent and attempt.seconds or 0) then return true end
    reason = sent and OTHERWISE or reason or problem
  end
  return false, reason
end

return exec_limit
