package sched

import "slices"

// tally is what was seen in some executions that follow each other in the order
// of a search.
type tally struct {
	executions, steps, blocked, cut int64
	passedOver                      int64
	maxSteps                        int
	hash                            uint64 // of the schedules, for sampling strategies
	leftOut                         bool   // the strategy left schedules out
	endless                         bool   // an execution came to SafetyDepth
	findings                        []Finding
	goals                           []string // reached
	unordered, hooked               []string // see looks.go
	sums                            sums
	classes                         *classSet // nil: not counted
}

// sums is what strategies that sample add up for their notes.
type sums struct {
	// By the number of bits of an execution's number, which is the age of what
	// the strategy has learnt:
	complete [65]int64 // executions
	tasks    [65]int64 // the numbers of tasks and
	length   [65]int64 // of decisions that were assumed

	begun         uint64 // one more than the highest number of an execution
	most, longest int64  // tasks and decisions of an execution
	chose, yields bool   // an execution had a data choice, a task that yields
}

// follow adds u, whose executions come after those of t.
func (t *tally) follow(u *tally) {
	for i := range u.findings {
		f := u.findings[i]
		if !t.knows(&f.Violation) {
			f.At += t.executions
			t.findings = append(t.findings, f)
		}
	}
	t.executions += u.executions
	t.steps += u.steps
	t.blocked += u.blocked
	t.cut += u.cut
	t.passedOver += u.passedOver
	t.maxSteps = max(t.maxSteps, u.maxSteps)
	t.hash += u.hash
	t.leftOut = t.leftOut || u.leftOut
	t.endless = t.endless || u.endless
	for _, g := range u.goals {
		t.reached(g)
	}
	t.unordered, t.hooked = joined(t.unordered, u.unordered), joined(t.hooked, u.hooked)
	t.sums.join(&u.sums)
	if t.classes != nil && u.classes != nil {
		t.classes.join(u.classes)
	}
}

// clear makes t empty; it keeps memory.
func (t *tally) clear() {
	classes := t.classes
	if classes != nil {
		classes.clear()
	}
	*t = tally{classes: classes}
}

// clone returns a copy that shares nothing that changes.
func (t *tally) clone() tally {
	c := *t
	c.findings = slices.Clone(t.findings)
	c.goals = slices.Clone(t.goals)
	c.unordered, c.hooked = slices.Clone(t.unordered), slices.Clone(t.hooked)
	if t.classes != nil {
		c.classes = t.classes.clone()
	}
	return c
}

func (t *tally) reached(goal string) {
	if !slices.Contains(t.goals, goal) {
		t.goals = append(t.goals, goal)
	}
}

// knows reports whether a violation of the kind and site of v was found before.
func (t *tally) knows(v *Violation) bool { return findingOf(t.findings, v) }

// findingOf reports whether fs has a violation of the kind and site of v.
func findingOf(fs []Finding, v *Violation) bool {
	for i := range fs {
		if f := &fs[i].Violation; f.Kind == v.Kind && f.Site == v.Site {
			return true
		}
	}
	return false
}

// count adds an execution.
func (t *tally) count(r *Result) {
	t.steps += int64(len(r.Log))
	t.maxSteps = max(t.maxSteps, len(r.Log))
	if r.Pruned && len(r.Violations) == 0 {
		t.blocked++
	} else {
		t.executions++
	}
	if r.Cut {
		t.cut++
	}
	t.endless = t.endless || r.endless()
	if r.w.x.spin.passed {
		t.passedOver++
	}
	for i := range r.Violations {
		t.found(r, &r.Violations[i])
	}
}

// more adds an execution that is not counted. What ends the search is reported
// even if the strategy is silent about it, or nothing would say why.
func (t *tally) more(r *Result, silent bool) {
	silent = silent && !r.w.x.abort
	t.steps += int64(len(r.Log))
	t.maxSteps = max(t.maxSteps, len(r.Log))
	t.endless = t.endless || r.endless()
	if r.w.x.spin.passed {
		t.passedOver++
	}
	for i := range r.Violations {
		if v := &r.Violations[i]; !silent || v.Kind == KindNondeterminism {
			t.found(r, v)
		}
	}
}

// found adds a violation if it is a new one.
func (t *tally) found(r *Result, v *Violation) {
	if !t.knows(v) {
		t.findings = append(t.findings, newFinding(r, v, t.executions))
	}
}

// endless reports whether the execution came to SafetyDepth.
func (r *Result) endless() bool {
	return r.Cut && r.w.x.safety && len(r.Log) >= r.w.x.depth
}

func newFinding(r *Result, v *Violation, at int64) Finding {
	s := r.Schedule()
	return Finding{Violation: *v, Schedule: s, Found: s, At: at, first: v == &r.Violations[0]}
}

func (s *sums) join(u *sums) {
	for i := range u.complete {
		s.complete[i] += u.complete[i]
		s.tasks[i] = max(s.tasks[i], u.tasks[i])
		s.length[i] = max(s.length[i], u.length[i])
	}
	s.begun = max(s.begun, u.begun)
	s.most, s.longest = max(s.most, u.most), max(s.longest, u.longest)
	s.chose, s.yields = s.chose || u.chose, s.yields || u.yields
}
