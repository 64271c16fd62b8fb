-- SPDX-License-Identifier: MIT
-- Typed values that print as tables.

local core = require "moonsail.core"
require "moonsail"

local function printed(type_name, json)
  return tostring(core.decode(type_name, json))
end

describe("processes", function()
  local TITLES = '{"Titles":["PID","CMD"],"Processes":'

  it("are a table as ps has it", function()
    assert.equal("PID       CMD\n1         sleep 60\n12        sh -c x",
      printed("ContainerTopResponse",
              TITLES .. '[["1","sleep 60"],["12","sh -c x"]]}'))
  end)

  it("are one, too, when each is one text", function()
    assert.equal("PID       CMD\n1         sleep",
      printed("ContainerTopResponse", TITLES .. '["1 sleep"]}'))
  end)

  it("are plain without titles", function()
    assert.equal("{}", printed("ContainerTopResponse", "{}"))
  end)
end)

describe("changes", function()
  it("are a line each", function()
    assert.equal("C /etc\nA /etc/new\nD /etc/?[31mold\n? x",
      printed("array of FilesystemChange", [=[[{"Path":"/etc","Kind":0},
        {"Path":"/etc/new","Kind":1},{"Path":"/etc/\u001b[31mold","Kind":2},
        {"Path":"x"}]]=]))
  end)
end)

describe("layers", function()
  it("are a table as docker history has it", function()
    local created = os.time() - 125
    assert.equal(
      "IMAGE          CREATED         CREATED BY   SIZE      COMMENT\n"
      .. "0123456789ab   2 minutes ago   CMD x        0B        buildkit\n"
      .. "<missing>      2 minutes ago   RUN y        1.98MB",
      printed("array of ImageHistoryResponseItem", ([=[[
        {"Id":"sha256:0123456789abcdef","Created":%d,"CreatedBy":"CMD x",
         "Size":0,"Comment":"buildkit"},
        {"Id":"<missing>","Created":%d,"CreatedBy":"RUN\ty",
         "Size":1984172,"Comment":""}]]=]):format(created, created)))
  end)
end)

describe("what was found", function()
  it("is a table as docker search has it", function()
    assert.equal("NAME      DESCRIPTION                                     "
      .. "STARS     OFFICIAL\n"
      .. "busybox   Small                                           "
      .. "3000      [OK]\n"
      .. "a/b       " .. ("x"):rep(44) .. "…   0",
      printed("array of ImageSearchResponseItem", ([=[[
        {"name":"busybox","description":"Small","star_count":3000,
         "is_official":true},
        {"name":"a/b","description":"%s","star_count":0,
         "is_official":false}]]=]):format(("x"):rep(60))))
  end)
end)

describe("what is used on disk", function()
  local HEAD = "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n"

  it("is a table as docker system df has it", function()
    assert.equal(HEAD
      .. "Images          2         1         3MB       2MB (66%)\n"
      .. "Containers      2         1         12B       2B (16%)\n"
      .. "Local Volumes   2         1         1.5kB     500B (33%)\n"
      .. "Build Cache     2         1         70B       30B",
      printed("SystemDataUsageResponse", [[{"LayersSize":3000000,"Images":[
        {"Size":1500000,"SharedSize":500000,"Containers":1},
        {"Size":2000000,"SharedSize":0,"Containers":0}],"Containers":[
        {"SizeRw":10,"State":"running"},{"SizeRw":2,"State":"exited"}],
        "Volumes":[{"Name":"a","UsageData":{"Size":1000,"RefCount":1}},
        {"Name":"b","UsageData":{"Size":500,"RefCount":0}}],"BuildCache":[
        {"Size":40,"InUse":true},{"Size":30,"InUse":false}]}]]))
  end)

  it("is what the engine has counted, where it did", function()
    assert.equal(HEAD
      .. "Images          7         3         9MB       1MB (11%)\n"
      .. "Containers      0         0         0B        0B\n"
      .. "Local Volumes   0         0         0B        0B\n"
      .. "Build Cache     0         0         0B        0B",
      printed("SystemDataUsageResponse", [[{"ImageUsage":{"TotalCount":7,
        "ActiveCount":3,"TotalSize":9000000,"Reclaimable":1000000}}]]))
  end)
end)

describe("tables of values", function()
  local WRONG = { "null", "true", "-1", '"text"', "[]", "{}", "[null]",
                  "[[]]", '{"a":null}', '["a",{"b":1},2]' }

  it("never raise, whatever the engine has sent", function()
    for _, name in ipairs{ "ContainerTopResponse", "SystemDataUsageResponse",
                           "FilesystemChange", "ImageHistoryResponseItem",
                           "ImageSearchResponseItem" } do
      for _, value in ipairs(WRONG) do
        local parts = {}
        for _, field in pairs(core.fields(name)) do
          parts[#parts + 1] = ("%q:%s"):format(field.wire, value)
        end
        local json = "{" .. table.concat(parts, ",") .. "}"
        local array = "array of " .. name
        if core.type(array) then
          assert.is_string(printed(array, "[" .. json .. "," .. value .. "]"))
        else
          assert.is_string(printed(name, json))
        end
      end
    end
  end)
end)
