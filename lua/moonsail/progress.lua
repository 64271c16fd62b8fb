-- SPDX-License-Identifier: MIT
-- What a pull or an import reports while it works, made readable: on a
-- terminal a line a layer, drawn over; elsewhere a line when a thing changes.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

local progress = {}

---@alias moonsail.Reporter fun(document: table)

-- "Downloading", as text and, on a terminal, how far it is.
local function describe(document)
  local text = document.status or ""
  if document.id then text = document.id .. ": " .. text end
  return text
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
      file:write(document.stream)
    elseif status and (id == "" or last[id] ~= status) then
      last[id] = status
      file:write(describe(document), "\n")
    end
  end
end

-- A terminal -------------------------------------------------------------

-- Writes `text` over the line `up` lines above the one below the last.
local function redraw(file, up, text)
  file:write(("\27[%dA\r\27[K%s\27[%dB\r"):format(up, text, up))
end

---Shows each thing that has an id on a line of its own, drawn over in place.
---@param file file*
---@return moonsail.Reporter
function progress.terminal_reporter(file)
  local rows, count = {}, 0 -- rows by id, from 1 on
  return function(document)
    local id = document.id
    if document.stream then
      file:write(document.stream)
    elseif document.status then
      local text = describe(document) .. bar(document.progress_detail)
      if id and rows[id] then
        redraw(file, count - rows[id] + 1, text)
      else
        count = count + 1
        if id then rows[id] = count end
        file:write(text, "\n")
      end
      file:flush()
    end
  end
end

-- Choosing ---------------------------------------------------------------

local function is_file(target)
  if io.type(target) then return io.type(target) == "file" end
  local kind = type(target)
  return (kind == "table" or kind == "userdata") and target.write ~= nil
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

---Reads a stream of documents to its end.
---@param stream any
---@param report moonsail.Reporter|nil
---@return table|nil # the last document that had a status
function progress.follow(stream, report)
  local last
  for document in stream do
    if report then report(document) end
    if document.status then last = document end
  end
  return last
end

return progress
