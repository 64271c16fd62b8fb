-- SPDX-License-Identifier: MIT
-- Lists as tables, made of attributes as engines send them, and as they don't.

local core = require "moonsail.core"
local listing = require "moonsail.listing"
local moonsail = require "moonsail"
local text = require "moonsail.text"

local docker = moonsail.client("unix:///nowhere/docker.sock") -- never asked

-- The list that an engine's JSON makes; of what comes alone, one of one.
local function list_of(class, type_name, json)
  local array = "array of " .. type_name
  local attrs = core.type(array) and core.decode(array, json)
                or { core.decode(type_name, json:sub(2, -2)) }
  return core.new_list(class, docker, attrs)
end

local function rendered(class, type_name, json, room)
  return listing.table(list_of(class, type_name, json), class, room or 300)
end

-- The cells of the lines below the header: what two blanks part.
local function rows_of(table_text)
  local rows = {}
  for line in table_text:gmatch("\n([^\n]*)") do
    local row = {}
    for cell in (line .. "  "):gmatch("(.-)%s%s+") do row[#row + 1] = cell end
    rows[#rows + 1] = row
  end
  return rows
end

local ID = ("0123456789abcdef"):rep(4)

local function container_rows(json)
  return rows_of(rendered("container", "ContainerSummary", json))
end

local function container_json(fields)
  return ('[{"Id":"%s","Image":"busybox","Command":"top","Created":%d,'
    .. '"Status":"Up 2 hours","Names":["/web"]%s}]'):format(ID,
    os.time() - 7205, fields or "")
end

describe("a list of containers", function()
  it("is a table as docker ps has it", function()
    assert.equal("CONTAINER ID   IMAGE     COMMAND   CREATED       "
      .. "STATUS       PORTS     NAMES\n"
      .. '0123456789ab   busybox   "top"     2 hours ago   Up 2 hours   '
      .. "80/tcp    web", rendered("container", "ContainerSummary",
      container_json(',"Ports":[{"PrivatePort":80,"Type":"tcp"}]')))
  end)

  it("has a header when it is empty", function()
    assert.equal("CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    "
      .. "PORTS     NAMES", rendered("container", "ContainerSummary", "[]"))
  end)

  it("is what print shows", function()
    local list = list_of("container", "ContainerSummary", "[]")
    assert.equal("CONTAINER ID", tostring(list):match("^%u+ %u+"))
  end)

  local ports = {
    { '[{"PrivatePort":80,"Type":"tcp"},{"PrivatePort":81,"Type":"tcp"}]',
      "80-81/tcp" },
    { '[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"}]',
      "0.0.0.0:8080->80/tcp" },
    { '[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":80,"Type":"tcp"},'
      .. '{"IP":"::","PrivatePort":80,"PublicPort":80,"Type":"tcp"}]',
      "0.0.0.0:80->80/tcp, [::]:80->80/tcp" },
    { '[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":80,"Type":"tcp"},'
      .. '{"IP":"0.0.0.0","PrivatePort":81,"PublicPort":81,"Type":"tcp"},'
      .. '{"PrivatePort":53,"Type":"udp"}]',
      "53/udp, 0.0.0.0:80-81->80-81/tcp" },
    { '[{"IP":"","PrivatePort":80,"PublicPort":8080,"Type":"tcp"}]',
      "0.0.0.0:8080->80/tcp" },
    { '[{"IP":"10.0.0.1","PrivatePort":90,"PublicPort":1,"Type":"tcp"},'
      .. '{"PrivatePort":99,"Type":"tcp"}]',
      "99/tcp, 10.0.0.1:1->90/tcp" },
  }
  for _, row in ipairs(ports) do
    it("shows the ports " .. row[2], function()
      local json = container_json(',"Ports":' .. row[1])
      assert.equal(row[2], container_rows(json)[1][6])
    end)
  end

  it("shows names of its own, without slashes", function()
    local json = container_json():gsub('%["/web"%]',
                                       '["/other/web","/web","/www"]')
    assert.equal("web,www", container_rows(json)[1][6])
  end)

  it("shortens commands, and quotes them", function()
    local json = container_json():gsub('"top"',
      [["sh -c 'echo \"hello\" and more'"]])
    assert.equal([["sh -c 'echo \"hello\"…"]], container_rows(json)[1][3])
  end)

  local images = {
    { "docker.io/library/busybox:1", "busybox:1" },
    { "docker.io/team/app", "team/app" },
    { "localhost/app:1", "localhost/app:1" },
    { "busybox:1@sha256:" .. ID, "busybox:1" },
    { "sha256:" .. ID, "0123456789ab" },
    { "", "<no image>" },
  }
  for _, row in ipairs(images) do
    it(("shows the image %q as %s"):format(row[1], row[2]), function()
      local json = container_json():gsub('"busybox"', '"' .. row[1] .. '"')
      assert.equal(row[2], container_rows(json)[1][2])
    end)
  end

  it("has sizes where they were asked for", function()
    local table_text = rendered("container", "ContainerSummary",
      container_json(',"SizeRw":12,"SizeRootFs":4260000'))
    assert.matches("NAMES%s+SIZE\n", table_text)
    assert.matches("12B %(virtual 4.26MB%)$", table_text)
    assert.falsy(rendered("container", "ContainerSummary", container_json())
      :find("SIZE", 1, true))
  end)

  -- What inspect gives, once one of the list was reloaded.
  local function inspected(state)
    return rows_of(rendered("container", "ContainerInspectResponse",
      ([=[[{"Id":"%s","Name":"/web","Created":"%s","Path":"sleep",
        "Args":["60"],"Image":"sha256:%s","Config":{"Image":"busybox"},
        "State":%s,"NetworkSettings":{"Ports":{"90/tcp":null,
        "80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"}]}}}]]=]):format(
        ID, os.date("!%Y-%m-%dT%H:%M:%S.5Z", os.time() - 330), ID, state)))[1]
  end

  local function ago(seconds)
    return os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - seconds)
  end

  it("shows those that were reloaded as well", function()
    assert.same({ "0123456789ab", "busybox", '"sleep 60"', "5 minutes ago",
                  "Up 3 minutes", "90/tcp, 0.0.0.0:8080->80/tcp", "web" },
      inspected(('{"Status":"running","StartedAt":%q}'):format(ago(190))))
  end)

  local states = {
    { '{"Status":"created"}', "Created" },
    { '{"Status":"exited","ExitCode":137,"FinishedAt":%q}',
      "Exited (137) 3 minutes ago" },
    { '{"Status":"restarting","ExitCode":1,"FinishedAt":%q}',
      "Restarting (1) 3 minutes ago" },
    { '{"Status":"paused","Paused":true,"StartedAt":%q}',
      "Up 3 minutes (Paused)" },
    { '{"Status":"running","StartedAt":%q,"Health":{"Status":"healthy"}}',
      "Up 3 minutes (healthy)" },
    { '{"Status":"running","StartedAt":%q,"Health":{"Status":"starting"}}',
      "Up 3 minutes (health: starting)" },
    { '{"Status":"running","StartedAt":%q,"Health":{"Status":"none"}}',
      "Up 3 minutes" },
    { '{"Status":"dead"}', "Dead" },
  }
  for _, row in ipairs(states) do
    it("shows the state " .. row[2], function()
      assert.equal(row[2], inspected((row[1]:gsub("%%q",
        '"' .. ago(190) .. '"')))[5])
    end)
  end

  it("fits into any width", function()
    local json = container_json(
      ',"Ports":[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,'
      .. '"Type":"tcp"},{"IP":"::","PrivatePort":80,"PublicPort":8080,'
      .. '"Type":"tcp"}],"Names":["/a-container-with-a-rather-long-name"]')
    for room = 20, 160, 7 do
      local table_text = rendered("container", "ContainerSummary", json, room)
      for line in table_text:gmatch("[^\n]+") do
        assert.is_true(text.width(line) <= room)
      end
    end
    local at_80 = rendered("container", "ContainerSummary", json, 80)
    assert.matches("0123456789ab  busybox", at_80)
    assert.matches("Up 2 hours", at_80)
  end)
end)

describe("a list of images", function()
  local function image_rows(fields)
    return rows_of(rendered("image", "ImageSummary",
      ('[{"Id":"sha256:%s","Created":%d,"Size":1984172,%s}]'):format(
        ID, os.time() - 3 * 86400, fields)))
  end

  it("is a table as docker images has it", function()
    assert.equal("REPOSITORY   TAG       IMAGE ID       CREATED      SIZE\n"
      .. "busybox      latest    0123456789ab   3 days ago   1.98MB",
      rendered("image", "ImageSummary",
        ('[{"Id":"sha256:%s","Created":%d,"Size":1984172,'
        .. '"RepoTags":["busybox:latest"]}]'):format(ID,
        os.time() - 3 * 86400)))
  end)

  it("has a line for each tag", function()
    local rows = image_rows
      '"RepoTags":["a:1","host:5000/b/c:2","docker.io/library/d:3"]'
    assert.same({ "a", "1" }, { rows[1][1], rows[1][2] })
    assert.same({ "host:5000/b/c", "2" }, { rows[2][1], rows[2][2] })
    assert.same({ "d", "3" }, { rows[3][1], rows[3][2] })
  end)

  it("knows one without a tag by its repository", function()
    assert.same({ "a/b", "<none>" }, { table.unpack(image_rows(
      '"RepoTags":[],"RepoDigests":["a/b@sha256:' .. ID .. '"]')[1], 1, 2) })
    assert.same({ "<none>", "<none>" },
      { table.unpack(image_rows('"RepoTags":null')[1], 1, 2) })
    assert.same({ "<none>", "<none>" },
      { table.unpack(image_rows('"RepoTags":["<none>:<none>"]')[1], 1, 2) })
  end)
end)

-- By class: the type, what an engine gives, and the table.
local OTHERS = {
  network = { "NetworkSummary",
    '{"Id":"' .. ID .. '","Name":"bridge","Driver":"bridge","Scope":"local"}',
    "NETWORK ID     NAME      DRIVER    SCOPE\n"
    .. "0123456789ab   bridge    bridge    local" },
  volume = { "Volume", '{"Name":"data","Driver":"local"}',
    "DRIVER    VOLUME NAME\nlocal     data" },
  node = { "Node", '{"ID":"n1n1","Description":{"Hostname":"vm","Engine":'
    .. '{"EngineVersion":"28.5.2"}},"Status":{"State":"ready"},"Spec":'
    .. '{"Availability":"active","Role":"manager"},"ManagerStatus":'
    .. '{"Leader":true,"Reachability":"reachable"}}',
    "ID        HOSTNAME   STATUS    AVAILABILITY   MANAGER STATUS   "
    .. "ENGINE VERSION\n"
    .. "n1n1      vm         Ready     Active         Leader           "
    .. "28.5.2" },
  service = { "Service", '{"ID":"' .. ID .. '","Spec":{"Name":"web","Mode":'
    .. '{"Replicated":{"Replicas":3}},"TaskTemplate":{"ContainerSpec":'
    .. '{"Image":"nginx:1@sha256:' .. ID .. '"}}},"Endpoint":{"Ports":[{'
    .. '"Protocol":"tcp","TargetPort":80,"PublishedPort":8080,'
    .. '"PublishMode":"ingress"}]},"ServiceStatus":{"RunningTasks":2,'
    .. '"DesiredTasks":3}}',
    "ID             NAME      MODE         REPLICAS   IMAGE     PORTS\n"
    .. "0123456789ab   web       replicated   2/3        nginx:1   "
    .. "*:8080->80/tcp" },
  task = { "Task", '{"ID":"' .. ID .. '","ServiceID":"abcdefabcdefab",'
    .. '"Slot":2,"NodeID":"fedcbafedcbafe","DesiredState":"running","Spec":'
    .. '{"ContainerSpec":{"Image":"nginx:1"}},"Status":{"State":"failed",'
    .. '"Err":"no room","Timestamp":"TIME"}}',
    "ID             NAME             IMAGE     NODE           DESIRED STATE"
    .. "   CURRENT STATE          ERROR\n"
    .. "0123456789ab   abcdefabcdef.2   nginx:1   fedcbafedcba   Running      "
    .. "   Failed 2 minutes ago   \"no room\"" },
  secret = { "Secret", '{"ID":"s1s1","Spec":{"Name":"key"},'
    .. '"CreatedAt":"TIME","UpdatedAt":"TIME"}',
    "ID        NAME      DRIVER    CREATED         UPDATED\n"
    .. "s1s1      key                 2 minutes ago   2 minutes ago" },
  config = { "Config", '{"ID":"c1c1","Spec":{"Name":"motd"},'
    .. '"CreatedAt":"TIME","UpdatedAt":"TIME"}',
    "ID        NAME      CREATED         UPDATED\n"
    .. "c1c1      motd      2 minutes ago   2 minutes ago" },
  plugin = { "Plugin", '{"Id":"' .. ID .. '","Name":"a/b:latest",'
    .. '"Enabled":true,"Config":{"Description":"does things"}}',
    "ID             NAME         DESCRIPTION   ENABLED\n"
    .. "0123456789ab   a/b:latest   does things   true" },
}

describe("a list of things", function()
  for class, row in pairs(OTHERS) do
    it("is a table: " .. class, function()
      local json = row[2]:gsub("TIME",
        os.date("!%Y-%m-%dT%H:%M:%S.123456789Z", os.time() - 125))
      assert.equal(row[3], rendered(class, row[1], "[" .. json .. "]"))
    end)
  end

  it("says how a service is meant to run", function()
    local function mode(json)
      local row = rows_of(rendered("service", "Service",
        '[{"ID":"a","Spec":{"Name":"web","Mode":' .. json .. "}}]"))[1]
      return row[3] .. " " .. row[4]
    end
    assert.equal("global -/-", mode '{"Global":{}}')
    assert.equal("replicated -/3", mode '{"Replicated":{"Replicas":3}}')
    assert.equal("replicated job -/-",
                 mode '{"ReplicatedJob":{"MaxConcurrent":1}}')
    assert.equal("global job -/-", mode '{"GlobalJob":{}}')
  end)
end)

local TYPES = {
  container = { "ContainerSummary", "ContainerInspectResponse" },
  image = { "ImageSummary", "ImageInspect" },
  network = { "NetworkSummary", "NetworkInspect" },
  volume = { "Volume" }, node = { "Node" }, service = { "Service" },
  task = { "Task" }, secret = { "Secret" }, config = { "Config" },
  plugin = { "Plugin" }, exec = { "ExecInspectResponse" },
}

-- A JSON object of all fields of a type, each of them with that value.
local function object_with(type_name, value)
  local parts = {}
  for _, field in pairs(core.fields(type_name)) do
    parts[#parts + 1] = ("%q:%s"):format(field.wire, value)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

describe("printing a list", function()
  local WRONG = { "null", "true", "-1", "1.5", '"text"', '""', "[]", "{}",
                  "[null]", "[[]]", '{"a":null}', '["a",{"b":1},2]',
                  '"2026-01-01T00:00:00Z"', '{"80/tcp":5,"x":[1]}' }

  for class, types in pairs(TYPES) do
    for _, type_name in ipairs(types) do
      it(("never raises, whatever %s of a %s are"):format(type_name, class),
         function()
        for _, value in ipairs(WRONG) do
          local json = "[" .. object_with(type_name, value) .. "]"
          for _, room in ipairs{ 1, 30, 300 } do
            assert.is_string(rendered(class, type_name, json, room))
          end
        end
      end)
    end
  end

  it("takes what has got into a list", function()
    local list = list_of("container", "ContainerSummary", container_json())
    list[2], list[3], list[4] = "text", {}, docker
    local rows = rows_of(listing.table(list, "container", 300))
    assert.equal(4, #rows)
    assert.is_string(tostring(list))
  end)

  it("lets no control character of the engine through", function()
    for class, types in pairs(TYPES) do
      local json = "[" .. object_with(types[1], [["a\u001b[31m\u009b\nb"]])
                   .. "]"
      local table_text = rendered(class, types[1], json)
      assert.falsy(table_text:find("\27", 1, true))
      assert.falsy(table_text:find("\194\155", 1, true))
      local _, lines = table_text:gsub("\n", "")
      assert.equal(1, lines)
    end
  end)

  it("makes nothing of a list that was not there before", function()
    local list = list_of("container", "ContainerSummary", '[{"Id":"a"}]')
    tostring(list)
    assert.same({ id = "a" }, list[1]:attrs())
  end)

  it("is as wide as COLUMNS says, where no terminal does", function()
    local script = [[
      local core = require "moonsail.core"
      require "moonsail"
      local docker = core.client{host = "unix:///nowhere"}
      print(core.new_list("volume", docker,
            {{name = ("x"):rep(100), driver = "local"}}))]]
    local path = os.tmpname()
    local file <close> = assert(io.open(path, "w"))
    file:write(script)
    file:flush()
    local function width(columns)
      local pipe = io.popen(("COLUMNS=%s lua5.4 %s"):format(columns, path))
      local output = pipe:read("a")
      pipe:close()
      return text.width(output:match("\n([^\n]+)"))
    end
    assert.equal(40, width "40")
    assert.equal(110, width "")
    assert.equal(110, width "x")
    os.remove(path)
  end)
end)
