package sched

import (
	"context"
	"strings"
	"testing"
	"time"
)

// endless has a task that never ends.
func endless() *Program {
	return program("endless", func(w *World) {
		x := NewWord(w, "x", 0)
		w.Go("A", func(t *Task) {
			for {
				x.Add(t, 1)
			}
		})
	})
}

// A search stops when its context ends, also inside an execution without end,
// and says why.
func TestContext(t *testing.T) {
	expired, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	soon, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	for _, c := range []struct {
		ctx context.Context
		p   *Program
		why string
	}{{expired, counter(3, 10), "timeout"}, {soon, endless(), "timeout"}} {
		noGoroutineLeft(t, c.p.Name, func() {
			r, err := Explore(c.ctx, c.p, Options{Preemptions: -1, Depth: -1})
			if err != nil || r.Verdict != Stopped || r.Why != c.why {
				t.Errorf("%s: %v, %v", c.p.Name, r, err)
			}
		})
	}
	ctx, stop := context.WithCancel(context.Background())
	n := int64(0)
	r, err := Explore(ctx, counter(3, 10), Options{Preemptions: -1, Recheck: -1, After: func(*Result) {
		if n++; n == 7 {
			stop()
		}
	}})
	if err != nil || r.Verdict != Stopped || r.Why != "interrupt" || r.Executions != 7 {
		t.Errorf("%v, %v", r, err)
	}
	// A search that was finished before is not stopped.
	ctx, stop = context.WithCancel(context.Background())
	n = 0
	r, err = Explore(ctx, independent(2, 3), Options{Preemptions: -1, Recheck: -1, After: func(*Result) {
		if n++; n == 10 {
			stop()
		}
	}})
	if err != nil || r.Verdict != Complete || r.Executions != 10 {
		t.Errorf("%v, %v", r, err)
	}
}

// A violation in an execution that is interrupted is not forgotten.
func TestViolationBeforeInterrupt(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	p := program("late", func(w *World) {
		x := NewWord(w, "x", 0)
		w.Go("A", func(t *Task) {
			x.Load(t)
			t.Fail(Violation{Kind: KindAssertion, Site: "A"})
		})
		w.Go("B", func(t *Task) {
			for i := 0; ; i++ {
				if x.Add(t, 1); i == 5000 {
					stop()
				}
			}
		})
	})
	r, err := Explore(ctx, p, Options{Preemptions: -1, All: true})
	if err != nil || r.Verdict != Violated || len(r.Findings) != 1 || r.Findings[0].Violation.Site != "A" {
		t.Errorf("%v, %v", r, err)
	}
}

func TestStepLimit(t *testing.T) {
	r := explore(t, endless(), Options{Preemptions: -1, Depth: 100})
	if r.Verdict != Bounded || r.Cut != 1 || r.Executions != 1 || r.Steps != 100 || r.MaxSteps != 100 {
		t.Errorf("%+v", r)
	}
	// An execution that ends with its last permitted step is not cut.
	r = explore(t, independent(7), Options{Preemptions: -1, Depth: 7})
	if r.Verdict != Complete || r.Cut != 0 {
		t.Errorf("%+v", r)
	}
	r = explore(t, independent(7), Options{Preemptions: -1, Depth: 6})
	if r.Verdict != Bounded || r.Cut != 1 {
		t.Errorf("%+v", r)
	}
}

// Goals are judged only where everything was looked at.
func TestGoalsInIncompleteSearches(t *testing.T) {
	p := program("goal", func(w *World) {
		x := NewWord(w, "x", 0)
		goal := w.Sometimes("switched")
		tasks(w, func(t *Task) {
			x.Store(t, 1)
			x.Store(t, 2)
		}, func(t *Task) {
			if x.Load(t) == 1 {
				goal.Reach()
			}
		})
	})
	for _, c := range []struct {
		o    Options
		want VerdictKind
	}{
		{Options{Preemptions: -1}, Complete},
		{Options{Preemptions: 1}, Complete}, // which leaves nothing out
		{Options{Preemptions: 0}, Bounded},
		{Options{Preemptions: -1, Depth: 1}, Bounded},
		{Options{Preemptions: -1, Executions: 1}, Stopped},
		{Options{Strategy: "random", Executions: 1, Seed: 1}, Sampled},
	} {
		r := explore(t, p, c.o)
		if r.Verdict != c.want || len(r.Findings) != 0 || (len(r.Unreached) == 0) != (c.want == Complete) {
			t.Errorf("%+v: %v, not reached %q, %v; want %v", c.o, r.Verdict, r.Unreached, r.Findings, c.want)
		}
	}
}

// What is registered to run at the start runs before every execution.
func TestOnStart(t *testing.T) {
	for _, reusable := range []bool{true, false} {
		starts, sum := 0, uint64(0)
		p := &Program{Name: "start", Reusable: reusable, Setup: func(w *World) {
			x := NewWord(w, "x", 3)
			x.Poke(5)
			w.OnStart(func() {
				if x.Peek() != 5 {
					t.Errorf("start %d: x is %d", starts, x.Peek())
				}
				starts++
				x.Poke(7)
			})
			w.Go("A", func(t *Task) { sum += x.Add(t, 1) })
			w.Go("B", func(t *Task) { sum += x.Add(t, 1) })
		}}
		r := explore(t, p, Options{Preemptions: -1, Recheck: -1})
		if starts != 2 || r.Executions != 2 || sum != 2*(8+9) {
			t.Errorf("reusable %t: %d starts, %d executions, sum %d", reusable, starts, r.Executions, sum)
		}
	}
}

// Operations of a direct world on the objects of Setup make the first state.
func TestSetupByDirectOperations(t *testing.T) {
	p := program("prepared", func(w *World) {
		m, x, rw := NewMutex(w, "m"), NewWord(w, "x", 1), NewRWMutex(w, "rw")
		g := NewGuarded(w, "g", 0, GuardedBy(m))
		d := NewDirectWorld().Direct("D")
		m.Lock(d)
		*g.Write(d) = 4
		rw.RLock(d)
		rw.RLock(d)
		x.Add(d, 2)
		rw.RUnlock(d)
		rw.RUnlock(d)
		m.Unlock(d)
		tasks(w, func(t *Task) { x.Add(t, 1) }, func(t *Task) {
			m.Lock(t)
			*g.Write(t)++
			m.Unlock(t)
		})
		w.AtEnd(Property{Name: "state", Check: func() string {
			if x.Peek() != 4 || *g.Peek() != 5 {
				return "wrong"
			}
			return ""
		}})
	})
	if r := explore(t, p, Options{Preemptions: -1}); r.Verdict != Complete || r.Executions != 3 {
		t.Errorf("%+v", r)
	}
}

// restless has a task that changes something for ever, and neither waits nor
// spins, beside one that ends.
func restless() *Program {
	return program("restless", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		w.Go("A", func(t *Task) {
			for {
				x.Add(t, 1)
			}
		})
		w.Go("B", func(t *Task) {
			x.Add(t, 1)
			y.Store(t, 1)
		})
	})
}

// Where a task never ends, the search does, under every strategy: one execution
// of too many steps ends it, and the report says so. An interrupt ends it at once
// if there is no such limit.
func TestExecutionWithoutEnd(t *testing.T) {
	for _, e := range Strategies() {
		for _, o := range []Options{{}, {Workers: 3}, {All: true}, {Preemptions: 2}} {
			if o.Preemptions == 0 {
				o.Preemptions = -1
			} else if e.Chooses || e.Kind == Sampling {
				continue
			}
			o.Strategy, o.safety, o.Executions = e.Name, 5000, 1000
			r := explore(t, restless(), o)
			if r.Verdict != Stopped || r.Why != "steps=5000" || !strings.Contains(strings.Join(r.Notes, "\n"), "made 5000 steps and did not end") {
				t.Errorf("%s %+v: %v %q %q", e.Name, o, r.Verdict, r.Why, r.Notes)
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		r, err := Explore(ctx, restless(), Options{Strategy: e.Name, Preemptions: -1, Depth: -1})
		cancel()
		if err != nil || r.Verdict != Stopped || r.Why != "timeout" {
			t.Errorf("%s, interrupted: %v, %v", e.Name, r, err)
		}
	}
	for _, strategy := range []string{"dfs", "dpor"} {
		r := explore(t, restless(), Options{Strategy: strategy, Preemptions: -1})
		if r.Verdict != Stopped || r.MaxSteps != SafetyDepth {
			t.Errorf("%s: %v after %d steps", strategy, r.Verdict, r.MaxSteps)
		}
	}
}
