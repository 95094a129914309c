package durable

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// both runs a test over the operating system's file system and over the one in memory: they have to
// agree, or the crash tests say nothing about disks.
func both(t *testing.T, test func(t *testing.T, f *FS, dir string)) {
	t.Run("disk", func(t *testing.T) {
		t.Parallel()
		test(t, OS(), t.TempDir())
	})
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		f := NewFaulty().FS()
		if err := f.Mkdir("/data", 0o700); err != nil {
			t.Fatal(err)
		}
		test(t, f, "/data")
	})
}

func wantFile(t *testing.T, f *FS, name, want string) {
	t.Helper()
	got, err := f.ReadFile(name, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Fatalf("%s holds %q, want %q", name, got, want)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got error %v, want %v", err, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriteFile(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, f *FS, dir string) {
		name := filepath.Join(dir, "a")
		must(t, f.WriteFile(name, []byte("one"), 0o600))
		must(t, f.WriteFile(name, []byte("two"), 0o600))
		wantFile(t, f, name, "two")
		wantErr(t, f.CreateFile(name, []byte("three"), 0o600), fs.ErrExist)
		wantFile(t, f, name, "two")
		must(t, f.CreateFile(filepath.Join(dir, "b"), nil, 0o600))
		wantFile(t, f, filepath.Join(dir, "b"), "")
		wantErr(t, f.WriteFile(filepath.Join(dir, "missing", "a"), nil, 0o600), fs.ErrNotExist)
		entries, err := f.List(dir)
		must(t, err)
		want := []Entry{{Name: "a", Size: 3}, {Name: "b"}}
		if diff := cmp.Diff(want, entries); diff != "" {
			t.Error("nothing staged may be left:\n" + diff)
		}
	})
}

func TestStaged(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, f *FS, dir string) {
		s, err := f.Stage(dir, 0o600)
		must(t, err)
		for range 3 {
			_, err = s.Write([]byte("abc"))
			must(t, err)
		}
		if s.Size() != 9 {
			t.Errorf("size %d, want 9", s.Size())
		}
		must(t, s.Sync())
		must(t, s.Publish(filepath.Join(dir, "x")))
		wantFile(t, f, filepath.Join(dir, "x"), "abcabcabc")
		_, err = s.Write([]byte("late"))
		wantErr(t, err, ErrSpent)
		wantErr(t, s.Replace(filepath.Join(dir, "y")), ErrSpent)
		must(t, s.Discard())

		s, err = f.Stage(dir, 0o600)
		must(t, err)
		if err := s.Replace(filepath.Join(dir, "elsewhere", "y")); err == nil || !strings.Contains(err.Error(), "another folder") {
			t.Errorf("got %v", err)
		}
		s, err = f.Stage(dir, 0o600)
		must(t, err)
		must(t, s.Discard())
		_, err = f.Stage(dir, 0o600) // abandoned, as by a crash
		must(t, err)
		n, err := f.Sweep(dir, true)
		must(t, err)
		if n != 1 {
			t.Errorf("swept %d, want 1", n)
		}
		entries, err := f.List(dir)
		must(t, err)
		if len(entries) != 1 {
			t.Errorf("left: %v", entries)
		}
	})
}

func TestAppend(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, f *FS, dir string) {
		name := filepath.Join(dir, "log")
		a, err := f.OpenAppend(name, 0o600)
		must(t, err)
		must(t, a.Append([]byte("one ")))
		must(t, a.Append([]byte("two ")))
		must(t, a.Close())
		a, err = f.OpenAppend(name, 0o600)
		must(t, err)
		if a.Size() != 8 {
			t.Errorf("size %d, want 8", a.Size())
		}
		if err := a.Truncate(9); err == nil {
			t.Error("cut to more than there is")
		}
		must(t, a.Truncate(8))
		must(t, a.Truncate(4))
		must(t, a.Append([]byte("three")))
		wantFile(t, f, name, "one three")
		p := make([]byte, 5)
		n, err := a.ReadAt(p, 4)
		must(t, err)
		if n != 5 || string(p) != "three" {
			t.Errorf("read %q", p[:n])
		}
		_, err = a.ReadAt(p, 5)
		wantErr(t, err, ErrShort)
		must(t, a.Close())
	})
}

func TestRead(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, f *FS, dir string) {
		name := filepath.Join(dir, "a")
		must(t, f.WriteFile(name, []byte("0123456789"), 0o600))
		_, err := f.ReadFile(name, 9)
		wantErr(t, err, ErrTooLarge)
		_, err = f.ReadFile(filepath.Join(dir, "b"), 9)
		wantErr(t, err, fs.ErrNotExist)
		file, err := f.Open(name)
		must(t, err)
		for _, c := range []struct {
			off, size int64
			want      string
			err       error
		}{
			{0, 10, "0123456789", nil},
			{3, 4, "3456", nil},
			{8, 4, "89", io.EOF},
			{10, 1, "", io.EOF},
			{99, 1, "", io.EOF},
		} {
			p := make([]byte, c.size)
			n, err := file.ReadAt(p, c.off)
			if string(p[:n]) != c.want || !errors.Is(err, c.err) {
				t.Errorf("ReadAt(%d bytes, %d) = %q, %v; want %q, %v", c.size, c.off, p[:n], err, c.want, c.err)
			}
		}
		if _, err := file.ReadAt(make([]byte, 1), -1); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("negative offset: %v", err)
		}
		// The file loses its tail while it is open: said, not passed off as its end.
		a, err := f.OpenAppend(name, 0o600)
		must(t, err)
		must(t, a.Truncate(5))
		_, err = file.ReadAt(make([]byte, 10), 0)
		wantErr(t, err, ErrShort)
		must(t, a.Close())
		must(t, file.Close())
	})
}

func TestRemoveAndDestroy(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, f *FS, dir string) {
		name := filepath.Join(dir, "a")
		wantErr(t, f.Remove(name), fs.ErrNotExist)
		wantErr(t, f.Destroy(name), fs.ErrNotExist)
		must(t, f.WriteFile(name, []byte("x"), 0o600))
		must(t, f.Remove(name))
		secret := strings.Repeat("secret ", 20000)
		must(t, f.WriteFile(name, []byte(secret), 0o600))
		open, err := f.Open(name)
		must(t, err)
		must(t, f.Destroy(name))
		_, err = f.Open(name)
		wantErr(t, err, fs.ErrNotExist)
		left := make([]byte, len(secret))
		_, err = open.ReadAt(left, 0)
		must(t, err)
		if strings.Contains(string(left), "secret") {
			t.Error("the bytes were not overwritten")
		}
		must(t, open.Close())
	})
}

func TestLock(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, f *FS, dir string) {
		name := filepath.Join(dir, "lock")
		l, err := f.Lock(name)
		must(t, err)
		_, err = f.Lock(name)
		wantErr(t, err, ErrLocked)
		must(t, l.Unlock())
		l, err = f.Lock(name)
		must(t, err)
		must(t, l.Unlock())
	})
}

func TestSpace(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, f *FS, dir string) {
		s, err := f.Space(dir)
		must(t, err)
		if s.Free <= 0 || s.Total < s.Free {
			t.Errorf("%+v", s)
		}
		_, err = f.Space(filepath.Join(dir, "missing"))
		wantErr(t, err, fs.ErrNotExist)
	})
}

func TestPermissionsOnDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, OS().CreateFile(filepath.Join(dir, "key"), []byte("k"), 0o600))
	info, err := os.Stat(filepath.Join(dir, "key"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if _, err := OS().Open(dir); err == nil {
		t.Error("a folder was opened as a file")
	}
}

// TestSteps holds the steps against the list in the package comment.
func TestSteps(t *testing.T) {
	t.Parallel()
	faulty := NewFaulty()
	f := faulty.FS()
	must(t, f.Mkdir("/d", 0o700))
	must(t, f.WriteFile("/d/old", []byte("12345"), 0o600))
	log, err := f.OpenAppend("/d/log", 0o600)
	must(t, err)
	must(t, log.Append([]byte("12")))
	faulty.Trace()
	for _, c := range []struct {
		name string
		do   func() error
		want []string
	}{
		{"Mkdir", func() error { return f.Mkdir("/e", 0o700) }, []string{"mkdir /e", "fsync /"}},
		{
			"WriteFile", func() error { return f.WriteFile("/d/a", []byte("123"), 0o600) },
			[]string{"create /d/staged", "write 3 /d/staged", "fsync /d/staged", "rename /d/staged /d/a", "fsync /d"},
		},
		{
			"CreateFile", func() error { return f.CreateFile("/d/b", []byte("123"), 0o600) },
			[]string{"create /d/staged", "write 3 /d/staged", "fsync /d/staged", "link /d/staged /d/b", "fsync /d", "unlink /d/staged"},
		},
		{"OpenAppend new", func() error { _, err := f.OpenAppend("/d/new", 0o600); return err }, []string{"create /d/new", "fsync /d"}},
		{"OpenAppend old", func() error { _, err := f.OpenAppend("/d/log", 0o600); return err }, nil},
		{"Append", func() error { return log.Append([]byte("3456")) }, []string{"write 4 /d/log", "fsync /d/log"}},
		{"Truncate", func() error { return log.Truncate(3) }, []string{"truncate /d/log", "fsync /d/log"}},
		{"Remove", func() error { return f.Remove("/d/a") }, []string{"unlink /d/a", "fsync /d"}},
		{
			"Destroy", func() error { return f.Destroy("/d/old") },
			[]string{"write 5 /d/old", "fsync /d/old", "unlink /d/old", "fsync /d"},
		},
	} {
		must(t, c.do())
		if diff := cmp.Diff(c.want, faulty.Trace()); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}
