-- SPDX-License-Identifier: MIT
-- What kind of error an answer is: by its status, or by what the engine means
-- with it. The answers are those of real engines.

local caught = require "spec.support.caught"
local play = require "spec.support.play"

local function plain(status, text)
  return play.send(play.http(status, "Content-Type: text/plain\r\n", text))
end

local function podman(status, message)
  return play.json(('{"cause":"x","message":"%s","response":%s}'):format(
    message, status:match("%d+")), status)
end

-- Checks the kind of each answer; returns the last error.
local function expect(kind, answers)
  local server <close>, client = play.start(answers)
  local problem
  for _ = 1, #answers do
    problem = caught(kind, client.info, client)
  end
  server:stop()
  return problem
end

describe("an answer", function()
  it("of a path that the engine does not have is not_supported", function()
    expect("not_supported", {
      play.json('{"message":"page not found"}', "404 Not Found"),
      plain("404 Not Found", "404 page not found\n"),
      plain("405 Method Not Allowed", "Method Not Allowed"),
      podman("501 Not Implemented", "update is not supported"),
      podman("503 Service Unavailable",
             "Podman does not support service: /v1.41/swarm/init"),
      podman("404 Not Found", "Path /v1.41/plugins is not supported"),
    })
    local problem = expect("not_supported", {
      plain("404 Not Found", "Not Found"),
    })
    assert.equal("Not Found", problem.message)
    assert.matches("does not offer", problem.hint)
  end)

  it("that something is not there is not_found", function()
    expect("not_found", {
      play.json('{"message":"No such container: x"}', "404 Not Found"),
      podman("404 Not Found", "registry said 404 Not Found"),
      plain("404 Not Found", "Not Found, says a proxy"),
      podman("500 Oops", "7ed7ace56 not found: layer not known"),
      podman("500 Oops", "x does not exist in database: no such container"),
    })
  end)

  it("that the state does not allow it is a conflict", function()
    expect("conflict", {
      play.json('{"message":"is paused"}', "409 Conflict"),
      podman("500 Oops", "as it is running: container state improper"),
      podman("500 Oops", "that name is already in use"),
      podman("500 Oops", "name x already used: network already exists"),
      podman("500 Oops", "top can only be used on running containers"),
      podman("500 Oops",
             "UNIQUE constraint failed: ContainerConfig.Name"),
      podman("500 Oops", "more than one tag: please force removal"),
    })
  end)

  it("that a registry has refused is unauthorized", function()
    local problem = expect("unauthorized", {
      play.json('{"message":"unauthorized"}', "401 Unauthorized"),
      play.json('{"message":"Head https://r/v2/: no basic auth credentials"}',
                "500 Internal Server Error"),
      play.json('{"message":"unauthorized: incorrect username or password"}',
                "500 Internal Server Error"),
      podman("500 Oops", "invalid username/password: unauthorized: sign in"),
      podman("500 Oops", "requested access: authentication required"),
      play.json([[{"errorDetail":{"message":"denied: requested access"},
                "error":"denied: requested access"}]], "500 Oops"),
    })
    assert.equal("denied: requested access", problem.message)
    assert.matches("docker:login", problem.hint)
    problem = expect("not_found", { play.json([[{"message":"pull access ]]
      .. [[denied, may require 'docker login': denied: requested access"}]],
      "404 Not Found") })
    assert.matches("is the name right", problem.hint)
  end)

  it("that a program cannot be started is api", function()
    expect("api", {
      play.json('{"message":"no such file or directory"}',
                "400 Bad Request"),
      podman("409 Conflict", "preparing container x for attach: "
             .. "runc create failed: no such file or directory"),
    })
  end)
end)
