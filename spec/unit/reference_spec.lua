-- SPDX-License-Identifier: MIT
-- Names of images.

local reference = require "moonsail.reference"

local function parts(text)
  local ref = assert(reference.parse(text))
  return { ref.name, ref.tag or false, ref.digest or false, ref.given_tag }
end

local DIGEST = "sha256:" .. ("0123456789abcdef"):rep(4)

describe("reference.parse", function()
  local cases = {
    { "busybox", "busybox", "latest", false, false },
    { "busybox:1.36", "busybox", "1.36", false, true },
    { "team/app", "team/app", "latest", false, false },
    { "localhost:5000/app", "localhost:5000/app", "latest", false, false },
    { "127.0.0.1:5000/a/b:tag", "127.0.0.1:5000/a/b", "tag", false, true },
    { "app@" .. DIGEST, "app", false, DIGEST, false },
    { "127.0.0.1:5000/a/b:tag@" .. DIGEST, "127.0.0.1:5000/a/b", "tag",
      DIGEST, true },
    { "app:_x.y-z", "app", "_x.y-z", false, true },
  }
  for _, case in ipairs(cases) do
    it("takes " .. case[1] .. " apart", function()
      assert.same({ table.unpack(case, 2) }, parts(case[1]))
    end)
  end

  local refused = {
    "", ":tag", "@" .. DIGEST, "app:", "app:-x", "my app", "app@sha256:xyz",
    "app@", "a//b", "app:a tag", "a@" .. DIGEST .. "@" .. DIGEST,
  }
  for _, text in ipairs(refused) do
    it(("refuses %q with a reason"):format(text), function()
      local ref, reason = reference.parse(text)
      assert.is_nil(ref)
      assert.is_string(reason)
    end)
  end
end)

describe("reference.same_name", function()
  it("knows what engines write before a short name", function()
    for _, name in ipairs{ "app", "docker.io/library/app", "localhost/app",
                           "docker.io/app" } do
      assert.is_true(reference.same_name(name, "app"))
      assert.is_true(reference.same_name("app", name))
    end
    assert.is_false(reference.same_name("app", "apple"))
    assert.is_false(reference.same_name("team/app", "app"))
    assert.is_false(reference.same_name("quay.io/app", "app"))
  end)
end)

describe("reference.format", function()
  local function again(text)
    return reference.format(assert(reference.parse(text)))
  end

  it("writes the tag out", function()
    assert.equal("busybox:latest", again "busybox")
    assert.equal("a:5000/b:c", again "a:5000/b:c")
  end)

  it("prefers the digest", function()
    assert.equal("app@" .. DIGEST, again("app:tag@" .. DIGEST))
  end)
end)
