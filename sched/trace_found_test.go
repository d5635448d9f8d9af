package sched_test

import (
	"slices"
	"testing"

	"lockheld/sched"
)

func lockBoth(t *sched.Task, m, n *sched.Mutex) {
	m.Lock(t)
	n.Lock(t)
	n.Unlock(t)
	m.Unlock(t)
}

func TestTraceTellsWhatTasksWaitFor(t *testing.T) {
	p := &sched.Program{Name: "crossed", Setup: func(w *sched.World) {
		a, b := sched.NewMutex(w, "a"), sched.NewMutex(w, "b")
		w.Go("A", func(t *sched.Task) { lockBoth(t, a, b) })
		w.Go("B", func(t *sched.Task) { lockBoth(t, b, a) })
	}}
	tr, err := sched.Replay(p, sched.Schedule{{Task: 0, Value: -1}, {Task: 1, Value: -1}}, sched.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.Violations) != 1 || tr.Violations[0].Kind != sched.KindDeadlock || tr.Where[0] != nil {
		t.Fatalf("violations %v in %v", tr.Violations, tr.Where)
	}
	if len(tr.Waiting) != 2 {
		t.Fatalf("waiting: %+v", tr.Waiting)
	}
	for i, object := range []string{"b", "a"} {
		w := tr.Waiting[i]
		if w.Step != 2 || w.Task != i || w.Kind != sched.OpLock || w.Object != object || w.Func() != "lockBoth" {
			t.Errorf("task %d waits: %+v, want to lock %s in lockBoth at step 2", i, w, object)
		}
	}
}

// breakHere fails, called by the body of a task.
func breakHere(t *sched.Task) { t.Fail(sched.Violation{Kind: sched.KindAssertion, Site: "here"}) }

func failing(t *sched.Task) { breakHere(t) }

func TestTraceTellsWhereViolationWasFound(t *testing.T) {
	p := &sched.Program{Name: "broken", Setup: func(w *sched.World) {
		m := sched.NewMutex(w, "m")
		w.Go("A", func(t *sched.Task) {
			m.Lock(t)
			failing(t)
		})
	}}
	tr, err := sched.Replay(p, nil, sched.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.Where) != 1 || len(tr.Where[0]) < 2 || !slices.Equal(tr.Where[0][:2], []string{"breakHere", "failing"}) {
		t.Errorf("violations %v found in %v", tr.Violations, tr.Where)
	}
	if len(tr.Waiting) != 0 {
		t.Errorf("waiting: %+v", tr.Waiting)
	}
}
