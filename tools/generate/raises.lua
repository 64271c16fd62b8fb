-- SPDX-License-Identifier: MIT
-- What operations raise, from the statuses that the definitions tell of: the
-- kinds are those of ldk_status_kind in csrc/value/error.c.

local M = {}

local KINDS = {[401] = "unauthorized", [403] = "forbidden",
               [404] = "not_found", [405] = "not_supported",
               [407] = "unauthorized", [409] = "conflict",
               [501] = "not_supported"}

-- What an operation is about, by the first word of its id that is here.
local NOUNS = {
  {"^Container", "container"}, {"^Checkpoint", "container or checkpoint"},
  {"^PutContainer", "container"}, {"^Exec", "exec or container"},
  {"^Image", "image"}, {"^Build", "build"}, {"^Distribution", "image"},
  {"^Network", "network"}, {"^Volume", "volume"}, {"^Node", "node"},
  {"^Service", "service"}, {"^Task", "task"}, {"^Secret", "secret"},
  {"^Config", "config"}, {"^Plugin", "plugin"}, {"^GetPlugin", "plugin"},
}

local WHEN = {
  [400] = "the engine finds something wrong with what was asked",
  [401] = "the registry does not accept the credentials",
  [403] = "the engine does not allow it for this %s",
  [404] = "there is no such %s",
  [409] = "the state of the %s does not allow it",
  [500] = "the engine fails at it",
  [501] = "the engine cannot do it",
  [503] = "the engine is no manager of a swarm",
}

-- Where more can be said.
local MORE = {
  ContainerCreate = {[404] = "the engine does not have the image",
                     [409] = "the name is taken"},
  ContainerExec = {[409] = "the container is paused"},
  ContainerKill = {[409] = "the container does not run"},
  ContainerRename = {[409] = "the name is taken"},
  ContainerDelete = {[409] = "the container runs, and force is not given"},
  ContainerArchive = {[404] = "there is no such container or path"},
  ContainerArchiveInfo = {[404] = "there is no such container or path"},
  PutContainerArchive = {
    [403] = "the place is read-only",
    [404] = "there is no such container or path"},
  ConfigCreate = {[409] = "the name is taken"},
  SecretCreate = {[409] = "the name is taken"},
  ServiceCreate = {[403] = "the network is none for services",
                   [409] = "the name is taken"},
  ImageCreate = {[404] = "there is no such image, or it may not be seen"},
  ImageDelete = {[409] = "a container uses the image, and force is not given"},
  ImageTag = {[409] = "the name cannot be given"},
  DistributionInspect = {
    [401] = "the credentials are wrong, or there is no such image"},
  NetworkCreate = {[403] = "the name is that of a network of the engine's",
                   [404] = "there is no such driver"},
  NetworkDelete = {[403] = "it is a network of the engine's own, or in use"},
  NetworkConnect = {[404] = "there is no such network or container"},
  NetworkDisconnect = {[404] = "there is no such network or container"},
  SwarmInit = {[503] = "the engine is in a swarm already"},
  SwarmJoin = {[503] = "the engine is in a swarm already"},
  VolumeDelete = {[409] = "a container uses the volume"},
}

local function noun(id)
  for _, row in ipairs(NOUNS) do
    if id:find(row[1]) then
      return row[2]
    end
  end
  return "thing"
end

local function when(id, status)
  local more = MORE[id] and MORE[id][status]
  return more or (WHEN[status] or WHEN[500]):format(noun(id))
end

-- Engines without swarms, such as Podman, answer 503 as well.
local NO_SWARM = {kind = "not_supported",
                  when = "the engine has no swarms, as Podman"}

local function add(list, seen, kind, text)
  local key = kind .. text
  if not seen[key] then
    seen[key] = true
    list[#list + 1] = {kind = kind, when = text}
  end
end

-- Of an operation. That the engine fails is told where nothing else is.
local function add_operation(list, seen, operation)
  for _, status in ipairs(operation.errors) do
    if status ~= 500 then
      add(list, seen, KINDS[status] or "api", when(operation.id, status))
    end
    if status == 503 then
      add(list, seen, NO_SWARM.kind, NO_SWARM.when)
    end
  end
end

-- What a method raises that may call these operations: {kind, when}.
function M.of(operations)
  local list, seen = {}, {}
  for _, operation in ipairs(operations) do
    add_operation(list, seen, operation)
  end
  if #list == 0 and #operations > 0 then
    add(list, seen, "api", WHEN[500])
  end
  return list
end

-- The operations of MORE that there are not, or not with such a status.
function M.stale(operations)
  local stale = {}
  for id, statuses in pairs(MORE) do
    local has = {}
    for _, status in ipairs(operations[id] and operations[id].errors or {}) do
      has[status] = true
    end
    for status in pairs(statuses) do
      if not has[status] then
        stale[#stale + 1] = ("%s %d"):format(id, status)
      end
    end
  end
  table.sort(stale)
  return stale
end

return M
