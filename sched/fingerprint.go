package sched

import "math/bits"

// fingerprint is a 128-bit hash. Adding a word is a bijection of each half, so
// that no two states of it run together by adding the same.
type fingerprint struct{ a, b uint64 }

func (f *fingerprint) add(v uint64) {
	f.a = (bits.RotateLeft64(f.a, 25) ^ v) * 0x9e3779b97f4a7c15
	f.a ^= f.a >> 32
	f.b = (bits.RotateLeft64(f.b, 41) + v) * 0xd6e8feb86659fd93
	f.b ^= f.b >> 29
}

// classifier computes fingerprints of the classes of executions: two executions
// are of one class, a Mazurkiewicz trace, if one can be turned into the other
// by exchanging neighbouring steps that commute (see [dependent]).
//
// The steps on an object fall into groups of consecutive steps that commute with
// each other; each step of a group conflicts with each of the one before. So
// the number of its group on each of its objects is all that distinguishes a
// step from the same step in executions of other classes. A task has a hash of
// its steps with these numbers, and an execution one of its tasks.
type classifier struct {
	round   uint32                // number of the execution
	tasks   [maxTasks]fingerprint // of the steps of each task
	ids     []uint64              // of tasks, whatever their index in this search
	objects []groups              // hash table by object, at most half full
	used    int                   // entries of this round
	read    [64]groups            // of what every-step properties read
}

// groups are the groups of steps on one object so far.
type groups struct {
	obj   ObjID
	round uint32 // other than the present one: no step so far
	last  uint32 // number of the last group
	mode  mode   // of its steps
}

// enter returns the number of the group of the next step, which is of mode m.
func (g *groups) enter(m mode) uint64 {
	if conflicting(g.mode, m) {
		g.last++
		g.mode = m
	}
	return uint64(g.last)
}

// class returns the fingerprint of the class of the execution of r.
func (c *classifier) class(r *Result) fingerprint {
	c.begin(r.w)
	for i := range r.Log {
		c.step(&r.Log[i])
	}
	var sum fingerprint
	for _, t := range r.w.created { // in an order that may differ within the class
		f := c.tasks[t.index]
		f.add(0)
		sum.a += f.a
		sum.b += f.b
	}
	return sum
}

func (c *classifier) begin(w *World) {
	if c.round++; c.round == 0 {
		clear(c.objects)
		c.read = [64]groups{}
		c.round = 1
	}
	c.used = 0
	for len(c.ids) < len(w.tasks) {
		t := w.tasks[len(c.ids)]
		f := fingerprint{b: uint64(t.child) + 1}
		if t.parent != nil {
			f.a = c.ids[t.parent.index]
		}
		f.add(1)
		f.add(f.b)
		c.ids = append(c.ids, f.a)
	}
	for _, t := range w.created[:w.setupTasks] {
		c.tasks[t.index] = fingerprint{c.ids[t.index], 0}
	}
}

func (c *classifier) step(s *Step) {
	e := c.tasks[s.Task]
	what := uint64(s.Kind)<<16 | uint64(uint16(s.Value))
	if s.OK {
		what |= 1 << 32
	}
	e.add(what)
	p := s.footprint()
	switch {
	case p.mode != modeNone:
		e = c.conflict(e, &p)
	case s.Kind == OpSpawn:
		if child, ok := spawned(s); ok {
			born := e
			born.add(c.ids[child])
			c.tasks[child] = born
		}
	}
	c.tasks[s.Task] = e
}

// conflict adds to the hash of a task where a step stands among those that it
// conflicts with.
func (c *classifier) conflict(e fingerprint, p *footprint) fingerprint {
	e.add(c.name(p.obj))
	e.add(c.on(p.obj).enter(p.mode))
	if p.obj2 != 0 {
		e.add(c.name(p.obj2))
		e.add(c.on(p.obj2).enter(p.mode))
	}
	for set := p.groups; set != 0; set &= set - 1 {
		g := &c.read[bits.TrailingZeros64(set)]
		if g.round != c.round {
			*g = groups{round: c.round}
		}
		e.add(g.enter(modeWrite))
	}
	return e
}

// name returns an object's number whatever the index of its creator in this
// search. It is never that of another object.
func (c *classifier) name(obj ObjID) uint64 {
	creator, n := obj>>objCreatorShift, obj&(1<<objCreatorShift-1)
	switch creator {
	case 0:
		return uint64(obj)
	case joinObjects:
		return c.ids[n]
	}
	return c.ids[creator-1] + uint64(n)
}

// on returns the groups of steps on an object.
func (c *classifier) on(obj ObjID) *groups {
	for {
		mask := uint32(len(c.objects) - 1)
		i := uint32(obj) * 0x9e3779b1 >> 7
		for len(c.objects) > 0 && c.objects[i&mask].round == c.round {
			if h := &c.objects[i&mask]; h.obj == obj {
				return h
			}
			i++
		}
		if 2*c.used < len(c.objects) {
			c.used++
			h := &c.objects[i&mask]
			*h = groups{obj: obj, round: c.round}
			return h
		}
		c.grow()
	}
}

func (c *classifier) grow() {
	old := c.objects
	c.objects = make([]groups, max(64, 2*len(old)))
	c.used = 0
	for i := range old {
		if old[i].round == c.round {
			*c.on(old[i].obj) = old[i]
		}
	}
}
