-- SPDX-License-Identifier: MIT
-- Documents, one after another, and the errors that they tell of.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local play = require "spec.support.play"
require "moonsail"

local function open(operation, options, bytes)
  local server, client = play.start{
    play.head "application/json" .. "\n" .. bytes }
  return core.call(client, operation, options, "thing:progress"), server
end

-- The bytes in two pieces.
local function cut(bytes, at)
  return play.send(bytes:sub(1, at)) .. "\npause 1\n"
    .. play.send(bytes:sub(at + 1))
end

describe("documents", function()
  it("are cut whatever is between them, wherever they come torn", function()
    local texts = { '{"status":"a\\"}"}', '{"status":"ü"}', '{"status":"c"}' }
    for _, between in ipairs{ "", "\n", "\r\n", "\30", "\n\30", " \n\t " } do
      local bytes = between .. table.concat(texts, between) .. between
      local answers = {}
      for at = 1, #bytes - 1 do
        answers[at] = play.head "application/json" .. "\n" .. cut(bytes, at)
      end
      local server <close>, client = play.start(answers)
      for at = 1, #answers do
        local list = {}
        for document in core.call(client, "SystemEvents") do
          list[#list + 1] = document.status
        end
        assert.same({ 'a"}', "ü", "c" }, list, at)
      end
      server:stop()
    end
  end)

  it("of progress raise what fails, after what came before", function()
    local kinds = {
      ImageCreate = { from_image = "x" },
      ImagePush = { name = "x", auth = {} },
      ImageBuild = {}, ImageLoad = {},
      PluginPull = { remote = "x" }, PluginPush = { name = "x" },
      PluginUpgrade = { name = "x", remote = "y" },
    }
    for operation, options in pairs(kinds) do
      for _, last in ipairs{
        '{"errorDetail":{"message":"it is no use"}}',
        '{"error":"it is no use"}',
      } do
        local stream, server <close> = open(operation, options, play.send(
          '{"status":"a","stream":"a"}\r\n' .. last .. '\r\n{"status":"b"}'))
        assert.equal("a", stream().status)
        local problem = caught("stream", stream)
        assert.equal("it is no use", problem.message)
        assert.equal(operation, problem.operation)
        assert.is_nil(stream())
        server:stop()
      end
    end
  end)

  it("that tell of a registry's refusal raise unauthorized", function()
    for _, words in ipairs{ "no basic auth credentials",
                            "denied: requested access to the resource",
                            "unauthorized: authentication required" } do
      local stream, server <close> = open("ImagePush", { name = "x",
        auth = {} }, play.send('{"error":"' .. words .. '"}'))
      assert.equal(words, caught("unauthorized", stream).message)
      server:stop()
    end
  end)

  it("come in time, or not", function()
    local stream, server <close> = open("SystemEvents", {},
      play.send '{"status":"a"}{"sta' .. "\ngate\n" .. play.send 'tus":"b"}')
    assert.equal("a", stream:read(10).status)
    assert.same({ nil, "timeout" }, { stream:read(0.01) })
    server:open()
    assert.equal("b", stream:read(10).status)
    assert.is_nil(stream:read(10))
    server:stop()
  end)
end)
