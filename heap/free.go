package heap

import (
	"lockheld/model"
)

// freeSpan gives a heap span that is swept and empty back to the heap. The
// caller must not touch s afterwards.
//
// Runtime: (*mheap).freeSpan, Go 1.16. Heap lock not held; any stack.
func (h *mheap) freeSpan(m *model.M, s *mspan) {
	h.assertLockNotHeld(m, siteFreeSpanNotHeld)
	if h.v.freeSpanOnUserStack {
		h.lockAndFreeSpan(m, s)
		return
	}
	m.Systemstack(func() { h.lockAndFreeSpan(m, s) })
}

func (h *mheap) lockAndFreeSpan(m *model.M, s *mspan) {
	base := s.base()
	m.Lock(h.lock)
	h.freeSpanLocked(m, s, SpanAllocHeap)
	m.Unlock(h.lock)
	if h.v.inUseClearedLate {
		h.clearInUse(m, base)
	}
}

// freeManual gives back a span that allocManual returned for the same type.
// The collector must be off.
//
// Runtime: (*mheap).freeManual, Go 1.16. Heap lock not held; system stack.
func (h *mheap) freeManual(m *model.M, s *mspan, typ SpanAllocType) {
	h.assertLockNotHeld(m, siteFreeManualNotHeld)
	h.assertSystemStack(m, siteFreeManualStack)
	h.assertGCOff(m, siteFreeManualGCOff)
	s.own.Write(m.T())
	s.needzero = true
	m.Lock(h.lock)
	h.freeSpanLocked(m, s, typ)
	m.Unlock(h.lock)
}

// freeSpanLocked frees the pages of s and its object.
//
// Runtime: (*mheap).freeSpanLocked, Go 1.16. Heap lock held.
func (h *mheap) freeSpanLocked(m *model.M, s *mspan, typ SpanAllocType) {
	h.assertLockHeld(m, siteFreeSpanLockedEntry)
	m.Prologue("freeSpanLocked")
	t := m.T()
	s.own.Write(t)
	base, npages := s.base(), s.npages
	// Model: reading the state and the generation is no step. They change only
	// with the owner, and the cell finds a second one.
	switch state := s.state.Peek(); state {
	case mSpanManual:
		if s.allocCount != 0 {
			m.Throw("mheap.freeSpanLocked - invalid stack free")
		}
		if h.v.manualPagesInUse {
			h.pagesInUse.Inc(t, -npages)
		}
	case mSpanInUse:
		sweepgen := s.sweepgen.Peek()
		if s.allocCount != 0 || sweepgen != uint64(h.readSweepgen(m)) {
			m.Throw("mheap.freeSpanLocked - invalid free: span %#x allocCount %d sweepgen %d/%d",
				base, s.allocCount, sweepgen, h.sweepgen)
		}
		h.pagesInUse.Inc(t, -npages)
		ha, group, mask := h.pageIndexOf(base)
		if !h.v.inUseClearedLate {
			ha.pageInUse[group].And(t, ^mask)
		}
	default:
		m.Throw("mheap.freeSpanLocked - invalid span state: span %#x state %d", base, state)
	}
	h.beginUnflight(m, s)

	// Mirrors initSpan.
	nbytes := npages * h.g.PageSize
	if typ == SpanAllocHeap {
		h.memstats.heapInuse.Inc(t, -nbytes)
	} else {
		h.memstats.heapSys.Inc(t, nbytes)
	}
	stats := h.memstats.heapStats.acquire(m)
	*stats.inSpans(typ) -= int64(nbytes)
	h.memstats.heapStats.release(m)

	if h.v.recycleFirst {
		h.recycle(m, s)
		return
	}
	h.pages.free(m, base, npages)
	// The entries of the span map stay: they are stale from here on.
	s.state.Store(t, mSpanDead)
	h.freeMSpanLocked(m, s)
	h.endUnflight(m)
}
