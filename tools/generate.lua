-- SPDX-License-Identifier: MIT
-- lua5.4 tools/generate.lua DIR [OUT]: merges the definitions v1.25.yaml …
-- v1.55.yaml in DIR into one model and writes it to OUT (the repository), as
-- csrc/model/gen/*.c and docs/model-conflicts.md; then all documentation, from
-- the model, tools/methods.lua and the docstrings of lua/moonsail.

local here = arg[0]:match "^(.*)/[^/]*$" or "."
package.path = here .. "/?.lua;" .. package.path

local read = require "generate.read"
local add = require "generate.add"
local schema = require "generate.schema"
local merge = require "generate.merge"
local operations = require "generate.operations"
local override = require "generate.override"
local model = require "generate.model"
local methods = require "generate.methods"
local document = require "generate.document"
local report = require "generate.report"
local write = require "generate.write"

-- The types of definitions that are kept although no operation needs them.
local function kept_types(merger, kept, merged)
  local types, needed = {}, {}
  for _, made in ipairs(model.list_types(merged, {})) do
    needed[made.name or made] = true
  end
  for i, name in ipairs(kept) do
    local group = merger:group(name)
    if #group.variants == 0 or needed[name] then
      error(("overrides keep %s, which is %s"):format(
        name, needed[name] and "kept anyway" or "no definition"), 0)
    end
    types[i] = merger:type(group.variants, name)
  end
  return types
end

local function apply(merger, overrides, merged, kept)
  override.responses(merger, overrides.responses, merged)
  override.parameters(merger, overrides.parameters, merged)
  override.fields(merger, overrides.fields, model.list_types(merged, kept))
end

-- Merges until every variant of every definition is known.
local function discover(merger, overrides)
  while merger:another_pass() do
    kept_types(merger, overrides.keep, operations.merge(merger))
  end
end

-- Merges and overrides; again if the overrides brought further variants.
local function build(merger, overrides)
  merger.grown = true
  local merged, kept
  while merger:another_pass() do
    merged = operations.merge(merger)
    kept = kept_types(merger, overrides.keep, merged)
    apply(merger, overrides, merged, kept)
  end
  return merged, kept
end

local function write_all(out, finished, page)
  for name, text in pairs(write.files(finished)) do
    write.write(out .. "/csrc/model/gen/" .. name, text)
  end
  write.write(out .. "/docs/model-conflicts.md", page)
end

-- Writes the documentation, and then tells what is wrong with it.
local function write_documentation(out, finished, rows)
  local files, wrong = document.files(
    finished, rows, dofile(here .. "/option_docs.lua"),
    here .. "/../lua/moonsail")
  for name, text in pairs(files) do
    write.write(out .. "/" .. name, text)
  end
  if wrong then
    io.stderr:write(wrong, "\n")
    os.exit(1)
  end
end

local function generate(directory, out)
  local overrides = dofile(here .. "/overrides.lua")
  local documents = read.read_all(directory, overrides.mends)
  add.apply(documents, overrides.operations)
  local merger = merge.new(documents, schema.definition)
  discover(merger, overrides)
  local finished = model.finish(build(merger, overrides))
  local rows = dofile(here .. "/methods.lua")
  methods.finish(finished, rows)
  write_all(out, finished, report.page(merger.notes, overrides.mends))
  print(("%d operations, %d types, %d conflicts"):format(
    #finished.operations, #finished.types + 1, report.count(merger.notes)))
  write_documentation(out, finished, rows)
end

if arg[1] == nil then
  io.stderr:write("usage: lua5.4 tools/generate.lua DIR [OUT]\n")
  os.exit(2)
end
generate(arg[1], arg[2] or here .. "/..")
