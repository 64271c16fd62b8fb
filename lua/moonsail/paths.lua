-- SPDX-License-Identifier: MIT
-- What paths say by their words alone, before anything is looked at, as the
-- docker command reads them.

local core = require "moonsail.core"

local paths = {}

-- The last part: "." of "", "b" of "a/b/", "/" of "/".
local function base(path)
  local name = path:match("([^/]*)/*$")
  if name ~= "" then return name end
  return path:find("^/") and "/" or "."
end

---Whether what is in a folder is meant, and not the folder itself: "a/.", and
---the root, which has no name.
---@param path string
---@return boolean
function paths.means_contents(path)
  return base(path) == "." or paths.clean(path) == "/"
end

---Whether only a folder may be called so.
---@param path string
---@return boolean
function paths.means_folder(path)
  return path:find("/$") ~= nil or base(path) == "."
end

---The shortest path that is the same by its words: "a//b/../c/" is "a/c", ""
---is ".". A ".." takes a part away, even one that is a link.
---@param path string
---@return string
function paths.clean(path)
  local rooted, parts = path:find("^/") ~= nil, {}
  for part in path:gmatch("[^/]+") do
    local above = parts[#parts]
    if part == ".." and above and above ~= ".." then
      parts[#parts] = nil
    elseif part ~= "." and not (part == ".." and rooted) then
      parts[#parts + 1] = part
    end
  end
  local text = (rooted and "/" or "") .. table.concat(parts, "/")
  return text ~= "" and text or "."
end

---The same, but what says that a folder is meant stays at its end.
---@param path string
---@return string
function paths.tidy(path)
  local cleaned = paths.clean(path)
  if base(path) == "." then return (cleaned:gsub("/?$", "/.", 1)) end
  if path:find("/$") then return (cleaned:gsub("/?$", "/", 1)) end
  return cleaned
end

---@param folder string
---@param name string
---@return string
function paths.join(folder, name)
  return folder:gsub("/+$", "") .. "/" .. name
end

---The folder of a path, and its name there: "/a", "b" of "/a/b" and "/a/b/",
---but "/a/b", "." of "/a/b/.".
---@param path string
---@return string folder
---@return string name
function paths.split(path)
  local cleaned = paths.clean(path)
  if base(path) == "." then return cleaned, "." end
  local folder, name = cleaned:match("^(.*)/([^/]*)$")
  if not folder then return ".", cleaned end
  return folder ~= "" and folder or "/", name
end

---The name that a thing of this machine has when it is copied: that of a
---folder ".." is known to the system only.
---@param path string
---@return string
function paths.name(path)
  local name = base(paths.clean(path))
  if name == ".." or name == "." then
    name = base(core.real_path(path))
  end
  return name
end

---A path in a container, from the root on. It stays as it is otherwise: there
---may be links in it, so ".." is the engine's to judge.
---@param path string
---@return string
function paths.rooted(path)
  return path:find("^/") and path or "/" .. path
end

---The path that a link means.
---@param path string # where the link is
---@param target string # what is in it
---@return string
function paths.follow(path, target)
  if target:find("^/") then return target end
  local folder = paths.split(path)
  return paths.clean(paths.join(folder, target))
end

return paths
