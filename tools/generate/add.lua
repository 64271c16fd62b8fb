-- SPDX-License-Identifier: MIT
-- Adds operations that engines serve and no definition has, by the overrides
-- that say so, to the definitions, before anything is understood:
--
--   {add = "BuildCancel", method = "POST", path = "/build/cancel",
--    first = 39, parameters = {…}, responses = {[200] = {}}, reason = "…"}
--
-- Parameters and responses are written as definitions write them. What a
-- definition has by now is no longer to be added: an error.

local read = require "generate.read"

local M = {}

local KNOWN = {add = true, method = true, path = true, first = true,
               parameters = true, responses = true, reason = true}

local NEEDED = {"add", "method", "path", "first", "responses", "reason"}

local function fail(row, message, ...)
  error(("override '%s': "):format(row.add) .. message:format(...), 0)
end

local function check_row(row)
  read.check_keys(row, KNOWN, "override " .. tostring(row.add))
  for _, key in ipairs(NEEDED) do
    if row[key] == nil then
      fail(row, "no %s", key)
    end
  end
end

-- Complains of a definition that has the operation.
local function check_absent(document, row)
  for id, operation in pairs(document.operations) do
    if id == row.add or
        operation.method == row.method and operation.path == row.path then
      fail(row, "%s has %s", document.place, id)
    end
  end
end

local function new_operation(row)
  return {id = row.add, method = row.method, path = row.path, added = true,
          produces = {"application/json"}, parameters = row.parameters or {},
          responses = row.responses}
end

-- Adds to the definitions, by version, what each row says.
function M.apply(documents, rows)
  for _, row in ipairs(rows) do
    check_row(row)
    for version = read.OLDEST, read.NEWEST do
      check_absent(documents[version], row)
      if version >= row.first then
        documents[version].operations[row.add] = new_operation(row)
      end
    end
  end
end

return M
