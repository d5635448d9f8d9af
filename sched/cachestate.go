package sched

import "math/bits"

// Tags of what enters the hash of a state, so that no two kinds of things have
// the same hash.
const (
	tagTask uint64 = iota + 1
	tagHistory
	tagChild
	tagLive
	tagHolder
	tagReader
	tagWord
	tagQueue
	tagLast
	tagRaces
	tagTurns
)

// arrive computes the state at which the execution has arrived, and its tasks
// asleep. It is false if the state is not known.
func (c *cache) arrive(v *View, f *cacheFrame) (key Hash, seen bool) {
	if len(c.frames) == 1 {
		for _, t := range v.w.created {
			c.first[t.index] = component(v, t.index, hashOf(tagHistory, uint64(t.index), 0))
			f.sum = f.sum.plus(c.first[t.index])
		}
	} else {
		c.follow(v, f, &c.frames[len(c.frames)-2])
	}
	key = f.sum
	if f.last >= 0 { // a switch away from it would be a preemption
		key = key.plus(hashOf(tagLast, uint64(f.last), 0))
	}
	if took := v.w.x.tookByWrites(); took != 0 { // declared states may forget it
		key = key.plus(hashOf(tagTurns, took, 0))
	}
	if c.chains != nil {
		return marked(key), true
	}
	unsaid, memory, seen := v.w.hiddenState()
	f.unsaid = unsaid
	if c.faults&cacheFaultMemory == 0 {
		key = key.with(memory)
	}
	if v.w.clocks && c.faults&cacheFaultRaces == 0 {
		key = key.with(v.w.raceState())
	}
	return marked(key), seen
}

// marked returns key, or another hash if the table would take it for a free slot.
func marked(key Hash) Hash {
	if key.isZero() {
		key.lo = 1
	}
	return key
}

// follow applies the last step, made in the state of p, to the state of f.
func (c *cache) follow(v *View, f, p *cacheFrame) {
	s := &v.Log[len(v.Log)-1]
	t := int(s.Task)
	history, task := c.history(t)
	seen := c.looks.learn(v.w.x, history)
	last := lastAlive(v.w, s)
	if c.faults&cacheFaultDaemon != 0 {
		last = 0
	}
	for set := p.sleep &^ last; set != 0; set &= set - 1 {
		if u := lowest(set); !disturbs(s, v.Pending(u)) && !c.looksDisturb(s, seen, u, v.Pending(u)) || c.faults&cacheFaultWake != 0 {
			f.sleep |= 1 << uint(u)
		}
	}
	f.moved, f.older = s.Task, c.newest[t]
	c.newest[t] = int32(len(c.frames) - 1)
	f.sum = p.sum.minus(task)
	if c.chains != nil {
		f.undo, f.history = c.chains.step(history, s, v.w.said())
	} else {
		f.history = nextHistory(history, s, p.unsaid, v.w.said())
		f.sum = f.sum.plus(c.objects(v, s))
	}
	if c.faults&cacheFaultHistory != 0 && c.chains == nil {
		f.history = hashOf(tagHistory, uint64(t), 0)
	}
	f.task = component(v, t, f.history)
	f.sum = f.sum.plus(f.task)
	if child, ok := spawned(s); ok {
		// It knows what its maker knew, also what that declares not to matter to
		// itself any more.
		f.child, c.newest[child] = int16(child), c.newest[t]
		f.birth = hashOf(tagChild, 0, 0).with(nextHistory(history, s, p.unsaid, nil))
		if said := v.w.said(); said != nil && c.chains == nil {
			f.birth = f.birth.with(said.hash)
		}
		f.born = component(v, child, f.birth)
		f.sum = f.sum.plus(f.born)
	}
}

// objects returns what the last step, s, adds to the hash of all objects.
func (c *cache) objects(v *View, s *Step) Hash {
	_, word := valueAfter(s)
	var sum Hash
	if word && c.faults&cacheFaultValue == 0 || !word && c.faults&cacheFaultHolder == 0 {
		sum = objectsAfter(s).minus(objectsBefore(s))
	}
	if c.faults&cacheFaultQueue == 0 {
		sum = sum.plus(queueChange(v))
	}
	return sum
}

// lastAlive returns the only task left that is no daemon, if s is a step of a
// daemon: had that one moved first and ended, the execution would have ended
// before s. The two do not commute.
func lastAlive(w *World, s *Step) uint64 {
	if !w.tasks[s.Task].daemon {
		return 0
	}
	var alive uint64
	for _, t := range w.created {
		if !t.daemon && !t.Ended() {
			alive |= t.bit()
		}
	}
	if child, ok := spawned(s); ok { // it was not there yet
		alive &^= 1 << uint(child)
	}
	if alive&(alive-1) != 0 {
		return 0
	}
	return alive
}

// history returns the history of task t and the hash of its state.
func (c *cache) history(t int) (history, task Hash) {
	if c.newest[t] < 0 {
		return hashOf(tagHistory, uint64(t), 0), c.first[t]
	}
	f := &c.frames[c.newest[t]]
	if int(f.moved) == t {
		return f.history, f.task
	}
	return f.birth, f.born
}

// component returns the hash of the state of task t with the given history. What
// it will do next follows from that; it is added all the same, so that a wrong
// [Task.Live] seldom goes unnoticed.
func component(v *View, t int, history Hash) Hash {
	task := v.w.tasks[t]
	h := hashOf(tagTask, uint64(t), uint64(task.state))
	switch task.state {
	case taskFailed: // what it left undone depends on where it failed
		last := &v.w.x.violations[len(v.w.x.violations)-1]
		h.Word(uint64(last.Kind))
		h.Text(last.Site)
	case taskParked:
		p := &task.pend
		h.Word(uint64(p.Kind) | uint64(p.Cmp)<<8 | uint64(p.Obj)<<32)
		h.Word(uint64(p.Obj2))
		h.Word(p.N)
		h.Word(p.New)
	}
	return h.with(history)
}

// disturbs reports whether step s does not commute with the operation p of a task
// that sleeps: its place is no longer the one for which it was explored.
func disturbs(s *Step, p *Pending) bool {
	ok := true
	if p.Obj == s.Obj { // what p would do on the object as s found it
		switch p.Kind {
		case OpCAS:
			ok = s.Before == p.N
		case OpTryLock:
			ok = s.Kind != OpTryLock || s.OK
		}
	}
	return dependent(s.footprint(), p.footprint(ok))
}

// nextHistory returns the history of a task after step s, before which memory
// that may be read without saying so had the hash unsaid.
func nextHistory(h Hash, s *Step, unsaid Hash, said *declared) Hash {
	if said != nil && said.whole {
		return hashOf(tagLive, 0, 0).with(said.hash)
	}
	h.Word(uint64(s.Kind) | uint64(s.Obj)<<32)
	switch s.Kind { // what the task learns
	case OpLoad, OpRacyLoad, OpAwait, OpAdd, OpSwap, OpOr, OpAnd:
		h.Word(s.Before)
	case OpCAS, OpTryLock:
		if s.OK {
			h.Word(1)
		}
	case OpChoose:
		h.Word(uint64(s.Value))
	}
	if !s.Kind.Local() {
		h = h.with(unsaid)
	}
	if said != nil {
		h = h.with(said.hash)
	}
	return h
}

// said returns what the task of the last step has declared in it, nil if it has
// declared nothing.
func (w *World) said() *declared {
	d := &w.hidden.said
	if d.epoch != w.x.epoch || d.step != len(w.x.log) {
		return nil
	}
	return d
}

// objectsAfter returns the hash of what is true of the objects of s because of
// it, objectsBefore of what was true of them and is not any more.
func objectsAfter(s *Step) Hash {
	t := uint64(s.Task)
	switch s.Kind {
	case OpLock, OpCondWake, OpWLock:
		return hashOf(tagHolder, uint64(s.Obj), t)
	case OpTryLock:
		if s.OK {
			return hashOf(tagHolder, uint64(s.Obj), t)
		}
	case OpRLock:
		return hashOf(tagReader, uint64(s.Obj), t)
	}
	if v, ok := valueAfter(s); ok {
		return hashOf(tagWord, uint64(s.Obj), v)
	}
	return Hash{}
}

func objectsBefore(s *Step) Hash {
	t := uint64(s.Task)
	switch s.Kind {
	case OpUnlock, OpWUnlock:
		return hashOf(tagHolder, uint64(s.Obj), t)
	case OpCondWait:
		return hashOf(tagHolder, uint64(s.Obj2), t)
	case OpRUnlock:
		return hashOf(tagReader, uint64(s.Obj), t)
	}
	if _, ok := valueAfter(s); ok {
		return hashOf(tagWord, uint64(s.Obj), s.Before)
	}
	return Hash{}
}

// valueAfter returns the value that s gave a word, if it did.
func valueAfter(s *Step) (v uint64, ok bool) {
	switch s.Kind {
	case OpStore, OpSwap:
		return s.N, true
	case OpAdd, OpInc:
		return s.Before + s.N, true
	case OpCAS:
		return s.New, s.OK
	case OpOr:
		return s.Before | s.N, true
	case OpAnd:
		return s.Before & s.N, true
	}
	return 0, false
}

// queueChange returns what the last step adds to the hash of the queue of a
// condition variable.
func queueChange(v *View) Hash {
	n := len(v.Log)
	switch s := &v.Log[n-1]; s.Kind {
	case OpCondWait, OpSignal, OpBroadcast:
		return queueOf(v, n, s.Obj).minus(queueOf(v, n-1, s.Obj))
	}
	return Hash{}
}

// queueOf returns the hash of who waits at a condition variable after n steps,
// in order.
func queueOf(v *View, n int, cond ObjID) Hash {
	var queue [maxTasks]int16
	waiting := 0
	for i := range v.Log[:n] {
		s := &v.Log[i]
		if s.Obj != cond {
			continue
		}
		switch s.Kind {
		case OpCondWait:
			if !failedAt(v, i) {
				queue[waiting] = s.Task
				waiting++
			}
		case OpSignal:
			if waiting > 0 {
				copy(queue[:], queue[1:waiting])
				waiting--
			}
		case OpBroadcast:
			waiting = 0
		}
	}
	h := hashOf(tagQueue, uint64(cond), uint64(waiting))
	for _, t := range queue[:waiting] {
		h.Word(uint64(t))
	}
	return h
}

// failedAt reports whether step i was the last one of a task that a violation
// ended: it did not do what it was to do.
func failedAt(v *View, i int) bool {
	t := v.Log[i].Task
	if v.w.tasks[t].state != taskFailed {
		return false
	}
	for j := i + 1; j < len(v.Log); j++ {
		if v.Log[j].Task == t {
			return false
		}
	}
	return true
}

// lowest returns the first task of a set.
func lowest(set uint64) int { return bits.TrailingZeros64(set) }
