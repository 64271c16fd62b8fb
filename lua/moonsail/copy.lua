-- SPDX-License-Identifier: MIT
-- Copying files between this machine and a container, or two containers, by
-- the rules of the command `docker cp`: into a folder that is there, else
-- under the name given, in a folder that must be there.
--
-- A copy is a job: {client, src, dest, label, complain, from, id}, with what
-- else was asked for: `from` is the container that gives, `id` the one that
-- gets.

local archive = require "moonsail.archive"
local core = require "moonsail.core"
local extraction = require "moonsail.extraction"
local fail = require "moonsail.fail"
local own = require "moonsail.own"
local paths = require "moonsail.paths"
local renamed_archive = require "moonsail.renamed_archive"
local source = require "moonsail.source"

local ENOENT = 2

local function refuse_folder(job)
  job.complain("dest", "a folder cannot be copied onto the file %s", job.dest)
end

-- Into a container -----------------------------------------------------------

local function is_kind(stat, kind)
  return stat ~= nil and stat.type == kind
end

-- What is at the path in the container, or nil: that it cannot be told is the
-- same here, because the engine says why when the copy comes.
local function look(job, id, path)
  local ok, result = pcall(archive.stat, job.client,
    { id = id, path = path, raw = false }, job.label)
  if ok then return result end
  if core.is_error(result) and result.status then return nil end
  error(result, 0)
end

-- Where a link in the container leads to, if it is one.
local function target_of(stat, path)
  local target = is_kind(stat, "link") and stat.link_target
  return target and target ~= "" and paths.follow(path, target) or nil
end

-- The path that is meant, and what is there: of a link what it leads to.
local function find_target(job)
  local path = paths.rooted(job.dest)
  local stat = look(job, job.id, path)
  local target = target_of(stat, path)
  if target then
    path, stat = target, look(job, job.id, target)
  end
  if is_kind(stat, "char_device") or is_kind(stat, "block_device") then
    job.complain("dest", "%s is a device", job.dest)
  end
  return path, stat
end

-- A thing of this machine: {path, is_folder, name}, where what is in a folder
-- has no name. A link is one, unless a folder must be meant.
local function local_source(job)
  local path = paths.tidy(job.src)
  local kind, reason = core.file_kind(path, not job.follow_link)
  if not kind then job.complain("src", "%s: %s", job.src, reason) end
  if kind == "socket" then
    job.complain("src", "%s is a socket, which cannot be copied", job.src)
  end
  if kind == "folder" or job.follow_link then path = core.real_path(path) end
  return {
    path = path,
    is_folder = kind == "folder",
    name = not paths.means_contents(job.src) and paths.name(job.src) or nil,
  }
end

-- The folder in the container that the archive is unpacked in, and the name
-- that the source has there: "." for its contents.
local function place_in(job, thing, path, stat)
  if is_kind(stat, "folder") then
    return path, thing.name or "."
  elseif stat and thing.is_folder then
    refuse_folder(job)
  elseif paths.means_folder(path) and not thing.is_folder then
    job.complain("dest", "there is no folder %s in the container", job.dest)
  end
  return paths.split(path)
end

-- Unpacks it in the container; where it is then.
local function put(job, folder, name, body)
  local packed <close> = body
  local options = {
    id = job.id,
    path = folder,
    copy_uid_gid = job.copy_uid_gid,
    no_overwrite_dir_non_dir = true,
  }
  packed:fill(options)
  archive.put(job.client, options, job.label)
  folder = paths.clean(folder)
  return name == "." and folder or paths.join(folder, name)
end

local function copy_in(job)
  local thing = local_source(job)
  local path, stat = find_target(job)
  local folder, name = place_in(job, thing, path, stat)
  return put(job, folder, name, source.packed({
    { path = thing.path, name = name },
  }, job.label))
end

-- Out of a container ---------------------------------------------------------

-- How many links may lead to one another, as the system has it.
local MAX_LINKS = 40

-- What the path means when it is a link of this machine.
local function follow_here(path)
  for _ = 1, MAX_LINKS do
    local target = core.read_link(path)
    if not target then break end
    path = paths.follow(path, target)
  end
  return path
end

local function check_folder(job, folder)
  if core.file_kind(folder) ~= "folder" then
    job.complain("dest", "there is no folder %s", folder)
  end
end

-- What is known of the destination before anything is asked for: {folder,
-- name}, where no name means the one that the source has, and whether it is
-- there.
local function local_target(job)
  local path = paths.tidy(job.dest)
  check_folder(job, (paths.split(paths.clean(path))))
  local kind, reason, number = core.file_kind(path)
  if kind == "folder" then return { folder = paths.clean(job.dest) } end
  if kind == "device" then job.complain("dest", "%s is a device", job.dest) end
  if not kind and number ~= ENOENT then
    job.complain("dest", "%s: %s", job.dest, reason)
  end
  local folder, name = paths.split(follow_here(path))
  check_folder(job, folder)
  return { folder = folder, name = name, is_there = kind ~= nil }
end

local function check_target(job, target, is_folder)
  if target.is_there and is_folder then
    refuse_folder(job)
  elseif target.name and not target.is_there and not is_folder
         and paths.means_folder(job.dest) then
    job.complain("dest", "there is no folder %s", job.dest)
  end
end

-- The path that is asked for, and the name that it has: of a link, if it is to
-- be followed, what it leads to, but its own name.
local function container_source(job)
  local path = paths.rooted(job.src)
  local _, name = paths.split(path)
  if job.follow_link then
    path = target_of(look(job, job.from, path), path) or path
  end
  if paths.clean(path) == "/" then path = "/." end -- it has no name of its own
  return path, name
end

-- How the archive is unpacked, and the path that it gives. Of what is in a
-- folder the names begin with "./" or not, as the engine likes.
local function plan_unpacking(job, path, name, target)
  local plan = { to = target.folder, setuid = true, devices = job.devices }
  if paths.means_contents(path) then
    plan.below = target.name
    return plan, target.name and paths.join(target.folder, target.name)
                 or target.folder
  end
  plan.root = target.name or name
  return plan, paths.join(target.folder, plan.root)
end

local function copy_out(job)
  local target = local_target(job)
  local path, name = container_source(job)
  local stream <close>, stat = archive.get(job.client,
    { id = job.from, path = path, raw = false }, job.label)
  check_target(job, target, is_kind(stat, "folder"))
  local plan, made = plan_unpacking(job, path, name, target)
  extraction.into(stream, plan, job.label)
  return made
end

-- From one container to another ----------------------------------------------

local function full_id(job, id)
  return core.call(job.client, "ContainerInspect", { id = id }, job.label).id
end

-- An engine gives what a container has and takes what it is to have one after
-- the other, so that within one the two would wait for each other.
local function check_different(job)
  if full_id(job, job.from) == full_id(job, job.id) then
    job.complain("dest", "both are in the same container: copy there, by "
                 .. "container:exec{\"cp\", \"-a\", …}")
  end
end

-- How a name in the archive changes, of which the first part is that of the
-- source, if it has one.
local function renaming(old, new)
  if old then
    return function(name) return new .. name:gsub("^[^/]+", "") end
  end
  return function(name)
    return new .. "/" .. name:gsub("^%.?/+", ""):gsub("^%.$", "")
  end
end

local function copy_across(job)
  check_different(job)
  local target, target_stat = find_target(job)
  local path, name = container_source(job)
  local stream <close>, stat = archive.get(job.client,
    { id = job.from, path = path, raw = false }, job.label)
  if paths.means_contents(path) then name = nil end
  local thing = { is_folder = is_kind(stat, "folder"), name = name }
  local folder, new_name = place_in(job, thing, target, target_stat)
  local bytes = stream
  if new_name ~= (name or ".") then
    bytes = renamed_archive.new(stream, renaming(name, new_name), job.label)
  end
  return put(job, folder, new_name, source.of(bytes, {
    name = "src", expected = "an archive", label = job.label,
  }, job.complain))
end

-- Methods --------------------------------------------------------------------

local IN = {
  src = "string", dest = "string", copy_uid_gid = "boolean",
  follow_link = "boolean",
}
local OUT = {
  src = "string", dest = "string", devices = "boolean",
  follow_link = "boolean",
}
local ANY = {
  src = "string", dest = "string", copy_uid_gid = "boolean",
  devices = "boolean", follow_link = "boolean",
}

-- What the docker command takes for standard input and output.
local function check_dash(job)
  if job.src == "-" then
    job.complain("src", "what is no file is given to container:put_archive, a "
                 .. "file of that name as ./-")
  elseif job.dest == "-" then
    job.complain("dest", "what shall not be a file is had from "
                 .. "container:get_archive, a file of that name as ./-")
  end
end

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
  check_dash(job)
  return job
end

---@class moonsail.Container
local container_methods = core.methods("container")

---Copies a file, link or folder of this machine into the container, which need
---not run: with their modes, owners and times, links as links.
---`web:cp_in("site", "/srv/www")`
---@param src string # its path; of a folder that ends with "/." what is in it
---@param dest string # a path in the container: a folder that is there, to be
---       copied into; else the name that it gets, in a folder that is there
---@option copy_uid_gid boolean =false # make the container's user their owner
---@option follow_link boolean =false # copy what the link `src` leads to,
---        under the link's name
---@uses ContainerArchiveInfo PutContainerArchive
---@raises argument when there is nothing to copy, or a folder would take the
---        place of a file, not_found when the container has gone, or has no
---        folder to copy into
---@return string # where it is in the container
function container_methods:cp_in(...)
  local job = new_job("container:cp_in", IN, ...)
  job.client, job.id = core.client_of(self), core.key(self)
  return copy_in(job)
end

---Copies a file, link or folder of the container, which need not run, to this
---machine: with their modes and times, links as links. Whoever runs this owns
---them.
---`web:cp_out("/var/log/app.log", "logs")`
---@param src string # a path in the container; of a folder that ends with "/."
---       what is in it
---@param dest string # a folder that is there, to be copied into; else the
---       name that it gets, in a folder that is there
---@option devices boolean =false # make device nodes, too (for root), which
---        are left out else
---@option follow_link boolean =false # copy what the link `src` leads to,
---        under the link's name
---@uses ContainerArchive ContainerArchiveInfo
---@raises argument when it cannot be written there, or a folder would take the
---        place of a file, not_found when the container has nothing of that
---        name
---@return string # where it is now
function container_methods:cp_out(...)
  local job = new_job("container:cp_out", OUT, ...)
  job.client, job.from = core.client_of(self), core.key(self)
  return copy_out(job)
end

-- "web", "/etc/x" of "web:/etc/x"; nil and the path of one of this machine,
-- which begins with a dot or a slash if it has a colon in it.
local function parse(job, option)
  local text = job[option]
  local container, path = text:match("^([^:/.][^:]*):(.*)$")
  if not container then return nil, text end
  if path == "" then
    job.complain(option, "%q: there is no path behind the colon", text)
  end
  return container, path
end

---@class moonsail.Client
local client_methods = core.methods("client")

---Copies between this machine and a container, as `docker cp` does, or between
---two containers, as it does not: "CONTAINER:PATH" is in a container.
---Otherwise it is as container:cp_in and cp_out.
---`docker:cp("web:/etc/hosts", "./hosts")`
---@param src string # what is copied; a path of this machine that has a colon
---       in it begins with "./" or "/"
---@param dest string # where it goes: a folder that is there, or the name that
---       it gets
---@option copy_uid_gid boolean =false # into a container: make its user the
---        owner
---@option devices boolean =false # to this machine: make device nodes, too
---@option follow_link boolean =false # copy what the link `src` leads to,
---        under the link's name
---@uses ContainerArchive ContainerArchiveInfo ContainerInspect
---      PutContainerArchive
---@raises argument when none of them is in a container, or both in the same,
---        not_found when there is no such container or path
---@return string # where it is now
function client_methods:cp(...)
  local job = new_job("client:cp", ANY, ...)
  local from, from_path = parse(job, "src")
  local to, to_path = parse(job, "dest")
  if not from and not to then
    job.complain("dest", "neither is in a container: write it CONTAINER:PATH")
  elseif not to and job.copy_uid_gid then
    job.complain("copy_uid_gid", "it is for copies into a container")
  elseif to and job.devices then
    job.complain("devices", "it is for copies to this machine")
  end
  job.client, job.from, job.id = self, from, to
  job.src, job.dest = from_path, to_path
  if from and to then return copy_across(job) end
  return from and copy_out(job) or copy_in(job)
end
