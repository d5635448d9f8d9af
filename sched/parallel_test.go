package sched

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// outcome is all that must not depend on the number of workers.
func outcome(t *testing.T, r *Report) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%v %q executions=%d steps=%d blocked=%d cut=%d passed=%d most=%d hash=%x classes=%d %v %g notes=%q unreached=%q",
		r.Verdict, r.Why, r.Executions, r.Steps, r.Blocked, r.Cut, r.PassedOver, r.MaxSteps, r.Hash,
		r.Classes, r.ClassesFull, r.Unseen, r.Notes, r.Unreached)
	for i := range r.Findings {
		f := &r.Findings[i]
		v := f.Violation
		v.Stack = ""
		fmt.Fprintf(&b, "\n%+v found by %d: %v, %v", v, f.At, f.Found, f.Schedule)
	}
	return b.String()
}

// allSchedules explores p and returns the schedules of all executions, sorted.
func allSchedules(t *testing.T, p *Program, o Options) (*Report, []string) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	o.After = func(r *Result) {
		mu.Lock()
		all = append(all, r.Schedule().String())
		mu.Unlock()
		if o.Workers > 1 {
			runtime.Gosched() // lets the others move
		}
	}
	r, err := Explore(context.Background(), p, o)
	if err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	slices.Sort(all)
	return r, all
}

// divided are options of searches that can be divided.
func divided() map[string]Options {
	return map[string]Options{
		"dfs":            {Preemptions: -1},
		"all":            {Preemptions: -1, All: true},
		"cut":            {Preemptions: -1, All: true, Depth: 5},
		"bound":          {Preemptions: 1, All: true},
		"bound, first":   {Preemptions: 2},
		"limit":          {Preemptions: -1, All: true, Executions: 20},
		"classes":        {Preemptions: -1, All: true, Classes: 20},
		"random":         {Strategy: "random", Seed: 3, Executions: 1000, All: true, Classes: 1 << 20},
		"random, first":  {Strategy: "random", Seed: 3, Executions: 700, Classes: 100},
		"pct":            {Strategy: "pct", Seed: 3, Executions: 700, All: true},
		"pct, first":     {Strategy: "pct", Seed: 4, Executions: 600},
		"pos":            {Strategy: "pos", Seed: 3, Executions: 1000, All: true},
		"urw":            {Strategy: "urw", Seed: 3, Executions: 700, All: true},
		"surw":           {Strategy: "surw", Seed: 3, Executions: 700, All: true},
		"portfolio":      {Strategy: "portfolio", Seed: 3, Executions: 1500, All: true},
		"portfolio, one": {Strategy: "portfolio", Seed: 3, Executions: 1000},
	}
}

// Any number of workers gives the same report, and runs the same executions.
func TestWorkersGiveTheSameReport(t *testing.T) {
	several, k := 0, 0
	for _, p := range suite() {
		for _, what := range slices.Sorted(maps.Keys(divided())) {
			o := divided()[what]
			if k++; raceEnabled && k%3 != 0 {
				continue
			}
			want, executions := allSchedules(t, p, o)
			o.Workers, o.eager = []int{2, 3, 8}[k%3], k%5 != 0
			r, all := allSchedules(t, p, o)
			if a, b := outcome(t, want), outcome(t, r); a != b {
				t.Errorf("%s, %s: 1 worker: %s\n%d workers: %s", p.Name, what, a, o.Workers, b)
			}
			// Without All, executions that are not counted may have been made.
			if o.All && !slices.Equal(all, executions) {
				t.Errorf("%s, %s: other executions with %d workers", p.Name, what, o.Workers)
			}
			if r.Workers > 1 {
				several++
			}
		}
	}
	if several < k/5 {
		t.Errorf("only %d searches of %d had several workers", several, k)
	}
}

// Strategies that cannot be divided have one worker, and do the same.
func TestWorkersOfStrategies(t *testing.T) {
	want := map[string]bool{"cache": false}
	for _, e := range Strategies() {
		divides, listed := want[e.Name]
		if !listed {
			divides = true
		}
		if e.Divides() != divides {
			t.Errorf("strategy %s divides a search: %v", e.Name, e.Divides())
		}
		o := Options{Strategy: e.Name, Preemptions: -1, Executions: 2000, All: true}
		one, _ := allSchedules(t, counter(3, 2), o)
		o.Workers, o.eager = 3, true
		if three, _ := allSchedules(t, counter(3, 2), o); outcome(t, one) != outcome(t, three) {
			t.Errorf("strategy %s: 1 worker: %s\n3 workers: %s", e.Name, outcome(t, one), outcome(t, three))
		}
	}
}

// Workers that share a search by reduction run one execution of each class of
// all executions, of programs with all that the package has.
func TestWorkersOfReduction(t *testing.T) {
	n := uint64(1000)
	if testing.Short() {
		n = 300
	}
	took, searches := 0, 0
	compare := func(p *Program, k int) {
		classes, by := byEnumeration(t, p)
		if len(classes) < 8 {
			return // hardly anything to share
		}
		for _, workers := range []int{2, 3, 5} {
			s := DPORSettings{Order: allOrders[k%3], Workers: workers, Took: &took}
			searches++
			if what := reducedTo(p, classes, by, kinds, s); what != "" {
				t.Errorf("%s, %s first, %d workers: %s", p.Name, s.Order, workers, what)
			}
		}
	}
	for k, p := range suite() {
		compare(p, k)
	}
	for k, c := range synchronised {
		compare(c.p, k)
	}
	compare(program("crossed spawns", func(w *World) {
		x := NewWord(w, "x", 0)
		for i := range 2 {
			w.Go(fmt.Sprint("T", i), func(t *Task) {
				x.Load(t)
				t.Go(fmt.Sprint("child", i), func(t *Task) { x.Store(t, uint64(i)) })
				t.Go(fmt.Sprint("other child", i), func(t *Task) { x.Load(t) })
			})
		}
	}), 0)
	for seed := range n {
		if p := randomProgram(1<<20 + seed); fewExecutions(t, p) {
			compare(p, int(seed))
		}
	}
	if t.Logf("%d workers in %d searches", took, searches); took < 3*searches/2 {
		t.Errorf("only %d workers took part in %d searches", took, searches)
	}
}

// Generated programs have the same report for any number of workers too, and the
// same executions are run.
func TestWorkersOnGeneratedPrograms(t *testing.T) {
	n := uint64(250)
	if testing.Short() {
		n = 60
	}
	modes := []Options{
		{Preemptions: -1, All: true, Shrink: -1},
		{Preemptions: 1, All: true, Shrink: -1},
		{Preemptions: -1, Shrink: -1},
		{Strategy: "portfolio", Preemptions: -1, All: true, Shrink: -1, Executions: 600, Classes: 1 << 16},
	}
	for seed := range n {
		p := randomProgram(1<<21 + seed)
		if !fewExecutions(t, p) {
			continue
		}
		o := modes[seed%uint64(len(modes))]
		want, executions := allSchedules(t, p, o)
		for _, workers := range []int{2, 3, 5} {
			o.Workers, o.eager = workers, true
			r, all := allSchedules(t, p, o)
			if a, b := outcome(t, want), outcome(t, r); a != b {
				t.Fatalf("%s: 1 worker: %s\n%d workers: %s", p.Name, a, workers, b)
			}
			if o.All && !slices.Equal(all, executions) {
				t.Fatalf("%s: other executions with %d workers", p.Name, workers)
			}
		}
	}
}

// What is shown of a search by reduction is what one worker shows.
func TestWorkersOfReductionGiveTheSameReport(t *testing.T) {
	for _, p := range suite() {
		for _, all := range []bool{false, true} {
			o := Options{Strategy: "dpor", Preemptions: -1, All: all}
			want, _ := allSchedules(t, p, o)
			for _, workers := range []int{2, 3} {
				o.Workers, o.eager = workers, true
				r, _ := allSchedules(t, p, o)
				if a, b := outcome(t, want), outcome(t, r); a != b {
					t.Errorf("%s: 1 worker: %s\n%d workers: %s", p.Name, a, workers, b)
				}
			}
		}
	}
}
