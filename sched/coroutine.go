package sched

import (
	"fmt"
	"runtime"
)

// sentinel is panicked to leave the body of a task.
type sentinel struct{ why string }

func (s *sentinel) Error() string { return "sched: " + s.why }

var (
	unwound = &sentinel{"the execution is over; a task must not recover this panic"}
	failed  = &sentinel{"a violation ended the task; it must not recover this panic"}
)

// patience is how often a task may recover the panic that makes it leave its
// body before it is given up.
const patience = 100

// run explores until the strategy has no further execution. No goroutine is
// left when it returns. What the engine or the strategy panics with, and an
// exit of the goroutine by a function that they call, goes on in the caller.
func (x *engine) run() error {
	x.explore()
	if x.broken != "" {
		panic(x.broken)
	}
	if x.exit {
		runtime.Goexit()
	}
	return x.err
}

func (x *engine) explore() {
	defer x.close()
	if x.setup(); x.err != nil {
		return
	}
	x.prefix, x.more = x.strat.Next(nil)
	x.more = x.more && !x.interrupt()
	for x.more && x.err == nil {
		x.begin()
		if first := x.pick(); first != nil {
			x.drv.transfer(0, first.index+1)
		}
		if x.more {
			x.setup()
		}
	}
}

// setup sets up the world.
func (x *engine) setup() {
	defer func() {
		if r := recover(); r != nil {
			v := panicked(r)
			x.err = fmt.Errorf("setup of %s: %s, in %s", x.w.prog.Name, v.Message, v.Site)
		}
	}()
	x.w.beginSetup()
	x.w.prog.Setup(x.w)
	x.w.endSetup()
}

// close makes every coroutine exit. A coroutine that exits resumes whoever is
// parked in its own slot; that may be another task, which then exits too, and
// at last the caller.
func (x *engine) close() {
	x.over, x.more = true, false
	if t := x.pick(); t != nil {
		x.drv.transfer(0, t.index+1)
	}
	x.closing = true
	for _, t := range x.w.tasks {
		if !t.gone {
			x.drv.transfer(0, t.index+1)
		}
	}
	for _, t := range x.w.tasks {
		if t.lost {
			x.drv.bury(t.index+1, func() { x.burying = true })
		}
	}
}

// coroutine runs the body of t in each execution that enters it.
func (t *Task) coroutine() {
	x := t.w.x
	defer func() {
		if !t.gone {
			x.lose(t, recover())
		}
	}()
	for !x.closing {
		t.run()
		if next := t.next(); next != t {
			x.transfer(t, next)
		}
	}
	t.gone = true
}

// run runs the body of t to its end, or until the execution is over.
func (t *Task) run() {
	x := t.w.x
	x.w.current = t
	x.inside |= t.bit()
	t.enter()
	x.inside &^= t.bit()
	if x.over {
		return
	}
	if t.lazy {
		x.late(t, "ends before its first operation")
	}
	x.ended(t)
}

func (t *Task) enter() {
	x := t.w.x
	defer func() {
		if r := recover(); r != nil {
			t.left(r)
		}
	}()
	t.unwinds = 0
	if t.state == taskReady {
		t.state = taskStarting
		if t.learns() {
			t.fresh = t.w.fingerprint()
		}
	}
	t.body(t)
	if !x.over && t.state == taskRunning {
		x.afterStep(t)
	}
}

// left is told the panic that t left its body with.
func (t *Task) left(r any) {
	x := t.w.x
	switch {
	case x.deciding:
		x.breakDown(r)
	case x.over || r == any(failed):
	default:
		x.violate(t, panicked(r))
	}
}

// next decides who goes on when t has left its body.
func (t *Task) next() (next *Task) {
	x := t.w.x
	defer func() {
		if r := recover(); r != nil {
			x.breakDown(r)
			next = x.pick()
		}
	}()
	return x.pick()
}

// breakDown ends the search: the engine or the strategy has panicked with r.
func (x *engine) breakDown(r any) {
	if x.broken == "" {
		v := panicked(r)
		x.broken = fmt.Sprintf("%v\n\n%s", r, v.Stack)
	}
	x.over, x.more, x.abort, x.deciding = true, false, true, false
}

// lose ends the search: the goroutine of t is exiting and cannot run the next
// body. It is kept until the end, since an exit would take the goroutine that
// resumed it last with it.
func (x *engine) lose(t *Task, r any) {
	x.inside &^= t.bit()
	t.gone, t.lost = true, true
	x.abort = true
	switch {
	case r != nil:
		x.breakDown(r)
	case t.unwinds > patience:
		x.fatal(fmt.Errorf("task %s cannot be ended: it recovers the panic that ends it", t.name))
	case x.deciding: // in a function of the caller, such as Options.After
		x.exit = true
		x.over, x.more, x.deciding = true, false, false
	case x.over:
		x.fatal(fmt.Errorf("task %s calls runtime.Goexit while it is being ended", t.name))
	default:
		x.violate(t, Violation{Kind: KindPanic, Site: "goexit", Message: "the task called runtime.Goexit (FailNow of a test?)"})
		x.halt = true
		x.ended(t)
	}
	next := t.next()
	for !x.burying {
		x.transfer(t, next)
		next = nil
	}
}

// fatal ends the search with an error.
func (x *engine) fatal(err error) {
	if x.err == nil {
		x.err = err
	}
	x.halt, x.abort, x.more = true, true, false
}

// ended takes t, whose body was left in the current execution, out of the
// scheduler's sets.
func (x *engine) ended(t *Task) {
	if t.state != taskFailed {
		t.state = taskDone
	}
	if !t.daemon {
		x.live--
	}
	if t.joiners != 0 {
		x.refresh(t.joiners)
	}
}

// transfer hands control from t to next, nil being the caller of run.
func (x *engine) transfer(t, next *Task) {
	to := 0
	if next != nil {
		to = next.index + 1
	}
	x.drv.transfer(t.index+1, to)
	x.w.current = t
}
