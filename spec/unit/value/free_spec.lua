-- SPDX-License-Identifier: MIT
-- csrc/value/free: the arguments of a free request, as the hook sees them
-- when there is no engine to take them.

local core = require "moonsail.core"
local caught = require "spec.support.caught"

local HOST = "unix:///nowhere/docker.sock"
local seen
local client = core.client{ host = HOST, api_version = "1.41",
                            on_result = function(result) seen = result end }

local function sent(options)
  seen = nil
  caught("connection", client.request, client, options)
  return seen
end

-- What is asked for, without the address and the version.
local function target(options)
  return (sent(options).url:match "/v1%.41(/.*)$")
end

local function complaint(options)
  return caught("argument", client.request, client, options).message
end

describe("the method", function()
  it("is GET, or as given", function()
    assert.equal("GET", sent{ path = "/x" }.http_method)
    assert.equal("DELETE", sent{ path = "/x", method = "delete" }.http_method)
  end)

  it("is nothing but letters", function()
    for _, method in ipairs{ "", "GET ", "A\r\nB", ("A"):rep(16), "ÄB" } do
      assert.truthy(complaint{ path = "/x", method = method }
        :find "^method: not a method: ")
    end
    assert.equal("method: expected string, got number",
      complaint{ path = "/x", method = 1 })
  end)
end)

describe("the path", function()
  it("goes out as it is", function()
    assert.equal("/a%2Fb/c:d?e=f", target{ path = "/a%2Fb/c:d?e=f" })
  end)

  it("is refused where it would end, or lead elsewhere", function()
    assert.equal("path: missing (string)", complaint{})
    assert.equal("path: must begin with /", complaint{ path = "x" })
    assert.equal("path: must begin with /", complaint{ path = "" })
    for _, byte in ipairs{ " ", "\r", "\n", "\0", "\127", "#" } do
      assert.equal("path: a byte that must be percent-encoded",
        complaint{ path = "/a" .. byte .. "b" })
    end
  end)
end)

describe("the query", function()
  it("is sorted, encoded, repeated for lists, JSON for other tables",
    function()
      local query = { c = true, b = { "x y", "z" }, a = 1,
                      filters = { label = { "a" } } }
      assert.equal("/x?a=1&b=x%20y&b=z&c=true&" ..
        "filters=%7B%22label%22%3A%5B%22a%22%5D%7D",
        target{ path = "/x", query = query })
    end)

  it("follows on one in the path", function()
    assert.equal("/x?a=1&b=2", target{ path = "/x?a=1", query = { b = 2 } })
  end)

  it("complains by name", function()
    assert.equal('query["a"]: expected string, got function',
      complaint{ path = "/x", query = { a = print } })
    assert.equal("query: expected table, got string",
      complaint{ path = "/x", query = "a=b" })
  end)
end)

describe("the headers", function()
  it("are given by name", function()
    local headers = sent{ path = "/x",
      headers = { ["X-A"] = "b", N = 1 } }.request_headers
    assert.equal("b", headers["X-A"])
    assert.equal("1", headers.N)
  end)

  it("never become two", function()
    assert.equal('headers["A"]: a header has no line end and no NUL in it',
      complaint{ path = "/x", headers = { A = "b\r\nC: d" } })
    for _, name in ipairs{ "", "A:", "A B", "A\r\nB" } do
      assert.truthy(complaint{ path = "/x", headers = { [name] = "x" } }
        :find("not the name of a header", 1, true))
    end
  end)
end)

describe("the body", function()
  it("is a string as it is, or a table as JSON", function()
    local result = sent{ path = "/x", method = "POST", body = "tar" }
    assert.equal("tar", result.request_body)
    assert.equal("application/x-tar", result.request_headers["Content-Type"])
    result = sent{ path = "/x", method = "POST", body = { A = { 1 } } }
    assert.equal('{"A":[1]}', result.request_body)
    assert.equal("application/json", result.request_headers["Content-Type"])
    result = sent{ path = "/x", method = "POST", body = '{"A":1}' }
    assert.equal("application/json", result.request_headers["Content-Type"])
  end)

  it("leaves the type alone that is given", function()
    local headers = sent{ path = "/x", method = "POST", body = "x",
      headers = { ["content-type"] = "text/plain" } }.request_headers
    assert.equal("text/plain", headers["content-type"])
    assert.is_nil(headers["Content-Type"])
  end)

  it("complains of what is no JSON", function()
    assert.truthy(complaint{ path = "/x", body = { print } }:find "^body: ")
    assert.equal("body: expected string, open file, stream or function, got "
      .. "number",
      complaint{ path = "/x", body = 1 })
  end)
end)

describe("other options", function()
  it("are refused, with what is near", function()
    assert.equal("querry: unknown option (did you mean query?)",
      complaint{ path = "/x", querry = {} })
    assert.equal("header: unknown option (did you mean headers?)",
      complaint{ path = "/x", header = {} })
    assert.truthy(complaint{ path = "/x", extra = {} }
      :find "^extra: unknown option")
    assert.equal("timeout: expected 0 seconds or more",
      complaint{ path = "/x", timeout = -1 })
  end)
end)
