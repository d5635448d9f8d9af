package heap

import (
	"lockheld/model"
)

// allocSpan allocates a span of npages pages, nil if the operating system
// refuses memory. Small spans come from the page cache of the M's own P,
// without the lock if neither pages nor a span object have to be fetched.
//
// Model: one function of the runtime in three: the fast path, the locked path
// (allocSpanLocked) and what follows its label HaveSpan (initSpan).
//
// Runtime: (*mheap).allocSpan, Go 1.16. Heap lock not held; system stack, for
// the lock and to keep the collector from changing its phase.
func (h *mheap) allocSpan(m *model.M, npages uint64, typ SpanAllocType, spc SpanClass) *mspan {
	h.assertLockNotHeld(m, siteAllocSpanNotHeld)
	h.assertSystemStack(m, siteAllocSpanStack)
	var base, scav uint64
	var s *mspan

	// Stacks aligned to the page of the operating system can not come from
	// the cache.
	needPhysPageAlign := h.cfg.AlignedStacks && typ == SpanAllocStack && h.g.PageSize < h.g.PhysPageSize
	pp := m.P()
	if !needPhysPageAlign && pp != nil && npages < uint64(h.g.CacheLimit) {
		l := h.local(pp)
		l.own.Write(m.T())
		if l.pcache.empty() || h.v.refillEarly && popcount(l.pcache.cache) < h.g.CacheLimit {
			m.Lock(h.lock)
			l.own.Write(m.T())
			l.pcache = h.pages.allocToCache(m)
			m.Unlock(h.lock)
		}
		l.own.Write(m.T())
		before := l.pcache.scav
		base, scav = l.pcache.alloc(m, pp, npages)
		if h.v.cacheKeepsScav {
			l.pcache.scav = before
		}
		if base != 0 {
			h.beginFlight(m, base, npages, scav)
			s = h.tryAllocMSpan(m)
		}
		if s == nil && h.v.dropCachePages {
			base = 0
		}
	}
	if s == nil {
		base, scav, npages, s = h.allocSpanLocked(m, base, scav, npages, needPhysPageAlign)
		if s == nil {
			return nil
		}
	}
	h.initSpan(m, s, base, scav, npages, typ, spc)
	return s
}

// allocSpanLocked gets what allocSpan could not get without the lock: pages,
// if base is 0, and a span object. It returns no object if there is no memory.
//
// Runtime: (*mheap).allocSpan between "For one reason or another" and
// HaveSpan, Go 1.16. Takes and releases the heap lock.
func (h *mheap) allocSpanLocked(m *model.M, base, scav, npages uint64, align bool) (uint64, uint64, uint64, *mspan) {
	extra := h.g.PhysPageSize / h.g.PageSize
	m.Lock(h.lock)
	if h.v.barrierLocked {
		h.writeBarrier(m)
	}
	if align && h.v.findAligned {
		return h.allocAligned(m, npages)
	}
	if align {
		// Allocate a page of the operating system more, to align later.
		npages += extra
	}
	if base == 0 {
		base, scav = h.pages.alloc(m, npages)
		if base == 0 {
			if !h.grow(m, npages) {
				if !h.v.growFailsLocked {
					m.Unlock(h.lock)
				}
				return 0, 0, 0, nil
			}
			base, scav = h.pages.alloc(m, npages)
			if base == 0 {
				m.Throw("grew heap, but no adequate free space found")
			}
		}
		h.beginFlight(m, base, npages, scav)
	}
	s := h.allocMSpanLocked(m)
	if h.v.markBitsLocked {
		m.LockWithRankMayAcquire(h.gcBitsArenas)
	}
	if align {
		// Give back the pages around the aligned part. Go 1.16 has a flaw
		// here: their scavenged bits are lost, although scav counts them.
		allocBase, allocPages := base, npages
		base = alignUp(allocBase, h.g.PhysPageSize)
		npages -= extra
		before := base - allocBase
		after := (allocPages-npages)*h.g.PageSize - before
		h.trimFlight(m, base, npages)
		if before > 0 {
			h.pages.free(m, allocBase, before/h.g.PageSize)
		}
		if after > 0 {
			h.pages.free(m, base+npages*h.g.PageSize, after/h.g.PageSize)
		}
	}
	m.Unlock(h.lock)
	return base, scav, npages, s
}

// initSpan turns a span object and pages that are the M's own into a live
// span.
//
// Runtime: (*mheap).allocSpan from HaveSpan on, Go 1.16. No lock.
func (h *mheap) initSpan(m *model.M, s *mspan, base, scav, npages uint64, typ SpanAllocType, spc SpanClass) {
	t := m.T()
	s.init(m, base, npages)
	s.ghost.typ = typ
	s.ghost.usedBefore = h.ghostUse(base, npages)
	if !h.v.zeroedSkipsCache || npages >= uint64(h.g.CacheLimit) {
		s.needzero = h.allocNeedsZero(m, base, npages)
	}
	s.ghost.zeroed = !s.needzero
	nbytes := npages * h.g.PageSize
	if typ.manual() {
		s.manualFree = 0
		s.nelems = 0
		s.limit = base + nbytes
		s.state.Store(t, mSpanManual)
	} else {
		h.initClass(m, s, nbytes, spc)
		if h.v.stateBeforeSweepgen {
			s.state.Store(t, mSpanInUse)
		}
		// h.sweepgen changes in a stopped world only, and the system stack
		// keeps the world from stopping.
		s.sweepgen.Store(t, uint64(h.readSweepgen(m)))
		// The span is filled in: the state publishes it.
		s.state.Store(t, mSpanInUse)
	}
	if h.v.countsFirst && typ.manual() {
		h.memstats.heapSys.Inc(t, -nbytes)
	}
	// Account for the scavenged memory that the span owns now.
	if scav != 0 {
		h.sysUsed(m, base, npages)
		if h.v.releasedNotAtomic {
			h.memstats.heapReleased.Store(t, h.memstats.heapReleased.Load(t)-scav)
		} else {
			h.memstats.heapReleased.Inc(t, -scav)
		}
		h.countFlight(m)
	}
	if typ == SpanAllocHeap {
		if !h.v.countOnG {
			h.memstats.heapInuse.Inc(t, nbytes)
		}
	} else if !h.v.countsFirst {
		// Manually managed memory does not count toward heap_sys.
		h.memstats.heapSys.Inc(t, -nbytes)
	}
	stats := h.memstats.heapStats.acquire(m)
	stats.committed += int64(scav)
	stats.released -= int64(scav)
	*stats.inSpans(typ) += int64(nbytes)
	h.memstats.heapStats.release(m)

	// Without the lock: the slots are the M's own until pageInUse or a
	// pointer into the span is published.
	if !h.v.inUseBeforeSpans {
		h.setSpans(m, base, npages, s)
	}
	if !typ.manual() {
		// This publishes the span to the page reclaimer.
		ha, group, mask := h.pageIndexOf(base)
		ha.pageInUse[group].Or(t, mask)
		h.pagesInUse.Inc(t, npages)
	}
	if h.v.inUseBeforeSpans {
		h.setSpans(m, base, npages, s)
	}
	h.endFlight(m, s)
}

// initClass fills in what a heap span of class spc needs, before it is
// published.
//
// Model: newMarkBits and newAllocBits are a rank check only: they take
// gcBitsArenas.lock when their block is used up.
func (h *mheap) initClass(m *model.M, s *mspan, nbytes uint64, spc SpanClass) {
	s.spanclass = spc
	if spc == 0 {
		s.elemsize = nbytes
		s.nelems = 1
	} else {
		s.elemsize = spc.elemsize(h.g.PageSize)
		s.nelems = uint(nbytes / s.elemsize)
	}
	s.freeindex = 0
	m.LockWithRankMayAcquire(h.gcBitsArenas)
	s.gcmarkBits = 0
	s.allocBits = 0
	if h.v.initSetsLimit {
		s.limit = s.base() + s.elemsize*uint64(s.nelems)
	}
}
