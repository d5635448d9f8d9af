package sched

import (
	"fmt"
	"math/bits"
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
			x.drv.transfer(0, x.whereTo(first))
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
// parked in its own slot; that may be another one, which then exits too, and
// at last the caller.
func (x *engine) close() {
	x.over, x.more = true, false
	if t := x.pick(); t != nil {
		x.drv.transfer(0, x.whereTo(t))
	}
	x.closing = true
	for _, c := range x.carriers {
		if !c.gone {
			x.drv.transfer(0, c.number)
		}
	}
	for _, c := range x.carriers {
		if c.lost {
			x.drv.bury(c.number, func() { x.burying = true })
		}
	}
}

// carrier is a coroutine that runs bodies of tasks. When one has been left, and a
// task that is outside its body must move, the carrier goes on with that one:
// nothing is switched.
type carrier struct {
	x      *engine
	number int   // of its goroutine, from 1
	task   *Task // whose body it runs, or ran last
	gone   bool  // it has exited or must not be resumed
	lost   bool  // its goroutine is exiting
}

func (c *carrier) bit() uint64 { return 1 << uint(c.number-1) }

// addCarrier makes another carrier. There is one for each task, as all may be
// inside their bodies.
func (x *engine) addCarrier() {
	c := &carrier{x: x, number: len(x.carriers) + 1}
	x.carriers = append(x.carriers, c)
	x.idle |= c.bit()
	x.drv.add(c.run)
}

// run is the coroutine of c.
func (c *carrier) run() {
	x := c.x
	defer func() {
		if !c.gone {
			x.lose(c, recover())
		}
	}()
	for more := c.resumed(); more; {
		if c.serve(); x.closing {
			break
		}
		x.outside(c.task) // its body was left by a panic
		more = c.follow(c.task.next())
	}
	c.gone = true
}

// serve runs bodies until one is left by a panic or the search is over.
func (c *carrier) serve() {
	x := c.x
	defer func() {
		if r := recover(); r != nil {
			c.task.left(r)
		}
	}()
	for more := true; more; more = c.follow(x.pick()) {
		t := c.task
		t.inside(c)
		t.body(t)
		if !x.over && t.state == taskRunning && x.due() {
			x.afterStep(t)
		}
		x.outside(t)
	}
}

// follow makes next go on, nil being the caller of run. It returns when c must
// enter the body of c.task, or with false if c must exit.
func (c *carrier) follow(next *Task) bool {
	x := c.x
	if next != nil && x.inside&next.bit() == 0 {
		c.task = next
		return true
	}
	x.idle |= c.bit()
	if s := x.door(c.number, next); s.out { // as enter
		s.out = false
		s.next()
	} else {
		s.out = true
		s.yield(struct{}{})
	}
	return c.resumed()
}

// resumed is called when c, which was outside all bodies, is entered.
func (c *carrier) resumed() bool {
	c.x.idle &^= c.bit()
	c.task = c.x.entering
	return !c.x.closing
}

// inside prepares for the body of t, which c is about to run.
func (t *Task) inside(c *carrier) {
	x := c.x
	x.w.current = t
	x.inside |= t.bit()
	t.carrier = c.number
	t.unwinds = 0
	if t.state == taskReady {
		t.state = taskStarting
		if t.learns() {
			t.fresh = t.w.fingerprint()
		}
	}
}

// outside is called when the body of t has been left.
func (x *engine) outside(t *Task) {
	x.inside &^= t.bit()
	if x.over {
		return
	}
	if t.lazy {
		x.late(t, "ends before its first operation")
	}
	x.ended(t)
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

// lose ends the search: the goroutine of c is exiting and cannot run the next
// body. It is kept until the end, since an exit would take the goroutine that
// resumed it last with it.
func (x *engine) lose(c *carrier, r any) {
	t := c.task
	x.inside &^= t.bit()
	c.gone, c.lost = true, true
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
		x.door(c.number, next).enter()
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

// whereTo returns the number of the goroutine that runs the body of next, or of
// one that is to enter it; nil is the caller of run.
func (x *engine) whereTo(next *Task) int {
	switch {
	case next == nil:
		return 0
	case x.inside&next.bit() != 0:
		return next.carrier
	}
	x.entering = next
	return bits.TrailingZeros64(x.idle) + 1
}

// door prepares to hand control from goroutine me to next.
func (x *engine) door(me int, next *Task) *slot {
	to := x.whereTo(next)
	if d := x.direct; d != nil {
		return d.door(me, to)
	}
	return x.drv.door(me, to)
}
