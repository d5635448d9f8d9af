package sched

import (
	"fmt"
	"reflect"
	"testing"
)

// watched returns a program with a property that finds something wrong in some
// schedules, and the number of its checks.
func watched(stateless bool) (*Program, *int) {
	checks := new(int)
	return program("watched", func(w *World) {
		x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
		w.Always(Property{Name: "p", Reads: []ObjID{x.ID(), y.ID()}, Stateless: stateless, Check: func() string {
			*checks++
			if x.Peek() == 2 && y.Peek() == 1 {
				return fmt.Sprintf("%d %d", x.Peek(), y.Peek())
			}
			return ""
		}})
		tasks(w,
			func(t *Task) { x.Store(t, 1); x.Store(t, 2); y.Store(t, 2); x.Store(t, 3) },
			func(t *Task) { y.Store(t, 1); y.Store(t, 3); x.Load(t) },
			func(t *Task) { x.Load(t); y.Load(t) })
	}), checks
}

// A stateless property is not checked again in states that an execution has in
// common with the one before; what is found, after which choices, is the same.
func TestStatelessProperty(t *testing.T) {
	for _, o := range []Options{
		{Strategy: "dfs"}, {Strategy: "dpor"}, {Strategy: "cache"}, {Strategy: "dfs", Driven: true}, {Strategy: "dfs", Depth: 5},
		{Strategy: "random", Executions: 300}, {Strategy: "dfs", Recheck: 1},
	} {
		t.Run(fmt.Sprintf("%s driven=%t depth=%d recheck=%d", o.Strategy, o.Driven, o.Depth, o.Recheck), func(t *testing.T) {
			o.Preemptions, o.All, o.Shrink = -1, true, -1
			var hashes [2][]string
			var checks [2]int
			for i := range 2 {
				p, n := watched(i == 1)
				o.After = func(r *Result) {
					hashes[i] = append(hashes[i], fmt.Sprint(r.Schedule(), r.Violations))
				}
				explore(t, p, o)
				checks[i] = *n
			}
			if !reflect.DeepEqual(hashes[0], hashes[1]) {
				t.Errorf("%d executions, %d with a stateless property, or others", len(hashes[0]), len(hashes[1]))
			}
			if checks[1] >= checks[0] || o.Strategy != "random" && o.Recheck == 0 && 4*checks[1] > 3*checks[0] {
				t.Errorf("%d checks, %d of a stateless property", checks[0], checks[1])
			}
		})
	}
}
