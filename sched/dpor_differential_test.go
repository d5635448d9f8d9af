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

var orders = []string{"lowest", "highest", "last"}

// reduced explores p with the reduction and says how this differs from what the
// oracle knows, "" if it does not.
func reduced(p *litmus.Program, want *oracle.Result, c sched.DPORSettings, exact bool) (what string) {
	defer func() {
		if r := recover(); r != nil {
			what = fmt.Sprint("panic: ", r)
		}
	}()
	prog, err := bridge.Program(p)
	if err != nil {
		return err.Error()
	}
	outcomes := bridge.NewOutcomes(p)
	traces := map[string]bool{}
	o := sched.Options{Preemptions: -1, All: true, Shrink: -1, Recheck: -1, Executions: 10 * int64(want.Traces), After: func(r *sched.Result) {
		outcomes.Add(r)
		if !exact || r.Pruned {
			return
		}
		schedule := make([]int, len(r.Log))
		for i := range r.Log {
			schedule[i] = int(r.Log[i].Task)
		}
		run, err := oracle.Follow(p, schedule)
		if err != nil {
			what = err.Error()
			return
		}
		if traces[run.Trace] {
			what = fmt.Sprintf("the trace of %v comes twice", schedule)
		}
		traces[run.Trace] = true
	}}
	rep, err := sched.ExploreReduced(context.Background(), prog, o, c)
	switch {
	case err != nil:
		return err.Error()
	case what != "":
		return what
	case rep.Blocked != 0:
		return fmt.Sprintf("%d blocked", rep.Blocked)
	case rep.Executions != int64(want.Traces):
		return fmt.Sprintf("%d executions, want %d", rep.Executions, want.Traces)
	case !slices.Equal(outcomes.List(), want.Outcomes()):
		return fmt.Sprintf("outcomes %q, want %q", outcomes.List(), want.Outcomes())
	}
	return ""
}

// TestReductionAgainstOracle holds the reduction against an independent judge
// that knows all traces of generated programs: one execution of each, in every
// order of trying tasks.
func TestReductionAgainstOracle(t *testing.T) {
	perProfile := 1000 // 10,000 programs, in three orders each
	if testing.Short() {
		perProfile = 100
	}
	for _, prof := range oracle.Profiles() {
		prof.MaxInterleavings = 3000
		t.Run(prof.Name, func(t *testing.T) {
			for seed := range uint64(perProfile) {
				p := oracle.Generate(&prof, seed)
				want, err := oracle.Classes(p, 1<<20)
				if err != nil {
					t.Fatal(err)
				}
				for _, order := range orders {
					if what := reduced(p, want, sched.DPORSettings{Order: order}, true); what != "" {
						t.Fatalf("%s, seed %d, %s first: %s\n%s", prof.Name, seed, order, what, p)
					}
				}
			}
		})
	}
}
