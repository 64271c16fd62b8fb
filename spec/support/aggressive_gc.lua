-- SPDX-License-Identifier: MIT
-- A busted helper: Lua's collector at its most active, so that whatever is
-- not anchored is gone at once.

-- Incremental with no pause begins a new cycle as soon as one has ended, and
-- a full one every so many instructions catches what lives for a moment. A
-- new coroutine inherits the hook of the one that makes it.
collectgarbage("incremental", 0, 1000, 1)
debug.sethook(function() collectgarbage() end, "", 20000)
