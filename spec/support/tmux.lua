-- SPDX-License-Identifier: MIT
-- A real terminal, to type at and to look at: a window of tmux with a shell
-- in it, in a server of its own.
--
--     local tmux = require "spec.support.tmux"
--     local window <close> = tmux.open()
--     window:type "echo hello\n"
--     window:wait_for "hello"
--     window:key "C-c"; window:resize(100, 30)

local engine = require "spec.support.engine"

local tmux = {}

local Window = {}
Window.__index = Window
Window.__name = "spec.tmux"

local WIDTH, HEIGHT = 80, 24

-- For what a loaded machine does between two looks at the screen.
local PATIENCE = 20

local function command(self, words)
  return engine.sh(("tmux -S %s/socket -f /dev/null %s"):format(self.folder,
                                                                words))
end

---Opens a window, 80 columns by 24 rows, with a shell that prompts "$ ".
function tmux.open()
  local self = setmetatable({
    folder = engine.sh "mktemp -d",
    n_scripts = 0,
  }, Window)
  command(self, ("new-session -d -x %d -y %d env ENV= PS1='$ ' sh"):format(
    WIDTH, HEIGHT))
  self:wait_for "^%$"
  return self
end

-- Types a text, byte for byte.
function Window:type(text)
  for line, newline in text:gmatch "([^\n]*)(\n?)" do
    if line ~= "" then
      command(self, "send-keys -l -- " .. engine.quote(line))
    end
    if newline ~= "" then self:key "Enter" end
  end
end

-- Presses keys, by tmux's names: "C-c", "Enter".
function Window:key(...)
  command(self, "send-keys " .. table.concat({ ... }, " "))
end

-- What the screen shows, line by line as they were written, however long.
function Window:text()
  return (command(self, "capture-pane -p -J"):gsub(" +\n", "\n")
    :gsub("%s+$", "\n"))
end

-- Waits until the screen shows the pattern; gives what the pattern captures.
function Window:wait_for(pattern)
  local found, text
  local ok = pcall(engine.eventually, function()
    text = self:text()
    found = table.pack(text:match(pattern))
    return found[1]
  end, PATIENCE)
  if not ok then
    error(("the screen does not show %q:\n%s"):format(pattern, text), 2)
  end
  return table.unpack(found, 1, found.n)
end

function Window:resize(columns, rows)
  command(self, ("resize-window -x %d -y %d"):format(columns, rows))
end

function Window:clear()
  self:type "clear\n"
  self:wait_for "^%$\n$"
end

-- The path of a file in the window's folder, with that in it.
function Window:file(name, text)
  local path = self.folder .. "/" .. name
  local file <close> = assert(io.open(path, "w"))
  file:write(text)
  return path
end

-- Runs a script of Lua in the window. `how` is the command, in which %s is
-- what starts Lua. When it is over, `ended` tells how.
function Window:run(script, how)
  self.n_scripts = self.n_scripts + 1
  local path = self:file("script.lua", script)
  local lua = ("sh -c 'echo $$ >%s/pid; exec lua5.4 %s'"):format(self.folder,
                                                                 path)
  local shell = self:file("script.sh", ([[
    trap : INT
    stty -g >%s/before
    %s
    status=$?
    echo; echo "exit status $status of script %d"
    stty -g >%s/after
    cmp -s %s/before %s/after && echo "terminal as before %d" ||
      echo "terminal DIFFERENT %d"
    ]]):format(self.folder, (how or "%s"):format(lua),
    self.n_scripts, self.folder, self.folder, self.folder, self.n_scripts,
    self.n_scripts))
  self:type("sh " .. shell .. "\n")
end

-- Waits for the end of the script: its exit status, and whether the terminal
-- is again as it was before.
function Window:ended()
  local status = self:wait_for(("exit status (%%d+) of script %d"):format(
    self.n_scripts))
  local how = self:wait_for(("terminal (%%S+)[^\n]* %d\n"):format(
    self.n_scripts))
  return math.tointeger(tonumber(status)), how == "as"
end

-- Sends the script's process a signal: "TERM".
function Window:signal(name)
  engine.sh(("kill -%s $(cat %s/pid)"):format(name, self.folder))
end

function Window:close()
  engine.try(("tmux -S %s/socket kill-server; rm -rf %s"):format(self.folder,
                                                                 self.folder))
end

Window.__close = Window.close

return tmux
