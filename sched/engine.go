package sched

import "math/bits"

// engine executes schedules: it runs the tasks of one world as coroutines and
// asks a strategy which of them moves. Decisions are taken on the stack of the
// task that arrives at a scheduling point, and so is everything between two
// executions, except Setup, which runs on the stack of the caller.
type engine struct {
	w      *World
	strat  Strategy
	picks  Strategy // what strat asks in Pick and Value in the end, to save calls
	drv    driver
	direct *symmetric // drv, if it is one

	carriers []*carrier
	idle     uint64 // carriers outside all bodies
	entering *Task  // whose body the carrier that is resumed must enter

	// What the owner of the engine asks for.
	depth      int        // most steps of an execution, 0: no limit
	safety     bool       // it is SafetyDepth, at which the search ends
	stopAtFail bool       // a violation ends the execution
	haltAt     *Violation // a violation of this kind and site ends the execution
	following  bool       // a violation ends the execution behind its prefix
	byCreation bool       // tasks of the prefix count in the order of their creation
	resumes    bool       // the properties have been checked before the first step of all
	recheck    int64      // every so many executions are run twice, 0: none
	notesUses  bool       // of cells
	reduces    bool       // equivalent schedules are left out: no properties that declare no reads
	symmetry   bool       // tasks that are interchangeable take turns in their order
	byWrites   uint64     // groups of them, by index, that do so with their first write, not with their first step
	drain      bool       // daemons go on until nothing is enabled
	tracing    bool
	trace      *Trace
	done       <-chan struct{} // closed: stop
	slots      *slotTable      // nil: tasks get indices in the order in which they are met
	after      func(*Result)   // sees every execution that counts

	// The execution under way.
	epoch      uint64 // its number
	log        []Step
	prevLen    int  // length of the previous log, still in log's array
	same       bool // so far the execution repeats the previous one
	clean      bool // the previous one had no violation
	prefix     Schedule
	enabled    uint64
	toStart    uint64 // tasks whose body must run up to its first operation
	inside     uint64 // tasks inside their bodies
	moved      uint64 // tasks that have made a step
	took       uint64 // tasks that have taken their turn,
	turned     int    // as far as the log has been looked at
	live       int    // tasks that are not daemons and have not ended
	last       int
	look       int  // number of steps at which to look whether it must end
	value      int  // of the last data choice
	halt       bool // it must end here
	over       bool // it has ended: tasks inside their bodies must leave them
	more       bool // there is a next one, which begins with prefix
	checking   bool // a property is checked
	looks      []look
	tellsLooks bool // what tasks see without a step is part of their state
	uses       []cellUse
	hooked     bool // a hook of a lock runs
	deciding   bool // code of the engine or the strategy runs, not of the program
	renumbered bool // indices of tasks differ from their order of creation
	spin       spin
	view       View
	result     Result
	violations []Violation

	// Over all executions.
	runs        int64
	rechecking  bool
	kept        []Step   // log of the execution that is run again
	again       Schedule // its choices
	abort       bool     // no further execution is possible
	interrupted bool
	closing     bool
	burying     bool
	exit        bool   // the caller must exit its goroutine
	broken      string // what the engine or the strategy panicked with
	err         error  // why the engine cannot go on
}

func newEngine(p *Program, s Strategy, d driver) *engine {
	w := &World{prog: p}
	x := &engine{w: w, strat: s, picks: s, drv: d}
	x.direct, _ = d.(*symmetric)
	w.x = x
	x.view.w = w
	x.result.w = w
	return x
}

// begin starts an execution; the tasks have been restored or declared.
func (x *engine) begin() {
	x.epoch++
	x.prevLen = len(x.log)
	x.log = x.log[:0]
	x.same, x.clean = true, len(x.violations) == 0
	x.enabled, x.toStart, x.moved, x.live = 0, 0, 0, 0
	x.took, x.turned = 0, 0
	x.last = -1
	x.halt, x.over, x.renumbered = false, false, false
	x.violations = x.violations[:0]
	x.spin.begin()
	x.look = 0
	x.looks, x.uses, x.checking, x.hooked = x.looks[:0], x.uses[:0], false, false
	if x.tracing {
		x.trace.begin(x.w)
	}
	// Nobody may look at another task before all have been renewed.
	for _, t := range x.w.created {
		t.renew()
	}
	for _, t := range x.w.created {
		x.ready(t)
	}
}

// renew brings t to the start of an execution.
func (t *Task) renew() {
	t.state = taskReady
	t.nchild, t.ncells = 0, 0
	t.joiners = 0
	t.lazy = false
	t.block = nil
	if t.w.clocks {
		clear(t.clk)
		t.tick()
	}
}

// ready makes t, whose body has not been entered, known to the scheduler. A
// task whose first operation is known is not entered before it is chosen: that
// saves a switch for each task.
func (x *engine) ready(t *Task) {
	if !t.daemon {
		x.live++
	}
	if t.firstKnown && !x.tracing && !x.rechecking {
		t.pend, t.block = t.first, t.firstBlock
		t.state = taskParked
		x.park(t)
		return
	}
	x.toStart |= t.bit()
}

// park enters t's pending operation in the sets of the scheduler. The operation
// of a task that moves or is renewed is in none.
func (x *engine) park(t *Task) {
	if t.block == nil || t.admitted() {
		x.enabled |= t.alone
	}
}

// admitted puts t on the set of tasks that must be looked at again when what it may
// have to wait for changes. It returns whether t need not wait.
func (t *Task) admitted() bool {
	if m, ok := t.block.(*Mutex); ok { // the common case, without calls
		m.waiters |= t.alone
		return m.owner == nil
	}
	t.block.wait(t)
	return t.block.admits(t)
}

// refresh looks again at the parked tasks of set.
func (x *engine) refresh(set uint64) {
	for set != 0 {
		t := x.w.tasks[bits.TrailingZeros64(set)]
		set &= set - 1
		if t.block.admits(t) {
			x.enabled |= t.bit()
		} else {
			x.enabled &^= t.bit()
		}
	}
}

// pick decides who goes on: nil is the caller of run, a task in its body
// continues there (or leaves it, if the execution is over), a task outside it
// enters it.
func (x *engine) pick() *Task {
	x.deciding = true
	t := x.choose()
	x.deciding = false
	return t
}

func (x *engine) choose() *Task {
	for {
		if x.over || x.halt || x.toStart != 0 {
			if !x.over && !x.halt {
				t := x.w.tasks[bits.TrailingZeros64(x.toStart)]
				x.toStart &= x.toStart - 1
				return t
			}
			if !x.over {
				x.finish(false, false)
			}
			if t, ok := x.turnOver(); ok {
				return t
			}
			continue
		}
		n := len(x.log)
		if n == 0 && x.runs == 0 && !x.resumes {
			if x.checkStart(); x.halt {
				continue
			}
		}
		switch {
		case x.enabled == 0 || x.live == 0 && !x.drain && n >= len(x.prefix):
			x.finish(false, false)
		case n >= x.look && x.ends(n):
		default:
			if t := x.decide(); t != nil {
				return t
			}
			x.finish(false, true)
		}
	}
}

// ends looks whether an execution of n steps must end for a reason that is not
// looked for at each step, ends it then, and says when to look again.
func (x *engine) ends(n int) bool {
	x.look = n + 1023 - n&1023
	switch {
	case n&1023 == 1023 && !x.rechecking && x.interrupt():
		x.finish(false, true)
	case n >= x.spin.at && x.livelocked():
		x.finish(x.live == 0, false) // a daemon that spins at the end is cut off
	case x.depth > 0 && n >= x.depth:
		x.finish(true, false)
	default:
		if x.look == n {
			x.look += 1024
		}
		if x.look = min(x.look, x.spin.at); x.depth > 0 {
			x.look = min(x.look, x.depth)
		}
		return false
	}
	return true
}

// turnOver leads from an execution that is over to the next one. It returns
// who must move for that, if somebody must: a task that is still inside its
// body, or the caller, for Setup or because the search is over.
func (x *engine) turnOver() (*Task, bool) {
	switch {
	case x.inside != 0:
		return x.w.tasks[bits.TrailingZeros64(x.inside)], true
	case !x.more || !x.w.prog.Reusable:
		return nil, true
	}
	x.w.restore()
	x.begin()
	return nil, false
}

// interrupt reports whether the search must stop, and notes that it does.
func (x *engine) interrupt() bool {
	select {
	case <-x.done:
		x.interrupted = true
		x.abort = true
		return true
	default:
		return false
	}
}
