-- SPDX-License-Identifier: MIT
-- Volumes, devices and limits of a container: the short notations people know
-- from the docker command, turned into what the API takes.

local core = require "moonsail.core"
local fail = require "moonsail.fail"

local notation = {}

---@class moonsail.VolumeNotation
---@field binds string[] # "SOURCE:/path[:mode]"
---@field anonymous string[] # "/path"

-- A volume object stands for its name.
local function source_name(source, path, complain)
  fail.check_class(complain, path, "volume", source)
  if type(source) == "userdata" then return core.key(source) end
  return source
end

local function check_source(source, path, complain)
  if source == "" or source:find("^%.") then
    complain(path, "'%s' is neither an absolute path nor the name of a "
             .. "volume", source)
  end
end

local function add_text(result, text, path, complain)
  local source, rest = text:match("^(.-):(.*)$")
  if not source then
    if text:sub(1, 1) ~= "/" then
      complain(path, "'%s' is no path in a container: expected "
               .. "\"SOURCE:/path[:ro]\" or \"/path\"", text)
    end
    table.insert(result.anonymous, text)
    return
  end
  check_source(source, path, complain)
  if rest:sub(1, 1) ~= "/" then
    complain(path, "'%s' is no path in a container", rest)
  end
  table.insert(result.binds, text)
end

local function parse_list(given, complain)
  local result = { binds = {}, anonymous = {} }
  for i, entry in ipairs(fail.check_list(complain, "volumes", given)) do
    local path = ("volumes[%d]"):format(i)
    fail.check_type(complain, path, "string", entry)
    add_text(result, entry, path, complain)
  end
  return result
end

-- "/mnt:ro" of {bind = "/mnt", mode = "ro"}; nil: it has no `bind`.
local function bind_text(value, path, complain)
  local target = value.bind
  if target == nil then return nil end
  fail.check_type(complain, path .. ".bind", "string", target)
  local mode = value.mode or (value.read_only and "ro")
  if not mode then return target end
  fail.check_type(complain, path .. ".mode", "string", mode)
  return target .. ":" .. mode
end

local function add_entry(result, source, value, complain)
  local name = source_name(source, "volumes", complain)
  fail.check_type(complain, "volumes", "string", name)
  local path = ("volumes[%q]"):format(name)
  local text = value
  if type(value) == "table" then
    text = bind_text(value, path, complain)
    if not text and next(value) == nil then -- the API's own shape of a set
      return add_text(result, name, path, complain)
    end
  end
  if type(text) ~= "string" then
    fail.wrong_type(complain, path, "a path, or {bind = path, mode = …}",
                    value)
  end
  add_text(result, name .. ":" .. text, path, complain)
end

local function parse_map(given, complain)
  local result = { binds = {}, anonymous = {} }
  local sources = {}
  for source in pairs(given) do sources[#sources + 1] = source end
  table.sort(sources, function(a, b) return tostring(a) < tostring(b) end)
  for _, source in ipairs(sources) do
    add_entry(result, source, given[source], complain)
  end
  return result
end

---Reads the option `volumes`: a list of "SOURCE:/path[:mode]" and "/path", or
---a map from the source to "/path[:mode]" or {bind = "/path", mode = "ro"}.
---@param given any
---@param complain fun(path: string, format: string, ...) # raises
---@return moonsail.VolumeNotation
function notation.volumes(given, complain)
  if type(given) == "string" then given = { given } end
  if type(given) ~= "table" then
    fail.wrong_type(complain, "volumes", "a list or a map", given)
  end
  local parse = given[1] ~= nil and parse_list or parse_map
  return parse(given, complain)
end

---Reads one element of the option `mounts`: a volume object may be its source.
---@param mount any
---@param path string
---@param complain fun(path: string, format: string, ...) # raises
---@return any
function notation.mount(mount, path, complain)
  if type(mount) ~= "table" or type(mount.source) ~= "userdata" then
    return mount
  end
  local copy = {}
  for key, value in pairs(mount) do copy[key] = value end
  copy.source = source_name(mount.source, path .. ".source", complain)
  return copy
end

---Reads "/dev/x[:/dev/y[:rwm]]"; tables are taken as they are.
---@param given string|table
---@param path string
---@param complain fun(path: string, format: string, ...) # raises
---@return table # a DeviceMapping
function notation.device(given, path, complain)
  if type(given) == "table" then return given end
  fail.check_type(complain, path, "string", given)
  local host, rest = given:match("^([^:]+):?(.*)$")
  local inside, permissions = (rest or ""):match("^([^:]*):?([rwm]*)$")
  if not host or not inside then
    complain(path, "'%s' is no device: expected \"/dev/x[:/dev/y[:rwm]]\"",
             given)
  end
  if inside:find("^[rwm]+$") then -- as docker takes it: "/dev/x:r"
    inside, permissions = "", inside
  end
  return {
    path_on_host = host,
    path_in_container = inside ~= "" and inside or host,
    cgroup_permissions = permissions ~= "" and permissions or "rwm",
  }
end

-- "1024:2048" or "1024" or 1024 → soft, hard
local function limit_values(value)
  local soft, hard = tostring(value):match("^(%-?%d+):?(%-?%d*)$")
  if not soft then return nil end
  soft = math.tointeger(tonumber(soft))
  return soft, hard ~= "" and math.tointeger(tonumber(hard)) or soft
end

---Reads "nofile=1024[:2048]"; tables are taken as they are.
---@param given string|table
---@param path string
---@param complain fun(path: string, format: string, ...) # raises
---@return table # an Ulimit
function notation.ulimit(given, path, complain)
  if type(given) == "table" then return given end
  fail.check_type(complain, path, "string", given)
  local name, value = given:match("^([%a_]+)=(.+)$")
  local soft, hard = limit_values(value)
  if not name or not soft then
    complain(path, "'%s' is no limit: expected \"name=soft[:hard]\"", given)
  end
  return { name = name, soft = soft, hard = hard }
end

---Reads a number of processors: 1.5.
---@param given any
---@param complain fun(path: string, format: string, ...) # raises
---@param path string
---@return integer # in billionths
function notation.cpus(given, complain, path)
  local number = tonumber(given)
  local is_good = number and number > 0 and number <= 1e9
  if not is_good then
    complain(path, "expected a number of processors, as 1.5, got %s",
             tostring(given))
  end
  return math.floor(number * 1e9 + 0.5)
end

---Reads the option `healthcheck`: a table whose test may be a line for a
---shell, or false for none.
---@param given any
---@param complain fun(path: string, format: string, ...) # raises
---@param path string
---@return table # a HealthConfig
function notation.healthcheck(given, complain, path)
  if given == false then return { test = { "NONE" } } end
  fail.check_type(complain, path, "table", given)
  if type(given.test) ~= "string" then return given end
  local copy = {}
  for name, value in pairs(given) do copy[name] = value end
  copy.test = { "CMD-SHELL", given.test }
  return copy
end

return notation
