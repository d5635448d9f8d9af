package sched_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"lockheld/internal/litmus"
	"lockheld/internal/litmus/bridge"
	"lockheld/internal/litmus/oracle"
	"lockheld/sched"
)

// within explores p with a bound on preemptions and says how the classes differ
// from those of the oracle.
func within(p *litmus.Program, want *oracle.Result, k int) string {
	prog, err := bridge.Program(p)
	if err != nil {
		return err.Error()
	}
	traces := map[string]bool{}
	wrong := ""
	r, err := sched.Explore(context.Background(), prog, sched.Options{Strategy: "dpor", Preemptions: k, All: true, Shrink: -1, Recheck: -1,
		After: func(r *sched.Result) {
			schedule := make([]int, len(r.Log))
			for i := range r.Log {
				schedule[i] = int(r.Log[i].Task)
			}
			run, err := oracle.Follow(p, schedule)
			switch {
			case err != nil:
				wrong = err.Error()
			case run.Preemptions > k:
				wrong = fmt.Sprintf("%v has %d preemptions", schedule, run.Preemptions)
			case traces[run.Trace]:
				wrong = fmt.Sprintf("the trace of %v comes twice", schedule)
			}
			traces[run.Trace] = true
		}})
	if err != nil {
		return err.Error()
	}
	bounds := want.Bounded[:min(k+1, len(want.Bounded))]
	verdict := sched.Complete
	switch {
	case len(r.Findings) > 0:
		verdict = sched.Violated
	case bounds[len(bounds)-1] < want.Traces:
		verdict = sched.Bounded
	}
	got := r.Bounded
	for len(got) > len(bounds) && got[len(got)-1] == got[len(got)-2] {
		got = got[:len(got)-1] // nothing new
	}
	switch {
	case wrong != "":
		return wrong
	case r.Blocked != 0 || r.Executions != int64(bounds[len(bounds)-1]):
		return fmt.Sprintf("%d executions, %d blocked, want %d", r.Executions, r.Blocked, bounds[len(bounds)-1])
	case !slices.EqualFunc(got, bounds, func(a int64, b uint64) bool { return a == int64(b) }):
		return fmt.Sprintf("classes by preemptions are %v, want %v", r.Bounded, bounds)
	case r.Verdict != verdict:
		return fmt.Sprintf("verdict %v, want %v", r.Verdict, verdict)
	}
	return ""
}

// TestPreemptionsAgainstOracle: with a bound on preemptions, dpor runs exactly
// one execution, within the bound, of each trace that has one, and knows whether
// these are all.
func TestPreemptionsAgainstOracle(t *testing.T) {
	perProfile := 100 * *sched.MoreJudged
	if testing.Short() {
		perProfile = 20
	}
	executions := 0
	for _, prof := range oracle.Profiles() {
		prof.MaxInterleavings = 2000
		for seed := range uint64(perProfile) {
			p := oracle.Generate(&prof, seed)
			want, err := oracle.Classes(p, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			for k := range len(want.Bounded) + 1 {
				if what := within(p, want, k); what != "" {
					t.Fatalf("%s, seed %d, at most %d preemptions: %s\n%s", prof.Name, seed, k, what, p)
				}
				executions++
			}
		}
	}
	t.Logf("%d searches", executions)
}
