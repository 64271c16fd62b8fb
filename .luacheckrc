std = "lua54"
max_line_length = false -- tools/check_rooms.lua counts columns
exclude_files = {"build", "build-san"}
files["spec"].std = "+busted"
files["rockspec"].std = "+rockspec"
