package sched

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// Tasks that an execution leaves behind run their deferred functions before the
// next execution begins, and these cannot touch the world any more: neither
// this execution's nor the next one's.
func TestDeferredFunctionsOfTasksThatAreLeft(t *testing.T) {
	for _, reusable := range []bool{true, false} {
		for _, end := range []string{"cut", "deadlock", "violation", "daemon"} {
			t.Run(fmt.Sprintf("%s/reusable=%t", end, reusable), func(t *testing.T) { leaveTasks(t, end, reusable) })
		}
	}
}

func leaveTasks(t *testing.T, end string, reusable bool) {
	var open, hooks, started int
	p := &Program{Name: end, Reusable: reusable, Setup: func(w *World) {
		m, x := NewMutex(w, "m"), NewWord(w, "x", 0)
		g := NewGuarded(w, "g", 0, GuardedBy(m))
		m.SetHook(func(t *Task, m *Mutex, e LockEvent) { hooks++ })
		w.OnStart(func() {
			if started++; open != 0 {
				t.Errorf("start %d: %d tasks are inside", started, open)
			}
		})
		body := func(t *Task) {
			x.Load(t)
			open++
			defer func() { open-- }()
			defer func() {
				before := hooks
				defer func() {
					if x.Peek() != 0 || *g.Peek() != 0 || hooks != before || len(w.x.violations) > 1 {
						panic("a task that is being ended has changed the world")
					}
				}()
				if end != "daemon" && (end != "violation" || t.Name() == "A") || t.Daemon() { // it is being ended
					for _, f := range []func(){
						func() { x.Store(t, 1) }, func() { m.Lock(t) }, func() { m.Unlock(t) },
						func() { *g.Write(t) = 1 }, func() { t.Fail(Violation{Kind: KindAssertion, Site: "late"}) },
						func() { t.Go("late", func(*Task) {}) }, func() { t.Choose("v", 2) }, func() { x.Await(t, Eq, 0) },
					} {
						func() {
							defer func() { recover() }()
							f()
						}()
					}
				}
			}()
			switch {
			case end == "violation" && t.Name() == "A":
				t.Fail(Violation{Kind: KindAssertion, Site: "A"})
			case end == "daemon" && !t.Daemon():
				return
			case end == "deadlock", end == "daemon":
				x.Await(t, Eq, 5)
			}
			t.Yield()
			t.Yield()
		}
		w.Go("A", body)
		w.Go("B", body)
		if end == "daemon" {
			w.Daemon("D", body)
		}
	}}
	o := Options{Preemptions: -1, All: true, Recheck: 3, Shrink: -1}
	if end == "cut" {
		o.Depth = 3
	}
	r := explore(t, p, o)
	for _, f := range r.Findings {
		if f.Violation.Kind == KindPanic || f.Violation.Site == "late" {
			t.Errorf("finding %v", f.Violation)
		}
	}
	if r.Executions < 2 || open != 0 {
		t.Errorf("%d executions, %d tasks inside", r.Executions, open)
	}
}

// A task that recovers every panic, also the one that ends it, is told a few
// times and then given up: the search ends with an error instead of hanging.
func TestTaskThatRecoversEverything(t *testing.T) {
	stubborn := func(op func(t *Task, x *Word)) *Program {
		return program("stubborn", func(w *World) {
			x := NewWord(w, "x", 0)
			tasks(w, func(t *Task) {
				for {
					func() {
						defer func() { recover() }()
						op(t, x)
					}()
				}
			}, func(t *Task) { x.Load(t) })
		})
	}
	for name, p := range map[string]*Program{
		"cut":    stubborn(func(t *Task, x *Word) { x.Load(t) }),
		"failed": stubborn(func(t *Task, x *Word) { t.Fail(Violation{Kind: KindAssertion, Site: "A"}) }),
	} {
		noGoroutineLeft(t, name, func() {
			r, err := Explore(context.Background(), p, Options{Preemptions: -1, Depth: 5, All: true})
			if err == nil || !strings.Contains(err.Error(), "task A cannot be ended: it recovers the panic that ends it") {
				t.Errorf("%s: %v, %v", name, r, err)
			}
		})
	}
	// A few times are fine.
	n := 0
	p := program("patient", func(w *World) {
		x := NewWord(w, "x", 0)
		w.Go("A", func(t *Task) {
			for range 5 {
				func() {
					defer func() {
						if recover() != nil {
							n++
						}
					}()
					x.Await(t, Eq, 1)
				}()
			}
		})
	})
	r := explore(t, p, Options{Preemptions: -1, Recheck: -1, Shrink: -1})
	if n != 5 || len(r.Findings) != 1 || r.Findings[0].Violation.Kind != KindStuck {
		t.Errorf("%d panics recovered, %v", n, r.Findings)
	}
}

// An operation for another task than the one that runs would confuse the
// engine; it is reported where it happens.
func TestOperationForAnotherTask(t *testing.T) {
	for name, body := range map[string]func(t *Task, x *Word, c *Cell){
		"step": func(t *Task, x *Word, c *Cell) { t.Go("child", func(u *Task) { x.Load(t) }) },
		"cell": func(t *Task, x *Word, c *Cell) { t.Go("child", func(u *Task) { c.Read(t) }) },
		"fail": func(t *Task, x *Word, c *Cell) {
			t.Go("child", func(u *Task) { t.Fail(Violation{Kind: KindAssertion, Site: "s"}) })
		},
		"late": func(t *Task, x *Word, c *Cell) {
			t.Go("child", func(u *Task) {
				x.Load(u)
				x.Load(t)
			})
		},
	} {
		p := program(name, func(w *World) {
			x, c := NewWord(w, "x", 0), new(Cell)
			c.Init(w, "c", nil)
			w.Go("parent", func(t *Task) {
				body(t, x, c)
				x.Load(t)
			})
		})
		noGoroutineLeft(t, name, func() {
			r := explore(t, p, Options{Preemptions: -1})
			if len(r.Findings) != 1 || r.Findings[0].Violation.Kind != KindPanic || r.Findings[0].Violation.Task != "child" ||
				!strings.Contains(r.Findings[0].Violation.Message, "the running task is not parent") {
				t.Errorf("%s: %v", name, r.Findings)
			}
		})
	}
}

// An operation in a property is a mistake of the property.
func TestOperationInAProperty(t *testing.T) {
	p := program("property", func(w *World) {
		x := NewWord(w, "x", 0)
		a := w.Go("A", func(t *Task) { t.Yield() })
		w.AtEnd(Property{Name: "loads", Check: func() string { return fmt.Sprint(x.Load(a)) }})
	})
	r := explore(t, p, Options{Preemptions: -1})
	if len(r.Findings) != 1 || r.Findings[0].Violation.Kind != KindPanic || r.Findings[0].Violation.Site != "loads" {
		t.Errorf("%v", r.Findings)
	}
}
