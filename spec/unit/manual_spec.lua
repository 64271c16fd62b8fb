-- SPDX-License-Identifier: MIT
-- The manual and the definitions for editors against the library itself: what
-- there is, is documented, and what is documented, is there.

package.path = "tools/?.lua;" .. package.path

local annotation = require "generate.annotation"
local core = require "moonsail.core"
local manual = require "moonsail.manual"
local moonsail = require "moonsail"

-- Classes that users never see: an exchange in the making.
local HIDDEN = { pending = true, call = true }

-- The classes of the core that have methods: those that the registry holds.
local function live_classes()
  local classes = {}
  for _, value in pairs(debug.getregistry()) do
    local name = type(value) == "table" and rawget(value, "__name")
    local class = type(name) == "string" and name:match("^moonsail%.(.+)$")
    if class and not HIDDEN[class] and pcall(core.methods, class) then
      classes[class] = true
    end
  end
  return classes
end

local function keys(t)
  local set = {}
  for key in pairs(t) do set[key] = true end
  return set
end

-- What of one set is missing in another, sorted, as one text.
local function missing(set, other, prefix)
  local names = {}
  for name in pairs(set) do
    if not other[name] then names[#names + 1] = prefix .. name end
  end
  table.sort(names)
  return table.concat(names, " ")
end

local function manual_classes()
  local classes = {}
  for name, entry in pairs(manual) do
    if entry.methods then classes[name] = true end
  end
  return classes
end

describe("the manual", function()
  it("has every class, and no other", function()
    local live, documented = live_classes(), manual_classes()
    assert.equal("", missing(live, documented, ""))
    assert.equal("", missing(documented, live, ""))
    assert.is_true(live.containers and live.stream and live.client)
  end)

  for class in pairs(manual_classes()) do
    it("has every method of " .. class .. ", and no other", function()
      local live = keys(core.methods(class))
      local documented = keys(manual[class].methods)
      assert.equal("", missing(live, documented, class .. ":"))
      assert.equal("", missing(documented, live, class .. ":"))
    end)
  end

  it("says something of every class and method", function()
    for class in pairs(manual_classes()) do
      assert.matches("%a", manual[class].doc, class)
      for name, method in pairs(manual[class].methods) do
        assert.matches("^%u.*[%.%a)]", method.doc, class .. ":" .. name)
      end
    end
  end)

  it("names operations and options that there are", function()
    for class in pairs(manual_classes()) do
      for name, method in pairs(manual[class].methods) do
        local options = {}
        for _, id in ipairs(method.takes or {}) do
          local operation = core.operation(id)
          assert.truthy(operation, class .. ":" .. name .. " " .. id)
          for option in pairs(operation.options) do options[option] = true end
        end
        for _, id in ipairs(method.uses or {}) do
          assert.truthy(core.operation(id), class .. ":" .. name .. " " .. id)
        end
        for option in (method.fills or ""):gmatch("%S+") do
          assert.is_true(options[option], class .. ":" .. name)
        end
      end
    end
    for id, options in pairs(manual.options) do
      assert.equal("", missing(options, core.operation(id).options, id .. "."))
    end
    for name, fields in pairs(manual.fields) do
      assert.equal("", missing(fields, core.fields(name), name .. "."))
    end
  end)

  it("tells of every method that asks the engine what it raises", function()
    for class in pairs(manual_classes()) do
      for name, method in pairs(manual[class].methods) do
        if method.uses then
          assert.truthy(method.raises, class .. ":" .. name)
        end
      end
    end
  end)

  it("knows which collection holds which objects", function()
    for class in pairs(manual_classes()) do
      local object = manual[class].object
      if object then assert.equal("object", manual[object].kind) end
    end
    assert.equal("container", manual.containers.object)
  end)

  it("has defaults that are values of Lua", function()
    local function check(entries, where)
      for _, entry in pairs(entries or {}) do
        local default = entry.default
        if default then
          assert.truthy(load("return " .. default), where .. ": " .. default)
        end
      end
    end
    for _, options in pairs(manual.options) do check(options, "options") end
    for class in pairs(manual_classes()) do
      for name, method in pairs(manual[class].methods) do
        check(method.arguments, class .. ":" .. name)
        check(method.options, class .. ":" .. name)
      end
    end
    assert.equal("false", manual.options.ContainerList.all.default)
    assert.equal('"SIGKILL"', manual.options.ContainerKill.signal.default)
  end)
end)

-- Definitions for editors ----------------------------------------------------

local FILE = "lua/moonsail/types.lua"

-- What the file defines; any line that is not understood is an error.
local Reader = {}
Reader.__index = Reader

local function read_file(path)
  local file = assert(io.open(path))
  local text = file:read("a")
  file:close()
  return text
end

function Reader:fail(message)
  error(("%s:%d: %s"):format(FILE, self.number, message), 0)
end

-- Notes the names that a type is made of.
function Reader:use(made)
  local names, problem = annotation.names(made)
  if not names then self:fail(problem .. " in " .. made) end
  for _, name in ipairs(names) do self.used[name] = self.number end
end

local function without_comment(rest)
  return (rest:gsub("%s+#%s.*$", ""))
end

function Reader:define(name)
  if self.defined[name] then self:fail(name .. " twice") end
  self.defined[name] = { parents = {}, fields = {}, methods = {} }
  return self.defined[name]
end

local tags = {}

function tags:meta()
  if self.number > 9 then self:fail("@meta is not at the beginning") end
end

function tags:class(rest)
  local name, parents = rest:match("^([%w_.]+):%s*(.+)$")
  self.class = self:define(name or rest:match("^[%w_.]+$"))
  for parent in (parents or ""):gmatch("[^,%s]+") do
    self:use(parent)
    table.insert(self.class.parents, parent)
  end
end

function tags:field(rest)
  local name, made = rest:match("^([%a_][%w_]*)%??%s(.+)$")
  if not name then name, made = rest:match("^(%.%.%.)%s(.+)$") end
  if not name then name, made = rest:match("^(%b[])%??%s(.+)$") end
  if not name then self:fail("no field: " .. rest) end
  if self.class.fields[name] then self:fail("field " .. name .. " twice") end
  if load("local " .. name .. " = 1") == nil and name:sub(1, 1) ~= "[" then
    self:fail("a field that is a word of Lua: " .. name)
  end
  self.class.fields[name] = true
  self:use(without_comment(made))
end

function tags:alias(rest)
  local name, made = rest:match("^([%w_.]+)%s(.+)$")
  self:define(name)
  self:use(made)
end

function tags:param(rest)
  local name, made = rest:match("^([%a_][%w_]*)%??%s(.+)$")
  if not name then name, made = rest:match("^(%.%.%.)%s(.+)$") end
  if not name then self:fail("no parameter: " .. rest) end
  table.insert(self.parameters, name)
  self:use(without_comment(made))
end

tags["return"] = function(self, rest)
  self:use(without_comment(rest))
end

function tags:overload(rest)
  self:use(rest)
end

-- "function Containers:run(image, cmd, options) end"
function Reader:method(line)
  local variable, name, list =
    line:match("^function (%w+)[.:]([%a_][%w_]*)%(([%w_, .]*)%) end$")
  if not variable then self:fail("not understood: " .. line) end
  if table.concat(self.parameters, ", ") ~= list then
    self:fail("not the parameters that are told")
  end
  local methods = self.variables[variable]
  if methods[name] then self:fail(name .. " twice") end
  methods[name], self.parameters = true, {}
end

function Reader:line(line)
  local tag, rest = line:match("^%-%-%-@(%w+)%s*(.*)$")
  local variable = line:match("^local (%w+) = {}$")
  if tag then
    if not tags[tag] then self:fail("unknown tag " .. tag) end
    tags[tag](self, rest)
  elseif variable then
    if self.variables[variable] then self:fail(variable .. " twice") end
    self.variables[variable] = self.class.methods
  elseif line:find("^function") then
    self:method(line)
  elseif line ~= "" and not line:find("^%-%-") then
    self:fail("not understood: " .. line)
  end
end

local function read_definitions()
  local reader = setmetatable({
    number = 0, defined = {}, used = {}, variables = {}, parameters = {},
    class = nil,
  }, Reader)
  for line in read_file(FILE):gmatch("(.-)\n") do
    reader.number = reader.number + 1
    reader:line(line)
  end
  return reader
end

-- The methods of a class, and of those that it stands on.
local function methods_of(definitions, name)
  local class = definitions.defined[name]
  local set = keys(class.methods)
  for _, parent in ipairs(class.parents) do
    for method in pairs(methods_of(definitions, parent)) do
      set[method] = true
    end
  end
  return set
end

local function type_name(class)
  return "moonsail." .. class:sub(1, 1):upper() .. class:sub(2)
end

-- Whether a class, or one that it stands on, has a field.
local function has_field(definitions, name, field)
  local class = assert(definitions.defined[name], name)
  if class.fields[field] then return true end
  for _, parent in ipairs(class.parents) do
    if has_field(definitions, parent, field) then return true end
  end
  return false
end

describe("the definitions for editors", function()
  local definitions = read_definitions()

  it("are Lua that does nothing", function()
    local chunk = assert(loadfile(FILE))
    chunk()
    assert.is_true(#read_file(FILE) < 300000)
  end)

  it("define every type that they use", function()
    for name, line in pairs(definitions.used) do
      assert.truthy(definitions.defined[name] or annotation.builtin[name],
                    ("%s:%d: %s"):format(FILE, line, name))
    end
  end)

  for class in pairs(manual_classes()) do
    it("have every method of " .. class .. ", and no other", function()
      local live = keys(core.methods(class))
      local defined = methods_of(definitions, type_name(class))
      assert.equal("", missing(live, defined, class .. ":"))
      assert.equal("", missing(defined, live, class .. ":"))
    end)
  end

  it("have what the module has", function()
    local class = definitions.defined.moonsail
    for name, value in pairs(moonsail) do
      local known = type(value) == "function" and class.methods or class.fields
      assert.is_true(known[name], name)
    end
    for name in pairs(class.methods) do
      assert.is_function(moonsail[name], name)
    end
  end)

  it("have the collections of a client, and every operation", function()
    local client = definitions.defined["moonsail.Client"].fields
    for name, entry in pairs(manual) do
      if entry.kind == "collection" then assert.is_true(client[name], name) end
    end
    local api = methods_of(definitions, "moonsail.Api")
    for _, id in ipairs(core.operations()) do
      assert.is_true(api[core.operation(id).name], id)
    end
  end)

  it("know the options of methods and what is within answers", function()
    local create = "moonsail.containers.create.Options"
    for _, field in ipairs{ "name", "env", "host_config", "memory" } do
      assert.is_true(has_field(definitions, create, field), field)
    end
    local stop = "moonsail.options.ContainerStop"
    assert.is_true(has_field(definitions, stop, "timeout"))
    assert.is_false(has_field(definitions, stop, "id"))
    local attrs = "moonsail.api.ContainerInspectResponse"
    assert.is_true(has_field(definitions, attrs, "host_config"))
    assert.is_true(has_field(definitions, "moonsail.api.HostConfig",
                             "memory"))
    assert.is_true(has_field(definitions, "moonsail.api.HostConfig.LogConfig",
                             "type"))
  end)
end)
