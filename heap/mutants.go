package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// This file has what variants do instead of Go 1.16 where it takes more than a
// condition.

// allocPreemptibly tries to allocate from the caches of the M's P as allocSpan
// does, but in a way that the M may lose the P meanwhile.
func (h *mheap) allocPreemptibly(m *model.M, npages uint64, spc SpanClass) (s *mspan) {
	pp := m.P()
	if pp == nil || npages >= uint64(h.g.CacheLimit) {
		return nil
	}
	l := h.local(pp)
	if h.v.stalePcache {
		m.Safepoint()
		m.Systemstack(func() { s = h.allocFromCaches(m, l, pp, npages, spc) })
		return s
	}
	return h.allocFromCaches(m, l, pp, npages, spc)
}

// allocFromCaches allocates from caches that may not be those of the M's P.
func (h *mheap) allocFromCaches(m *model.M, l *p, pp *model.P, npages uint64, spc SpanClass) *mspan {
	l.own.Write(m.T())
	base, scav := l.pcache.alloc(m, pp, npages)
	if base == 0 {
		return nil
	}
	h.beginFlight(m, base, npages, scav)
	m.Safepoint()
	s := h.tryAllocMSpan(m)
	if s == nil {
		m.Systemstack(func() {
			m.Lock(h.lock)
			s = h.allocMSpanLocked(m)
			m.Unlock(h.lock)
		})
	}
	h.initSpan(m, s, base, scav, npages, SpanAllocHeap, spc)
	return s
}

// recycle is the end of freeSpanLocked in the wrong order: the object of s may
// have a new life when its pages are freed.
func (h *mheap) recycle(m *model.M, s *mspan) {
	s.state.Store(m.T(), mSpanDead)
	h.freeMSpanLocked(m, s)
	m.Unlock(h.lock)
	m.Lock(h.lock)
	h.pages.free(m, s.base(), s.npages)
	h.endUnflight(m)
}

// clearInUse takes back that a heap span begins at base.
func (h *mheap) clearInUse(m *model.M, base uint64) {
	ha, group, mask := h.pageIndexOf(base)
	ha.pageInUse[group].And(m.T(), ^mask)
}

// destroyEarly destroys the Ps from number nprocs on and returns nprocs: there
// are none left to destroy.
func (h *mheap) destroyEarly(m *model.M, nprocs, old int) int {
	for i := nprocs; i < old; i++ {
		pp := h.k.AllPs()[i]
		h.local(pp).destroy(m, h, pp)
	}
	return min(nprocs, old)
}

// flushDead flushes the page caches of the dead Ps.
func (h *mheap) flushDead(m *model.M) {
	m.Systemstack(func() {
		m.Lock(h.lock)
		for _, pp := range h.k.AllPs()[h.k.Gomaxprocs():] {
			h.local(pp).pcache.flush(m, &h.pages)
		}
		m.Unlock(h.lock)
	})
}

// stopWithLock stops the world with the heap lock held.
func (h *mheap) stopWithLock(m *model.M) {
	m.AcquireWorldsema()
	m.Systemstack(func() {
		m.Lock(h.lock)
		m.StopTheWorldWithSema()
	})
}

// remember returns what a search without the lock has seen in chunk ci, for
// variants that rely on it.
func (p *pageAlloc) remember(ci chunkIdx, ok bool, maxPages uint64) (base, npages uint) {
	if !ok || p.v.recheck == recheckBits {
		return 0, 0
	}
	chunk := p.view(ci)
	return chunk.findScavengeCandidate(p.chunkPages-1, p.minPages, maxPages, p.hugePages)
}

// stillThere is how variants decide, with the lock, whether what they remember
// of chunk ci is still so. n is the length of the run that there is now.
func (p *pageAlloc) stillThere(ci chunkIdx, n uint) bool {
	switch p.v.recheck {
	case recheckSummary:
		return p.leaf(ci).max() >= p.minPages
	case recheckChunk:
		return n > 0
	}
	return true
}

// assertRest asserts that r is what m has left of the memory that it has
// reserved.
func (p *pageAlloc) assertRest(m *model.M, r addrRange) {
	m.Reach(siteScavengeUnreserveRest)
	if id := m.ID(); r.size() != 0 && id < len(p.reserved) && r != p.reserved[id].work {
		m.Fail(sched.KindAssertion, siteScavengeUnreserveRest, "gives back %#x-%#x, and has %#x-%#x left",
			r.base, r.limit, p.reserved[id].work.base, p.reserved[id].work.limit)
	}
}
