package main

import (
	"context"
	"fmt"

	"lockheld/sched"
)

// Executions of brute force for -selfcheck: of the search without reduction,
// and of random schedules, which come further away from the first one.
const (
	selfcheckSearch = 20000
	selfcheckRandom = 5000
)

// siteSelfcheck is the site of what -selfcheck finds.
const siteSelfcheck = "selfcheck"

// selfcheck compares a complete search with reduction with searches without.
type selfcheck struct {
	known    map[sched.Class]bool // classes that were run
	classes  sched.Classifier
	exchange *exchange // nil: the search is not by symmetry
}

// watch makes a search of t by o tell c of its executions.
func (c *selfcheck) watch(t *target, o *sched.Options) {
	next := o.After
	if o.Symmetry {
		c.exchange = newExchange(t, *o, c)
	}
	o.After = func(r *sched.Result) {
		c.after(r)
		if c.exchange != nil {
			c.exchange.Add(r)
		}
		if next != nil {
			next(r)
		}
	}
}

// after enters the class of an execution.
func (c *selfcheck) after(r *sched.Result) {
	if !r.Pruned {
		c.know(c.classes.Class(r))
	}
}

func (c *selfcheck) know(class sched.Class) {
	if c.known == nil {
		c.known = map[sched.Class]bool{}
	}
	c.known[class] = true
}

// compare says what was compared. What does not agree is a finding.
func (c *selfcheck) compare(ctx context.Context, t *target, rep *sched.Report) ([]string, error) {
	var notes []string
	if c.exchange != nil {
		note, err := c.exchange.compare(rep)
		if err != nil {
			return nil, err
		}
		if note != "" {
			notes = append(notes, note)
		}
		if !c.exchange.Whole() {
			return notes, nil
		}
	}
	note, err := c.bruteForce(ctx, t, rep)
	if note != "" {
		notes = append(notes, note)
	}
	return notes, err
}

// bruteForce runs t by brute force and says what was compared.
func (c *selfcheck) bruteForce(ctx context.Context, t *target, rep *sched.Report) (string, error) {
	if rep.Verdict != sched.Complete {
		return fmt.Sprintf("selfcheck: nothing was compared, as the verdict is not %v", sched.Complete), nil
	}
	seen := map[sched.Class]bool{}
	executions, whole := int64(0), false
	for _, o := range []sched.Options{
		{Strategy: "dfs", Executions: selfcheckSearch, All: true},
		{Strategy: "random", Executions: selfcheckRandom, Seed: 1, All: true},
	} {
		var unknown sched.Schedule
		var classes sched.Classifier
		o.Preemptions, o.Depth, o.Drain, o.Shrink = -1, rep.Options.Depth, true, -1
		o.After = func(r *sched.Result) {
			if r.Pruned || r.Cut {
				return
			}
			class := classes.Class(r)
			seen[class] = true
			if unknown == nil && !c.known[class] {
				unknown = r.Schedule()
			}
		}
		brute, err := sched.Explore(ctx, t.program, o)
		if err != nil {
			return "", err
		}
		executions += brute.Executions
		whole = whole || brute.Verdict == sched.Complete // random never is
		if unknown != nil {
			disagree(rep, o.Strategy+" runs a schedule of a class that the search did not run", unknown)
		}
		for i := range brute.Findings {
			if f := brute.Findings[i]; f.Violation.Kind != sched.KindSometimes {
				rep.Findings, rep.Verdict = append(rep.Findings, f), sched.Violated
			}
		}
	}
	if whole && len(seen) < len(c.known) {
		disagree(rep, fmt.Sprintf("the search ran %d classes, all schedules are of %d", len(c.known), len(seen)), nil)
	}
	if rep.Verdict != sched.Complete {
		return "", nil
	}
	note := fmt.Sprintf("selfcheck: %d executions without reduction are of %d classes, all of them known", executions, len(seen))
	if whole {
		return note + "; there are no other schedules", nil
	}
	return fmt.Sprintf("%s, of %d", note, len(c.known)), nil
}

// disagree adds that reduction has failed, with a schedule that shows it.
func disagree(rep *sched.Report, what string, s sched.Schedule) {
	rep.Findings = append(rep.Findings, sched.Finding{Schedule: s,
		Violation: sched.Violation{Kind: sched.KindProperty, Site: siteSelfcheck, Message: what, Step: len(s) - 1}})
	rep.Verdict = sched.Violated
}
