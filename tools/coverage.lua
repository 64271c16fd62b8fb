-- SPDX-License-Identifier: MIT
-- docs/coverage.md: which operations which engines have answered in the tests.
--
--   coverage.lua [OPTIONS] FILE…     writes it, from what the runs recorded
--   coverage.lua --check [OPTIONS] [FILE…]  whether the document is complete,
--                  and the runs reached all that it says of their engines
--     --document FILE  docs/coverage.md
--     --reasons FILE   tools/coverage_reasons.lua
--
-- An operation that an engine's API has, and that was neither reached nor
-- explained, is an error; so is an explanation of what was reached.

local core = require "moonsail.core"

local REACHED, ABSENT = "✓", "–"

local problems = 0

local function complain(format, ...)
  problems = problems + 1
  io.stderr:write("coverage: ", format:format(...), "\n")
end

-- Arguments --------------------------------------------------------------

local function read_arguments(list)
  local arguments = {
    check = false,
    document = "docs/coverage.md",
    reasons = "tools/coverage_reasons.lua",
    files = {},
  }
  local i = 1
  while list[i] do
    local option = list[i]:match("^%-%-(.*)")
    if option == "check" then
      arguments.check = true
    elseif option == "document" or option == "reasons" then
      i = i + 1
      arguments[option] = assert(list[i], list[i - 1] .. " names a file")
    else
      assert(not option, list[i])
      arguments.files[#arguments.files + 1] = list[i]
    end
    i = i + 1
  end
  return arguments
end

-- What was recorded --------------------------------------------------------

-- By engine: {name, api = 41, reached = {operation → true}}.
local function read_records(files)
  local engines = {}
  for _, path in ipairs(files) do
    for line in io.lines(path) do
      local name, api, operation =
        line:match("^(.-)\t1%.(%d+)[%d.]*\t(%w+)$")
      assert(name, path .. ": no record: " .. line)
      engines[name] = engines[name]
        or { name = name, api = tonumber(api), reached = {} }
      engines[name].reached[operation] = true
    end
  end
  return engines
end

-- dockerd before podman, old before new.
local function sort_key(name)
  local product, major, minor = name:match("^(%a+) (%d+)%.(%d+)$")
  return ("%s %05d %05d"):format(product, major, minor)
end

local function sorted_engines(engines)
  local list = {}
  for _, engine in pairs(engines) do list[#list + 1] = engine end
  table.sort(list, function(a, b)
    return sort_key(a.name) < sort_key(b.name)
  end)
  return list
end

-- Operations and reasons ---------------------------------------------------

-- Those of the definitions, and those that engines have besides.
local function read_operations()
  local declared, others = {}, {}
  for _, id in ipairs(core.operations()) do
    local row = core.operation(id)
    local list = row.declared and declared or others
    list[#list + 1] = { id = id, since = tonumber(row.since:match("%d+$")) }
  end
  for _, list in ipairs{ declared, others } do
    table.sort(list, function(a, b) return a.id < b.id end)
  end
  return declared, others
end

-- "podman" stands for all its versions, "podman 4.3" for one.
local function is_for(reason, engine_name)
  for _, name in ipairs(reason.engines) do
    if name == engine_name or name == engine_name:match("^%a+") then
      return true
    end
  end
  return false
end

-- The number of the reason why an engine does not answer, or nil.
local function find_reason(reasons, engine_name, id)
  for number, reason in ipairs(reasons) do
    if is_for(reason, engine_name) then
      for _, operation in ipairs(reason.operations) do
        if operation == id then return number end
      end
    end
  end
end

-- Complains of reasons that name no operation: they would stay for ever.
local function check_reasons(reasons)
  for _, reason in ipairs(reasons) do
    for _, id in ipairs(reason.operations) do
      if not core.operation(id) then
        complain("there is no operation %s to explain", id)
      end
    end
  end
end

-- What stands in the table for an operation and an engine.
local function cell(reasons, engine, operation)
  local number = find_reason(reasons, engine.name, operation.id)
  if engine.reached[operation.id] then
    if number then
      complain("%s answers %s: no reason is needed", engine.name,
               operation.id)
    end
    return REACHED
  elseif operation.since > engine.api then
    return ABSENT
  elseif not number then
    complain("%s did not answer %s, and no reason says why", engine.name,
             operation.id)
    return "?"
  end
  return ("[%d](#%d)"):format(number, number)
end

-- Writing --------------------------------------------------------------------

local HEAD = [[
# Coverage

Which operations which engines have answered with success when the tests were
run. This page is made by `tools/coverage.lua` from what the runs recorded.

- ✓ answered, through a typed call
- – the engine's API, by its version, does not have the operation
- a number: not reached, and why
]]

local function row(...)
  return "| " .. table.concat({ ... }, " | ") .. " |\n"
end

local function write_table(out, engines, operations, reasons)
  local names, rule = { "operation" }, { "---" }
  for _, engine in ipairs(engines) do
    names[#names + 1] = engine.name
    rule[#rule + 1] = "---"
  end
  out[#out + 1] = "\n" .. row(table.unpack(names)) .. row(table.unpack(rule))
  for _, operation in ipairs(operations) do
    local cells = { operation.id }
    for _, engine in ipairs(engines) do
      cells[#cells + 1] = cell(reasons, engine, operation)
    end
    out[#out + 1] = row(table.unpack(cells))
  end
end

-- How many of those that it has each engine has answered.
local function write_sums(out, engines, operations)
  out[#out + 1] = "\n" .. row("engine", "API", "answered", "of")
    .. row("---", "---", "---", "---")
  for _, engine in ipairs(engines) do
    local n, all = 0, 0
    for _, operation in ipairs(operations) do
      if operation.since <= engine.api then all = all + 1 end
      if engine.reached[operation.id] then n = n + 1 end
    end
    out[#out + 1] = row(engine.name, ("1.%d"):format(engine.api),
                        tostring(n), tostring(all))
  end
end

local function document(engines, reasons)
  local declared, others = read_operations()
  local out = { HEAD }
  write_sums(out, engines, declared)
  out[#out + 1] = ("\n## The %d operations of the definitions\n")
    :format(#declared)
  write_table(out, engines, declared, reasons)
  out[#out + 1] = "\n## Operations that the definitions leave out\n"
  write_table(out, engines, others, reasons)
  out[#out + 1] = "\n## Why not\n\n"
  for number, reason in ipairs(reasons) do
    out[#out + 1] = ('%d. <a id="%d"></a>%s\n'):format(number, number,
                                                       reason.reason)
  end
  return table.concat(out)
end

-- Checking -----------------------------------------------------------------

-- The cells of a row of a table, or nil where the line is none.
local function cells_of(line)
  if not line:find("^| ") or line:find("^| %-%-%-") then return nil end
  local cells = {}
  for text in line:gmatch("| ([^|]-) %f[|]") do cells[#cells + 1] = text end
  return cells
end

-- What the document says: by engine, by operation, the cell.
local function read_document(path)
  local claims, names = {}, nil
  for line in io.lines(path) do
    local cells = cells_of(line)
    if cells and cells[1] == "operation" then
      names = cells
    elseif cells and names then
      for i = 2, #cells do
        claims[names[i]] = claims[names[i]] or {}
        claims[names[i]][cells[1]] = cells[i]
      end
    end
  end
  return claims
end

-- Whether the document has a word on each operation, and a reason where one
-- is needed.
local function check_document(claims, reasons)
  for name, cells in pairs(claims) do
    for _, id in ipairs(core.operations()) do
      local text = cells[id] or "?"
      local number = find_reason(reasons, name, id)
      local wanted = text:match("^%[(%d+)%]")
      if text == "?" then
        complain("the document does not say whether %s answers %s", name, id)
      elseif wanted and tonumber(wanted) ~= number then
        complain("%s, %s: the reason has changed", name, id)
      end
    end
  end
end

-- Whether the runs reached what the document says of their engines.
local function check_runs(claims, engines)
  for _, engine in ipairs(engines) do
    if not claims[engine.name] then
      complain("the document has no column for %s", engine.name)
    end
    for id, text in pairs(claims[engine.name] or {}) do
      if text == REACHED and not engine.reached[id] then
        complain("%s did not answer %s, as it did before", engine.name, id)
      end
    end
  end
end

local function main(list)
  local arguments = read_arguments(list)
  local reasons = dofile(arguments.reasons)
  local engines = sorted_engines(read_records(arguments.files))
  check_reasons(reasons)
  if arguments.check then
    local claims = read_document(arguments.document)
    check_document(claims, reasons)
    check_runs(claims, engines)
  else
    local text = document(engines, reasons)
    local file <close> = assert(io.open(arguments.document, "w"))
    file:write(text)
  end
  return problems == 0
end

os.exit(main(arg), true)
