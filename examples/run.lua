-- SPDX-License-Identifier: MIT
-- Commands in containers as a build or a test needs them: with files of the
-- host, limits, an exit code that is looked at, and errors that tell.
--   lua5.4 examples/run.lua [IMAGE]

local moonsail = require "moonsail"

local image = arg[1] or "busybox"
local docker = moonsail.client()

-- What all of them have in common.
local function run(command, options)
  options = options or {}
  options.remove = true
  return docker.containers:run(image, command, options)
end

-- Both outputs, apart and in order.
local result = run{ "sh", "-c", "echo to stdout; echo to stderr >&2" }
print(result.logs)
print(("%d bytes on stdout"):format(#result.logs.stdout))

-- Environment, limits, a directory of the host that can only be read.
result = run({ "sh", "-c", "echo $GREETING; ls /files | wc -l" }, {
  env = { GREETING = "hi" },
  volumes = { "/etc:/files:ro" },
  memory = "64m",
  cpus = 0.5,
  workdir = "/tmp",
})
print(result.logs)

-- An exit code that is no accident.
result = run({ "test", "-e", "/nonsense" }, { check = false })
print(("test -e said %d"):format(result.exit_code))

-- One that is: an error, as a value with fields.
local ok, problem = pcall(run, { "sh", "-c", "echo oh no >&2; exit 3" })
assert(not ok and moonsail.is_error(problem, "container"))
print(("exit code %d, stderr: %s"):format(problem.exit_code,
  problem.logs.stderr))

-- A mistake of ours is found before anything is sent.
print(select(2, pcall(run, "true", { memroy = "64m" })))
