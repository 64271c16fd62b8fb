-- SPDX-License-Identifier: MIT
-- csrc/run/document: what the head of an answer has to say.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local mime = require "mime"
local play = require "spec.support.play"

local STAT = '{"name":"x","size":5,"mode":2147484141,'
  .. '"mtime":"2026-01-02T03:04:05Z","linkTarget":"/y?>~","isDir":true}'

local function header(json)
  return "X-Docker-Container-Path-Stat: " .. mime.b64(json) .. "\r\n"
end

-- Asks a scripted engine for what is at a path.
local function stat(headers, options)
  local server, client = play.start({
    play.send("HTTP/1.1 200 OK\r\n" .. headers .. "\r\n") }, options)
  local ok, result = pcall(core.call, client, "ContainerArchiveInfo",
                           { id = "x", path = "/x" }, "container:path_stat")
  server:stop()
  if not ok then error(result, 0) end
  return result
end

describe("a document in the head", function()
  it("is typed", function()
    local found = stat(header(STAT))
    assert.equal("x", found.name)
    assert.equal(5, found.size)
    assert.equal(1 << 31, found.mode & 1 << 31)
    assert.equal("/y?>~", found.link_target)
    assert.is_true(found.is_dir)
  end)

  it("may be in the alphabet of URLs", function()
    local text = mime.b64(STAT):gsub("[+/=]", { ["+"] = "-", ["/"] = "_",
                                                ["="] = "" })
    assert.equal("/y?>~", stat("x-docker-container-path-stat: " .. text
                               .. "\r\n").link_target)
  end)

  it("is as it came, for those who want it so", function()
    assert.equal("/y?>~", stat(header(STAT), { raw = true }).linkTarget)
  end)

  it("must be there where there is nothing else", function()
    local problem = caught("protocol", stat, "")
    assert.matches("no header X%-Docker%-Container%-Path%-Stat",
                   problem.message)
    assert.equal("ContainerArchiveInfo", problem.operation)
    assert.equal("container:path_stat", problem.method)
  end)

  it("is an error when it is none", function()
    caught("protocol", stat, "X-Docker-Container-Path-Stat: no base64\r\n")
    caught("protocol", stat, header "{")
  end)
end)

describe("a stream with a document in its head", function()
  local function archive(headers)
    local server, client = play.start{
      play.head("application/x-tar", headers) .. "\n" .. play.send "bytes" }
    local ok, stream, found = pcall(core.call, client, "ContainerArchive",
                                    { id = "x", path = "/x" })
    server:stop()
    if not ok then error(stream, 0) end
    return stream, found
  end

  it("comes with it", function()
    local stream, found = archive(header(STAT))
    assert.equal("x", found.name)
    stream:close()
  end)

  it("does without, if need be", function()
    local stream, found = archive ""
    assert.is_nil(found)
    stream:close()
  end)

  it("is an error when that is none", function()
    local problem = caught("protocol", archive, header "[")
    assert.equal("ContainerArchive", problem.operation)
  end)
end)
