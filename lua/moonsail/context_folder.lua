-- SPDX-License-Identifier: MIT
-- The context of a build that is a folder: which Dockerfile, and what of the
-- rest is left out.

local core = require "moonsail.core"
local dockerignore = require "moonsail.dockerignore"
local sent_ignore = require "moonsail.sent_ignore"

local context_folder = {}

-- The Dockerfile -------------------------------------------------------------

local NAMES = { "Dockerfile", "dockerfile" }

local function is_absolute(path)
  return path:sub(1, 1) == "/"
end

-- The path of the Dockerfile, as it is given or as it is called usually.
local function find_dockerfile(folder, given)
  if given then
    return is_absolute(given) and given or folder .. "/" .. given
  end
  for _, name in ipairs(NAMES) do
    local path = folder .. "/" .. name
    if core.file_kind(path, true) then return path end
  end
end

-- A name that is looked for in the context may be meant from here.
local function explain_missing(given)
  if given and not is_absolute(given) and core.file_kind(given) then
    return (": a name is one in there; one from elsewhere begins with a "
            .. "slash: %s"):format(core.real_path(given))
  end
  return ""
end

local function check_dockerfile(path, folder, given, complain)
  local kind, reason
  if path then kind, reason = core.file_kind(path) end
  if not kind and path and core.file_kind(path, true) then
    complain("dockerfile", "%s leads nowhere: %s", path, reason)
  elseif not kind then
    complain("dockerfile", "there is no %s in %s%s", given or NAMES[1], folder,
             explain_missing(given))
  elseif kind ~= "file" then
    complain("dockerfile", "%s is no file", path)
  end
end

local function read(path, complain)
  local file, reason = io.open(path, "rb")
  local text
  if file then
    text, reason = file:read("a")
    file:close()
  end
  return text or complain("path", "%s", reason)
end

-- Its name in the folder, nil when it lies elsewhere: links are followed.
local function name_inside(path, folder)
  local real, root = core.real_path(path), core.real_path(folder)
  if root ~= "/" then root = root .. "/" end
  if real:sub(1, #root) == root then return real:sub(#root + 1) end
end

-- The Dockerfile of the build: where it is, its name in the folder (nil when
-- it lies elsewhere), and its text.
local function open_dockerfile(folder, given, complain)
  if given.dockerfile_text then
    return { text = given.dockerfile_text }
  end
  local path = find_dockerfile(folder, given.dockerfile)
  check_dockerfile(path, folder, given.dockerfile, complain)
  return {
    path = path,
    name = name_inside(path, folder),
    text = read(path, complain),
  }
end

-- What is left out -----------------------------------------------------------

-- The text of an ignore file; nil when there is none.
local function read_ignore(path, complain)
  return core.file_kind(path) == "file" and read(path, complain) or nil
end

-- What the context's own .dockerignore says, and what the one beside the
-- Dockerfile does, which goes before it.
local function open_ignores(folder, dockerfile, complain)
  local path = folder .. "/" .. sent_ignore.NAME
  local own = read_ignore(path, complain)
  local beside = dockerfile.path and dockerfile.path .. sent_ignore.NAME
  local first = beside and read_ignore(beside, complain)
  local ignored = dockerignore.read(first or own or "",
                                    first and beside or path, complain)
  return ignored, own, first ~= nil
end

-- What becomes of these files, of which the engine needs more than the build.
local function new_plan(folder, given, complain)
  local dockerfile = open_dockerfile(folder, given, complain)
  local ignored, own, is_overruled = open_ignores(folder, dockerfile, complain)
  return {
    folder = folder,
    dockerfile = dockerfile.name or sent_ignore.hidden_name(dockerfile.text),
    text = dockerfile.text,
    is_hidden = not dockerfile.name, -- is no file of the folder
    ignored = ignored,
    own = own,                       -- the text of the .dockerignore
    is_overruled = is_overruled,     -- that one is, by another
  }
end

-- Whether the .dockerignore is a file like others: one that is overruled is,
-- but Podman would leave out what it says.
local function is_wanted(plan, given)
  if not plan.own or plan.ignored:excludes(sent_ignore.NAME) then
    return false
  end
  return not (plan.is_overruled and given.is_podman and given.is_podman())
end

-- What is to be in the .dockerignore that is sent: the folder's own, where
-- that is as it should be.
local function text_to_send(plan, given)
  if given.builder == "buildkit"
     or not plan.is_overruled and not plan.is_hidden then
    return plan.own
  end
  local name = plan.dockerfile
  local taken_out = {
    [name] = plan.is_hidden or plan.ignored:excludes(name),
  }
  local own
  if is_wanted(plan, given) then
    own, taken_out[sent_ignore.NAME] = plan.own, false
  end
  return sent_ignore.text(own, taken_out)
end

-- Brings back what the engine needs, be it left out.
local function keep_needed(plan, text, given)
  if text and text == plan.own and given.builder ~= "buildkit" then
    plan.ignored:keep(sent_ignore.NAME)
  end
  if not plan.is_hidden then plan.ignored:keep(plan.dockerfile) end
end

local function entries_of(plan, text)
  local entries = { { path = plan.folder, name = "", follow = true } }
  if text and text ~= plan.own then
    entries[#entries + 1] = { name = sent_ignore.NAME, content = text }
  end
  if plan.is_hidden then
    entries[#entries + 1] = { name = plan.dockerfile, content = plan.text }
  end
  return entries
end

-- Leaves out one more; nil where all is kept.
local function filter_of(ignored, left_out)
  if ignored:is_empty() and not left_out then return nil end
  local filter = ignored:filter()
  return function(name, kind)
    if name == left_out then return false, false end
    return filter(name, kind)
  end
end

-- Opening --------------------------------------------------------------------

---What is to be packed. Only the classic builder wants a .dockerignore.
---@param folder string
---@param given table # dockerfile, dockerfile_text, builder, is_podman
---@param complain fun(path: string, format: string, ...)
---@return table # entries of core.packer, its `filter`, `dockerfile` (its name
---       in the archive), and the `text` of that
function context_folder.open(folder, given, complain)
  local plan = new_plan(folder, given, complain)
  local text = text_to_send(plan, given)
  keep_needed(plan, text, given)
  return {
    entries = entries_of(plan, text),
    filter = filter_of(plan.ignored, text ~= plan.own and sent_ignore.NAME
                                     or nil),
    dockerfile = plan.dockerfile,
    text = plan.text,
  }
end

return context_folder
