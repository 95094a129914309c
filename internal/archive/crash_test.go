package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"overflight/internal/durable"
)

var (
	failures = []durable.Fault{durable.FailBefore, durable.FailAfter, durable.ShortWrite}
	faults   = append([]durable.Fault{durable.CrashBefore, durable.CrashAfter}, failures...)
	losses   = []durable.Loss{durable.LoseNothing, durable.LosePower, durable.LoseSome}
)

// restart is a loss, and the draw of LoseSome.
type restart struct {
	loss durable.Loss
	seed uint64
}

// restarts are those that a fault at a point is followed by: in the long run all; in the short one
// power loss after every crash, and one of the three in turn after the other faults.
func restarts(point int, fault durable.Fault) []restart {
	if os.Getenv("OVERFLIGHT_SOAK") == "1" {
		all := []restart{{durable.LoseNothing, 0}, {durable.LosePower, 0}}
		for seed := range uint64(50) {
			all = append(all, restart{durable.LoseSome, seed})
		}
		return all
	}
	if fault == durable.CrashAfter {
		return []restart{{durable.LosePower, 0}, {durable.LoseSome, uint64(point)}}
	}
	return []restart{{losses[(point+int(fault))%len(losses)], uint64(point)}}
}

// everyFault does one thing with every fault at every write point. check gets the machine as it runs
// on after a failure, or restarted with every loss, and what the thing returned.
func everyFault(t *testing.T, faults []durable.Fault, do func(*testing.T, *Archive) error, check func(t *testing.T, faulty *durable.Faulty, c Config, err error)) {
	t.Helper()
	prepared, c := memory(t)
	a := open(t, c)
	seal(t, a, "before", []byte("another segment"))
	must(t, a.Close())
	prepared.Restart(durable.LosePower, 0)
	run := func(t *testing.T, point int, fault durable.Fault) (*durable.Faulty, Config, error) {
		faulty, c := prepared.Clone(), c
		c.FS = faulty.FS()
		a := open(t, c)
		faulty.Plan(point, fault, syscall.EIO)
		return faulty, c, do(t, a)
	}
	faulty, _, err := run(t, 0, durable.CrashBefore)
	must(t, err)
	points := faulty.Points()
	t.Logf("%d write points", points)
	for point := 1; point <= points; point++ {
		for _, fault := range faults {
			for _, after := range restarts(point, fault) {
				t.Run(fmt.Sprintf("point %d fault %d loss %d seed %d", point, fault, after.loss, after.seed), func(t *testing.T) {
					t.Parallel()
					faulty, c, err := run(t, point, fault)
					faulty.Restart(after.loss, after.seed)
					check(t, faulty, c, err)
				})
			}
		}
	}
}

// wantTidy: nothing is left that no segment needs.
func wantTidy(t *testing.T, faulty *durable.Faulty, alive, erased int) {
	t.Helper()
	count := map[string]int{}
	for _, f := range faulty.Files() {
		if strings.Contains(f, durable.StagedPrefix) {
			t.Errorf("%s is left", f)
		}
		for _, suffix := range []string{dataSuffix, keySuffix, segmentSuffix, tombstoneSuffix} {
			if strings.HasSuffix(f, suffix) {
				count[suffix]++
			}
		}
	}
	for suffix, want := range map[string]int{dataSuffix: alive, keySuffix: alive, segmentSuffix: alive + erased, tombstoneSuffix: erased} {
		if count[suffix] != 2*want {
			t.Errorf("%d files %s, want two copies of %d: %v", count[suffix], suffix, want, faulty.Files())
		}
	}
}

func wantWhole(t *testing.T, a *Archive, segments, erased int) {
	t.Helper()
	v, err := a.VerifyAll(context.Background())
	must(t, err)
	if v.Segments != segments || v.Erased != erased || len(v.Lost) != 0 {
		t.Errorf("%+v", v)
	}
	found, _ := a.Findings()
	for _, f := range found {
		if !f.Healed || f.Fault.Reason != missing {
			t.Errorf("%+v", f)
		}
	}
}

// TestCrashWhileSealing: after every fault at every write point the segment is whole or absent, never
// half; whole if it was said to be; and sealing it again gives exactly one.
func TestCrashWhileSealing(t *testing.T) {
	t.Parallel()
	data := noise(5, 66000)
	everyFault(t, faults,
		func(t *testing.T, a *Archive) error {
			_, err := draft(t, a, "x", data).Seal(minute, later)
			return err
		},
		func(t *testing.T, faulty *durable.Faulty, c Config, err error) {
			a := open(t, c)
			_, stateErr := a.Verify("x")
			switch {
			case stateErr == nil:
				if !bytes.Equal(readAll(t, a, "x"), data) {
					t.Error("not what was sealed")
				}
				wantTidy(t, faulty, 2, 0)
			case errors.Is(stateErr, ErrNotFound) && err != nil:
				wantTidy(t, faulty, 1, 0)
			default:
				t.Errorf("sealing said %v; now: %v", err, stateErr)
			}
			seal(t, a, "x", data)
			wantWhole(t, a, 2, 0)
			wantTidy(t, faulty, 2, 0)
		})
}

// TestFailWhileSealing: the process goes on after an error and seals the same Writer again.
func TestFailWhileSealing(t *testing.T) {
	t.Parallel()
	data := noise(5, 66000)
	everyFault(t, failures,
		func(t *testing.T, a *Archive) error {
			w := draft(t, a, "x", data)
			_, err := w.Seal(minute, later)
			if err != nil {
				_, err = w.Seal(minute, later)
			}
			return err
		},
		func(t *testing.T, faulty *durable.Faulty, c Config, err error) {
			if err != nil {
				t.Fatalf("sealing again: %v", err)
			}
			a := open(t, c)
			wantWhole(t, a, 2, 0)
			wantTidy(t, faulty, 2, 0)
			seal(t, a, "x", data)
		})
}

// TestCrashWhileErasing: after every fault the segment is whole or erased; erased if it was said to
// be; and once it has begun it is finished, with no key left anywhere.
func TestCrashWhileErasing(t *testing.T) {
	t.Parallel()
	everyFault(t, faults,
		func(t *testing.T, a *Archive) error {
			_, err := a.Erase("before", later, "retention")
			return err
		},
		func(t *testing.T, faulty *durable.Faulty, c Config, err error) {
			a := open(t, c)
			_, stateErr := a.Verify("before")
			switch {
			case errors.Is(stateErr, ErrErased):
				wantTidy(t, faulty, 0, 1)
			case stateErr == nil && err != nil:
				wantTidy(t, faulty, 1, 0)
			default:
				t.Errorf("erasing said %v; now: %v", err, stateErr)
			}
			_, err = a.Erase("before", later, "retention")
			must(t, err)
			wantWhole(t, a, 0, 1)
			wantTidy(t, faulty, 0, 1)
			for _, f := range faulty.Files() {
				if data, _ := faulty.Contents(f); bytes.Contains(data, []byte("AGE-SECRET-KEY")) {
					t.Errorf("%s holds a key", f)
				}
			}
		})
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	faulty, c := memory(t)
	a := open(t, c)
	kept := seal(t, a, "kept", noise(4, 50000))
	data := noise(5, 200000)
	for room := int64(0); room < 420000; room += 10007 {
		faulty.SetRoom(room)
		w := draft(t, a, "x", data)
		_, err := w.Seal(minute, later)
		if err == nil {
			t.Fatalf("sealed in %d bytes", room)
		}
		wantErr(t, err, syscall.ENOSPC)
		// What is there can be read, damaged copies too, though nothing can be healed.
		faulty.Alter(c.dataFile(0, kept.Sealed), flip(300))
		faulty.Alter(c.keyFile(1, "kept"), flip(30))
		if !bytes.Equal(readAll(t, a, "kept"), noise(4, 50000)) {
			t.Fatal("not what was sealed")
		}
		faulty.Alter(c.dataFile(0, kept.Sealed), flip(300))
		faulty.Alter(c.keyFile(1, "kept"), flip(30))
		faulty.SetRoom(1 << 30)
		if _, err := a.Segment("x"); !errors.Is(err, ErrNotFound) {
			// The key was durable: the room that has come finishes it.
			must(t, err)
		}
		wantTidySegments(t, a, faulty)
		w.Discard()
		if t.Failed() {
			return
		}
	}
	seal(t, a, "x", data)
	v, err := a.VerifyAll(context.Background())
	must(t, err)
	if v.Segments != 2 || len(v.Lost) != 0 {
		t.Errorf("%+v", v)
	}
}

func wantTidySegments(t *testing.T, a *Archive, faulty *durable.Faulty) {
	t.Helper()
	n, err := a.Count()
	must(t, err)
	wantTidy(t, faulty, n.Segments, 0)
}

func flip(bit int) func([]byte) []byte {
	return func(p []byte) []byte {
		p[bit/8%len(p)] ^= 1 << (bit % 8)
		return p
	}
}
