-- SPDX-License-Identifier: MIT
-- moonsail.contexts, without an engine.

local caught = require "spec.support.caught"
local contexts = require "moonsail.contexts"
local moonsail = require "moonsail"
local support = require "spec.support.contexts"

local folder

before_each(function()
  folder = support.folder()
  support.add(folder, "far", { host = "tcp://e:1", files = { "ca" },
                               description = "Far away" })
  support.add(folder, "lax", { host = "tcp://e:2", skip = true })
end)
after_each(function() support.remove(folder) end)

local function list(variables, options)
  variables = variables or {}
  variables.DOCKER_CONFIG = variables.DOCKER_CONFIG or folder
  local rows = contexts.list(options or {}, function(name)
    return variables[name]
  end)
  return rows
end

-- The names, with a star behind the current one.
local function names(variables)
  local found = {}
  for i, row in ipairs(list(variables)) do
    found[i] = row.name .. (row.current and "*" or "")
  end
  return table.concat(found, " ")
end

describe("moonsail.contexts", function()
  it("tells of all, the default first", function()
    local rows = list{ DOCKER_HOST = "/x" }
    assert.same({
      { name = "default", host = "unix:///x", current = true },
      { name = "far", host = "tcp://e:1", tls = "verified", current = false,
        description = "Far away" },
      { name = "lax", host = "tcp://e:2", tls = "unverified",
        current = false },
    }, rows)
    assert.matches('name = "far"', tostring(rows), 1, true)
    assert.equal("verified", list{ DOCKER_HOST = "https://e" }[1].tls)
  end)

  it("marks the one that is used", function()
    assert.equal("default* far lax", names())
    assert.equal("default far* lax", names{ DOCKER_CONTEXT = "far" })
    assert.equal("default* far lax", names{ DOCKER_CONTEXT = "far",
                                            DOCKER_HOST = "/x" })
    support.write(folder .. "/config.json", '{"currentContext": "lax"}')
    assert.equal("default far lax*", names())
    assert.equal("default* far lax", names{ DOCKER_CONTEXT = "default" })
  end)

  it("tells of the used one that there is not", function()
    local rows = list{ DOCKER_CONTEXT = "fat" }
    assert.equal("fat", rows[4].name)
    assert.is_true(rows[4].current)
    assert.matches('^DOCKER_CONTEXT: there is no context "fat"',
                   rows[4].error)
  end)

  it("tells what is wrong with one", function()
    support.write(support.meta_path(folder, "far"), '{"Name": "far"}')
    assert.matches("it names no host$", list()[2].error)
    assert.is_nil(list()[2].host)
    local rows = list{ DOCKER_TLS_VERIFY = "1", DOCKER_HOST = "tcp://e" }
    assert.matches("^DOCKER_TLS_VERIFY: there is no ", rows[1].error)
  end)

  it("knows the name of the used one, however broken it is", function()
    support.write(support.meta_path(folder, "far"), "{")
    local found = {}
    for _, row in ipairs(list{ DOCKER_CONTEXT = "far" }) do
      found[row.name] = { row.current, row.error ~= nil }
    end
    assert.same({ default = { false, false }, far = { true, true },
                  lax = { false, false } }, found)
  end)

  it("looks into another folder", function()
    assert.equal(3, #list({ DOCKER_CONFIG = "/none" }, { config = folder }))
    assert.equal(1, #list{ DOCKER_CONFIG = "/none" })
    assert.equal("far", moonsail.contexts{ config = folder }[2].name)
    assert.equal("confg: unknown option (did you mean config?)",
                 caught("argument", list, nil, { confg = "/" }).message)
  end)
end)
