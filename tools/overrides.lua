-- SPDX-License-Identifier: MIT
-- What people decided about the definitions, each with the reason. A row that
-- no longer applies is an error: see tools/generate/override.lua and mend.lua.

return {
  -- Definitions that no operation mentions and that are wanted all the same.
  keep = {"ErrorResponse"},

  -- Before a definition is understood: mistakes that would mislead.
  mends = {
    {rename = "Config", to = "ContainerConfig", versions = "25-29",
     reason = "the name went to the swarm's configs in 1.30"},
    {mend = "ContainerConfig/properties/Cmd", versions = "25-34",
     set = {type = "array"},
     reason = "says array or string; a string was never what one gets back"},
    {mend = "ContainerConfig/properties/Entrypoint", versions = "25-34",
     set = {type = "array"}, reason = "likewise"},
    {mend = "ContainersDiskUsage/properties/Items/items", versions = "52-55",
     set = {["$ref"] = "#/definitions/ContainerSummary",
            ["x-go-type"] = false},
     reason = "names the type of the engine's own sources only"},
    {mend = "ImagesDiskUsage/properties/Items/items", versions = "52-55",
     set = {["$ref"] = "#/definitions/ImageSummary", ["x-go-type"] = false},
     reason = "likewise"},
    {mend = "VolumesDiskUsage/properties/Items/items", versions = "52-55",
     set = {["$ref"] = "#/definitions/Volume", ["x-go-type"] = false},
     reason = "likewise"},
    {mend = "ClusterVolumeSpec/properties", versions = "42-55",
     set = {
       AccessibilityRequirements = {type = "object", properties = {
         Requisite = {type = "array",
                      items = {["$ref"] = "#/definitions/Topology"}},
         Preferred = {type = "array",
                      items = {["$ref"] = "#/definitions/Topology"}},
       }},
       Availability = {type = "string", enum = {"active", "pause", "drain"}},
       CapacityRange = {type = "object", properties = {
         RequiredBytes = {type = "integer", format = "int64"},
         LimitBytes = {type = "integer", format = "int64"},
       }},
       Secrets = {type = "array", items = {type = "object", properties = {
         Key = {type = "string"}, Secret = {type = "string"},
       }}},
     },
     reason = "written one level too deep, as parts of AccessMode"},
    {mend = "ClusterVolumeSpec/properties/AccessMode/properties",
     versions = "42-55",
     set = {
       AccessibilityRequirements = false, Availability = false,
       CapacityRange = false, Secrets = false,
       BlockVolume = {type = "object"},
       MountVolume = {type = "object", properties = {
         FsType = {type = "string"},
         MountFlags = {type = "array", items = {type = "string"}},
       }},
     },
     reason = "likewise; what is in MountVolume, and BlockVolume, has " ..
       "become a part of a description"},
    {mend = "BuildCacheDiskUsage/properties/Items/items", versions = "52-55",
     set = {["$ref"] = "#/definitions/BuildCache", ["x-go-type"] = false},
     reason = "likewise"},
    {mend = "NetworkInspect/properties/Services/additionalProperties",
     versions = "52-55",
     set = {["$ref"] = "#/definitions/ServiceInfo", ["x-go-type"] = false},
     reason = "likewise"},
    {mend = "operation GetPluginPrivileges/parameters/name",
     versions = "25-26", set = {name = "remote"},
     reason = "engines have always read remote"},
    {rename = "Port", to = "PortSummary", versions = "25-51",
     reason = "its name since 1.52"},
    {rename = "IdResponse", to = "IDResponse", versions = "25-47",
     reason = "its name since 1.48"},
    {rename = "Image", to = "ImageInspect", versions = "25-38",
     reason = "its name since 1.39"},
    {rename = "ContainerSummary", to = "ContainerSummaries",
     versions = "25-39",
     reason = "was the list then, and is an element since 1.40"},
    {mend = "Secret/properties/Spec", versions = "25-29",
     set = {["$ref"] = "#/definitions/SecretSpec"},
     reason = "refers to the spec of a service"},
    {mend = "Node/properties/Description/properties/TLSInfo",
     versions = "30-31", set = {["$ref"] = "#/definitions/TLSInfo"},
     reason = "refers to the spec of a swarm"},
    {mend = "operation SystemDataUsage/responses/200/schema/properties/" ..
       "Containers", versions = "25-39",
     set = {["$ref"] = "#/definitions/ContainerSummaries", type = false,
            items = false},
     reason = "says a list of the list"},
  },

  -- What engines serve and no definition mentions, as definitions would
  -- write it.
  operations = {
    {add = "CheckpointCreate", method = "POST",
     path = "/containers/{id}/checkpoints", first = 25,
     parameters = {
       {name = "id", ["in"] = "path", type = "string", required = true},
       {name = "checkpoint", ["in"] = "body", required = true, schema = {
          type = "object", required = {"CheckpointID"},
          properties = {
            CheckpointID = {type = "string"},
            CheckpointDir = {type = "string"},
            Exit = {type = "boolean"},
          },
        }},
     },
     responses = {[201] = {}},
     reason = "dockerd has it when it is experimental, from 1.13 on"},
    {add = "CheckpointList", method = "GET",
     path = "/containers/{id}/checkpoints", first = 25,
     parameters = {
       {name = "id", ["in"] = "path", type = "string", required = true},
       {name = "dir", ["in"] = "query", type = "string"},
     },
     responses = {
       [200] = {schema = {type = "array", items = {
         type = "object", title = "Checkpoint",
         properties = {Name = {type = "string"}},
       }}},
     },
     reason = "likewise"},
    {add = "CheckpointDelete", method = "DELETE",
     path = "/containers/{id}/checkpoints/{checkpoint}", first = 25,
     parameters = {
       {name = "id", ["in"] = "path", type = "string", required = true},
       {name = "checkpoint", ["in"] = "path", type = "string",
        required = true},
       {name = "dir", ["in"] = "query", type = "string"},
     },
     responses = {[204] = {}},
     reason = "likewise"},
    {add = "BuildCancel", method = "POST", path = "/build/cancel", first = 39,
     parameters = {
       {name = "id", ["in"] = "query", type = "string", required = true},
     },
     responses = {[200] = {}},
     reason = "dockerd has it since it has BuildKit: ends a build by the " ..
       "build_id that it was begun with"},
  },

  -- Fields: {"Type.Field …", …}.
  fields = {
    -- Other spellings of one field.
    {"TaskSpec.ContainerSpec.Healthcheck", add = true,
     type = {["$ref"] = "#/definitions/HealthConfig"},
     reason = "engines write it so"},
    {"TaskSpec.ContainerSpec.HealthCheck", alias_of = "Healthcheck",
     reason = "the definitions spell it so; engines read both"},
    {"HostConfig.NanoCPUs ContainerUpdateRequest.NanoCPUs",
     alias_of = "NanoCpus",
     reason = "the definition of 1.27 alone spells it so"},
    {"ResourceObject.NanoCpus", alias_of = "NanoCPUs",
     reason = "the definition of 1.27 alone spells it so"},
    {"IDResponse.ID", alias_of = "Id",
     reason = "swarm's answers were spelt so; engines send both"},
    {"OCIDescriptor.MediaType", alias_of = "mediaType",
     reason = "spelt so before it became an OCI descriptor"},
    {"OCIDescriptor.Digest", alias_of = "digest", reason = "likewise"},
    {"OCIDescriptor.Size", alias_of = "size", reason = "likewise"},
    {"OCIDescriptor.URLs", alias_of = "urls", reason = "likewise"},
    {"OCIPlatform.Architecture", alias_of = "architecture",
     reason = "spelt so before it became an OCI platform"},
    {"OCIPlatform.OS", alias_of = "os", reason = "likewise"},
    {"OCIPlatform.OSVersion", alias_of = "os.version", reason = "likewise"},
    {"OCIPlatform.OSFeatures", alias_of = "os.features",
     reason = "likewise"},
    {"OCIPlatform.Variant", alias_of = "variant", reason = "likewise"},

    -- Names.
    {"ContainerWaitResponse.StatusCode", name = "exit_code",
     reason = "it is the exit code of the container"},

    -- Nanoseconds.
    {"HealthConfig.Interval HealthConfig.Timeout HealthConfig.StartPeriod " ..
     "HealthConfig.StartInterval", format = "duration",
     reason = "nanoseconds"},
    {"TaskSpec.RestartPolicy.Delay TaskSpec.RestartPolicy.Window " ..
     "ServiceSpec.UpdateConfig.Delay ServiceSpec.UpdateConfig.Monitor " ..
     "ServiceSpec.RollbackConfig.Delay ServiceSpec.RollbackConfig.Monitor",
     format = "duration", reason = "nanoseconds"},
    {"TaskSpec.ContainerSpec.StopGracePeriod", format = "duration",
     reason = "nanoseconds"},
    {"SwarmSpec.Dispatcher.HeartbeatPeriod SwarmSpec.CAConfig.NodeCertExpiry",
     format = "duration", reason = "nanoseconds"},

    -- Bytes.
    {"HostConfig.Memory HostConfig.MemoryReservation HostConfig.MemorySwap " ..
     "HostConfig.KernelMemory HostConfig.KernelMemoryTCP " ..
     "HostConfig.IOMaximumBandwidth HostConfig.ShmSize", format = "size",
     reason = "bytes"},
    {"ContainerUpdateRequest.Memory " ..
     "ContainerUpdateRequest.MemoryReservation " ..
     "ContainerUpdateRequest.MemorySwap " ..
     "ContainerUpdateRequest.KernelMemory " ..
     "ContainerUpdateRequest.KernelMemoryTCP " ..
     "ContainerUpdateRequest.IOMaximumBandwidth", format = "size",
     reason = "bytes"},
    {"*.MemoryBytes Mount.TmpfsOptions.SizeBytes " ..
     "ClusterVolumeSpec.CapacityRange.*Bytes", format = "size",
     reason = "bytes"},

    -- Commands.
    {"ContainerConfig.Cmd ContainerConfig.Entrypoint " ..
     "ContainerCreateRequest.Cmd ContainerCreateRequest.Entrypoint " ..
     "ExecConfig.Cmd TaskSpec.ContainerSpec.Command " ..
     "TaskSpec.ContainerSpec.Args", format = "command",
     reason = "words of a command; Shell and a health check's Test, whose " ..
       "first element is a keyword, stay lists"},

    -- Environments.
    {"ContainerConfig.Env ContainerCreateRequest.Env ExecConfig.Env " ..
     "TaskSpec.ContainerSpec.Env", format = "environment",
     reason = "NAME=value"},

    -- Maps of texts that people write as a list of key=value, too.
    {"ContainerConfig.Labels ContainerCreateRequest.Labels " ..
     "TaskSpec.ContainerSpec.Labels ServiceSpec.Labels SecretSpec.Labels " ..
     "ConfigSpec.Labels NodeSpec.Labels SwarmSpec.Labels " ..
     "NetworkCreateRequest.Labels VolumeCreateRequest.Labels " ..
     "Mount.VolumeOptions.Labels", format = "labels",
     reason = "labels are written as --label key=value"},
    {"HostConfig.Sysctls HostConfig.StorageOpt HostConfig.Annotations " ..
     "HostConfig.LogConfig.Config TaskSpec.ContainerSpec.Sysctls " ..
     "NetworkCreateRequest.Options VolumeCreateRequest.DriverOpts " ..
     "EndpointSettings.DriverOpts IPAM.Options", format = "labels",
     reason = "written as --sysctl, --opt, --log-opt key=value"},

    -- Sets.
    {"ContainerConfig.ExposedPorts ContainerConfig.Volumes " ..
     "ContainerCreateRequest.ExposedPorts ContainerCreateRequest.Volumes",
     format = "set", reason = "only the keys count"},

    -- First versions: engines took these before a definition said so, or
    -- ignore them although one says so.
    {"HostConfig.KernelMemory ContainerUpdateRequest.KernelMemory " ..
     "HostConfig.Init NetworkCreateRequest.Attachable " ..
     "EndpointPortConfig.PublishMode TaskSpec.ContainerSpec.Groups " ..
     "TaskSpec.ContainerSpec.HealthCheck TaskSpec.ContainerSpec.Hostname " ..
     "TaskSpec.ContainerSpec.Hosts TaskSpec.ContainerSpec.OpenStdin " ..
     "TaskSpec.ContainerSpec.Secrets*", first = 25,
     reason = "dockerd 1.13 takes them"},
    {"PortBinding.HostIp PortBinding.HostPort IPAMConfig.*", first = 25,
     reason = "were there, but described as something else"},
    {"Mount.Consistency", first = 28, reason = "in the notes on 1.28"},
    {"TaskSpec.ContainerSpec.Privileges " ..
     "TaskSpec.ContainerSpec.Privileges.CredentialSpec " ..
     "TaskSpec.ContainerSpec.Privileges.CredentialSpec.File " ..
     "TaskSpec.ContainerSpec.Privileges.CredentialSpec.Registry " ..
     "TaskSpec.ContainerSpec.Privileges.SELinuxContext*", first = 29,
     reason = "in the notes on 1.29"},
    {"NetworkCreateRequest.ConfigFrom NetworkCreateRequest.ConfigOnly " ..
     "NetworkCreateRequest.Scope ConfigReference.Network", first = 30,
     reason = "dockerd 17.06 takes them"},
    {"TaskSpec.ContainerSpec.Init", first = 37,
     reason = "dockerd 18.03 takes it"},
    {"ContainerUpdateRequest.NanoCpus", first = 28,
     reason = "in the notes on 1.28"},
    {"ContainerUpdateRequest.PidsLimit", first = 40,
     reason = "in the notes on 1.40; dockerd ignores it before"},
    {"NetworkCreateRequest.EnableIPv4", first = 48,
     reason = "dockerd ignores it before"},

    -- Credentials.
    {"AuthConfig.identitytoken", add = true, name = "identity_token",
     type = {type = "string"},
     reason = "in the text on authentication, and in no definition"},
    {"AuthConfig.registrytoken", add = true, name = "registry_token",
     type = {type = "string"},
     reason = "engines hand it to the registry as it is"},

    -- What streams hold although no definition says so.
    {"BuildInfo.aux", type = {},
     reason = "an object, or, with BuildKit, text"},
    {"CreateImageInfo.aux PushImageInfo.aux", type = {}, add = true,
     reason = "the result of a push, among others"},
  },

  -- Parameters: {"Operation(parameter) …", …}.
  parameters = {
    {"*(filters)", format = "filters", reason = "JSON in text"},
    {"*(X-Registry-Auth)", name = "auth",
     base64_json = {["$ref"] = "#/definitions/AuthConfig"},
     reason = "an AuthConfig as base64 of its JSON"},
    {"PluginPush(X-Registry-Auth) DistributionInspect(X-Registry-Auth) " ..
     "ImageSearch(X-Registry-Auth) GetPluginPrivileges(X-Registry-Auth)",
     add = "header", name = "auth",
     base64_json = {["$ref"] = "#/definitions/AuthConfig"},
     reason = "engines read it there, too"},
    {"ImageBuild(X-Registry-Config)", name = "registry_config",
     base64_json = {
       type = "object",
       additionalProperties = {["$ref"] = "#/definitions/AuthConfig"},
     },
     reason = "AuthConfigs by registry, as base64 of their JSON"},

    -- Names.
    {"ContainerStop(t) ContainerRestart(t)", name = "timeout",
     reason = "one letter says nothing"},
    {"ContainerDelete(v)", name = "volumes", reason = "likewise"},
    {"ContainerResize(h) ExecResize(h)", name = "rows",
     reason = "likewise"},
    {"ContainerResize(w) ExecResize(w)", name = "columns",
     reason = "likewise"},
    {"ImageDelete(noprune)", name = "no_prune",
     reason = "two words run together"},
    {"ImageBuild(q)", name = "quiet", reason = "one letter says nothing"},
    {"ImageBuild(nocache)", name = "no_cache",
     reason = "two words run together"},
    {"ImageBuild(forcerm)", name = "force_rm", reason = "likewise"},
    {"ImageBuild(networkmode)", name = "network_mode", reason = "likewise"},
    {"ImageBuild(cpushares)", name = "cpu_shares",
     reason = "as the field of HostConfig"},
    {"ImageBuild(cpusetcpus)", name = "cpuset_cpus", reason = "likewise"},
    {"ImageBuild(cpuperiod)", name = "cpu_period", reason = "likewise"},
    {"ImageBuild(cpuquota)", name = "cpu_quota", reason = "likewise"},

    -- Bytes.
    {"ImageBuild(memory)", format = "size", reason = "bytes"},
    {"ImageBuild(memswap)", name = "memory_swap", format = "size",
     reason = "bytes; as the field of HostConfig"},
    {"ImageBuild(shmsize)", name = "shm_size", format = "size",
     reason = "likewise"},
    {"BuildPrune(keep-storage) BuildPrune(*-space)", format = "size",
     reason = "bytes"},

    -- Lists that are repeated whatever the definitions say.
    {"ImageBuild(t)", name = "tag", repeated = true,
     type = {type = "array", items = {type = "string"}},
     reason = "engines read all of them"},
    {"ImageBuild(extrahosts)", name = "extra_hosts", repeated = true,
     type = {type = "array", items = {type = "string"}},
     reason = "engines read all of them"},
    {"ImageGetAll(names)", repeated = true,
     reason = "engines read all of them and split none"},
    {"ImageCreate(changes)", repeated = true, reason = "likewise"},
    {"ImageCommit(changes)", repeated = true,
     type = {type = "array", items = {type = "string"}},
     reason = "likewise"},
    {"ImageDelete(platforms)", repeated = true,
     json = {["$ref"] = "#/definitions/OCIPlatform"},
     reason = "each is the JSON of a platform"},

    {"ImageCreate(inputImage)", type = {type = "string", format = "binary"},
     reason = "a tar, not the JSON of a text"},

    -- JSON in text.
    {"ImageGet(platform) ImageGetAll(platform) ImageLoad(platform) " ..
     "ImageAttestations(platform) ImageInspect(platform) " ..
     "ImageHistory(platform) ImagePush(platform)",
     json = {["$ref"] = "#/definitions/OCIPlatform"},
     reason = "the JSON of a platform"},
    {"ImageBuild(buildargs)", name = "build_args", json = {
       type = "object", additionalProperties = {type = "string"},
     }, reason = "JSON of a map of texts"},
    {"ImageBuild(labels)", json = {
       type = "object", additionalProperties = {type = "string"},
     }, reason = "JSON of a map of texts"},
    {"ImageBuild(cachefrom)", name = "cache_from", json = {
       type = "array", items = {type = "string"},
     }, reason = "JSON of a list of images"},
    {"ImageBuild(outputs)", json = {
       type = "array", items = {
         type = "object", properties = {
           Type = {type = "string"},
           Attrs = {type = "object",
                    additionalProperties = {type = "string"}},
         },
       },
     }, reason = "JSON of a list of exporters"},

    {"PluginSet(body)", format = "environment",
     reason = "settings are NAME=value"},
    {"ExecStart(execStartConfig)", required = true,
     reason = "without a body dockerd answers 400; an empty object will do"},

    -- First versions, as with the fields.
    {"ContainerDelete(link) ImageCreate(message) ImageCreate(changes)",
     first = 25, reason = "dockerd 1.13 reads them"},
    {"ImageBuild(target)", first = 29, reason = "dockerd 17.05 reads it"},
    {"PutContainerArchive(copyUIDGID)", first = 30,
     reason = "in the notes on 1.30"},
    {"ImageBuild(platform)", first = 32, reason = "dockerd ignores it before"},

    -- Points in time.
    {"ContainerLogs(since) ContainerLogs(until) ServiceLogs(since) " ..
     "TaskLogs(since) SystemEvents(since) SystemEvents(until)",
     format = "time",
     reason = "seconds, with a fraction or without"},

    -- What engines have always read and no definition names.
    {"ImageBuild(ulimits)", add = "query", json = {
       type = "array", items = {
         type = "object", properties = {
           Name = {type = "string"}, Soft = {type = "integer"},
           Hard = {type = "integer"},
         },
       },
     }, reason = "JSON of a list of limits, as HostConfig has them"},
    {"ImageBuild(cgroupparent)", add = "query", name = "cgroup_parent",
     type = {type = "string"}, reason = "as the field of HostConfig"},
    {"ImageBuild(isolation)", add = "query", type = {type = "string"},
     reason = "as the field of HostConfig"},
    {"ImageBuild(securityopt)", add = "query", name = "security_opt",
     repeated = true, type = {type = "array", items = {type = "string"}},
     reason = "as the field of HostConfig; engines read all of them"},
    {"ImageBuild(cpusetmems)", add = "query", name = "cpuset_mems",
     type = {type = "string"}, reason = "as the field of HostConfig"},
    {"ImageBuild(session)", add = "query", first = 31,
     type = {type = "string"},
     reason = "the session that BuildKit asks for files, secrets and logins"},
    {"ImageBuild(buildid)", add = "query", name = "build_id", first = 39,
     type = {type = "string"},
     reason = "by which BuildCancel knows the build"},
    {"ContainerStart(checkpoint)", add = "query", type = {type = "string"},
     reason = "dockerd reads it when it is experimental"},
    {"ContainerStart(checkpoint-dir)", add = "query",
     type = {type = "string"}, reason = "likewise"},
    {"Session(X-Docker-Expose-Session-Uuid)", add = "header", name = "id",
     type = {type = "string"},
     reason = "the name by which a build asks for the session"},
    {"Session(X-Docker-Expose-Session-Name)", add = "header", name = "name",
     type = {type = "string"}, reason = "engines read it there, too"},
    {"Session(X-Docker-Expose-Session-Sharedkey)", add = "header",
     name = "shared_key", type = {type = "string"},
     reason = "engines read it there, too"},
    {"Session(X-Docker-Expose-Session-Grpc-Method)", add = "header",
     name = "methods", repeated = true,
     type = {type = "array", items = {type = "string"}},
     reason = "one header for each: what is not named is not asked for"},
    {"CheckpointList(dir) CheckpointDelete(dir)", name = "checkpoint_dir",
     reason = "as the field of CheckpointCreate"},
  },

  -- Answers: {"Operation:status …", …}.
  responses = {
    {"ContainerLogs:101 ServiceLogs:101 TaskLogs:101", drop = true,
     reason = "logs were never an upgrade; listed up to 1.39"},
    {"ContainerAttachWebsocket:101 ContainerAttachWebsocket:200",
     answer = "websocket",
     reason = "the connection goes both ways, in messages"},
    {"Session:101", answer = "session",
     reason = "what goes over the connection is no output"},
    {"ExecStart:101", add = true, answer = "upgrade",
     reason = "the answer to a request that carries Upgrade"},
    {"ContainerArchive:200 ContainerArchiveInfo:200",
     header = "X-Docker-Container-Path-Stat",
     type = {title = "PathStat", type = "object", properties = {
       name = {type = "string"}, size = {type = "integer"},
       mode = {type = "integer"}, mtime = {type = "string"},
       linkTarget = {type = "string"},
     }}, reason = "the definitions say no more than that it is JSON"},
    {"ContainerStats:200 SystemEvents:200", answer = "documents",
     reason = "one document after another"},
    {"ImageBuild:200", answer = "documents",
     type = {["$ref"] = "#/definitions/BuildInfo"},
     reason = "progress, one document after another"},
    {"ImageLoad:200", answer = "documents",
     type = {["$ref"] = "#/definitions/BuildInfo"},
     reason = "progress, with the text in stream, as that of a build"},
    {"ImageCreate:200", answer = "documents",
     type = {["$ref"] = "#/definitions/CreateImageInfo"},
     reason = "progress, one document after another"},
    {"ImagePush:200", answer = "documents",
     type = {["$ref"] = "#/definitions/PushImageInfo"},
     reason = "progress, one document after another"},
    {"PluginPush:200", answer = "documents",
     type = {["$ref"] = "#/definitions/PushImageInfo"},
     reason = "progress, one document after another"},
    {"PluginPull:204 PluginUpgrade:204", drop = true,
     reason = "engines answer 200 with their progress"},
    {"PluginPull:200 PluginUpgrade:200", add = true, answer = "documents",
     type = {["$ref"] = "#/definitions/CreateImageInfo"},
     reason = "engines answer 200 with their progress"},
  },
}
