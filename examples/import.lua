-- SPDX-License-Identifier: MIT
-- Makes an image of the files in a tar, names it, runs it, and removes it.
--   lua5.4 examples/import.lua ROOT.tar

local moonsail = require "moonsail"

local path = arg[1]
if not path then
  io.stderr:write("usage: lua5.4 examples/import.lua ROOT.tar\n")
  os.exit(2)
end

local docker = moonsail.client()
local image = docker.images:import(path, {
  repo = "moonsail-import-example",
  changes = { 'CMD ["/bin/sh", "-c", "echo I am made of a tar"]' },
  message = "made by examples/import.lua",
})

print(("%s: %d bytes"):format(image:tags()[1], image:attrs().size))
for _, layer in ipairs(image:history()) do print("  " .. layer.comment) end

print(docker.containers:run(image, { remove = true }).logs)
image:remove()
