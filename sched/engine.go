package sched

import (
	"fmt"
	"math/bits"
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// sentinel is panicked to leave the body of a task.
type sentinel struct{ why string }

func (s *sentinel) Error() string { return "sched: " + s.why }

var (
	unwound = &sentinel{"task left behind by a finished execution"}
	failed  = &sentinel{"task ended by a violation"}
)

// engine executes schedules: it runs the tasks of one world as coroutines and
// asks a strategy which of them moves. Decisions are taken on the stack of the
// task that arrives at a scheduling point.
type engine struct {
	w     *World
	strat Strategy
	drv   driver

	depth      int // most steps of an execution, 0: no limit
	stopAtFail bool
	recheck    int64 // every so many executions are run twice, 0: none
	stop       *atomic.Bool
	after      func(*Result) // sees every execution that counts

	epoch   uint64
	log     []Step
	prevLen int  // length of the previous log, still in log's array
	same    bool // so far the execution repeats the previous one
	prefix  Schedule
	enabled uint64
	toStart uint64 // tasks whose body must run up to its first operation
	live    int    // tasks that are not daemons and have not ended
	last    int
	value   int // of the last data choice
	halt    bool
	closing bool
	view    View
	result  Result
	err     error // why the engine cannot go on

	violations []Violation
	tracing    bool
	trace      *Trace

	restoring  bool
	rechecking bool
	kept       []Step // log of the execution that is run again
	runs       int64
}

func newEngine(p *Program, s Strategy, d driver) *engine {
	w := &World{prog: p}
	x := &engine{w: w, strat: s, drv: d, stop: new(atomic.Bool)}
	w.x = x
	x.view.w = w
	x.result.w = w
	return x
}

// run explores until the strategy has no further execution.
func (x *engine) run() error {
	x.w.beginSetup()
	x.w.prog.Setup(x.w)
	x.w.endSetup()
	prefix, more := x.strat.Next(nil)
	if more {
		x.begin(prefix)
		if first := x.pick(); first != nil {
			x.drv.transfer(0, first.index+1)
		}
	}
	x.close()
	return x.err
}

// close unwinds every coroutine, so that no goroutine is left. A coroutine that
// exits resumes whoever is parked in its own slot; that may be another task,
// which then exits too, and at last the caller.
func (x *engine) close() {
	x.closing = true
	x.epoch++
	for _, t := range x.w.tasks {
		if !t.gone {
			x.drv.transfer(0, t.index+1)
		}
	}
}

// begin prepares an execution; the tasks have been restored or declared.
func (x *engine) begin(prefix Schedule) {
	x.epoch++
	x.prefix = prefix
	x.prevLen = len(x.log)
	x.log = x.log[:0]
	x.same = true
	x.enabled, x.toStart, x.live = 0, 0, 0
	x.last = -1
	x.halt = false
	x.violations = x.violations[:0]
	if x.tracing {
		x.trace.begin(x.w)
	}
	for _, t := range x.w.created {
		// All before the first one is parked: it may want to join another.
		t.state, t.joiners = taskReady, 0
	}
	for _, t := range x.w.created {
		x.ready(t)
	}
}

// ready makes t, whose state is taskReady, known to the scheduler.
func (x *engine) ready(t *Task) {
	t.nchild = 0
	t.lazy = false
	t.signalled = false
	if !t.daemon {
		x.live++
	}
	if x.w.clocks {
		clear(t.clk)
		if t.parent == nil {
			t.tick()
		}
	}
	if t.firstKnown && !x.tracing {
		t.pend, t.block = t.first, t.firstBlock
		x.park(t)
		return
	}
	t.block = nil
	x.toStart |= t.bit()
}

// park enters t's pending operation in the sets of the scheduler.
func (x *engine) park(t *Task) {
	if t.block != nil {
		t.block.wait(t)
		if !t.block.admits(t) {
			x.enabled &^= t.bit()
			return
		}
	}
	x.enabled |= t.bit()
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
// continues there, a task outside it enters it.
func (x *engine) pick() *Task {
	for {
		if x.toStart != 0 {
			t := x.w.tasks[bits.TrailingZeros64(x.toStart)]
			x.toStart &= x.toStart - 1
			return t
		}
		if x.live == 0 || x.enabled == 0 || x.halt {
			if !x.finish(false, false) {
				return nil
			}
			continue
		}
		if len(x.log)&1023 == 1023 && x.stop.Load() {
			return nil
		}
		if x.depth > 0 && len(x.log) >= x.depth {
			if !x.finish(true, false) {
				return nil
			}
			continue
		}
		t := x.decide()
		if t != nil {
			return t
		}
		if !x.finish(false, true) {
			return nil
		}
	}
}

// decide chooses the task of the next step and records the step. It returns
// nil if the execution must end here.
func (x *engine) decide() *Task {
	pos := len(x.log)
	var old *Step
	if x.same && pos < x.prevLen {
		old = &x.log[:pos+1][pos]
		if old.Enabled != x.enabled {
			x.diverge(fmt.Sprintf("step %d: enabled tasks %b, were %b", pos, x.enabled, old.Enabled))
			return nil
		}
	}
	c := Choice{Value: -1}
	forced := pos < len(x.prefix)
	if forced {
		c.Task = x.prefix[pos].Task
		if x.enabled&(1<<uint(c.Task)) == 0 {
			x.diverge(fmt.Sprintf("step %d: task %d of the schedule is not enabled", pos, c.Task))
			return nil
		}
	} else {
		x.view.Log, x.view.Last, x.view.Enabled = x.log, x.last, x.enabled
		i := x.strat.Pick(&x.view)
		if i == Prune {
			return nil
		}
		if x.enabled&(1<<uint(i)) == 0 {
			panic(fmt.Sprintf("sched: strategy chose task %d, which is not enabled", i))
		}
		c.Task = int16(i)
	}
	t := x.w.tasks[c.Task]
	p := &t.pend
	if p.Kind == OpChoose {
		x.view.Log, x.view.Last, x.view.Enabled, x.view.Choosing = x.log, x.last, x.enabled, int(c.Task)
		if c.Value = x.chooseValue(forced, pos, int(p.N)); c.Value < 0 {
			return nil
		}
		x.value = int(c.Value)
	}
	if old != nil {
		if old.Choice != c {
			x.same = false
		} else if old.Kind != p.Kind || old.Obj != p.Obj && p.Kind != OpSpawn { // a spawn knows its object afterwards
			x.diverge(fmt.Sprintf("step %d of %s: %v, was %v", pos, t.name, p.Kind, old.Kind))
			return nil
		}
	}
	x.log = append(x.log, Step{Choice: c, Kind: p.Kind, Cmp: p.Cmp, OK: true, Obj: p.Obj, Obj2: p.Obj2,
		N: p.N, New: p.New, Groups: p.Groups, Enabled: x.enabled})
	x.enabled &^= t.bit()
	if t.block != nil {
		t.block.leave(t)
	}
	x.last = t.index
	if x.tracing {
		x.trace.step(x.w, t)
	}
	if t.state == taskReady {
		t.lazy = true
	}
	t.state = taskRunning
	return t
}

func (x *engine) chooseValue(forced bool, pos, n int) int16 {
	if !forced || x.prefix[pos].Value < 0 {
		v := x.strat.Value(&x.view, n)
		if v < 0 || v >= n {
			panic(fmt.Sprintf("sched: strategy chose value %d of %d", v, n))
		}
		return int16(v)
	}
	v := x.prefix[pos].Value
	if int(v) >= n {
		x.diverge(fmt.Sprintf("step %d: value %d of the schedule, but %d values", pos, v, n))
		return -1
	}
	return v
}

// diverge records that the program did not repeat what it did before under the
// same choices.
func (x *engine) diverge(what string) {
	x.violations = append(x.violations, Violation{Kind: KindNondeterminism, Site: "nondeterminism", Message: what})
}

// finish ends the execution and begins the next one, if there is one.
func (x *engine) finish(cut, pruned bool) bool {
	r := &x.result
	r.Log, r.Cut, r.Pruned, r.Stuck = x.log, cut, pruned, 0
	complete := !cut && !pruned && !x.halt
	if complete && x.live > 0 {
		for _, t := range x.w.created {
			if !t.daemon && !t.Ended() {
				r.Stuck |= t.bit()
			}
		}
	}
	if len(x.violations) == 0 && complete {
		if r.Stuck != 0 {
			x.violations = append(x.violations, x.w.diagnose())
		} else {
			x.checkAtEnd()
		}
	}
	r.Violations = x.violations
	if x.tracing {
		x.trace.end(r)
	}
	prefix, more := x.next(r)
	if !more || x.stop.Load() || x.err != nil {
		return false
	}
	if err := x.renew(); err != nil {
		x.err = err
		return false
	}
	x.begin(prefix)
	return true
}

// next asks the strategy for the following execution, or repeats this one if
// it is its turn to be checked for uncontrolled nondeterminism.
func (x *engine) next(r *Result) (Schedule, bool) {
	if x.rechecking {
		x.rechecking = false
		if what := compareLogs(x.kept, r.Log); what != "" && len(r.Violations) == 0 {
			x.diverge(what)
		}
		r.Violations = x.violations
		if len(r.Violations) > 0 && r.Violations[0].Kind == KindNondeterminism {
			x.report(r)
			return nil, false
		}
		r.Log = x.kept
		return x.strat.Next(r)
	}
	x.report(r)
	x.runs++
	for i := range r.Violations {
		if r.Violations[i].Kind == KindNondeterminism {
			return nil, false
		}
	}
	if x.recheck > 0 && (x.runs-1)%x.recheck == 0 && len(r.Violations) == 0 && !r.Pruned {
		x.rechecking = true
		x.kept = append(x.kept[:0], r.Log...)
		return r.Schedule(), true
	}
	return x.strat.Next(r)
}

func (x *engine) report(r *Result) {
	if x.after != nil {
		x.after(r)
	}
}

// compareLogs returns the first difference between two runs of one schedule.
func compareLogs(a, b []Step) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("step %d: %v, second run %v", i, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		return fmt.Sprintf("%d steps, second run %d", len(a), len(b))
	}
	return ""
}

// renew restores the world or sets it up anew.
func (x *engine) renew() (err error) {
	if x.w.prog.Reusable {
		x.restoring = true
		x.w.restore()
		x.restoring = false
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("setup of %s: %v", x.w.prog.Name, r)
		}
	}()
	x.w.beginSetup()
	x.w.prog.Setup(x.w)
	x.w.endSetup()
	return nil
}

// newTask declares a task; one of the same origin keeps its index and its
// coroutine over executions.
func (w *World) newTask(name string, body func(*Task), parent *Task) *Task {
	if w.x == nil {
		panic("sched: task in a direct world")
	}
	t := w.x.slotFor(parent)
	t.name, t.body, t.daemon = name, body, false
	w.created = append(w.created, t)
	if parent != nil {
		w.x.log[len(w.x.log)-1].Obj = t.joinID()
		t.state, t.joiners = taskReady, 0
		w.x.ready(t)
	}
	return t
}

// maxTasks is the number of tasks that a set of tasks can hold.
const maxTasks = 64

func (x *engine) slotFor(parent *Task) *Task {
	w := x.w
	if parent == nil {
		for _, t := range w.tasks {
			if t.parent == nil && t.child == len(w.created) {
				return t
			}
		}
	} else if parent.nchild < len(parent.children) {
		parent.nchild++
		return parent.children[parent.nchild-1]
	}
	if len(w.tasks) == maxTasks {
		panic(fmt.Sprintf("sched: more than %d tasks", maxTasks))
	}
	t := &Task{w: w, index: len(w.tasks), parent: parent, child: len(w.created)}
	w.tasks = append(w.tasks, t)
	w.nextObj = append(w.nextObj, 0)
	if parent != nil {
		t.child = parent.nchild
		parent.nchild++
		parent.children = append(parent.children, t)
	}
	x.drv.add(t.coroutine)
	t.state = taskReady
	return t
}

// coroutine runs the body of t in each execution that enters it.
func (t *Task) coroutine() {
	x := t.w.x
	for !x.closing {
		t.epoch = x.epoch
		t.w.current = t
		if !t.enter() {
			continue
		}
		x.ended(t)
		next := x.pick()
		if next == t {
			continue
		}
		x.transfer(t, next)
	}
	t.gone = true
}

// enter runs the body. It returns false if the execution that the body belongs
// to was left behind.
func (t *Task) enter() (ended bool) {
	done := false
	defer func() {
		if !done {
			ended = t.thrown(recover())
		}
	}()
	if t.state != taskRunning {
		t.state = taskParked
	}
	t.body(t)
	if t.epoch == t.w.x.epoch && t.state != taskFailed {
		t.w.x.afterStep(t)
	}
	done = true
	return t.epoch == t.w.x.epoch
}

// thrown is told what the body of t was left with, and whether the execution
// goes on without it.
func (t *Task) thrown(r any) (ended bool) {
	x := t.w.x
	if r == nil {
		x.goexit(t)
	}
	if t.epoch != x.epoch {
		return false
	}
	if r != any(failed) {
		x.violate(t, Violation{Kind: KindPanic, Site: "panic", Message: fmt.Sprint(r), Stack: string(debug.Stack())})
	}
	return true
}

// goexit ends the search: the goroutine of t is exiting and cannot run the
// next body. It is kept parked instead, since an exit would take the goroutine
// that called the engine with it; it is the only one that is ever left behind.
func (x *engine) goexit(t *Task) {
	t.gone = true
	if !x.closing {
		x.violate(t, Violation{Kind: KindPanic, Site: "goexit", Message: "the task called runtime.Goexit (FailNow of a test?)"})
		x.stop.Store(true)
		x.halt = true
		x.ended(t)
		x.finish(false, false)
	}
	for {
		x.transfer(t, nil)
	}
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
	t.w.current = t
}

// point is where t announces its next operation and others may move before it.
// It returns when t has been chosen to perform the operation.
func (t *Task) point(p Pending, b blocker) {
	x := t.w.x
	if x == nil {
		if b != nil && !b.admits(t) {
			panic(fmt.Sprintf("sched: %v by direct task %s would wait for ever", p.Kind, t.name))
		}
		return
	}
	if t.lazy {
		t.lazy = false
		if p != t.first {
			x.diverge(fmt.Sprintf("first operation of %s: %v, was %v", t.name, p.Kind, t.first.Kind))
			x.halt = true
		}
		return
	}
	if t.epoch != x.epoch {
		panic(unwound)
	}
	if t.state == taskFailed {
		panic(failed)
	}
	x.arrive(t, p, b)
	next := x.pick()
	if next != t {
		x.transfer(t, next)
	}
	if t.epoch != x.epoch {
		panic(unwound)
	}
}

// arrive parks t at its next operation.
func (x *engine) arrive(t *Task, p Pending, b blocker) {
	if t.state == taskRunning {
		x.afterStep(t)
	} else if x.w.prog.Reusable && t.parent == nil && !t.firstKnown {
		t.first, t.firstBlock, t.firstKnown = p, b, true
	}
	t.pend, t.block = p, b
	t.state = taskParked
	if x.tracing {
		var pcs [32]uintptr
		n := runtime.Callers(3, pcs[:])
		t.where = append(t.where[:0], pcs[:n]...)
	}
	x.park(t)
}

// afterStep checks the properties that must hold after each step. A step that
// touches nothing that a property reads leaves it as it was.
func (x *engine) afterStep(t *Task) {
	rest := x.w.always
	if len(rest) == 0 {
		return
	}
	last := &x.log[len(x.log)-1]
	touched := last.Groups
	if last.Kind == OpSpawn {
		touched = ^uint64(0)
	}
	for i := range x.w.gates {
		g := &x.w.gates[i]
		group := rest[:g.n]
		rest = rest[g.n:]
		if g.mask != ^uint64(0) && g.mask&touched == 0 || g.due != nil && !g.due() {
			continue
		}
		for j := range group {
			if m := group[j].mask; m != ^uint64(0) && m&touched == 0 {
				continue
			}
			if what := group[j].Check(); what != "" {
				t.Fail(Violation{Kind: KindProperty, Site: group[j].Name, Message: what})
			}
		}
	}
}

func (x *engine) checkAtEnd() {
	for i := range x.w.atEnd {
		p := &x.w.atEnd[i]
		if what := p.Check(); what != "" {
			x.violations = append(x.violations, Violation{Kind: KindProperty, Site: p.Name, Message: what})
		}
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
	if x.stopAtFail {
		x.halt = true
	}
}

// outcome records that the operation of the last step failed or succeeded.
func (x *engine) outcome(ok bool) {
	if x != nil {
		x.log[len(x.log)-1].OK = ok
	}
}

// before records the value that the object of the last step had.
func (x *engine) before(v uint64) {
	if x != nil {
		x.log[len(x.log)-1].Before = v
	}
}
