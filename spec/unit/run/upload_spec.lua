-- SPDX-License-Identifier: MIT
-- Bodies of requests that are taken from sources while they are sent.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local moonsail = require "moonsail"
local play = require "spec.support.play"
local scripted = require "spec.support.scripted"

local DONE = play.send(play.http("200 OK", "", ""))
local NOPE = play.json('{"message":"no such folder"}', "404 Not Found")

local function put(client, body, options)
  options = options or {}
  options.id, options.path, options.body = "x", "/", body
  return core.call(client, "PutContainerArchive", options,
                   "container:put_archive")
end

-- What the log says of a body.
local function logged(bytes)
  local sum = 0
  for i = 1, #bytes do sum = sum + bytes:byte(i) end
  return ("body 1 %d %d\n"):format(#bytes, sum)
end

-- Sends a source, and expects that these bytes arrive.
local function expect(source, bytes)
  local server <close>, client = play.start{ DONE }
  assert.is_true(put(client, source))
  assert.equal(1, server:log(logged(bytes)))
  assert.equal(1, server:log "Transfer%-Encoding: chunked")
  assert.equal(1, server:log "Content%-Type: application/x%-tar")
end

-- A server and a client of it, where the steps are all that there is.
local function begin(steps, options)
  local server = scripted.start(steps .. "\npause 20000")
  options = options or {}
  options.host = server.address
  options.api_version = options.api_version or "1.41"
  return server, core.client(options)
end

local function each(...)
  local pieces, i = { ... }, 0
  return function()
    i = i + 1
    return pieces[i]
  end
end

local BIG = ("0123456789abcdef"):rep(65536) -- 1 MiB

describe("the body of a request is taken from", function()
  local path
  before_each(function()
    path = os.tmpname()
    local file <close> = assert(io.open(path, "wb"))
    file:write(BIG)
  end)
  after_each(function() os.remove(path) end)

  it("a function, whose empty strings say nothing", function()
    expect(each("a", "", "bcd", BIG, ""), "abcd" .. BIG)
    expect(each(), "")
    expect(each(""), "")
  end)

  it("what can be called", function()
    expect(setmetatable({}, { __call = each("a", "b") }), "ab")
  end)

  it("an open file, from where it stands, which stays open", function()
    local file <close> = assert(io.open(path, "rb"))
    file:read(7)
    expect(file, BIG:sub(8))
    assert.equal("file", io.type(file))
    assert.is_nil(file:read(1))
    file:seek("set", 1048570)
    expect(file, BIG:sub(-6))
  end)

  it("a file by its path", function()
    local server <close>, client = play.start{ DONE, DONE }
    put(client, nil, { body_file = path })
    assert.equal(1, server:log(logged(BIG)))
    put(client, nil, { body_file = "/dev/null" })
    assert.equal(1, server:log "body 2 0 0\n")
  end)

  it("a pipe, with what was read ahead of it", function()
    local pipe <close> = assert(io.popen("echo one; cat " .. path))
    assert.equal("one", pipe:read())
    expect(pipe, BIG)
  end)

  it("a FIFO, that is waited for while others go on", function()
    local fifo = path .. ".fifo"
    os.execute("mkfifo " .. fifo)
    local server <close>, client = play.start{ DONE }
    moonsail.run(function()
      local task = moonsail.spawn(put, client, nil, { body_file = fifo })
      moonsail.sleep(0.05)
      local file = assert(io.open(fifo, "wb"))
      file:write("abc")
      file:flush()
      moonsail.sleep(0.05)
      file:write("def")
      file:close()
      assert.is_true(task:join())
    end)
    os.remove(fifo)
    assert.equal(1, server:log(logged "abcdef"))
  end)

  it("a packer", function()
    local packer <close> = core.packer({ { name = "a", content = BIG } }, nil,
                                       "x")
    local other <close> = core.packer({ { name = "a", content = BIG } }, nil,
                                      "x")
    local pieces = {}
    for piece in function() return other:read() end do
      pieces[#pieces + 1] = piece
    end
    expect(packer, table.concat(pieces))
  end)

  it("a stream, whose lines have their ends again", function()
    local engine <close>, from = play.start{
      play.head "application/x-tar" .. "\n" .. play.send "some bytes",
      play.head "application/vnd.docker.raw-stream" .. "\n"
        .. play.send "one\ntwo\n" }
    expect(core.call(from, "ContainerExport", { id = "x" }), "some bytes")
    local lines = core.call(from, "ContainerLogs", { id = "x", stdout = true },
                            "x", { tty = true })
    expect(lines, "one\ntwo\n")
    assert.equal(2, engine:log "accept")
  end)

  it("them in a free request as well", function()
    local server <close>, client = play.start{ DONE }
    local answer = client:request{ method = "put", path = "/x",
                                   body = each("a", "b") }
    assert.equal(200, answer.status)
    assert.equal(1, server:log(logged "ab"))
  end)
end)

describe("a source that is none", function()
  local server, client
  before_each(function() server, client = begin "accept\nhead\ndrain" end)
  after_each(function() server:stop() end)

  it("is told of before anything is sent", function()
    local closed = assert(io.open("/dev/null"))
    closed:close()
    local function message(...)
      return caught("argument", put, client, ...).message
    end
    assert.equal("body: the file is closed", message(closed))
    assert.equal("body: expected string, open file, stream or function, got "
                 .. "table", message {})
    assert.equal("cannot read /no/such: No such file or directory",
                 message(nil, { body_file = "/no/such" }))
    assert.equal("cannot read /tmp: Is a directory",
                 message(nil, { body_file = "/tmp" }))
    assert.equal(0, server:log "accept")
  end)

  it("is told of where it is found out, and looks complete to nobody",
     function()
    local problem = caught("argument", put, client, each("abc", 7))
    assert.equal("body: what the function gives must be strings, and nil at "
                 .. "the end; it gave a value of type number", problem.message)
    assert.equal("container:put_archive", problem.method)
    assert.equal(0, server:log "body")
  end)

  it("may be a file that cannot be read", function()
    local path = os.tmpname()
    local file <close> = assert(io.open(path, "wb"))
    assert.equal("cannot read the file: Bad file descriptor",
                 caught("argument", put, client, file).message)
    os.remove(path)
  end)
end)

describe("a source that raises", function()
  local function raised(error_value)
    local server <close>, client = begin "accept\nhead\ndrain"
    local ok, problem = pcall(put, client, function()
      error(error_value, 0)
    end)
    assert.is_false(ok)
    while server:log "drain" == 0 do core.sleep(0.01) end
    assert.equal(1, server:log "drain 1 0\n") -- nothing, and no end
    return problem
  end

  it("has its error handed on, unchanged", function()
    local value = { "mine" }
    assert.equal("oops", raised "oops")
    assert.equal(value, raised(value))
  end)

  it("has it told to the hook", function()
    local told
    local server <close>, client = begin("accept\nhead\ndrain", {
      on_result = function(record) told = record end })
    pcall(put, client, function() error("oops", 0) end)
    assert.equal("oops", told.error)
    assert.equal(0, server:log "body")
  end)
end)

describe("the hook", function()
  it("is told how many bytes went out, and not which", function()
    local told
    local server <close>, client = play.start({ DONE }, {
      on_result = function(record) told = record end })
    put(client, each("abc", "de"))
    assert.equal(5, told.request_size)
    assert.equal("integer", math.type(told.request_size))
    assert.is_nil(told.request_body)
    assert.equal(1, server:log "accept")
  end)
end)

describe("an answer before the end of the body", function()
  local ENDLESS = function() return BIG end
  local function refused(steps, source)
    local server <close>, client = begin("accept\nhead\n" .. steps)
    local problem = caught("not_found", put, client, source)
    assert.equal("no such folder", problem.message)
    assert.equal(0, server:log "body")
  end

  it("ends it, whether the engine reads on, hangs up or waits", function()
    refused(NOPE .. "\nhalf\ngate", ENDLESS)
    refused(NOPE .. "\nclose", ENDLESS)
    refused(NOPE, ENDLESS)
  end)

  it("is seen while a pipe has nothing to say", function()
    local pipe <close> = assert(io.popen "exec sleep 60 2>&1 & echo $!; wait")
    local pid = pipe:read()
    refused(NOPE, pipe)
    os.execute("kill " .. pid)
  end)

  it("is seen while a stream has nothing to say", function()
    local engine <close>, from = play.start{
      play.head "application/x-tar" .. "\ngate" }
    refused(NOPE, (core.call(from, "ContainerExport", { id = "x" })))
    assert.equal(1, engine:log "accept")
  end)

  it("that is a good one ends it as well, when it is complete", function()
    local server <close>, client = begin("accept\nhead\n" .. DONE)
    assert.is_true(put(client, ENDLESS))
    assert.equal(0, server:log "body")
  end)
end)

describe("a connection that is lost meanwhile", function()
  it("is an error", function()
    for _, steps in ipairs{ "take 100000\nclose", "take 100000\nreset" } do
      local server <close>, client = begin("accept\nhead\n" .. steps)
      caught("connection", put, client, function() return BIG end)
      assert.equal(1, server:log "accept")
    end
  end)
end)

describe("a version that is too new", function()
  local TOO_NEW = play.json(
    '{"message":"client version 1.45 is too new. Maximum is 1.41"}',
    "400 Bad Request")

  it("is asked for before what can be taken once is sent", function()
    local server <close> = play.serve{ play.pong "1.40", play.pong "1.41",
                                       DONE }
    local client = core.client{ host = server.address }
    client:api_version()
    put(client, each "abc")
    assert.equal(1, server:log "/v1.41/")
    assert.equal(1, server:log "body 3 3 294\n")
  end)

  it("has a file sent again, from its beginning", function()
    local server <close> = play.serve{ play.pong "1.45", TOO_NEW,
                                       play.pong "1.41", DONE }
    local client = core.client{ host = server.address }
    put(client, nil, { body_file = "/etc/passwd" })
    local passwd = assert(io.open "/etc/passwd"):read "a"
    assert.equal(1, server:log(("body 4 %d "):format(#passwd)))
  end)

  it("is an error for what was taken already", function()
    local server <close> = play.serve{ play.pong "1.45", TOO_NEW }
    local client = core.client{ host = server.address }
    assert.matches("too new", caught("not_supported", put, client,
                                      each "abc").message)
    assert.equal(2, server:log "accept")
  end)
end)

describe("in tasks", function()
  it("several sources go out at once", function()
    local server <close> = scripted.start(
      "accept\nhead\naccept\nhead\nuse 1\nbody\n" .. DONE
      .. "\nuse 2\nbody\n" .. DONE .. "\npause 20000")
    local client = core.client{ host = server.address, api_version = "1.41" }
    local function slow()
      local n = 0
      return function()
        n = n + 1
        moonsail.sleep(0.001)
        return n <= 20 and "abc" or nil
      end
    end
    moonsail.run(function()
      local a = moonsail.spawn(put, client, slow())
      local b = moonsail.spawn(put, client, slow())
      assert.is_true(a:join())
      assert.is_true(b:join())
    end)
    assert.equal(2, server:log "body %d 60 5880\n")
  end)

  it("one that is cancelled ends, and closes the connection", function()
    local server <close>, client = begin "accept\nhead\ndrain"
    moonsail.run(function()
      local task = moonsail.spawn(put, client, function()
        moonsail.sleep(60)
      end)
      while server:log "head" == 0 do moonsail.sleep(0.01) end
      task:cancel()
      caught("cancelled", task.join, task)
    end)
    while server:log "drain" == 0 do core.sleep(0.01) end
    assert.equal(0, server:log "body")
  end)

  it("one whose engine reads nothing is cancelled all the same", function()
    local server <close>, client = begin "accept\nhead\ngate"
    moonsail.run(function()
      local sent = 0
      local task = moonsail.spawn(put, client, function()
        sent = sent + 1
        return BIG
      end)
      repeat local before = sent; moonsail.sleep(0.05) until sent == before
      task:cancel()
      caught("cancelled", task.join, task)
    end)
    assert.equal(0, server:log "body")
  end)
end)

describe("limits in time", function()
  it("do not run while the source is waited for", function()
    local server <close>, client = begin("accept\nhead\nbody\n" .. DONE)
    local pieces = each("a", "b")
    put(client, function()
      core.sleep(0.15)
      return pieces()
    end, { timeout = 0.1 })
    assert.equal(1, server:log(logged "ab"))
  end)

  it("run when all was sent", function()
    local server <close>, client = begin "accept\nhead\nbody\ngate"
    caught("timeout", put, client, each "a", { timeout = 0.1 })
    assert.equal(1, server:log "body")
  end)
end)

-- By how many kB the process was larger than before while fn ran, at most.
local function growth(fn)
  local function kilobytes(name)
    local status <close> = assert(io.open "/proc/self/status")
    return tonumber(status:read("a"):match(name .. ":%s*(%d+)"))
  end
  collectgarbage()
  collectgarbage()
  local before = kilobytes "VmRSS"
  local peak <close> = assert(io.open("/proc/self/clear_refs", "w"))
  peak:write "5" -- the peak is what there is now
  peak:flush()
  fn()
  return kilobytes "VmHWM" - before
end

describe("memory", function()
  local SIZE = 128 * 1024 * 1024
  local path
  before_each(function()
    path = os.tmpname()
    os.execute(("truncate -s %d %s"):format(SIZE, path))
  end)
  after_each(function() os.remove(path) end)

  local function check(name, source, options)
    local server <close>, client = begin("accept\nhead\nbody\n" .. DONE)
    local grown = growth(function() put(client, source, options) end)
    assert.is_true(grown < 8192, ("%s: %d kB"):format(name, grown))
    assert.truthy(server:log "body 1 134%d+ 0\n" == 1 or name == "packer")
  end

  it("does not grow with what is sent", function()
    check("path", nil, { body_file = path })
    do
      local file <close> = assert(io.open(path, "rb"))
      check("file", file)
    end
    do
      local pipe <close> = assert(io.popen("cat " .. path))
      check("pipe", pipe)
    end
    local left, piece = SIZE, ("\0"):rep(65536)
    check("function", function()
      left = left - #piece
      return left >= 0 and piece or nil
    end)
    -- what is packed has no hole in it
    local packer <close> = core.packer({
      { name = "big", content = ("x"):rep(32 * 1024 * 1024) } }, nil, "x")
    check("packer", packer)
  end)
end)

describe("a pending call", function()
  it("is fed by who waits for it", function()
    local server <close>, client = play.start{ DONE }
    local pending = core.launch(client, "PutContainerArchive", {
      id = "x", path = "/", body = each("a", "b") })
    assert.is_true(pending:wait())
    assert.is_true(pending:result())
    assert.equal(1, server:log(logged "ab"))
  end)

  it("may be closed by its own source", function()
    local server <close>, client = begin "accept\nhead\ndrain"
    local pending
    pending = core.launch(client, "PutContainerArchive", {
      id = "x", path = "/", body = function()
        pending:close()
        return "abc"
      end })
    caught("closed", pending.result, pending)
    assert.equal(0, server:log "body")
  end)

  it("may be collected while its source is sent", function()
    local server <close>, client = begin "accept\nhead\ngate"
    do
      local pending = core.launch(client, "PutContainerArchive", {
        id = "x", path = "/", body = function() return BIG end })
      pending:wait(0.05)
    end
    collectgarbage()
    collectgarbage()
    core.sleep(0.01)
    assert.equal(0, server:log "body")
  end)
end)
