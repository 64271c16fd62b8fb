-- SPDX-License-Identifier: MIT
-- The .dockerignore that is sent with a context. The engine needs to get the
-- Dockerfile, be it left out or from elsewhere; when it has read it, the
-- classic builder takes out of the context what a .dockerignore in there says
-- of these two, and of nothing else.

local core = require "moonsail.core"
local dockerignore = require "moonsail.dockerignore"

local sent_ignore = {}

sent_ignore.NAME = ".dockerignore"

---A name for a Dockerfile that is no file of the context: always the same for
---the same text, lest a builder's cache takes the context for another one.
---@param text string
---@return string
function sent_ignore.hidden_name(text)
  return ".dockerfile." .. core.sha256(text):sub(1, 20)
end

local function fail()
  error("malformed", 0)
end

-- What an ignore file says; nothing, if it is malformed.
local function read(text)
  local ok, ignored = pcall(dockerignore.read, text, "", fail)
  return ok and ignored or dockerignore.read("", "", fail)
end

local function line_of(name, is_taken_out)
  return (is_taken_out and "" or "!") .. name:gsub("[%*%?%[%]\\]", "\\%0")
end

---The text to send.
---@param text string|nil # of the context's own, unless that is left out
---@param taken_out table<string, boolean> # by name: whether it is to be taken
---       out of the context
---@return string|nil # nil: none needs to be sent
function sent_ignore.text(text, taken_out)
  local lines, ignored = {}, read(text or "")
  for name, wanted in pairs(taken_out) do
    if ignored:excludes(name) ~= wanted then
      lines[#lines + 1] = line_of(name, wanted)
    end
  end
  if #lines == 0 then return text end
  table.sort(lines)
  return ("%s\n%s\n"):format(text or sent_ignore.NAME,
                             table.concat(lines, "\n"))
end

return sent_ignore
