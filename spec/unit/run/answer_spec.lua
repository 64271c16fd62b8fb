-- SPDX-License-Identifier: MIT
-- Every operation of the newest version, from its call to what becomes of its
-- answer, with an engine that answers what its type says. Which answers take
-- the connection over is no matter here.

local core = require "moonsail.core"
local documents = require "spec.support.documents"
local play = require "spec.support.play"

local VERSION = 55

-- Calling --------------------------------------------------------------------

local SCALARS = {
  any = "x", boolean = true, integer = 1, number = 1.5, string = "x",
  bytes = "x",
}

-- The options that an operation must be given.
local function required(operation)
  local options = {}
  for name, option in pairs(operation.options) do
    if option.required then
      options[option.place == "body" and "body" or name] =
        SCALARS[option.kind] or {}
    end
  end
  return options
end

-- What ContainerArchiveInfo answers is in a header, and pings go out without a
-- version.
local OTHERS = { ContainerArchiveInfo = true, SystemPing = true,
                 SystemPingHead = true }

-- The 2xx answers of all operations that are of that kind: {operation, row}.
local function cases(wanted)
  local list = {}
  for _, id in ipairs(core.operations()) do
    local operation = core.operation(id)
    for _, row in ipairs(operation.responses) do
      local good = row.status >= 200 and row.status < 300
      if good and row.answer == wanted and not OTHERS[id] then
        list[#list + 1] = { operation = operation, row = row }
      end
    end
  end
  return list
end

-- An HTTP answer of that status.
local function answer(row, body, content_type)
  return play.send(play.http(row.status .. " Good",
    ("Content-Type: %s\r\n"):format(content_type), body))
end

-- Calls each of the cases with the answers made for them, in order, and gives
-- check(case, result) what came of it.
local function call_all(list, make, check)
  local answers = {}
  for i, case in ipairs(list) do answers[i] = make(case) end
  local server <close>, client = play.start(answers, {
    api_version = "1." .. VERSION,
  })
  for _, case in ipairs(list) do
    local operation = case.operation
    check(case, client.api[operation.name](required(operation)))
  end
  assert.equal(#list, server:log "head")
  for _, case in ipairs(list) do
    local operation = case.operation
    assert.truthy(server:log():find(("%s /v1.%d/"):format(operation.method,
      VERSION), 1, true), operation.id)
  end
  client:close()
end

-- What each kind of answer becomes -------------------------------------------

-- A document and its JSON, for one way in which documents are made.
local function document_of(case, way)
  case.json, case.expected = documents.make(case.row.type, way, VERSION)
  return case.json
end

for _, way in ipairs(documents.WAYS) do
  describe("the answer of every operation, " .. way, function()
    it("becomes a typed value", function()
      local list = cases "document"
      assert.is_true(#list >= 54)
      call_all(list, function(case)
        return answer(case.row, document_of(case, way), "application/json")
      end, function(case, result)
        documents.compare(case.expected, result, case.operation.id)
      end)
    end)

    it("becomes a stream of typed values", function()
      local list = cases "documents"
      assert.equal(9, #list)
      call_all(list, function(case)
        local json = document_of(case, way)
        -- an error in a stream is raised: not what is asked for here
        json = json:gsub('"error":', '"anError":')
                   :gsub('"errorDetail":', '"anErrorDetail":')
        case.json = json
        return answer(case.row, json .. "\n" .. json, "application/json")
      end, function(case, stream)
        local n = 0
        for value in stream do
          n = n + 1
          documents.compare(core.decode(case.row.type, case.json), value,
                            case.operation.id)
        end
        assert.equal(2, n, case.operation.id)
      end)
    end)
  end)
end

describe("the answer of every operation", function()
  it("without a document is true", function()
    local list = cases "nothing"
    assert.is_true(#list >= 35)
    call_all(list, function(case)
      return case.row.status == 204
        and play.send "HTTP/1.1 204 No Content\r\n\r\n"
        or answer(case.row, "", "text/plain")
    end, function(case, result)
      assert.equal(true, result, case.operation.id)
    end)
  end)

  it("to a ping is its text, or true", function()
    local server <close>, client = play.start{ play.pong(), play.send(
      play.http("200 OK", "Api-Version: 1.41\r\n", "")) }
    assert.equal("OK", client.api.system_ping())
    assert.equal(true, client.api.system_ping_head())
    assert.equal(1, server:log "HEAD /_ping ")
    client:close()
  end)

  it("that is an archive is a stream of its bytes", function()
    local list = cases "archive"
    assert.equal(4, #list)
    call_all(list, function(case)
      return answer(case.row, "tar\0of " .. case.operation.id,
                    "application/x-tar")
    end, function(case, stream)
      local pieces = {}
      for bytes in stream do pieces[#pieces + 1] = bytes end
      assert.equal("tar\0of " .. case.operation.id, table.concat(pieces))
    end)
  end)

  it("that is output is a stream of lines and their sources", function()
    local list = cases "output"
    assert.equal(3, #list)
    call_all(list, function(case)
      local body = play.frame(1, "one\n") .. play.frame(2, "two\n")
      return answer(case.row, body,
                    "application/vnd.docker.multiplexed-stream")
    end, function(case, stream)
      local lines = {}
      for line, source in stream do
        lines[#lines + 1] = source .. " " .. line
      end
      assert.same({ "stdout one", "stderr two" }, lines, case.operation.id)
    end)
  end)
end)
