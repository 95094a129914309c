// Package geoid holds the EGM96 geoid, embedded. What to do with it is package geodesy's business.
package geoid

import (
	_ "embed"
	"fmt"
	"sync"

	"overflight/geodesy"
)

//go:embed egm96.bin
var egm96 []byte

// EGM96 returns the 15' grid of the EGM96 geoid. The first call unpacks it, which takes some tens of
// milliseconds; every call returns the same geoid.
var EGM96 = sync.OnceValue(func() *geodesy.Geoid {
	g, err := geodesy.ParseGeoid(egm96)
	if err != nil {
		// The bytes are a part of the program: a test parses them.
		panic(fmt.Sprintf("the embedded geoid is damaged: %v", err))
	}
	return g
})
