-- SPDX-License-Identifier: MIT
-- What is reported while a service gets where it shall be: a line for the
-- whole and one a task, with a bar on a terminal.

local progress = require "moonsail.progress"

local service_progress = {}

-- More tasks than these are not shown one by one.
local MAX_LINES = 20

-- How far a state is on the way.
local STEPS = {
  new = 1, allocated = 2, pending = 3, assigned = 4, accepted = 5,
  preparing = 6, ready = 7, starting = 8, running = 9, complete = 9,
}
local LAST_STEP = 9
local BAR_WIDTH = 25

local function bar(state)
  local step = STEPS[state]
  if not step then return state end
  local done = BAR_WIDTH * step // LAST_STEP
  local head = done < BAR_WIDTH and ">" or ""
  return ("%-9s [%-" .. BAR_WIDTH .. "s]"):format(
    state, ("="):rep(done) .. head)
end

---@class moonsail.ServiceReporter
---@field report fun(document: table)
---@field drawn boolean # whether there is a terminal for bars
---@field last table<string, string> # what was said last of each thing
local Reporter = {}
Reporter.__index = Reporter

---Says something about the whole.
---@param id string # what it is about: a line of its own
---@param status string
function Reporter:say(id, status)
  if self.last[id] == status then return end
  self.last[id] = status
  self.report{ id = id, status = status }
end

-- "running", or why it is not.
local function describe(task, drawn)
  local state, err = task.status.state, task.status.err
  local text = drawn and bar(state) or state
  if err and err ~= "" then text = ("%s: %s"):format(text, err) end
  return text
end

---Tells how many tasks are done, and how far each one is.
---@param count moonsail.TaskCount
function Reporter:tell(count)
  self:say("overall", ("%d of %d tasks"):format(count.done, count.wanted))
  if count.wanted > MAX_LINES then return end
  for _, entry in ipairs(count.places) do
    self:say(entry.name, describe(entry.task, self.drawn))
  end
end

---What reports to a target; nil when nothing is to be shown.
---@param target boolean|file*|fun(document: table)|nil
---@param label string # for complaints: "services:create"
---@return moonsail.ServiceReporter|nil
function service_progress.reporter(target, label)
  local report, file = progress.reporter(target, label)
  if not report then return nil end
  return setmetatable({
    report = report,
    drawn = progress.is_drawn(file),
    last = {},
  }, Reporter)
end

return service_progress
