package sched

// boundedWork is how far a bounded search is: what it has counted, the beginnings
// that it has followed, and those that it has to follow.
type boundedWork struct {
	boundedTotals
	level   int
	found   int64
	all     int64
	early   int64
	left    int
	less    bool
	cut     bool
	foreign bool
	seen    []beginning
	nodes   []pathNode // of paths.nodes: choices, each after its parent, from node 1 on
	open    []int32
	later   []int32
	check   *wakeupStack // nil: it is not looking for classes that are left out
}

// boundedTotals is what the report of a bounded search is made of.
type boundedTotals struct {
	classes  []int64 // found with at most so many preemptions
	extras   int64   // executions that showed no new class
	violated bool
	partial  bool // classes are left out
	beyond   *Violation
	full     int // so many classes of beginnings were all that fitted; 0: there is room
}

// boundedMark is what an execution changes before it has ended, as it was.
type boundedMark struct {
	open, later int // lengths
	less        bool
	entries     []beginning // of the set; those with no last task were not there
	node        int32       // where the execution leaves what was known of it, or 0
	choice      Choice      // of the node
}

// mark notes that an execution begins.
func (b *boundedSearch) mark() {
	m := &b.before
	*m = boundedMark{open: len(b.open), later: len(b.later), less: b.less, entries: m.entries[:0]}
	if b.check == nil {
		m.node = b.paths.path[len(b.paths.path)-1]
		m.choice = b.paths.nodes[m.node].choice
	}
}

func (b *boundedSearch) start(w work, _ *tally) {
	if t, ok := w.(*boundedTotals); ok {
		b.boundedTotals = *t
		b.seen.full, b.seen.n = t.full > 0, t.full
		return
	}
	b.resumed = w != nil
	if w == nil {
		return
	}
	s := w.(*boundedWork)
	b.boundedTotals = s.boundedTotals
	b.level, b.found, b.all, b.early, b.left = s.level, s.found, s.all, s.early, s.left
	b.less, b.cut, b.foreign = s.less, s.cut, s.foreign
	for i := range s.seen {
		b.seen.put(s.seen[i])
	}
	b.open = append(b.open[:0], s.open...)
	b.later = append(b.later[:0], s.later...)
	b.paths.restore(s.nodes, b.open, b.later)
	if b.check = nil; s.check != nil {
		b.check = &dpor{}
		b.check.sets = new(cellSets)
		b.check.start(s.check, nil)
	}
}

// remaining takes back what the execution under way, which is to be run again,
// has changed so far.
func (b *boundedSearch) remaining() work {
	m := &b.before
	s := &boundedWork{boundedTotals: b.totals(), level: b.level, found: b.found, all: b.all, early: b.early, left: b.left,
		less: m.less, cut: b.cut, foreign: b.foreign, seen: b.seen.save(m.entries)}
	open := append([]int32(nil), b.open[:m.open]...)
	if b.check != nil {
		s.check = b.check.remaining().(*wakeupStack)
	} else {
		open = append(open, m.node)
	}
	s.nodes, s.open, s.later = b.paths.save(open, b.later[:m.later], m.node, m.choice)
	return s
}

// over returns what is left of a search that has ended: its totals.
func (b *boundedSearch) over() work {
	t := b.totals()
	return &t
}

// resumeTotals gives the strategy the totals of a search that has ended, for the
// report.
func (w *worker) resumeTotals() {
	for p := w.s.parts.first; p != nil; p = p.next {
		if t, ok := p.work.(*boundedTotals); ok {
			w.resumable.start(t, &p.seen)
		}
	}
}

func (b *boundedSearch) totals() boundedTotals {
	t := b.boundedTotals
	t.classes = append([]int64(nil), t.classes...)
	if b.seen.full {
		t.full = b.seen.n
	}
	return t
}

// put enters an entry of another set.
func (b *beginningSet) put(e beginning) {
	if 4*(b.n+1) > 3*len(b.slots) {
		b.grow()
	}
	*b.find(e.class) = e
	b.n++
}

// save returns the entries, but those of changed as they were.
func (b *beginningSet) save(changed []beginning) []beginning {
	were := make(map[fingerprint]beginning, len(changed))
	for i := len(changed) - 1; i >= 0; i-- { // the first change counts
		were[changed[i].class] = changed[i]
	}
	list := make([]beginning, 0, b.n)
	for _, e := range b.slots {
		if was, ok := were[e.class]; ok {
			e = was
		}
		if e.last != 0 && e.class != (fingerprint{}) {
			list = append(list, e)
		}
	}
	return list
}

// save returns the nodes that lead to those of open and later, each after its
// parent and from 1 on, and open and later by their numbers there. The choice of
// one of the nodes is given.
func (p *paths) save(open, later []int32, node int32, choice Choice) (nodes []pathNode, o, l []int32) {
	numbers := make([]int32, len(p.nodes))
	var way []int32
	number := func(i int32) int32 {
		way = way[:0]
		for ; i != 0 && numbers[i] == 0; i = p.nodes[i].parent {
			way = append(way, i)
		}
		parent := numbers[i]
		for k := len(way) - 1; k >= 0; k-- {
			c := p.nodes[way[k]].choice
			if way[k] == node {
				c = choice
			}
			nodes = append(nodes, pathNode{parent: parent, choice: c})
			parent = int32(len(nodes))
			numbers[way[k]] = parent
		}
		return parent
	}
	for _, i := range open {
		o = append(o, number(i))
	}
	for _, i := range later {
		l = append(l, number(i))
	}
	return nodes, o, l
}

// restore makes the tree of what save returned.
func (p *paths) restore(nodes []pathNode, open, later []int32) {
	p.nodes = append(p.nodes[:0], pathNode{uses: 1})
	p.nodes = append(p.nodes, nodes...)
	p.free, p.path = 0, append(p.path[:0], 0)
	for i := range nodes {
		p.nodes[nodes[i].parent].uses++
	}
	for _, list := range [][]int32{open, later} {
		for _, i := range list {
			p.nodes[i].uses++
		}
	}
}

func (s *boundedWork) code(c *stateText) {
	s.boundedTotals.code(c)
	for _, p := range []*int64{&s.found, &s.all, &s.early} {
		integer(c, p)
	}
	integer(c, &s.level)
	integer(c, &s.left)
	for _, p := range []*bool{&s.less, &s.cut, &s.foreign} {
		c.flag(p)
	}
	list(c, &s.seen, 18, func(e *beginning) {
		c.fixed(&e.class.a)
		c.fixed(&e.class.b)
		c.uint(&e.last)
		integer(c, &e.level)
		if e.class == (fingerprint{}) || e.last == 0 {
			c.fail("a class of beginnings that is none")
			e.class.a, e.last = 1, 1
		}
	})
	at := int32(0)
	list(c, &s.nodes, 3, func(n *pathNode) {
		integer(c, &n.parent)
		integer(c, &n.choice.Task)
		integer(c, &n.choice.Value)
		checkTask(c, n.choice.Task)
		if at++; n.parent < 0 || n.parent >= at {
			c.fail("node %d is behind node %d", at, n.parent)
			n.parent = 0
		}
	})
	for _, l := range []*[]int32{&s.open, &s.later} {
		list(c, l, 1, func(i *int32) {
			if integer(c, i); *i < 0 || int(*i) > len(s.nodes) {
				c.fail("node %d of %d", *i, len(s.nodes))
				*i = 0
			}
		})
	}
	checks := s.check != nil
	if c.flag(&checks); !checks {
		return
	}
	if c.reading {
		s.check = &wakeupStack{}
	}
	s.check.code(c)
}

func (t *boundedTotals) code(c *stateText) {
	list(c, &t.classes, 1, func(n *int64) { integer(c, n) })
	integer(c, &t.extras)
	integer(c, &t.full)
	c.flag(&t.violated)
	c.flag(&t.partial)
	known := t.beyond != nil
	if c.flag(&known); !known {
		return
	}
	if c.reading {
		t.beyond = &Violation{}
	}
	t.beyond.code(c)
}
