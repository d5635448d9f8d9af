package sched

import (
	"fmt"
	"runtime"
)

// point is where t announces its next operation and others may move before it.
// It returns when t has been chosen to perform the operation.
func (t *Task) point(p *Pending, b blocker) {
	x := t.w.x
	if x == nil {
		t.pend = *p
		if b != nil && !b.admits(t) {
			panic(fmt.Sprintf("sched: direct task %s would wait for ever to %v %s", t.name, p.Kind, b.objectName(p.Obj)))
		}
		return
	}
	if t.lazy {
		t.startedLate(p)
		return
	}
	if x.over || t.state == taskFailed || x.w.current != t { // as alive
		t.dead()
	}
	switch {
	case t.state == taskRunning:
		if x.due() {
			x.afterStep(t)
		}
	case t.learns():
		t.learn(p, b)
	}
	t.pend.set(p)
	t.block = b
	if t.state = taskParked; x.tracing {
		t.stands()
	}
	x.park(t)
	if next := x.pick(); next != t {
		// As enter: a processor foresees no return across a switch, so that each
		// call less counts.
		if s := x.door(t.carrier, next); s.out {
			s.out = false
			s.next()
		} else {
			s.out = true
			s.yield(struct{}{})
		}
		x.w.current = t
	}
	if x.over {
		t.dead()
	}
}

// alive makes t leave its body if it must not go on: everything that touches
// the world calls it first, so that deferred functions of a task that is being
// ended change nothing.
func (t *Task) alive() {
	if x := t.w.x; x != nil && (x.over || t.state == taskFailed || x.w.current != t) {
		t.dead()
	}
}

func (t *Task) dead() {
	x := t.w.x
	if x.checking {
		panic(fmt.Sprintf("sched: a property must not perform operations, but %s is asked to do something in one", t.name))
	}
	if x.w.current != t {
		panic(fmt.Sprintf("sched: the running task is not %s, which is asked to do something", t.name))
	}
	if t.unwinds++; t.unwinds > patience {
		runtime.Goexit()
	}
	if x.over {
		panic(unwound)
	}
	panic(failed)
}

// startedLate is called at the first operation of a task that was chosen
// before its body was entered.
func (t *Task) startedLate(p *Pending) {
	t.lazy = false
	if p.is(&t.first) {
		return
	}
	x := t.w.x
	x.late(t, "begins with "+x.w.describe(p.Kind, p.Obj))
	panic(failed)
}

// late ends an execution in which the first operation of t turns out not to be
// what it always was.
func (x *engine) late(t *Task, does string) {
	x.violate(t, Violation{Kind: KindNondeterminism, Site: siteNondeterminism,
		Message: fmt.Sprintf("step %d: %s %s, began with %s", len(x.log)-1, t.name, does, x.w.describe(t.first.Kind, t.first.Obj))})
	t.lazy = false
	x.halt = true
}

// stands notes where t is in its code.
func (t *Task) stands() {
	var pcs [32]uintptr
	n := runtime.Callers(3, pcs[:])
	t.where = append(t.where[:0], pcs[:n]...)
}

// learns reports whether t is a task that can be started late once its first
// operation is known.
func (t *Task) learns() bool {
	return t.w.prog.Reusable && t.parent == nil && !t.firstKnown && !t.touched
}

// learn notes the first operation of t, unless t has done something before it
// that others can see: then it must be started in time.
func (t *Task) learn(p *Pending, b blocker) {
	if t.touched = t.w.fingerprint() != t.fresh; !t.touched {
		t.first, t.firstBlock, t.firstKnown = *p, b, true
	}
}

// violate records a violation of t and ends the task.
func (x *engine) violate(t *Task, v Violation) {
	v.Task = t.name
	v.Step = len(x.log) - 1
	x.violations = append(x.violations, v)
	if x.tracing {
		x.trace.found(len(x.violations))
	}
	t.state = taskFailed
	x.checking, x.hooked = false, false
	x.halt = x.halt || x.stopsAt(&v)
}

// outcome records that the operation that t performs failed.
func (t *Task) outcome(ok bool) {
	if x := t.w.x; x != nil {
		x.log[len(x.log)-1].OK = ok
	}
}

// before records the value that the object of t's operation had.
func (t *Task) before(v uint64) {
	if x := t.w.x; x != nil {
		x.log[len(x.log)-1].Before = v
	}
}
