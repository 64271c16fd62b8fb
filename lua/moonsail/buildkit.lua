-- SPDX-License-Identifier: MIT
-- What BuildKit reports of a build, in the form in which other engines and
-- builders report: texts, and the state of things that have an id.
--
-- It sends the parts of its own interface (moby.buildkit.control's
-- StatusResponse) as base64 within JSON. Of these are made the lines that
-- `docker build --progress=plain` shows.

local core = require "moonsail.core"
local human = require "moonsail.human"
local protobuf = require "moonsail.protobuf"

local buildkit = {}

-- The messages --------------------------------------------------------------

local TIMESTAMP = {
  [1] = { name = "seconds", type = "integer" },
  [2] = { name = "nanos", type = "integer" },
}

-- A step, or something else that is done.
local VERTEX = {
  [1] = { name = "digest", type = "string" },
  [2] = { name = "inputs", type = "string", list = true },
  [3] = { name = "name", type = "string" },
  [4] = { name = "cached", type = "boolean" },
  [5] = { name = "started", type = TIMESTAMP },
  [6] = { name = "completed", type = TIMESTAMP },
  [7] = { name = "error", type = "string" },
}

-- Something within a step that takes its time.
local STATUS = {
  [1] = { name = "id", type = "string" },
  [2] = { name = "vertex", type = "string" },
  [3] = { name = "name", type = "string" },
  [4] = { name = "current", type = "integer" },
  [5] = { name = "total", type = "integer" },
  [6] = { name = "timestamp", type = TIMESTAMP },
  [7] = { name = "started", type = TIMESTAMP },
  [8] = { name = "completed", type = TIMESTAMP },
}

-- What a command has written.
local OUTPUT = {
  [1] = { name = "vertex", type = "string" },
  [2] = { name = "timestamp", type = TIMESTAMP },
  [3] = { name = "stream", type = "integer" },
  [4] = { name = "text", type = "string" },
}

local POSITION = { [1] = { name = "line", type = "integer" } }

local WARNING = {
  [1] = { name = "vertex", type = "string" },
  [2] = { name = "level", type = "integer" },
  [3] = { name = "message", type = "string" },
  [4] = { name = "detail", type = "string", list = true },
  [5] = { name = "url", type = "string" },
  [6] = { name = "source", type = {
    [1] = { name = "file", type = "string" },
  } },
  [7] = { name = "ranges", list = true, type = {
    [1] = { name = "first", type = POSITION },
  } },
}

local TRACE = {
  [1] = { name = "vertexes", type = VERTEX, list = true },
  [2] = { name = "statuses", type = STATUS, list = true },
  [3] = { name = "outputs", type = OUTPUT, list = true },
  [4] = { name = "warnings", type = WARNING, list = true },
}

---One report of BuildKit.
---@param text string # base64
---@return table|nil # nil when it is none
function buildkit.decode(text)
  local bytes = core.decode_base64(text)
  return bytes and protobuf.decode(bytes, TRACE)
end

-- Time ----------------------------------------------------------------------

-- Seconds from one moment to another.
local function seconds_between(from, to)
  if not from or not to then return 0 end
  local seconds = (to.seconds or 0) - (from.seconds or 0)
  return math.max(seconds + ((to.nanos or 0) - (from.nanos or 0)) / 1e9, 0)
end

-- Lines ---------------------------------------------------------------------

---@class moonsail.BuildKitReader
---@field steps table[] # of the log
---@field warnings table[] # of the log
---@field by_digest table<string, table> # what is known of each vertex
---@field last table|nil # the vertex that the last line was of
---@field reports table[] # those that have not been taken yet
local Reader = {}
Reader.__index = Reader

local function say(self, text)
  table.insert(self.reports, { stream = text .. "\n" })
end

local MAX_NAME = 200 -- a heredoc may be long
local MAX_LINE = 65536

local function one_line(name)
  name = name:gsub("%s*\n.*", " ...")
  if #name > MAX_NAME then name = name:sub(1, MAX_NAME) .. "..." end
  return name
end

-- Says a line of a vertex; before it, which one that is, unless the line
-- before was of the same.
local function say_of(self, vertex, text)
  if self.last ~= vertex then
    say(self, (self.last and "\n" or "")
        .. ("#%d %s"):format(vertex.step.number, one_line(vertex.name)))
    self.last = vertex
  end
  if text then say(self, ("#%d %s"):format(vertex.step.number, text)) end
  vertex.is_news = true
end

-- "[build 2/3] RUN make": the instruction, its stage, number and count
local function parse_name(step, name)
  local head, text = name:match("^%[([^%]]*)%] (.*)$")
  local number, total = (head or ""):match("(%d+)/(%d+)$")
  step.text, step.name = name, name
  if not number then return end
  step.text = text
  step.stage = head:match("^(.*%S)%s+%d+/%d+$")
  step.index, step.total = math.tointeger(number), math.tointeger(total)
end

-- Gives a vertex that does something its number.
local function begin(self, vertex)
  if vertex.step then return end
  local step = { number = #self.steps + 1, lines = {}, cached = false }
  parse_name(step, vertex.name)
  vertex.step = step
  table.insert(self.steps, step)
end

local function say_line(self, vertex, line, at)
  local step = vertex.step
  line = line:gsub("\r$", "")
  step.lines[#step.lines + 1] = line
  say_of(self, vertex, ("%.3f %s"):format(
    seconds_between(vertex.started, at), line))
end

-- What the vertex has said without an end of line.
local function say_rest(self, vertex)
  for stream, rest in pairs(vertex.rest) do
    vertex.rest[stream] = nil
    say_line(self, vertex, rest.text, rest.at)
  end
end

local function say_end(self, vertex)
  local step = vertex.step
  if vertex.error then
    local is_cancelled = vertex.error:find("context canceled$")
    step.error = vertex.error
    say_of(self, vertex, is_cancelled and "CANCELED"
           or "ERROR: " .. vertex.error)
  elseif vertex.cached then
    say_of(self, vertex, "CACHED")
  else
    step.seconds = seconds_between(vertex.started, vertex.completed)
    say_of(self, vertex, ("DONE %.1fs"):format(step.seconds))
  end
  vertex.is_news, vertex.told_error = false, vertex.error
end

-- What has come -------------------------------------------------------------

local function take_vertex(self, given)
  local digest = given.digest or ""
  local vertex = self.by_digest[digest]
  if not vertex then
    vertex = { rest = {}, statuses = {}, is_news = true }
    self.by_digest[digest] = vertex
  end
  vertex.name = given.name or vertex.name or digest
  vertex.cached = given.cached or false
  vertex.started = vertex.started or given.started
  vertex.completed, vertex.error = given.completed, given.error
  if not given.started and not given.cached then return end
  begin(self, vertex)
  vertex.step.cached = vertex.cached
  if vertex.is_news then say_of(self, vertex) end
end

-- A vertex is done once all that was said of it in the same report is told.
local function end_vertex(self, given)
  local vertex = self.by_digest[given.digest or ""]
  local is_done = vertex.step and (vertex.completed or vertex.error)
  if not is_done then return end
  say_rest(self, vertex)
  if vertex.is_news or vertex.error ~= vertex.told_error then
    say_end(self, vertex)
  end
end

-- One that nothing was said of yet, or that has begun by what is said now.
local function vertex_of(self, digest)
  local vertex = self.by_digest[digest or ""]
  if not vertex then
    take_vertex(self, { digest = digest, started = {} })
    vertex = self.by_digest[digest or ""]
  end
  begin(self, vertex)
  return vertex
end

local function size_of(status)
  local current, total = status.current or 0, status.total or 0
  if total > 0 then
    return (" %s / %s"):format(human.size(current), human.size(total))
  end
  return current > 0 and " " .. human.size(current) or ""
end

local function take_status(self, status)
  local vertex, id = vertex_of(self, status.vertex), status.id or ""
  if vertex.statuses[id] then return end -- it was done before
  if (status.total or 0) > 0 then
    table.insert(self.reports, {
      id = ("#%d %s"):format(vertex.step.number, id),
      status = status.completed and "done" or "working",
      progress_detail = { current = status.current or 0,
                          total = status.total },
    })
  end
  if not status.completed then return end
  vertex.statuses[id] = true
  local seconds = seconds_between(status.started, status.completed)
  local time = seconds > 0.01 and (" %.1fs"):format(seconds) or ""
  say_of(self, vertex, id .. size_of(status) .. time .. " done")
end

local function take_output(self, output)
  local vertex = vertex_of(self, output.vertex)
  local stream, at = output.stream or 0, output.timestamp
  local rest = vertex.rest[stream]
  local text = (rest and rest.text or "") .. (output.text or "")
  vertex.rest[stream] = nil
  for line, ending in text:gmatch("([^\n]*)(\n?)") do
    if ending ~= "" or #line > MAX_LINE then
      say_line(self, vertex, line, at)
    elseif line ~= "" then
      vertex.rest[stream] = { text = line, at = at }
    end
  end
end

local function take_warning(self, given)
  local range = given.ranges[1]
  local warning = {
    message = given.message or "", url = given.url,
    detail = #given.detail > 0 and table.concat(given.detail, "\n") or nil,
    file = given.source and given.source.file,
    line = range and range.first and range.first.line,
  }
  table.insert(self.warnings, warning)
  local vertex = self.by_digest[given.vertex or ""]
  if vertex and vertex.step then
    say_of(self, vertex, "WARN: " .. warning.message)
  else
    say(self, "WARN: " .. warning.message)
  end
end

---Takes one report of BuildKit.
---@param text string # base64
---@return table[]|nil # reports in the usual form; nil when it is malformed
function Reader:take(text)
  local trace = buildkit.decode(text)
  if not trace then return nil end
  local is_short = #trace.statuses + #trace.outputs == 0
  for _, each in ipairs(trace.vertexes) do
    take_vertex(self, each)
    if is_short then end_vertex(self, each) end
  end
  for _, each in ipairs(trace.statuses) do take_status(self, each) end
  for _, each in ipairs(trace.outputs) do take_output(self, each) end
  for _, each in ipairs(trace.warnings) do take_warning(self, each) end
  for _, each in ipairs(trace.vertexes) do end_vertex(self, each) end
  local reports = self.reports
  self.reports = {}
  return reports
end

---Reads the reports of one build.
---@param steps table[] # gets its steps
---@param warnings table[] # gets what it warns of
---@return moonsail.BuildKitReader
function buildkit.reader(steps, warnings)
  return setmetatable({
    steps = steps, warnings = warnings, by_digest = {}, last = nil,
    reports = {},
  }, Reader)
end

return buildkit
