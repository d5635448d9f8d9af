package sched

import (
	"fmt"
	"math/bits"
	"unsafe"
)

// dpor explores one execution of each Mazurkiewicz trace (optimal dynamic
// partial order reduction with wakeup trees: Abdulla, Aronis, Jonsson and
// Sagonas, POPL 2014, algorithm 2, and Source Sets, JACM 2017). Two executions
// are of one trace if they have the same steps and order all dependent ones in
// the same way; see dependent. Races are looked for at the end of each
// execution, and each that can be reversed leaves a sequence of steps in the
// wakeup tree of the frame before it.
//
// It sees records only. What blocks an operation, and which earlier step would
// have to come later for it, is derived from the log; see blocked.go.
type dpor struct {
	limit  int64 // bytes, 0: none
	full   bool
	order  pickOrder
	frames []frame
	asleep []sleeper // of all frames, a stack
	tree   wakeups
	prefix Schedule
	causality
	sequence
	less      bool     // sequences were left out
	unordered []string // objects that tasks looked at unordered
	hooked    []string // and hooks
	spun      bool     // a task has spun in this execution: others get their turn until they spin, too
	resumed   bool     // the first execution has a prefix

	shared *sharedTree
	base   int         // frames below have nodes in it; what is left there is in the tree
	leaf   *sharedNode // state of the frame at base; nil: the first one, and nothing is shared
	wanted bool        // something should be shared
	eager  bool        // something should always be, for tests
	wished []*move     // the moves that are to be added to the tree
}

// frame is the state before one step of the execution.
type frame struct {
	choice Choice // made there
	many   int32  // values of the data choice, 0 for other operations
	free   bool   // no wakeup sequence asked for the choice: all values of it are tried
	todo   int32  // wakeup tree: what is tried there later
	lo, hi int32  // asleep: moves that need not be tried there

	open bool        // no wakeup sequence led through it: what is explored behind it is all there is
	node *sharedNode // the state, where other workers have to do with it
}

// sleeper is a move that has been explored before; executions that begin with
// it, or with an equivalent beginning, need no second look.
type sleeper struct{ move }

// pickOrder says which task moves where any would do.
type pickOrder uint8

const (
	pickLowest pickOrder = iota
	pickHighest
	pickLast // the task that moved last, if it can
)

func newDPOR(o *Options) Strategy {
	if o.Preemptions >= 0 {
		return newBounded(o)
	}
	limit := o.CacheBytes
	if limit == 0 {
		limit = defaultCacheBytes
	}
	return &dpor{limit: limit}
}

// bytes returns the memory for the wakeup trees and the stack of the search.
func (d *dpor) bytes() int64 {
	return int64(cap(d.tree.nodes))*int64(unsafe.Sizeof(wakeup{})) + int64(cap(d.frames))*int64(unsafe.Sizeof(frame{})) +
		int64(cap(d.asleep))*int64(unsafe.Sizeof(sleeper{})) + int64(cap(d.events))*int64(unsafe.Sizeof(event{})) + 4*int64(cap(d.rows))
}

func (d *dpor) conclude(*Report) string {
	if d.full {
		return fmt.Sprintf("wakeup trees full steps=%d memory=%d", d.tree.used, d.limit)
	}
	return ""
}

func (d *dpor) leftOut() bool { return d.less }

// notes tells how large the wakeup trees were.
func (d *dpor) notes(r *Report) []string {
	r.Nodes, r.NodeBytes = d.tree.peak, d.bytes()
	return nil
}

func (d *dpor) Next(r *Result) (Schedule, bool) {
	if r == nil {
		d.reset()
		if d.resumed {
			return d.begin(), true
		}
		return nil, true
	}
	n := len(r.Log)
	d.spun = false
	d.cutFrames(n)
	d.record(r)
	d.judgeLooks(r)
	if d.givesUp() {
		d.less = true
		if d.leaf != nil {
			d.shared.finish(d.leaf)
		}
		return nil, false
	}
	d.reverseRaces(r)
	if d.limit > 0 && d.bytes() > d.limit {
		d.full, d.less = true, true
		if d.leaf != nil {
			d.shared.finish(d.leaf)
		}
		return nil, false
	}
	if d.wanted || d.eager {
		d.share()
	}
	s, more := d.advance(r.Log)
	if !more && d.leaf != nil {
		d.shared.finish(d.leaf)
	}
	return s, more
}

// cutFrames drops the frames of steps that were not made.
func (d *dpor) cutFrames(n int) {
	for len(d.frames) > n {
		f := &d.frames[len(d.frames)-1]
		d.tree.releaseAll(f.todo)
		d.asleep = d.asleep[:f.lo]
		d.frames = d.frames[:len(d.frames)-1]
	}
}

// advance finds the deepest frame at which something is left to try.
func (d *dpor) advance(log []Step) (Schedule, bool) {
	for k := len(d.frames) - 1; k >= d.base; k-- {
		f := &d.frames[k]
		d.frames = d.frames[:k+1]
		d.asleep = d.asleep[:f.hi]
		if f.many > 0 && f.free && d.nextValue(f) {
			d.unrecord(k)
			return d.begin(), true
		}
		d.rest(f, &log[k])
		if c := f.todo; c != 0 {
			d.unrecord(k)
			d.follow(k, c)
			return d.begin(), true
		}
		d.asleep = d.asleep[:f.lo]
	}
	return nil, false
}

// rest puts the move that was explored at f to sleep.
func (d *dpor) rest(f *frame, s *Step) {
	m := move{footprint: d.events[len(d.frames)-1].footprint, task: s.Task, value: s.Value, many: f.many}
	if f.many > 0 && f.free {
		m.value = -1 // all values
	}
	d.asleep = append(d.asleep, sleeper{m})
	f.hi++
}

// nextValue advances the data choice at f to the next value that need not sleep.
func (d *dpor) nextValue(f *frame) bool {
	for v := f.choice.Value + 1; int32(v) < f.many; v++ {
		if !d.valueAsleep(f, f.choice.Task, v) {
			f.choice.Value = v
			return true
		}
	}
	return false
}

func (d *dpor) valueAsleep(f *frame, task, value int16) bool {
	for i := f.lo; i < f.hi; i++ {
		if s := &d.asleep[i]; s.task == task && s.many > 0 && s.value == value {
			return true
		}
	}
	return false
}

// follow makes c, the first node to try at frame k, and the first nodes behind
// it the choices of the frames from k.
func (d *dpor) follow(k int, c int32) {
	for {
		m := d.tree.nodes[c]
		f := &d.frames[k]
		f.choice, f.many, f.free = Choice{Task: m.task, Value: m.value}, m.many, false
		f.todo = m.next
		d.tree.release(c)
		if c = m.child; c == 0 {
			return
		}
		d.push(f, &m.move)
		k++
	}
}

// push makes a frame behind the last one, f, for what follows its move m.
func (d *dpor) push(f *frame, m *move) {
	lo := int32(len(d.asleep))
	for i := f.lo; i < f.hi; i++ {
		if s := &d.asleep[i]; s.task != m.task && (!d.dependent(&s.footprint, &m.footprint) || d.faults&faultSleep != 0) {
			d.asleep = append(d.asleep, *s)
		}
	}
	d.frames = append(d.frames, frame{lo: lo, hi: int32(len(d.asleep))})
}

// begin returns the choices that the next execution begins with.
func (d *dpor) begin() Schedule {
	d.prefix = d.prefix[:0]
	for i := range d.frames {
		d.prefix = append(d.prefix, d.frames[i].choice)
	}
	return d.prefix
}

func (d *dpor) Pick(v *View) int {
	pos := len(v.Log)
	if pos == 0 {
		d.frames = append(d.frames[:0], frame{})
	} else {
		s := &v.Log[pos-1]
		m := move{footprint: s.footprint(), task: s.Task}
		m.cells = d.cellsOf(v.w.x, pos-1)
		d.push(&d.frames[pos-1], &m)
	}
	f := &d.frames[pos]
	d.spun = d.spun || v.Spinning != 0
	can := v.Enabled &^ d.sleeping(f)
	if can == 0 {
		return Prune
	}
	t := bits.TrailingZeros64(can)
	switch {
	case d.order == pickHighest:
		t = bits.Len64(can) - 1
	case (d.order == pickLast || d.spun) && v.Last >= 0 && can&(1<<uint(v.Last)) != 0:
		t = v.Last
	}
	f.choice, f.free, f.open = Choice{Task: int16(t), Value: -1}, true, true
	return t
}

func (d *dpor) Value(v *View, n int) int {
	f := &d.frames[len(v.Log)]
	f.many = int32(n)
	f.choice.Value = -1
	d.nextValue(f)
	return int(f.choice.Value)
}

// sleeping returns the set of tasks that sleep at f, with all values of their
// data choice if that is what they do next.
func (d *dpor) sleeping(f *frame) uint64 {
	var set uint64
	for i := f.lo; i < f.hi; i++ {
		if s := &d.asleep[i]; s.value < 0 || d.valuesAsleep(f, s.task) == s.many {
			set |= 1 << uint(s.task)
		}
	}
	return set
}

// valuesAsleep counts the values of a data choice of task that sleep at f.
func (d *dpor) valuesAsleep(f *frame, task int16) (n int32) {
	for i := f.lo; i < f.hi; i++ {
		if s := &d.asleep[i]; s.task == task && s.value >= 0 {
			n++
		}
	}
	return n
}
