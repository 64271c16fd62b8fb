-- SPDX-License-Identifier: MIT
-- csrc/class/introspect: the model as Lua sees it.

local core = require "moonsail.core"

describe("types", function()
  it("are listed by their names", function()
    local names = core.types()
    assert.is_true(#names > 400)
    assert.equal("any", names[1])
    for _, name in ipairs(names) do
      assert.equal(name, core.type(name).name)
    end
  end)

  it("say what they are", function()
    for name, expected in pairs{
      any = { "any", "plain" },
      ["integer (duration)"] = { "integer", "duration" },
      ["array of string (command)"] = { "array", "command", "string" },
      ["map of array of PortBinding"] = { "map", "plain",
                                          "array of PortBinding" },
      ["string (base64 json of AuthConfig)"] = { "string", "base64_json",
                                                 "AuthConfig" },
      HostConfig = { "object", "plain" },
    } do
      local made = core.type(name)
      assert.same(expected, { made.kind, made.format, made.element }, name)
    end
  end)

  it("that are objects have fields", function()
    local made = core.type "OCIDescriptor"
    assert.same(core.fields "OCIDescriptor", made.fields)
    assert.same({
      wire = "mediaType", type = "string", kind = "string", format = "plain",
      since = "1.30", ["until"] = "1.55", required = false, nullable = false,
      aliases = { "MediaType" },
    }, made.fields.media_type)
    assert.is_true(made.fields.annotations.nullable)
    assert.is_true(core.fields("NetworkCreateRequest").name.required)
    assert.is_nil(made.values)
  end)

  it("that are texts may have values", function()
    local values = core.type("MountType").values
    assert.same({ text = "cluster", since = "1.42", ["until"] = "1.55" },
                values[2])
    assert.is_nil(core.type("string").values)
    assert.is_nil(core.type("string").fields)
  end)

  it("that there are not are nil", function()
    assert.is_nil(core.type "HostConfg")
    assert.is_nil(core.fields "HostConfg")
    assert.is_nil(core.fields "string")
    assert.has_error(function() core.type() end)
  end)
end)

describe("an operation", function()
  it("is found by its id and by its name", function()
    local stop = core.operation "ContainerStop"
    assert.same(stop, core.operation "container_stop")
    assert.same({ "ContainerStop", "container_stop", "POST",
                  "/containers/{id}/stop", "1.25", "1.55", true },
                { stop.id, stop.name, stop.method, stop.path, stop.since,
                  stop["until"], stop.declared })
    assert.is_nil(core.operation "ContainerStp")
  end)

  it("has parameters, in order, and options by name", function()
    local stop = core.operation "ContainerStop"
    assert.same({ "id", "signal", "timeout" }, stop.parameters)
    assert.same({
      wire = "t", type = "integer", kind = "integer", format = "plain",
      place = "query", since = "1.25", ["until"] = "1.55", required = false,
      nullable = false,
    }, stop.options.timeout)
    assert.equal("path", stop.options.id.place)
    assert.is_true(stop.options.id.required)
    assert.is_nil(stop.body)
  end)

  it("may have a body, whose fields are options, or which is one", function()
    local create = core.operation "NetworkCreate"
    assert.equal("NetworkCreateRequest", create.body.type)
    assert.equal("object", create.body.kind)
    assert.is_nil(create.options.name.place)
    assert.is_nil(create.options[create.body.wire])
    local pull = core.operation "PluginPull"
    assert.equal("array of PluginPrivilege", pull.body.type)
    assert.equal("body", pull.options.body.place)
    assert.same({ "auth", "name", "remote" }, pull.parameters)
  end)

  it("has answers", function()
    assert.same({
      { status = 204, answer = "nothing", since = "1.25",
        ["until"] = "1.55" },
      { status = 304, answer = "nothing", since = "1.25",
        ["until"] = "1.55" },
    }, core.operation("ContainerStop").responses)
    for id, expected in pairs{
      ContainerList = { "document", "array of ContainerSummary" },
      SystemEvents = { "documents", "EventMessage" },
      SystemPing = { "text" },
      ContainerLogs = { "output" },
      ContainerExport = { "archive" },
      Session = { "session" },
    } do
      local response = core.operation(id).responses[1]
      assert.same(expected, { response.answer, response.type }, id)
    end
  end)

  it("need not be one of the definitions", function()
    local n = { [true] = 0, [false] = 0 }
    for _, id in ipairs(core.operations()) do
      local declared = core.operation(id).declared
      n[declared] = n[declared] + 1
    end
    assert.same({ [true] = 108, [false] = 4 }, n)
    assert.is_false(core.operation("BuildCancel").declared)
  end)
end)
