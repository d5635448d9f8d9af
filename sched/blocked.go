package sched

import "math/bits"

// The plain rule, by which two dependent steps with nothing between them can be
// reversed, finds nothing for operations that must wait: what comes just before
// a lock is the unlock that enables it. The rules here ask instead which earlier
// step the operation could have come before.

// blocks reports whether operations of kind k can be disabled.
func blocks(k OpKind) bool {
	switch k {
	case OpLock, OpRLock, OpWLock, OpAwait, OpJoin, OpCondWake:
		return true
	}
	return false
}

// operation is one that was performed, or was pending at the end, and that is
// to be performed earlier.
type operation struct {
	move
	kind  OpKind
	cmp   Cmp
	n     uint64
	on    int32 // its objects
	on2   int32
	last  int32 // last event on each of them before it
	last2 int32
	base  int32 // what it must follow in any case
	woken int32 // OpCondWake: the event that woke the task
	turn  int32 // the turn that comes before that of the task; see symmetry.go
	at    int32 // position; number of events if it was pending
}

// sequence is a wakeup sequence under construction.
type sequence struct {
	first  int32   // the event that is to come later
	seq    []int32 // positions, ascending
	in     []bool  // by position
	whole  bool    // seq is what without made it
	moves  []*move // the sequence with the reversed operation at the end
	end    move    // that operation
	passed []move  // values of data choices in the tree that the sequence goes past
	chain  []int32 // scratch
	drops  []int32 // scratch
}

// reverseRaces finds the races of the execution and enters what reverses them
// in the wakeup trees.
func (d *dpor) reverseRaces(r *Result) {
	d.whole = false
	for n, rc := range d.races {
		if d.faults == 0 || !d.skips(r, n, rc.second) {
			d.reversePlain(rc)
		}
	}
	for i := range d.events {
		if blocks(d.events[i].kind) && (d.faults == 0 || d.faults&faultPerformed == 0 && !d.skips(r, -1, int32(i))) {
			op := d.performed(int32(i), &r.Log[i])
			d.reverseBlocked(&op)
		}
	}
	for set := r.Parked(); set != 0 && d.faults&faultPending == 0; set &= set - 1 {
		t := bits.TrailingZeros64(set)
		if p := r.Pending(t); blocks(p.Kind) && !d.awaitsTurn(t, p) {
			op := d.pending(int16(t), p)
			d.reverseBlocked(&op)
		}
	}
}

func (d *dpor) performed(i int32, s *Step) operation {
	e := &d.events[i]
	m := e.move
	m.cells = d.expected()
	return operation{move: m, kind: e.kind, cmp: s.Cmp, n: s.N, on: e.on, on2: e.on2,
		last: e.before, last2: e.before2, base: e.base, woken: -1, turn: d.turnBefore(e.task, i), at: i}
}

func (d *dpor) pending(t int16, p *Pending) operation {
	op := operation{move: move{footprint: p.footprint(true), task: t, value: -1}, kind: p.Kind, cmp: p.Cmp, n: p.N,
		on: -1, on2: -1, last: -1, last2: -1, base: d.lastOf[t], woken: -1, turn: d.turnAhead(t, p.Kind), at: int32(len(d.events))}
	op.cells = d.expected()
	if op.base < 0 {
		op.base = d.madeBy[t]
	}
	if p.Kind == OpJoin {
		return op
	}
	op.on = d.number(p.Obj)
	op.last = d.heads[op.on]
	if p.Obj2 != 0 {
		op.on2 = d.number(p.Obj2)
		op.last2 = d.heads[op.on2]
	}
	return op
}

// fixed reports whether event i must come before op.
func (d *dpor) fixed(op *operation, i int32) bool {
	return d.events[i].task == op.task || d.follows(op.base, i) || d.follows(op.woken, i) || d.follows(op.turn, i)
}

// without starts the sequence of all events that need not come after i.
func (d *dpor) without(i int32) {
	if d.whole && d.first == i {
		return
	}
	n := len(d.events)
	for len(d.in) < n {
		d.in = append(d.in, false)
	}
	if cap(d.seq) < n {
		d.seq = make([]int32, 2*n)
	}
	d.first, d.whole = i, true
	in, seq := d.in[:n], d.seq[:cap(d.seq)]
	at, stride := int(i)*d.stride+int(d.events[i].task), d.stride
	in[i] = false
	kept := 0
	for k := int(i) + 1; k < n; k++ {
		at += stride
		in[k] = d.rows[at] <= i
		if in[k] {
			seq[kept] = int32(k)
			kept++
		}
	}
	d.seq = seq[:kept]
}

// drop takes event c, and all that comes after it, out of the sequence.
func (d *dpor) drop(c int32) {
	d.whole = false
	kept := d.seq[:0]
	for _, k := range d.seq {
		if d.follows(k, c) {
			d.in[k] = false
		} else {
			kept = append(kept, k)
		}
	}
	d.seq = kept
}

// kept reports whether event i is before the sequence or in it.
func (d *dpor) kept(i int32) bool { return i < d.first || d.in[i] }

// ready reports whether all that op must follow is before the sequence or in it.
func (d *dpor) ready(op *operation) bool {
	return (op.base < 0 || d.kept(op.base)) && (op.woken < 0 || d.kept(op.woken)) && (op.turn < 0 || d.kept(op.turn))
}

// reversePlain reverses a race whose second operation is never disabled, or
// that is about what a property reads.
func (d *dpor) reversePlain(rc race) {
	e := &d.events[rc.second]
	if blocks(e.kind) {
		d.reverseGrouped(rc)
		return
	}
	d.without(rc.first)
	if d.faults&faultPrefix != 0 {
		d.upTo(rc.second)
	}
	m := e.move
	m.cells = d.expected()
	switch {
	case d.faults&faultMode != 0:
	case e.kind == OpCAS:
		d.remode(&m, e, d.wordValue(e.on) == e.n)
	case e.kind == OpTryLock:
		d.remode(&m, e, d.holder(e.on) < 0)
	}
	d.add(&m)
}

// reverseGrouped reverses a race about what a property reads whose second
// operation has to find its lock free: what keeps that from it is left out of
// the sequence.
func (d *dpor) reverseGrouped(rc race) {
	e := &d.events[rc.second]
	op := operation{move: e.move, kind: e.kind, on: e.on, on2: e.on2,
		last: e.before, last2: e.before2, base: e.base, woken: -1, turn: d.turnBefore(e.task, rc.second), at: rc.second}
	op.cells = d.expected()
	if e.kind == OpCondWake {
		if op.woken = d.wokenBy(&op); op.woken < 0 {
			return
		}
	}
	d.without(rc.first)
	free := false
	switch e.kind {
	case OpLock, OpCondWake:
		free = d.releaseMutex(&op)
	case OpRLock, OpWLock:
		free = d.release(&op)
	case OpAwait, OpJoin:
		free = true // what it waits for does not come after the first event, or that would come before it
	}
	if free {
		d.add(&op.move)
	}
}

// releaseMutex is [dpor.release] for a mutex.
func (d *dpor) releaseMutex(op *operation) bool {
	for d.ready(op) {
		owner, taken := int16(-1), int32(-1) // after the sequence, and since when
		for k := d.heads[op.on]; k >= 0; k = d.older(k, op.on) {
			if !d.kept(k) {
				continue
			}
			if taken < 0 {
				owner = d.events[k].owner
			} else if d.events[k].owner != owner {
				break
			}
			taken = k
		}
		if owner < 0 {
			return true
		}
		if taken < d.first {
			return false
		}
		d.drop(taken)
	}
	return false
}

// remode makes m the move of event e with another outcome.
func (d *dpor) remode(m *move, e *event, ok bool) {
	if ok != e.ok {
		cells := m.cells
		m.footprint = newFootprint(modeOf(e.kind, ok), e.obj, e.obj2, e.declared)
		m.cells = cells
	}
}

// wordValue returns the value of a word after the sequence.
func (d *dpor) wordValue(on int32) uint64 {
	var sum, initial uint64
	for k := d.heads[on]; k >= 0; k = d.older(k, on) {
		e := &d.events[k]
		initial = e.had
		switch {
		case !d.kept(k):
		case e.kind == OpInc:
			sum += e.n
		default:
			return e.has + sum
		}
	}
	return initial + sum
}

// holder returns who holds a mutex after the sequence, -1 for nobody.
func (d *dpor) holder(on int32) int16 {
	for k := d.heads[on]; k >= 0; k = d.older(k, on) {
		if d.kept(k) {
			return d.events[k].owner
		}
	}
	return -1
}

// reverseBlocked finds the events that op could have come before.
func (d *dpor) reverseBlocked(op *operation) {
	switch op.kind {
	case OpLock:
		d.reverseLock(op)
	case OpRLock, OpWLock:
		d.reverseRW(op)
	case OpAwait:
		d.reverseAwait(op)
	case OpCondWake:
		d.reverseWake(op)
	}
}

// reverseLock: before the last acquisition. What other operations find the
// mutex free, such as an unlock by mistake, counts as well.
func (d *dpor) reverseLock(op *operation) {
	for k := op.last; k >= 0; k = d.older(k, op.on) {
		e := &d.events[k]
		if e.mode == modeRead || d.ownerAfter(d.older(k, op.on)) >= 0 || d.faults&faultTry != 0 && e.kind == OpTryLock {
			continue
		}
		if !d.fixed(op, k) {
			d.without(k)
			d.add(&op.move)
		}
		return
	}
}

// reverseRW: before each acquisition that excludes op, back to the last writer.
func (d *dpor) reverseRW(op *operation) {
	for k := op.last; k >= 0; k = d.older(k, op.on) {
		e := &d.events[k]
		if !conflicting(e.mode, op.mode) {
			continue
		}
		if d.fixed(op, k) {
			if e.mode == modeWrite {
				return
			}
			continue
		}
		d.without(k)
		if d.faults&faultRW != 0 || d.release(op) {
			d.add(&op.move)
		}
		if e.kind == OpWLock || d.faults&faultRWLast != 0 {
			return
		}
	}
}

// release makes the sequence the largest part of it after which op can be
// performed. It reports whether there is one.
func (d *dpor) release(op *operation) bool {
	d.chain = d.chain[:0]
	for k := d.heads[op.on]; k >= 0; k = d.older(k, op.on) {
		d.chain = append(d.chain, k)
	}
	for {
		if !d.ready(op) {
			return false
		}
		var reads [maxTasks]int32
		var since [maxTasks]int32 // first acquisition since reads was 0
		writer := int16(-1)
		for i := len(d.chain) - 1; i >= 0; i-- {
			k := d.chain[i]
			if !d.kept(k) {
				continue
			}
			switch e := &d.events[k]; e.kind {
			case OpRLock:
				if reads[e.task]++; reads[e.task] == 1 {
					since[e.task] = k
				}
			case OpRUnlock:
				reads[e.task] = max(0, reads[e.task]-1)
			case OpWLock:
				writer = e.task
			case OpWUnlock:
				if writer == e.task {
					writer = -1
				}
			}
		}
		if writer >= 0 {
			return false
		}
		if op.kind == OpRLock {
			return true
		}
		free := true
		for t := range reads {
			if reads[t] == 0 {
				continue
			}
			if since[t] < d.first {
				return false
			}
			free = false
			d.drop(since[t])
		}
		if free {
			return true
		}
	}
}

// reverseAwait: before each write that finds the condition true. Incs commute,
// so any of the last ones may be missing then.
func (d *dpor) reverseAwait(op *operation) {
	for k := op.last; k >= 0; k = d.older(k, op.on) {
		e := &d.events[k]
		if e.mode == modeRead {
			continue
		}
		fixed := d.fixed(op, k)
		switch {
		case e.kind == OpInc:
			if !fixed {
				d.reverseInc(op, k)
			}
		case fixed:
			return
		case op.cmp.Holds(e.had, op.n):
			d.without(k)
			d.add(&op.move)
		}
		if d.faults&faultAwait != 0 {
			return
		}
	}
}

// reverseInc: before inc k, with all ways to leave out other incs.
func (d *dpor) reverseInc(op *operation, k int32) {
	d.without(k)
	d.drops = d.drops[:0]
	for i := d.heads[op.on]; i > k; i = d.older(i, op.on) {
		if d.events[i].kind == OpInc && d.kept(i) && !d.fixed(op, i) {
			d.drops = append(d.drops, i)
		}
	}
	n := len(d.drops)
	if n > maxDrops {
		n, d.less = maxDrops, true
	}
	if d.faults&faultInc != 0 {
		n = 0
	}
	for set := uint64(0); set < 1<<uint(n); set++ {
		d.without(k)
		exact := true
		for i := n - 1; i >= 0; i-- { // ascending positions
			if set&(1<<uint(i)) != 0 {
				exact = exact && d.kept(d.drops[i])
				if d.kept(d.drops[i]) {
					d.drop(d.drops[i])
				}
			}
		}
		for i := range n {
			exact = exact && d.kept(d.drops[i]) == (set&(1<<uint(i)) == 0)
		}
		if exact && d.ready(op) && op.cmp.Holds(d.wordValue(op.on), op.n) {
			d.add(&op.move)
		}
	}
}

// maxDrops is the most incs that are left out in all ways.
const maxDrops = 16

// reverseWake: a woken task that takes its mutex again comes before everything
// on the mutex or the condition variable that finds the mutex free.
func (d *dpor) reverseWake(op *operation) {
	if op.woken = d.wokenBy(op); op.woken < 0 || d.faults&faultWake != 0 {
		return
	}
	for _, c := range [2][2]int32{{op.on, op.last}, {op.on2, op.last2}} {
		for k := c[1]; k >= 0; k = d.older(k, c[0]) {
			if d.fixed(op, k) {
				break
			}
			d.without(k)
			if d.holder(op.on) < 0 {
				d.add(&op.move)
			}
		}
	}
}

// wokenBy returns the signal or broadcast that woke op's task, -1 if none did.
func (d *dpor) wokenBy(op *operation) int32 {
	d.chain = d.chain[:0]
	for k := op.last2; k >= 0; k = d.older(k, op.on2) {
		d.chain = append(d.chain, k)
	}
	queue := d.drops[:0]
	woken := int32(-1)
	for i := len(d.chain) - 1; i >= 0; i-- {
		k := d.chain[i]
		e := &d.events[k]
		n := 0
		switch e.kind {
		case OpCondWait:
			if d.waits(k) {
				queue = append(queue, k)
			}
		case OpSignal:
			n = min(1, len(queue))
		case OpBroadcast:
			n = len(queue)
		}
		for _, q := range queue[:n] {
			if q == op.base {
				woken = k
			}
		}
		queue = append(queue[:0], queue[n:]...)
	}
	d.drops = queue[:0]
	return woken
}

// waits reports whether a wait found its mutex held by its task.
func (d *dpor) waits(k int32) bool {
	e := &d.events[k]
	return d.ownerAfter(e.before2) == e.task
}
