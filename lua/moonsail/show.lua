-- SPDX-License-Identifier: MIT
-- Has print show what things are and what can be done with them, and gives
-- every class its help. What that takes is loaded when it is first asked for.

local core = require "moonsail.core"

local show = {}

core.show_with{
  methods = function(value, class)
    return require("moonsail.help").overview(value, class)
  end,
  list = function(list, class)
    return require("moonsail.listing").table(list, class)
  end,
  value = function(value, type_name)
    return require("moonsail.sheets").of(value, type_name)
  end,
}

---All classes whose methods can be asked for.
show.CLASSES = {
  "client", "config", "configs", "container", "containers", "exec", "fiber",
  "image", "images", "loop", "network", "networks", "node", "nodes", "plugin",
  "plugins", "queue", "secret", "secrets", "service", "services", "stream",
  "swarm", "task", "tasks", "volume", "volumes",
}

for _, class in ipairs(show.CLASSES) do
  local methods = core.methods(class)

  ---What can be done: all methods; one of them, about a screen of text; one of
  ---its options: `print(docker.containers:help("create", "memory"))`. A client
  ---also knows operations: `help("api.container_list")`.
  ---@classes *
  ---@param name? string # of a method
  ---@param option? string # of an option of it, "host_config.memory"
  ---@raises argument when there is no such method or option
  ---@return string
  function methods:help(name, option)
    return require("moonsail.help").of(self, class, name, option)
  end
end

return show
