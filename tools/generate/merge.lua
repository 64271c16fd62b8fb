-- SPDX-License-Identifier: MIT
-- One type out of the nodes that the versions have at one place.
--
-- A type is {kind, format, name, element, fields, values}; a field is {wire,
-- type, first, last, required, nullable, default}, a value {text, first,
-- last}; first and last are versions. A list of variants is {{version, node},
-- …}, oldest first. The newest one wins: those of another kind are left out
-- and reported.
--
-- A definition is one type, wherever it stands and whatever was written in
-- place there before it got its name. What belongs to it shows only on the
-- way, so everything is merged again until nothing new is found.

local read = require "generate.read"

local M = {}
M.__index = M

local OLDEST, NEWEST = read.OLDEST, read.NEWEST

-- `definition(document, name)` gives the node of a definition.
function M.new(documents, definition)
  return setmetatable({documents = documents, definition = definition,
                       groups = {}, grown = true}, M)
end

-- Begins another pass over everything, forgetting what the last one made
-- except which variants belong together. Returns false when the last one has
-- found nothing new.
function M:another_pass()
  if not self.grown then
    return false
  end
  self.grown, self.made, self.notes, self.noted = false, {}, {}, {}
  return true
end

-- Notes how something was settled, once.
function M:note(section, place, text)
  local key = section .. place
  if not self.noted[key] then
    self.noted[key] = true
    self.notes[#self.notes + 1] = {section = section, place = place,
                                   text = text}
  end
end

-- ── versions ───────────────────────────────────────────────────────────────

function M.versions_text(first, last)
  if first == last then
    return ("1.%d"):format(first)
  end
  return ("1.%d–1.%d"):format(first, last)
end

-- The first and the last version that are keys of `set`, and those between
-- that are none, as text, or nil.
function M.span(set)
  local first, last, gaps = nil, nil, {}
  for version = OLDEST, NEWEST do
    if set[version] then
      if last and last < version - 1 then
        gaps[#gaps + 1] = M.versions_text(last + 1, version - 1)
      end
      first, last = first or version, version
    end
  end
  return first, last, gaps[1] and table.concat(gaps, ", ")
end

-- The variants in a table from version to node.
function M.variants(by_version)
  local variants = {}
  for version = OLDEST, NEWEST do
    if by_version[version] then
      variants[#variants + 1] = {version = version, node = by_version[version]}
    end
  end
  return variants
end

local function versions_of(variants)
  local set = {}
  for _, variant in ipairs(variants) do
    set[variant.version] = true
  end
  return set
end

-- ── agreement ──────────────────────────────────────────────────────────────

-- By version, what kinds its variants are of: "array" or "array or map".
local function kinds_by_version(variants)
  local kinds = {}
  for _, variant in ipairs(variants) do
    local kind = variant.node.opaque and "object" or variant.node.kind
    local others = kinds[variant.version]
    if others == nil then
      kinds[variant.version] = kind
    elseif not others:find(kind, 1, true) then
      kinds[variant.version] = others .. " or " .. kind
    end
  end
  return kinds
end

-- "string in 1.25–1.30, integer in 1.31": who says what.
local function disagreement(variants)
  local runs, kinds = {}, kinds_by_version(variants)
  for version = OLDEST, NEWEST do
    local run, kind = runs[#runs], kinds[version]
    if run and run.kind == kind then
      run.last = version
    elseif kind then
      runs[#runs + 1] = {kind = kind, first = version, last = version}
    end
  end
  for i, run in ipairs(runs) do
    runs[i] = run.kind .. " in " .. M.versions_text(run.first, run.last)
  end
  return table.concat(runs, ", ")
end

-- A node that says less than another without being against it: anything at
-- all, or an object of which nothing more is said.
local function says_nothing(node, newest)
  if node.kind == "any" then
    return newest.kind ~= "any"
  end
  return node.opaque and not newest.opaque and
    (newest.kind == "object" or newest.kind == "map")
end

-- `variants` without those that are of another kind than the newest, which are
-- noted at `place`.
function M:agreeing(variants, newest, place)
  local kept = {}
  for _, variant in ipairs(variants) do
    if variant.node.kind == newest.kind or
        says_nothing(variant.node, newest) then
      kept[#kept + 1] = variant
    end
  end
  if #kept < #variants then
    self:note("conflict", place, disagreement(variants))
  end
  return kept
end

-- `variants` without those that say nothing, and the first version of these.
local function describing(variants, newest)
  local kept, silent = {}, nil
  for _, variant in ipairs(variants) do
    if says_nothing(variant.node, newest) then
      silent = silent or variant.version
    else
      kept[#kept + 1] = variant
    end
  end
  return kept, silent
end

-- ── definitions ────────────────────────────────────────────────────────────

-- The variants known of the definition `name`: to begin with, what bears that
-- name in each version.
function M:group(name)
  local group = self.groups[name]
  if group == nil then
    group = {ids = {}, variants = {}}
    self.groups[name] = group
    for version = OLDEST, NEWEST do
      local document = self.documents[version]
      if document.definitions[name] then
        self:join(group, {version = version,
                          node = self.definition(document, name, name)})
      end
    end
  end
  return group
end

function M:join(group, variant)
  local id = variant.version .. " " .. variant.node.id
  if not group.ids[id] then
    group.ids[id] = true
    group.variants[#group.variants + 1] = variant
    self.grown = true
  end
end

local function older(a, b)
  if a.version ~= b.version then
    return a.version < b.version
  end
  return a.node.id < b.node.id
end

-- All variants of the definition that is the newest of those given.
function M:gather(variants, newest)
  local group = self:group(newest.name)
  for _, variant in ipairs(variants) do
    self:join(group, variant)
  end
  table.sort(group.variants, older)
  return self:agreeing(group.variants, newest, newest.name)
end

-- ── objects ────────────────────────────────────────────────────────────────

-- What a wire name stands for: variants whose node is a field.
local function collect_fields(variants)
  local fields = {}
  for _, variant in ipairs(variants) do
    for wire, field in pairs(variant.node.fields) do
      fields[wire] = fields[wire] or {}
      table.insert(fields[wire], {version = variant.version, node = field.node,
                                  required = field.required})
    end
  end
  return fields
end

function M:note_required(place, variants, newest)
  local other = {}
  for _, variant in ipairs(variants) do
    if variant.required ~= newest.required then
      other[variant.version] = true
    end
  end
  local first, last = M.span(other)
  if first then
    self:note("required", place, ("%s in %s, else %s"):format(
      newest.required and "optional" or "required",
      M.versions_text(first, last),
      newest.required and "required" or "optional"))
  end
end

-- The field `wire` of the type `name`.
function M:field(wire, variants, name)
  local place = name .. "." .. wire
  local first, last, gaps = M.span(versions_of(variants))
  if gaps then
    self:note("gap", place, "missing in " .. gaps)
  end
  local newest = variants[#variants]
  self:note_required(place, variants, newest)
  return {
    wire = wire,
    type = self:type(variants, place),
    first = first,
    last = last,
    required = newest.required and last == NEWEST,
    nullable = newest.node.nullable or false,
    default = newest.node.default,
  }
end

-- What was not described before is taken to have been there all along.
function M:note_silence(made, variants, silent)
  local described = variants[1].version
  if silent and silent < described then
    self:note("silent", made.name, ("no fields described in %s"):format(
      M.versions_text(silent, described - 1)))
    for _, field in ipairs(made.fields) do
      field.first = field.first == described and silent or field.first
    end
  end
end

function M:object(variants, name, silent)
  local made = {kind = "object", format = "plain", name = name, fields = {}}
  local fields = collect_fields(variants)
  for _, wire in ipairs(read.sorted_keys(fields)) do
    made.fields[#made.fields + 1] = self:field(wire, fields[wire], name)
  end
  self:note_silence(made, variants, silent)
  return made
end

-- ── texts, lists, scalars ──────────────────────────────────────────────────

-- The versions of each value, and of all lists of values.
local function collect_values(variants)
  local values, listed = {}, {}
  for _, variant in ipairs(variants) do
    for _, text in ipairs(variant.node.values or {}) do
      values[text] = values[text] or {}
      values[text][variant.version] = true
      listed[variant.version] = true
    end
  end
  return values, listed
end

-- The values that a text is known to take. A version that has the text but
-- lists no values is taken to allow those listed first.
local function value_list(variants)
  local list = {}
  local values, listed = collect_values(variants)
  local first_listed = M.span(listed)
  for _, text in ipairs(read.sorted_keys(values)) do
    local first, last = M.span(values[text])
    if first == first_listed then
      first = variants[1].version
    end
    list[#list + 1] = {text = text, first = first, last = last}
  end
  return list
end

function M:string(variants, name)
  local made = {kind = "string", format = "plain"}
  if variants[#variants].node.values then
    made.name, made.values = name, value_list(variants)
  elseif next((collect_values(variants))) then
    self:note("values", name, "the newest version lists no values any more")
  end
  return made
end

local function element_variants(variants)
  local elements = {}
  for i, variant in ipairs(variants) do
    elements[i] = {version = variant.version, node = variant.node.element}
  end
  return elements
end

local function list_type(kind, suffix)
  return function(self, variants, name)
    return {kind = kind, format = "plain",
            element = self:type(element_variants(variants), name, suffix)}
  end
end

local function scalar_type(kind)
  return function()
    return {kind = kind, format = "plain"}
  end
end

M.makers = {
  any = scalar_type "any",
  boolean = scalar_type "boolean",
  integer = scalar_type "integer",
  number = scalar_type "number",
  bytes = scalar_type "bytes",
  string = M.string,
  array = list_type("array", "[]"),
  map = list_type("map", "{}"),
  object = M.object,
}

-- The type `name` of some kind. Objects and texts with values are made once;
-- what is only composed of others is made anew, and found the same later on.
function M:made_once(kind, variants, name, silent)
  local key = kind .. " " .. name
  local made = self.made[key] or M.makers[kind](self, variants, name, silent)
  if made.name then
    self.made[key] = made
  end
  return made
end

-- The type of the place `place`. `suffix` tells the elements of a list from
-- the list itself, in notes.
function M:type(variants, place, suffix)
  local newest = variants[#variants].node
  variants = self:agreeing(variants, newest, place .. (suffix or ""))
  if newest.name then
    variants = self:gather(variants, newest)
  end
  local kept, silent = describing(variants, newest)
  local title = not place:find(".", 1, true) and newest.title
  local name = newest.name or title or place
  return self:made_once(newest.kind, kept, name, silent)
end

return M
