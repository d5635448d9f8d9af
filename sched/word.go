package sched

import (
	"fmt"
	"math/bits"
)

// Word is an atomic 64-bit word. Each operation is one step, sequentially
// consistent.
type Word struct {
	w       *World
	id      ObjID
	name    string
	v, init uint64
	waiters uint64
	groups  uint64
	rel     release
}

// NewWord makes a word with the value init.
func NewWord(w *World, name string, init uint64) *Word {
	o := &Word{w: w, name: name, v: init, init: init}
	o.id = w.newObj(o, o, 1)
	return o
}

func (o *Word) settle() {
	o.init = o.v
	o.rel.reset()
}

func (o *Word) reset() {
	o.v, o.waiters = o.init, 0
	o.rel.reset()
}

func (o *Word) objectName(ObjID) string { return o.name }

// ID returns the id of the word as an object.
func (o *Word) ID() ObjID { return o.id }

// Name returns the name that the word was made with.
func (o *Word) Name() string { return o.name }

// Peek returns the value without being an operation: for properties,
// assertions and reports.
func (o *Word) Peek() uint64 {
	o.w.looked(o.id, o.v)
	return o.v
}

// Poke sets the value without being an operation: for Setup, and for functions
// registered with [World.OnStart].
func (o *Word) Poke(v uint64) {
	o.v = v
	if t := o.w.current; t != nil && t.state == taskStarting {
		t.touched = true
	}
}

func (o *Word) admits(t *Task) bool  { return t.pend.Cmp.Holds(o.v, t.pend.N) }
func (o *Word) wait(t *Task)         { o.waiters |= t.bit() }
func (o *Word) leave(t *Task)        { o.waiters &^= t.bit() }
func (o *Word) holders(*Task) uint64 { return 0 }

// read and write are the two halves of the operations below: after their point,
// before the value is used, and after it has been changed.
func (o *Word) read(t *Task) uint64 {
	t.acquireFrom(&o.rel)
	t.before(o.v)
	return o.v
}

func (o *Word) write(t *Task, v uint64) {
	o.v = v
	if o.waiters != 0 {
		o.changed()
	}
}

// changed looks again at the tasks that wait for a value.
func (o *Word) changed() {
	x := o.w.x
	for set := o.waiters; set != 0; set &= set - 1 {
		if t := x.w.tasks[bits.TrailingZeros64(set)]; o.admits(t) {
			x.enabled |= t.alone
		} else {
			x.enabled &^= t.alone
		}
	}
}

// Load returns the value.
func (o *Word) Load(t *Task) uint64 {
	t.point(&Pending{Kind: OpLoad, Obj: o.id, Groups: o.groups}, nil)
	v := o.read(t)
	if t.Tracing() {
		t.w.x.outcomeText(fmt.Sprintf("= %d", int64(v)))
	}
	return v
}

// Store sets the value.
func (o *Word) Store(t *Task, v uint64) {
	t.point(&Pending{Kind: OpStore, Obj: o.id, N: v, Groups: o.groups}, nil)
	t.before(o.v)
	t.storeTo(&o.rel)
	o.write(t, v)
	if t.Tracing() {
		o.describe(t)
	}
}

// Add adds delta and returns the new value.
func (o *Word) Add(t *Task, delta uint64) uint64 {
	t.point(&Pending{Kind: OpAdd, Obj: o.id, N: delta, Groups: o.groups}, nil)
	v := o.read(t) + delta
	o.update(t, v)
	return v
}

// Inc adds delta. As the value is not returned, it commutes with other Incs of
// the same word; for the same reason it is not ordered after them, only later
// operations that return the value are ordered after it.
func (o *Word) Inc(t *Task, delta uint64) {
	t.point(&Pending{Kind: OpInc, Obj: o.id, N: delta, Groups: o.groups}, nil)
	t.before(o.v)
	o.update(t, o.v+delta)
}

// CAS sets the value to new if it is old, and reports whether it was.
func (o *Word) CAS(t *Task, old, new uint64) bool {
	t.point(&Pending{Kind: OpCAS, Obj: o.id, N: old, New: new, Groups: o.groups}, nil)
	v := o.read(t)
	if v != old {
		t.outcome(false)
		if t.Tracing() {
			t.w.x.outcomeText(fmt.Sprintf("%d -> %d fails, is %d", int64(old), int64(new), int64(v)))
		}
		return false
	}
	o.update(t, new)
	return true
}

// Swap sets the value and returns the old one.
func (o *Word) Swap(t *Task, v uint64) uint64 {
	t.point(&Pending{Kind: OpSwap, Obj: o.id, N: v, Groups: o.groups}, nil)
	old := o.read(t)
	o.update(t, v)
	return old
}

// Or sets the bits of mask and returns the old value.
func (o *Word) Or(t *Task, mask uint64) uint64 {
	t.point(&Pending{Kind: OpOr, Obj: o.id, N: mask, Groups: o.groups}, nil)
	old := o.read(t)
	o.update(t, old|mask)
	return old
}

// And clears the bits that are not in mask and returns the old value.
func (o *Word) And(t *Task, mask uint64) uint64 {
	t.point(&Pending{Kind: OpAnd, Obj: o.id, N: mask, Groups: o.groups}, nil)
	old := o.read(t)
	o.update(t, old&mask)
	return old
}

// Await waits until the value compares to n as c says, and returns the value.
// It is one step, a read.
func (o *Word) Await(t *Task, c Cmp, n uint64) uint64 {
	t.point(&Pending{Kind: OpAwait, Cmp: c, Obj: o.id, N: n, Groups: o.groups}, o)
	o.read(t)
	if t.Tracing() {
		t.w.x.outcomeText(fmt.Sprintf("%v %d: is %d", c, int64(n), int64(o.v)))
	}
	return o.v
}

func (o *Word) update(t *Task, v uint64) {
	t.releaseTo(&o.rel)
	o.write(t, v)
	if t.Tracing() {
		o.describe(t)
	}
}

func (o *Word) describe(t *Task) { t.w.x.outcomeText(fmt.Sprintf("-> %d", int64(o.v))) }

// Area names words that live in the subject's own memory and are read and
// written without synchronisation on purpose: racy plain accesses. They are
// steps; they give no happens-before order and are never reported as races.
type Area struct {
	w      *World
	id     ObjID
	name   string
	n      int
	groups uint64
}

// NewArea makes an area of n words.
func NewArea(w *World, name string, n int) *Area {
	a := &Area{w: w, name: name, n: n}
	a.id = w.newObj(nil, a, n)
	return a
}

func (a *Area) objectName(id ObjID) string { return fmt.Sprintf("%s[%d]", a.name, id-a.id) }

// ID returns the id of word i as an object. It panics if i is out of range.
func (a *Area) ID(i int) ObjID {
	if i < 0 || i >= a.n {
		panic(fmt.Sprintf("sched: word %d of %s, which has %d", i, a.name, a.n))
	}
	return a.id + ObjID(i)
}

// Len returns the number of words.
func (a *Area) Len() int { return a.n }

// Load returns *p, which is word i of the area.
func (a *Area) Load(t *Task, i int, p *uint64) uint64 {
	t.point(&Pending{Kind: OpRacyLoad, Obj: a.ID(i), Groups: a.groups}, nil)
	v := *p
	t.before(v)
	if t.Tracing() {
		t.w.x.outcomeText(fmt.Sprintf("= %#x", v))
	}
	return v
}

// Store sets *p, which is word i of the area.
func (a *Area) Store(t *Task, i int, p *uint64, v uint64) {
	t.point(&Pending{Kind: OpRacyStore, Obj: a.ID(i), N: v, Groups: a.groups}, nil)
	t.before(*p)
	*p = v
	if t.Tracing() {
		t.w.x.outcomeText(fmt.Sprintf("-> %#x", v))
	}
}

// Op announces an access to word i that the task makes itself before its next
// operation.
func (a *Area) Op(t *Task, i int, write bool) {
	k := OpRacyLoad
	if write {
		k = OpRacyStore
	}
	t.point(&Pending{Kind: k, Obj: a.ID(i), Groups: a.groups}, nil)
}
