package sched

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
)

// waitOn is a task that waits on c, whatever has happened before.
func waitOn(c *Cond, m *Mutex) func(*Task) {
	return func(t *Task) {
		m.Lock(t)
		c.Wait(t, m)
		m.Unlock(t)
	}
}

// condProgram has n tasks that wait and one that does what serve says.
func condProgram(name string, n int, serve func(t *Task, c *Cond, m *Mutex)) *Program {
	return program(name, func(w *World) {
		m, c := NewMutex(w, "m"), NewCond(w, "c")
		for i := range n {
			w.Go(fmt.Sprint("W", i), waitOn(c, m))
		}
		w.Go("S", func(t *Task) { serve(t, c, m) })
	})
}

// synchronised are programs with what the litmus format does not have, with the
// numbers of their traces and how they are derived.
var synchronised = []struct {
	p      *Program
	traces int64
}{
	// The signal comes before the wait, and is lost, or after it.
	{condProgram("signal", 1, func(t *Task, c *Cond, m *Mutex) { c.Signal(t) }), 2},
	// So does the section with the signal; the wake-up has to come after it.
	{condProgram("signal in a section", 1, func(t *Task, c *Cond, m *Mutex) {
		m.Lock(t)
		c.Signal(t)
		m.Unlock(t)
	}), 2},
	// Twice, for which task waits first: the broadcast before both waits (1); between them, with the section of the
	// first after its wake-up before or after the wait of the second (2); after both, with two orders of waking (2).
	{condProgram("broadcast", 2, func(t *Task, c *Cond, m *Mutex) { c.Broadcast(t) }), 2 * 5},
	// Twice, for which task waits first. V and W are the waits, S and T the signals, v the wake-up of V, which is a
	// step on c, too: STVW (1); SVTW with v before the section of W or after (2); SVWT (1); VSTW with v in three places
	// (3); VSWT with v before W, before T, or after T and then before or after w (4); VWST with v before T, or after T
	// and before or after w (3).
	{condProgram("two signals", 2, func(t *Task, c *Cond, m *Mutex) {
		c.Signal(t)
		c.Signal(t)
	}), 2 * (1 + 2 + 1 + 3 + 4 + 3)},
	// Three adds in any order; that one task was made by another orders nothing.
	{program("nested spawn", func(w *World) {
		x := NewWord(w, "x", 0)
		w.Go("root", func(t *Task) {
			t.Go("a", func(t *Task) {
				t.Go("b", func(t *Task) { x.Add(t, 1) })
				x.Add(t, 1)
			})
			x.Add(t, 1)
		})
	}), 6},
	// The add before the join has two places, the one after it has one.
	{program("join", func(w *World) {
		x := NewWord(w, "x", 0)
		w.Go("root", func(t *Task) {
			c := t.Go("c", func(t *Task) { x.Add(t, 1) })
			x.Add(t, 1)
			t.Join(c)
			x.Add(t, 1)
		})
	}), 2},
	// Four adds, of which the last comes after two others: 4!/3.
	{program("join two of three", func(w *World) {
		x := NewWord(w, "x", 0)
		w.Go("root", func(t *Task) {
			var c [3]*Task
			for i := range c {
				c[i] = t.Go(fmt.Sprint("c", i), func(t *Task) { x.Add(t, 1) })
			}
			t.Join(c[0])
			t.Join(c[2])
			x.Add(t, 1)
			t.Join(c[1])
		})
	}), 8},
	// Joins of one task by two others commute.
	{program("joined twice", func(w *World) {
		x := NewWord(w, "x", 0)
		j := w.Go("J", func(t *Task) { x.Store(t, 1) })
		tasks(w, func(t *Task) { t.Join(j) }, func(t *Task) { t.Join(j) })
	}), 1},
	// Two orders of the sections, two values in each.
	{program("choice in a section", func(w *World) {
		m := NewMutex(w, "m")
		choose := func(t *Task) {
			m.Lock(t)
			t.Choose("v", 2)
			m.Unlock(t)
		}
		tasks(w, choose, choose)
	}), 2 * 2 * 2},
	// The value decides whether there is a race: 1 + 2 + 2.
	{program("choice before a race", func(w *World) {
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) { x.Load(t) }, func(t *Task) {
			if v := t.Choose("v", 3); v > 0 {
				x.Store(t, uint64(v))
			}
		})
	}), 5},
	// The race decides whether there is a choice: 1 + 3.
	{program("choice behind a race", func(w *World) {
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) { x.Store(t, 1) }, func(t *Task) {
			if x.Load(t) == 1 {
				t.Choose("v", 3)
			}
		})
	}), 4},
	// A value stores or, of three, does not; a store comes before or after the load: 1 + 2·2 for each word.
	{program("choices and a reader", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		store := func(on *Word) func(t *Task) {
			return func(t *Task) {
				if v := t.Choose("v", 3); v > 0 {
					on.Store(t, uint64(v))
				}
			}
		}
		tasks(w, func(t *Task) {
			x.Load(t)
			y.Load(t)
		}, store(x), store(y))
	}), 5 * 5},
	// The signal of S comes before that of T, between it and the broadcast, or after both; T's section before that of
	// C or after; in C's, two values: 3·2·2. A reversal goes past both values of the choice, which it does not make.
	{program("choice passed", func(w *World) {
		x, m, c := NewWord(w, "x", 0), NewMutex(w, "m"), NewCond(w, "c")
		tasks(w, func(t *Task) {
			c.Signal(t)
			m.Lock(t)
			c.Broadcast(t)
			m.Unlock(t)
		}, func(t *Task) {
			m.Lock(t)
			x.Await(t, Gt, 0)
			m.Unlock(t)
			t.Choose("v", 2)
		}, func(t *Task) {
			x.Store(t, 1)
			c.Signal(t)
		})
	}), 12},
	// The first task keeps the lock for ever.
	{program("never released", func(w *World) {
		m := NewMutex(w, "m")
		tasks(w, m.Lock, m.Lock, m.Lock)
	}), 3},
	// Two orders, or a deadlock of two of three tasks; in each, the third comes before or after the first step of one.
	{program("partial deadlock", func(w *World) {
		x, m, n := NewWord(w, "x", 0), NewMutex(w, "m"), NewMutex(w, "n")
		tasks(w, func(t *Task) {
			x.Store(t, 1)
			both(t, m, n)
		}, func(t *Task) { both(t, n, m) }, func(t *Task) { x.Store(t, 2) })
	}), 3 * 2},
	// Whoever takes the lock keeps it; the join is of one of them.
	{program("join of one that waits for ever", func(w *World) {
		m := NewMutex(w, "m")
		a := w.Go("A", m.Lock)
		w.Go("B", m.Lock)
		w.Go("J", func(t *Task) { t.Join(a) })
	}), 2},
	// Stores to two words that a property reads do not commute.
	{program("property", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		w.Always(Property{Name: "order", Reads: []ObjID{x.ID(), y.ID()}, Check: func() string { return "" }})
		tasks(w, func(t *Task) { y.Store(t, 1) }, func(t *Task) { x.Store(t, 1) })
	}), 2},
	// A lock that a property reads: sections of two locks do not commute for it. Of two steps each: C(4,2).
	{program("property of locks", func(w *World) {
		m, n := NewMutex(w, "m"), NewMutex(w, "n")
		w.Always(Property{Name: "order", Reads: []ObjID{m.ID(), n.ID()}, Check: func() string { return "" }})
		for _, l := range []*Mutex{m, n} {
			w.Go(l.Name(), func(t *Task) {
				l.Lock(t)
				l.Unlock(t)
			})
		}
	}), 6},
}

// byEnumeration returns the classes of all executions of p, and the report.
func byEnumeration(t *testing.T, p *Program) (map[Class]bool, *Report) {
	t.Helper()
	var c Classifier
	classes := map[Class]bool{}
	r := explore(t, p, Options{Strategy: "dfs", Preemptions: -1, All: true, Shrink: -1, Drain: true,
		After: func(r *Result) { classes[c.Class(r)] = true }})
	return classes, r
}

// reducedTo compares the reduction with an enumeration and returns the
// difference, "" if there is none.
func reducedTo(p *Program, want map[Class]bool, by *Report, found func(*Report) string, s DPORSettings) (what string) {
	defer func() {
		if r := recover(); r != nil {
			what = fmt.Sprint("panic: ", r)
		}
	}()
	var c Classifier
	twice, other := 0, 0
	seen := map[Class]bool{}
	r, err := ExploreReduced(context.Background(), p, Options{Preemptions: -1, All: true, Shrink: -1, Recheck: -1,
		Executions: 4*int64(len(want)) + 100,
		After: func(r *Result) {
			class := c.Class(r)
			if seen[class] {
				twice++
			}
			if !want[class] {
				other++
			}
			seen[class] = true
		}}, s)
	switch {
	case err != nil:
		return err.Error()
	case r.Executions != int64(len(want)) || r.Blocked != 0:
		return fmt.Sprintf("%d executions, %d blocked, want %d", r.Executions, r.Blocked, len(want))
	case other > 0 || twice > 0 && !strings.Contains(findings(r), KindRace.String()): // a search that meets a race begins anew
		return fmt.Sprintf("%d executions of classes that came before, %d of others", twice, other)
	case found(r) != found(by):
		return fmt.Sprintf("found %q, want %q", found(r), found(by))
	}
	return ""
}

var allOrders = []string{"lowest", "highest", "last"}

// TestSynchronisation: the reduction runs one execution of each trace of
// programs with condition variables, spawns, joins, choices and properties.
func TestSynchronisation(t *testing.T) {
	for _, c := range synchronised {
		t.Run(c.p.Name, func(t *testing.T) {
			classes, by := byEnumeration(t, c.p)
			if int64(len(classes)) != c.traces {
				t.Errorf("%d classes of all executions, want %d", len(classes), c.traces)
			}
			for _, order := range allOrders {
				if what := reducedTo(c.p, classes, by, findings, DPORSettings{Order: order}); what != "" {
					t.Errorf("%s first: %s", order, what)
				}
			}
		})
	}
}

// TestReductionOfSuite: the same for the programs that use each part of the
// package, without figures.
func TestReductionOfSuite(t *testing.T) {
	for _, p := range append(suite(), crossedLocks()) {
		t.Run(p.Name, func(t *testing.T) {
			classes, by := byEnumeration(t, p)
			for _, order := range allOrders {
				if what := reducedTo(p, classes, by, findings, DPORSettings{Order: order}); what != "" {
					t.Errorf("%s first: %s", order, what)
				}
			}
		})
	}
}

// TestFaultsOfSynchronisation shows that errors about what litmus programs do
// not have are noticed.
func TestFaultsOfSynchronisation(t *testing.T) {
	for _, fault := range []string{"wake", "groups", "passed", "performed", "pending"} {
		by := ""
		for i := range synchronised {
			p := synchronised[i].p
			classes, r := byEnumeration(t, p)
			for _, order := range allOrders {
				if what := reducedTo(p, classes, r, findings, DPORSettings{Order: order, Fault: fault}); what != "" {
					by += fmt.Sprintf("\n%s, %s first: %s", p.Name, order, what)
				}
			}
		}
		if by == "" {
			t.Errorf("%s is not noticed", fault)
		}
		t.Log(fault, by)
	}
}

// classesWithin returns the classes of the executions that a search shows, and
// whether one came twice.
func classesWithin(t *testing.T, p *Program, o Options) (map[Class]bool, *Report, bool) {
	t.Helper()
	var c Classifier
	classes, twice := map[Class]bool{}, false
	o.All, o.Shrink, o.Drain, o.Recheck = true, -1, true, -1
	o.After = func(r *Result) {
		class := c.Class(r)
		twice = twice || classes[class]
		classes[class] = true
	}
	r := explore(t, p, o)
	return classes, r, twice
}

// TestPreemptionsOfSuite: within each bound on preemptions, dpor runs one
// execution of each class that depth-first search comes to, and finds what it
// finds.
func TestPreemptionsOfSuite(t *testing.T) {
	programs := append(suite(), crossedLocks(), counter(3, 3))
	for i := range synchronised {
		programs = append(programs, synchronised[i].p)
	}
	for seed := uint64(0); len(programs) < 200; seed++ {
		if p := randomProgram(seed); fewExecutions(t, p) {
			programs = append(programs, p)
		}
	}
	for _, p := range programs {
		all, _, _ := classesWithin(t, p, Options{Strategy: "dpor", Preemptions: -1})
		for k := range 4 {
			want, by, _ := classesWithin(t, p, Options{Preemptions: k})
			got, r, twice := classesWithin(t, p, Options{Strategy: "dpor", Preemptions: k})
			if !maps.Equal(got, want) || twice || int(r.Executions) != len(want) || kinds(r) != kinds(by) {
				t.Errorf("%s, at most %d preemptions: %d classes of %d executions, twice %v, found %q; want %d, %q",
					p.Name, k, len(got), r.Executions, twice, kinds(r), len(want), kinds(by))
			}
			if r.Verdict != Violated && (r.Verdict == Complete) != (len(want) == len(all)) {
				t.Errorf("%s, at most %d preemptions: %v with %d of %d classes", p.Name, k, r.Verdict, len(want), len(all))
			}
		}
	}
}
