-- SPDX-License-Identifier: MIT
-- Copying files between this machine and a container, by the rules of the
-- command `docker cp`: into a folder that is there, else under the name given,
-- in a folder that must be there.
--
-- An archive is made, or comes, in a temporary file, so that the size does not
-- matter.

local archive = require "moonsail.archive"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local own = require "moonsail.own"

-- Paths ----------------------------------------------------------------------

-- The folder of a path, and its last name: "/a", "b" of "/a/b", "/a/b/" and
-- "/a/b/.".
local function split(path)
  local trimmed = path
  repeat
    path = trimmed
    trimmed = path:gsub("/+$", ""):gsub("/%.$", "")
  until trimmed == path
  local folder, name = path:match("^(.*)/([^/]*)$")
  if not folder then return ".", path end
  return folder ~= "" and folder or "/", name
end

local function join(folder, name)
  return folder:gsub("/$", "") .. "/" .. name
end

-- Whether what is in the folder is meant, and not the folder itself: "a/.",
-- ".", and "/", which has no name.
local function means_contents(path)
  return path == "." or path:find("/%.$") ~= nil or path:find("^/+$") ~= nil
end

-- Whether only a folder may be called so.
local function means_folder(path)
  return path:find("/$") ~= nil or means_contents(path)
end

-- A temporary file -----------------------------------------------------------

local Temporary = { __name = "moonsail.temporary" }

function Temporary:__close() os.remove(self.path) end

local function new_temporary()
  return setmetatable({ path = os.tmpname() }, Temporary)
end

-- Into a container -----------------------------------------------------------

-- The kinds of what is in a container, by bits of its mode.
local FOLDER, LINK = 1 << 31, 1 << 27

local function is_kind(stat, bit)
  return stat.mode ~= nil and stat.mode & bit ~= 0
end

-- What is at the path in the container, or nil: that it cannot be told is the
-- same here, because the engine says why when the copy comes.
local function look(job, path)
  local ok, result = pcall(archive.stat, job.client,
    { id = job.id, path = path, raw = false }, job.label)
  if ok then return result end
  if core.is_error(result) and result.status then return nil end
  error(result, 0)
end

-- The path that is meant, and what is there: of a link what it leads to.
local function find_target(job)
  local path = job.dest:gsub("^([^/])", "/%1")
  local stat = look(job, path)
  if stat and is_kind(stat, LINK) and (stat.link_target or "") ~= "" then
    path = stat.link_target
    stat = look(job, path)
  end
  return path, stat
end

-- A thing of this machine: {path, is_folder, contents, name}.
local function local_source(job)
  local kind, reason = core.file_kind(job.src, true)
  if not kind then job.complain("src", "%s: %s", job.src, reason) end
  local source = {
    path = job.src,
    is_folder = kind == "folder",
    contents = kind == "folder" and means_contents(job.src),
    name = nil, -- that it has by itself
  }
  if not source.contents then
    local _, name = split(job.src)
    if name == ".." then _, name = split(core.real_path(job.src)) end
    source.name = name
  end
  return source
end

-- The folder in the container that the archive is unpacked in, and the name
-- that the source has there: "." for its contents.
local function place_in(job, source, path, stat)
  if stat and is_kind(stat, FOLDER) then
    return path, source.name or "."
  elseif stat and source.is_folder then
    job.complain("dest", "a folder cannot be copied onto the file %s",
                 job.dest)
  elseif means_folder(path) and not source.is_folder then
    job.complain("dest", "there is no folder %s in the container", job.dest)
  end
  return split(path)
end

local function copy_in(job)
  local source = local_source(job)
  local path, stat = find_target(job)
  local folder, name = place_in(job, source, path, stat)
  local file <close> = new_temporary()
  core.pack({ { path = source.path, name = name }, to = file.path }, job.label)
  archive.put(job.client, {
    id = job.id,
    path = folder,
    body_file = file.path,
    copy_uid_gid = job.copy_uid_gid,
    no_overwrite_dir_non_dir = true,
  }, job.label)
  return name == "." and folder or join(folder, name)
end

-- Out of a container ---------------------------------------------------------

-- What is known of the destination before anything is asked for: {folder,
-- name}, where no name means the one that the source has, and whether it is
-- there.
local function local_target(job)
  local kind = core.file_kind(job.dest)
  if kind == "folder" then return { folder = job.dest } end
  local path = job.dest
  if kind == "other" then
    job.complain("dest", "%s is neither a file nor a folder", path)
  elseif kind == "file" then
    path = core.real_path(path)
  end
  local folder, name = split(path)
  if core.file_kind(folder) ~= "folder" then
    job.complain("dest", "there is no folder %s", folder)
  end
  return { folder = folder, name = name, is_there = kind == "file" }
end

local function check_target(job, target, is_folder)
  if target.is_there and is_folder then
    job.complain("dest", "a folder cannot be copied onto the file %s",
                 job.dest)
  elseif target.name and means_folder(job.dest) and not is_folder then
    job.complain("dest", "there is no folder %s", job.dest)
  end
end

-- How the archive is unpacked, and the path that it gives. Of what is in a
-- folder the names begin with "./" or not, as the engine likes.
local function plan_unpacking(job, target)
  local plan = { to = target.folder }
  if means_contents(job.src) then
    plan.below = target.name
    return plan, target.name and join(target.folder, target.name)
                 or target.folder
  end
  local _, name = split(job.src)
  plan.root = target.name or name
  return plan, join(target.folder, plan.root)
end

local function copy_out(job)
  local target = local_target(job)
  local path = job.src:gsub("^/+$", "/.") -- the root has no name of its own
  local stream <close>, stat = core.call(job.client, "ContainerArchive",
    { id = job.id, path = path, raw = false }, job.label)
  check_target(job, target, stat ~= nil and is_kind(stat, FOLDER))
  local plan, made = plan_unpacking(job, target)
  local file <close> = new_temporary()
  stream:save(file.path)
  plan.path = file.path
  core.unpack(plan, job.label)
  return made
end

-- Methods --------------------------------------------------------------------

local PATHS = {
  src = "string", dest = "string", copy_uid_gid = "boolean",
}

-- What a copy is about, from the arguments of a method.
local function new_job(label, types, ...)
  local complain = fail.complainer(label)
  local job = own.take(core.gather_options("src dest", label, ...), types, nil,
                       complain)
  job.label, job.complain = label, complain
  for _, name in ipairs{ "src", "dest" } do
    if job[name] == nil or job[name] == "" then
      complain(name, "missing (a path)")
    end
  end
  return job
end

local function of_container(self, job)
  job.client, job.id = core.client_of(self), core.key(self)
  return job
end

---@class moonsail.Container
local container_methods = core.methods("container")

---Copies a file, link or folder of this machine into the container, which need
---not run: with their modes and owners, links as links.
---`web:cp_in("site", "/srv/www")`
---@param src string # its path; of a folder that ends with "/." what is in it
---@param dest string # a path in the container: a folder that is there, to be
---       copied into; else the name that it gets, in a folder that is there
---@option copy_uid_gid boolean =false # make the container's user their owner
---@uses ContainerArchiveInfo PutContainerArchive
---@raises argument when there is nothing to copy, or a folder would take the
---        place of a file, not_found when the container has gone, or has no
---        folder to copy into
---@return string # where it is in the container
function container_methods:cp_in(...)
  return copy_in(of_container(self, new_job("container:cp_in", PATHS, ...)))
end

---Copies a file, link or folder of the container, which need not run, to this
---machine: with their modes, links as links. Whoever runs this owns them.
---`web:cp_out("/var/log/app.log", "logs")`
---@param src string # a path in the container; of a folder that ends with "/."
---       what is in it
---@param dest string # a folder that is there, to be copied into; else the
---       name that it gets, in a folder that is there
---@uses ContainerArchive
---@raises argument when it cannot be written there, or a folder would take the
---        place of a file, not_found when the container has nothing of that
---        name
---@return string # where it is now
function container_methods:cp_out(...)
  local types = { src = "string", dest = "string" }
  return copy_out(of_container(self, new_job("container:cp_out", types, ...)))
end

-- "web", "/etc/x" of "web:/etc/x"; nil of a path of this machine, which begins
-- with a dot or a slash if it has a colon in it.
local function parse(text)
  if text:find("^[/.]") then return nil end
  return text:match("^([^:]+):(.*)$")
end

---@class moonsail.Client
local client_methods = core.methods("client")

---Copies between this machine and a container, as `docker cp` does: one of the
---two is "CONTAINER:PATH". Otherwise it is as container:cp_in or cp_out.
---`docker:cp("web:/etc/hosts", "./hosts")`
---@param src string # what is copied
---@param dest string # where it goes: a folder that is there, or the name that
---       it gets
---@option copy_uid_gid boolean =false # into a container: make its user the
---        owner
---@uses ContainerArchive ContainerArchiveInfo PutContainerArchive
---@raises argument when not exactly one of them is in a container,
---        not_found when there is no such container or path
---@return string # where it is now
function client_methods:cp(...)
  local job = new_job("client:cp", PATHS, ...)
  local from, from_path = parse(job.src)
  local to, to_path = parse(job.dest)
  if from and to then
    job.complain("dest", "both are in containers: copy to this machine first")
  elseif not from and not to then
    job.complain("dest", "neither is in a container: write it CONTAINER:PATH")
  end
  if from_path == "" or to_path == "" then
    job.complain(from and "src" or "dest", "%q: there is no path behind the "
                 .. "colon", from and job.src or job.dest)
  end
  if from and job.copy_uid_gid then
    job.complain("copy_uid_gid", "it is for copies into a container")
  end
  job.client, job.id = self, from or to
  job.src, job.dest = from_path or job.src, to_path or job.dest
  return from and copy_out(job) or copy_in(job)
end
