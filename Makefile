# Témoin. `make help` lists the targets. Plain GNU make; one build directory per flavour.
ifeq ($(origin CC),default)
CC := gcc
endif
SAN ?=
BUILD := build$(if $(findstring clang,$(CC)),-clang)$(if $(SAN),-$(SAN))
PREFIX ?= /usr/local
DESTDIR ?=
WERROR ?=
VERSION := 0.1.0
# Debian's own, which has pytest
PYTHON ?= /usr/bin/python3
# V=1 shows the compiler calls
Q := $(if $(V),,@)

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla \
            -Wformat=2 -Wundef -Wswitch-enum -Wcast-function-type $(WERROR)
# gcc and clang have no common word for being built so
SAN_FLAGS_asan := -DTEMOIN_ASAN -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SAN_FLAGS_tsan := -fsanitize=thread -fno-omit-frame-pointer
SAN_FLAGS_fuzz := -DTEMOIN_ASAN -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer
OPT := $(if $(SAN),-O1,-O2)
PACKAGES := glib-2.0 gio-unix-2.0 libusb-1.0 libmicrohttpd jansson sqlite3 libpq libqrencode cairo pangocairo libcrypto libcurl libsodium libudev
# of temoin-modem alone
MODEM_PACKAGES := mbim-glib gio-unix-2.0 jansson
FLEET_PACKAGES := umockdev-1.0
TEST_PACKAGES := umockdev-1.0 zbar poppler-glib mbim-glib
JOBS ?= $(shell nproc)
# these tests mostly wait for tablets: more of them than cores
TEST_JOBS ?= 6
# where the registers of the system tests are, but for those about a file: sqlite, or postgresql
export ENGINE ?= sqlite
# uses the whole machine by itself and waits as long as a bench does: alone, and not three times slower under a sanitizer
CROWDED := tests/system/test_faults.py
# pkg-config is asked once, and only when something is built.
flags_of = $(shell pkg-config $(1) $(2) 2>/dev/null)
CPPFLAGS += -I. -I$(BUILD)/gen -D_GNU_SOURCE -DTEMOIN_VERSION='"$(VERSION)"' -DTEMOIN_DATA_DIR='"$(PREFIX)/share/temoin"' -DG_LOG_USE_STRUCTURED
CFLAGS ?= -g
ALL_CFLAGS = -std=gnu17 $(OPT) $(WARNINGS) $(SAN_FLAGS_$(SAN)) $(CFLAGS)
ALL_LDFLAGS = $(SAN_FLAGS_$(SAN)) $(LDFLAGS)

# ---- the folders that become libraries, and what each program and test is linked with (in this order) ----
FOLDERS := db labels daemon/rules daemon/devices daemon/actions daemon/documents daemon/api
lib_of = $(BUILD)/lib/$(subst /,-,$(1)).a
LIBS_temoind := $(foreach f,daemon/api daemon/documents daemon/actions daemon/devices daemon/rules labels db,$(call lib_of,$(f)))
MAINS := labels/temoin-label.c cli/temoin.c daemon/devices/temoin-modem.c tests/fleet/main.c
SRC_of = $(filter-out $(MAINS),$(wildcard $(1)/*.c))
obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

LIBS_unit/rules   := $(call lib_of,daemon/rules)
LIBS_unit/devices := $(call lib_of,daemon/devices)
LIBS_unit/labels  := $(call lib_of,labels)
LIBS_unit/db      := $(call lib_of,db)
LIBS_unit/actions := $(call lib_of,daemon/actions) $(call lib_of,daemon/devices) $(call lib_of,daemon/rules) $(call lib_of,db)
LIBS_unit/documents := $(foreach f,daemon/documents labels daemon/rules db,$(call lib_of,$(f)))
LIBS_unit/api     := $(LIBS_temoind)
LIBS_unit/cli     := $(BUILD)/lib/cli.a
LIBS_unit/fleet   := $(call lib_of,tests/fleet)
LIBS_store        := $(call lib_of,db)

PROGRAMS := $(addprefix $(BUILD)/,temoind temoin temoin-label temoin-modem temoin-fleet)
UNIT_SRC := $(wildcard tests/unit/*/*.c tests/store/*.c)
UNIT_BIN := $(patsubst tests/%.c,$(BUILD)/tests/%,$(UNIT_SRC))
FUZZ_SRC := $(filter-out tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c))
REPLAY_BIN := $(patsubst tests/fuzz/%.c,$(BUILD)/tests/fuzz/%,$(FUZZ_SRC))
# preloaded by tests; never sanitized, it must go before the sanitizer
POWERCUT := $(BUILD)/powercut.so
# what check-tsan runs: all that has more than one thread; the emulated fleet is a process of its own
TSAN_BIN := $(addprefix $(BUILD)/tests/,store/register store/mirror $(addprefix unit/actions/,events lending import) unit/devices/fleet \
            $(patsubst tests/%.c,%,$(wildcard tests/unit/api/*.c)))
BENCH_SRC := $(wildcard tests/bench/*.c)
BENCH_BIN := $(patsubst tests/bench/%.c,$(BUILD)/tests/bench/%,$(BENCH_SRC))

.PHONY: all programs demo test tests-built unit system test-kernel kernel-built check-asan check-tsan tsan-run check-format check-style bench bench-built fuzz fuzz-run install format deps help clean
.DELETE_ON_ERROR:
.SECONDARY:

all: ## build everything: temoind, temoin, temoin-label, temoin-modem, temoin-fleet
	@.ci/install-packages build demo
	@$(MAKE) --no-print-directory -j$(JOBS) programs
programs: $(PROGRAMS)

demo: ## play a year of lending on an emulated bench (installs what is missing)
	@.ci/install-packages build demo
	@$(MAKE) --no-print-directory -j$(JOBS) programs
	@BUILD=$(BUILD) tests/demo/demo

test: ## run every test (installs what is missing)
	@.ci/install-packages build demo test
	@$(MAKE) --no-print-directory check-style
	@$(MAKE) --no-print-directory -j$(JOBS) tests-built
	@$(MAKE) --no-print-directory unit system

tests-built: programs $(UNIT_BIN) $(REPLAY_BIN) $(POWERCUT)

unit: programs $(UNIT_BIN) $(REPLAY_BIN) ## the C tests alone: rules, register, devices, labels, replayed fuzz corpus
	@BUILD=$(BUILD) tests/run-unit $(UNIT_BIN)
	@BUILD=$(BUILD) tests/fuzz/replay-corpus $(REPLAY_BIN)

system: programs $(POWERCUT) $(BUILD)/tests/store/kept ## the tests that start the real daemon and the emulated fleet
	@BUILD=$(BUILD) SAN=$(SAN) $(PYTHON) -m pytest -q -rs -p no:cacheprovider -n $(TEST_JOBS) tests/system $(addprefix --ignore ,$(CROWDED))
	@$(if $(SAN),,BUILD=$(BUILD) $(PYTHON) -m pytest -q -rs -p no:cacheprovider $(CROWDED))

test-kernel: ## the installed daemon on Debian's kernel in QEMU (minutes; not part of `make test`)
	-@.ci/install-packages build demo test kernel
	@$(MAKE) --no-print-directory -j$(JOBS) kernel-built
	@BUILD=$(BUILD) tests/kernel/test-kernel $(SCENARIOS)

kernel-built: programs $(BUILD)/temoin-fleet-kernel $(BUILD)/temoin-fleet-redir

check-style: ## layers, function length and complexity, portable SQL, hygiene
	@tests/layers.sh
	@tests/style.sh
	@tests/sql-lint.sh

# with the second compiler and the second engine, so that one run says what that compiler warns of, what the sanitizers find, and whether a
# daemon does the same on PostgreSQL
check-asan: ## all tests built by clang, under AddressSanitizer and UBSan
	@.ci/install-packages build demo test check
	@$(MAKE) --no-print-directory CC=clang SAN=asan -j$(JOBS) tests-built
	@$(MAKE) --no-print-directory CC=clang SAN=asan ENGINE=postgresql unit system

check-tsan: ## the threads (register, importer, news, HTTP, the bus) under ThreadSanitizer
	@.ci/install-packages build demo test
	@$(MAKE) --no-print-directory SAN=tsan tsan-run
tsan-run: programs $(TSAN_BIN)
	@G_SLICE=always-malloc TSAN_OPTIONS="suppressions=tests/tsan/suppressions halt_on_error=1 second_deadlock_stack=1" BUILD=$(BUILD) tests/run-unit $(TSAN_BIN)

check-format: ## is the code formatted as .clang-format says?
	@git ls-files '*.c' '*.h' | xargs clang-format --dry-run --Werror

format: ## format the code
	@git ls-files '*.c' '*.h' | xargs clang-format -i

bench: ## measure, each figure beside its bound of the same run
	@.ci/install-packages build demo test
	@$(MAKE) --no-print-directory -j$(JOBS) bench-built
	@BUILD=$(BUILD) tests/bench/bench
bench-built: programs $(BENCH_BIN) $(BUILD)/tests/bench/slow_fsync.so

fuzz: ## build the libFuzzer targets with clang and run each FUZZ_SECONDS (default 60)
	@.ci/install-packages build demo test check
	@$(MAKE) --no-print-directory CC=clang SAN=fuzz fuzz-run
fuzz-run: $(addsuffix -fuzz,$(REPLAY_BIN))
	@tests/fuzz/fuzz-run $(or $(FUZZ_SECONDS),60) $^

deps: ## install the missing Debian packages of .ci/packages
	@.ci/install-packages

install: programs ## install under DESTDIR and PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man8 \
	  $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/udev/rules.d $(DESTDIR)$(PREFIX)/lib/sysusers.d
	install -m755 $(BUILD)/temoin $(BUILD)/temoin-label $(DESTDIR)$(PREFIX)/bin/
	install -m755 $(BUILD)/temoind $(BUILD)/temoin-modem $(DESTDIR)$(PREFIX)/sbin/
	install -d $(DESTDIR)$(PREFIX)/share/temoin/reset-screens
	install -m644 daemon/system/reset-screens/*.conf $(DESTDIR)$(PREFIX)/share/temoin/reset-screens/
	install -m644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m644 docs/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	for unit in temoind.service temoin-backup.service temoin-backup.timer temoin-modem.socket temoin-modem@.service; do \
	  sed 's|@PREFIX@|$(PREFIX)|g' daemon/system/$$unit >$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit; done
	install -d -m700 $(DESTDIR)/var/backups/temoin
	install -m644 daemon/system/70-temoin.rules $(DESTDIR)$(PREFIX)/lib/udev/rules.d/
	install -d $(DESTDIR)/etc/temoin
	[ -e $(DESTDIR)/etc/temoin/temoin.conf ] || install -m644 daemon/system/temoin.conf $(DESTDIR)/etc/temoin/
	install -d $(DESTDIR)/etc/temoin/dialogues
	for file in daemon/system/dialogues/*.conf; do \
	  [ -e $(DESTDIR)/etc/temoin/dialogues/$${file##*/} ] || install -m644 $$file $(DESTDIR)/etc/temoin/dialogues/; done
	install -d $(DESTDIR)$(PREFIX)/share/temoin/offers
	install -m644 daemon/system/offers/*.conf $(DESTDIR)$(PREFIX)/share/temoin/offers/
	install -m644 daemon/system/temoin.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/temoin.conf

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

clean: ## remove the build directories
	rm -rf build build-*

# ---- how things are built ----
$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(PKG_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/tests/%.o: PKG_CFLAGS = $(TESTS_CFLAGS)
$(BUILD)/obj/tests/fleet/%.o: PKG_CFLAGS = $(FLEET_CFLAGS)
PKG_CFLAGS = $(MAIN_CFLAGS)
ifneq ($(filter-out deps help clean all demo test test-kernel check-asan check-tsan bench fuzz format check-format check-style,$(or $(MAKECMDGOALS),all)),)
MAIN_CFLAGS := $(call flags_of,--cflags,$(PACKAGES) $(MODEM_PACKAGES))
MAIN_LIBS := $(call flags_of,--libs,$(PACKAGES)) -lm
MODEM_LIBS := $(call flags_of,--libs,$(MODEM_PACKAGES))
FLEET_CFLAGS := $(MAIN_CFLAGS) $(call flags_of,--cflags,$(FLEET_PACKAGES))
FLEET_LIBS := $(call flags_of,--libs,$(FLEET_PACKAGES)) $(MAIN_LIBS)
TESTS_CFLAGS := $(MAIN_CFLAGS) $(call flags_of,--cflags,$(TEST_PACKAGES))
TESTS_LIBS := $(call flags_of,--libs,$(TEST_PACKAGES)) $(MAIN_LIBS)
endif

define library
$(call lib_of,$(1)): $(call obj,$(call SRC_of,$(1))) $(if $(filter db,$(1)),$(BUILD)/obj/gen/migrations.o)
	@mkdir -p $$(@D)
	@echo "  AR $$@"
	@rm -f $$@
	$(Q)ar rcs $$@ $$^
endef
$(foreach f,$(FOLDERS) cli tests/fleet,$(eval $(call library,$(f))))

# db/migrations/*.sql as a C array, in the order of their names
$(BUILD)/gen/migrations.c: $(wildcard db/migrations/*.sql) db/migrations/embed.awk
	@mkdir -p $(@D)
	$(Q)awk -f db/migrations/embed.awk $(sort $(wildcard db/migrations/*.sql)) >$@
$(BUILD)/obj/gen/migrations.o: $(BUILD)/gen/migrations.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(MAIN_CFLAGS) -c -o $@ $<

$(BUILD)/temoind: $(call obj,$(wildcard daemon/*.c)) $(LIBS_temoind)
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(MAIN_LIBS)
$(BUILD)/temoin: $(call obj,cli/temoin.c) $(BUILD)/lib/cli.a
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(MAIN_LIBS)
$(BUILD)/temoin-label: $(call obj,labels/temoin-label.c) $(call lib_of,labels)
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(MAIN_LIBS)
$(BUILD)/temoin-modem: $(call obj,daemon/devices/temoin-modem.c) $(call lib_of,daemon/devices)
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(MODEM_LIBS)
$(BUILD)/temoin-fleet: $(call obj,$(wildcard tests/fleet/*.c))
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(FLEET_LIBS)

# the same devices on a real USB stack: the kernel's own by vhci_hcd, or behind a hub of QEMU's by usbredir
KERNEL_FLEET := $(filter-out $(wildcard tests/fleet/umock_*.c),$(wildcard tests/fleet/*.c)) tests/kernel/kernel_modem.c
$(BUILD)/temoin-fleet-kernel: $(call obj,$(KERNEL_FLEET) $(wildcard tests/kernel/vhci_*.c))
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(MAIN_LIBS)
$(BUILD)/obj/tests/kernel/redir_%.o: PKG_CFLAGS = $(MAIN_CFLAGS) $(call flags_of,--cflags,libusbredirparser-0.5)
$(BUILD)/temoin-fleet-redir: $(call obj,$(KERNEL_FLEET) $(wildcard tests/kernel/redir_*.c))
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(call flags_of,--libs,libusbredirparser-0.5) $(MAIN_LIBS)

$(BUILD)/tests/bench/slow_fsync.so: $(wildcard tests/bench/slow/*.c)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(CPPFLAGS) -std=gnu17 -O2 $(WARNINGS) $(CFLAGS) -fPIC -shared -o $@ $^ -ldl

$(POWERCUT): $(wildcard tests/powercut/*.c) $(wildcard tests/powercut/*.h)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(CPPFLAGS) -std=gnu17 -O2 $(WARNINGS) $(CFLAGS) -fPIC -shared -o $@ $(filter %.c,$^) -ldl

.SECONDEXPANSION:
# GLib's locks as ThreadSanitizer sees them, in its build alone
TSAN_SYNC := $(if $(filter tsan,$(SAN)),$(BUILD)/obj/tests/tsan/sync.o)
$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(TSAN_SYNC) $$(LIBS_$$(subst //,,$$(dir $$*)/))
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(TESTS_LIBS)
$(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/replay.o $(LIBS_temoind) $(BUILD)/lib/cli.a $(call lib_of,tests/fleet)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(TESTS_LIBS)
$(BUILD)/tests/fuzz/%-fuzz: $(BUILD)/obj/tests/fuzz/%.o $(LIBS_temoind) $(BUILD)/lib/cli.a $(call lib_of,tests/fleet)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(TESTS_LIBS)
$(BUILD)/tests/bench/%: $(BUILD)/obj/tests/bench/%.o $(LIBS_temoind) $(BUILD)/lib/cli.a
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(TESTS_LIBS)

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
