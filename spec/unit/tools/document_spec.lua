-- SPDX-License-Identifier: MIT
-- All files of documentation, and what is wrong with them.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local document = require "generate.document"
local shelf = require "shelf"

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

describe("documentation", function()
  local folder
  local rows = {methods = {}, attributes = {}, own = {}, attribute_docs = {},
                classes = shelf.classes}

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute("mkdir '" .. folder .. "'")
  end)

  after_each(function()
    os.execute("rm -r '" .. folder .. "'")
  end)

  local function files()
    local model = shelf.book({}).model
    return document.files(model, rows, shelf.docs, folder)
  end

  it("is made of the sources in a folder, but not of itself", function()
    write(folder .. "/x.lua", [[
local methods = core.methods("thing")
---Goes.
function methods:go() end
]])
    write(folder .. "/types.lua", "---@nonsense\nfunction x.y() end\n")
    local made = files()
    assert.matches("go = {", made["lua/moonsail/manual.lua"], 1, true)
    assert.matches("function Thing:go()", made["lua/moonsail/types.lua"], 1,
                   true)
    assert.matches("## thing:go()", made["docs/reference/thing.md"], 1, true)
  end)

  it("tells all that is wrong, each with its place", function()
    write(folder .. "/x.lua", [[
local methods = core.methods("thing")
function methods:go() end
---Stops.
---@whatever
function methods:stop() end
]])
    local _, wrong = files()
    assert.matches("lua/moonsail/x.lua:2: method go has no docstring", wrong,
                   1, true)
    assert.matches("lua/moonsail/x.lua:4: unknown tag @whatever", wrong, 1,
                   true)
  end)
end)
