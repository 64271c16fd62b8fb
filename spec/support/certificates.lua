-- SPDX-License-Identifier: MIT
-- Authorities and certificates of a test's own, made by openssl in a folder:
--
--     local certificates = require "spec.support.certificates"
--     local made <close> = certificates.folder()
--     made:authority "ca"
--     made:certificate("server", { by = "ca", names = "DNS:localhost" })
--     made:path "server", made:path "server-key"   -- PEM

local engine = require "spec.support.engine"

local certificates = {}

local Folder = {}
Folder.__index = Folder

-- Curves make keys at once, where RSA takes a second.
local KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"

function certificates.folder()
  local base = os.getenv "MOONSAIL_WORK" or "/tmp"
  return setmetatable({
    folder = engine.sh("mktemp -d " .. base .. "/certificates.XXXXXX"),
  }, Folder)
end

function Folder:path(name)
  return self.folder .. "/" .. name .. ".pem"
end

function Folder:openssl(command)
  engine.sh(("cd %s && openssl %s 2>&1"):format(self.folder, command))
end

function Folder:authority(name)
  self:openssl(("req -x509 %s -days 30 -subj /CN=%s -keyout %s-key.pem "
    .. "-out %s.pem"):format(KEY, name, name, name))
end

-- Options: by = its authority; names = of a server ("DNS:a,IP:127.0.0.1"),
-- else it is a client's; days = how long it is good, -1: until yesterday.
function Folder:certificate(name, options)
  local lines = options.names
    and "subjectAltName=" .. options.names .. "\nextendedKeyUsage=serverAuth"
    or "extendedKeyUsage=clientAuth"
  local file = assert(io.open(self.folder .. "/extensions", "w"))
  file:write(lines, "\n")
  file:close()
  self:openssl(("req %s -subj /CN=%s -keyout %s-key.pem -out request.pem")
    :format(KEY, name, name))
  self:openssl(("x509 -req -days %d -in request.pem -CA %s.pem "
    .. "-CAkey %s-key.pem -CAcreateserial -extfile extensions -out %s.pem")
    :format(options.days or 30, options.by, options.by, name))
end

function Folder:close()
  engine.sh("rm -rf " .. self.folder)
end

Folder.__close = Folder.close

return certificates
