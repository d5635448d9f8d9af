package sched

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// twinScripts is a random program whose first two or three tasks have one script.
// If wrong is true, the last task is declared to be one of them, though its script
// is another.
func twinScripts(seed uint64, wrong bool) *Program {
	r := rand.New(rand.NewPCG(seed, 8))
	twins := 2 + r.IntN(2)
	same := randomScript(r, 1+r.IntN(4-twins), 2, false)
	other := randomScript(r, 1+r.IntN(2), 1, false)
	property := r.IntN(4) == 0
	return program(fmt.Sprintf("%d: %d times %s | %s, property %v", seed, twins, same, other, property), func(w *World) {
		var g stage
		for i := range g.words {
			g.words[i] = NewWord(w, fmt.Sprint("x", i), 0)
			g.locks[i] = NewMutex(w, fmt.Sprint("m", i))
			g.conds[i] = NewCond(w, fmt.Sprint("c", i))
		}
		if property {
			w.Always(Property{Name: "reads", Reads: []ObjID{g.words[0].ID(), g.locks[1].ID(), g.conds[0].ID()},
				Check: func() string { return "" }})
		}
		var all []*Task
		for i := range twins {
			all = append(all, w.Go(fmt.Sprint("T", i), func(t *Task) { g.perform(t, same, nil) }))
		}
		last := w.Go("U", func(t *Task) { g.perform(t, other, nil) })
		if wrong {
			all = append(all, last)
		}
		w.Symmetric(all...)
	})
}

// exchange explores p by symmetry and checks the declaration. It returns the
// classes of the executions, and of these and their repetitions.
func exchange(t *testing.T, p *Program, o Options) (r *Report, own, all map[Class]bool, wrong string) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			wrong = fmt.Sprint(p)
		}
	}()
	var c, d Classifier
	own, all = map[Class]bool{}, map[Class]bool{}
	o.Symmetry, o.All, o.Shrink, o.Recheck, o.Drain = true, true, -1, -1, true
	e := NewExchange(p, o)
	e.After = func(r *Result) {
		if !r.Pruned {
			all[d.Class(r)] = true
		}
	}
	o.After = func(r *Result) {
		if !r.Pruned {
			class := c.Class(r)
			own[class], all[class] = true, true
		}
		e.Add(r)
	}
	r = explore(t, p, o)
	wrong, _, err := e.Done()
	if err != nil {
		t.Fatal(err)
	}
	return r, own, all, wrong
}

// TestExchange holds searches by symmetry against all executions of generated
// programs: with tasks exchanged, what they run is every class. The reduction runs
// each class once that has an execution in which twins begin in their order. What
// is declared wrongly is noticed.
func TestExchange(t *testing.T) {
	n := 1200 * uint64(*MoreJudged)
	if testing.Short() {
		n = 300
	}
	compared, traces, fewer, wrong, noticed := 0, 0, 0, 0, 0
	for seed := range n {
		p := twinScripts(seed, false)
		if !fewExecutions(t, p) {
			continue
		}
		classes, by := byEnumeration(t, p)
		in := 0
		for _, o := range []Options{{Strategy: "dfs", Preemptions: -1}, {Strategy: "dpor", Preemptions: -1},
			{Strategy: "dpor", Preemptions: -1, Workers: 3, eager: true}, {Strategy: "dpor", Preemptions: 99}} {
			r, own, all, what := exchange(t, p, o)
			if o.Strategy == "dfs" {
				in = len(own)
			}
			switch {
			case what != "":
			case r.Verdict != by.Verdict || kinds(r) != kinds(by):
				what = fmt.Sprintf("%v %s, want %v %s", r.Verdict, kinds(r), by.Verdict, kinds(by))
			case o.Preemptions < 0 && len(all) != len(classes):
				what = fmt.Sprintf("%d classes with tasks exchanged, want %d", len(all), len(classes))
			case o.Strategy == "dpor" && (r.Executions != int64(in) || o.Preemptions < 0 && (len(own) != in || r.Blocked != 0)):
				what = fmt.Sprintf("%d executions of %d classes, %d blocked, want %d", r.Executions, len(own), r.Blocked, in)
			}
			if what != "" {
				t.Fatalf("%s: %s, at most %d preemptions: %s", p.Name, o.Strategy, o.Preemptions, what)
			}
		}
		compared, traces, fewer = compared+1, traces+len(classes), fewer+in
		if p := twinScripts(seed, true); seed < 300 {
			wrong++
			// Scripts that are not the same may do the same: join of a task that was
			// never made is nothing.
			_, _, all, what := exchange(t, p, Options{Strategy: "dpor", Preemptions: -1})
			if what != "" {
				noticed++
			} else if len(all) != len(classes) {
				t.Errorf("%s: %d classes of %d, but nothing is wrong", p.Name, len(all), len(classes))
			}
		}
	}
	t.Logf("%d programs, %d classes by %d; %d of %d wrong declarations noticed", compared, traces, fewer, noticed, wrong)
}
