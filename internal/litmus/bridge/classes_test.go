package bridge

import (
	"testing"

	"lockheld/internal/litmus"
	"lockheld/sched"
)

// TestClasses: the classes that plain depth-first search counts by fingerprints
// are the traces of the oracle. Bounds keep a class if one of its executions is
// within them.
func TestClasses(t *testing.T) {
	forEach(t, 60, 2000, func(t *testing.T, p *litmus.Program) {
		want := classes(t, p)
		if n := countClasses(t, p, -1); n != int64(want.Traces) {
			t.Errorf("%d classes, want %d", n, want.Traces)
		}
		for k, traces := range want.Bounded[:min(2, len(want.Bounded))] {
			if n := countClasses(t, p, k); n != int64(traces) {
				t.Errorf("bound %d: %d classes, want %d", k, n, traces)
			}
		}
	})
}

func countClasses(t *testing.T, p *litmus.Program, bound int) int64 {
	t.Helper()
	prog, err := Program(p)
	if err != nil {
		t.Fatal(err)
	}
	r, err := sched.Explore(t.Context(), prog, sched.Options{Preemptions: bound, All: true, Shrink: -1, Classes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if r.ClassesFull {
		t.Fatal("too many classes to count")
	}
	return r.Classes
}
