package sched

import "math/bits"

// fingerprint is a 128-bit hash of a set: the sum of the hashes of its elements.
type fingerprint struct{ a, b uint64 }

// add adds an element (the finaliser of Appleby's MurmurHash3, and one more round).
func (f *fingerprint) add(x uint64) {
	x = mix(x)
	f.a += x
	x *= 0xd6e8feb86659fd93
	f.b += x ^ x>>29
}

func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// classifier computes fingerprints of the classes of executions: two executions
// are of one class, a Mazurkiewicz trace, if one can be turned into the other
// by exchanging neighbouring steps that commute (see [dependent]).
//
// The steps on an object fall into groups of consecutive steps that commute with
// each other; each step of a group conflicts with each of the one before. So
// the number of its group on each of its objects is all that distinguishes a
// step from the same step in executions of other classes, and the values of data
// choices are all that distinguishes the steps of a task with the same numbers.
// The set of these numbers, by task and place in the task, is the class.
type classifier struct {
	round  uint32           // number of the execution
	places [maxTasks]uint64 // of the next number of each task
	ids    []uint64         // of tasks, whatever their index in this search
	dense  []groups         // on objects made by Setup, by number
	sparse []groups         // on others: hash table by object, at most half full
	used   int              // entries of this round in it
	read   [64]groups       // of what every-step properties read
}

// placeStep is between two places of a task; the numbers are below it.
const placeStep = 1 << 32

// groups are the groups of steps on one object so far.
type groups struct {
	round uint32 // other than the present one: no step so far
	last  uint32 // number of the last group
	obj   ObjID  // in the hash table
	mode  mode   // of the steps of the last group
}

// enter returns the number of the group of the next step, which is of mode m.
func (g *groups) enter(round uint32, m mode) uint64 {
	if g.round != round {
		g.round, g.last, g.mode = round, 0, modeNone
	}
	if m == modeWrite || m != g.mode { // see conflicting
		g.last++
		g.mode = m
	}
	return uint64(g.last)
}

// class returns the fingerprint of the class of the execution of r.
func (c *classifier) class(r *Result) fingerprint {
	c.begin(r.w)
	var f fingerprint
	for i := range r.Log {
		c.step(&f, &r.Log[i])
	}
	return f
}

// step adds a step to the fingerprint of the steps before it.
func (c *classifier) step(f *fingerprint, s *Step) {
	m := modeOf(s.Kind, s.OK)
	if m == modeNone {
		if s.Kind == OpChoose {
			f.add(c.place(s) + uint64(s.Value))
		}
		return
	}
	var n uint64
	if int(s.Obj) < len(c.dense) {
		n = c.dense[s.Obj].enter(c.round, m)
	} else {
		n = c.on(s.Obj).enter(c.round, m)
	}
	f.add(c.place(s) + n)
	if s.Obj2 != 0 {
		f.add(c.place(s) + c.on(s.Obj2).enter(c.round, m))
	}
	if shared := s.Groups & sharedGroups; shared != 0 && m.changes() {
		for set := shared; set != 0; set &= set - 1 {
			f.add(c.place(s) + c.read[bits.TrailingZeros64(set)].enter(c.round, modeWrite))
		}
	}
}

// place returns the next place for a number in the task of s.
func (c *classifier) place(s *Step) uint64 {
	c.places[s.Task] += placeStep
	return c.places[s.Task]
}

func (c *classifier) begin(w *World) {
	if c.round++; c.round == 0 {
		clear(c.dense)
		clear(c.sparse)
		c.read = [64]groups{}
		c.round = 1
	}
	c.used = 0
	c.know(w)
	copy(c.places[:], c.ids)
}

// know names the tasks of w that have no name yet.
func (c *classifier) know(w *World) {
	for len(c.ids) < len(w.tasks) {
		t := w.tasks[len(c.ids)]
		id := mix(uint64(t.child) + 1)
		if t.parent != nil {
			id = mix(id + mix(c.ids[t.parent.index])) // not the same for the first child of the second and the second of the first
		}
		c.places[t.index] = id
		c.ids = append(c.ids, id)
	}
}

// mostDense is the number of objects of Setup up to which their groups are
// found by number.
const mostDense = 1 << 12

// on returns the groups of steps on an object. They may move at the next call.
func (c *classifier) on(obj ObjID) *groups {
	if int(obj) < len(c.dense) {
		return &c.dense[obj]
	}
	if obj < mostDense {
		c.dense = make([]groups, mostDense)
		return &c.dense[obj]
	}
	return c.find(obj)
}

func (c *classifier) find(obj ObjID) *groups {
	for {
		mask := uint32(len(c.sparse) - 1)
		i := uint32(obj) * 0x9e3779b1 >> 7
		for len(c.sparse) > 0 && c.sparse[i&mask].round == c.round {
			if g := &c.sparse[i&mask]; g.obj == obj {
				return g
			}
			i++
		}
		if 2*c.used < len(c.sparse) {
			c.used++
			g := &c.sparse[i&mask]
			*g = groups{obj: obj, round: c.round}
			return g
		}
		c.grow()
	}
}

func (c *classifier) grow() {
	old := c.sparse
	c.sparse = make([]groups, max(64, 2*len(old)))
	c.used = 0
	for i := range old {
		if old[i].round == c.round {
			*c.find(old[i].obj) = old[i]
		}
	}
}
