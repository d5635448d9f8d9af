package program

import (
	"flag"
	"testing"

	"lockheld/sched"
)

var long = flag.Bool("long", false, "also explore the states of counter/4/25, which takes half a minute")

// TestCounterStates: a state of counter/N/K is how often each task has counted,
// and whether one of those that are not through has the lock; the last of all is
// an end: (K+1)^N - 1 + N K (K+1)^(N-1). They take less than 64 bytes each.
func TestCounterStates(t *testing.T) {
	for _, c := range []struct {
		name string
		n, k int64
		long bool
	}{
		{"counter/1/7", 1, 7, false},
		{"counter/2/3", 2, 3, false},
		{"counter/3/10", 3, 10, false},
		{"counter/4/6", 4, 6, false},
		{"counter/4/25", 4, 25, true}, // 2,214,575
	} {
		if c.long && !*long {
			continue
		}
		most := int64(1)
		for range c.n - 1 {
			most *= c.k + 1
		}
		want := most*(c.k+1) - 1 + c.n*c.k*most
		limit := max(want*64, 1<<16)
		r := run(t, c.name, sched.Options{Strategy: "cache", Preemptions: -1, CacheBytes: limit})
		if r.States != want || r.Verdict != sched.Complete || r.CacheBytes > limit {
			t.Errorf("%s: %d states, want %d; %v %s, %d bytes", c.name, r.States, want, r.Verdict, r.Why, r.CacheBytes)
		}
	}
}
