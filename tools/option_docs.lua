-- SPDX-License-Identifier: MIT
-- What options are, in our own words, for help, editors and the reference:
--
--   "Operation.option"   an option of one operation
--   "Type.field"         a field of what is given within an option; of the
--                        body of an operation, an option of it
--   "*.option"           an option that means the same wherever it is
--
-- Every parameter has one (the generator sees to it), and every one must be of
-- something that there is. Types, versions and defaults are not told here.

return {
  -- ── anywhere ─────────────────────────────────────────────────────────────

  ["*.auth"] = "credentials for the registry: username and password, or an " ..
    "identity token",
  ["*.checkpoint_dir"] = "the folder of checkpoints, if not the engine's own",
  ["*.columns"] = "its width in characters",
  ["*.detach_keys"] = "the keys that detach, as \"ctrl-p,ctrl-q\"",
  ["*.details"] = "with the attributes that the log driver was told to add",
  ["*.filters"] = "what to look for: {label = \"team=blue\"}, or a list " ..
    "where several will do",
  ["*.follow"] = "go on with what comes",
  ["*.force"] = "even if something stands against it",
  ["*.id"] = "its id, the beginning of it, or its name",
  ["*.name"] = "its name",
  ["*.one_shot"] = "one sample at once, with nothing to compare it with",
  ["*.path"] = "a path in the container",
  ["*.platform"] = "which one of several: {os = \"linux\", architecture = " ..
    "\"arm64\"}",
  ["*.rows"] = "its height in lines",
  ["*.signal"] = "a signal by name or number: \"SIGTERM\", \"9\"",
  ["*.since"] = "only what is newer: Unix seconds",
  ["*.stderr"] = "what goes to standard error",
  ["*.stdin"] = "standard input",
  ["*.stdout"] = "what goes to standard output",
  ["*.stream"] = "go on, rather than end with what there is",
  ["*.tail"] = "so many lines from the end, or \"all\"",
  ["*.timestamps"] = "with the time before each line",
  ["*.until"] = "only what is older: Unix seconds",
  ["*.version"] = "the number of the version that is changed, so that no " ..
    "change of another is lost",

  -- ── containers ───────────────────────────────────────────────────────────

  ["CheckpointCreate.checkpoint_id"] = "the name of the checkpoint",
  ["CheckpointCreate.exit"] = "end the container with it",
  ["CheckpointDelete.checkpoint"] = "the name of the checkpoint",
  ["ContainerArchiveInfo.path"] = "the path in the container to tell about",
  ["ContainerAttach.logs"] = "first what was written up to now",
  ["ContainerAttachWebsocket.logs"] = "first what was written up to now",
  ["ContainerCreate.name"] = "a name, which must be free; else the engine " ..
    "makes one up",
  ["ContainerCreate.platform"] = "of the image: \"linux/arm64\"",
  ["ContainerDelete.force"] = "kill it first if it runs",
  ["ContainerDelete.link"] = "remove the link of this name only",
  ["ContainerDelete.volumes"] = "its volumes without a name, too",
  ["ContainerInspect.size"] = "with its size on disk, which takes time",
  ["ContainerList.all"] = "those that do not run, too",
  ["ContainerList.filters"] = "which ones: {label = …, name = …, status = " ..
    "\"exited\", ancestor = an image, network = …, volume = …, health = …}",
  ["ContainerList.limit"] = "so many, those that were created last, " ..
    "whether they run or not",
  ["ContainerList.size"] = "with their sizes on disk, which takes time",
  ["ContainerLogs.since"] = "only what is newer: Unix seconds, RFC 3339, " ..
    "or how long ago as \"10m\"",
  ["ContainerLogs.until"] = "only what is older: Unix seconds, RFC 3339, " ..
    "or how long ago as \"10m\"",
  ["ContainerPrune.filters"] = "which ones: {label = …, until_ = \"24h\"}",
  ["ContainerRename.name"] = "the new name",
  ["ContainerRestart.signal"] = "the signal that asks it to end",
  ["ContainerRestart.timeout"] = "seconds until it is killed; -1 for never",
  ["ContainerStart.checkpoint"] = "go on from this checkpoint",
  ["ContainerStats.stream"] = "one sample after another",
  ["ContainerStop.signal"] = "the signal that asks it to end",
  ["ContainerStop.timeout"] = "seconds until it is killed; -1 for never",
  ["ContainerTop.ps_args"] = "arguments of ps",
  ["ContainerWait.condition"] = "what to wait for",
  ["PutContainerArchive.copy_uid_gid"] = "keep the owners that the archive " ..
    "has",
  ["PutContainerArchive.no_overwrite_dir_non_dir"] = "fail where a folder " ..
    "would replace a file, or a file a folder",
  ["PutContainerArchive.path"] = "the folder in the container to unpack into",

  -- Of a new container, and of one that is committed.
  ["*.args_escaped"] = "the command is escaped already (Windows)",
  ["*.attach_stderr"] = "standard error is wanted by who attaches",
  ["*.attach_stdin"] = "standard input is given by who attaches",
  ["*.attach_stdout"] = "standard output is wanted by who attaches",
  ["*.cmd"] = "the command: a list of words, or a text cut as a shell does",
  ["*.domainname"] = "the domain name that it has inside",
  ["*.entrypoint"] = "what the command is given to; {\"\"} for none",
  ["*.env"] = "variables: {NAME = \"value\"} or {\"NAME=value\"}",
  ["*.exposed_ports"] = "ports that it listens on: {\"80/tcp\"}",
  ["*.healthcheck"] = "how its health is told",
  ["*.hostname"] = "the host name that it has inside",
  ["*.image"] = "the image that it is made of",
  ["*.labels"] = "labels: {name = \"value\"} or {\"name=value\"}",
  ["*.mac_address"] = "the hardware address of its interface",
  ["*.network_disabled"] = "without any network",
  ["*.on_build"] = "instructions for builds that are based on it",
  ["*.open_stdin"] = "keep standard input open",
  ["*.shell"] = "the shell of instructions in shell form",
  ["*.stdin_once"] = "close standard input when the first who attached leaves",
  ["*.stop_signal"] = "the signal that asks it to end",
  ["*.stop_timeout"] = "seconds from that until it is killed",
  ["*.tty"] = "with a terminal",
  ["*.user"] = "the user that the command is run as: \"name\", \"1000:1000\"",
  ["*.working_dir"] = "the folder that the command is run in",
  ["ContainerCreate.host_config"] = "what the engine does for it; each of " ..
    "these may be given at the top level as well",
  ["ContainerCreate.networking_config"] = "the networks that it is in",
  ["ContainerCreate.volumes"] = "paths that get a volume without a name",
  ["ImageCommit.volumes"] = "paths that get a volume without a name",

  ["HostConfig.annotations"] = "notes for the runtime: {name = \"value\"}",
  ["HostConfig.auto_remove"] = "remove it when it has ended",
  ["HostConfig.binds"] = "what is mounted: {\"data:/data\", \"/srv:/srv:ro\"}",
  ["HostConfig.blkio_weight"] = "its share of reading and writing, 10 to 1000",
  ["HostConfig.cap_add"] = "capabilities that it gets: {\"NET_ADMIN\"}",
  ["HostConfig.cap_drop"] = "capabilities that it loses: {\"ALL\"}",
  ["HostConfig.cgroup_parent"] = "the cgroup that its own is made in",
  ["HostConfig.cgroupns_mode"] = "a cgroup namespace of its own, or the " ..
    "engine's",
  ["HostConfig.console_size"] = "rows and columns of its terminal at first",
  ["HostConfig.container_id_file"] = "a file that its id is written to",
  ["HostConfig.cpu_period"] = "microseconds of which cpu_quota is a part",
  ["HostConfig.cpu_quota"] = "microseconds of each period that it may compute",
  ["HostConfig.cpu_shares"] = "its share of processors among others; 1024 " ..
    "is the usual one",
  ["HostConfig.cpuset_cpus"] = "the processors that it may use: \"0-2,4\"",
  ["HostConfig.cpuset_mems"] = "the memory nodes that it may use",
  ["HostConfig.device_cgroup_rules"] = "devices that it may use: {\"c 13:* " ..
    "rwm\"}",
  ["HostConfig.device_requests"] = "devices that drivers give, such as GPUs",
  ["HostConfig.devices"] = "devices of the engine's machine that it gets",
  ["HostConfig.dns"] = "name servers",
  ["HostConfig.dns_options"] = "options of the resolver",
  ["HostConfig.dns_search"] = "domains that short names are looked for in",
  ["HostConfig.extra_hosts"] = "names and their addresses: {\"db:10.0.0.1\"}",
  ["HostConfig.group_add"] = "further groups of the user",
  ["HostConfig.init"] = "run a small init that forwards signals and reaps",
  ["HostConfig.ipc_mode"] = "whose memory it shares: \"private\", \"host\", …",
  ["HostConfig.isolation"] = "how it is kept apart (Windows)",
  ["HostConfig.kernel_memory_tcp"] = "the most memory of the kernel for TCP",
  ["HostConfig.links"] = "containers that it finds by name: {\"db:alias\"}",
  ["HostConfig.log_config"] = "where its output is kept",
  ["HostConfig.masked_paths"] = "paths of the kernel that it cannot see",
  ["HostConfig.memory"] = "the most memory, in bytes or as \"512m\"; 0 for " ..
    "no limit",
  ["HostConfig.memory_reservation"] = "the memory that it is left with " ..
    "when there is little",
  ["HostConfig.memory_swap"] = "the most memory and swap together; -1 for " ..
    "no limit",
  ["HostConfig.memory_swappiness"] = "how soon it is swapped out, 0 to 100",
  ["HostConfig.mounts"] = "what is mounted, at length",
  ["HostConfig.nano_cpus"] = "processors that it may use, in billionths",
  ["HostConfig.network_mode"] = "\"bridge\", \"host\", \"none\", " ..
    "\"container:NAME\", or the name of a network",
  ["HostConfig.oom_kill_disable"] = "do not kill it when memory is short",
  ["HostConfig.oom_score_adj"] = "how soon it is killed when memory is " ..
    "short, -1000 to 1000",
  ["HostConfig.pid_mode"] = "whose processes it sees: \"host\", …",
  ["HostConfig.pids_limit"] = "the most processes; -1 for no limit",
  ["HostConfig.port_bindings"] = "where its ports are published",
  ["HostConfig.privileged"] = "let it do all that the engine's machine can",
  ["HostConfig.publish_all_ports"] = "publish what the image exposes, at " ..
    "any free ports",
  ["HostConfig.readonly_paths"] = "paths of the kernel that it cannot change",
  ["HostConfig.readonly_rootfs"] = "let nothing of the image be changed",
  ["HostConfig.restart_policy"] = "whether it is started again when it ends",
  ["HostConfig.runtime"] = "the runtime that runs it",
  ["HostConfig.security_opt"] = "options of SELinux, AppArmor, seccomp",
  ["HostConfig.shm_size"] = "the size of /dev/shm",
  ["HostConfig.storage_opt"] = "options of the storage driver: {size = " ..
    "\"10G\"}",
  ["HostConfig.sysctls"] = "parameters of the kernel: {[\"net.ipv4." ..
    "ip_forward\"] = \"1\"}",
  ["HostConfig.tmpfs"] = "paths in memory, and their mount options",
  ["HostConfig.ulimits"] = "limits of its processes",
  ["HostConfig.userns_mode"] = "the user namespace: \"host\" for the engine's",
  ["HostConfig.uts_mode"] = "\"host\" for the engine's host name",
  ["HostConfig.volume_driver"] = "the driver of volumes that it creates",
  ["HostConfig.volumes_from"] = "containers whose volumes it gets, too",

  ["ContainerUpdateRequest.cpu_shares"] = "its share of processors among " ..
    "others",
  ["ContainerUpdateRequest.memory"] = "the most memory, in bytes or as " ..
    "\"512m\"",
  ["ContainerUpdateRequest.memory_reservation"] = "the memory that it is " ..
    "left with when there is little",
  ["ContainerUpdateRequest.memory_swap"] = "the most memory and swap " ..
    "together; -1 for no limit",
  ["ContainerUpdateRequest.nano_cpus"] = "processors that it may use, in " ..
    "billionths",
  ["ContainerUpdateRequest.cpu_period"] = "microseconds of which cpu_quota " ..
    "is a part",
  ["ContainerUpdateRequest.cpu_quota"] = "microseconds of each period that " ..
    "it may compute",
  ["ContainerUpdateRequest.cpuset_cpus"] = "the processors that it may " ..
    "use: \"0-2,4\"",
  ["ContainerUpdateRequest.cpuset_mems"] = "the memory nodes that it may use",
  ["ContainerUpdateRequest.blkio_weight"] = "its share of reading and " ..
    "writing, 10 to 1000",
  ["ContainerUpdateRequest.pids_limit"] = "the most processes; -1 for no " ..
    "limit",
  ["ContainerUpdateRequest.restart_policy"] = "whether it is started again " ..
    "when it ends",

  ["HealthConfig.test"] = "the command: {\"CMD\", …}, {\"CMD-SHELL\", " ..
    "text}, {\"NONE\"}",
  ["HealthConfig.interval"] = "between two checks: seconds or \"30s\"",
  ["HealthConfig.timeout"] = "for one check: seconds or \"5s\"",
  ["HealthConfig.retries"] = "failures in a row that mean unhealthy",
  ["HealthConfig.start_period"] = "at the start, in which failures do not " ..
    "count",
  ["HealthConfig.start_interval"] = "between two checks in the start period",

  ["PortBinding.host_ip"] = "the address on the engine's machine",
  ["PortBinding.host_port"] = "the port there; \"\" for any free one",

  ["Mount.target"] = "where it is in the container",
  ["Mount.source"] = "the volume, the path on the engine's machine, …",
  ["Mount.type"] = "what it is",
  ["Mount.read_only"] = "it cannot be changed there",

  ["EndpointSettings.aliases"] = "further names by which the others find it",
  ["EndpointSettings.driver_opts"] = "what the driver is told",
  ["EndpointSettings.gw_priority"] = "the network with the highest gives " ..
    "the default route",
  ["EndpointSettings.ipam_config"] = "the addresses that it gets",
  ["EndpointSettings.links"] = "containers that it finds by another name",
  ["EndpointSettings.mac_address"] = "the hardware address of its interface",

  -- ── exec ─────────────────────────────────────────────────────────────────

  ["ExecInspect.id"] = "the id of the exec",
  ["ExecResize.id"] = "the id of the exec",
  ["ExecStart.id"] = "the id of the exec",
  ["ExecConfig.attach_stderr"] = "standard error is wanted",
  ["ExecConfig.attach_stdin"] = "standard input will be given",
  ["ExecConfig.attach_stdout"] = "standard output is wanted",
  ["ExecConfig.console_size"] = "rows and columns of its terminal at first",
  ["ExecConfig.privileged"] = "let it do all that the engine's machine can",
  ["ExecStartConfig.console_size"] = "rows and columns of its terminal at " ..
    "first",
  ["ExecStartConfig.detach"] = "start it and do not wait for what it writes",
  ["ExecStartConfig.tty"] = "with a terminal, as it was created",

  -- ── the session of BuildKit ───────────────────────────────────────────────

  ["Session.id"] = "the id that a build names it by: `session` of build",
  ["Session.methods"] = "what this end serves: {\"/grpc.health.v1.Health/" ..
    "Check\"}; nothing else is asked of it",
  ["Session.name"] = "a name for people",
  ["Session.shared_key"] = "what tells two folders of the same name apart",

  -- ── images and builds ────────────────────────────────────────────────────

  ["BuildCancel.id"] = "the build_id that the build was begun with",
  ["BuildPrune.all"] = "all of it, not only what nothing refers to",
  ["BuildPrune.filters"] = "which: {until_ = \"24h\", id = …, type = …, " ..
    "shared = true, private = true, in_use = true}",
  ["BuildPrune.keep_storage"] = "keep so much of it, in bytes or as \"1g\"",
  ["BuildPrune.max_used_space"] = "the most that may stay, in bytes or as " ..
    "\"1g\"",
  ["BuildPrune.min_free_space"] = "remove until so much of the disk is free",
  ["BuildPrune.reserved_space"] = "always keep so much of it",
  ["DistributionInspect.name"] = "the name of an image, with the registry",
  ["ImageAttestations.platform"] = "of which platform: {os = …, " ..
    "architecture = …}",
  ["ImageAttestations.statement"] = "with what they state, not only what " ..
    "they are",
  ["ImageAttestations.type"] = "only those of these types",
  ["ImageBuild.build_args"] = "build arguments: {NAME = \"value\"}",
  ["ImageBuild.build_id"] = "a name for the build, to cancel it by",
  ["ImageBuild.cache_from"] = "images whose layers may be taken over",
  ["ImageBuild.cgroup_parent"] = "the cgroup that those of the steps are " ..
    "made in",
  ["ImageBuild.content_type"] = "what the body is",
  ["ImageBuild.cpu_period"] = "microseconds of which cpu_quota is a part",
  ["ImageBuild.cpu_quota"] = "microseconds of each period that a step may " ..
    "compute",
  ["ImageBuild.cpu_shares"] = "the share of processors that a step gets",
  ["ImageBuild.cpuset_cpus"] = "the processors that steps may use: \"0-2\"",
  ["ImageBuild.cpuset_mems"] = "the memory nodes that steps may use",
  ["ImageBuild.dockerfile"] = "the path of the Dockerfile in the context",
  ["ImageBuild.extra_hosts"] = "names and their addresses: {\"db:10.0.0.1\"}",
  ["ImageBuild.force_rm"] = "remove the containers of steps that fail, too",
  ["ImageBuild.isolation"] = "how the steps are kept apart (Windows)",
  ["ImageBuild.labels"] = "labels of the image: {name = \"value\"}",
  ["ImageBuild.memory"] = "the most memory of a step, in bytes or as \"1g\"",
  ["ImageBuild.memory_swap"] = "the most memory and swap together; -1 for " ..
    "no limit",
  ["ImageBuild.network_mode"] = "the network of the steps: \"bridge\", " ..
    "\"host\", \"none\", …",
  ["ImageBuild.no_cache"] = "do all steps anew",
  ["ImageBuild.outputs"] = "where the result goes, if not into an image",
  ["ImageBuild.platform"] = "of the result: \"linux/arm64\"",
  ["ImageBuild.pull"] = "fetch the base images even if they are there",
  ["ImageBuild.quiet"] = "tell nothing but the id",
  ["ImageBuild.registry_config"] = "credentials by registry: {[\"localhost:" ..
    "5000\"] = {username = …, password = …}}",
  ["ImageBuild.remote"] = "the URL of the context: a repository of git, or " ..
    "an archive",
  ["ImageBuild.rm"] = "remove the containers of the steps",
  ["ImageBuild.security_opt"] = "options of SELinux, AppArmor, seccomp",
  ["ImageBuild.session"] = "the id of a session with BuildKit",
  ["ImageBuild.shm_size"] = "the size of /dev/shm in the steps",
  ["ImageBuild.squash"] = "make one layer of all of them",
  ["ImageBuild.tag"] = "the names that the image gets",
  ["ImageBuild.target"] = "the stage to build up to",
  ["ImageBuild.ulimits"] = "limits of the steps' processes",
  ["ImageBuild.version"] = "who builds: \"1\" is the old builder, \"2\" " ..
    "BuildKit",
  ["ImageCommit.author"] = "who made it",
  ["ImageCommit.changes"] = "lines of a Dockerfile: {\"CMD sh\"}",
  ["ImageCommit.comment"] = "what was done",
  ["ImageCommit.container"] = "the container that it is made of",
  ["ImageCommit.pause"] = "stop its processes meanwhile",
  ["ImageCommit.repo"] = "the name of the image",
  ["ImageCommit.tag"] = "its tag",
  ["ImageCreate.changes"] = "lines of a Dockerfile: {\"CMD sh\"}",
  ["ImageCreate.from_image"] = "the name of the image to pull",
  ["ImageCreate.from_src"] = "the URL of an archive to import, \"-\" for " ..
    "the body",
  ["ImageCreate.message"] = "what the history says of it",
  ["ImageCreate.platform"] = "which one of several: \"linux/arm64\"",
  ["ImageCreate.repo"] = "the name that the import gets",
  ["ImageCreate.tag"] = "the tag or digest; all tags without one",
  ["ImageDelete.force"] = "even if stopped containers use it, or it has " ..
    "several names",
  ["ImageDelete.name"] = "a name, of which the tag is removed, or an id",
  ["ImageDelete.no_prune"] = "keep the layers that nothing uses any more",
  ["ImageDelete.platforms"] = "only those of these platforms",
  ["ImageGet.name"] = "the image, or a name of which all tags are meant",
  ["ImageGet.platform"] = "only that of this platform",
  ["ImageGetAll.names"] = "the images",
  ["ImageGetAll.platform"] = "only those of these platforms",
  ["ImageHistory.platform"] = "of which platform",
  ["ImageInspect.manifests"] = "with the manifests of all platforms",
  ["ImageInspect.platform"] = "of which platform",
  ["ImageList.all"] = "the layers between, too",
  ["ImageList.digests"] = "with their digests",
  ["ImageList.filters"] = "which ones: {reference = \"busybox:*\", label = " ..
    "…, dangling = true, before = …, since = …}",
  ["ImageList.identity"] = "with who they come from",
  ["ImageList.manifests"] = "with the manifests of all platforms",
  ["ImageList.shared_size"] = "with the size that they share, which takes " ..
    "time",
  ["ImageLoad.platform"] = "only those of these platforms",
  ["ImageLoad.quiet"] = "without progress",
  ["ImagePrune.filters"] = "which ones: {dangling = false, label = …, " ..
    "until_ = \"24h\"}",
  ["ImagePush.name"] = "the name of the image, with the registry",
  ["ImagePush.platform"] = "only that of this platform",
  ["ImagePush.tag"] = "the tag; all of them without one",
  ["ImageSearch.filters"] = "which ones: {[\"is-official\"] = true, stars " ..
    "= 10}",
  ["ImageSearch.limit"] = "so many at most, 1 to 100",
  ["ImageSearch.term"] = "what to look for, with the registry before it " ..
    "unless it is Docker Hub",
  ["ImageTag.repo"] = "the name, with the registry",
  ["ImageTag.tag"] = "the tag",

  -- ── networks and volumes ─────────────────────────────────────────────────

  ["NetworkConnectRequest.container"] = "the container, by id or name",
  ["NetworkConnectRequest.endpoint_config"] = "what it is in the network",
  ["NetworkDisconnectRequest.container"] = "the container, by id or name",
  ["NetworkDisconnectRequest.force"] = "even if it does not answer",
  ["NetworkCreateRequest.attachable"] = "of the swarm: containers may be " ..
    "connected by hand",
  ["NetworkCreateRequest.check_duplicate"] = "refuse a name that is taken",
  ["NetworkCreateRequest.config_from"] = "the network that this one is " ..
    "made like",
  ["NetworkCreateRequest.config_only"] = "only a description for others to " ..
    "be made like",
  ["NetworkCreateRequest.driver"] = "who makes it: \"bridge\", \"overlay\", …",
  ["NetworkCreateRequest.enable_ipv4"] = "give IPv4 addresses",
  ["NetworkCreateRequest.enable_ipv6"] = "give IPv6 addresses",
  ["NetworkCreateRequest.ingress"] = "the one that publishes the ports of " ..
    "the swarm",
  ["NetworkCreateRequest.internal"] = "without a way out",
  ["NetworkCreateRequest.ipam"] = "how addresses are given out",
  ["NetworkCreateRequest.name"] = "what it is called",
  ["NetworkCreateRequest.options"] = "what the driver is told",
  ["NetworkCreateRequest.scope"] = "\"local\", or \"swarm\" for all of it",
  ["NetworkInspect.scope"] = "only that of this scope: \"local\", \"swarm\"",
  ["NetworkInspect.verbose"] = "with the services and tasks in it",
  ["NetworkList.filters"] = "which ones: {driver = …, name = …, label = …, " ..
    "scope = …, type = \"custom\", dangling = true}",
  ["NetworkPrune.filters"] = "which ones: {label = …, until_ = \"24h\"}",
  ["IPAM.config"] = "its subnets",
  ["IPAM.driver"] = "who gives the addresses out",
  ["IPAM.options"] = "what that driver is told",
  ["IPAMConfig.auxiliary_addresses"] = "addresses that containers do not get",
  ["IPAMConfig.gateway"] = "the address of the engine in it",
  ["IPAMConfig.ip_range"] = "from where containers get theirs",
  ["IPAMConfig.subnet"] = "its addresses: \"10.7.0.0/24\"",

  ["VolumeCreateRequest.cluster_volume_spec"] = "what the swarm is to " ..
    "make, of a volume of its own",
  ["VolumeCreateRequest.driver"] = "who keeps it",
  ["VolumeCreateRequest.driver_opts"] = "what the driver is told",
  ["VolumeCreateRequest.name"] = "what it is called; else the engine makes " ..
    "a name up",
  ["VolumeDelete.force"] = "even if its driver does not answer",
  ["VolumeList.filters"] = "which ones: {dangling = true, driver = …, " ..
    "label = …, name = …}",
  ["VolumePrune.filters"] = "which ones: {label = …, all = true for those " ..
    "with names, too}",
  ["VolumeUpdate.spec"] = "what the swarm is to make of it",

  -- ── swarm ────────────────────────────────────────────────────────────────

  ["SwarmInitRequest.advertise_addr"] = "the address that the other nodes " ..
    "reach this one by",
  ["SwarmInitRequest.data_path_addr"] = "the address for what containers " ..
    "tell each other",
  ["SwarmInitRequest.data_path_port"] = "the port for that",
  ["SwarmInitRequest.default_addr_pool"] = "what the subnets of networks " ..
    "are cut from: {\"10.0.0.0/8\"}",
  ["SwarmInitRequest.force_new_cluster"] = "begin anew with what this " ..
    "manager knows",
  ["SwarmInitRequest.listen_addr"] = "the address that managers talk at: " ..
    "\"0.0.0.0:2377\"",
  ["SwarmInitRequest.spec"] = "how the swarm is set up",
  ["SwarmInitRequest.subnet_size"] = "the length of these subnets' prefixes",
  ["SwarmJoinRequest.advertise_addr"] = "the address that the other nodes " ..
    "reach this one by",
  ["SwarmJoinRequest.data_path_addr"] = "the address for what containers " ..
    "tell each other",
  ["SwarmJoinRequest.join_token"] = "the token of the swarm, for workers " ..
    "or for managers",
  ["SwarmJoinRequest.listen_addr"] = "the address that managers talk at: " ..
    "\"0.0.0.0:2377\"",
  ["SwarmJoinRequest.remote_addrs"] = "the addresses of managers",
  ["SwarmLeave.force"] = "even if it is a manager, and the last one",
  ["SwarmUnlockRequest.unlock_key"] = "the key that swarm:unlock_key() told",
  ["SwarmUpdate.rotate_manager_token"] = "make a new token for managers",
  ["SwarmUpdate.rotate_manager_unlock_key"] = "make a new key to unlock with",
  ["SwarmUpdate.rotate_worker_token"] = "make a new token for workers",
  ["SwarmSpec.ca_config"] = "how certificates are made",
  ["SwarmSpec.dispatcher"] = "how managers and nodes keep in touch",
  ["SwarmSpec.encryption_config"] = "whether managers are locked when they " ..
    "are started again",
  ["SwarmSpec.name"] = "the name of the swarm: \"default\"",
  ["SwarmSpec.orchestration"] = "what is kept of tasks that have ended",
  ["SwarmSpec.raft"] = "how managers agree",
  ["SwarmSpec.task_defaults"] = "what tasks have that say nothing else",
  ["NodeDelete.force"] = "even if it is up",
  ["NodeList.filters"] = "which ones: {id = …, name = …, label = …, role = " ..
    "…, membership = …}",
  ["NodeSpec.availability"] = "whether it is given tasks",
  ["NodeSpec.name"] = "a name of it",
  ["NodeSpec.role"] = "its role in the swarm",

  ["ConfigList.filters"] = "which ones: {id = …, name = …, label = …}",
  ["ConfigSpec.data"] = "what is in it",
  ["ConfigSpec.name"] = "what it is called",
  ["ConfigSpec.templating"] = "the driver that fills in its placeholders",
  ["SecretList.filters"] = "which ones: {id = …, name = …, label = …}",
  ["SecretSpec.data"] = "what is in it",
  ["SecretSpec.driver"] = "who keeps it, if not the swarm",
  ["SecretSpec.name"] = "what it is called",
  ["SecretSpec.templating"] = "the driver that fills in its placeholders",

  ["ServiceInspect.insert_defaults"] = "with what was not given and is so " ..
    "by default",
  ["ServiceList.filters"] = "which ones: {id = …, name = …, label = …, " ..
    "mode = \"replicated\"}",
  ["ServiceList.status"] = "with how many of the tasks run",
  ["ServiceUpdate.registry_auth_from"] = "where the credentials are taken " ..
    "from if none are given",
  ["ServiceUpdate.rollback"] = "\"previous\" goes back to what it was before",
  ["ServiceSpec.endpoint_spec"] = "how it is reached: mode and ports",
  ["ServiceSpec.mode"] = "how many tasks: {replicated = {replicas = 3}}, " ..
    "{global = {}}",
  ["ServiceSpec.name"] = "what it is called",
  ["ServiceSpec.networks"] = "the networks that it is in",
  ["ServiceSpec.rollback_config"] = "how a rollback goes on",
  ["ServiceSpec.task_template"] = "what each task is",
  ["ServiceSpec.update_config"] = "how an update goes on",
  ["TaskList.filters"] = "which ones: {service = …, node = …, name = …, " ..
    "label = …, [\"desired-state\"] = \"running\"}",
  ["TaskSpec.container_spec"] = "the container",
  ["TaskSpec.force_update"] = "a number: a change of it alone replaces all " ..
    "tasks",
  ["TaskSpec.networks"] = "the networks that it is in",
  ["TaskSpec.placement"] = "which nodes may have it",
  ["TaskSpec.resources"] = "what it needs, and what it may use",
  ["TaskSpec.restart_policy"] = "whether another one follows when it ends",

  -- ── plugins ──────────────────────────────────────────────────────────────

  ["GetPluginPrivileges.remote"] = "the name of the plugin in its registry",
  ["PluginDelete.force"] = "disable it first",
  ["PluginDisable.force"] = "even if it is in use",
  ["PluginEnable.timeout"] = "seconds that it may take to answer",
  ["PluginList.filters"] = "which ones: {capability = \"volumedriver\", " ..
    "enabled = true}",
  ["PluginPull.name"] = "the name that it gets here, if another",
  ["PluginPull.remote"] = "its name in its registry",
  ["PluginUpgrade.remote"] = "the name of the new version in its registry",

  -- ── the engine ───────────────────────────────────────────────────────────

  ["AuthConfig.email"] = "an address, which is not used any more",
  ["AuthConfig.identity_token"] = "in place of a password: what a login " ..
    "has been answered with",
  ["AuthConfig.password"] = "the password",
  ["AuthConfig.registry_token"] = "in place of both: a bearer token of the " ..
    "registry's",
  ["AuthConfig.serveraddress"] = "the registry; Docker Hub without one",
  ["AuthConfig.username"] = "the name of the user",
  ["SystemDataUsage.type"] = "only of these: \"container\", \"image\", " ..
    "\"volume\", \"build-cache\"",
  ["SystemDataUsage.verbose"] = "with each of them, not only the sums",
  ["SystemEvents.filters"] = "which ones: {type = \"container\", event = " ..
    "\"die\", container = …, image = …, label = …}",
  ["SystemEvents.since"] = "those from then on first: Unix seconds",
  ["SystemEvents.until"] = "end with those up to then: Unix seconds",
}
