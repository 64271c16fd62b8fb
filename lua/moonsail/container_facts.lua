-- SPDX-License-Identifier: MIT
-- What a container was created with, and what never changes: asked for when
-- the attributes that it holds do not tell, as those from a list do not.

local core = require "moonsail.core"

local container_facts = {}

local known = setmetatable({}, { __mode = "k" })

local function facts_of(attrs)
  local config, host = attrs.config, attrs.host_config or {}
  return {
    tty = config.tty == true,
    open_stdin = config.open_stdin == true,
    auto_remove = host.auto_remove == true,
  }
end

---Whether the container has a terminal, has an input, and is removed at its
---end.
---@param container moonsail.Container
---@param label string # for complaints
---@return {tty: boolean, open_stdin: boolean, auto_remove: boolean}
function container_facts.of(container, label)
  if not known[container] then
    local attrs = core.attrs(container)
    if not attrs.config then
      attrs = core.call(core.client_of(container), "ContainerInspect", {
        id = core.key(container), raw = false,
      }, label)
    end
    known[container] = facts_of(attrs)
  end
  return known[container]
end

return container_facts
