-- SPDX-License-Identifier: MIT
-- The methods of classes that are one operation each, and the attributes that
-- objects answer from what they hold. Composite methods are written in Lua.
--
--   target        the option that the object itself fills
--   positional    the options given by place, in order
--   result        what comes of the answer: "value" (the default), "changed",
--                 "object", "list" or "stream"
--   result_class  of objects and lists
--   unlimited     the engine may take as long as it likes to answer

return {
  methods = {
    {class = "client", name = "df", operation = "SystemDataUsage",
     doc = "What images, containers, volumes and build caches take on disk."},
    {class = "client", name = "info", operation = "SystemInfo",
     doc = "What the engine is and what it runs on."},
    {class = "client", name = "version", operation = "SystemVersion",
     doc = "The versions of the engine and of its parts."},

    {class = "containers", name = "get", operation = "ContainerInspect",
     positional = "id", result = "object", result_class = "container",
     doc = "The container with this id or name."},
    {class = "containers", name = "list", operation = "ContainerList",
     result = "list", result_class = "container",
     doc = "The running containers; all of them with all = true."},
    {class = "containers", name = "prune", operation = "ContainerPrune",
     doc = "Removes the containers that do not run."},
    {class = "containers", name = "remove", operation = "ContainerDelete",
     positional = "id",
     doc = "Removes the container with this id or name."},

    {class = "container", name = "diff", operation = "ContainerChanges",
     target = "id",
     doc = "Which files differ from those of the image."},
    {class = "container", name = "kill", operation = "ContainerKill",
     target = "id", positional = "signal",
     doc = "Sends a signal: SIGKILL unless another is given."},
    {class = "container", name = "pause", operation = "ContainerPause",
     target = "id",
     doc = "Freezes all of its processes."},
    {class = "container", name = "remove", operation = "ContainerDelete",
     target = "id",
     doc = "Removes it; a running one with force = true."},
    {class = "container", name = "rename", operation = "ContainerRename",
     target = "id", positional = "name",
     doc = "Gives it another name."},
    {class = "container", name = "restart", operation = "ContainerRestart",
     target = "id", positional = "timeout",
     doc = "Stops it, waiting so many seconds before it is killed, " ..
       "and starts it again."},
    {class = "container", name = "start", operation = "ContainerStart",
     target = "id", result = "changed",
     doc = "Starts it; false if it was running already."},
    {class = "container", name = "stop", operation = "ContainerStop",
     target = "id", positional = "timeout", result = "changed",
     doc = "Stops it, waiting so many seconds before it is killed; " ..
       "false if it was not running."},
    {class = "container", name = "top", operation = "ContainerTop",
     target = "id", positional = "ps_args",
     doc = "Its processes, as ps lists them."},
    {class = "container", name = "unpause", operation = "ContainerUnpause",
     target = "id",
     doc = "Lets its processes go on after pause."},
    {class = "container", name = "update", operation = "ContainerUpdate",
     target = "id",
     doc = "Changes its limits and its restart policy."},
    {class = "container", name = "wait", operation = "ContainerWait",
     target = "id", positional = "condition", unlimited = true,
     doc = "Waits until it has stopped; the exit code is exit_code."},

    {class = "images", name = "get", operation = "ImageInspect",
     positional = "name", result = "object", result_class = "image",
     doc = "The image with this name or id."},
    {class = "images", name = "list", operation = "ImageList",
     result = "list", result_class = "image",
     doc = "The images that the engine has."},
    {class = "images", name = "prune", operation = "ImagePrune",
     doc = "Removes the images that nothing uses."},
    {class = "images", name = "remove", operation = "ImageDelete",
     positional = "name",
     doc = "Removes the image with this name or id."},

    {class = "image", name = "history", operation = "ImageHistory",
     target = "name",
     doc = "The layers that it was made of."},
    {class = "image", name = "remove", operation = "ImageDelete",
     target = "name",
     doc = "Removes it; with its containers' claims on it by force = true."},
    {class = "image", name = "tag", operation = "ImageTag",
     target = "name", positional = "repo tag",
     doc = "Gives it a further name."},
  },

  attributes = {
    {class = "container", name = "id", paths = "id"},
    {class = "container", name = "image", paths = "config.image image"},
    {class = "container", name = "labels", paths = "config.labels labels"},
    {class = "container", name = "status", paths = "state.status state"},
    {class = "image", name = "id", paths = "id"},
    {class = "image", name = "labels", paths = "config.labels labels"},
    {class = "image", name = "tags", paths = "repo_tags"},
  },
}
