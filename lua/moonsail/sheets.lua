-- SPDX-License-Identifier: MIT
-- What print shows of some typed values that are tables by nature: processes,
-- layers, what was found, what was changed, what is used on disk.

local cells = require "moonsail.cells"
local grid = require "moonsail.grid"
local human = require "moonsail.human"
local screen = require "moonsail.screen"
local statistics = require "moonsail.statistics"
local text = require "moonsail.text"

local sheets = {}

-- Processes ----------------------------------------------------------------

local function words_of(line)
  local words = {}
  for word in line:gmatch("%S+") do words[#words + 1] = word end
  return words
end

-- Podman has given a process as one text.
local function process_row(process)
  if type(process) ~= "table" then return words_of(tostring(process)) end
  return process
end

local function processes(value)
  local columns, rows = {}, {}
  for i, title in ipairs(cells.list(value, "titles")) do
    columns[i] = { title = tostring(title) }
  end
  if #columns == 0 then return nil end
  columns[#columns].least = 10
  for i, process in ipairs(cells.list(value, "processes")) do
    rows[i] = process_row(process)
  end
  return columns, rows
end

-- Files --------------------------------------------------------------------

local KINDS = { [0] = "C", [1] = "A", [2] = "D" }

-- "A /etc/new", a line a file.
local function changes(value)
  local lines, room = {}, screen.columns()
  for i, change in ipairs(value) do
    local line = text.clean(("%s %s"):format(
      KINDS[cells.number(change, "kind")] or "?",
      cells.text(change, "path")))
    lines[i] = room and text.cut(line, room) or line
  end
  return table.concat(lines, "\n")
end

-- Images -------------------------------------------------------------------

local CREATED_BY_COLUMNS, DESCRIPTION_COLUMNS = 45, 45

local function limited(attrs, path, columns)
  return text.cut(text.clean(cells.text(attrs, path)), columns)
end

local LAYERS = {
  { title = "IMAGE" }, { title = "CREATED", least = 12 },
  { title = "CREATED BY", least = 12 }, { title = "SIZE" },
  { title = "COMMENT", least = 8 },
}

local function layers(value)
  local rows = {}
  for i, layer in ipairs(value) do
    local id = cells.text(layer, "id")
    rows[i] = {
      id:find("^<") and id or cells.short(id),
      cells.ago(layer, "created"),
      limited(layer, "created_by", CREATED_BY_COLUMNS),
      cells.size(layer, "size"), cells.text(layer, "comment"),
    }
  end
  return LAYERS, rows
end

local FOUND = {
  { title = "NAME", least = 16 }, { title = "DESCRIPTION", least = 12 },
  { title = "STARS" }, { title = "OFFICIAL" },
}

local function found(value)
  local rows = {}
  for i, image in ipairs(value) do
    rows[i] = {
      cells.text(image, "name"),
      limited(image, "description", DESCRIPTION_COLUMNS),
      cells.text(image, "star_count"),
      cells.at(image, "is_official") == true and "[OK]" or "",
    }
  end
  return FOUND, rows
end

-- Disk ---------------------------------------------------------------------

local USAGE = {
  { title = "TYPE" }, { title = "TOTAL" }, { title = "ACTIVE" },
  { title = "SIZE" }, { title = "RECLAIMABLE" },
}

-- Counts the things of a list: how many, how many in use, the bytes of all
-- and of those that are not in use.
local function count(list, bytes_of, is_active)
  local sum = { total = 0, active = 0, size = 0, reclaimable = 0 }
  for _, thing in ipairs(list) do
    local bytes = math.max(bytes_of(thing) or 0, 0)
    local active = is_active(thing)
    sum.total, sum.size = sum.total + 1, sum.size + bytes
    if active then
      sum.active = sum.active + 1
    else
      sum.reclaimable = sum.reclaimable + bytes
    end
  end
  return sum
end

-- Layers are shared: only the part of an image that is its own is in use.
local function count_images(value)
  local sum = count(cells.list(value, "images"), function(image)
    local size, shared = cells.number(image, "size"),
                         cells.number(image, "shared_size")
    return size and shared and shared >= 0 and size - shared
  end, function(image)
    return (cells.number(image, "containers") or 0) > 0
  end)
  local own = sum.size - sum.reclaimable
  sum.size = cells.number(value, "layers_size") or 0
  sum.reclaimable = math.max(sum.size - own, 0)
  return sum
end

local ACTIVE = { running = true, paused = true, restarting = true }

local function count_containers(value)
  return count(cells.list(value, "containers"), function(container)
    return cells.number(container, "size_rw")
  end, function(container)
    return ACTIVE[cells.text(container, "state")] == true
  end)
end

local function count_volumes(value)
  return count(cells.list(value, "volumes"), function(volume)
    return cells.number(volume, "usage_data.size")
  end, function(volume)
    return (cells.number(volume, "usage_data.ref_count") or 0) > 0
  end)
end

local function count_cache(value)
  return count(cells.list(value, "build_cache"), function(entry)
    local is_shared = cells.at(entry, "shared") == true
    return is_shared and 0 or cells.number(entry, "size")
  end, function(entry)
    return cells.at(entry, "in_use") == true
  end)
end

-- What each line is called, where new engines have counted it themselves, and
-- how it is counted else.
local KINDS_OF_USAGE = {
  { "Images", "image_usage", count_images },
  { "Containers", "container_usage", count_containers },
  { "Local Volumes", "volume_usage", count_volumes },
  { "Build Cache", "build_cache_usage", count_cache },
}

local function counted(value, path)
  local given = cells.at(value, path)
  if type(given) ~= "table" then return nil end
  return {
    total = cells.number(given, "total_count") or 0,
    active = cells.number(given, "active_count") or 0,
    size = cells.number(given, "total_size") or 0,
    reclaimable = cells.number(given, "reclaimable") or 0,
  }
end

-- The docker command shows what part of the size it is, but not of caches.
local function usage_row(name, sum)
  local reclaimable = human.size(sum.reclaimable, 4)
  if sum.size > 0 and name ~= "Build Cache" then
    reclaimable = ("%s (%d%%)"):format(reclaimable, math.floor(
      100 * sum.reclaimable / sum.size))
  end
  return { name, sum.total, sum.active, human.size(sum.size, 4), reclaimable }
end

local function usage(value)
  local rows = {}
  for i, kind in ipairs(KINDS_OF_USAGE) do
    rows[i] = usage_row(kind[1], counted(value, kind[2]) or kind[3](value))
  end
  return USAGE, rows
end

-- All ----------------------------------------------------------------------

local SHEETS = {
  ContainerStatsResponse = statistics.line,
  ContainerTopResponse = processes,
  SystemDataUsageResponse = usage,
  ["array of FilesystemChange"] = changes,
  ["array of ImageHistoryResponseItem"] = layers,
  ["array of ImageSearchResponseItem"] = found,
}

---The table that a typed value is printed as; nil for one that is none.
---@param value table
---@param type_name string # of the API: "ContainerTopResponse"
---@param room integer|nil # columns; nil: as many as there are
---@return string|nil
function sheets.of(value, type_name, room)
  local make = SHEETS[type_name]
  if not make then return nil end
  local columns, rows = make(value)
  if type(columns) ~= "table" then return columns end
  return grid.render(columns, rows, room or screen.columns())
end

return sheets
