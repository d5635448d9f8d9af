package sched

// event is a step of the last execution with what the search for races needs.
// Positions of events are those of their steps in the log; -1 is none.
type event struct {
	move
	kind     OpKind
	ok       bool
	owner    int16  // steps on a mutex: index of the holder after it, -1: free
	made     int16  // spawns: the task; otherwise -1
	prev     int32  // event before of the same task
	base     int32  // prev, or the spawn of the task
	on       int32  // object, as an index in causality.heads; -1: none
	on2      int32  // second object
	before   int32  // event before on the object
	before2  int32  // and on the second one
	grouped  int32  // event before that writes an object of a property group
	declared uint64 // property groups of the object
	had      uint64 // value before
	n        uint64 // words: operand
	has      uint64 // value after
}

// causality is the events of the last execution and how they are ordered. The
// part that the next execution repeats is kept.
type causality struct {
	events  []event
	rows    []int32 // vector clocks: row i, column t is one more than the last event of task t that is i or comes before it
	stride  int     // columns
	heads   []int32 // last event on each object
	groups  int32   // last event that writes an object of a property group
	lastOf  [maxTasks]int32
	madeBy  [maxTasks]int32 // spawn of each task
	turnOf  [maxTasks]int32 // event with which each task took its turn
	turns   *World          // says in which order tasks take turns; nil: there is none
	numbers [][]int32       // by creator and number of an object, one more than its index in heads
	races   []race          // by the second event
	common  int             // events that the execution has in common with the one before
	x       *engine         // of the execution
	sets    *cellSets
	scratch cellScratch
	faults  fault
}

// race is two dependent events of different tasks with nothing between them
// that orders them.
type race struct{ first, second int32 }

func (h *causality) reset() {
	h.groups = -1
	if h.sets == nil {
		h.sets = new(cellSets)
	}
	for i := range h.lastOf {
		h.lastOf[i], h.madeBy[i], h.turnOf[i] = -1, -1, -1
	}
}

// row returns the vector clock of event i.
func (h *causality) row(i int32) []int32 { return h.rows[int(i)*h.stride:][:h.stride] }

// follows reports whether event j is i or comes after it in every execution of
// the trace.
func (h *causality) follows(j, i int32) bool {
	return j >= 0 && h.rows[int(j)*h.stride+int(h.events[i].task)] > i
}

// number returns the index of an object in heads.
func (h *causality) number(id ObjID) int32 {
	creator, n := int(id>>objCreatorShift), int(id&(1<<objCreatorShift-1))
	for len(h.numbers) <= creator {
		h.numbers = append(h.numbers, nil)
	}
	for len(h.numbers[creator]) <= n {
		h.numbers[creator] = append(h.numbers[creator], 0)
	}
	p := &h.numbers[creator][n]
	if *p == 0 {
		h.heads = append(h.heads, -1)
		*p = int32(len(h.heads))
	}
	return *p - 1
}

// unrecord forgets the events from k on.
func (h *causality) unrecord(k int) {
	for i := len(h.events) - 1; i >= k; i-- {
		e := &h.events[i]
		h.lastOf[e.task] = e.prev
		if h.turnOf[e.task] == int32(i) {
			h.turnOf[e.task] = -1
		}
		if e.on >= 0 {
			h.heads[e.on] = e.before
		}
		if e.on2 >= 0 {
			h.heads[e.on2] = e.before2
		}
		if e.footprint.groups != 0 {
			h.groups = e.grouped
		}
		if e.made >= 0 {
			h.madeBy[e.made] = -1
		}
	}
	h.events = h.events[:k]
	for n := len(h.races); n > 0 && int(h.races[n-1].second) >= k; n-- {
		h.races = h.races[:n-1]
	}
}

// record enters the steps of r that are new: what the last execution had in
// common with the one before is known, races included.
func (h *causality) record(r *Result) {
	if len(h.events) > len(r.Log) {
		h.unrecord(len(r.Log))
	}
	h.common, h.x = len(h.events), r.w.x
	h.turns = r.w.turns()
	for i := h.common; i < len(r.Log); i++ {
		s := &r.Log[i]
		h.widen(int(s.Task) + 1)
		h.enter(s, int32(i))
		h.events[i].cells = h.cellsOf(r.w.x, i)
		h.order(int32(i))
		if len(r.Violations) > 0 && h.faults&faultCells == 0 {
			h.orderCells(int32(i))
		}
	}
}

// widen makes room for n tasks in the vector clocks.
func (h *causality) widen(n int) {
	if n <= h.stride {
		return
	}
	old, w := h.rows, h.stride
	h.stride = (n + 7) &^ 7
	h.rows = make([]int32, (len(h.events)+16)*h.stride)
	for i := range h.events {
		copy(h.row(int32(i)), old[i*w:(i+1)*w])
	}
}

// enter makes an event of step s, which is at i.
func (h *causality) enter(s *Step, i int32) {
	e := event{move: move{footprint: s.footprint(), task: s.Task, value: s.Value},
		kind: s.Kind, ok: s.OK, owner: -1, made: -1, prev: h.lastOf[s.Task], on: -1, on2: -1,
		before: -1, before2: -1, grouped: -1, declared: s.Groups, had: s.Before, n: s.N}
	if s.Kind == OpChoose {
		e.many = int32(s.N)
	}
	if e.base = e.prev; e.base < 0 {
		e.base = h.madeBy[s.Task]
	}
	if h.turns != nil && h.turnOf[s.Task] < 0 && h.turns.takesTurn(s.Task, s.Kind) {
		h.turnOf[s.Task] = i
	}
	if e.mode != modeNone && s.Kind != OpJoin {
		e.on = h.number(e.obj)
		e.before, h.heads[e.on] = h.heads[e.on], i
		if e.obj2 != 0 {
			e.on2 = h.number(e.obj2)
			e.before2, h.heads[e.on2] = h.heads[e.on2], i
		}
	}
	if e.footprint.groups != 0 {
		e.grouped, h.groups = h.groups, i
	}
	switch s.Kind {
	case OpSpawn:
		e.made = int16(s.Obj & (1<<objCreatorShift - 1))
		h.madeBy[e.made] = i
	default:
		h.effect(&e, s)
	}
	h.lastOf[s.Task] = i
	h.events = append(h.events, e)
}

// effect notes in e what step s leaves in its object.
func (h *causality) effect(e *event, s *Step) {
	switch s.Kind {
	case OpStore, OpSwap:
		e.has = s.N
	case OpAdd, OpInc:
		e.has = s.Before + s.N
	case OpOr:
		e.has = s.Before | s.N
	case OpAnd:
		e.has = s.Before & s.N
	case OpCAS:
		if e.has = s.Before; s.OK {
			e.has = s.New
		}
	case OpLock, OpCondWake:
		e.owner = s.Task
	case OpTryLock:
		if e.owner = s.Task; !s.OK {
			e.owner = h.ownerAfter(e.before)
		}
	case OpUnlock:
		if e.owner = h.ownerAfter(e.before); e.owner == s.Task {
			e.owner = -1
		}
	case OpCondWait:
		if e.owner = h.ownerAfter(e.before2); e.owner == s.Task {
			e.owner = -1
		}
	default:
		e.has = s.Before
	}
}

// ownerAfter returns who holds the mutex of event i after it.
func (h *causality) ownerAfter(i int32) int16 {
	if i < 0 {
		return -1
	}
	return h.events[i].owner
}

// older returns the event before i on object on, which i is on.
func (h *causality) older(i, on int32) int32 {
	if e := &h.events[i]; e.on == on {
		return e.before
	}
	return h.events[i].before2
}

// order computes the vector clock of event i, the last one, and notes the races
// that end in it.
func (h *causality) order(i int32) {
	e := &h.events[i]
	for need := (int(i) + 1) * h.stride; len(h.rows) < need; {
		h.rows = append(h.rows, 0)
	}
	row := h.row(i)
	if e.base >= 0 {
		copy(row, h.row(e.base))
	} else {
		clear(row)
	}
	if e.kind == OpJoin {
		u := e.obj & (1<<objCreatorShift - 1)
		h.join(row, h.madeBy[u])
		h.join(row, h.lastOf[u])
	}
	if h.turns != nil {
		h.join(row, h.turnBefore(e.task, i))
	}
	blocking := blocks(e.kind)
	if e.on >= 0 {
		h.orderOn(row, i, e.on, e.before, blocking)
	}
	if e.on2 >= 0 {
		h.orderOn(row, i, e.on2, e.before2, blocking)
	}
	if e.footprint.groups != 0 {
		h.orderGroups(row, i)
	}
	row[e.task] = i + 1
}

// orderOn orders event i after those of its object from k back that it
// conflicts with. A write comes after all that are before it.
func (h *causality) orderOn(row []int32, i, on, k int32, blocking bool) {
	e := &h.events[i]
	for k >= 0 {
		o := &h.events[k]
		if conflicting(o.mode, e.mode) && row[o.task] <= k {
			if !blocking {
				h.races = append(h.races, race{k, i})
			}
			if h.faults&faultClock == 0 || e.mode != modeRead {
				h.join(row, k)
			}
		}
		if o.mode == modeWrite {
			return
		}
		k = h.older(k, on)
	}
}

// orderGroups orders event i after those that change what a property reads that
// i changes too.
func (h *causality) orderGroups(row []int32, i int32) {
	e := &h.events[i]
	left := e.footprint.groups
	if h.faults&faultGroups != 0 {
		return
	}
	for k := e.grouped; k >= 0 && left != 0; {
		o := &h.events[k]
		if o.footprint.groups&left != 0 {
			left &^= o.footprint.groups
			if row[o.task] <= k {
				h.races = append(h.races, race{k, i})
				h.join(row, k)
			}
		}
		k = o.grouped
	}
}

// join makes row come after event k.
func (h *causality) join(row []int32, k int32) {
	if k < 0 {
		return
	}
	for t, n := range h.row(k) {
		if row[t] < n {
			row[t] = n
		}
	}
}
