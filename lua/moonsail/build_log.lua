-- SPDX-License-Identifier: MIT
-- What a build has said, and what is to be known from it: its steps, the id of
-- the image, what has failed.

local buildkit = require "moonsail.buildkit"
local fail = require "moonsail.fail"
local progress = require "moonsail.progress"

local build_log = {}

---What a build has said, piece by piece; printed, all of it as one text.
---@class moonsail.BuildLog
---@field steps moonsail.BuildStep[] # what was done, in order
---@field warnings moonsail.BuildWarning[] # BuildKit's, of the Dockerfile
local Log = { __name = "moonsail.build_log" }

---One step of a build.
---@class moonsail.BuildStep
---@field number integer # by which the log calls it
---@field text string # the instruction: "RUN make"
---@field index? integer # its number within its stage; none for BuildKit's own
---@field total? integer # how many there are
---@field stage? string # BuildKit's name of the stage, where there are several
---@field cached boolean # whether it was taken from the cache
---@field seconds? number # how long it took; BuildKit tells
---@field lines string[] # what its command has written
---@field error? string # why it has failed

---@class moonsail.BuildWarning
---@field message string
---@field detail? string
---@field url? string # where more is said of it
---@field file? string # "Dockerfile"
---@field line? integer

function Log.__tostring(self)
  return (table.concat(self):gsub("\n$", ""))
end

---@class moonsail.BuildFollower
---@field log moonsail.BuildLog
---@field id string|nil # of the image, once it is known
---@field rest string # of what was said, behind the last end of line
---@field word "Step"|"STEP"|nil # how Docker's and Podman's builders call one
---@field reader moonsail.BuildKitReader|nil # once BuildKit reports
---@field label string
local Follower = {}
Follower.__index = Follower

---Follows one build by its reports.
---@param label string # "images:build"
---@return moonsail.BuildFollower
function build_log.follower(label)
  local log = setmetatable({ steps = {}, warnings = {} }, Log)
  return setmetatable({
    log = log, id = nil, rest = "", word = nil, reader = nil, label = label,
  }, Follower)
end

-- The other builders' words --------------------------------------------------

-- "Step 2/3 : RUN make" of Docker's, "STEP 2/3: RUN make" of Podman's, there
-- with "[1/2] " in front where there are several stages; and the word.
local function step_in(line)
  local word, index, total, text =
    line:gsub("^%[%d+/%d+%] ", ""):match("^(S%a+) (%d+)/(%d+) ?: (.*)$")
  if word ~= "Step" and word ~= "STEP" then return nil end
  index, total = math.tointeger(index), math.tointeger(total)
  return { number = index, index = index, total = total, text = text,
           cached = false, lines = {} }, word
end

local SHORT_ID, ID = ("%x"):rep(12), ("%x"):rep(64)

-- What is said of a step and not by its command, by those who say it. A
-- command may say nearly the same, so they are no wider than they have to be.
local REMARKS = {
  Step = {
    "^ %-%-%-> ", "^Removing intermediate container " .. SHORT_ID .. "$",
    "^Successfully built " .. SHORT_ID .. "$", "^Successfully tagged %S+$",
  },
  STEP = {
    "^%-%-> ", "^COMMIT$", "^COMMIT %S+$", "^%[%d+/%d+%] COMMIT",
    "^" .. ID .. "$", "^Successfully built " .. SHORT_ID .. "$",
    "^Successfully tagged %S+$",
  },
}

local function is_remark(self, line)
  for _, pattern in ipairs(REMARKS[self.word] or {}) do
    if line:find(pattern) then return true end
  end
  return false
end

local function read_line(self, line)
  local steps = self.log.steps
  local step, word = step_in(line)
  if step then
    steps[#steps + 1], self.word = step, word
  elseif #steps == 0 or line == "" then
    return
  elseif not is_remark(self, line) then
    table.insert(steps[#steps].lines, line)
  elseif line:find("> Using cache", 1, true) then
    steps[#steps].cached = true
  end
end

-- What a command has written last, without an end of line.
local function read_rest(self)
  local rest = self.rest
  self.rest = ""
  if rest ~= "" then read_line(self, rest) end
end

-- Reads the lines of a report. Where a builder speaks itself a report begins,
-- and so ends the line that the command has left open.
local function read_lines(self, text)
  text = text:gsub("\27%[[%d;]*m", "")
  local first = text:match("^[^\n]*")
  if step_in(first) or is_remark(self, first) then read_rest(self) end
  text = self.rest .. text
  for line in text:gmatch("([^\n]*)\n") do read_line(self, line) end
  self.rest = text:match("[^\n]*$")
end

-- The id that a report tells: that of the image, once it is there.
local function id_in(document)
  local aux = document.aux
  if type(aux) == "table" and type(aux.ID) == "string" then return aux.ID end
  local text = progress.text(document, "stream")
  return text:match("^sha256:%x+%s*$")
         or text:match("^Successfully built (%x+)")
         or text:match("^%x+%s*$") and #text > 60 and text
end

local function take_usual(self, document)
  local log, text = self.log, progress.text(document, "stream")
  self.id = id_in(document) or self.id
  if text == "" then return end
  log[#log + 1] = text
  read_lines(self, text)
end

-- BuildKit's -----------------------------------------------------------------

local function take_trace(self, document)
  local log = self.log
  self.reader = self.reader or buildkit.reader(log.steps, log.warnings)
  local reports = type(document.aux) == "string"
                  and self.reader:take(document.aux)
  if not reports then
    fail.raise{
      kind = "protocol", method = self.label, log = log,
      message = "a report of BuildKit cannot be read",
    }
  end
  for _, report in ipairs(reports) do log[#log + 1] = report.stream end
  return reports
end

---Takes one report.
---@param document table
---@return table[] # it, or what is to be shown in its stead
function Follower:take(document)
  if document.id == "moby.buildkit.trace" then
    return take_trace(self, document)
  end
  take_usual(self, document)
  return { document }
end

-- Failures -------------------------------------------------------------------

-- The exit code that engines tell of in their last words: before them stands
-- the command, which may have such words in it.
local EXIT_CODES = { "non%-zero code: (%d+)%s*$", "exit code: (%d+)%s*$",
                     "exit status (%d+)%s*$" }

local function exit_code_in(message)
  for _, pattern in ipairs(EXIT_CODES) do
    local code = message:match(pattern)
    if code then return math.tointeger(code) end
  end
end

-- BuildKit marks what has failed, and what was broken off by that; of the
-- others, it is what they were at.
local function failed_step(self)
  local steps = self.log.steps
  if not self.reader then return steps[#steps] end
  local found
  for _, step in ipairs(steps) do
    if step.error and not step.error:find("context canceled$") then
      found = step
    end
  end
  return found
end

---The fields of the error that a build has come to.
---@param problem table # kind `stream`: what the engine has said
---@return table # for fail.raise
function Follower:failure(problem)
  read_rest(self)
  local step = failed_step(self) or {}
  step.error = step.error or problem.message
  return {
    kind = "build", method = self.label, operation = problem.operation,
    message = problem.message, exit_code = exit_code_in(problem.message),
    step = step.text, step_number = step.index, step_count = step.total,
    log = self.log,
  }
end

return build_log
