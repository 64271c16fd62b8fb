-- SPDX-License-Identifier: MIT
-- Mends a definition before it is understood, by the overrides that say so:
--
--   {mend = "ContainerConfig/properties/Cmd", versions = "25-34", set = {…}}
--   {rename = "Port", to = "PortSummary", versions = "25-51"}
--
-- A mend's path begins with a definition or, after "operation ", with an id.
-- `set` replaces keywords (false takes one away). Each must change something
-- in every version that it names.

local M = {}

local KNOWN = {mend = true, rename = true, to = true, set = true,
               versions = true, reason = true}

local function check_row(row)
  local label = "override " .. tostring(row.mend or row.rename)
  for key in pairs(row) do
    assert(KNOWN[key], label .. ": unknown key")
  end
  assert(type(row.reason) == "string", label .. ": no reason")
  assert((row.mend ~= nil) == (row.set ~= nil) and
         (row.rename ~= nil) == (row.to ~= nil), label .. ": incomplete")
end

-- The first and the last version that a row is meant for.
function M.versions(row)
  local first, last = tostring(row.versions):match "^(%d+)%-(%d+)$"
  first = first or tostring(row.versions):match "^%d+$"
  assert(first, "override without versions: " .. (row.mend or row.rename))
  return tonumber(first), tonumber(last or first)
end

local function fail(document, row, message)
  error(("%s: override '%s' %s"):format(
    document.place, row.mend or row.rename, message), 0)
end

-- The member `key` of a table, or the element of a list whose name it is.
local function member(t, key)
  if t[1] == nil then
    return t[key] or t[tonumber(key)]
  end
  for _, element in ipairs(t) do
    if element.name == key then
      return element
    end
  end
  return nil
end

local function locate(document, row)
  local path = row.mend
  local at = document.definitions
  if path:find "^operation " then
    at, path = document.operations, path:gsub("^operation ", "")
  end
  for key in path:gmatch "[^/]+" do
    at = type(at) == "table" and member(at, key) or nil
    if at == nil then
      fail(document, row, "finds nothing at " .. key)
    end
  end
  return at
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for key, value in pairs(a) do
    if not same(value, b[key]) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

local function apply_set(document, row)
  local target, changed = locate(document, row), false
  for key, value in pairs(row.set) do
    if value == false then
      value = nil
    end
    changed = changed or not same(target[key], value)
    target[key] = value
  end
  if not changed then
    fail(document, row, "changes nothing")
  end
end

local function apply_rename(document, row)
  local definitions = document.definitions
  if definitions[row.rename] == nil or definitions[row.to] ~= nil then
    fail(document, row, "does not apply")
  end
  definitions[row.to] = definitions[row.rename]
  definitions[row.rename] = nil
  document.renamed[row.rename] = row.to
end

local function apply_row(document, row)
  if row.rename then
    apply_rename(document, row)
  else
    apply_set(document, row)
  end
end

-- Applies to a definition what is meant for its version.
function M.apply(document, rows)
  document.renamed = {}
  for _, row in ipairs(rows) do
    local first, last = M.versions(row)
    check_row(row)
    if document.version >= first and document.version <= last then
      apply_row(document, row)
    end
  end
end

M.same = same

return M
