package schedtest

import (
	"context"
	"slices"
	"strings"

	"lockheld/sched"
)

// Of equivalent schedules a strategy that reduces runs one, but a goal may be
// reached in another. Goals that a complete search did not come to are looked for
// in further executions.
const (
	goalExecutions  = 5000
	goalPreemptions = 2
)

// goals fails the test for goals that a complete search by a strategy that
// reduces did not reach. Other strategies report them as violations.
func (c *check) goals(r *sched.Report) {
	c.t.Helper()
	if r.Verdict != sched.Complete || len(r.Unreached) == 0 {
		return
	}
	o := c.o
	o.Strategy, o.Preemptions, o.Executions = "dfs", goalPreemptions, goalExecutions
	o.After, o.Live, o.Saver, o.Resume = nil, nil, nil, nil
	more, err := sched.Explore(context.Background(), c.p, o)
	if err != nil {
		c.t.Errorf("%s: %v", c.p.Name, err)
		return
	}
	r.Unreached = slices.DeleteFunc(r.Unreached, func(g string) bool { return !slices.Contains(more.Unreached, g) })
	if len(r.Unreached) > 0 {
		c.t.Errorf("%s: never reached: %s; of equivalent schedules one was run, and %d with at most %d preemptions besides",
			c.p.Name, strings.Join(r.Unreached, ", "), more.Executions, goalPreemptions)
	}
}
