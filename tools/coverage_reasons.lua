-- SPDX-License-Identifier: MIT
-- Why some operations were not answered by some engines in the tests. Engines
-- are named as in docs/coverage.md, without a version where all are meant.
return {
  {
    engines = { "dockerd", "podman" },
    operations = { "Session", "ContainerAttachWebsocket" },
    reason = "moonsail does not offer it yet.",
  },
}
