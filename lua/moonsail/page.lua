-- SPDX-License-Identifier: MIT
-- How a method is written down: its signature, and about a screen of text.

local explain = require "moonsail.explain"
local handbook = require "moonsail.handbook"
local text = require "moonsail.text"

local page = {}

-- As many lines are about a screen; then options are told in fewer words.
local SCREEN = 60

-- The longest name that the texts of a list are aligned with.
local NAME_COLUMNS = 24

-- Signatures ----------------------------------------------------------------

-- The names of the options, as many as asked for.
local function option_names(row, count)
  local names = {}
  for _, list in ipairs{ row.own, row.taken } do
    for _, option in ipairs(list) do
      if #names == count then
        names[#names + 1] = "…"
        return names
      end
      names[#names + 1] = option.name
    end
  end
  return names
end

-- "run(image,", "cmd?,", "{detach,", "name})": words that may be broken at.
local function signature_words(row, name, count)
  if not row.is_known then return { name .. "(…)" } end
  local parts = {}
  for _, argument in ipairs(row.arguments) do
    parts[#parts + 1] = argument.name .. (argument.required and "" or "?")
  end
  local names = option_names(row, count)
  local opening, closing = "(", ")"
  if names[1] then
    if not parts[1] then opening, closing = "", "" end
    names[1] = "{" .. names[1]
    names[#names] = names[#names] .. "}"
    table.move(names, 1, #names, #parts + 1, parts)
  end
  for i = 1, #parts - 1 do parts[i] = parts[i] .. "," end
  parts[1] = name .. opening .. (parts[1] or "")
  parts[#parts] = parts[#parts] .. closing
  return parts
end

-- Lines that begin further to the right from the second one on.
local function hanging(words, width, indent)
  local lines = text.fill(words, width, indent .. "    ")
  lines[1] = indent .. lines[1]:sub(#indent + 5)
  return lines
end

---The signature of a method: its arguments, and as many names of options as
---there is room for.
---@param row moonsail.Row
---@param name string # "run", "containers:run"
---@param width integer
---@param indent string
---@param most integer # lines
---@return string[] lines
function page.signature(row, name, width, indent, most)
  local count = #row.own + #row.taken
  local lines = hanging(signature_words(row, name, count), width, indent)
  while #lines > most and count > 0 do
    count = count - 1
    lines = hanging(signature_words(row, name, count), width, indent)
  end
  return lines
end

-- Lists of arguments and options --------------------------------------------

-- "string; default \"x\"; from API 1.41"
local function facts(option, type_columns)
  local parts = { option.type }
  if type_columns then parts[1] = text.cut(option.type, type_columns) end
  if option.default then parts[2] = "default " .. option.default end
  parts[#parts + 1] = explain.versions(option.since, option.last)
  return table.concat(parts, "; ")
end

local function with_doc(option, type_columns)
  local doc = option.doc and option.doc ~= "" and option.doc:gsub("\n+", " ")
  return facts(option, doc and type_columns) .. (doc and ": " .. doc or "")
end

local function shown_name(option, is_argument)
  if is_argument then
    return option.name .. (option.required and "" or "?")
  end
  return option.name .. (option.required and " *" or "")
end

local function name_columns(names)
  local columns = 0
  for _, name in ipairs(names) do
    columns = math.max(columns, text.width(name))
  end
  return math.min(columns, NAME_COLUMNS)
end

-- Of a type that would leave too little room for what is said of an option,
-- so many columns are shown.
local SHORT_TYPE = 20

-- What is said of one, in lines without their indent: all, or one line.
local function told(option, width, style)
  local words = with_doc(option)
  if style ~= "brief" then return text.wrap(words, width) end
  if text.width(words) > width then words = with_doc(option, SHORT_TYPE) end
  return { text.cut(words, width) }
end

-- Appends the list in full ("full") or with a line each ("brief").
local function add_list(lines, options, width, style, is_argument)
  local names = {}
  for i, option in ipairs(options) do
    names[i] = shown_name(option, is_argument)
  end
  local columns = name_columns(names)
  local indent = (" "):rep(columns + 4)
  for i, option in ipairs(options) do
    local rest = told(option, width - #indent, style)
    local head = "  " .. text.pad(names[i], columns) .. "  "
    if text.width(names[i]) > columns then
      lines[#lines + 1], head = "  " .. names[i], indent
    end
    for j, line in ipairs(rest) do
      lines[#lines + 1] = (j == 1 and head or indent) .. line
    end
  end
end

local function add_names(lines, options, width)
  local names = {}
  for i, option in ipairs(options) do
    names[i] = option.name .. (i < #options and "," or "")
  end
  local filled = text.fill(names, width, "  ")
  table.move(filled, 1, #filled, #lines + 1, lines)
end

local function add_options(lines, options, width, style)
  if style == "names" then
    add_names(lines, options, width)
  else
    add_list(lines, options, width, style, false)
  end
end

-- Sections ------------------------------------------------------------------

local function heading(lines, title)
  lines[#lines + 1] = ""
  lines[#lines + 1] = title
end

local function add_wrapped(lines, words, width, indent)
  local wrapped = text.wrap(words, width, indent)
  table.move(wrapped, 1, #wrapped, #lines + 1, lines)
end

local function has_required(options)
  for _, option in ipairs(options) do
    if option.required then return true end
  end
  return false
end

local function add_taken(lines, row, width, style)
  if #row.taken == 0 then return end
  local star = style ~= "names" and has_required(row.taken)
               and " (* must be given)" or ""
  heading(lines, (#row.own > 0 and "Options of the API" or "Options") .. star)
  add_options(lines, row.taken, width, style)
end

-- Those of the fields that are not told of above.
local function other_fields(row)
  local known, others = {}, {}
  for _, list in ipairs{ row.arguments, row.own, row.taken } do
    for _, option in ipairs(list) do known[option.name] = true end
  end
  for _, field in ipairs((handbook.fields(row.spread.model))) do
    if not known[field.name] then others[#others + 1] = field end
  end
  return others
end

local function add_spread(lines, row, width)
  if not row.spread then return end
  heading(lines, ("Fields of %s, which may stand among the options as well")
    :format(row.spread.name))
  add_names(lines, other_fields(row), width)
end

local function add_returns(lines, row, width)
  if #row.returns == 0 then return end
  heading(lines, "Returns")
  for _, returned in ipairs(row.returns) do
    local words = returned.type
    if returned.doc then words = words .. ": " .. returned.doc end
    local wrapped = text.wrap(words, width, "  ")
    table.move(wrapped, 1, #wrapped, #lines + 1, lines)
  end
end

local function add_raises(lines, row, width)
  if #row.raises == 0 then return end
  heading(lines, "Raises")
  for _, raised in ipairs(row.raises) do
    local words = { raised.kind .. " when" }
    for word in raised.when:gsub("^when ", ""):gmatch("%S+") do
      words[#words + 1] = word
    end
    local filled = hanging(words, width, "  ")
    table.move(filled, 1, #filled, #lines + 1, lines)
  end
end

local function foot_of(row)
  local parts = {}
  if #row.uses > 0 then
    parts[1] = "Stands on " .. table.concat(row.uses, ", ") .. "."
  end
  local versions = explain.versions(row.since)
  if versions then
    parts[#parts + 1] = versions:gsub("^%l", string.upper) .. " on."
  end
  return table.concat(parts, " ")
end

local function add_foot(lines, row, width)
  local foot = foot_of(row)
  if foot == "" then return end
  lines[#lines + 1] = ""
  add_wrapped(lines, foot, width)
end

-- Where options were only named, or cut.
local function add_hint(lines, row, width)
  lines[#lines + 1] = ""
  add_wrapped(lines, ("help(%q, OPTION) tells more of one of them.")
    :format(row.name), width)
end

-- All of it, the options in these styles.
local function written(row, name, width, own_style, taken_style)
  local lines = page.signature(row, name, width, "", 2)
  if row.doc ~= "" then
    lines[#lines + 1] = ""
    add_wrapped(lines, row.doc, width)
  end
  if #row.arguments > 0 then
    heading(lines, "Arguments")
    add_list(lines, row.arguments, width, "full", true)
  end
  if #row.own > 0 then
    heading(lines, "Options")
    add_options(lines, row.own, width, own_style)
  end
  add_taken(lines, row, width, taken_style)
  add_spread(lines, row, width)
  if taken_style ~= "full" or row.spread then add_hint(lines, row, width) end
  add_returns(lines, row, width)
  add_raises(lines, row, width)
  add_foot(lines, row, width)
  return lines
end

-- From many words to few, for own options and those of operations.
local STYLES = {
  { "full", "full" }, { "full", "brief" }, { "full", "names" },
  { "brief", "names" },
}

---What there is to know about a method, about a screen of it.
---@param row moonsail.Row
---@param name string # "containers:run"
---@param width integer
---@return string
function page.method(row, name, width)
  local lines
  for _, style in ipairs(STYLES) do
    lines = written(row, name, width, style[1], style[2])
    if #lines <= SCREEN then break end
  end
  return table.concat(lines, "\n")
end

-- One option ----------------------------------------------------------------

local function add_fields(lines, option, width)
  if not option.model then return end
  local fields, name = handbook.fields(option.model)
  if #fields == 0 then return end
  heading(lines, "Fields of " .. name)
  local full = {}
  add_list(full, fields, width, "full", false)
  if #full <= SCREEN then
    table.move(full, 1, #full, #lines + 1, lines)
  else
    add_names(lines, fields, width)
  end
end

---What there is to know about one option of a method.
---@param option moonsail.Explained
---@param title string # "containers:create, option memory"
---@param width integer
---@return string
function page.option(option, title, width)
  local lines = text.fill({ title }, width, "")
  lines[#lines + 1] = ""
  add_wrapped(lines, facts(option), width, "  ")
  if option.doc then add_wrapped(lines, option.doc, width, "  ") end
  local values = option.model and explain.values(option.model)
  if values then
    heading(lines, "Known values")
    local filled = text.fill(values, width, "  ")
    table.move(filled, 1, #filled, #lines + 1, lines)
  end
  add_fields(lines, option, width)
  if option.wire and option.wire ~= option.name then
    lines[#lines + 1] = ""
    lines[#lines + 1] = ("The API calls it %s."):format(option.wire)
  end
  return table.concat(lines, "\n")
end

return page
