package heap

import (
	"lockheld/model"
)

// alloc allocates a heap span of npages pages for objects of class spc. If
// needzero, its memory is zero. It returns nil if the operating system refuses
// memory.
//
// Runtime: (*mheap).alloc, Go 1.16. Heap lock not held; any stack.
func (h *mheap) alloc(m *model.M, npages uint64, spc SpanClass, needzero bool) *mspan {
	h.assertLockNotHeld(m, siteAllocNotHeld)
	if h.v.stalePcache || h.v.cacheOnUserStack {
		if s := h.allocPreemptibly(m, npages, spc); s != nil {
			return s
		}
	}
	var s *mspan
	// Not on the goroutine's stack: its growth may need the heap lock.
	m.Systemstack(func() {
		// Sweep at least as much as is going to be allocated.
		if !h.isSweepDone(m) {
			h.reclaim(m, npages)
		}
		s = h.allocSpan(m, npages, SpanAllocHeap, spc)
	})
	if s != nil {
		if h.v.countOnG {
			m.Safepoint()
			h.memstats.heapInuse.Inc(m.T(), npages*h.g.PageSize)
		}
		// Clearing the memory has no effect that the page heap can see.
		s.own.Write(m.T())
		s.needzero = false
	}
	return s
}

// allocManual allocates a span that is managed by hand, nil on failure.
//
// Runtime: (*mheap).allocManual, Go 1.16. Heap lock not held; system stack.
func (h *mheap) allocManual(m *model.M, npages uint64, typ SpanAllocType) *mspan {
	h.assertSystemStack(m, siteAllocManualStack)
	if !typ.manual() {
		m.Throw("manual span allocation called with non-manually-managed type")
	}
	return h.allocSpan(m, npages, typ, 0)
}

// setSpans makes s the span of the npages pages from base on. The pages belong
// to the caller.
//
// Runtime: (*mheap).setSpans, Go 1.16. No lock.
func (h *mheap) setSpans(m *model.M, base, npages uint64, s *mspan) {
	h.assertOwnPages(m, base, npages, siteSetSpansOwn)
	for n := uint64(0); n < npages; n++ {
		p := base + n*h.g.PageSize
		ha := h.arenas[h.arenaIndex(p)]
		i := p / h.g.PageSize % h.g.ArenaPages()
		if ha.own != nil {
			ha.own[i].Write(m.T())
		}
		ha.spans[i] = s
	}
}

// spanOf returns the entry of the span map for page i of ha.
func (ha *heapArena) spanOf(m *model.M, i uint64) *mspan {
	if ha.own != nil {
		ha.own[i].Read(m.T())
	}
	return ha.spans[i]
}

// allocNeedsZero reports whether the pages from base on, which the caller has
// just allocated, must be zeroed before use, and records that they were used.
//
// Runtime: (*mheap).allocNeedsZero, Go 1.16. No lock.
func (h *mheap) allocNeedsZero(m *model.M, base, npages uint64) (needZero bool) {
	h.assertOwnPages(m, base, npages, siteAllocNeedsZeroOwn)
	t := m.T()
	for npages > 0 {
		ha := h.arenas[h.arenaIndex(base)]
		zeroedBase := ha.zeroedBase.Load(t)
		arenaBase := base % h.g.ArenaBytes()
		if arenaBase < zeroedBase {
			// Part of the region was used before. zeroedBase only grows, so
			// this stays true.
			needZero = true
		}
		// arenaBase > zeroedBase: somebody owns the pages just below and has
		// not got here yet. Ours are fresh all the same.
		arenaLimit := min(arenaBase+npages*h.g.PageSize, h.g.ArenaBytes())
		for arenaLimit > zeroedBase {
			if h.v.zeroedPlain {
				ha.zeroedBase.Store(t, arenaLimit)
				break
			}
			if ha.zeroedBase.CAS(t, zeroedBase, arenaLimit) {
				break
			}
			zeroedBase = ha.zeroedBase.Load(t)
			if zeroedBase <= arenaLimit && zeroedBase > arenaBase {
				m.Throw("potentially overlapping in-use allocations detected")
			}
		}
		base += arenaLimit - arenaBase
		npages -= (arenaLimit - arenaBase) / h.g.PageSize
	}
	return needZero
}

// tryAllocMSpan takes a span object from the cache of the M's own P, nil if it
// has none.
//
// Runtime: (*mheap).tryAllocMSpan, Go 1.16. System stack, so that the P stays.
func (h *mheap) tryAllocMSpan(m *model.M) *mspan {
	h.assertSystemStack(m, siteTryAllocMSpanStack)
	pp := m.P()
	if pp == nil {
		return nil
	}
	return h.local(pp).popMSpan(m, h)
}

// popMSpan takes the last object out of the P's cache, nil if it is empty.
func (l *p) popMSpan(m *model.M, h *mheap) *mspan {
	h.assertOwnP(m, l, siteTryAllocMSpanEntry)
	l.own.Write(m.T())
	if l.mspancache.len == 0 {
		return nil
	}
	l.mspancache.len--
	return l.mspancache.buf[l.mspancache.len]
}

// allocMSpanLocked allocates a span object. With a P, it goes through the P's
// cache, which is refilled to half its size if it is empty.
//
// Runtime: (*mheap).allocMSpanLocked, Go 1.16. Heap lock held, system stack.
func (h *mheap) allocMSpanLocked(m *model.M) *mspan {
	h.assertLockHeld(m, siteAllocMSpanLockedEntry)
	h.assertSystemStack(m, siteAllocMSpanLockedStack)
	pp := m.P()
	if pp == nil {
		return h.newSpan(m)
	}
	l := h.local(pp)
	l.own.Write(m.T())
	if l.mspancache.len == 0 {
		refill := len(l.mspancache.buf) / 2
		for i := range refill {
			l.mspancache.buf[i] = h.newSpan(m)
		}
		l.mspancache.len = refill
	}
	return l.popMSpan(m, h)
}

// freeMSpanLocked gives a span object back, to the cache of the M's own P if
// it has room.
//
// Runtime: (*mheap).freeMSpanLocked, Go 1.16. Heap lock held, system stack.
func (h *mheap) freeMSpanLocked(m *model.M, s *mspan) {
	h.assertLockHeld(m, siteFreeMSpanLockedEntry)
	h.assertSystemStack(m, siteFreeMSpanLockedStack)
	if pp := m.P(); pp != nil {
		l := h.local(pp)
		if h.dying != nil {
			l = h.dying
		}
		l.own.Write(m.T())
		if l.mspancache.len < len(l.mspancache.buf) {
			l.mspancache.buf[l.mspancache.len] = s
			l.mspancache.len++
			return
		}
	}
	h.spanalloc.free(m, s.id)
}

// newSpan takes a span object from spanalloc.
func (h *mheap) newSpan(m *model.M) *mspan {
	s := &h.spans[h.spanalloc.alloc(m)]
	if h.v.zeroSpans {
		s.sweepgen.Store(m.T(), 0)
	}
	return s
}

// recordspan enters a span object that has just been carved in allspans. It is
// not called for recycled objects.
//
// Model: the array of allspans does not move; the runtime frees the old one
// when it grows.
//
// Runtime: recordspan, Go 1.16. Heap lock held.
func (h *mheap) recordspan(m *model.M, i int) {
	h.assertLockHeld(m, siteRecordspanEntry)
	h.own.allspans.Write(m.T())
	h.allspans = append(h.allspans, &h.spans[i])
}
