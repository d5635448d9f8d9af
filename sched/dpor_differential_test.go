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

// judged are the exhaustive strategies with what they promise of the number of
// executions, 0 for nothing.
var judged = []struct {
	name       string
	executions func(want *oracle.Result) uint64
}{
	{"dfs", func(want *oracle.Result) uint64 { return want.Interleavings }},
	{"cache", func(*oracle.Result) uint64 { return 0 }},
}

// explored explores p as o says and returns how this differs from what the
// oracle knows, "" if it does not.
func explored(p *litmus.Program, want *oracle.Result, o sched.Options, executions uint64,
	explore func(*sched.Program, sched.Options) (*sched.Report, error)) (what string) {
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
	after := o.After
	o.Preemptions, o.All, o.Shrink, o.Recheck = -1, true, -1, -1
	o.After = func(r *sched.Result) {
		outcomes.Add(r)
		if after != nil {
			after(r)
		}
	}
	rep, err := explore(prog, o)
	clean := sched.Complete
	if len(want.Violations) > 0 {
		clean = sched.Violated
	}
	switch {
	case err != nil:
		return err.Error()
	case executions != 0 && rep.Blocked != 0:
		return fmt.Sprintf("%d blocked", rep.Blocked)
	case executions != 0 && rep.Executions != int64(executions):
		return fmt.Sprintf("%d executions, want %d", rep.Executions, executions)
	case !slices.Equal(outcomes.List(), want.Outcomes()):
		return fmt.Sprintf("outcomes %q, want %q", outcomes.List(), want.Outcomes())
	case rep.Verdict != clean:
		return fmt.Sprintf("verdict %v, want %v", rep.Verdict, clean)
	}
	return ""
}

// reduced explores p with the reduction and says how this differs from what the
// oracle knows, "" if it does not.
func reduced(p *litmus.Program, want *oracle.Result, c sched.DPORSettings) string {
	twice := ""
	traces := map[string]bool{}
	o := sched.Options{Executions: 10 * int64(want.Traces), After: func(r *sched.Result) {
		if r.Pruned {
			return
		}
		schedule := make([]int, len(r.Log))
		for i := range r.Log {
			schedule[i] = int(r.Log[i].Task)
		}
		run, err := oracle.Follow(p, schedule)
		if err != nil {
			twice = err.Error()
			return
		}
		if traces[run.Trace] {
			twice = fmt.Sprintf("the trace of %v comes twice", schedule)
		}
		traces[run.Trace] = true
	}}
	what := explored(p, want, o, want.Traces, func(prog *sched.Program, o sched.Options) (*sched.Report, error) {
		return sched.ExploreReduced(context.Background(), prog, o, c)
	})
	if what == "" {
		what = twice
	}
	return what
}

// TestAgainstOracle holds the exhaustive strategies against an independent
// judge that knows all traces of generated programs. The reduction runs one
// execution of each trace, in every order of trying tasks; plain depth-first
// search runs every interleaving; all find the same outcomes and deadlocks.
func TestAgainstOracle(t *testing.T) {
	perProfile := 1000 * *sched.MoreJudged // of ten profiles
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
				for _, s := range judged {
					what := explored(p, want, sched.Options{Strategy: s.name}, s.executions(want),
						func(prog *sched.Program, o sched.Options) (*sched.Report, error) {
							return sched.Explore(context.Background(), prog, o)
						})
					if what != "" {
						t.Fatalf("%s, seed %d, %s: %s\n%s", prof.Name, seed, s.name, what, p)
					}
				}
				for _, order := range orders {
					if what := reduced(p, want, sched.DPORSettings{Order: order}); what != "" {
						t.Fatalf("%s, seed %d, dpor, %s first: %s\n%s", prof.Name, seed, order, what, p)
					}
				}
			}
		})
	}
}
