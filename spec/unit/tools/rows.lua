-- SPDX-License-Identifier: MIT
-- Reads the generated C rows back, from their numbers and not from their
-- comments: what the library will see.

local folder = "csrc/model/gen/"

local function read_file(name)
  local file = assert(io.open(folder .. name))
  local text = file:read "a"
  file:close()
  return text
end

-- The texts by their offset.
local function read_pool()
  local texts, at = {}, 0
  local pool = read_file "pool.c"
  for length, text in pool:gmatch '\n  "([\\%d]+)" "(.-)\\000"' do
    local low, high = length:match "\\(%d+)\\(%d+)"
    text = text:gsub("\\(%d%d%d)", function(octal)
      return string.char(tonumber(octal, 8))
    end)
    assert(#text == tonumber(low, 8) + tonumber(high, 8) * 256, text)
    texts[at + 2] = text
    at = at + 2 + #text + 1
  end
  return texts
end

-- The rows of an array: each a list of its cells as text.
local function read_rows(file, array)
  local rows = {}
  local body = read_file(file):match(array .. "%[%] = {\n(.-)\n};")
  for line in body:gmatch "[^\n]+" do
    local cells = {}
    local inner = line:match "^  {(.-)}," or line:match "^  (%d+),"
    for cell in inner:gmatch "[^,]+" do
      cells[#cells + 1] = cell:match "^%s*(.-)%s*$"
    end
    rows[#rows + 1] = cells
  end
  return rows
end

local function number(cell)
  return cell == "DK_NONE" and nil or tonumber(cell)
end

local texts = read_pool()

local function text(cell)
  return assert(texts[tonumber(cell)], "no text at " .. cell)
end

local function flags(cell)
  local set = {}
  for flag in cell:gmatch "DK_(%u+)" do
    set[flag:lower()] = true
  end
  return set
end

local M = {types = {}, operations = {}, methods = {}, attributes = {}}

local function add_fields(made, all, first, count)
  made.fields, made.by_wire = {}, {}
  for i = first + 1, first + count do
    local cells = all[i]
    local field = {wire = text(cells[1]), name = text(cells[2]),
                   row = tonumber(cells[3]), since = tonumber(cells[4]),
                   until_ = tonumber(cells[5]), flags = flags(cells[6])}
    made.by_wire[field.wire] = field
    if not field.flags.alias then
      made.fields[field.name] = field
    end
  end
end

local function add_values(made, all, first, count)
  made.values = {}
  for i = first + 1, first + count do
    made.values[text(all[i][1])] = {since = tonumber(all[i][2]),
                                    until_ = tonumber(all[i][3])}
  end
end

local function read_types()
  local all_fields = read_rows("fields.c", "dk_fields")
  local all_values = read_rows("types.c", "dk_values")
  local rows = read_rows("types.c", "dk_types")
  M.rows = {}
  for i, cells in ipairs(rows) do
    local made = {name = text(cells[1]), kind = cells[2]:lower():sub(4),
                  format = cells[3]:lower():sub(4),
                  element_row = number(cells[4])}
    local first, count = tonumber(cells[5]), tonumber(cells[6])
    if made.kind == "object" then
      add_fields(made, all_fields, first, count)
    elseif count > 0 then
      add_values(made, all_values, first, count)
    end
    M.rows[i - 1], M.types[made.name] = made, made
  end
  for _, made in pairs(M.rows) do
    made.element = made.element_row and M.rows[made.element_row]
    for _, field in pairs(made.by_wire or {}) do
      field.type = M.rows[field.row]
    end
  end
end

local function read_parameter(cells)
  return {wire = text(cells[1]), name = text(cells[2]),
          type = M.rows[tonumber(cells[3])], place = cells[4]:lower():sub(4),
          since = tonumber(cells[5]), until_ = tonumber(cells[6]),
          flags = flags(cells[7])}
end

local function add_parameters(operation, all, first, count)
  operation.parameters, operation.options, operation.by_wire = {}, {}, {}
  for i = first + 1, first + count do
    local parameter = read_parameter(all[i])
    table.insert(operation.parameters, parameter)
    if parameter.place == "body" then
      operation.body = parameter
    else
      operation.options[parameter.name] = parameter
      operation.by_wire[parameter.place .. " " .. parameter.wire] = parameter
    end
  end
  for name, field in pairs(operation.body and operation.body.type.fields
                           or {}) do
    operation.options[name] = field
  end
end

local function add_responses(operation, all, first, count)
  operation.responses = {}
  for i = first + 1, first + count do
    local cells = all[i]
    operation.responses[tonumber(cells[1])] = {
      answer = cells[2]:lower():sub(4), type = M.rows[number(cells[3])],
      since = tonumber(cells[4]), until_ = tonumber(cells[5]),
      header = text(cells[6]),
    }
  end
end

local function read_operations()
  local parameters = read_rows("operations.c", "dk_parameters")
  local responses = read_rows("operations.c", "dk_responses")
  for _, cells in ipairs(read_rows("operations.c", "dk_operations")) do
    local operation = {id = text(cells[1]), name = text(cells[2]),
                       method = text(cells[3]), path = text(cells[4]),
                       since = tonumber(cells[9]),
                       until_ = tonumber(cells[10]),
                       declared = cells[11] == "1"}
    add_parameters(operation, parameters, tonumber(cells[5]),
                   tonumber(cells[7]))
    add_responses(operation, responses, tonumber(cells[6]),
                  tonumber(cells[8]))
    M.operations[operation.id] = operation
    table.insert(M.operations, operation)
  end
end

local function read_methods()
  for _, cells in ipairs(read_rows("methods.c", "dk_methods")) do
    local name = text(cells[1]) .. ":" .. text(cells[2])
    M.methods[name] = {
      target = text(cells[3]), positional = text(cells[4]),
      result_class = text(cells[5]), result_field = text(cells[6]),
      operation = M.operations[tonumber(cells[7]) + 1],
      result = cells[8]:lower():sub(11), unlimited = cells[9] == "1",
    }
  end
  for _, cells in ipairs(read_rows("methods.c", "dk_attributes")) do
    M.attributes[text(cells[1]) .. ":" .. text(cells[2])] = text(cells[3])
  end
end

read_types()
read_operations()
read_methods()

return M
