package sched

import "iter"

// A driver moves control between the goroutine that called the engine and the
// coroutines of tasks. Goroutine 0 is the caller, goroutine i+1 is task i.
type driver interface {
	// add makes the coroutine of the next task; run is its body.
	add(run func())
	// transfer parks goroutine me and resumes goroutine to.
	transfer(me, to int)
	// door prepares to transfer from goroutine me, which is not the caller, to
	// goroutine to; the transfer is made by calling enter on the result, or by
	// doing what enter does where the call would cost too much.
	door(me, to int) *slot
	// bury resumes goroutine i, which is exiting by runtime.Goexit, for the
	// last time. No coroutine but that one is left. While the goroutine is
	// needed once more it transfers to the caller.
	bury(i int, atLast func())
}

// symmetric transfers control from one task to another with one coroutine
// switch.
//
// A coroutine of package iter is a slot in which one goroutine is parked:
// switching through it resumes that goroutine and leaves the switching one in
// its place. With n tasks and the caller there are n slots and, while one of
// the n+1 goroutines runs, n parked ones. symmetric only keeps track of who is
// parked where. A slot is entered by next and by yield in turn, whoever calls.
//
// It relies on yield being callable by a goroutine other than that of the
// sequence, which package iter implements and does not promise; [driven] uses
// each function as documented.
type symmetric struct {
	slots []slot
	where []int // slot in which a goroutine is parked
}

type slot struct {
	next  func() (struct{}, bool)
	yield func(struct{}) bool
	out   bool // the next switch through the slot is a call of next
}

// enter switches through s.
func (s *slot) enter() {
	if s.out {
		s.out = false
		s.next()
	} else {
		s.out = true
		s.yield(struct{}{})
	}
}

func newSymmetric() *symmetric { return &symmetric{where: []int{-1}} }

func (d *symmetric) add(run func()) {
	i := len(d.slots)
	d.slots = append(d.slots, slot{out: true})
	d.where = append(d.where, i)
	d.slots[i].next, _ = iter.Pull(func(yield func(struct{}) bool) {
		d.slots[i].yield = yield
		run()
	})
}

func (d *symmetric) transfer(me, to int) { d.door(me, to).enter() }

func (d *symmetric) door(me, to int) *slot {
	i := d.where[to]
	d.where[me] = i
	return &d.slots[i]
}

// bury must not be inside next when the goroutine exits, since next would exit
// too. If next is due, a third goroutine, h, enters the slot of i with it, so
// that the caller can enter with yield.
func (d *symmetric) bury(i int, atLast func()) {
	if d.slots[d.where[i]].out {
		h := len(d.where)
		d.add(func() {
			d.transfer(h, i) // which transfers to the caller
			d.transfer(h, i) // which exits, and so resumes the caller
		})
		d.transfer(0, h)
		atLast()
		d.transfer(0, h)
		d.transfer(0, h)
		return
	}
	atLast()
	d.transfer(0, i)
}

// driven transfers control through the caller: two switches for each change of
// task, with package iter used as documented.
type driven struct {
	slots []slot
	to    int
}

func newDriven() *driven { return &driven{} }

func (d *driven) add(run func()) {
	i := len(d.slots)
	d.slots = append(d.slots, slot{})
	d.slots[i].next, _ = iter.Pull(func(yield func(struct{}) bool) {
		d.slots[i].yield = yield
		run()
	})
}

func (d *driven) door(me, to int) *slot {
	d.to = to
	s := &d.slots[me-1]
	s.out = false
	return s
}

func (d *driven) transfer(me, to int) {
	if me != 0 {
		d.door(me, to).enter()
		return
	}
	for d.to = to; d.to != 0; {
		if _, more := d.slots[d.to-1].next(); !more {
			d.to = 0 // the coroutine has exited
		}
	}
}

// bury leaves the goroutine parked for ever: with package iter used as
// documented, its exit would be that of the caller.
func (d *driven) bury(int, func()) {}
