-- SPDX-License-Identifier: MIT
-- Terminals: raw mode, which is given up however a program ends; reading, and
-- windows that change their size.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local engine = require "spec.support.engine"
local tmux = require "spec.support.tmux"

-- What all scripts begin with: a terminal in raw mode that has said so.
local RAW = [[
  local core = require "moonsail.core"
  io.stdout:setvbuf "no"
  local terminal = core.terminal(io.stdin)
  terminal:raw()
  io.write "raw now\r\n"
]]

local window

before_each(function() window = tmux.open() end)
after_each(function() window:close() end)

-- Runs it until it says that it is in raw mode.
local function run(script, how)
  window:run(RAW .. script, how)
  window:wait_for "raw now"
end

describe("raw mode", function()
  it("gives every key, as it is pressed, and shows none", function()
    run [[
      local keys = ""
      while not keys:find "q" do keys = keys .. terminal:read() end
      terminal:restore()
      print("keys: " .. keys:gsub("%c", function(c)
        return ("<%d>"):format(c:byte())
      end))]]
    window:key("a", "C-c", "C-z", "C-d", "C-s", "Enter", "q")
    assert.equal("a<3><26><4><19><13>q", window:wait_for "keys: (%S+)")
    assert.same({ 0, true }, { window:ended() })
    assert.is_nil(window:text():find "%^C")
  end)

  it("may be left and entered again", function()
    run [[
      terminal:raw()
      terminal:restore()
      terminal:restore()
      io.write "restored\n"
      terminal:raw()
      io.write "raw again\n"
      terminal:close()
      terminal:close()
      terminal:restore()
      print(terminal)
      print(core.is_error(select(2, pcall(terminal.raw, terminal)), "closed"))
      ]]
    window:wait_for "terminal %(closed%)\ntrue"
    assert.same({ 0, true }, { window:ended() })
  end)

  it("is for terminals", function()
    local null <close> = assert(io.open "/dev/null")
    caught("argument", core.terminal, null)
    caught("argument", core.terminal, "stdin")
    caught("argument", core.terminal, 12345)
    local input <close> = core.input(null)
    assert.is_false(input:is_terminal())
    assert.is_nil(input:size())
    caught("argument", input.raw, input)
  end)
end)

-- How programs end: the script, its exit status, and the signal that is sent.
local ENDS = {
  ["by an error"] = { 'error "oh no"', 1 },
  ["in a block that is left by an error"] = {
    [[do local t <close> = terminal; error "oh no" end]], 1 },
  ["by os.exit"] = { "os.exit(3)", 3 },
  ["by os.exit, its state closed"] = { "os.exit(3, true)", 3 },
  ["without a word"] = { "", 0 },
  ["when it is collected"] = { "terminal = nil; collectgarbage()", 0 },
  ["by abort"] = { "terminal:read()", 134, "ABRT" },
  ["by SIGINT, as lua has it"] = { "terminal:read()", 1, "INT" },
  ["by SIGINT, in a loop"] = { "while true do end", 1, "INT" },
  ["by SIGTERM"] = { "terminal:read()", 143, "TERM" },
  ["by SIGHUP"] = { "terminal:read()", 129, "HUP" },
  ["by SIGQUIT"] = { "terminal:read()", 131, "QUIT" },
  ["by SIGTERM, in a loop"] = { "while true do end", 143, "TERM" },
  ["by SIGPIPE"] = { "terminal:read()", 141, "PIPE" },
}

describe("a terminal is as before when a program ends", function()
  for name, case in pairs(ENDS) do
    it(name, function()
      run(case[1], "ulimit -c 0; %s")
      if case[3] then window:signal(case[3]) end
      assert.same({ case[2], true }, { window:ended() })
    end)
  end

  it("and after SIGINT, twice", function()
    run [[
      for i = 1, 2 do
        print("again", select(2, pcall(terminal.read, terminal)))
        io.write("\r\n", "interrupted ", i, "\r\n")
      end]]
    window:signal "INT"
    window:wait_for "interrupted 1"
    window:signal "INT"
    assert.same({ 130, true }, { window:ended() })
  end)

  it("leaves alone the signals that are ignored", function()
    run("io.write(terminal:read(), '\\r\\n')",
        "sh -c 'trap \"\" HUP; exec \"$@\"' - %s")
    window:signal "HUP"
    window:key "x"
    window:wait_for "\nx\n"
    assert.same({ 0, true }, { window:ended() })
  end)
end)

describe("a program that is stopped", function()
  it("gives the terminal back, and takes it again", function()
    window:file("script.lua", RAW .. [[
      repeat
        local keys = terminal:read()
        io.write("key ", keys:byte(), "\r\n")
      until keys == "q"]])
    window:type(("stty -g >%s/before; set -m; sh -c 'echo $$ >%s/pid; exec "
      .. "lua5.4 %s/script.lua'\n"):format(window.folder, window.folder,
                                           window.folder))
    window:wait_for "raw now"
    window:signal "TSTP"
    window:wait_for "Stopped"
    window:type(("stty -g >%s/after; clear; cmp %s/before %s/after "
      .. "&& echo the same\n"):format(window.folder, window.folder,
                                      window.folder))
    window:wait_for "the same"
    window:type "fg\n"
    window:wait_for "sh %-c"
    window:key "x" -- is read at once where there are no lines
    window:wait_for "key 120"
    window:key "C-c"
    window:wait_for "key 3"
    window:key "q"
    window:wait_for "key 113"
    window:type(("stty -g >%s/after; clear; cmp %s/before %s/after "
      .. "&& echo still the same\n"):format(window.folder, window.folder,
                                            window.folder))
    window:wait_for "still the same"
  end)
end)

describe("the window", function()
  it("has a size, and tells when it changes", function()
    run [[
      print(terminal:size())
      print(terminal:resized(0))
      io.write "\rlistening\r\n"
      print(terminal:resized())
      io.write("\rnow ", table.concat({ terminal:size() }, " by "), "\r\n")
      terminal:restore()
      print("after", (terminal:resized()))]]
    window:wait_for "24%s+80%s+nil%s+timeout%s+listening"
    window:resize(100, 30)
    window:wait_for "true%s+now 30 by 100%s+after%s+nil"
    assert.same({ 0, true }, { window:ended() })
  end)
end)

-- A shell's command and what a script of ours, reading from it, prints.
local function piped(producer, script)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write([[
    local core = require "moonsail.core"
    local input = core.input(io.stdin)
    io.stdout:setvbuf "no"
    ]], script)
  file:close()
  local output = engine.sh(("%s lua5.4 %s"):format(producer, path))
  os.remove(path)
  return output
end

-- The same of a script that reads "first", and "second" when it has called
-- open().
local function piped_by_gate(script)
  local gate = os.tmpname()
  os.remove(gate)
  engine.sh("mkfifo " .. gate)
  local output = piped(("{ echo first; cat %s; } |"):format(gate), ([[
    local function open()
      local gate <close> = io.open(%q, "w")
      gate:write "second\n"
    end
    ]]):format(gate) .. script)
  os.remove(gate)
  return output
end

local READ_ALL = [[
  local bytes = 0
  for piece in function() return input:read() end do bytes = bytes + #piece end
  print(bytes, input:read())]]

describe("an input that is no terminal", function()
  it("is read to its end: a pipe, a file, nothing", function()
    assert.equal("1000000\tnil",
                 piped("head -c 1000000 /dev/zero |", READ_ALL))
    assert.equal("0\tnil", piped("</dev/null", READ_ALL))
    assert.equal(engine.sh "wc -c <Makefile" .. "\tnil",
                 piped("<Makefile", READ_ALL))
    assert.matches("it cannot be read: Is a directory",
                   piped("</tmp", "print(pcall(input.read, input))"))
  end)

  it("is waited for, as long as one likes", function()
    local output = piped_by_gate([[
      io.write(input:read())
      print(input:read(0))
      print(input:read(0.05))
      open()
      io.write(input:read())
      print(input:read())
      print(core.is_error(select(2, pcall(input.read, input, -1)),
                          "argument"))]])
    assert.equal("first\nnil\ttimeout\nnil\ttimeout\nsecond\nnil\n"
      .. "true", output)
  end)

  it("is waited for by several tasks, of which one gives up", function()
    local output = piped_by_gate([[
      io.write(input:read())
      local first = core.spawn(function() return (input:read()) end)
      local second = core.spawn(function() return input:read(0.02) end)
      local third = core.spawn(function() return input:read() end)
      core.sleep(0)
      third:cancel()
      print(second:join())
      open()
      io.write(first:join(5) or "never\n")
      os.exit(0, false)]])
    assert.equal("first\nnil\ttimeout\nsecond", output)
  end)

  it("is left as it was", function()
    local output = piped_by_gate [[
      io.write(input:read())
      input:read(0)
      input:close()
      local info = io.open "/proc/self/fdinfo/0":read "a"
      print(tonumber(info:match "flags:%s*(%d+)", 8) & 2048)
      open()
      io.write(io.read "L")
      print(io.read "L")]]
    assert.equal("first\n0\nsecond\nnil", output)
  end)
end)
