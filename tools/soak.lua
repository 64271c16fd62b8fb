-- SPDX-License-Identifier: MIT
-- Does what users of streams do, at random and at once, for as long as it is
-- told, and looks whether anything is left over or went wrong:
--   lua5.4 tools/soak.lua HOST SECONDS [SEED [TASKS [ACTION…]]]
-- Containers, streams and sessions are made, read, written, left, closed,
-- cancelled and collected; every byte that comes back is compared with what
-- was sent. A line every so many seconds tells of files and memory. It ends
-- with status 1 when something was wrong: a wrong byte, an error that nobody
-- provoked, a container, a file or memory that is left.

local core = require "moonsail.core"
local lfs = require "lfs"
local moonsail = require "moonsail"

local HOST, SECONDS = arg[1], tonumber(arg[2])
local SEED = math.tointeger(tonumber(arg[3])) or os.time()
local TASKS = math.tointeger(tonumber(arg[4])) or 12
local LABEL = "moonsail.soak"
local EVERY = math.max(5, SECONDS / 30)

-- What the process may have grown by, between a third of the time and the
-- end: a heap has holes, and sanitizers keep what is freed for a while. It
-- takes some time to come to the size that it then keeps.
local ALLOWED_KB = (os.getenv "SANITIZE" and 32 or 8) * 1024
local SETTLED_SECONDS = 60

math.randomseed(SEED)
local random = math.random

local docker = moonsail.client(HOST)
local began = core.now()
local counts, problems = {}, {}

local function over()
  return core.now() - began >= SECONDS
end

local function note(what, problem)
  local text = ("after %.1f s, %s: %s"):format(core.now() - began, what,
                                              problem)
  problems[#problems + 1] = text
  io.stderr:write(text, "\n")
end

local function check(ok, text, ...)
  if not ok then error(text:format(...), 2) end
end

-- Bytes that are not the same twice, among them zeros and newlines.
local noise = {}
for i = 1, 4096 do noise[i] = string.char(random(0, 255)) end
noise = table.concat(noise)

local function bytes(length)
  local from = random(#noise)
  local all = noise:sub(from) .. noise:rep(length // #noise + 1)
  return all:sub(1, length)
end

local function some_length()
  local kind = random(6)
  return kind == 1 and 0 or kind == 2 and random(10)
    or kind == 6 and random(100000, 1500000) or random(20000)
end

-- Containers -----------------------------------------------------------------

local function settings(more)
  more.network, more.labels = "none", { [LABEL] = "yes" }
  return more
end

local function start(command)
  return docker.containers:run("busybox", { "sh", "-c", command },
                               settings{ detach = true })
end

-- Two that write without an end, and one in which commands are run.
local ticker, shell
local COUNT = [[i=0; trap 'exit 0' TERM; while :; do
  echo out $i; echo err $i >&2; i=$((i+1)); usleep 20000; done]]

local function set_up()
  ticker = start(COUNT)
  shell = start "trap 'exit 0' TERM; while :; do sleep 1; done"
end

-- Ways to end with a stream --------------------------------------------------

local left = {} -- closed later, by somebody else

local function leave(stream)
  local way = random(4)
  if way == 1 then
    stream:close()
  elseif way == 2 then
    left[#left + 1] = stream
  elseif way == 3 then
    stream:close()
    stream:close()
  end -- else it is left to the collector
end

local function close_what_was_left()
  local one = table.remove(left, random(math.max(1, #left)))
  if one then one:close() end
end

-- What is done ---------------------------------------------------------------

local actions = {}

-- Lines come in their order, none lost and none torn.
function actions.follow()
  local stream = ticker:logs{ follow = true, tail = random(0, 20) }
  local last = {}
  for _ = 1, random(0, 60) do
    local line, source = stream()
    check(line, "the log has ended")
    local word, number = line:match "^(%l+) (%d+)$"
    number = tonumber(number)
    check(word == (source == "stdout" and "out" or "err"),
          "%s in %s", line, source)
    check(not last[word] or number == last[word] + 1,
          "%s after %s", line, last[word])
    last[word] = number
  end
  leave(stream)
end

function actions.poll_log()
  local stream = ticker:logs{ follow = true, tail = 0 }
  for _ = 1, random(20) do
    local line, what = stream:read(random(0, 3) * 0.01)
    check(line or what == "timeout", "the log has ended")
  end
  leave(stream)
end

function actions.events()
  local stream = docker:events()
  for _ = 1, random(0, 5) do
    local event, what = stream:read(random() * 0.2)
    check(event == nil and what == "timeout" or type(event) == "table",
          "an event is %s", event)
  end
  leave(stream)
end

function actions.stats()
  local stream = shell:stats{ follow = true }
  check(stream().read, "a sample without a time")
  leave(stream)
end

function actions.exec()
  local sent = bytes(some_length())
  local result = shell:exec("cat", { stdin = sent })
  check(result.stdout == sent, "%d bytes came back of %d", #result.stdout,
        #sent)
  check(result.exit_code == 0, "exit code %s", result.exit_code)
end

-- One that does not read all that it is given.
function actions.exec_that_ends_early()
  local code = random(0, 255)
  local result = shell:exec({ "sh", "-c", "head -c 10; exit " .. code },
                            { stdin = bytes(some_length() + 10) })
  check(result.exit_code == code, "exit code %s, not %d", result.exit_code,
        code)
  check(#result.stdout == 10, "%d bytes, not 10", #result.stdout)
end

-- Written and read by turns; what comes is what was sent.
local function echo(stream, length)
  local sent, came, n = {}, {}, 0
  for _ = 1, random(0, 6) do
    local piece = bytes(random(length))
    stream:write(piece)
    sent[#sent + 1], n = piece, n + #piece
    if random(2) == 1 then
      local back, what = stream:read(random(0, 2) * 0.02)
      check(back or what == "timeout", "it has ended by itself")
      came[#came + 1] = back
    end
  end
  stream:close_write()
  for piece in stream do came[#came + 1] = piece end
  sent, came = table.concat(sent), table.concat(came)
  check(sent == came, "%d bytes came back of %d", #came, n)
end

function actions.exec_session()
  local stream = shell:exec("cat", { stream = true, stdin = true,
                                     chunks = true })
  if random(5) == 1 then return leave(stream) end
  echo(stream, 30000)
  check(stream:exit_code() == 0, "exit code %s", stream:exit_code())
end

local function new_cat(tty)
  return docker.containers:create("busybox",
    { "sh", "-c", tty and "stty raw -echo; echo ready; cat" or "cat" },
    settings{ open_stdin = true, stdin_once = true, tty = tty })
end

function actions.attach()
  local container = new_cat()
  local stream = container:attach()
  container:start()
  if random(5) == 1 then
    leave(stream)
  else
    echo(stream, 60000)
    check(container:wait().exit_code == 0, "cat has failed")
  end
  container:remove{ force = true }
end

function actions.resize()
  local container = new_cat(true)
  local stream = container:attach()
  container:start()
  stream:resize(random(10, 100), random(10, 100))
  stream:write "x"
  leave(stream)
  container:remove{ force = true }
end

function actions.run()
  local number = random(1000000)
  local result = docker.containers:run("busybox",
    { "echo", ("%d"):format(number) }, settings{ remove = true })
  check(result.logs.stdout == number .. "\n", "it says %q",
        result.logs.stdout)
end

function actions.run_with_stdin()
  local sent = bytes(some_length())
  local result = docker.containers:run("busybox", { "md5sum" },
    settings{ remove = true, stdin = sent })
  check(result.logs.stdout:match "^%x+", "it says %q", result.logs.stdout)
end

-- While an archive is being read the engine lets other calls about its
-- container wait: so it must not be left to somebody else.
function actions.archive()
  local stream <close> = shell:get_archive "/bin/busybox"
  local first = stream()
  check(first:sub(1, 7) == "busybox", "no archive")
end

function actions.calls()
  check(docker:ping(), "no answer")
  check(#docker.containers:list() >= 2, "containers are missing")
  check(shell:reload():status() == "running", "it does not run")
end

function actions.failure()
  local ok, problem = pcall(docker.containers.get, docker.containers, "none")
  check(not ok and problem.kind == "not_found", "no error: %s", problem)
end

function actions.collect()
  if random(4) == 1 then collectgarbage(random(2) == 1 and "generational"
                                        or "incremental") end
  collectgarbage()
end

-- Tasks that are given up in the middle.
local CANCELLED = { "follow", "poll_log", "exec_session", "exec", "events",
                    "stats" }
function actions.cancel()
  local what = CANCELLED[random(#CANCELLED)]
  local task = moonsail.spawn(actions[what])
  moonsail.sleep(random() * 0.2)
  task:cancel()
  local ok, problem = pcall(task.join, task)
  check(ok or moonsail.is_error(problem, "cancelled"), "%s: %s", what,
        problem)
end

function actions.gather()
  local all = moonsail.gather(
    function() return docker:ping() end,
    function() return shell:exec("true").exit_code end,
    function() return #docker.containers:list() end)
  check(all, "nothing came")
end

-- Watching -------------------------------------------------------------------

local function open_files()
  local n = 0
  for _ in lfs.dir "/proc/self/fd" do n = n + 1 end
  return n - 3 -- ".", "..", and the folder itself
end

local function resident()
  for line in io.lines "/proc/self/status" do
    local kilobytes = line:match "^VmRSS:%s*(%d+)"
    if kilobytes then return tonumber(kilobytes) end
  end
end

local function sum()
  local n = 0
  for _, count in pairs(counts) do n = n + count end
  return n
end

local function show()
  print(("%7.0f s  %6d done  %3d files  %7d kB  %6.0f kB of Lua's"):format(
    core.now() - began, sum(), open_files(), resident(),
    collectgarbage "count"))
  io.stdout:flush()
end

local function settle()
  while #left > 0 do close_what_was_left() end
  for _ = 1, 3 do collectgarbage() end
end

-- Running --------------------------------------------------------------------

local names = table.move(arg, 5, #arg, 1, {})
if #names == 0 then
  for name in pairs(actions) do names[#names + 1] = name end
  table.sort(names) -- so that a seed means the same each time
end

local function once()
  local name = names[random(#names)]
  local ok, problem = xpcall(actions[name], function(problem)
    return type(problem) == "string" and debug.traceback(problem, 2)
      or problem
  end)
  counts[name] = (counts[name] or 0) + 1
  if not ok then note(name, problem) end
  if random(3) == 1 then close_what_was_left() end
end

local function work()
  while not over() do once() end
end

local third -- of the time: what the process is like by then

local function watch()
  while not over() do
    moonsail.sleep(math.max(0, math.min(EVERY,
                                        SECONDS - core.now() + began)))
    show()
    if not third and core.now() - began >= SECONDS / 3 then
      third = resident()
    end
  end
end

local function containers_left()
  return #docker.containers:list{ all = true,
                                  filters = { label = { LABEL } } }
end

local function expect_flat(files)
  settle()
  show()
  local grown = resident() - third
  if open_files() > files + TASKS then -- a kept connection each
    note("files", ("%d more are open"):format(open_files() - files))
  end
  if SECONDS >= SETTLED_SECONDS and grown > ALLOWED_KB then
    note("memory", ("%d kB more than after a third"):format(grown))
  end
end

print(("seed %d, %.0f seconds, %d tasks"):format(SEED, SECONDS, TASKS))
docker:ping()
moonsail.run(set_up)
local files = open_files()
moonsail.run(function()
  local tasks = { moonsail.spawn(watch) }
  for i = 1, TASKS do tasks[i + 1] = moonsail.spawn(work) end
  for _, task in ipairs(tasks) do task:join() end
end)
for _, container in ipairs{ ticker, shell } do
  container:remove{ force = true }
end
expect_flat(files)
if containers_left() > 0 then
  note("containers", containers_left() .. " are left")
end
for _, name in ipairs(names) do
  print(("%7d  %s"):format(counts[name] or 0, name))
end
docker:close()
for _, problem in ipairs(problems) do print(problem) end
print(("seed %d: %d problems"):format(SEED, #problems))
os.exit(#problems == 0, true)
