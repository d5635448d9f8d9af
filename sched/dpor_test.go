package sched

import (
	"slices"
	"testing"
)

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
