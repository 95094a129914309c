package durable

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

var losses = []Loss{LoseNothing, LosePower, LoseSome}

// everyCrash does one thing with every crash and every failure at every write point, restarts with
// every loss and hands the outcome to check. err is what the thing returned.
func everyCrash(t *testing.T, prepare, do func(*FS) error, check func(t *testing.T, f *FS, err error)) {
	t.Helper()
	start := func() (*Faulty, *FS) {
		faulty := NewFaulty()
		f := faulty.FS()
		must(t, f.Mkdir("/d", 0o700))
		must(t, prepare(f))
		faulty.Restart(LosePower, 0)
		return faulty, f
	}
	faulty, f := start()
	must(t, do(f))
	points := faulty.Points()
	if points == 0 {
		t.Fatal("nothing was written")
	}
	for point := 1; point <= points; point++ {
		for _, fault := range []Fault{CrashBefore, CrashAfter, FailBefore, FailAfter, ShortWrite} {
			for _, loss := range losses {
				for seed := range uint64(8) {
					faulty, f := start()
					faulty.Plan(point, fault, syscall.EIO)
					err := do(f)
					faulty.Restart(loss, seed)
					t.Run(fmt.Sprintf("point %d fault %d loss %d seed %d", point, fault, loss, seed), func(t *testing.T) {
						check(t, f, err)
					})
					if loss != LoseSome {
						break
					}
				}
			}
		}
	}
}

func TestCrashWhileReplacing(t *testing.T) {
	t.Parallel()
	older, newer := bytes.Repeat([]byte("old"), 5000), bytes.Repeat([]byte("newer"), 5000)
	everyCrash(t,
		func(f *FS) error { return f.WriteFile("/d/a", older, 0o600) },
		func(f *FS) error { return f.WriteFile("/d/a", newer, 0o600) },
		func(t *testing.T, f *FS, err error) {
			got, readErr := f.ReadFile("/d/a", 1<<20)
			must(t, readErr)
			if !bytes.Equal(got, newer) && (err == nil || !bytes.Equal(got, older)) {
				t.Errorf("after error %v the file holds %d bytes, neither old nor new", err, len(got))
			}
			mustSweep(t, f)
		})
}

func TestCrashWhileCreating(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte("abc"), 5000)
	everyCrash(t,
		func(f *FS) error { return nil },
		func(f *FS) error { return f.CreateFile("/d/a", data, 0o600) },
		func(t *testing.T, f *FS, err error) {
			got, readErr := f.ReadFile("/d/a", 1<<20)
			switch {
			case errors.Is(readErr, fs.ErrNotExist) && err != nil:
			case readErr != nil || !bytes.Equal(got, data):
				t.Errorf("after error %v: %d bytes, %v", err, len(got), readErr)
			}
			mustSweep(t, f)
			// A staged name that came back stands for the published bytes: they are not swept.
			if readErr == nil {
				wantFile(t, f, "/d/a", string(data))
			}
		})
}

func TestCrashWhileDestroying(t *testing.T) {
	t.Parallel()
	everyCrash(t,
		func(f *FS) error { return f.WriteFile("/d/key", []byte("secret"), 0o600) },
		func(f *FS) error { return f.Destroy("/d/key") },
		func(t *testing.T, f *FS, err error) {
			got, readErr := f.ReadFile("/d/key", 1<<20)
			if err == nil && !errors.Is(readErr, fs.ErrNotExist) {
				t.Errorf("destroyed, and back: %q, %v", got, readErr)
			}
			// Whatever happened, it can be done again.
			if err := f.Destroy("/d/key"); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Error(err)
			}
		})
}

// TestCrashWhileAppending: what was acknowledged is there, in order, and after it at most a part of
// what was not.
func TestCrashWhileAppending(t *testing.T) {
	t.Parallel()
	var acked int
	record := func(i int) string { return strings.Repeat(string(rune('a'+i)), 100*(i+1)) }
	var whole string
	for i := range 4 {
		whole += record(i)
	}
	everyCrash(t,
		func(f *FS) error { return nil },
		func(f *FS) error {
			acked = 0
			a, err := f.OpenAppend("/d/log", 0o600)
			if err != nil {
				return err
			}
			for i := range 4 {
				if err := a.Append([]byte(record(i))); err != nil {
					if err := a.Append([]byte("more")); !errors.Is(err, ErrSpent) {
						return fmt.Errorf("appending after an error: %w", err)
					}
					return err
				}
				acked += len(record(i))
			}
			return nil
		},
		func(t *testing.T, f *FS, _ error) {
			got, readErr := f.ReadFile("/d/log", 1<<20)
			if errors.Is(readErr, fs.ErrNotExist) && acked == 0 {
				return
			}
			must(t, readErr)
			if len(got) < acked || string(got[:acked]) != whole[:acked] {
				t.Errorf("%d bytes were acknowledged, found %d", acked, len(got))
			}
			a, err := f.OpenAppend("/d/log", 0o600)
			must(t, err)
			must(t, a.Truncate(int64(acked)))
			must(t, a.Append([]byte(whole[acked:]+"!")))
			wantFile(t, f, "/d/log", whole+"!")
		})
}

func TestNoSpace(t *testing.T) {
	t.Parallel()
	faulty := NewFaulty()
	f := faulty.FS()
	must(t, f.Mkdir("/d", 0o700))
	must(t, f.WriteFile("/d/a", []byte("old"), 0o600))
	faulty.SetRoom(2)
	wantErr(t, f.WriteFile("/d/a", []byte("newer"), 0o600), syscall.ENOSPC)
	wantFile(t, f, "/d/a", "old")
	if files := faulty.Files(); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
	faulty.SetRoom(1 << 20)
	must(t, f.WriteFile("/d/a", []byte("newer"), 0o600))
	wantFile(t, f, "/d/a", "newer")
}

// TestPowerLossIsReal: the file system in memory loses what nobody made durable; otherwise the
// crash tests would pass for nothing.
func TestPowerLossIsReal(t *testing.T) {
	t.Parallel()
	faulty := NewFaulty()
	f := faulty.FS()
	must(t, f.Mkdir("/d", 0o700))
	must(t, f.WriteFile("/d/a", []byte("old"), 0o600))

	// Renamed without an fsync of the folder: undone.
	s, err := f.Stage("/d", 0o600)
	must(t, err)
	_, err = s.Write([]byte("new"))
	must(t, err)
	must(t, s.Sync())
	must(t, f.sys.rename(s.name, "/d/a"))
	wantFile(t, f, "/d/a", "new")
	faulty.Restart(LosePower, 0)
	wantFile(t, f, "/d/a", "old")

	// Named durably without an fsync of the file: there, and empty.
	s, err = f.Stage("/d", 0o600)
	must(t, err)
	_, err = s.Write([]byte("new"))
	must(t, err)
	must(t, f.sys.rename(s.name, "/d/a"))
	must(t, f.syncDir("/d"))
	faulty.Restart(LosePower, 0)
	wantFile(t, f, "/d/a", "")

	// The end of the process alone loses nothing.
	s, err = f.Stage("/d", 0o600)
	must(t, err)
	_, err = s.Write([]byte("new"))
	must(t, err)
	must(t, f.sys.rename(s.name, "/d/a"))
	faulty.Restart(LoseNothing, 0)
	wantFile(t, f, "/d/a", "new")

	// A failed fsync takes the bytes with it, however often it is tried again.
	faulty.Plan(3, FailBefore, nil)
	s, err = f.Stage("/d", 0o600)
	must(t, err)
	_, err = s.Write([]byte("lost"))
	must(t, err)
	wantErr(t, s.Sync(), syscall.EIO)
	must(t, s.h.sync())
	must(t, f.sys.rename(s.name, "/d/a"))
	must(t, f.syncDir("/d"))
	faulty.Restart(LosePower, 0)
	wantFile(t, f, "/d/a", "")
}

func mustSweep(t *testing.T, f *FS) {
	t.Helper()
	_, err := f.Sweep("/d", true)
	must(t, err)
	entries, err := f.List("/d")
	must(t, err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name, StagedPrefix) {
			t.Errorf("%s was left", e.Name)
		}
	}
}
