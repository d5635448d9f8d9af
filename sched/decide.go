package sched

import (
	"fmt"
	"math/bits"
	"strings"
)

// decide chooses the task of the next step and records the step. It returns
// nil if the execution must end here.
func (x *engine) decide() *Task {
	pos := len(x.log)
	if pos == cap(x.log) {
		x.log = append(x.log, Step{})[:pos]
	}
	s := &x.log[:pos+1][pos] // still the step of the execution before, if that had one
	repeats := x.same && pos < x.prevLen
	if repeats && s.Enabled != x.enabled {
		x.diverge("enabled are %s, were %s", x.names(x.enabled), x.names(s.Enabled))
		return nil
	}
	var i int
	if pos < len(x.prefix) {
		if i = int(x.planned(pos)); x.enabled&(1<<uint(i)) == 0 {
			x.diverge("task %d of the schedule is not enabled, but %s", i, x.names(x.enabled))
			return nil
		}
		if x.reduces && x.spin.set != 0 && x.offered()&(1<<uint(i)) == 0 {
			return nil // a reversed race asks for one more round of a task that spins, and would for ever
		}
	} else {
		x.view.Log, x.view.Last, x.view.Enabled, x.view.Spinning = x.log, x.last, x.enabled, x.spin.set
		if (x.spin.set != 0 || x.symmetry || x.following) && !x.narrow(pos) {
			return nil
		}
		if i = x.picks.Pick(&x.view); i == Prune {
			return nil
		}
		if x.enabled&(1<<uint(i)) == 0 {
			panic(fmt.Sprintf("sched: strategy chose task %d, which is not enabled", i))
		}
	}
	t, c := x.w.tasks[i], Choice{Task: int16(i), Value: -1}
	if t.pend.Kind == OpChoose {
		if c.Value = x.chooseValue(t, pos); c.Value < 0 {
			return nil
		}
		x.value = int(c.Value)
	}
	if repeats && !x.repeats(t, s, c) {
		return nil
	}
	p := &t.pend // field by field: a copy of a whole Step costs as much as all else here
	s.Choice, s.Kind, s.Cmp, s.OK, s.Obj, s.Obj2 = c, p.Kind, p.Cmp, true, p.Obj, p.Obj2
	s.N, s.New, s.Before, s.Groups, s.Enabled = p.N, p.New, 0, p.Groups, x.enabled
	x.log = x.log[:pos+1]
	x.enabled &^= t.alone
	x.moved |= t.alone
	if t.block != nil {
		t.withdraw()
	}
	if x.last = i; x.tracing {
		x.trace.step(x.w, t)
	}
	t.lazy = x.inside&t.alone == 0
	t.state = taskRunning
	return t
}

// narrow leaves out of what the strategy is offered the tasks that must wait for
// others. It returns false if the execution must end.
func (x *engine) narrow(pos int) bool {
	if x.following && len(x.violations) > 0 {
		return false
	}
	if x.spin.set != 0 {
		x.view.Enabled = x.offered()
	}
	if x.symmetry && len(x.w.groups) > 0 {
		if pos == 0 {
			x.alike()
		}
		x.view.Enabled &^= x.outOfTurn()
		return x.view.Enabled != 0 // else a task will never come to its turn
	}
	return true
}

// planned returns the task of the schedule at pos.
func (x *engine) planned(pos int) int16 {
	t := x.prefix[pos].Task
	if x.byCreation && x.renumbered && int(t) < len(x.w.created) {
		return int16(x.w.created[t].index)
	}
	return t
}

// chooseValue decides the outcome of the data choice of t; -1 means that the
// schedule asks for one that does not exist.
func (x *engine) chooseValue(t *Task, pos int) int16 {
	n := int(t.pend.N)
	if pos < len(x.prefix) {
		if v := x.prefix[pos].Value; v >= 0 {
			if int(v) >= n {
				x.diverge("value %d of the schedule, but there are %d", v, n)
				return -1
			}
			return v
		}
	}
	x.view.Log, x.view.Last, x.view.Enabled, x.view.Choosing = x.log, x.last, x.enabled, t.index
	v := x.picks.Value(&x.view, n)
	if v < 0 || v >= n {
		panic(fmt.Sprintf("sched: strategy chose value %d of %d", v, n))
	}
	return int16(v)
}

// repeats compares the step that t is about to make with the step of the
// execution before: as long as the choices are the same, all else must be.
func (x *engine) repeats(t *Task, old *Step, c Choice) bool {
	p := &t.pend
	if old.Choice != c {
		x.same = false
		return true
	}
	// The object of a spawn is known after it only.
	if old.Kind != p.Kind || old.Obj != p.Obj && p.Kind != OpSpawn {
		x.diverge("%s %s, did %s", t.name, x.w.describe(p.Kind, p.Obj), x.w.describe(old.Kind, old.Obj))
		return false
	}
	return true
}

// withdraw takes t off the set that it was put on by admitted.
func (t *Task) withdraw() {
	if m, ok := t.block.(*Mutex); ok { // the common case, without calls
		m.waiters &^= t.alone
		return
	}
	t.block.leave(t)
}

// diverge records that the program did not repeat what it did before under the
// same choices.
func (x *engine) diverge(format string, args ...any) {
	n := len(x.log)
	x.violations = append(x.violations, Violation{Kind: KindNondeterminism, Site: siteNondeterminism,
		Message: fmt.Sprintf("step %d: ", n) + fmt.Sprintf(format, args...), Step: n - 1})
}

const siteNondeterminism = "nondeterminism"

// names lists the tasks of a set.
func (x *engine) names(set uint64) string {
	if set == 0 {
		return "nobody"
	}
	var names []string
	for ; set != 0; set &= set - 1 {
		names = append(names, x.w.tasks[bits.TrailingZeros64(set)].name)
	}
	return strings.Join(names, ",")
}
