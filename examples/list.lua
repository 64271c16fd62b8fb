-- SPDX-License-Identifier: MIT
-- Lists containers as the docker command does, in one call.
--   lua5.4 examples/list.lua [all]

local moonsail = require "moonsail"

-- "127.0.0.1:8080->80/tcp, 443/tcp"
local function describe_ports(container)
  local parts = {}
  for port, places in pairs(container:ports()) do
    if #places == 0 then parts[#parts + 1] = port end
    for _, place in ipairs(places) do
      parts[#parts + 1] = ("%s:%d->%s"):format(place.host_ip,
        place.host_port, port)
    end
  end
  table.sort(parts)
  return table.concat(parts, ", ")
end

local docker = moonsail.client()
local FORMAT = "%-12s  %-20s  %-25s  %-10s  %s"

print(FORMAT:format("ID", "IMAGE", "NAME", "STATUS", "PORTS"))
for _, container in ipairs(docker.containers:list{ all = arg[1] == "all" }) do
  print(FORMAT:format(container:short_id(), container:image(),
    container:name(), container:status(), describe_ports(container)))
end
