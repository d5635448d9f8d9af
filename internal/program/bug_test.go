package program

import (
	"testing"

	"golang.org/x/exp/stats"

	"lockheld/sched"
)

// TestExecutionsToTheBug counts the executions that strategies need to find the
// bug of heapbug-last/12, over many seeds. Strategies with a reason to find it
// do so soon; the bounds are those that shuttle reaches on the same program.
func TestExecutionsToTheBug(t *testing.T) {
	seeds := uint64(1000)
	if testing.Short() {
		seeds = 100
	}
	for _, c := range []struct {
		strategy string
		most     float64 // median
	}{{"pct", 15}, {"urw", 6}, {"surw", 6}} {
		p, err := Lookup("heapbug-last/12")
		if err != nil {
			t.Fatal(err)
		}
		var needed []float64
		for seed := range seeds {
			r, err := sched.Explore(t.Context(), p, sched.Options{Strategy: c.strategy, Preemptions: -1, Seed: seed, Executions: 1000, Shrink: -1})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Findings) == 0 {
				t.Fatalf("%s, seed %d: no bug in %d executions", c.strategy, seed, r.Executions)
			}
			needed = append(needed, float64(r.Findings[0].At))
		}
		median := stats.Median(needed)
		t.Logf("%s: median %v", c.strategy, median)
		if median > c.most {
			t.Errorf("%s: median of executions to the bug %v over %d seeds, want at most %v", c.strategy, median, seeds, c.most)
		}
	}
}
