-- SPDX-License-Identifier: MIT
-- What is at a path in a container, in the words of this machine: engines tell
-- of modes by the bits that Go has for them.

local path_stat = {}

---What is at a path in a container.
---@class moonsail.PathStat
---@field name string # what it is called in its folder
---@field type string # "file", "folder", "link", "fifo", "socket",
---       "char_device", "block_device" or "other"
---@field size integer # bytes, of a file
---@field mode integer # who may do what, as chmod has it: 420 is 0644; with
---       the bits for setuid (2048), setgid (1024) and sticky (512)
---@field go_mode integer # the mode as the engine tells it
---@field mtime string # when it was changed last
---@field link_target? string # where a link leads to

-- What a bit of Go's says of the type, the first one that is set.
local TYPES = {
  { 1 << 31, "folder" }, { 1 << 27, "link" }, { 1 << 25, "fifo" },
  { 1 << 24, "socket" }, { 1 << 21, "char_device" },
  { 1 << 26, "block_device" }, { 1 << 19, "other" },
}

-- Bits of Go's, and what they are for chmod.
local SPECIAL = { { 1 << 23, 2048 }, { 1 << 22, 1024 }, { 1 << 20, 512 } }

local function type_of(go_mode)
  for _, row in ipairs(TYPES) do
    if go_mode & row[1] ~= 0 then return row[2] end
  end
  return "file"
end

local function mode_of(go_mode)
  local mode = go_mode & 511
  for _, row in ipairs(SPECIAL) do
    if go_mode & row[1] ~= 0 then mode = mode | row[2] end
  end
  return mode
end

---Says in the words of this machine what an engine has told. What was asked
---for raw is left as it is.
---@param stat any # of ContainerArchiveInfo, or ContainerArchive
---@return moonsail.PathStat # the same table
function path_stat.complete(stat)
  if getmetatable(stat) == nil or math.type(stat.mode) ~= "integer" then
    return stat
  end
  if stat.link_target == "" then stat.link_target = nil end -- no link?
  stat.go_mode = stat.mode
  stat.type, stat.mode = type_of(stat.go_mode), mode_of(stat.go_mode)
  return stat
end

return path_stat
