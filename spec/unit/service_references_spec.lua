-- SPDX-License-Identifier: MIT
-- The secrets and configs of a service.

local caught = require "spec.support.caught"
local core = require "moonsail.core"
local fail = require "moonsail.fail"
local play = require "spec.support.play"
local references = require "moonsail.service_references"

local complain = fail.complainer "x"
local SECRETS, CONFIGS = references.kinds.secrets, references.kinds.configs

local LIST = play.json('[{"ID":"abc1","Spec":{"Name":"key"}},'
  .. '{"ID":"abd2","Spec":{"Name":"abc"}},{"ID":"abe3","Spec":{"Name":"z"}}]')

local function read(kind, given)
  return references.read_one(kind, given, "secrets[1]", complain)
end

-- What becomes of some, and how often the engine is asked.
local function resolved(kind, ...)
  local list, entries = {}, {}
  for i, given in ipairs{ ... } do list[i] = read(kind, given) end
  local server <close>, client = play.start{ LIST }
  references.resolve(client, kind, list, "x")
  for i, reference in ipairs(list) do entries[i] = reference.entry end
  return entries, server:log("accept")
end

local function file(name, mode)
  return { name = name, uid = "0", gid = "0", mode = mode or 292 }
end

describe("references", function()
  it("are looked up by name or id, with one question", function()
    local entries, asked = resolved(SECRETS, "key", "abd2", "abe", "abc")
    assert.equal(1, asked)
    assert.same({ secret_id = "abc1", secret_name = "key",
                  file = file "key" }, entries[1])
    assert.equal("abc", entries[2].secret_name)
    assert.equal("z", entries[3].secret_name)
    assert.equal("abd2", entries[4].secret_id) -- a name goes before an id
  end)

  it("have a file of their own, by default", function()
    assert.same({ { config_id = "abc1", config_name = "key",
                    file = file "/key" } }, (resolved(CONFIGS, "key")))
  end)

  it("have a short form", function()
    local entries = resolved(SECRETS, {
      source = "key", target = "k.pem", uid = 7, gid = "8", mode = "0400",
    })
    assert.same({ name = "k.pem", uid = "7", gid = "8", mode = 256 },
                entries[1].file)
    assert.equal(288, resolved(SECRETS, { source = "key", mode = 288 })[1]
      .file.mode)
  end)

  it("may be the API's, and ask nothing then", function()
    local entries, asked = resolved(SECRETS, {
      SecretID = "i", secret_name = "n", File = { Name = "f", Mode = 1 },
    })
    assert.equal(0, asked)
    assert.same({ secret_id = "i", secret_name = "n", file = file("f", 1) },
                entries[1])
    entries, asked = resolved(SECRETS, { secret_name = "key" })
    assert.equal(1, asked)
    assert.equal("abc1", entries[1].secret_id)
  end)

  it("may be objects, and ask nothing then", function()
    local client = core.client{ host = "unix:///none" }
    local secret = core.new_object("secret", client,
      core.decode("Secret", '{"ID":"i","Spec":{"Name":"n"}}'))
    for _, given in ipairs{ secret, { source = secret } } do
      local entries, asked = resolved(SECRETS, given)
      assert.equal(0, asked)
      assert.same({ secret_id = "i", secret_name = "n", file = file "n" },
                  entries[1])
    end
  end)

  it("have no file when a runtime takes them", function()
    local entries = resolved(CONFIGS, { config_id = "i", config_name = "n",
                                        Runtime = {} })
    assert.is_nil(entries[1].file)
  end)

  it("are there", function()
    for _, name in ipairs{ "nobody", "ab" } do -- the beginning of three ids
      local problem = caught("not_found", resolved, SECRETS, name)
      assert.equal(('no secret "%s" in the swarm'):format(name),
                   problem.message)
      assert.equal("SecretList", problem.operation)
    end
    assert.equal('no config "x" in the swarm',
                 caught("not_found", resolved, CONFIGS, "x").message)
  end)

  it("are complained of", function()
    for given, words in pairs{
      [7] = "secrets[1]: expected a name, an object or a table, got integer",
      [{ source = 7 }] = "secrets[1].source: expected a name",
      [{ source = "a", tagret = "b" }] =
        "secrets[1].tagret: unknown option (did you mean target?)",
      [{ source = "a", mode = "rw" }] =
        "secrets[1].mode: 'rw' is no mode",
      [{ secret_id = "a", file = "b" }] =
        "secrets[1].file: expected a table, got string",
    } do
      local message = caught("argument", read, SECRETS, given).message
      assert.equal(words, message:sub(1, #words))
    end
  end)
end)
