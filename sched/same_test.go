package sched

import (
	"fmt"
	"reflect"
	"testing"
)

// record is all executions of an exploration, each as text.
func record(t *testing.T, p Program, o Options) []string {
	t.Helper()
	var all []string
	o.Preemptions, o.All, o.Recheck, o.Shrink = -1, true, -1, -1
	o.After = func(r *Result) {
		s := fmt.Sprint(r.Schedule(), r.Stuck, r.Cut, r.Pruned)
		for i := range r.Log {
			s += fmt.Sprintf("\n%+v", r.Log[i])
		}
		for i := range r.Violations {
			v := r.Violations[i]
			v.Stack = ""
			s += fmt.Sprintf("\n%+v", v)
		}
		all = append(all, s)
	}
	r := explore(t, &p, o)
	if int(r.Executions) != len(all) || len(all) == 0 {
		t.Fatalf("%s: %d executions, %d seen", p.Name, r.Executions, len(all))
	}
	return all
}

func sameRecord(t *testing.T, what string, a, b []string) {
	t.Helper()
	if len(a) != len(b) {
		t.Errorf("%s: %d and %d executions", what, len(a), len(b))
	}
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Errorf("%s: execution %d is\n%s\nand\n%s", what, i, a[i], b[i])
			return
		}
	}
}

// Every way to run a program must give the same executions: with a world that is
// restored or set up anew, with either driver, with a limit of steps.
func TestEveryWayGivesTheSameExecutions(t *testing.T) {
	for _, p := range suite() {
		t.Run(p.Name, func(t *testing.T) {
			for _, o := range []Options{{}, {Depth: 4}, {Strategy: "random", Executions: 300, Seed: 7}} {
				want := record(t, *p, o)
				anew := *p
				anew.Reusable = false
				sameRecord(t, "set up anew", want, record(t, anew, o))
				o.Driven = true
				sameRecord(t, "driven", want, record(t, *p, o))
				sameRecord(t, "driven, set up anew", want, record(t, anew, o))
			}
		})
	}
}

// Replay must show the steps and the violations of the exploration.
func TestReplayShowsWhatExplorationSaw(t *testing.T) {
	for _, p := range suite() {
		t.Run(p.Name, func(t *testing.T) {
			n := 0
			explore(t, p, Options{Preemptions: -1, All: true, Recheck: -1, Shrink: -1, After: func(r *Result) {
				if n++; n%7 != 1 && len(r.Violations) == 0 {
					return
				}
				tr, err := Replay(p, r.Schedule(), Options{Driven: n%2 == 0})
				if err != nil {
					t.Fatalf("execution %d: %v", n, err)
				}
				sameTrace(t, tr, r)
			}})
		})
	}
}

func sameTrace(t *testing.T, tr *Trace, r *Result) {
	t.Helper()
	if len(tr.Steps) != len(r.Log) {
		t.Fatalf("%d steps, in the trace %d", len(r.Log), len(tr.Steps))
	}
	for i, s := range r.Log {
		got := tr.Steps[i]
		if int(got.Task) != int(r.ordinal(s.Task)) || got.Value != s.Value || got.Kind != s.Kind || got.OK != s.OK ||
			got.N != s.N || got.New != s.New || got.Before != s.Before {
			t.Fatalf("step %d is %+v, in the trace %+v", i, s, got)
		}
	}
	var a, b []string
	for _, v := range r.Violations {
		a = append(a, fmt.Sprint(v.Kind, v.Site, v.Task, v.Step))
	}
	for _, v := range tr.Violations {
		b = append(b, fmt.Sprint(v.Kind, v.Site, v.Task, v.Step))
	}
	if !reflect.DeepEqual(a, b) {
		t.Fatalf("violations %q, in the trace %q", a, b)
	}
}

// A recheck of each execution finds no difference in a program that is
// determined by its choices.
func TestRecheckOfEveryExecution(t *testing.T) {
	for _, p := range suite() {
		r := explore(t, p, Options{Preemptions: -1, All: true, Recheck: 1})
		for _, f := range r.Findings {
			if f.Violation.Kind == KindNondeterminism {
				t.Errorf("%s: %v", p.Name, f.Violation)
			}
		}
	}
}
