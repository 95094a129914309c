# Two commands do all the set-up: `make run` shows the server at work, `make test` runs everything.
.PHONY: run test build page bench lint check fuzz soak boundaries clip
.DEFAULT_GOAL := build

build: page
	go build -o bin/ ./cmd/...

# The page, from web/, with the tools that its lock file pins.
page:
	scripts/page

# The server with a simulated flight under way; prints where it is and runs until it is interrupted.
run: build
	scripts/run

# Everything: outside tools, lint, unit, oracle, story and fuzz tests.
test:
	scripts/setup
	scripts/test

# Without the outside tools and without fuzzing, for the minutes between edits.
check:
	go vet ./... && go test ./...

lint:
	scripts/lint

fuzz:
	scripts/fuzz

# The journal killed twenty times, and every target fuzzed for a minute. The seed is printed; OVERFLIGHT_SEED repeats it.
soak:
	OVERFLIGHT_SOAK_ROUNDS=20 go test -race -count 1 -v -timeout 60m -run 'Kill|Damage|FullDisk' ./internal/node
	FUZZTIME=1m scripts/fuzz

# Every figure of docs/performance.md, each beside its peer measured in the same run.
bench:
	scripts/setup
	scripts/bench

# The embedded data files, rebuilt from their published sources; the result is the same bytes.
boundaries:
	scripts/boundaries

# The clip of the demonstration, drawn and encoded again (ffmpeg with libx264).
clip:
	scripts/clip
