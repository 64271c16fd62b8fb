-- SPDX-License-Identifier: MIT
-- Why some operations were not answered by some engines in the tests. Engines
-- are named as in docs/coverage.md, without a version where all are meant.
return {
  {
    engines = { "podman" },
    operations = {
      "ConfigCreate", "ConfigDelete", "ConfigInspect", "ConfigList",
      "ConfigUpdate", "NodeDelete", "NodeInspect", "NodeList", "NodeUpdate",
      "ServiceCreate", "ServiceDelete", "ServiceInspect", "ServiceList",
      "ServiceLogs", "ServiceUpdate", "SwarmInit", "SwarmInspect", "SwarmJoin",
      "SwarmLeave", "SwarmUnlock", "SwarmUnlockkey", "SwarmUpdate",
      "TaskInspect", "TaskList", "TaskLogs",
    },
    reason = "Podman has no swarms: it answers 404 or 503.",
  },
  {
    engines = { "podman" },
    operations = {
      "GetPluginPrivileges", "PluginCreate", "PluginDelete", "PluginDisable",
      "PluginEnable", "PluginInspect", "PluginList", "PluginPull",
      "PluginPush", "PluginSet", "PluginUpgrade",
    },
    reason = "Podman has no plugins of this kind: it answers 404.",
  },
  {
    engines = { "podman" },
    operations = {
      "BuildCancel", "BuildPrune", "ContainerAttachWebsocket",
      "DistributionInspect", "Session",
    },
    reason = "Podman's API does not have it: it answers 404.",
  },
  {
    engines = { "podman" },
    operations = { "SecretUpdate", "VolumeUpdate" },
    reason = "Podman does not change what it has made: it answers 501 or 405.",
  },
  {
    engines = { "podman 4.3" },
    operations = { "ContainerUpdate" },
    reason = "Podman has it from version 5 on; 4.3 answers 404.",
  },
  {
    engines = { "podman" },
    operations = { "CheckpointCreate", "CheckpointDelete", "CheckpointList" },
    reason = "Podman makes checkpoints by an API of its own.",
  },
  {
    engines = { "dockerd" },
    operations = { "CheckpointCreate" },
    reason = "It needs CRIU: that of Debian 12, 3.17, does not start on the "
      .. "newer kernel (6.18) of the tests, `criu check` says so.",
  },
  {
    engines = { "dockerd 26.1", "dockerd 28.5" },
    operations = { "CheckpointDelete", "CheckpointList" },
    reason = "dockerd has it only when it is started with `--experimental`; "
      .. "it was tested with 20.10.",
  },
}
