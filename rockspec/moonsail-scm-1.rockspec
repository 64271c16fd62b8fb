-- SPDX-License-Identifier: MIT
rockspec_format = "3.0"
package = "moonsail"
version = "scm-1"
source = {
  url = "git+https://github.com/moonsail/moonsail.git",
}
description = {
  summary = "A container library: Docker and Podman from Lua",
  detailed = [[
    A client of the Docker Engine API, with a C core on libcurl: containers,
    images, streams of logs and events, typed results.]],
  license = "MIT",
}
supported_platforms = {"linux"}
dependencies = {
  "lua >= 5.4",
  "lua-cjson",
}
test_dependencies = {
  "busted",
}
external_dependencies = {
  CURL = {library = "curl"}, -- comes with its header, wherever that is,
}
build = {
  type = "builtin",
  modules = {
    ["moonsail.config"] = "lua/moonsail/config.lua",
    ["moonsail.container"] = "lua/moonsail/container.lua",
    ["moonsail.containers"] = "lua/moonsail/containers.lua",
    ["moonsail.fail"] = "lua/moonsail/fail.lua",
    ["moonsail.image"] = "lua/moonsail/image.lua",
    ["moonsail.images"] = "lua/moonsail/images.lua",
    moonsail = "lua/moonsail/init.lua",
    ["moonsail.logs"] = "lua/moonsail/logs.lua",
    ["moonsail.moment"] = "lua/moonsail/moment.lua",
    ["moonsail.notation"] = "lua/moonsail/notation.lua",
    ["moonsail.object"] = "lua/moonsail/object.lua",
    ["moonsail.ports"] = "lua/moonsail/ports.lua",
    ["moonsail.progress"] = "lua/moonsail/progress.lua",
    ["moonsail.reference"] = "lua/moonsail/reference.lua",
    ["moonsail.run"] = "lua/moonsail/run.lua",
    ["moonsail.stream"] = "lua/moonsail/stream.lua",
    ["moonsail.sugar"] = "lua/moonsail/sugar.lua",
    ["moonsail.core"] = {
      sources = {
        "csrc/bytes/buffer.c",
        "csrc/bytes/decimal.c",
        "csrc/bytes/frames.c",
        "csrc/bytes/jsonlex.c",
        "csrc/bytes/jsonsplit.c",
        "csrc/bytes/jsonwrite.c",
        "csrc/bytes/lines.c",
        "csrc/bytes/memory.c",
        "csrc/bytes/quantity.c",
        "csrc/bytes/queue.c",
        "csrc/bytes/url.c",
        "csrc/bytes/utf8.c",
        "csrc/class/bound.c",
        "csrc/class/client.c",
        "csrc/class/convert.c",
        "csrc/class/core.c",
        "csrc/class/introspect.c",
        "csrc/class/object.c",
        "csrc/class/show.c",
        "csrc/model/gen/fields.c",
        "csrc/model/gen/methods.c",
        "csrc/model/gen/operations.c",
        "csrc/model/gen/pool.c",
        "csrc/model/gen/types.c",
        "csrc/model/gen/words.c",
        "csrc/model/model.c",
        "csrc/model/names.c",
        "csrc/net/endpoint.c",
        "csrc/net/transfer.c",
        "csrc/net/transport.c",
        "csrc/net/trouble.c",
        "csrc/net/wire.c",
        "csrc/run/answer.c",
        "csrc/run/document.c",
        "csrc/run/exchange.c",
        "csrc/run/failure.c",
        "csrc/run/headers.c",
        "csrc/run/hook.c",
        "csrc/run/loop.c",
        "csrc/run/pending.c",
        "csrc/run/record.c",
        "csrc/run/session.c",
        "csrc/run/stream.c",
        "csrc/value/arguments.c",
        "csrc/value/call.c",
        "csrc/value/decode.c",
        "csrc/value/encode.c",
        "csrc/value/error.c",
        "csrc/value/formats.c",
        "csrc/value/free.c",
        "csrc/value/gather.c",
        "csrc/value/hint.c",
        "csrc/value/keys.c",
        "csrc/value/kit.c",
        "csrc/value/learned.c",
        "csrc/value/marks.c",
        "csrc/value/nearest.c",
        "csrc/value/options.c",
        "csrc/value/path.c",
        "csrc/value/print.c",
        "csrc/value/raw.c",
        "csrc/value/shapes.c",
        "csrc/value/strings.c",
        "csrc/value/typed.c",
        "csrc/value/write.c",
      },
      defines = {"_GNU_SOURCE"},
      incdirs = {"csrc", "$(CURL_INCDIR)"},
      -- A folder of libraries becomes -Wl,-rpath,FOLDER as well, and that is
      -- the one way to hand an option of ours to the linker.
      libdirs = {
        "$(CURL_LIBDIR)",
        "$(CURL_LIBDIR),--version-script=rockspec/core.map",
      },
      libraries = {"curl", "m"},
    },
  },
}
test = {
  type = "busted",
}
