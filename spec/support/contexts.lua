-- SPDX-License-Identifier: MIT
-- Folders of the docker command's files, with contexts in them:
--
--     local folder = contexts.folder()
--     contexts.add(folder, "far", { host = "tcp://e:2376", files = { "ca" } })
--     contexts.remove(folder)

local cjson = require "cjson"
local core = require "moonsail.core"

local contexts = {}

function contexts.folder()
  local pipe <close> = assert(io.popen "mktemp -d")
  return pipe:read "l"
end

function contexts.remove(folder)
  assert(os.execute(("rm -r '%s'"):format(folder)))
end

-- Makes the folders on the way as well.
function contexts.write(path, text)
  assert(os.execute(("mkdir -p '%s'"):format(path:match "^(.*)/")))
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
end

function contexts.meta_path(folder, name)
  return ("%s/contexts/meta/%s/meta.json"):format(folder, core.sha256(name))
end

function contexts.tls_folder(folder, name)
  return ("%s/contexts/tls/%s/docker"):format(folder, core.sha256(name))
end

-- Adds a context: its host, description, whether not to verify (`skip`), and
-- which certificates it has (`files`), all of them empty.
function contexts.add(folder, name, context)
  contexts.write(contexts.meta_path(folder, name), cjson.encode{
    Name = name, Metadata = { Description = context.description },
    Endpoints = { docker = { Host = context.host,
                             SkipTLSVerify = context.skip or false } },
  })
  for _, file in ipairs(context.files or {}) do
    contexts.write(("%s/%s.pem"):format(contexts.tls_folder(folder, name),
                                        file), "")
  end
end

return contexts
