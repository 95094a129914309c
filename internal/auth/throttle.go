package auth

import (
	"hash/maphash"
	"net/netip"
	"time"
)

// How failures slow down what follows.
const (
	freeByName    = 5
	freeByAddress = 20 // a whole office may stand behind one
	mostPause     = time.Minute
	forgotten     = 15 * time.Minute
	buckets       = 4096
)

// throttle counts failures of keys in a table of a fixed size. Two keys that meet in a bucket are slowed down together,
// and nobody outside can choose to meet: the seed is random. The pause has an end, so that whoever fails on purpose
// under somebody's name does not lock them out.
type throttle struct {
	free  int
	seed  maphash.Seed
	table [buckets]bucket
}

type bucket struct {
	failures int
	last     time.Time
}

func newThrottle(free int) *throttle { return &throttle{free: free, seed: maphash.MakeSeed()} }

func (t *throttle) of(key string, now time.Time) *bucket {
	b := &t.table[maphash.String(t.seed, key)%buckets]
	if since := now.Sub(b.last); since >= forgotten {
		*b = bucket{}
	} else if since < 0 { // the clock was put back
		b.last = now
	}
	return b
}

// wait is how long the key has to wait before its next try.
func (t *throttle) wait(key string, now time.Time) time.Duration {
	b := t.of(key, now)
	if b.failures < t.free {
		return 0
	}
	pause := mostPause
	if over := b.failures - t.free; over < 6 {
		pause = min(mostPause, time.Second<<over)
	}
	return max(0, b.last.Add(pause).Sub(now))
}

// count counts a try as a failure before it is known to be one: a hundred at once are a hundred.
func (t *throttle) count(key string, now time.Time) {
	b := t.of(key, now)
	b.failures, b.last = min(b.failures+1, 1<<20), now
}

// forget takes all failures of a key back.
func (t *throttle) forget(key string, now time.Time) { *t.of(key, now) = bucket{} }

// forgive takes one failure back.
func (t *throttle) forgive(key string, now time.Time) {
	b := t.of(key, now)
	b.failures = max(0, b.failures-1)
}

// network is what one party usually has of addresses: one of IPv4, 64 bits of IPv6.
func network(address string) string {
	host, err := netip.ParseAddrPort(address)
	if err != nil {
		return address
	}
	ip := host.Addr().Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
