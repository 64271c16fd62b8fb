-- SPDX-License-Identifier: MIT
-- Archives of a container's files: out of it, into it, and what is there.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local own = require "moonsail.own"
local path_stat = require "moonsail.path_stat"
local saving = require "moonsail.saving"
local source = require "moonsail.source"
local upload = require "moonsail.upload"

local archive = {}

-- Of a HEAD that failed an engine tells the status, and no reason.
local function explain(problem, path)
  if core.is_error(problem, "not_found") then
    problem.message = ("there is no %s in the container, or no such container")
      :format(path)
  end
  error(problem, 0)
end

---What is at a path in a container: see container:path_stat.
---@param client moonsail.Client
---@param options table # of ContainerArchiveInfo
---@param label string
---@return moonsail.PathStat
function archive.stat(client, options, label)
  local ok, result = pcall(core.call, client, "ContainerArchiveInfo", options,
                           label)
  if not ok then explain(result, options.path) end
  return path_stat.complete(result)
end

---A file or folder of a container as an archive: see container:get_archive.
---@param client moonsail.Client
---@param options table # of ContainerArchive
---@param label string
---@return moonsail.Stream
---@return moonsail.PathStat
function archive.get(client, options, label)
  local stream, stat = core.call(client, "ContainerArchive", options, label)
  return stream, path_stat.complete(stat)
end

-- Options that the API takes as words.
local FLAGS = { "copy_uid_gid", "no_overwrite_dir_non_dir" }

local function set_flags(options)
  for _, name in ipairs(FLAGS) do
    if type(options[name]) == "boolean" then
      options[name] = options[name] and "true" or nil
    end
  end
end

---Unpacks an archive in a container: see container:put_archive.
---@param client moonsail.Client
---@param options table # of PutContainerArchive, with body or body_file
---@param label string
---@return boolean # true
function archive.put(client, options, label)
  set_flags(options)
  return core.call(client, "PutContainerArchive", options, label)
end

---@class moonsail.Container
local methods = core.methods("container")

---What is at a path in the container, which need not run: its `name`, `type`,
---`size`, `mode`, `mtime`, and, of a link, where it leads to.
---`web:path_stat("/etc/passwd").size`
---@param path string # from the root on
---@takes ContainerArchiveInfo
---@fills id
---@uses ContainerArchiveInfo
---@raises not_found when there is nothing
---@return moonsail.PathStat
function methods:path_stat(...)
  local label = "container:path_stat"
  local options = core.gather_options("path", label, ...)
  local complain = fail.complainer(label)
  own.fill(options, "id", self, complain)
  if options.path ~= nil then
    fail.check_type(complain, "path", "string", options.path)
  end
  return archive.stat(core.client_of(self), options, label)
end

local function take_target(options, operation, complain)
  local to = own.take(options, { to = "any" }, operation, complain).to
  saving.check(to, "to", complain)
  return to
end

---A file or folder of the container, which need not run, as a tar archive: a
---stream of its bytes, or written into a file.
---`local size, stat = web:get_archive("/etc", "etc.tar")`
---@param path string # from the root on; of a folder that ends with "/." what
---       is in it
---@param to? string|file* # the path of a file, or an open one
---@takes ContainerArchive
---@fills id
---@uses ContainerArchive
---@raises not_found when there is nothing
---@return moonsail.Stream|integer # with `to` how many bytes there were
---@return moonsail.PathStat # as of path_stat
function methods:get_archive(...)
  local label = "container:get_archive"
  local options = core.gather_options("path to", label, ...)
  local complain = fail.complainer(label)
  local to = take_target(options, "ContainerArchive", complain)
  own.fill(options, "id", self, complain)
  local stream, stat = archive.get(core.client_of(self), options, label)
  if to ~= nil then return saving.deliver(stream, to, label), stat end
  return stream, stat, nil, stream -- as a for loop takes it
end

---All files of the container, without those of its volumes, as a tar archive:
---a stream of its bytes, or written into a file.
---`web:export("web.tar")`
---@param to? string|file* # the path of a file, or an open one
---@takes ContainerExport
---@fills id
---@uses ContainerExport
---@raises not_found when the container has gone
---@return moonsail.Stream|integer # with `to` how many bytes there were
function methods:export(...)
  local label = "container:export"
  local options = core.gather_options("to", label, ...)
  local complain = fail.complainer(label)
  local to = take_target(options, "ContainerExport", complain)
  own.fill(options, "id", self, complain)
  local stream = core.call(core.client_of(self), "ContainerExport", options,
                           label)
  return saving.deliver(stream, to, label)
end

local EXPECTED = "a path, an open file, the bytes of a tar, a function that "
  .. "gives them, a stream, or a table of contents by name"

---Unpacks a tar archive in a folder of the container, which need not run.
---`web:put_archive("/srv", "site.tar")`
---`web:put_archive("/srv", {["site/index.html"] = "<h1>It works</h1>"})`
---`web:put_archive("/srv", (other:get_archive("/srv/site")))`
---@param path string # of the folder, from the root on
---@param data string|file*|function|moonsail.Stream|table # the path of a tar,
---       plain or compressed; its bytes; an open file, or a pipe; a function
---       that gives the next piece, and nil at the end; a stream; or files by
---       their names: contents, or {content = "#!/bin/sh\n", mode = 493}
---@option copy_uid_gid boolean =false # make the container's user their owner
---@option no_overwrite_dir_non_dir boolean =false # raise where a file would
---        take the place of a folder, or a folder that of a file
---@takes PutContainerArchive
---@fills id
---@uses PutContainerArchive
---@raises not_found when there is no such folder, forbidden when the container
---        is read-only
---@return boolean # true
function methods:put_archive(...)
  local label = "container:put_archive"
  local options = upload.gather("path data", "PutContainerArchive", label,
                                ...)
  local complain = fail.complainer(label)
  local data = source.of(options.data, {
    name = "data", expected = EXPECTED, label = label,
  }, complain)
  options.data = nil
  local _ <close> = data
  own.fill(options, "id", self, complain)
  data:fill(options)
  return archive.put(core.client_of(self), options, label)
end

return archive
