package sched

import (
	"sync"
	"sync/atomic"
)

// sharedTree is the part of a search by dpor that several workers have to do
// with: the states near the first one, as far as work was given away there. A
// part of the search is what follows a leaf. All that is deeper belongs to the
// worker that explores the leaf.
//
// Siblings are explored at the same time, so that sequences that reverse races
// may arrive where the search would have come later, or where it already is or
// has been. Where they go depends on the order of siblings only, which is that
// in which one worker would try them:
//
//   - Siblings before the one from which a sequence comes cover what begins with
//     them, as the sleeping moves of one worker do.
//   - Among the later ones it goes where it would go in a wakeup tree. So the
//     nodes of a wakeup tree stay as they are while something before them is
//     under way, and one whose sequences have all been explored can get another.
//   - From a leaf on all is explored, but what sleeps there.
//
// Which traces are explored does not depend on when that happens, nor on how often
// work is given away; which execution stands for a trace does.
type sharedTree struct {
	mu      sync.Mutex
	root    *sharedNode // nil: nothing was given away
	waiting []*sharedNode
	cells   cellSets // of all workers
}

// sharedNode is a state in the shared part of the tree.
type sharedNode struct {
	move   // that led to it
	parent *sharedNode
	first  atomic.Pointer[sharedNode] // children in order
	next   atomic.Pointer[sharedNode] // sibling
	open   atomic.Bool                // all that can follow is explored, or will be

	// Under the lock of the tree:
	last   *sharedNode // child
	due    *sharedNode // the first child that is not known to be done, with all before it
	done   bool        // leaf: nothing is left
	known  bool        // asleep has been found out
	asleep []sleeper   // before the first child is tried
}

// append enters a child behind the others of n, the lock being held.
func (n *sharedNode) append(m *move) *sharedNode { return n.attach(&sharedNode{move: *m}) }

// attach is append for a node that may have children.
func (n *sharedNode) attach(c *sharedNode) *sharedNode {
	c.parent = n
	if n.last == nil {
		n.due = c
		n.first.Store(c)
	} else {
		if n.due == nil {
			n.due = c
		}
		n.last.next.Store(c)
	}
	n.last = c
	return c
}

// pop takes a leaf that nobody explores, nil if there is none.
func (t *sharedTree) pop() *sharedNode {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waiting) == 0 {
		return nil
	}
	n := t.waiting[0]
	t.waiting = t.waiting[1:]
	n.open.Store(true)
	return n
}

// finish notes that a leaf is done. States behind which all is done, and before
// which too, are forgotten.
func (t *sharedTree) finish(leaf *sharedNode) {
	t.mu.Lock()
	defer t.mu.Unlock()
	leaf.done = true
	n := t.root
	for {
		c := n.due
		switch {
		case c == nil && n.parent == nil:
			return
		case c == nil:
			n.first.Store(nil)
			n.last = nil
			n.done = true
			n = n.parent
			n.due = n.due.next.Load()
		case c.first.Load() != nil:
			n = c
		case !c.done:
			return
		default:
			n.due = c.next.Load()
		}
	}
}

// know finds out what sleeps in c, a child of n, of which that is known.
func (c *sharedNode) know(n *sharedNode, d *dpor) {
	if c.known {
		return
	}
	c.known = true
	keep := func(s sleeper) {
		if s.task != c.task && !d.dependent(&s.footprint, &c.footprint) {
			c.asleep = append(c.asleep, s)
		}
	}
	for _, s := range n.asleep {
		keep(s)
	}
	for b := n.first.Load(); b != c; b = b.next.Load() {
		keep(sleeper{b.move})
	}
}

// enter makes the way to a leaf the frames of d.
func (d *dpor) enter(leaf *sharedNode) {
	d.shared.mu.Lock()
	defer d.shared.mu.Unlock()
	depth := 0
	for n := leaf; n.parent != nil; n = n.parent {
		depth++
	}
	for range depth {
		d.frames = append(d.frames, frame{})
	}
	for n, k := leaf, depth-1; k >= 0; n, k = n.parent, k-1 {
		d.frames[k] = frame{choice: Choice{Task: n.task, Value: n.value}, many: n.many, node: n.parent}
	}
	for k := range d.frames {
		f := &d.frames[k]
		c := leaf
		if k+1 < depth {
			c = d.frames[k+1].node
		}
		c.know(f.node, d)
		f.lo = int32(len(d.asleep))
		d.asleep = append(d.asleep, f.node.asleep...)
		for b := f.node.first.Load(); b != c; b = b.next.Load() {
			d.asleep = append(d.asleep, sleeper{b.move})
		}
		f.hi = int32(len(d.asleep))
	}
	d.base, d.leaf = depth, leaf
}

// share makes the frames of d from the base on, as far as there is something to
// give away, a part of the shared tree. It is called when the events of the last
// execution are known and the next one has not been chosen.
func (d *dpor) share() {
	d.wanted = false
	gives := d.base
	for gives < len(d.frames) && !d.gives(&d.frames[gives]) {
		gives++
	}
	if gives == len(d.frames) {
		return
	}
	t := d.shared
	t.mu.Lock()
	defer t.mu.Unlock()
	n := d.leaf
	if n == nil {
		n = &sharedNode{}
		n.open.Store(true)
		t.root = n
	}
	for k := d.base; ; k++ {
		n = d.publish(k, n)
		if k >= gives && (k+1 == len(d.frames) || d.frames[k+1].open) {
			d.base = k + 1
			break
		}
	}
	n.open.Store(true)
	d.leaf = n
}

// gives reports whether something is left to try at f.
func (d *dpor) gives(f *frame) bool {
	next := *f
	return f.todo != 0 || f.many > 0 && f.free && d.nextValue(&next)
}

// publish makes n the shared state of frame k and returns that behind it.
func (d *dpor) publish(k int, n *sharedNode) *sharedNode {
	f := &d.frames[k]
	m := d.events[k].move
	m.many = f.many
	n.known = true
	n.asleep = append([]sleeper(nil), d.asleep[f.lo:f.hi]...)
	var more []int16 // values to be tried
	if f.many > 0 && f.free {
		done := f.choice.Value
		for v := int16(0); int32(v) < f.many; v++ {
			switch {
			case v == done || d.valueAsleep(f, f.choice.Task, v):
			case v > done:
				more = append(more, v)
			default: // it sleeps from now on, in the frame too
				tried := m
				tried.value = v
				n.asleep = append(n.asleep, sleeper{tried})
			}
		}
		d.widenAsleep(k, n.asleep)
	}
	current := n.append(&m)
	current.open.Store(k+1 < len(d.frames) && d.frames[k+1].open)
	for _, v := range more {
		other := m
		other.value = v
		d.shared.waiting = append(d.shared.waiting, n.append(&other))
	}
	d.publishTree(f.todo, n)
	d.tree.releaseAll(f.todo)
	f.todo, f.free, f.node = 0, false, n
	return current
}

// widenAsleep makes asleep what sleeps at frame k.
func (d *dpor) widenAsleep(k int, asleep []sleeper) {
	f := &d.frames[k]
	add := int32(len(asleep)) - (f.hi - f.lo)
	if add == 0 {
		return
	}
	rest := append([]sleeper(nil), d.asleep[f.hi:]...)
	d.asleep = append(append(d.asleep[:f.lo], asleep...), rest...)
	f.hi += add
	for i := k + 1; i < len(d.frames); i++ {
		d.frames[i].lo += add
		d.frames[i].hi += add
	}
}

// publishTree appends the nodes of a list, and what follows them, to n.
func (d *dpor) publishTree(list int32, n *sharedNode) {
	type place struct {
		list int32
		at   *sharedNode
	}
	open := []place{{list, n}}
	for len(open) > 0 {
		p := open[len(open)-1]
		open = open[:len(open)-1]
		for i := p.list; i != 0; i = d.tree.nodes[i].next {
			w := &d.tree.nodes[i]
			c := p.at.append(&w.move)
			if w.child != 0 {
				open = append(open, place{w.child, c})
			} else {
				d.shared.waiting = append(d.shared.waiting, c)
			}
		}
	}
}

// addShared is [dpor.add] for frame k, which others may have to do with. What the
// moves lead to is not covered by what sleeps there.
func (d *dpor) addShared(k int) {
	n, from := d.frames[k].node, d.leaf
	if k+1 < d.base {
		from = d.frames[k+1].node
	}
	d.wished = append(d.wished[:0], d.moves...)
	f := &d.frames[k]
	if d.placeOf(f, n, from.next.Load()) == nil {
		return
	}
	t := d.shared
	t.mu.Lock()
	defer t.mu.Unlock()
	d.moves = append(d.moves[:0], d.wished...)
	if n = d.placeOf(f, n, from.next.Load()); n == nil {
		return // somebody was faster
	}
	// Others must not see the beginning of the sequence without the rest.
	first := &sharedNode{move: *d.moves[0]}
	leaf := first
	for i := range d.moves[1:] {
		leaf = leaf.append(d.moves[i+1])
	}
	n.attach(first)
	t.waiting = append(t.waiting, leaf)
}

// placeOf returns the node behind whose children the moves go, which become what
// is left of them there; nil if they are covered. n is the state of frame f, c
// the first child of it that counts.
func (d *dpor) placeOf(f *frame, n, c *sharedNode) *sharedNode {
	d.passed = d.passed[:0]
	for c != nil {
		if !d.begins(&c.move) {
			if c.many > 0 && d.chosen(f, &c.move) {
				return nil
			}
			c = c.next.Load()
			continue
		}
		first := c.first.Load()
		if first == nil || len(d.moves) == 0 || c.open.Load() {
			return nil
		}
		n, c = c, first
	}
	return n
}

// split gives away a leaf of the shared tree. If there is none, part of the next
// execution's way is shared, so that there is one later.
func (d *dpor) split(*Result) work {
	if n := d.shared.pop(); n != nil {
		return n
	}
	d.wanted = true
	return nil
}
