-- SPDX-License-Identifier: MIT
-- Every type of answer that the newest versions have, decoded from documents
-- that are made for it: with all fields, none, nulls, fields that no version
-- knows, and values of a wrong kind.

local cjson = require "cjson"
local core = require "moonsail.core"
local documents = require "spec.support.documents"

local VERSIONS = { 52, 53, 54, 55 }

describe("an answer", function()
  for _, type_name in ipairs(documents.response_types()) do
    for _, way in ipairs(documents.WAYS) do
      it(("of %s, %s, is decoded as is promised"):format(type_name, way),
         function()
        for _, version in ipairs(VERSIONS) do
          local json, expected = documents.make(type_name, way, version)
          documents.compare(expected, core.decode(type_name, json), type_name)
        end
      end)
    end

    it(("of %s that is null is nothing"):format(type_name), function()
      local kind = core.type(type_name).kind
      local value = core.decode(type_name, "null")
      if kind == "array" or kind == "map" then
        assert.same({}, value)
      else
        assert.is_nil(value)
      end
    end)
  end
end)

-- What the oracle makes of JSON, without the integers that it cannot hold.
local function by_oracle(json)
  return cjson.decode((json:gsub("%f[%d]9223372%d+", "7")))
end

describe("an answer that is given back", function()
  for _, type_name in ipairs(documents.response_types()) do
    it(("is the same JSON: %s"):format(type_name), function()
      for _, version in ipairs(VERSIONS) do
        local json = documents.make(type_name, "all", version)
        local back = core.encode(type_name, core.decode(type_name, json))
        documents.compare(by_oracle(json), by_oracle(back), type_name)
        documents.compare(core.decode("any", json), core.decode("any", back),
                          type_name)
      end
    end)

    it(("has its nulls as it had them, or not at all: %s"):format(type_name),
       function()
      local json, expected = documents.make(type_name, "nulls", 55)
      local value = core.decode(type_name, json)
      local back = core.encode(type_name, value)
      documents.compare(expected, core.decode(type_name, back), type_name)
    end)
  end
end)

describe("another spelling of a field", function()
  it("is read as the field, and not beside it", function()
    local n = 0
    for _, type_name in ipairs(core.types()) do
      for name, field in pairs(core.fields(type_name) or {}) do
        for _, alias in ipairs(field.aliases or {}) do
          local json, expected = documents.make(field.type, "all", 55)
          local value = core.decode(type_name,
            ('{"%s":%s}'):format(alias, json))
          documents.compare(expected, value[name], type_name .. "." .. alias)
          n = n + 1
        end
      end
    end
    assert.is_true(n >= 13)
  end)
end)
