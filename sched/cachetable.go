package sched

// stateTable is a set of states. It is
// bounded in bytes and never loses a state: where one cannot be entered any more,
// put says so.
//
// The table is a directory of segments of one size, chosen by the upper bits of
// the hash, each with open addressing by its lower bits (Fagin, Nievergelt,
// Pippenger and Strong, Extendible hashing, TODS 1979). A segment that is full
// is split in two. Unlike a single array, which has to be copied to one of twice
// the size, that takes no more memory than the states need.
type stateTable struct {
	limit     int64 // bytes
	bytes     int64
	slots     int // of a segment, a power of two
	budgets   bool
	depth     uint // upper bits of a hash that choose an entry of dir
	dir       []int32
	segments  []segment
	rebuilt   segment // scratch for a split
	n         int64
	exhausted bool // a state could not be entered
}

type segment struct {
	depth  uint // upper bits that all hashes in it have in common
	n      int
	states []Hash   // the zero Hash marks a free slot
	used   []budget // nil unless the search is bounded
}

// budget is what an execution had used up of its bounds when it came to a state.
type budget struct {
	steps       int32
	preemptions int32
}

// within reports whether b leaves at least as much as other.
func (b budget) within(other budget) bool {
	return b.steps <= other.steps && b.preemptions <= other.preemptions
}

const (
	slotBytes    = 16
	budgetBytes  = 8
	maxSlots     = 1 << 12
	minSlots     = 1 << 4
	maxTableBits = 40 // of a directory: never met with a hash that spreads
)

// newStateTable returns a table of at most limit bytes, or of the smallest
// size that there is.
func newStateTable(limit int64, budgets bool) *stateTable {
	t := &stateTable{limit: limit, slots: maxSlots, budgets: budgets, dir: make([]int32, 1)}
	for t.slots > minSlots && 16*t.segmentBytes() > limit {
		t.slots /= 2
	}
	t.rebuilt = t.newSegment()
	t.segments = append(t.segments, t.newSegment())
	t.bytes += 4
	return t
}

// fresh returns an empty table like t.
func (t *stateTable) fresh() *stateTable { return newStateTable(t.limit, t.budgets) }

func (t *stateTable) segmentBytes() int64 {
	if t.budgets {
		return int64(t.slots) * (slotBytes + budgetBytes)
	}
	return int64(t.slots) * slotBytes
}

func (t *stateTable) newSegment() segment {
	t.bytes += t.segmentBytes()
	s := segment{states: make([]Hash, t.slots)}
	if t.budgets {
		s.used = make([]budget, t.slots)
	}
	return s
}

// put enters a state if it is not known; ok is false if there is no room for
// that. With a state goes a budget if the search is bounded; the pointer is valid
// until the next call.
func (t *stateTable) put(key Hash) (used *budget, known, ok bool) {
	s := t.segment(key)
	i := s.find(key)
	known = s.states[i] == key
	for !known && s.n >= t.slots/4*3 && t.split(key) {
		s = t.segment(key)
		i = s.find(key)
	}
	if !known {
		if s.n >= t.slots/16*15 {
			t.exhausted = true
			return nil, false, false
		}
		s.states[i] = key
		s.n++
		t.n++
	}
	if t.budgets {
		used = &s.used[i]
	}
	return used, known, true
}

func (t *stateTable) segment(key Hash) *segment { return &t.segments[t.dir[t.index(key)]] }

func (t *stateTable) index(key Hash) uint64 { return key.hi >> (64 - t.depth) }

// find returns the index of the slot with the key, or of the free one where it
// would go. There is always a free slot.
func (s *segment) find(key Hash) int {
	mask := len(s.states) - 1
	i := int(key.lo) & mask
	for s.states[i] != key && !s.states[i].isZero() {
		i = (i + 1) & mask
	}
	return i
}

// split divides the segment of key in two. It returns false if there is no
// memory for that.
func (t *stateTable) split(key Hash) bool {
	at := int(t.dir[t.index(key)])
	deeper := t.segments[at].depth == t.depth
	need := t.segmentBytes()
	if deeper {
		need += int64(len(t.dir)) * 4
	}
	if t.bytes+need > t.limit || t.depth == maxTableBits {
		return false
	}
	if deeper {
		t.deepen()
	}
	t.segments = append(t.segments, t.newSegment())
	low, high := &t.segments[at], &t.segments[len(t.segments)-1]
	low.depth++
	high.depth = low.depth
	full := *low
	*low = t.rebuilt
	low.depth, low.n = high.depth, 0
	for i := range full.states {
		if k := full.states[i]; !k.isZero() {
			to := low
			if k.hi>>(64-low.depth)&1 == 1 {
				to = high
			}
			to.move(&full, i)
		}
	}
	clear(full.states)
	clear(full.used)
	t.rebuilt = full
	t.redirect(int32(at), int32(len(t.segments)-1), low.depth, t.index(key))
	return true
}

// move copies slot i of from.
func (s *segment) move(from *segment, i int) {
	j := s.find(from.states[i])
	s.states[j] = from.states[i]
	if s.used != nil {
		s.used[j] = from.used[i]
	}
	s.n++
}

// deepen makes the directory look at one more bit.
func (t *stateTable) deepen() {
	dir := make([]int32, 2*len(t.dir))
	for i, s := range t.dir {
		dir[2*i], dir[2*i+1] = s, s
	}
	t.bytes += int64(len(t.dir)) * 4
	t.dir = dir
	t.depth++
}

// redirect makes the entries of dir that led to segment low, of which entry i
// is one, lead to high where the last bit of depth is set.
func (t *stateTable) redirect(low, high int32, depth uint, i uint64) {
	n := uint64(1) << (t.depth - depth) // entries of a segment of this depth
	first := i &^ (2*n - 1)
	for j := first; j < first+n; j++ {
		t.dir[j], t.dir[j+n] = low, high
	}
}
