-- SPDX-License-Identifier: MIT
-- Copying by the rules of the docker command: every case is done by that
-- command and by us, each in a place of its own that was set up alike, and
-- then the two places are compared, thing by thing.
--
-- A case is {what it is, source, destination, here =, there =, …}. `here` and
-- `there` are scripts that set it up in a folder of this machine and in one of
-- the container, which "@" stands for in paths (and "~" without the slash in
-- front). `kind` is the error of ours when the docker command must fail, too.
-- `only_here = reason` marks what only we do, on purpose; `but` is a pattern
-- of lines that differ; `not_podman` says why Podman is not asked.

local core = require "moonsail.core"
local engine = require "spec.support.engine"
local engines = require "spec.support.engines"
local fixture = require "spec.support.fixture"
local lfs = require "lfs"

local quote = engine.quote

-- What most cases begin with.
local FILE = "printf one >f; chmod 640 f"
local TREE = [[mkdir -p src/sub/empty; printf one >src/one; chmod 751 src/one
  ln -s one src/link; ln -s nowhere src/broken; printf two >src/sub/two
  chmod 700 src/sub]]
local OLD = "printf older >old"

-- Why Podman does otherwise.
local SLASHES = "Podman takes the slash for nothing"
local NAMES = "its names of contents lead the docker command astray"
local LINKS = "Podman follows links"
local FOLDERS = "Podman makes the folder"
local DEVICES = "Podman's containers make no devices"

-- A folder in which something could not be done has the time of the archive
-- when we have stopped, and that of the stop when the command has.
local BROKEN_OFF = "/src'?$"

local IN = {
  -- a file
  { "a file into a folder", "f", "@/d", here = FILE, there = "mkdir d" },
  { "a file into a folder with a slash", "f", "@/d/", here = FILE,
    there = "mkdir d" },
  { "a file into a folder with a dot", "f", "@/d/.", here = FILE,
    there = "mkdir d" },
  { "a file under a new name", "f", "@/new", here = FILE },
  { "a file under a new name with a slash", "f", "@/new/", here = FILE,
    kind = "argument" },
  { "a file onto a file", "f", "@/old", here = FILE, there = OLD },
  { "a file onto a file with a slash", "f", "@/old/", here = FILE,
    there = OLD, kind = "argument",
    not_podman = SLASHES },
  { "a file in a folder that is missing", "f", "@/no/new", here = FILE,
    kind = "not_found",
    not_podman = FOLDERS },
  { "an empty file", "f", "@/new", here = ": >f" },
  { "nothing", "f", "@/new", kind = "argument" },
  { "a file with a slash", "f/", "@/new", here = FILE, kind = "argument" },
  { "slashes and dots within", "src//./sub/..//one", "@//d/./x/..//",
    here = TREE, there = "mkdir -p d/x" },
  { "a path through a link and back", "f", "@/d/l/../new", here = FILE,
    there = "mkdir -p d x/y; ln -s ../x/y d/l" },
  { "a path from the root without a slash", "f", "~/d/new", here = FILE,
    there = "mkdir d" },
  { "a file into the root", "f-root", "/", here = "echo root >f-root",
    look = "/f-root" },
  { "a file under a name without a slash", "f", "h-root", here = FILE,
    look = "/h-root" },

  -- a folder
  { "a folder into a folder", "src", "@/d", here = TREE, there = "mkdir d" },
  { "a folder with a slash into a folder", "src/", "@/d", here = TREE,
    there = "mkdir d" },
  { "a folder under a new name", "src", "@/new", here = TREE },
  { "a folder under a new name with a slash", "src/", "@/new/", here = TREE },
  { "a folder under a new name with a dot", "src", "@/new/.", here = TREE,
    kind = "not_found",
    not_podman = FOLDERS },
  { "a folder onto a file", "src", "@/old", here = TREE, there = OLD,
    kind = "argument" },
  { "a folder onto a file with a slash", "src", "@/old/", here = TREE,
    there = OLD, kind = "api",
    not_podman = SLASHES },
  { "an empty folder", "e", "@/new", here = "mkdir e; chmod 711 e" },
  { "a folder that was there", "src", "@/d", here = TREE, there = [[
    mkdir -p d/src/sub; chmod 777 d/src d/src/sub; echo old >d/src/one
    echo kept >d/src/kept; ln -s kept d/src/sub/two]] },
  { "a file where a folder is", "src", "@/d", here = TREE,
    there = "mkdir -p d/src/one/x", kind = "api" },
  { "a folder where a file is", "src", "@/d", here = TREE,
    there = "mkdir -p d/src; echo sub >d/src/sub", kind = "api" },
  { "a folder where a link to a folder is", "src", "@/d", here = TREE,
    there = "mkdir -p d/src d/other; ln -s ../other d/src/sub",
    kind = "api" },
  { "a name that comes again", "a", "@/b",
    here = "mkdir -p a/a/a; echo a >a/a/a/a; ln a/a/a/a a/hard" },

  -- what is in a folder
  { "contents into a folder", "src/.", "@/d", here = TREE,
    there = "mkdir d; chmod 770 d" },
  { "contents under a new name", "src/.", "@/new.d", here = TREE },
  { "contents onto a file", "src/.", "@/old", here = TREE, there = OLD,
    kind = "argument" },
  { "hidden files and hard links as contents", "h/.", "@/new",
    here = "mkdir h; echo x >h/.x; ln h/.x h/..y; mkdir h/.z" },
  { "the working folder as a dot", ".", "@/d", here = TREE,
    there = "mkdir d" },
  { "a folder by its parent", "src/..", "@/d", here = TREE,
    there = "mkdir d" },

  -- links of this machine
  { "a link to a file", "l", "@/new", here = FILE .. "; ln -s f l" },
  { "a link to a folder", "l", "@/d", here = TREE .. "; ln -s src l",
    there = "mkdir d" },
  { "a link to a folder onto a file", "l", "@/old", here = TREE
    .. "; ln -s src l", there = OLD },
  { "a link to a folder with a slash", "l/", "@/d", here = TREE
    .. "; ln -s src l", there = "mkdir d" },
  { "contents of a link to a folder", "l/.", "@/d", here = TREE
    .. "; ln -s src l", there = "mkdir d" },
  { "a link to nothing", "l", "@/new", here = "ln -s nowhere l" },
  { "a link to a file with a slash", "l/", "@/new", here = FILE
    .. "; ln -s f l", kind = "argument" },
  { "a file below a link", "l/one", "@/d", here = TREE .. "; ln -s src l",
    there = "mkdir d" },
  { "a link to a file, followed", "l", "@/new", follow_link = true,
    here = FILE .. "; ln -s f l" },
  { "a link to a file, followed, onto a file", "l", "@/old",
    follow_link = true, here = FILE .. "; ln -s f l", there = OLD },
  { "a chain of links, followed", "l", "@/d", follow_link = true,
    here = TREE .. "; ln -s src/m l; ln -s sub/two src/m",
    there = "mkdir d" },
  { "a link to a folder, followed", "l", "@/d", follow_link = true,
    here = TREE .. "; ln -s src l", there = "mkdir d" },
  { "contents of a link, followed", "l/.", "@/new", follow_link = true,
    here = TREE .. "; ln -s src l" },
  { "a link to nothing, followed", "l", "@/new", follow_link = true,
    here = "ln -s nowhere l", kind = "argument" },
  { "a link to a file of the same name, followed", "l", "@/d",
    follow_link = true, here = "mkdir s; echo s >s/l; ln -s s/l l",
    there = "mkdir d" },

  -- links of the container
  { "onto a link to a folder", "f", "@/l", here = FILE,
    there = "mkdir d; ln -s $PWD/d l" },
  { "onto a link to a folder with a slash", "f", "@/l/", here = FILE,
    there = "mkdir d; ln -s d l" },
  { "onto a relative link to a file", "f", "@/x/l", here = FILE,
    there = OLD .. "; mkdir x; ln -s ../old x/l" },
  { "onto a link to nothing", "f", "@/l", here = FILE,
    there = "ln -s $PWD/to l" },
  { "onto a relative link to nothing", "f", "@/x/l", here = FILE,
    there = "mkdir x; ln -s ../to x/l" },
  { "onto a link to nothing in no folder", "f", "@/l", here = FILE,
    there = "ln -s $PWD/no/to l", kind = "not_found",
    not_podman = FOLDERS },
  { "onto a chain of links", "f", "@/l", here = FILE,
    there = OLD .. "; mkdir x; ln -s x/m l; ln -s ../k x/m; ln -s old k" },
  { "onto a link that goes around", "f", "@/l", here = FILE,
    there = "ln -s m l; ln -s l m" },
  { "onto a link that leads out of the root", "f", "@/l", here = FILE,
    there = "ln -s ../../../../../../../$PWD/to l" },
  { "below a link", "f", "@/l/new", here = FILE,
    there = "mkdir d; ln -s d l" },

  -- things that are not plain
  { "a device to be written onto", "f", "@/z", here = FILE,
    there = "mknod z c 1 3 || :", kind = "argument",
    not_podman = DEVICES },
  { "a FIFO to be written onto", "f", "@/p", here = FILE,
    there = "mkfifo p" },
  { "a FIFO in a folder", "p", "@/new", here = "mkdir p; mkfifo p/p" },
  { "names in any bytes", "n", "@/new", here = [[mkdir n; cd n
    echo 1 >' a  b '; echo 2 >"$(printf 'a\nb')"; echo 3 >"$(printf 'x\377y')"
    echo 4 >a:b; echo 5 >-n; echo 6 >'a"'\''\b'; echo 7 >"$(printf 'a\tb\1')"
    mkdir '*'; ln -s "$(printf 'to\377 \n')" l; echo 8 >Größe]] },
  { "a name with a colon", "./a:b", "@/d", here = "echo x >a:b",
    there = "mkdir d" },
  { "a name that begins with a dash", "./-x", "@/-y", here = "echo x >./-x" },
  { "long names", "n", "@/new", here = [[mkdir n; cd n
    long=$(printf %0255d 0); echo x >$long; ln $long hard; ln -s $long soft
    long=$(printf %0150d 1)
    mkdir -p $long/$long; echo y >$long/$long/$long
    ln $long/$long/$long $long/hard; ln -s $long/$long/$long soft2]] },
  { "a deep tree", "n", "@/new", here = [[path=n
    for i in 0 1 2 3 4 5 6 7 8 9; do path=$path/${i}a/b/c/d; done
    mkdir -p $path; echo deep >$path/f]] },
  { "modes", "m", "@/new", here = [[mkdir m; cd m
    for mode in 0 4755 2755 1777 7777 600 444; do echo $mode >f$mode
    chmod $mode f$mode; mkdir d$mode; chmod $mode d$mode; echo x >d$mode/f
    done; chmod 1777 .]] },
  { "times", "t", "@/new", times = true, here = [[mkdir t; cd t
    touch -d @0 zero; touch -d @1.9 one; touch -d @-5 before; mkdir d
    touch -d @5000000000 after d; ln -s x l; touch -h -d @77 l . ..]] },
  { "owners", "o", "@/new", here = [[mkdir o; echo x >o/f; ln -s f o/l
    chown -h 3:4 o/l; chown 3000000:5 o/f; chown 6:7 o]] },
  { "owners that become the container's user", "o", "@/new", on = "locked",
    copy_uid_gid = true, here = "mkdir o; echo x >o/f; chown 3:4 o/f" },
  { "hard links", "h", "@/new", here = [[mkdir -p h/s; echo x >h/a; ln h/a h/b
    ln h/a h/s/c; echo y >h/y; ln h/y outside]] },
  { "a sparse file", "s", "@/new", here = [[truncate -s 16M s
    printf x | dd of=s bs=1 seek=9999999 conv=notrunc 2>/dev/null]] },
  { "a socket among others", "s", "@/new", here = [[mkdir s; echo x >s/x
    perl -MSocket -e 'socket($s, PF_UNIX, SOCK_STREAM, 0)
      and bind($s, sockaddr_un("s/sock")) or die']] },

  -- other containers
  { "a folder into one that is stopped", "src", "@/new", here = TREE,
    on = "stopped" },
  { "a file into one that is read-only", "f", "/etc/f", here = FILE,
    on = "locked", kind = "api" },
  { "a file into a volume that is read-only", "f", "/readonly/new",
    here = FILE, on = "locked", kind = "api" },
}

local OUT = {
  -- a file
  { "a file into a folder", "@/f", "d", there = FILE, here = "mkdir d" },
  { "a file into a folder with a dot", "@/f", "d/.", there = FILE,
    here = "mkdir d" },
  { "a file into the working folder", "@/f", ".", there = FILE },
  { "a file under a new name", "@/f", "new", there = FILE },
  { "a file under a new name with a slash", "@/f", "new/", there = FILE,
    kind = "argument" },
  { "a file onto a file", "@/f", "old", there = FILE, here = OLD },
  { "a file onto a file with a slash", "@/f", "old/", there = FILE,
    here = OLD, kind = "argument" },
  { "nothing", "@/f", "new", kind = "not_found" },
  { "a file with a slash", "@/f/", "new", there = FILE, kind = "api",
    not_podman = SLASHES },
  { "slashes and dots within", "@/src//./sub/..//one", "./d//./x/..//",
    there = TREE, here = "mkdir d" },
  { "a path through a link and back", "@/d/l/../f", "new",
    there = FILE .. "; mkdir -p d x/y; ln -s ../x/y d/l; echo x >d/f" },
  { "a path from the root without a slash", "~/f", "d", there = FILE,
    here = "mkdir d" },

  -- a folder
  { "a folder into a folder", "@/src", "d", there = TREE, here = "mkdir d" },
  { "a folder under a new name", "@/src", "new", there = TREE },
  { "a folder under a new name with a slash", "@/src/", "new/",
    there = TREE },
  { "a folder under a new name with a dot", "@/src", "new/.", there = TREE,
    kind = "argument" },
  { "a folder onto a file", "@/src", "old", there = TREE, here = OLD,
    kind = "argument" },
  { "a folder that was there", "@/src", "d", there = TREE, here = [[
    mkdir -p d/src/sub; chmod 777 d/src d/src/sub; echo old >d/src/one
    echo kept >d/src/kept; ln -s kept d/src/sub/two]] },
  { "a file where a folder is", "@/src", "d", there = TREE,
    here = "mkdir -p d/src/one/x", kind = "argument",
    but = BROKEN_OFF },
  { "a folder where a file is", "@/src", "d", there = TREE,
    here = "mkdir -p d/src; echo sub >d/src/sub", kind = "argument",
    but = BROKEN_OFF },
  { "a folder where a link to a folder is", "@/src", "d", there = TREE,
    here = "mkdir -p d/src d/other; ln -s ../other d/src/sub",
    kind = "argument",
    but = BROKEN_OFF },
  { "a name that comes again", "@/a", "b",
    there = "mkdir -p a/a/a; echo a >a/a/a/a; ln a/a/a/a a/hard" },
  { "a folder by its parent", "@/src/sub/..", "new", there = TREE },
  { "the root", "/", "d", on = "tiny", here = "mkdir d",
    but = "/d'?$" }, -- which gets the root's time from the command only
  { "the root under a new name", "/", "new", on = "tiny",
    not_podman = NAMES },

  -- what is in a folder
  { "contents into a folder", "@/src/.", "d", there = TREE,
    here = "mkdir d; chmod 770 d" },
  { "contents under a new name", "@/src/.", "new.d", there = TREE,
    not_podman = NAMES },
  { "contents onto a file", "@/src/.", "old", there = TREE, here = OLD,
    kind = "argument" },
  { "hidden files and hard links as contents", "@/h/.", "new",
    there = "mkdir h; echo x >h/.x; ln h/.x h/..y; mkdir h/.z",
    not_podman = NAMES },

  -- links of the container
  { "a link to a file", "@/l", "new", there = FILE .. "; ln -s f l" },
  { "a link to a folder with a slash", "@/l/", "d", there = TREE
    .. "; ln -s src l", here = "mkdir d" },
  { "contents of a link to a folder", "@/l/.", "d", there = TREE
    .. "; ln -s src l", here = "mkdir d" },
  { "a link to nothing", "@/l", "new", there = "ln -s nowhere l",
    not_podman = LINKS },
  { "a link that leads out", "@/l", "new", there = "ln -s ../../x l",
    only_here = "it is copied as any, for nothing is written through it",
    not_podman = LINKS },
  { "a link to a file, followed", "@/l", "new", follow_link = true,
    there = FILE .. "; ln -s f l" },
  { "a link to a file, followed, onto a file", "@/l", "old",
    follow_link = true, there = FILE .. "; ln -s f l", here = OLD },
  { "a chain of links, followed", "@/l", "d", follow_link = true,
    there = TREE .. "; ln -s src/m l; ln -s sub/two src/m",
    here = "mkdir d" },
  { "a link to a folder, followed", "@/l", "d", follow_link = true,
    there = TREE .. "; ln -s src l", here = "mkdir d" },
  { "contents of a link, followed", "@/l/.", "new", follow_link = true,
    there = TREE .. "; ln -s src l",
    not_podman = NAMES },
  { "a link to nothing, followed", "@/l", "new", follow_link = true,
    there = "ln -s nowhere l", kind = "not_found" },

  -- links of this machine
  { "onto a link to a folder", "@/f", "l", there = FILE,
    here = "mkdir d; ln -s d l" },
  { "onto a link to a folder with a slash", "@/f", "l/", there = FILE,
    here = "mkdir d; ln -s d l" },
  { "onto a relative link to a file", "@/f", "x/l", there = FILE,
    here = OLD .. "; mkdir x; ln -s ../old x/l" },
  { "onto a link to nothing", "@/f", "l", there = FILE,
    here = "ln -s $PWD/to l" },
  { "onto a relative link to nothing", "@/f", "x/l", there = FILE,
    here = "mkdir x; ln -s ../to x/l" },
  { "a folder onto a link to nothing with a slash", "@/src", "l/",
    there = TREE, here = "ln -s to l", kind = "argument" },
  { "onto a link to nothing in no folder", "@/f", "l", there = FILE,
    here = "ln -s no/to l", kind = "argument" },
  { "onto a chain of links", "@/f", "l", there = FILE,
    here = OLD .. "; mkdir x; ln -s x/m l; ln -s ../k x/m; ln -s old k" },
  { "onto a link that goes around", "@/f", "l", there = FILE,
    here = "ln -s m l; ln -s l m", kind = "argument" },
  { "a folder onto a link to a file", "@/src", "l", there = TREE,
    here = OLD .. "; ln -s old l", kind = "argument" },

  -- things that are not plain
  { "a device to be written onto", "@/f", "/dev/null", there = FILE,
    kind = "argument" },
  { "a FIFO to be written onto", "@/f", "p", there = FILE,
    here = "mkfifo p" },
  { "a FIFO in a folder", "@/p", "new", there = "mkdir p; mkfifo p/p" },
  { "devices", "@/z", "new", devices = true, there = [[mkdir z
    mknod z/c c 1 3 || :; mknod -m 600 z/b b 7 9 || :]],
    not_podman = DEVICES },
  { "names in any bytes", "@/n", "new", there = [[mkdir n; cd n
    echo 1 >' a  b '; echo 2 >"$(printf 'a\nb')"; echo 3 >"$(printf 'x\377y')"
    echo 4 >a:b; echo 5 >-n; echo 6 >'a"'\''\b'; echo 7 >"$(printf 'a\tb\1')"
    mkdir '*'; ln -s "$(printf 'to\377 \n')" l; echo 8 >Größe]] },
  { "a name with a colon", "@/a:b", "./c:d", there = "echo x >a:b" },
  { "long names", "@/n", "new", there = [[mkdir n; cd n
    long=$(printf %0255d 0); echo x >$long; ln $long hard; ln -s $long soft
    long=$(printf %0150d 1)
    mkdir -p $long/$long; echo y >$long/$long/$long
    ln $long/$long/$long $long/hard; ln -s $long/$long/$long soft2]] },
  { "modes", "@/m", "new", there = [[mkdir m; cd m
    for mode in 0 4755 2755 1777 7777 600 444; do echo $mode >f$mode
    chmod $mode f$mode; mkdir d$mode; chmod $mode d$mode; echo x >d$mode/f
    done; chmod 1777 .]] },
  { "times", "@/t", "new", times = true, there = [[mkdir t; cd t; mkdir d
    touch -d '1970-01-01 00:00:00' zero; touch -d '1999-01-01 10:11:12' d
    touch -d '2038-01-19 03:14:07' .; ln -s x l
    touch -h -d '1980-01-01 00:00:00' l; touch -d @9 ..]] },
  { "owners", "@/o", "new", there = [[mkdir o; echo x >o/f; ln -s f o/l
    chown -h 3:4 o/l; chown 3000:5 o/f; chown 6:7 o]] },
  { "hard links", "@/h", "new", there = [[mkdir -p h/s; echo x >h/a
    ln h/a h/b; ln h/a h/s/c; echo y >h/y; ln h/y outside]] },
  { "a sparse file", "@/s", "new", there = [[truncate -s 16M s
    printf x | dd of=s bs=1 seek=9999999 conv=notrunc 2>/dev/null]] },

  -- other containers
  { "a folder of one that is stopped", "@/src", "new", there = TREE,
    on = "stopped" },
  { "a file of a volume of one that is read-only", "@/f", "new",
    there = FILE, on = "locked" },
}

-- Where it is done -----------------------------------------------------------

-- Each kind of container twice: the first is the command's, the second ours.
-- What is copied out comes of the first, for both.
local KINDS = {
  plain = {},
  stopped = { stopped = true },
  tiny = { single = true },
  locked = { read_only = true, volumes = true, user = "root" },
}

local base -- a folder of this machine: base/1/7 for the command, and base/2/7
local pairs_of = {} -- containers by kind
local cases = {} -- all of them, each with its number, `is_in`, and the outcome
local started -- when the copying began

-- The folder of a container that its cases have folders in.
local function top_of(kind)
  return kind.volumes and "/volume" or "/c"
end

local function place(case)
  return ("%s/%d"):format(top_of(KINDS[case.on]), case.number)
end

local function expand(case, path)
  local there = place(case)
  return (path:gsub("^@", there):gsub("^~", there:sub(2)))
end

-- What was there has a time of its own, so that a time that was kept is told
-- from one that was not; but where times are what it is about.
local AGE = "find %s -exec touch -h -d '2001-09-09 01:46:40' {} +\n"

-- A script that sets up those cases in their folders, which are below `top`.
local function set_up_script(top, chosen, folder_of, field)
  local parts = { [false] = {}, [true] = {} }
  for _, case in ipairs(chosen) do
    local part = parts[case.times or false]
    part[#part + 1] = ("mkdir -p %s; cd %s; %s\n"):format(folder_of(case),
      folder_of(case), case[field] or ":")
  end
  return ("umask 022; mkdir -p %s\n"):format(top) .. table.concat(parts[false])
    .. AGE:format(top) .. table.concat(parts[true])
end

local function run_here(script)
  local file = assert(io.open(base .. "/script", "w"))
  file:write(script)
  file:close()
  return engine.sh("sh -e " .. base .. "/script")
end

local function run_inside(container, script)
  local result = container:exec({ "sh", "-e" }, { stdin = script,
                                                  user = "0:0" })
  assert(result.exit_code == 0, result.stderr)
  return result.stdout
end

local function new_container(kind)
  local options = { read_only = kind.read_only or nil, user = kind.user }
  if kind.volumes then
    local name = fixture.volume():name()
    options.volumes = { name .. ":/volume", name .. ":/readonly:ro" }
  end
  return fixture.sleeper(options)
end

local function cases_of(name, is_first)
  local chosen = {}
  for _, case in ipairs(cases) do
    if case.on == name and (case.is_in or is_first) then
      chosen[#chosen + 1] = case
    end
  end
  return chosen
end

local function new_pair(name, kind)
  if kind.single then return { fixture.created() } end
  local pair = {}
  for i = 1, 2 do
    pair[i] = new_container(kind)
    run_inside(pair[i], set_up_script(top_of(kind), cases_of(name, i == 1),
                                      place, "there"))
    if kind.stopped then pair[i]:kill() pair[i]:wait() end
  end
  return pair
end

local function set_up_here()
  for side = 1, 2 do
    local top = base .. "/" .. side
    run_here(set_up_script(top, cases, function(case)
      return ("%s/%d"):format(top, case.number)
    end, "here"))
  end
end

-- What is done ---------------------------------------------------------------

-- One command line of docker, in the folder of the case.
local function command_of(case)
  local from, to = expand(case, case[2]), expand(case, case[3])
  local name = pairs_of[case.on][1]:name()
  if case.is_in then to = name .. ":" .. to else from = name .. ":" .. from end
  return ("cd %s/1/%d; docker -H %s cp %s %s -- %s %s >%s/out.%d 2>&1 "
    .. "</dev/null; echo $? >%s/status.%d\n"):format(
    base, case.number, engine.host(), case.follow_link and "-L" or "",
    case.copy_uid_gid and "-a" or "", quote(from), quote(to), base,
    case.number, base, case.number)
end

-- Starts all of them, which go on beside ours.
local function start_docker()
  local script = {}
  for _, case in ipairs(cases) do script[#script + 1] = command_of(case) end
  local file = assert(io.open(base .. "/docker.sh", "w"))
  file:write(table.concat(script))
  file:close()
  return io.popen("sh " .. base .. "/docker.sh 2>&1", "r")
end

local function read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read "a"
end

local function copy(case)
  assert(lfs.chdir(("%s/2/%d"):format(base, case.number)))
  local container = pairs_of[case.on][case.is_in and 2 or 1]
  local method = case.is_in and container.cp_in or container.cp_out
  local options = { follow_link = case.follow_link, devices = case.devices,
                    copy_uid_gid = case.copy_uid_gid }
  case.ok, case.result = pcall(method, container, expand(case, case[2]),
                               expand(case, case[3]), options)
end

local function copy_all()
  local here = lfs.currentdir()
  local pipe <close> = start_docker()
  for _, case in ipairs(cases) do copy(case) end
  lfs.chdir(here)
  assert.equal("", pipe:read "a")
  for _, case in ipairs(cases) do
    case.status = tonumber(read(("%s/status.%d"):format(base, case.number)))
    case.output = read(("%s/out.%d"):format(base, case.number))
  end
end

-- What came of it ------------------------------------------------------------

-- All that is below the folder: what stat says of each thing, and the sums of
-- files. Names may have a newline in them.
local LOOK = [[
find %s -print0 | sort -z |
  xargs -0 stat -c '%%A %%u:%%g %%t:%%T %%h %%s %%Y|%%N'
find %s -type f -print0 | sort -z | xargs -0r md5sum
]]

-- Sizes and links of folders are the file system's own, and the times of
-- what was changed now differ by a little.
local function normalize(line)
  line = line:gsub("^(d[rwxsStT-]+ %d+:%d+) 0:0 %d+ %d+ ", "%1 ")
  return (line:gsub(" (%d+)|", function(time)
    time = tonumber(time)
    if time >= started and time < started + 600 then return " now|" end
  end, 1))
end

-- Whose case a line is about: with what is in the root, those that made it.
local function number_of(line, top)
  local _, finish = line:find(top .. "/", 1, true)
  if finish then return tonumber(line:match("^%d+", finish + 1)) end
  for _, case in ipairs(cases) do
    if case.look and line:find(case.look, 1, true) then return case.number end
  end
end

-- Adds what was found to that of each case, without the name of the folder.
-- Of a container it tells nothing where that was not written to.
local function add_found(found, text, top, is_here)
  local number
  for line in text:gmatch "[^\n]*" do
    number = number_of(line, top) or number
    if number and line ~= "" and (is_here or cases[number].is_in) then
      found[number] = found[number] or {}
      table.insert(found[number], normalize((line:gsub(top, ""))))
    end
  end
end

local function look_inside(found, name, container)
  local kind, more = KINDS[name], {}
  if kind.single then return end
  for _, case in ipairs(cases_of(name, false)) do
    more[#more + 1] = case.look
  end
  if kind.stopped then container:start() end
  local top = top_of(kind)
  local folders = top .. " " .. table.concat(more, " ")
  add_found(found, run_inside(container, LOOK:format(folders, folders)), top)
end

local function look_at_all()
  for side = 1, 2 do
    local found, top = {}, base .. "/" .. side
    add_found(found, run_here(LOOK:format(top, top)), top, true)
    for name, pair in pairs(pairs_of) do
      look_inside(found, name, pair[side])
    end
    for _, case in ipairs(cases) do
      case.found[side] = found[case.number]
    end
  end
end

local function add(list, is_in)
  for _, case in ipairs(list) do
    cases[#cases + 1] = case
    case.number, case.is_in, case.on = #cases, is_in, case.on or "plain"
    case.found = {}
  end
end
add(IN, true)
add(OUT, false)

lazy_setup(function()
  base = fixture.empty_folder()
  set_up_here()
  for name, kind in pairs(KINDS) do pairs_of[name] = new_pair(name, kind) end
  started = os.time()
  copy_all()
  look_at_all()
end)
lazy_teardown(function()
  fixture.clean()
  assert.equal("", fixture.left())
end)

-- The lines that only one side has.
local function only_on(side, case)
  local known, found = {}, {}
  for _, line in ipairs(case.found[3 - side]) do known[line] = true end
  for _, line in ipairs(case.found[side]) do
    if not (known[line] or case.but and line:find(case.but)) then
      found[#found + 1] = line
    end
  end
  return table.concat(found, "\n")
end

local function check(case)
  local ours = case.ok and "" or tostring(case.result)
  if case.kind then
    assert.not_equal(0, case.status, "the docker command did it")
    assert(not case.ok, "we did it; docker said " .. case.output)
    assert(core.is_error(case.result, case.kind), ours)
  elseif case.only_here then
    assert.not_equal(0, case.status, "the docker command did it")
    assert(case.ok, ours)
    return
  else
    assert.equal(0, case.status, case.output)
    assert(case.ok, ours)
  end
  assert.equal(only_on(1, case), only_on(2, case))
end

local function on_its_engine(case)
  local function test() check(case) end
  if not case.not_podman then return test end
  return engines.only_docker(case.not_podman, test)
end

for is_in, title in pairs{ [true] = "into a container #once",
                           [false] = "out of a container #once" } do
  describe(title, function()
    for _, case in ipairs(cases) do
      if case.is_in == is_in then
        it(case[1], on_its_engine(case))
      end
    end
  end)
end
