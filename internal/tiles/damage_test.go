package tiles_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overflight/internal/tiles"
	"overflight/transparency"
)

func flip(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, name string) {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, info.Size()-1); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, name string) {
	t.Helper()
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

// TestDamage damages every kind of file in every way: it is found and named, and nothing else is.
func TestDamage(t *testing.T) {
	t.Parallel()
	whole := grown(t, 600)
	// 600 leaves: two full tiles and bundles, one partial of each, one tile above.
	for _, file := range []string{
		"checkpoint", ".state/treeState",
		"tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2",
		"tile/entries/000", "tile/entries/001", "tile/entries/002.p/88",
	} {
		for how, damage := range map[string]func(*testing.T, string){"flipped": flip, "truncated": truncate, "missing": remove} {
			cfg := copied(t, whole)
			damage(t, filepath.Join(cfg.Folder, filepath.FromSlash(file)))
			report, err := tiles.Verify(within(t), cfg)
			if err == nil {
				t.Errorf("%s %s: not found", how, file)
				continue
			}
			var names []string
			for _, d := range report.Damages {
				names = append(names, d.File)
			}
			if len(names) != 1 || names[0] != file {
				t.Errorf("%s %s: named %v (%v)", how, file, names, err)
			}
			if !strings.Contains(err.Error(), file) {
				t.Errorf("%s %s: the error does not name it: %v", how, file, err)
			}
		}
	}
	for _, file := range []string{"signed", "cosigned"} {
		cfg := copied(t, whole)
		if file == "cosigned" {
			cosigned(t, cfg)
		}
		name := filepath.Join(cfg.Memory, file)
		flip(t, name)
		report, err := tiles.Verify(within(t), cfg)
		if err == nil || len(report.Damages) != 1 || report.Damages[0].File != name {
			t.Errorf("flipped %s: %v", file, err)
		}
		var d *tiles.DamageError
		if _, err := tiles.Open(within(t), cfg); !errors.As(err, &d) || d.File != name {
			t.Errorf("Open with flipped %s: %v", file, err)
		}
	}
	if report, err := tiles.Verify(within(t), whole); err != nil || report.Size != 600 || report.Roots < 3 {
		t.Errorf("the whole log: %+v %v", report, err)
	}
}

func TestOlderPartialTiles(t *testing.T) {
	t.Parallel()
	cfg := grown(t, 100)
	l := opened(t, cfg)
	if err := l.Append(within(t), 100, leaves(100, 500)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Await(within(t), 600); err != nil {
		t.Fatal(err)
	}
	if _, err := tiles.Verify(within(t), cfg); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"tile/0/000.p/100", "tile/entries/000.p/100"} {
		flip(t, filepath.Join(cfg.Folder, file))
		report, err := tiles.Verify(within(t), cfg)
		if err == nil || report.Damages[len(report.Damages)-1].File != file && report.Damages[0].File != file {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func copied(t *testing.T, cfg tiles.Config) tiles.Config {
	t.Helper()
	out := config(t, t.TempDir())
	for from, to := range map[string]string{cfg.Folder: out.Folder, cfg.Memory: out.Memory} {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestOpenRefuses damages what growing further rests on.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	whole := grown(t, 600)
	for _, file := range []string{".state/treeState", "tile/0/002.p/88", "tile/1/000.p/2"} {
		for how, damage := range map[string]func(*testing.T, string){"flipped": flip, "truncated": truncate, "missing": remove} {
			cfg := copied(t, whole)
			damage(t, filepath.Join(cfg.Folder, filepath.FromSlash(file)))
			var d *tiles.DamageError
			if _, err := tiles.Open(within(t), cfg); !errors.As(err, &d) || !strings.Contains(d.File, file) {
				t.Errorf("%s %s: %v", how, file, err)
			}
			if how == "missing" {
				if _, err := os.Stat(filepath.Join(cfg.Folder, file)); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s was made again", file)
				}
			}
		}
	}
	for how, damage := range map[string]func(*testing.T, string){"flipped": flip, "truncated": truncate, "missing": remove} {
		cfg := copied(t, whole)
		damage(t, filepath.Join(cfg.Folder, "checkpoint"))
		l := opened(t, cfg)
		if h := l.Healed(); len(h) != 1 || h[0].File != "checkpoint" {
			t.Errorf("%s checkpoint: healed %v", how, h)
		}
		if _, err := tiles.Verify(within(t), cfg); err != nil {
			t.Errorf("%s checkpoint, put back: %v", how, err)
		}
	}
}

func TestRollback(t *testing.T) {
	t.Parallel()
	older := grown(t, 300)
	newer := copied(t, older)
	l := opened(t, newer)
	if err := l.Append(within(t), 300, leaves(300, 50)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(within(t)); err != nil {
		t.Fatal(err)
	}
	back := copied(t, newer)
	if err := os.RemoveAll(back.Folder); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(back.Folder, os.DirFS(older.Folder)); err != nil {
		t.Fatal(err)
	}
	var rolled *tiles.RollbackError
	_, err := tiles.Open(within(t), back)
	if !errors.As(err, &rolled) || rolled.Remembered.Size != 350 || rolled.Found != 300 {
		t.Fatalf("an older copy of the folder: %v", err)
	}
	want := back.Folder + " holds 300 leaves, but a checkpoint of 350 leaves was signed: the folder was rolled back"
	if err.Error() != want {
		t.Errorf("reason %q", err)
	}
	var coded transparency.Coded
	if !errors.As(err, &coded) || coded.Code() != transparency.CodeRollback {
		t.Errorf("code of %v", err)
	}
	if _, err := tiles.Verify(within(t), back); !errors.As(err, &rolled) {
		t.Errorf("Verify of an older copy: %v", err)
	}
	// The ledger brings it back.
	if _, err := tiles.Rebuild(within(t), back, ledger{end: 350}); err != nil {
		t.Fatal(err)
	}
	if got := opened(t, back).Size(); got != 350 {
		t.Errorf("size %d after the rebuild", got)
	}
}

// TestFork puts another history of the same length, signed with the same key, in the place of the log.
func TestFork(t *testing.T) {
	t.Parallel()
	whole := grown(t, 40)
	forked := config(t, t.TempDir())
	l, err := tiles.Create(within(t), forked)
	if err != nil {
		t.Fatal(err)
	}
	other := leaves(0, 40)
	other[17] = leaf(1 << 30)
	if err := l.Append(within(t), 0, other); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(within(t)); err != nil {
		t.Fatal(err)
	}
	forked.Memory = whole.Memory
	var fork *transparency.InconsistencyError
	if _, err := tiles.Open(within(t), forked); !errors.As(err, &fork) || fork.Code() != transparency.CodeFork {
		t.Errorf("a fork: %v", err)
	}
}

func TestRebuild(t *testing.T) {
	t.Parallel()
	cfg := grown(t, 1300)
	before, err := tiles.NewReader(cfg.Folder, cfg.Key).Checkpoint(within(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(cfg.Folder); err != nil {
		t.Fatal(err)
	}
	var d *tiles.DamageError
	if _, err := tiles.Open(within(t), cfg); !errors.As(err, &d) {
		t.Fatalf("Open without the folder: %v", err)
	}
	var short *tiles.LedgerShortError
	if _, err := tiles.Rebuild(within(t), cfg, ledger{end: 1299}); !errors.As(err, &short) {
		t.Errorf("a ledger that lost its end: %v", err)
	}
	changed := ledger{end: 1300, replace: map[uint64][]byte{9: leaf(1 << 30)}}
	if _, err := tiles.Rebuild(within(t), cfg, changed); err == nil {
		t.Error("another history was rebuilt")
	}
	if _, err := os.Stat(cfg.Folder); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a tree that was refused was put in place")
	}
	report, err := tiles.Rebuild(within(t), cfg, ledger{end: 1400})
	if err != nil {
		t.Fatal(err)
	}
	if report.Size != 1400 || len(report.Damages) != 0 {
		t.Errorf("report %+v", report)
	}
	after, err := tiles.NewReader(cfg.Folder, cfg.Key).Checkpoint(within(t))
	if err != nil {
		t.Fatal(err)
	}
	if string(after.Raw()) != string(before.Raw()) {
		t.Errorf("checkpoint after\n%s\nbefore\n%s", after.Raw(), before.Raw())
	}
	l := opened(t, cfg)
	s, err := l.Await(within(t), 1400)
	if err != nil {
		t.Fatal(err)
	}
	checkLeaves(t, l, s)
	entries, err := os.ReadDir(filepath.Dir(cfg.Folder))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestRemember(t *testing.T) {
	t.Parallel()
	older, cfg := grown(t, 5), grown(t, 9)
	signed, err := os.ReadFile(filepath.Join(cfg.Folder, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(cfg.Memory); err != nil {
		t.Fatal(err)
	}
	if err := tiles.Remember(cfg, signed); err != nil {
		t.Fatal(err)
	}
	if got := opened(t, cfg).Size(); got != 9 {
		t.Errorf("size %d", got)
	}
	small, err := os.ReadFile(filepath.Join(older.Folder, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	other := copied(t, cfg)
	if err := tiles.Remember(other, small); err == nil {
		t.Error("a smaller checkpoint was remembered over a larger one")
	}
	if err := tiles.Remember(other, append([]byte("x"), signed...)); err == nil {
		t.Error("a forged checkpoint was remembered")
	}
}
