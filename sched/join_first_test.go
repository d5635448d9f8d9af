package sched

import "testing"

// TestJoinAsFirstOperation: a task that is declared before the one that it
// joins is disabled in the second execution as in the first, and woken.
func TestJoinAsFirstOperation(t *testing.T) {
	p := &Program{Name: "join", Reusable: true, Setup: func(w *World) {
		var b *Task
		x := NewWord(w, "x", 0)
		w.Go("a", func(t *Task) {
			t.Join(b)
			x.Load(t)
		})
		b = w.Go("b", func(t *Task) { x.Store(t, 1) })
		w.Go("c", func(t *Task) { x.Store(t, 2) })
	}}
	r, err := Explore(t.Context(), p, Options{Strategy: "dfs", Preemptions: -1, Recheck: 1})
	// b, join and load in this order, and c anywhere.
	if err != nil || r.Verdict != Complete || r.Executions != 4 {
		t.Errorf("%+v, %v", r, err)
	}
}
