package sched

import (
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
)

// Accesses to cells are no steps, and in a program without data races their order
// follows from that of the steps. A race is different: the task that comes second
// ends at it, so that the order of two accesses that nothing else orders decides
// who goes on. If a search goes on behind violations, a reduction must try both
// orders, and must not take steps for independent behind which tasks make such
// accesses. So the accesses behind each step are noted, and the step at which a
// task ends for a race depends on those behind which the other accesses are.
//
// What a task does behind a step that comes earlier than it did is not known
// before it is tried. Without races it does not matter. So a search that meets the
// first race begins anew, and from then on takes such a step to be dependent on
// all that are followed by accesses; see [search.again]. It runs some executions
// in vain, but loses none.
//
// Between steps that are ordered anyway this adds nothing: neither to the
// classes of a program without races nor to the executions that they take.

// cellUse is an access to a cell.
type cellUse struct {
	step int32
	made bool   // otherwise it ended its task
	what uint64 // number of the cell, and whether it is written
}

// use notes an access to c behind the last step.
func (x *engine) use(c *Cell, write, made bool) {
	n := len(x.log)
	if n == 0 {
		return
	}
	u := cellUse{int32(n - 1), made, c.number << 1}
	if write {
		u.what |= 1
	}
	x.uses = append(x.uses, u)
}

// usesOf returns the accesses behind step i.
func (x *engine) usesOf(i int) []cellUse {
	lo, _ := slices.BinarySearchFunc(x.uses, int32(i), func(u cellUse, i int32) int { return int(u.step) - int(i) })
	hi := lo
	for hi < len(x.uses) && x.uses[hi].step == int32(i) {
		hi++
	}
	return x.uses[lo:hi]
}

// cellSets numbers the sets of accesses that there are behind steps; 0 is the
// one without any.
type cellSets struct {
	aware bool        // the search reckons with races from the start
	races atomic.Bool // a task ended for a race
	mu    sync.RWMutex
	index map[string]int32
	sets  [][]uint64 // ascending, the first is number 1
}

// of returns the number of the set of some accesses: of those that were made, of
// those that ended their tasks, or both.
func (s *cellSets) of(uses []cellUse, made, failed bool, scratch *cellScratch) int32 {
	set := scratch.set[:0]
	for i := range uses {
		if uses[i].made && made || !uses[i].made && failed {
			set = append(set, uses[i].what)
		}
	}
	if len(set) == 0 {
		return 0
	}
	slices.Sort(set)
	set = slices.Compact(set)
	key := scratch.key[:0]
	for _, w := range set {
		key = binary.LittleEndian.AppendUint64(key, w)
	}
	scratch.set, scratch.key = set, key
	s.mu.RLock()
	n := s.index[string(key)]
	s.mu.RUnlock()
	if n == 0 {
		n = s.add(set, key)
	}
	return n
}

// anyCells is the set of accesses behind a step of which they are not known.
const anyCells = -1

type cellScratch struct {
	set []uint64
	key []byte
}

func (s *cellSets) add(set []uint64, key []byte) int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.index[string(key)]; n != 0 {
		return n // somebody was faster
	}
	if s.index == nil {
		s.index = map[string]int32{}
	}
	s.sets = append(s.sets, slices.Clone(set))
	n := int32(len(s.sets))
	s.index[string(key)] = n
	return n
}

// restore takes over the sets of a search that is resumed.
func (s *cellSets) restore(from *wakeupStack) {
	s.aware = s.aware || from.aware
	for _, set := range from.sets {
		uses := make([]cellUse, len(set))
		for i, what := range set {
			uses[i] = cellUse{made: true, what: what}
		}
		s.of(uses, true, false, &cellScratch{})
	}
}

// conflict reports whether two sets have accesses to one cell, one of them a write.
func (s *cellSets) conflict(a, b int32) bool {
	if a == anyCells || b == anyCells {
		return true
	}
	s.mu.RLock()
	p, q := s.sets[a-1], s.sets[b-1]
	s.mu.RUnlock()
	for len(p) > 0 && len(q) > 0 {
		switch {
		case p[0]>>1 < q[0]>>1:
			p = p[1:]
		case p[0]>>1 > q[0]>>1:
			q = q[1:]
		case p[0]&1|q[0]&1 != 0:
			return true
		case len(p) > 1 && p[1]>>1 == p[0]>>1: // the write of the same cell
			p = p[1:]
		default:
			q = q[1:]
		}
	}
	return false
}

// dependent reports whether two steps of different tasks do not commute, with
// what the tasks do behind them.
func (h *causality) dependent(a, b *footprint) bool {
	return !apart(a, b) && (a.cells != 0 && b.cells != 0 && h.sets.conflict(a.cells, b.cells) || dependent(*a, *b))
}

// apart reports whether two steps surely commute, as most do: each has one object,
// which is not the other's. It is inlined where much time goes.
func apart(a, b *footprint) bool {
	return a.obj != b.obj && a.obj2|b.obj2 == 0 && a.groups&b.groups == 0 && a.cells|b.cells == 0
}

// cellsOf returns the number of the set of accesses behind step i.
func (h *causality) cellsOf(x *engine, i int) int32 {
	if len(x.uses) == 0 {
		return 0
	}
	return h.sets.of(x.usesOf(i), true, false, &h.scratch)
}

// expected returns the accesses that are expected behind a step that is to come
// earlier than it did: any, since its task may go on in another way. In a program
// without races that need not be known.
func (h *causality) expected() int32 {
	if h.sets.aware {
		return anyCells
	}
	return 0
}

// givesUp reports whether the search must begin anew because of a race.
func (h *causality) givesUp() bool { return !h.sets.aware && h.sets.races.Load() }

// orderCells orders event i, behind which a task may have ended for a race, after
// those with accesses that made it end, or would have if others had not.
func (h *causality) orderCells(i int32) {
	failed := h.sets.of(h.x.usesOf(int(i)), false, true, &h.scratch)
	if failed == 0 {
		return
	}
	h.sets.races.Store(true)
	e, row := &h.events[i], h.row(i)
	for k := i - 1; k >= 0; k-- {
		o := &h.events[k]
		if o.cells == 0 || row[o.task] > k || o.task == e.task || !h.sets.conflict(o.cells, failed) {
			continue
		}
		h.races = append(h.races, race{k, i})
		h.join(row, k)
	}
}
