package sched

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// In a steady state an execution allocates nothing, whatever ends it.
func TestExecutionsAllocateNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	skip := map[string]bool{"spawn": true, "crossed spawn": true, "made": true} // these allocate themselves
	for _, p := range suite() {
		for what, o := range map[string]Options{
			"dfs": {}, "driven": {Driven: true}, "cut": {Depth: 4}, "bound": {Preemptions: 1}, "random": {Strategy: "random"},
		} {
			if skip[p.Name] {
				continue
			}
			if what != "bound" {
				o.Preemptions = -1
			}
			allocs, executions := measureAllocs(t, p, o)
			for try := 0; allocs != 0 && try < 20; try++ { // the runtime itself allocates at times
				allocs, executions = measureAllocs(t, p, o)
			}
			if allocs != 0 && executions > 100 {
				t.Errorf("%s %s: %d allocations in %d executions", p.Name, what, allocs, executions)
			}
		}
	}
}

// measureAllocs returns the number of allocations of the executions without
// violation in the second half of a search.
func measureAllocs(t *testing.T, p *Program, o Options) (allocs, executions int64) {
	t.Helper()
	o.All, o.Shrink, o.Recheck = true, -1, 50
	if o.Strategy == "random" {
		o.Executions = 2000
	}
	total := explore(t, p, o).Executions
	var m runtime.MemStats
	var n int64
	last, counts := uint64(0), false
	o.After = func(r *Result) {
		if n++; n <= total/2 {
			return
		}
		runtime.ReadMemStats(&m)
		if counts && len(r.Violations) == 0 {
			allocs += int64(m.Mallocs - last)
			executions++
		}
		last, counts = m.Mallocs, true
	}
	explore(t, p, o)
	return allocs, executions
}
