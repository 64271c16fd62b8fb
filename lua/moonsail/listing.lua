-- SPDX-License-Identifier: MIT
-- What print shows of lists: tables in the manner of the docker command, as
-- wide as the terminal. Nothing is asked of the engine for them.

local cells = require "moonsail.cells"
local core = require "moonsail.core"
local grid = require "moonsail.grid"
local screen = require "moonsail.screen"

local listing = {}

---@class moonsail.Cell: moonsail.Column
---@field [2] fun(attrs: table, variant: any): string # what is in it
---@field [1] string # the title
---@field field string|nil # shown only if one of the list has that

-- Readers of cells ---------------------------------------------------------

local function text(path)
  return function(attrs) return cells.text(attrs, path) end
end

local function capital(path)
  return function(attrs) return cells.capital(cells.text(attrs, path)) end
end

local function ago(path)
  return function(attrs) return cells.ago(attrs, path) end
end

local function short(path)
  return function(attrs) return cells.short(cells.text(attrs, path)) end
end

-- The first that is there of several paths.
local function first_text(...)
  local paths = { ... }
  return function(attrs)
    for _, path in ipairs(paths) do
      local found = cells.text(attrs, path)
      if found ~= "" then return found end
    end
    return ""
  end
end

-- Containers ---------------------------------------------------------------

-- A list has the image's name or, when that is another's by now, its id.
local function container_image(attrs)
  local name = first_text("config.image", "image")(attrs)
  return name ~= "" and cells.image(name) or "<no image>"
end

-- Images -------------------------------------------------------------------

-- A row a tag; those without one are known by the repository they came from.
local function image_names(attrs)
  local names = {}
  for _, name in ipairs(cells.list(attrs, "repo_tags")) do
    local repository, tag = cells.repository(tostring(name))
    names[#names + 1] = { repository, tag or "<none>" }
  end
  if names[1] then return names end
  local digest = cells.list(attrs, "repo_digests")[1]
  local repository = digest and cells.repository(tostring(digest))
  return { { repository or "<none>", "<none>" } }
end

local function repository(_, name) return name[1] end

local function tag(_, name) return name[2] end

-- Services and tasks -------------------------------------------------------

local MODES = {
  { "replicated", "replicated" }, { "global", "global" },
  { "replicated_job", "replicated job" }, { "global_job", "global job" },
}

local function service_mode(attrs)
  for _, mode in ipairs(MODES) do
    if cells.at(attrs, "spec.mode." .. mode[1]) ~= nil then return mode[2] end
  end
  return ""
end

-- How many run of those that shall; the first only where the list was asked
-- for it.
local function replicas(attrs)
  local running = cells.number(attrs, "service_status.running_tasks")
  local wanted = cells.number(attrs, "service_status.desired_tasks")
                 or cells.number(attrs, "spec.mode.replicated.replicas")
  return ("%s/%s"):format(running or "-", wanted or "-")
end

-- The name that it was given, without the digest that the manager put behind.
local function service_image(path)
  return function(attrs)
    local name = cells.text(attrs, path):gsub("@%w+:%x+$", "")
    return cells.image(name)
  end
end

-- The service's name is not known here; its id is.
local function task_name(attrs)
  local name = cells.text(attrs, "name")
  if name ~= "" then return name end
  local service = cells.short(cells.text(attrs, "service_id"))
  local slot = cells.number(attrs, "slot") or 0
  if slot > 0 then return ("%s.%d"):format(service, slot) end
  return service .. "." .. cells.short(cells.text(attrs, "node_id"))
end

local function task_state(attrs)
  local state = cells.capital(cells.text(attrs, "status.state"))
  return (state .. " " .. cells.ago(attrs, "status.timestamp"):lower())
    :gsub("%s+$", "")
end

local function task_error(attrs)
  local problem = cells.text(attrs, "status.err")
  return problem ~= "" and ('"%s"'):format(problem) or ""
end

-- Nodes, plugins -----------------------------------------------------------

local function manager_status(attrs)
  if cells.at(attrs, "manager_status.leader") == true then return "Leader" end
  return cells.capital(cells.text(attrs, "manager_status.reachability"))
end

local function plugin_enabled(attrs)
  return tostring(cells.at(attrs, "enabled") == true)
end

-- The tables ---------------------------------------------------------------

local function named(title, path)
  return { title, text(path), least = 12 }
end

-- By class: the columns, and `variants`, the rows of one thing if they may be
-- several.
local TABLES = {
  config = {
    { "ID", text "id" }, named("NAME", "spec.name"),
    { "CREATED", ago "created_at", least = 12 },
    { "UPDATED", ago "updated_at", least = 12 },
  },
  container = {
    { "CONTAINER ID", short "id" },
    { "IMAGE", container_image, least = 10 },
    { "COMMAND", cells.command, least = 5 },
    { "CREATED", ago "created", least = 12 },
    { "STATUS", cells.status, least = 12 },
    { "PORTS", cells.ports, least = 5 },
    { "NAMES", cells.names, least = 12 },
    { "SIZE", cells.container_size, least = 8,
      field = "size_root_fs" },
  },
  image = {
    variants = image_names,
    { "REPOSITORY", repository, least = 16 }, { "TAG", tag, least = 8 },
    { "IMAGE ID", short "id" },
    { "CREATED", ago "created", least = 12 },
    { "SIZE", function(attrs) return cells.size(attrs, "size") end },
  },
  network = {
    { "NETWORK ID", short "id" }, named("NAME", "name"),
    { "DRIVER", text "driver", least = 8 }, { "SCOPE", text "scope" },
  },
  node = {
    { "ID", text "id" }, named("HOSTNAME", "description.hostname"),
    { "STATUS", capital "status.state" },
    { "AVAILABILITY", capital "spec.availability" },
    { "MANAGER STATUS", manager_status },
    { "ENGINE VERSION", text "description.engine.engine_version", least = 8 },
  },
  plugin = {
    { "ID", short "id" }, named("NAME", "name"),
    { "DESCRIPTION", text "config.description", least = 10 },
    { "ENABLED", plugin_enabled },
  },
  secret = {
    { "ID", text "id" }, named("NAME", "spec.name"),
    { "DRIVER", text "spec.driver.name", least = 8 },
    { "CREATED", ago "created_at", least = 12 },
    { "UPDATED", ago "updated_at", least = 12 },
  },
  service = {
    { "ID", short "id" }, named("NAME", "spec.name"),
    { "MODE", service_mode }, { "REPLICAS", replicas },
    { "IMAGE", service_image "spec.task_template.container_spec.image",
      least = 10 },
    { "PORTS", cells.service_ports, least = 10 },
  },
  task = {
    { "ID", short "id" }, { "NAME", task_name, least = 14 },
    { "IMAGE", service_image "spec.container_spec.image", least = 10 },
    { "NODE", short "node_id" },
    { "DESIRED STATE", capital "desired_state" },
    { "CURRENT STATE", task_state, least = 12 },
    { "ERROR", task_error, least = 10 },
  },
  volume = {
    { "DRIVER", text "driver", least = 8 },
    { "VOLUME NAME", text "name", least = 16 },
  },
}

-- What is shown of a class without a table of its own.
local PLAIN = {
  { "ID", first_text("id", "name"), least = 12 },
}

-- Making one ---------------------------------------------------------------

-- The attributes of all objects in a list; anything may have got in there.
local function attributes(list)
  local found = {}
  for i = 1, #list do
    local ok, attrs = pcall(core.attrs, list[i])
    found[i] = ok and attrs or {}
  end
  return found
end

local function is_shown(column, all)
  if not column.field then return true end
  for _, attrs in ipairs(all) do
    if cells.at(attrs, column.field) ~= nil then return true end
  end
  return false
end

local function shown_columns(columns, all)
  local shown = {}
  for _, column in ipairs(columns) do
    if is_shown(column, all) then
      shown[#shown + 1] = {
        title = column[1], read = column[2], least = column.least,
      }
    end
  end
  return shown
end

local function row_of(columns, attrs, variant)
  local row = {}
  for i, column in ipairs(columns) do row[i] = column.read(attrs, variant) end
  return row
end

local ONE = { false }

---The table of a list of objects.
---@param list table
---@param class string # "container"
---@param room integer|nil # columns; nil: as many as there are
---@return string
function listing.table(list, class, room)
  local layout = TABLES[class] or PLAIN
  local all = attributes(list)
  local columns = shown_columns(layout, all)
  local rows = {}
  for _, attrs in ipairs(all) do
    local variants = layout.variants and layout.variants(attrs) or ONE
    for _, variant in ipairs(variants) do
      rows[#rows + 1] = row_of(columns, attrs, variant)
    end
  end
  return grid.render(columns, rows, room or screen.columns())
end

return listing
