-- SPDX-License-Identifier: MIT
-- csrc/value/files: what there is at a path of this machine.

local core = require "moonsail.core"
local engine = require "spec.support.engine"

local folder

before_each(function()
  folder = engine.sh "mktemp -d"
  engine.sh("cd " .. folder .. "; echo >file; mkdir dir; ln -s dir link; "
    .. "ln -s none broken; mkfifo fifo")
end)
after_each(function() engine.sh("rm -rf " .. folder) end)

it("tells of what kind it is", function()
  local kinds = { file = "file", dir = "folder", link = "folder",
                  fifo = "other", ["dir/."] = "folder", ["link/"] = "folder" }
  for name, kind in pairs(kinds) do
    assert.equal(kind, core.file_kind(folder .. "/" .. name))
  end
  assert.equal("device", core.file_kind "/dev/null")
end)

it("tells what a link is itself", function()
  assert.equal("link", core.file_kind(folder .. "/link", true))
  assert.equal("link", core.file_kind(folder .. "/broken", true))
  assert.equal("file", core.file_kind(folder .. "/file", true))
end)

it("tells why there is nothing", function()
  for _, name in ipairs{ "nothing", "broken" } do
    local kind, reason, number = core.file_kind(folder .. "/" .. name)
    assert.is_nil(kind)
    assert.equal("No such file or directory", reason)
    assert.equal(2, number)
  end
  assert.equal("Not a directory",
               select(2, core.file_kind(folder .. "/file/")))
  assert.has_error(function() core.file_kind() end)
end)

it("tells the real path", function()
  local real = core.real_path(folder)
  assert.equal(real .. "/dir", core.real_path(folder .. "/link/"))
  assert.equal(real, core.real_path(folder .. "/dir/.."))
  local none, reason = core.real_path(folder .. "/broken")
  assert.is_nil(none)
  assert.equal("No such file or directory", reason)
end)

it("tells what is in a link", function()
  assert.equal("dir", core.read_link(folder .. "/link"))
  assert.equal("none", core.read_link(folder .. "/broken"))
  local none, reason = core.read_link(folder .. "/file")
  assert.is_nil(none)
  assert.equal("Invalid argument", reason)
  assert.is_nil((core.read_link(folder .. "/nothing")))
end)

it("lists the names of what is in a folder", function()
  local names = core.folder_names(folder)
  table.sort(names)
  assert.same({ "broken", "dir", "fifo", "file", "link" }, names)
  assert.same({}, core.folder_names(folder .. "/dir"))
  assert.same({ nil, "No such file or directory", 2 },
              { core.folder_names(folder .. "/none") })
end)
