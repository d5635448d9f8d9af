package sched_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lockheld/internal/litmus"
	"lockheld/internal/litmus/bridge"
	"lockheld/sched"
)

// family makes litmus programs of n tasks that differ in nothing but their
// number: %d in the body of a task is the task's number, from 1. A first task of
// another kind is in first.
type family struct{ objects, first, each string }

func (f family) text(n int) string {
	s := "litmus 1\nname family\n" + f.objects
	if f.first != "" {
		s += "task F: " + f.first + "\n"
	}
	for i := range n {
		each := f.each
		if strings.Contains(each, "%d") {
			each = fmt.Sprintf(each, i+1)
		}
		s += fmt.Sprintf("task T%d: %s\n", i, each)
	}
	return s
}

const xyz = "var x = 0\nvar y = 0\nvar z = 0\n"

var families = map[string]family{
	"ainc":           {xyz, "", "add x 1"},
	"binc":           {xyz, "", "add x 1; add y 1"},
	"cinc":           {xyz, "", "add x 1; add y 1; add z 1"},
	"rw":             {xyz, "", "read x; write x acc+1"},
	"lockinc":        {"mutex m\n" + xyz, "", "lock m; read x; write x acc+1; unlock m"},
	"lock2inc":       {"mutex m\n" + xyz, "", "lock m; read x; write x acc+1; read y; write y acc+1; unlock m"},
	"wainc":          {xyz, "write x 9", "add x 1"},
	"readers":        {xyz, "write x 1", "read x"},
	"cas":            {xyz, "", "cas x 0 %d"},
	"mutex-deadlock": {"mutex m\n", "", "lock m"},
}

// known are counts of traces from the test suites of other tools and from
// papers, and classes by the number of preemptions that they need (GenMC,
// expected.cb.in). A program is a family with its number, or a file of the
// collection. Package internal/program has the counts of the built-in programs.
var known = []struct {
	source  string
	program string
	traces  int64
	bounded []int64 // nil: no such figures
}{
	{"GenMC ainc; N!", "ainc 2", 2, []int64{2}},
	{"GenMC ainc; N!", "ainc 3", 6, []int64{6}},
	{"GenMC ainc; N!", "ainc 4", 24, []int64{24}},
	{"GenMC ainc; N!", "ainc 5", 120, nil},
	{"GenMC ainc; N!", "ainc 6", 720, nil},
	{"GenMC ainc; N!", "ainc 7", 5040, nil},
	{"GenMC binc; (N!)^2", "binc 2", 4, []int64{2, 4}},
	{"GenMC binc; (N!)^2", "binc 3", 36, []int64{6, 24, 36}},
	{"GenMC binc; (N!)^2", "binc 4", 576, []int64{24, 168, 432, 576}},
	{"GenMC cinc; (N!)^3", "cinc 2", 8, []int64{2, 6, 8}},
	{"GenMC cinc; (N!)^3", "cinc 3", 216, []int64{6, 42, 120, 192, 216}},
	{"GenMC cinc; (N!)^3", "cinc 4", 13824, nil},
	{"GenMC inc and rw; (N!)^2", "rw 2", 4, []int64{2, 4}},
	{"GenMC inc and rw; (N!)^2", "rw 3", 36, []int64{6, 24, 36}},
	{"GenMC inc and rw; (N!)^2", "rw 4", 576, []int64{24, 168, 432, 576}},
	{"GenMC lockinc; N!", "lockinc 2", 2, []int64{2}},
	{"GenMC lockinc; N!", "lockinc 3", 6, []int64{6}},
	{"GenMC lockinc; N!", "lockinc 4", 24, nil},
	{"GenMC lockinc; N!", "lockinc 5", 120, nil},
	{"GenMC lockinc; N!", "lockinc 6", 720, nil},
	{"GenMC lockinc; N!", "lockinc 7", 5040, nil},
	{"GenMC lock2inc; N!", "lock2inc 5", 120, nil},
	{"GenMC wainc; (N+1)!", "wainc 2", 6, nil},
	{"GenMC wainc; (N+1)!", "wainc 3", 24, nil},
	{"GenMC wainc; (N+1)!", "wainc 4", 120, nil},
	{"GenMC readers; 2^N", "readers 2", 4, []int64{4}},
	{"GenMC readers; 2^N", "readers 8", 256, nil},
	{"GenMC readers; 2^N", "readers 13", 8192, nil},
	{"GenMC cas", "cas 2", 2, nil},
	{"GenMC cas", "cas 5", 5, nil},
	{"GenMC CoA", "coa-1", 4, []int64{2, 4}},
	{"GenMC CoA", "coa-2", 15, []int64{6, 15}},
	{"GenMC CoA", "coa-3", 130, []int64{24, 90, 130}},
	{"GenMC stack-1", "stack-1", 252, nil},
	{"GenMC binc-locks", "binclocks-4", 576, nil},
	{"Concuerror readers with a private read", "readers-own-6", 64, nil},
	{"Concuerror POPL_optimal_example", "popl-optimal", 5, nil},
	{"Nidhugg mutex_order", "mutex-order-3", 6, nil},
	{"Nidhugg mutex_deadlock", "mutex-deadlock 2", 2, nil},
	{"Nidhugg mutex_deadlock", "mutex-deadlock 3", 3, nil},
	{"Nidhugg mutex_hard", "mutex-hard-3", 4, nil},
	{"Nidhugg, with a failed trylock as a read", "trylock-3", 3, nil},
	{"Nidhugg mutex_vs_trylock_1", "lock-trylock", 3, nil},
	{"another program", "redundant-co-1", 12, nil},
	{"another program", "opt-lock-2", 42, nil},
	{"another program; the deadlock needs a preemption", "philosophers-3", 7, []int64{6, 7}},
	{"another program; 2^N-1", "philosophers-4", 15, nil},
	{"another program", "abba-3", 10, []int64{6, 10}},
	{"another program", "perp-heap-3", 6, []int64{6}},
	{"another program", "whole-execution", 12, nil},
	{"another program", "await-3-writes", 2, nil},
}

func knownProgram(t *testing.T, name string) *sched.Program {
	t.Helper()
	var src string
	if kind, n, ok := strings.Cut(name, " "); ok {
		var count int
		fmt.Sscan(n, &count)
		src = families[kind].text(count)
	} else {
		b, err := os.ReadFile(filepath.Join("../testdata/litmus", name+".litmus"))
		if err != nil {
			t.Fatal(err)
		}
		src = string(b)
	}
	l, err := litmus.Parse(name, src)
	if err != nil {
		t.Fatal(err)
	}
	p, err := bridge.Program(l)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// bounds returns how many bounds to try: one that is not needed, too.
func bounds(bounded []int64) int {
	if bounded == nil {
		return 0
	}
	return len(bounded) + 1
}

// TestKnownCounts: dpor runs as many executions as there are traces, none of
// them in vain, and with a bound on preemptions as many as there are classes
// within it. It is complete with a bound only if all classes are within it.
func TestKnownCounts(t *testing.T) {
	for _, k := range known {
		t.Run(k.program, func(t *testing.T) {
			p := knownProgram(t, k.program)
			o := sched.Options{Strategy: "dpor", Preemptions: -1, All: true, Shrink: -1, Recheck: -1}
			r, err := sched.Explore(context.Background(), p, o)
			if err != nil {
				t.Fatal(err)
			}
			if r.Executions != k.traces || r.Blocked != 0 || r.Verdict == sched.Bounded {
				t.Errorf("%d executions, %d blocked, %v; want %d (%s)", r.Executions, r.Blocked, r.Verdict, k.traces, k.source)
			}
			for most := range bounds(k.bounded) {
				o.Preemptions = most
				r, err := sched.Explore(context.Background(), p, o)
				if err != nil {
					t.Fatal(err)
				}
				want, verdict := k.bounded[min(most, len(k.bounded)-1)], sched.Bounded
				switch {
				case len(r.Findings) > 0:
					verdict = sched.Violated
				case want == k.traces:
					verdict = sched.Complete
				}
				got := slices.Compact(slices.Clone(r.Bounded))
				if r.Executions != want || r.Verdict != verdict || r.Blocked != 0 ||
					!slices.Equal(got, k.bounded[:min(most+1, len(k.bounded))]) {
					t.Errorf("at most %d preemptions: %d executions, %v, %d blocked, %v; want %v (%s)",
						most, r.Executions, r.Bounded, r.Blocked, r.Verdict, k.bounded, k.source)
				}
			}
		})
	}
}
