-- SPDX-License-Identifier: MIT
-- What print shows of clients, collections and objects: what can be done with
-- them; and what help tells about it.

local cells = require "moonsail.cells"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local handbook = require "moonsail.handbook"
local page = require "moonsail.page"
local screen = require "moonsail.screen"
local show = require "moonsail.show"
local text = require "moonsail.text"

local help = {}

-- As many lines are shown of a signature in an overview.
local SIGNATURE_LINES = 3

-- Titles --------------------------------------------------------------------

-- Where the names of things are.
local NAMES = { "name", "spec.name", "description.hostname" }

-- The name of an object whose title has only its id; an image's first tag.
local function name_of(attrs)
  for _, path in ipairs(NAMES) do
    local name = cells.text(attrs, path)
    if name ~= "" then return name end
  end
  local names = cells.names(attrs)
  if names ~= "" then return names end
  return tostring(cells.list(attrs, "repo_tags")[1] or "")
end

-- Those that the engine has never heard of.
local PLAIN = { fiber = true, loop = true, queue = true, stream = true }

-- "container 0123456789ab (web)"
local function title_of(value, class)
  if PLAIN[class] then return tostring(value) end
  local title = core.title(value)
  local ok, attrs = pcall(core.attrs, value)
  local name = ok and name_of(attrs):gsub("^/", "") or ""
  if name ~= "" and not title:find(" " .. name, 1, true) then
    title = ("%s (%s)"):format(title, name)
  end
  return text.clean(title)
end

-- Overviews -----------------------------------------------------------------

local function first_paragraph(doc)
  return (doc or ""):match("^(.-)\n\n") or doc or ""
end

local function append(lines, more)
  table.move(more, 1, #more, #lines + 1, lines)
end

local function heading(lines, title)
  lines[#lines + 1] = ""
  lines[#lines + 1] = title
end

local function add_collections(lines, width)
  heading(lines, "Collections")
  for _, name in ipairs(handbook.COLLECTIONS) do
    local doc = first_paragraph(handbook.class(name).doc):gsub("\n", " ")
    local line = ("  %-12s%s"):format(name, doc):gsub("%s+$", "")
    lines[#lines + 1] = text.cut(line, width)
  end
  lines[#lines + 1] = text.cut(
    ("  %-12s%s"):format("api", "every operation of the API, as a function"),
    width)
end

-- The rows of a class: those that only tell something, and the others.
local function sorted_rows(class)
  local attributes, methods = {}, {}
  for _, name in ipairs(handbook.names(class)) do
    local row = handbook.method(class, name)
    local list = handbook.is_attribute(class, row) and attributes or methods
    list[#list + 1] = row
  end
  return attributes, methods
end

local function add_attributes(lines, rows, width)
  if #rows == 0 then return end
  heading(lines, "Attributes")
  local words = {}
  for i, row in ipairs(rows) do words[i] = row.name .. "()" end
  append(lines, text.fill(words, width, "  ", "  "))
end

local function add_methods(lines, rows, width)
  heading(lines, "Methods")
  for _, row in ipairs(rows) do
    append(lines, page.signature(row, row.name, width, "  ",
                                 SIGNATURE_LINES))
  end
end

local FOOT = "A ? may be left out, {…} is a table of options; "
  .. "help(%q) tells more."

local function foot_of(class)
  local names = handbook.names(class)
  for _, name in ipairs{ "run", "create", "logs", "get", "inspect" } do
    if core.methods(class)[name] then return FOOT:format(name) end
  end
  return FOOT:format(names[1])
end

-- The class, and every method with its arguments.
local function class_overview(class, title, width)
  local lines = text.fill({ title }, width, "")
  append(lines, text.wrap(first_paragraph(handbook.class(class).doc), width))
  if class == "client" then add_collections(lines, width) end
  local attributes, methods = sorted_rows(class)
  add_attributes(lines, attributes, width)
  add_methods(lines, methods, width)
  lines[#lines + 1] = ""
  append(lines, text.wrap(foot_of(class), width))
  return table.concat(lines, "\n")
end

-- The operations of the API, by their names.
local function api_overview(width)
  local lines = text.wrap("api: every operation of the API as a function "
    .. "that takes a table of its options.", width)
  lines[#lines + 1] = ""
  append(lines, text.fill(handbook.operations(), width, "  ", "  "))
  heading(lines, 'A client\'s help("api.container_list") tells more.')
  return table.concat(lines, "\n")
end

---What print shows of a client, a collection or an object.
---@param value any
---@param class string # "api": the operations of a client
---@param width integer|nil
---@return string
function help.overview(value, class, width)
  width = width or screen.page()
  if class == "api" then return api_overview(width) end
  return class_overview(class, title_of(value, class), width)
end

-- Finding -------------------------------------------------------------------

local function complain_unknown(label, what, given, known)
  local near = core.nearest(given, known)
  fail.argument(label, "no %s %q%s", what, given,
                near and (" (did you mean %s?)"):format(near) or "")
end

-- The row of a method, or of an operation: "api.container_list".
local function find_row(class, name, label)
  local operation = name:match("^api%.(.*)$")
  if operation then
    local found = handbook.operation(operation)
    if found then return handbook.operation_row(found) end
    complain_unknown(label, "operation", operation, handbook.operations())
  end
  local names = handbook.names(class)
  if not core.methods(class)[name] then
    complain_unknown(label, "method", name, names)
  end
  return handbook.method(class, name)
end

-- All that may be given to a method by a name, by that.
local function options_of(row)
  local found = {}
  local lists = { row.own, row.arguments, row.taken }
  if row.spread then lists[4] = handbook.fields(row.spread.model) end
  for _, list in ipairs(lists) do
    for _, option in ipairs(list) do
      found[option.name] = found[option.name] or option
    end
  end
  return found
end

local function by_name(list)
  local found = {}
  for _, option in ipairs(list) do found[option.name] = option end
  return found
end

local function keys_of(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

-- "host_config.mounts[1].type" → the option at the end of it.
local function find_option(row, path, label)
  local known, option = options_of(row), nil
  for step in path:gsub("%b[]", ""):gmatch("[^.]+") do
    option = known[step] or known[step .. "_"]
    if not option then
      complain_unknown(label, "option", step, keys_of(known))
    end
    known = by_name(option.model and handbook.fields(option.model) or {})
  end
  if not option then fail.argument(label, "%q is no option", path) end
  return option
end

-- Telling -------------------------------------------------------------------

local function check_text(value, name, label)
  if value ~= nil then
    fail.check_type(fail.complainer(label), name, "string", value)
  end
end

---What there is to know about a method, or one of its options.
---@param class string
---@param name string
---@param option string|nil # "host_config.memory"
---@param label string # for complaints
---@param width integer|nil
---@return string
function help.method(class, name, option, label, width)
  width = width or screen.page()
  local row = find_row(class, name, label)
  local title = class == "client" and row.name:find("^api%.") and row.name
                or class .. ":" .. row.name
  if not option then return page.method(row, title, width) end
  return page.option(find_option(row, option, label),
                     ("%s, option %s"):format(title, option), width)
end

---What the method help of every class gives.
---@param self any
---@param class string
---@param name string|nil # nil: the overview
---@param option string|nil
---@return string
function help.of(self, class, name, option)
  local label = class .. ":help"
  check_text(name, "name", label)
  check_text(option, "option", label)
  if not name then return help.overview(self, class) end
  return help.method(class, name, option, label)
end

-- By topic ------------------------------------------------------------------

local function topics(width)
  local lines = text.wrap("Topics: the classes below, their methods "
    .. "(\"containers.run\"), the options of these "
    .. "(\"containers.run.memory\"), operations of the API "
    .. "(\"api.container_list\").", width)
  lines[#lines + 1] = ""
  append(lines, text.fill(show.CLASSES, width, "  ", "  "))
  return table.concat(lines, "\n")
end

-- "containers.create.host_config.memory", "containers:create"
local function split_topic(topic)
  local class, rest = topic:match("^([%w_]+)[.:]?(.*)$")
  if class == "api" and rest ~= "" then
    local operation, option = rest:match("^([%w_]+)%.?(.*)$")
    return "client", "api." .. (operation or rest), option or ""
  end
  local name, option = (rest or ""):match("^([%w_]+)%.?(.*)$")
  return class or topic, name or rest or "", option or ""
end

local function is_class(class)
  for _, known in ipairs(show.CLASSES) do
    if known == class then return true end
  end
  return class == "api"
end

---What there is to know about a class, a method, an option or an operation.
---@param topic string|nil # nil: the topics
---@return string
function help.topic(topic)
  local label, width = "moonsail.help", screen.page()
  check_text(topic, "topic", label)
  if not topic then return topics(width) end
  local class, name, option = split_topic(topic)
  if not is_class(class) then
    complain_unknown(label, "class", class, show.CLASSES)
  elseif class == "api" then
    return api_overview(width)
  elseif name == "" then
    return class_overview(class, class, width)
  end
  return help.method(class, name, option ~= "" and option or nil, label,
                     width)
end

return help
