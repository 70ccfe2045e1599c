# A thin front: the build is in meson.build, the checks are in tools/.
# Each target first sees to the Debian packages that it needs.

PREFIX ?= /usr/local
export PREFIX
DESTDIR ?=
ifneq ($(wildcard ../shared/data),)
export ASSAY_TEST_DATA ?= $(abspath ../shared)
endif

# ninja and the tests use every core themselves; two targets at once would
# set up and build the same things
.NOTPARALLEL:
.PHONY: all demo check check-full bench fuzz golden format install clean
.PHONY: setup setup-check setup-fuzz

all: setup
	@tools/build.sh build

demo: all
	@rm -f build/demo.db*
	@build/assay compare gemma-2-2b gpt-4-vision-preview \
	    --store build/demo.db
	@echo
	@echo "A real trial, offline: 60 short prompts on the two models that are"
	@echo "built in. What the verdict is, the models decide."
	@echo
	@build/assay try data/trial/short-tasks.jsonl --on local:nano-s \
	    --on local:nano-xs --yes --store build/demo.db || [ $$? = 1 ]
	@echo
	@echo "The comparison of the two now rests on it:"
	@echo
	@build/assay compare assay/nano-s assay/nano-xs --store build/demo.db
	@echo
	@echo "Try next:"
	@echo "  build/assay report --differing --store build/demo.db"
	@echo "  build/assay show gpt-4-vision-preview --explain"
	@echo "  build/assay find vision 'context>=100k' 'price.output<5'" \
	    "status=active"
	@echo "  build/assay compare gemma-2-2b gpt-4o --format html >page.html"
	@echo "  build/assay --help"

check: setup-check
	@tools/check.sh

check-full: setup-fuzz
	@tools/check.sh --full

bench: all
	@tools/setup.sh bench || echo "skip: peers that set-up cannot install"
	@tools/npm.sh setup || true
	@bench/bench.sh build/assay

fuzz: setup-fuzz
	@tools/fuzz.sh fuzz

golden: all
	@tests/cli/run.sh build/assay --update

format: setup-check
	@tools/check_format.sh --fix

install: all
	@DESTDIR="$(DESTDIR)" meson install -C build
	@# the loader finds a new library in its cache
	@[ -n "$(DESTDIR)" ] || ldconfig 2>/dev/null || true

clean:
	rm -rf build

setup:
	@tools/setup.sh build
setup-check:
	@tools/setup.sh build test
setup-fuzz:
	@tools/setup.sh build test fuzz
