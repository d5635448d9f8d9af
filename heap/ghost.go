package heap

import (
	"fmt"

	"lockheld/model"
	"lockheld/sched"
)

// ghost is what properties need to know and the runtime does not record. The
// heap itself never reads it.
type ghost struct {
	// flights has, for each M, the pages that it is allocating or freeing.
	flights []flight
	// backed has a bit for each page that the operating system backs with
	// memory: that was used and not given back since.
	backed []uint64
	// used has a bit for each page that was ever part of a span.
	used []uint64
	// held is the number of span objects that tests have taken.
	held int
	// emptyRounds is the number of rounds of the background scavenger that found
	// nothing, since it was parked.
	emptyRounds int
	// credit is what reclaimCredit should be.
	credit uint64
	// unusedLocked: memory was given back under the heap lock.
	unusedLocked bool
	// wrong is the first sign that an operation on memory was not allowed.
	wrong string
}

// A flight is a run of pages on its way from the page allocator or a page
// cache to a span, or back.
type flight struct {
	base, npages uint64
	scav         uint64 // bytes that count as released until the span owns them
	freeing      bool
}

func (h *mheap) initGhost() {
	h.ghost.flights = make([]flight, h.cfg.MaxMs)
	words := (len(h.arenas)*int(h.g.ArenaPages()) + 63) / 64
	h.ghost.backed = make([]uint64, words)
	h.ghost.used = make([]uint64, words)
	sched.SaveSlice(h.w, h.ghost.flights)
	sched.SaveSlice(h.w, h.ghost.backed)
	sched.SaveSlice(h.w, h.ghost.used)
	sched.Save(h.w, &h.ghost.held)
	sched.Save(h.w, &h.ghost.emptyRounds)
	sched.Save(h.w, &h.ghost.credit)
	sched.Save(h.w, &h.ghost.unusedLocked)
	sched.Save(h.w, &h.ghost.wrong)
}

// beginFlight records that m has taken pages for a span.
func (h *mheap) beginFlight(m *model.M, base, npages, scav uint64) {
	h.ghost.flights[m.ID()] = flight{base: base, npages: npages, scav: scav}
}

// trimFlight records that m is about to give back the pages around
// [base, base+npages pages).
func (h *mheap) trimFlight(m *model.M, base, npages uint64) {
	f := &h.ghost.flights[m.ID()]
	f.base, f.npages = base, npages
}

// countFlight records that m has accounted for the scavenged pages.
func (h *mheap) countFlight(m *model.M) { h.ghost.flights[m.ID()].scav = 0 }

// endFlight records that the pages of m belong to s, which is live now.
func (h *mheap) endFlight(m *model.M, s *mspan) {
	s.ghost.live = true
	h.ghost.flights[m.ID()] = flight{}
}

// beginUnflight records that m is taking s apart.
func (h *mheap) beginUnflight(m *model.M, s *mspan) {
	s.ghost.live = false
	h.ghost.flights[m.ID()] = flight{base: s.base(), npages: s.npages, freeing: true}
}

// endUnflight records that the pages are free.
func (h *mheap) endUnflight(m *model.M) { h.ghost.flights[m.ID()] = flight{} }

// pageNumber returns the number of the page at addr, counted from the first
// one that the heap may use.
func (h *mheap) pageNumber(addr uint64) uint64 { return (addr - h.g.BaseAddr()) / h.g.PageSize }

// ghostUse records that pages become part of a span and reports whether one of
// them was part of one before.
func (h *mheap) ghostUse(base, npages uint64) (before bool) {
	for p := h.pageNumber(base); npages > 0; p, npages = p+1, npages-1 {
		before = before || h.ghost.used[p/64]>>(p%64)&1 != 0
		h.ghost.used[p/64] |= 1 << (p % 64)
	}
	return before
}

// ghostBack records that the operating system backs pages, or does not any
// more.
func (h *mheap) ghostBack(base, npages uint64, backed bool) {
	for p := h.pageNumber(base); npages > 0; p, npages = p+1, npages-1 {
		if backed {
			h.ghost.backed[p/64] |= 1 << (p % 64)
		} else {
			h.ghost.backed[p/64] &^= 1 << (p % 64)
		}
	}
}

// ownsPages reports whether the pages are those that m is allocating.
func (h *mheap) ownsPages(m *model.M, base, npages uint64) bool {
	f := &h.ghost.flights[m.ID()]
	return f.npages != 0 && !f.freeing && f.base <= base && base+npages*h.g.PageSize <= f.base+f.npages*h.g.PageSize
}

// checkUnused records what is wrong with giving memory back to the operating
// system: it must be free, in whole pages of the operating system, and stay so
// during the call, by the lock.
func (h *mheap) checkUnused(m *model.M, addr, nbytes uint64) {
	g := &h.ghost
	held := h.lock.HeldBy(m)
	g.unusedLocked = g.unusedLocked || held
	f := &g.flights[m.ID()]
	mine := f.base == addr && f.npages*h.g.PageSize == nbytes && h.v.unusedUnlocked
	switch p := &h.pages; {
	case g.wrong != "" || mine && !held:
	case !held:
		g.wrong = fmt.Sprintf("sysUnused(%#x, %d) without the heap lock", addr, nbytes)
	case addr%h.g.PhysPageSize != 0 || nbytes%h.g.PhysPageSize != 0:
		g.wrong = fmt.Sprintf("sysUnused(%#x, %d): the operating system's page has %d bytes", addr, nbytes, h.g.PhysPageSize)
	default:
		for a := addr; a < addr+nbytes; a += h.g.PageSize {
			chunk := p.view(p.chunkIndex(a))
			if !p.inUse.contains(a) || chunk.popcntRange(p.chunkPageIndex(a), 1) != 0 {
				g.wrong = fmt.Sprintf("sysUnused(%#x, %d): page %d is not free", addr, nbytes, h.pageNumber(a))
				return
			}
		}
	}
}
