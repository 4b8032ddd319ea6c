# Two commands matter: `make run` and `make test`. Both install what is missing, build, and do their job.
# A path with spaces is fine: nothing here names a file by an absolute path.

.PHONY: run test build bench format lint clean coverage mcdc ablation

run:
	@Scripts/setup.sh run
	swift build -c release
	@Scripts/run.sh

test:
	@Scripts/setup.sh test
	@Scripts/test.sh

build:
	@Scripts/setup.sh build
	swift build -c release

bench: build
	@"$$(swift build -c release --show-bin-path)/ansa" bench

format:
	swift format format --in-place --recursive Sources Tests Package.swift

lint:
	swift format lint --strict --recursive Sources Tests Package.swift

clean:
	rm -rf .build .oracles .recordings

# Devices in the loop, emulated where they are not there: every campaign of Devices, a line for each expectation.
.PHONY: hil
hil: build
	@"$$(swift build -c release --show-bin-path)/ansa" hil Devices/*/*.yaml

# The proofs: each ends with a line `name: counts: pass` and fails otherwise.

coverage: build-tools
	@Scripts/coverage.sh

# WRITE=1 make mcdc writes the stored vectors anew.
mcdc: build-tools
	@Scripts/mcdc.sh

ablation: build-tools
	@python3 Scripts/ablation.py

# COUNT and SEED choose how many commands and which; the seed is drawn where none is given.
oracle: build-tools
	@Scripts/oracle.sh "$(or $(COUNT),1000000)" $(SEED)

# Half an hour or more; ANSA_FAULT_RUNS says how often processes are killed, each way (200).
faults: build-tools
	@Scripts/faults.sh

# make fuzz SECONDS=60 gives each target a minute.
fuzz: build-tools
	@Scripts/fuzz.sh $(or $(SECONDS),60)

.PHONY: build-tools oracle faults fuzz
build-tools:
	@Scripts/setup.sh build

# Every mutant of the gate against its tests; Scripts/mutants.py --help has the options of a sample.
.PHONY: mutants
mutants:
	@Scripts/mutants.py --self-check
	@Scripts/mutants.py

# Every state of the model of arming, token, lease, stop and latch; needs spin, which it names where it is missing.
.PHONY: model-check
model-check:
	@Scripts/model_check.sh
