package sched

// chains tells beginnings of executions apart by the Mazurkiewicz trace that
// they belong to. The steps on an object fall into rounds of consecutive steps
// that commute with each other, and each step of a round conflicts with each of
// the round before. So two beginnings belong to one trace if every task made the
// same steps, each in the same rounds of its objects, and that is what the
// history of a task is the hash of.
type chains struct {
	objects map[ObjID]int32 // index in rounds
	rounds  []round
	groups  [maxGroups]round // of what every-step properties read
	undone  []roundBefore
}

// maxGroups is the number of groups of objects that properties read.
const maxGroups = 64

// round is the last round of steps on an object, counted from 1.
type round struct {
	n    uint32
	mode mode
}

// roundBefore is what an entry of rounds was; below 0, ^of counts in groups.
type roundBefore struct {
	of  int32
	was round
}

func newChains() *chains { return &chains{objects: map[ObjID]int32{}} }

// step returns the history of the task of s after s, from that before, and what
// to give back in order to take the step back. What the task sees without a step is
// in no trace; it says so.
func (c *chains) step(h Hash, s *Step, said *declared) (undo int32, after Hash) {
	undo, after = c.made(h, s)
	if said != nil {
		after = after.with(said.hash)
	}
	return undo, after
}

func (c *chains) made(h Hash, s *Step) (undo int32, after Hash) {
	undo = int32(len(c.undone))
	what := uint64(s.Kind) | uint64(uint16(s.Value))<<8 | uint64(s.Obj)<<32
	if s.OK {
		what |= 1 << 24
	}
	h.Word(what)
	p := s.footprint()
	if p.mode == modeNone {
		return undo, h
	}
	h.Word(c.enter(p.obj, p.mode))
	if p.obj2 != 0 {
		h.Word(c.enter(p.obj2, p.mode))
	}
	for set := p.groups; set != 0; set &= set - 1 {
		g := lowest(set)
		c.undone = append(c.undone, roundBefore{^int32(g), c.groups[g]})
		h.Word(c.groups[g].enter(modeWrite))
	}
	return undo, h
}

// enter adds a step of mode m to those on an object and returns its round.
func (c *chains) enter(obj ObjID, m mode) uint64 {
	i, ok := c.objects[obj]
	if !ok {
		i = int32(len(c.rounds))
		c.objects[obj] = i
		c.rounds = append(c.rounds, round{})
	}
	c.undone = append(c.undone, roundBefore{i, c.rounds[i]})
	return c.rounds[i].enter(m)
}

func (r *round) enter(m mode) uint64 {
	if conflicting(r.mode, m) {
		r.n, r.mode = r.n+1, m
	}
	return uint64(r.n)
}

// back takes back all steps from the one on that gave undo.
func (c *chains) back(undo int32) {
	for len(c.undone) > int(undo) {
		last := &c.undone[len(c.undone)-1]
		if last.of < 0 {
			c.groups[^last.of] = last.was
		} else {
			c.rounds[last.of] = last.was
		}
		c.undone = c.undone[:len(c.undone)-1]
	}
}
