-- SPDX-License-Identifier: MIT
-- Platforms, as texts and as their parts.

local caught = require "spec.support.caught"
local fail = require "moonsail.fail"
local platform = require "moonsail.platform"

local complain = fail.complainer "images:push"

describe("platform.of", function()
  it("takes a text apart", function()
    local arm = { os = "linux", architecture = "arm64" }
    assert.same(arm, platform.of("linux/arm64", "platform", complain))
    arm.variant = "v8"
    assert.same(arm, platform.of("linux/arm64/v8", "platform", complain))
  end)

  it("leaves parts, JSON and nothing alone", function()
    local parts = { os = "linux" }
    assert.equal(parts, platform.of(parts, "platform", complain))
    assert.equal("{}", platform.of("{}", "platform", complain))
    assert.is_nil(platform.of(nil, "platform", complain))
  end)

  it("complains of what is none", function()
    for _, text in ipairs{ "", "linux", "linux/", "/arm", "a/b/c/d", "a b/c" }
    do
      local problem = caught("argument", platform.of, text, "platform",
                             complain)
      assert.matches("^platform: expected a platform such as",
                     problem.message)
    end
    assert.matches("got integer", caught("argument", platform.of, 7,
                                         "platform", complain).message)
  end)
end)

describe("platform.list_of", function()
  it("takes one or several", function()
    local arm = { os = "linux", architecture = "arm64" }
    for _, value in ipairs{ "linux/arm64", { "linux/arm64" }, arm, { arm } } do
      assert.same({ arm }, platform.list_of(value, "platform", complain))
    end
    assert.is_nil(platform.list_of(nil, "platform", complain))
  end)
end)
