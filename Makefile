# SPDX-License-Identifier: MIT
# Builds moonsail in place: build/moonsail/core.so, for a LUA_CPATH of
# build/?.so. SANITIZE=1 builds with ASan and UBSan, into build-san.
LUA = lua5.4
LUA_INCDIR = /usr/include/lua5.4
LUA_LIB = -llua5.4
API_SPEC ?=

ifeq ($(origin CC),default)
  CC = gcc
endif
ifeq ($(filter-out all,$(MAKECMDGOALS))$(findstring jobserver,$(MAKEFLAGS)),)
  MAKEFLAGS += -j$(shell nproc)
endif

WARNINGS = \
  -Wall \
  -Wextra \
  -Wshadow \
  -Wstrict-prototypes \
  -Wmissing-prototypes \
  -Wpointer-arith \
  -Wwrite-strings \
  -Wundef \
  -Wvla \
  -Wno-overlength-strings \
  -Werror
CFLAGS = -O2 -g
BUILD = build
ifdef SANITIZE
  CFLAGS = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
    -fno-sanitize-recover=all
  LDFLAGS = -Wl,-z,nodelete # there still when leaks are looked for
  BUILD = build-san
endif
COMPILE = $(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(CFLAGS) -fPIC \
  -fvisibility=hidden -Icsrc -I$(LUA_INCDIR)
LIBS = -larchive -lcurl -lpthread -lm

SOURCES := $(sort $(wildcard csrc/*/*.c csrc/*/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
CORE := $(BUILD)/moonsail/core.so
C_TESTS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard spec/c/*_test.c)))
HELPERS := $(patsubst spec/%.c,$(BUILD)/%,$(sort $(wildcard spec/support/*.c)))

.PHONY: all tests test sanitize generate check format bench clean FORCE
.SECONDARY:

all: $(CORE)

tests: $(CORE) $(C_TESTS) $(HELPERS) # all that the tests need

$(CORE): $(OBJECTS)
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) $(CFLAGS) $(LDFLAGS) -shared -o $@ $(OBJECTS) $(LIBS)

$(BUILD)/spec/c/%_test: $(BUILD)/spec/c/%_test.o $(OBJECTS)
	@echo '  LD $@'
	@$(CC) $(CFLAGS) -o $@ $^ $(LUA_LIB) $(LIBS)

$(BUILD)/support/%: $(BUILD)/spec/support/%.o
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) $(CFLAGS) -o $@ $^ $(LIBS)

# alone in a root file system, without any library
$(BUILD)/support/plugin: spec/support/plugin.c $(BUILD)/command
	@mkdir -p $(@D)
	@echo '  LD $@'
	@$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O2 -static -s -o $@ $<

$(BUILD)/%.o: %.c $(BUILD)/command
	@mkdir -p $(@D)
	@echo '  CC $<'
	@$(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/command: FORCE # another compiler, other flags: all is made again
	@mkdir -p $(@D)
	@echo '$(COMPILE)' | cmp -s - $@ || echo '$(COMPILE)' >$@

test:
	sh tools/test.sh

sanitize:
	SANITIZE=1 sh tools/test.sh
	SANITIZE=1 AGGRESSIVE_GC=1 API_SPEC= sh tools/test.sh unit

generate:
	@test -n "$(API_SPEC)" || { echo "make generate API_SPEC=DIR"; exit 1; }
	$(LUA) tools/generate.lua $(API_SPEC)

check:
	API_SPEC="$(API_SPEC)" sh tools/check.sh

format:
	clang-format -i $$(sh tools/check.sh --formatted)

bench: all
	sh bench/run.sh

clean:
	rm -rf build build-san

-include $(OBJECTS:.o=.d) $(wildcard $(BUILD)/spec/*/*.d)
