-- SPDX-License-Identifier: MIT
-- The types of the model as LuaLS writes them, and which of them are needed.
--
-- What an engine answers is `moonsail.api.HostConfig`; what it is given is
-- `moonsail.input.HostConfig`, where more will do: "64m" for a size, a map for
-- an environment. Texts with known values are `moonsail.api.NAME` in both.

local M = {}
M.__index = M

-- Knows the types of a model, and notes those that are asked for.
function M.new(model)
  local self = setmetatable({by_name = {}, needed = {}}, M)
  for row = 0, #model.types do
    local made = model.types[row]
    if made.name then
      self.by_name[M.class_name(made.name)] = made
    end
  end
  return self
end

-- "ContainerWait(condition)" → "ContainerWait.condition"
function M.class_name(name)
  return (name:gsub("%(", "."):gsub("%)", ""):gsub("[^%w_.]", "_"))
end

-- "containers" → "moonsail.Containers", of a class of the core.
function M.of_class(class)
  if class:find("moonsail", 1, true) == 1 then
    return class
  end
  return "moonsail." .. class:sub(1, 1):upper() .. class:sub(2)
end

-- Notes that a type of the model is needed, by the name that LuaLS gets:
-- "moonsail.input.HostConfig". Returns false when there is none.
function M:need(name)
  local plain = name:match "^moonsail%.api%.(.+)$" or
    name:match "^moonsail%.input%.(.+)$"
  if plain == nil or self.by_name[plain] == nil then
    return false
  end
  self.needed[name] = self.by_name[plain]
  return true
end

local SCALARS = {any = "any", boolean = "boolean", integer = "integer",
                 number = "number",
                 bytes = "string|file*|function|moonsail.Stream"}

-- What may be given for what is written otherwise.
local GIVEN = {
  duration = "number|string",
  size = "integer|string",
  time = "number|string",
  command = "string|string[]",
  environment = "table<string, string|number|boolean>|string[]",
  labels = "table<string, string|number|boolean>|string[]",
  set = "string[]|table<string, true|table>",
  filters = "table<string, any>|string",
}

function M:scalar(made)
  if made.values == nil then
    return "string"
  end
  local name = "moonsail.api." .. M.class_name(made.name)
  self:need(name)
  return name
end

function M:object(made, room)
  if #made.fields == 0 then
    return "table<string, any>"
  end
  local name = ("moonsail.%s.%s"):format(room, M.class_name(made.name))
  self:need(name)
  return name
end

local function list_of(element)
  return (element:find("|", 1, true) and "(%s)[]" or "%s[]"):format(element)
end

-- The type as it is in answers (room "api") or in options ("input").
function M:of(made, room)
  if made.format == "json" or made.format == "base64_json" then
    return room == "input" and self:of(made.element, room) or "string"
  elseif room == "input" and GIVEN[made.format] then
    return GIVEN[made.format]
  elseif made.kind == "array" then
    return list_of(self:of(made.element, room))
  elseif made.kind == "map" then
    return ("table<string, %s>"):format(self:of(made.element, room))
  elseif made.kind == "object" then
    return self:object(made, room)
  end
  return SCALARS[made.kind] or self:scalar(made)
end

-- What may be given by an object in its place.
local OBJECTS = {}
for name in ([[config container image network node plugin secret service task
    volume]]):gmatch "%S+" do
  OBJECTS[name] = true
end

-- The class of the things that an option is the id or the name of, or nil:
-- what the path leads to, or a text that is called after its class.
local function class_meant(operation, option)
  local object, wire = operation.path:match "^/(%l+)s/{([%w_]+)}"
  if option.place == "path" then
    return option.wire == wire and object or nil
  end
  return option.type.kind == "string" and option.type.values == nil and
    option.name or nil
end

-- Of an option of an operation. Where the engine wants an id or a name, the
-- object will do.
function M:of_option(operation, option)
  local object = class_meant(operation, option)
  if OBJECTS[object] then
    return "string|" .. M.of_class(object)
  end
  return self:of(option.type, "input")
end

return M
