-- SPDX-License-Identifier: MIT
-- What operations answer, and what methods make of it, as LuaLS writes it.

local luatypes = require "generate.luatypes"

local M = {}

local STREAM = {documents = true, archive = true, output = true,
                upgrade = true, websocket = true, session = true}

-- The good answer of an operation that says most.
function M.response(operation)
  local best
  for _, response in ipairs(operation.responses) do
    if response.status < 300 and response.type then
      best = response
    end
  end
  return best or operation.responses[1]
end

-- The type that an operation answers, and what is to be said of it or nil.
-- `types` is what luatypes.new made.
function M.type(operation, types)
  local response = M.response(operation)
  if response == nil or response.answer == "nothing" then
    return "boolean", "true"
  elseif STREAM[response.answer] then
    return "moonsail.Stream"
  elseif response.type then
    return types:of(response.type, "api")
  end
  return "string"
end

-- The type in the model of the elements of the list that a row gives.
function M.element(row)
  local made = M.response(row.operation).type
  for _, field in ipairs(made.fields or {}) do
    if field.name == row.result_field then
      made = field.type
    end
  end
  return made.element
end

local results = {}

function results.value(row, types)
  local made, doc = M.type(row.operation, types)
  return {type = made, doc = doc}
end

results.stream = results.value

function results.changed()
  return {type = "boolean", doc = "false where nothing changed"}
end

function results.object(row)
  return {type = luatypes.of_class(row.result_class)}
end

function results.list(row)
  return {type = luatypes.of_class(row.result_class) .. "[]"}
end

-- What a method returns that is a row: {type, doc}.
function M.of_row(row, types)
  return results[row.result](row, types)
end

return M
