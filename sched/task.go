package sched

import "fmt"

type taskState uint8

const (
	taskUnused   taskState = iota
	taskReady              // declared, its first operation is not known yet
	taskStarting           // in its body before the first operation
	taskParked             // at a scheduling point; its body may not have been entered yet
	taskRunning            // performing its step
	taskDone               // body returned
	taskFailed             // ended by a violation; keeps what it holds
)

// Task is a sequential thread of control that the scheduler interleaves with
// others. Its methods may be called by the task itself only, unless they say
// otherwise.
type Task struct {
	w      *World
	name   string
	index  int    // stable over executions: the bit in sets of tasks
	alone  uint64 // the set of this task
	body   func(*Task)
	daemon bool
	state  taskState

	parent   *Task
	child    int // this is the child-th task made by parent
	children []*Task
	nchild   int
	ncells   int // cells that it has made

	ordinal int // order of creation in this execution
	carrier int // that runs its body, while it is inside
	unwinds int // times that it was told to leave its body
	pend    Pending
	block   blocker // what can disable the pending operation; nil: never disabled
	joiners uint64

	first      Pending // first operation, if known to be the same in each execution
	firstBlock blocker
	firstKnown bool
	touched    bool   // it does something to shared things before its first operation
	fresh      uint64 // fingerprint of the world when its body was entered first
	lazy       bool   // granted its first operation before its body was entered

	signalled bool // a condition variable has woken the task
	clk       []uint32
	where     []uintptr // frames of the pending operation, when tracing
}

// blocker is what a pending operation may have to wait for.
type blocker interface {
	// admits reports whether t's pending operation can be performed now.
	admits(t *Task) bool
	// wait and leave put t on, and take it off, the set of tasks that must be
	// looked at again when the object changes.
	wait(t *Task)
	leave(t *Task)
	// holders returns the tasks that t waits for: it cannot go on before all of
	// them have moved. It is empty if that is not known.
	holders(t *Task) uint64
	namer
}

// ID returns the index of the task. In all executions of one exploration it is
// the same for the n-th task that is made by the same task.
func (t *Task) ID() int { return t.index }

// Name returns the name that the task was declared with.
func (t *Task) Name() string { return t.name }

// World returns the world that the task lives in.
func (t *Task) World() *World { return t.w }

// Daemon reports whether the task need not end.
func (t *Task) Daemon() bool { return t.daemon }

// Finished reports whether the body of the task has returned. Any task or
// property may ask; it is no operation. Join waits for it.
func (t *Task) Finished() bool {
	t.w.lookedAtTask(t, false)
	return t.state == taskDone
}

// Ended reports whether the task will take no further step: its body has
// returned or a violation ended it.
func (t *Task) Ended() bool {
	t.w.lookedAtTask(t, false)
	return t.state == taskDone || t.state == taskFailed
}

// Pending returns the next operation of a parked task, for properties and
// diagnosis.
func (t *Task) Pending() (kind OpKind, obj ObjID) {
	t.w.lookedAtTask(t, true)
	return t.pend.Kind, t.pend.Obj
}

// Blocked reports whether the task is parked at an operation that cannot be
// performed now. It is for properties and diagnosis.
func (t *Task) Blocked() bool {
	t.w.lookedAtTask(t, true)
	blocked := t.state == taskParked && t.block != nil && !t.block.admits(t)
	if t.state == taskParked && t.pend.Obj != 0 && t.w.current != t {
		t.w.looked(t.pend.Obj, one(blocked))
	}
	return blocked
}

// bit returns the set of t alone.
func (t *Task) bit() uint64 { return t.alone }

// key tells tasks apart, and from nil.
func (t *Task) key() uint64 {
	if t == nil {
		return 0
	}
	return uint64(t.index) + 1
}

// String returns the name of the task.
func (t *Task) String() string { return t.name }

// Yield is a scheduling point without effect: it tells strategies that the
// task cannot make progress alone.
func (t *Task) Yield() {
	t.point(&Pending{Kind: OpYield}, nil)
	if x := t.w.x; x != nil {
		x.spin.yield = len(x.log)
	}
}

// Syscall is a step that touches no object, for simulated calls of the
// operating system.
func (t *Task) Syscall(name string) {
	t.point(&Pending{Kind: OpSyscall}, nil)
	if t.Tracing() {
		t.w.x.outcomeText(name)
	}
}

// Choose returns a value from 0 to n-1: a data choice, made by the strategy.
// With n == 1 it returns 0 and is no step. It panics if n < 1 or n > 32767.
func (t *Task) Choose(name string, n int) int {
	if n < 1 || n > 1<<15-1 {
		panic(fmt.Sprintf("sched: Choose(%q, %d): number of values out of range", name, n))
	}
	if n == 1 {
		return 0
	}
	t.point(&Pending{Kind: OpChoose, N: uint64(n)}, nil)
	x := t.w.x
	if x == nil {
		return 0
	}
	if x.tracing {
		x.outcomeText(fmt.Sprintf("%s = %d", name, x.value))
	}
	return x.value
}

// Go starts a task. Starting is a step.
func (t *Task) Go(name string, body func(*Task)) *Task {
	if t.w.x == nil {
		panic("sched: Go on a direct task")
	}
	t.point(&Pending{Kind: OpSpawn}, nil)
	u := t.w.newTask(name, body, t)
	if t.w.clocks {
		u.clk = joinClock(u.clk, t.clk)
		t.tick()
	}
	if t.Tracing() {
		t.w.x.outcomeText(name)
	}
	return u
}

// Join waits until u has finished. It is a step.
func (t *Task) Join(u *Task) {
	t.point(&Pending{Kind: OpJoin, Obj: u.joinID()}, u)
	if t.w.clocks {
		t.clk = joinClock(t.clk, u.clk)
	}
	if t.Tracing() {
		t.w.x.outcomeText(u.name)
	}
}

// joinObjects is the creator number under which tasks count as objects.
const joinObjects = 1<<(32-objCreatorShift) - 1

func (u *Task) joinID() ObjID { return ObjID(joinObjects<<objCreatorShift | uint32(u.index)) }

func (u *Task) admits(*Task) bool       { return u.state == taskDone }
func (u *Task) wait(t *Task)            { u.joiners |= t.bit() }
func (u *Task) leave(t *Task)           { u.joiners &^= t.bit() }
func (u *Task) holders(*Task) uint64    { return u.bit() }
func (u *Task) objectName(ObjID) string { return u.name }

// Fail records a violation and ends the task: it takes no further step and
// keeps the locks that it holds. Fail does not return.
func (t *Task) Fail(v Violation) {
	x := t.w.x
	if x == nil {
		panic(&v)
	}
	t.alive()
	x.violate(t, v)
	panic(failed)
}

// Failf records that an assertion does not hold and ends the task, as
// [Task.Fail] does. Violations of one site count as the same.
func (t *Task) Failf(site, format string, args ...any) {
	t.Fail(Violation{Kind: KindAssertion, Site: site, Message: fmt.Sprintf(format, args...)})
}

// Tracing reports whether the execution is being recorded for a reader. Build
// arguments for [Task.Note] only if it is.
func (t *Task) Tracing() bool { return t.w.x != nil && t.w.x.tracing }

// Note adds a line to the trace, if one is being made.
func (t *Task) Note(format string, args ...any) {
	if t.Tracing() {
		t.w.x.note(t, fmt.Sprintf(format, args...))
	}
}
