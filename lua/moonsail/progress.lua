-- SPDX-License-Identifier: MIT
-- What pulls, pushes, loads and builds report while they work, made readable:
-- on a terminal a line a layer, drawn over; elsewhere a line when one changes.

local bars = require "moonsail.bars"
local board = require "moonsail.board"
local core = require "moonsail.core"
local fail = require "moonsail.fail"

local progress = {}

---@alias moonsail.Reporter fun(document: table)

---A field of a report that is a text; "" when it is none.
---@param document table
---@param name string # "stream", "status"
---@return string
function progress.text(document, name)
  local value = document[name]
  return type(value) == "string" and value or ""
end

-- The id of the thing that it is about; nil: of none, or of all.
local function id_of(document, status)
  local id = document.id
  if id == nil or id == "" or status:find "^Pulling from " then return nil end
  return bars.clean(tostring(id))
end

-- "latest: Pulling from library/busybox"
local function sentence(document, status)
  local id = document.id
  return id and bars.clean(tostring(id)) .. ": " .. status or status
end

-- Ends --------------------------------------------------------------------

local endings = setmetatable({}, { __mode = "k" }) -- by reporter

local Ending = {}

function Ending:__close()
  local finish = endings[self.report or false]
  if finish then finish() end
end

---What tells a reporter that this was all, when it is closed: the last line is
---ended, the last state is shown, whatever it came to.
---@param report? moonsail.Reporter
---@return table # to be closed
function progress.ending(report)
  return setmetatable({ report = report }, Ending)
end

-- Plain lines ------------------------------------------------------------

-- Writes to a file; what is a line of its own never goes on in another's.
local function line_writer(file)
  local is_midline = false
  local function write_text(said)
    if said == "" then return end
    file:write(said)
    is_midline = said:sub(-1) ~= "\n"
  end
  local function write_line(line)
    file:write(is_midline and "\n" or "", line, "\n")
    is_midline = false
  end
  local function finish()
    if is_midline then file:write "\n" end
    is_midline = false
  end
  return write_text, write_line, finish
end

local function plain_reporter(file)
  local last = {} -- status by id
  local write_text, write_line, finish = line_writer(file)
  local function report(document)
    local status = bars.clean(progress.text(document, "status"))
    local id = id_of(document, status)
    if document.stream then
      write_text(bars.clean_lines(progress.text(document, "stream")))
    elseif document.status and (id == nil or last[id] ~= status) then
      if id then last[id] = status end
      write_line(sentence(document, status))
    end
    if file.flush then file:flush() end
  end
  endings[report] = finish
  return report
end

-- A terminal -------------------------------------------------------------

---Shows each thing that has an id on a line of its own, drawn over in place,
---and below them how much has come of all. Texts go above what is under way.
---@param file file*
---@param now? fun(): number # seconds of a clock
---@return moonsail.Reporter
function progress.terminal_reporter(file, now)
  local shown = board.new(file, now)
  local function report(document)
    local status = bars.clean(progress.text(document, "status"))
    local id = id_of(document, status)
    if document.stream then
      shown:say(bars.clean_lines(progress.text(document, "stream")))
    elseif document.status and id then
      shown:show(id, status, document.progress_detail)
    elseif document.status then
      shown:say(sentence(document, status) .. "\n")
    end
  end
  endings[report] = function() shown:finish() end
  return report
end

-- Choosing ---------------------------------------------------------------

local function is_file(target)
  if io.type(target) then return io.type(target) == "file" end
  local has_fields = type(target) == "table"
                     or type(target) == "userdata" and getmetatable(target)
  return has_fields and target.write ~= nil
end

---Whether lines are drawn over in a file: it is a terminal that can do that.
---@param file any
---@return boolean
function progress.is_drawn(file)
  if io.type(file) ~= "file" or not core.is_terminal(file) then
    return false
  end
  local terminal = os.getenv "TERM"
  return terminal ~= nil and terminal ~= "" and terminal ~= "dumb"
end

---What to hand each document of a stream to.
---@param target boolean|file*|fun(document: table)|nil # true: standard error
---@param method string # for complaints: "images:pull"
---@return moonsail.Reporter|nil # nil: nothing is to be shown
---@return file*|nil # where messages go, unless it is a function
function progress.reporter(target, method)
  if not target then return nil end
  if type(target) == "function" then return target, nil end
  if target == true then target = io.stderr end
  if not is_file(target) then
    fail.argument(method, "progress: expected true, an open file or a "
                  .. "function, got %s", io.type(target)
                  or fail.type_name(target))
  end
  local make = progress.is_drawn(target) and progress.terminal_reporter
               or plain_reporter
  return make(target), target
end

-- Streams ----------------------------------------------------------------

---Takes the option `stream` out of the options: whether the reports are to be
---given to the caller as they come.
---@param options table # changed
---@param complain fun(path: string, format: string, ...) # raises
---@return boolean|nil
function progress.wants_stream(options, complain)
  local stream = options.stream
  options.stream = nil
  if stream == nil then return nil end
  fail.check_type(complain, "stream", "boolean", stream)
  if stream and options.progress then
    complain("progress", "given besides stream")
  end
  return stream
end

---The reports of an operation as they come.
---@param client moonsail.Client
---@param operation string
---@param options table
---@param label string
---@return moonsail.Stream
function progress.stream(client, operation, options, label)
  local stream = core.call(client, operation, options, label,
                           { unlimited = true })
  return stream:iterate()
end

---Reads a stream of documents to its end.
---@param stream any
---@param report? moonsail.Reporter
---@param each? fun(document: table) # gets all of them, too
---@return table|nil # the last document that had a status
function progress.follow(stream, report, each)
  local last
  local _ <close> = progress.ending(report)
  for document in stream do
    if report then report(document) end
    if each then each(document) end
    if document.status then last = document end
  end
  return last
end

---Calls an operation that reports what it does, to its end.
---@param client moonsail.Client
---@param operation string # "ImageCreate"
---@param options table
---@param report? moonsail.Reporter
---@param label string
---@param each? fun(document: table) # gets all reports, too
---@return table|nil # the last one with a status
function progress.call(client, operation, options, report, label, each)
  options.raw = false
  local stream <close> = core.call(client, operation, options, label,
                                   { unlimited = true })
  return progress.follow(stream, report, each)
end

return progress
