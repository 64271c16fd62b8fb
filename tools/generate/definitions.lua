-- SPDX-License-Identifier: MIT
-- What definitions for editors are made of: lines, fields, and the types of
-- the API.

local manual = require "generate.manual"
local model_rules = require "generate.model"
local option_docs = require "generate.option_docs"
local read = require "generate.read"

local M = {}

local OLDEST, NEWEST = read.OLDEST, read.NEWEST

local Writer = {}
Writer.__index = Writer

M.Writer = Writer

-- A writer of what a book has (see book.lua), with nothing written yet.
function M.writer(book)
  return setmetatable({book = book, types = book.types, docs = book.docs,
                       lines = {}}, Writer)
end

function Writer:put(format, ...)
  self.lines[#self.lines + 1] = format:format(...)
end

-- What is indented is code.
function Writer:doc(text)
  for line in (text .. "\n"):gmatch "(.-)\n" do
    local code = line:match "^%s+(.*)$"
    self:put("---%s", code and ("`%s`"):format(code) or line)
  end
end

-- ── fields ─────────────────────────────────────────────────────────────────

-- "since 1.41; only …": what stands behind a field.
local function comment(item, doc, default)
  local parts = {}
  if item.first and item.first > OLDEST then
    parts[#parts + 1] = ("since 1.%d"):format(item.first)
  end
  if item.last and item.last < NEWEST then
    parts[#parts + 1] = ("up to 1.%d"):format(item.last)
  end
  if default then
    parts[#parts + 1] = "default " .. default
  end
  parts[#parts + 1] = doc
  return parts[1] and " # " .. table.concat(parts, "; ") or ""
end

function Writer:field(name, optional, made, behind)
  local mark = optional and "?" or ""
  local key = name:find "^%[" and name or manual.key_text(name)
  self:put("---@field %s%s %s%s", key, mark, made, behind)
end

-- A field of a table of options: a word of Lua has an underscore, too.
function Writer:option(name, optional, made, behind)
  self:field(name, optional, made, behind)
  if manual.keywords[name] then
    self:field(name .. "_", optional, made, behind)
  end
end

-- ── types of the API ───────────────────────────────────────────────────────

-- An absent list or map is an empty table in answers.
local function may_be_nil(made)
  return made.kind ~= "array" and made.kind ~= "map"
end

function Writer:answer_fields(made)
  for _, field in ipairs(model_rules.fields(made)) do
    self:field(field.name, may_be_nil(field.type),
               self.types:of(field.type, "api"),
               comment(field, self.docs:of_field(made, field.name)))
  end
end

function Writer:input_fields(made)
  for _, field in ipairs(model_rules.fields(made)) do
    self:option(field.name, true, self.types:of(field.type, "input"),
                comment(field, self.docs:of_field(made, field.name),
                        option_docs.default(field)))
  end
end

function Writer:api_type(name, made)
  if made.values then
    local values = {}
    for i, value in ipairs(made.values) do
      values[i] = ("%q"):format(value.text)
    end
    self:put("---@alias %s %s|string", name, table.concat(values, "|"))
  else
    self:put("---@class %s", name)
    if name:find("^moonsail%.input%.") then
      self:input_fields(made)
    else
      self:answer_fields(made)
    end
  end
  self:put ""
end

-- Writing one may need others.
function Writer:api_types()
  local written, grown = {}, true
  while grown do
    grown = false
    for _, name in ipairs(read.sorted_keys(self.types.needed)) do
      if not written[name] then
        written[name], grown = true, true
        self:api_type(name, self.types.needed[name])
      end
    end
  end
end

M.comment = comment

return M
