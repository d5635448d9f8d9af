package sched

import (
	"fmt"
	"math/rand/v2"
	"strings"
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

// exchangeReport is a report with the number of executions that came to an end.
type exchangeReport struct {
	*Report
	run int
}

// exchange explores p by symmetry and checks the declaration. It returns the
// classes of the executions, and of these and their repetitions.
func exchange(t *testing.T, p *Program, o Options) (r exchangeReport, own, all map[Class]bool, wrong string) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			wrong = fmt.Sprint(p)
		}
	}()
	var c, d Classifier
	run := 0
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
			run++
			class := c.Class(r)
			own[class], all[class] = true, true
		}
		e.Add(r)
	}
	r.Report = explore(t, p, o)
	r.run = run
	wrong, _, err := e.Done()
	if err != nil {
		t.Fatal(err)
	}
	return r, own, all, wrong
}

// inTurn reports whether the tasks of a group of p, the first n, take their turns
// in order in an execution, those that have none last.
func inTurn(r *Result, n int, byWrites bool) bool {
	next, took := 0, uint64(0)
	for i := range r.Log {
		t := int(r.Log[i].Task)
		if t >= n || took>>uint(t)&1 != 0 || byWrites && kindModes[r.Log[i].Kind] != modeWrite {
			continue
		}
		if t != next {
			return false
		}
		took |= 1 << uint(t)
		next++
	}
	return true
}

// classesInTurn returns the classes of p, those that have an execution in which
// the twins take turns in order by their first steps, and those that have one for
// their first writes.
func classesInTurn(t *testing.T, p *Program) (all map[Class]bool, in [2]map[Class]bool, r *Report) {
	t.Helper()
	var c Classifier
	all, in = map[Class]bool{}, [2]map[Class]bool{{}, {}}
	r = explore(t, p, Options{Strategy: "dfs", Preemptions: -1, All: true, Shrink: -1, Drain: true, After: func(r *Result) {
		n := 0
		for g := r.w.groups[0]; g != 0; g &= g - 1 {
			n++
		}
		class := c.Class(r)
		all[class] = true
		for i := range in {
			if inTurn(r, n, i == 1) {
				in[i][class] = true
			}
		}
	}})
	return all, in, r
}

// exchangedWithin says how the classes that have an execution with at most k
// preemptions are not those that a search by symmetry finds, with tasks exchanged.
func exchangedWithin(t *testing.T, p *Program, k int) string {
	t.Helper()
	var c Classifier
	want := map[Class]bool{}
	explore(t, p, Options{Strategy: "dfs", Preemptions: k, All: true, Shrink: -1, Drain: true,
		After: func(r *Result) { want[c.Class(r)] = true }})
	_, _, all, what := exchange(t, p, Options{Strategy: "dpor", Preemptions: k})
	if what == "" && len(all) != len(want) {
		what = fmt.Sprintf("%d classes with at most %d preemptions, want %d", len(all), k, len(want))
	}
	return what
}

// TestExchange holds searches by symmetry against all executions of generated
// programs: with tasks exchanged, what they run is every class. The reduction runs
// each class once that has an execution in which twins take their turns in order.
// What is declared wrongly is noticed.
func TestExchange(t *testing.T) {
	n := 800 * uint64(*MoreJudged)
	if testing.Short() {
		n = 300
	}
	compared, traces, fewer, late, wrong, noticed := 0, 0, 0, 0, 0, 0
	for seed := range n {
		p := twinScripts(seed, false)
		if !fewExecutions(t, p) {
			continue
		}
		classes, in, by := classesInTurn(t, p)
		for _, o := range []Options{{Strategy: "dfs", Preemptions: -1}, {Strategy: "cache", Preemptions: -1}, {Strategy: "dpor", Preemptions: -1},
			{Strategy: "dpor", Preemptions: -1, Workers: 3, eager: true}, {Strategy: "dpor", Preemptions: 99}} {
			r, own, all, what := exchange(t, p, o)
			turns := 0
			if what == "" && r.Turns[0].ByWrites {
				turns = 1
			}
			switch {
			case what != "":
			case r.Verdict != by.Verdict || kinds(r.Report) != kinds(by):
				what = fmt.Sprintf("%v %s, want %v %s", r.Verdict, kinds(r.Report), by.Verdict, kinds(by))
			case o.Strategy != "cache" && o.Preemptions < 0 && len(all) != len(classes):
				what = fmt.Sprintf("%d classes with tasks exchanged, want %d", len(all), len(classes))
			case o.Strategy == "dpor" && o.Preemptions < 0 && (len(own) != len(in[turns]) || r.run != len(own) || turns == 0 && r.Blocked > 0),
				o.Preemptions > 0 && (turns != 0 || r.run != len(in[0])):
				what = fmt.Sprintf("%d executions of %d classes, %d blocked, want %d", r.run, len(own), r.Blocked, len(in[turns]))
			}
			if what != "" {
				t.Fatalf("%s: %s, at most %d preemptions: %s", p.Name, o.Strategy, o.Preemptions, what)
			}
			if o.Strategy == "dpor" && o.Workers == 0 && o.Preemptions < 0 {
				compared, traces, fewer, late = compared+1, traces+len(classes), fewer+len(own), late+turns
			}
		}
		if what := exchangedWithin(t, p, 1); what != "" {
			t.Fatalf("%s: %s", p.Name, what)
		}
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
	t.Logf("%d programs, %d of them with turns by writes, %d classes by %d; %d of %d wrong declarations noticed",
		compared, late, traces, fewer, noticed, wrong)
}

// Each way in which a declaration can be wrong is told.
func TestExchangeTells(t *testing.T) {
	for _, c := range []struct {
		want  string
		tasks func(w *World) []*Task
	}{
		{"", func(w *World) []*Task {
			mu, x := NewMutex(w, "mu"), NewWord(w, "x", 0)
			body := func(t *Task) { mu.Lock(t); x.Add(t, 1); mu.Unlock(t) }
			return []*Task{w.Go("A", body), w.Go("B", body), w.Go("C", body)}
		}},
		{"A, B are not symmetric: with B, A in their places, step 1, B add x, has operands 1 0 and not 2 0", func(w *World) []*Task {
			x := NewWord(w, "x", 0)
			add := func(n uint64) func(t *Task) { return func(t *Task) { x.Load(t); x.Add(t, n) } }
			return []*Task{w.Go("A", add(2)), w.Go("B", add(1))}
		}},
		{"step 0, B or mask, has operands 2 0 and not 1 0", func(w *World) []*Task {
			mask := NewWord(w, "mask", 0)
			set := func(bit uint64) func(t *Task) { return func(t *Task) { mask.Or(t, bit) } }
			all := []*Task{w.Go("A", set(1)), w.Go("B", set(2))}
			w.Go("first of mask", func(t *Task) { mask.Load(t) })
			return all
		}},
		{"another object", func(w *World) []*Task {
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			all := []*Task{w.Go("A", func(t *Task) { x.Add(t, 1) }), w.Go("B", func(t *Task) { y.Add(t, 1) })}
			w.Go("C", func(t *Task) { y.Add(t, 1); x.Add(t, 1) })
			return all
		}},
		{"another operation", func(w *World) []*Task {
			x := NewWord(w, "x", 0)
			return []*Task{w.Go("A", func(t *Task) { x.Load(t); x.Load(t) }), w.Go("B", func(t *Task) { x.Load(t); x.Add(t, 0) })}
		}},
		{"it ends in", func(w *World) []*Task {
			x := NewWord(w, "x", 0)
			return []*Task{w.Go("A", func(t *Task) { x.Add(t, 1) }), w.Go("B", func(t *Task) {
				x.Add(t, 1)
				t.Fail(Violation{Kind: KindAssertion, Site: "no"})
			})}
		}},
		{"cannot move", func(w *World) []*Task {
			x := NewWord(w, "x", 0)
			return []*Task{w.Go("A", func(t *Task) { x.Load(t); x.Load(t) }), w.Go("B", func(t *Task) { x.Load(t) })}
		}},
		{"waits with", func(w *World) []*Task {
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			return []*Task{w.Go("A", func(t *Task) { y.Add(t, 1); x.Await(t, Gt, 0) }), w.Go("B", func(t *Task) { y.Add(t, 1); x.Await(t, Gt, 1) })}
		}},
	} {
		p := program("wrong", func(w *World) { w.Symmetric(c.tasks(w)...) })
		if _, _, _, what := exchange(t, p, Options{Strategy: "dpor", Preemptions: -1}); !strings.Contains(what, c.want) || what != "" && c.want == "" {
			t.Errorf("%q, want %q", what, c.want)
		}
	}
}
