-- SPDX-License-Identifier: MIT
-- Answers that a fault meets at any byte, for specs: what an engine sends of
-- each kind of stream, cut into the states that it goes through.
--
--     for _, case in ipairs(faults.cases) do
--       local server <close>, gate <close> = faults.start(case)
--       gate:release("down", case.states["in a frame"], "cut")
--       local items, problem = faults.read(case, gate)

local core = require "moonsail.core"
local gates = require "spec.support.gate"
local play = require "spec.support.play"
local scripted = require "spec.support.scripted"

local faults = {}

local function chunk(bytes)
  return ("%x\r\n%s\r\n"):format(#bytes, bytes)
end

local function head(status, content_type, more)
  return ("HTTP/1.1 %s\r\nContent-Type: %s\r\n%s\r\n"):format(status,
    content_type, more)
end

local CHUNKED = "Transfer-Encoding: chunked\r\n"
local FRAMED = "application/vnd.docker.multiplexed-stream"

-- Frames: whole lines, a line in two frames, one that has no newline.
local FRAMES = { play.frame(1, "one\n"), play.frame(2, "bad\n"),
                 play.frame(1, "tw"), play.frame(1, "o\nthree\n"),
                 play.frame(1, "end") }
local LINES = { "one", "bad", "two", "three", "end" }

local DOCUMENTS = { '{"id":"a","status":"one"}', '{"id":"b","status":"two"}',
                    '{"id":"c","status":"three"}' }

-- What states are there, by how many bytes have come: those of the head, and
-- of each piece, whose header (of a chunk, of a frame) is so long.
local function states_of(case)
  local first, second = case.pieces[1], case.pieces[2]
  local at = #case.head
  return {
    ["before the head"] = 0,
    ["in the status"] = 5,
    ["in the head"] = at - 10,
    ["behind the head"] = at,
    ["in a header"] = at + case.header // 2,
    ["behind a header"] = at + case.header,
    ["in a piece"] = at + case.header + (#first - case.header) // 2,
    ["between pieces"] = at + #first,
    ["in the second piece"] = at + #first + #second - 2,
    ["at the end"] = #case.answer,
  }
end

local function new_case(case)
  case.answer = case.head .. table.concat(case.pieces)
  if case.chunked then case.answer = case.answer .. "0\r\n\r\n" end
  case.states = states_of(case)
  return case
end

local function chunks_of(pieces)
  local chunks = {}
  for i, piece in ipairs(pieces) do chunks[i] = chunk(piece) end
  return chunks
end

local function documents_case(name, operation, options)
  return new_case{
    name = name, operation = operation, options = options, chunked = true,
    head = head("200 OK", "application/json", CHUNKED),
    pieces = chunks_of(DOCUMENTS), header = 4, items = DOCUMENTS,
  }
end

-- A session: the connection is the stream, its end the stream's.
local function session_case(name, operation, options)
  return new_case{
    name = name, operation = operation, options = options,
    settings = { tty = false, read_only = false, chunks = false },
    head = head("101 UPGRADED", FRAMED,
                "Connection: Upgrade\r\nUpgrade: tcp\r\n"),
    pieces = FRAMES, header = 8, items = LINES, duplex = true,
  }
end

faults.cases = {
  new_case{
    name = "a followed log", operation = "ContainerLogs",
    options = { id = "x", follow = true, stdout = true, stderr = true },
    settings = { tty = false }, chunked = true,
    head = head("200 OK", FRAMED, CHUNKED),
    pieces = chunks_of(FRAMES), header = 3 + 8, items = LINES,
  },
  documents_case("events", "SystemEvents", {}),
  documents_case("a pull", "ImageCreate", { from_image = "x" }),
  session_case("attach", "ContainerAttach",
               { id = "x", stream = true, stdin = true, stdout = true }),
  session_case("exec", "ExecStart", { id = "x" }),
}

-- A scripted engine that answers as the case says, again and again.
--   after  steps behind the answer, in place of its end
function faults.serve(case, after)
  return scripted.start("accept\nhead\nbody\n" .. play.send(case.answer)
    .. "\n" .. (after or "close") .. "\nloop")
end

-- The same behind a gate; options are the gate's.
function faults.start(case, options, after)
  local server = faults.serve(case, after)
  local gate = gates.start(server.address, options)
  local stop = gate.stop
  function gate.stop(self)
    stop(self)
    server:stop()
  end
  return gate
end

function faults.client(gate)
  return core.client{ host = gate.address, api_version = "1.43" }
end

-- The stream of a case, begun; options go to the call as well.
function faults.begin(case, client, options)
  local all = {}
  for name, value in pairs(case.options) do all[name] = value end
  for name, value in pairs(options or {}) do all[name] = value end
  return core.call(client, case.operation, all, case.name, case.settings)
end

local function item_of(item)
  return type(item) == "table"
    and ('{"id":"%s","status":"%s"}'):format(item.id, item.status) or item
end

-- Reads all that comes: the items, and the error in which it ended, or nil.
function faults.read(case, client, options)
  local items, stream = {}, nil
  local ok, problem = pcall(function()
    stream = faults.begin(case, client, options)
    for item in stream do items[#items + 1] = item_of(item) end
  end)
  assert(not stream or stream:is_closed(), "the stream is still open")
  return items, not ok and problem or nil
end

-- Whether the items are the first of those that the case has; the last one may
-- be torn.
function faults.begins(case, items)
  for i, item in ipairs(items) do
    local expected = case.items[i]
    if item ~= expected and not (i == #items and expected
        and expected:sub(1, #item) == item) then
      return false
    end
  end
  return true
end

-- Whether an end after so many bytes looks like a good one: behind the last
-- chunk (libcurl does not wait for its last newline); of a session, between
-- two frames.
function faults.may_end(case, count)
  if not case.duplex then return count >= #case.answer - 1 end
  local at = #case.head
  for i = 1, #case.pieces + 1 do
    if count == at then return true end
    at = at + #(case.pieces[i] or "")
  end
  return false
end

return faults
