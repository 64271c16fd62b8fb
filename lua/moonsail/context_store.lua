-- SPDX-License-Identifier: MIT
-- Where the docker command keeps its contexts: a folder for each, named by the
-- SHA-256 of its name, with meta.json in it; and one with certificates.

local cli_config = require "moonsail.cli_config"
local core = require "moonsail.core"
local fail = require "moonsail.fail"

local context_store = {}

---The context that stands for none: the environment and the default sockets.
context_store.DEFAULT = "default"

---A context as it is kept.
---@class moonsail.StoredContext
---@field name string
---@field description? string
---@field host string
---@field tls? table # of core.client

-- Files ---------------------------------------------------------------------

local function meta_folder(folder)
  return folder .. "/contexts/meta"
end

-- Where the certificates for the engine are.
local function tls_folder(folder, id)
  return folder .. "/contexts/tls/" .. id .. "/docker"
end

-- A field of a table, if it is of that type.
local function field(value, name, kind)
  local found = type(value) == "table" and value[name]
  return type(found) == kind and found or nil
end

---The files of certificates that there are in a folder, as docker calls them.
---@param folder string
---@return table # ca, cert, key: paths
function context_store.certificates(folder)
  local found = {}
  for _, name in ipairs{ "ca", "cert", "key" } do
    local path = ("%s/%s.pem"):format(folder, name)
    if core.file_kind(path) then found[name] = path end
  end
  return found
end

-- On which terms the engine is to be spoken with; nil: there are none.
local function terms(folder, id, skip)
  local tls = context_store.certificates(tls_folder(folder, id))
  if next(tls) == nil and not skip then return nil end
  tls.verify = not skip
  return tls
end

-- What is in meta.json.
local function understand(folder, id, meta, path, label)
  local endpoint = field(field(meta, "Endpoints", "table"), "docker", "table")
  local host = field(endpoint, "Host", "string")
  if not host or host == "" then
    fail.argument(label, "%s: it names no host", path)
  end
  local name = field(meta, "Name", "string")
  if not name or core.sha256(name) ~= id then
    fail.argument(label, "%s: it is not of the context that its folder is "
                  .. "named by", path)
  end
  return {
    name = name,
    description = field(field(meta, "Metadata", "table"), "Description",
                        "string"),
    host = host,
    tls = terms(folder, id, endpoint.SkipTLSVerify == true),
  }
end

-- The context in one of the folders; nil where there is none.
local function read(folder, id, label)
  local path = ("%s/%s/meta.json"):format(meta_folder(folder), id)
  local meta = cli_config.read_json(path, label)
  return meta and understand(folder, id, meta, path, label)
end

-- All -----------------------------------------------------------------------

-- What a meta.json calls its context, however little of it is right.
local function name_in(folder, id)
  local path = ("%s/%s/meta.json"):format(meta_folder(folder), id)
  local ok, meta = pcall(cli_config.read_json, path, "")
  return ok and field(meta, "Name", "string") or id
end

---All contexts of a folder, in the order of their names; of one that cannot be
---used `name`, as far as it is known, and why (`error`).
---@param folder? string # of the docker command's files
---@param label string # of the call that needs them
---@return table[]
function context_store.list(folder, label)
  local ids = folder and core.folder_names(meta_folder(folder)) or {}
  local list = {}
  for _, id in ipairs(ids) do
    local ok, context = pcall(read, folder, id, label)
    if not ok then
      if not core.is_error(context) then error(context, 0) end
      context = { name = name_in(folder, id), error = context.message }
    end
    list[#list + 1] = context
  end
  table.sort(list, function(a, b) return a.name < b.name end)
  return list
end

-- One -----------------------------------------------------------------------

-- "there are none", "there are near and other"
local function others(folder)
  local names = {}
  for _, context in ipairs(context_store.list(folder, "")) do
    if not context.error then names[#names + 1] = context.name end
  end
  if #names == 0 then return "there are none" end
  return "there " .. (#names == 1 and "is " or "are ")
         .. table.concat(names, ", ")
end

---A context by its name. One that there is not is an error, which tells which
---there are.
---@param folder? string # of the docker command's files
---@param name string
---@param why string # who asks for it: "DOCKER_CONTEXT"
---@param label string
---@return moonsail.StoredContext
function context_store.get(folder, name, why, label)
  if not folder then
    fail.argument(label, "%s: there is no context %q: neither DOCKER_CONFIG "
                  .. "nor HOME says where contexts are", why, name)
  end
  local context = read(folder, core.sha256(name), label)
  if context then return context end
  return fail.argument(label, "%s: there is no context %q in %s/contexts; %s",
                       why, name, folder, others(folder))
end

return context_store
