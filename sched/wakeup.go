package sched

// wakeup is a step of a sequence that a reversed race asks for: a node of a
// wakeup tree (Abdulla, Aronis, Jonsson and Sagonas, Optimal dynamic partial
// order reduction, POPL 2014, section 5). Nodes refer to each other by index in
// their arena, 0 being none.
type wakeup struct {
	move
	child int32 // the first of the steps that may follow, in the order in which they are tried
	next  int32 // the sibling to be tried after this one
}

// move is a step as far as it matters before it is made.
type move struct {
	footprint
	task  int16
	value int16 // of a data choice, otherwise -1
	many  int32 // values of the data choice, 0 for other operations
}

// wakeups is an arena of nodes.
type wakeups struct {
	nodes []wakeup // the one at 0 is not used
	free  int32    // released nodes, linked by next
	used  int
	peak  int // most nodes used at a time
}

func (a *wakeups) take(m *move) int32 {
	if a.used++; a.used > a.peak {
		a.peak = a.used
	}
	if i := a.free; i != 0 {
		a.free = a.nodes[i].next
		a.nodes[i] = wakeup{move: *m}
		return i
	}
	if len(a.nodes) == 0 {
		a.nodes = append(a.nodes, wakeup{})
	}
	a.nodes = append(a.nodes, wakeup{move: *m})
	return int32(len(a.nodes) - 1)
}

// release gives back one node, not what follows it.
func (a *wakeups) release(i int32) {
	a.nodes[i].next, a.free = a.free, i
	a.used--
}

// releaseAll gives back the nodes of a list and all that follow them.
func (a *wakeups) releaseAll(list int32) {
	for list != 0 {
		i := list
		n := &a.nodes[i]
		list = n.next
		if n.child != 0 { // its children come next
			last := n.child
			for a.nodes[last].next != 0 {
				last = a.nodes[last].next
			}
			a.nodes[last].next = list
			list = n.child
		}
		a.release(i)
	}
}

// add enters the sequence with m at its end in the wakeup tree of the frame
// before the event that is to come later, unless what is explored there, or
// will be, covers it.
func (d *dpor) add(m *move) {
	d.moves = d.moves[:0]
	for _, k := range d.seq {
		d.moves = append(d.moves, &d.events[k].move)
	}
	d.end = *m
	d.moves = append(d.moves, &d.end)
	f := &d.frames[d.first]
	if d.faults&faultForget == 0 && d.covered(f) {
		return
	}
	if f.node != nil {
		d.addShared(int(d.first))
		return
	}
	d.passed = d.passed[:0]
	a := &d.tree
	parent, last := int32(0), int32(0)
	c := f.todo
	for c != 0 {
		n := &a.nodes[c]
		if !d.begins(&n.move) {
			if n.many > 0 && d.faults&faultPassed == 0 && d.chosen(f, &n.move) {
				return
			}
			last, c = c, n.next
			continue
		}
		if n.child == 0 || len(d.moves) == 0 {
			return
		}
		parent, last, c = c, 0, n.child
	}
	for i := range d.moves {
		c = a.take(d.moves[i])
		switch {
		case last != 0:
			a.nodes[last].next = c
		case parent != 0:
			a.nodes[parent].child = c
		default:
			f.todo = c
		}
		parent, last = c, 0
	}
}

// covered reports whether all that the moves lead to was explored already from
// frame f on.
func (d *dpor) covered(f *frame) bool {
	for i := f.lo; i < f.hi; i++ {
		s := &d.asleep[i]
		if s.value >= 0 {
			// One value of a data choice covers only what has this value.
			j := d.moveOf(s.task)
			if j >= 0 && d.moves[j].value == s.value || j < 0 && d.valuesAsleep(f, s.task) == s.many {
				return true
			}
			continue
		}
		if d.weakInitial(&s.move) {
			return true
		}
	}
	return false
}

// chosen notes that the moves go past m, which is one value of a data choice,
// without making this choice. It reports whether all values of it are passed or
// sleep at f: the choice comes before or after the moves as well, so that what
// they lead to is explored behind its values.
func (d *dpor) chosen(f *frame, m *move) bool {
	if d.moveOf(m.task) >= 0 {
		return false
	}
	n := d.valuesAsleep(f, m.task)
	known := d.valueAsleep(f, m.task, m.value)
	for i := range d.passed {
		if p := &d.passed[i]; p.task == m.task {
			n++
			known = known || p.value == m.value
		}
	}
	if !known {
		d.passed = append(d.passed, *m)
		n++
	}
	return n >= m.many
}

// moveOf returns the first of the moves that is task's, -1 if none is.
func (d *dpor) moveOf(task int16) int {
	for i := range d.moves {
		if d.moves[i].task == task {
			return i
		}
	}
	return -1
}

// weakInitial reports whether the moves are equivalent to some that begin with
// m, or would be if m came after them.
func (d *dpor) weakInitial(m *move) bool {
	for i := range d.moves {
		v := d.moves[i]
		if v.task == m.task {
			return true
		}
		if !apart(&v.footprint, &m.footprint) && d.dependent(&v.footprint, &m.footprint) {
			return false
		}
	}
	return true
}

// begins reports whether the moves are equivalent to some that begin with m, or
// would be if m came after them. If so, they become what follows m.
func (d *dpor) begins(m *move) bool {
	for i := range d.moves {
		v := d.moves[i]
		if v.task == m.task {
			if v.value != m.value {
				return false
			}
			d.moves = append(d.moves[:i], d.moves[i+1:]...)
			return true
		}
		if !apart(&v.footprint, &m.footprint) && d.dependent(&v.footprint, &m.footprint) {
			return false
		}
	}
	return m.many == 0
}
