package sched

import (
	"runtime"
	"slices"
	"strings"
	"testing"
)

// misuse is a program that breaks a rule, and what every strategy must say.
type misuse struct {
	name  string
	setup func(w *World)
	kind  Kind
	says  string // part of the message
}

var misuses = []misuse{
	{"goexit", func(w *World) {
		w.Go("A", func(t *Task) {
			t.Yield()
			runtime.Goexit()
		})
		w.Go("B", func(t *Task) { t.Yield() })
	}, KindPanic, "runtime.Goexit"},
	{"goexit in the end", func(w *World) {
		x := NewWord(w, "x", 0)
		w.Go("A", func(t *Task) { x.Store(t, 1) })
		w.Go("B", func(t *Task) {
			if x.Load(t) == 1 {
				runtime.Goexit()
			}
		})
	}, KindPanic, "runtime.Goexit"},
	{"operation in a property", func(w *World) {
		x := NewWord(w, "x", 0)
		a := w.Go("A", func(t *Task) { x.Store(t, 1) })
		w.Always(Property{Name: "p", Reads: []ObjID{x.ID()}, Check: func() string {
			x.Load(a)
			return ""
		}})
	}, KindPanic, "a property must not perform operations"},
	{"operation in a property after a step", func(w *World) {
		x := NewWord(w, "x", 0)
		a := w.Go("A", func(t *Task) {
			defer x.Load(t)
			x.Store(t, 1)
			x.Load(t)
		})
		w.Always(Property{Name: "p", Reads: []ObjID{x.ID()}, Check: func() string {
			if x.Peek() == 1 {
				x.Load(a)
			}
			return ""
		}})
	}, KindPanic, "a property must not perform operations"},
	{"panic in a property", func(w *World) {
		x, m := NewWord(w, "x", 0), NewMutex(w, "m")
		w.Go("A", func(t *Task) {
			m.Lock(t)
			defer m.Unlock(t)
			x.Store(t, 1)
			x.Load(t)
		})
		w.Always(Property{Name: "p", Reads: []ObjID{x.ID()}, Check: func() string {
			if x.Peek() == 1 {
				panic("broken")
			}
			return ""
		}})
	}, KindPanic, "broken"},
	{"failure in a property", func(w *World) {
		x := NewWord(w, "x", 0)
		a := w.Go("A", func(t *Task) { x.Store(t, 1) })
		w.Always(Property{Name: "p", Reads: []ObjID{x.ID()}, Check: func() string {
			a.Fail(Violation{Kind: KindProperty, Site: "own"})
			return ""
		}})
	}, KindPanic, "a property must not perform operations"},
	{"operation in a hook", func(w *World) {
		m := NewMutex(w, "m")
		m.SetHook(func(t *Task, m *Mutex, e LockEvent) { m.Lock(t) })
		w.Go("A", func(t *Task) { m.Lock(t) })
	}, KindPanic, "a hook of a lock must not perform operations"},
}

// TestMisuse: a program that breaks a rule is told so by every strategy.
func TestMisuse(t *testing.T) {
	for _, m := range misuses {
		for _, o := range []Options{{Preemptions: -1}, {Preemptions: 1}, {Strategy: "dpor", Preemptions: -1}, {Strategy: "dpor", Preemptions: 0},
			{Strategy: "dpor", Preemptions: 2}, {Strategy: "cache", Preemptions: -1}, {Strategy: "auto", Preemptions: -1},
			{Strategy: "random", Preemptions: -1, Executions: 20}, {Strategy: "pct", Preemptions: -1, Executions: 20, Workers: 2},
			{Strategy: "surw", Preemptions: -1, Executions: 20}} {
			for _, o.All = range []bool{false, true} {
				for _, reusable := range []bool{false, true} {
					p := program(m.name, m.setup)
					p.Reusable = reusable
					r := explore(t, p, o)
					if r.Verdict != Violated || r.Findings[0].Violation.Kind != m.kind || !strings.Contains(r.Findings[0].Violation.Message, m.says) {
						t.Errorf("%s, %s, preemptions %d, all %v, reusable %v: %v %q", m.name, o.Strategy, o.Preemptions, o.All, reusable, r.Verdict, findings(r))
					}
				}
			}
		}
	}
}

// TestLooksAtTasks: what tasks see of each other without a step is not part of
// the order that the reduction keeps. It does not say that a search was complete
// which may have left out what they would have seen.
func TestLooksAtTasks(t *testing.T) {
	for _, c := range []struct {
		name string
		look func(w *World, a *Task) bool
	}{
		{"finished", func(w *World, a *Task) bool { return a.Finished() }},
		{"ended", func(w *World, a *Task) bool { return a.Ended() }},
		{"pending", func(w *World, a *Task) bool { k, _ := a.Pending(); return k == OpInc }},
		{"blocked", func(w *World, a *Task) bool { return a.Blocked() }},
		{"tasks", func(w *World, a *Task) bool { return len(w.Tasks()) == 4 }},
	} {
		for _, want := range []bool{false, true} {
			p := program(c.name, func(w *World) {
				x, y, z := NewWord(w, "x", 0), NewWord(w, "y", 0), NewWord(w, "z", 0)
				a := w.Go("A", func(t *Task) {
					x.Await(t, Gt, 0)
					t.Go("C", func(t *Task) { t.Yield() })
					x.Inc(t, 1)
				})
				w.Go("B", func(t *Task) {
					y.Store(t, 1)
					if c.look(w, a) == want {
						t.Fail(Violation{Kind: KindAssertion, Site: "seen"})
					}
				})
				w.Go("D", func(t *Task) { z.Store(t, 1); x.Store(t, 1) })
			})
			if r := explore(t, p, Options{Preemptions: -1}); r.Verdict != Violated {
				t.Errorf("%s %v: dfs %v", c.name, want, r.Verdict)
			}
			for _, order := range allOrders {
				for _, workers := range []int{0, 2} {
					r, err := ExploreReduced(t.Context(), p, Options{Preemptions: -1}, DPORSettings{Order: order, Workers: workers})
					if err != nil || r.Verdict != Violated && r.Verdict != Bounded {
						t.Errorf("%s %v, %s, %d workers: dpor %v, %v", c.name, want, order, workers, r.Verdict, err)
					}
				}
			}
			for k := range 4 {
				if r := explore(t, p, Options{Strategy: "dpor", Preemptions: k}); r.Verdict != Violated && r.Verdict != Bounded {
					t.Errorf("%s %v, dpor, preemptions %d: %v", c.name, want, k, r.Verdict)
				}
			}
		}
	}
	// A task that waits for another knows that it has ended.
	r := explore(t, program("joined", func(w *World) {
		x := NewWord(w, "x", 0)
		a := w.Go("A", func(t *Task) { x.Inc(t, 1) })
		w.Go("B", func(t *Task) {
			t.Join(a)
			if !a.Finished() || !a.Ended() || a.Blocked() || !t.w.tasks[1].Ended() && t.Finished() {
				t.Fail(Violation{Kind: KindAssertion, Site: "joined"})
			}
		})
		w.Go("C", func(t *Task) { x.Inc(t, 1) })
	}), Options{Strategy: "dpor", Preemptions: -1})
	if r.Verdict != Complete {
		t.Errorf("joined: %v %q", r.Verdict, r.Notes)
	}
}

// TestLooksOfCache: what a task has seen without a step is part of its state.
func TestLooksOfCache(t *testing.T) {
	for _, l := range []struct {
		name string
		look func(w *World, x *Word, m *Mutex, rw *RWMutex, a *Task) bool
	}{
		{"peek", func(w *World, x *Word, m *Mutex, rw *RWMutex, a *Task) bool { return x.Peek() == 1 }},
		{"holder", func(w *World, x *Word, m *Mutex, rw *RWMutex, a *Task) bool { return m.Holder() != nil }},
		{"held by", func(w *World, x *Word, m *Mutex, rw *RWMutex, a *Task) bool { return m.HeldBy(a) }},
		{"writer", func(w *World, x *Word, m *Mutex, rw *RWMutex, a *Task) bool { return rw.Writer() == a }},
		{"read by", func(w *World, x *Word, m *Mutex, rw *RWMutex, a *Task) bool { return rw.ReadBy(a) > 0 }},
		{"finished", func(w *World, x *Word, m *Mutex, rw *RWMutex, a *Task) bool { return a.Finished() }},
		{"ended", func(w *World, x *Word, m *Mutex, rw *RWMutex, a *Task) bool { return a.Ended() }},
		{"pending", func(w *World, x *Word, m *Mutex, rw *RWMutex, a *Task) bool {
			k, _ := a.Pending()
			return k == OpStore
		}},
		{"tasks", func(w *World, x *Word, m *Mutex, rw *RWMutex, a *Task) bool { return len(w.Tasks()) == 2 }},
	} {
		for _, want := range []bool{false, true} {
			for form := range 3 {
				p := program(l.name, func(w *World) {
					x, y, m, rw := NewWord(w, "x", 0), NewWord(w, "y", 0), NewMutex(w, "m"), NewRWMutex(w, "rw")
					a := w.Go("A", func(t *Task) {
						m.Lock(t)
						rw.Lock(t)
						x.Store(t, 1)
						rw.Unlock(t)
						rw.RLock(t)
						x.Store(t, 2)
						rw.RUnlock(t)
						t.Go("C", func(t *Task) {})
						m.Unlock(t)
					})
					w.Go("B", func(t *Task) {
						y.Store(t, 1)
						saw := l.look(w, x, m, rw, a)
						if form == 2 {
							t.Live(one(saw))
						}
						x.Await(t, Eq, 2)
						t.Join(a)
						y.Load(t)
						if saw == want {
							t.Fail(Violation{Kind: KindAssertion, Site: "seen"})
						}
					})
				})
				p.Reusable = form > 0
				for _, o := range []Options{{Preemptions: -1}, {Strategy: "cache", Preemptions: -1}, {Strategy: "cache", Preemptions: 2}} {
					if r := explore(t, p, o); r.Verdict != Violated {
						t.Errorf("%s %v, form %d: %s, preemptions %d: %v", l.name, want, form, o.Strategy, o.Preemptions, r.Verdict)
					}
				}
			}
		}
	}
}

// TestReplayOfSeveral: several tasks fail before their first steps. With
// Options.All each is found, and its schedule leads to it.
func TestReplayOfSeveral(t *testing.T) {
	fail := func(site string) func(t *Task) {
		return func(t *Task) { t.Fail(Violation{Kind: KindAssertion, Site: site}) }
	}
	p := program("several", func(w *World) {
		w.Go("A", fail("a"))
		w.Go("B", fail("b"))
		w.Go("C", func(t *Task) {
			t.Yield()
			t.Go("D", fail("d"))
			fail("c")(t)
		})
	})
	for _, s := range []string{"dfs", "dpor", "cache", "random"} {
		r := explore(t, p, Options{Strategy: s, Preemptions: -1, All: true, Executions: 10})
		if len(r.Findings) != 4 {
			t.Errorf("%s: %s", s, findings(r))
		}
		for i := range r.Findings {
			f := &r.Findings[i]
			trace, err := Replay(p, f.Schedule, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(trace.Violations, func(v Violation) bool { return v.Site == f.Violation.Site }) {
				t.Errorf("%s: %v is found by %q, which leads to %v", s, f.Violation.Site, f.Schedule, trace.Violations)
			}
		}
	}
}
