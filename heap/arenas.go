package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// A heapArena is the metadata of one arena.
//
// Runtime: heapArena, mheap.go, Go 1.16.
type heapArena struct {
	// spans maps each page to its span. Entries are not cleared when a span
	// is freed: those of free pages are stale. An entry is written under the
	// heap lock or by the M that owns the page, and read without the lock
	// only for pages that are known to be in use.
	spans []*mspan
	// own finds unordered accesses to the entries of spans, one a page. It is
	// nil in geometries that are too large to explore.
	own []*sched.Cell
	// pageInUse has a bit for the first page of each span in use, in groups
	// of Geometry.ReclaimGroup pages. Atomic.
	pageInUse []*sched.Word
	// pageMarks has a bit for the first page of each span with marked
	// objects. Written in mark termination and before a collection, read by the
	// page reclaimer. Racy.
	pageMarks []uint64
	// zeroedBase is the offset of the first byte that was never used. It only
	// grows. Atomic.
	zeroedBase *sched.Word
}

// arenaState is the part of the arena metadata that changes and is not an
// atomic word.
type arenaState struct {
	mapped bool // the pointer to the metadata is published
}

// arenaIndex returns the number of the arena that contains p, counted from
// the first one that the heap may use.
//
// Runtime: arenaIndex, Go 1.16.
func (h *mheap) arenaIndex(p uint64) int {
	return int((p - h.g.BaseAddr()) / h.g.ArenaBytes())
}

// arenaBase returns the address of arena ai.
func (h *mheap) arenaBase(ai int) uint64 {
	return h.g.BaseAddr() + uint64(ai)*h.g.ArenaBytes()
}

// arenaMapped reports whether p lies in an arena that has metadata.
func (h *mheap) arenaMapped(p uint64) bool {
	if p < h.g.BaseAddr() {
		return false
	}
	ai := h.arenaIndex(p)
	return ai < len(h.arenas) && h.arenaMap[ai].mapped
}

// pageIndexOf returns the arena, the group of pageInUse bits and the bit in
// it that belong to address p.
//
// Runtime: pageIndexOf, Go 1.16.
func (h *mheap) pageIndexOf(p uint64) (ha *heapArena, group int, mask uint64) {
	ha = h.arenas[h.arenaIndex(p)]
	page := p / h.g.PageSize % h.g.ArenaPages()
	group = int(page / uint64(h.g.ReclaimGroup))
	mask = 1 << (page % uint64(h.g.ReclaimGroup))
	return ha, group, mask
}

// newArena builds the metadata of an arena. In geometries that are explored
// all arenas are built in advance, so that mapping one allocates nothing.
func (h *mheap) newArena() *heapArena {
	pages := int(h.g.ArenaPages())
	groups := pages / int(h.g.ReclaimGroup)
	ha := &heapArena{
		spans:      make([]*mspan, pages),
		pageInUse:  make([]*sched.Word, groups),
		pageMarks:  make([]uint64, groups),
		zeroedBase: h.word("zeroedBase", 0),
	}
	for i := range ha.pageInUse {
		ha.pageInUse[i] = h.word("pageInUse", 0)
	}
	if h.explored() {
		ha.own = make([]*sched.Cell, pages)
		for i := range ha.own {
			ha.own[i] = h.cell("heapArena.spans", nil)
		}
	}
	sched.SaveSlice(h.w, ha.spans)
	sched.SaveSlice(h.w, ha.pageMarks)
	return ha
}

// sysAlloc gets arenas for at least n bytes from the operating system and
// returns their address and size, 0 if it refuses.
//
// Model: there is no pre-reservation (32-bit systems only). What the
// operating system has in use already is a set of arenas of the scenario, and
// if that opens [model.ArenaNotAdjacent] a data choice at each hint. Whether it
// refuses any memory is one data choice, if that opens [model.OSRefuses].
//
// Runtime: (*mheap).sysAlloc, malloc.go, Go 1.16. Heap lock held.
func (h *mheap) sysAlloc(m *model.M, n uint64) (v, size uint64) {
	h.assertLockHeld(m, siteSysAllocEntry)
	h.own.arenas.Write(m.T())
	n = alignUp(n, h.g.ArenaBytes())
	if m.Choose(model.OSRefuses, "operating system refuses memory", 2) == 1 {
		h.arenaHints = h.arenaHints[:0] // none of them has worked
		return 0, 0
	}

	// Try to grow the heap at a hint address. A hint that fails is dropped.
	for len(h.arenaHints) > 0 {
		hint := &h.arenaHints[len(h.arenaHints)-1]
		p := hint.addr
		if hint.down {
			p -= n
		}
		if h.sysReserve(m, p, n) {
			v, size = p, n
			hint.addr = p
			if !hint.down {
				hint.addr = p + n
			}
			break
		}
		h.arenaHints = h.arenaHints[:len(h.arenaHints)-1]
	}
	if size == 0 {
		v = h.sysReserveAligned(n)
		if v == 0 {
			return 0, 0
		}
		size = n
		h.pushHint(arenaHint{addr: v, down: true})
		h.pushHint(arenaHint{addr: v + n})
	}
	h.sysMap(m, v, size)
	for ai := h.arenaIndex(v); ai <= h.arenaIndex(v+size-1); ai++ {
		if h.arenaMap[ai].mapped {
			m.Throw("arena already initialized")
		}
		if h.arenas[ai] == nil {
			h.arenas[ai] = h.newArena()
		}
		h.allArenas = append(h.allArenas, ai)
		// Model: the store of the arena pointer is no step. Only an M that
		// got pages of the arena follows it, and it got them through the
		// heap lock.
		h.arenaMap[ai].mapped = true
	}
	return v, size
}

// An arenaHint is an address at which the heap would like to grow.
//
// Runtime: arenaHint, Go 1.16.
type arenaHint struct {
	addr uint64
	down bool
}

// pushHint puts hint first.
func (h *mheap) pushHint(hint arenaHint) {
	if len(h.arenaHints) == cap(h.arenaHints) {
		panic("heap: more arena hints than arenas")
	}
	h.arenaHints = append(h.arenaHints, hint)
}

// sysReserve asks for the address range [p, p+n) and reports whether the
// operating system granted just that.
func (h *mheap) sysReserve(m *model.M, p, n uint64) bool {
	if p < h.g.BaseAddr() || p+n > h.arenaBase(len(h.arenas)) || p+n < p {
		return false
	}
	for ai := h.arenaIndex(p); ai <= h.arenaIndex(p+n-1); ai++ {
		if h.arenaMap[ai].mapped || h.occupied(ai) {
			return false
		}
	}
	return m.Choose(model.ArenaNotAdjacent, "address of the hint is taken", 2) == 0
}

// sysReserveAligned asks for n bytes anywhere and returns their address, 0 if
// the operating system refuses. It takes the lowest room that is not next to
// the current arena, else the lowest room.
func (h *mheap) sysReserveAligned(n uint64) uint64 {
	need := int(n / h.g.ArenaBytes())
	found, adjacent := -1, -1
	for ai, free := 0, 0; ai < len(h.arenas) && found < 0; ai++ {
		if h.arenaMap[ai].mapped || h.occupied(ai) {
			free = 0
			continue
		}
		if free++; free < need {
			continue
		}
		first := ai - need + 1
		if h.arenaBase(first) != h.curArena.limit {
			found = first
		} else if adjacent < 0 {
			adjacent = first
		}
	}
	if found < 0 {
		found = adjacent
	}
	if found < 0 {
		return 0
	}
	return h.arenaBase(found)
}

// occupied reports whether something else than the heap sits in arena ai.
func (h *mheap) occupied(ai int) bool {
	for _, o := range h.cfg.Occupied {
		if o == ai {
			return true
		}
	}
	return false
}
