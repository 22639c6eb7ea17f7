# The front door. make builds build/strandline; see each target's line.
MAKEFLAGS += --no-print-directory
BUILD := build
SOURCES := $(shell sh tools/sources.sh src) $(shell sh tools/sources.sh tests)

.PHONY: all demo test bench fuzz asan layers style install clean packages

all: $(BUILD)/build.ninja       ## build/strandline (installs missing packages first)
	@ninja -C $(BUILD) | sed -n '$$p'

packages:
	@sh tools/install-packages.sh tools/packages.txt

# The list of sources is part of the configuration: a new file configures anew.
$(BUILD)/sources.txt: packages
	@mkdir -p $(BUILD) && echo $(SOURCES) | cmp -s - $@ || echo $(SOURCES) > $@

$(BUILD)/build.ninja: $(BUILD)/sources.txt meson.build
	@if [ -f $@ ]; then meson setup --reconfigure $(BUILD); else meson setup $(BUILD); fi > $(BUILD)/setup.txt || { cat $(BUILD)/setup.txt; exit 1; }

demo: all                       ## a fictional studio's dump, examined
	@sh tools/demo.sh

test: all                       ## everything: unit, golden, integration, truth, layers, style
	@sh tests/run.sh

bench: all                      ## measures, beside peers; table and JSON lines
	@sh tools/install-packages.sh tools/packages-bench.txt
	@sh bench/run.sh $(BENCH)

fuzz: packages                  ## libFuzzer; make fuzz READER=zip [SECONDS=60]
	@sh tools/install-packages.sh tools/packages-fuzz.txt
	@sh tools/fuzz.sh "$(READER)" "$(SECONDS)"

asan: packages                  ## the unit and golden tests under address and undefined-behaviour sanitizers
	@sh tools/asan.sh

layers:                         ## includes point only down
	@sh tools/check-layers.sh

style:                          ## banned functions, lengths
	@sh tools/check-style.sh

install: all
	@meson install -C $(BUILD)

clean:
	rm -rf $(BUILD) build-*
