package sched

// anyTask stands for the last task of a beginning where it makes no difference:
// it cannot go on.
const anyTask = -1

// beginningSet is the set of classes of beginnings of executions that have been
// followed, each with the least number of preemptions and the last tasks of those
// that have so many. It is a hash table, at most three quarters full.
type beginningSet struct {
	slots []beginning
	n     int
	limit int64 // bytes
	full  bool
}

type beginning struct {
	class fingerprint // the zero one is no entry
	last  uint64      // last tasks; all if one of the beginnings can be followed by any task at no cost
	level int32       // preemptions
}

const beginningBytes = 32

func (b *beginningSet) init(limit int64) {
	if b.limit = limit; limit == 0 {
		b.limit = 1 << 30
	}
	b.slots = make([]beginning, 1<<10)
}

// enter reports whether a beginning must be followed: none of its class has been
// followed with fewer preemptions, nor with as many by the same task. From one
// with fewer, any task can follow with as many. What changes is appended to were, if
// that is not nil, as it was.
func (b *beginningSet) enter(class fingerprint, level int, last int, were *[]beginning) bool {
	if class == (fingerprint{}) {
		class.a = 1
	}
	set := ^uint64(0)
	if last >= 0 {
		set = 1 << uint(last)
	}
	e := b.find(class)
	if e.class == class {
		if int(e.level) < level || e.last&set == set {
			return false
		}
		if were != nil {
			*were = append(*were, *e)
		}
		e.last |= set
		return true
	}
	if 4*(b.n+1) > 3*len(b.slots) {
		if int64(len(b.slots))*beginningBytes*3 > b.limit {
			b.full = true
			return false
		}
		b.grow()
		e = b.find(class)
	}
	*e = beginning{class, set, int32(level)}
	if were != nil {
		*were = append(*were, beginning{class: class})
	}
	b.n++
	return true
}

// has reports whether a class is in the set.
func (b *beginningSet) has(class fingerprint) bool {
	if class == (fingerprint{}) {
		class.a = 1
	}
	return b.find(class).class == class
}

// find returns the entry of a class, or the free one that it would have.
func (b *beginningSet) find(class fingerprint) *beginning {
	mask := uint64(len(b.slots) - 1)
	for i := class.a; ; i++ {
		if e := &b.slots[i&mask]; e.class == class || e.class == (fingerprint{}) {
			return e
		}
	}
}

func (b *beginningSet) grow() {
	old := b.slots
	b.slots = make([]beginning, 2*len(old))
	for i := range old {
		if old[i].class != (fingerprint{}) {
			*b.find(old[i].class) = old[i]
		}
	}
}

// paths is a tree of the choices of beginnings of executions. Nodes refer to
// each other by index; 0 is the beginning without any step.
type paths struct {
	nodes []pathNode
	free  int32   // nodes that are not used, linked by parent
	path  []int32 // nodes of the execution under way, by number of steps, as far as there are
}

type pathNode struct {
	parent int32
	uses   int32 // children, and one if it is open or the last of the path
	choice Choice
}

func (p *paths) init() {
	p.nodes = []pathNode{{uses: 1}}
	p.path = []int32{0}
}

func (p *paths) add(parent int32, c Choice) int32 {
	p.nodes[parent].uses++
	n := pathNode{parent: parent, uses: 1, choice: c}
	if i := p.free; i != 0 {
		p.free = p.nodes[i].parent
		p.nodes[i] = n
		return i
	}
	p.nodes = append(p.nodes, n)
	return int32(len(p.nodes) - 1)
}

func (p *paths) release(i int32) {
	for i != 0 {
		n := &p.nodes[i]
		if n.uses--; n.uses > 0 {
			return
		}
		parent := n.parent
		n.parent, p.free = p.free, i
		i = parent
	}
}

// branch returns a node for the steps of log and another choice after them.
func (p *paths) branch(log []Step, c Choice) int32 {
	for n := len(p.path); n <= len(log); n++ {
		last := p.path[n-1]
		p.path = append(p.path, p.add(last, log[n-1].Choice))
		p.release(last)
	}
	return p.add(p.path[len(log)], c)
}

// chose notes the value of the data choice at step n, if its node was made before.
func (p *paths) chose(n int, value int16) {
	if n+1 < len(p.path) {
		p.nodes[p.path[n+1]].choice.Value = value
	}
}

// follow makes node i, which was open, the path, and appends its choices to s.
func (p *paths) follow(s Schedule, i int32) Schedule {
	p.path = p.path[:0]
	for k := i; ; k = p.nodes[k].parent {
		p.path = append(p.path, k)
		if k == 0 {
			break
		}
		s = append(s, p.nodes[k].choice)
	}
	for a, b := 0, len(p.path)-1; a < b; a, b = a+1, b-1 {
		p.path[a], p.path[b] = p.path[b], p.path[a]
	}
	for a, b := 0, len(s)-1; a < b; a, b = a+1, b-1 {
		s[a], s[b] = s[b], s[a]
	}
	return s
}

// end lets go of the path.
func (p *paths) end() {
	p.release(p.path[len(p.path)-1])
	p.path = p.path[:1]
	p.nodes[0].uses = 1
}
