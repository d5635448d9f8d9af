package bridge

import (
	"math"
	"slices"
	"testing"

	"lockheld/internal/litmus/oracle"
	"lockheld/sched"
)

// On generated programs estimates are right on the whole, and seldom far off.
func TestEstimatesAgainstOracle(t *testing.T) {
	var off []float64
	for _, prof := range oracle.Profiles() {
		prof.MaxInterleavings = 3000
		for seed := range uint64(6) {
			p := oracle.Generate(&prof, seed)
			want, err := oracle.Classes(p, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			prog, err := Program(p)
			if err != nil {
				t.Fatal(err)
			}
			for name, n := range map[string]uint64{"dpor": want.Traces, "dfs": want.Interleavings} {
				e, err := sched.EstimateExecutions(t.Context(), prog, sched.Options{Strategy: name, Preemptions: -1})
				if err != nil {
					t.Fatal(err)
				}
				off = append(off, math.Abs(math.Log(e.Executions/float64(n))))
			}
		}
	}
	slices.Sort(off)
	median, most := math.Exp(off[len(off)/2]), math.Exp(off[len(off)*99/100])
	t.Logf("%d estimates: off by a factor of %.3g in the median, %.3g in 99 of 100, %.3g at most", len(off), median, most, math.Exp(off[len(off)-1]))
	if median > 1.05 || most > 2 {
		t.Error("too far off")
	}
}
