-- SPDX-License-Identifier: MIT
-- What a build of a Dockerfile will ask for: which stages are built, which
-- images they stand on, and what in them BuildKit asks its client for.

local words = require "moonsail.dockerfile_words"

local stages = {}

---@class moonsail.DockerfileNeeds
---@field images moonsail.DockerfileImage[] # each once, in order
---@field session table[] # of {line, text, what}: only with a session

---@class moonsail.DockerfileImage
---@field name string
---@field platform string|nil # nil: the engine's own
---@field line integer # of what asks for it
---@field text string # that instruction
---@field is_base boolean # whether a stage stands on it

---@class moonsail.DockerfileStage
---@field name string|nil # in lower case
---@field image string # or the name of an earlier stage
---@field base moonsail.DockerfileStage|nil # that is it, then
---@field platform string|nil
---@field instructions moonsail.DockerfileInstruction[]

-- Variables -----------------------------------------------------------------

-- "linux/arm/v7" → what the ARGs of platforms are named for.
local function platform_args(args, prefix, text)
  local os, arch, variant = text:match("^([^/]+)/?([^/]*)/?(.*)$")
  args[prefix .. "PLATFORM"] = text
  args[prefix .. "OS"] = os
  args[prefix .. "ARCH"] = arch
  args[prefix .. "VARIANT"] = variant
end

-- The platforms are asked for when one of them is used, since the engine has
-- to tell its own.
local function predefined(settings)
  local known
  return function(name)
    if not name:find("^TARGET%u") and not name:find("^BUILD%u") then return end
    if not known then
      known = { TARGETSTAGE = settings.target or "default" }
      local own = settings.engine_platform() or ""
      platform_args(known, "BUILD", own)
      platform_args(known, "TARGET", settings.platform or own)
    end
    return known[name]
  end
end

-- Sets the variables of one ARG: "A", "A=b", "A=b C=d".
local function declare(variables, instruction, settings, value_of, escape)
  for _, word in ipairs(words.split(instruction.rest, escape)) do
    local name, default = word:match("^([^=]+)=?(.*)$")
    local given = name and settings.build_args[name]
    if given ~= nil then
      variables[name] = tostring(given)
    elseif name and word:find("=", 1, true) then
      variables[name] = words.expand(default, value_of, escape) or default
    end
  end
end

-- Stages --------------------------------------------------------------------

local function expanded(text, value_of, escape)
  return text and words.expand(text, value_of, escape)
end

local function find_stage(list, name)
  for i = #list, 1, -1 do
    if list[i].name == name:lower() then return list[i] end
  end
end

local function flag_of(instruction, name)
  for _, flag in ipairs(instruction.flags) do
    if flag.name == name then return (flag.value:gsub("[\"']", "")) end
  end
end

-- The stage that a FROM begins.
local function new_stage(instruction, list, value_of, escape, settings)
  local image, as, name = table.unpack((words.split(instruction.rest, escape)))
  image = expanded(image, value_of, escape)
  if not image or image == "" then return nil end
  local platform = flag_of(instruction, "platform")
  if platform then platform = expanded(platform, value_of, escape) end
  return {
    name = (as or ""):lower() == "as" and name and name:lower() or nil,
    image = image,
    base = find_stage(list, image),
    platform = platform ~= "" and platform or settings.platform,
    instructions = {}, line = instruction.line, text = instruction.text,
  }
end

-- All stages in order; nil when a FROM cannot be made out.
local function stages_of(file, settings)
  local list, variables = {}, {}
  local builtin = predefined(settings)
  local function value_of(name)
    if variables[name] ~= nil then return variables[name] end
    local given = settings.build_args[name]
    local value = builtin(name)
    if value ~= nil and given ~= nil then return tostring(given) end
    return value
  end
  for _, instruction in ipairs(file.instructions) do
    if instruction.name == "FROM" then
      local stage = new_stage(instruction, list, value_of, file.escape,
                              settings)
      if not stage then return nil end
      list[#list + 1] = stage
    elseif #list > 0 then
      table.insert(list[#list].instructions, instruction)
    elseif instruction.name == "ARG" then
      declare(variables, instruction, settings, value_of, file.escape)
    end
  end
  return list
end

-- What they need ------------------------------------------------------------

-- "type=secret,id=x": a map
local function mount_of(value)
  local mount = {}
  for field in value:gsub("[\"']", ""):gmatch("[^,]+") do
    local name, text = field:match("^%s*([^=]+)=?(.*)$")
    if name then mount[name:lower()] = text end
  end
  mount.type = (mount.type or "bind"):lower()
  return mount
end

local SESSION = {
  secret = "a secret that is mounted", ssh = "an ssh agent that is mounted",
}

-- An address of git that is reached by ssh.
local function is_ssh(source)
  return source:find("^ssh://") or source:find("^[%w_.-]+@[%w_.-]+:")
end

local walk_stage

local function add_session(needs, instruction, what)
  table.insert(needs.session, {
    line = instruction.line, text = instruction.text, what = what,
  })
end

local function add_image(needs, name, platform, instruction, is_base)
  local key = name .. " " .. (platform or "")
  if name:lower() == "scratch" or needs[key] then return end
  needs[key] = true
  table.insert(needs.images, {
    name = name, platform = platform, line = instruction.line,
    text = instruction.text, is_base = is_base or false,
  })
end

-- What --from names: a stage by name or number, else an image.
local function walk_from(needs, list, stage, name, instruction)
  local number = name:match("^%d+$")
  local other = number and list[tonumber(number) + 1] or find_stage(list, name)
  if other then
    walk_stage(needs, list, other)
  elseif not number then
    add_image(needs, name, stage.platform, instruction)
  end
end

local function walk_run(needs, list, stage, instruction)
  for _, flag in ipairs(instruction.flags) do
    local mount = flag.name == "mount" and mount_of(flag.value) or {}
    if SESSION[mount.type] then
      add_session(needs, instruction, SESSION[mount.type])
    elseif mount.from and mount.from ~= "" then
      walk_from(needs, list, stage, mount.from, instruction)
    end
  end
end

local function walk_instruction(needs, list, stage, instruction, escape)
  if instruction.name == "RUN" then
    walk_run(needs, list, stage, instruction)
  elseif instruction.name == "COPY" then
    local from = flag_of(instruction, "from")
    if from and from ~= "" then
      walk_from(needs, list, stage, from, instruction)
    end
  elseif instruction.name == "ADD" then
    for _, word in ipairs(words.split(instruction.rest, escape)) do
      if is_ssh(word) then
        add_session(needs, instruction, "a repository that is reached by ssh")
        break
      end
    end
  end
end

-- What an ONBUILD says is done by stages that stand on this one.
local function walk_triggers(needs, list, stage)
  for _, instruction in ipairs(stage.base.instructions) do
    if instruction.inner then
      walk_instruction(needs, list, stage, instruction.inner, needs.escape)
    end
  end
end

function walk_stage(needs, list, stage)
  if needs[stage] then return end
  needs[stage] = true
  if stage.base then
    walk_stage(needs, list, stage.base)
    walk_triggers(needs, list, stage)
  else
    add_image(needs, stage.image, stage.platform, stage, true)
  end
  for _, instruction in ipairs(stage.instructions) do
    walk_instruction(needs, list, stage, instruction, needs.escape)
  end
end

-- The stage to build: by name, by number, or the last one.
local function target_of(list, target)
  if not target or target == "" then return list[#list] end
  return find_stage(list, target)
         or target:find("^%d+$") and list[tonumber(target) + 1]
end

---What the build of a Dockerfile asks for. It is empty where the engine will
---find a mistake.
---@param file moonsail.Dockerfile
---@param settings table # `build_args`, `target`, `platform` as the build has
---       them; `engine_platform()`: that of the engine, as "linux/amd64"
---@return moonsail.DockerfileNeeds
function stages.needs(file, settings)
  local needs = { images = {}, session = {}, escape = file.escape }
  local syntax = settings.build_args.BUILDKIT_SYNTAX or file.syntax
  local frontend = syntax and tostring(syntax):match("^%S+")
  if frontend then
    add_image(needs, frontend, nil, { line = 1, text = "# syntax=" .. syntax })
  end
  local list = stages_of(file, settings)
  local stage = list and target_of(list, settings.target)
  if stage then walk_stage(needs, list, stage) end
  return needs
end

---What the ONBUILDs of an image that a stage stands on ask for.
---@param triggers moonsail.DockerfileInstruction[]
---@param image moonsail.DockerfileImage # that image
---@return moonsail.DockerfileNeeds
function stages.trigger_needs(triggers, image)
  local needs = { images = {}, session = {}, escape = "\\" }
  for _, instruction in ipairs(triggers) do
    walk_instruction(needs, {}, image, instruction, needs.escape)
  end
  return needs
end

return stages
