-- SPDX-License-Identifier: MIT
-- The files of the docker command's contexts.

local caught = require "spec.support.caught"
local context_store = require "moonsail.context_store"
local contexts = require "spec.support.contexts"
local core = require "moonsail.core"

local folder

before_each(function() folder = contexts.folder() end)
after_each(function() contexts.remove(folder) end)

local function get(name)
  return context_store.get(folder, name, "DOCKER_CONTEXT", "moonsail.client")
end

describe("a stored context", function()
  it("is found by the SHA-256 of its name", function()
    contexts.add(folder, "far", { host = "tcp://e", description = "Far" })
    assert.equal(
      "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868",
      core.sha256 "far")
    assert.same({ name = "far", host = "tcp://e", description = "Far" },
                get "far")
  end)

  local refused = {
    ["it is no JSON from line 1, column 13 on"] = '{"Name":"far',
    ["expected an object of JSON"] = "[1]",
    ["it names no host"] = '{"Name":"far","Endpoints":{"kubernetes":{}}}',
    ["it is not of the context that its folder is named by"] =
      '{"Name":"near","Endpoints":{"docker":{"Host":"tcp://e"}}}',
  }
  for message, text in pairs(refused) do
    it("is refused: " .. message, function()
      contexts.write(contexts.meta_path(folder, "far"), text)
      local problem = caught("argument", get, "far")
      assert.equal(contexts.meta_path(folder, "far") .. ": " .. message,
                   problem.message)
      assert.equal("moonsail.client", problem.method)
    end)
  end

  it("that there is not is told from those that there are", function()
    local function others()
      return caught("argument", get, "far").message:match "; (.*)"
    end
    assert.equal("there are none", others())
    contexts.add(folder, "near", { host = "tcp://e" })
    assert.equal("there is near", others())
    contexts.add(folder, "at-home", { host = "tcp://e" })
    contexts.write(contexts.meta_path(folder, "bad"), "{")
    assert.equal("there are at-home, near", others())
    assert.matches("neither DOCKER_CONFIG nor HOME",
                   caught("argument", context_store.get, nil, "far", "x",
                          "y").message)
  end)
end)

describe("context_store.list", function()
  it("has all, by their names, and what is wrong with some", function()
    contexts.add(folder, "near", { host = "tcp://e" })
    contexts.add(folder, "Far", { host = "tcp://f", skip = true })
    contexts.write(contexts.meta_path(folder, "bare"), '{"Name":"bare"}')
    contexts.write(contexts.meta_path(folder, "torn"), '{"Name":')
    local function told(name, reason)
      return { name = name, error = contexts.meta_path(folder,
        name == "bare" and name or "torn") .. ": " .. reason }
    end
    local list = context_store.list(folder, "moonsail.contexts")
    local torn = core.sha256 "torn"
    local by_name, last = {}, ""
    for _, context in ipairs(list) do
      assert.is_true(last < context.name)
      last = context.name
      by_name[last] = context
    end
    assert.same({
      Far = { name = "Far", host = "tcp://f", tls = { verify = false } },
      near = { name = "near", host = "tcp://e" },
      bare = told("bare", "it names no host"),
      [torn] = told(torn, "it is no JSON from line 1, column 9 on"),
    }, by_name)
  end)

  it("is empty where there is no folder", function()
    assert.same({}, context_store.list(folder, "x"))
    assert.same({}, context_store.list(nil, "x"))
  end)
end)
