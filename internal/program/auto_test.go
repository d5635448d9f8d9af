package program

import (
	"strings"
	"testing"

	"lockheld/sched"
)

// builtIn returns a program by its name.
func builtIn(t *testing.T, name string) *sched.Program {
	t.Helper()
	p, err := Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Estimates are near the numbers of executions that are known from closed forms,
// within the factor.
func TestEstimates(t *testing.T) {
	choose := func(n, k int) float64 { // binomial coefficient
		c := 1.0
		for i := range k {
			c = c * float64(n-i) / float64(i+1)
		}
		return c
	}
	heaplock := func(r int) float64 { return float64(r+1) * choose(r+7, 6) }
	for _, c := range []struct {
		name, strategy string
		preemptions    int
		want, factor   float64
	}{
		{"counter/1/9", "dpor", -1, 1, 1},
		{"counter/2/3", "dpor", -1, 20, 1.1},
		{"counter/3/3", "dpor", -1, 1680, 1.2},
		{"counter/4/6", "dpor", -1, choose(24, 6) * choose(18, 6) * choose(12, 6), 1.5},
		{"counter/4/25", "dpor", -1, choose(100, 25) * choose(75, 25) * choose(50, 25), 2},
		{"counter/4/25", "dfs", -1, choose(100, 25) * choose(75, 25) * choose(50, 25), 2},
		{"readers/8", "dpor", -1, 1 << 8, 1.5},
		{"readers/13", "dpor", -1, 1 << 13, 2},
		{"readers/8", "dfs", -1, 362_880, 1.1},
		{"heaplock/1", "dpor", -1, heaplock(1), 1.2},
		{"heaplock/3", "dpor", -1, heaplock(3), 1.5},
		{"heaplock/6", "dpor", -1, heaplock(6), 2},
		{"heaplock/10", "dpor", -1, heaplock(10), 4},
		{"heaplock/1", "dfs", -1, 158, 1.5},
		{"heaplock/1", "dfs", 2, 104, 1.5},
		{"lastzero/5", "dpor", -1, 64, 1.2},
		{"lastzero/10", "dpor", -1, 3328, 10}, // few walks have most of the weight
		{"lastzero/13", "dpor", -1, 32768, 10},
		{"indexer/12", "dpor", -1, 8, 1.2},
		{"filesystem/16", "dpor", -1, 8, 1.2},
	} {
		o := sched.Options{Strategy: c.strategy, Preemptions: c.preemptions}
		e, err := sched.EstimateExecutions(t.Context(), builtIn(t, c.name), o)
		if err != nil {
			t.Fatal(err)
		}
		if off := max(e.Executions/c.want, c.want/e.Executions); !(off <= c.factor) {
			t.Errorf("%s, %s: %g executions, there are %g: off by %.2g, more than %g", c.name, c.strategy, e.Executions, c.want, off, c.factor)
		}
	}
	if _, err := sched.EstimateExecutions(t.Context(), builtIn(t, "readers/2"), sched.Options{Strategy: "cache", Preemptions: -1}); err == nil {
		t.Error("an estimate for cache")
	}
}

// Auto takes dpor where tasks work apart, and cache where all take one lock, and
// ends as that does.
func TestAutoChooses(t *testing.T) {
	for _, c := range []struct{ name, chosen string }{
		{"readers/8", "dpor"}, {"lastzero/10", "dpor"}, {"counter/2/3", "dpor"}, {"filesystem/16", "dpor"},
		{"counter/4/6", "cache"}, {"counter/3/10", "cache"}, {"heaplock/6", "cache"},
	} {
		live := new(sched.Live)
		r, err := sched.Explore(t.Context(), builtIn(t, c.name), sched.Options{Strategy: "auto", Preemptions: -1, Live: live})
		if err != nil {
			t.Fatal(err)
		}
		want, err := sched.Explore(t.Context(), builtIn(t, c.name), sched.Options{Strategy: c.chosen, Preemptions: -1})
		if err != nil {
			t.Fatal(err)
		}
		if r.Strategy != "auto" || r.Chosen != c.chosen || r.Verdict != sched.Complete || r.Executions != want.Executions || r.States != want.States ||
			len(r.Notes) == 0 || !strings.HasPrefix(r.Notes[0], "auto: chose "+c.chosen+", as ") || !(live.Expected() > 0) {
			t.Errorf("%s: %s, %v, %d executions, %d states, %q, %g expected; %s has %d, %d", c.name, r.Chosen, r.Verdict, r.Executions, r.States,
				r.Notes, live.Expected(), c.chosen, want.Executions, want.States)
		}
	}
}

// What the walks find is part of the report, whether the search goes on or not.
func TestAutoKeepsFindings(t *testing.T) {
	p := builtIn(t, "heapbug-last/6")
	for _, all := range []bool{false, true} {
		r, err := sched.Explore(t.Context(), p, sched.Options{Strategy: "auto", Preemptions: -1, All: all})
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != sched.Violated || len(r.Findings) != 1 || r.Findings[0].Violation.Site != "scavenge/inuse" || (r.Chosen == "") == all {
			t.Errorf("all %v: %v %v, %q", all, r.Verdict, r.Findings, r.Chosen)
		}
	}
	// A property that does not say what it reads is nothing for dpor.
	blind := &sched.Program{Name: "blind", Reusable: true, Setup: func(w *sched.World) {
		x, y := sched.NewWord(w, "x", 0), sched.NewWord(w, "y", 0)
		w.Always(sched.Property{Name: "apart", Check: func() string {
			if x.Peek() == 0 && y.Peek() == 1 {
				return "y is ahead"
			}
			return ""
		}})
		w.Go("A", func(t *sched.Task) { x.Store(t, 1) })
		w.Go("B", func(t *sched.Task) { y.Store(t, 1) })
	}}
	r, err := sched.Explore(t.Context(), blind, sched.Options{Strategy: "auto", Preemptions: -1})
	if err != nil || r.Verdict != sched.Violated || r.Chosen != "cache" || len(r.Findings) != 1 {
		t.Errorf("%v %v, %q", err, r.Verdict, r.Chosen)
	}
	if _, err := sched.Explore(t.Context(), blind, sched.Options{Strategy: "auto", Preemptions: 1}); err == nil {
		t.Error("a bound on preemptions is taken")
	}
	r, err = sched.Explore(t.Context(), builtIn(t, "readers/8"), sched.Options{Strategy: "auto", Preemptions: -1, Executions: 70})
	if err != nil || r.Verdict != sched.Stopped || r.Why != "executions=70" || r.Chosen != "" {
		t.Errorf("%v %v %s, %q", err, r.Verdict, r.Why, r.Chosen)
	}
}
