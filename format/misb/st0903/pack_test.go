package st0903

import (
	"math/rand/v2"
	"testing"
)

// TestPlain holds that the short way to a number and the long one agree, bit by bit, for every
// item, length and encoding: there are two because most of the time goes into the short one.
func TestPlain(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1201, 903))
	for _, legacy := range []bool{false, true} {
		all := currentPack
		if legacy {
			all = legacyPack
		}
		read := 0
		for tag := Centroid; tag <= DetectionStatus; tag++ {
			for range 4000 {
				pack := []byte{1, byte(tag), byte(1 + random.IntN(plainSize))}
				for range pack[2] {
					pack = append(pack, byte(random.Uint32()))
				}
				switch random.IntN(4) {
				case 0:
					clear(pack[4:])
					pack[3] = 0x80 // the largest mapped value, or the lowest signed one
				case 1:
					pack[3] &= 0x7F
				}
				var short, long Target
				p, seen := short.numbers.plain(all, pack, 1, 0)
				if seen == 0 {
					continue
				}
				read++
				short.numbers.present = seen
				s := Set{Legacy: legacy}
				s.readItem(&long, pack, 1, 0, 0)
				if p != len(pack) || short.numbers != long.numbers || len(s.Defects) != 0 {
					t.Fatalf("legacy %v, % x: %v, in the long way %v %v", legacy, pack, short.numbers, long.numbers, s.Defects)
				}
			}
		}
		if read < 20*1000 {
			t.Errorf("legacy %v: only %d numbers in the short way", legacy, read)
		}
	}
}
