-- SPDX-License-Identifier: MIT
-- The collection of images: pulling and pushing.

local core = require "moonsail.core"
local credentials = require "moonsail.credentials"
local fail = require "moonsail.fail"
local platform = require "moonsail.platform"
local progress = require "moonsail.progress"
local reference = require "moonsail.reference"

local images = {}

-- Names ---------------------------------------------------------------------

---Whether a value is an image.
---@param value any
---@return boolean
function images.is_image(value)
  return fail.type_name(value) == "moonsail.image"
end

-- The name of an image that is given by its name, or as the object.
local function name_of(value, complain)
  if images.is_image(value) then
    return value:name() or complain("name", "the image has no name")
  end
  return fail.check_type(complain, "name", "string", value)
end

-- The name with the option `tag` in it, which may be a digest too.
local function full_reference(given, tag, complain)
  local name = name_of(given, complain)
  local ref, reason = reference.parse(name)
  if not ref then complain("name", "%q: %s", name, reason) end
  if tag == nil then return ref end
  fail.check_type(complain, "tag", "string", tag)
  if (ref.given_tag or ref.digest) and tag ~= ref.tag then
    complain("tag", "given twice: here and in the name %q", name)
  end
  local separator = tag:find(":", 1, true) and "@" or ":"
  ref, reason = reference.parse(ref.name .. separator .. tag)
  if not ref then complain("tag", "%q: %s", tag, reason) end
  return ref
end

-- A reference as full_reference gives it, for all tags of a name or for one.
local function reference_of(options, complain)
  local ref = full_reference(options.name, options.tag, complain)
  if options.all_tags and (ref.given_tag or ref.digest) then
    complain("all_tags", "the name has a tag already")
  end
  return ref
end

-- The image of a name or an id, with all its attributes.
function images.inspect(client, name, label)
  local attrs = core.call(client, "ImageInspect",
                          { name = name, raw = false }, label)
  return core.new_object("image", client, attrs)
end

-- The attributes of all images of a repository that the engine has now.
local function list_of(client, name, label)
  return core.call(client, "ImageList", {
    filters = { reference = name }, raw = false,
  }, label)
end

-- Pulling -------------------------------------------------------------------

-- Of ImageCreate, what is for importing, or filled in.
local NOT_FOR_PULL = {
  "from_image", "from_src", "repo", "message", "changes", "body", "body_file",
}

local function check_pull(options, complain)
  for _, name in ipairs(NOT_FOR_PULL) do
    if options[name] ~= nil then complain(name, "a pull does not take it") end
  end
end

---Pulls an image. The options are those of images:pull, and `name`.
---@param client any
---@param options table
---@param label string # for complaints: "images:pull"
---@return moonsail.Image|moonsail.Image[]|moonsail.Stream
function images.pull(client, options, label)
  local complain = fail.complainer(label)
  local stream = progress.wants_stream(options, complain)
  check_pull(options, complain)
  local ref = reference_of(options, complain)
  local all = options.all_tags
  local report = progress.reporter(options.progress, label)
  options.name, options.all_tags, options.progress = nil, nil, nil
  options.from_image = ref.name
  options.tag = not all and (ref.digest or ref.tag) or nil
  core.check(client, "ImageCreate", options, label)
  local reports = credentials.use(client, ref.name, options, label, function()
    if stream then
      return progress.stream(client, "ImageCreate", options, label)
    end
    progress.call(client, "ImageCreate", options, report, label)
  end)
  if stream then return reports:iterate() end
  if all then
    return core.new_list("image", client, list_of(client, ref.name, label))
  end
  return images.inspect(client, reference.format(ref), label)
end

---@class moonsail.Images
local methods = core.methods("images")

---Pulls an image from its registry, and returns it; with `all_tags` the list
---of all images of that name that the engine has then.
---`images:pull("busybox", {tag = "1.36"})`
---@param name string|moonsail.Image # may have a tag or a digest in it
---@option tag string ="latest" # or a digest
---@option all_tags boolean =false # pull all that the registry has
---@option auth moonsail.api.AuthConfig # for the registry: `username`,
---        `password`; else what is known
---@option progress boolean|file*|fun(report: table) # true: shown on standard
---        error; a file: there; a function gets every report
---@option stream boolean =false # returns the reports as a stream, to be read
---        in a for loop; to close it early ends the pull
---@takes ImageCreate
---@fills from_image from_src repo message changes
---@uses ImageInspect ImageList
---@raises argument when the name is none, not_found when there is no such
---        image, unauthorized when the registry wants another password, stream
---        when the pull fails on its way, api when the engine refuses it
---@return moonsail.Image|moonsail.Image[]|moonsail.Stream # with `stream` that
function methods:pull(...)
  local options = core.gather_options("name", "images:pull", ...)
  return images.pull(core.client_of(self), options, "images:pull")
end

-- Pushing -------------------------------------------------------------------

-- What a push has put into the registry, as far as the engine tells: in a
-- report of its own, or in its last words.
local function pushed(documents, tag)
  local result = core.readable{ tag = tag }
  for _, document in ipairs(documents) do
    local aux, status = document.aux, progress.text(document, "status")
    local digest, size = status:match("digest: (%S+) size: (%d+)")
    if digest then result.digest, result.size = digest, tonumber(size) end
    if type(aux) == "table" and aux.Digest then
      result.tag = aux.Tag or tag
      result.digest, result.size = aux.Digest, aux.Size
    end
  end
  return result
end

local function push_tag(client, options, tag, report, label)
  local documents = {}
  options.tag = tag
  progress.call(client, "ImagePush", options, report, label, function(document)
    documents[#documents + 1] = document
  end)
  return pushed(documents, tag)
end

-- The tags that a repository has on the engine.
local function tags_of(client, name, label)
  local tags = {}
  for _, attrs in ipairs(list_of(client, name, label)) do
    for _, text in ipairs(attrs.repo_tags) do
      local ref = reference.parse(text)
      if ref and reference.same_name(ref.name, name) then
        tags[#tags + 1] = ref.tag
      end
    end
  end
  table.sort(tags)
  return tags
end

-- One after another: Podman knows no push of all.
local function push_all(client, options, report, label)
  local tags = tags_of(client, options.name, label)
  if #tags == 0 then
    fail.raise{
      kind = "not_found", method = label, operation = "ImagePush",
      message = "no image has the name " .. options.name,
    }
  end
  local list = {}
  for i, tag in ipairs(tags) do
    list[i] = push_tag(client, options, tag, report, label)
  end
  return list
end

-- Engines want some header, whether there are credentials or not.
local function check_push(client, options, label)
  local auth = options.auth
  options.auth = auth or {}
  core.check(client, "ImagePush", options, label)
  options.auth = auth
end

---Pushes an image. The options are those of images:push, and `name`.
---@param client any
---@param options table
---@param label string # for complaints: "image:push"
---@return moonsail.Pushed|moonsail.Pushed[]|moonsail.Stream
function images.push(client, options, label)
  local complain = fail.complainer(label)
  local stream = progress.wants_stream(options, complain)
  local ref = reference_of(options, complain)
  if ref.digest then complain("name", "a digest cannot be pushed") end
  local all = options.all_tags
  local report = progress.reporter(options.progress, label)
  options.name, options.tag = ref.name, nil
  options.all_tags, options.progress = nil, nil
  options.platform = platform.of(options.platform, "platform", complain)
  check_push(client, options, label)
  if stream and all then complain("stream", "it is of one tag, not of all") end
  return credentials.use(client, ref.name, options, label, function()
    options.auth = options.auth or {}
    if all then return push_all(client, options, report, label) end
    if not stream then
      return push_tag(client, options, ref.tag, report, label)
    end
    options.tag = ref.tag
    return progress.stream(client, "ImagePush", options, label)
  end)
end

---Pushes an image to the registry that its name begins with.
---`images:push("127.0.0.1:5000/team/app", {tag = "1.2"})`
---@param name string|moonsail.Image # may have a tag in it
---@option tag string ="latest" # of the image to push
---@option all_tags boolean =false # push all tags that the engine has of the
---        name
---@option auth moonsail.api.AuthConfig # for the registry: `username`,
---        `password`; else what is known
---@option platform string|moonsail.api.OCIPlatform # of an image for several:
---        "linux/arm64"
---@option progress boolean|file*|fun(report: table) # true: shown on standard
---        error; a file: there; a function gets every report
---@option stream boolean =false # returns the reports as a stream, to be read
---        in a for loop; to close it early ends the push
---@takes ImagePush
---@uses ImageList
---@raises argument when the name is none, not_found when there is no such
---        image, unauthorized when the registry wants another password, stream
---        when the push fails on its way, api when the engine refuses it
---@return moonsail.Pushed|moonsail.Pushed[]|moonsail.Stream # with all_tags: a
---        list of them; with `stream` that
function methods:push(...)
  local options = core.gather_options("name", "images:push", ...)
  return images.push(core.client_of(self), options, "images:push")
end

---What the registry has got by a push.
---@class moonsail.Pushed
---@field tag string
---@field digest? string # of the manifest: "sha256:…"
---@field size? integer # of the manifest, in bytes

return images
