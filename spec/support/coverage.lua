-- SPDX-License-Identifier: MIT
-- A busted helper: writes down which operations which engines have answered,
-- for tools/coverage.lua. At the end of the run each is a line
--
--     ENGINE <TAB> API VERSION <TAB> OPERATION
--
-- at the end of the file that MOONSAIL_COVERAGE names. What counts is that a
-- typed call of a client got a head of success, and no error in a stream
-- after it; who answered is said by its header "Server", which scripted
-- engines lack.

local busted = require "busted"

local path = assert(os.getenv "MOONSAIL_COVERAGE",
                    "MOONSAIL_COVERAGE must name a file")

if os.getenv "AGGRESSIVE_GC" then
  dofile "spec/support/aggressive_gc.lua" -- busted takes one helper only
end

local answered = {} -- the set of lines

local NAMES = { Docker = "dockerd", Libpod = "podman" }

-- "dockerd 20.10 <TAB> 1.41", from "Docker/20.10.24+dfsg1 (linux)".
local function engine_of(headers)
  local server = headers and headers.server or ""
  local product, version = server:match("^(%a+)/(%d+%.%d+)")
  return NAMES[product] and headers["api-version"] and
    ("%s %s\t%s"):format(NAMES[product], version, headers["api-version"])
end

local function is_success(result)
  local status = result.status or 0
  if result.error and result.error.kind == "stream" then return false end
  return status >= 200 and status < 300 or status == 101 or status == 304
end

-- A hook that notes down, and then calls the user's own. An upgraded
-- connection does not say whose it is: the same engine as before.
local function recorder(hook)
  local engine
  return function(result)
    engine = engine_of(result.headers) or engine
    if engine and result.operation and is_success(result) then
      answered[("%s\t%s"):format(engine, result.operation)] = true
    end
    if hook then return hook(result) end
  end
end

local function with_recorder(options)
  if type(options) == "string" then options = { host = options } end
  local copy = {}
  for name, value in pairs(options or {}) do copy[name] = value end
  local hook = copy.on_result
  if hook == nil or type(hook) == "function" then
    copy.on_result = recorder(hook)
  end
  return copy
end

-- Every spec file loads the module anew, and gets it with clients that record.
package.preload.moonsail = function(name)
  local file = assert(package.searchpath(name, package.path))
  local moonsail = assert(loadfile(file))(name, file)
  local client = moonsail.client
  function moonsail.client(options)
    if options ~= nil and type(options) ~= "table"
       and type(options) ~= "string" then
      return client(options)
    end
    return client(with_recorder(options))
  end
  return moonsail
end

busted.subscribe({ "exit" }, function()
  local lines = {}
  for line in pairs(answered) do lines[#lines + 1] = line .. "\n" end
  table.sort(lines)
  local file <close> = assert(io.open(path, "a"))
  file:write(table.concat(lines))
  return nil, true
end)
