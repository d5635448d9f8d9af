package sched_test

import (
	"context"
	"testing"

	"lockheld/sched"
)

// A world that is set up for each execution must be taken for the same world.
func TestSetUpAnewIsTheSameProgram(t *testing.T) {
	p := &sched.Program{Name: "spawner", Setup: func(w *sched.World) {
		x := sched.NewWord(w, "x", 0)
		zero := w.Sometimes("child is second")
		w.Sometimes("never")
		w.Go("parent", func(t *sched.Task) {
			child := t.Go("child", func(t *sched.Task) {
				if x.Add(t, 1) == 2 {
					zero.Reach()
				}
			})
			x.Add(t, 1)
			t.Join(child)
		})
	}}
	r, err := sched.Explore(context.Background(), p, sched.Options{Preemptions: -1, Recheck: 1})
	if err != nil {
		t.Fatal(err)
	}
	// The child moves before or after the parent's add. The parent's join comes
	// after both.
	if r.Executions != 2 || r.Steps != 8 {
		t.Errorf("%d executions, %d steps, want 2 and 8", r.Executions, r.Steps)
	}
	if len(r.Unreached) != 1 || r.Unreached[0] != "never" {
		t.Errorf("not reached: %v", r.Unreached)
	}
	if len(r.Findings) != 1 || r.Findings[0].Violation.Site != "never" {
		t.Errorf("findings: %+v", r.Findings)
	}
}
