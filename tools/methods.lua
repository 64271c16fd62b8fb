-- SPDX-License-Identifier: MIT
-- The methods of classes that are one operation each, and the attributes that
-- objects answer from what they hold. Composite methods are written in Lua.
--
--   target        the option that the object itself fills
--   positional    the options given by place, in order
--   result        what comes of the answer: "value" (the default), "changed",
--                 "object", "list" or "stream"
--   result_class  of objects and lists
--   result_field  where in the answer the list is, if it is not the answer
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

    {class = "container", name = "checkpoint_create",
     operation = "CheckpointCreate", target = "id",
     positional = "checkpoint_id",
     doc = "Keeps the state of its processes under a name, to start from; " ..
       "it stops running if exit = true. The engine must be experimental, " ..
       "and have criu."},
    {class = "container", name = "checkpoint_list",
     operation = "CheckpointList", target = "id",
     doc = "The checkpoints that there are of it."},
    {class = "container", name = "checkpoint_remove",
     operation = "CheckpointDelete", target = "id",
     positional = "checkpoint",
     doc = "Removes a checkpoint of it."},
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
    {class = "container", name = "resize", operation = "ContainerResize",
     target = "id", positional = "rows columns",
     doc = "Tells the terminal of its process how large it is."},
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

    {class = "exec", name = "resize", operation = "ExecResize",
     target = "id", positional = "rows columns",
     doc = "Tells the terminal of the command how large it is."},

    {class = "images", name = "build_cancel", operation = "BuildCancel",
     positional = "id",
     doc = "Ends the build that was begun with this build_id."},
    {class = "images", name = "build_prune", operation = "BuildPrune",
     unlimited = true,
     doc = "Removes what builds have left in their cache."},
    {class = "images", name = "get", operation = "ImageInspect",
     positional = "name", result = "object", result_class = "image",
     doc = "The image with this name or id."},
    {class = "images", name = "list", operation = "ImageList",
     result = "list", result_class = "image",
     doc = "The images that the engine has."},
    {class = "images", name = "prune", operation = "ImagePrune",
     unlimited = true,
     doc = "Removes the images that have no name and that nothing uses; " ..
       "with filters = {dangling = false} those with a name, too."},
    {class = "images", name = "remove", operation = "ImageDelete",
     positional = "name",
     doc = "Removes the image with this name or id."},

    {class = "image", name = "attestations", operation = "ImageAttestations",
     target = "name",
     doc = "The statements about how it was built that came with it."},
    {class = "image", name = "history", operation = "ImageHistory",
     target = "name",
     doc = "The layers that it was made of."},
    {class = "image", name = "remove", operation = "ImageDelete",
     target = "name",
     doc = "Removes it; with its containers' claims on it by force = true."},

    {class = "networks", name = "get", operation = "NetworkInspect",
     positional = "id", result = "object", result_class = "network",
     doc = "The network with this id or name."},
    {class = "networks", name = "list", operation = "NetworkList",
     result = "list", result_class = "network",
     doc = "The networks that there are."},
    {class = "networks", name = "prune", operation = "NetworkPrune",
     doc = "Removes the networks that no container is connected to."},
    {class = "networks", name = "remove", operation = "NetworkDelete",
     positional = "id", doc = "Removes the network with this id or name."},

    {class = "network", name = "disconnect", operation = "NetworkDisconnect",
     target = "id", positional = "container",
     doc = "Takes a container off it; force = true one that has gone, too."},
    {class = "network", name = "remove", operation = "NetworkDelete",
     target = "id", doc = "Removes it."},

    {class = "volumes", name = "create", operation = "VolumeCreate",
     positional = "name", result = "object", result_class = "volume",
     doc = "Creates a volume; the engine names it if you do not."},
    {class = "volumes", name = "get", operation = "VolumeInspect",
     positional = "name", result = "object", result_class = "volume",
     doc = "The volume with this name."},
    {class = "volumes", name = "list", operation = "VolumeList",
     result = "list", result_class = "volume", result_field = "volumes",
     doc = "The volumes that there are."},
    {class = "volumes", name = "remove", operation = "VolumeDelete",
     positional = "name", doc = "Removes the volume with this name."},

    {class = "volume", name = "remove", operation = "VolumeDelete",
     target = "name", doc = "Removes it."},

    {class = "swarm", name = "unlock", operation = "SwarmUnlock",
     positional = "unlock_key",
     doc = "Unlocks a manager that was started again."},

    {class = "nodes", name = "list", operation = "NodeList", result = "list",
     result_class = "node", doc = "The nodes of the swarm."},
    {class = "nodes", name = "remove", operation = "NodeDelete",
     positional = "id", doc = "Removes the node with this id or name."},

    {class = "node", name = "remove", operation = "NodeDelete",
     target = "id",
     doc = "Removes it from the swarm; one that is up with force = true."},

    {class = "services", name = "get", operation = "ServiceInspect",
     positional = "id", result = "object", result_class = "service",
     doc = "The service with this id or name."},
    {class = "services", name = "list", operation = "ServiceList",
     result = "list", result_class = "service",
     doc = "The services of the swarm."},
    {class = "services", name = "remove", operation = "ServiceDelete",
     positional = "id", doc = "Removes the service with this id or name."},

    {class = "service", name = "remove", operation = "ServiceDelete",
     target = "id", doc = "Removes it, and ends its tasks."},

    {class = "tasks", name = "get", operation = "TaskInspect",
     positional = "id", result = "object", result_class = "task",
     doc = "The task with this id."},
    {class = "tasks", name = "list", operation = "TaskList", result = "list",
     result_class = "task", doc = "The tasks of the swarm."},

    {class = "secrets", name = "get", operation = "SecretInspect",
     positional = "id", result = "object", result_class = "secret",
     doc = "The secret with this id or name."},
    {class = "secrets", name = "list", operation = "SecretList",
     result = "list", result_class = "secret",
     doc = "The secrets of the swarm, without what they hold."},
    {class = "secrets", name = "remove", operation = "SecretDelete",
     positional = "id", doc = "Removes the secret with this id or name."},

    {class = "secret", name = "remove", operation = "SecretDelete",
     target = "id", doc = "Removes it."},

    {class = "configs", name = "get", operation = "ConfigInspect",
     positional = "id", result = "object", result_class = "config",
     doc = "The config with this id or name."},
    {class = "configs", name = "list", operation = "ConfigList",
     result = "list", result_class = "config",
     doc = "The configs of the swarm."},
    {class = "configs", name = "remove", operation = "ConfigDelete",
     positional = "id", doc = "Removes the config with this id or name."},

    {class = "config", name = "remove", operation = "ConfigDelete",
     target = "id", doc = "Removes it."},

    {class = "plugins", name = "get", operation = "PluginInspect",
     positional = "name", result = "object", result_class = "plugin",
     doc = "The plugin with this name or id."},
    {class = "plugins", name = "list", operation = "PluginList",
     result = "list", result_class = "plugin",
     doc = "The plugins that the engine has."},
    {class = "plugins", name = "remove", operation = "PluginDelete",
     positional = "name", doc = "Removes the plugin with this name or id."},

    {class = "plugin", name = "remove", operation = "PluginDelete",
     target = "name",
     doc = "Removes it; one that is enabled with force = true."},
  },

  attributes = {
    {class = "config", name = "id", paths = "id"},
    {class = "config", name = "labels", paths = "spec.labels"},
    {class = "config", name = "name", paths = "spec.name"},
    {class = "container", name = "health",
     paths = "state.health.status health.status"},
    {class = "container", name = "id", paths = "id"},
    {class = "container", name = "image", paths = "config.image image"},
    {class = "container", name = "labels", paths = "config.labels labels"},
    {class = "container", name = "status", paths = "state.status state"},
    {class = "exec", name = "id", paths = "id"},
    {class = "image", name = "id", paths = "id"},
    {class = "image", name = "labels", paths = "config.labels labels"},
    {class = "network", name = "id", paths = "id"},
    {class = "network", name = "labels", paths = "labels"},
    {class = "network", name = "name", paths = "name"},
    {class = "node", name = "availability", paths = "spec.availability"},
    {class = "node", name = "hostname", paths = "description.hostname"},
    {class = "node", name = "id", paths = "id"},
    {class = "node", name = "labels", paths = "spec.labels"},
    {class = "node", name = "role", paths = "spec.role"},
    {class = "node", name = "status", paths = "status.state"},
    {class = "node", name = "version", paths = "version.index"},
    {class = "plugin", name = "enabled", paths = "enabled"},
    {class = "plugin", name = "id", paths = "id"},
    {class = "plugin", name = "name", paths = "name"},
    {class = "plugin", name = "settings", paths = "settings"},
    {class = "secret", name = "id", paths = "id"},
    {class = "secret", name = "labels", paths = "spec.labels"},
    {class = "secret", name = "name", paths = "spec.name"},
    {class = "service", name = "id", paths = "id"},
    {class = "service", name = "labels", paths = "spec.labels"},
    {class = "service", name = "name", paths = "spec.name"},
    {class = "service", name = "version", paths = "version.index"},
    {class = "task", name = "id", paths = "id"},
    {class = "task", name = "state", paths = "status.state"},
    {class = "volume", name = "driver", paths = "driver"},
    {class = "volume", name = "id", paths = "name"},
    {class = "volume", name = "labels", paths = "labels"},
    {class = "volume", name = "mountpoint", paths = "mountpoint"},
    {class = "volume", name = "name", paths = "name"},
  },

  -- What attributes are, by name; by class and name where that says more.
  attribute_docs = {
    availability = "Whether it is given tasks: active, pause or drain.",
    driver = "The driver that keeps it.",
    enabled = "Whether it is enabled.",
    ["container.health"] = "What its health check last found: healthy, " ..
      "unhealthy, starting; nil or none without one.",
    ["container.image"] = "The image that it was made of, as it was named.",
    ["container.status"] = "What it does: created, running, paused, " ..
      "restarting, removing, exited or dead.",
    hostname = "The host name of its machine.",
    id = "Its id.",
    labels = "Its labels.",
    mountpoint = "Where it is on the engine's machine.",
    name = "Its name.",
    ["node.status"] = "What is known of it: unknown, down, ready or " ..
      "disconnected.",
    role = "Its role in the swarm: worker or manager.",
    settings = "What can be set of it, and how it is set.",
    state = "How far it has come: new, pending, …, running, complete, " ..
      "failed, ….",
    ["volume.id"] = "Its name: it has no other id.",
    version = "The number that the swarm gave to its last change; an " ..
      "update must name it, which ours do by themselves.",
  },

  -- The classes, each with a docstring (tools/generate/docstrings.lua).
  --
  --   kind     "client", "collection", "object", "stream" or "run", what tasks
  --            need
  --   object   of collections: the class of what is in them
  --   inspect  of objects: the operation that gives all attributes
  classes = {
    {name = "client", kind = "client", doc = [[
An engine, and all that can be asked of it. `moonsail.client()` makes one; its
collections are its fields: `docker.containers:list()`. `docker.api` has each
operation of the API by itself.]]},
    {name = "config", kind = "object", inspect = "ConfigInspect", doc = [[
A piece of configuration that the swarm hands to services.]]},
    {name = "configs", kind = "collection", object = "config", doc = [[
The configs of the swarm.]]},
    {name = "container", kind = "object", inspect = "ContainerInspect",
     doc = [[
A container. Its attributes are those of when it was fetched; `reload` fetches
them anew.]]},
    {name = "containers", kind = "collection", object = "container", doc = [[
The containers of the engine.]]},
    {name = "exec", kind = "object", inspect = "ExecInspect", doc = [[
A command within a container that runs, made by `container:exec_create`.]]},
    {name = "fiber", kind = "run", doc = [[
A task: a function that runs along with others, made by `moonsail.spawn`. (A
`moonsail.Task` is one of the swarm's.) Whoever waits lets it go on.]]},
    {name = "image", kind = "object", inspect = "ImageInspect", doc = [[
An image.]]},
    {name = "images", kind = "collection", object = "image", doc = [[
The images of the engine.]]},
    {name = "loop", kind = "run", doc = [[
What moves calls and tasks forward, for a program that has a loop of its own:
`moonsail.loop()`. Watch its descriptor for reading, and call `step` when there
is something to read, or when the seconds that `timeout` gives are over.]]},
    {name = "network", kind = "object", inspect = "NetworkInspect", doc = [[
A network.]]},
    {name = "networks", kind = "collection", object = "network", doc = [[
The networks of the engine.]]},
    {name = "node", kind = "object", inspect = "NodeInspect", doc = [[
A machine of the swarm.]]},
    {name = "nodes", kind = "collection", object = "node", doc = [[
The nodes of the swarm.]]},
    {name = "plugin", kind = "object", inspect = "PluginInspect", doc = [[
A plugin of the engine. It has an id, and is known by its name.]]},
    {name = "plugins", kind = "collection", object = "plugin", doc = [[
The plugins of the engine.]]},
    {name = "queue", kind = "run", doc = [[
A queue between tasks, made by `moonsail.queue`. What is put first comes out
first: `for item in queue do` takes all until it is closed. `#queue` is how
many are in it; `local queue <close> = …` closes it.
@overload fun(): any]]},
    {name = "secret", kind = "object", inspect = "SecretInspect", doc = [[
A secret that the swarm hands to services; what it holds is never told.]]},
    {name = "secrets", kind = "collection", object = "secret", doc = [[
The secrets of the swarm.]]},
    {name = "service", kind = "object", inspect = "ServiceInspect", doc = [[
A service of the swarm: a description of tasks, which the swarm keeps
running.]]},
    {name = "services", kind = "collection", object = "service", doc = [[
The services of the swarm.]]},
    {name = "stream", kind = "stream", doc = [[
An answer of more than one piece, one after another: lines of output, events,
progress, bytes. A call gives the next one, nil at the end, so that it stands
in a for loop: `for line, source in web:logs{follow = true} do`. Output comes
as lines with their source ("stdout", "stderr", or "system" for what the engine
itself reports), or as pieces with `chunks = true`; documents as typed values;
archives as strings of bytes. It is closed when the loop is left, by
`stream:close()`, by `local s <close> = …`, or by the collector; also when a
wait of it is interrupted or its task is cancelled. A read of a stream that was
closed is an error of kind closed; after the natural end it gives nil.
@overload fun(): any, string?]]},
    {name = "swarm", kind = "collection", doc = [[
The swarm that the engine is in, or may be in.]]},
    {name = "task", kind = "object", inspect = "TaskInspect", doc = [[
A task: one container of a service, at one place, once.]]},
    {name = "tasks", kind = "collection", object = "task", doc = [[
The tasks of the swarm.]]},
    {name = "volume", kind = "object", inspect = "VolumeInspect", doc = [[
A volume. It is known by its name, which is its id.]]},
    {name = "volumes", kind = "collection", object = "volume", doc = [[
The volumes of the engine.]]},
  },

  -- Methods that are written in C and are no rows, with their docstrings;
  -- "*" stands for every class of kind object.
  own = {
    {class = "*", name = "attrs", doc = [[
All attributes that the object holds: those of the answer that it was made
from, or of the last `inspect` or `reload`. One from a list has what lists
tell.
@return $attrs]]},
    {class = "client", name = "api_version", doc = [[
The version of the API that is spoken with the engine: the newest that both
know, unless the client was made with another. Asks the engine when that is
not known yet.
@uses SystemPing
@return string # "1.41"]]},
    {class = "client", name = "close", doc = [[
Closes the connections to the engine. Nothing can be asked of it afterwards,
and streams that are open end.]]},
    {class = "client", name = "ping", doc = [[
Whether the engine answers: an error tells why it does not.
@takes SystemPing
@return boolean # true]]},
    {class = "client", name = "request", doc = [[
Sends anything, for what no operation is there for.
`docker:request{path = "/info"}.body.Name`

The path gets the version of the API before it, unless it has one. The body of
the answer is decoded when it is JSON, its keys as they came.
@option path string # "/containers/json", as it is to be sent
@option method string ="GET" # in letters of either case
@option query table<string, any> # what stands behind the ?, encoded for you
@option headers table<string, string> # further ones
@option body string|table|file*|function|moonsail.Stream # a string as it is, a
  table as JSON; or what the bytes are taken from while they are sent: an open
  file, a function that gives the next piece, and nil at the end, a stream
@option body_file string # the path of a file to send instead
@return moonsail.Response
@raises not_found when the engine has no such thing or path, api when it
  refuses]]},
    {class = "fiber", name = "cancel", doc = [[
Asks the task to end: where it waits, or will wait next, an error of kind
cancelled is raised. What it waited for is closed; what is to be closed on the
way may wait, too. One that has not begun never does.
@return boolean # false: it had ended already]]},
    {class = "fiber", name = "detach", doc = [[
Lets it outlive the `moonsail.run` that it is in: it goes on whenever anything
waits. If it fails nobody is told but who joins it.
@return self]]},
    {class = "fiber", name = "join", doc = [[
Waits for its end, and gives what its function has returned; as often as you
like. If it failed, its error is raised.
@param seconds? number # how long to wait; then nil and "timeout"
@raises argument when it cannot end before the task that waits, cancelled when
  it was cancelled
@return any # its results]]},
    {class = "fiber", name = "status", doc = [[
What it does: ready, running, waiting; ended, failed or cancelled.
@return string]]},
    {class = "fiber", name = "traceback", doc = [[
Where it is, line by line; when it has failed, where that was.
@return string|nil # nil when it has ended well]]},
    {class = "loop", name = "events", doc = [[
What its descriptor is to be watched for.
@return string # "r"]]},
    {class = "loop", name = "fd", doc = [[
The descriptor to be watched. It stays the same.
@return integer]]},
    {class = "loop", name = "pollfd", doc = [[
The same as `fd`, under the name that cqueues asks for.
@return integer]]},
    {class = "loop", name = "step", doc = [[
Lets what can go on go on, once.
@param seconds? number # how long to wait for something to happen; else not
@return integer # tasks that have not ended]]},
    {class = "loop", name = "timeout", doc = [[
How long its descriptor may be watched before `step` must be called in any
case. Ask before each time.
@return number|nil # seconds; nil for as long as you like]]},
    {class = "queue", name = "close", doc = [[
Says that nothing more will be put. What is in it may still be taken.]]},
    {class = "queue", name = "get", doc = [[
Takes the first value, waiting for one; nil and "closed" when there will be no
more.
@param seconds? number # how long to wait; then nil and "timeout"
@return any value
@return string|nil # "timeout", "closed"]]},
    {class = "queue", name = "put", doc = [[
Adds a value, waiting while the queue is full.
@param value any # but nil
@raises closed when the queue is closed, argument when the value is nil]]},
    {class = "stream", name = "close", doc = [[
Ends the stream: what has not come yet will not come. Twice is as good as
once.]]},
    {class = "stream", name = "close_write", doc = [[
Says that no more will be written: a process that reads its input comes to its
end, while its output still arrives. Twice is as good as once.
@return moonsail.Stream # itself
@raises argument when the stream can only be read, closed when it was closed,
  not_supported when it goes over a WebSocket, which has no such thing]]},
    {class = "stream", name = "is_closed", doc = [[
Whether nothing more comes: it was closed, or has ended.
@return boolean]]},
    {class = "stream", name = "iterate", doc = [[
What a for loop takes that is to close the stream when it is left:
`for line in stream:iterate() do`.
@return moonsail.Stream # itself
@return nil
@return nil
@return moonsail.Stream # to be closed]]},
    {class = "stream", name = "lines", doc = [[
The same, for output: whole lines from now on, though the stream was asked for
chunks. `for line, source in session:lines() do`.
@return moonsail.Stream # itself
@return nil
@return nil
@return moonsail.Stream # to be closed
@raises argument when what comes is not the output of a process]]},
    {class = "stream", name = "read", doc = [[
The next thing that comes, and of output whose it is; nil at the end; nil and
"timeout" when nothing came in time: the stream can be read on then.
`local line, source = session:read(2)`
@param seconds? number # how long to wait: 0 takes only what is there, nothing
  waits for as long as it takes
@return any # a line, a piece, a document; nil
@return string? # the source of output; "timeout"
@raises closed when the stream was closed, protocol when what comes is
  malformed, limit when it is longer than allowed, stream when the engine
  reports a failure in it, connection when the connection breaks]]},
    {class = "stream", name = "write", doc = [[
Writes to a stream that goes both ways (of attach or exec), and returns when
all has left. What is written while another task still writes goes after it.
Who writes much to a process that answers as it reads should read in another
task meanwhile: what waits to be read may be as long as the client's
`max_body`.
@param bytes string # what to write
@param seconds? number # in which it must go, else the stream is closed
@return moonsail.Stream # itself
@raises argument when the stream can only be read, closed when it was closed,
  or the other side takes nothing more (what it still says can be read),
  timeout when it did not all go in time, limit when more waits to be read
  than `max_body` allows]]},
  },
}
