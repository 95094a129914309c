package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"overflight/internal/atlas"
)

func newVersion(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: t.words.Text("help.version"),
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			a, err := atlas.Open()
			if err != nil {
				return err
			}
			s := a.Source()
			fmt.Fprintf(t.out, "overflight %s %s/%s %s\n", version(), runtime.GOOS, runtime.GOARCH, runtime.Version())
			fmt.Fprintln(t.out, t.words.Text("version.boundaries", s.Name, s.Version, s.Licence))
			fmt.Fprintf(t.out, "sha256 %s\n", s.Digest)
			fmt.Fprintln(t.out, atlas.Attribution)
			return nil
		},
	}
}

// version is that of the module, or the commit that it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	return info.Main.Version
}
