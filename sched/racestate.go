package sched

import "slices"

// raceMarks are the accesses to cells that could still be part of a race: for
// each task the intervals of its clock in which it made them, ascending.
type raceMarks [maxTasks][]uint32

// raceState returns the hash of what decides which later accesses to cells are
// races: for each access that somebody has not seen, who made it, and which
// tasks and objects know of it. Of the clocks only that matters. The intervals
// of a task are numbered anew by the accesses in them, since how often a task
// has released something does not matter by itself.
func (w *World) raceState() Hash {
	marks := &w.hidden.marks
	for i := range marks {
		marks[i] = marks[i][:0]
	}
	for _, c := range w.hidden.cells {
		if c.epoch == w.x.epoch {
			w.mark(c)
		}
	}
	var h Hash
	for i := range marks {
		slices.Sort(marks[i])
		marks[i] = slices.Compact(marks[i])
	}
	for n, c := range w.hidden.cells {
		if c.epoch != w.x.epoch {
			continue
		}
		if a := &c.wrote; w.outstanding(a) {
			h = h.plus(hashOf(tagRaces, uint64(n)<<8|uint64(a.task), marks.rank(a.task, a.n)))
		}
		for i := range c.reads {
			if a := &c.reads[i]; w.outstanding(a) {
				h = h.plus(hashOf(tagRaces, uint64(n)<<8|uint64(a.task), marks.rank(a.task, a.n)|1<<32))
			}
		}
	}
	for _, t := range w.created {
		h = h.plus(marks.known(hashOf(tagTask, uint64(t.index), 0), t.clk, t.index))
	}
	for _, o := range w.objects {
		switch o := o.(type) {
		case *Mutex:
			h = h.plus(marks.known(hashOf(tagWord, uint64(o.id), 0), o.rel.clk, -1))
		case *Word:
			h = h.plus(marks.known(hashOf(tagWord, uint64(o.id), 0), o.rel.clk, -1))
		case *RWMutex:
			h = h.plus(marks.known(hashOf(tagWord, uint64(o.id), 1), o.wrel.clk, -1))
			h = h.plus(marks.known(hashOf(tagWord, uint64(o.id), 2), o.rrel.clk, -1))
		}
	}
	return h
}

// mark notes the accesses to c that are still outstanding.
func (w *World) mark(c *Cell) {
	marks := &w.hidden.marks
	if a := &c.wrote; w.outstanding(a) {
		marks[a.task] = append(marks[a.task], a.n)
	}
	for i := range c.reads {
		if a := &c.reads[i]; w.outstanding(a) {
			marks[a.task] = append(marks[a.task], a.n)
		}
	}
}

// outstanding reports whether a task that still runs has not seen a. A task
// that is started later has seen what the one that starts it has.
func (w *World) outstanding(a *access) bool {
	if a.n == 0 {
		return false
	}
	for _, t := range w.created {
		if t.index != a.task && !t.Ended() && !t.saw(a.task, a.n) {
			return true
		}
	}
	return false
}

// rank returns how many of the marks of a task are not behind interval n.
func (m *raceMarks) rank(task int, n uint32) uint64 {
	i, found := slices.BinarySearch(m[task], n)
	if found {
		i++
	}
	return uint64(i)
}

// known adds to h which marks a clock knows of; those of task own, its own ones,
// it always does. It is the zero Hash if it knows of none.
func (m *raceMarks) known(h Hash, clk []uint32, own int) Hash {
	any := false
	for i, n := range clk {
		if i == own || len(m[i]) == 0 {
			continue
		}
		if r := m.rank(i, n); r > 0 {
			h.Word(uint64(i)<<32 | r)
			any = true
		}
	}
	if !any {
		return Hash{}
	}
	return h
}
