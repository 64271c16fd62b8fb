-- SPDX-License-Identifier: MIT
-- moonsail.contexts: the contexts of the docker command.

local context_store = require "moonsail.context_store"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local own = require "moonsail.own"
local whereabouts = require "moonsail.whereabouts"

local contexts = {}

local METHOD = "moonsail.contexts"

---A context of the docker command: a name for an engine and the way to it.
---@class moonsail.Context
---@field name string # "default" stands for the environment and the sockets
---@field description? string
---@field host? string # "ssh://me@build"
---@field tls? "verified"|"unverified" # how, if it is spoken with by TLS
---@field current boolean # whether `moonsail.client()` uses it
---@field error? string # why it cannot be used

-- How the terms are called.
local function kind_of(where)
  if where.tls then return where.tls.verify and "verified" or "unverified" end
  return where.host:find "^https:" and "verified" or nil
end

-- A row from what is kept.
local function row_of(context)
  local row = core.readable{
    name = context.name,
    description = context.description,
    host = context.host,
    current = false,
    error = context.error,
  }
  if context.host then row.tls = kind_of(context) end
  return row
end

-- What there is without a context. Its environment may be broken.
local function default_row(around)
  local ok, where = pcall(whereabouts.find,
                          { context = context_store.DEFAULT }, around)
  if ok then
    return row_of{ name = context_store.DEFAULT, host = where.host,
                   tls = where.tls }
  end
  if not core.is_error(where) then error(where, 0) end
  return row_of{ name = context_store.DEFAULT, error = where.message }
end

-- Where meta.json is so broken that it tells no name, its folder still does.
local function is_of(row, name)
  return row.name == name or row.name == core.sha256(name)
end

-- Marks the one that is used; one that is missing gets a row as well, so that
-- it is seen why nothing works.
local function mark_current(rows, around)
  local name, why = whereabouts.context_name(around)
  name = name or context_store.DEFAULT
  for _, row in ipairs(rows) do
    if is_of(row, name) then
      row.name, row.current = name, true
      return
    end
  end
  local _, problem = pcall(context_store.get, around.folder, name, why, METHOD)
  rows[#rows + 1] = row_of{ name = name, error = problem.message }
  rows[#rows].current = true
end

---All contexts, that of the environment first.
---@param options table
---@param getenv? fun(name: string): string|nil # os.getenv
---@return moonsail.Context[]
function contexts.list(options, getenv)
  getenv = getenv or os.getenv
  local given = own.take(options, { config = "string" }, nil,
                         fail.complainer(METHOD))
  local around = whereabouts.surroundings(given.config, getenv)
  local rows = { default_row(around) }
  for _, context in ipairs(context_store.list(around.folder, METHOD)) do
    rows[#rows + 1] = row_of(context)
  end
  mark_current(rows, around)
  return core.readable(rows)
end

return contexts
