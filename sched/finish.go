package sched

import "fmt"

// finish ends the execution and finds out how the next one begins.
func (x *engine) finish(cut, pruned bool) {
	x.over, x.more = true, false
	r := &x.result
	r.Log, r.Cut, r.Pruned, r.Stuck = x.log, cut, pruned, 0
	if complete := !cut && !pruned && !x.halt; complete {
		x.judge(r)
	}
	r.Violations = x.violations
	if x.tracing {
		x.trace.end(r)
	}
	if x.err != nil || x.interrupted && len(x.violations) == 0 {
		return
	}
	prefix, more := x.next(r)
	x.prefix = prefix
	// An execution that is repeated has been counted; the strategy must know it.
	x.more = more && !x.abort && (x.rechecking || !x.interrupt())
}

// judge looks for what only the end of an execution shows.
func (x *engine) judge(r *Result) {
	if x.live > 0 {
		for _, t := range x.w.created {
			if !t.daemon && !t.Ended() {
				r.Stuck |= t.bit()
			}
		}
	}
	switch {
	case len(x.violations) > 0:
	case r.Stuck != 0:
		x.violations = append(x.violations, x.w.diagnose())
	default:
		x.check(x.w.atEnd)
	}
}

// next asks the strategy for the following execution, or repeats this one if
// it is its turn to be checked for uncontrolled nondeterminism.
func (x *engine) next(r *Result) (Schedule, bool) {
	if x.rechecking {
		x.rechecking = false
		if what := x.unlike(r); what != "" {
			x.violations = append(x.violations[:0], Violation{Kind: KindNondeterminism, Site: siteNondeterminism,
				Message: what, Step: len(x.log) - 1})
			r.Violations = x.violations
			x.report(r)
			return nil, false
		}
		r.Log = x.kept
		return x.strat.Next(r)
	}
	x.runs++
	x.report(r)
	for i := range r.Violations {
		if r.Violations[i].Kind == KindNondeterminism {
			return nil, false
		}
	}
	if x.recheck > 0 && (x.runs-1)%x.recheck == 0 && len(r.Violations) == 0 && !r.Pruned && !x.abort {
		x.rechecking = true
		x.kept = append(x.kept[:0], r.Log...)
		x.again = x.again[:0]
		for i := range r.Log {
			c := r.Log[i].Choice
			if x.byCreation {
				c.Task = r.ordinal(c.Task)
			}
			x.again = append(x.again, c)
		}
		return x.again, true
	}
	return x.strat.Next(r)
}

func (x *engine) report(r *Result) {
	if x.after != nil {
		x.after(r)
	}
}

// unlike tells the first difference between an execution without violations
// and its repetition r, "" if there is none.
func (x *engine) unlike(r *Result) string {
	if len(r.Violations) > 0 {
		v := &r.Violations[0]
		if v.Kind == KindNondeterminism {
			return v.Message
		}
		return "a second run of the same choices ends in " + v.Error()
	}
	a, b := x.kept, r.Log
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("step %d: %s, in a second run of the same choices %s", i, x.tell(&a[i]), x.tell(&b[i]))
		}
	}
	if len(a) != len(b) {
		return fmt.Sprintf("%d steps, in a second run of the same choices %d", len(a), len(b))
	}
	return ""
}

// tell describes a step with all that a repetition must repeat.
func (x *engine) tell(s *Step) string {
	text := x.w.tasks[s.Task].name + " " + x.w.describe(s.Kind, s.Obj)
	if s.Value >= 0 {
		text += fmt.Sprintf(" value %d", s.Value)
	}
	if !s.OK {
		text += " fails"
	}
	return text + fmt.Sprintf(" (operands %d %d, before %d, enabled %s)", s.N, s.New, s.Before, x.names(s.Enabled))
}

// check checks properties between steps.
func (x *engine) check(ps []Property) {
	for i := range ps {
		if v, ok := ps[i].evaluate(); !ok {
			v.Step = len(x.log) - 1
			x.violations = append(x.violations, v)
			x.halt = x.halt || x.stopsAt(&v)
		}
	}
}

// stopsAt reports whether an execution ends at v. One that follows a schedule to
// its end runs tasks up to their first steps all the same: they may fail there,
// too, and be what the schedule was found with.
func (x *engine) stopsAt(v *Violation) bool {
	return x.stopAtFail || x.following && len(x.log) >= len(x.prefix) && x.toStart == 0 ||
		x.haltAt != nil && v.Kind == x.haltAt.Kind && v.Site == x.haltAt.Site
}

// evaluate checks p where no task can be blamed if the check itself panics.
func (p *Property) evaluate() (v Violation, ok bool) {
	defer func() {
		if r := recover(); r != nil {
			v, ok = panicked(r), false
			v.Site = p.Name
		}
	}()
	what := p.Check()
	return Violation{Kind: KindProperty, Site: p.Name, Message: what}, what == ""
}

// ask checks p after a step. If the check itself panics, that is the violation.
func (p *Property) ask() (what string, broken *Violation) {
	defer func() {
		if r := recover(); r != nil {
			v := panicked(r)
			broken = &v
		}
	}()
	return p.Check(), nil
}

// checkStart checks the properties that must always hold before the first step
// of all. Later executions start from the same state.
func (x *engine) checkStart() {
	current := x.w.current
	x.w.current, x.checking = nil, true
	defer func() { x.w.current, x.checking = current, false }()
	rest := x.w.always
	for i := range x.w.gates {
		g := &x.w.gates[i]
		group := rest[:g.n]
		rest = rest[g.n:]
		if g.due == nil || g.due() {
			x.check(group)
		}
	}
}

// known reports whether the state was checked before: the execution is, so far,
// the one before it, in which nothing was found.
func (x *engine) known() bool {
	return x.same && x.clean && x.prevLen > 0 && len(x.log) <= x.prevLen && !x.over && !x.rechecking
}

// due reports whether anything may have to be checked after the last step.
func (x *engine) due() bool {
	last := &x.log[len(x.log)-1]
	return x.w.watchesAll || last.Groups&x.w.watched != 0 || last.Kind == OpSpawn
}

// afterStep checks the properties that must hold after each step. A step that
// changes nothing that a property reads leaves it as it was. It is not blamed for
// what another one did: it commutes with that one.
func (x *engine) afterStep(t *Task) {
	last := &x.log[len(x.log)-1]
	touched := last.Groups
	watched, known := x.w.watched, x.known()
	if known {
		watched = x.w.watchedStill
	}
	if touched&watched == 0 && !x.w.watchesAll {
		return
	}
	if !modeOf(last.Kind, last.OK).changes() {
		if touched = 0; !x.w.watchesAll {
			return
		}
	}
	x.w.current, x.checking = nil, true // no task may do anything
	rest := x.w.always
	for i := range x.w.gates {
		g := &x.w.gates[i]
		group := rest[:g.n]
		rest = rest[g.n:]
		if g.mask != ^uint64(0) && g.mask&touched == 0 || known && g.idle || g.due != nil && !g.due() {
			continue
		}
		for j := range group {
			if m := group[j].mask; m != ^uint64(0) && m&touched == 0 || known && group[j].Stateless {
				continue
			}
			if what, broken := group[j].ask(); what != "" || broken != nil {
				x.w.current, x.checking = t, false
				if broken == nil {
					broken = &Violation{Kind: KindProperty, Site: group[j].Name, Message: what}
				}
				t.Fail(*broken)
			}
		}
	}
	x.w.current, x.checking = t, false
}
