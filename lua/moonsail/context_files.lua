-- SPDX-License-Identifier: MIT
-- The context of a build that is given as a table of files: their contents
-- under their names.

local fail = require "moonsail.fail"
local paths = require "moonsail.paths"
local sent_ignore = require "moonsail.sent_ignore"
local source = require "moonsail.source"

local context_files = {}

-- A name within the context, cleaned; complains of one that leads out.
local function clean_name(path, name, complain)
  fail.check_type(complain, path, "string", name)
  local cleaned = paths.clean(name)
  if cleaned == "." or cleaned:find("^/") or cleaned:find("^%.%.%f[/\0]") then
    complain(path, "%q is no name of a file in the context", name)
  end
  return cleaned
end

-- Entries of core.packer by their names.
local function entries_of(files, complain)
  local entries = {}
  for name, value in pairs(files) do
    name = clean_name("context", name, complain)
    if entries[name] then complain("context", "%q is there twice", name) end
    entries[name] = source.entry(name, value, "context", complain)
  end
  return entries
end

local function sorted(entries)
  local list = {}
  for _, entry in pairs(entries) do list[#list + 1] = entry end
  return source.sort(list)
end

local NAMES = { "Dockerfile", "dockerfile" }

local function find_dockerfile(entries, given, complain)
  if given then given = clean_name("dockerfile", given, complain) end
  for _, name in ipairs(given and { given } or NAMES) do
    if entries[name] then return name end
  end
  complain("dockerfile", "there is no %s among the files of context",
           given or NAMES[1])
end

-- Adds a Dockerfile that is none of the files; its name.
local function add_dockerfile(entries, text, builder)
  local name = sent_ignore.hidden_name(text)
  entries[name] = { name = name, content = text }
  if builder == "buildkit" then return name end
  local own = entries[sent_ignore.NAME]
  entries[sent_ignore.NAME] = {
    name = sent_ignore.NAME,
    content = sent_ignore.text(own and own.content, { [name] = true }),
    mode = own and own.mode,
  }
  return name
end

---What is to be packed.
---@param given table # context, dockerfile, dockerfile_text, builder
---@param complain fun(path: string, format: string, ...)
---@return table # entries of core.packer, `dockerfile` (its name), and `text`
function context_files.open(given, complain)
  local entries = entries_of(given.context, complain)
  local text, name = given.dockerfile_text
  if text then
    name = add_dockerfile(entries, text, given.builder)
  else
    name = find_dockerfile(entries, given.dockerfile, complain)
    text = entries[name].content
  end
  return { entries = sorted(entries), dockerfile = name, text = text }
end

return context_files
