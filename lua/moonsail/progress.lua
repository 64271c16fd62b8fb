-- SPDX-License-Identifier: MIT
-- What a pull or an import reports while it works, made readable: on a
-- terminal a line a layer, drawn over; elsewhere a line when a thing changes.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local text = require "moonsail.text"

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

-- "aa: Downloading"
local function describe(document)
  local status, id = progress.text(document, "status"), document.id
  if id then status = tostring(id) .. ": " .. status end
  return text.clean(status)
end

-- "[=====>     ] 12.3/40.0 MB"
local BAR_WIDTH = 25
local function bar(detail)
  local current, total = detail and detail.current, detail and detail.total
  if not current or not total or total <= 0 then return "" end
  local done = math.floor(BAR_WIDTH * math.min(current / total, 1))
  local head = done < BAR_WIDTH and ">" or ""
  return (" [%-" .. BAR_WIDTH .. "s] %.1f/%.1f MB"):format(
    ("="):rep(done) .. head, current / 1e6, total / 1e6)
end

-- Plain lines ------------------------------------------------------------

local function plain_reporter(file)
  local last = {} -- status by id
  return function(document)
    local id, status = document.id or "", document.status
    if document.stream then
      file:write(progress.text(document, "stream"))
    elseif status and (id == "" or last[id] ~= status) then
      last[id] = status
      file:write(describe(document), "\n")
    end
  end
end

-- A terminal -------------------------------------------------------------

-- Writes a line over the one that is `up` lines above that below the last.
local function redraw(file, up, line)
  file:write(("\27[%dA\r\27[K%s\27[%dB\r"):format(up, line, up))
end

-- A line that goes on in the next one could not be drawn over.
local function fitted(line, file)
  local width = io.type(file) == "file" and core.terminal_width(file)
  return width and text.cut(line, width - 1) or line
end

---Shows each thing that has an id on a line of its own, drawn over in place.
---What comes before a text stays where it is.
---@param file file*
---@return moonsail.Reporter
function progress.terminal_reporter(file)
  local rows, count = {}, 0 -- rows by id, from 1 on
  local function show(document)
    local id = document.id
    local line = describe(document) .. bar(document.progress_detail)
    line = fitted(line, file)
    if id and rows[id] then
      redraw(file, count - rows[id] + 1, line)
    else
      count = count + 1
      if id then rows[id] = count end
      file:write(line, "\n")
    end
  end
  return function(document)
    if document.stream then
      file:write(progress.text(document, "stream"))
      rows, count = {}, 0
    elseif document.status then
      show(document)
    end
    file:flush()
  end
end

-- Choosing ---------------------------------------------------------------

local function is_file(target)
  if io.type(target) then return io.type(target) == "file" end
  local has_fields = type(target) == "table"
                     or type(target) == "userdata" and getmetatable(target)
  return has_fields and target.write ~= nil
end

local function is_terminal(file)
  return io.type(file) == "file" and core.is_terminal(file)
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
                  .. "function, got %s", fail.type_name(target))
  end
  local make = is_terminal(target) and progress.terminal_reporter
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
  for document in stream do
    if report then report(document) end
    if each then each(document) end
    if document.status then last = document end
  end
  return last
end

return progress
