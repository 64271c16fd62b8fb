-- SPDX-License-Identifier: MIT
-- From the model, the rows of methods and the docstrings of the sources to all
-- files of documentation.

local book = require "generate.book"
local luals = require "generate.luals"
local manual = require "generate.manual"
local problems = require "generate.problems"
local raises = require "generate.raises"
local reference = require "generate.reference"
local survey = require "generate.survey"

local M = {}

local function class_names(rows)
  local list = {}
  for i, class in ipairs(rows.classes) do
    list[i] = class.name
  end
  return list
end

local function check_raises(made, found)
  for _, name in ipairs(raises.stale(made.operations)) do
    found:add("tools/generate/raises.lua", "no such status: %s", name)
  end
end

-- The texts of the files by their paths, and what is wrong with the
-- documentation, as lines, or nil. `folder` is where lua/moonsail is.
function M.files(model, rows, docs, folder)
  local found = problems.new()
  local sources = survey.sources(folder, "lua/moonsail")
  local records, lua_classes = survey.read(sources, class_names(rows), found)
  local made = book.make(model, rows, docs, records, lua_classes, found)
  check_raises(made, found)
  local files = {} -- that of all types first: it finds out which are needed
  files["lua/moonsail/types.lua"] = luals.text(made)
  files["lua/moonsail/manual.lua"] = manual.text(made)
  for name, text in pairs(reference.pages(made)) do
    files["docs/reference/" .. name] = text
  end
  return files, found:text()
end

return M
