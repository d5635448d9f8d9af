package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lockheld/sched"
)

// Of equivalent schedules a strategy that reduces runs one, but a goal, such as
// that an M waits for a lock, may hold in another. Goals that a complete search
// did not come to are therefore looked for in further executions, which count
// for nothing else.
const (
	goalExecutions  = 5000
	goalPreemptions = 2
)

// seekGoals looks for the goals that the search that rep is about did not reach,
// and takes those that it finds off the list.
func seekGoals(ctx context.Context, t *target, e *sched.StrategyEntry, rep *sched.Report) error {
	if !e.Reduces || rep.Verdict != sched.Complete || len(rep.Unreached) == 0 {
		return nil
	}
	more, err := sched.Explore(ctx, t.program, sched.Options{Strategy: "dfs", Preemptions: goalPreemptions,
		Executions: goalExecutions, Depth: rep.Options.Depth})
	if err != nil {
		return err
	}
	rep.Unreached = slices.DeleteFunc(rep.Unreached, func(g string) bool { return !slices.Contains(more.Unreached, g) })
	for i := range more.Findings {
		if f := &more.Findings[i]; f.Violation.Kind != sched.KindSometimes {
			rep.Findings = append(rep.Findings, *f) // of a property that declares nothing
			rep.Verdict = sched.Violated
		}
	}
	return nil
}

// goalNote says which goals were not reached.
func goalNote(rep *sched.Report, e *sched.StrategyEntry) string {
	why := "not every schedule was run"
	if e.Reduces && rep.Verdict == sched.Complete {
		why = fmt.Sprintf("of equivalent schedules one was run, and at most %d with at most %d preemptions besides", goalExecutions, goalPreemptions)
	}
	return "no execution came to what it should: " + strings.Join(rep.Unreached, ", ") + "; that decides nothing, as " + why
}
