-- SPDX-License-Identifier: MIT
-- The pages of the reference.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local luals = require "generate.luals"
local reference = require "generate.reference"
local shelf = require "shelf"

local SOURCE = [[
local methods = core.methods("thing")
local all = core.methods("things")
---Makes one. And more.
---`things:create("x")`
---@param name? string
---@option soft boolean|string =false # gently
---@takes ThingCreate
---@raises conflict when there is one
---@return moonsail.Thing # which is new
function all:create() end
---Two.
---@return moonsail.Pair
---@return nil
function methods:two() end
---Two things.
---@class moonsail.Pair
---@field first moonsail.Thing # the first
]]

local function pages()
  local book = shelf.book {sources = {["x.lua"] = SOURCE}}
  luals.text(book)
  return reference.pages(book)
end

local function has(name, part)
  local text = pages()[name]
  assert.truthy(text:find(part, 1, true), part .. "\nis not in\n" .. text)
end

describe("the reference", function()
  it("has a page for each class, and an index", function()
    local names = {}
    for name in pairs(pages()) do
      names[#names + 1] = name
    end
    table.sort(names)
    assert.equal("README.md operations.md pair.md thing.md things.md " ..
                 "types.md", table.concat(names, " "))
    has("README.md", "| [things](things.md) | All things. |")
    has("README.md", "| [moonsail.Pair](pair.md) | Two things. |")
  end)

  it("has methods: text, code, arguments, options", function()
    has("things.md", [[
## things:create(name, options)

Makes one. And more.

    things:create("x")

| argument | type | since | what it is |
|---|---|---|---|
| `name` (may be left out) | `string` | 1.25 | its name |

| option | type | default | since | what it is |
|---|---|---|---|---|
| `soft` | `boolean\|string` | `false` |  | gently |
| `kind` | `string` | `"round"` | 1.25 |  |
]])
    has("things.md", [[
Returns [`moonsail.Thing`](thing.md): which is new

- raises `conflict` when there is one

Stands on [ThingCreate](operations.md#thing_create) (1.25).]])
    has("things.md", "| [`things:create(name, options)`]" ..
        "(#thingscreatename-options) | Makes one. |")
  end)

  it("lists what is returned where that is more than one thing", function()
    has("thing.md", "Returns\n\n- [`moonsail.Pair`](pair.md)\n- `nil`\n")
  end)

  it("has the fields of classes", function()
    has("pair.md", "| `first` | [`moonsail.Thing`](thing.md) | the first |")
  end)

  it("has every operation", function()
    has("operations.md", [[
## thing_inspect

ThingInspect, `GET /things/{id}/json`, since API 1.30

| option | type | default | since | what it is |
|---|---|---|---|---|
| `id` (needed) | `string` |  | 1.30 | its id |
| `size` | `boolean` | `false` | 1.30 | with its size |

Returns [`ThingInspectResponse`](types.md#thinginspectresponse)]])
  end)

  it("has the types, with the texts that they are known to take", function()
    has("types.md", "## ThingInspectResponse\n")
    has("types.md", '| `kind` | `string` | 1.30 | `"flat"`, `"round"` |')
    has("types.md", "## ThingCreateRequest.Shape\n")
  end)

  it("links to what there is", function()
    local all = pages()
    for name, text in pairs(all) do
      for target in text:gmatch "%]%(([%w_]+%.md)" do
        assert.truthy(all[target], name .. " links to " .. target)
      end
    end
  end)
end)
