-- SPDX-License-Identifier: MIT
-- Definitions for editors.

package.path = "tools/?.lua;spec/unit/tools/?.lua;" .. package.path

local luals = require "generate.luals"
local shelf = require "shelf"

local SOURCE = [[
local methods = core.methods("thing")
local all = core.methods("things")
---Makes one.
---`things:create("x")`
---@param name string
---@option soft boolean =false # gently
---@takes ThingCreate
---@return moonsail.Thing # which is new
function all:create() end
---Looks.
---@takes ThingInspect
---@fills size
---@return moonsail.answer.ThingInspect
function methods:look() end
---Sees.
---@takes ThingInspect
function methods:see() end
---Helps.
---@classes *
function methods:help() end
---Its name.
---@return string|nil
function methods:name() end
]]

local text = luals.text((shelf.book {sources = {["x.lua"] = SOURCE}}))

local function has(part)
  assert.truthy(text:find(part, 1, true), part .. "\nis not in\n" .. text)
end

describe("definitions", function()
  it("are those of a file that is never run", function()
    has "\n---@meta\n"
    assert(load(text))
  end)

  it("have classes", function()
    has("---All things. And more.\n---@class moonsail.Things: " ..
        "moonsail.Helpful\nlocal Things = {}\n")
  end)

  it("have what all classes have once", function()
    local _, count = text:gsub("%-%-%-Helps%.\nfunction", "")
    assert.equal(1, count)
    has "function Helpful:help() end"
  end)

  it("have methods with arguments, options, and options alone", function()
    has [[
---Makes one.
---`things:create("x")`
---@param name string # its name
---@param options? moonsail.things.create.Options
---@return moonsail.Thing # which is new
]]
    has("---@overload fun(self: moonsail.Things, options: moonsail.things." ..
        "create.Options): moonsail.Thing\nfunction Things:create(name, " ..
        "options) end\n")
    has "function Thing:name() end"
  end)

  it("have options: those of operations and the method's own", function()
    has [[
---@class moonsail.things.create.Options: moonsail.options.ThingCreate
---@field soft? boolean # default false; gently]]
    has [[
---@class moonsail.options.ThingCreate: moonsail.CallOptions
---@field kind? string # default "round"
---@field name? string # its name
---@field shape? moonsail.input.ThingCreateRequest.Shape]]
  end)

  it("have those of the operation where there are no others", function()
    has "---@param options? moonsail.options.ThingInspect\n" -- thing:see
  end)

  it("leave out what the method fills", function()
    has "---@param options? moonsail.CallOptions\n" -- thing:look
  end)

  it("have every operation, with what is in its path", function()
    has [[
---@class moonsail.call.ThingInspect: moonsail.options.ThingInspect
---@field id string

---@param options moonsail.call.ThingInspect
---@return moonsail.api.ThingInspectResponse
function Api.thing_inspect(options) end]]
    has "---@param options? moonsail.options.ThingCreate\n"
  end)

  it("have types: lists are always there in answers", function()
    has [[
---@class moonsail.api.ThingInspectResponse
---@field ["end"]? integer # since 1.30
---@field id? string # since 1.30
---@field kind? moonsail.api.ThingInspectResponse.Kind # since 1.30
---@field parts moonsail.api.ThingInspectResponse.Parts[] # since 1.30]]
    has("---@alias moonsail.api.ThingInspectResponse.Kind " ..
        '"flat"|"round"|string')
    has [[
---@class moonsail.input.ThingCreateRequest.Shape
---@field sides? integer # how many]]
  end)
end)
