package main

import (
	"strings"
	"testing"

	"lockheld/internal/program"
	"lockheld/sched"
)

// A search that leaves a class out, or runs one that does not exist, is found out,
// with a schedule in the first case.
func TestSelfcheckFails(t *testing.T) {
	p, err := program.Lookup("lastzero/2")
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := program.Lookup("heaplock/1")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, want string
		spoil      func(c *selfcheck, n int) bool // enter execution n
	}{
		{"all", "", func(c *selfcheck, n int) bool { return true }},
		{"one less", "dfs runs a schedule of a class that the search did not run", func(c *selfcheck, n int) bool { return n != 2 }},
	} {
		for _, more := range []bool{false, true} {
			var c selfcheck
			n := 0
			o := sched.Options{Strategy: "dpor", Preemptions: -1, After: func(r *sched.Result) {
				if n++; tt.spoil(&c, n) {
					c.after(r)
				}
			}}
			rep, err := sched.Explore(t.Context(), p, o)
			if err != nil {
				t.Fatal(err)
			}
			want := tt.want
			if more {
				var other sched.Classifier
				_, err := sched.Explore(t.Context(), foreign, sched.Options{Strategy: "dpor", Preemptions: -1, Executions: 1,
					After: func(r *sched.Result) { c.known[other.Class(r)] = true }})
				if err != nil {
					t.Fatal(err)
				}
				if want == "" {
					want = "the search ran 6 classes, all schedules are of 5"
				}
			}
			note, err := c.compare(t.Context(), &target{program: p}, rep)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if len(rep.Findings) > 0 {
				got = rep.Findings[0].Violation.Message
			}
			if got != want || (note == nil) != (want != "") || strings.HasPrefix(want, "dfs") && len(rep.Findings[0].Schedule) == 0 {
				t.Errorf("%s, more %t: note %q, findings %v, want %q", tt.name, more, note, rep.Findings, want)
			}
		}
	}
}

// A wrong declaration of symmetry is a finding, with a schedule that shows it. A
// right one that no strategy could have missed is none.
func TestSelfcheckSymmetry(t *testing.T) {
	for _, tt := range []struct {
		second uint64
		want   string
	}{
		{1, ""},
		{2, "A, B are not symmetric: with B, A in their places, step 0, B add x, has operands 2 0 and not 1 0"},
	} {
		p := &sched.Program{Name: "adders", Setup: func(w *sched.World) {
			x := sched.NewWord(w, "x", 0)
			a := w.Go("A", func(t *sched.Task) { x.Add(t, 1) })
			w.Symmetric(a, w.Go("B", func(t *sched.Task) { x.Add(t, tt.second) }))
		}}
		var c selfcheck
		o := sched.Options{Strategy: "dpor", Preemptions: -1, Symmetry: true}
		c.watch(&target{program: p}, &o)
		rep, err := sched.Explore(t.Context(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		notes, err := c.compare(t.Context(), &target{program: p}, rep)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(rep.Findings) > 0 {
			got = rep.Findings[0].Violation.Message
		}
		if got != tt.want || len(notes) != 2 && got == "" || got != "" && len(rep.Findings[0].Schedule) == 0 {
			t.Errorf("B adds %d: notes %q, findings %v, want %q", tt.second, notes, rep.Findings, tt.want)
		}
	}
}
