package sched

import (
	"fmt"
	"testing"
)

// What a task sees without a step is not part of what the reduction orders. It
// says so where that may have cost a violation, and only there.
func TestLooksWithoutStep(t *testing.T) {
	fail := func(t *Task) { t.Fail(Violation{Kind: KindAssertion, Site: "seen"}) }
	hook := func(t *Task, m *Mutex, e LockEvent) {
		if e == LockWant && m.Holder() != nil {
			fail(t)
		}
	}
	for _, c := range []struct {
		p     *Program
		dfs   VerdictKind
		dpor  VerdictKind
		looks string
	}{
		// What a hook sees has no influence on the program, but on what is found. A load that commutes with everything comes while the lock is held, or not.
		{program("hook", func(w *World) {
			x, m := NewWord(w, "x", 0), NewMutex(w, "m")
			m.SetHook(hook)
			section := func(t *Task) {
				x.Load(t)
				m.Lock(t)
				m.Unlock(t)
			}
			tasks(w, section, section)
		}), Violated, Complete, "[m]"},
		{program("peek", func(w *World) {
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			tasks(w, func(t *Task) { x.Load(t) }, func(t *Task) {
				y.Load(t)
				if x.Peek() == 1 {
					fail(t)
				}
			}, func(t *Task) { x.Store(t, 1) })
		}), Violated, Bounded, "[]"},
		// The look is behind a step on the object: all writes are ordered.
		{program("ordered", func(w *World) {
			x := NewWord(w, "x", 0)
			tasks(w, func(t *Task) {
				if x.Load(t) == 1 || x.Peek() == 1 {
					fail(t)
				}
			}, func(t *Task) { x.Store(t, 1) })
		}), Violated, Violated, "[]"},
		{program("locked", func(w *World) {
			x, m := NewWord(w, "x", 0), NewMutex(w, "m")
			section := func(t *Task) {
				m.Lock(t)
				x.Store(t, x.Peek()+1)
				if !m.HeldBy(t) {
					fail(t)
				}
				m.Unlock(t)
			}
			tasks(w, section, section)
		}), Complete, Complete, "[]"},
		// Properties say what they read.
		{program("property", func(w *World) {
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			w.Always(Property{Name: "p", Reads: []ObjID{x.ID(), y.ID()}, Check: func() string {
				if y.Peek() > x.Peek() {
					return "y first"
				}
				return ""
			}})
			tasks(w, func(t *Task) { x.Store(t, 1) }, func(t *Task) { y.Store(t, 1) })
		}), Violated, Violated, "[]"},
	} {
		for _, s := range []struct {
			name string
			want VerdictKind
		}{{"dfs", c.dfs}, {"dpor", c.dpor}} {
			r := explore(t, c.p, Options{Strategy: s.name, Preemptions: -1, All: true, Shrink: -1})
			if r.Verdict != s.want || (len(r.Notes) > 0) != (s.want == Bounded) {
				t.Errorf("%s, %s: %v, %q; want %v", c.p.Name, s.name, r.Verdict, r.Notes, s.want)
			}
			if s.name == "dpor" && fmt.Sprint(r.Looks) != c.looks {
				t.Errorf("%s: looks %v, want %s", c.p.Name, r.Looks, c.looks)
			}
		}
	}
}

// The wakeup trees and the stack of the search have a bound on their memory.
func TestReductionInMemory(t *testing.T) {
	o := Options{Strategy: "dpor", Preemptions: -1}
	r := explore(t, counter(3, 3), o)
	if r.Verdict != Complete || r.Nodes == 0 || r.NodeBytes < int64(r.Nodes)*32 {
		t.Errorf("%v, %d nodes, %d bytes", r.Verdict, r.Nodes, r.NodeBytes)
	}
	o.CacheBytes = r.NodeBytes - 1
	less := explore(t, counter(3, 3), o)
	if less.Verdict != Stopped || less.Executions >= r.Executions || less.Why == "" {
		t.Errorf("with %d bytes: %v %q after %d executions", o.CacheBytes, less.Verdict, less.Why, less.Executions)
	}
	o.CacheBytes++
	if same := explore(t, counter(3, 3), o); same.Verdict != Complete || same.NodeBytes != r.NodeBytes {
		t.Errorf("with as many bytes as needed: %v", same.Verdict)
	}
}
