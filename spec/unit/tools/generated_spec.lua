-- SPDX-License-Identifier: MIT
-- The generated rows against what is known of the API from elsewhere.

local rows = dofile "spec/unit/tools/rows.lua"

local operations, types = rows.operations, rows.types

local function option(id, name)
  local found = operations[id] and operations[id].options[name]
  assert.truthy(found, ("%s has no option %s"):format(id, name))
  return found
end

local function field(path)
  local type_name, name = path:match "^(.+)%.([^.]+)$"
  local made = types[type_name]
  assert.truthy(made and made.fields[name], "no field " .. path)
  return made.fields[name]
end

-- How many operations of the definitions the predicate is true for.
local function count_declared(holds)
  local count = 0
  for _, operation in ipairs(operations) do
    if operation.declared and holds(operation) then
      count = count + 1
    end
  end
  return count
end

describe("operations", function()
  it("are 108, by method as counted", function()
    for method, expected in pairs {POST = 51, GET = 44, DELETE = 9, HEAD = 2,
                                   PUT = 2} do
      assert.equal(expected, count_declared(function(operation)
        return operation.method == method
      end), method)
    end
  end)

  it("beyond those of the definitions are 4", function()
    local beyond = {}
    for _, operation in ipairs(operations) do
      if not operation.declared then
        beyond[#beyond + 1] = operation.id .. " " .. operation.since
      end
    end
    assert.same({"BuildCancel 39", "CheckpointCreate 25",
                 "CheckpointDelete 25", "CheckpointList 25"}, beyond)
  end)

  it("are as many in each version as counted", function()
    local counts = {
      [25] = 94, [26] = 96, [28] = 96, [29] = 97, [30] = 103, [31] = 105,
      [39] = 105, [40] = 106, [41] = 106, [42] = 107, [54] = 107, [55] = 108,
    }
    for version, expected in pairs(counts) do
      assert.equal(expected, count_declared(function(operation)
        return operation.since <= version and version <= operation.until_
      end), "1." .. version)
    end
  end)

  it("came when they came", function()
    for since, ids in pairs {
      [25] = "ContainerArchive ContainerArchiveInfo PutContainerArchive " ..
        "ContainerList ImageBuild",
      [26] = "PluginUpgrade SecretUpdate",
      [29] = "TaskLogs",
      [30] = "ConfigList ConfigCreate ConfigInspect ConfigDelete " ..
        "ConfigUpdate DistributionInspect",
      [31] = "BuildPrune Session",
      [40] = "SystemPingHead",
      [42] = "VolumeUpdate",
      [55] = "ImageAttestations",
    } do
      for id in ids:gmatch "%S+" do
        assert.equal(since, operations[id].since, id)
      end
    end
  end)

  it("have the paths of old", function()
    assert.same({"HEAD", "/containers/{id}/archive"}, {
      operations.ContainerArchiveInfo.method,
      operations.ContainerArchiveInfo.path,
    })
    assert.is_nil(operations.ContainerGetArchive)
  end)
end)

describe("options", function()
  local came = {
    {25, "ContainerDelete link", "ImageCreate changes",
     "ImageCreate message", "NetworkCreate attachable"},
    {28, "ImageBuild extra_hosts", "ServiceUpdate rollback",
     "PluginList filters", "PluginDisable force", "NetworkInspect verbose"},
    {29, "ServiceInspect insert_defaults", "ImageBuild target"},
    {30, "ContainerWait condition", "PutContainerArchive copy_uid_gid",
     "NetworkCreate config_only", "NetworkCreate config_from",
     "NetworkCreate scope"},
    {31, "NetworkInspect scope", "ImageBuild session"},
    {32, "ImageCreate platform", "ImageBuild platform"},
    {35, "ContainerLogs until", "ContainerExec working_dir"},
    {37, "ConfigCreate templating", "SecretCreate templating"},
    {38, "ImageBuild version"},
    {39, "BuildPrune filters", "BuildPrune all",
     "SwarmInit default_addr_pool", "SwarmInit subnet_size",
     "ImageBuild build_id"},
    {40, "ImageBuild outputs", "ContainerUpdate pids_limit"},
    {41, "ContainerCreate platform", "ContainerStats one_shot",
     "ServiceList status"},
    {42, "ContainerStop signal", "ContainerRestart signal",
     "ContainerAttachWebsocket stdin", "ContainerAttachWebsocket stdout",
     "ContainerAttachWebsocket stderr", "ContainerExec console_size",
     "SystemDataUsage type", "ImageList shared_size",
     "VolumeCreate cluster_volume_spec"},
    {46, "ImagePush platform"},
    {47, "ImageList manifests"},
    {48, "NetworkCreate enable_ipv4", "ImageHistory platform",
     "ImageGet platform", "ImageLoad platform", "ImageInspect manifests",
     "BuildPrune reserved_space",
     "BuildPrune max_used_space", "BuildPrune min_free_space"},
    {49, "ImageInspect platform"},
    {50, "ImageDelete platforms"},
    {52, "SystemDataUsage verbose"},
    {54, "ImageList identity"},
  }

  for _, row in ipairs(came) do
    for i = 2, #row do
      it(("%s came in 1.%d"):format(row[i], row[1]), function()
        local found = option(row[i]:match "^(%S+) (%S+)$")
        assert.equal(row[1], found.since)
      end)
    end
  end

  it("went when they went", function()
    for place, until_ in pairs {
      ["BuildPrune keep_storage"] = 51,
      ["NetworkCreate check_duplicate"] = 45,
      ["ContainerCreate mac_address"] = 51,
      ["SystemAuth email"] = 51,
    } do
      local found = option(place:match "^(%S+) (%S+)$")
      assert.equal(until_, found.until_, place)
    end
  end)

  it("that are mandatory are so", function()
    for place, required in pairs {
      ["ContainerArchive path"] = true, ["ImageSearch term"] = true,
      ["ContainerRename name"] = true, ["NodeUpdate version"] = true,
      ["ImagePush auth"] = true, ["NetworkCreate name"] = true,
      ["ContainerList all"] = false, ["ContainerCreate image"] = false,
      ["GetPluginPrivileges remote"] = true,
    } do
      local found = option(place:match "^(%S+) (%S+)$")
      assert.equal(required, found.flags.required or false, place)
    end
  end)

  it("have readable names", function()
    for place, wire in pairs {
      ["ContainerStop timeout"] = "t", ["ContainerRestart timeout"] = "t",
      ["ContainerDelete volumes"] = "v", ["ImageBuild tag"] = "t",
      ["ImageBuild build_args"] = "buildargs",
      ["ImageBuild cache_from"] = "cachefrom",
      ["ImageBuild no_cache"] = "nocache", ["ImageBuild rm"] = "rm",
      ["ImageBuild force_rm"] = "forcerm",
      ["ImageBuild network_mode"] = "networkmode",
      ["ImageBuild shm_size"] = "shmsize", ["ImageBuild quiet"] = "q",
      ["ImageBuild registry_config"] = "X-Registry-Config",
      ["ImageCreate auth"] = "X-Registry-Auth",
      ["ImageCreate from_image"] = "fromImage",
      ["ImageDelete no_prune"] = "noprune",
      ["ContainerTop ps_args"] = "ps_args",
      ["ImageList shared_size"] = "shared-size",
      ["ExecResize rows"] = "h", ["ExecResize columns"] = "w",
      ["PutContainerArchive no_overwrite_dir_non_dir"] =
        "noOverwriteDirNonDir",
    } do
      assert.equal(wire, option(place:match "^(%S+) (%S+)$").wire, place)
    end
  end)

  it("stand for what they stand for", function()
    for place, format in pairs {
      ["ContainerList filters"] = "filters",
      ["SystemEvents filters"] = "filters",
      ["VolumeList filters"] = "filters",
      ["ContainerLogs since"] = "time", ["ContainerLogs until"] = "time",
      ["ServiceLogs since"] = "time", ["SystemEvents until"] = "time",
      ["ImageBuild build_args"] = "json", ["ImageBuild labels"] = "json",
      ["ImageBuild cache_from"] = "json", ["ImageBuild outputs"] = "json",
      ["ImageBuild memory"] = "size", ["ImageBuild shm_size"] = "size",
      ["BuildPrune max_used_space"] = "size",
      ["ImageInspect platform"] = "json", ["ImageCreate platform"] = "plain",
      ["ImageBuild registry_config"] = "base64_json",
      ["PluginPull auth"] = "base64_json",
      ["ServiceCreate auth"] = "base64_json",
      ["ContainerCreate cmd"] = "command",
      ["ContainerCreate entrypoint"] = "command",
      ["ContainerCreate shell"] = "plain",
      ["ContainerExec cmd"] = "command",
      ["ContainerCreate env"] = "environment",
      ["ContainerExec env"] = "environment",
      ["ContainerCreate labels"] = "labels",
      ["ContainerCreate exposed_ports"] = "set",
      ["ContainerCreate volumes"] = "set",
      ["ContainerUpdate memory"] = "size",
      ["NetworkCreate options"] = "labels",
      ["VolumeCreate driver_opts"] = "labels",
    } do
      local found = option(place:match "^(%S+) (%S+)$")
      local made = found.type
      assert.equal(format, made.format, place)
    end
  end)

  it("all called filters are filters", function()
    for _, operation in ipairs(operations) do
      local filters = operation.options.filters
      assert.is_true(not filters or filters.type.format == "filters",
                     operation.id)
    end
  end)

  it("that are lists in the query are repeated", function()
    for place in ([[ImageBuild.tag ImageBuild.extra_hosts ImageGetAll.names
        ImageCreate.changes ImageDelete.platforms SystemDataUsage.type
        ImageLoad.platform]]):gmatch "%S+" do
      local found = option(place:match "^(%w+)%.([%w_]+)$")
      assert.is_true(found.flags.repeated, place)
      assert.equal("array", found.type.kind)
    end
  end)

  it("that may come are left room for", function()
    for name in ("ulimits cgroup_parent isolation security_opt cpuset_mems")
        :gmatch "%S+" do
      assert.equal("query", option("ImageBuild", name).place)
    end
  end)
end)

describe("fields", function()
  it("came and went when they did", function()
    for path, versions in pairs {
      ["HealthConfig.start_interval"] = {44, 55},
      ["HealthConfig.start_period"] = {29, 55},
      ["EndpointSettings.dns_names"] = {44, 55},
      ["EndpointSettings.gw_priority"] = {48, 55},
      ["HostConfig.annotations"] = {43, 55},
      ["HostConfig.device_requests"] = {40, 55},
      ["HostConfig.kernel_memory"] = {25, 41},
      ["PortBinding.host_port"] = {25, 55},
      ["IPAMConfig.subnet"] = {25, 55},
      ["ImageInspect.virtual_size"] = {25, 43},
      ["HostConfig.nano_cpus"] = {25, 55},
      ["ExecConfig.working_dir"] = {35, 55},
      ["BuildInfo.error"] = {25, 51},
      ["BuildInfo.error_detail"] = {25, 55},
      ["NetworkSettings.bridge"] = {25, 51},
    } do
      local found = field(path)
      assert.same(versions, {found.since, found.until_}, path)
    end
  end)

  it("have names that people can guess", function()
    for path, wire in pairs {
      ["ContainerState.oom_killed"] = "OOMKilled",
      ["EndpointSettings.ip_prefix_len"] = "IPPrefixLen",
      ["HostConfig.container_id_file"] = "ContainerIDFile",
      ["SystemInfo.cdi_spec_dirs"] = "CDISpecDirs",
      ["HostConfig.blkio_device_read_iops"] = "BlkioDeviceReadIOps",
      ["SystemInfo.ncpu"] = "NCPU", ["HostConfig.uts_mode"] = "UTSMode",
      ["MountPoint.rw"] = "RW", ["SystemInfo.os_type"] = "OSType",
      ["SystemInfo.id"] = "ID", ["ContainerSummary.id"] = "Id",
      ["ContainerWaitResponse.exit_code"] = "StatusCode",
      ["EventMessage.time_nano"] = "timeNano",
      ["OCIPlatform.os_version"] = "os.version",
    } do
      assert.equal(wire, field(path).wire, path)
    end
  end)

  it("have formats", function()
    for path, format in pairs {
      ["HealthConfig.interval"] = "duration",
      ["HealthConfig.start_interval"] = "duration",
      ["HealthConfig.test"] = "plain", ["HealthConfig.retries"] = "plain",
      ["TaskSpec.RestartPolicy.delay"] = "duration",
      ["ServiceSpec.UpdateConfig.monitor"] = "duration",
      ["ServiceSpec.RollbackConfig.delay"] = "duration",
      ["TaskSpec.ContainerSpec.stop_grace_period"] = "duration",
      ["SwarmSpec.Dispatcher.heartbeat_period"] = "duration",
      ["SwarmSpec.CAConfig.node_cert_expiry"] = "duration",
      ["HostConfig.memory"] = "size", ["HostConfig.memory_swap"] = "size",
      ["HostConfig.memory_reservation"] = "size",
      ["HostConfig.shm_size"] = "size",
      ["HostConfig.memory_swappiness"] = "plain",
      ["HostConfig.nano_cpus"] = "plain",
      ["Limit.memory_bytes"] = "size",
      ["ResourceObject.memory_bytes"] = "size",
      ["Mount.TmpfsOptions.size_bytes"] = "size",
      ["TaskSpec.ContainerSpec.command"] = "command",
      ["TaskSpec.ContainerSpec.env"] = "environment",
      ["ServiceSpec.labels"] = "labels", ["HostConfig.sysctls"] = "labels",
    } do
      assert.equal(format, field(path).type.format, path)
    end
  end)

  it("may have a spelling of old", function()
    for type_name, pair in pairs {
      HostConfig = {"NanoCPUs", "nano_cpus"}, IDResponse = {"ID", "id"},
      OCIDescriptor = {"MediaType", "media_type"},
    } do
      local alias = types[type_name].by_wire[pair[1]]
      assert.is_true(alias.flags.alias)
      assert.equal(pair[2], alias.name)
      assert.is_nil(types[type_name].fields[pair[2]].flags.alias)
    end
  end)

  it("in streams of progress are there", function()
    for name in ("BuildInfo CreateImageInfo PushImageInfo"):gmatch "%S+" do
      for wire in ("error errorDetail progress progressDetail aux status")
          :gmatch "%S+" do
        assert.truthy(types[name].by_wire[wire], name .. "." .. wire)
      end
      assert.equal("any", types[name].by_wire.aux.type.kind)
    end
  end)
end)

describe("answers", function()
  local function answers(id)
    local list = {}
    for status, response in pairs(operations[id].responses) do
      list[status] = response.answer
    end
    return list
  end

  it("are what engines send", function()
    for kind, ids in pairs {
      output = "ContainerLogs ServiceLogs TaskLogs",
      documents = "ContainerStats SystemEvents ImageBuild ImageCreate " ..
        "ImagePush ImageLoad PluginPull PluginPush PluginUpgrade",
      archive = "ContainerArchive ContainerExport ImageGet ImageGetAll",
      plain_text = "SystemPing",
      nothing = "SystemPingHead ContainerArchiveInfo ContainerResize " ..
        "ExecResize PutContainerArchive NetworkConnect NetworkDisconnect " ..
        "VolumeUpdate PluginEnable PluginDisable NodeDelete NodeUpdate " ..
        "SwarmJoin SwarmLeave SwarmUpdate SwarmUnlock ServiceDelete " ..
        "SecretUpdate ConfigUpdate",
      document = "ContainerList ContainerWait SwarmInit SwarmInspect " ..
        "ImageDelete ContainerTop PluginDelete",
    } do
      for id in ids:gmatch "%S+" do
        assert.same({[200] = kind}, answers(id), id)
      end
    end
  end)

  it("take the connection over", function()
    for id, statuses in pairs {
      ContainerAttach = {upgrade = {101, 200}},
      ExecStart = {upgrade = {101, 200}},
      ContainerAttachWebsocket = {websocket = {101, 200}},
      Session = {session = {101}},
    } do
      local expected = {}
      for kind, list in pairs(statuses) do
        for _, status in ipairs(list) do expected[status] = kind end
      end
      assert.same(expected, answers(id), id)
    end
  end)

  it("without a body have 204, and 304 where nothing changed", function()
    for id in ([[ContainerRestart ContainerKill ContainerRename ContainerPause
        ContainerUnpause ContainerDelete VolumeDelete NetworkDelete
        SecretDelete ConfigDelete PluginCreate PluginSet]]):gmatch "%S+" do
      assert.same({[204] = "nothing"}, answers(id), id)
    end
    for _, id in ipairs {"ContainerStart", "ContainerStop"} do
      assert.same({[204] = "nothing", [304] = "nothing"}, answers(id))
    end
    assert.same({[200] = "document", [204] = "nothing"},
                answers "SystemAuth")
    assert.same({[201] = "nothing"}, answers "ImageTag")
  end)

  it("have types", function()
    for id, name in pairs {
      ContainerList = "array of ContainerSummary",
      ContainerInspect = "ContainerInspectResponse", SwarmInit = "string",
      ImageBuild = "BuildInfo", ImageCreate = "CreateImageInfo",
      ImagePush = "PushImageInfo", SystemEvents = "EventMessage",
      ContainerStats = "ContainerStatsResponse", SystemInfo = "SystemInfo",
      ImageDelete = "array of ImageDeleteResponseItem",
    } do
      assert.equal(name, operations[id].responses[200].type.name, id)
    end
    assert.equal("IDResponse", operations.ContainerExec.responses[201]
                 .type.name)
  end)
end)

describe("bodies", function()
  it("that are no JSON are bytes", function()
    for id in ([[ImageBuild ImageLoad ImageCreate PutContainerArchive
        PluginCreate]]):gmatch "%S+" do
      assert.equal("bytes", operations[id].body.type.kind, id)
    end
  end)

  it("have types", function()
    for id, name in pairs {
      ContainerCreate = "ContainerCreateRequest",
      ServiceCreate = "ServiceSpec",
      ServiceUpdate = "ServiceSpec", PluginPull = "array of PluginPrivilege",
      PluginSet = "array of string (environment)",
      ExecStart = "ExecStartConfig",
      VolumeCreate = "VolumeCreateRequest", ImageCommit = "ContainerConfig",
    } do
      assert.equal(name, operations[id].body.type.name, id)
    end
  end)
end)

describe("types", function()
  it("hold what is nested", function()
    local port_map = field("HostConfig.port_bindings").type
    assert.equal("map of array of PortBinding", port_map.name)
    assert.equal("HostConfig.LogConfig",
                 field("HostConfig.log_config").type.name)
    assert.equal("array of array of string",
                 field("ContainerTopResponse.processes").type.name)
    assert.equal("map of EndpointSettings",
                 field("NetworkSettings.networks").type.name)
  end)

  it("know the values of texts", function()
    local status = types["ContainerState.Status"].values
    assert.same({since = 25, until_ = 55}, status.running)
    assert.truthy(types["HostConfig.LogConfig.Type"].values["json-file"])
    assert.equal(42, types.MountType.values.cluster.since)
    assert.truthy(types["ContainerWait(condition)"].values["next-exit"])
  end)
end)

describe("methods", function()
  it("are bound to operations", function()
    local stop = rows.methods["container:stop"]
    assert.same({"id", "timeout", "changed", "ContainerStop"},
                {stop.target, stop.positional, stop.result,
                 stop.operation.id})
    local list = rows.methods["containers:list"]
    assert.same({"", "list", "container"}, {list.target, list.result,
                                            list.result_class})
    assert.is_true(rows.methods["container:wait"].unlimited)
    assert.is_false(rows.methods["container:stop"].unlimited)
    assert.equal("state.status state", rows.attributes["container:status"])
  end)
end)
