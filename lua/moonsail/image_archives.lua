-- SPDX-License-Identifier: MIT
-- Images into an engine and out of it as archives: importing, loading, saving.

local core = require "moonsail.core"
local fail = require "moonsail.fail"
local images = require "moonsail.images"
local own = require "moonsail.own"
local platform = require "moonsail.platform"
local progress = require "moonsail.progress"
local reference = require "moonsail.reference"
local saving = require "moonsail.saving"
local source = require "moonsail.source"
local upload = require "moonsail.upload"

local image_archives = {}

---@class moonsail.Images
local methods = core.methods("images")

-- Importing -----------------------------------------------------------------

local A_SOURCE = "a path, an open file, the bytes of a tar, a function that "
  .. "gives them, a stream, or a table of contents by name"

-- Sets the options of ImageCreate that stand for a source, which is returned
-- where there is something to send.
local function take_source(options, label, complain)
  local given = options.source
  options.source = nil
  if type(given) == "string" and given:find("^https?://") then
    options.from_src = given
    return nil
  end
  local taken = source.of(given, {
    name = "source", expected = A_SOURCE .. ", or a URL", label = label,
  }, complain)
  options.from_src = "-"
  taken:fill(options)
  return taken
end

-- Puts the tag into the name, where all engines read it.
local function join_tag(options, complain)
  local repo, tag = options.repo, options.tag
  if repo == nil and tag == nil then return end
  if repo == nil then complain("tag", "there is no repo that it is of") end
  fail.check_type(complain, "repo", "string", repo)
  local ref, reason = reference.parse(repo)
  if not ref then complain("repo", "%q: %s", repo, reason) end
  if tag == nil then return end
  fail.check_type(complain, "tag", "string", tag)
  if ref.given_tag then
    complain("tag", "given twice: here and in the repo %q", repo)
  end
  options.repo, options.tag = repo .. ":" .. tag, nil
end

-- The stream ends with the id of the image as its status.
local function imported_id(last)
  local id = last and progress.text(last, "status"):match("^sha256:%x+$")
  if not id then
    fail.raise{
      kind = "protocol", method = "images:import",
      message = "the engine did not tell the id of the image",
    }
  end
  return id
end

---Makes an image of one layer from the files in a tar archive.
---`images:import("root.tar", {repo = "mine", tag = "1"})`
---@param source string|file*|function|moonsail.Stream|table #
---       the path of a tar, plain or compressed; its bytes; a URL that the
---       engine fetches; an open file, or a pipe; a function that gives the
---       next piece, and nil at the end; a stream; or contents by the names of
---       their files
---@option repo string # the name of the image
---@option tag string ="latest" # of that name
---@option changes string|string[] # lines of a Dockerfile as "CMD sh"
---@option progress boolean|file*|fun(report: table) # true: shown on standard
---        error; a file: there; a function gets every report
---@takes ImageCreate
---@fills from_image from_src auth
---@uses ImageInspect
---@raises argument when the source cannot be read, api or stream when it is no
---        archive
---@return moonsail.Image
function methods:import(...)
  local label = "images:import"
  local options = upload.gather("source", "ImageCreate", label, ...)
  local client = core.client_of(self)
  local complain = fail.complainer(label)
  local report = progress.reporter(options.progress, label)
  options.progress = nil
  local _ <close> = take_source(options, label, complain)
  join_tag(options, complain)
  if type(options.changes) == "string" then
    options.changes = { options.changes }
  end
  local last = progress.call(client, "ImageCreate", options, report, label)
  return images.inspect(client, imported_id(last), label)
end

-- Loading -------------------------------------------------------------------

-- "Loaded image: busybox:latest", "Loaded image ID: sha256:…"; Podman names
-- all of them in one line, with commas.
local function add_loaded(names, text)
  for line in text:gmatch("[^\r\n]+") do
    local list = line:match("^Loaded image[^:]*: (.+)$") or ""
    for name in list:gmatch("[^,%s]+") do names[#names + 1] = name end
  end
end

-- One image may have several of the names.
local function inspect_all(client, names, label)
  local list, seen = {}, {}
  for _, name in ipairs(names) do
    local image = images.inspect(client, name, label)
    if not seen[image:id()] then list[#list + 1] = core.attrs(image) end
    seen[image:id()] = true
  end
  return core.new_list("image", client, list)
end

---Loads images from an archive that images:save or `docker save` has made.
---`images:load("images.tar")`
---@param source string|file*|function|moonsail.Stream|table #
---       the path of the archive, plain or compressed; its bytes; an open
---       file, or a pipe; a function that gives the next piece, and nil at the
---       end; a stream, as images:save gives one; or contents by the names of
---       their files
---@option platform string|table # of images for several, which of these:
---        "linux/arm64", or a list
---@option quiet boolean # no reports on the way; true unless there is
---        `progress` or `stream`
---@option progress boolean|file*|fun(report: table) # true: shown on standard
---        error; a file: there; a function gets every report
---@option stream boolean =false # returns the reports as a stream, to be read
---        in a for loop; to close it early ends the call
---@takes ImageLoad
---@uses ImageInspect
---@raises argument when the source cannot be read, stream or api when it is no
---        archive of images
---@return moonsail.Image[]|moonsail.Stream # with `stream` that
function methods:load(...)
  local label = "images:load"
  local options = upload.gather("source", "ImageLoad", label, ...)
  local client = core.client_of(self)
  local complain = fail.complainer(label)
  local stream = progress.wants_stream(options, complain)
  local report = progress.reporter(options.progress, label)
  local given <close> = source.of(options.source, {
    name = "source", expected = A_SOURCE, label = label,
  }, complain)
  options.source, options.progress = nil, nil
  given:fill(options)
  if options.quiet == nil then options.quiet = not (report or stream) end
  options.platform = platform.list_of(options.platform, "platform", complain)
  if stream then
    return progress.stream(client, "ImageLoad", options, label)
  end
  local names = {}
  progress.call(client, "ImageLoad", options, report, label, function(document)
    add_loaded(names, progress.text(document, "stream"))
  end)
  return inspect_all(client, names, label)
end

-- Saving --------------------------------------------------------------------

---All names that an image has now, or its id if it has none.
---@param image moonsail.Image
---@param label string
---@return string[]
function image_archives.names_now(image, label)
  local fresh = images.inspect(core.client_of(image), image:id(), label)
  local tags = fresh:tags()
  return #tags > 0 and tags or { image:id() }
end

-- What is to be saved, as a list of names and images.
local function check_saved(given, label)
  local complain = fail.complainer(label)
  if type(given) ~= "table" then given = { given } end
  fail.check_list(complain, "names", given)
  if #given == 0 then complain("names", "missing (a name, or a list)") end
  for i, name in ipairs(given) do
    local path = #given > 1 and ("names[%d]"):format(i) or "names"
    if not images.is_image(name) then
      fail.check_type(complain, path, "string", name)
    end
  end
  return given
end

-- The names of these: of images all that they have now.
local function saved_names(given, label)
  local names = {}
  for _, name in ipairs(given) do
    local list = images.is_image(name)
                 and image_archives.names_now(name, label) or { name }
    table.move(list, 1, #list, #names + 1, names)
  end
  return names
end

---Saves images with all their layers as an archive that images:load takes.
---`images:save({"app:1", "app:2"}, "apps.tar")`
---@param names string|moonsail.Image|(string|moonsail.Image)[] # one or
---       several; one given by its id is without a name in the archive
---@param dest? string|file* # a path or an open file; else a stream of bytes
---       is returned
---@option platform string|table # of images for several, which of these:
---        "linux/arm64", or a list
---@takes ImageGetAll
---@uses ImageInspect
---@raises argument when the file cannot be written, not_found when there is no
---        such image
---@return moonsail.Stream|integer # with `dest` how many bytes there were
function methods:save(...)
  local label = "images:save"
  local options = core.gather_options("names dest", label, ...)
  local complain = fail.complainer(label)
  local given = own.take(options, { names = "any", dest = "any" },
                         "ImageGetAll", complain)
  saving.check(given.dest, "dest", complain)
  options.platform = platform.list_of(options.platform, "platform", complain)
  local names, client = check_saved(given.names, label), core.client_of(self)
  core.check(client, "ImageGetAll", options, label)
  options.names = saved_names(names, label)
  local stream = core.call(client, "ImageGetAll", options, label)
  return saving.deliver(stream, given.dest, label)
end

return image_archives
