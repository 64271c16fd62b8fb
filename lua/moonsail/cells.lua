-- SPDX-License-Identifier: MIT
-- What the attributes of things look like in a table, in the manner of the
-- docker command. Engines may leave out anything, or send it in another form:
-- then a cell is empty, and nothing here ever raises.

local human = require "moonsail.human"
local moment = require "moonsail.moment"
local text = require "moonsail.text"

local cells = {}

-- Reading ------------------------------------------------------------------

---The value at a path in tables of tables, or nil.
---@param attrs any
---@param path string # "status.state"
---@return any
function cells.at(attrs, path)
  for step in path:gmatch("[^.]+") do
    if type(attrs) ~= "table" then return nil end
    attrs = rawget(attrs, step)
  end
  return attrs
end

---The text at a path; "" when there is none.
function cells.text(attrs, path)
  local value = cells.at(attrs, path)
  local kind = type(value)
  return (kind == "string" or kind == "number") and tostring(value) or ""
end

---The list at a path; an empty one when there is none.
function cells.list(attrs, path)
  local value = cells.at(attrs, path)
  return type(value) == "table" and value or {}
end

---The number at a path, or nil.
function cells.number(attrs, path)
  local value = cells.at(attrs, path)
  return type(value) == "number" and value or nil
end

-- Ids and names ------------------------------------------------------------

---The first twelve digits of an id, without the name of its hash.
---@param id string
---@return string
function cells.short(id)
  return id:gsub("^%w+:", ""):sub(1, 12)
end

---The name of an image as people say it: without the host that it has unless
---another is named, and without a digest behind a tag.
---@param name string
---@return string
function cells.image(name)
  if name:find("^sha256:%x+$") then return cells.short(name) end
  local familiar = name:gsub("^docker%.io/library/", "")
                       :gsub("^docker%.io/", "")
  local tagged = familiar:match("^(.-:[^/@]+)@%w+:%x+$")
  return tagged or familiar
end

---The parts of the name of an image: repository, and tag if it has one.
---@param name string # "host:5000/team/app:1"
---@return string repository
---@return string|nil tag
function cells.repository(name)
  local familiar = cells.image(name)
  local repository, tag = familiar:match("^(.+):([^/:@]+)$")
  if familiar:find("@", 1, true) then
    return (familiar:gsub("@.*$", "")), nil
  end
  return repository or familiar, tag
end

---"ready" → "Ready"
---@param word string
---@return string
function cells.capital(word)
  return (word:gsub("^%l", string.upper))
end

-- Times and sizes ----------------------------------------------------------

-- Seconds since a point in time, which is Unix seconds or RFC 3339; nil for
-- none, and for what stands for none.
local function elapsed(value)
  local seconds = value
  if type(value) == "string" then seconds = moment.seconds(value) end
  if type(seconds) ~= "number" or seconds <= 0 then return nil end
  return os.time() - seconds
end

---How long ago the point in time at a path was.
---@return string # "2 hours ago"; "" when there is none
function cells.ago(attrs, path)
  local seconds = elapsed(cells.at(attrs, path))
  return seconds and human.span(seconds) .. " ago" or ""
end

---A size in bytes at a path.
---@return string # "4.26MB"; "" when there is none
function cells.size(attrs, path)
  local bytes = cells.number(attrs, path)
  return bytes and bytes >= 0 and human.size(bytes) or ""
end

-- Ports --------------------------------------------------------------------

-- The ports of a container as a list of {ip, private, public, protocol}, from
-- what list gives.
local function listed_ports(attrs)
  local found = {}
  for _, entry in ipairs(cells.list(attrs, "ports")) do
    local private = cells.number(entry, "private_port")
    if private then
      found[#found + 1] = {
        ip = cells.text(entry, "ip"),
        private = private,
        public = cells.number(entry, "public_port") or 0,
        protocol = cells.text(entry, "type"),
      }
    end
  end
  return found
end

-- The same for one port, "80/tcp", of what inspect gives.
local function add_inspected(found, key, bindings)
  local private, protocol = tostring(key):match("^(%d+)/(%w+)$")
  if not private then return end
  local count = #found
  for _, binding in ipairs(type(bindings) == "table" and bindings or {}) do
    found[#found + 1] = {
      ip = cells.text(binding, "host_ip"),
      private = math.tointeger(private),
      public = math.tointeger(tonumber(cells.text(binding, "host_port")))
               or 0,
      protocol = protocol,
    }
  end
  if #found == count then
    found[count + 1] = { ip = "", private = math.tointeger(private),
                         public = 0, protocol = protocol }
  end
end

local function ports_of(attrs)
  local inspected = cells.at(attrs, "network_settings.ports")
  if type(inspected) ~= "table" then return listed_ports(attrs) end
  local found = {}
  for key, bindings in pairs(inspected) do
    add_inspected(found, key, bindings)
  end
  return found
end

-- Published without an address: on all of them.
local function name_addresses(found)
  for _, port in ipairs(found) do
    if port.ip == "" and port.public > 0 then port.ip = "0.0.0.0" end
  end
end

local function comes_first(a, b)
  if a.private ~= b.private then return a.private < b.private end
  if a.ip ~= b.ip then return a.ip < b.ip end
  if a.public ~= b.public then return a.public < b.public end
  return a.protocol < b.protocol
end

-- "0.0.0.0:80", "[::]:80"
local function address(ip, port)
  return (ip:find(":", 1, true) and "[%s]:%s" or "%s:%s"):format(ip, port)
end

-- Those that are published under another number stand for themselves. Of all
-- others, runs of neighbours are one: {ip, protocol, first, last}.
local function add_to_runs(runs, current, port)
  local key = port.ip .. "/" .. port.protocol
  local run = current[key]
  if run and port.private == run.last + 1 then
    run.last = port.private
    return
  end
  run = { ip = port.ip, protocol = port.protocol,
          first = port.private, last = port.private }
  runs[#runs + 1], current[key] = run, run
end

local function run_text(run)
  local numbers = ("%d"):format(run.first)
  if run.last ~= run.first then
    numbers = ("%d-%d"):format(run.first, run.last)
  end
  if run.ip ~= "" then
    numbers = address(run.ip, numbers) .. "->" .. numbers
  end
  return numbers .. "/" .. run.protocol
end

---The ports of a container, published ones and others.
---@param attrs table
---@return string # "80/tcp, 0.0.0.0:8080->8080/tcp"
function cells.ports(attrs)
  local found = ports_of(attrs)
  name_addresses(found)
  table.sort(found, comes_first)
  local runs, current, mapped = {}, {}, {}
  for _, port in ipairs(found) do
    if port.ip ~= "" and port.public ~= port.private then
      mapped[#mapped + 1] = ("%s->%d/%s"):format(
        address(port.ip, ("%d"):format(port.public)), port.private,
        port.protocol)
    else
      add_to_runs(runs, current, port)
    end
  end
  local parts = {}
  for i, run in ipairs(runs) do parts[i] = run_text(run) end
  table.move(mapped, 1, #mapped, #parts + 1, parts)
  return table.concat(parts, ", ")
end

---The ports that a service publishes.
---@param attrs table
---@return string # "*:8080->80/tcp"
function cells.service_ports(attrs)
  local parts = {}
  for _, port in ipairs(cells.list(attrs, "endpoint.ports")) do
    if cells.text(port, "publish_mode") ~= "host" then
      parts[#parts + 1] = ("*:%s->%s/%s"):format(
        cells.text(port, "published_port"), cells.text(port, "target_port"),
        cells.text(port, "protocol"))
    end
  end
  return table.concat(parts, ", ")
end

-- What a container is and does ---------------------------------------------

---Its names, without the slash; not those that links gave it.
---@param attrs table
---@return string # "web"
function cells.names(attrs)
  local single = cells.text(attrs, "name")
  if single ~= "" then return (single:gsub("^/", "")) end
  local names = {}
  for _, name in ipairs(cells.list(attrs, "names")) do
    local plain = tostring(name):gsub("^/", "")
    if not plain:find("/", 1, true) then names[#names + 1] = plain end
  end
  return table.concat(names, ",")
end

local COMMAND_WIDTH = 20

---Its command, in quotes, its end left out when it is long.
---@param attrs table
---@return string # "\"nginx -g 'daemon of…\""
function cells.command(attrs)
  local command = cells.text(attrs, "command")
  if command == "" then
    local words = { cells.text(attrs, "path") }
    for _, word in ipairs(cells.list(attrs, "args")) do
      word = tostring(word) -- engines quote those with blanks in lists
      words[#words + 1] = word:find(" ", 1, true) and "'" .. word .. "'"
                          or word
    end
    command = table.concat(words, " ")
  end
  local short = text.cut(text.clean(command), COMMAND_WIDTH)
  return '"' .. short:gsub('[\\"]', "\\%0") .. '"'
end

local function health_text(state)
  local status = cells.text(state, "health.status")
  if status == "" or status == "none" then return "" end
  if status == "starting" then return " (health: starting)" end
  return (" (%s)"):format(status)
end

local function up_text(state)
  local up = elapsed(cells.at(state, "started_at"))
  local line = up and "Up " .. human.span(up) or "Up"
  if cells.at(state, "paused") == true then return line .. " (Paused)" end
  return line .. health_text(state)
end

local function ended_text(state, word)
  local ago = cells.ago(state, "finished_at")
  return ("%s (%s) %s"):format(word, cells.text(state, "exit_code"), ago)
end

-- From the state that inspect gives.
local function state_text(state)
  local status = cells.text(state, "status")
  if status == "restarting" then return ended_text(state, "Restarting") end
  if status == "running" or status == "paused" then return up_text(state) end
  if status == "exited" then return ended_text(state, "Exited") end
  return cells.capital(status)
end

---How it is: in the engine's words where it came from a list.
---@param attrs table
---@return string # "Up 2 hours"
function cells.status(attrs)
  local status = cells.text(attrs, "status")
  if status ~= "" then return status end
  local state = cells.at(attrs, "state")
  if type(state) == "table" then return state_text(state) end
  return cells.capital(cells.text(attrs, "state"))
end

---What it has written, and all that it sees.
---@param attrs table
---@return string # "12B (virtual 4.26MB)"
function cells.container_size(attrs)
  local own, whole = cells.size(attrs, "size_rw"),
                     cells.size(attrs, "size_root_fs")
  if own == "" then own = "0B" end
  return whole ~= "" and ("%s (virtual %s)"):format(own, whole) or own
end

return cells
