-- SPDX-License-Identifier: MIT
-- Names of images.

local caught = require "spec.support.caught"
local fail = require "moonsail.fail"
local reference = require "moonsail.reference"

local HEX = ("0123456789abcdef"):rep(4)
local DIGEST = "sha256:" .. HEX

-- All that is told of a name, in one line: "name|domain|path|tag|digest".
local function told(text)
  local ref = assert(reference.parse(text))
  return table.concat({
    ref.name, ref.domain, ref.path, ref.tag or "", ref.digest or "",
  }, "|")
end

describe("reference.parse", function()
  local cases = {
    -- without a registry
    { "busybox", "busybox|docker.io|library/busybox|latest|" },
    { "busybox:1.36", "busybox|docker.io|library/busybox|1.36|" },
    { "team/app", "team/app|docker.io|team/app|latest|" },
    { "library/app", "library/app|docker.io|library/app|latest|" },
    { "a/b/c", "a/b/c|docker.io|a/b/c|latest|" },
    { "0", "0|docker.io|library/0|latest|" },
    { "localhost:5000", "localhost|docker.io|library/localhost|5000|" },
    -- registries
    { "docker.io/app", "docker.io/app|docker.io|library/app|latest|" },
    { "index.docker.io/app:1",
      "index.docker.io/app|docker.io|library/app|1|" },
    { "docker.io/team/app", "docker.io/team/app|docker.io|team/app|latest|" },
    { "registry-1.docker.io/app",
      "registry-1.docker.io/app|registry-1.docker.io|app|latest|" },
    { "quay.io/a/b", "quay.io/a/b|quay.io|a/b|latest|" },
    { "localhost/app", "localhost/app|localhost|app|latest|" },
    { "localhost:5000/app", "localhost:5000/app|localhost:5000|app|latest|" },
    { "host:1/app", "host:1/app|host:1|app|latest|" },
    { "HOST/app", "HOST/app|HOST|app|latest|" },
    { "A.b-c.D:443/app", "A.b-c.D:443/app|A.b-c.D:443|app|latest|" },
    { "127.0.0.1:5000/a/b:tag",
      "127.0.0.1:5000/a/b|127.0.0.1:5000|a/b|tag|" },
    { "[::1]/app", "[::1]/app|[::1]|app|latest|" },
    { "[::1]:5000/app:1", "[::1]:5000/app|[::1]:5000|app|1|" },
    { "[FE80::abcd:1]:5000/app",
      "[FE80::abcd:1]:5000/app|[FE80::abcd:1]:5000|app|latest|" },
    -- separators
    { "a.b", "a.b|docker.io|library/a.b|latest|" },
    { "a_b__c", "a_b__c|docker.io|library/a_b__c|latest|" },
    { "a-b--c---d", "a-b--c---d|docker.io|library/a-b--c---d|latest|" },
    { "a.b/c.d", "a.b/c.d|a.b|c.d|latest|" },
    -- tags
    { "app:_x.y-z", "app|docker.io|library/app|_x.y-z|" },
    { "app:V1", "app|docker.io|library/app|V1|" },
    { "app:" .. ("x"):rep(128),
      "app|docker.io|library/app|" .. ("x"):rep(128) .. "|" },
    -- digests
    { "app@" .. DIGEST, "app|docker.io|library/app||" .. DIGEST },
    { "127.0.0.1:5000/a/b:tag@" .. DIGEST,
      "127.0.0.1:5000/a/b|127.0.0.1:5000|a/b|tag|" .. DIGEST },
    { "app@sha512:" .. HEX .. HEX,
      "app|docker.io|library/app||sha512:" .. HEX .. HEX },
    { "app@new+b64.x:" .. HEX:sub(1, 32),
      "app|docker.io|library/app||new+b64.x:" .. HEX:sub(1, 32) },
    -- what looks like an id, and is none
    { HEX:sub(1, 63), HEX:sub(1, 63) .. "|docker.io|library/"
      .. HEX:sub(1, 63) .. "|latest|" },
    { HEX .. ":x", HEX .. "|docker.io|library/" .. HEX .. "|x|" },
    { DIGEST, "sha256|docker.io|library/sha256|" .. HEX .. "|" },
    { "x.y/" .. ("a"):rep(255),
      "x.y/" .. ("a"):rep(255) .. "|x.y|" .. ("a"):rep(255) .. "|latest|" },
  }
  for _, case in ipairs(cases) do
    it("takes " .. case[1] .. " apart", function()
      assert.equal(case[2], told(case[1]))
    end)
  end

  it("tells whether the tag was given", function()
    assert.is_true(reference.parse("a:latest").given_tag)
    assert.is_false(reference.parse("a").given_tag)
    assert.is_false(reference.parse("a@" .. DIGEST).given_tag)
  end)

  it("knows the shortest name", function()
    for given, familiar in pairs{
      ["docker.io/library/busybox"] = "busybox", busybox = "busybox",
      ["index.docker.io/team/app:1"] = "team/app",
      ["docker.io/library/a/b"] = "library/a/b",
      ["localhost/app"] = "localhost/app",
      ["quay.io/library/app:2"] = "quay.io/library/app",
    } do
      assert.equal(familiar, reference.parse(given).familiar)
    end
  end)
end)

describe("reference.parse refuses", function()
  local cases = {
    { "", "^the name is empty" },
    { ":tag", "^the name is empty" },
    { "@" .. DIGEST, "^the name is empty" },
    { "quay.io/", "^the name is empty" },
    { "quay.io/:1", "^the name is empty" },
    { HEX, "^64 hexadecimal digits are an id" },
    -- capitals
    { "App", "'App' has capital letters" },
    { "team/App", "'App' has capital letters" },
    { "quay.io/Team/app", "'Team' has capital letters" },
    -- characters
    { "my app", "'my app' has a character" },
    { " app", "' app' has a character" },
    { "app\n", "has a character" },
    { "äpp", "has a character" },
    { "a+b", "'a%+b' has a character" },
    { "a:b:c", "'a:b' has a character" },
    { "app$", "has a character" },
    -- parts and separators
    { "a//b", "^a part of the name is empty" },
    { "/a", "^a part of the name is empty" },
    { "a/", "^a part of the name is empty" },
    { "-a", "'%-a' must begin and end with a letter" },
    { "a-", "'a%-' must begin and end with a letter" },
    { ".a", "'.a' must begin" },
    { "a/_b", "'_b' must begin" },
    { "a..b", "'%.%.' stands in 'a%.%.b'" },
    { "a___b", "'___' stands in 'a___b'" },
    { "a-_b", "'%-_' stands in 'a%-_b'" },
    { "a._b", "'%._' stands in 'a%._b'" },
    -- registries
    { "http://x.y/a", "has no http://" },
    { "https://x.y/a", "has no https://" },
    { "x:/a", "'' is no port" },
    { "x:port/a", "'port' is no port" },
    { "x..y/a", "'x%.%.y' is no name of a registry" },
    { "-x.y/a", "'%-x%.y' is no name of a registry" },
    { "x.y-/a", "'x%.y%-' is no name of a registry" },
    { "x_y.z/a", "'x_y%.z' is no name of a registry" },
    { ".x/a", "'%.x' is no name of a registry" },
    { "[::1/a", "no name of a registry" },
    { "[fe80::1%eth0]:5000/a", "no address of a registry" },
    { "[::1]5000/a", "is no port" },
    -- tags
    { "app:", "^there is no tag" },
    { "app:-x", "'%-x' is no tag" },
    { "app:.x", "'%.x' is no tag" },
    { "app:a tag", "'a tag' is no tag" },
    { "app:a+b", "'a%+b' is no tag" },
    { "app:" .. ("x"):rep(129), "the tag is longer than 128" },
    -- digests
    { "app@", "'' is no digest" },
    { "app@x", "'x' is no digest" },
    { "app@sha256:xyz", "is no digest" },
    { "app@sha256:", "is no digest" },
    { "app@:" .. HEX, "is no digest" },
    { "app@1sha:" .. HEX, "is no digest" },
    { "app@sha256:" .. HEX:sub(2), "a digest of sha256 has 64 digits" },
    { "app@sha256:" .. HEX:upper(), "a digest of sha256 has 64 digits" },
    { "app@sha512:" .. HEX, "a digest of sha512 has 128 digits" },
    { "app@new:" .. HEX:sub(1, 31), "is too short" },
    { "a@" .. DIGEST .. "@" .. DIGEST, "is no digest" },
    { "app:@" .. DIGEST, "^there is no tag" },
    -- length
    { "x.y/" .. ("a"):rep(256), "longer than 255" },
    { ("a"):rep(248), "longer than 255" },
  }
  for _, case in ipairs(cases) do
    it(("%q with a reason"):format(case[1]), function()
      local ref, reason = reference.parse(case[1])
      assert.is_nil(ref)
      assert.matches(case[2], reason)
    end)
  end
end)

describe("reference.is_id", function()
  it("knows ids at full length", function()
    assert.is_true(reference.is_id(HEX))
    assert.is_true(reference.is_id(DIGEST))
    for _, text in ipairs{ "", "busybox", HEX:sub(2), HEX:upper(),
                           "md5:" .. HEX, "app@" .. DIGEST } do
      assert.is_false(reference.is_id(text))
    end
  end)
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

describe("reference.split", function()
  local complain = fail.complainer("image:tag")

  it("parts the tag from the name", function()
    local options = { repo = "localhost:5000/app:1" }
    reference.split(options, complain)
    assert.same({ repo = "localhost:5000/app", tag = "1" }, options)
    options = { repo = "app", tag = "2" }
    reference.split(options, complain)
    assert.same({ repo = "app", tag = "2" }, options)
  end)

  it("complains of what is none", function()
    for _, options in ipairs{
      {}, { repo = 7 }, { repo = "App" }, { repo = "app@" .. DIGEST },
      { repo = "app:1", tag = "2" },
    } do
      caught("argument", reference.split, options, complain)
    end
  end)
end)

describe("reference.registry", function()
  it("reads an address however it is written", function()
    for given, registry in pairs{
      ["https://index.docker.io/v1/"] = "docker.io",
      ["index.docker.io"] = "docker.io", ["docker.io"] = "docker.io",
      ["registry-1.docker.io"] = "docker.io",
      ["https://registry-1.docker.io/v2/"] = "docker.io",
      ["http://localhost:5000"] = "localhost:5000",
      ["https://quay.io/v1/"] = "quay.io", ["quay.io/team"] = "quay.io",
      ["[::1]:5000"] = "[::1]:5000",
    } do
      assert.equal(registry, reference.registry(given))
    end
  end)
end)

describe("reference.domain_of", function()
  it("is the registry of a name, or of a term that is none", function()
    for text, registry in pairs{
      ["quay.io/app"] = "quay.io", ["localhost/app"] = "localhost",
      ["me/app"] = "docker.io", ["Web server"] = "docker.io",
      ["index.docker.io/app"] = "docker.io", ["quay.io"] = "docker.io",
    } do
      assert.equal(registry, reference.domain_of(text))
    end
  end)
end)
