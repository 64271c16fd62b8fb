-- SPDX-License-Identifier: MIT
-- Which classes of Lua's own are public: those that something public leads to,
-- by the types that it names.

local annotation = require "generate.annotation"

local M = {}

-- Public by themselves.
local PUBLIC = {moonsail = true, ["moonsail.Error"] = true}

local publish

-- Follows the names of types ({name, place}); notes those of the model as
-- needed.
local function follow(book, types)
  for _, made in ipairs(types) do
    local class = book.by_type[made.name]
    local answered = made.name:match "^moonsail%.answer%.(.*)$"
    if class then
      publish(book, class)
    elseif not annotation.builtin[made.name] and
        book.operations[answered] == nil and
        not book.types:need(made.name) then
      book.problems:add(made.place, "no type %s", made.name)
    end
  end
end

function publish(book, class)
  if class.public then
    return
  end
  class.public = true
  follow(book, class.types or {})
  for _, method in ipairs(class.methods) do
    if method.undocumented then
      book.problems:add(method.place, "method %s has no docstring",
                        method.name)
    end
    follow(book, method.types or {})
  end
end

-- The public classes of a book, in its order.
function M.classes(book)
  for _, class in ipairs(book.class_list) do
    if class.kind ~= "lua" or PUBLIC[class.name] then
      publish(book, class)
    end
  end
  local list = {}
  for _, class in ipairs(book.class_list) do
    if class.public then
      list[#list + 1] = class
    end
  end
  return list
end

return M
