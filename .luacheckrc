std = "lua54"
max_line_length = false -- tools/check_rooms.lua counts columns
exclude_files = {"build", "build-san"}
files["spec"] = {
  std = "+busted",
  ignore = {"512"}, -- a loop that a spec leaves at once, to see it closed
}
files["rockspec"].std = "+rockspec"
