package sched

// wakeupStack is the work of dpor that is left: the frames on the way to the next
// execution, with what sleeps there and what is to be tried there. Tasks and
// objects count as in the world in which they were met.
type wakeupStack struct {
	frames []wakeupFrame
	less   bool
	peak   int        // most nodes of wakeup trees at a time, so far
	aware  bool       // of races
	sets   [][]uint64 // of accesses to cells, to which moves refer
}

// wakeupFrame is a [frame] with what it refers to.
type wakeupFrame struct {
	choice Choice
	many   int32
	free   bool
	asleep []move
	todo   []savedMove
}

// savedMove is a node of a wakeup tree. Each is followed by what follows it, and
// then by its siblings.
type savedMove struct {
	move
	child, next bool // there is one
}

func (d *dpor) start(w work, t *tally) {
	d.resumed = w != nil
	d.frames, d.asleep = d.frames[:0], d.asleep[:0]
	d.base, d.leaf, d.wanted, d.spun = 0, nil, false, false
	d.unrecord(0)
	if w == nil {
		return
	}
	if leaf, ok := w.(*sharedNode); ok {
		d.enter(leaf)
		return
	}
	s := w.(*wakeupStack)
	d.less, d.tree.peak = s.less, s.peak
	d.sets.restore(s)
	for i := range s.frames {
		f := &s.frames[i]
		lo := int32(len(d.asleep))
		for _, m := range f.asleep {
			d.asleep = append(d.asleep, sleeper{m})
		}
		d.frames = append(d.frames, frame{choice: f.choice, many: f.many, free: f.free,
			todo: d.tree.restore(f.todo), lo: lo, hi: int32(len(d.asleep))})
	}
	if len(d.frames) == 0 {
		d.resumed = false // nothing has been run yet
	}
}

// remaining returns what is left. The frames beyond the prefix are those of an
// execution that has not ended; it will be run again.
func (d *dpor) remaining() work {
	s := &wakeupStack{less: d.less, peak: d.tree.peak, aware: d.sets.aware, sets: d.sets.sets[:len(d.sets.sets):len(d.sets.sets)]}
	for i := range d.frames[:len(d.prefix)] {
		f := &d.frames[i]
		saved := wakeupFrame{choice: d.prefix[i], many: f.many, free: f.free, todo: d.tree.save(f.todo)}
		for _, a := range d.asleep[f.lo:f.hi] {
			saved.asleep = append(saved.asleep, a.move)
		}
		s.frames = append(s.frames, saved)
	}
	return s
}

// save returns the nodes of a list.
func (a *wakeups) save(list int32) (nodes []savedMove) {
	var open []int32 // siblings that follow when a list is at its end
	for i := list; i != 0; {
		n := &a.nodes[i]
		nodes = append(nodes, savedMove{n.move, n.child != 0, n.next != 0})
		switch {
		case n.child != 0:
			if n.next != 0 {
				open = append(open, n.next)
			}
			i = n.child
		case n.next != 0:
			i = n.next
		case len(open) > 0:
			i, open = open[len(open)-1], open[:len(open)-1]
		default:
			i = 0
		}
	}
	return nodes
}

// restore makes a list of what save returned.
func (a *wakeups) restore(nodes []savedMove) (first int32) {
	var open []int32 // nodes whose sibling follows when a list is at its end
	parent, last := int32(0), int32(0)
	for k := range nodes {
		n := &nodes[k]
		i := a.take(&n.move)
		switch {
		case last != 0:
			a.nodes[last].next = i
		case parent != 0:
			a.nodes[parent].child = i
		default:
			first = i
		}
		switch {
		case n.child:
			if n.next {
				open = append(open, i)
			}
			parent, last = i, 0
		case n.next:
			last = i
		case len(open) > 0:
			last, open = open[len(open)-1], open[:len(open)-1]
		}
	}
	return first
}

func (s *wakeupStack) code(c *stateText) {
	c.flag(&s.less)
	integer(c, &s.peak)
	c.flag(&s.aware)
	list(c, &s.sets, 1, func(set *[]uint64) { list(c, set, 1, c.uint) })
	known := func(m *move) {
		if m.code(c); m.cells < anyCells || int(m.cells) > len(s.sets) {
			c.fail("a move with accesses %d of %d", m.cells, len(s.sets))
		}
	}
	list(c, &s.frames, 6, func(f *wakeupFrame) {
		integer(c, &f.choice.Task)
		integer(c, &f.choice.Value)
		checkTask(c, f.choice.Task)
		integer(c, &f.many)
		c.flag(&f.free)
		list(c, &f.asleep, 8, known)
		list(c, &f.todo, 10, func(m *savedMove) {
			known(&m.move)
			c.flag(&m.child)
			c.flag(&m.next)
		})
	})
}

func (m *move) code(c *stateText) {
	c.byte((*uint8)(&m.mode))
	obj, obj2 := uint64(m.obj), uint64(m.obj2)
	c.uint(&obj)
	c.uint(&obj2)
	m.obj, m.obj2 = ObjID(obj), ObjID(obj2)
	if uint64(m.obj) != obj || uint64(m.obj2) != obj2 || m.mode >= numModes {
		c.fail("a move on objects %d and %d in mode %d", obj, obj2, m.mode)
	}
	c.uint(&m.groups)
	integer(c, &m.cells)
	integer(c, &m.task)
	integer(c, &m.value)
	integer(c, &m.many)
	checkTask(c, m.task)
}

func checkTask(c *stateText, t int16) {
	if t < 0 || t >= maxTasks {
		c.fail("task %d", t)
	}
}
