package sched

import (
	"fmt"
	"testing"
)

// shortest returns the least number of steps after which p can show v, by
// exploring all shorter executions.
func shortest(t *testing.T, p *Program, v *Violation, at int) int {
	t.Helper()
	for d := 1; d < at; d++ {
		found := false
		explore(t, p, Options{Preemptions: -1, Depth: d, All: true, Shrink: -1, Recheck: -1, After: func(r *Result) {
			for i := range r.Violations {
				found = found || r.Violations[i].Kind == v.Kind && r.Violations[i].Site == v.Site
			}
		}})
		if found {
			return d
		}
	}
	return at
}

// checkShrunk checks that a finding replays to its violation, which comes with
// the last step of its schedule.
func checkShrunk(t *testing.T, p *Program, f *Finding) {
	t.Helper()
	tr, err := Replay(p, f.Schedule, Options{})
	if err != nil {
		t.Errorf("%s: %v of %v: %v", p.Name, f.Schedule, f.Violation, err)
		return
	}
	n := len(tr.Violations)
	if n == 0 || tr.Violations[n-1].Kind != f.Violation.Kind || tr.Violations[n-1].Site != f.Violation.Site ||
		len(tr.Steps) != len(f.Schedule) || f.Violation.Step != len(f.Schedule)-1 {
		t.Errorf("%s: %v gives %v after %d steps, want %v", p.Name, f.Schedule, tr.Violations, len(tr.Steps), f.Violation)
	}
}

// For small programs no shorter schedule exists than the one that is reported,
// however long the one was that was found.
func TestShrunkIsShortest(t *testing.T) {
	programs := append(suite(), crossedLocks(), lostUpdate(2, 4), lostUpdate(3, 1), philosophers(4))
	for _, c := range verdictCases {
		if c.kind != KindNondeterminism {
			programs = append(programs, &Program{Name: c.name, Setup: c.bad, Reusable: true})
		}
	}
	findings := 0
	for _, p := range programs {
		for _, o := range []Options{{Preemptions: -1}, {Strategy: "random", Executions: 300, Seed: 1}, {Strategy: "random", Executions: 300, Seed: 2, All: true}} {
			r := explore(t, p, o)
			for i := range r.Findings {
				f := &r.Findings[i]
				if f.Violation.Kind == KindSometimes {
					continue
				}
				findings++
				checkShrunk(t, p, f)
				if n := shortest(t, p, &f.Violation, len(f.Schedule)); n != len(f.Schedule) {
					t.Errorf("%s %s: %v has %d steps, found as %v; %d suffice for %v",
						p.Name, r.Strategy, f.Schedule, len(f.Schedule), f.Found, n, f.Violation)
				}
			}
		}
	}
	if findings < 100 {
		t.Errorf("only %d findings", findings)
	}
}

// Known cases come out as one would write them down.
func TestShrunkByHand(t *testing.T) {
	noisy := func(setup func(w *World)) func(w *World) { // among tasks that have no part in it
		return func(w *World) {
			z := NewWord(w, "z", 0)
			for i := range 3 {
				w.Go(fmt.Sprint("noise", i), func(t *Task) {
					for range 12 {
						z.Add(t, 1)
					}
				})
			}
			setup(w)
		}
	}
	pair := onLocks(both, crossed)
	late := func(w *World) { // after a long beginning of the task itself, which cannot be left out
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) {
			for i := range 9 {
				x.Store(t, uint64(i))
			}
			if x.Load(t) == 100 {
				t.Fail(Violation{Kind: KindAssertion, Site: "late"})
			}
		}, func(t *Task) {
			for range 9 {
				x.Load(t)
			}
			x.Store(t, 100)
		})
	}
	choices := func(w *World) { // any value from 5 on
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) {
			t.Choose("no matter", 100)
			x.Store(t, uint64(t.Choose("matters", 100)))
		}, func(t *Task) {
			if t.Choose("no matter", 100); x.Load(t) >= 5 {
				t.Fail(Violation{Kind: KindAssertion, Site: "five"})
			}
		})
	}
	for _, c := range []struct {
		name   string
		setup  func(w *World)
		steps  int
		blocks int    // of steps of one task
		sum    int    // of data choices
		one    string // what may come out
	}{
		{"deadlock", pair, 2, 2, 0, "ab"},
		{"deadlock in noise", noisy(pair), 2 + 3*12, 5, 0, "edc12b12a12"}, // it shows when nobody else can go on
		{"lost update", lostUpdate(2, 0).Setup, 4, 3, 0, "ab2a"},
		{"after a long beginning", late, 20, 3, 0, "a9b10a"},
		{"after a long beginning in noise", noisy(late), 20, 3, 0, "d9e10d"},
		{"data choices", choices, 5, 2, 5, "a=0a=5ab=0b"},
	} {
		for seed := range uint64(5) {
			o := Options{Strategy: "random", Executions: 100_000, Seed: seed}
			r := explore(t, program(c.name, c.setup), o)
			if len(r.Findings) != 1 {
				t.Errorf("%s: %v", c.name, r.Findings)
				continue
			}
			f := r.Findings[0]
			blocks, sum := 0, 0
			for i, s := range f.Schedule {
				if i == 0 || s.Task != f.Schedule[i-1].Task {
					blocks++
				}
				sum += max(int(s.Value), 0)
			}
			if len(f.Schedule) != c.steps || blocks != c.blocks || sum != c.sum {
				t.Errorf("%s: %v as %v, want something like %s", c.name, f.Found, f.Schedule, c.one)
			}
			if again := explore(t, program(c.name, c.setup), o); again.Findings[0].Schedule.String() != f.Schedule.String() {
				t.Errorf("%s: %v, then %v", c.name, f.Schedule, again.Findings[0].Schedule)
			}
		}
	}
}

// A violation that was found behind another one stays what it is.
func TestShrunkBehindAnotherViolation(t *testing.T) {
	p := program("two", func(w *World) {
		x := NewWord(w, "x", 0)
		tasks(w, func(t *Task) {
			x.Store(t, 1)
			t.Fail(Violation{Kind: KindAssertion, Site: "first"})
		}, func(t *Task) {
			t.Yield()
			if x.Load(t) == 1 {
				t.Fail(Violation{Kind: KindAssertion, Site: "second"})
			}
		}, func(t *Task) {
			for range 5 {
				t.Yield()
			}
		})
	})
	r := explore(t, p, Options{Preemptions: -1, All: true})
	if len(r.Findings) != 2 {
		t.Fatalf("%v", r.Findings)
	}
	for i, want := range []string{"a", "ab2"} {
		f := &r.Findings[i]
		if checkShrunk(t, p, f); f.Schedule.String() != want && f.Schedule.String() != "bab" {
			t.Errorf("%v: %v as %v, want %s", f.Violation, f.Found, f.Schedule, want)
		}
	}
}

// Without shrinking, a finding is what was found.
func TestNoShrinking(t *testing.T) {
	for _, n := range []int{-1, 1} {
		r := explore(t, lostUpdate(3, 3), Options{Strategy: "random", Executions: 100, Shrink: n})
		f := &r.Findings[0]
		if n < 0 && f.Schedule.String() != f.Found.String() || f.first != true {
			t.Errorf("%v as %v", f.Found, f.Schedule)
		}
	}
}
