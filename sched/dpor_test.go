package sched

import (
	"slices"
	"testing"
)

// A property that looks at objects one by one is checked after steps on each, and
// makes none of them dependent.
func TestReductionAndEach(t *testing.T) {
	for bad := range 2 {
		r := explore(t, program("two words", func(w *World) {
			words := []*Word{NewWord(w, "x", 0), NewWord(w, "y", 0)}
			w.Always(Property{Name: "small", Each: []ObjID{words[0].ID(), words[1].ID()}, Check: func() string {
				for _, o := range words {
					if o.Peek() > 1 {
						return "large"
					}
				}
				return ""
			}})
			body := func(i int) func(*Task) {
				return func(t *Task) {
					if i == bad {
						words[i].Store(t, 2)
					}
					words[i].Store(t, 1)
				}
			}
			tasks(w, body(0), body(1))
		}), Options{Strategy: "dpor", Preemptions: -1, All: true})
		if r.Executions != 1 || len(r.Findings) != 1 || len(r.Unreduced) != 0 {
			t.Errorf("%d executions, %v, unreduced %q; want 1, 1 finding, none", r.Executions, r.Findings, r.Unreduced)
		}
	}
}

// A property that does not say what it reads is not checked under reduction,
// and the report names it. One that says so finds states that differ only by
// steps that commute for the program.
func TestReductionAndProperties(t *testing.T) {
	xs := func(reads bool) *Program {
		return program("two words", func(w *World) {
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			p := Property{Name: "x first", Check: func() string {
				if y.Peek() > x.Peek() {
					return "y before x"
				}
				return ""
			}}
			if reads {
				p.Reads = []ObjID{x.ID(), y.ID()}
			}
			w.Always(p)
			tasks(w, func(t *Task) { y.Store(t, 1) }, func(t *Task) { x.Store(t, 1) }) // the first schedule is the bad one
		})
	}
	for _, c := range []struct {
		reads      bool
		strategy   string
		executions int64
		findings   int
		unreduced  []string
	}{
		{false, "dfs", 2, 1, []string{"x first"}},
		{false, "dpor", 1, 0, []string{"x first"}},
		{true, "dfs", 2, 1, nil},
		{true, "dpor", 2, 1, nil},
	} {
		r := explore(t, xs(c.reads), Options{Strategy: c.strategy, Preemptions: -1, All: true})
		if r.Executions != c.executions || len(r.Findings) != c.findings || !slices.Equal(r.Unreduced, c.unreduced) {
			t.Errorf("reads %v, %s: %d executions, %v, unreduced %q; want %d, %d findings, %q",
				c.reads, c.strategy, r.Executions, r.Findings, r.Unreduced, c.executions, c.findings, c.unreduced)
		}
	}
}
