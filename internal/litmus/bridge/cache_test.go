package bridge

import (
	"fmt"
	"slices"
	"testing"

	"lockheld/internal/litmus"
	"lockheld/internal/litmus/oracle"
	"lockheld/sched"
)

// cacheForm is a way to tell the states of a litmus program apart.
type cacheForm struct {
	name string
	live bool // tasks declare their state; otherwise it is what they have read
	anew bool // the world is set up for each execution: states are traces
}

var cacheForms = []cacheForm{{name: "live", live: true}, {name: "history"}, {name: "traces", anew: true}}

func (f *cacheForm) explore(t *testing.T, p *litmus.Program, o sched.Options) found {
	t.Helper()
	prog, err := program(p, f.live)
	if err != nil {
		t.Fatal(err)
	}
	prog.Reusable = !f.anew
	return exploreProgram(t, p, prog, o)
}

// TestCacheForms: strategy cache finds all ends, however it tells states apart,
// and the states that it takes for one go on in the same way.
func TestCacheForms(t *testing.T) {
	for i := range cacheForms {
		f := &cacheForms[i]
		t.Run(f.name, func(t *testing.T) {
			forEach(t, 80, 1000, func(t *testing.T, p *litmus.Program) {
				want := classes(t, p)
				for _, recheck := range []int64{-1, 1} {
					got := f.explore(t, p, sched.Options{Strategy: "cache", Preemptions: -1, Recheck: recheck})
					compareEnds(t, got, want.Expectations())
				}
			})
		})
	}
}

// TestCacheStates: with declared states there are exactly those of the oracle,
// all of them in spite of sleep sets, but for the last ones of executions.
func TestCacheStates(t *testing.T) {
	compared, states := 0, 0
	forEach(t, 60, 20000, func(t *testing.T, p *litmus.Program) {
		if skips(p) {
			return // the oracle counts a state once for each way of a different length
		}
		want, err := oracle.States(p, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		got := cacheForms[0].explore(t, p, sched.Options{Strategy: "cache", Preemptions: -1, Recheck: -1})
		if n := want.Nodes - want.Last; got.report.States != int64(n) {
			t.Errorf("%d states, want %d", got.report.States, n)
		}
		compared++
		states += want.Nodes
	})
	least := 100
	if testing.Short() {
		least = 50
	}
	if compared < least {
		t.Errorf("only %d programs compared", compared)
	}
	t.Logf("%d programs, %d states", compared, states)
}

func skips(p *litmus.Program) bool {
	for i := range p.Tasks {
		if slices.ContainsFunc(p.Tasks[i].Ops, func(o litmus.Op) bool { return o.Code == litmus.Skip }) {
			return true
		}
	}
	return false
}

// TestCacheBounds: within a bound on preemptions or steps, cache finds the ends
// that plain depth-first search finds, and says as much of its search.
func TestCacheBounds(t *testing.T) {
	forEach(t, 5, 300, func(t *testing.T, p *litmus.Program) {
		most := classes(t, p).Steps
		for i := range cacheForms {
			f := &cacheForms[i]
			for k := range 4 {
				compareWithDFS(t, f, p, sched.Options{Preemptions: k})
			}
			for d := most / 2; d <= most+1; d++ {
				compareWithDFS(t, f, p, sched.Options{Preemptions: -1, Depth: d})
				compareWithDFS(t, f, p, sched.Options{Preemptions: 1, Depth: d})
			}
		}
	})
}

func compareWithDFS(t *testing.T, f *cacheForm, p *litmus.Program, o sched.Options) {
	t.Helper()
	o.Recheck = -1
	o.Strategy = "dfs"
	want := f.explore(t, p, o)
	o.Strategy = "cache"
	got := f.explore(t, p, o)
	what := fmt.Sprintf("%s, preemptions %d, depth %d", f.name, o.Preemptions, o.Depth)
	if a, b := got.outcomes.List(), want.outcomes.List(); !slices.Equal(a, b) {
		t.Errorf("%s: outcomes %q, dfs has %q", what, a, b)
	}
	if a, b := got.violations(), want.violations(); !slices.Equal(a, b) {
		t.Errorf("%s: violations %q, dfs has %q", what, a, b)
	}
	if (got.report.Cut > 0) != (want.report.Cut > 0) {
		t.Errorf("%s: %d executions cut, dfs has %d", what, got.report.Cut, want.report.Cut)
	}
}
