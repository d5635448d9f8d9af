package sched

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func parse(t *testing.T, text string) Schedule {
	t.Helper()
	s, err := ParseSchedule(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// replayed is three tasks: A fails at its first step, B chooses, C makes three
// steps.
func replayed() *Program {
	return program("replayed", func(w *World) {
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) {
			x.Load(t)
			t.Fail(Violation{Kind: KindAssertion, Site: "A"})
		}, func(t *Task) {
			t.Choose("v", 3)
			x.Await(t, Eq, 1)
		}, func(t *Task) {
			x.Store(t, 1)
			x.Load(t)
			x.Load(t)
		})
	})
}

// A replay follows its schedule to the end, over violations, and goes on alone
// only if there was none.
func TestReplay(t *testing.T) {
	for _, c := range []struct {
		schedule string
		depth    int
		steps    string // what was run
		sites    string // of the violations
		err      string
	}{
		{"", 0, "a", "A", ""},
		{"a", 0, "a", "A", ""},
		{"ab=1c", 0, "ab=1c", "A", ""}, // C could go on
		{"c3", 0, "c3a", "A", ""},      // the first task that can, when C has ended
		{"c3b=2", 0, "c3b=2ba", "A", ""},
		{"cb", 0, "cb=0ba", "A", ""}, // a value that is not given is 0
		{"c", 2, "c2", "", ""},
		{"b=1b", 0, "", "", "step 1: task 1 of the schedule is not enabled, but A,C"},
		{"d", 0, "", "", "step 0: task 3 of the schedule is not enabled, but A,B,C"},
		{"c4", 0, "", "", "step 3: task 2 of the schedule is not enabled, but A,B"},
		{"b=3", 0, "", "", "step 0: value 3 of the schedule, but there are 3"},
		{"aa", 0, "a", "A", ""}, // what cannot be followed came after a violation
	} {
		tr, err := Replay(replayed(), parse(t, c.schedule), Options{Depth: c.depth})
		if c.err != "" {
			if !errors.Is(err, ErrDiverged) || !strings.HasSuffix(err.Error(), c.err) || tr != nil {
				t.Errorf("%s: %v, %v; want %q", c.schedule, tr, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.schedule, err)
			continue
		}
		var steps Schedule
		for i := range tr.Steps {
			steps = append(steps, tr.Steps[i].Choice)
		}
		sites := ""
		for i := range tr.Violations {
			sites += tr.Violations[i].Site
		}
		if steps.String() != c.steps || sites != c.sites || len(tr.Where) != len(tr.Violations) {
			t.Errorf("%s: %v with %q, want %s with %q", c.schedule, steps, sites, c.steps, c.sites)
		}
	}
	if _, err := Replay(independent(2), parse(t, "a3"), Options{}); !errors.Is(err, ErrDiverged) ||
		!strings.HasSuffix(err.Error(), "step 2: task 0 of the schedule is not enabled, but nobody") &&
			!strings.HasSuffix(err.Error(), "the execution is over after step 2 of 3") {
		t.Errorf("too long: %v", err)
	}
}

// Executions that begin with the same choices must begin in the same way; that
// is seen without running anything twice.
func TestDivergenceOfCommonBeginnings(t *testing.T) {
	for want, first := range map[string]func(t *Task, x, y *Word, odd bool){
		"step 1: enabled are B,C, were A,B,C": func(t *Task, x, y *Word, odd bool) {
			t.Yield()
			if odd {
				x.Await(t, Eq, 5)
			} else {
				x.Await(t, Eq, 0)
			}
		},
		"step 1: A load y, did load x": func(t *Task, x, y *Word, odd bool) {
			t.Yield()
			if odd {
				y.Load(t)
			} else {
				x.Load(t)
			}
		},
		"step 1: A store x, did load x": func(t *Task, x, y *Word, odd bool) {
			t.Yield()
			if odd {
				x.Store(t, 0)
			} else {
				x.Load(t)
			}
		},
		"step 0: A begins with load y, began with load x": func(t *Task, x, y *Word, odd bool) {
			if odd {
				y.Load(t)
			} else {
				x.Load(t)
			}
		},
		"step 0: A ends before its first operation, began with load x": func(t *Task, x, y *Word, odd bool) {
			if !odd {
				x.Load(t)
			}
		},
	} {
		n := 0
		p := program("odd", func(w *World) {
			x, y := NewWord(w, "x", 0), NewWord(w, "y", 0)
			w.OnStart(func() { n++ })
			twice := func(t *Task) { x.Load(t); x.Load(t) } // the second execution differs in the order of these two
			tasks(w, func(t *Task) { first(t, x, y, n == 2) }, twice, twice)
		})
		noGoroutineLeft(t, want, func() {
			r, err := Explore(context.Background(), p, Options{Preemptions: -1, Recheck: -1, Shrink: -1})
			if err != nil || len(r.Findings) != 1 || r.Findings[0].Violation.Kind != KindNondeterminism ||
				!strings.Contains(r.Findings[0].Violation.Message, want) {
				t.Errorf("%v, %v; want %q", r, err, want)
			}
		})
	}
}

// A finding that a second run does not show is no finding of the program alone.
func TestFindingThatDoesNotRepeat(t *testing.T) {
	for _, all := range []bool{false, true} {
		n := 0
		p := program("once", func(w *World) {
			x := NewWord(w, "x", 0)
			w.Go("A", func(t *Task) {
				x.Load(t)
				if n++; n == 1 {
					t.Fail(Violation{Kind: KindAssertion, Site: "A"})
				}
			})
		})
		r := explore(t, p, Options{Preemptions: -1, All: all})
		if len(r.Findings) != 2 || r.Findings[1].Violation.Kind != KindNondeterminism || r.Verdict != Violated ||
			r.Findings[1].Violation.Message != "a second run of the same choices does not end in assertion A" {
			t.Errorf("%v", r.Findings)
		}
	}
}
